"""What a statement means, down to what is asked and measured, as a digest: where it is the same, so is every answer.

Words, places and the order of files are no part of it. So what was proved of a rule holds after every edit that does
not reach it.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from ....case.case import Prepared
from ....inference import values
from ....inference.grounds import Grounds
from ....knowledge_base.model import Finding, Quantity, Rule
from ....premises import expression
from ....premises.expression import Node, TruthNode

_UNSAID = frozenset({"place", "places", "source", "label", "synonyms", "sources", "note", "suppress", "since"})
_UNASKED = frozenset({"question", "help", "section", "group", "checklist", "known_by", "kept_because", "analyte"})


class Meanings:
    """Digests of the statements of one knowledge base."""

    def __init__(self, prepared: Prepared) -> None:
        prepared.plan.open()
        self.prepared, self.kb = prepared, prepared.kb
        self.compiled = prepared.plan.productions
        self._literals: dict[int, str] = {}
        self._names: dict[str, str] = {}
        self._choices: dict[str, str] = {}
        self._answered = {atom: name for name, atom in self.compiled.answered.items()}
        self._grounds = Grounds(self.compiled)

    @functools.cached_property
    def _derive(self) -> Mapping[str, Iterable[Rule]]:
        return values.derive_rules(self.kb)

    def rule(self, rule: Rule) -> str:
        """What a rule's premise means."""
        atom = self.compiled.premises.get(rule.id)
        if atom is not None:
            return _digest(self._literal(2 * atom), self._literal(2 * atom + 1))
        return self._node(rule.when) if rule.when is not None else ""

    def premise(self, node: TruthNode) -> str:
        """What a premise of no rule means."""
        atoms = [self.compiled.propositions.get(atom) for atom in sorted(expression.atoms_read(node))]
        literals = (self._literal(2 * atom + side) for atom in atoms if atom is not None for side in (0, 1))
        return _digest(self._node(node), *literals)

    def _literal(self, literal: int) -> str:
        for one in self._grounds.ahead(literal, self._literals):
            said = sorted(_digest(*sorted(self._literals[part] for part in body)) for body in self._grounds.of(one))
            self._literals[one] = _digest(*said, self._asserted(one), str(one % 2))
        return self._literals[literal]

    def _asserted(self, literal: int) -> str:
        atom = literal // 2
        if atom == self.compiled.always:
            return "always"
        if atom in self.compiled.leaves:
            return self._node(self.compiled.leaves[atom])
        if atom in self._answered:
            return f"answered {self._name(self._answered[atom])}"
        return ""

    def _node(self, node: Node) -> str:
        names = sorted(expression.names_read(node))
        return _digest(_written(node), *(self._name(name) for name in names))

    def _name(self, name: str) -> str:
        """What a finding, quantity or cut-off is: its answers, when it applies, how it is worked out."""
        found = self._names.get(name)
        if found is None:
            self._names[name] = name  # whatever reads itself was refused when it was read
            found = self._names[name] = self._named(name)
        return found

    def _named(self, name: str) -> str:
        kb = self.kb
        entry: Finding | Quantity | None = kb.findings.get(name) or kb.quantities.get(name)
        if entry is None:
            return _digest(name, self._cut_off(name))
        parts = [name, _written(entry)]
        read: set[str] = set()
        for rule in self._derive.get(name, ()):
            parts.append(_written((rule.when, rule.formula)))
            for node in (rule.when, rule.formula):
                read |= expression.names_read(node) if node is not None else frozenset()
        if isinstance(entry, Finding):
            nodes = [entry.applies, entry.indicated, *(one.when for one in entry.ranges)]
            nodes += [entry.assumed.when, entry.assumed.sure] if entry.assumed is not None else []
            for node in nodes:
                read |= expression.names_read(node) if node is not None else frozenset()
            read |= {entry.stand_in} if entry.stand_in else set()
            offered = [entry.choices, *(field.choices for field in entry.fields.values())]
            parts += [self._choice(one) for one in offered if one in kb.choices]
        elif entry.range_of:
            read.add(entry.range_of)
        parts += [self._name(one) for one in sorted(read - {name})]
        parts += [self._cut_off(one) for one in sorted({name, *read} & kb.thresholds.keys())]
        return _digest(*parts)

    def _cut_off(self, name: str) -> str:
        """The values of a threshold, each with the day from which it holds and the finding by which it goes."""
        if name not in self.kb.thresholds:
            return ""
        return _digest(
            *(
                f"{one.since} {_written(one)} {self._name(one.by) if one.by else ''}"
                for one in self.kb.thresholds[name].values
            )
        )

    def _choice(self, name: str) -> str:
        """Which members a set of choices has, and how they lie in each other."""
        if name not in self._choices:
            choice = self.kb.choices[name]
            members = {key: (one.numbers, one.assumes) for key, one in choice.members.items()}
            self._choices[name] = _digest(_written((members, choice.classes, choice.narrower)))
        return self._choices[name]


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


def _written(value: Any) -> str:
    """A value of the model as a text that is the same in every run."""
    if isinstance(value, str):
        return repr(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = (f"{name}={_written(getattr(value, name))}" for name in _fields(type(value)))
        return f"{type(value).__name__}({','.join(told)})"
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{_written(key)}:{_written(one)}" for key, one in value.items())) + "}"
    if isinstance(value, (frozenset, set)):
        return "{" + ",".join(sorted(map(_written, value))) + "}"
    if isinstance(value, (tuple, list)):
        return "(" + ",".join(map(_written, value)) + ")"
    return str(value)


@functools.cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in _UNSAID | _UNASKED)

"""Explanations: proof trees of what holds, does not, or is not known, down to answers, implied answers and sources.

`Explanation` reads one state of one patient. Proofs are the smallest there are: of an `any` the shortest true part, of
a proposition the rule with the shortest proof. What is unknown is explained by the findings it still waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Protocol

from ..inference import productions
from ..knowledge_base.model import KnowledgeBase, Rule
from ..premises import evaluation, expression, propositions
from ..premises.expression import TruthNode
from ..values.interval import Interval
from ..values.truth import Truth
from ..values.value import NOT_MEASURED, UNKNOWN, Gap, Known


class Settled(Protocol):
    """One patient with all that follows: a working memory, or the plain evaluator."""

    kb: KnowledgeBase

    def known(self, name: str) -> Known: ...

    def range_of(self, name: str) -> Interval | None: ...

    def truth(self, atom: str) -> Truth: ...

    def premise(self, rule: Rule) -> Truth: ...

    def holds(self, node: TruthNode) -> Truth: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """One step of a proof and the steps it rests on.

    `kind` is proposition, rule, junction, leaf, quantity or answer; `name` the atom, rule, quantity or finding;
    `node` the premise it proves; `answers` the findings and quantities at its leaves, in the order met, each once.
    """

    kind: str
    truth: Truth
    name: str = ""
    node: TruthNode | None = None
    rule: Rule | None = None
    parts: tuple[Proof, ...] = ()
    size: int = 1
    answers: tuple[str, ...] = ()

    def walk(self) -> Iterable[Proof]:
        yield self
        for part in self.parts:
            yield from part.walk()


def _proof(
    kind: str,
    truth: Truth,
    parts: Iterable[Proof] = (),
    name: str = "",
    node: TruthNode | None = None,
    rule: Rule | None = None,
) -> Proof:
    kept = tuple(parts)
    read = kept[0].answers if kept else ()
    if kind == "quantity" or len(kept) > 1:
        own = [name] if kind == "quantity" else []
        read = tuple(dict.fromkeys(chain(own, *(part.answers for part in kept))))
    return Proof(kind, truth, name, node, rule, kept, 1 + sum([part.size for part in kept]), read)


class Explanation:
    """Proofs and missing findings for one settled state; build a new one after each change."""

    def __init__(
        self,
        settled: Settled,
        rules: Mapping[str, tuple[Rule, ...]],
        derive: Mapping[str, tuple[Rule, ...]],
        names: dict[int, frozenset[str]] | None = None,
        premise: Callable[[Rule], TruthNode | None] = attrgetter("when"),
    ) -> None:
        self.settled = settled
        self.kb = settled.kb
        self._rules = rules
        self._derive = derive
        self._atoms: dict[str, Proof] = {}
        self._premises: dict[str, Proof] = {}
        self._missing: dict[str, frozenset[str]] = {}
        self._parts: dict[int, tuple[TruthNode, Proof]] = {}
        self._missing_parts: dict[int, tuple[TruthNode, frozenset[str]]] = {}
        self._missing_values: dict[str, frozenset[str]] = {}
        self._names = names if names is not None else {}
        self._premise = premise

    # --- how ---

    def how(self, atom: str) -> Proof:
        """The smallest proof that a proposition has the truth it has."""
        if atom not in self._atoms:
            self._atoms[atom] = self._how(atom)
        return self._atoms[atom]

    def _how(self, atom: str) -> Proof:
        held = self.settled.truth(atom)
        if name := propositions.applied(atom):
            applies = self.kb.scales[name].applies
            return _proof("proposition", held, [] if applies is None else [self.node(applies)], name=atom)
        parts = [self.rule(rule) for rule in self._rules.get(atom, ())]
        if (reported := productions.reported_behind(self.kb, atom)) is not None:
            parts.append(self.node(reported))
        scale, _ = propositions.level_parts(atom)
        if scale:
            applies_proof = self.how(propositions.applies(scale))
            if held is Truth.TRUE:
                return _proof("proposition", held, [*_shortest(parts, held)[:1], applies_proof], name=atom)
            if applies_proof.truth is Truth.FALSE:
                return _proof("proposition", held, [applies_proof], name=atom)
        if held is Truth.TRUE:
            return _proof("proposition", held, _shortest(parts, held)[:1], name=atom)
        return _proof("proposition", held, [part for part in parts if part.truth is held], name=atom)

    def rule(self, rule: Rule) -> Proof:
        if rule.id not in self._premises:
            held = self.settled.premise(rule)
            premise = self._premise(rule)
            parts = [self.node(premise)] if premise is not None else []
            self._premises[rule.id] = _proof("rule", held, parts, name=rule.id, rule=rule)
        return self._premises[rule.id]

    def node(self, node: TruthNode) -> Proof:
        """The smallest proof that a premise, or a part of one, has the truth it has."""
        found = self._parts.get(id(node))
        if found is None:
            found = self._parts[id(node)] = (node, self._proved(node))  # the node lives as long as its id
        return found[1]

    def _proved(self, node: TruthNode) -> Proof:
        held = self.settled.holds(node)
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.how(node.atom)
        if isinstance(node, expression.Not):
            return _proof("junction", held, [self.node(node.item)], node=node)
        if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
            return _proof("junction", held, self._grounds(node, held), node=node)
        if isinstance(node, expression.Always):
            return _proof("leaf", held, node=node)
        return _proof("leaf", held, self._read(node), node=node)

    def _grounds(self, node: expression.All | expression.AnyOf | expression.AtLeast, held: Truth) -> list[Proof]:
        parts = [self.node(item) for item in node.items]
        if held is Truth.UNKNOWN:
            return [part for part in parts if part.truth is Truth.UNKNOWN]
        ordered = _shortest(parts, held)
        if isinstance(node, expression.AtLeast):
            count = node.count if held is Truth.TRUE else len(parts) - node.count + 1
            return ordered[:count]
        needs_one = isinstance(node, expression.AnyOf) is (held is Truth.TRUE)
        return ordered[:1] if needs_one else ordered

    def _read(self, node: expression.Node) -> list[Proof]:
        return [self.value(name) for name in sorted(self.read_by(node)) if name not in self.kb.thresholds]

    def read_by(self, node: expression.Node) -> frozenset[str]:
        """The names a node of the knowledge base reads, remembered by identity."""
        found = self._names.get(id(node))
        if found is None:
            found = self._names[id(node)] = expression.names_read(node)
        return found

    def value(self, name: str) -> Proof:
        """The proof of a value: an answer, or the parts it was worked out from."""
        if name in self.kb.findings:
            finding = self.kb.findings[name]
            if finding.stand_in and self.is_by_stand_in(name):
                return self.value(finding.stand_in)
            return Proof("answer", Truth.TRUE, name=name, answers=(name,))
        used = [rule for rule in self._derive.get(name, ()) if self.settled.premise(rule) is not Truth.FALSE]
        reads = {read for rule in used for part in (rule.when, rule.formula) if part for read in self.read_by(part)}
        parts = [self.value(read) for read in sorted(reads) if read not in self.kb.thresholds and self.is_known(read)]
        return _proof("quantity", Truth.TRUE, parts, name=name, rule=used[0] if used else None)

    def is_by_stand_in(self, name: str) -> bool:
        """Whether a finding is known by what stands in for it."""
        return self.settled.known(name) == self.settled.known(self.kb.findings[name].stand_in)

    def is_known(self, name: str) -> bool:
        return not isinstance(self.settled.known(name), Gap)

    # --- what is missing ---

    def missing(self, node: TruthNode) -> frozenset[str]:
        """The findings that an unknown premise waits for; empty for one that is decided."""
        found = self._missing_parts.get(id(node))
        if found is None:
            found = self._missing_parts[id(node)] = (node, self._lacked(node))  # the node lives as long as its id
        return found[1]

    def _lacked(self, node: TruthNode) -> frozenset[str]:
        if self.settled.holds(node) is not Truth.UNKNOWN:
            return _NOTHING
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.missing_of(node.atom)
        if isinstance(node, expression.Not):
            return self.missing(node.item)
        if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
            return _union([self.missing(item) for item in node.items])
        names = self.read_by(node)
        waiting = _union(self.missing_value(name) for name in names)
        findings = [self.kb.findings[name] for name in sorted(names) if name in self.kb.findings]
        if not waiting:  # known, but not in enough detail: a dose left out, a range that depends on sex
            waiting = frozenset(finding.id for finding in findings)
        return waiting | _union(
            self.missing(finding.indicated) for finding in findings if finding.indicated is not None
        )

    def missing_of(self, atom: str) -> frozenset[str]:
        """The findings that an unknown proposition waits for."""
        if self.settled.truth(atom) is not Truth.UNKNOWN:
            return frozenset()
        if atom not in self._missing:
            self._missing[atom] = frozenset()
            found = _union(self.missing_rule(rule) for rule in self._rules.get(atom, ()))
            if (reported := productions.reported_behind(self.kb, atom)) is not None:
                found |= self.missing(reported)
            scale = propositions.scale_of(atom)
            applies = self.kb.scales[scale].applies if scale in self.kb.scales else None
            self._missing[atom] = found | (self.missing(applies) if applies is not None else frozenset())
        return self._missing[atom]

    def missing_rule(self, rule: Rule) -> frozenset[str]:
        if self.settled.premise(rule) is not Truth.UNKNOWN:
            return frozenset()
        premise = self._premise(rule)
        return self.missing(premise) if premise is not None else frozenset()

    def missing_value(self, name: str) -> frozenset[str]:
        """The findings that would make a finding or quantity known."""
        if name not in self._missing_values:
            self._missing_values[name] = frozenset()
            self._missing_values[name] = self._waits_for(name)
        return self._missing_values[name]

    def _waits_for(self, name: str) -> frozenset[str]:
        if name in self.kb.thresholds:
            return _union(self.missing_value(value.by) for value in self.kb.thresholds[name].values if value.by)
        if self.is_settled(name):
            return frozenset()
        if name in self.kb.findings:
            finding = self.kb.findings[name]
            if finding.stand_in:
                return self.missing_value(finding.stand_in) or frozenset({name})
            return frozenset({name})
        reads: set[str] = set()
        for rule in self._derive.get(name, ()):
            if self.settled.premise(rule) is not Truth.FALSE:
                reads.update(*(self.read_by(part) for part in (rule.when, rule.formula) if part is not None))
        return _union(self.missing_value(read) for read in reads) or self._without_detail(reads)

    def _without_detail(self, reads: Iterable[str]) -> frozenset[str]:
        """The lists that are there, and yet give no number: an entry lacks a date or a dose."""
        findings = [self.kb.findings[name] for name in reads if name in self.kb.findings]
        lists = (one.id for one in findings if one.form == "records")
        return frozenset(name for name in lists if self.is_known(name))

    def is_settled(self, name: str) -> bool:
        """Whether nothing more can be said of a finding, or be worked out of a quantity."""
        known = self.settled.known(name)
        if name in self.kb.findings:
            is_open = known in (UNKNOWN, NOT_MEASURED) or not getattr(known, "complete", True)
        else:
            is_open = isinstance(known, Gap)
        return not is_open and not self._vague(name, known)

    def _vague(self, name: str, known: Known) -> bool:
        """Whether a value is known only within bounds or by a word, so that a more exact one could decide more."""
        members = getattr(known, "members", None)
        if members is not None:
            return len(members) > 1
        interval = evaluation.interval_of(known, self.settled.range_of(name))
        return not isinstance(interval, Gap) and interval.exact is None


def _shortest(parts: Iterable[Proof], held: Truth) -> list[Proof]:
    return sorted((part for part in parts if part.truth is held), key=lambda part: part.size)


_NOTHING: frozenset[str] = frozenset()


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """All of the sets together; the one that is not empty itself, where there is no other."""
    some = [one for one in sets if one]
    return _NOTHING.union(*some) if len(some) > 1 else some[0] if some else _NOTHING

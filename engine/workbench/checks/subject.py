"""What the checks look at: the knowledge base, who reads and concludes what in it, the worked cases, and the day."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from ...case import case
from ...case.case import Prepared
from ...inference import productions
from ...knowledge_base.model import Alert, Entry, Finding, Invariant, KnowledgeBase, Rule, ThresholdEntry
from ...premises import expression, propositions
from ...premises.expression import Compared, Node, Threshold, TruthNode, Value
from ...values.interval import Interval
from ...values.problems import Place, Problem
from ..cases.cases import WorkedCase
from .logic.logic import Logic

_NAMED = re.compile(r"\{(\w+)\}")

KINDS = (
    *("findings", "groups", "quantities", "states", "scales", "choices", "conditions", "interventions"),
    *(
        "investigations",
        "alerts",
        "hazards",
        "clashes",
        "unavailable",
        "thresholds",
        "guidelines",
        "disagreements",
        "invariants",
        "sources",
        "topics",
        "codes",
        "units",
        "analytes",
    ),
)
"""The kinds of entries of knowledge that stand in mappings by id."""


@dataclass(frozen=True, slots=True)
class Premise:
    """A premise or formula, the entry it belongs to, and every node in it."""

    owner: Entry
    tree: Node
    nodes: tuple[Node, ...]


class Everybody(Protocol):
    """Whoever answers questions about rules for all patients: see `solved/everybody`."""

    def nobody(self, holding: Sequence[Rule], failing: Sequence[Rule] = ()) -> bool: ...

    def out_of_reach(self, rule: Rule) -> bool: ...

    def within(self, one: Rule, others: Sequence[Rule]) -> list[Rule]: ...

    def clashing(self, parts: Sequence[TruthNode]) -> list[TruthNode]: ...

    def patient(self, holding: Sequence[Rule], failing: Sequence[Rule], also: Sequence[TruthNode] = ()) -> str: ...

    def close(self) -> None: ...


Worked = Callable[[], tuple[Sequence[WorkedCase], Sequence[Problem]]]
"""The worked cases, read when they are asked for, and what is wrong with them."""


class Subject:
    """A knowledge base in force, with what several checks ask of it worked out once."""

    def __init__(
        self,
        kb: KnowledgeBase,
        cases: Iterable[WorkedCase] | Worked,
        today: datetime.date,
        everybody: Everybody | None = None,
    ) -> None:
        self.kb, self._cases, self.today = kb, cases, today
        self.logic = Logic(kb)
        self.everybody = everybody
        """All patients, as a solver sees them; None where none is asked."""

    @functools.cached_property
    def worked(self) -> tuple[Sequence[WorkedCase], Sequence[Problem]]:
        """The worked cases, and what was wrong with them as they were read."""
        return self._cases() if callable(self._cases) else (tuple(self._cases), ())

    @property
    def cases(self) -> Sequence[WorkedCase]:
        return self.worked[0]

    @functools.cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self.kb.rules.values())

    @functools.cached_property
    def concluding(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that conclude each proposition."""
        return productions.rules_by_atom(self.kb)

    @functools.cached_property
    def prepared(self) -> Prepared:
        """The knowledge base ready for patients; only a check that runs worked cases needs it."""
        return case.prepare_kept(self.kb)

    def of(self, *verbs: str) -> Iterator[Rule]:
        """The rules of these verbs, in order."""
        for verb in verbs:
            yield from self._by_verb.get(verb, ())

    @functools.cached_property
    def _by_verb(self) -> Mapping[str, list[Rule]]:
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            found.setdefault(rule.verb, []).append(rule)
        return found

    @functools.cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry of knowledge and every rule in force, members of choices too."""
        found: list[Entry] = []
        for kind in KINDS:
            found += getattr(self.kb, kind).values()
        for choice in self.kb.choices.values():
            found += choice.members.values()
        if self.kb.scope is not None:
            found.append(self.kb.scope)
        return (*found, *self.rules)

    @functools.cached_property
    def premises(self) -> tuple[Premise, ...]:
        """Every premise and formula, of rules and of knowledge, whoever owns it."""
        return tuple(Premise(owner, tree, tuple(tree.walk())) for owner in self.entries for tree in trees(owner))

    @functools.cached_property
    def of_rules(self) -> Mapping[str, tuple[Premise, ...]]:
        """The premise and formula of each rule."""
        found: dict[str, tuple[Premise, ...]] = {}
        for premise in self.premises:
            if isinstance(premise.owner, Rule):
                found[premise.owner.id] = (*found.get(premise.owner.id, ()), premise)
        return found

    @functools.cached_property
    def read(self) -> frozenset[str]:
        """Every name and proposition that some premise, formula or printed text reads; an invariant uses nothing."""
        found: set[str] = set()
        for premise in self.premises:
            if isinstance(premise.owner, Invariant):
                continue
            own = premise.owner.id
            names = {name for node in premise.nodes for name in _names(node)}
            found |= names if isinstance(premise.owner, Rule) else names - {own}
        for entry in self.entries:
            found.update(word for text in texts(entry) for word in _NAMED.findall(text))
            if isinstance(entry, Finding) and entry.stand_in:
                found.add(entry.stand_in)
        for threshold in self.kb.thresholds.values():
            found.update(value.by for value in threshold.values if value.by)
        for quantity in self.kb.quantities.values():
            if quantity.range_of:
                found.add(quantity.range_of)
        return frozenset(found)

    @functools.cached_property
    def wild(self) -> Mapping[str, tuple[Decimal, str, Interval]]:
        """Thresholds with a number that what is compared with them cannot be: the number, the name, what it can be."""
        found: dict[str, tuple[Decimal, str, Interval]] = {}
        for premise in self.premises:
            for node in premise.nodes:
                for name, threshold in _compared_with(node):
                    entry = self.kb.thresholds.get(threshold)
                    compared = self.kb.findings.get(name) or self.kb.quantities.get(name)
                    span = self.logic.bounds.named(name)
                    if entry is None or compared is None or threshold in found or entry.unit != compared.unit:
                        continue
                    number = next((one for one in numbers_of(entry) if not span.low <= one <= span.high), None)
                    if number is not None and not (span.low.is_infinite() or span.high.is_infinite()):
                        found[threshold] = number, name, span
        return found

    def reads_wild(self, node: Node) -> bool:
        """Whether a premise compares with a threshold that is told to be wrong; what comes of it is not told again."""
        return bool(self.wild) and any(isinstance(part, Threshold) and part.name in self.wild for part in node.walk())

    @functools.cached_property
    def settled(self) -> frozenset[str]:
        """Every finding that some investigation settles."""
        return frozenset(name for one in self.kb.investigations.values() for name in one.findings)

    @functools.cached_property
    def cited(self) -> frozenset[str]:
        """Every source that something cites."""
        return frozenset(cited.source for entry in self.entries for cited in entry.sources)


def _compared_with(node: Node) -> Iterator[tuple[str, str]]:
    if isinstance(node, Compared):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, Value) and isinstance(other, Threshold):
                yield one.name, other.name


def numbers_of(entry: ThresholdEntry) -> Iterator[Decimal]:
    """The numbers of a threshold, those of its steps too."""
    for value in entry.values:
        if value.value is not None:
            yield value.value
        yield from (step.value for step in value.steps)


def trees(entry: Entry) -> Iterator[Node]:
    """The premises and formulas of an entry, from its fields and the values in them."""
    kind: Any = type(entry)
    for name in _fields(kind):
        yield from _trees(getattr(entry, name))


@functools.cache
def _fields(kind: Any) -> tuple[str, ...]:
    plain = {field.name for field in dataclasses.fields(Entry)}
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in plain)


def _trees(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _trees(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, (type, Place, Entry)):
        for field in dataclasses.fields(value):
            yield from _trees(getattr(value, field.name))


def texts(entry: Entry) -> tuple[str, ...]:
    """The texts of an entry that can print a value."""
    found = [entry.note]
    if isinstance(entry, Rule):
        found += [entry.dose, entry.until]
    elif isinstance(entry, Alert):
        found.append(entry.action)
    else:
        found += [getattr(entry, "dose", ""), getattr(entry, "question", "")]
    return tuple(text for text in found if text)


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, (expression.Proposition, expression.Applies)):
        yield node.atom
        yield node.atom.split(" ")[0]
    elif isinstance(node, (expression.OneOf, expression.IsYes)):
        if not node.field:
            yield node.name
    elif isinstance(node, (expression.Extreme, expression.Formula)):
        yield from node.names
    elif isinstance(
        node,
        (
            expression.Against,
            expression.Has,
            expression.Quantified,
            expression.Value,
            expression.Threshold,
            expression.RangeEnd,
            expression.Aggregate,
        ),
    ):
        yield node.name


def about(atom: str) -> str:
    """What a proposition is about: `diagnosed(osteomalacia)` is about osteomalacia."""
    return propositions.subject_of(atom) or propositions.scale_of(atom)


def alternatives(tree: TruthNode) -> Iterator[tuple[Node, tuple[TruthNode, ...]]]:
    """Each node of a premise with what must hold beside it for the node to matter: its neighbors under every `all`."""
    waiting: list[tuple[Node, tuple[TruthNode, ...]]] = [(tree, ())]
    while waiting:
        node, beside = waiting.pop()
        yield node, beside
        if isinstance(node, expression.All):
            for item in node.items:
                waiting.append((item, (*beside, *(other for other in node.items if other is not item))))
        elif not isinstance(node, (expression.Quantified, expression.Aggregate)):
            waiting += [(child, beside) for child in node.children()]

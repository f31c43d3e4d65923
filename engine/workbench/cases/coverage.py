"""What the worked cases exercise: rules fired and held back, premises' parts in each truth, thresholds on each side.

Counts are exact; what is not covered is listed with its place. Parts inside `where` are true of entries, not of the
patient, and are not counted. What was reached is plain values, so that one process can tell another.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ...assessment.population.population import Population
from ...case.case import Prepared
from ...inference.program.bits import Pair
from ...inference.program.truths import Truths
from ...knowledge_base.model import KnowledgeBase, Rule
from ...premises import evaluation, expression
from ...premises.expression import NumberNode, TruthNode
from ...values.interval import Interval
from ...values.problems import Place
from ...values.truth import Truth

_K = TypeVar("_K")
_V = TypeVar("_V")

SIDES = ("below", "at", "above")

Key = tuple[str, int]
"""A part of a rule: its id, and the number of the part in the order of the walk."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Something no case reaches: `what` in words, and where it is written."""

    kind: str
    rule: str
    what: str
    place: Place


@dataclass(frozen=True, slots=True)
class Count:
    covered: int
    total: int

    @property
    def share(self) -> float:
        """Percent, cut (never rounded up) to one decimal; nothing to cover is fully covered."""
        return 100.0 if not self.total else self.covered * 1000 // self.total / 10


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts by kind, and all that is uncovered, by place."""

    counts: Mapping[str, Count]
    uncovered: tuple[Uncovered, ...]

    @property
    def unfired(self) -> tuple[Uncovered, ...]:
        """The rules that hold of no patient of any case."""
        return tuple(one for one in self.uncovered if one.kind == "rules fired")

    @property
    def least(self) -> float:
        """The lowest share of all kinds."""
        return min(count.share for count in self.counts.values())

    def reaches(self, percent: float) -> bool:
        """Whether every kind is covered to at least this share, reckoned exactly."""
        return all(count.covered * 100 >= percent * count.total for count in self.counts.values())


@dataclass(frozen=True, slots=True)
class CutOff:
    """One written or shared number that a value is set against: `end` is empty, or the end of `x in a..b`."""

    key: Key
    end: str
    part: TruthNode
    value: NumberNode
    limit: NumberNode


@dataclass(slots=True)
class Reached:
    """What some cases reached: literals that held, literals' atoms left unknown, and the rest by rule and part."""

    literals: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    rules: dict[str, set[Truth]] = field(default_factory=dict)
    parts: dict[Key, set[Truth]] = field(default_factory=dict)
    sides: dict[tuple[Key, str], set[str]] = field(default_factory=dict)

    def add(self, other: Reached) -> None:
        """Join what other cases reached."""
        self.literals |= other.literals
        self.unknown |= other.unknown
        _join(self.rules, other.rules)
        _join(self.parts, other.parts)
        _join(self.sides, other.sides)


def _join(mine: dict[_K, set[_V]], theirs: Mapping[_K, set[_V]]) -> None:
    for key, values in theirs.items():
        mine.setdefault(key, set()).update(values)


class Recorder:
    """Watches cases and remembers what they reached."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        prepared.plan.open()
        self.kb: KnowledgeBase = prepared.kb
        self.reached = Reached()
        self.parts = {rule.id: parts_of(rule) for rule in self.kb.rules.values()}
        compiled = prepared.plan.productions
        self._atoms = frozenset((*compiled.propositions.values(), *compiled.premises.values(), *self._leaf_atoms()))
        self._loose = [
            (key, part)
            for rule in self.kb.rules.values()
            for key, part in _numbered(rule, self.parts[rule.id])
            if self.literal(rule, part) is None
        ]
        self._derived = [rule for rule in self.kb.rules.values() if rule.verb == "derives"]
        self._cut_offs = [
            cut
            for rule in self.kb.rules.values()
            for key, part in _numbered(rule, self.parts[rule.id])
            for cut in cut_offs(key, part)
        ]

    def _leaf_atoms(self) -> Iterator[int]:
        for rule in self.kb.rules.values():
            for part in self.parts[rule.id]:
                literal = self.literal(rule, part)
                if literal is not None:
                    yield literal >> 1

    def literal(self, rule: Rule, part: TruthNode) -> int | None:
        """The literal of the network that stands for a part of a premise; None for one that has none."""
        compiled = self.prepared.plan.productions
        if part is rule.when and rule.id in compiled.premises:
            return 2 * compiled.premises[rule.id]
        if isinstance(part, expression.Not):
            inner = self.literal(rule, part.item)
            return None if inner is None else inner ^ 1
        if isinstance(part, (expression.Proposition, expression.Applies)):
            atom = compiled.propositions.get(part.atom)
            return None if atom is None else 2 * atom
        return self.prepared.plan.literal(part)

    def watch(self, people: Population) -> None:
        """Take note of finished cases."""
        reached, truths = self.reached, people.truths
        reached.literals |= {literal for literal, these in enumerate(truths.held) if these}
        reached.unknown |= {atom for atom in self._atoms if truths.unknown(truths.literal(2 * atom))}
        for rule in self._derived:
            reached.rules.setdefault(rule.id, set()).update(_seen(truths, truths.premise(rule)))
        for key, part in self._loose:
            found = reached.parts.setdefault(key, set())
            if len(found) < len(Truth):
                found.update(_seen(truths, truths.worked_out(part)))
        for cut in self._cut_offs:
            sides = reached.sides.setdefault((cut.key, cut.end), set())
            if len(sides) < len(SIDES):
                for case in truths.leaves.alike(cut.part):
                    sides.update(_side(truths.columns.row(case), cut))

    def truths(self, literal: int) -> set[Truth]:
        """In which truths a literal was seen."""
        found = {Truth.UNKNOWN} if literal >> 1 in self.reached.unknown else set()
        if literal in self.reached.literals:
            found.add(Truth.TRUE)
        if literal ^ 1 in self.reached.literals:
            found.add(Truth.FALSE)
        return found

    def truths_of_rule(self, rule: Rule) -> set[Truth]:
        atom = self.prepared.plan.productions.premises.get(rule.id)
        return self.reached.rules.get(rule.id, set()) if atom is None else self.truths(2 * atom)

    def truths_of_part(self, rule: Rule, key: Key, part: TruthNode) -> set[Truth]:
        literal = self.literal(rule, part)
        return self.reached.parts.get(key, set()) if literal is None else self.truths(literal)


def _seen(truths: Truths, pair: Pair) -> Iterator[Truth]:
    """In which truths something was of any of the cases."""
    for truth, these in zip((Truth.TRUE, Truth.FALSE, Truth.UNKNOWN), (*pair, truths.unknown(pair)), strict=True):
        if these:
            yield truth


def _side(facts: evaluation.Facts, cut: CutOff) -> Iterator[str]:
    """On which side of a cut-off the value was, when it was known exactly enough."""
    value, limit = evaluation.number_of(cut.value, facts), evaluation.number_of(cut.limit, facts)
    if not isinstance(value, Interval) or not isinstance(limit, Interval):
        return
    if value.less(limit) is Truth.TRUE:
        yield "below"
    elif limit.less(value) is Truth.TRUE:
        yield "above"
    elif value.equals(limit) is Truth.TRUE:
        yield "at"


def _numbered(rule: Rule, parts: Iterable[TruthNode]) -> Iterator[tuple[Key, TruthNode]]:
    return (((rule.id, number), part) for number, part in enumerate(parts))


def parts_of(rule: Rule) -> tuple[TruthNode, ...]:
    """Every part of a rule's premise and formula that is true or false of the patient, in the order written."""
    return tuple(part for written in (rule.when, rule.formula) if written is not None for part in _truths(written))


def _truths(node: expression.Node) -> Iterator[TruthNode]:
    if isinstance(node, TruthNode):
        yield node
    where = getattr(node, "where", None)
    for child in node.children():
        if child is not where and not (where is not None and isinstance(node, expression.Aggregate)):
            yield from _truths(child)


def cut_offs(key: Key, part: TruthNode) -> Iterator[CutOff]:
    """The written and shared numbers that a condition sets a value against."""
    if isinstance(part, expression.Compared):
        if _is_limit(part.right) and not _is_limit(part.left):
            yield CutOff(key, "", part, part.left, part.right)
        elif _is_limit(part.left) and not _is_limit(part.right):
            yield CutOff(key, "", part, part.right, part.left)
    elif isinstance(part, expression.Within) and not _is_limit(part.value):
        for end, limit in (("lower end", part.low), ("upper end", part.high)):
            if _is_limit(limit):
                yield CutOff(key, end, part, part.value, limit)


_LIMITS = (expression.Literal, expression.Threshold, expression.Scaled, expression.Negative, expression.Arithmetic)


def _is_limit(node: NumberNode) -> bool:
    """Whether a number is written in the rule or shared, and so the same for all patients."""
    return all(isinstance(part, _LIMITS) for part in node.walk())


def measure(recorder: Recorder, only: Container[str] | None = None) -> Coverage:
    """The counts over all that was watched, or over some rules alone."""
    uncovered: list[Uncovered] = []

    def counted(goals: Iterable[_Goal]) -> Count:
        return _count(uncovered, (goal for goal in goals if only is None or goal[1] in only))

    rules = recorder.kb.rules.values()
    held_back = [rule for rule in rules if rule.when is not None and not isinstance(rule.when, expression.Always)]
    counts = {
        "rules fired": counted(_rules(recorder, "rules fired", rules, Truth.TRUE)),
        "rules held back": counted(_rules(recorder, "rules held back", held_back, Truth.FALSE)),
        "premise parts": counted(_parts(recorder)),
        "thresholds": counted(_thresholds(recorder)),
        "propositions": counted(_propositions(recorder)),
    }
    return Coverage(counts, tuple(sorted(uncovered, key=lambda one: (one.place, one.kind, one.what))))


_Goal = tuple[str, str, str, Place, bool]


def _count(uncovered: list[Uncovered], goals: Iterable[_Goal]) -> Count:
    covered = total = 0
    for kind, rule, what, place, reached in goals:
        total += 1
        covered += reached
        if not reached:
            uncovered.append(Uncovered(kind, rule, what, place))
    return Count(covered, total)


def _rules(recorder: Recorder, kind: str, rules: Iterable[Rule], wanted: Truth) -> Iterator[_Goal]:
    for rule in rules:
        what = f"no case makes it {wanted.value}"
        yield kind, rule.id, what, rule.place, wanted in recorder.truths_of_rule(rule)


def _parts(recorder: Recorder) -> Iterator[_Goal]:
    for rule in recorder.kb.rules.values():
        for key, part in _numbered(rule, recorder.parts[rule.id]):
            if isinstance(part, expression.Always):
                continue
            reached = recorder.truths_of_part(rule, key, part)
            for truth in Truth:
                what = f"{part.source or 'premise'}: never {truth.value}"
                yield "premise parts", rule.id, what, _place(part, rule), truth in reached


def _thresholds(recorder: Recorder) -> Iterator[_Goal]:
    for rule in recorder.kb.rules.values():
        for key, part in _numbered(rule, recorder.parts[rule.id]):
            for cut in cut_offs(key, part):
                reached = recorder.reached.sides.get((key, cut.end), set())
                which = f" ({cut.end})" if cut.end else ""
                for side in SIDES:
                    what = f"{part.source}{which}: never {side}"
                    yield "thresholds", rule.id, what, _place(part, rule), side in reached


def _propositions(recorder: Recorder) -> Iterator[_Goal]:
    known = recorder.prepared.plan.productions.propositions
    for atom, rules in recorder.prepared.rules.items():
        if atom in known:
            reached = recorder.truths(2 * known[atom])
            for truth in (Truth.TRUE, Truth.FALSE):
                if truth is Truth.FALSE and any(isinstance(rule.when, expression.Always) for rule in rules):
                    continue  # a rule that always holds leaves nothing to make false
                yield "propositions", rules[0].id, f"{atom}: never {truth.value}", rules[0].place, truth in reached


def _place(part: expression.Node, rule: Rule) -> Place:
    return part.place if part.place.file else rule.place

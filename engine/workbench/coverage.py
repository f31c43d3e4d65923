"""What the worked cases exercise: rules fired and held back, premises' parts in each truth, thresholds on each side.

Counts are exact; what is not covered is listed with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..consultation.case import Case, Prepared
from ..inference import productions
from ..knowledge_base.model import KnowledgeBase, Rule
from ..language import evaluation, expression
from ..language.expression import NumberNode, TruthNode
from ..language.interval import Interval
from ..language.problems import Place
from ..language.truth import Truth

SIDES = ("below", "at", "above")


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
    def least(self) -> float:
        """The lowest share of all kinds."""
        return min(count.share for count in self.counts.values())


@dataclass(slots=True)
class Recorder:
    """Watches cases and remembers what they reached."""

    kb: KnowledgeBase
    rules: dict[str, set[Truth]] = field(default_factory=dict)
    nodes: dict[int, set[Truth]] = field(default_factory=dict)
    sides: dict[int, set[str]] = field(default_factory=dict)
    atoms: dict[str, set[Truth]] = field(default_factory=dict)
    parts: dict[str, tuple[TruthNode, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.kb.rules.values():
            found = [
                part
                for written in (rule.when, rule.formula)
                if written is not None
                for part in written.walk()
                if isinstance(part, TruthNode) and not _inside_list(part, written)
            ]
            self.parts[rule.id] = tuple(found)

    def watch(self, case: Case) -> None:
        """Take note of one finished case."""
        for rule in self.kb.rules.values():
            self.rules.setdefault(rule.id, set()).add(case.truth(rule))
            for part in self.parts[rule.id]:
                self.nodes.setdefault(id(part), set()).add(case.memory.holds(part))
                if isinstance(part, expression.Compared):
                    self._watch_sides(case, part)
        for atom in case.prepared.plan.productions.propositions:
            self.atoms.setdefault(atom, set()).add(case.memory.truth(atom))

    def _watch_sides(self, case: Case, part: expression.Compared) -> None:
        """On which side of a written cut-off the value was, when it was known exactly."""
        pair = cut_off(part)
        if pair is None:
            return
        value, written = (evaluation.number_of(side, case.memory) for side in pair)
        if isinstance(value, Interval) and isinstance(written, Interval):
            reached = self.sides.setdefault(id(part), set())
            if value.less(written) is Truth.TRUE:
                reached.add("below")
            elif written.less(value) is Truth.TRUE:
                reached.add("above")
            elif value.equals(written) is Truth.TRUE:
                reached.add("at")


def cut_off(part: expression.Compared) -> tuple[NumberNode, NumberNode] | None:
    """The value and the cut-off of a comparison with a written number or a shared threshold; else None."""
    if isinstance(part.right, (expression.Literal, expression.Threshold)):
        return part.left, part.right
    if isinstance(part.left, (expression.Literal, expression.Threshold)):
        return part.right, part.left
    return None


def _inside_list(part: TruthNode, written: expression.Node) -> bool:
    """Whether a node stands inside `where`: it is true of entries, not of the patient."""
    for other in written.walk():
        inner = getattr(other, "where", None)
        if inner is not None and any(node is part for node in inner.walk()):
            return True
    return False


def measure(recorder: Recorder, prepared: Prepared) -> Coverage:
    """The counts over all that was watched."""
    uncovered: list[Uncovered] = []
    counts: dict[str, Count] = {}
    rules = [rule for rule in recorder.kb.rules.values() if rule.when is not None and not _always(rule)]
    counts["rules fired"] = _count(
        uncovered,
        (
            ("rules fired", rule.id, "no case makes it true", rule.place, Truth.TRUE in recorder.rules.get(rule.id, ()))
            for rule in recorder.kb.rules.values()
        ),
    )
    counts["rules held back"] = _count(
        uncovered,
        (
            ("rules held back", rule.id, "no case makes it false", rule.place, Truth.FALSE in reached)
            for rule in rules
            for reached in [recorder.rules.get(rule.id, set())]
        ),
    )
    counts["premise parts"] = _count(uncovered, _parts(recorder))
    counts["thresholds"] = _count(uncovered, _thresholds(recorder))
    counts["propositions"] = _count(uncovered, _propositions(recorder, prepared))
    return Coverage(counts, tuple(sorted(uncovered, key=lambda one: (one.place, one.kind, one.what))))


def _always(rule: Rule) -> bool:
    return isinstance(rule.when, expression.Always)


_Goal = tuple[str, str, str, Place, bool]


def _count(uncovered: list[Uncovered], goals: Iterable[_Goal]) -> Count:
    covered = total = 0
    for kind, rule, what, place, reached in goals:
        total += 1
        covered += reached
        if not reached:
            uncovered.append(Uncovered(kind, rule, what, place))
    return Count(covered, total)


def _parts(recorder: Recorder) -> Iterator[_Goal]:
    for rule in recorder.kb.rules.values():
        for part in recorder.parts[rule.id]:
            if isinstance(part, expression.Always):
                continue
            reached = recorder.nodes.get(id(part), set())
            for truth in Truth:
                what = f"{part.source or 'premise'}: never {truth.value}"
                yield "premise parts", rule.id, what, _place(part, rule), truth in reached


def _thresholds(recorder: Recorder) -> Iterator[_Goal]:
    for rule in recorder.kb.rules.values():
        for part in recorder.parts[rule.id]:
            if isinstance(part, expression.Compared) and cut_off(part) is not None:
                reached = recorder.sides.get(id(part), set())
                for side in SIDES:
                    what = f"{part.source}: never {side}"
                    yield "thresholds", rule.id, what, _place(part, rule), side in reached


def _propositions(recorder: Recorder, prepared: Prepared) -> Iterator[_Goal]:
    for atom, rules in productions.rules_by_atom(recorder.kb).items():
        if atom in prepared.plan.productions.propositions:
            reached = recorder.atoms.get(atom, set())
            for truth in (Truth.TRUE, Truth.FALSE):
                what = f"{atom}: never {truth.value}"
                yield "propositions", rules[0].id, what, rules[0].place, truth in reached


def _place(part: expression.Node, rule: Rule) -> Place:
    return part.place if part.place.file else rule.place

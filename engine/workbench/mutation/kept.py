"""Worked cases that were run, kept as the plain values and truths that they came to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar, overload

from ...assessment.population.one_of_many import OneOfMany
from ...assessment.population.population import Population
from ...assessment.several import worlds
from ...case.case import Case
from ...inference import values
from ...inference.reference import Reference
from ...knowledge_base.model import Rule
from ...premises import expression
from ...premises.expression import TruthNode
from ...values.interval import Interval
from ...values.truth import Truth
from ...values.value import Gap, Known
from ..cases.cases import WorkedCase

_T = TypeVar("_T")


class _AskedOnce(dict[str, _T]):
    """What is asked for by name when it is first wanted, and kept."""

    def __init__(self, ask: Callable[[str], _T]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, name: str) -> _T:
        found = self[name] = self._ask(name)
        return found


class _OfOne:
    """Of each literal whether it holds of one of many patients: a column of the bits, read when it is wanted."""

    def __init__(self, held: Sequence[int], number: int) -> None:
        self._all, self._number = held, number

    def __getitem__(self, literal: int) -> int:
        return self._all[literal] >> self._number & 1


class Kept(Reference):
    """A finished case: every value and every truth as the network left them."""

    def __init__(self, case: Case, worked: WorkedCase) -> None:
        memory = case.memory
        self.prepared = case.prepared
        self.kb = memory.kb
        self.today = memory.today
        self.worked = worked
        self.plan = case.prepared.plan
        self.said, self.implied, self.day = dict(case.said), dict(case.implied), case.today
        self.counting, self.old, self.as_recorded = dict(case.counting), case.old, case.as_recorded
        self.recorded = Kept(case.recorded, worked) if case.recorded is not case else self
        """The same case with what is old taken as of today."""
        self.closed_groups = frozenset(case.closed_groups)
        self._given: Mapping[str, values.Given]
        self._values: dict[str, Known] = _AskedOnce(memory.known)
        self._thresholds: dict[str, Interval | Gap] = _AskedOnce(memory.threshold)
        self.people: Population
        """The population that it is one of, where it was kept with others."""
        self._held: _OfOne | bytearray
        """Of each literal whether it holds, 1 or 0."""
        if isinstance(case, OneOfMany):
            self._held = _OfOne(case.population.truths.held, case.number)
            self._given = memory.said
        else:  # it may be told more, and what is kept must not move with it
            held = bytearray(self.plan.productions.ground.width)
            network = getattr(memory, "network", None)
            for literal in network.literals if network is not None else ():
                held[literal] = 1
            self._held = held
            self._given = dict(memory.said)
            self._values.update({name: memory.known(name) for name in (*self.kb.findings, *self.kb.quantities)})
            self._thresholds.update({name: memory.threshold(name) for name in self.kb.thresholds})
        self._answers: dict[int, Truth] = {}
        self.doubtful = len(worlds.of(case)) > 1
        """Whether two values contradict, so that other worlds than this one decide what is shown."""
        self._supposed: dict[Hashable, Kept] = {}

    @classmethod
    def of(cls, people: Population, number: int, worked: WorkedCase) -> Kept:
        """One of many patients, kept by himself."""
        made = cls(people.case(number), worked)
        made.people = people
        return made

    def supposing(self, changes: Mapping[str, Known | None]) -> Kept:
        """The same patient with these answers given, replaced or withdrawn, as the network leaves it."""
        key = tuple(changes.items())
        if key not in self._supposed:
            case = Case(self.prepared, self.day)
            case.as_recorded = self.as_recorded
            case.say(self.said)
            case.finish()
            self._supposed[key] = Kept(case.supposing(changes), self.worked)
        return self._supposed[key]

    def known(self, name: str) -> Known:
        return self._values[name]

    def threshold(self, name: str) -> Interval | Gap:
        return self._thresholds[name]

    def truth(self, atom: str) -> Truth:
        index = self.plan.productions.propositions.get(atom)
        return Truth.UNKNOWN if index is None else self._literal(2 * index)

    def _literal(self, literal: int) -> Truth:
        if self._held[literal]:
            return Truth.TRUE
        return Truth.FALSE if self._held[literal ^ 1] else Truth.UNKNOWN

    def premise(self, rule: Rule) -> Truth:
        index = self.plan.productions.premises.get(rule.id)
        return self.holds(rule.when or expression.Always()) if index is None else self._literal(2 * index)

    def holds(self, node: TruthNode) -> Truth:
        found = self.plan.literals.get(id(node))
        if found is not None and found[0] is node and found[1] is not None:
            return self._literal(found[1])
        return super().holds(node)

    def asked(self, node: TruthNode) -> Truth:
        """The truth of a premise that lives as long as this case does, remembered by identity."""
        found = self._answers.get(id(node))
        if found is None:
            found = self._answers[id(node)] = self.holds(node)
        return found

    @property
    def answers(self) -> Mapping[str, values.Given]:
        """What was said of each finding, and what that implied."""
        return self._given


class KeptCases(Sequence[Kept]):
    """Worked cases that were run together, each kept by itself from when it is first looked at.

    Most changes are noticed over bits; of few cases is any looked at by itself.

    Args:
        people: one patient for each worked case, in their order.
    """

    def __init__(self, people: Population, worked: Sequence[WorkedCase]) -> None:
        self.people, self.worked = people, tuple(worked)
        self._made: dict[int, Kept] = {}

    def __len__(self) -> int:
        return len(self.worked)

    @overload
    def __getitem__(self, index: int) -> Kept: ...

    @overload
    def __getitem__(self, index: slice) -> list[Kept]: ...

    def __getitem__(self, index: int | slice) -> Kept | list[Kept]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        number = range(len(self))[index]
        if number not in self._made:
            self._made[number] = Kept.of(self.people, number, self.worked[number])
        return self._made[number]

"""Of which of many patients two values contradict (compare `worlds`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from ...case.case import Prepared
from ...inference import values
from ...inference.program import bits
from ...inference.program.columns import Answers, Columns, Row
from ...inference.program.truths import Truths
from ...premises import evaluation
from ...values.interval import Interval
from ...values.value import Gap, Known, Number
from ..several import worlds


class Several(Protocol):
    """Many patients, with what counts of what was said of each, and what follows."""

    prepared: Prepared
    counting: Sequence[Mapping[str, Known]]
    truths: Truths

    def without(self, pairs: Sequence[tuple[int, str]]) -> Several:
        """Patients of whom one answer each is withdrawn, as they are paired."""


def of(population: Several) -> int:
    """The cases of whom two values contradict, so that other worlds than the one entered decide what is shown."""
    found, doubtful = 0, []
    for case, about, decided in twice_known(population):
        if decided:
            found |= population.truths.columns.bit[case]
        else:
            doubtful.append((case, about))
    doubtful = [(case, about) for case, about in doubtful if not found >> case & 1]
    return found | (_deciding(population, doubtful) if doubtful else 0)


def suspects(population: Several) -> int:
    """The cases of whom something entered differs from what is worked out, however little."""
    flags = population.truths.columns.bit
    return bits.joined(flags[case] for case, _, _ in twice_known(population))


def twice_known(population: Several) -> Iterator[tuple[int, str, bool]]:
    """Each number entered that differs from what is worked out, and whether by so much that it contradicts at once."""
    kb, machine = population.prepared.kb, population.truths.machine
    alone = _Alone(population)
    for name in population.truths.answers.said:
        quantity = name if name in kb.quantities else kb.findings[name].stand_in
        if not quantity or (name == quantity and not machine.plan.derive.get(name)):
            continue
        for case in population.truths.answers.said[name]:
            entered = population.counting[case][name]
            if isinstance(entered, Number):
                apart = _apart(population, alone.row(case), case, name, quantity, entered)
                if apart is not None:
                    yield case, name, apart


class _Alone:
    """What the answers come to without anything that they imply."""

    def __init__(self, population: Several) -> None:
        machine, answers = population.truths.machine, population.truths.answers
        self.columns = Columns(machine, Answers(machine, answers.days, population.counting))

    def row(self, case: int) -> Row:
        return self.columns.row(case)


def _apart(population: Several, alone: Row, case: int, about: str, quantity: str, entered: Known) -> bool | None:
    """Whether two values contradict at once, or would if a rule decides otherwise (False); None where they agree."""
    worked_out = alone.worked_out(quantity) if about == quantity else alone.known(quantity)
    one = evaluation.interval_of(entered, alone.range_of(about))
    other = evaluation.interval_of(worked_out, None)
    if isinstance(one, Gap):
        return None
    if isinstance(other, Gap):
        if about != quantity or not worlds.goes_by_the_first(population.prepared, quantity):
            return None
        row = population.truths.columns.row(case)
        second = evaluation.interval_of(values.quantity_value(row.plan.derive[quantity], values.NOTHING, row), None)
        return True if isinstance(second, Interval) and worlds.far(one, second) else None
    if worlds.far(one, other):
        return True
    return False if worlds.beyond_rounding(population.prepared.kb, quantity, one, other) else None


def _deciding(population: Several, doubtful: list[tuple[int, str]]) -> int:
    """Of cases with a small difference those in which a rule that decides comes to something else without it."""
    without = population.without(doubtful)
    bit, found = population.truths.columns.bit, 0
    places = [case for case, _ in doubtful]
    rules = [rule for verb in worlds.DECIDING for rule in population.prepared.by_verb.get(verb, ())]
    for rule in rules:
        pair, other = population.truths.premise(rule), without.truths.premise(rule)
        for place, case in enumerate(places):
            if any(one >> case & 1 != two >> place & 1 for one, two in zip(pair, other, strict=True)):
                found |= bit[case]
    return found

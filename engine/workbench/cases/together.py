"""What worked cases expect, looked up for all of them at once.

It says which cases fail, not why: those are run again one by one, so that what is told of them is what experta says.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from ...assessment import differential
from ...assessment.differential import Standing
from ...assessment.population.population import Population
from ...assessment.verdict import DIAGNOSIS_STATUSES, PLAN_STATUSES
from ...case.case import Prepared
from ...inference.program import bits
from ...inference.program.columns import Machine
from ...values.interval import Interval
from . import cases, clashes, outcomes
from .cases import DIAGNOSES, Expectation, WorkedCase

_W = TypeVar("_W")


def population(prepared: Prepared, machine: Machine, worked: Sequence[WorkedCase]) -> Population:
    """The patients of worked cases, in their order."""
    said = [one.record.known for one in worked]
    return Population(prepared, machine, said, [one.record.today or cases.NO_DAY for one in worked])


def failing(people: Population, worked: Sequence[WorkedCase]) -> int:
    """The cases that may fail: something expected does not follow, or a report contradicts itself."""
    return unmet(people, worked) | clashes.among(people)


def unmet(people: Population, worked: Sequence[WorkedCase]) -> int:
    """The cases of which something expected does not follow."""
    met, failed = Met(people), 0
    for number, one in enumerate(worked):
        flag = people.truths.columns.bit[number]
        for want in one.expectations:
            if bool(met.within(want, flag) & flag) is want.negated:
                failed |= flag
                break
    return failed


class Met:
    """For each expectation the cases in which what it names is so; what `negated` makes of it is left to the caller.

    Args:
        before: the same cases before some rules were changed, with the conditions that may stand elsewhere now.
    """

    def __init__(self, people: Population, before: tuple[Met, frozenset[str]] | None = None) -> None:
        self.people, self.kb, self._before = people, people.kb, before
        self._found: dict[tuple[str, str, tuple[str, ...]], int] = {}
        self._ranks: dict[int, dict[str, Standing]] = {}
        self._wanted: dict[tuple[str, str], Interval | None] = before[0]._wanted if before is not None else {}

    def within(self, want: Expectation, these: int) -> int:
        """Of these cases those in which it is so; of others nothing is said."""
        if not self.at_once(want, these):
            return self._one_by_one(want, these)
        check = _AT_ONCE[want.kind]
        key = want.kind, want.subject, want.wanted
        if key not in self._found:
            self._found[key] = check(self, want)
        return self._found[key]

    def at_once(self, want: Expectation, these: int) -> bool:
        """Whether it is looked up for all of these together, none of them asked alone."""
        if want.kind == "doses" and any("{" in text for text, _ in self.people.plans.doses(want.subject)):
            return False
        return want.kind in _AT_ONCE and not (want.kind in _SLOWLY_MERGED and these & self.people.contradicting)

    def over_bits(self, want: Expectation, these: int) -> bool:
        """Whether it is looked up without supposing anything else of a patient."""
        return self.at_once(want, these) or (want.kind in _OF_ONE and not these & self.people.contradicting)

    def _one_by_one(self, want: Expectation, these: int) -> int:
        check = _OF_ONE.get(want.kind)
        found = 0
        for number in bits.positions(these):
            if check is not None and not self.people.contradicting >> number & 1:
                held = check(self, want, number)
            else:
                held = outcomes.met(self.people.look(number), want) is not want.negated
            found |= self.people.truths.columns.bit[number] if held else 0
        return found

    def ranked(self, number: int) -> dict[str, Standing]:
        """The differential of one case, in its order."""
        found = self._ranks.get(number)
        if found is None and self._before is not None and not self._moved >> number & 1:
            found = self._ranks[number] = self._before[0].ranked(number)
        if found is None:
            listed, standings = [], self.people.standings
            for name, condition in self.kb.conditions.items():
                words = standings.statuses(name)
                status = next((one for one in DIAGNOSIS_STATUSES if words.get(one, 0) >> number & 1), None)
                if status is not None:
                    points = float(_word(standings.scores(name), number))
                    listed.append(Standing(condition, status, points, True))
            found = {one.condition.id: one for one in sorted(listed, key=differential.in_order)}
            self._ranks[number] = found
        return found

    @functools.cached_property
    def _moved(self) -> int:
        """The cases of which a condition stands elsewhere than before in the differential."""
        if self._before is None:
            return self.people.everybody
        met, conditions = self._before
        now, then, found = self.people.standings, met.people.standings, 0
        for name in conditions:
            found |= _unlike(now.statuses(name), then.statuses(name)) | _unlike(now.scores(name), then.scores(name))
        return found

    def number_wanted(self, want: Expectation) -> Interval | None:
        """The number that an expectation of a quantity names, read once."""
        key = want.subject, want.wanted[0]
        if key not in self._wanted:
            self._wanted[key] = outcomes.number_wanted(self.kb, want)
        return self._wanted[key]

    def rank(self, number: int, condition: str) -> int:
        """1 for the first of the differential of one case; 0 where the condition is not in it."""
        ranked = list(self.ranked(number))
        return ranked.index(condition) + 1 if condition in ranked else 0


def _unlike(now: Mapping[_W, int], then: Mapping[_W, int]) -> int:
    """The cases that have other words now."""
    return bits.joined(now.get(word, 0) ^ then.get(word, 0) for word in {*now, *then})


def _word(words: Mapping[str, int] | Mapping[float, int], number: int) -> str | float:
    return next((word for word, these in words.items() if these >> number & 1), "")


# --- of all at once ---------------------------------------------------------------------------------------------------


def _diagnosis(met: Met, want: Expectation) -> int:
    return met.people.diagnosis(want.subject).get(DIAGNOSES[want.kind], 0)


def _score(met: Met, want: Expectation) -> int:
    wanted = Decimal(want.wanted[0])
    scores, shown = met.people.standings.scores(want.subject).items(), met.people.standings.shown(want.subject)
    return shown & bits.joined(
        these for points, these in scores if abs(Decimal(str(points)) - wanted) < Decimal("0.05")
    )


def _scale(met: Met, want: Expectation) -> int:
    return met.people.level(want.subject).get(want.wanted[0], 0)


def _status(*statuses: str) -> Callable[[Met, Expectation], int]:
    def check(met: Met, want: Expectation) -> int:
        found = met.people.status(want.subject)
        return bits.joined(found.get(status, 0) for status in statuses)

    return check


def _driver(met: Met, want: Expectation) -> int:
    found = met.people.diagnosis(want.subject)
    return met.people.is_cause(want.subject) | bits.joined(found.get(one, 0) for one in outcomes.THOUGHT_SO)


def _missing(met: Met, want: Expectation) -> int:
    found, missing = met.people.plans.in_plan(want.subject), met.people.plans.missing(want.subject)
    for name in want.wanted:
        found &= missing.get(name, 0)
    return found


def _dose(met: Met, want: Expectation) -> int:
    found = met.people.in_plan(want.subject)
    for words in want.wanted:
        found &= bits.joined(cases for text, cases in met.people.plans.doses(want.subject) if words in text)
    return found


def _fired(met: Met, want: Expectation) -> int:
    return met.people.rule(met.kb.rules[want.subject])[0] if want.subject in met.kb.rules else 0


def _ruled_out(met: Met, want: Expectation) -> int:
    return met.people.rule(met.kb.rules[want.subject])[1] if want.subject in met.kb.rules else 0


def _unknown(met: Met, want: Expectation) -> int:
    return met.people.truths.unknown(met.people.state(want.subject))


_AT_ONCE: dict[str, Callable[[Met, Expectation], int]] = {
    **dict.fromkeys(DIAGNOSES, _diagnosis),
    **{status: _status(status) for status in PLAN_STATUSES},
    "causes": lambda met, want: met.people.is_cause(want.subject),
    "states": lambda met, want: met.people.state(want.subject)[0],
    "false": lambda met, want: met.people.state(want.subject)[1],
    "unknown": _unknown,
    "scales": _scale,
    "scores": _score,
    "orders": lambda met, want: met.people.testing.in_work_up(want.subject),
    "alerts": lambda met, want: met.people.alert(want.subject)[0],
    "cautions": lambda met, want: met.people.is_cautioned(want.subject)[0],
    "missing": _missing,
    "doses": _dose,
    "fired": _fired,
    "held": lambda met, want: met.people.everybody & ~_fired(met, want),
    "ruled_out": _ruled_out,
    "cause": _driver,
    "recommend": _status("recommended", "conditional", "deferred"),
    "avoid": _status("contraindicated", "deferred"),
    "next_step": lambda met, want: met.people.testing.next_steps(want.subject),
}

_SLOWLY_MERGED = frozenset({"orders", "next_step", "missing", "scores", "doses"})
"""What is looked up one by one for those of whom two values contradict."""

# --- of one at a time -------------------------------------------------------------------------------------------------


def _rank(met: Met, want: Expectation, number: int) -> bool:
    return 0 < met.rank(number, want.subject) <= int(want.wanted[0])


def _answer(met: Met, want: Expectation, number: int) -> bool:
    found = met.ranked(number).get(want.subject)
    if found is None:
        return False
    first = met.rank(number, want.subject) == 1
    return found.status in outcomes.THOUGHT_SO or (
        first and bool(met.people.standings.missing(want.subject) >> number & 1)
    )


def _rejected(met: Met, want: Expectation, number: int) -> bool:
    found = met.ranked(number).get(want.subject)
    if found is None or found.status in ("excluded", "unlikely"):
        return True
    rank = met.rank(number, want.subject)
    return bool(want.wanted) and all(0 < met.rank(number, name) < rank for name in want.wanted)


def _quantity(met: Met, want: Expectation, number: int) -> bool:
    return outcomes.is_about(met.people.truths.columns.known(want.subject, number), met.number_wanted(want), want)


_OF_ONE: dict[str, Callable[[Met, Expectation, int], bool]] = {
    "ranks": _rank,
    "diagnosis": _answer,
    "reject": _rejected,
    "quantities": _quantity,
}

"""Derived fields of one list entry: whether it has stopped, its age, duration (months) and daily dose."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from ..values import dates
from ..values.interval import INFINITY, ZERO, Interval, exactly
from ..values.truth import Truth
from ..values.value import UNKNOWN, Day, Entry, Gap, Known, Number, Word

ADULT = Decimal(18)
"""Years from which on an entry that tells no age is taken to be."""


class Facts(Protocol):
    """The facts of one patient on one day, as premises read them."""

    @property
    def today(self) -> Interval: ...

    def known(self, name: str) -> Known:
        """The value of a finding or quantity, or the gap."""

    def range_of(self, name: str) -> Interval | None:
        """The reference range in force for a number finding or quantity; None where there is none (yet)."""

    def threshold(self, name: str) -> Interval | Gap:
        """A shared cut-off as in force today."""

    def truth(self, atom: str) -> Truth:
        """The truth of a proposition."""

    def key_of(self, name: str) -> str:
        """The field of a records finding that says which member an entry is (`name`, `site`)."""

    def members_of(self, name: str) -> frozenset[str]:
        """Every member that an entry of this list can be."""

    def member_number(self, name: str, member: str, attribute: str) -> Decimal | None:
        """A number that a member of this list carries (`prednisolone_factor`)."""


def interval_of(known: Known, in_force: Interval | None) -> Interval | Gap:
    """The number or date that is known; a word (`high`) is the part of the line that its range makes it.

    Above a range without an upper end lies no number: what the word then means is not known.
    """
    if isinstance(known, Gap):
        return known
    if isinstance(known, Day):
        return known.interval
    if not isinstance(known, Number):
        return UNKNOWN
    result = known.last
    if result.word is None:
        return result.interval
    span = result.range or in_force
    if span is None:
        return UNKNOWN
    if result.word is Word.HIGH:
        return UNKNOWN if span.high.is_infinite() else Interval(span.high, INFINITY, True, True)
    if result.word is Word.LOW:
        return UNKNOWN if span.low.is_infinite() else Interval(-INFINITY, span.low, True, True)
    return span


def stopped(entry: Entry, facts: Facts) -> Truth:
    """A stop on or before today; an entry that does not say is current (implied)."""
    known = entry.fields.get("stopped")
    if known is None:
        return Truth.FALSE
    return known.interval.at_most(facts.today) if isinstance(known, Day) else Truth.UNKNOWN


def _day(entry: Entry, name: str) -> Interval | None:
    known = entry.fields.get(name)
    return known.interval if isinstance(known, Day) else None


def _age_at(entry: Entry, facts: Facts) -> Interval | Gap:
    age = interval_of(facts.known("age"), None)
    date = _day(entry, "date")
    if isinstance(age, Gap):
        return UNKNOWN
    now = Interval(age.low, age.high + 1, age.low_open, True)
    if date is None:
        return Interval(ZERO, now.high, False, True)
    ago = dates.elapsed(date, facts.today, "months").scaled(Decimal(1) / 12)
    then = now.minus(ago)
    return Interval(
        max(then.low, ZERO), max(then.high, ZERO), then.low_open and then.low > 0, then.high_open and then.high > 0
    )


def _age_as_adult(entry: Entry, facts: Facts) -> Interval | Gap:
    """The age then; where nothing tells it, one of adult life, which is what the list asks for."""
    given = entry.fields.get("age_at")
    if isinstance(given, Number):
        return interval_of(given, None)
    then = _age_at(entry, facts)
    if isinstance(then, Gap) or _day(entry, "date") is not None or then.high <= ADULT:
        return then
    return Interval(ADULT, then.high, False, then.high_open)


def _duration(entry: Entry, facts: Facts) -> Interval | Gap:
    started = _day(entry, "started")
    if started is None:
        return UNKNOWN
    if stopped(entry, facts) is Truth.FALSE:
        return dates.elapsed(started, facts.today, "months")
    end = _day(entry, "stopped")
    low = dates.months_between(started.high, end.low) if end is not None else ZERO
    high = dates.months_between(started.low, end.high if end is not None else facts.today.high)
    return (
        Interval(max(low, ZERO), max(high, ZERO))
        if not high.is_infinite()
        else Interval(max(low, ZERO), high, False, True)
    )


def _daily_dose(entry: Entry, facts: Facts) -> Interval | Gap:
    dose = interval_of(entry.fields.get("dose", UNKNOWN), None)
    if isinstance(dose, Gap):
        return UNKNOWN
    every = interval_of(entry.fields["every"], None) if "every" in entry.fields else exactly(1)
    if isinstance(every, Gap):
        return Interval(ZERO, INFINITY, False, True)
    return dose.over(every) or UNKNOWN


def _last_given(entry: Entry, facts: Facts) -> Interval | Gap:
    """Between the first day and the last, which is today of what is still taken without an end."""
    started, stopped = _day(entry, "started"), _day(entry, "stopped")
    if stopped is None and started is None:
        return UNKNOWN
    low = started.low if started is not None else -INFINITY
    end = stopped.high if stopped is not None else max(facts.today.high, low)
    return Interval(min(low, end), end, low.is_infinite(), False)


DERIVED_FIELDS: dict[str, Callable[[Entry, Facts], Interval | Gap]] = {
    "age_at": _age_at,
    "age_as_adult": _age_as_adult,
    "duration": _duration,
    "daily_dose": _daily_dose,
    "last_given": _last_given,
}

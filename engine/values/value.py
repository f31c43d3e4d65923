"""The value of one finding: a number, a choice, a list of entries, or a reason why there is none.

`Known` is what premises are evaluated over. One known is an *addition* to another (`is_addition`) when it only says
more; anything else is a change, after which earlier conclusions may fall.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from .interval import ANY, Interval


class Gap(enum.Enum):
    """The reason why there is no value.

    `NOT_MEASURED` is unknown but not asked again; `NOT_APPLICABLE` makes every comparison false.
    """

    UNKNOWN = "unknown"
    NOT_MEASURED = "not measured"
    NOT_APPLICABLE = "not applicable"


class Word(enum.Enum):
    """A result given against its reference range, without a number."""

    HIGH = "high"
    LOW = "low"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number in the finding's own unit: `interval`, or a `word` whose interval follows from the range in force.

    `range` is the reference range printed beside this result (it overrides the finding's); `date` is the day
    interval it was taken; `persistent` says that the word was confirmed on another occasion.
    """

    interval: Interval = ANY
    word: Word | None = None
    range: Interval | None = None
    date: Interval | None = None
    persistent: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A measured number: its results, oldest first; the last one counts (see `history`)."""

    results: tuple[Measurement, ...]

    @property
    def last(self) -> Measurement:
        return self.results[-1]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these members (member ids); exactly known when there is one. `yes`/`no` for yes_no findings.

    `date` is the day it was found so, `before` what was found earlier, oldest first. Premises read neither.
    """

    members: frozenset[str]
    date: Interval | None = None
    before: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A date, as a closed interval of day numbers (`2025-03` is the whole month)."""

    interval: Interval


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: what is known of each field; a field left out is unknown."""

    fields: Mapping[str, Known]

    def __hash__(self) -> int:
        return hash(frozenset(self.fields.items()))


@dataclass(frozen=True, slots=True)
class Records:
    """A list: its entries, the members known to be absent, and whether anything may be missing from it."""

    entries: tuple[Entry, ...] = ()
    complete: bool = True
    absent: frozenset[str] = field(default_factory=frozenset)


Known = Gap | Number | Choice | Day | Records
UNKNOWN, NOT_MEASURED, NOT_APPLICABLE = Gap.UNKNOWN, Gap.NOT_MEASURED, Gap.NOT_APPLICABLE
YES, NO = Choice(frozenset({"yes"})), Choice(frozenset({"no"}))


def is_addition(new: Known, old: Known) -> bool:
    """Whether `new` only says more than `old`: contained in it, so that nothing concluded from it can fall."""
    if old is UNKNOWN or new == old:
        return True
    if isinstance(new, Number) and isinstance(old, Number):
        return _number_adds(new, old)
    if isinstance(new, Choice) and isinstance(old, Choice):
        return new.members <= old.members and (new.date, new.before) == (old.date, old.before)
    if isinstance(new, Day) and isinstance(old, Day):
        return old.interval.contains(new.interval)
    if isinstance(new, Records) and isinstance(old, Records):
        return _records_add(new, old)
    return False


def _number_adds(new: Number, old: Number) -> bool:
    if len(new.results) != len(old.results):
        return False
    return all(_result_adds(a, b) for a, b in zip(new.results, old.results, strict=True))


def _result_adds(new: Measurement, old: Measurement) -> bool:
    if new.range != old.range or new.persistent != old.persistent:
        return False
    if old.date is not None and (new.date is None or not old.date.contains(new.date)):
        return False
    if old.date is None and new.date is not None:
        return False
    if new.word is not old.word:
        return False
    return old.interval.contains(new.interval)


def _records_add(new: Records, old: Records) -> bool:
    if old.complete or not old.absent <= new.absent:
        return False
    if len(new.entries) < len(old.entries):
        return False
    return all(_entry_adds(a, b) for a, b in zip(new.entries, old.entries, strict=False))


def _entry_adds(new: Entry, old: Entry) -> bool:
    """Whether an entry only says more; one that says when it stopped was taken as current before."""
    if "stopped" in new.fields and "stopped" not in old.fields:
        return False
    return all(key in new.fields and is_addition(new.fields[key], known) for key, known in old.fields.items())

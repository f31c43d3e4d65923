"""The results of one finding over time: which counts, which may count as well, and which came before.

The newest counts. Where that cannot be told (one has no day beside others that have, two are of one day, or of times
that overlap) each that may be the newest is a rival; who reads them asks, or takes the strictest. Results of which none
has a day stand in the order they were written, and the last counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TypeVar

from .interval import Interval
from .value import Choice, Known, Measurement, Number

_R = TypeVar("_R", Measurement, Choice)


def in_order(results: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """The results, oldest first, those of unknown day last; in whatever order they are given, if any has a day."""
    listed = tuple(results)
    if all(one.date is None for one in listed):
        return listed
    return tuple(sorted(dict.fromkeys(listed), key=_place))


def choice_of(answers: Iterable[Choice]) -> Choice:
    """Answers of several days as one: the newest, with those before it. An answer is given once at least."""
    listed = [dataclasses.replace(one, before=()) for one in answers]
    if any(one.date is not None for one in listed):
        listed = sorted(dict.fromkeys(listed), key=lambda one: (*_day(one.date), sorted(one.members)))
    return dataclasses.replace(listed[-1], before=tuple(listed[:-1]))


def date_of(known: Known) -> Interval | None:
    """The day of the result that counts, where it is known."""
    if isinstance(known, Number):
        return known.last.date
    return known.date if isinstance(known, Choice) else None


def rivals(known: Known) -> tuple[Known, ...]:
    """The results any of which may be the one that counts, each as the finding would be if it did; the last first.

    One alone where that is certain, or where they say the same.
    """
    if isinstance(known, Number):
        results = known.results
        if len(results) == 1:
            return (known,)
        ways: list[Known] = [Number((*(one for one in results if one is not last), last)) for last in _newest(results)]
    elif isinstance(known, Choice) and known.before:
        answers = (*known.before, dataclasses.replace(known, before=()))
        ways = [
            dataclasses.replace(last, before=tuple(one for one in answers if one is not last))
            for last in _newest(answers)
        ]
    else:
        return (known,)
    return tuple({_says(way): way for way in ways}.values())


def certain(known: Known) -> Known:
    """The finding as it would be if nothing but the result that counts had been said."""
    if isinstance(known, Number):
        return Number((known.last,))
    return dataclasses.replace(known, before=()) if isinstance(known, Choice) else known


def joined(before: Known, value: Known) -> Known | None:
    """The results of two times as one; None where they are of one day, or neither has a day, or they are no results."""
    if isinstance(before, Number) and isinstance(value, Number):
        same = before.last.date == value.last.date
        return None if same else Number(in_order((*before.results, *value.results)))
    if isinstance(before, Choice) and isinstance(value, Choice) and before.date != value.date:
        return choice_of((*before.before, before, *value.before, value))
    return None


def on(known: Number, day: Interval) -> Number:
    """The results that have no day as of this one."""
    return Number(tuple(one if one.date is not None else dataclasses.replace(one, date=day) for one in known.results))


def earlier(known: Number) -> tuple[Measurement, ...]:
    """The results that are certainly older than the one that counts."""
    newest = _newest(known.results)
    return tuple(one for one in known.results if one.date is not None and one not in newest)


def undated(known: Known) -> Known:
    """An answer that is no number, as premises read it: without its day and what came before."""
    if isinstance(known, Choice) and (known.date is not None or known.before):
        return Choice(known.members)
    return known


def _newest(results: tuple[_R, ...]) -> list[_R]:
    """Those that nothing is certainly newer than, the last of them first."""
    if all(one.date is None for one in results):
        return [results[-1]]
    lows = [one.date.low for one in results if one.date is not None]
    newest = max(lows)
    return [one for one in reversed(results) if one.date is None or one.date.high >= newest]


def _says(known: Known) -> object:
    if isinstance(known, Number):
        last = known.last
        return last.interval, last.word, last.range, last.persistent
    return known.members if isinstance(known, Choice) else known


def _place(one: Measurement) -> tuple[object, ...]:
    word = one.word.value if one.word is not None else ""
    span = (one.range.low, one.range.high) if one.range is not None else ()
    return (*_day(one.date), one.interval.low, one.interval.high, word, one.persistent, span)


def _day(date: Interval | None) -> tuple[object, ...]:
    return (True,) if date is None else (False, date.low, date.high)

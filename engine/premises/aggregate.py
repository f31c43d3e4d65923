"""Sums and extremes over the entries of a list, some of which may not belong and one of which may be unknown."""

from __future__ import annotations

from ..values.interval import ANY, INFINITY, Interval, exactly, hull
from ..values.value import NOT_MEASURED, UNKNOWN, Choice, Entry, Gap
from . import expression


def narrowed(entry: Entry, where: expression.TruthNode | None, key: str) -> Entry:
    """The entry with only those members left that `where` lets through."""
    parts = where.items if isinstance(where, expression.All) else (where,)
    known = entry.fields[key]
    for part in parts:
        named = isinstance(part, expression.OneOf) and part.field and part.name == key and not part.negated
        if named and isinstance(part, expression.OneOf) and isinstance(known, Choice):
            known = Choice(known.members & part.members)
    return Entry({**entry.fields, key: known})


def summed(certain: list[Interval | Gap], possible: list[Interval | Gap], more: Interval | None) -> Interval | Gap:
    total = exactly(0)
    for value in certain:
        total = total.plus(ANY if isinstance(value, Gap) else value)
    for value in possible:
        total = total.plus(ANY if isinstance(value, Gap) else hull((exactly(0), value)))
    if more is not None:
        low, low_open = (-INFINITY, True) if more.low < 0 else (total.low, total.low_open)
        total = (
            Interval(low, INFINITY, low_open, True)
            if more.high > 0
            else Interval(low, total.high, low_open, total.high_open)
        )
    return UNKNOWN if total == ANY else total


def extreme(
    lowest: bool, certain: list[Interval | Gap], possible: list[Interval | Gap], more: Interval | None
) -> Interval | Gap:
    def turned(value: Interval | Gap) -> Interval:
        number = ANY if isinstance(value, Gap) else value
        return number if lowest else number.negated()

    maybe = [turned(value) for value in possible] + ([turned(more)] if more is not None else [])
    if not certain:
        return UNKNOWN if maybe else NOT_MEASURED
    smallest = turned(certain[0])
    for value in certain[1:]:
        smallest = smallest.lesser_ends(turned(value))
    for number in maybe:
        smallest = hull((smallest, smallest.lesser_ends(number)))
    result = smallest if lowest else smallest.negated()
    return UNKNOWN if result == ANY else result

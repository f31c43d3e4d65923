"""What is known of a number of each patient, as premises read it: a word is the part of the line its range makes it."""

from __future__ import annotations

import numpy as np

from . import ends
from .columns import HIGH, LOW, NORMAL, NumberColumn, gap_codes
from .ends import UNKNOWN, VALUE, Ends, Flags
from .scope import Scope

_INF = np.float64("inf")


def value_ends(name: str, scope: Scope) -> Ends:
    """The number or date that is known of each patient; a word is the part of the line that its range makes it."""
    key = ("value", name)
    found: Ends | None = scope.kept.get(key)
    if found is not None:
        return found
    column = scope.people.known(name)
    if isinstance(column, NumberColumn):
        found = column.ends if column.words is None else _worded(column, scope.people.range_of(name))
    else:  # no number: unknown, or the reason why there is none
        gap = gap_codes(column)
        codes = np.full(scope.people.count, VALUE, np.uint8) if gap is None else gap
        codes = np.where(codes == VALUE, UNKNOWN, codes).astype(np.uint8)
        found = Ends(np.full(scope.people.count, np.nan), gap=codes)
    found = scope.kept[key] = scope.at(found)
    return found


def span_of(column: NumberColumn, in_force: Ends) -> Ends:
    """The range printed beside each result, else that in force."""
    if column.printed is None:
        return in_force
    there = column.printed.gap == VALUE if column.printed.gap is not None else np.ones(len(column.printed.low), bool)
    return ends.chosen(there, column.printed, in_force)


def _worded(column: NumberColumn, in_force: Ends) -> Ends:
    assert column.words is not None
    count = len(column.words)
    span = span_of(column, in_force).spread(count)
    none = span.gap != VALUE
    found = column.ends.spread(count)
    for word, low, high, missing in (
        (HIGH, span.high, np.full(count, _INF), np.isinf(span.high)),
        (LOW, np.full(count, -_INF), span.low, np.isinf(span.low)),
    ):
        rows = column.words == word
        gone = rows & (none | missing)
        rows = rows & ~gone
        found.low[rows], found.high[rows] = low[rows], high[rows]
        found.low_open[rows] = found.high_open[rows] = True  # type: ignore[index]
        _gone(found, gone)
    rows = column.words == NORMAL
    _gone(found, rows & none)
    rows = rows & ~none
    found.low[rows], found.high[rows] = span.low[rows], span.high[rows]
    found.low_open[rows], found.high_open[rows] = span.low_open[rows], span.high_open[rows]  # type: ignore[index]
    return found.tidy()


def _gone(found: Ends, rows: Flags) -> None:
    found.low[rows] = found.high[rows] = np.nan
    assert found.gap is not None
    assert found.low_open is not None
    assert found.high_open is not None
    found.gap[rows] = UNKNOWN
    found.low_open[rows] = found.high_open[rows] = False

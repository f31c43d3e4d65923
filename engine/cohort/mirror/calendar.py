"""Calendar months between many days: the mirror of `dates.months_between`."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

_EPOCH = datetime.date(1970, 1, 1).toordinal()
_PLACES = 10
"""A part of a month is a small fraction: what is nearer to a short decimal than this is that decimal."""


def months_between(start: Any, end: Any) -> Any:
    """Months from one day number to another, with the share of the month begun; gaps stay gaps."""
    start, end = np.broadcast_arrays(np.asarray(start, np.float64), np.asarray(end, np.float64))
    backward = end < start
    first, last = np.where(backward, end, start), np.where(backward, start, end)
    endless = np.isinf(first) | np.isinf(last)
    lost = np.isnan(first) | np.isnan(last)
    some = ~(endless | lost)
    found = np.where(lost, np.nan, np.where(first < last, np.inf, -np.inf))
    if some.any():
        found[some] = _between(first[some], last[some])
    return np.where(backward, -found, found)


class Until:
    """Months from any day until one day, looked up: a table has few days and many rows."""

    def __init__(self, end: float, years: int = 150) -> None:
        self.end = end
        self._first = int(end) - 366 * years
        self._table = months_between(np.arange(self._first, int(end) + 1, dtype=np.float64), end)

    def since(self, start: Any) -> Any:
        """Months from each day; gaps stay gaps."""
        start = np.asarray(start, np.float64)
        inside = (start >= self._first) & (start <= self.end)
        found = self._table[np.where(inside, start - self._first, 0).astype(np.intp)]
        if inside.all():
            return found
        return np.where(inside, found, months_between(np.where(inside, np.nan, start), self.end))


def _between(first: Any, last: Any) -> Any:
    begun = (first.astype(np.int64) - _EPOCH).astype("datetime64[D]")
    ended = (last.astype(np.int64) - _EPOCH).astype("datetime64[D]")
    month = begun.astype("datetime64[M]")
    day = (begun - month.astype("datetime64[D]")).astype(np.int64)
    at = month.astype(np.int64)
    months = ended.astype("datetime64[M]").astype(np.int64) - at
    months = months - (_later(at, day, months) > ended)
    anniversary, following = _later(at, day, months), _later(at, day, months + 1)
    rest = (ended - anniversary).astype(np.float64)
    return np.round(months + rest / (following - anniversary).astype(np.float64), _PLACES)


def _later(month: Any, day: Any, months: Any) -> Any:
    """The same day so many months later, or the last of that month where it has no such day."""
    target = (month + months).astype("datetime64[M]")
    begins = target.astype("datetime64[D]")
    length = ((target + np.timedelta64(1, "M")).astype("datetime64[D]") - begins).astype(np.int64)
    return begins + np.minimum(day, length - 1).astype("timedelta64[D]")

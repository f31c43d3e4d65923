"""Numbers known within bounds, by the cut-offs they are compared with.

Of a number it matters on which side of each cut-off it is known to lie: `below 30`, `at most 30`, `at least 30`,
`above 30` are variables that say it of the whole interval. They follow from each other along the line, and
contradict where no interval is left. So an interval, open or closed, stands for itself exactly, and nothing is
assumed of where on the line the cut-offs of other numbers lie. What lies between two steps of a number is no side of
its own.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from decimal import Decimal

from ...values.interval import INFINITY, Interval
from ...values.types import Possible
from .clauses import FALSE, TRUE, Clauses, Pair

Side = tuple[Decimal, int]
"""A cut-off and whether it is itself in (1) or not (0), ordered as what lies below it grows."""


class Line:
    """One number, and the variables for what its interval is known to lie below and above."""

    def __init__(self, clauses: Clauses, possible: Possible) -> None:
        self.clauses, self.possible = clauses, possible
        self._below: list[Side] = []
        self._above: list[Side] = []
        self._variables: dict[tuple[bool, Side], int] = {}

    def below(self, cut: Decimal, itself: bool) -> int:
        """The variable for lying below a cut-off; with `itself`, or at it."""
        if cut.is_infinite():
            return TRUE if cut > 0 else FALSE
        span = self.possible.narrowed(Interval(-INFINITY, cut, True, not itself))
        assert span is not None
        return self._variable(True, (span.high, int(not span.high_open)))

    def above(self, cut: Decimal, itself: bool) -> int:
        """The variable for lying above a cut-off; with `itself`, or at it."""
        if cut.is_infinite():
            return TRUE if cut < 0 else FALSE
        span = self.possible.narrowed(Interval(cut, INFINITY, not itself, True))
        assert span is not None
        return self._variable(False, (span.low, int(span.low_open)))

    def compared(self, operator: str, cut: Decimal) -> Pair:
        """Whether the number stands in this relation to a cut-off."""
        less, most = self.below(cut, False), self.below(cut, True)
        least, more = self.above(cut, True), self.above(cut, False)
        if operator == "<":
            return Pair(less, least)
        if operator == "<=":
            return Pair(most, more)
        if operator == ">":
            return Pair(more, most)
        if operator == ">=":
            return Pair(least, less)
        equal = Pair(self.clauses.all_of((most, least)), self.clauses.any_of((less, more)))
        return equal if operator == "=" else equal.opposite

    def _variable(self, is_below: bool, side: Side) -> int:
        """The variable of a side, placed among the others.

        A side of an upper bound (c, 0) is `< c` and (c, 1) `<= c`; of a lower bound (c, 0) is `>= c` and (c, 1) `> c`:
        an upper bound contradicts every lower one that is not before it.
        """
        found = self._variables.get((is_below, side))
        if found is not None:
            return found
        found = self._variables[is_below, side] = self.clauses.variable()
        sides, others = (self._below, self._above) if is_below else (self._above, self._below)
        place = bisect.bisect_left(sides, side)
        before = self._variables[is_below, sides[place - 1]] if place else None
        after = self._variables[is_below, sides[place]] if place < len(sides) else None
        for narrow, wide in ((before, found), (found, after)) if is_below else ((found, before), (after, found)):
            if narrow is not None and wide is not None:
                self.clauses.implies(narrow, wide)
        sides.insert(place, side)
        if is_below:
            nearest = bisect.bisect_left(others, side)
            against = others[nearest] if nearest < len(others) else None
        else:
            nearest = bisect.bisect_right(others, side)
            against = others[nearest - 1] if nearest else None
        if against is not None:
            self.clauses.add(-found, -self._variables[not is_below, against])
        return found

    def sides(self) -> Iterator[tuple[bool, Side, int]]:
        """Every side with its variable: whether it is an upper bound, the cut-off, the variable."""
        for (is_below, side), variable in self._variables.items():
            yield is_below, side, variable

    def interval_of(self, true: frozenset[int]) -> Interval | None:
        """The widest interval that lies where these variables say; None where there is none."""
        low, high = Decimal("-Infinity"), Decimal("Infinity")
        low_open = high_open = True
        for is_below, (cut, itself), variable in self.sides():
            if variable not in true:
                continue
            if is_below and (cut, itself) < (high, int(not high_open)):
                high, high_open = cut, not itself
            elif not is_below and (low.is_infinite() or (cut, itself) > (low, int(low_open))):
                low, low_open = cut, bool(itself)
        if low > high or (low == high and (low_open or high_open)):
            return None
        return Interval(low, high, low_open, high_open)

    def holds(self, interval: Interval) -> Iterator[int]:
        """The variables that hold of a number known to lie in an interval."""
        for is_below, (cut, itself), variable in self.sides():
            if is_below:
                held = interval.high < cut or (interval.high == cut and (bool(itself) or interval.high_open))
            else:
                held = interval.low > cut or (interval.low == cut and (not itself or interval.low_open))
            if held:
                yield variable

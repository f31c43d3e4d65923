"""Numbers known exactly or only within bounds, and what can be said of them: `-2.7`, `< -2.5`, `60..70`.

Dates are intervals too (day numbers, `datetime.date.toordinal`), and durations (months or days). All arithmetic is
decimal, so that 20 ng/mL x 2.5 is not below 50 nmol/L.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from . import truth
from .truth import Truth

INFINITY = Decimal("Infinity")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; an end that is `open` is not itself included. Infinite ends are open."""

    low: Decimal
    high: Decimal
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        if self.low > self.high or (self.low == self.high and (self.low_open or self.high_open)):
            raise ValueError(f"an empty interval: {self.low}..{self.high}")

    @property
    def exact(self) -> Decimal | None:
        return self.low if self.low == self.high else None

    def contains(self, other: Interval) -> bool:
        low_in = other.low > self.low or (other.low == self.low and (other.low_open or not self.low_open))
        high_in = other.high < self.high or (other.high == self.high and (other.high_open or not self.high_open))
        return low_in and high_in

    def less(self, other: Interval) -> Truth:
        """Whether each number here is below each number there."""
        if self.high < other.low or (self.high == other.low and (self.high_open or other.low_open)):
            return Truth.TRUE
        if self.low >= other.high:
            return Truth.FALSE
        return Truth.UNKNOWN

    def at_most(self, other: Interval) -> Truth:
        if self.high <= other.low:
            return Truth.TRUE
        if self.low > other.high or (self.low == other.high and (self.low_open or other.high_open)):
            return Truth.FALSE
        return Truth.UNKNOWN

    def equals(self, other: Interval) -> Truth:
        if self.exact is not None and self.exact == other.exact:
            return Truth.TRUE
        apart = truth.any_of((self.less(other), other.less(self)))
        return Truth.FALSE if apart is Truth.TRUE else Truth.UNKNOWN

    def negated(self) -> Interval:
        return Interval(-self.high, -self.low, self.high_open, self.low_open)

    def plus(self, other: Interval) -> Interval:
        return Interval(
            self.low + other.low,
            self.high + other.high,
            self.low_open or other.low_open,
            self.high_open or other.high_open,
        )

    def minus(self, other: Interval) -> Interval:
        return self.plus(other.negated())

    def times(self, other: Interval) -> Interval:
        ends = [
            (_product(a, b), a_open or b_open)
            for a, a_open in ((self.low, self.low_open), (self.high, self.high_open))
            for b, b_open in ((other.low, other.low_open), (other.high, other.high_open))
        ]
        return _spanned(ends)

    def over(self, other: Interval) -> Interval | None:
        """The quotient, or None where the divisor may be zero."""
        if other.low <= 0 <= other.high:
            return None
        ends = [
            (ZERO if b.is_infinite() else a / b, a_open or b_open)
            for a, a_open in ((self.low, self.low_open), (self.high, self.high_open))
            for b, b_open in ((other.low, other.low_open), (other.high, other.high_open))
        ]
        return _spanned(ends)

    def scaled(self, factor: Decimal) -> Interval:
        return self.times(exactly(factor))

    def greater_ends(self, other: Interval) -> Interval:
        """The interval of max(a, b)."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, high_closed = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not high_closed)

    def lesser_ends(self, other: Interval) -> Interval:
        """The interval of min(a, b)."""
        return self.negated().greater_ends(other.negated()).negated()


def _product(left: Decimal, right: Decimal) -> Decimal:
    return ZERO if not left or not right else left * right


def _spanned(ends: list[tuple[Decimal, bool]]) -> Interval:
    low = min(value for value, _ in ends)
    high = max(value for value, _ in ends)
    low_open = all(is_open for value, is_open in ends if value == low)
    high_open = all(is_open for value, is_open in ends if value == high)
    if low == high:
        return Interval(low, high)
    return Interval(low, high, low_open, high_open)


def exactly(number: Decimal | int | str) -> Interval:
    value = Decimal(number)
    return Interval(value, value)


_MOST_PLACES = 12


def rounded(number: Decimal, places: int, cut_offs: Collection[Decimal] = ()) -> Decimal:
    """The number to so many decimals, or as many more as keep it on its side of each cut-off.

    A number is not told from a cut-off that only the rounding of a conversion sets it apart from.
    """
    if number.is_infinite():
        return number
    near = [cut for cut in cut_offs if abs(number - cut) * 10**places <= 1]
    for more in range(places, _MOST_PLACES):
        found = round(number, more)
        if all(_side(found, cut) == _side(number, cut) for cut in near):
            return found
    return round(number, places)


def _side(number: Decimal, cut_off: Decimal) -> int:
    return (number > cut_off) - (number < cut_off)


ANY = Interval(-INFINITY, INFINITY, True, True)


def between(low: Decimal | int | str, high: Decimal | int | str) -> Interval:
    """Both ends in; an infinite end is open."""
    lowest, highest = Decimal(low), Decimal(high)
    return Interval(lowest, highest, lowest.is_infinite(), highest.is_infinite())


def hull(intervals: Iterable[Interval]) -> Interval:
    """The smallest interval that holds them all; there must be at least one."""
    items = list(intervals)
    low, low_open = min((item.low, item.low_open) for item in items)
    high, high_closed = max((item.high, not item.high_open) for item in items)
    return Interval(low, high, low_open, not high_closed)

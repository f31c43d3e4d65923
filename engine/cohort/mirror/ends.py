"""Numbers of many patients side by side: the lower and upper ends of what is known of each, and the gaps.

The mirror of `values/interval`: every operation gives, row by row, what the interval of one patient would. Ends are
binary floats. A sum or product of short decimals is set back on the decimal it is; whatever was divided or raised, and
whatever has too many digits, is `rough`: beside a cut-off it is left to decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from ...values.interval import Interval
from ...values.value import Gap

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

VALUE, NOT_MEASURED, UNKNOWN, NOT_APPLICABLE = 0, 1, 2, 3
"""Gaps as numbers: the greatest of several is what a computation over them comes to."""
GAPS: tuple[Gap | None, ...] = (None, Gap.NOT_MEASURED, Gap.UNKNOWN, Gap.NOT_APPLICABLE)
CODES: dict[Gap | None, int] = {gap: code for code, gap in enumerate(GAPS)}
NEAR = 1e-9
"""How near to a cut-off a rough number is left to decimals, in shares of the greater."""
_PLACES = 9
"""The decimals up to which a sum or product of floats is set back on its decimal."""
_MOST = 2.0**50
_INF = float("inf")
COUNTED = -1
"""In the place of a number of decimals: count them when it matters."""


class Ends:
    """What is known of a number in each row.

    Attributes:
        low, high: the ends; the same array where every number is exact; not a number where there is a gap. A literal
            is one number for all rows.
        low_open, high_open: whether an end is itself left out; None: nowhere.
        gap: why there is no value, by code; None: there is one in every row.
        rough: the rows whose floats may not be the decimals they stand for; None: none.
        places: the decimals that no number has more of; None where that is not known.
    """

    __slots__ = ("_places", "gap", "high", "high_open", "low", "low_open", "rough")

    def __init__(
        self,
        low: Any,
        high: Any = None,
        low_open: Flags | None = None,
        high_open: Flags | None = None,
        gap: npt.NDArray[np.uint8] | None = None,
        rough: Any = None,
        places: int | None = 0,
    ) -> None:
        self.low, self.high = low, low if high is None else high
        self.low_open, self.high_open = low_open, high_open
        self.gap, self.rough, self._places = gap, rough, places

    @property
    def places(self) -> int | None:
        """The decimals that no number has more of; counted when they are first asked for where nobody said."""
        if self._places == COUNTED:
            self._places = places_of(self.low if self.exact else np.concatenate([self.low, self.high]))
        return self._places

    @places.setter
    def places(self, places: int | None) -> None:
        self._places = places

    @property
    def exact(self) -> bool:
        """Whether every number is known exactly."""
        return self.high is self.low

    def gaps(self, code: int) -> Flags | None:
        return None if self.gap is None else self.gap == code

    def there(self, count: int) -> Flags:
        """Where there is a value, of so many rows."""
        if self.gap is None:
            return np.ones(count, bool)
        found: Flags = np.broadcast_to(self.gap == VALUE, count)
        return found

    def take(self, rows: Rows) -> Ends:
        if np.ndim(self.low) == 0:
            return self

        def of(part: Any) -> Any:
            return part if part is None or np.ndim(part) == 0 else part[rows]

        low = self.low[rows]
        high = low if self.exact else self.high[rows]
        return Ends(low, high, of(self.low_open), of(self.high_open), of(self.gap), of(self.rough), self._places)

    def with_more(self, rows: Rows) -> Ends:
        """The same with some of the rows once more at its end."""
        if np.ndim(self.low) == 0:
            return self

        def of(part: Any) -> Any:
            return part if part is None or np.ndim(part) == 0 else np.concatenate([part, part[rows]])

        low = of(self.low)
        high = low if self.exact else of(self.high)
        return Ends(low, high, of(self.low_open), of(self.high_open), of(self.gap), of(self.rough), self._places)

    def spread(self, count: int) -> Ends:
        """The same with an array for each end, that may be written to."""
        low = np.array(np.broadcast_to(self.low, count), dtype=np.float64)
        high = np.array(np.broadcast_to(self.high, count), dtype=np.float64)

        def flags(part: Any) -> Any:
            return np.zeros(count, bool) if part is None else np.array(np.broadcast_to(part, count))

        gap = np.zeros(count, np.uint8) if self.gap is None else np.array(np.broadcast_to(self.gap, count))
        rough = None if self.rough is None else np.array(np.broadcast_to(self.rough, count))
        return Ends(low, high, flags(self.low_open), flags(self.high_open), gap, rough, self._places)

    def tidy(self) -> Ends:
        """The same without arrays that say nothing."""
        low_open = self.low_open if self.low_open is not None and self.low_open.any() else None
        high_open = self.high_open if self.high_open is not None and self.high_open.any() else None
        gap = self.gap if self.gap is not None and self.gap.any() else None
        rough = self.rough if self.rough is not None and np.any(self.rough) else None
        high = self.high
        closed = low_open is None and high_open is None
        if high is not self.low and closed and bool(((self.low == high) | np.isnan(self.low)).all()):
            high = self.low
        return Ends(self.low, high, low_open, high_open, gap, rough, self._places)


def of_decimal(number: Decimal) -> Ends:
    """One number for all rows."""
    return of_interval(Interval(number, number))


def of_interval(value: Interval) -> Ends:
    low, high = np.float64(value.low), np.float64(value.high)
    places = max(_places(value.low), _places(value.high))
    rough = True if max(_digits(value.low), _digits(value.high)) > 15 else None
    opens = [np.asarray(is_open) if is_open else None for is_open in (value.low_open, value.high_open)]
    return Ends(low, low if value.exact is not None else high, opens[0], opens[1], None, rough, places)


def unknown(count: int) -> Ends:
    """So many rows of which nothing is known."""
    return Ends(np.full(count, np.nan), gap=np.full(count, UNKNOWN, np.uint8))


def of_gap(gap: Gap) -> Ends:
    return Ends(np.float64("nan"), gap=np.asarray(CODES[gap], np.uint8))


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _digits(number: Decimal) -> int:
    return len(number.as_tuple().digits)


def joined_gap(*values: Ends) -> Any:
    """The gap that a computation over these comes to."""
    found = None
    for value in values:
        if value.gap is not None:
            found = value.gap if found is None else np.maximum(found, value.gap)
    return found


def joined_rough(*values: Ends) -> Any:
    found = None
    for value in values:
        if value.rough is not None:
            found = value.rough if found is None else found | value.rough
    return found


def _or(one: Any, other: Any) -> Any:
    if one is None:
        return other
    return one if other is None else one | other


def flag(part: Any) -> Any:
    return False if part is None else part


# --- comparisons ------------------------------------------------------------------------------------------------------

Pair = tuple[Any, Any]
"""Where something is true, and where it is false."""


def less(one: Ends, other: Ends) -> Pair:
    if one.exact and other.exact:
        return one.low < other.low, one.low >= other.low
    true = one.high < other.low
    opens = _or(one.high_open, other.low_open)
    if opens is not None:
        true = true | ((one.high == other.low) & opens)
    return true, one.low >= other.high


def at_most(one: Ends, other: Ends) -> Pair:
    if one.exact and other.exact:
        return one.low <= other.low, one.low > other.low
    false = one.low > other.high
    opens = _or(one.low_open, other.high_open)
    if opens is not None:
        false = false | ((one.low == other.high) & opens)
    return one.high <= other.low, false


def equals(one: Ends, other: Ends) -> Pair:
    if one.exact and other.exact:
        return one.low == other.low, (one.low < other.low) | (one.low > other.low)
    both = (one.low == one.high) & (other.low == other.high) & (one.low == other.low)
    return both, less(one, other)[0] | less(other, one)[0]


def compared(operator: str, left: Ends, right: Ends) -> Pair:
    """As `compare` of one patient, with its gaps: false where a side does not apply."""
    if operator == "<":
        true, false = less(left, right)
    elif operator == "<=":
        true, false = at_most(left, right)
    elif operator == ">":
        true, false = less(right, left)
    elif operator == ">=":
        true, false = at_most(right, left)
    else:
        true, false = equals(left, right)
        if operator != "=":
            true, false = false, true
    return gapped(true, false, left, right)


def gapped(true: Any, false: Any, *sides: Ends) -> Pair:
    gap = joined_gap(*sides)
    if gap is None:
        return true, false
    return true & (gap == VALUE), (false & (gap == VALUE)) | (gap == NOT_APPLICABLE)


def doubtful(left: Ends, right: Ends) -> Any:
    """The rows in which floats may not decide a comparison; None where they decide in all."""
    rough = joined_rough(left, right)
    if rough is None or not np.any(rough):
        return None
    near = _close(left.low, right.high)
    if not (left.exact and right.exact):
        near = near | _close(left.high, right.low)
    found = near & rough
    return found if np.any(found) else None


def _close(one: Any, other: Any) -> Any:
    apart = np.abs(one - other)
    return (apart <= NEAR * np.maximum(np.abs(one), np.abs(other))) & (apart < _INF) | (apart <= NEAR)


# --- arithmetic -------------------------------------------------------------------------------------------------------


def negated(value: Ends) -> Ends:
    low = -value.high
    high = low if value.exact else -value.low
    return Ends(low, high, value.high_open, value.low_open, value.gap, value.rough, value._places)


def plus(one: Ends, other: Ends) -> Ends:
    low = one.low + other.low
    high = low if one.exact and other.exact else one.high + other.high
    places = None if one.places is None or other.places is None else max(one.places, other.places)
    found = Ends(
        low,
        high,
        _or(one.low_open, other.low_open),
        _or(one.high_open, other.high_open),
        joined_gap(one, other),
        joined_rough(one, other),
    )
    return _set_back(found, places)


def minus(one: Ends, other: Ends) -> Ends:
    return plus(one, negated(other))


def times(one: Ends, other: Ends) -> Ends:
    places = None if one.places is None or other.places is None else one.places + other.places
    gap, rough = joined_gap(one, other), joined_rough(one, other)
    if one.exact and other.exact:
        return _set_back(Ends(one.low * other.low, gap=gap, rough=rough), places)
    return _set_back(_spanned(one, other, _product, gap, rough), places)


def over(one: Ends, other: Ends) -> Ends:
    """The quotient; unknown where the divisor may be zero."""
    gap, rough = joined_gap(one, other), joined_rough(one, other)
    by_one = other.exact and bool(np.all((other.low == 1) | np.isnan(other.low)))
    if not by_one:
        rough = _or(rough, np.asarray(other.low != 1) | np.asarray(other.high != 1))
    zero = (other.low <= 0) & (other.high >= 0)
    if np.any(zero):
        value = np.where(zero, UNKNOWN, VALUE).astype(np.uint8)
        gap = value if gap is None else np.where(gap == VALUE, value, gap).astype(np.uint8)
    if one.exact and other.exact:
        low = np.where(zero, np.nan, one.low / np.where(zero, 1.0, other.low)) if np.any(zero) else one.low / other.low
        found = Ends(low, gap=gap, rough=rough)
    else:
        found = _spanned(one, other, _quotient, gap, rough)
    if by_one:
        return _set_back(found, one.places)
    found.places = None
    return found


def _product(a: Any, b: Any) -> Any:
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _quotient(a: Any, b: Any) -> Any:
    return np.where(np.isinf(b), 0.0, a / np.where(b == 0, np.nan, b))


def _spanned(one: Ends, other: Ends, work: Callable[[Any, Any], Any], gap: Any, rough: Any) -> Ends:
    """What the four pairs of ends span; an end is open where every pair that reaches it is."""
    corners = []
    for a, a_open in ((one.low, flag(one.low_open)), (one.high, flag(one.high_open))):
        for b, b_open in ((other.low, flag(other.low_open)), (other.high, flag(other.high_open))):
            corners.append((work(a, b), a_open | b_open if not (a_open is False and b_open is False) else False))
    low = corners[0][0]
    high = low
    for value, _ in corners[1:]:
        low, high = np.minimum(low, value), np.maximum(high, value)
    low_open: Any = True
    high_open: Any = True
    for value, is_open in corners:
        low_open = low_open & ((value != low) | is_open)
        high_open = high_open & ((value != high) | is_open)
    one_number = low == high
    low_open, high_open = low_open & ~one_number, high_open & ~one_number
    if gap is not None:
        low, high = np.where(gap == VALUE, low, np.nan), np.where(gap == VALUE, high, np.nan)
        low_open, high_open = low_open & (gap == VALUE), high_open & (gap == VALUE)
    return Ends(low, high, low_open, high_open, gap, rough)


def _set_back(value: Ends, places: int | None) -> Ends:
    """The same on the decimals that the numbers are; rough where they have too many."""
    value.places = places
    if places is None or places > _PLACES:
        value.places = None
        value.rough = True
        return value
    if places == 0:
        return value
    exact = value.exact
    great = _great(value.low, places) if exact else _great(value.low, places) | _great(value.high, places)
    value.low = np.round(value.low, places)
    value.high = value.low if exact else np.round(value.high, places)
    if np.any(great):
        value.rough = _or(value.rough, great)
    return value


def places_of(values: Any) -> int | None:
    """The decimals that these numbers have at most; None where they have many."""
    some = values[np.isfinite(values)]
    for places in (0, 1, 2, 3, 4, 6):
        if bool((np.round(some, places) == some).all()):
            return places
    return None


def _great(number: Any, places: int) -> Any:
    size = np.abs(number) * 10.0**places
    return (size >= _MOST) & (size < _INF)


# --- the lesser, the greater, what spans both -------------------------------------------------------------------------


def lesser_ends(one: Ends, other: Ends) -> Ends:
    """The interval of the lesser of two numbers; the gaps are looked at elsewhere."""
    if one.exact and other.exact:
        return Ends(np.minimum(one.low, other.low), rough=joined_rough(one, other), places=_most(one, other))
    low, low_open = _least(one.low, flag(one.low_open), other.low, flag(other.low_open), np.logical_and)
    high, high_open = _least(one.high, flag(one.high_open), other.high, flag(other.high_open), np.logical_or)
    return Ends(low, high, low_open, high_open, None, joined_rough(one, other), _most(one, other))


def greater_ends(one: Ends, other: Ends) -> Ends:
    return negated(lesser_ends(negated(one), negated(other)))


def hull(one: Ends, other: Ends) -> Ends:
    """The smallest interval that holds both; the gaps are looked at elsewhere."""
    low, low_open = _least(one.low, flag(one.low_open), other.low, flag(other.low_open), np.logical_and)
    high, high_open = _least(-one.high, flag(one.high_open), -other.high, flag(other.high_open), np.logical_and)
    return Ends(low, -high, low_open, high_open, None, joined_rough(one, other), _most(one, other))


def _least(a: Any, a_open: Any, b: Any, b_open: Any, at_tie: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    opens = np.where(a == b, at_tie(a_open, b_open), np.where(a < b, a_open, b_open))
    return np.minimum(a, b), opens


def _most(one: Ends, other: Ends) -> int | None:
    if COUNTED in (one._places, other._places):
        return COUNTED
    return None if one.places is None or other.places is None else max(one.places, other.places)


def chosen(mask: Flags, yes: Ends, no: Ends) -> Ends:
    """`yes` in the rows of the mask, `no` in the others."""

    def pick(a: Any, b: Any, default: Any) -> Any:
        if a is None and b is None:
            return None
        return np.where(mask, default if a is None else a, default if b is None else b)

    low = np.where(mask, yes.low, no.low)
    high = low if yes.exact and no.exact else np.where(mask, yes.high, no.high)
    gap = pick(yes.gap, no.gap, VALUE)
    return Ends(
        low,
        high,
        pick(yes.low_open, no.low_open, False),
        pick(yes.high_open, no.high_open, False),
        None if gap is None else gap.astype(np.uint8),
        pick(yes.rough, no.rough, False),
        _most(yes, no),
    )

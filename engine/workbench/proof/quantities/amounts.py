"""Amounts as a solver of arithmetic has them: an interval by its two ends, or why there is no number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class End:
    """One end of an interval; `value` counts where it is not `endless`."""

    value: Any
    endless: Any
    open: Any


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as an interval, or why there is none: no value, not measured or not applicable are told apart."""

    valued: Any
    unmeasured: Any
    inapplicable: Any
    low: End
    high: End


def rational(z3: Any, number: Decimal) -> Any:
    part = Fraction(number)
    return z3.RealVal(f"{part.numerator}/{part.denominator}")


def decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def alike(z3: Any, one: End, other: End) -> Any:
    """That two ends are alike."""
    equal = z3.And(one.value == other.value, one.open == other.open)
    return z3.And(one.endless == other.endless, z3.Or(one.endless, equal))


def within(z3: Any, one: Amount, other: Amount, reach: Fraction) -> Any:
    """That no number of one lies farther than this from all of the other."""
    far = z3.RealVal(f"{reach.numerator}/{reach.denominator}")
    return z3.And(
        z3.Implies(z3.Not(z3.Or(one.low.endless, other.high.endless)), one.low.value <= other.high.value + far),
        z3.Implies(z3.Not(z3.Or(one.high.endless, other.low.endless)), one.high.value >= other.low.value - far),
    )


def hull(z3: Any, found: Amount, reached: Sequence[tuple[Any, Amount]], decided: Any) -> Iterator[Any]:
    """That a number is the hull of those that it may be, each with the condition under which it may.

    Args:
        decided: the condition under which it is one of them for sure; else nothing is known of it.
    """
    some = z3.Or([may for may, _ in reached])
    every = z3.And([z3.Implies(may, one.valued) for may, one in reached])
    yield found.valued == z3.And(decided, some, every)
    yield z3.Implies(z3.Not(some), found.unmeasured)
    yield z3.Implies(z3.And(some, z3.Not(decided)), z3.Not(z3.Or(found.unmeasured, found.inapplicable)))
    for is_low in (True, False):
        end = found.low if is_low else found.high
        ends = [(may, one.low if is_low else one.high) for may, one in reached]
        for may, other in ends:
            past = end.value < other.value if is_low else end.value > other.value
            touching = z3.And(end.value == other.value, z3.Or(z3.Not(end.open), other.open))
            out = z3.Or(end.endless, z3.And(z3.Not(other.endless), z3.Or(past, touching)))
            yield z3.Implies(z3.And(found.valued, may), out)
        yield z3.Implies(found.valued, z3.Or([z3.And(may, alike(z3, end, other)) for may, other in ends]))

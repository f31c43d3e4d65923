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


def not_far(z3: Any, entered: Amount, worked_out: Amount) -> Any:
    """That a number does not differ from what is worked out by more than a fifth of that: farther off contradicts."""
    low, high = worked_out.low, worked_out.high
    fifth_below = z3.If(low.value >= 0, low.value * 4, low.value * 6)
    fifth_above = z3.If(high.value >= 0, high.value * 6, high.value * 4)
    return z3.And(
        z3.Or(entered.high.endless, low.endless, entered.high.value * 5 >= fifth_below),
        z3.Or(entered.low.endless, high.endless, entered.low.value * 5 <= fifth_above),
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


def exact(z3: Any, number: Decimal) -> Amount:
    """A number that is known exactly."""
    end = End(rational(z3, number), z3.BoolVal(False), z3.BoolVal(False))
    return Amount(z3.BoolVal(True), z3.BoolVal(False), z3.BoolVal(False), end, end)


def joined(z3: Any, amounts: Sequence[Amount]) -> tuple[Any, Any, Any]:
    """Whether something worked out from these has a value, is not measured, or does not apply."""
    inapplicable = z3.Or([one.inapplicable for one in amounts])
    valued = z3.And([one.valued for one in amounts])
    known = z3.And([z3.Or(one.valued, one.unmeasured, one.inapplicable) for one in amounts])
    unmeasured = z3.And(known, z3.Not(inapplicable), z3.Not(valued))
    return valued, unmeasured, inapplicable


def equal(z3: Any, condition: Any, own: Amount, other: Amount) -> Any:
    """That two numbers are the same where a condition holds, and have the same reason where they have no value."""
    same = z3.And(alike(z3, own.low, other.low), alike(z3, own.high, other.high))
    parts = [
        own.valued == other.valued,
        own.unmeasured == other.unmeasured,
        own.inapplicable == other.inapplicable,
        z3.Implies(own.valued, same),
    ]
    return z3.Implies(condition, z3.And(parts))


def worked_out(z3: Any, condition: Any, own: Amount, formula: Amount) -> Iterator[Any]:
    """That a quantity is what a formula comes to: any number at all is none, not applicable reads not measured."""
    anything = z3.And(formula.low.endless, formula.high.endless)
    yield z3.Implies(condition, own.valued == z3.And(formula.valued, z3.Not(anything)))
    yield z3.Implies(condition, own.unmeasured == z3.Or(formula.unmeasured, formula.inapplicable))
    same = z3.And(alike(z3, own.low, formula.low), alike(z3, own.high, formula.high))
    yield z3.Implies(z3.And(condition, own.valued), same)

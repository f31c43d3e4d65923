"""Amounts as a solver of arithmetic has them: an interval by its two ends, or why there is no number."""

from __future__ import annotations

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

"""Published formulas that premises may call by name, over intervals.

Each takes intervals in the units it documents and `sex`, the sexes still possible, and gives the hull.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from ..values.frozen import ordered
from ..values.interval import ZERO, Interval, hull


@ordered
class Built:
    """A formula: its argument names with their units, the unit of the result, and the computation."""

    arguments: tuple[tuple[str, str], ...]
    unit: str
    compute: Callable[[Sequence[Decimal], str], Decimal]
    citation: str


def _ckd_epi_2021(values: Sequence[Decimal], sex: str) -> Decimal:
    creatinine, age = values
    female = sex == "female"
    ratio = creatinine / (Decimal("0.7") if female else Decimal("0.9"))
    alpha = Decimal("-0.241") if female else Decimal("-0.302")
    low, high = min(ratio, Decimal(1)), max(ratio, Decimal(1))
    result = 142 * low**alpha * high ** Decimal("-1.200") * Decimal("0.9938") ** age
    return result * Decimal("1.012") if female else result


def _cockcroft_gault(values: Sequence[Decimal], sex: str) -> Decimal:
    age, weight, creatinine = values
    result = (140 - age) * weight / (72 * creatinine)
    return result * Decimal("0.85") if sex == "female" else result


BUILT: dict[str, Built] = {
    "ckd_epi_2021": Built(
        (("creatinine", "mg/dL"), ("age", "year")),
        "mL/min/1.73m2",
        _ckd_epi_2021,
        "CKD-EPI 2021 creatinine equation, without race (Inker 2021)",
    ),
    "cockcroft_gault": Built(
        (("age", "year"), ("weight", "kg"), ("creatinine", "mg/dL")),
        "mL/min",
        _cockcroft_gault,
        "Cockcroft and Gault 1976",
    ),
}


def apply(name: str, arguments: Sequence[Interval], sexes: Iterable[str]) -> Interval | None:
    """The hull of the formula over its arguments; each formula is monotone in each argument.

    None where an argument is unbounded or creatinine may be zero.
    """
    built = BUILT[name]
    for interval in arguments:
        if interval.low.is_infinite() or interval.high.is_infinite() or interval.low <= ZERO:
            return None
    ends = [sorted({interval.low, interval.high}) for interval in arguments]
    values = [built.compute(corner, sex) for sex in sexes for corner in itertools.product(*ends)]
    if not values:
        return None
    return hull(Interval(value, value) for value in values)

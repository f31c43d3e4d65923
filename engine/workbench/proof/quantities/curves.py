"""Functions that are monotone in each argument, bounded from points at which they were worked out.

Products, quotients and published formulas with powers are no rational arithmetic. Where a model has a number that is
not the function's, the function is worked out at that corner, rounded outward to a rational, and no argument beyond the
corner gives more, or less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Protocol

from .amounts import Amount, End, rational

_OUTWARD = Decimal("1e-12")


class Model(Protocol):
    """The numbers that a solver has found."""

    def holds(self, term: Any) -> bool: ...

    def end(self, end: End) -> tuple[Decimal, bool] | None: ...


@dataclass(frozen=True, slots=True)
class Curve:
    """A use of a function that is monotone in each argument, and what bounds it has been given."""

    name: str
    arguments: tuple[Amount, ...]
    rising: tuple[bool, ...]
    at: Callable[[Sequence[Decimal]], Decimal]
    result: Amount
    condition: Any


class Curves:
    """All functions of one solver.

    Args:
        values: the numbers of the last model.
    """

    def __init__(self, z3: Any, solver: Any, values: Model) -> None:
        self.z3, self.solver, self.values = z3, solver, values
        self.curves: list[Curve] = []

    def bounded(self) -> bool:
        """Bound every function whose numbers in the model are not its own; whether there was one."""
        added = False
        for curve in self.curves:
            if not self.values.holds(self.z3.And(curve.condition, curve.result.valued)):
                continue
            for highest in (True, False):
                corner = self._corner(curve, highest)
                shown = self.values.end(curve.result.high if highest else curve.result.low)
                if corner is None:
                    continue
                real = curve.at(corner)
                beyond = shown is None or (shown[0] > real + _OUTWARD if highest else shown[0] < real - _OUTWARD)
                if beyond:
                    self._bound(curve, corner, real, highest)
                    added = True
        return added

    def _corner(self, curve: Curve, highest: bool) -> list[Decimal] | None:
        """The ends of the arguments at which a function is highest, or lowest; only of positive numbers."""
        found = []
        for amount, rises in zip(curve.arguments, curve.rising, strict=True):
            low, high = self.values.end(amount.low), self.values.end(amount.high)
            if low is None or high is None or low[0] <= 0:
                return None
            found.append(high[0] if rises is highest else low[0])
        return found

    def _bound(self, curve: Curve, corner: Sequence[Decimal], real: Decimal, highest: bool) -> None:
        """No argument beyond the corner gives more than there."""
        z3 = self.z3
        within = [curve.condition, curve.result.valued]
        for amount, rises, at in zip(curve.arguments, curve.rising, corner, strict=True):
            within += [z3.Not(amount.low.endless), z3.Not(amount.high.endless), amount.low.value > 0]
            if rises is highest:
                within.append(amount.high.value <= rational(z3, at))
            else:
                within.append(amount.low.value >= rational(z3, at))
        end = curve.result.high if highest else curve.result.low
        rounding = ROUND_CEILING if highest else ROUND_FLOOR
        limit = rational(z3, (real + (_OUTWARD if highest else -_OUTWARD)).quantize(_OUTWARD, rounding))
        held = z3.And(z3.Not(end.endless), end.value <= limit if highest else end.value >= limit)
        self.solver.add(z3.Implies(z3.And(within), held))

"""Numbers known in two ways, as entered and as worked out: where it is sure that the engine compares them.

Two such values contradict when they are far apart (`assessment/several/worlds`). The engine works the second one out
from the answers alone, before anything is taken as not measured. So what is said here is said only of formulas that
come to the same either way: arithmetic over answers, the first of such numbers, and the lowest or highest of them as
far as all are known.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ....knowledge_base.bounds import Bounds
from ....knowledge_base.model import KnowledgeBase, Rule
from ....premises import expression
from ....premises.expression import NumberNode
from .amounts import Amount, End, rational, within

_STRAIGHT = (
    expression.Literal,
    expression.Value,
    expression.Scaled,
    expression.Negative,
    expression.Arithmetic,
    expression.Formula,
)


_FEW = 20
"""Of a number that lies within so many, whole numbers are looked at one by one."""


class Twice:
    """Which quantities of a knowledge base come to the same from the answers alone."""

    def __init__(self, kb: KnowledgeBase, derive: Mapping[str, tuple[Rule, ...]]) -> None:
        self.kb, self._derive = kb, derive
        self._bounds = Bounds(kb)

    def formula(self, name: str) -> NumberNode | None:
        """What a quantity is worked out by, whatever else holds; None where that goes by premises."""
        rules = self._derive.get(name, ())
        return rules[0].formula if len(rules) == 1 and rules[0].when is None else None

    def is_compared(self, name: str) -> bool:
        """Whether a quantity that was entered is surely compared with what its formula comes to."""
        formula = self.formula(name)
        if isinstance(formula, expression.First):
            return all(self._is_straight(item) for item in formula.items)
        return formula is not None and (isinstance(formula, expression.Extreme) or self._is_straight(formula))

    def comes_to_the_same(self, name: str) -> bool:
        """Whether a number comes to the same from the answers alone as once nothing more will be said."""
        finding = self.kb.findings.get(name)
        if finding is not None:
            plain = finding.assumed is None and not finding.remembers
            return plain and (not finding.stand_in or self.comes_to_the_same(finding.stand_in))
        formula = self.formula(name)
        return formula is not None and self._is_straight(formula)

    def _is_straight(self, node: expression.Node) -> bool:
        if isinstance(node, expression.Value):
            return self.comes_to_the_same(node.name)
        return isinstance(node, _STRAIGHT) and all(self._is_straight(part) for part in node.children())

    def exactly(self, z3: Any, name: str, amount: Amount) -> Any:
        """That a number is exact, and one that there can be."""
        parts = [z3.Not(amount.low.endless), z3.Not(amount.high.endless), amount.low.value == amount.high.value]
        possible = (self.kb.findings.get(name) or self.kb.quantities[name]).possible
        span = possible.limits or self._bounds.named(name)
        parts += [z3.IsInt(amount.low.value / rational(z3, possible.step))] if possible.step else []
        parts += [amount.low.value >= rational(z3, span.low)] if not span.low.is_infinite() else []
        parts += [amount.low.value <= rational(z3, span.high)] if not span.high.is_infinite() else []
        return z3.And(parts)

    def rounded(self, z3: Any, name: str, own: Amount, formula: Amount) -> Any:
        """That what was entered lies within rounding of what is worked out.

        One that lies farther off contradicts it, or decides nothing that the other does not. How far rounding reaches
        goes by the last decimal that was written: half of one for a whole number, else a twentieth at most.
        """
        quantity = self.kb.quantities[name]
        places = Fraction(1, 2 * 10**quantity.round) if quantity.round is not None else Fraction(0)
        span = quantity.plausible or self._bounds.named(name)
        near = within(z3, own, formula, Fraction(1, 2) + places)
        if span.low.is_infinite() or span.high.is_infinite() or span.high - span.low > _FEW:
            return near
        whole = range(math.ceil(span.low), math.floor(span.high) + 1)
        is_whole = z3.And(own.low.value == own.high.value, z3.Or([own.low.value == one for one in whole]))
        return z3.Or(within(z3, own, formula, Fraction(1, 20) + places), z3.And(is_whole, near))


def as_answered(z3: Any, node: NumberNode | None, found: Amount, members: Mapping[str, Amount]) -> Amount:
    """What the lowest or highest of a group is before those that nobody mentioned are taken as not measured."""
    if not isinstance(node, expression.Extreme):
        return found
    some = z3.Or([z3.Not(members[name].valued) for name in node.names])
    side = "low" if node.end == "lowest" else "high"
    end: End = getattr(found, side)
    return dataclasses.replace(found, **{side: dataclasses.replace(end, endless=z3.Or(end.endless, some))})

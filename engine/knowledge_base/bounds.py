"""Bounds of formulas: the interval of each over all plausible patients, worked out node by node."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..premises import expression
from ..premises.expression import NumberNode
from ..values.interval import ANY, INFINITY, Interval, exactly, hull
from .model import KnowledgeBase

_COUNT = Interval(Decimal(0), INFINITY, False, True)


class Bounds:
    """The bounds of numbers in one knowledge base: plausible limits of findings, and what formulas make of them."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self._known: dict[str, Interval] = {}
        self._formulas: dict[str, list[NumberNode]] = {}
        for rule in kb.rules.values():
            if rule.verb == "derives" and rule.formula is not None:
                self._formulas.setdefault(rule.targets[0], []).append(rule.formula)

    def of(self, node: NumberNode) -> Interval:
        worked_out = _BOUNDS.get(type(node))
        return worked_out(self, node) if worked_out is not None else ANY

    def named(self, name: str) -> Interval:
        """The bounds of a finding or quantity."""
        if name not in self._known:
            self._known[name] = ANY  # what rests on itself has been told elsewhere
            self._known[name] = self._named(name)
        return self._known[name]

    def _named(self, name: str) -> Interval:
        entry = self.kb.findings.get(name) or self.kb.quantities.get(name)
        if entry is None:
            return ANY
        if entry.possible.limits is not None:
            return entry.possible.limits
        formulas = self._formulas.get(name, [])
        return hull(self.of(formula) for formula in formulas) if formulas else ANY

    def threshold(self, name: str) -> Interval:
        """Every value a cut-off has or had."""
        entry = self.kb.thresholds.get(name)
        values = [] if entry is None else [value.value for value in entry.values if value.value is not None]
        steps = [] if entry is None else [step.value for value in entry.values for step in value.steps]
        return hull(exactly(value) for value in (*values, *steps)) if values or steps else ANY

    def _arithmetic(self, node: expression.Arithmetic) -> Interval:
        left, right = self.of(node.left), self.of(node.right)
        if any(end.is_infinite() for side in (left, right) for end in (side.low, side.high)) and node.operator in "*/":
            positive = left.low >= 0 and right.low >= 0
            return _COUNT if positive else ANY
        if node.operator == "+":
            return left.plus(right)
        if node.operator == "-":
            return left.minus(right)
        return left.times(right) if node.operator == "*" else left.over(right) or ANY

    def _aggregate(self, node: expression.Aggregate) -> Interval:
        if node.kind == "count" or node.item is None:
            return _COUNT
        item = self.of(node.item)
        if node.kind == "sum":
            return _COUNT if item.low >= 0 else ANY
        return item

    def _cases(self, node: expression.Cases) -> Interval:
        values = (*node.values, *([node.otherwise] if node.otherwise is not None else []))
        return hull(self.of(value) for value in values)

    def _points(self, node: expression.Points) -> Interval:
        zero = Decimal(0)
        return Interval(
            sum((min(points, zero) for points in node.points), zero),
            sum((max(points, zero) for points in node.points), zero),
        )

    def _chosen(self, node: expression.Chosen) -> Interval:
        left, right = self.of(node.left), self.of(node.right)
        return left.greater_ends(right) if node.end in ("greater", "highest", "high") else left.lesser_ends(right)

    def _scaled(self, node: expression.Scaled) -> Interval:
        return self.of(node.item).scaled(node.factor)


_BOUNDS: dict[type[NumberNode], Callable[[Bounds, Any], Interval]] = {
    expression.Literal: lambda bounds, node: node.value,
    expression.Value: lambda bounds, node: bounds.named(node.name),
    expression.Threshold: lambda bounds, node: bounds.threshold(node.name),
    expression.Field: lambda bounds, node: ANY if node.floor is None else Interval(node.floor, INFINITY, False, True),
    expression.Scaled: Bounds._scaled,
    expression.Negative: lambda bounds, node: bounds.of(node.item).negated(),
    expression.Arithmetic: Bounds._arithmetic,
    expression.First: lambda bounds, node: hull(bounds.of(item) for item in node.items),
    expression.Extreme: lambda bounds, node: hull(bounds.named(name) for name in node.names),
    expression.Chosen: Bounds._chosen,
    expression.Aggregate: Bounds._aggregate,
    expression.Cases: Bounds._cases,
    expression.Points: Bounds._points,
}

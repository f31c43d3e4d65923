"""Whether one premise surely holds wherever another does, told by its form; a no may mean that it cannot be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ...premises.expression import (
    All,
    Always,
    AnyOf,
    AtLeast,
    Compared,
    Has,
    Literal,
    Not,
    NumberNode,
    OneOf,
    Quantified,
    Scaled,
    Shown,
    Threshold,
    TruthNode,
    Within,
)
from ..model import ThresholdEntry

Thresholds = Mapping[str, ThresholdEntry]


def as_wide(
    old: TruthNode | None, new: TruthNode | None, was: Thresholds | None = None, now: Thresholds | None = None
) -> bool:
    """Whether `new` surely holds wherever `old` does; `was` and `now` are the cut-offs that each of them reads."""
    return _Breadth(was or {}, now or {}).as_wide(old, new)


class _Breadth:
    """Compares premises, the old with one table of cut-offs, the new with another."""

    def __init__(self, was: Thresholds, now: Thresholds) -> None:
        self.was, self.now = was, now

    def as_wide(self, old: TruthNode | None, new: TruthNode | None) -> bool:
        if new is None or isinstance(new, Always) or old == new:
            return True
        if old is None or isinstance(old, Always):
            return False
        if isinstance(old, AnyOf):
            return all(self.as_wide(item, new) for item in old.items)
        if isinstance(new, All):
            return all(self.as_wide(old, item) for item in new.items)
        if isinstance(new, AnyOf) and any(self.as_wide(old, item) for item in new.items):
            return True
        if isinstance(old, All) and any(self.as_wide(item, new) for item in old.items):
            return True
        return self._alone(old, new)

    def _alone(self, old: TruthNode, new: TruthNode) -> bool:
        if isinstance(old, Not) and isinstance(new, Not):
            return _Breadth(self.now, self.was).as_wide(new.item, old.item)
        if isinstance(old, Compared) and isinstance(new, Compared):
            return self._bound(old, new)
        if isinstance(old, Within) and isinstance(new, Within):
            return self._span(old, new)
        if isinstance(old, Has) and isinstance(new, Has):
            return old.name == new.name and old.members <= new.members
        if isinstance(old, OneOf) and isinstance(new, OneOf):
            one, other = (new, old) if old.negated else (old, new)
            same = (old.name, old.field, old.negated) == (new.name, new.field, new.negated)
            return same and one.members <= other.members
        if isinstance(old, Shown) and isinstance(new, Shown):
            inner, outer = (new, old) if old.negated else (old, new)
            same = (old.of, old.negated) == (new.of, new.negated)
            return same and inner.members <= outer.members and inner.words <= outer.words
        if isinstance(old, Quantified) and isinstance(new, Quantified):
            return self._counted(old, new)
        if isinstance(old, AtLeast) and isinstance(new, AtLeast) and new.count <= old.count:
            return self._each_for_another(old.items, new.items)
        return False

    def _counted(self, old: Quantified, new: Quantified) -> bool:
        if (old.quantifier, old.name) != (new.quantifier, new.name):
            return False
        if old.quantifier == "no":
            return _Breadth(self.now, self.was).as_wide(new.where, old.where)
        return new.count <= old.count and self.as_wide(old.where, new.where)

    def _each_for_another(self, old: Sequence[TruthNode], new: Sequence[TruthNode]) -> bool:
        """Whether each of the old has one of the new for itself that holds at least where it does."""
        left = list(new)
        for item in old:
            match = next((other for other in left if self.as_wide(item, other)), None)
            if match is None:
                return False
            left.remove(match)
        return True

    def _bound(self, old: Compared, new: Compared) -> bool:
        if old.left != new.left or old.operator[0] != new.operator[0] or old.operator[0] not in "<>":
            return False
        was, now = _ends(old.right, self.was), _ends(new.right, self.now, surely=True)
        if was is None or now is None:
            return False
        outer, inner = (was[1], now[0]) if old.operator[0] == "<" else (now[1], was[0])
        if outer == inner:
            return new.operator == old.operator or new.operator.endswith("=")
        return outer < inner

    def _span(self, old: Within, new: Within) -> bool:
        was_low, was_high = _ends(old.low, self.was), _ends(old.high, self.was)
        now_low, now_high = _ends(new.low, self.now, surely=True), _ends(new.high, self.now, surely=True)
        if old.value != new.value or was_low is None or was_high is None or now_low is None or now_high is None:
            return False
        return now_low[1] <= was_low[0] and now_high[0] >= was_high[1]


def _ends(node: NumberNode, thresholds: Thresholds, *, surely: bool = False) -> tuple[Decimal, Decimal] | None:
    """The least and the most that a written number or a cut-off can be, in the unit of its comparison.

    `surely`: only of what is known on any day and for anybody.
    """
    if isinstance(node, Literal) and node.value.exact is not None:
        return node.value.exact, node.value.exact
    if isinstance(node, Scaled) and node.factor > 0:
        inner = _ends(node.item, thresholds, surely=surely)
        return None if inner is None else (inner[0] * node.factor, inner[1] * node.factor)
    if isinstance(node, Threshold) and node.name in thresholds:
        values = thresholds[node.name].values
        if surely and (any(dated.by for dated in values) or not any(dated.since == 0 for dated in values)):
            return None
        numbers = [dated.value for dated in values if dated.value is not None]
        numbers += [step.value for dated in values for step in dated.steps]
        return (min(numbers), max(numbers)) if numbers else None
    return None

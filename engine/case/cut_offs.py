"""The numbers that rules compare each finding and quantity with: what is printed must lie on the same side of them.

Literals, thresholds and the ends of reference ranges, as they are or in a sum. A quantity's cut-offs are those of what
it is worked out from as well, where both are in one unit: the lowest T-score is some T-score. The steps of a threshold
that goes by a finding are no cut-offs; no rule compares anything with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..inference import values
from ..knowledge_base.model import KnowledgeBase
from ..premises import expression
from ..premises.expression import Node, NumberNode


def of(kb: KnowledgeBase) -> dict[str, tuple[Decimal, ...]]:
    """The cut-offs by finding and quantity, rising; those of the fields of a list stand under its name."""
    return {name: tuple(sorted(cuts)) for name, cuts in _Gathered(kb).found.items() if cuts}


class _Gathered:
    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.found: dict[str, set[Decimal]] = {}
        for node in _nodes(kb):
            self._look(node, "")
        self._ranges()
        self._hand_down()

    def _look(self, node: Node, inside: str) -> None:
        """Take what a premise or formula compares; `inside` the list whose entries it looks at."""
        if isinstance(node, expression.Compared):
            self._compared(node.left, node.right, inside)
            self._compared(node.right, node.left, inside)
        elif isinstance(node, expression.Within):
            self._compared(node.value, node.low, inside)
            self._compared(node.value, node.high, inside)
        if isinstance(node, (expression.Quantified, expression.Aggregate)):
            inside = node.name
        for child in node.children():
            self._look(child, inside)

    def _compared(self, side: NumberNode, limit: NumberNode, inside: str) -> None:
        factor = side.factor if isinstance(side, expression.Scaled) else Decimal(1)
        compared = side.item if isinstance(side, expression.Scaled) else side
        if isinstance(compared, expression.Value):
            name = compared.name
        elif isinstance(compared, expression.Field):
            name = inside
        else:
            return
        self.found.setdefault(name, set()).update(value / factor for value in self._values(limit))

    def _values(self, limit: NumberNode) -> Iterator[Decimal]:
        """Every number that a limit can come to, as far as that rests on no patient."""
        if isinstance(limit, expression.Literal):
            yield from _ends(limit.value.low, limit.value.high)
        elif isinstance(limit, expression.Threshold):
            for value in self.kb.thresholds[limit.name].values:
                yield from [value.value] if value.value is not None else (step.value for step in value.steps)
        elif isinstance(limit, expression.Scaled):
            yield from (value * limit.factor for value in self._values(limit.item))
        elif isinstance(limit, expression.Negative):
            yield from (-value for value in self._values(limit.item))
        elif isinstance(limit, expression.RangeEnd):
            owner = values.range_owner(self.kb, limit.name)
            for case in owner.ranges if owner is not None else ():
                yield from _ends(case.range.high if limit.end == "upper" else case.range.low)
        elif isinstance(limit, expression.Arithmetic) and limit.operator in "+-*":
            for left in self._values(limit.left):
                for right in self._values(limit.right):
                    yield {"+": left + right, "-": left - right, "*": left * right}[limit.operator]

    def _ranges(self) -> None:
        for name in (*self.kb.findings, *self.kb.quantities):
            owner = values.range_owner(self.kb, name)
            for case in owner.ranges if owner is not None else ():
                self.found.setdefault(name, set()).update(_ends(case.range.low, case.range.high))

    def _hand_down(self) -> None:
        reads = values.dependencies(self.kb)
        for finding in self.kb.findings.values():
            if finding.stand_in:
                together = self.found.get(finding.id, set()) | self.found.get(finding.stand_in, set())
                self.found[finding.id] = self.found[finding.stand_in] = together
        for quantity in self.kb.quantities.values():
            if quantity.beside and quantity.id in self.found:
                self.found.setdefault(quantity.beside, set()).update(self.found[quantity.id])
        for name in reversed(values.in_order(reads)):
            if name in self.kb.quantities and name in self.found:
                for read in reads[name]:
                    if read not in self.kb.thresholds and self._unit(read) == self._unit(name):
                        self.found.setdefault(read, set()).update(self.found[name])

    def _unit(self, name: str) -> str | None:
        entry = self.kb.findings.get(name) or self.kb.quantities.get(name)
        return entry.unit if entry is not None else None


def _ends(*ends: Decimal) -> Iterator[Decimal]:
    return (end for end in ends if not end.is_infinite())


def _nodes(kb: KnowledgeBase) -> Iterable[Node]:
    """Every premise and formula there is."""
    parts: list[Node | None] = [part for rule in kb.rules.values() for part in (rule.when, rule.formula)]
    for finding in kb.findings.values():
        parts += [finding.indicated, finding.applies, *(case.when for case in finding.ranges)]
        parts += [finding.assumed.when, finding.assumed.sure] if finding.assumed is not None else []
    parts += [condition.pursue for condition in kb.conditions.values()]
    parts += [test.not_while for test in kb.investigations.values()]
    parts += [scale.applies for scale in kb.scales.values()]
    parts += [position.when for entry in kb.disagreements.values() for position in entry.positions]
    parts.append(kb.scope.when if kb.scope is not None else None)
    return [part for part in parts if part is not None]

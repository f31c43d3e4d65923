"""Answers that no safety rule has anything against, so that what is dangerous of a patient is what was put there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ...case.case import Prepared
from ...premises import expression
from ...premises.expression import Node
from ...values.value import Known, Records
from .patients import number, one_of


class Leaves:
    """Which answers the safety rules find dangerous, whatever stands between them and the answer."""

    def __init__(self, prepared: Prepared, medicines: Iterable[str]) -> None:
        self.prepared = prepared
        self.dangerous: dict[str, dict[str, int]] = {}
        self.numbers: dict[str, None] = {}
        self._seen: set[tuple[str, bool]] = set()
        for name in medicines:
            for verb in ("contraindicates", "defers"):
                for rule in prepared.by_target.get((verb, name), ()):
                    if rule.when is not None:
                        self._look(rule.when, True)

    def _look(self, node: Node, wanted: bool) -> None:
        if isinstance(node, expression.Not):
            self._look(node.item, not wanted)
        elif isinstance(node, expression.JUNCTIONS):
            guarded = isinstance(node, expression.All) and wanted
            for item in node.children():  # what only excepts somebody from a danger is none itself
                if not (guarded and isinstance(item, expression.Not)):
                    self._look(item, wanted)
        elif isinstance(node, expression.Proposition):
            if (node.atom, wanted) not in self._seen:
                self._seen.add((node.atom, wanted))
                for rule in self.prepared.rules.get(node.atom, ()):
                    if rule.when is not None:
                        self._look(rule.when, wanted)
        elif isinstance(node, (expression.IsYes, expression.OneOf)):
            members = node.members if isinstance(node, expression.OneOf) else frozenset({"yes"})
            weight = 1 if wanted is not getattr(node, "negated", False) else -1
            for member in members:
                counts = self.dangerous.setdefault(node.name, {})
                counts[member] = counts.get(member, 0) + weight
        else:
            for name in sorted(expression.names_read(node)):
                self._behind(name)

    def _behind(self, name: str) -> None:
        if name in self.numbers:
            return
        self.numbers[name] = None
        for read in sorted(self.prepared.plan.reads.get(name, ())):
            self._behind(read)

    def harmless(self) -> Iterator[tuple[str, Known]]:
        """For each finding that safety asks about the answer that it has nothing against."""
        for name, finding in self.prepared.kb.findings.items():
            if finding.form == "records":
                yield name, Records()
            elif finding.stand_in:
                continue  # it is worked out from the others, and would contradict them once one of them is changed
            elif finding.form == "number" and name in self.numbers:
                spans = [one.range for one in finding.ranges]
                if spans and not any(span.low.is_infinite() or span.high.is_infinite() for span in spans):
                    yield name, number(sum(((one.low + one.high) / 2 for one in spans), Decimal(0)) / len(spans))
            elif name in self.dangerous:
                members = ["yes", "no"] if finding.form == "yes_no" else list(self.prepared.names.members(name))
                yield name, one_of(min(members, key=lambda one: self.dangerous[name].get(one, 0)))

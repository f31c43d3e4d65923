"""The plain evaluator: the meaning of a knowledge base, written down as directly as it can be.

It recurses from each proposition to its rules to their premises to what was answered, and knows nothing of
productions, networks or changes. Everything faster is held to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from ..knowledge_base.model import KnowledgeBase, Rule
from ..premises import evaluation, expression, propositions
from ..premises.expression import TruthNode
from ..values import truth
from ..values.interval import Interval
from ..values.truth import Truth
from ..values.value import NOT_MEASURED, UNKNOWN, Gap, Known
from . import productions, values
from .values import NOTHING, Given


class Reference:
    """Everything that follows from what was given, on one day."""

    def __init__(self, kb: KnowledgeBase, given: Mapping[str, Given], today: Interval) -> None:
        self.kb: KnowledgeBase = kb
        self.today = today
        self._given = given
        self._derive: Mapping[str, Sequence[Rule]] = values.derive_rules(kb)
        self._rules: Mapping[str, tuple[Rule, ...]] = productions.rules_by_atom(kb)
        self._values: dict[str, Known] = {}
        self._truths: dict[str, Truth] = {}
        self._premises: dict[str, Truth] = {}

    # --- Facts ---

    def known(self, name: str) -> Known:
        if name not in self._values:
            given = self._given.get(name, NOTHING)
            if name in self.kb.findings:
                self._values[name] = values.finding_value(self.kb.findings[name], given, self)
            else:
                self._values[name] = values.quantity_value(self._derive.get(name, ()), given, self)
        return self._values[name]

    def worked_out(self, name: str) -> Known:
        """The value of a quantity by its rules, ignoring an entered one."""
        return values.quantity_value(self._derive.get(name, ()), NOTHING, self)

    def range_of(self, name: str) -> Interval | None:
        return values.range_read(self.kb, name, self)

    def threshold(self, name: str) -> Interval | Gap:
        return values.threshold_value(self.kb.thresholds[name], self)

    def key_of(self, name: str) -> str:
        return self.kb.findings[name].key

    def members_of(self, name: str) -> frozenset[str]:
        return frozenset(values.choice_members(self.kb, name))

    def member_number(self, name: str, member: str, attribute: str) -> Decimal | None:
        return values.member_number(self.kb, name, member, attribute)

    def truth(self, atom: str) -> Truth:
        if atom not in self._truths:
            self._truths[atom] = self._concluded(atom)
        return self._truths[atom]

    # --- rules ---

    def premise(self, rule: Rule) -> Truth:
        """Whether the rule's premise holds."""
        if rule.id not in self._premises:
            self._premises[rule.id] = self.holds(rule.when or expression.Always())
        return self._premises[rule.id]

    def holds(self, node: TruthNode) -> Truth:
        """The truth of a premise or any part of one."""
        return truth_of(node, self)

    def given(self, name: str) -> Given:
        return self._given.get(name, NOTHING)

    def _concluded(self, atom: str) -> Truth:
        if name := propositions.applied(atom):
            applies = self.kb.scales[name].applies
            return Truth.TRUE if applies is None else self.holds(applies)
        rules = self._rules.get(atom, ())
        by_rule = [self.premise(rule) for rule in rules]
        scale, level = propositions.level_parts(atom)
        if scale:
            applies_here = self.truth(propositions.applies(scale))
            if level == self.kb.scales[scale].levels[0]:
                return applies_here
            return truth.all_of((truth.any_of(by_rule), applies_here)) if rules else Truth.UNKNOWN
        if (listed := productions.reported_behind(self.kb, atom)) is not None:
            reported = self.holds(listed)
            if not rules:
                return Truth.TRUE if reported is Truth.TRUE else Truth.UNKNOWN
            by_rule.append(reported)
        return truth.any_of(by_rule) if by_rule else Truth.UNKNOWN


class Settled(evaluation.Facts, Protocol):
    """Facts of which it is also known what was said, and what holds of any premise."""

    @property
    def kb(self) -> KnowledgeBase: ...

    def holds(self, node: TruthNode) -> Truth: ...

    def given(self, name: str) -> Given: ...


def truth_of(node: TruthNode, facts: Settled) -> Truth:
    """A premise's truth; a leaf that reads a finding neither answered nor indicated is false."""
    if isinstance(node, expression.Not):
        return truth.negation(facts.holds(node.item))
    if isinstance(node, expression.All):
        return truth.all_of([facts.holds(item) for item in node.items])
    if isinstance(node, expression.AnyOf):
        return truth.any_of([facts.holds(item) for item in node.items])
    if isinstance(node, expression.AtLeast):
        return truth.at_least(node.count, [facts.holds(item) for item in node.items])
    measured = evaluation.truth_of(node, facts)
    if not productions.leaf_of(node):
        return measured
    return truth.all_of([measured, *(_guard(name, facts) for name in sorted(expression.names_read(node)))])


def _guard(name: str, facts: Settled) -> Truth:
    indicated = facts.kb.findings[name].indicated if name in facts.kb.findings else None
    if indicated is None or answered(facts.known(name), facts.given(name)):
        return Truth.TRUE
    return facts.holds(indicated)


def answered(known: Known, given: Given) -> bool:
    """Whether a finding has been answered, derived or explicitly not measured: then `indicated` no longer matters."""
    return given.explicit is NOT_MEASURED or not (known is NOT_MEASURED or known is UNKNOWN)

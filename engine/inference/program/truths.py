"""All that follows for many cases: what the working memory says of one patient, said of each by a bit."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ...knowledge_base.model import Rule
from ...premises import expression
from ...premises.expression import TruthNode
from ...values.truth import Truth
from ...values.value import NOT_MEASURED, UNKNOWN
from ..values import Given
from . import bits
from .bits import NOBODY, Pair
from .columns import Answers, AnswersOfOne, Columns, Machine, Row
from .leaves import Leaves


class Truths:
    """The truth of every proposition, rule and premise, for each of many cases.

    Args:
        machine: the compiled knowledge base.
        answers: what was said of the cases, and what that implies.
    """

    def __init__(self, machine: Machine, answers: Answers) -> None:
        self.machine, self.answers = machine, answers
        self.plan, self.kb = machine.plan, machine.kb
        self.columns = Columns(machine, answers)
        self.leaves = Leaves(self.columns)
        self.size, self.everybody = answers.size, self.columns.everybody
        self._nodes: dict[int, tuple[TruthNode, Pair]] = {}
        self._held: list[int] | None = None

    @property
    def held(self) -> list[int]:
        """The cases for which each literal holds; worked out when it is first asked for."""
        if self._held is None:
            self._held = self.machine.program.run(self.asserted)
        return self._held

    @functools.cached_property
    def asserted(self) -> dict[int, int]:
        """The leaves decided outside the network, by literal."""
        compiled = self.plan.productions
        found: dict[int, int] = {}
        for atom, leaf in compiled.leaves.items():
            found[2 * atom], found[2 * atom + 1] = self.leaves.pair(leaf)
        for name, atom in compiled.answered.items():
            said = self.answered(name)
            found[2 * atom], found[2 * atom + 1] = said, self.everybody & ~said
        if compiled.always is not None:
            found[2 * compiled.always] = self.everybody
        return found

    def answered(self, name: str) -> int:
        """The cases in which a finding was answered, derived or explicitly not measured."""
        found = self.columns.where(name, lambda known: not (known is NOT_MEASURED or known is UNKNOWN))
        for case, number in self.answers.said.get(name, {}).items():
            if number == self.machine.not_measured:
                found |= self.columns.bit[case]
        return found

    def literal(self, literal: int) -> Pair:
        """The cases for which a literal holds, and for which its opposite does."""
        return self.held[literal], self.held[literal ^ 1]

    def truth(self, atom: str) -> Pair:
        """The truth of a proposition, by name."""
        index = self.plan.productions.propositions.get(atom)
        return NOBODY if index is None else self.literal(2 * index)

    def premise(self, rule: Rule) -> Pair:
        """The truth of the premise of a rule."""
        index = self.plan.productions.premises.get(rule.id)
        if index is not None:
            return self.literal(2 * index)
        return (self.everybody, 0) if rule.when is None else self.without_propositions(rule.when)

    def without_propositions(self, node: TruthNode) -> Pair:
        """The truth of a premise that reads findings and quantities only, as values are worked out by it."""
        return self.leaves.pair(node)

    def holds(self, node: TruthNode) -> Pair:
        """The truth of a premise or any part of one."""
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.truth(node.atom)
        literal = self.plan.literal(node)
        if literal is not None:
            return self.literal(literal)
        found = self._nodes.get(id(node))
        if found is None:
            found = self._nodes[id(node)] = (node, self.worked_out(node))  # the node lives as long as its id
        return found[1]

    def worked_out(self, node: TruthNode) -> Pair:
        """The truth of a premise from that of its parts (compare `reference.truth_of`)."""
        if isinstance(node, expression.Not):
            return bits.negation(self.holds(node.item))
        if isinstance(node, expression.All):
            return bits.all_of([self.holds(item) for item in node.items], self.everybody)
        if isinstance(node, expression.AnyOf):
            return bits.any_of([self.holds(item) for item in node.items], self.everybody)
        if isinstance(node, expression.AtLeast):
            return bits.at_least(node.count, [self.holds(item) for item in node.items], self.everybody)
        if isinstance(node, expression.Always):
            return self.everybody, 0
        measured = self.leaves.pair(node)
        guards = [guard for name in sorted(expression.names_read(node)) if (guard := self._guard(name)) is not None]
        return bits.all_of([measured, *guards], self.everybody) if guards else measured

    def _guard(self, name: str) -> Pair | None:
        indicated = self.kb.findings[name].indicated if name in self.kb.findings else None
        if indicated is None:
            return None
        true, false = self.holds(indicated)
        answered = self.answered(name)
        return true | answered, false & ~answered

    def unknown(self, pair: Pair) -> int:
        """The cases of which something is neither true nor false."""
        return self.everybody & ~(pair[0] | pair[1])

    # --- one case ---

    def row(self, case: int) -> RowMemory:
        """One case, to be asked as a working memory is."""
        return RowMemory(self, case)


class RowMemory(Row):
    """A read-only working memory of one of many cases."""

    def __init__(self, truths: Truths, case: int) -> None:
        super().__init__(truths.columns, case)
        self.truths = truths

    def _of(self, pair: Pair) -> Truth:
        if pair[0] >> self.case & 1:
            return Truth.TRUE
        return Truth.FALSE if pair[1] >> self.case & 1 else Truth.UNKNOWN

    def truth(self, atom: str) -> Truth:
        return self._of(self.truths.truth(atom))

    def premise(self, rule: Rule) -> Truth:
        """Whether a rule's premise holds."""
        return self._of(self.truths.premise(rule))

    def holds(self, node: TruthNode) -> Truth:
        """The truth of a premise or any part of one."""
        return self._of(self.truths.holds(node))

    @property
    def said(self) -> Mapping[str, Given]:
        """All that was said or implied, by name; looked up when it is asked for."""
        return AnswersOfOne(self.truths.answers, self.case)

    def start(self, today: object) -> None:
        """A case that is one of many has begun long ago."""

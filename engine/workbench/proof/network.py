"""What follows from the leaves, as clauses: the ground productions with their completion.

No statement rests on itself, so a literal holds exactly where a production for it does (Clark 1978), and the clauses
say what the engine does, no more and no less. Ranks, scores that order, doses and texts are not among them.
"""

from __future__ import annotations

from ...case.case import Prepared
from ...inference.grounds import Grounds
from ...knowledge_base.model import Rule
from ...premises import expression
from ...premises.expression import TruthNode
from .clauses import FALSE, TRUE, Clauses, Pair
from .leaves import Leaves, Reading

NEVER = Pair(FALSE, FALSE)
"""A proposition that no rule concludes: neither true nor false."""


class Network:
    """One knowledge base over the leaves of a patient, whom it may share with another."""

    def __init__(self, prepared: Prepared, leaves: Leaves) -> None:
        self.prepared, self.kb, self.leaves = prepared, prepared.kb, leaves
        self.clauses: Clauses = leaves.clauses
        self.reading = Reading(prepared.kb, leaves)
        self.compiled = prepared.plan.productions
        if not self.compiled.nodes:
            prepared.plan.open()
        self._literals: dict[int, int] = {}
        self._nodes: dict[TruthNode, Pair] = {}
        self._grounds = Grounds(self.compiled)
        self._answered = {atom: name for name, atom in self.compiled.answered.items()}

    # --- literals ---

    def literal(self, literal: int) -> int:
        """The variable of a literal of the network; what it rests on is added to the clauses."""
        for one in self._grounds.ahead(literal, self._literals):
            self._literals[one] = self._made(one)
        return self._literals[literal]

    def _made(self, literal: int) -> int:
        bodies = self._grounds.of(literal)
        produced = self.clauses.any_of([self.clauses.all_of(self._literals[part] for part in body) for body in bodies])
        asserted = self._asserted(literal)
        return produced if asserted == FALSE else self.clauses.any_of((produced, asserted))

    def _asserted(self, literal: int) -> int:
        """The variable of a literal that is not concluded but asserted: a leaf, or that something was answered."""
        atom, negative = divmod(literal, 2)
        if atom == self.compiled.always:
            return FALSE if negative else TRUE
        if atom in self.compiled.leaves:
            leaf = self.reading.leaf(self.compiled.leaves[atom])
            return leaf.false if negative else leaf.true
        if atom in self._answered:
            said = self.reading.answered(self._answered[atom])
            return -said if negative else said
        return FALSE

    def _atom(self, atom: int) -> Pair:
        return Pair(self.literal(2 * atom), self.literal(2 * atom + 1))

    # --- statements ---

    def proposition(self, name: str) -> Pair:
        atom = self.compiled.propositions.get(name)
        return NEVER if atom is None else self._atom(atom)

    def rule(self, rule: Rule) -> Pair:
        """A rule's premise."""
        atom = self.compiled.premises.get(rule.id)
        if atom is not None:
            return self._atom(atom)
        return self.reading.premise(rule.when) if rule.when is not None else Pair(TRUE, FALSE)

    def node(self, node: TruthNode) -> Pair:
        """Any premise over what is known and concluded."""
        found = self._nodes.get(node)
        if found is None:
            found = self._nodes[node] = self._node(node)
        return found

    def _node(self, node: TruthNode) -> Pair:
        if isinstance(node, expression.Not):
            return self.node(node.item).opposite
        if isinstance(node, expression.All):
            return self.clauses.both([self.node(item) for item in node.items])
        if isinstance(node, expression.AnyOf):
            return self.clauses.either([self.node(item) for item in node.items])
        if isinstance(node, expression.AtLeast):
            return self.clauses.counted(node.count, [self.node(item) for item in node.items])
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.proposition(node.atom)
        measured = self.reading.leaf(node)
        return self.clauses.both([measured, *(self._guard(name) for name in sorted(expression.names_read(node)))])

    def _guard(self, name: str) -> Pair:
        """That a finding was answered or is indicated, where it has to be."""
        indicated = self.kb.findings[name].indicated if name in self.kb.findings else None
        if indicated is None:
            return Pair(TRUE, FALSE)
        said = self.reading.answered(name)
        return self.clauses.either((Pair(said, -said), self.node(indicated)))

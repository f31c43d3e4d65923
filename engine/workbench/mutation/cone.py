"""What would follow for all kept cases at once if one rule were another: only what rests on the change, over bits.

The mirror of `alteration`, for many cases, their worlds, and what they are without what was taken for granted. Who is
left to be asked alone is said by `selves`.
"""

from __future__ import annotations

import copy
import functools

from ...assessment.population.population import Population
from ...assessment.population.ungranted import Ungranted
from ...assessment.population.worlds_of_many import Worlds
from ...inference import productions
from ...inference.program import bits
from ...inference.program.bits import NOBODY, Pair
from ...inference.program.columns import Columns
from ...inference.program.leaves import Leaves
from ...inference.program.truths import Truths
from ...knowledge_base.model import Rule
from ...premises import expression, propositions
from ...premises.expression import TruthNode
from . import concerns
from .alteration import Alteration


class AlteredTruths(Truths):
    """The truths of many cases under a changed rule or cut-off: worked out where they may differ, as they were else."""

    def __init__(self, base: Truths, alteration: Alteration) -> None:
        self.base, self.alteration, self.touched = base, alteration, alteration.touched
        self.machine, self.answers = base.machine, base.answers
        self.plan, self.kb = alteration.prepared.plan, alteration.kb
        self.size, self.everybody = base.size, base.everybody
        anew = self.touched.names
        self.columns = base.columns
        if anew:
            found = alteration.worked_out
            self.columns = Columns(base.machine, base.answers, base.columns, anew, self.plan, found)
        self.leaves = _AlteredLeaves(self.columns, base.leaves, anew)
        self._nodes: dict[int, tuple[TruthNode, Pair]] = {}
        self._atoms: dict[str, Pair] = {}
        self._premises: dict[str, Pair] = {}

    def truth(self, atom: str) -> Pair:
        if atom not in self.touched.atoms:
            return self.base.truth(atom)
        if atom not in self._atoms:
            self._atoms[atom] = self._concluded(atom)
        return self._atoms[atom]

    def premise(self, rule: Rule) -> Pair:
        if rule.id not in self.touched.rules:
            return self.base.premise(rule)
        if rule.id not in self._premises:
            if rule.verb == "derives":
                held = (self.everybody, 0) if rule.when is None else self.leaves.pair(rule.when)
            else:
                held = (self.everybody, 0) if rule.when is None else self.holds(rule.when)
            self._premises[rule.id] = held
        return self._premises[rule.id]

    def holds(self, node: TruthNode) -> Pair:
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.truth(node.atom)
        graph = self.alteration.graph
        asked = graph.asked.get(id(node))
        if asked is not None and asked[0] is node and self.touched.none_of(asked[1], asked[2]):
            return self.base.holds(node)
        literal = self._literal_as_it_was(node)
        if literal is not None and self.touched.guarded.isdisjoint(graph.names_in(node)):
            return self.base.literal(literal)
        found = self._nodes.get(id(node))
        if found is None:
            found = self._nodes[id(node)] = (node, self.worked_out(node))  # the node lives as long as its id
        return found[1]

    def _literal_as_it_was(self, node: TruthNode) -> int | None:
        """The literal of a condition of a rule that was not changed; None for any other."""
        found = self.plan.literals.get(id(node))
        return found[1] if found is not None and found[0] is node and productions.leaf_of(node) else None

    def _concluded(self, atom: str) -> Pair:
        """Compare `Reference._concluded`."""
        if name := propositions.applied(atom):
            applies = self.kb.scales[name].applies
            return (self.everybody, 0) if applies is None else self.holds(applies)
        rules = self.alteration.prepared.rules.get(atom, ())
        by_rule = [self.premise(rule) for rule in rules]
        scale, level = propositions.level_parts(atom)
        if scale:
            applies_here = self.truth(propositions.applies(scale))
            if level == self.kb.scales[scale].levels[0]:
                return applies_here
            any_rule = bits.any_of(by_rule, self.everybody)
            return bits.all_of((any_rule, applies_here), self.everybody) if rules else NOBODY
        if (listed := productions.reported_behind(self.kb, atom)) is not None:
            reported = self.holds(listed)
            if not rules:
                return reported[0], 0
            by_rule.append(reported)
        return bits.any_of(by_rule, self.everybody) if by_rule else NOBODY


class _AlteredLeaves(Leaves):
    """Conditions where the values of some names are other ones; all others, and lists, are as they were."""

    def __init__(self, columns: Columns, base: Leaves, anew: frozenset[str]) -> None:
        super().__init__(columns)
        self._base, self._anew = base, anew
        self._lists = base._lists if anew.isdisjoint(base.machine.kb.findings) else {}


class Altered(Population):
    """The same patients under other rules. Of what the change does not touch nothing is worked out again.

    Args:
        base: the patients as they are.
        truths: what follows for them under the change.
        several: those of whom two values contradict, in the same worlds before the change and after it.
    """

    def __init__(self, base: Population, alteration: Alteration, truths: AlteredTruths, several: int = 0) -> None:
        of_base = base.__dict__.items()
        self.__dict__.update({key: value for key, value in of_base if key not in _WORKED_OUT_ANEW})
        self._base, self._alteration = base, alteration
        self.prepared, self.kb, self._looks = alteration.prepared, alteration.kb, {}
        self.contradicting = self.several = several
        self.alone = 0
        self.shows(self.prepared, truths)
        if not alteration.decides_scope:
            self._as_before()

    def _as_before(self) -> None:
        """Have what rests on no changed rule told as it was."""
        base, touched = self._base, self._alteration.touched
        shaken = concerns.shaken(self._alteration)
        plans, standings, tests = (concerns.about(kind, shaken) for kind in ("plan", "differential", "orders"))
        self.view.lacks.before = base.view.lacks, touched.rules
        self.view.awaits.before = base.view.awaits, touched.rules
        self.standings.before = base.standings, standings
        self.plans.before = base.plans, plans
        self.testing.before = base.testing, tests, plans

    def _under(self, others: Population) -> Altered:
        """Other patients under the same change."""
        return Altered(others, self._alteration, AlteredTruths(others.truths, self._alteration))

    @functools.cached_property
    def worlds(self) -> Worlds:
        """Their worlds, which are the same before the change and after it."""
        found = copy.copy(self._base.worlds)
        found.people = self._under(found.people)
        return found

    @functools.cached_property
    def ungranted(self) -> Ungranted:
        """The patients without what was taken for granted, which is the same before the change and after it."""
        found = copy.copy(self._base.ungranted)
        found.population = self
        found.part = self._under(found.part) if found.part is not None else None
        return found

    def other(self, said: object, days: object) -> Population:
        """Nobody else: under a change only those are known whom it was tried on."""
        raise TypeError("patients under a change cannot be supposed to be others")


_WORKED_OUT_ANEW = frozenset({"contradicting", "several", "alone", "worlds", "ungranted"})

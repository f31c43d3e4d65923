"""What would follow for all kept cases at once if one rule were another: only what rests on the change, over bits.

The mirror of `Altered`, for many cases. It says which cases a change concerns and which expectations it would leave
unmet; whoever contradicts himself, or of whom something was taken for granted, is left to be asked alone.
"""

from __future__ import annotations

import functools

from ...assessment.population import contradicting
from ...assessment.population.population import Population
from ...assessment.population.shown import View
from ...assessment.population.worlds_of_many import Worlds
from ...case.case import Prepared
from ...inference import productions
from ...inference.program import bits
from ...inference.program.bits import NOBODY, Pair
from ...inference.program.columns import Columns
from ...inference.program.leaves import Leaves
from ...inference.program.truths import Truths
from ...knowledge_base.model import Rule
from ...premises import expression, propositions
from ...premises.expression import TruthNode
from .alteration import Alteration


class AlteredTruths(Truths):
    """The truths of many cases under a changed rule or cut-off: worked out where they may differ, as they were else."""

    def __init__(self, base: Truths, alteration: Alteration) -> None:
        self.base, self.alteration, self.touched = base, alteration, alteration.touched
        self.machine, self.answers = base.machine, base.answers
        self.plan, self.kb = alteration.prepared.plan, alteration.kb
        self.size, self.everybody = base.size, base.everybody
        anew = self.touched.names
        self.columns = Columns(base.machine, base.answers, base.columns, anew, self.plan) if anew else base.columns
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
        if atom.endswith(" applies"):
            applies = self.kb.scales[atom.removesuffix(" applies")].applies
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


class Together:
    """The kept cases as one population, to be looked at under one change after another."""

    def __init__(self, people: Population) -> None:
        self.people = people
        self.alone: int = _alone(people)
        """The cases that a change is tried on one by one: several values count in them, or might."""

    def truths(self, alteration: Alteration) -> AlteredTruths:
        """What follows under a change."""
        return AlteredTruths(self.people.truths, alteration)

    def under(self, alteration: Alteration, truths: AlteredTruths) -> Population:
        """What is shown under a change to all but those in `alone`."""
        return _Altered(self.people, alteration.prepared, truths)


def _alone(people: Population) -> int:
    """Those who contradict themselves or might by a rule, and those of whom something was taken for granted."""
    return people.contradicting | contradicting.suspects(people) | people.plans.granted


class _Altered(Population):
    """The same patients under other rules. Of what the change does not touch nothing is worked out again."""

    def __init__(self, people: Population, prepared: Prepared, truths: AlteredTruths) -> None:
        self.__dict__.update(
            {
                key: value
                for key, value in people.__dict__.items()
                if key not in ("contradicting", "several", "alone", "worlds")
            }
        )
        self.prepared, self.kb, self._looks = prepared, prepared.kb, {}
        self.contradicting = self.several = self.alone = 0
        self.shows(prepared, truths)
        if not truths.touched.names:
            base: View = people.view
            self.view.lacks.before = base.lacks, truths.touched.rules
            self.view.awaits.before = base.awaits, truths.touched.rules
        self.plans.granting = False

    @functools.cached_property
    def worlds(self) -> Worlds:
        """Nobody here has several."""
        raise TypeError("of whom two values contradict is asked alone")

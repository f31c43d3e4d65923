"""Which conclusions rest on what was edited: of all others nothing can change for any patient.

Reach is drawn too wide rather than too narrow: an edit of what everything may rest on (units, guidelines, hazards, the
scope) reaches everything, one diagnosis that may change reaches all diagnoses, and one status all tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...assessment.population import contradicting
from ...assessment.population.population import Population
from ...assessment.several import worlds
from ...assessment.workup import TAKING
from ...case import evidence
from ...case.case import Prepared
from ...inference import values
from ...inference.program import bits
from ...inference.program.bits import Pair
from ...knowledge_base.model import KnowledgeBase, Rule
from ...knowledge_base.verbs import about
from ...premises import expression
from ...premises.expression import TruthNode
from ..mutation.alteration import Graph, Touched
from .conclusions import Conclusion
from .edits import Edit

_NAMES = ("findings", "quantities", "thresholds")
_PROPOSITIONS = ("states", "scales")
_THEIR_OWN = ("rules", "withdrawn", "choices", "conditions", "interventions", "alerts", "investigations")
_BY_TRUTH = ("rules", "thresholds", "states", "scales")
"""Kinds of which an edit makes a difference only where a rule comes out otherwise, or says something else."""
_NOTHING_SHOWN = ("clashes", "disagreements", "invariants", "unavailable")


class Reach:
    """What some edits reach: `touched` conclusions, and the patients of whom one can have `moved`."""

    def __init__(self, old: Prepared, new: Prepared, found: Iterable[Edit]) -> None:
        deciding = [one for one in found if one.decides and one.kind not in _NOTHING_SHOWN]
        everything = any(one.kind not in (*_NAMES, *_PROPOSITIONS, *_THEIR_OWN) for one in deciding)
        self._sides = None if everything else [_Side(prepared, deciding) for prepared in (old, new)]
        self.touched: Callable[[Conclusion], bool] = (
            _reached(self._sides) if self._sides is not None else lambda conclusion: True
        )
        self._by_truth = self._sides is not None and all(one.kind in _BY_TRUTH for one in deciding)
        self._spoken = {one.id for one in deciding if one.kind == "rules" and one.parts != ("when",)}
        """Rules of which more than the premise differs."""
        self._cut_offs = {one.id for one in deciding} if all(one.kind == "thresholds" for one in deciding) else None
        """The cut-offs that were edited, where nothing else was."""
        self._as_said, self._read = True, set[str]()
        """Whether those conditions read only what was said, and what that is."""
        self._compared = self._comparisons(old, new)
        self.deciding = self._deciding(old, new)
        """The names from which alone those conditions are worked out, however far; None where that is not known."""

    def _comparisons(self, old: Prepared, new: Prepared) -> list[tuple[TruthNode, TruthNode]] | None:
        """The conditions, as each version has them, through which alone an edit of cut-offs reaches anything.

        None where it reaches more: what something is worked out from, to whom it applies, or something else but rules.
        """
        if self._cut_offs is None:
            return None
        found: list[dict[TruthNode, TruthNode]] = []
        for prepared in (old, new):
            graph = Graph(prepared.kb)
            if graph.touched((), self._cut_offs).names != self._cut_offs or not self._cut_offs.isdisjoint(
                _beside(prepared)
            ):
                return None
            leaves = prepared.plan.productions.leaves.values()
            found.append({leaf: leaf for leaf in leaves if not graph.names_in(leaf).isdisjoint(self._cut_offs)})
            self._as_said &= all(
                name in self._cut_offs or not (prepared.plan.reads.get(name) or prepared.plan.derive.get(name))
                for leaf in found[-1]
                for name in graph.names_in(leaf)
            )
            self._read |= {name for leaf in found[-1] for name in graph.names_in(leaf)} - self._cut_offs
        if found[0].keys() != found[1].keys():
            return None
        return [(leaf, found[1][leaf]) for leaf in found[0]]

    def _deciding(self, old: Prepared, new: Prepared) -> frozenset[str] | None:
        if self._compared is None:
            return None
        found: set[str] = set()
        for prepared, leaves in zip((old, new), zip(*self._compared, strict=True), strict=False):
            behind = _behind(prepared, leaves)
            if behind is None:
                return None
            found |= behind
        return frozenset(found)

    def untouched(self, first: int | None, people: Population, case: int) -> bool:
        """Whether nothing differs of a case of which two values contradict.

        Where what the edited conditions read was said once, each of its worlds holds that or nothing of it.
        """
        if first is None or first >> case & 1 or not self._as_said:
            return False
        said = {name: people.said[case][name] for name in self._read if name in people.said[case]}
        return self._read.isdisjoint(people.old[case]) and not worlds.has_rivals(said)

    def concerned(self, first: int, people: Population) -> int:
        """Those of whom two values contradict and something can differ.

        Of the others no world holds another value of what decides than it was read with, so all come out alike.
        """
        if self.deciding is None:
            return people.contradicting
        found = people.contradicting & first
        for case in bits.positions(people.several & ~first):
            changes = (one.changes for one in worlds.alternatives(people.case(case)))
            if any(not self.deciding.isdisjoint(one) for one in changes):
                found |= 1 << case
        alone = people.alone & ~first
        if alone:
            found |= alone & contradicting.suspects(people)
            for case in bits.positions(alone & ~found):
                said = {name: people.said[case][name] for name in self.deciding if name in people.said[case]}
                if worlds.has_rivals(said) or not self.deciding.isdisjoint(people.old[case]):
                    found |= 1 << case
        return found

    def first(self, old: Population, new: Population) -> int | None:
        """The cases of whom a condition that was edited comes out otherwise: of no others anything can differ.

        It holds of those who do not contradict themselves. None where an edit reaches more than conditions.
        """
        if self._compared is None:
            return None
        moved = 0
        for one, other in self._compared:
            before, after = old.truths.leaves.pair(one), new.truths.leaves.pair(other)
            moved |= before[0] ^ after[0] | before[1] ^ after[1]
        return moved

    def moved(self, old: Population, new: Population) -> int:
        """The cases of whom anything can differ: a rule reached comes out otherwise, or one reworded acts or may.

        Where more than truths was edited, all of them.
        """
        if self._sides is None or not self._by_truth:
            return old.everybody
        moved = 0
        for name in self._sides[0].rules | self._sides[1].rules | self._spoken:
            one, other = _truth(old, name), _truth(new, name)
            moved |= one[0] ^ other[0] | one[1] ^ other[1]
            if name in self._spoken:
                moved |= ~one[1] | ~other[1]
        return moved & old.everybody


def _beside(prepared: Prepared) -> frozenset[str]:
    """Every name that is read by something else than a rule's premise, and decides what is shown of a patient."""
    kb = prepared.kb
    nodes = [one.pursue for one in kb.conditions.values()]
    nodes += [one.not_while for one in kb.investigations.values()]
    for finding in kb.findings.values():
        nodes += [finding.applies, finding.indicated, *(case.when for case in finding.ranges)]
        nodes += [finding.assumed.when, finding.assumed.sure] if finding.assumed is not None else []
    nodes += [one.applies for one in kb.scales.values()]
    nodes += [kb.scope.when] if kb.scope is not None else []
    return frozenset(name for node in nodes if node is not None for name in expression.names_read(node))


def _behind(prepared: Prepared, leaves: Iterable[TruthNode]) -> frozenset[str] | None:
    """Every name whose value can make one of these conditions come out otherwise; None where propositions can."""
    kb, plan = prepared.kb, prepared.plan
    names = {name for leaf in leaves for name in values.leaf_dependencies(kb, leaf)}
    found: set[str] = set()
    while names:
        name = names.pop()
        found.add(name)
        finding = kb.findings.get(name)
        assumed = finding.assumed if finding is not None else None
        nodes = [finding.applies] if finding is not None else []
        nodes += [assumed.when, assumed.sure] if assumed is not None else []
        read = {one for node in nodes if node is not None for one in values.leaf_dependencies(kb, node)}
        if any(one in kb.findings and kb.findings[one].indicated is not None for one in read):
            return None  # whether a test is indicated is for rules to say
        names |= (read | plan.reads.get(name, frozenset()) | {*prepared.index.remembering.get(name, ())}) - found
    return frozenset(found)


def _truth(people: Population, name: str) -> Pair:
    rule = people.kb.rules.get(name)
    return people.rule(rule) if rule is not None else (0, people.everybody)


def _reached(sides: Sequence[_Side]) -> Callable[[Conclusion], bool]:
    """Whether a conclusion rests on one of the edits, under either version."""
    diagnosis = any(side.conditions for side in sides)
    status = any(side.interventions for side in sides)

    def reached(conclusion: Conclusion) -> bool:
        kind, name = conclusion
        if kind == "diagnosis":
            return diagnosis
        if kind == "test":
            return diagnosis or status or any(name in side.tests for side in sides)
        if kind == "cause":
            return any(name in side.causes for side in sides)
        if kind == "alert":
            medicine = name.removeprefix(TAKING)
            return any(name in side.alerts or (name != medicine and medicine in side.interventions) for side in sides)
        return any(name in side.interventions for side in sides)

    return reached


class _Side:
    """What the edits reach in one version."""

    def __init__(self, prepared: Prepared, deciding: Iterable[Edit]) -> None:
        self.prepared, self.kb = prepared, prepared.kb
        listed = list(deciding)
        own = {one.id for one in listed}
        rules = [self.kb.rules[one.id] for one in listed if one.kind == "rules" and one.id in self.kb.rules]
        names = {one.id for one in listed if one.kind in _NAMES}
        names |= _offering(self.kb, {one.id for one in listed if one.kind == "choices"})
        if any(one.kind == "conditions" for one in listed):
            names |= {"conditions"} & self.kb.findings.keys()
        setting = {one.id for one in listed if one.kind in (*_PROPOSITIONS, "conditions")}
        rules += [rule for rule in self.kb.rules.values() if setting & {*rule.targets, *rule.members}]
        rested = Graph(self.kb).touched(rules, names)
        self.rules = frozenset(rested.rules | {rule.id for rule in rules})
        reached = [*rules, *(self.kb.rules[id] for id in rested.rules)]
        self.conditions = (
            self._about(reached, about("diagnosis")) | (own & self.kb.conditions.keys()) | self._pursued(rested)
        )
        self.causes = self._about(reached, ("causes",)) | (own & self.kb.conditions.keys())
        self.alerts = self._about(reached, ("alerts",)) | (own & self.kb.alerts.keys())
        self.tests = self._about(reached, ("orders",)) | (own & self.kb.investigations.keys())
        self.interventions = (
            self._about(reached, about("intervention")) | (own & self.kb.interventions.keys()) | self._indicated()
        )
        if {rule.verb for rule in reached} & {"derives"} or rested.names:
            self.interventions |= self._named_in_doses(rested)

    def _about(self, rules: Iterable[Rule], verbs: tuple[str, ...]) -> frozenset[str]:
        return frozenset(name for rule in rules if rule.verb in verbs for name in (rule.members or rule.targets))

    def _pursued(self, rested: Touched) -> frozenset[str]:
        return frozenset(
            one.id
            for one in self.kb.conditions.values()
            if one.pursue is not None
            and not rested.none_of(expression.names_read(one.pursue), expression.atoms_read(one.pursue))
        )

    def _indicated(self) -> frozenset[str]:
        """Interventions whose indications speak of a condition that is reached."""
        rules = self.prepared.by_verb.get("recommends", ())
        return frozenset(
            name
            for rule in rules
            if self.conditions & evidence.conditions_named(rule, self.prepared.rules)
            for name in (rule.members or rule.targets)
        )

    def _named_in_doses(self, rested: Touched) -> frozenset[str]:
        """Interventions whose printed dose waits for a number that is reached."""
        found = {one.id for one in self.kb.interventions.values() if _names(one.dose) & rested.names}
        for rule in self.prepared.by_verb.get("recommends", ()):
            if _names(rule.dose) & rested.names:
                found.update(rule.members or rule.targets)
        return frozenset(found)


def _names(text: str) -> frozenset[str]:
    return frozenset(part.partition("}")[0] for part in text.split("{")[1:])


def _offering(kb: KnowledgeBase, sets: set[str]) -> set[str]:
    """The findings that offer members of these sets of choices."""
    return {
        one.id
        for one in kb.findings.values()
        if one.choices in sets or any(field.choices in sets for field in one.fields.values())
    }

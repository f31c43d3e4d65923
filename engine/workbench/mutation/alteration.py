"""What would follow for finished cases if one rule were another, without compiling anything anew.

A case that was run is kept as plain values and truths. Under a changed rule only what rests on it is worked out again,
by the plain evaluator, when it is asked for; all else is as it was kept.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ...case import case as consulted
from ...case import evidence
from ...case.case import Case, Prepared
from ...inference import productions, values
from ...inference.reference import Reference
from ...knowledge_base import verbs
from ...knowledge_base.model import Intervention, KnowledgeBase, Rule, ThresholdEntry
from ...premises import expression, propositions
from ...premises.expression import Node, TruthNode
from ...values.interval import Interval
from ...values.truth import Truth
from ...values.value import Gap, Known
from .kept import Kept

# --- who rests on whom ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched:
    """All that may come out otherwise: rules, propositions, names (findings, quantities, thresholds)."""

    rules: frozenset[str]
    atoms: frozenset[str]
    names: frozenset[str]
    guarded: frozenset[str]
    """Names whose conditions may come out otherwise: `names`, and findings whose `indicated` may."""

    def none_of(self, names: frozenset[str], atoms: frozenset[str]) -> bool:
        """Whether what reads only these comes out as it did."""
        return self.guarded.isdisjoint(names) and self.atoms.isdisjoint(atoms)


def concluded(kb: KnowledgeBase, rule: Rule) -> tuple[str, ...]:
    """The propositions that a rule concludes; of a level those of the lower levels too."""
    if rule.verb == "sets" and rule.level:
        scale = kb.scales[rule.targets[0]]
        levels = scale.levels[1 : scale.levels.index(rule.level) + 1]
        return tuple(propositions.level(scale.id, level) for level in levels)
    return productions.atoms_concluded(kb, rule)


class Graph:
    """For each proposition and name of a knowledge base the rules, propositions and names that rest on it directly."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.order = {id: place for place, id in enumerate(kb.rules)}
        self.behind = evidence.Behind.of(kb)
        self.by_atom: dict[str, set[str]] = {}
        self.by_name: dict[str, set[str]] = {}
        self.applying: dict[str, list[str]] = {}
        self.names: dict[str, set[str]] = {}
        self.indicated: list[tuple[str, frozenset[str], frozenset[str]]] = []
        self._leaves: dict[int, tuple[Node, frozenset[str]]] = {}
        self._concluded = {id: concluded(kb, rule) for id, rule in kb.rules.items()}
        self._resting: dict[frozenset[str], Touched] = {}
        asked = [condition.pursue for condition in kb.conditions.values()]
        asked += [kb.scope.when] if kb.scope is not None else []
        self.asked = {
            id(node): (node, expression.names_read(node), expression.atoms_read(node))
            for node in asked
            if node is not None
        }
        """Premises of no rule that are asked for again and again: pursuits and the scope, with what they read."""
        for rule in kb.rules.values():
            self._read(rule.id, rule.when)
        for scale in kb.scales.values():
            atoms = [propositions.applies(scale.id)]
            atoms += [propositions.level(scale.id, level) for level in scale.levels]
            self.applying[f"applies {scale.id}"] = atoms
            self._read(f"applies {scale.id}", scale.applies)
        for name, read in values.dependencies(kb).items():
            for other in read:
                self.names.setdefault(other, set()).add(name)
        for finding in kb.findings.values():
            if finding.indicated is not None:
                read = expression.names_read(finding.indicated)
                self.indicated.append((finding.id, read, expression.atoms_read(finding.indicated)))

    def _read(self, reader: str, node: Node | None) -> None:
        if node is not None:
            for atom in expression.atoms_read(node):
                self.by_atom.setdefault(atom, set()).add(reader)
            for name in expression.names_read(node):
                self.by_name.setdefault(name, set()).add(reader)

    def names_in(self, leaf: Node) -> frozenset[str]:
        """The names a condition reads, remembered by identity (held, so that it stays its own)."""
        found = self._leaves.get(id(leaf))
        if found is None:
            found = self._leaves[id(leaf)] = (leaf, expression.names_read(leaf))
        return found[1]

    def touched(self, rules: Iterable[Rule], names: Iterable[str] = ()) -> Touched:
        """Everything that rests on these rules and names, however far."""
        seen_rules: set[str] = set()
        seen_atoms: set[str] = set()
        seen_names: set[str] = set()
        guarded: set[str] = set()
        new_atoms = [atom for rule in rules for atom in concluded(self.kb, rule)]
        new_names = [*names, *(name for rule in rules if rule.verb == "derives" for name in rule.targets)]
        while new_atoms or new_names:
            readers: set[str] = set()
            while new_names:
                name = new_names.pop()
                if name not in seen_names:
                    seen_names.add(name)
                    guarded.add(name)
                    readers |= self.by_name.get(name, set())
                    new_names.extend(self.names.get(name, ()))
            while new_atoms:
                atom = new_atoms.pop()
                if atom not in seen_atoms:
                    seen_atoms.add(atom)
                    readers |= self.by_atom.get(atom, set())
            for finding, read, atoms in self.indicated:
                if finding not in guarded and not (seen_names.isdisjoint(read) and seen_atoms.isdisjoint(atoms)):
                    guarded.add(finding)
                    readers |= self.by_name.get(finding, set())
            for reader in readers:
                if reader in self.applying:
                    new_atoms.extend(atom for atom in self.applying[reader] if atom not in seen_atoms)
                elif reader not in seen_rules:
                    seen_rules.add(reader)
                    rule = self.kb.rules[reader]
                    new_atoms.extend(self._concluded[reader])
                    new_names.extend(rule.targets if rule.verb == "derives" else ())
        return Touched(frozenset(seen_rules), frozenset(seen_atoms), frozenset(seen_names), frozenset(guarded))

    def resting_on(self, names: frozenset[str]) -> Touched:
        """Everything that rests on these names, remembered."""
        if names not in self._resting:
            self._resting[names] = self.touched((), names)
        return self._resting[names]

    def goes_round(self, changed: Rule) -> bool:
        """Whether a rule that concludes otherwise than it did would rest on its own conclusion."""
        return changed.id in self.touched([changed]).rules


_K = TypeVar("_K")
_V = TypeVar("_V")


class Exchanged(Mapping[_K, _V]):
    """A mapping with something else for some of its keys, and without those for which there is None.

    What is new comes last; all else keeps its order.
    """

    def __init__(self, base: Mapping[_K, _V], others: Mapping[_K, _V | None]) -> None:
        self._base, self._others = base, others

    def __getitem__(self, key: _K) -> _V:
        if key not in self._others:
            return self._base[key]
        found = self._others[key]
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[_K]:
        others = self._others
        yield from (key for key in self._base if key not in others or others[key] is not None)
        yield from (key for key, found in others.items() if key not in self._base and found is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


# --- the same case under another rule ---------------------------------------------------------------------------------


class Otherwise(Reference):
    """What follows for a kept case where something is other than it was: worked out only where it may differ.

    Args:
        prepared: the rules, as they are now.
        touched: all that may come out otherwise.
        given: the answers, as they are now.
    """

    def __init__(
        self, kept: Kept, prepared: Prepared, graph: Graph, touched: Touched, given: Mapping[str, values.Given]
    ) -> None:
        self.kb, self.today = prepared.kb, kept.today
        self.kept, self.touched, self.graph = kept, touched, graph
        self._given = given
        self._derive, self._rules = prepared.plan.derive, prepared.rules
        self._values: dict[str, Known] = {}
        self._truths: dict[str, Truth] = {}
        self._premises: dict[str, Truth] = {}

    def known(self, name: str) -> Known:
        return super().known(name) if name in self.touched.names else self.kept.known(name)

    def threshold(self, name: str) -> Interval | Gap:
        return super().threshold(name) if name in self.touched.names else self.kept.threshold(name)

    def truth(self, atom: str) -> Truth:
        return super().truth(atom) if atom in self.touched.atoms else self.kept.truth(atom)

    def premise(self, rule: Rule) -> Truth:
        return super().premise(rule) if rule.id in self.touched.rules else self.kept.premise(rule)

    def holds(self, node: TruthNode) -> Truth:
        asked = self.graph.asked.get(id(node))
        if asked is not None and asked[0] is node and self.touched.none_of(asked[1], asked[2]):
            return self.kept.asked(node)
        if productions.leaf_of(node) and self.touched.guarded.isdisjoint(self.graph.names_in(node)):
            return self.kept.holds(node)
        return super().holds(node)

    def start(self, today: Interval) -> None:
        """A kept case has begun long ago."""


class Altered(Otherwise):
    """What follows for a kept case once a rule or cut-off is changed."""

    def __init__(self, kept: Kept, alteration: Alteration) -> None:
        super().__init__(kept, alteration.prepared, alteration.graph, alteration.touched, kept.answers)


class AlteredCase(Case):
    """A kept case whose memory is an altered one. It can be asked, and not be told anything."""

    def __init__(self, kept: Kept, alteration: Alteration) -> None:
        memory: Any = Altered(kept, alteration)  # it is only asked, and answers as a working memory does
        super().__init__(alteration.prepared, kept.day, memory=memory)
        self.said, self.implied = kept.said, kept.implied
        self.counting, self.old, self.as_recorded = kept.counting, kept.old, kept.as_recorded
        self.closed_groups, self.finished, self.brief = set(kept.closed_groups), True, True
        self._scope = super().in_scope
        self._kept, self._alteration = kept, alteration

    @property
    def recorded(self) -> Case:
        return self.once("recorded", lambda: AlteredCase(self._kept.recorded, self._alteration)) if self.old else self

    def supposing(self, changes: Mapping[str, Known | None]) -> Case:
        return AlteredCase(self._kept.supposing(changes), self._alteration)

    @property
    def in_scope(self) -> Truth:
        return self._scope


class Alteration:
    """A knowledge base with one rule (or shared threshold) changed, and all that may come out otherwise by it."""

    def __init__(
        self,
        base: Prepared,
        graph: Graph,
        rule: Rule | None = None,
        changed: Rule | None = None,
        threshold: ThresholdEntry | None = None,
        intervention: Intervention | None = None,
    ) -> None:
        self.base, self.graph, self.rule, self.changed = base, graph, rule, changed
        kb = base.kb
        versions = [one for one in (rule, changed) if one is not None]
        touched = graph.touched(versions, [threshold.id] if threshold is not None else [])
        own = {one.id for one in versions}
        self.touched = dataclasses.replace(touched, rules=touched.rules | own)
        self.rewords = _reworded(rule, changed, intervention)
        """The interventions of which nothing but the dose is told otherwise, where that is all."""
        if rule is not None:
            self.kb = dataclasses.replace(kb, rules=Exchanged(kb.rules, {rule.id: changed}))
        elif intervention is not None:
            others = Exchanged(kb.interventions, {intervention.id: intervention})
            self.kb = dataclasses.replace(kb, interventions=others)
        else:
            assert threshold is not None
            self.kb = dataclasses.replace(kb, thresholds={**kb.thresholds, threshold.id: threshold})
        self._prepared: Prepared | None = None
        self._compiled: Prepared | None = None
        self.worked_out: dict[str, dict[tuple[int, ...], int]] = {}
        """For each name that may come out otherwise what it comes to, by what it is worked out from."""

    @functools.cached_property
    def decides_scope(self) -> bool:
        """Whether the change may decide whom the system is for, which shakes all there is."""
        scope = self.kb.scope
        return scope is not None and scope.when is not None and self.reaches(scope.when)

    def reaches(self, node: Node) -> bool:
        """Whether a premise may come out otherwise."""
        return not self.touched.none_of(expression.names_read(node), expression.atoms_read(node))

    @functools.cached_property
    def recompiles(self) -> bool:
        """Whether the change may alter what is assumed of a patient, so that the case must be run anew."""
        for finding in self.kb.findings.values():
            when = finding.assumed.when if finding.assumed is not None else None
            if when is not None and self.reaches(when):
                return True
        return False

    @property
    def prepared(self) -> Prepared:
        """As `case.prepare` would make it of the changed knowledge base, without its network."""
        if self._prepared is None:
            self._prepared = self._changed()
        return self._prepared

    @property
    def compiled(self) -> Prepared:
        """The changed knowledge base compiled anew, with its network."""
        if self._compiled is None:
            self._compiled = consulted.prepare(self.kb)
        return self._compiled

    def _changed(self) -> Prepared:
        base, rule = self.base, self.rule
        plan = dataclasses.replace(base.plan, kb=self.kb)
        if rule is None:
            kept = base.reads if self.rewords else {}
            return dataclasses.replace(base, kb=self.kb, plan=plan, reads=kept)
        if rule.verb == "derives":
            plan = dataclasses.replace(plan, derive=values.derive_rules(self.kb))
        versions = [one for one in (rule, self.changed) if one is not None]
        members = {(one.verb, member) for one in versions for member in one.members or one.targets}
        by_target: dict[tuple[str, str], tuple[Rule, ...]] = {}
        by_target |= {key: self._exchanged(base.by_target.get(key, ()), key) for key in members}
        rules = Exchanged(base.rules, dict(self._concluding()))
        return dataclasses.replace(
            base,
            kb=self.kb,
            plan=plan,
            rules=rules,
            by_verb={one.verb: self._of_verb(one.verb) for one in versions} | _without(base.by_verb, versions),
            by_target=Exchanged(base.by_target, by_target),
            behind=self._behind(rules),
            reads={},
            indications={},
        )

    def _of_verb(self, verb: str) -> tuple[Rule, ...]:
        """The rules of one verb, in the order of the knowledge base."""
        assert self.rule is not None
        ids = {one.id for one in self.base.by_verb.get(verb, ()) if one.id != self.rule.id}
        if self.changed is not None and self.changed.verb == verb:
            ids.add(self.changed.id)
        return tuple(self.kb.rules[id] for id in self._in_order(ids))

    def _exchanged(self, rules: tuple[Rule, ...], key: tuple[str, str]) -> tuple[Rule, ...]:
        """The rules of one verb about one thing, in the order of the knowledge base."""
        assert self.rule is not None
        ids = {one.id for one in rules if one.id != self.rule.id}
        new = self.changed
        if new is not None and new.verb == key[0] and key[1] in (new.members or new.targets):
            ids.add(new.id)
        return tuple(self.kb.rules[id] for id in self._in_order(ids))

    def _concluding(self) -> Iterator[tuple[str, tuple[Rule, ...] | None]]:
        assert self.rule is not None
        old = set(concluded(self.base.kb, self.rule))
        new = set(concluded(self.kb, self.changed)) if self.changed is not None else set()
        for atom in old | new:
            ids = {one.id for one in self.base.rules.get(atom, ()) if one.id != self.rule.id}
            if atom in new:
                ids.add(self.rule.id)
            yield atom, tuple(self.kb.rules[id] for id in self._in_order(ids)) or None

    def _in_order(self, ids: set[str]) -> list[str]:
        return sorted(ids, key=self.graph.order.__getitem__)

    def _behind(self, rules: Mapping[str, tuple[Rule, ...]]) -> Mapping[str, frozenset[str]]:
        """The findings behind each rule that ranks, where rules conclude these propositions."""
        rule, changed, before = self.rule, self.changed, self.base.behind
        assert rule is not None
        same = changed is not None and all(
            _reads(getattr(rule, field)) == _reads(getattr(changed, field)) for field in ("when", "formula")
        )
        if changed is not None and same and _aim(rule) == _aim(changed):
            return before
        if rule.verb == "derives" or (changed is not None and changed.verb == "derives"):
            return evidence.findings_behind(self.kb)
        touched = [self.kb.rules[id] for id in self.touched.rules if id in self.kb.rules]
        if not any(one.verb in verbs.RANKING for one in (rule, *touched)):
            return before
        anew = self.graph.behind.under(self.kb, rules, self.touched.atoms).of_rules(touched)
        gone = {rule.id} - anew.keys()
        return {**{id: names for id, names in before.items() if id not in gone}, **anew}

    def patient(self, kept: Kept) -> AlteredCase:
        return AlteredCase(kept, self)


def _reworded(rule: Rule | None, changed: Rule | None, intervention: Intervention | None) -> frozenset[str]:
    if intervention is not None:
        return frozenset({intervention.id})
    if rule is None or changed is None or rule.dose == changed.dose:
        return frozenset()
    same = dataclasses.replace(changed, dose=rule.dose) == rule
    return frozenset(rule.members or rule.targets) if same else frozenset()


def _reads(node: Node | None) -> tuple[frozenset[str], frozenset[str]]:
    if node is None:
        return frozenset(), frozenset()
    return expression.names_read(node), expression.atoms_read(node)


def _aim(rule: Rule) -> tuple[object, ...]:
    return rule.verb, rule.targets, rule.level


def _without(by_verb: Mapping[str, tuple[Rule, ...]], versions: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    verbs = {rule.verb for rule in versions}
    return {verb: rules for verb, rules in by_verb.items() if verb not in verbs}

"""Two patients who differ by one answer: looked for in the own record, towards a rule at stake, and at random."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.case.case import Case, Prepared
from engine.dialogue.agenda.stakes import Stake
from engine.inference import productions
from engine.knowledge_base.model import Rule
from engine.premises import expression
from engine.premises.expression import Node, TruthNode
from engine.values.interval import exactly
from engine.values.truth import Truth
from engine.values.value import Day, Entry, Known, Records
from engine.workbench.trials.patients import DAYS_AGO, DOSES, Vocabulary, number

from .consulted import Consulted, Put, Statuses, detailed, statuses

OWN, DIRECTED, RANDOM = 60, 60, 20
"""So many answers are tried in the patient's own record, and so many completions towards a rule, and without aim."""
ANSWERS = 12
"""So many answers to the question are tried in each completion."""
LOOKED_AT = 12
"""So many of the statuses at stake are looked at before all are."""
DEPTH = 7
"""So far premises are followed through propositions."""
VERBS = ("alerts", "diagnoses", "supports", "opposes", "excludes", "recommends", "contraindicates", "defers", "orders")


@dataclass(frozen=True, slots=True)
class Witness:
    """What is shown differently of two patients alike but for one answer; `way` is how they were found."""

    way: str
    finding: str
    what: tuple[str, str]
    before: str
    after: str


class Search:
    """Witnesses for the questions put to one random patient."""

    def __init__(self, vocabulary: Vocabulary, consulted: Consulted, probe: Case) -> None:
        self.vocabulary, self.consulted, self.probe = vocabulary, consulted, probe
        self.kb = vocabulary.kb
        self.chance = random.Random(f"search {consulted.seed}")

    def witness(self, put: Put) -> Witness | None:
        """Two patients told apart by the answer to this question alone; None where none is found within the bounds."""
        self.probe.closed_groups = set(put.closed)
        own = {**self.consulted.record, **put.said}
        found = self._differing("own record", own, put, OWN)
        for _ in range(DIRECTED if found is None else 0):
            found = self._differing("directed", self._directed(put, own), put, ANSWERS)
            if found is not None:
                return found
        for _ in range(RANDOM if found is None else 0):
            drawn = self.vocabulary.patient(self.chance.getrandbits(40))
            found = self._differing("random", {**drawn, **put.said}, put, ANSWERS)
            if found is not None:
                return found
        return found

    def _differing(self, way: str, record: Mapping[str, Known], put: Put, most: int) -> Witness | None:
        """Looked for in some of what is at stake, which is quick and mostly enough; then in all that is shown."""
        variants = list(self._variants(record, put, most))
        at_stake = [(stake.kind, stake.id) for stake in put.stakes if stake.kind != "cause"]
        for among in (at_stake[:LOOKED_AT], None):
            before: Statuses | None = None
            for name, variant in variants:
                self.vocabulary.put_together(self.probe, variant, put.unknown)
                shown = statuses(self.probe, among, lines=True)
                before = shown if before is None else before
                keys = (key for key in (*before, *shown) if before.get(key) != shown.get(key) and key[0] != "cause")
                if (what := next(keys, None)) is not None:
                    return Witness(way, name, what, before.get(what, ""), shown.get(what, ""))
        return None

    # --- answers to the question ---

    def _variants(self, record: Mapping[str, Known], put: Put, most: int) -> Iterator[tuple[str, Mapping[str, Known]]]:
        """The record, then the same with other answers to the question, one finding at a time."""
        yield "", record
        options = [
            (name, known)
            for name in put.asked.findings
            for known in self._answers(name, put, record)
            if known != record.get(name)
        ]
        self.chance.shuffle(options)
        yield from ((name, {**record, name: known}) for name, known in options[:most])

    def _answers(self, name: str, put: Put, record: Mapping[str, Known]) -> Iterator[Known]:
        if name not in self.kb.findings:
            return
        if put.asked.detail is not None:
            kind = self.kb.findings[name].fields[put.asked.detail[1]].type
            today = self.vocabulary.today.toordinal()
            days = [Day(exactly(today - days)) for days in DAYS_AGO]
            values: list[Known] = [*days] if kind == "date" else [number(dose) for dose in DOSES]
            yield from (detailed(put.said, put.asked, value)[name] for value in values)
        elif self.kb.findings[name].form == "records":
            yield from self._lists(name, put.said.get(name), record.get(name))
        else:
            yield from self.vocabulary.answers(name)

    def _lists(self, name: str, said: Known | None, own: Known | None) -> Iterator[Records]:
        """What was said of the list alone; and one entry more, for each set of members that premises look for."""
        begun = said.entries if isinstance(said, Records) else ()
        yield Records(begun)
        rest = own.entries if isinstance(own, Records) else ()
        for pattern in self.vocabulary.asked_for(name):
            more = self.vocabulary.entry(name, self.chance, pattern)
            yield Records((*begun, more))
            yield Records((*rest, more))

    # --- completions towards a rule ---

    def _directed(self, put: Put, own: Mapping[str, Known]) -> Mapping[str, Known]:
        """A complete patient for whom what is at stake hangs on the question, as far as that can be brought about."""
        drawn = own if self.chance.random() < 0.5 else self.vocabulary.patient(self.chance.getrandbits(40))
        start = {**drawn, **(self._dated(put.said) if self.chance.random() < 0.5 else put.said)}
        aim = _Aim(self.vocabulary, self.probe, start, put, self.chance)
        aim.at(self.chance.choice(put.stakes)) if put.stakes else None
        return aim.record

    def _dated(self, said: Mapping[str, Known]) -> Mapping[str, Known]:
        """What was said, with when each medicine was begun: whoever did not say so can still be asked."""
        listed = said.get("medicines")
        if not isinstance(listed, Records):
            return said
        begun = Day(exactly(self.vocabulary.today.toordinal() - self.chance.choice(DAYS_AGO)))
        entries = tuple(
            one if "started" in one.fields else Entry({**one.fields, "started": begun}) for one in listed.entries
        )
        return {**said, "medicines": Records(entries, listed.complete, listed.absent)}


class _Aim:
    """A record changed, answer by answer, until premises are as they should be."""

    def __init__(
        self, vocabulary: Vocabulary, probe: Case, start: Mapping[str, Known], put: Put, chance: random.Random
    ) -> None:
        self.vocabulary, self.probe, self.put, self.chance = vocabulary, probe, put, chance
        self.kb = vocabulary.kb
        self.record = dict(start)
        self.fixed = {
            name for name, known in put.said.items() if not isinstance(known, Records) or known.complete
        } | put.unknown
        self.asked = frozenset(put.asked.findings)
        vocabulary.put_together(probe, put.said)
        self.barred = {rule.id for rule in self.kb.rules.values() if probe.truth(rule) is Truth.FALSE}
        """The rules that what was said makes false, whatever else is answered."""
        self._say()

    def _say(self) -> None:
        self.vocabulary.put_together(self.probe, self.record, self.put.unknown)

    def at(self, stake: Stake) -> None:
        """Let the status hang on one premise, and that premise on the question."""
        rules = {verb: list(self.probe.rules(verb, stake.id)) for verb in VERBS}
        every = [(verb, rule) for verb, found in rules.items() for rule in found]
        hanging = [(verb, rule) for verb, rule in every if rule.id not in self.barred and self._hangs(rule.when)]
        if not hanging:
            return
        verb, rule = self.chance.choice(hanging)
        for other in (*rules["contraindicates"], *rules["defers"]):
            if other is not rule:
                self.make(other.when, Truth.FALSE, 1)
        if verb in ("contraindicates", "defers") and rules["recommends"]:
            self.make(self.chance.choice(rules["recommends"]).when, Truth.TRUE, 1)  # it must be wanted to be barred
        elif verb in ("alerts", "diagnoses", "excludes", "recommends", "orders"):
            for other in rules[verb]:
                if other is not rule:
                    self.make(other.when, Truth.FALSE, 1)
            if verb == "excludes" and rules["diagnoses"]:
                self.make(self.chance.choice(rules["diagnoses"]).when, Truth.FALSE, 1)
            condition = self.kb.conditions.get(stake.id)
            if condition is not None and condition.pursue is not None:
                self.make(condition.pursue, Truth.TRUE, 1)
        elif verb in ("supports", "opposes"):
            for other in rules["diagnoses"]:
                self.make(other.when, Truth.FALSE, 1)
        if rule.when is not None:
            self.hinge(rule.when, 0)

    # --- what a premise rests on ---

    def _hangs(self, node: Node | None) -> bool:
        return node is not None and not self.asked.isdisjoint(self.behind(node))

    def behind(self, node: Node) -> frozenset[str]:
        """The findings behind a premise, through propositions and quantities."""
        return _behind(self.probe.prepared, node)

    # --- bringing about ---

    def hinge(self, node: TruthNode, depth: int) -> None:
        """Let a premise hang on the question alone."""
        if depth > DEPTH:
            return
        if isinstance(node, expression.Not):
            self.hinge(node.item, depth + 1)
        elif isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
            inside = [item for item in node.items if self._hangs(item)]
            chosen = self.chance.choice(inside) if inside else None
            others = [item for item in node.items if item is not chosen]
            self.chance.shuffle(others)
            needed = node.count - 1 if isinstance(node, expression.AtLeast) else 0
            for index, item in enumerate(others):
                met = isinstance(node, expression.All) or index < needed
                self.make(item, Truth.TRUE if met else Truth.FALSE, depth + 1)
            if chosen is not None:
                self.hinge(chosen, depth + 1)
        elif isinstance(node, (expression.Proposition, expression.Applies)):
            rules = self._rules(node.atom)
            inside_rules = [rule for rule in rules if self._hangs(rule.when)]
            if not inside_rules:
                return
            here = self.chance.choice(inside_rules)
            for rule in rules:
                if rule is not here:
                    self.make(rule.when, Truth.FALSE, depth + 1)
            if here.when is not None:
                self.hinge(here.when, depth + 1)

    def make(self, node: TruthNode | None, wanted: Truth, depth: int) -> None:
        """Change answers that are still open until a premise has this truth, if that can be."""
        if node is None or depth > DEPTH or self.probe.memory.holds(node) is wanted:
            return
        if isinstance(node, expression.Not):
            self.make(node.item, Truth.FALSE if wanted is Truth.TRUE else Truth.TRUE, depth + 1)
        elif isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
            items = list(node.items)
            self.chance.shuffle(items)
            one_is_enough = isinstance(node, expression.AnyOf) is (wanted is Truth.TRUE)
            for item in items[:1] if one_is_enough and not isinstance(node, expression.AtLeast) else items:
                self.make(item, wanted, depth + 1)
        elif isinstance(node, (expression.Proposition, expression.Applies)):
            rules = self._rules(node.atom)
            if wanted is Truth.TRUE and node.atom.startswith("diagnosed(") and self.chance.random() < 0.4:
                self._decide(productions.reported(self.kb, node.atom[10:-1]), wanted)
                return
            self.chance.shuffle(rules)
            for rule in rules[:1] if wanted is Truth.TRUE else rules:
                self.make(rule.when, wanted, depth + 1)
        else:
            self._decide(node, wanted)

    def _rules(self, atom: str) -> list[Rule]:
        """The rules that conclude a proposition and may still hold."""
        found = self.probe.prepared.rules.get(atom, ())
        return [rule for rule in found if rule.when is not None and rule.id not in self.barred]

    def _decide(self, leaf: TruthNode, wanted: Truth) -> None:
        """Try answers to what a condition reads until it holds, or does not."""
        names = [name for name in sorted(self.behind(leaf)) if name not in self.fixed and name not in self.asked]
        if not names:
            return
        for _ in range(10):
            name = self.chance.choice(names)
            before = self.record.get(name)
            self.record[name] = self._other(name, leaf, before)
            self._say()
            if self.probe.memory.holds(leaf) is wanted:
                return
            if before is not None:
                self.record[name] = before
        self._say()

    def _other(self, name: str, leaf: TruthNode, before: Known | None) -> Known:
        if self.kb.findings[name].form != "records":
            return self.chance.choice(self.vocabulary.answers(name))
        said = self.put.said.get(name)
        begun = said.entries if isinstance(said, Records) else ()
        if self.chance.random() < 0.4:
            return Records(begun)
        read = {part.members for part in leaf.walk() if isinstance(part, (expression.Has, expression.OneOf))}
        looked_for = [one for one in self.vocabulary.asked_for(name) if any(members in read for _, members in one)]
        pattern = self.chance.choice(looked_for) if looked_for else None
        rest = before.entries if isinstance(before, Records) else ()
        return Records((*rest[:5], self.vocabulary.entry(name, self.chance, pattern)))


_BEHIND: dict[tuple[int, int], frozenset[str]] = {}


def _behind(prepared: Prepared, node: Node) -> frozenset[str]:
    """The findings behind a premise or formula, through propositions and quantities; nodes outlive this."""
    key = (id(prepared), id(node))
    if key in _BEHIND:
        return _BEHIND[key]
    _BEHIND[key] = frozenset()
    found: set[str] = set()
    for name in expression.names_read(node):
        found |= _behind_name(prepared, name)
    for atom in expression.atoms_read(node):
        for rule in prepared.rules.get(atom, ()):
            if rule.when is not None:
                found |= _behind(prepared, rule.when)
        scale = prepared.kb.scales.get(atom.split(" >= ")[0].removesuffix(" applies"))
        if scale is not None and scale.applies is not None:
            found |= _behind(prepared, scale.applies)
        if atom.startswith("diagnosed("):
            found |= _behind(prepared, productions.reported(prepared.kb, atom[10:-1]))
    _BEHIND[key] = frozenset(found)
    return _BEHIND[key]


def _behind_name(prepared: Prepared, name: str) -> frozenset[str]:
    kb = prepared.kb
    if name in kb.findings:
        stand_in = kb.findings[name].stand_in
        return frozenset({name}) | (_behind_name(prepared, stand_in) if stand_in else frozenset())
    found: set[str] = set()
    for rule in prepared.plan.derive.get(name, ()):
        for part in (rule.when, rule.formula):
            if part is not None:
                found |= _behind(prepared, part)
    return frozenset(found)

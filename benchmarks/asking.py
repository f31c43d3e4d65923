"""Whether questions are worth asking: for each one asked, two patients who differ by its answer alone.

`python -m benchmarks.asking [PATIENTS [FIRST]]` consults random patients up to the first stop and looks, for each
question, for a witness: two complete patients, both as everything said before the question has it, alike but for the
answer and what depends on it, of whom different statuses are shown. Then it completes each record at random and looks
for what turns that nobody was told of. It prints the numbers that docs/consultation.md reports, every question without
a witness, and everything that turned. The search is bounded: what has no witness within it is not proven useless.
"""

from __future__ import annotations

import datetime
import random
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.consultation import case, relevance
from engine.consultation.case import Case, Prepared
from engine.consultation.conversation import FIRST, Conversation, Prompt
from engine.consultation.outlook import Outlook
from engine.consultation.questions import Asked
from engine.consultation.settled import Told
from engine.consultation.stakes import ADVICE, Stake
from engine.consultation.verdict import Verdict
from engine.inference import productions
from engine.knowledge_base import cache
from engine.knowledge_base.model import Rule
from engine.language import expression
from engine.language.expression import Node, TruthNode
from engine.language.interval import exactly
from engine.language.truth import Truth
from engine.language.value import Day, Entry, Gap, Known, Records

from .patients import DAYS_AGO, DOSES, Vocabulary, number

ROOT = Path(__file__).parent.parent
TODAY = datetime.date(2026, 11, 21)
OWN, DIRECTED, RANDOM = 60, 60, 20
"""So many answers are tried in the patient's own record, and so many completions towards a rule, and without aim."""
ANSWERS = 12
"""So many answers to the question are tried in each completion."""
COMPLETIONS = 3
"""So many times each record is completed at random after the stop."""
DEPTH = 7
VERBS = ("alerts", "diagnoses", "supports", "opposes", "excludes", "recommends", "contraindicates", "defers", "orders")
MOST = 60
EARLY = 10
"""Of the first questions none may be without a witness."""

Statuses = dict[tuple[str, str], str]


def statuses(patient: Case) -> Statuses:
    """Everything shown of a patient that has a status, by kind and id; what is not shown is left out."""
    outlook, kb = Outlook(patient), patient.kb
    found: Statuses = {}
    for name, alert in kb.alerts.items():
        if (held := outlook.alert(alert.id)) is not Truth.FALSE:
            found["alert", name] = "raised" if held is Truth.TRUE else "not ruled out"
    for name in kb.conditions:
        if (one := outlook.standing(name)) is not None:
            found["diagnosis", name] = one.status
        if outlook.is_cause(name):
            found["cause", name] = "at work"
    for name, entry in kb.interventions.items():
        if status := outlook.status(name):
            found[entry.kind, name] = status
    for name in kb.investigations:
        if outlook.is_ordered(name):
            found["test", name] = "ordered"
    return found


# --- a consultation ---------------------------------------------------------------------------------------------------


class Silence:
    """A terminal nobody types at, and pages nobody reads."""

    def ask(self, prompt: Prompt) -> str | None:
        return None

    def tell(self, told: Told) -> None:
        return None

    def report(self, verdict: Verdict, where: str) -> str:
        return ""

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        return ""

    def save(self, text: str, where: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Put:
    """One question as it was put: what had been said before, and what its answer could change."""

    asked: Asked
    said: Mapping[str, Known]
    closed: frozenset[str]
    unknown: frozenset[str]
    """What whoever answers did not know before."""
    stakes: tuple[Stake, ...]


@dataclass(frozen=True, slots=True)
class Consulted:
    """One random patient, consulted up to the first stop."""

    seed: int
    record: Mapping[str, Known]
    put: tuple[Put, ...]
    conversation: Conversation


def consult(vocabulary: Vocabulary, seed: int) -> Consulted:
    """Ask one random patient, who answers from the full record and of some findings knows nothing."""
    chance = random.Random(f"answers {seed}")
    known = vocabulary.patient(seed)
    share = {"person": chance.choice((0, 0, 0.1)), "record": chance.choice((0, 0.2)), "test": chance.choice((0, 0.5))}
    findings = vocabulary.kb.findings
    silent = {name for name in known if name not in FIRST and chance.random() < share[findings[name].known_by]}
    held = Conversation(Case(vocabulary.prepared, vocabulary.today), Silence(), Silence())
    put: list[Put] = []
    unknown: set[str] = set()
    while (asked := held.next()) is not None and len(put) < MOST:
        stakes = held.agenda.at_stake(asked)
        put.append(Put(asked, dict(held.case.said), frozenset(held.case.closed_groups), frozenset(unknown), stakes))
        told = {name: known[name] for name in asked.findings if name not in silent and known[name] is not Gap.UNKNOWN}
        unknown |= set(asked.findings) - set(told)
        if asked.detail is not None:
            told = _detailed(held.case.said, asked, None)
        held.answer(asked, told)
    return Consulted(seed, known, tuple(put), held)


def _detailed(said: Mapping[str, Known], asked: Asked, value: Known | None) -> dict[str, Known]:
    """The list again, with what was missing of one entry told; or that it is not known (None)."""
    assert asked.detail is not None
    index, field = asked.detail
    before = said[asked.findings[0]]
    assert isinstance(before, Records)
    entries = list(before.entries)
    entries[index] = Entry({**entries[index].fields, field: value if value is not None else Gap.UNKNOWN})
    return {asked.findings[0]: Records(tuple(entries), before.complete, before.absent)}


# --- two patients who differ by one answer ----------------------------------------------------------------------------


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
        first: dict[str, Statuses] = {}
        for name, variant in self._variants(record, put, most):
            self.vocabulary.put_together(self.probe, variant, put.unknown)
            shown = statuses(self.probe)
            before = first.setdefault("", shown)
            differing = (key for key in (*before, *shown) if before.get(key) != shown.get(key) and key[0] != "cause")
            if (what := next(differing, None)) is not None:
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
            yield from (_detailed(put.said, put.asked, value)[name] for value in values)
        elif self.kb.findings[name].type == "records":
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
        start = (
            own if self.chance.random() < 0.5 else {**self.vocabulary.patient(self.chance.getrandbits(40)), **put.said}
        )
        aim = _Aim(self.vocabulary, self.probe, start, put, self.chance)
        aim.at(self.chance.choice(put.stakes)) if put.stakes else None
        return aim.record


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
                self._decide(productions.reported(node.atom[10:-1]), wanted)
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
        if self.kb.findings[name].type != "records":
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
            found |= _behind(prepared, productions.reported(atom[10:-1]))
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


# --- nothing more can change ------------------------------------------------------------------------------------------


def named(held: Conversation) -> tuple[frozenset[str], frozenset[str]]:
    """What is said to be missing where the questions stop, and what is offered because it changes advice alone.

    A finding is named by the work-up, where a test that is still to be done tells it; by a status that waits for it;
    and by what the prompt offers to go on with. Another finding stands in for it where it is worked out from that.
    """
    kb, verdict = held.case.kb, held.finished()
    missing = {name for one in verdict.diagnoses for name in one.missing}
    missing |= {name for item in verdict.plan for name in item.missing}
    missing |= {name for alert in verdict.alerts for one in alert.because for name in one.missing}
    for test in verdict.investigations:
        missing.update(kb.investigations[test.id].findings if test.status != "done" else ())
    missing.update(name for asked in held.agenda.tests for name in asked.findings)
    for finding in kb.findings.values():
        if finding.stand_in and not missing.isdisjoint(held.case.prepared.plan.reads[finding.stand_in]):
            missing.add(finding.id)
    return frozenset(missing), frozenset(name for asked in held.agenda.advice for name in asked.findings) - missing


def settled(verdict: Verdict) -> frozenset[tuple[str, str]]:
    """What is shown and waits for nothing."""
    alerts = {("alert", one.id) for one in verdict.alerts if one.status == "raised"}
    diagnoses = {("diagnosis", one.id) for one in verdict.diagnoses if not one.missing}
    return frozenset(alerts | diagnoses | {(item.kind, item.id) for item in verdict.plan if not item.missing})


@dataclass(frozen=True, slots=True)
class Turned:
    """A status that turned after the stop, though nothing said that it might."""

    seed: int
    why: str
    what: tuple[str, str]
    before: str
    after: str
    by: tuple[str, ...]

    def __str__(self) -> str:
        kind, name = self.what
        turn = f"{self.before or 'not shown'} -> {self.after or 'not shown'}"
        return f"patient {self.seed}: {kind} {name} {turn} ({self.why}), by {', '.join(self.by[:6])}"


def turned(vocabulary: Vocabulary, consulted: Consulted, probe: Case, completions: int) -> Iterator[Turned]:
    """Complete the record at random after the stop, and see what turns that should not.

    With what nothing named, rare tests among it, no shown status turns. With what could have been asked for, nothing
    that matters comes up either, and of advice only what was offered. Whatever is told, what waited for nothing stays.
    """
    held = consulted.conversation
    chance = random.Random(f"completions {consulted.seed}")
    said = dict(held.case.said)
    missing, offered = named(held)
    waits_for_nothing = settled(held.finished())
    asked = {name for put in consulted.put for name in put.asked.findings}
    left = {name for name in vocabulary.kb.findings if name not in asked and _is_open(held.case, name)}
    rare = {name for name in left if relevance.by_rare_test(held.case, name)}
    probe.closed_groups = set(held.case.closed_groups)
    before = _finished(vocabulary, probe, said)
    for _ in range(completions):
        drawn = vocabulary.patient(chance.getrandbits(40))
        drawn["age"] = said.get("age", drawn["age"])
        vocabulary.make_consistent(drawn, chance)
        for why, names in (
            ("nothing named it", left - missing - offered),
            ("it was not offered", left - missing - offered - rare),
            ("it was not asked", left - missing - rare),
            ("it waited for nothing", left),
        ):
            told = {name: drawn[name] for name in vocabulary.kb.findings if name in names}
            for what, was, now in turns(before, _finished(vocabulary, probe, {**said, **told})):
                if (
                    (why == "nothing named it" and was)
                    or (why == "it was not offered" and not _first_pointed_to(what, now))
                    or (
                        why == "it was not asked"
                        and not _first_pointed_to(what, now)
                        and not _is_advice(what, was, now)
                    )
                    or (why == "it waited for nothing" and what in waits_for_nothing)
                ):
                    yield Turned(consulted.seed, why, what, was, now, tuple(told))


def _first_pointed_to(what: tuple[str, str], now: str) -> bool:
    """Whether a condition has only come into the differential: becoming pursued is no reason to ask."""
    return what[0] == "diagnosis" and now in ("likely", "possible", "unlikely", "open")


def _is_advice(what: tuple[str, str], was: str, now: str) -> bool:
    """Whether it is advice; or only that something which nobody wanted must not be given."""
    return what[0] in ADVICE or (not was and now == "contraindicated")


def _is_open(patient: Case, name: str) -> bool:
    """Whether a finding can still be told: it is not known, not even by being worked out."""
    known = patient.memory.known(name)
    return isinstance(known, Gap) or not getattr(known, "complete", True)


def _finished(vocabulary: Vocabulary, probe: Case, said: Mapping[str, Known]) -> Statuses:
    vocabulary.put_together(probe, said)
    probe.finish()
    found = statuses(probe)
    probe.reopen()
    return found


def turns(before: Statuses, after: Statuses) -> Iterator[tuple[tuple[str, str], str, str]]:
    """What differs. It is no change to exclude what nobody had thought of, or to bar what may not even be wanted."""
    for what in dict.fromkeys((*before, *after)):
        was, now = before.get(what, ""), after.get(what, "")
        if was != now and (was, now) not in (("", "excluded"), ("undetermined", "")) and now != "contradictory":
            yield what, was, now


# --- measured ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unwitnessed:
    """A question for which nobody was found whom its answer tells from another."""

    seed: int
    place: int
    label: str
    stakes: tuple[str, ...]

    def __str__(self) -> str:
        return f"patient {self.seed}, question {self.place} ({self.label}): {', '.join(self.stakes[:4])}"


@dataclass(frozen=True, slots=True)
class Examined:
    """The questions one random patient was asked: how each witness was found, and what has none."""

    asked: int
    ways: tuple[str, ...]
    without: tuple[Unwitnessed, ...]
    turned: tuple[Turned, ...]


def examine(vocabulary: Vocabulary, seed: int, probe: Case) -> Examined:
    """Consult one random patient and look for a witness for each question but age and sex."""
    consulted = consult(vocabulary, seed)
    search = Search(vocabulary, consulted, probe)
    ways: list[str] = []
    without: list[Unwitnessed] = []
    for place, put in enumerate(consulted.put, 1):
        if put.asked.findings[0] in FIRST:
            continue
        found = search.witness(put)
        if found is not None:
            ways.append(found.way)
        else:
            told = tuple(f"{stake.kind} {stake.id}" for stake in put.stakes)
            without.append(Unwitnessed(seed, place, put.asked.label, told))
    return Examined(
        len(consulted.put), tuple(ways), tuple(without), tuple(turned(vocabulary, consulted, probe, COMPLETIONS))
    )


def main() -> None:
    """So many patients, from this seed on; what is wrong is printed as it is found."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    prepared = case.prepare_kept(cache.load(ROOT))
    vocabulary = Vocabulary(prepared, TODAY)
    probe = Case(prepared, TODAY)
    begun = time.process_time()
    found: list[Examined] = []
    for seed in range(first, first + count):
        found.append(examine(vocabulary, seed, probe))
        for wrong in (*found[-1].without, *found[-1].turned):
            print(f"  {wrong}", flush=True)
    ways = [way for one in found for way in one.ways]
    without = [one for each in found for one in each.without]
    early = sum(one.place <= EARLY for one in without)
    total = len(ways) + len(without)
    counts = sorted(one.asked for one in found)
    afterwards = [one for each in found for one in each.turned]
    print(f"patients {count}, questions {total}, median {counts[len(counts) // 2]}, most {counts[-1]}")
    print(f"witness: {', '.join(f'{way} {ways.count(way)}' for way in dict.fromkeys(ways))}")
    print(f"without: {len(without)} ({100 * len(without) / total:.2f} %), of the first {EARLY} questions {early}")
    print(f"turned after the stop: {len(afterwards)}, of {len({one.seed for one in afterwards})} patients")
    print(f"processor time {time.process_time() - begun:.0f} s")


if __name__ == "__main__":
    main()

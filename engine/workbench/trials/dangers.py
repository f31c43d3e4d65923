"""Random patients biased to what is dangerous: of whom something forbids, delays, warns or has to be said at once.

Most have a reason for a medicine. What safety rules ask about is answered harmlessly first; then rules are aimed at,
drawn from those that contraindicate, defer, caution, alert or diagnose, and answers are put so that their premises
hold: numbers at the cut-off and just on either side of it, entries as the rule looks for them, a disease reported or as
the tests that establish it. Members that no rule reads come in as well. At the end some of it is taken away again
(`deletions`), so that records are partial and vague as real ones are.

A thousand take some seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ...inference import productions
from ...intake import record
from ...intake.record import Answer
from ...knowledge_base.model import Hazard
from ...premises import expression
from ...premises.expression import Node
from ...values.problems import Place
from ...values.value import Known, Number, Records
from .deletions import deletions
from .draft import Draft
from .patients import Vocabulary, number, one_of

AIMS = {"contraindicates": 6, "defers": 4, "cautions": 2, "alerts": 4, "diagnoses": 5, "supports": 1}
"""How often a rule of each verb is aimed at."""
AT_ONCE = (0, 1, 1, 1, 2, 2, 3, 4)
"""So many rules are aimed at together."""
TAKEN_AWAY = (0, 0, 0, 1, 1, 2, 3, 5)
"""So many things are not known of the record after all."""
AGES = (50, 54, 55, 58, 60, 64, 65, 66, 67, 70, 72, 74, 75, 79, 80, 86)
LOW_SCORES = ("-2.4", "-2.5", "-2.6", "-2.8", "-3.0", "-3.1", "-3.6")
YOUNG = (17, 18, 19, 24, 31, 38, 44, 45, 49)


class Dangers:
    """What is dangerous by one knowledge base, and the patients made of it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.kb, self.today = vocabulary, vocabulary.kb, vocabulary.today
        self.prepared = vocabulary.prepared
        by_verb = self.prepared.by_verb
        self.aims = {verb: [rule for rule in by_verb.get(verb, ()) if rule.when is not None] for verb in AIMS}
        self.verbs = [verb for verb in AIMS if self.aims[verb]]
        self.medicines = [one.id for one in self.kb.interventions.values() if one.choice and one.label_contraindicates]
        self.wanting = [
            rule
            for name in self.medicines
            for rule in self.prepared.by_target.get(("recommends", name), ())
            if rule.when is not None
        ]
        self.labels = sorted(
            {name for one in self.medicines for name in self.kb.interventions[one].label_contraindicates}
        )
        self.entered = [one for one in self.kb.quantities.values() if one.shown and vocabulary.cuts(one.id)]
        self.replacing = dict(self._replacing())
        """What is worked out, with the measurements that takes."""
        self.hazards = list(self.kb.hazards.values())
        self.harmless = dict(_Leaves(self).harmless())

    def patient(self, seed: int) -> dict[str, Known]:
        """A record, partial as a rule, as a file would hold it; the same for the same seed."""
        made = _Made(self, random.Random(f"danger {seed}"))
        made.person()
        made.ordinary()
        made.wanted()
        made.aimed()
        made.besides()
        made.fit_together()
        made.forget()
        return {name: made.found[name] for name in (*self.kb.findings, *self.kb.quantities) if name in made.found}

    def _replacing(self) -> Iterator[tuple[str, list[str]]]:
        stand_ins = {one.stand_in: one.id for one in self.kb.findings.values() if one.stand_in}
        for quantity in self.prepared.plan.derive:
            behind = [name for name in self._measured(quantity) if name != "age"]
            yield stand_ins.get(quantity, quantity), behind

    def _measured(self, name: str) -> set[str]:
        """The numbers that a quantity is worked out from in the end."""
        found: set[str] = set()
        for read in self.prepared.plan.reads.get(name, ()):
            finding = self.kb.findings.get(read)
            found |= {read} if finding is not None and finding.type == "number" else set()
            found |= self._measured(read)
        return found


class _Leaves:
    """Which answers the safety rules find dangerous, whatever stands between them and the answer."""

    def __init__(self, dangers: Dangers) -> None:
        self.dangers = dangers
        self.dangerous: dict[str, dict[str, int]] = {}
        self.numbers: dict[str, None] = {}
        self._seen: set[tuple[str, bool]] = set()
        for name in dangers.medicines:
            for verb in ("contraindicates", "defers"):
                for rule in dangers.prepared.by_target.get((verb, name), ()):
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
                for rule in self.dangers.prepared.rules.get(node.atom, ()):
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
        for read in sorted(self.dangers.prepared.plan.reads.get(name, ())):
            self._behind(read)

    def harmless(self) -> Iterator[tuple[str, Known]]:
        """For each finding that safety asks about the answer that it has nothing against."""
        for name, finding in self.dangers.kb.findings.items():
            if finding.type == "records":
                yield name, Records()
            elif finding.stand_in:
                continue  # it is worked out from the others, and would contradict them once one of them is changed
            elif finding.type == "number" and name in self.numbers:
                spans = [one.range for one in finding.ranges]
                if spans and not any(span.low.is_infinite() or span.high.is_infinite() for span in spans):
                    yield name, number(sum(((one.low + one.high) / 2 for one in spans), Decimal(0)) / len(spans))
            elif name in self.dangerous:
                members = ["yes", "no"] if finding.type == "yes_no" else list(self.dangers.prepared.names.members(name))
                yield name, one_of(min(members, key=lambda one: self.dangerous[name].get(one, 0)))


class _Made(Draft):
    """The draft of a patient in danger, made in steps."""

    def __init__(self, dangers: Dangers, chance: random.Random) -> None:
        super().__init__(dangers.vocabulary, chance)
        self.dangers = dangers

    def person(self) -> None:
        chance = self.chance
        self.put("age", number(chance.choice(YOUNG if chance.random() < 0.1 else AGES)))
        self.put("sex", one_of("female" if chance.random() < 0.7 else "male"))
        for name in ("weight", "height", "menopausal_status"):
            if name in self.kb.findings and chance.random() < 0.9:
                self.put(name, chance.choice(self.vocabulary.answers(name)))
        age = self.found["age"]
        if chance.random() < 0.8 or (isinstance(age, Number) and age.last.interval.low >= 60):
            self.put("menopausal_status", one_of("postmenopausal"))
        if chance.random() < 0.8:
            self.put("t_score_hip", number(chance.choice(LOW_SCORES)))

    def ordinary(self) -> None:
        """Answers that are harmless: nearly all of them, or some."""
        known = 0.98 if self.chance.random() < 0.65 else 0.5
        for name, answer in self.dangers.harmless.items():
            if name not in self.found and self.chance.random() < known:
                self.found[name] = answer

    def wanted(self) -> None:
        if self.dangers.wanting and self.chance.random() < 0.9:
            self.make(self.chance.choice(self.dangers.wanting).when, True)

    def aimed(self) -> None:
        for _ in range(self.chance.choice(AT_ONCE)):
            verbs = self.dangers.verbs
            verb = self.chance.choices(verbs, [AIMS[one] for one in verbs])[0]
            self.make(self.chance.choice(self.dangers.aims[verb]).when, True)

    def besides(self) -> None:
        """What labels name, members of any list, a bone medicine being taken, a number entered beside its parts."""
        chance = self.chance
        if self.dangers.hazards and chance.random() < 0.2:
            self._hazard(chance.choice(self.dangers.hazards))
        if self.dangers.labels and chance.random() < 0.2:
            self._label(chance.choice(self.dangers.labels))
        for name in [finding.id for finding in self.kb.findings.values() if finding.type == "records"]:
            if chance.random() < 0.15:
                self.add(name, self.vocabulary.entry(name, chance, ()))
        if "medicines" in self.kb.findings and chance.random() < 0.25:
            key = self.kb.findings["medicines"].key
            self.add("medicines", self.vocabulary.entry("medicines", chance, ((key, self._bone_medicines()),)))
        if self.dangers.entered and chance.random() < 0.06:
            self.some_number(chance.choice(self.dangers.entered).id)

    def fit_together(self) -> None:
        """Leave out what cannot be said together with the rest: ages not reached, questions that do not arise.

        Of a number that was entered, what it could be worked out from goes too; but for a few, that contradict.
        """
        for name in [one for one in self.found if one in self.dangers.replacing]:
            if self.chance.random() < 0.9:
                for part in self.dangers.replacing[name]:
                    self.found.pop(part, None)
        told = {name: Answer(known, "", Place(name)) for name, known in self.found.items()}
        for problem in (
            *record.check_ages(self.kb, told),
            *record.check_applies(self.kb, told, self.today),
        ):
            self.found.pop(problem.place.file, None)

    def forget(self) -> None:
        for _ in range(self.chance.choice(TAKEN_AWAY)):
            ways = list(deletions(self.prepared.names, self.found, self.today))
            if not ways:
                return
            name = self.chance.choice(sorted({one.name for one in ways}))
            chosen = self.chance.choice([one for one in ways if one.name == name])
            if chosen.known is None:
                del self.found[name]
            else:
                self.found[name] = chosen.known

    def _label(self, name: str) -> None:
        """What a label names: a condition, a finding, a quantity, or a state that rules set."""
        if name in self.kb.conditions:
            self.answer(productions.reported(self.kb, name), True)
        elif name in self.kb.findings and self.kb.findings[name].type != "records":
            self.put(name, self.chance.choice(self.vocabulary.answers(name)))
        elif name in self.kb.quantities:
            self.some_number(name)
        else:
            self.conclude(name)

    def _hazard(self, hazard: Hazard) -> None:
        """What a hazard reads, as it means it, whether or not a rule acts on it."""
        if hazard.when is not None:
            self.make(hazard.when, True)
        elif hazard.members:
            name = "conditions" if hazard.reads == "diagnosed" else hazard.reads
            members = self._expanded(name, hazard.members)
            if members and self.kb.findings[name].type == "records":
                self.answer(expression.Has(name=name, members=members), True)
            elif members:
                self.choose(name, members, True)
        else:
            self._label(hazard.reads)

    def _expanded(self, name: str, labels: Iterable[str]) -> frozenset[str]:
        """The members of a finding that these members and classes stand for."""
        finding = self.kb.findings[name]
        kind = finding.fields.get(finding.key)
        choice = self.kb.choices.get(kind.choices if kind is not None else finding.choices)
        return frozenset().union(*((choice.expand(one) if choice else None) or () for one in labels))

    def _bone_medicines(self) -> frozenset[str]:
        members = self.prepared.names.members("medicines")
        found = frozenset(name for name in self.dangers.medicines if name in members)
        return found or frozenset(members)

"""Random patients biased to what is dangerous: of whom something forbids, delays, warns or has to be said at once.

Most have a reason for a medicine. What safety rules ask about is answered harmlessly first; then rules are aimed at,
drawn from those that contraindicate, defer, caution, alert or diagnose, and answers are put so that their premises
hold: numbers at the cut-off and just on either side of it, entries as the rule looks for them, a disease reported or as
the tests that establish it. Members that no rule reads come in as well. At the end some of it is taken away again
(`deletions`), so that records are partial and vague as real ones are.

One in three is aimed at an invariant instead, each invariant in turn: what it wants of the report is made wanted, what
it wants of the record is put there, and little else is dangerous. A thousand take some seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from ...inference import productions
from ...intake import record
from ...intake.record import Answer
from ...knowledge_base import verbs
from ...knowledge_base.model import Hazard
from ...premises import expression, propositions
from ...premises.expression import Shown, TruthNode
from ...values.problems import Place
from ...values.value import Gap, Known, Number
from .deletions import deletions
from .draft import Draft
from .harmless import Leaves
from .patients import Vocabulary, number, one_of

AIMS: dict[verbs.Verb, int] = {
    "contraindicates": 6,
    "defers": 4,
    "cautions": 2,
    "alerts": 4,
    "diagnoses": 5,
    "supports": 1,
}
AIMS |= {verb: 2 for verb in verbs.VERBS if verb in verbs.PROTECTING and verb not in AIMS}
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
        self.harms = [one.never for one in self.kb.invariants.values() if one.never is not None and not one.withdrawn]
        self.bounded = frozenset(self._bounded())
        """The findings of which it is looked at whether they can be said of this patient, and by which."""
        self.harmless = dict(Leaves(self.prepared, self.medicines).harmless())

    def patient(self, seed: int) -> dict[str, Known]:
        """A record, partial as a rule, as a file would hold it; the same for the same seed."""
        made = _Made(self, random.Random(f"danger {seed}"))
        made.person()
        turn = seed // 3
        harm = self.harms[(turn + turn // len(self.harms)) % len(self.harms)] if self.harms and seed % 3 == 2 else None
        made.ordinary(mostly=harm is not None)
        if harm is not None:
            made.harmed(harm)
        else:
            made.wanted()
            made.aimed()
            made.besides()
        made.fit_together()
        if harm is None or turn % 4 == 0:
            made.forget()
        return {name: made.found[name] for name in (*self.kb.findings, *self.kb.quantities) if name in made.found}

    def _bounded(self) -> Iterator[str]:
        yield "age"
        for name, finding in self.kb.findings.items():
            if finding.applies is not None:
                yield from (name, *expression.names_read(finding.applies))
            if finding.form == "records" or name.startswith("age_at"):
                yield name

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
            found |= {read} if finding is not None and finding.form == "number" else set()
            found |= self._measured(read)
        return found


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
        if chance.random() < 0.8 or self._past_menopause():
            self.put("menopausal_status", one_of("postmenopausal"))
        if chance.random() < 0.8:
            self.put("t_score_hip", number(chance.choice(LOW_SCORES)))

    def _past_menopause(self) -> bool:
        """Whether no woman of this age is before it."""
        age = self.found.get("age")
        return isinstance(age, Number) and age.last.interval.low >= 60

    def ordinary(self, mostly: bool = False) -> None:
        """Answers that are harmless: nearly all of them, or some."""
        known = 1.0 if mostly else 0.98 if self.chance.random() < 0.65 else 0.5
        for name, answer in self.dangers.harmless.items():
            if name not in self.found and self.chance.random() < known:
                self.found[name] = answer

    def wanted(self) -> None:
        if self.dangers.wanting and self.chance.random() < 0.9:
            self.make(self.chance.choice(self.dangers.wanting).when, True)

    def aimed(self) -> None:
        for _ in range(self.chance.choice(AT_ONCE)):
            aimed = self.dangers.verbs
            verb = self.chance.choices(aimed, [AIMS[one] for one in aimed])[0]
            self.make(self.chance.choice(self.dangers.aims[verb]).when, True)

    def harmed(self, never: TruthNode) -> None:
        """What an invariant forbids: first the rules behind what it asks of the report, then the facts beside it."""
        for shown, said in self._asked(never, True):
            if said:
                self._shown(shown)
        self.make(never, True)

    def _asked(self, node: TruthNode, wanted: bool) -> Iterator[tuple[Shown, bool]]:
        """What is asked of the report, and whether it must read so; of alternatives one."""
        if isinstance(node, Shown):
            yield node, wanted is not node.negated
        elif isinstance(node, expression.Not):
            yield from self._asked(node.item, not wanted)
        elif isinstance(node, (expression.All, expression.AnyOf)):
            every = isinstance(node, expression.All) is wanted
            for item in node.items if every else [self.chance.choice(node.items)]:
                yield from self._asked(item, wanted)

    def _shown(self, shown: Shown) -> None:
        """Make something wanted, concluded or raised, by one of its rules."""
        member = self.chance.choice(sorted(shown.members))
        if shown.of == "diagnosis":
            self.conclude(propositions.diagnosed(member))
            return
        making = {"status": ("recommends",), "alert": ("alerts",), "caution": verbs.CARE}[shown.of]
        rules = [
            one for verb in making for one in self.prepared.by_target.get((verb, member), ()) if one.when is not None
        ]
        if rules:
            self.make(self.chance.choice(rules).when, True)

    def besides(self) -> None:
        """What labels name, members of any list, a bone medicine being taken, a number entered beside its parts."""
        chance = self.chance
        if self.dangers.hazards and chance.random() < 0.2:
            self._hazard(chance.choice(self.dangers.hazards))
        if self.dangers.labels and chance.random() < 0.2:
            self._label(chance.choice(self.dangers.labels))
        for name in [finding.id for finding in self.kb.findings.values() if finding.form == "records"]:
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
        if "menopausal_status" in self.found and self._past_menopause():
            self.found["menopausal_status"] = one_of("postmenopausal")
        bounded = self.dangers.bounded
        told = {name: Answer(known, "", Place(name)) for name, known in self.found.items() if name in bounded}
        for problem in (
            *record.check_ages(self.kb, told),
            *record.check_applies(self.kb, told, self.today),
        ):
            self.found.pop(problem.place.file, None)

    def forget(self) -> None:
        for _ in range(self.chance.choice(TAKEN_AWAY)):
            told = sorted(name for name, known in self.found.items() if not isinstance(known, Gap))
            if not told:
                return
            name = self.chance.choice(told)
            chosen = self.chance.choice(list(deletions(self.prepared.names, {name: self.found[name]}, self.today)))
            if chosen.known is None:
                del self.found[name]
            else:
                self.found[name] = chosen.known

    def _label(self, name: str) -> None:
        """What a label names: a condition, a finding, a quantity, or a state that rules set."""
        if name in self.kb.conditions:
            self.answer(productions.reported(self.kb, name), True)
        elif name in self.kb.findings and self.kb.findings[name].form != "records":
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
            if members and self.kb.findings[name].form == "records":
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

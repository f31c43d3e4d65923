"""Random patients biased to what is dangerous: of whom something forbids, delays, warns or has to be said at once.

Most have a reason for a medicine. What safety rules ask about is answered harmlessly first; then rules are aimed at,
drawn from those that contraindicate, defer, caution, alert or diagnose, and answers are put so that their premises
hold: numbers at the cut-off and just on either side of it, entries as the rule looks for them, a disease reported or as
the tests that establish it. Members that no rule reads come in as well. At the end some of it is taken away again
(`deletions`), so that records are partial and vague as real ones are.

Nothing is searched for and no case is needed, so a thousand take about a second; what a rule says is met mostly, not
always.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..consultation import record
from ..consultation.record import Answer
from ..inference import productions
from ..knowledge_base.model import Finding, Hazard
from ..language import dates, expression
from ..language.expression import Node, TruthNode
from ..language.interval import exactly
from ..language.problems import Place
from ..language.value import (
    NO,
    YES,
    Day,
    Entry,
    Known,
    Measurement,
    Number,
    Records,
    Word,
)
from .deletions import deletions
from .patients import DAYS_AGO, Vocabulary, number, one_of

SAFETY = ("contraindicates", "defers", "cautions", "alerts")
AIMS = {"contraindicates": 6, "defers": 4, "cautions": 2, "alerts": 4, "diagnoses": 5, "supports": 1}
"""How often a rule of each verb is aimed at."""
AT_ONCE = (0, 1, 1, 1, 2, 2, 3, 4)
"""So many rules are aimed at together."""
TAKEN_AWAY = (0, 0, 0, 1, 1, 2, 3, 5)
"""So many things are not known of the record after all."""
AGES = (50, 54, 55, 58, 60, 64, 65, 66, 67, 70, 72, 74, 75, 79, 80, 86)
LOW_SCORES = ("-2.4", "-2.5", "-2.6", "-2.8", "-3.0", "-3.1", "-3.6")
YOUNG = (17, 18, 19, 24, 31, 38, 44, 45, 49)
DEPTH = 8
"""So far premises are followed through propositions."""
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


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
            elif finding.type == "number" and name in self.numbers:
                spans = [one.range for one in finding.ranges]
                if spans and not any(span.low.is_infinite() or span.high.is_infinite() for span in spans):
                    yield name, number(sum(((one.low + one.high) / 2 for one in spans), Decimal(0)) / len(spans))
            elif name in self.dangerous:
                members = ["yes", "no"] if finding.type == "yes_no" else list(self.dangers.prepared.names.members(name))
                yield name, one_of(min(members, key=lambda one: self.dangerous[name].get(one, 0)))


class _Made:
    """One record in the making."""

    def __init__(self, dangers: Dangers, chance: random.Random) -> None:
        self.dangers, self.kb, self.chance = dangers, dangers.kb, chance
        self.vocabulary = dangers.vocabulary
        self.found: dict[str, Known] = {}

    # --- the steps ---

    def person(self) -> None:
        chance = self.chance
        self._set("age", number(chance.choice(YOUNG if chance.random() < 0.1 else AGES)))
        self._set("sex", one_of("female" if chance.random() < 0.7 else "male"))
        for name in ("weight", "height", "menopausal_status"):
            if name in self.kb.findings and chance.random() < 0.9:
                self._set(name, chance.choice(self.vocabulary.answers(name)))
        age = self.found["age"]
        if chance.random() < 0.8 or (isinstance(age, Number) and age.last.interval.low >= 60):
            self._set("menopausal_status", one_of("postmenopausal"))
        if chance.random() < 0.8:
            self._set("t_score_hip", number(chance.choice(LOW_SCORES)))

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
                self._list(name, self.vocabulary.entry(name, chance, ()))
        if "medicines" in self.kb.findings and chance.random() < 0.25:
            key = self.kb.findings["medicines"].key
            self._list("medicines", self.vocabulary.entry("medicines", chance, ((key, self._bone_medicines()),)))
        if self.dangers.entered and chance.random() < 0.12:
            self._some_number(chance.choice(self.dangers.entered).id)

    def fit_together(self) -> None:
        """Leave out what cannot be said together with the rest: ages not reached, questions that do not arise."""
        told = {name: Answer(known, "", Place(name)) for name, known in self.found.items()}
        for problem in (
            *record.check_ages(self.kb, told),
            *record.check_applies(self.kb, told, self.dangers.today),
        ):
            self.found.pop(problem.place.file, None)

    def forget(self) -> None:
        for _ in range(self.chance.choice(TAKEN_AWAY)):
            ways = list(deletions(self.dangers.prepared.names, self.found, self.dangers.today))
            if not ways:
                return
            name = self.chance.choice(sorted({one.name for one in ways}))
            chosen = self.chance.choice([one for one in ways if one.name == name])
            if chosen.known is None:
                del self.found[name]
            else:
                self.found[name] = chosen.known

    # --- premises brought about ---

    def make(self, node: TruthNode | None, wanted: bool, depth: int = 0) -> None:
        """Put answers so that a premise holds, or does not; what is there already is not looked at."""
        if node is None or depth > DEPTH:
            return
        if isinstance(node, expression.Not):
            self.make(node.item, not wanted, depth + 1)
        elif isinstance(node, expression.AtLeast):
            for item in self.chance.sample(node.items, node.count if wanted else 0):
                self.make(item, wanted, depth + 1)
        elif isinstance(node, (expression.All, expression.AnyOf)):
            every = isinstance(node, expression.All) is wanted
            for item in node.items if every else [self.chance.choice(node.items)]:
                self.make(item, wanted, depth + 1)
        elif isinstance(node, expression.Proposition):
            if wanted:
                self._conclude(node.atom, depth)
        else:
            self._answer(node, wanted)

    def _conclude(self, atom: str, depth: int) -> None:
        rules = [rule for rule in self.dangers.prepared.rules.get(atom, ()) if rule.when is not None]
        disease = atom[10:-1] if atom.startswith("diagnosed(") else ""
        if disease and (not rules or self.chance.random() < 0.4):
            reported = productions.reported(self.kb, disease)
            self._answer(reported, True)
        elif rules:
            self.make(self.chance.choice(rules).when, True, depth + 1)

    def _answer(self, leaf: TruthNode, wanted: bool) -> None:
        if isinstance(leaf, expression.Compared):
            self._compare(leaf, wanted)
        elif isinstance(leaf, expression.Within):
            self._within(leaf, wanted)
        elif isinstance(leaf, expression.Against):
            self._against(leaf, wanted is not leaf.negated)
        elif isinstance(leaf, expression.OneOf):
            self._choose(leaf.name, leaf.members, wanted is not leaf.negated)
        elif isinstance(leaf, expression.IsYes):
            self._set(leaf.name, YES if wanted else NO)
        elif isinstance(leaf, expression.Has) and wanted:
            finding = self.kb.findings[leaf.name]
            members = frozenset({self.chance.choice(sorted(leaf.members))})
            entry = self.vocabulary.entry(leaf.name, self.chance, ((finding.key, members),))
            fields = {field: known for field, known in entry.fields.items() if field != "stopped"}
            self._list(leaf.name, Entry(fields))
        elif isinstance(leaf, expression.Quantified) and wanted and leaf.quantifier != "no":
            for _ in range(leaf.count):
                self._list(leaf.name, self._entry(leaf))

    def _set(self, name: str, known: Known) -> None:
        """Answer a finding, and what it takes for its question to arise."""
        if name in self.kb.findings or name in self.kb.quantities:
            self.found[name] = known
            finding = self.kb.findings.get(name)
            self.make(finding.applies if finding is not None else None, True)

    def _choose(self, name: str, members: frozenset[str], wanted: bool) -> None:
        every = sorted(self.dangers.prepared.names.members(name))
        fitting = [one for one in every if (one in members) is wanted]
        if fitting:
            self._set(name, one_of(self.chance.choice(fitting)))

    # --- numbers ---

    def _compare(self, leaf: expression.Compared, wanted: bool) -> None:
        operator = leaf.operator if wanted else OPPOSITE[leaf.operator]
        left, factor = _scaled(leaf.left)
        limits = list(self.vocabulary.numbers_in(leaf.right))
        if isinstance(left, expression.Value):
            if isinstance(leaf.right, (expression.Literal, expression.Threshold)) and limits:
                self._number(left.name, operator, self.chance.choice(limits) / factor)
            else:
                self._some_number(left.name)

    def _within(self, leaf: expression.Within, wanted: bool) -> None:
        low, high = (list(self.vocabulary.numbers_in(end)) for end in (leaf.low, leaf.high))
        if isinstance(leaf.value, expression.Value) and low and high:
            ends = ((">=", low[0]), ("<=", high[0])) if wanted else (("<", low[0]), (">", high[0]))
            self._number(leaf.value.name, *self.chance.choice(ends))

    def _number(self, name: str, operator: str, limit: Decimal) -> None:
        """A number that meets a comparison, mostly just so; now and then one that just fails it."""
        name = self._measured(name, operator)
        exponent = limit.as_tuple().exponent
        step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
        if self.chance.random() < 0.2:
            step /= 10
        far = abs(limit) * Decimal("0.3") or Decimal(1)
        up = operator in (">", ">=", "!=")
        meets = limit if operator in ("<=", ">=", "=") else limit + step if up else limit - step
        beyond = limit + far if up else limit - far
        near = limit + step if self.chance.random() < 0.5 else limit - step
        drawn = self.chance.choices((meets, beyond, limit, near), (55, 25, 8, 12))[0]
        self._put_number(name, meets if operator == "=" else drawn)

    def _put_number(self, name: str, value: Decimal) -> None:
        entry = self.kb.findings.get(name) or self.kb.quantities.get(name)
        plausible = entry.plausible if entry is not None else None
        if plausible is None or plausible.contains(exactly(value)):
            self._set(name, number(value))

    def _measured(self, name: str, operator: str) -> str:
        """The finding to set so that a quantity comes to something: one of its unit behind it, else itself."""
        if name in self.kb.findings:
            return name
        fitting = self.vocabulary.behind(name)
        return self.chance.choice(fitting) if fitting and self.chance.random() < 0.85 else name

    def _some_number(self, name: str) -> None:
        entry = self.kb.findings.get(name) or self.kb.quantities[name]
        values = self.vocabulary.around(entry.id, entry.plausible)
        if values:
            self._set(name, number(self.chance.choice(values)))

    def _against(self, leaf: expression.Against, wanted: bool) -> None:
        """A result beyond its range, or within it, as a number or as the word; twice where twice is asked for."""
        name = leaf.name
        quantity = self.kb.quantities.get(name)
        finding = self.kb.findings.get(quantity.range_of if quantity is not None else name)
        if quantity is not None:
            name = self._measured(name, "")
        if finding is None or not finding.ranges:
            return
        word = leaf.word if wanted else self.chance.choice([one.value for one in Word if one.value != leaf.word])
        result = Measurement(exactly(self._beyond(finding, word)))
        if self.chance.random() < 0.15:
            result = Measurement(word=Word(word))
        results = (result,) * (leaf.occasions or 1)
        if leaf.occasions:
            days = [
                dates.months_ago(Decimal(3 * place), dates.day(self.dangers.today)) for place in range(len(results))
            ]
            results = tuple(
                Measurement(one.interval, one.word, date=day) for one, day in zip(results, reversed(days), strict=True)
            )
        self._set(name, Number(results))

    def _beyond(self, finding: Finding, word: str) -> Decimal:
        span = self.chance.choice(finding.ranges).range
        low = span.low if not span.low.is_infinite() else span.high / 2
        high = span.high if not span.high.is_infinite() else span.low * 2
        if word == "normal":
            return self.chance.choice((low, high, (low + high) / 2))
        exponent = high.as_tuple().exponent
        step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
        reach = self.chance.choice((step, (high - low) / 3, high - low))
        beyond = (high + reach if word == "high" else low - reach).quantize(step / 10)
        if finding.plausible is not None and not finding.plausible.contains(exactly(beyond)):
            return high + step if word == "high" else low - step
        return beyond

    # --- lists ---

    def _list(self, name: str, entry: Entry) -> None:
        known = self.found.get(name)
        entries = known.entries if isinstance(known, Records) else ()
        if len(entries) < 8:
            self.found[name] = Records((*entries, entry))

    def _label(self, name: str) -> None:
        """What a label names: a condition, a finding, a quantity, or a state that rules set."""
        if name in self.kb.conditions:
            self._answer(productions.reported(self.kb, name), True)
        elif name in self.kb.findings and self.kb.findings[name].type != "records":
            self._set(name, self.chance.choice(self.vocabulary.answers(name)))
        elif name in self.kb.quantities:
            self._some_number(name)
        else:
            self._conclude(name, 0)

    def _hazard(self, hazard: Hazard) -> None:
        """What a hazard reads, as it means it, whether or not a rule acts on it."""
        if hazard.when is not None:
            self.make(hazard.when, True)
        elif hazard.members:
            name = "conditions" if hazard.reads == "diagnosed" else hazard.reads
            members = self._expanded(name, hazard.members)
            if members and self.kb.findings[name].type == "records":
                self._answer(expression.Has(name=name, members=members), True)
            elif members:
                self._choose(name, members, True)
        else:
            self._label(hazard.reads)

    def _expanded(self, name: str, labels: Iterable[str]) -> frozenset[str]:
        """The members of a finding that these members and classes stand for."""
        finding = self.kb.findings[name]
        kind = finding.fields.get(finding.key)
        choice = self.kb.choices.get(kind.choices if kind is not None else finding.choices)
        return frozenset().union(*((choice.expand(one) if choice else None) or () for one in labels))

    def _bone_medicines(self) -> frozenset[str]:
        members = self.dangers.prepared.names.members("medicines")
        found = frozenset(name for name in self.dangers.medicines if name in members)
        return found or frozenset(members)

    def _entry(self, leaf: expression.Quantified) -> Entry:
        finding = self.kb.findings[leaf.name]
        fields: dict[str, Known] = {}
        if leaf.where is not None:
            self._fields(leaf.where, True, fields)
        if finding.key not in fields:
            fields[finding.key] = one_of(self.chance.choice(sorted(self.dangers.prepared.names.members(leaf.name))))
        begun, ended = fields.get("started"), fields.get("stopped")
        if isinstance(begun, Day) and isinstance(ended, Day) and begun.interval.high > ended.interval.low:
            del fields["started"]
        return Entry(fields)

    def _fields(self, node: TruthNode, wanted: bool, fields: dict[str, Known]) -> None:
        """Fields of one entry that meet what is asked of it."""
        if isinstance(node, expression.Not):
            self._fields(node.item, not wanted, fields)
        elif isinstance(node, (expression.All, expression.AnyOf)):
            every = isinstance(node, expression.All) is wanted
            for item in node.items if every else [self.chance.choice(node.items)]:
                self._fields(item, wanted, fields)
        elif isinstance(node, expression.OneOf) and node.field:
            if wanted is not node.negated:
                fields[node.name] = one_of(self.chance.choice(sorted(node.members)))
        elif isinstance(node, expression.IsYes) and node.field:
            fields[node.name] = YES if wanted else NO
        elif isinstance(node, expression.Given):
            if wanted:
                fields[node.name] = Day(exactly(self.dangers.today.toordinal() - self.chance.choice(DAYS_AGO)))
        elif isinstance(node, expression.Compared):
            self._compared_field(node, wanted, fields)

    def _compared_field(self, node: expression.Compared, wanted: bool, fields: dict[str, Known]) -> None:
        left, _ = _scaled(node.left)
        limits = list(self.vocabulary.numbers_in(node.right))
        if not limits:
            return
        operator = node.operator if wanted else OPPOSITE[node.operator]
        more = operator in (">", ">=", "!=")
        limit = self.chance.choice(limits)
        if isinstance(left, expression.Since) and isinstance(left.date, expression.Field):
            fields[left.date.name] = Day(exactly(self._day(left.measure, limit, more)))
        elif isinstance(left, expression.Field) and left.name == "duration":
            fields["started"] = Day(exactly(self._day("months", limit, more)))
        elif isinstance(left, expression.Field):
            dose = left.name == "daily_dose"
            value = limit + (1 if more else -1) * (Decimal("0.5") if self.chance.random() < 0.7 else Decimal(0))
            fields["dose" if dose else left.name] = number(max(value, Decimal(0)))
            if dose:
                fields["every"] = number(1)

    def _day(self, measure: str, limit: Decimal, longer: bool) -> int:
        """A day about so long ago: on the limit, a day beside it, or some weeks to the side that is asked for."""
        today = self.dangers.today
        months = measure == "months"
        at = int(dates.months_ago(limit, dates.day(today)).low) if months else today.toordinal() - int(limit)
        beside = self.chance.choice((0, 1, 40, 40))
        return min(at - beside if longer else at + beside, today.toordinal())


def _scaled(node: expression.NumberNode) -> tuple[expression.NumberNode, Decimal]:
    """What is scaled to the unit of a comparison, and by how much."""
    return (node.item, node.factor) if isinstance(node, expression.Scaled) else (node, Decimal(1))

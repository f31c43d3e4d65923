"""Random patients: full records over the vocabulary, whose numbers fall where the rules look.

A record holds an answer to every finding, those that do not apply to this patient among them: what applies is decided
when the record is put together (`Vocabulary.put_together`), so that changing one answer brings in what depends on it.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ...case.case import Case, Prepared
from ...intake import record
from ...intake.record import Answer
from ...knowledge_base.model import Finding
from ...premises import evaluation, expression
from ...premises.expression import Node
from ...values.interval import Interval, exactly
from ...values.problems import Place
from ...values.truth import Truth
from ...values.types import Possible
from ...values.value import NO, NOT_MEASURED, YES, Choice, Day, Entry, Gap, Known, Measurement, Number, Records

LONGEST = {"conditions": 4, "fractures": 3, "imaging": 2, "intolerances": 1, "medicines": 4, "symptoms": 4}
DAYS_AGO = (5, 20, 60, 120, 200, 300, 400, 800, 1300, 2500, 6000)
DOSES = ("0.5", "2.5", "5", "7.5", "10", "20", "70", "1000", "5000")
DOSE_INTERVALS = (1, 1, 1, 7, 30)
Pattern = tuple[tuple[str, frozenset[str]], ...]
HERE = Place("a random patient")
_USUAL = Interval(Decimal(0), Decimal(100))
"""Where numbers are drawn of which nobody says what is plausible."""


def number(value: Decimal | int | str) -> Number:
    """An exact number; the same object for the same digits, as random patients have few and each is looked up."""
    return _number(str(value))


@functools.lru_cache(maxsize=100_000)
def _number(digits: str) -> Number:
    return Number((Measurement(exactly(digits)),))


@functools.cache
def one_of(member: str) -> Choice:
    """One member for certain; the same object each time."""
    return Choice(frozenset({member}))


@functools.lru_cache(maxsize=10_000)
def in_order(members: frozenset[str]) -> tuple[str, ...]:
    """Members as they are drawn from: in the order of their names."""
    return tuple(sorted(members))


def _far(possible: Possible, tenths: tuple[int, ...]) -> list[Decimal]:
    """Numbers that can be, so far from the least to the most."""
    span = possible.limits or _USUAL
    return [possible.settled(span.low + (span.high - span.low) * Decimal(share) / 10) for share in tenths]


class Vocabulary:
    """What can be answered, and which answers the rules tell apart."""

    def __init__(self, prepared: Prepared, today: datetime.date) -> None:
        self.prepared, self.kb, self.today = prepared, prepared.kb, today
        self._cuts: dict[str, set[Decimal]] = {}
        self._asked_for: dict[str, dict[Pattern, None]] = {}
        self._numbers: dict[str, list[Decimal]] = {}
        self._answers: dict[str, list[Known]] = {}
        self._measured_for: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        for node in self._nodes():
            self._look(node)
        self._hand_down()
        self.standing_in = [finding.id for finding in self.kb.findings.values() if finding.stand_in]
        """What another number stands in for where it was not entered."""
        self.applying = [name for name in prepared.plan.order if name in self.kb.findings and self._applies(name)]

    def _applies(self, name: str) -> bool:
        return self.kb.findings[name].applies is not None

    def _nodes(self) -> Iterator[Node]:
        parts: list[Node | None] = [part for rule in self.kb.rules.values() for part in (rule.when, rule.formula)]
        for finding in self.kb.findings.values():
            parts += [finding.indicated, finding.applies, *(one.when for one in finding.ranges)]
        parts += [condition.pursue for condition in self.kb.conditions.values()]
        parts += [test.not_while for test in self.kb.investigations.values()]
        for part in parts:
            if part is not None:
                yield from part.walk()

    def _look(self, node: Node) -> None:
        if isinstance(node, expression.Compared):
            for side, limit in ((node.left, node.right), (node.right, node.left)):
                if isinstance(side, expression.Value):
                    self._cuts.setdefault(side.name, set()).update(self.numbers_in(limit))
        elif isinstance(node, expression.Within) and isinstance(node.value, expression.Value):
            found = (*self.numbers_in(node.low), *self.numbers_in(node.high))
            self._cuts.setdefault(node.value.name, set()).update(found)
        elif isinstance(node, expression.Has):
            key = self.kb.findings[node.name].key
            self._asked_for.setdefault(node.name, {})[((key, node.members),)] = None
        elif isinstance(node, expression.Quantified) and node.where is not None:
            parts = [part for part in node.where.walk() if isinstance(part, expression.OneOf) and part.field]
            self._asked_for.setdefault(node.name, {})[tuple((part.name, part.members) for part in parts)] = None

    def numbers_in(self, limit: Node) -> Iterator[Decimal]:
        """The numbers that one side of a comparison holds: written, or shared cut-offs of any day."""
        for part in limit.walk():
            if isinstance(part, expression.Literal):
                yield part.value.low
            elif isinstance(part, expression.Threshold):
                for value in self.kb.thresholds[part.name].values:
                    yield from [value.value] if value.value is not None else (step.value for step in value.steps)

    def _hand_down(self) -> None:
        """What a quantity is compared with is a cut-off of the findings of its unit that it is worked out from."""
        for name in reversed(self.prepared.plan.order):
            if name in self.kb.quantities:
                unit = self.kb.quantities[name].unit
                for read in self.prepared.plan.reads[name]:
                    entry = self.kb.findings.get(read) or self.kb.quantities.get(read)
                    if entry is not None and entry.unit == unit and name in self._cuts:
                        self._cuts.setdefault(read, set()).update(self._cuts[name])
        for finding in self.kb.findings.values():
            cuts = self._cuts.setdefault(finding.id, set())
            cuts |= self._cuts.get(finding.stand_in, set())
            for one in finding.ranges:
                cuts |= {end for end in (one.range.low, one.range.high) if not end.is_infinite()}
            cuts -= {cut for cut in cuts if not finding.possible.contains(cut)}

    # --- answers ---

    def numbers(self, finding: Finding) -> list[Decimal]:
        """At each cut-off, just beside it, halfway to the next, and beyond the last."""
        if finding.id not in self._numbers:
            self._numbers[finding.id] = self.around(finding.id, finding.possible)
        return self._numbers[finding.id]

    def cuts(self, name: str) -> list[Decimal]:
        """The numbers that rules compare a finding or quantity with."""
        return sorted(self._cuts.get(name, ()))

    def behind(self, name: str) -> list[str]:
        """The findings, in the unit of a quantity, that it is worked out from."""
        unit = self.kb.quantities[name].unit if name in self.kb.quantities else ""
        found: list[str] = []
        for read in sorted(self.prepared.plan.reads.get(name, ())):
            finding = self.kb.findings.get(read)
            if finding is not None and finding.form == "number" and finding.unit == unit:
                found.append(read)
            elif read in self.kb.quantities:
                found += self.behind(read)
        return found

    def around(self, name: str, possible: Possible) -> list[Decimal]:
        """The numbers worth trying for a finding or quantity, among those that can be."""
        cuts = self.cuts(name)
        if not cuts:
            return _far(possible, (1, 3, 6))
        found = set(cuts)
        for cut in cuts:
            exponent = cut.as_tuple().exponent
            step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
            found |= {cut - step, cut + step}
        found |= {(one + other) / 2 for one, other in itertools.pairwise(cuts)}
        spread = (cuts[-1] - cuts[0]) / 4 or abs(cuts[0]) / 4 or Decimal(1)
        found |= {cuts[0] - spread, cuts[-1] + spread}
        limits = possible.limits or _USUAL
        return [value for value in sorted(found) if limits.low <= value <= limits.high and possible.contains(value)]

    def answers(self, name: str) -> list[Known]:
        """Every answer to a finding, no list, that the rules may tell from another; of numbers some far off as well."""
        if name not in self._answers:
            self._answers[name] = list(self._answers_to(self.kb.findings[name]))
        return self._answers[name]

    def _answers_to(self, finding: Finding) -> Iterator[Known]:
        if finding.form == "number":
            yield from (number(value) for value in (*self.numbers(finding), *_far(finding.possible, (1, 4))))
        elif finding.form == "yes_no":
            yield from (YES, NO)
        else:
            yield from (one_of(member) for member in self.prepared.names.members(finding.id))

    def members(self, name: str) -> tuple[str, ...]:
        """The members of a choice or list, in the order of their names."""
        if name not in self._members:
            self._members[name] = tuple(sorted(self.prepared.names.members(name)))
        return self._members[name]

    def _listed(self, choices: str) -> tuple[str, ...]:
        return in_order(frozenset(self.kb.choices[choices].members))

    def asked_for(self, name: str) -> list[Pattern]:
        """What premises look for in a list: for some fields of an entry, the members that will do."""
        return list(self._asked_for.get(name, ()))

    def _drawn(self, name: str, chance: random.Random) -> Known:
        finding = self.kb.findings[name]
        if finding.form == "records":
            count = max(0, chance.randint(-1, LONGEST[name]))
            return Records(tuple(self.entry(name, chance) for _ in range(count)))
        if finding.form == "yes_no":
            return YES if chance.random() < 0.3 else NO
        ordinary = [span.range for span in finding.ranges if span.when is None]
        if ordinary and chance.random() < 0.6:
            low, high = ordinary[0].low, ordinary[0].high
            if not low.is_infinite() and not high.is_infinite():
                return number((low + high) / 2)
        if finding.form != "number":
            return chance.choice(self.answers(name))
        return self.answers(name)[chance.choice(range(len(self.numbers(finding))))]

    def entry(self, name: str, chance: random.Random, pattern: Pattern | None = None) -> Entry:
        """One entry of a list as premises look for it, or any: with its dates and doses, some of them left out."""
        finding = self.kb.findings[name]
        if pattern is None:
            looked_for = self.asked_for(name)
            pattern = chance.choice(looked_for) if looked_for and chance.random() < 0.85 else ()
        fields: dict[str, Known] = {finding.key: one_of(chance.choice(self.members(name)))}
        fields |= {field: one_of(chance.choice(in_order(members))) for field, members in pattern}
        today = self.today.toordinal()
        begun = chance.choice(DAYS_AGO)
        for field in finding.fields.values():
            if field.id in fields or field.derived or field.broader or chance.random() < 0.15:
                continue
            if field.id == "stopped":
                if chance.random() < 0.25:
                    fields[field.id] = Day(exactly(today - chance.randint(0, begun)))
            elif field.type == "date":
                fields[field.id] = Day(exactly(today - begun))
            elif field.id == "dose":
                fields[field.id] = number(chance.choice(DOSES))
                fields["every"] = number(chance.choice(DOSE_INTERVALS))
            elif field.type == "yes_no":
                fields[field.id] = chance.choice((YES, NO))
            elif field.type == "choice":
                fields[field.id] = one_of(chance.choice(self._listed(field.choices)))
        return Entry(fields)

    # --- patients ---

    def patient(self, seed: int) -> dict[str, Known]:
        """A full record, the same for the same seed."""
        chance = random.Random(f"patient {seed}")
        found = {name: self._drawn(name, chance) for name in self.kb.findings}
        found["age"] = number(chance.choice((19, 24, 38, 45, 49, 50, 54, 58, 64, 65, 67, 70, 74, 75, 80, 86)))
        for name in self.kb.findings:
            if (source := self.measured_for(name)) in found:
                found[chance.choice((name, source))] = NOT_MEASURED
        self.make_consistent(found, chance)
        return found

    def measured_for(self, name: str) -> str:
        """The measurement that a finding can be worked out from; empty where none is.

        Of the two a random patient has one: drawn apart, they would contradict. Where there are several measurements
        it is the one that least else rests on.
        """
        if name not in self._measured_for:
            self._measured_for[name] = self._measurement(self.kb.findings[name].stand_in)
        return self._measured_for[name]

    def _measurement(self, stand_in: str) -> str:
        plan = self.prepared.plan
        behind = plan.reads[stand_in] if stand_in else frozenset[str]()
        while not behind <= self.kb.findings.keys():
            behind = frozenset().union(*({one} if one in self.kb.findings else plan.reads[one] for one in behind))
        tests = [one for one in behind if self.kb.findings[one].known_by == "test"]
        return min(tests, key=lambda one: (len(plan.readers.get(one, ())), one), default="")

    def make_consistent(self, found: dict[str, Known], chance: random.Random) -> None:
        """No age is reported that has not been reached."""
        wrong = list(found)
        for _ in range(20):
            wrong = [name for name in wrong if self._not_reached(found, name)]
            if not wrong:
                return
            for name in wrong:
                found[name] = self._drawn(name, chance)
        for name in wrong:
            found[name] = NOT_MEASURED

    def _not_reached(self, found: Mapping[str, Known], name: str) -> bool:
        """Whether an answer tells of an age beyond the patient's."""
        if not record.tells_ages(name, found[name]):
            return False
        both = {"age": Answer(found["age"], "", HERE), name: Answer(found[name], "", HERE)}
        return bool(record.check_ages(self.kb, both))

    def put_together(self, case: Case, known: Mapping[str, Known], silent: Iterable[str] = ()) -> dict[str, Known]:
        """Say a record to a case, in place of all that was said before; gives what of it applies and was said.

        Nothing is said of what can be worked out from the rest of it: put together from two records, it would
        contradict.
        """
        said = {name: one for name, one in known.items() if name not in silent}
        later = [name for name in self.applying if name in said]
        changes: dict[str, Known | None] = {name: None for name in case.said if name not in said}
        for name, one in said.items():
            if name not in later and case.said.get(name) != one:
                changes[name] = one
        case.say(changes)
        for name in later:
            applies = self.kb.findings[name].applies
            assert applies is not None
            fits = evaluation.truth_of(applies, case.memory) is not Truth.FALSE
            if not fits:
                del said[name]
            if case.said.get(name) != said.get(name):
                case.say({name: said.get(name)})
        for name in self.standing_in:
            if name in said and not isinstance(case.memory.known(self.kb.findings[name].stand_in), Gap):
                del said[name]
                case.say({name: None})
        return said

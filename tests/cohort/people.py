"""Odd patients: random records with intervals, open ends, words, printed ranges, two results, gaps and open lists."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from decimal import Decimal

from engine.case.case import Prepared
from engine.knowledge_base.model import Finding
from engine.values import dates
from engine.values.interval import ANY, INFINITY, Interval, between, exactly
from engine.values.value import (
    NOT_MEASURED,
    UNKNOWN,
    Choice,
    Day,
    Entry,
    Known,
    Measurement,
    Number,
    Records,
    Word,
)
from engine.workbench.trials import invariants
from engine.workbench.trials.patients import Vocabulary

TODAY = invariants.DAY
Said = Mapping[str, Known]


class _Quick(Vocabulary):
    """Remembers which answers are worth trying, and lets an age be told that was not reached: no table is that odd."""

    def __init__(self, prepared: Prepared) -> None:
        super().__init__(prepared, TODAY)
        self._answers: dict[str, list[Known]] = {}
        self._sources: dict[str, str] = {}

    def answers(self, name: str) -> list[Known]:
        if name not in self._answers:
            self._answers[name] = super().answers(name)
        return self._answers[name]

    def measured_for(self, name: str) -> str:
        if name not in self._sources:
            self._sources[name] = super().measured_for(name)
        return self._sources[name]

    def _drawn(self, name: str, chance: random.Random) -> Known:
        if self.kb.findings[name].form == "records":
            return super()._drawn(name, chance)
        return chance.choice(self.answers(name))

    def make_consistent(self, found: dict[str, Known], chance: random.Random) -> None:
        return


def odd_patients(prepared: Prepared, count: int, seed: int = 0) -> list[Said]:
    """So many of them, the same for the same seed; the first says nothing, each tenth is as a record is.

    Some answer what does not apply to them, and each twentieth says as well what can be worked out, rightly or not.
    """
    vocabulary = _Quick(prepared)
    found: list[Said] = [{}]
    for number in range(seed, seed + count - 1):
        chance = random.Random(number)
        said = vocabulary.patient(number)
        if number % 10:
            said = _Odd(prepared, chance).answers(said)
        if number % 20 == 1:
            said = {**said, **_twice(prepared, vocabulary, chance)}
        found.append(said)
    return found


def _twice(prepared: Prepared, vocabulary: Vocabulary, chance: random.Random) -> dict[str, Known]:
    """What is entered and worked out both: some agree, some differ by little, some by far."""
    found: dict[str, Known] = {}
    for name in vocabulary.standing_in:
        if chance.random() < 0.5:
            found[name] = chance.choice(vocabulary.answers(name))
            found[vocabulary.measured_for(name)] = chance.choice(vocabulary.answers(vocabulary.measured_for(name)))
    found["weight"], found["height"] = number("70"), number("170")
    found["bmi"] = number(chance.choice(("24.2", "24.3", "25", "40")))
    return found


def number(text: str) -> Number:
    """A number that was measured once."""
    return _one(Measurement(exactly(text)))


class _Odd:
    """Says the same otherwise, or less of it."""

    def __init__(self, prepared: Prepared, chance: random.Random) -> None:
        self.kb, self.names, self.chance = prepared.kb, prepared.names, chance

    def answers(self, said: Said) -> dict[str, Known]:
        return {name: self.answer(name, known) for name, known in said.items() if self.chance.random() < 0.5}

    def answer(self, name: str, known: Known) -> Known:
        finding = self.kb.findings.get(name)
        share = self.chance.random()
        if finding is None or name == "age":
            return known
        if share < 0.08:
            return self.chance.choice((UNKNOWN, NOT_MEASURED))
        if isinstance(known, Number):
            return self.number(finding, known.last.interval.low)
        if isinstance(known, Choice) and finding.form == "choice" and share < 0.2:
            return Choice(frozenset(self.chance.sample(sorted(self.names.members(name)), 2)))
        return self.entries(finding, known) if isinstance(known, Records) else known

    def number(self, finding: Finding, value: Decimal) -> Number:
        share, chance = self.chance.random(), self.chance
        day = TODAY.toordinal()
        if share < 0.1:
            return _one(Measurement(Interval(-INFINITY, value, True, chance.random() < 0.5)))
        if share < 0.2:
            return _one(Measurement(Interval(value, INFINITY, chance.random() < 0.5, True)))
        if share < 0.3:
            return _one(Measurement(between(value - 1, value + 1)))
        if share < 0.4 and (finding.ranges or finding.known_by == "test"):
            word = chance.choice((Word.HIGH, Word.LOW, Word.NORMAL))
            return _one(Measurement(ANY, word=word, persistent=chance.random() < 0.3))
        if share < 0.45 and finding.ranges:
            return _one(Measurement(exactly(value), range=between(value - 1, value + chance.choice((-1, 0, 1)) + 1)))
        if share < 0.55:
            later = Measurement(exactly(value + chance.choice((0, 1))), date=exactly(day - chance.choice((10, 50))))
            return Number((Measurement(exactly(value), date=exactly(day - 50)), later))
        return _one(Measurement(exactly(value)))

    def entries(self, finding: Finding, known: Records) -> Records:
        entries = tuple(self.entry(finding, entry) for entry in known.entries)
        if self.chance.random() >= 0.4:
            return Records(entries)
        listed = {one for entry in entries for one in getattr(entry.fields.get(finding.key), "members", ())}
        others = [one for one in sorted(self.names.members(finding.id)) if one not in listed]
        absent = (
            frozenset(self.chance.sample(others, min(3, len(others)))) if self.chance.random() < 0.5 else frozenset()
        )
        return Records(entries, False, absent)

    def entry(self, finding: Finding, entry: Entry) -> Entry:
        return Entry({name: self.field(finding, name, known) for name, known in entry.fields.items()})

    def field(self, finding: Finding, name: str, known: Known) -> Known:
        share = self.chance.random()
        if share < 0.05:
            return UNKNOWN
        if isinstance(known, Day) and share > 0.6:
            months = self.chance.choice((1, 3, 6, 7, 12, 18, 24, 36, 48, 60, 120))
            then = dates.months_later(TODAY, -months).toordinal() + self.chance.choice((-1, 0, 1))
            return Day(exactly(min(then, TODAY.toordinal())))
        if isinstance(known, Day) and share < 0.3:
            day, now = known.interval.low, Decimal(TODAY.toordinal())
            vague = between(day - 30, min(day + 10, now))
            return Day(self.chance.choice((vague, Interval(-INFINITY, day, True, False))))
        if name == finding.key and share < 0.15:
            return Choice(frozenset(self.chance.sample(sorted(self.names.members(finding.id)), 2)))
        if isinstance(known, Number) and share < 0.2:
            return _one(Measurement(Interval(known.last.interval.low, INFINITY, True, True)))
        return known


def _one(result: Measurement) -> Number:
    return Number((result,))


def on_the_edge(prepared: Prepared) -> list[Said]:
    """Patients whose daily dose of steroids is worked out from parts of a week or month, and falls on the high dose."""
    assert prepared.kb.choices["medicines"].members["prednisolone"].numbers["prednisolone_factor"] == 1
    found: list[Said] = []
    for every in (7, 28, 30):
        for first, second in ((1, 3), (2, 11), (5, 8), (13, 1), (17, 4), (23, 24), (24, 23), (25, 19)):
            third = Decimal("7.5") * every - first - second
            doses = [exactly(first), exactly(second), exactly(third)]
            entries = tuple(
                Entry(
                    {
                        "name": Choice(frozenset({"prednisolone"})),
                        "dose": _one(Measurement(dose)),
                        "every": _one(Measurement(exactly(every))),
                    }
                )
                for dose in doses
            )
            found.append({"medicines": Records(entries)})
    return found


def on_the_day() -> list[Said]:
    """Patients whose medicine or fracture was so many calendar months ago, to the day, a day less or a day more."""
    found: list[Said] = []
    for months in (1, 3, 4, 6, 7, 9, 12, 24, 36, 60):
        for more in (-1, 0, 1):
            day = Day(exactly(dates.months_later(TODAY, -months).toordinal() + more))
            medicines = tuple(
                Entry({"name": Choice(frozenset({name})), "started": day, "last_given": day})
                for name in ("denosumab", "zoledronate", "romosozumab", "prednisolone")
            )
            fracture = Entry({"site": Choice(frozenset({"hip"})), "date": day})
            found.append({"medicines": Records(medicines), "fractures": Records((fracture,)), "age": number("70")})
    return found


def dated_patients(prepared: Prepared, count: int, seed: int = 0) -> list[Said]:
    """So many odd patients of whom most results have a day: today, long ago, or both; and a few of one day."""
    found: list[Said] = []
    for number, said in enumerate(odd_patients(prepared, count + 1, seed)[1:]):
        chance = random.Random(number)
        found.append({name: _dated(known, chance) for name, known in said.items()})
    return found


def _dated(known: Known, chance: random.Random) -> Known:
    today = TODAY.toordinal()
    share = chance.random()
    if share < 0.2 or not isinstance(known, (Number, Choice)):
        return known
    day = exactly(today - chance.choice((0, 20, 300, 900, 4000)))
    if isinstance(known, Choice):
        return Choice(known.members, day)
    last = dataclasses.replace(known.last, date=day)
    if share < 0.5:
        return _one(last)
    before = last.interval.high if last.interval.high != INFINITY else last.interval.low
    earlier = exactly(int(day.low) - chance.choice((1, 200, 2000)) if share < 0.97 else int(day.low))
    if before in (INFINITY, -INFINITY):
        return _one(last)
    return Number((Measurement(exactly(before - 1), date=earlier), last))

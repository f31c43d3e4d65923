"""What safety says of many patients at once, by the bits of a population, and of whom it seems to break a property.

The bits only point at whom to look: a verdict is what experta says of him (compare `safety`). Of some everything is
asked both ways, so that it would be noticed were the bits wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.assessment.plan import LINES
from engine.assessment.population.population import Population, Statuses
from engine.assessment.workup import TAKING
from engine.case.case import Prepared
from engine.inference.program import bits
from engine.inference.program.bits import Pair
from engine.inference.program.columns import Machine
from engine.values.truth import Truth
from engine.values.value import Known
from tests.consultation import safety
from tests.consultation.safety import Stand

AT_ONCE = 500
"""So many patients are judged together."""
OF_SO_MANY = 50
"""One of so many is judged on experta as well, whatever the bits say."""


class Stands:
    """Where many patients stand: what `safety.stand` says of each, as sets of them."""

    def __init__(self, people: Population) -> None:
        self.people, self.everybody = people, people.everybody
        self.medicines = safety.bone_medicines(people.prepared)
        self.measures = [one.id for one in people.kb.interventions.values()]

    @functools.cached_property
    def statuses(self) -> dict[str, Statuses]:
        """By medicine who has each status, the empty one for those whose plan leaves it out."""
        return {one: self._whole(self.people.status(one)) for one in self.medicines}

    @functools.cached_property
    def lines(self) -> dict[str, Statuses]:
        return {one: self._whole(self.people.line(one)) for one in self.medicines}

    @functools.cached_property
    def alerts(self) -> dict[str, Pair]:
        """The truth of each alert; false for who does not take the medicine it is about."""
        testing = self.people.testing
        taking = {f"{TAKING}{one}": testing.alert(f"{TAKING}{one}") for one in self.measures}
        return {one: self.people.alert(one) for one in self.people.kb.alerts} | taking

    @functools.cached_property
    def said(self) -> dict[str, int]:
        """Of whom each alert is told at all: of those about a medicine, who takes it."""
        taken = {f"{TAKING}{one}": self.people.plans.taken(one) for one in self.measures}
        return dict.fromkeys(self.people.kb.alerts, self.everybody) | taken

    def barred(self, medicine: str) -> int:
        return self.people.plans.barred(medicine)[0]

    def of(self, number: int) -> Stand:
        """Where one of them stands."""
        prepared, truths = self.people.prepared, self.people.truths
        return Stand(
            {one: word(words, number) for one, words in self.statuses.items()},
            {one: word(words, number) for one, words in self.lines.items()},
            {one: truth(pair, number) for one, pair in self.alerts.items() if self.said[one] >> number & 1},
            {
                rule.id: truth(truths.premise(rule), number)
                for verb in safety.VERBS
                for rule in prepared.by_verb.get(verb, ())
            },
            frozenset(one for one in self.medicines if self.barred(one) >> number & 1),
        )

    def sets(self) -> Iterator[int]:
        """Everything that is told of them, each thing as those of whom it is told, in one order."""
        for told in (self.statuses, self.lines):
            yield from (told[one].get(word, 0) for one in self.medicines for word in (*safety.STRICTER, *LINES, ""))
        for alert, pair in self.alerts.items():
            yield from (*pair, self.said[alert])
        for verb in safety.VERBS:
            for rule in self.people.prepared.by_verb.get(verb, ()):
                yield from self.people.truths.premise(rule)
        yield from map(self.barred, self.medicines)

    def _whole(self, words: Statuses) -> Statuses:
        return {**words, "": self.everybody & ~bits.joined(words.values())}


def word(words: Statuses, number: int) -> str:
    return next(one for one, these in words.items() if these >> number & 1)


def truth(pair: Pair, number: int) -> Truth:
    if pair[0] >> number & 1:
        return Truth.TRUE
    return Truth.FALSE if pair[1] >> number & 1 else Truth.UNKNOWN


def population(prepared: Prepared, machine: Machine, said: Sequence[Mapping[str, Known]]) -> Population:
    """Patients of whom this was said, as they are on the day of all these tests."""
    return Population(prepared, machine, said, [safety.TODAY] * len(said))


def changed(people: Population, changes: Mapping[int, Mapping[str, Known | None]]) -> Population:
    """The same patients in the same places, with these answers of theirs replaced or withdrawn (None)."""
    return people.part(range(people.size), changes)


def parts(seeds: Sequence[int]) -> Iterator[Sequence[int]]:
    """Seeds, as many at a time as are judged together."""
    return (seeds[start : start + AT_ONCE] for start in range(0, len(seeds), AT_ONCE))


# --- of whom something becomes stricter or looser ---------------------------------------------------------------------


def stricter(before: Stands, after: Stands) -> Iterator[tuple[str, str, int]]:
    """Each bone medicine and alert that has become stricter, with how, and of whom: see `safety.stricter`."""
    for medicine, was in before.statuses.items():
        for old, new, these in moves(was, after.statuses[medicine]):
            if safety.is_stricter(old, new):
                yield medicine, safety.became(old, new), these & (-1 if old else ~before.barred(medicine))
    for alert, (true, false) in before.alerts.items():
        raised, ruled_out = after.alerts[alert]
        yield alert, "", (raised & ~true | false & ~ruled_out) & before.said[alert]


def moves(before: Statuses, after: Statuses) -> Iterator[tuple[str, str, int]]:
    """Each word with another in its place, and of whom."""
    for old, these in before.items():
        for new, others in after.items():
            if old != new and these & others:
                yield old, new, these & others


def silenced(before: Stands, after: Stands) -> Iterator[tuple[str, int]]:
    """Each alert that is ruled out now and was not, and of whom."""
    return ((alert, after.alerts[alert][1] & ~pair[1]) for alert, pair in before.alerts.items())


def others(one: Stands, other: Stands) -> int:
    """The patients who stand elsewhere in anything."""
    found = 0
    for mine, yours in zip(one.sets(), other.sets(), strict=True):
        found |= mine ^ yours
    return found


def apart(*several: Stands) -> int:
    """The patients of whom the bits do not speak themselves: they are asked on experta."""
    return bits.joined(one.people.alone for one in several)


# --- whether the bits are right ---------------------------------------------------------------------------------------


def judged_alone(doubtful: int, size: int) -> list[int]:
    """The places of those who are judged on experta: who seems to break a property, and some of the others."""
    return sorted({*bits.positions(doubtful), *range(0, size, OF_SO_MANY)})


def misjudged(place: int, alone: Iterable[Stand], several: Iterable[Stands]) -> Iterator[str]:
    """What the bits say otherwise of a patient, before and after changes, than experta did each time."""
    for one, stands in zip(alone, several, strict=False):  # changes may be tried on experta one by one besides
        if differs := ", ".join(differing(stands.of(place), one)):
            yield f"the bits judge {differs} otherwise than experta of {stands.people.said[place]}"


def differing(one: Stand, other: Stand) -> Iterator[str]:
    """What two patients are told otherwise."""
    for mine, yours in ((one.statuses, other.statuses), (one.lines, other.lines), (one.alerts, other.alerts)):
        yield from (name for name in {**mine, **yours} if mine.get(name) != yours.get(name))
    yield from (name for name in one.rules if one.rules[name] is not other.rules[name])
    yield from one.barred ^ other.barred

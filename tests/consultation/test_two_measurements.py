"""Of two measurements that contradict neither is believed: each medicine takes the stricter status of the two.

A number is entered for random patients beside what it can be worked out from, more than a fifth apart. Either the
entered one is right, and what the other was worked out from is as if never measured; or the other is, and nothing was
entered. What is shown permits no more than either and silences no alert of either; it establishes nothing that rests on
the entered one alone. The full number in the long suite, a tenth otherwise. They are judged together, and of whom
something seems permitted is judged again on experta, which decides.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from engine.assessment.judgement import judge
from engine.assessment.outlook import Outlook
from engine.assessment.population.population import Population
from engine.assessment.verdict import Verdict
from engine.case.case import Case
from engine.inference.program.columns import Machine
from engine.inference.working_memory import Numbers, WorkingMemory
from engine.premises import evaluation
from engine.values.truth import Truth
from engine.values.value import NOT_MEASURED, Gap, Known, Number
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.deletions import known_twice
from engine.workbench.trials.patients import number
from tests.conftest import size
from tests.consultation import safety, together
from tests.consultation.together import Stands

ROOT = Path(__file__).parent.parent.parent
PATIENTS = size(400)
SHARES = max(1, PATIENTS // 80)
"""The patients are shared out among so many tests."""
CERTAIN = "age"
"""The number that no result makes doubtful."""


@pytest.mark.parametrize("share", range(SHARES))
def test_what_contradicts_is_taken_the_stricter_way(
    share: int, dangers: Dangers, memory: WorkingMemory, machine: Machine
) -> None:
    tried, found = 0, list[str]()
    for seeds in together.parts(range(share, PATIENTS, SHARES)):
        said = [consistent(dangers, seed) for seed in seeds]
        people = together.population(dangers.prepared, machine, said)
        entered = {
            place: one
            for place, seed in enumerate(seeds)
            if (one := contradiction(dangers, people.case(place), random.Random(f"contradiction {seed}"))) is not None
        }
        both = together.changed(people, {place: {name: value} for place, (name, value) in entered.items()})
        shown, worlds = Stands(both), {"worked out": Stands(people), "entered": Stands(without_doubted(both, entered))}
        doubtful = together.apart(shown, *worlds.values())
        for side, world in worlds.items():
            doubtful |= seems_looser(shown, world) | (seems_unproven(shown, world) if side == "worked out" else 0)
        tried += len(entered)
        for place in together.judged_alone(doubtful, people.size):
            if place in entered:
                patient, seen = safety.judged(dangers, said[place], memory), list[Told]()
                found += [f"patient {seeds[place]}, {one}" for one in believed(patient, *entered[place], seen)]
                if seen != [told_of(stands, place) for stands in (*worlds.values(), shown)]:
                    found.append(f"patient {seeds[place]}: the bits judge otherwise than experta")
    assert tried > PATIENTS / SHARES / 3
    assert found == [], "\n".join(found)


def without_doubted(both: Population, entered: Mapping[int, tuple[str, Number]]) -> Population:
    """The patients of whom a number was entered, as if nothing of what contradicts it had been measured."""
    doubted = {place: doubted_beside(both.case(place), name) for place, (name, _) in entered.items()}
    return together.changed(both, {place: dict.fromkeys(names, NOT_MEASURED) for place, names in doubted.items()})


def seems_looser(shown: Stands, world: Stands) -> int:
    """Of whom what is shown seems looser than one of the two worlds: see `looser`."""
    found = 0
    for medicine, by_itself in world.statuses.items():
        for status, now, these in together.moves(by_itself, shown.statuses[medicine]):
            found |= these if is_looser(status, now) else 0
    for alert in shown.people.kb.alerts:
        (true, false), (raised, ruled_out) = world.alerts[alert], shown.alerts[alert]
        found |= true & ~raised | ruled_out & ~false
    return found


def seems_unproven(shown: Stands, world: Stands) -> int:
    """Of whom something is established that this world does not say: see `unproven`."""
    found = 0
    for condition in shown.people.kb.conditions:
        established = shown.people.diagnosis(condition).get("established", 0)
        found |= established & ~world.people.diagnosis(condition).get("established", 0) if established else 0
    return found


def consistent(dangers: Dangers, seed: int) -> dict[str, Known]:
    """A random patient of whom nothing was entered that can be worked out."""
    derived = {*dangers.kb.quantities, *(one.id for one in dangers.kb.findings.values() if one.stand_in)}
    return {name: known for name, known in dangers.patient(seed).items() if name not in derived}


def contradiction(dangers: Dangers, patient: Case, chance: random.Random) -> tuple[str, Number] | None:
    """A number to enter that is over a fifth away from what it is worked out to; None where nothing can be."""
    kb, vocabulary = dangers.kb, dangers.vocabulary
    stand_ins = {one.stand_in: one.id for one in kb.findings.values() if one.stand_in}
    found: list[tuple[str, Number]] = []
    for quantity in kb.quantities.values():
        name = stand_ins.get(quantity.id, quantity.id)
        entry = kb.findings.get(name) or quantity
        worked_out = evaluation.interval_of(patient.memory.worked_out(quantity.id), None)
        if isinstance(worked_out, Gap) or not quantity.shown or not vocabulary.cuts(name):
            continue
        said = Numbers.of(patient.prepared.plan, patient.memory.today, patient.said).worked_out(quantity.id)
        if isinstance(said, Gap):  # it rests on an albumin nobody spoke of, and both may be right
            continue
        for value in vocabulary.around(name, entry.possible):
            apart = max(worked_out.low - value, value - worked_out.high, Decimal(0))
            if apart * 4 > max(abs(worked_out.low), abs(worked_out.high)):
                found.append((name, number(value)))
    return chance.choice(found) if found else None


def believed(patient: Case, name: str, entered: Number, seen: list[Told]) -> Iterator[str]:
    """What one of the two measurements alone permits or establishes, or what of the other is silenced."""
    worked_out = {"worked out": outlook(patient)}
    patient.say({name: entered})
    verdict = judge(patient)
    doubted = doubted_beside(patient, name)
    before = {one: patient.said[one] for one in doubted}
    patient.say(dict.fromkeys(doubted, NOT_MEASURED))
    worlds = {**worked_out, "entered": outlook(patient)}
    patient.say({**before, name: None})
    seen += [*worlds.values(), shown_by(patient, verdict)]
    for side, world in worlds.items():
        told = [*looser(verdict, world), *(unproven(verdict, world) if side == "worked out" else ())]
        yield from (f"{name} {entered.last.interval.low}, {side}: {one}" for one in told)


def doubted_beside(patient: Case, entered: str) -> list[str]:
    """The numbers that are in doubt if what was entered is right."""
    return [one for one in known_twice(patient) - {entered, CERTAIN} if isinstance(patient.said[one], Number)]


Told = tuple[dict[str, str], dict[str, Truth], frozenset[str]]
"""The statuses of the bone medicines, the alerts, and the diseases that are established."""


def outlook(patient: Case) -> Told:
    look = Outlook(patient)
    standings = {one: look.standing(one) for one in patient.kb.conditions}
    return (
        {one: look.status(one) for one in safety.bone_medicines(patient.prepared)},
        {one: look.alert(one) for one in patient.kb.alerts},
        frozenset(one for one, place in standings.items() if place is not None and place.status == "established"),
    )


def shown_by(patient: Case, verdict: Verdict) -> Told:
    """The same as it is shown."""
    statuses = {item.id: item.status for item in verdict.plan}
    words = {alert.id: Truth.TRUE if alert.status == "raised" else Truth.UNKNOWN for alert in verdict.alerts}
    return (
        {one: statuses.get(one, "") for one in safety.bone_medicines(patient.prepared)},
        {one: words.get(one, Truth.FALSE) for one in patient.kb.alerts},
        frozenset(one.id for one in verdict.diagnoses if one.status == "established"),
    )


def told_of(stands: Stands, place: int) -> Told:
    """The same of one of many patients."""
    people = stands.people
    return (
        {one: together.word(words, place) for one, words in stands.statuses.items()},
        {one: together.truth(stands.alerts[one], place) for one in people.kb.alerts},
        frozenset(one for one in people.kb.conditions if people.diagnosis(one).get("established", 0) >> place & 1),
    )


def looser(verdict: Verdict, world: Told) -> Iterator[str]:
    """Where what is shown is looser than one of the two worlds."""
    statuses, alerts, _ = world
    shown = {item.id: item.status for item in verdict.plan}
    for medicine, status in statuses.items():
        now = shown.get(medicine, "")
        if is_looser(status, now):
            yield f"{medicine} {now}, but {status or 'not wanted'} by itself"
    told = {alert.id: alert.status for alert in verdict.alerts}
    for name, truth in alerts.items():
        if truth is Truth.TRUE and told.get(name) != "raised":
            yield f"alert {name} {told.get(name, 'ruled out')}, but raised by itself"
        if truth is Truth.UNKNOWN and name not in told:
            yield f"alert {name} ruled out, but not by itself"


def is_looser(status: str, now: str) -> bool:
    """Whether a status is looser than that of a world by itself."""
    if status in safety.STRICTER and now in safety.STRICTER:
        return safety.STRICTER.index(now) < safety.STRICTER.index(status)
    return not status and now == "recommended"


def unproven(verdict: Verdict, world: Told) -> Iterator[str]:
    """What is established though one of the worlds does not say so."""
    for one in verdict.diagnoses:
        if one.status == "established" and one.id not in world[2]:
            yield f"{one.id} established, but not by itself"

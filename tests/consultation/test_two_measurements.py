"""Of two measurements that contradict neither is believed: each medicine takes the stricter status of the two.

A number is entered for random patients beside what it can be worked out from, more than a fifth apart. Either the
entered one is right, and what the other was worked out from is as if never measured; or the other is, and nothing was
entered. What is shown permits no more than either and silences no alert of either; it establishes nothing that rests on
the entered one alone. The full number in the long suite, a tenth otherwise.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.assessment.judgement import judge
from engine.assessment.outlook import Outlook
from engine.assessment.verdict import Verdict
from engine.case.case import Case
from engine.inference.working_memory import Numbers, WorkingMemory
from engine.premises import evaluation
from engine.values.truth import Truth
from engine.values.value import NOT_MEASURED, Gap, Known, Number
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.deletions import known_twice
from engine.workbench.trials.patients import number
from tests.conftest import size
from tests.consultation import safety

ROOT = Path(__file__).parent.parent.parent
PATIENTS = size(400)
SHARES = 5
"""The patients are shared out among so many tests."""
CERTAIN = "age"
"""The number that no result makes doubtful."""


@pytest.mark.parametrize("share", range(SHARES))
def test_what_contradicts_is_taken_the_stricter_way(share: int, dangers: Dangers, memory: WorkingMemory) -> None:
    tried, found = 0, []
    for seed in range(share, PATIENTS, SHARES):
        patient = safety.judged(dangers, consistent(dangers, seed), memory)
        entered = contradiction(dangers, patient, random.Random(f"contradiction {seed}"))
        if entered is not None:
            tried += 1
            found += [f"patient {seed}, {one}" for one in believed(patient, *entered)]
    assert tried > PATIENTS / SHARES / 3
    assert found == [], "\n".join(found)


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


def believed(patient: Case, name: str, entered: Number) -> Iterator[str]:
    """What one of the two measurements alone permits or establishes, or what of the other is silenced."""
    worked_out = {"worked out": outlook(patient)}
    patient.say({name: entered})
    verdict = judge(patient)
    doubted = [one for one in known_twice(patient) - {name, CERTAIN} if isinstance(patient.said[one], Number)]
    before = {one: patient.said[one] for one in doubted}
    patient.say(dict.fromkeys(doubted, NOT_MEASURED))
    worlds = {**worked_out, "entered": outlook(patient)}
    patient.say({**before, name: None})
    for side, world in worlds.items():
        told = [*looser(verdict, world), *(unproven(verdict, world) if side == "worked out" else ())]
        yield from (f"{name} {entered.last.interval.low}, {side}: {one}" for one in told)


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


def looser(verdict: Verdict, world: Told) -> Iterator[str]:
    """Where what is shown is looser than one of the two worlds."""
    statuses, alerts, _ = world
    shown = {item.id: item.status for item in verdict.plan}
    for medicine, status in statuses.items():
        now = shown.get(medicine, "")
        if status in safety.STRICTER and now in safety.STRICTER:
            if safety.STRICTER.index(now) < safety.STRICTER.index(status):
                yield f"{medicine} {now}, but {status} by itself"
        elif not status and now == "recommended":
            yield f"{medicine} {now}, but not wanted by itself"
    told = {alert.id: alert.status for alert in verdict.alerts}
    for name, truth in alerts.items():
        if truth is Truth.TRUE and told.get(name) != "raised":
            yield f"alert {name} {told.get(name, 'ruled out')}, but raised by itself"
        if truth is Truth.UNKNOWN and name not in told:
            yield f"alert {name} ruled out, but not by itself"


def unproven(verdict: Verdict, world: Told) -> Iterator[str]:
    """What is established though one of the worlds does not say so."""
    for one in verdict.diagnoses:
        if one.status == "established" and one.id not in world[2]:
            yield f"{one.id} established, but not by itself"

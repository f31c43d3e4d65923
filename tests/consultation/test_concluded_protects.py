"""A disease that is concluded protects as one that is reported: on the record it changes nothing for the worse.

Whoever has a disease established by tests and does not name it is told the same as with it on the record. Random
patients biased to danger; the full number in the long suite, a tenth otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.case.case import Case
from engine.inference.working_memory import WorkingMemory
from engine.premises import expression
from engine.values.truth import Truth
from engine.values.value import Entry, Known, Records
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.patients import one_of
from tests.conftest import size
from tests.consultation import safety
from tests.consultation.safety import Stand

ROOT = Path(__file__).parent.parent.parent
PATIENTS = size(5000)
SHARES = 10
"""The patients are shared out among so many tests."""
LEFT_OUT = "undetermined -> not wanted"
"""Nobody was told to take it before, nor is now: the plan leaves out what it could not judge, where another disease on
the record explains what was found."""


@pytest.mark.parametrize("share", range(SHARES))
def test_a_concluded_disease_put_on_the_record_makes_nothing_stricter(
    share: int, dangers: Dangers, memory: WorkingMemory
) -> None:
    found = [one for seed in range(share, PATIENTS, SHARES) for one in reported_too(dangers, seed, memory)]
    assert found == [], "\n".join(found)


def reported_too(dangers: Dangers, seed: int, memory: WorkingMemory) -> Iterator[str]:
    """What becomes stricter for one random patient once each concluded disease is reported as well.

    All are put on the record together; where something does become stricter, one at a time, to name the disease.
    """
    patient = safety.judged(dangers, dangers.patient(seed), memory)
    before, conditions = safety.stand(patient), patient.said.get("conditions")
    found = concluded(patient)
    if not found or not stricter_with(patient, before, conditions, found):
        return
    for reported in (*([one] for one in found), found):
        worse = stricter_with(patient, before, conditions, reported)
        yield from (f"patient {seed}, {' and '.join(reported)} established: {one}" for one in worse)


def stricter_with(patient: Case, before: Stand, conditions: Known | None, reported: list[str]) -> list[str]:
    """What becomes stricter with these diseases on the record, besides what was there."""
    listed = conditions
    for disease in reported:
        listed = with_disease(listed, disease)
    patient.say({"conditions": listed})
    after = safety.stand(patient)
    found = [
        (subject, worse, safety.moved(patient, before, after, subject))
        for subject, worse in safety.stricter(before, after)
        if not of_what_is_wanted(patient, subject)
    ]
    return [f"{subject} {worse} by {moved}" for subject, worse, moved in found if worse != LEFT_OUT]


def of_what_is_wanted(patient: Case, alert: str) -> bool:
    """Whether an alert is about starting a medicine: a disease on the record can make it wanted by more guidelines."""
    return any(
        atom.startswith("recommended(")
        for rule in patient.rules("alerts", alert)
        if rule.when is not None
        for atom in expression.atoms_read(rule.when)
    )


def concluded(patient: Case) -> list[str]:
    """The diseases that rules establish and the record does not name.

    Osteoporosis that one guideline alone may call so is left out: on the record it is the clinician's own word.
    """
    said = patient.said.get("conditions")
    one_guidelines = patient.memory.truth("osteoporosis_by_fracture_alone") is not Truth.FALSE
    entries = said.entries if isinstance(said, Records) else ()
    named = {name for entry in entries for name in getattr(entry.fields.get("name"), "members", ())}
    return [
        name
        for name, condition in patient.kb.conditions.items()
        if name not in named
        and not condition.exposure
        and not (one_guidelines and "osteoporosis" in name)
        and any(patient.truth(rule) is Truth.TRUE for rule in patient.rules("diagnoses", name))
    ]


def with_disease(conditions: Known | None, disease: str) -> Records:
    """The list with one more entry; what was no list is an open one now."""
    entry = Entry({"name": one_of(disease)})
    if not isinstance(conditions, Records):
        return Records((entry,), complete=False)
    return Records((*conditions.entries, entry), conditions.complete, conditions.absent - {disease})

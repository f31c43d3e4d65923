"""A disease that is concluded protects as one that is reported: on the record it changes nothing for the worse.

Whoever has a disease established by tests and does not name it is told the same as with it on the record. Random
patients biased to danger; the full number in the long suite, a tenth otherwise. They are judged together, and whoever
seems to be told something stricter is judged again on experta, which decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from engine.assessment.population.population import Population
from engine.case.case import Case, Prepared
from engine.inference.program import bits
from engine.inference.program.columns import Machine
from engine.inference.working_memory import WorkingMemory
from engine.premises import expression
from engine.values.truth import Truth
from engine.values.value import Entry, Known, Records
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.patients import one_of
from tests.conftest import size
from tests.consultation import safety, together
from tests.consultation.safety import Stand
from tests.consultation.together import Stands

ROOT = Path(__file__).parent.parent.parent
PATIENTS = size(5000)
SHARES = max(1, PATIENTS // together.AT_ONCE)
"""The patients are shared out among so many tests."""
LEFT_OUT = "undetermined -> not wanted"
"""Nobody was told to take it before, nor is now: the plan leaves out what it could not judge, where another disease on
the record explains what was found."""


@pytest.mark.parametrize("share", range(SHARES))
def test_a_concluded_disease_put_on_the_record_makes_nothing_stricter(
    share: int, dangers: Dangers, memory: WorkingMemory, machine: Machine
) -> None:
    found: list[str] = []
    for seeds in together.parts(range(share, PATIENTS, SHARES)):
        people = together.population(dangers.prepared, machine, [dangers.patient(seed) for seed in seeds])
        before, after = Stands(people), Stands(together.changed(people, reported(people)))
        for place in together.judged_alone(seems_stricter(before, after), people.size):
            seen: list[Stand] = []
            found += reported_too(dangers, seeds[place], memory, seen)
            found += together.misjudged(place, seen, (before, after))
    assert found == [], "\n".join(found)


def reported(people: Population) -> dict[int, dict[str, Known | None]]:
    """The list of conditions of each of many patients, with all that is concluded of him on it."""
    found: dict[int, dict[str, Known | None]] = {}
    for place, diseases in established(people).items():
        listed = people.said[place].get("conditions")
        for disease in diseases:
            listed = with_disease(listed, disease)
        found[place] = {"conditions": listed}
    return found


def established(people: Population) -> dict[int, list[str]]:
    """Of many patients the diseases that rules establish and the record does not name: see `concluded`."""
    truths, found = people.truths, dict[int, list[str]]()
    one_guidelines = people.everybody & ~truths.truth("osteoporosis_by_fracture_alone")[1]
    named = [names_on(said) for said in people.said]
    for name, condition in people.kb.conditions.items():
        if condition.exposure:
            continue
        rules = people.prepared.by_target.get(("diagnoses", name), ())
        these = bits.joined(truths.premise(rule)[0] for rule in rules)
        for place in bits.positions(these & ~one_guidelines if "osteoporosis" in name else these):
            if name not in named[place]:
                found.setdefault(place, []).append(name)
    return found


def seems_stricter(before: Stands, after: Stands) -> int:
    """Of whom something seems to become stricter that may not."""
    prepared, found = before.people.prepared, together.apart(before, after)
    for subject, how, these in together.stricter(before, after):
        if these and how != LEFT_OUT and not of_what_is_wanted(prepared, subject):
            found |= these
    return found


def reported_too(dangers: Dangers, seed: int, memory: WorkingMemory, seen: list[Stand]) -> Iterator[str]:
    """What becomes stricter for one random patient once each concluded disease is reported as well.

    All are put on the record together; where something does become stricter, one at a time, to name the disease.
    """
    patient = safety.judged(dangers, dangers.patient(seed), memory)
    seen.append(safety.stand(patient))
    conditions, found = patient.said.get("conditions"), concluded(patient)
    if not found or not stricter_with(patient, seen, conditions, found):
        return
    for reported in (*([one] for one in found), found):
        worse = stricter_with(patient, seen, conditions, reported)
        yield from (f"patient {seed}, {' and '.join(reported)} established: {one}" for one in worse)


def stricter_with(patient: Case, seen: list[Stand], conditions: Known | None, reported: list[str]) -> list[str]:
    """What becomes stricter than it was at first with these diseases on the record, besides what was there."""
    listed, before = conditions, seen[0]
    for disease in reported:
        listed = with_disease(listed, disease)
    patient.say({"conditions": listed})
    after = safety.stand(patient)
    seen.append(after)
    found = [
        (subject, worse, safety.moved(patient, before, after, subject))
        for subject, worse in safety.stricter(before, after)
        if not of_what_is_wanted(patient.prepared, subject)
    ]
    return [f"{subject} {worse} by {moved}" for subject, worse, moved in found if worse != LEFT_OUT]


def of_what_is_wanted(prepared: Prepared, alert: str) -> bool:
    """Whether an alert is about starting a medicine: a disease on the record can make it wanted by more guidelines."""
    return any(
        atom.startswith("recommended(")
        for rule in prepared.by_target.get(("alerts", alert), ())
        if rule.when is not None
        for atom in expression.atoms_read(rule.when)
    )


def concluded(patient: Case) -> list[str]:
    """The diseases that rules establish and the record does not name.

    Osteoporosis that one guideline alone may call so is left out: on the record it is the clinician's own word.
    """
    one_guidelines = patient.memory.truth("osteoporosis_by_fracture_alone") is not Truth.FALSE
    named = names_on(patient.said)
    return [
        name
        for name, condition in patient.kb.conditions.items()
        if name not in named
        and not condition.exposure
        and not (one_guidelines and "osteoporosis" in name)
        and any(patient.truth(rule) is Truth.TRUE for rule in patient.rules("diagnoses", name))
    ]


def names_on(said: Mapping[str, Known]) -> frozenset[str]:
    """The diseases that a record names, for certain or as one of several."""
    conditions = said.get("conditions")
    entries = conditions.entries if isinstance(conditions, Records) else ()
    return frozenset(name for entry in entries for name in getattr(entry.fields.get("name"), "members", ()))


def with_disease(conditions: Known | None, disease: str) -> Records:
    """The list with one more entry; what was no list is an open one now."""
    entry = Entry({"name": one_of(disease)})
    if not isinstance(conditions, Records):
        return Records((entry,), complete=False)
    return Records((*conditions.entries, entry), conditions.complete, conditions.absent - {disease})

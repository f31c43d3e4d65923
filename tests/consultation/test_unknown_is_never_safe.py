"""Unknown is never safe: to know less of a patient allows nothing and silences nothing.

One thing that was said of a random patient is taken away, in any way there is: the line gone, the list opened, not
measured, a number or a date made vague, a field of an entry left out. A medicine may be recommended afterwards that
was not before only where the plan names what was taken away as unasked; what every ordinary record holds is never
excused like that. The full number in the long suite, a tenth otherwise.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.assessment.judgement import judge
from engine.assessment.outlook import Outlook
from engine.case.case import Case
from engine.inference.working_memory import WorkingMemory
from engine.values.truth import Truth
from engine.values.value import UNKNOWN, Gap
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.deletions import Deletion, deletions, known_twice, of_several
from tests.conftest import size
from tests.consultation import safety
from tests.consultation.safety import Stand

ROOT = Path(__file__).parent.parent.parent
PATIENTS = size(5000)
SHARES = 10
"""The patients are shared out among so many tests."""
EACH = 2
"""So many deletions are tried of each patient, one at a time."""
ORDINARY = frozenset(
    {
        *("age", "sex", "menopausal_status", "pregnancy", "breastfeeding", "weight", "conditions", "medicines"),
        *("intolerances", "calcium", "albumin", "creatinine", "egfr", "alkaline_phosphatase", "vitamin_d"),
    }
)
"""What an ordinary record holds: no medicine that it matters to is recommended without it."""


@pytest.mark.parametrize("share", range(SHARES))
def test_knowing_less_allows_nothing_and_silences_nothing(share: int, dangers: Dangers, memory: WorkingMemory) -> None:
    found = [one for seed in range(share, PATIENTS, SHARES) for one in loosened(dangers, seed, memory)]
    assert found == [], "\n".join(found)


def unexplained(patient: Case) -> Iterator[str]:
    """Rules that may still bar or delay what is recommended, though all that they lack is known in every record."""
    look = Outlook(patient)
    for medicine in safety.bone_medicines(patient.prepared):
        if look.status(medicine) != "recommended":
            continue
        unasked = unasked_of(patient, medicine)
        for rule in (*patient.rules("contraindicates", medicine), *patient.rules("defers", medicine)):
            missing = patient.explanation.missing_rule(rule) if patient.truth(rule) is Truth.UNKNOWN else None
            if missing is not None and missing.isdisjoint(unasked - ORDINARY):
                told = ", ".join(sorted(missing)) or "nothing"
                yield f"{medicine} is recommended, though {rule.id} waits for {told}"


def loosened(dangers: Dangers, seed: int, memory: WorkingMemory) -> Iterator[str]:
    """What some deletions allow or silence for one random patient, and what is allowed unexplained before any."""
    known = dangers.patient(seed)
    patient = safety.judged(dangers, known, memory)
    yield from (f"patient {seed}: {one}" for one in unexplained(patient))
    before = safety.stand(patient)
    for deletion in chosen(dangers, patient, random.Random(f"deletion {seed}")):
        if nobody_would_ask(patient, deletion):
            continue
        patient.say({deletion.name: deletion.known})
        after = safety.stand(patient)
        for subject, looser in allowed(patient, before, after, deletion):
            by = safety.moved(patient, before, after, subject)
            yield f"patient {seed}, {deletion}: {subject} {looser} by {by}"
        patient.say({deletion.name: known[deletion.name]})


def chosen(dangers: Dangers, patient: Case, chance: random.Random) -> Iterator[Deletion]:
    """Some deletions at random, mostly of what is not simply normal; none that says something instead."""
    ways: dict[str, list[Deletion]] = {}
    contradicting, one_of_many = known_twice(patient), of_several(patient)
    for one in deletions(patient.names, patient.said, safety.TODAY):
        gone = one.known is None or isinstance(one.known, Gap)
        if gone and one.name == "albumin" and "ionized_calcium" in patient.said:
            continue  # a vague albumin leaves open what a normal ionized calcium settles once there is none
        if one.name not in contradicting and not (gone and one.name in one_of_many):
            ways.setdefault(one.name, []).append(one)
    special = [name for name in ways if dangers.harmless.get(name) != patient.said[name]]
    for _ in range(EACH if ways else 0):
        yield chance.choice(ways[chance.choice(special if special and chance.random() < 0.8 else list(ways))])


def nobody_would_ask(patient: Case, deletion: Deletion) -> bool:
    """Whether what is gone is a test that the rest of the record, as it was answered, gives no reason for.

    Without marrow, normal proteins, light chains, hemoglobin and pictures leave no myeloma to be suspected.
    """
    finding = patient.kb.findings.get(deletion.name)
    gone = deletion.known is None or deletion.known is UNKNOWN
    reason = finding.indicated if finding is not None and gone else None
    return reason is not None and patient.memory.holds(reason) is Truth.FALSE


def allowed(patient: Case, before: Stand, after: Stand, deletion: Deletion) -> Iterator[tuple[str, str]]:
    """Each medicine that is recommended now or comes earlier, and each alert that is ruled out now."""
    for medicine, old in before.statuses.items():
        new = after.statuses[medicine]
        if new == "recommended" != old and not excused(patient, medicine, deletion.name):
            yield medicine, f"{old or 'not wanted'} -> {new}"
        if patient.why_implied(deletion.name) == "assumed":
            continue  # what is taken for granted in its place is shown as such, and safety never rests on it
        if new and safety.better_line(before.lines[medicine], after.lines[medicine]):
            yield medicine, f"{before.lines[medicine]} -> {after.lines[medicine]} line"
    for alert, was in before.alerts.items():
        if alert.startswith("taking_") and deletion.name == "medicines":
            continue  # of whom nobody knows what is taken, every medicine may be
        if after.alerts.get(alert, Truth.FALSE) is Truth.FALSE is not was:
            yield alert, f"{was.value} -> ruled out"


def excused(patient: Case, medicine: str, name: str) -> bool:
    """Whether the plan says of a medicine that it does not wait for what is not known any more."""
    behind = patient.prepared.plan.reads.get(name, frozenset()) if name in patient.kb.quantities else frozenset()
    return not ({name, *behind} & ORDINARY) and not unasked_of(patient, medicine).isdisjoint({name, *behind})


def unasked_of(patient: Case, medicine: str) -> frozenset[str]:
    """What could still speak against a medicine and is not waited for, as the plan tells it."""
    return frozenset(name for item in judge(patient).plan if item.id == medicine for name in item.unasked)

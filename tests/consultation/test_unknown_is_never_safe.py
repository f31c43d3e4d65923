"""Unknown is never safe: to know less of a patient allows nothing and silences nothing.

One thing that was said of a random patient is taken away, in any way there is: the line gone, the list opened, not
measured, a number or a date made vague, a field of an entry left out. A medicine may be recommended afterwards that
was not before only where the plan names what was taken away as unasked; what every ordinary record holds is never
excused like that. The full number in the long suite, a tenth otherwise. They are judged together, and of whom
something seems to be allowed is judged again on experta, which decides.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from engine.assessment.judgement import judge
from engine.assessment.outlook import Outlook
from engine.assessment.population.population import Population
from engine.assessment.workup import TAKING
from engine.case.case import Case, Prepared
from engine.inference.program import bits
from engine.inference.program.columns import Machine
from engine.inference.working_memory import WorkingMemory
from engine.values.truth import Truth
from engine.values.value import UNKNOWN, Gap
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.deletions import Deletion, deletions, known_twice, of_several
from tests.conftest import size
from tests.consultation import safety, together
from tests.consultation.safety import Stand
from tests.consultation.together import Stands

ROOT = Path(__file__).parent.parent.parent
PATIENTS = size(5000)
SHARES = max(1, PATIENTS // together.AT_ONCE)
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
def test_knowing_less_allows_nothing_and_silences_nothing(
    share: int, dangers: Dangers, memory: WorkingMemory, machine: Machine
) -> None:
    found: list[str] = []
    for seeds in together.parts(range(share, PATIENTS, SHARES)):
        people = together.population(dangers.prepared, machine, [dangers.patient(seed) for seed in seeds])
        before, later = Stands(people), list[tuple[dict[int, Deletion], Stands]]()
        doubtful = together.apart(before) | seems_unexplained(before)
        for tried in taken_away(dangers, people, seeds):
            after = Stands(together.changed(people, {at: {one.name: one.known} for at, one in tried.items()}))
            doubtful |= together.apart(after) | seems_allowed(before, after, tried)
            later.append((tried, after))
        for place in together.judged_alone(doubtful, people.size):
            seen: list[Stand] = []
            found += loosened(dangers, seeds[place], memory, seen)
            found += together.misjudged(place, seen, (before, *(after for tried, after in later if place in tried)))
    assert found == [], "\n".join(found)


def taken_away(dangers: Dangers, people: Population, seeds: Sequence[int]) -> list[dict[int, Deletion]]:
    """What is taken away of each of many patients, first from all and then again, as `loosened` does."""
    found: list[dict[int, Deletion]] = [{} for _ in range(EACH)]
    for place, seed in enumerate(seeds):
        patient = people.case(place)
        tries = chosen(dangers, patient, random.Random(f"deletion {seed}"))
        for tried, deletion in zip(found, tries, strict=False):  # of whom nothing can be taken away there are none
            if not nobody_would_ask(patient, deletion):
                tried[place] = deletion
    return found


def seems_unexplained(before: Stands) -> int:
    """Of whom something seems to be recommended unexplained: what is recommended leaves nothing unasked that it lacks.

    Of whom two values contradict, whatever a rule waits for is looked at on experta.
    """
    people, found = before.people, 0
    for medicine in before.medicines:
        recommended = before.statuses[medicine].get("recommended", 0)
        for rule in people.view.awaits.against(medicine) if recommended else ():
            waiting = recommended & people.truths.unknown(people.truths.premise(rule))
            if waiting:
                lacked = people.view.lacks.rule(rule)
                named = bits.joined(these for name, these in lacked.items() if name not in ORDINARY)
                found |= waiting & (people.several | ~named)
    return found


def seems_allowed(before: Stands, after: Stands, tried: Mapping[int, Deletion], excusing: bool = True) -> int:
    """Of whom something seems to be allowed now that was not, or an alert to be ruled out: see `allowed`."""
    found, bit = 0, before.people.truths.columns.bit
    for medicine, statuses in after.statuses.items():
        recommended = statuses.get("recommended", 0) & ~before.statuses[medicine].get("recommended", 0)
        for place in bits.positions(recommended):
            found |= 0 if excusing and seems_excused(after, medicine, place, tried[place].name) else bit[place]
        for was, now, these in together.moves(before.lines[medicine], after.lines[medicine]):
            if safety.better_line(was, now):
                found |= these & ~statuses[""]
    of_medicines = bits.joined(bit[place] for place, one in tried.items() if one.name == "medicines")
    for alert, these in together.silenced(before, after):
        found |= these & ~of_medicines if alert.startswith(TAKING) else these
    return found


def seems_excused(after: Stands, medicine: str, place: int, name: str) -> bool:
    """Whether the plan seems not to wait for what is not known any more: see `excused`.

    What is recommended waits for nothing, so that all that the rules against it lack is unasked.
    """
    people = after.people
    names = known_by(people.prepared, name)
    lacked = [people.view.lacks.rule(rule) for rule in people.view.awaits.against(medicine)]
    unasked = any(one.get(lacking, 0) >> place & 1 for one in lacked for lacking in names)
    return unasked and not names & ORDINARY and not people.several >> place & 1


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


def loosened(dangers: Dangers, seed: int, memory: WorkingMemory, seen: list[Stand]) -> Iterator[str]:
    """What some deletions allow or silence for one random patient, and what is allowed unexplained before any."""
    known = dangers.patient(seed)
    patient = safety.judged(dangers, known, memory)
    yield from (f"patient {seed}: {one}" for one in unexplained(patient))
    before = safety.stand(patient)
    seen.append(before)
    for deletion in chosen(dangers, patient, random.Random(f"deletion {seed}")):
        if nobody_would_ask(patient, deletion):
            continue
        patient.say({deletion.name: deletion.known})
        after = safety.stand(patient)
        seen.append(after)
        for subject, looser in allowed(patient, before, after, deletion):
            by = safety.moved(patient, before, after, subject)
            yield f"patient {seed}, {deletion}: {subject} {looser} by {by}"
        patient.say({deletion.name: known[deletion.name]})


def chosen(dangers: Dangers, patient: Case, chance: random.Random) -> Iterator[Deletion]:
    """Some deletions at random, mostly of what is not simply normal; none that says something instead."""
    said, contradicting, one_of_many = patient.said, known_twice(patient), of_several(patient)

    def ways(name: str) -> list[Deletion]:
        found = deletions(patient.names, {name: said[name]}, safety.TODAY)
        # A vague albumin leaves open what a normal ionized calcium settles once there is none.
        settles = name in one_of_many or (name == "albumin" and "ionized_calcium" in said)
        return [one for one in found if not (settles and (one.known is None or isinstance(one.known, Gap)))]

    told = [name for name, known in said.items() if not isinstance(known, Gap) and name not in contradicting]
    names = [name for name in told if not (name in one_of_many or name == "albumin") or ways(name)]
    special = [name for name in names if dangers.harmless.get(name) != said[name]]
    for _ in range(EACH if names else 0):
        yield chance.choice(ways(chance.choice(special if special and chance.random() < 0.8 else names)))


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
        if alert.startswith(TAKING) and deletion.name == "medicines":
            continue  # of whom nobody knows what is taken, every medicine may be
        if after.alerts.get(alert, Truth.FALSE) is Truth.FALSE is not was:
            yield alert, f"{was.value} -> ruled out"


def excused(patient: Case, medicine: str, name: str) -> bool:
    """Whether the plan says of a medicine that it does not wait for what is not known any more."""
    names = known_by(patient.prepared, name)
    return not names & ORDINARY and not unasked_of(patient, medicine).isdisjoint(names)


def known_by(prepared: Prepared, name: str) -> frozenset[str]:
    """A finding, or a quantity with what it is worked out from."""
    return frozenset({name}) | (prepared.plan.reads.get(name, frozenset()) if name in prepared.kb.quantities else set())


def unasked_of(patient: Case, medicine: str) -> frozenset[str]:
    """What could still speak against a medicine and is not waited for, as the plan tells it."""
    plan = patient.once("the plan as judged", lambda: judge(patient).plan)
    return frozenset(name for item in plan if item.id == medicine for name in item.unasked)

"""The shipped table of hazards: how little a medicine waits for, and that none stands outside it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.case import case
from engine.case.case import Case
from engine.inference.working_memory import WorkingMemory
from engine.intake import record
from engine.knowledge_base.files.source import load_text
from engine.knowledge_base.model import Hazard
from engine.premises.expression import Has, OneOf
from engine.values.truth import Truth
from engine.workbench.checks.safety import hazards
from engine.workbench.checks.subject import Subject
from tests.shipped import base as shipped

ROOT = Path(__file__).parent.parent.parent

HISTORY = ("conditions", "diagnosed", "medicines", "intolerances", "pregnancy", "breastfeeding", "menopausal_status")
"""What whoever prescribes has before them, with age and sex: one question."""

QUESTIONS = {
    **dict.fromkeys((*HISTORY, "age", "sex"), "history"),
    **dict.fromkeys(("egfr", "creatinine_clearance"), "kidneys"),
}

BONE_MEDICINES = (
    *("alendronate", "risedronate", "ibandronate", "zoledronate", "denosumab", "romosozumab", "teriparatide"),
    *("abaloparatide", "raloxifene", "bazedoxifene", "menopausal_hormone_therapy", "tibolone", "calcitonin"),
    "strontium_ranelate",
)
INJECTIONS = ("zoledronate", "denosumab", "romosozumab", "teriparatide", "abaloparatide")


def hazards_of(medicine: str) -> Iterator[Hazard]:
    kb = shipped()
    for hazard in kb.hazards.values():
        if any(medicine in (kb.choices["medicines"].expand(name) or {name}) for name in hazard.medicines):
            yield hazard


def test_every_bone_medicine_is_one_of_these() -> None:
    """A new one has to be looked up in its label and written into the table, or it waits for everything."""
    assert {one.id for one in shipped().interventions.values() if one.choice == "bone medicine"} == {*BONE_MEDICINES}


@pytest.mark.parametrize("medicine", BONE_MEDICINES)
def test_a_medicine_waits_for_few_things(medicine: str) -> None:
    first = {QUESTIONS.get(one.reads, one.reads) for one in hazards_of(medicine) if one.know == "first"}
    assert "history" in first
    assert len(first) <= (8 if medicine in INJECTIONS else 6), sorted(first)


@pytest.mark.parametrize("medicine", BONE_MEDICINES)
def test_a_medicine_waits_for_the_illnesses_and_the_allergies(medicine: str) -> None:
    first = {one.reads for one in hazards_of(medicine) if one.know == "first" and one.effect == "bars"}
    assert "intolerances" in first
    assert first & {"conditions", "diagnosed"} or medicine == "calcitonin"


@pytest.mark.parametrize("medicine", [one for one in BONE_MEDICINES if one in INJECTIONS])
def test_an_injection_waits_for_calcium(medicine: str) -> None:
    """It cannot be taken back, and each of them moves calcium."""
    assert "serum_calcium" in {
        one.reads for one in hazards_of(medicine) if one.know == "first" and one.effect == "bars"
    }


# --- what the check finds held, the engine does -----------------------------------------------------------------------

TODAY = datetime.date(2026, 11, 21)

WOMAN = """\
age: 67
sex: female
menopausal_status: postmenopausal
weight: 65 kg
height: 165 cm
t_score_hip: -3.1
calcium: 2.40 mmol/L
albumin: 42 g/L
phosphate: 1.10 mmol/L
alkaline_phosphatase: 70 U/L
vitamin_d: 75 nmol/L
creatinine: 70 umol/L
"""


def told_in_a_line(way: hazards.Way) -> str:
    """How a patient file says it: one member of a list, or one answer; empty for what takes more to say."""
    premise = way.premise
    if isinstance(premise, Has):
        return f"{premise.name}: [{', '.join(premise.members)}]\n"
    if isinstance(premise, OneOf) and premise.name not in WOMAN:
        return f"{premise.name}: {', '.join(premise.members)}\n"
    return ""


def test_what_the_check_takes_for_held_a_rule_holds_in_a_patient() -> None:
    """The check reasons about premises; here a woman has each thing that the table names, and the engine answers."""
    kb = shipped()
    subject = Subject(kb, (), TODAY)
    prepared = case.prepare(kb)
    memory, reader = WorkingMemory(prepared.plan), record.Reader(kb, TODAY, None)
    named: dict[str, list[tuple[Hazard, hazards.Way, list[str]]]] = {}
    for hazard in kb.hazards.values():
        for way in hazards.ways(subject, hazard) if hazard.effect != "none" else ():
            acting = hazards.acted_on(subject, hazard, way)
            held = [name for name in hazards.medicines(subject, hazard) if name in acting]
            if (line := told_in_a_line(way)) and held:
                named.setdefault(line, []).append((hazard, way, held))
    let_through = []
    for line, ways in named.items():
        node, problems = load_text(WOMAN + line, "woman.yaml")
        assert node is not None
        records, problems = reader.records(node, problems)
        assert problems == []
        woman = Case(prepared, TODAY, memory=memory)
        woman.say(records[0].known)
        woman.finish()
        for hazard, way, held in ways:
            for name in held:
                rules = [rule for verb in hazards.VERBS[hazard.effect] for rule in woman.rules(verb, name)]
                if not any(woman.truth(rule) is Truth.TRUE for rule in rules):
                    let_through.append((hazard.id, way.name, name))
    assert sum(map(len, named.values())) > 50
    assert let_through == []

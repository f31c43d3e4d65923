"""The shipped table of hazards: how little a medicine waits for, and that none stands outside it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.knowledge_base import reader
from engine.knowledge_base.layout import Layout
from engine.knowledge_base.model import Hazard, KnowledgeBase

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


@functools.cache
def shipped() -> KnowledgeBase:
    kb, problems = reader.read(Layout(ROOT))
    assert kb is not None, "\n".join(map(str, problems))
    return kb


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

"""The nearest way, on the shipped rules: what is to be told or put right, and nothing that is known is argued with."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from engine.assessment.contrasts import contrast
from engine.assessment.judgement import judge
from engine.case import opening
from engine.case.case import Case, Prepared, prepare_kept
from engine.case.opening import Terms
from engine.knowledge_base.store import cache
from engine.views import dialogue
from engine.workbench.cases import cases
from tests.conftest import LONG
from tests.shipped import worked

ROOT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 21)
WOMAN = "age: 72\nsex: female\nt_score_hip: -2.7\n"
OPENINGS = ("to be known: ", "first ", "it stays barred while this holds: ", "not here: it takes that ", "against it ")
STEP = 3 if LONG else 400


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return prepare_kept(cache.load(ROOT))


def patient(shipped: Prepared, record: str) -> Case:
    return opening.patients(shipped, record, "patient.yaml", Terms(as_of=TODAY), TODAY)[0].case


def test_a_medicine_that_waits_is_told_what_it_waits_for_and_nothing_else(shipped: Prepared) -> None:
    found = contrast.why_not(patient(shipped, WOMAN), "alendronate")
    assert found.status == "conditional"
    (step,) = found.nearest
    assert step.startswith("to be known: ")
    assert "creatinine" in step


def test_what_must_come_first_is_said_first(shipped: Prepared) -> None:
    found = contrast.why_not(patient(shipped, WOMAN + "vitamin_d: 15 nmol/L\n"), "zoledronate")
    assert found.status == "deferred"
    assert found.nearest[0].startswith("first ")


def test_no_other_age_sex_steroid_or_fracture_is_proposed(shipped: Prepared) -> None:
    """A man without a fracture or a steroid: what only those would bring is said to be not here."""
    record = "age: 45\nsex: male\nt_score_hip: -1.2\nfractures: none\nmedicines: none\nconditions: none\n"
    one = patient(shipped, record)
    for subject in ("teriparatide", "romosozumab", "glucocorticoid_osteoporosis", "severe_osteoporosis", "raloxifene"):
        if subject in one.kb.interventions or subject in one.kb.conditions:
            found = contrast.why_not(one, subject)
            assert all(step.startswith(OPENINGS) for step in found.nearest), found.nearest
            asked = [step.split(";")[0] for step in found.nearest if step.startswith("to be known: ")]
            assert not any(word in step for step in asked for word in (" age", "sex", "broken bones", "medicines"))


def test_on_every_worked_case_the_way_leads_over_what_is_open_alone(shipped: Prepared) -> None:
    for one in worked()[::STEP]:
        case = cases.patient(shipped, one)
        known = {name for name in case.said if name in case.kb.findings and case.is_known(name)}
        exact = {name for name in known if case.kb.findings[name].form in ("yes_no", "choice")} | {"age", "sex"} & known
        for subject in ("alendronate", "teriparatide", "denosumab", "osteomalacia"):
            found = contrast.why_not(case, subject)
            for step in found.nearest:
                assert step.startswith(OPENINGS), f"{one.name}: {step}"
                asked = step.removeprefix("to be known: ").split(";")[0].split(", ") if "to be known: " in step else []
                assert {case.names.label(name) for name in exact}.isdisjoint(asked), f"{one.name}: {step}"


def test_the_nearest_way_stands_above_the_rules_and_the_page_is_short(shipped: Prepared) -> None:
    one = patient(shipped, WOMAN)
    told = dialogue.show("whynot", one, judge(one), contrast.why_not(one, "alendronate"), 80, False)
    lines = told.splitlines()
    assert lines[1].strip().startswith("nearest way")
    assert len(lines) <= 25

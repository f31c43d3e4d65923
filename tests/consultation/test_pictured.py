"""What pictures show of a patient, on the shipped rules: given probabilities beside lines in force, and treatment."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from engine.assessment import judgement
from engine.assessment.verdict import Verdict
from engine.case import opening
from engine.case.case import Prepared, prepare_kept
from engine.case.opening import Terms
from engine.knowledge_base.store import cache

TODAY = datetime.date(2026, 11, 21)
WOMAN = "age: 67\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -1.8\n"
MAN = "age: 67\nsex: male\nt_score_hip: -1.8\nmedicines: none\n"


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return prepare_kept(cache.load(Path(__file__).parents[2]))


def judged(shipped: Prepared, record: str, **chosen: str) -> Verdict:
    (patient,) = opening.patients(shipped, record, "patient.yaml", Terms(as_of=TODAY, **chosen), TODAY)
    return judgement.judge(patient.case)


def drawn(verdict: Verdict) -> dict[str, set[tuple[str, str]]]:
    """By finding, who draws a line where."""
    return {
        one.id: {(guideline, line.text) for line in one.lines for guideline in line.guidelines}
        for one in verdict.probabilities
    }


def test_lines_are_those_of_guidelines_that_speak_for_her(shipped: Prepared) -> None:
    told = drawn(judged(shipped, WOMAN + "frax_major: 17 %\nfrax_hip: 2.4 %\n"))
    assert {("BHOF 2022", "20 %"), ("AACE 2020", "30 %"), ("Osteoporosis Canada 2023", "15 %")} <= told["frax_major"]
    assert {("BHOF 2022", "3 %"), ("AACE 2020", "4.5 %")} <= told["frax_hip"]


def test_a_line_for_women_after_the_menopause_is_none_for_a_man(shipped: Prepared) -> None:
    told = drawn(judged(shipped, MAN + "frax_major: 17 %\n"))
    assert ("BHOF 2022", "20 %") in told["frax_major"]
    assert not any(who.startswith("AACE") for who, _ in told["frax_major"])


def test_a_line_for_androgen_deprivation_is_drawn_for_him_who_is_on_it(shipped: Prepared) -> None:
    on_it = MAN.replace("none", "leuprolide") + "frax_major: 17 %\n"
    extra = (
        drawn(judged(shipped, on_it))["frax_major"] - drawn(judged(shipped, MAN + "frax_major: 17 %\n"))["frax_major"]
    )
    assert len(extra) == 1
    assert next(iter(extra))[1] == "20 %"


def test_a_chosen_region_leaves_out_lines_of_others(shipped: Prepared) -> None:
    told = drawn(judged(shipped, WOMAN + "frax_major: 17 %\n", region="Canada"))
    assert {who for who, _ in told["frax_major"]} & {"BHOF 2022"} == set()
    assert ("Osteoporosis Canada 2023", "20 %") in told["frax_major"]


@pytest.mark.parametrize("said", ["", "frax_major: 15..20 %\n", "frax_major: not measured\n"])
def test_no_number_no_bar(shipped: Prepared, said: str) -> None:
    assert judged(shipped, WOMAN + said).probabilities == ()


def test_treatment_is_told_by_its_dates_and_fractures_stand_beside_it(shipped: Prepared) -> None:
    medicines = (
        "medicines: [{name: denosumab, started: 2020-06, last_given: 2025-01}, {name: alendronate, stopped: 2020-05}]\n"
    )
    fractures = "fractures: [{site: vertebra, date: 2026-06}, {site: wrist}]\n"
    told = [(one.label, one.told, one.open) for one in judged(shipped, WOMAN + medicines + fractures).courses]
    assert told == [
        ("alendronate", "until 2020-05", False),
        ("denosumab", "from 2020-06, last given 2025-01", True),
        ("fracture: vertebra", "2026-06", False),
    ]


@pytest.mark.parametrize("medicines", ["none", "alendronate"])
def test_without_a_dated_medicine_there_is_no_timeline(shipped: Prepared, medicines: str) -> None:
    record = f"{WOMAN}medicines: {medicines}\nfractures: [{{site: vertebra, date: 2026-06}}]\n"
    assert judged(shipped, record).courses == ()

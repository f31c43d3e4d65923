"""What was recorded that speaks for an alert not ruled out, on the shipped rules."""

from __future__ import annotations

import datetime

import pytest

from engine.assessment import judgement
from engine.assessment.verdict import MOST_DOUBTS, AlertShown, Verdict
from engine.case import opening
from engine.case.case import Prepared, prepare_kept
from engine.case.opening import Terms
from engine.views import dialogue
from engine.views.report import text
from tests.shipped import base

TODAY = datetime.date(2026, 11, 21)
WOMAN = "age: 70\nsex: female\nmenopausal_status: postmenopausal\n"


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return prepare_kept(base())


def judged(shipped: Prepared, record: str) -> Verdict:
    (patient,) = opening.patients(shipped, WOMAN + record, "patient.yaml", Terms(as_of=TODAY), TODAY)
    return judgement.judge(patient.case)


def alert(verdict: Verdict, name: str) -> AlertShown:
    return next(one for one in verdict.alerts if one.id == name)


def told(one: AlertShown) -> list[str]:
    return [fact.told for fact in one.speaks_for]


def test_an_alert_that_only_an_unfinished_list_leaves_open_stands_first(shipped: Prepared) -> None:
    verdict = judged(shipped, "medicines: [{name: denosumab, last_given: 2025-11}, ...]\n")
    first = next(one for one in verdict.on_top.doubted if one.urgency == "urgent")
    assert (first.id, first.missing) == ("denosumab_overdue", ("medicines",))
    assert told(first) == ["denosumab last given 2025-11"]
    page = text.report(verdict, shipped.names)
    assert page.index("URGENT if so: denosumab overdue") < page.index("WHAT IS KNOWN")
    assert "rule out by the full list of medicines" in " ".join(page.split())


def test_a_list_that_is_complete_raises_it(shipped: Prepared) -> None:
    verdict = judged(shipped, "medicines: [{name: denosumab, last_given: 2025-11}]\n")
    assert "denosumab_overdue" in [one.id for one in verdict.on_top.raised]


def test_the_prompt_does_not_say_that_there_is_no_alert_while_one_is_open(shipped: Prepared) -> None:
    (patient,) = opening.patients(shipped, WOMAN, "patient.yaml", Terms(as_of=TODAY), TODAY)
    verdict = judgement.judge(patient.case)
    assert not verdict.on_top.raised
    shown = dialogue.show("alerts", patient.case, verdict, None, 80, False)
    assert "No alert" not in shown
    for one in verdict.alerts:
        assert one.label in " ".join(shown.split())


def test_age_sex_and_menopause_alone_put_nothing_on_top(shipped: Prepared) -> None:
    verdict = judged(shipped, "")
    assert verdict.alerts
    assert verdict.on_top.doubted == ()
    assert verdict.on_top.rest == verdict.alerts


def test_that_something_is_absent_does_not_speak(shipped: Prepared) -> None:
    verdict = judged(shipped, "conditions: none\nmedicines: none\nfractures: none\n")
    assert [one.id for one in verdict.alerts if one.speaks_for] == []


def test_an_entry_without_its_date_speaks(shipped: Prepared) -> None:
    one = alert(judged(shipped, "fractures: [hip]\n"), "hip_fracture_emergency")
    assert (one.status, one.urgency, one.missing) == ("not ruled out", "emergency", ("fractures",))
    assert told(one) == ["hip"]
    assert alert(judged(shipped, "fractures: [wrist, ...]\n"), "hip_fracture_emergency").speaks_for == ()


def test_a_word_speaks_for_a_number_on_its_side(shipped: Prepared) -> None:
    high, low = judged(shipped, "calcium: high\n"), judged(shipped, "calcium: low\n")
    assert told(alert(high, "severe_hypercalcemia")) == ["total calcium high"]
    assert "severe_hypercalcemia" not in [one.id for one in low.alerts]
    assert told(alert(low, "severe_hypocalcemia")) == ["total calcium low"]


def test_what_the_plan_would_want_was_not_recorded(shipped: Prepared) -> None:
    one = alert(judged(shipped, "t_score_hip: -3.0\n"), "denosumab_in_advanced_kidney_disease")
    assert one.speaks_for == ()


def test_the_most_urgent_then_the_best_supported_come_first_and_no_more_than_three(shipped: Prepared) -> None:
    record = (
        "symptoms: [back_pain, confusion, thigh_pain, ...]\n"
        "medicines: [{name: denosumab, last_given: 2025-11}, ...]\nfractures: [{site: hip}, ...]\n"
    )
    verdict = judged(shipped, record)
    top = verdict.on_top
    supported = [one for one in verdict.alerts if one.speaks_for and one.status != "raised"]
    assert len(supported) > len(top.doubted) == MOST_DOUBTS
    assert [one.urgency for one in top.doubted] == ["emergency"] * MOST_DOUBTS
    assert [one.conditions for one in top.doubted] == sorted((one.conditions for one in top.doubted), reverse=True)
    assert {one.id for one in (*top.raised, *top.doubted, *top.rest)} == {one.id for one in verdict.alerts}


def test_a_fragility_fracture_alone_does_not_put_cancer_on_top(shipped: Prepared) -> None:
    broken = "fractures: [{site: vertebra, cause: low_trauma, date: 2026-03}]\nimaging: [vertebral_fracture, ...]\n"
    verdict = judged(shipped, broken)
    assert "suspected_malignancy" in [one.id for one in verdict.on_top.rest]
    assert told(alert(verdict, "suspected_malignancy")) == []
    pain = judged(shipped, broken + "symptoms: [back_pain, ...]\n")
    assert told(alert(pain, "suspected_malignancy")) == ["back pain"]


ORDINARY = (
    "weight: 65 kg\nheight: 163 cm\nt_score_hip: -2.8\nfractures: none\nintolerances: none\ncalcium: 2.35 mmol/L\n"
    "albumin: 41 g/L\ncreatinine: 70 umol/L\nalkaline_phosphatase: 75 U/L\n"
)


def screen(shipped: Prepared, record: str) -> str:
    return " ".join(text.report(judged(shipped, record), shipped.names).split())


def test_a_tablet_that_only_waits_is_still_told_as_the_first_choice(shipped: Prepared) -> None:
    plain = ORDINARY + "vitamin_d: 65 nmol/L\nconditions: none\nmedicines: none\nresidence: care_home\n"
    shown = screen(shipped, plain)
    assert "zoledronate (first line)" in shown
    assert "first choice once checked: alendronate, risedronate: waits for able to stay upright" in shown
    assert "first choice once checked" not in screen(shipped, plain + "can_sit_upright: yes\n")


def test_a_caution_says_how_the_medicine_is_then_given(shipped: Prepared) -> None:
    beside_calcium = ORDINARY + "vitamin_d: 65 nmol/L\nconditions: none\nmedicines: [calcium_supplement]\n"
    (tablet,) = (one for one in judged(shipped, beside_calcium).plan if one.id == "alendronate")
    assert any("half an hour at least before anything else" in one.title for one in tablet.cautions)


def test_what_is_on_record_and_not_in_the_results_is_told_as_that(shipped: Prepared) -> None:
    named = ORDINARY + "medicines: none\nconditions: [{name: vitamin_d_deficiency, date: 2020}]\n"
    over = screen(shipped, named + "vitamin_d: 80 nmol/L\n")
    assert "VITAMIN D DEFICIENCY (on record; today's results do not show it): 25-OH vitamin D 80 nmol/L" in over
    assert "(on record" not in screen(shipped, named + "vitamin_d: 20 nmol/L\n")

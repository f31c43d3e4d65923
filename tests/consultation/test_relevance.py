"""What is worth asking: little enough, and nothing that matters is left out. On the shipped knowledge base."""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import pytest

from engine.assessment import judgement
from engine.assessment.verdict import Verdict
from engine.case import case, evidence
from engine.case.case import Case, Prepared
from engine.dialogue.agenda import relevance
from engine.dialogue.conversation import Conversation, Prompt
from engine.dialogue.settled import Told
from engine.knowledge_base.store import cache
from engine.values.truth import Truth
from engine.values.value import NO, NOT_MEASURED, Entry, Known, Records
from engine.workbench.trials.patients import number, one_of

TODAY = datetime.date(2026, 11, 21)
WOMAN = {
    "Age?": "67, woman, menopause at 51, on prednisolone 7.5 mg for 8 months",
    "T-scores": "hip -2.7",
    "Broken bones": "none",
    "Medicines and supplements": "omeprazole",
    "Any medicine that was not tolerated": "none",
    "Blood results": "vit d 28",
    "28 of which?": "1",
    "Illnesses": "none",
    "Complaints": "no",
    "Weight": "weight 58 kg, height 162 cm, upright yes, no swallowing trouble",
    "Any of these?": "none",
}


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


class Sheet:
    """Somebody who answers by the beginning of the question, and else does not know."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.told: list[Told] = []

    def ask(self, prompt: Prompt) -> str | None:
        if "Report, or go on with" in prompt.text or "anything you want to add?" in prompt.text:
            return None
        self.asked.append(prompt.text)
        assert len(self.asked) < 40, self.asked
        return next((line for start, line in self.answers.items() if prompt.text.startswith(start)), "don't know")

    def tell(self, told: Told) -> None:
        self.told.append(told)


class Blank:
    """Pages nobody reads."""

    def report(self, verdict: Verdict, where: str, unread: tuple[str, ...] = ()) -> str:
        return ""

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        return ""

    def save(self, text: str, where: str) -> str:
        return ""


def test_the_woman_on_prednisolone_is_understood_in_thirteen_questions(prepared: Prepared) -> None:
    sheet = Sheet(WOMAN)
    held = Conversation(Case(prepared, TODAY), sheet, Blank())
    held.run()
    assert held.asked <= 13, sheet.asked
    assert [told.text for told in sheet.told if told.mark == "?"] == []
    verdict = held.finished()
    assert {"osteoporosis", "glucocorticoid_osteoporosis"} & {
        one.id for one in verdict.diagnoses if one.status == "established"
    }
    statuses = {item.id: item.status for item in verdict.plan}
    assert statuses["alendronate"] == statuses["denosumab"] == "deferred"


def test_of_nobody_the_questions_end(prepared: Prepared) -> None:
    sheet = Sheet({})
    held = Conversation(Case(prepared, TODAY), sheet, Blank())
    held.run()
    assert held.asked <= 25


def test_results_of_tests_few_have_had_wait_for_the_second_stop(prepared: Prepared) -> None:
    patient = Case(prepared, TODAY)
    verdict = judgement.judge(patient)
    agenda = relevance.agenda(patient, verdict, frozenset())
    now = {name for one in agenda.now for name in one.findings}
    later = {name for one in agenda.tests for name in one.findings}
    assert now.isdisjoint(later)
    assert "vitamin_d" in now
    assert "plasma_cells" in later


def told(prepared: Prepared, **answers: Known) -> Case:
    patient = Case(prepared, TODAY)
    patient.say({"age": number(67), "sex": one_of("female"), **answers})
    return patient


def at_stake(patient: Case, name: str, with_tests: bool = False) -> set[str]:
    verdict = judgement.judge(patient)
    return {stake.id for stake in relevance.stakes(patient, verdict, with_tests=with_tests).get(name, ())}


def test_what_hangs_on_a_rare_test_as_well_is_no_reason_to_ask(prepared: Prepared) -> None:
    """Weight tells the clearance, one sign of harm by myeloma: but only the marrow can tell that it is myeloma."""
    pain = Records((Entry({"name": one_of("back_pain")}),))
    patient = told(prepared, symptoms=pain, hemoglobin=number(100), calcium=number("2.7"), creatinine=number(85))
    assert "multiple_myeloma" in {one.id for one in judgement.judge(patient).diagnoses}
    assert "multiple_myeloma" not in at_stake(patient, "weight")
    assert "multiple_myeloma" in at_stake(patient, "weight", with_tests=True)
    patient.say({"plasma_cells": number(20)})
    assert "multiple_myeloma" in at_stake(patient, "weight")


def test_evidence_that_would_make_a_condition_likely_once_rounded_is_asked_about() -> None:
    """Weak evidence is shown as 0.3: with moderate it is 0.999 and a little less than likely, but 1.0 is shown."""
    moderate = math.log10(evidence.LIKELIHOOD_RATIOS["moderate"])
    assert 0.3 + moderate < evidence.LIKELY
    assert evidence.rounded(0.3 + moderate) == evidence.LIKELY


def test_what_is_not_shown_yet_but_would_be_is_asked_about(prepared: Prepared) -> None:
    patient = told(prepared)
    assert "falls_service" not in {item.id for item in judgement.judge(patient).plan}
    assert "falls_service" in at_stake(patient, "falls_past_year")
    patient.say({"falls_past_year": number(0), "unsteady": NO})
    assert "falls_service" not in at_stake(patient, "symptoms")


def test_what_changes_advice_alone_is_offered_and_not_asked(prepared: Prepared) -> None:
    patient = told(prepared)
    agenda = relevance.agenda(patient, judgement.judge(patient), frozenset())
    assert not any("caffeine_servings" in one.findings for one in agenda.now)
    assert any("caffeine_servings" in one.findings for one in agenda.advice)


def test_of_a_medicine_that_is_taken_what_bars_it_is_asked_though_nothing_recommends_it(prepared: Prepared) -> None:
    assert not any(
        rule.verb == "recommends" for rule in prepared.kb.rules.values() if "strontium_ranelate" in rule.members
    )
    taking = Records((Entry({"name": one_of("strontium_ranelate")}),))
    assert "strontium_ranelate" in at_stake(told(prepared, medicines=taking), "planned_immobilization")
    assert "strontium_ranelate" not in at_stake(told(prepared, medicines=Records()), "planned_immobilization")


def test_asked_for_weight_alone_nobody_has_said_anything_of_height(prepared: Prepared) -> None:
    held = Conversation(told(prepared), Sheet({}), Blank())
    held.answer(relevance.question(held.case, ["weight"]), {"weight": number(60)})
    assert held.case.why_implied("height") == ""
    held.answer(relevance.question(held.case, ["t_score_hip", "t_score_lumbar_spine"]), {"t_score_hip": number(-1)})
    assert held.case.why_implied("t_score_forearm") == "group"


def test_answers_by_name_leave_the_rest_of_their_question_unknown(prepared: Prepared) -> None:
    held = Conversation(told(prepared), Sheet({}), Blank())
    held.answer(relevance.question(held.case, ["calcium", "smoking"]), {})
    assert held.case.said["calcium"] is NOT_MEASURED
    assert "smoking" not in held.case.said
    assert {"calcium", "smoking"} <= held.progress.settled


def test_age_and_sex_come_first(prepared: Prepared) -> None:
    held = Conversation(Case(prepared, TODAY), Sheet({}), Blank())
    first = held.next()
    assert first is not None
    assert first.findings == ("age",)


def test_whether_it_is_for_this_patient_is_worked_out_anew_after_each_answer(prepared: Prepared) -> None:
    patient = Case(prepared, TODAY)
    found = [patient.in_scope]
    for age in (12, 67):
        patient.say({"age": number(age)})
        found.append(patient.in_scope)
    assert found == [Truth.UNKNOWN, Truth.FALSE, Truth.TRUE]

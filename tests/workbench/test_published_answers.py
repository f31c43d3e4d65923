"""What a published question answers is met by any of several statuses, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.case import case
from engine.case.case import Prepared
from engine.knowledge_base.store import cache
from engine.workbench.cases import cases, outcomes

ROOT = Path(__file__).parent.parent.parent

STONES = "{age: 66, sex: female, conditions: [kidney_stones], calcium: high, pth: high, urine_calcium: high}"
SOFT = "{age: 60, sex: female, vitamin_d: 20 nmol/L, symptoms: [bone_pain, proximal_weakness], t_score_hip: -2.9}"
HIGH = "{age: 64, sex: female, calcium: 2.75 mmol/L}"
HEALTHY = "{age: 65, sex: female, fractures: none}"


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


def unmet(prepared: Prepared, given: str, expect: str) -> list[str]:
    text = f"- name: one\n  given: {given}\n  expect: {{{expect}}}\n"
    found, problems = cases.read_file(prepared.kb, text.encode(), "one.yaml")
    assert problems == []
    (one,) = found
    return [failure.expectation.subject for failure in outcomes.failures_of(cases.patient(prepared, one), one)]


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        (STONES, "diagnosis: [primary_hyperparathyroidism]"),
        (STONES, "cause: [primary_hyperparathyroidism, parathyroid_hormone_excess]"),
        (STONES, "diagnosis: [primary_hyperparathyroidism], reject: [secondary_hyperparathyroidism]"),
        (SOFT, "recommend: [vitamin_d_repletion, alendronate]"),
        (SOFT, "avoid: [alendronate]"),
        (HEALTHY, "next_step: [dxa]"),
    ],
)
def test_an_answer_is_met_by_any_of_its_statuses(prepared: Prepared, given: str, expect: str) -> None:
    assert unmet(prepared, given, expect) == []


@pytest.mark.parametrize(
    ("given", "expect", "subject"),
    [
        (STONES, "diagnosis: [paget_disease]", "paget_disease"),
        (STONES, "cause: [smoking_exposure]", "smoking_exposure"),
        (STONES, "reject: [primary_hyperparathyroidism]", "primary_hyperparathyroidism"),
        (SOFT, "recommend: [parathyroidectomy]", "parathyroidectomy"),
        (SOFT, "avoid: [vitamin_d_repletion]", "vitamin_d_repletion"),
        (HEALTHY, "next_step: [tumor_localization]", "tumor_localization"),
        (SOFT, "next_step: [dental_assessment]", "dental_assessment"),
    ],
)
def test_an_answer_is_not_met_by_anything_else(prepared: Prepared, given: str, expect: str, subject: str) -> None:
    assert unmet(prepared, given, expect) == [subject]


def test_a_rejected_condition_ranks_below_each_expected_diagnosis(prepared: Prepared) -> None:
    both = "diagnosis: [osteomalacia], reject: [osteoporosis]"
    assert unmet(prepared, SOFT, both) == ["osteoporosis"]


def test_a_rule_may_want_a_test_sooner_than_its_step(prepared: Prepared) -> None:
    kb = prepared.kb
    sooner = [rule for rule in kb.rules.values() if rule.step]
    assert sooner
    assert all(rule.verb == "orders" for rule in sooner)
    assert kb.investigations["parathyroid_hormone_test"].step > 1
    assert unmet(prepared, HIGH, "next_step: [parathyroid_hormone_test]") == []


def test_a_name_that_is_not_there_is_told(prepared: Prepared) -> None:
    text = "- name: one\n  given: {age: 60}\n  expect: {next_step: [dxaa], avoid: [osteoporosis]}\n"
    _, problems = cases.read_file(prepared.kb, text.encode(), "one.yaml")
    assert [problem.code for problem in problems] == ["OL403", "OL403"]

"""Which tests count as done, on the shipped rules: only those of which a result is there."""

from __future__ import annotations

import datetime

import pytest

from engine.assessment import judgement
from engine.case import opening
from engine.case.case import Prepared, prepare_kept
from engine.case.opening import Terms
from tests.shipped import base

TODAY = datetime.date(2026, 11, 21)
WOMAN = "age: 70\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -2.8\n"


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return prepare_kept(base())


def status(shipped: Prepared, record: str, test: str) -> str:
    """Where a test stands in the work-up; empty where it is not in it."""
    (patient,) = opening.patients(shipped, WOMAN + record, "patient.yaml", Terms(as_of=TODAY), TODAY)
    tests = judgement.judge(patient.case).investigations
    return next((one.status for one in tests if one.id == test), "")


def test_a_finding_of_one_study_does_not_tick_off_another(shipped: Prepared) -> None:
    hurting = "symptoms: [thigh_pain]\nmedicines: [alendronate]\n"
    for imaging in ("[kidney_stones_seen]", "[degenerative_spine]", "none"):
        assert status(shipped, f"{hurting}imaging: {imaging}\n", "femur_imaging") == "to do"
    spine = "peak_height: 170 cm\nheight: 160 cm\n"
    for imaging in ("[nephrocalcinosis]", "[lung_mass]", "[many_hot_spots]"):
        assert status(shipped, f"{spine}imaging: {imaging}\n", "spine_imaging") == "to do"


@pytest.mark.parametrize("imaging", ["none", "[]", "[...]"])
def test_that_nothing_was_seen_says_nothing_of_what_was_looked_at(imaging: str, shipped: Prepared) -> None:
    record = f"peak_height: 170 cm\nheight: 160 cm\nimaging: {imaging}\n"
    assert status(shipped, record, "spine_imaging") == "to do"


@pytest.mark.parametrize("imaging", ["no_vertebral_fracture", "vertebral_fracture"])
def test_a_study_is_done_by_its_own_finding(imaging: str, shipped: Prepared) -> None:
    assert status(shipped, f"peak_height: 170 cm\nheight: 160 cm\nimaging: [{imaging}]\n", "spine_imaging") == "done"


def test_an_egfr_worked_out_from_creatinine_leaves_no_kidney_test_on_the_list(shipped: Prepared) -> None:
    body = "weight: 60 kg\nheight: 160 cm\n"
    assert status(shipped, f"{body}creatinine: 70 umol/L\n", "kidney_function") == "done"
    assert status(shipped, body, "kidney_function") == "to do"


def test_a_test_that_the_plan_still_waits_for_is_not_done(shipped: Prepared) -> None:
    assert status(shipped, "egfr: 62\nweight: 60 kg\nheight: 160 cm\n", "kidney_function") == "to do"


def test_a_closed_group_ticks_nothing_off(shipped: Prepared) -> None:
    weak = "creatinine: 150 umol/L\nweight: 60 kg\nheight: 160 cm\n"
    assert status(shipped, f"{weak}calcium: 2.3 mmol/L\nphosphate: 1.0 mmol/L\n", "ckd_mbd_tests") in ("to do", "after")
    every = "calcium: 2.3 mmol/L\nphosphate: 1.0 mmol/L\nparathyroid_hormone: 5 pmol/L\nalkaline_phosphatase: 80 U/L\n"
    assert status(shipped, weak + every, "ckd_mbd_tests") == "done"


def test_what_a_person_tells_of_falls_is_no_assessment_until_gait_is_told_too(shipped: Prepared) -> None:
    assert status(shipped, "falls_past_year: 0\n", "fall_assessment") == "to do"
    assert status(shipped, "falls_past_year: 0\nunsteady: no\n", "fall_assessment") == "done"


def test_one_result_of_several_that_come_together_is_enough(shipped: Prepared) -> None:
    assert status(shipped, "hemoglobin: 130 g/L\n", "blood_count") == "done"
    assert status(shipped, "", "dxa") == "done"


def test_what_takes_two_results_is_not_done_by_one(shipped: Prepared) -> None:
    assert status(shipped, "height: 160 cm\n", "height_check") == "to do"
    assert status(shipped, "height: 160 cm\npeak_height: 162 cm\n", "height_check") == "done"

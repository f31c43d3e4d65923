"""Texts in health records: heard as the prompt hears a line, and believed only where nothing would be asked back."""

from __future__ import annotations

import pytest

from engine.intake.record import Record
from engine.intake.taken import Taken
from tests.intake.made import CREATININE, HIP, VITAMIN_D, concept, given, record, result


def taken(one: Record) -> Taken:
    assert one.taken is not None
    return one.taken


@pytest.mark.parametrize(
    ("code", "text", "name", "wanted"),
    [
        (VITAMIN_D, "28 nmol/L", "vitamin_d", "28 nmol/L"),
        (VITAMIN_D, "<10 nmol/L", "vitamin_d", "< 10 nmol/L"),
        (VITAMIN_D, "low", "vitamin_d", "low"),
        (HIP, "minus 2.7", "t_score_hip", "-2.7"),
        (CREATININE, "1.1 mg/dL (H)", "creatinine", "1.1 mg/dL"),
        ("72166-2", "Former smoker", "smoking", "former"),
        ("52552-7", "2 falls", "falls_past_year", "2"),
    ],
)
def test_a_text_is_heard_as_at_the_prompt(code: str, text: str, name: str, wanted: str) -> None:
    one = record(result(code, valueString=text))
    assert one.answers[name].given == f"{{value: {wanted}, date: 2024-05-01}}"


@pytest.mark.parametrize(
    ("code", "text", "why"),
    [
        (VITAMIN_D, "28", "its unit is missing"),
        (HIP, "2.7", "a minus left out?"),
        (HIP, "-2.7 and spine -1.9", "more than one thing"),
        (HIP, "-2.7 last year", "last year"),
        (CREATININE, "hemolyzed", "nothing was made of hemolyzed"),
        ("72166-2", "smoker?", "not certain"),
        ("72166-2", "smokes like his father", "like his father"),
    ],
)
def test_a_text_that_is_no_one_answer_is_not_understood_and_has_its_place(code: str, text: str, why: str) -> None:
    one = record(result(code, valueString=text))
    assert given(one) == {}
    (aside,) = taken(one).asides
    assert aside.path == "file0.json: entry[1].resource"
    assert aside.why.startswith(f"not understood: '{text}' (")
    assert why in aside.why


def test_a_coded_value_that_is_only_words_is_heard_too() -> None:
    one = record(result("72166-2", valueCodeableConcept={"text": "Never smoker (finding)"}))
    assert one.answers["smoking"].given == "{value: never, date: 2024-05-01}"
    assert "smoking" not in record(result("72166-2", valueCodeableConcept={"text": "see note"})).answers


@pytest.mark.parametrize(("code", "falls"), [("373066001", '">= 1"'), ("373067005", "0"), ("LA33-6", '">= 1"')])
def test_a_yes_to_what_people_count_is_one_at_least(code: str, falls: str) -> None:
    one = record(result("52552-7", valueCodeableConcept=concept(code)))
    assert one.answers["falls_past_year"].given == f"{{value: {falls}, date: 2024-05-01}}"


def test_a_yes_where_a_number_is_measured_is_no_result() -> None:
    for value in ({"valueBoolean": True}, {"valueCodeableConcept": concept("373066001")}):
        assert given(record(result(CREATININE, **value))) == {}

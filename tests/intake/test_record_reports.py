"""Results that lie inside reports and forms, and those that have their day from the report that lists them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intake.made import CREATININE, HER, VITAMIN_D, Object, concept, given, record, result, whys


def report(*contained: Object, status: str = "final", **more: Any) -> Object:
    return {
        "resourceType": "DiagnosticReport",
        "status": status,
        "code": concept("58410-2"),
        "subject": HER,
        "effectiveDateTime": "2024-05-02",
        **({"contained": list(contained)} if contained else {}),
        **more,
    }


def inside(value: float = 28, **more: Any) -> Object:
    found = result(VITAMIN_D, value, "nmol/L", when=None, id="a", **more)
    del found["subject"]
    return found


def form(link: str, status: str = "completed", **answer: Any) -> Object:
    return {
        "resourceType": "QuestionnaireResponse",
        "status": status,
        "subject": HER,
        "authored": "2024-05-03T10:00:00Z",
        "item": [{"linkId": "group", "item": [{"linkId": link, "answer": [answer]}]}],
    }


def test_a_result_without_a_day_has_that_of_its_report() -> None:
    bare = result(VITAMIN_D, 28, "nmol/L", when=None, id="a")
    assert given(record(bare)) == {"vitamin_d": "{value: 28 nmol/L}"}
    dated = record(bare, report(result=[{"reference": "Observation/a"}]))
    assert given(dated) == {"vitamin_d": "{value: 28 nmol/L, date: 2024-05-02}"}
    own = record({**bare, "effectiveDateTime": "2024-04-01"}, report(result=[{"reference": "Observation/a"}]))
    assert given(own) == {"vitamin_d": "{value: 28 nmol/L, date: 2024-04-01}"}


def test_a_result_inside_a_report_is_one() -> None:
    assert given(record(report(inside()))) == {"vitamin_d": "{value: 28 nmol/L, date: 2024-05-02}"}


@pytest.mark.parametrize(
    ("resource", "why"),
    [
        (report(inside(), status="entered-in-error"), "its status is entered-in-error"),
        (report(inside(), status="cancelled"), "its status is cancelled"),
        (report({**inside(), "status": "cancelled"}), "its status is cancelled"),
        (report({**inside(), "subject": {"reference": "Patient/two"}}), "somebody else"),
        (form("/72166-2", "in-progress", valueString="Former smoker"), "its status is in-progress"),
        (form("/2160-0", valueString="hemolyzed"), "not understood"),
    ],
)
def test_what_does_not_count_inside_is_named(resource: Object, why: str) -> None:
    one = record(resource)
    assert given(one) == {}
    assert why in whys(one)[0]


@pytest.mark.parametrize(
    ("link", "answer", "wanted"),
    [
        ("/72166-2", {"valueString": "Former smoker"}, {"smoking": "{value: former, date: 2024-05-03}"}),
        ("72166-2", {"valueCoding": {"code": "8517006"}}, {"smoking": "{value: former, date: 2024-05-03}"}),
        ("/52552-7", {"valueInteger": 2}, {"falls_past_year": "{value: 2, date: 2024-05-03}"}),
        ("/52552-7", {"valueBoolean": False}, {"falls_past_year": "{value: 0, date: 2024-05-03}"}),
        (
            CREATININE,
            {"valueQuantity": {"value": 80, "code": "umol/L"}},
            {"creatinine": "{value: 80 umol/L, date: 2024-05-03}"},
        ),
        ("smoking", {"valueString": "Former smoker"}, {}),
        ("1.2.72166-2", {"valueString": "Former smoker"}, {}),
    ],
)
def test_an_answer_in_a_form_counts_where_its_question_has_a_code(link: str, answer: Object, wanted: Object) -> None:
    assert given(record(form(link, **answer))) == wanted

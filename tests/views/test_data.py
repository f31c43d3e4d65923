"""The JSON contract: keys, shapes and order."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from engine.assessment.verdict import AlertShown, Derived, OnTop, Shown
from engine.views.report import data
from tests.views.samples import EMPTY, NAMES, VERDICT

REF = [
    "rule",
    "title",
    "because",
    "evidence",
    "file",
    "line",
    "sources",
    "facts",
    "guideline",
    "grade",
    "region",
    "note",
    "missing",
]
ITEM = ["id", "label", "kind", "line", "choice", "taken", "mechanism", "doses", "status", "after", "missing"]
KEYS = {
    "contradictions": ["id", "label", "values", "again"],
    "states": ["id", "label", "truth", "because"],
    "causes": ["id", "label", "truth", "mechanism", "because"],
    "diagnoses": ["id", "label", "rank", "status", "score", "mechanism", "for", "against", "missing"],
    "investigations": ["id", "label", "step", "status", "tells", "settles", "because"],
    "plan": [
        *ITEM,
        "unasked",
        "for",
        "against",
        "cautions",
        "then",
        "guidelines",
        "advice",
        "monitoring",
        "duration",
        "aftercare",
        "order_because",
        "unavailable",
    ],
    "alerts": ["id", "label", "urgency", "status", "action", "because", "speaks_for", "missing"],
    "differences": ["id", "question", "positions"],
}
TOP = ["osteologic", "knowledge", "as_of", "guideline", "region", "findings", "derived", *KEYS]


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data.text(data.document(VERDICT, NAMES)))
    return found


def refs(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, dict):
        own = [part] if "rule" in part and "title" in part else []
        return own + [ref for value in part.values() for ref in refs(value)]
    return [ref for value in part for ref in refs(value)] if isinstance(part, list) else []


def test_the_parts_stand_in_the_order_of_the_contract() -> None:
    keys = list(document())
    assert [key for key in keys if key in TOP] == [
        "osteologic",
        "knowledge",
        "as_of",
        "guideline",
        "region",
        "findings",
        "derived",
        "contradictions",
        "states",
        "causes",
        "diagnoses",
        "investigations",
        "plan",
        "alerts",
        "differences",
    ]
    assert keys[-1] == "intake"
    assert set(keys) == {
        *TOP,
        "outside_scope",
        "summary",
        "on_top",
        "probabilities",
        "courses",
        "open",
        "questions",
        "mechanism",
        "notices",
        "sources",
        "disclaimer",
        "intake",
    }


@pytest.mark.parametrize("part", KEYS)
def test_each_entry_has_exactly_its_keys(part: str) -> None:
    entries = document()[part]
    assert entries
    for entry in entries:
        assert [key for key in entry if key != "at_least"] == KEYS[part]


def test_what_stands_on_top_is_named_and_the_rest_counted() -> None:
    found = document()
    assert found["on_top"] == {"raised": ["calcium_low"], "not_ruled_out": ["cord"], "more": 1}
    cord = next(alert for alert in found["alerts"] if alert["id"] == "cord")
    assert cord["speaks_for"] == [{"finding": "vitamin_d", "value": "28", "told": "25-OH vitamin D 28 nmol/L"}]
    assert cord["missing"] == ["can_sit_upright"]


def test_what_a_graver_alert_says_too_is_not_told_first() -> None:
    due = AlertShown("due", "due", "soon", "raised", "", (), within=("overdue",))
    overdue = AlertShown("overdue", "overdue", "urgent", "raised", "", ())
    assert OnTop.of((overdue, due)).raised == (overdue,)
    assert OnTop.of((due,)).raised == (due,)
    doubted = dataclasses.replace(overdue, status="not ruled out")
    assert OnTop.of((doubted, due)).raised == (due,)


def test_a_scale_says_the_level_that_is_certain() -> None:
    plain, scale = document()["states"]
    assert "at_least" not in plain
    assert scale["at_least"] == "high"


def test_every_reason_says_its_rule_its_file_and_line_its_sources_and_facts() -> None:
    found = refs(document())
    assert len(found) > 5
    for ref in found:
        assert list(ref) == REF
        assert ref["file"] == "rules/x.yaml"
        assert ref["line"] == 7
        assert ref["sources"] == [{"id": "demineralization", "where": "A14"}]


def test_findings_say_what_was_given_and_what_was_taken_for_granted() -> None:
    findings = document()["findings"]
    assert findings["t_score_hip"] == {
        "given": "< -2.6",
        "value": None,
        "unit": "",
        "status": "interval",
        "implied": None,
        "told": "T-score, total hip < -2.6",
    }
    assert findings["calcium"]["implied"] == "group"
    assert findings["age"]["value"] == 67
    assert findings["vitamin_d"]["value"] == 28.5


def test_what_was_not_chosen_is_null() -> None:
    found = document()
    assert (found["guideline"], found["region"]) == (None, None)
    narrowed = data.document(dataclasses.replace(VERDICT, guideline="acr-2022", region="US"), NAMES)
    assert (narrowed["guideline"], narrowed["region"]) == ("acr-2022", "US")


def test_a_number_known_within_bounds_is_its_two_ends() -> None:
    within = Derived("bmi", "BMI", "> 20", None, 20.0, None, "kg/m2", ())
    assert data.document(dataclasses.replace(VERDICT, derived=(within,)), NAMES)["derived"]["bmi"]["value"] == [
        20,
        None,
    ]


def test_of_values_that_contradict_each_says_where_it_is_from_and_why() -> None:
    (one,) = document()["contradictions"]
    entered, worked_out = one["values"]
    assert (entered["value"], entered["origin"], entered["because"]) == ("-1.2", "entered", [])
    assert (worked_out["value"], worked_out["origin"]) == ("-2.7", "worked out")
    assert [ref["rule"] for ref in worked_out["because"]] == ["lowest-score"]
    assert (one["id"], one["again"]) == ("lowest_t_score", ["t_score_hip"])
    assert document()["derived"]["lowest_t_score"]["entered"] == "-1.2"


def test_a_list_is_a_list() -> None:
    taken = Shown("medicines", "medicines", "[a, b]", ("a", "b"), "", "known")
    assert data.document(dataclasses.replace(VERDICT, findings=(taken,)), NAMES)["findings"]["medicines"]["value"] == [
        "a",
        "b",
    ]


def test_nothing_known_is_empty_lists_and_the_disclaimer() -> None:
    found = data.document(EMPTY, NAMES)
    assert all(found[part] == [] for part in KEYS)
    assert found["findings"] == {}
    assert found["disclaimer"]


def test_several_patients_each_begin_with_their_file() -> None:
    first, second = data.several([({"file": "a.yaml"}, VERDICT), ({"file": "b.yaml", "name": "B"}, EMPTY)], NAMES)
    assert list(first)[:2] == ["file", "osteologic"]
    assert list(second)[:3] == ["file", "name", "osteologic"]


def test_what_is_printed_is_ascii_whatever_a_file_says() -> None:
    (hostile,) = data.several([({"file": "\x1b[2J\u202e\x9b"}, EMPTY)], NAMES)
    printed = data.text(hostile)
    assert printed.isascii()
    assert "\x1b" not in printed
    assert json.loads(printed)["file"] == "\x1b[2J\u202e\x9b"

"""The shipped knowledge through the front door: what anyone would try first."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.commands.conftest import Run

WOMAN = "age: 67\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -2.7\n"
NEVER_SCANNED = "age: 40\nsmoking: current\nphysical_activity: sedentary\n"


def assessed(run: Run, typed: str, *words: str) -> dict[str, Any]:
    ended = run("assess", "-", "--format", "json", *words, typed=typed)
    assert (ended.code, ended.err) == (0, "")
    found: dict[str, Any] = json.loads(ended.out)
    return found


def refs(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, dict):
        own = [part] if "rule" in part and "title" in part else []
        return own + [ref for value in part.values() for ref in refs(value)]
    return [ref for value in part for ref in refs(value)] if isinstance(part, list) else []


def test_a_low_hip_score_establishes_osteoporosis_and_every_reason_has_file_line_and_source(run: Run) -> None:
    found = assessed(run, WOMAN)
    assert {"osteoporosis"} <= {one["id"] for one in found["diagnoses"] if one["status"] == "established"}
    reasons = refs(found)
    assert len(reasons) > 20
    for ref in reasons:
        assert re.fullmatch(r"rules/[\w/-]+\.yaml", ref["file"])
        assert ref["line"] > 0
        assert ref["sources"]


def test_someone_never_scanned_gets_causes_mechanism_and_prevention_and_no_diagnosis_or_medicine(run: Run) -> None:
    found = assessed(run, NEVER_SCANNED)
    assert {"smoking_exposure", "sedentary_life"} <= {cause["id"] for cause in found["causes"]}
    assert "steoblasts" in found["mechanism"]
    assert not [one["id"] for one in found["diagnoses"] if one["status"] in ("established", "likely")]
    acting = [item for item in found["plan"] if item["status"] in ("recommended", "conditional", "deferred")]
    assert not [item["id"] for item in acting if item["kind"] == "medicine"]
    assert {"nutrition", "activity", "lifestyle"} <= {item["kind"] for item in acting}
    assert "stop smoking" in run("assess", "-", typed=NEVER_SCANNED).out
    told = run("assess", "-", "--detail", "full", typed=NEVER_SCANNED).out
    assert "WHY BONE IS BEING LOST" in told
    assert "stop smoking" in told


def test_of_nobody_there_is_no_diagnosis_and_no_list_of_medicines(run: Run) -> None:
    found = assessed(run, "name: nobody\ngiven: {}\n")
    assert not [one for one in found["diagnoses"] if one["status"] in ("established", "likely", "possible")]
    assert not [item for item in found["plan"] if item["kind"] == "medicine"]
    assert "START WITH" in run("assess", "-", typed="name: nobody\ngiven: {}\n").out or found["open"]


@pytest.mark.parametrize("width", ["60", "80", "160"])
def test_the_report_fits_the_terminal(width: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    told = run("assess", "-", typed=WOMAN).out
    assert max(map(len, told.splitlines())) <= int(width)


def test_a_number_without_its_unit_is_refused_with_the_units_it_takes(run: Run) -> None:
    ended = run("assess", "-", typed="age: 67\nvitamin_d: 20\n")
    assert (ended.code, ended.out) == (2, "")
    assert "20 of what?" in ended.err
    assert "ng/mL" in ended.err
    assert "nmol/L" in ended.err


def test_osteoporosis_and_osteomalacia_differ_in_five_features(run: Run) -> None:
    told = run("compare", "osteoporosis", "osteomalacia").out
    lines = told.splitlines()
    rows = [line.split("  ")[0] for line in lines if line[:1].isalpha()]
    assert rows[:5] == ["Mineralization", "Primary defect", "Key characteristic", "Underlying cause", "Fractures"]
    assert next(line for line in lines if line.startswith("Mineralization")).split()[1:] == ["normal", "defective"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("is osteoporosis caused by poor mineralization", "No."),
        ("what is the key difference between osteoporosis and osteomalacia", "quantity|too little"),
        ("can mineralization be normal in osteoporosis", "Yes"),
        ("how do doctors tell them apart", "DXA"),
        ("what does DXA measure", "densit|quantity"),
        ("why are normally mineralized bones weak", "bridge|beam|strut"),
        ("what is the primary cause of osteoporosis", "estrogen|remodeling|aging"),
    ],
)
def test_the_founding_questions_are_answered(question: str, answer: str, run: Run) -> None:
    ended = run("explain", *question.split())
    assert (ended.code, ended.err) == (0, "")
    assert re.search(answer, ended.out)
    assert "Sources" in ended.out


def test_a_consultation_through_a_pipe_reports_and_ends(run: Run) -> None:
    ended = run(typed="67\nfemale\nreport full\nquit\n")
    assert (ended.code, ended.err) == (0, "")
    assert "WHAT IS KNOWN\n  age 67; sex female." in ended.out


def test_the_shipped_knowledge_base_is_sound(run: Run) -> None:
    ended = run("check")
    assert ended.code == 0, ended.out

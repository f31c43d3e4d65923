"""`assess`: patients in, verdicts out, and everything that is refused."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from tests.commands.conftest import Run

PATIENT = "age: 67\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -2.7\n"


def test_a_patient_on_standard_input_is_told_in_text(home: Path, run: Run) -> None:
    ended = run("assess", "-", typed=PATIENT)
    assert (ended.code, ended.err) == (0, "")
    told = " ".join(ended.out.split())
    assert "IT IS OSTEOPOROSIS: lowest T-score -2.7" in told


def test_everything_is_told_in_full_detail(home: Path, run: Run) -> None:
    told = " ".join(run("assess", "-", "--detail", "full", typed=PATIENT).out.split())
    assert "OSTEOPOROSIS established" in told
    assert "Estrogen falls at the menopause: menopausal status after the menopause [article A4]" in told


def test_json_of_one_patient_is_one_object_with_places_and_sources(home: Path, run: Run) -> None:
    found = json.loads(run("assess", "-", "--format", "json", typed=PATIENT).out)
    (established,) = [one for one in found["diagnoses"] if one["status"] == "established"]
    assert established["id"] == "osteoporosis"
    assert established["for"][0] == {
        "rule": "osteoporosis-by-t-score",
        "title": "A T-score of -2.5 or lower is osteoporosis",
        "because": "So it is defined.",
        "evidence": "verified",
        "file": "rules/bone.yaml",
        "line": 8,
        "sources": [{"id": "article", "where": "A14"}],
        "facts": [
            {"finding": "lowest_t_score", "value": "-2.7", "told": "lowest T-score -2.7"},
            {"finding": "t_score_hip", "value": "-2.7", "told": "hip T-score -2.7"},
        ],
        "guideline": None,
        "grade": None,
        "region": None,
        "note": "",
        "missing": [],
    }
    assert found["findings"]["t_score_spine"]["implied"] == "group"


def test_several_files_are_a_list_each_with_its_file(home: Path, run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(PATIENT)
    files = [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]
    found = json.loads(run("assess", *files, "--format", "json").out)
    assert [one["file"] for one in found] == files
    text = run("assess", *files).out
    assert text.count("OSTEOPOROSIS") == 2
    assert all(file in text for file in files)


def test_worked_cases_and_json_files_are_patients_too(home: Path, run: Run, tmp_path: Path) -> None:
    patient = tmp_path / "patient.json"
    patient.write_text(json.dumps({"age": 67, "t_score_hip": -2.7}))
    found = json.loads(run("assess", str(patient), "--format", "json").out)
    assert found["diagnoses"][0]["status"] == "established"
    case = json.loads(run("assess", str(home / "tests/cases/bone.yaml"), "--format", "json").out)
    assert case["diagnoses"][0]["status"] == "established"


@pytest.mark.parametrize(
    ("written", "words", "day"),
    [
        ("", [], datetime.date.today().isoformat()),
        ("today: 2025-05-05\n", [], "2025-05-05"),
        ("today: 2025-05-05\n", ["--as-of", "2024-01-02"], "2024-01-02"),
    ],
)
def test_the_day_asked_for_beats_the_files_which_beats_the_clock(
    written: str, words: list[str], day: str, home: Path, run: Run
) -> None:
    found = json.loads(run("assess", "-", "--format", "json", *words, typed=written + PATIENT).out)
    assert found["as_of"] == day


def test_a_worked_case_never_looks_at_the_clock(home: Path, run: Run) -> None:
    found = json.loads(run("assess", "-", "--format", "json", typed="name: x\ngiven: {age: 67}\n").out)
    assert found["as_of"] != datetime.date.today().isoformat()


@pytest.mark.parametrize("matcher", ["rete", "counting"])
def test_both_matchers_say_the_same(matcher: str, home: Path, run: Run) -> None:
    typed = PATIENT + "vitamin_d: 20 nmol/L\n"
    ended = run("assess", "-", "--matcher", matcher, typed=typed)
    assert ended.code == 0
    assert ended == run("assess", "-", typed=typed)


def test_a_guideline_hides_what_others_recommend_and_bars_what_anyone_bars(home: Path, run: Run) -> None:
    typed = PATIENT + "dysphagia: yes\n"

    def plan(*words: str) -> dict[str, str]:
        found = json.loads(run("assess", "-", "--format", "json", *words, typed=typed).out)
        return {item["id"]: item["status"] for item in found["plan"]}

    assert plan("--guideline", "nogg-2024")["alendronate"] == "contraindicated"
    assert "alendronate" not in plan("--guideline", "acr-2022")


@pytest.mark.parametrize(("words", "chosen"), [(["--region", "uk"], "UK"), (["--guideline", "NOGG 2024"], "nogg-2024")])
def test_a_choice_is_taken_by_label_and_in_any_case(words: list[str], chosen: str, home: Path, run: Run) -> None:
    found = json.loads(run("assess", "-", "--format", "json", *words, typed=PATIENT).out)
    assert chosen in (found["region"], found["guideline"])


@pytest.mark.parametrize(
    ("typed", "words", "said"),
    [
        ("aeg: 67\n", [], "1:1: error OL322: unknown finding 'aeg'; did you mean 'age'?"),
        (
            "age: 67\nvitamin_d: 20\n",
            [],
            "2:12: error OL301: 25-OH vitamin D: 20 of what? nmol/L, or ng/mL (would be 50",
        ),
        ("sex: male\nmenopausal_status: postmenopausal\n", [], "does not apply"),
        ("age: 300\n", [], "0..120"),
        ("", [], "empty"),
        ("\x00\x01", [], "standard input"),
        ("- age: 1\n- 3\n", [], "answers of a patient belong"),
        (PATIENT, ["--guideline", "nogg-2042"], "unknown guideline 'nogg-2042'; did you mean 'nogg-2024'?"),
        (PATIENT, ["--region", "Mars"], "unknown region 'Mars'; there are: UK, US"),
    ],
)
def test_what_cannot_be_used_is_refused_with_exit_2_and_nothing_is_concluded(
    typed: str, words: list[str], said: str, home: Path, run: Run
) -> None:
    ended = run("assess", "-", *words, typed=typed)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_every_problem_of_every_file_is_told_at_once(home: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("aeg: 67\nvitamin_d: 20\n")
    (tmp_path / "b.yaml").write_text("sxe: female\n")
    ended = run("assess", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), str(tmp_path / "missing.yaml"))
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 4


@pytest.mark.parametrize("format", ["text", "markdown", "html", "json"])
def test_hostile_names_reach_no_terminal_and_no_page(format: str, home: Path, run: Run, tmp_path: Path) -> None:
    files = [tmp_path / "\x1b[2J\u202e.yaml", tmp_path / "b.yaml"]
    for file in files:
        file.write_text('name: "<script>alert(1)</script>"\nage: 67\n')
    ended = run("assess", *map(str, files), "--format", format)
    assert ended.code == 0
    assert not set(ended.out) & {"\x1b", "\u202e"}
    assert ended.out.count("script") >= 2
    if format in ("html", "markdown"):
        assert "<script>" not in ended.out


def test_a_knowledge_base_that_does_not_hold_is_refused(home: Path, run: Run) -> None:
    (home / "rules/bone.yaml").write_text("x: {title: A, diagnoses: osteoporosis, when: egrf < 3}\n")
    ended = run("assess", "-", typed=PATIENT)
    assert (ended.code, ended.out) == (2, "")
    assert "egrf" in ended.err


@pytest.mark.parametrize("format", ["text", "html"])
def test_a_patient_gets_a_page_of_their_own(format: str, home: Path, run: Run) -> None:
    ended = run("assess", "-", "--for", "patient", "--format", format, typed=PATIENT)
    assert (ended.code, ended.err) == (0, "")
    assert "what was found" in ended.out.lower()
    assert "-2.7" not in ended.out


@pytest.mark.parametrize(
    "options", [("--format", "markdown"), ("--format", "json"), ("--format", "jsonl"), ("--detail", "full")]
)
def test_the_page_for_a_patient_has_no_other_form(options: tuple[str, ...], home: Path, run: Run) -> None:
    ended = run("assess", "-", "--for", "patient", *options, typed=PATIENT)
    assert (ended.code, ended.out) == (2, "")
    assert "OL342: --for patient is" in ended.err

"""`test`: the worked cases run, corrected, measured, and held against changed rules."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.commands.conftest import Run, write

GOOD = "- name: a low hip score is osteoporosis\n  given: {t_score_hip: -2.7}\n  expect: {diagnosed: [osteoporosis]}\n"
BAD = "- name: a high one too   # it is not\n  given: {t_score_hip: 1}\n  expect: {fired: [osteoporosis-by-t-score]}\n"


def cases(home: Path, text: str) -> Path:
    write(home, {"tests/cases/bone.yaml": text})
    return home / "tests/cases/bone.yaml"


def test_cases_that_hold_end_with_0(run: Run, home: Path) -> None:
    cases(home, GOOD)
    ended = run("test")
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "1 passed, 0 failed")
    assert ended.err.startswith("1 of 1 cases run in ")


def test_a_rule_that_no_case_fires_is_named(run: Run, home: Path) -> None:
    cases(home, GOOD)
    lines = run("test").out.splitlines()
    assert any("no case fires '" in line for line in lines)
    assert not any("no case fires 'osteoporosis-by-t-score'" in line for line in lines)
    assert "no case fires" not in run("test", "-k", "hip").out  # those cases alone were asked for


def test_a_failure_is_told_with_why_not_and_ends_with_1(run: Run, home: Path) -> None:
    cases(home, GOOD + BAD)
    ended = run("test")
    assert ended.code == 1
    assert "FAILED a high one too  (tests/cases/bone.yaml:4:3)" in ended.out
    assert "tests/cases/bone.yaml:6:20: expected fired: osteoporosis-by-t-score" in ended.out
    assert "lowest_t_score <= -2.5 is false (lowest_t_score 1)" in ended.out


INVARIANT = """old-women:
  title: No woman over 70 is given alendronate
  never: status(alendronate) is recommended and age > 70 and sex is female
  harm: None; it is an example.
  sources: [article]
  evidence: unverified
"""


def test_invariants_are_tried_and_one_that_is_broken_ends_with_1(run: Run, home: Path) -> None:
    cases(home, GOOD)
    write(home, {"knowledge/invariants.yaml": INVARIANT})
    ended = run("test", "--patients", "300")
    assert ended.code == 1
    assert "1 passed, 0 failed\nBROKEN old-women  (knowledge/invariants.yaml:1:1)\n" in ended.out
    assert ended.out.endswith("0 invariants hold on 300 random patients, 1 is broken\n")
    assert json.loads(run("test", "--format", "json", "--patients", "300").out)["invariants"]["broken"]
    assert run("test", "--patients", "0").out.endswith("1 passed, 0 failed\n")
    assert run("test", "--patients", "-1").code == 2


def test_invariants_are_chosen_like_cases_and_wait_for_them(run: Run, home: Path) -> None:
    cases(home, GOOD + BAD)
    write(home, {"knowledge/invariants.yaml": INVARIANT})
    ended = run("test", "-k", "OVER 70", "--patients", "300")
    assert ended.out.startswith("0 passed, 0 failed\nBROKEN old-women")
    assert "BROKEN" not in run("test", "-k", "hip", "--patients", "300").out
    assert "BROKEN" not in run("test", "--fail-fast", "--patients", "300").out


def test_what_was_tried_with_this_knowledge_is_not_tried_again_and_check_says_so(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSTEOLOGIC_CACHE", str(tmp_path / "cache"))
    cases(home, GOOD)
    write(home, {"knowledge/invariants.yaml": INVARIANT})
    assert run("check").out.splitlines()[-1].endswith("1 invariant, not yet tried: no problem")
    first, again = run("test", "--patients", "300"), run("test", "--patients", "300")
    assert (first.out, first.code) == (again.out, again.code)
    assert "1 invariant tried in" in first.err
    assert "tried with this knowledge before" in again.err
    told = "1 invariant, tried with this base on only 300 patients, 1 of them broken: no problem"
    assert run("check").out.splitlines()[-1].endswith(told)
    write(home, {"knowledge/invariants.yaml": INVARIANT.replace("over 70", "over 71")})
    assert run("check").out.splitlines()[-1].endswith("1 invariant, not yet tried: no problem")


def test_a_part_of_a_name_chooses_cases(run: Run, home: Path) -> None:
    cases(home, GOOD + BAD)
    assert run("test", "-k", "HIP").out == "1 passed, 0 failed\n"
    ended = run("test", "-k", "no such words")
    assert (ended.code, ended.err) == (1, "no case is named like 'no such words'\n")


def test_no_case_at_all_is_refused(run: Run, home: Path) -> None:
    cases(home, "")
    ended = run("test")
    assert ended.code == 2
    assert "OL407" in ended.err


def test_cases_of_a_local_directory_are_run_too(run: Run, home: Path, tmp_path: Path) -> None:
    cases(home, GOOD)
    write(tmp_path / "ward", {"cases/own.yaml": BAD})
    ended = run("test", "--knowledge", str(tmp_path / "ward"))
    assert "1 passed, 1 failed" in ended.out


def test_junit_is_written_beside(run: Run, home: Path, tmp_path: Path) -> None:
    cases(home, GOOD + BAD)
    run("test", "--junit", str(tmp_path / "out.xml"))
    suite = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert run("test", "--junit", str(tmp_path / "nowhere" / "out.xml")).code == 2


def test_update_corrects_what_fails_and_says_so(run: Run, home: Path) -> None:
    path = cases(home, GOOD + BAD)
    ended = run("test", "--update")
    assert ended.code == 0
    assert ended.out == (
        "tests/cases/bone.yaml:6:20: expect fired: osteoporosis-by-t-score -> held: osteoporosis-by-t-score\n"
    )
    assert path.read_text(encoding="utf-8") == GOOD + BAD.replace("fired", "held")
    assert run("test").code == 0


def test_update_of_cases_that_hold_changes_nothing(run: Run, home: Path) -> None:
    path = cases(home, GOOD)
    before = os.stat(path).st_mtime_ns
    ended = run("test", "--update")
    assert (ended.code, ended.out) == (0, "")
    assert os.stat(path).st_mtime_ns == before


def test_update_is_refused_while_a_case_cannot_be_read(run: Run, home: Path) -> None:
    text = BAD + "- name: misspelled\n  given: {t_scor_hip: 1}\n  expect: {held: osteoporosis-by-t-score}\n"
    path = cases(home, text)
    ended = run("test", "--update")
    assert ended.code == 2
    assert "did you mean 't_score_hip'?" in ended.err
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(("percent", "code"), [("0", 0), ("100", 1)])
def test_coverage_below_the_threshold_ends_with_1(percent: str, code: int, run: Run, home: Path) -> None:
    cases(home, GOOD)
    ended = run("test", "--threshold", percent)
    assert ended.code == code
    assert "Not covered" in ended.out


def test_coverage_is_counted_in_json(run: Run, home: Path) -> None:
    cases(home, GOOD)
    told = json.loads(run("test", "--coverage", "--format", "json").out)
    assert told["coverage"]["counts"]["rules fired"] == {"covered": 4, "total": 9, "percent": 44.4}
    assert {one["file"] for one in told["coverage"]["uncovered"]} == {"rules/bone.yaml"}


def test_coverage_is_shown_beside_the_lines_on_a_page(run: Run, home: Path) -> None:
    cases(home, GOOD)
    ended = run("test", "--coverage", "--format", "html")
    assert ended.out.startswith("<!doctype html>")
    assert "when: vitamin_d &lt; 30 nmol/L" in ended.out


def test_changed_rules_are_counted_and_too_few_noticed_ends_with_1(run: Run, home: Path) -> None:
    cases(home, GOOD)
    ended = run("test", "--mutate", "--format", "json")
    told = json.loads(ended.out)
    assert ended.code == 1
    assert set(told) >= {"mutants", "killed", "survived", "equivalent", "survivors"}
    assert told["mutants"] == told["killed"] + told["survived"] + told["equivalent"]
    assert told["survived"] == len(told["survivors"])
    assert "changes are noticed" in run("test", "--mutate").out
    assert run("test", "--mutate", "--format", "html").out.count('class="card"') == told["survived"]


def test_a_change_an_author_lists_is_equivalent_and_an_unknown_one_refused(run: Run, home: Path) -> None:
    cases(home, GOOD)
    (one, *_) = json.loads(run("test", "--mutate", "--format", "json").out)["survivors"]
    write(home, {"tests/mutants.yaml": f"{one['rule']}:\n  {json.dumps(one['change'])}: nobody could tell\n"})
    told = json.loads(run("test", "--mutate", "--format", "json").out)
    assert [(same["change"], same["reason"]) for same in told["equivalents"]] == [(one["change"], "nobody could tell")]
    write(home, {"tests/mutants.yaml": "lowest:\n  no such change: why\n"})
    ended = run("test", "--mutate")
    assert ended.code == 2
    assert "tests/mutants.yaml:2:3: error OL411" in ended.err

"""What an author is told after each save: the cases that can be touched, and never a broken state in force."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.workbench.editing.watching import Seen, Watch
from tests.commands.conftest import FILES, write

CASES = """
- name: a low hip score is osteoporosis
  given: {age: 67, t_score_hip: -2.7}
  expect: {diagnosed: [osteoporosis]}
- name: vitamin D of 20 speaks of nothing dense
  given: {age: 67, vitamin_d: 20 nmol/L}
  expect_not: {diagnosed: [osteomalacia]}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OSTEOLOGIC_CACHE", "none")
    write(tmp_path, {**FILES, "tests/cases/bone.yaml": CASES})
    return tmp_path


@pytest.fixture
def watch(root: Path) -> Watch:
    found = Watch(root)
    first = found.look()
    assert first is not None
    assert first.problems == ()
    assert first.sound
    return found


def save(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    later = path.stat().st_mtime_ns + 2_000_000_000
    os.utime(path, ns=(later, later))


def looked(watch: Watch) -> Seen:
    found = watch.look()
    assert found is not None
    return found


def rule_file(root: Path, id: str) -> str:
    return next(
        path.relative_to(root).as_posix()
        for path in root.glob("rules/**/*.yaml")
        if f"{id}:" in path.read_text("utf-8")
    )


def test_nothing_saved_is_nothing_to_tell(watch: Watch) -> None:
    assert watch.look() is None


def test_a_saved_rule_brings_the_cases_it_can_touch(watch: Watch, root: Path) -> None:
    save(root, rule_file(root, "osteoporosis-by-t-score"), "<= -2.5", "<= -3.0")
    seen = looked(watch)
    assert seen.sound
    assert [one.name for one in seen.cases] == ["a low hip score is osteoporosis"]
    (result,) = watch.run(seen.cases)
    assert not result.passed


def test_a_change_of_words_touches_no_truth_but_is_taken_over(watch: Watch, root: Path) -> None:
    save(root, rule_file(root, "osteoporosis-by-t-score"), "\n", "\n# a word to colleagues\n")
    seen = looked(watch)
    assert seen.sound
    assert seen.cases == ()


def test_a_broken_state_is_told_and_never_comes_into_force(watch: Watch, root: Path) -> None:
    before = watch.prepared
    name = rule_file(root, "osteoporosis-by-t-score")
    save(root, name, "<= -2.5", "<= -2.5 SD and nonsense")
    seen = looked(watch)
    assert not seen.sound
    assert seen.problems
    assert seen.cases == ()
    assert watch.prepared is before
    save(root, "tests/cases/bone.yaml", "-2.7", "-2.6")
    seen = looked(watch)
    assert next(one.name for one in seen.cases) == "a low hip score is osteoporosis"
    assert all(result.passed for result in watch.run(seen.cases))
    assert watch.prepared is before
    save(root, name, "-2.5 SD and nonsense", "-2.5")
    assert looked(watch).sound


def test_a_saved_case_is_run_with_its_file(watch: Watch, root: Path) -> None:
    save(root, "tests/cases/bone.yaml", "t_score_hip: -2.7", "t_score_hip: -1.0")
    seen = looked(watch)
    results = list(watch.run(seen.cases))
    assert [result.passed for result in results] == [False, True]


def test_a_case_that_cannot_be_read_is_told(watch: Watch, root: Path) -> None:
    save(root, "tests/cases/bone.yaml", "t_score_hip", "t_scor_hip")
    seen = looked(watch)
    assert not seen.sound
    assert "t_scor_hip" in seen.problems[0].what


def test_a_file_that_goes_takes_its_cases_along(watch: Watch, root: Path) -> None:
    (root / "tests" / "cases" / "bone.yaml").unlink()
    assert looked(watch).cases == ()
    assert watch.worked == {}


def test_a_new_file_is_seen(watch: Watch, root: Path) -> None:
    (root / "tests" / "cases" / "more.yaml").write_text(CASES.replace("a low hip", "another low hip"), "utf-8")
    assert "another low hip score is osteoporosis" in [one.name for one in looked(watch).cases]


def test_where_nothing_was_ever_right_nothing_is_in_force(root: Path) -> None:
    save(root, "knowledge/scope.yaml", "when: age", "when: agee")
    watch = Watch(root)
    seen = looked(watch)
    assert not seen.sound
    assert watch.prepared is None
    assert list(watch.run(seen.cases)) == []

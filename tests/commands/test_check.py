"""`check`: everything wrong with a knowledge base in one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Run

WRONG = """
x:
  title: Something
  diagnoses: osteoporosis
  when: vitamin_d < 3 nmol/L and egrf < 2
  because: It is so.
  sources: [article]
  evidence: verified
y: {title: No verb, when: dysphagia, because: So., sources: [artcile], evidence: verified}
"""


def test_a_sound_knowledge_base_is_counted(home: Path, run: Run) -> None:
    ended = run("check")
    assert ended.code == 0, ended.out
    assert ended.out.splitlines()[-1] == (
        "16 files, 9 rules, 9 findings, 3 conditions, 2 interventions, 2 sources, 0 invariants: no problem"
    )


def test_every_problem_is_told_with_its_place_and_line(home: Path, run: Run) -> None:
    (home / "rules/wrong.yaml").write_text(WRONG.lstrip())
    ended = run("check")
    assert ended.code == 1
    assert "rules/wrong.yaml:4:34: error OL104: unknown finding 'egrf'" in ended.out
    assert "    when: vitamin_d < 3 nmol/L and egrf < 2\n" + " " * 35 + "^" in ended.out
    assert "rules/wrong.yaml:8:" in ended.out
    assert ended.out.splitlines()[-1].startswith("17 files: ")
    assert ended.err == ""


def test_nothing_to_check_is_an_error(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import api

    monkeypatch.setattr(api, "ROOT", tmp_path)
    ended = run("check")
    assert ended.code == 1
    assert "error OL114: no file in rules/" in ended.out


@pytest.mark.parametrize("format", ["json", "sarif", "github"])
def test_other_formats_carry_the_same_problems(format: str, home: Path, run: Run) -> None:
    (home / "rules/wrong.yaml").write_text(WRONG.lstrip())
    ended = run("check", "--format", format)
    assert ended.code == 1
    assert "egrf" in ended.out
    if format != "github":
        json.loads(ended.out)


def test_a_directory_of_ones_own_is_checked_with_ours(home: Path, run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "rules").mkdir(parents=True)
    (own / "rules/ours.yaml").write_text(WRONG.lstrip())
    ended = run("check", "--knowledge", str(own))
    assert ended.code == 1
    assert f"{own}/rules/ours.yaml:4:34" in ended.out
    assert "    when: vitamin_d < 3 nmol/L and egrf < 2" in ended.out


def test_a_warning_is_shown_and_does_not_fail(home: Path, run: Run) -> None:
    frail = "frail: {label: frail, shown: no}\n"
    rule = WRONG.split("y: {")[0].replace("diagnoses: osteoporosis", "sets: frail").replace(" and egrf < 2", "")
    (home / "knowledge/states.yaml").write_text(frail)
    (home / "rules/frail.yaml").write_text(rule.lstrip())
    ended = run("check")
    assert ended.code == 0
    assert "knowledge/states.yaml:1:1: warning OL531: 'frail' is set, and neither read nor shown" in ended.out
    assert "    why: " in ended.out


def test_the_worked_cases_are_read_too(home: Path, run: Run) -> None:
    (home / "tests/cases/dated.yaml").write_text(
        "- name: a dated answer\n  given: {age: 67}\n  expect: {diagnosed: [osteoporose]}\n"
    )
    ended = run("check")
    assert ended.code == 1
    assert "tests/cases/dated.yaml:3:24: error OL403" in ended.out


def test_a_directory_of_ones_own_in_which_nothing_is_read_is_an_error(home: Path, run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    ended = run("check", "--knowledge", str(own))
    assert ended.code == 1
    assert f"{own}: error OL114" in ended.out


def test_fix_writes_what_leaves_no_choice_and_tells_it(home: Path, run: Run) -> None:
    """Two slips of one rule, the second seen only once the first is gone; the rest of the file is as it was."""
    right = WRONG.lstrip().split("y: {")[0].replace("egrf < 2", "dysphagia").replace("[article]", "[article A1]")
    (home / "rules/wrong.yaml").write_text(right)
    before = run("check").out
    (home / "rules/wrong.yaml").write_text(right.replace("dysphagia", "dysphagya").replace("because:", "becuase:"))
    assert run("check").code == 1
    ended = run("check", "--fix")
    assert (home / "rules/wrong.yaml").read_text() == right
    assert "rules/wrong.yaml:4:34: 'dysphagya' is now 'dysphagia'" in ended.err
    assert ended.out == before


def test_fix_leaves_what_takes_thought(home: Path, run: Run) -> None:
    text = WRONG.lstrip().replace("vitamin_d < 3 nmol/L and egrf < 2", "vitamin_d < 3")
    (home / "rules/wrong.yaml").write_text(text.split("y: {")[0].replace("[article]", "[article A1]"))
    before = (home / "rules/wrong.yaml").read_text()
    assert run("check", "--fix").code == 1
    assert (home / "rules/wrong.yaml").read_text() == before


def test_an_edit_is_put_back_as_the_check_says(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody needs to know YAML for it, nor git: the place stands below what is told."""
    monkeypatch.setenv("OSTEOLOGIC_CACHE", str(tmp_path / "kept"))
    assert run("check").code == 0
    path = home / "rules/density.yaml" if (home / "rules/density.yaml").exists() else next((home / "rules").glob("*"))
    before = path.read_text("utf-8")
    path.write_text(before.replace("evidence: verified", "evidence: strong", 1), "utf-8")
    ended = run("check")
    assert ended.code == 1
    where = ended.err.splitlines()[-1].rpartition(" ")[2]
    assert where.startswith(f"rules/{path.name}:")
    assert run("check", "--put-back", f"rules/{path.name}:1").code == 2
    put_back = run("check", "--put-back", where)
    assert put_back.code == 0
    assert path.read_text("utf-8") == before
    assert "evidence: strong" in put_back.err.partition("These lines are gone:")[2]


def test_a_file_of_one_s_own_is_never_taken_away(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of an author's work is one edit then, and no slip."""
    monkeypatch.setenv("OSTEOLOGIC_CACHE", str(tmp_path / "kept"))
    assert run("check").code == 0
    mine = home / "rules" / "mine.yaml"
    mine.write_text("my-rule:\n  title: A rule of my own\n", "utf-8")
    ended = run("check")
    assert ended.code == 1
    assert "rules/mine.yaml:1" in ended.err
    assert "--put-back" not in ended.err
    refused = run("check", "--put-back", "rules/mine.yaml:1")
    assert refused.code == 2
    assert "nothing was there before; delete the file, if nothing in it is wanted" in refused.err
    assert mine.exists()


def test_cases_are_read_again_only_where_their_words_mean_something_else(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.workbench import processes, whole

    monkeypatch.setenv("OSTEOLOGIC_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(processes, "cores", lambda: 1)
    read: list[int] = []
    reading = whole.Reader.cases

    def counted(self: whole.Reader, *given: Any) -> Any:
        read.append(1)
        return reading(self, *given)

    monkeypatch.setattr(whole.Reader, "cases", counted)

    def edited(file: str, old: str, new: str) -> bool:
        """Whether the cases were read again after this edit."""
        read.clear()
        path = home / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        run("check")
        return bool(read)

    run("check")
    rules = next(path.relative_to(home).as_posix() for path in sorted((home / "rules").rglob("*.yaml")))
    assert not edited(rules, "because: ", "because: Indeed, ")
    assert edited("knowledge/findings.yaml", "label: ", "label: the ")
    case = next(path.relative_to(home).as_posix() for path in sorted((home / "tests/cases").rglob("*.yaml")))
    assert edited(case, "name: ", "name: Again ")
    assert not edited(rules, "because: ", "because: So, ")

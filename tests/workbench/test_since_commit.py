"""What was edited since the last commit is told with what it was; where nothing can be told, nothing is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.workbench.survey import since_commit, since_sound
from engine.workbench.survey.since_commit import Edited

RULES = "one:\n  when: age > 70\n  because: So.\n\ntwo:\n  when: age > 60\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder within a checkout, with files of which only some are knowledge."""
    root = tmp_path / "inside"
    (root / "rules" / "a").mkdir(parents=True)
    (root / "rules" / "a" / "b.yaml").write_text(RULES, "utf-8")
    (root / "README").write_text("x\n", "utf-8")
    who = ["-c", "user.name=An Author", "-c", "user.email=author@example.org"]
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "Begin")):
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)
    return root


def write(root: Path, old: str, new: str) -> None:
    path = root / "rules" / "a" / "b.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "edit"),
    [
        ("age > 70", "age < 70", Edited("rules/a/b.yaml", 2, ("  when: age > 70",), ("  when: age < 70",))),
        ("  because: So.\n", "", Edited("rules/a/b.yaml", 2, ("  because: So.",), ())),
        ("\ntwo", "  note: x\n\ntwo", Edited("rules/a/b.yaml", 4, (), ("  note: x",))),
    ],
)
def test_an_edit_is_told_where_it_stands(old: str, new: str, edit: Edited, checkout: Path) -> None:
    write(checkout, old, new)
    assert since_commit.edited(checkout) == (edit,)


def test_two_edits_are_two_and_other_files_none(checkout: Path) -> None:
    write(checkout, "70", "71")
    write(checkout, "60", "61")
    (checkout / "README").write_text("y\n", "utf-8")
    assert [one.line for one in since_commit.edited(checkout)] == [2, 6]


EDITS = [
    ("age > 70", "age < 70"),
    ("  because: So.\n", ""),
    ("one:\n", ""),
    ("\ntwo", "  note: x\n\ntwo"),
    ("age > 60\n", "age > 60"),
    ("  when: age > 70\n  because: So.\n", "  because: Not so.\n"),
]


@pytest.mark.parametrize(("old", "new"), EDITS)
def test_an_edit_is_put_back_to_the_letter(old: str, new: str, checkout: Path) -> None:
    write(checkout, old, new)
    text = (checkout / "rules" / "a" / "b.yaml").read_text("utf-8")
    (edit,) = since_commit.edited(checkout)
    assert edit.put_back(text) == (RULES if not new.endswith("60") else RULES.rstrip("\n"))
    assert not edit.now or edit.put_back("other\n" * 9) is None


def test_a_new_file_is_told_and_nothing_offers_to_take_it_away(checkout: Path) -> None:
    shelf = _Shelf()
    since_sound.keep(shelf, checkout, since_sound.CHECKED)
    (checkout / "rules" / "a" / "mine.yaml").write_text("mine:\n  when: age > 50\n", "utf-8")
    subprocess.run(["git", "add", "--all"], cwd=checkout, check=True)
    for edits in (since_sound.edited(shelf, checkout, since_sound.CHECKED), since_commit.edited(checkout)):
        assert [(one.file, one.new) for one in edits] == [("rules/a/mine.yaml", True)]
        assert "mine:" in (told := since_commit.shown(edits, "Why"))
        assert "--put-back" not in told
    write(checkout, "70", "71")
    (old,) = (one for one in since_commit.edited(checkout) if not one.new)
    assert since_commit.shown(since_commit.edited(checkout), "Why").endswith(f"--put-back {old.file}:{old.line}")


def test_a_file_that_has_gone_is_put_back_whole(checkout: Path) -> None:
    shelf = _Shelf()
    since_sound.keep(shelf, checkout, since_sound.CHECKED)
    (checkout / "rules" / "a" / "b.yaml").unlink()
    (kept,) = since_sound.edited(shelf, checkout, since_sound.CHECKED)
    (committed,) = since_commit.edited(checkout)
    assert (kept.file, committed.file) == ("rules/a/b.yaml", "rules/a/b.yaml")
    assert [one.put_back("") for one in (kept, committed)] == [RULES] * 2


@pytest.mark.parametrize(("old", "new"), EDITS)
def test_without_a_checkout_an_edit_is_told_since_all_was_well(old: str, new: str, checkout: Path) -> None:
    shelf = _Shelf()
    assert since_sound.edited(shelf, checkout, since_sound.CHECKED) == ()
    since_sound.keep(shelf, checkout, since_sound.CHECKED)
    assert since_sound.edited(shelf, checkout, since_sound.CHECKED) == ()
    write(checkout, old, new)
    (edit,) = since_sound.edited(shelf, checkout, since_sound.CHECKED)
    assert edit.put_back((checkout / "rules" / "a" / "b.yaml").read_text("utf-8")) == RULES
    assert since_sound.edited(shelf, checkout.parent, since_sound.CHECKED) == ()
    assert since_sound.edited(shelf, checkout, since_sound.PASSED) == ()


class _Shelf:
    """What the cache keeps, in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytes(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def store_bytes(self, name: str, body: bytes) -> None:
        self._kept[name] = body


def test_a_few_are_shown_and_many_are_not(checkout: Path) -> None:
    write(checkout, "age > 70", "age < 70")
    edits = since_commit.edited(checkout)
    told = since_commit.shown(edits, "Why:")
    assert told.startswith("Why:\n  rules/a/b.yaml:2\n    - when: age > 70\n    + when: age < 70\n")
    assert told.endswith("osteologic check --put-back rules/a/b.yaml:2")
    assert since_commit.shown(edits * 20, "Why:") == ""
    assert since_commit.shown((), "Why:") == ""


def test_outside_a_checkout_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    assert since_commit.edited(tmp_path) == ()

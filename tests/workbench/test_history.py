"""The history of an entry is that of its own lines, and a missing history is no fault."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.values.problems import Place
from engine.workbench.survey import history

TWO = "first-rule:\n  title: One\n  when: always\n\nsecond-rule:\n  title: Two\n  when: always\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    def git(*words: str) -> None:
        who = ["-c", "user.name=An Author", "-c", "user.email=author@example.org"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "rules").mkdir()
    for text, why in ((TWO, "Begin"), (TWO.replace("One", "Won"), "First"), (TWO.replace("Two", "Too"), "Second")):
        (tmp_path / "rules" / "a.yaml").write_text(text, "utf-8")
        git("add", ".")
        git("commit", "-q", "-m", why)
    return tmp_path


@pytest.mark.parametrize(("line", "expected"), [(1, ["Second", "First", "Begin"]), (5, ["Second", "Begin"])])
def test_only_what_touched_the_entry_is_told_latest_first(line: int, expected: list[str], checkout: Path) -> None:
    """The last commit took the first title back, so it touched both."""
    found = history.changes(checkout, Place("rules/a.yaml", line, 1))
    assert [one.why for one in found] == expected


@pytest.mark.parametrize("place", [Place("rules/none.yaml", 1), Place("rules/a.yaml", 900), Place("rules/a.yaml")])
def test_what_cannot_be_found_has_no_history(place: Place, checkout: Path) -> None:
    assert history.changes(checkout, place) == ()


def test_outside_a_checkout_there_is_no_history(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TWO, "utf-8")
    assert history.changes(tmp_path, Place("a.yaml", 1)) == ()

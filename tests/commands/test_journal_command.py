"""`journal`: what is kept on this machine is listed, shown and deleted, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.commands import surroundings
from engine.values.problems import Refused
from tests.commands.conftest import Run


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "osteologic" / "consultations"


def test_where_nothing_is_kept_it_says_where_it_would_be(home: Path, state: Path, run: Run) -> None:
    ended = run("journal")
    assert (ended.code, ended.out) == (0, "")
    assert str(state) in ended.err


def test_each_consultation_is_listed_and_shown_as_it_was_typed(home: Path, state: Path, run: Run) -> None:
    run(typed="67\nhip -2.7\nquit\n")
    (path,) = state.iterdir()
    assert run("journal", "list").out.startswith(f"{path.stem}  ")
    assert run("journal", "show", path.stem).out.splitlines()[1:] == ["> 67", "> hip -2.7"]


def test_one_is_deleted_by_its_name_and_all_by_that_word(home: Path, state: Path, run: Run) -> None:
    for _ in range(3):
        run(typed="67\nquit\n")
    first = sorted(state.iterdir())[0]
    assert "1 consultation deleted" in run("journal", "delete", first.stem).err
    assert len(list(state.iterdir())) == 2
    assert run("journal", "delete", "all").code == 0
    assert list(state.iterdir()) == []


@pytest.mark.parametrize("words", [["show"], ["delete"], ["show", "../../x"], ["delete", "20200101"]])
def test_what_is_not_there_is_refused_and_nothing_is_deleted(
    words: list[str], home: Path, state: Path, run: Run
) -> None:
    run(typed="67\nquit\n")
    ended = run("journal", *words)
    assert (ended.code, ended.out) == (2, "")
    assert "OL352" in ended.err
    assert len(list(state.iterdir())) == 1


def test_prune_deletes_what_is_older_than_so_many_days(home: Path, state: Path, run: Run) -> None:
    for _ in range(2):
        run(typed="67\nquit\n")
    old, new = sorted(state.iterdir())
    os.utime(old, (old.stat().st_atime, old.stat().st_mtime - 31 * 86_400))
    assert run("journal", "prune", "--older-than", "30").code == 0
    assert list(state.iterdir()) == [new]


def test_a_journal_that_was_altered_is_listed_with_what_is_odd(home: Path, state: Path, run: Run) -> None:
    run(typed="67\nquit\n")
    (path,) = state.iterdir()
    path.write_text("rubbish\n")
    ended = run("journal")
    assert ended.code == 0
    assert "this line is no JSON" in ended.out


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = tmp_path / "report.html"
    surroundings.write(report, "old")

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Refused, match="no space left on device"):
        surroundings.write(report, "new")
    assert report.read_text() == "old"
    assert list(tmp_path.iterdir()) == [report]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners here")
def test_a_cache_that_others_can_write_in_is_left_alone_and_told(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    monkeypatch.setenv("OSTEOLOGIC_CACHE", str(cache))
    ended = run("assess", "-", typed="age: 67\n")
    assert ended.code == 0
    assert "is left alone" in ended.err
    assert list(cache.iterdir()) == []

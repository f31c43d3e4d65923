"""What is kept of a consultation: each line at once and for good, read again only if it is what was written."""

from __future__ import annotations

import datetime
import json
import os
import stat
from pathlib import Path

import pytest

from engine.assessment.questions import Asked
from engine.dialogue import journal
from engine.dialogue.journal import Header, Journal
from engine.values.problems import Refused

HEADER = Header("1.0", datetime.date(2026, 11, 21), "nogg-2024", "UK", "sha256:0", "age: 67\n")
ASKED = Asked(("age",), "age", "Age?")
DETAIL = Asked(("fractures",), "hip, when", "Hip: when?", detail=(0, "date"))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A consultation of three lines."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    written = Journal.new(HEADER)
    written.keep(ASKED, "67, wöman\x1b")
    written.keep(None, "hip -2.7")
    written.keep(DETAIL, "2025-03")
    written.close()
    return written.path


def test_it_reads_back_what_was_kept(kept: Path) -> None:
    past = journal.read(kept)
    assert (past.header, past.torn) == (HEADER, False)
    assert [(one.asked, one.detail, one.line) for one in past.lines] == [
        (("age",), None, "67, wöman\x1b"),
        ((), None, "hip -2.7"),
        (("fractures",), (0, "date"), "2025-03"),
    ]


def test_only_the_user_can_read_it(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_nothing_is_written_before_the_first_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    Journal.new(HEADER).close()
    assert list(tmp_path.iterdir()) == []
    assert journal.latest() is None


def test_in_a_folder_that_others_can_write_in_nothing_is_kept_and_that_is_said(kept: Path) -> None:
    kept.parent.chmod(0o777)
    written = Journal.new(HEADER)
    with pytest.raises(Refused, match=r"not kept: others own .*, or can write in it"):
        written.keep(ASKED, "67")
    assert (written.kept, written.lost, list(kept.parent.iterdir())) == (0, 1, [kept])


def test_it_is_gone_on_with_where_it_stopped(kept: Path) -> None:
    onward = Journal.of(journal.read(kept))
    onward.keep(ASKED, "68")
    onward.close()
    assert [one.line for one in journal.read(kept).lines][-2:] == ["2025-03", "68"]
    assert journal.latest() == kept


def test_cut_anywhere_it_holds_every_line_that_was_whole(kept: Path) -> None:
    """As a crash leaves it: of every length, what is before the last line end is all there."""
    content = kept.read_bytes()
    first = content.index(b"\n") + 1
    for length in range(first, len(content) + 1):
        kept.write_bytes(content[:length])
        past = journal.read(kept)
        assert len(past.lines) == content[:length].count(b"\n") - 1
        assert past.torn == (content[length - 1 : length] != b"\n")


def test_a_torn_line_is_written_over(kept: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:-5])
    onward = Journal.of(journal.read(kept))
    onward.keep(ASKED, "68")
    onward.close()
    past = journal.read(kept)
    assert ([one.line for one in past.lines], past.torn) == (["67, wöman\x1b", "hip -2.7", "68"], False)


@pytest.mark.parametrize(
    ("line", "change"),
    [
        (0, {"journal": 2}),
        (0, {"as_of": "yesterday"}),
        (0, {"region": 5}),
        (0, {"more": 1}),
        (1, {"number": 2}),
        (1, {"line": 67}),
        (1, {"asked": "age"}),
        (1, {"detail": ["date", 0]}),
        (2, {"extra": True}),
    ],
)
def test_what_is_odd_is_refused_and_left_as_it_is(line: int, change: dict[str, object], kept: Path) -> None:
    lines = kept.read_text().splitlines()
    lines[line] = json.dumps({**json.loads(lines[line]), **change})
    kept.write_text("\n".join(lines) + "\n")
    before = kept.read_bytes()
    with pytest.raises(Refused) as refused:
        journal.read(kept)
    assert refused.value.problems[0].code == "OL350"
    assert kept.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"{}\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n", b"null"])
def test_what_is_no_consultation_is_refused(content: bytes, kept: Path) -> None:
    kept.write_bytes(content)
    with pytest.raises(Refused):
        journal.read(kept)


def test_a_disk_that_refuses_is_said_and_nothing_else_breaks(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    onward = Journal.of(journal.read(kept))
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Refused, match="no space left"):
        onward.keep(ASKED, "68")

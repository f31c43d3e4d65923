"""Whole consultations, as they look: what is typed in tests/data/sessions, and all that is printed.

Where the look was changed on purpose, `OSTEOLOGIC_REGENERATE=1 pytest tests/commands/test_sessions.py` writes it anew;
the difference is then read as part of the change.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.dialogue import inquiry
from tests.commands.conftest import Run

SESSIONS = Path(__file__).parent.parent / "data" / "sessions"
TYPED = sorted(SESSIONS.glob("*.typed"))


def test_there_are_sessions_of_every_command() -> None:
    assert len(TYPED) >= 15
    words = {line.split()[0] for path in TYPED for line in path.read_text().splitlines() if line.strip()}
    unseen = set(inquiry.COMMANDS) - words - {"help", "lifestyle", "tests"}
    assert not unseen


@pytest.mark.parametrize("path", TYPED, ids=lambda path: path.stem)
def test_a_consultation_looks_as_it_did(path: Path, home: Path, run: Run) -> None:
    ended = run("consult", "--no-journal", "--as-of", "2026-11-21", typed=path.read_bytes())
    assert (ended.code, ended.err) == (0, "")
    expected = path.with_suffix(".txt")
    if os.environ.get("OSTEOLOGIC_REGENERATE"):
        expected.write_text(ended.out)
    assert ended.out == expected.read_text()


@pytest.mark.parametrize("path", TYPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("width", ["60", "80", "160"])
def test_a_consultation_fits_its_terminal(
    width: str, path: Path, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    ended = run("consult", "--no-journal", typed=path.read_bytes())
    assert max(len(line) for line in ended.out.splitlines() if not line.startswith("> ")) <= int(width)
    assert "\x1b" not in ended.out

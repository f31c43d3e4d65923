"""No answer is lost: a consultation that is killed goes on with everything that was typed."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cli
from engine.consultation import journal
from tests.commands.conftest import Run

ROOT = Path(cli.__file__).parent
LINES = ["67, woman", "hip -2.7", "fractures none", "no fever", "on omeprazole", "weight 58 kg", "never smoked", "back"]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "osteologic"


def test_a_consultation_is_gone_on_with(home: Path, state: Path, run: Run) -> None:
    run(typed="67\nmale\nhip -2.7\nwhy\nchange age 70\n")
    ended = run("consult", "--resume", typed="facts\nquit\n")
    assert ended.code == 0
    assert "Going on with the consultation" in ended.out
    assert ended.out.count("age 70\n") == 2
    assert "hip T-score -2.7\n" in ended.out
    assert "Age?" not in ended.out


def test_resumed_twice_it_still_holds_everything(home: Path, state: Path, run: Run) -> None:
    run(typed="67\n")
    run("consult", "--resume", typed="male\nundo\nfemale\n")
    ended = run("consult", "--resume", typed="quit\n")
    assert "sex female" in ended.out
    assert len(list((state / "consultations").iterdir())) == 1


def test_under_what_it_was_held_is_kept(home: Path, state: Path, run: Run) -> None:
    run("consult", "--guideline", "nogg-2024", "--as-of", "2026-01-31", typed="67\n")
    ended = run("consult", "--resume", typed="report\nquit\n")
    assert "as of 2026-01-31" in ended.out
    assert "nogg-2024" in ended.out


def test_a_patient_file_it_began_with_is_kept_with_it(home: Path, state: Path, run: Run, tmp_path: Path) -> None:
    patient = tmp_path / "patient.yaml"
    patient.write_text("age: 67\n")
    run("consult", str(patient), typed="male\n")
    patient.unlink()
    ended = run("consult", "--resume", typed="quit\n")
    assert "age 67\nsex male\n" in ended.out


def test_another_knowledge_base_is_said(home: Path, state: Path, run: Run) -> None:
    run(typed="67\n")
    glossary = home / "knowledge" / "glossary.yaml"
    glossary.write_text(glossary.read_text() + "osteoblast: a cell that builds bone\n")
    ended = run("consult", "--resume", typed="quit\n")
    assert "The knowledge base is another one than then" in " ".join(ended.out.split())


def test_without_a_journal_there_is_no_trace(home: Path, state: Path, run: Run) -> None:
    ended = run("consult", "--no-journal", typed="67\nmale\nquit\n")
    assert "Nothing was kept" in ended.out
    assert not state.exists()


def test_where_nothing_was_kept_that_is_said(home: Path, state: Path, run: Run) -> None:
    ended = run("consult", "--resume")
    assert (ended.code, ended.out) == (2, "")
    assert "no consultation was kept" in ended.err


def test_what_was_altered_is_refused_and_left_alone(home: Path, state: Path, run: Run) -> None:
    run(typed="67\n")
    path = journal.latest()
    assert path is not None
    altered = path.read_text().replace('"number":1', '"number":3')
    path.write_text(altered)
    ended = run("consult", "--resume", typed="quit\n")
    assert ended.code == 2
    assert "OL350" in ended.err
    assert path.read_text() == altered


def test_killed_at_any_moment_no_answer_is_lost(state: Path) -> None:
    """What was read aloud before the program was killed is in the file, and everything before it."""
    chance = random.Random(11)
    environment = {**os.environ, "XDG_STATE_HOME": str(state.parent), "COLUMNS": "80"}
    for _ in range(int(os.environ.get("OSTEOLOGIC_KILLS", "8"))):
        before = journal.latest()
        with subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), "consult"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n".join(LINES) + "\n")
            process.stdin.flush()
            time.sleep(0.15 + chance.random())
            process.send_signal(signal.SIGKILL)
            out = process.stdout.read()
        echoed = [line for line in LINES[:-1] if re.search(rf"^> {re.escape(line)}\n\s+read", out, re.MULTILINE)]
        path = journal.latest()
        kept = [] if path is None or path == before else [one.line for one in journal.read(path).lines]
        assert kept == LINES[: len(kept)]
        assert len(kept) >= len(echoed)

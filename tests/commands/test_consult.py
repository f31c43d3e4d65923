"""`consult` through a pipe: the whole way from what is typed to what is printed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cli
from tests.commands.conftest import Run

ROOT = Path(cli.__file__).parent


def test_without_a_verb_it_consults_and_ends_cleanly(home: Path, run: Run) -> None:
    ended = run(typed="67\nfemale\nreport\nquit\n")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("osteologic ")
    assert "replaces no clinician" in ended.out
    assert "> 67\n  read    age 67\n" in ended.out
    assert "WHAT IS KNOWN\n  age 67; sex female." in ended.out
    assert "The answers are kept" in ended.out.splitlines()[-1]


@pytest.mark.parametrize("typed", ["", "67", "67\nfemale\n"])
def test_an_end_of_input_is_leaving(typed: str, home: Path, run: Run) -> None:
    ended = run("consult", typed=typed)
    assert ended.code == 0
    assert ("Nothing was kept" if not typed else "The answers are kept") in ended.out


@pytest.mark.parametrize(
    ("suffix", "sign"), [("html", "<!DOCTYPE html>"), ("md", "# "), ("json", "{"), ("txt", "Assess")]
)
def test_a_report_is_written_in_the_form_its_name_says(
    suffix: str, sign: str, home: Path, run: Run, tmp_path: Path
) -> None:
    target = tmp_path / f"bone.{suffix}"
    ended = run(typed=f"67\nreport {target}\nquit\n")
    assert target.read_text("utf-8").lstrip().startswith(sign)
    assert f"Written: {target.name}" in ended.out.replace(f"{tmp_path}/", "") or "Written:" in ended.out


@pytest.mark.parametrize("where", ["bone.doc", "no/such/folder/bone.html"])
def test_a_report_that_cannot_be_written_ends_nothing(where: str, home: Path, run: Run, tmp_path: Path) -> None:
    ended = run(typed=f"report {tmp_path / where}\n67\nquit\n")
    assert ended.code == 0
    assert "  ?  " in ended.out
    assert "read    age 67" in ended.out


def test_a_file_is_gone_on_with_and_what_it_does_not_say_is_asked(home: Path, run: Run, tmp_path: Path) -> None:
    patient = tmp_path / "patient.yaml"
    patient.write_text("age: 67\nsex: male\n")
    ended = run("consult", str(patient), typed="facts\nquit\n")
    assert ended.code == 0
    assert "age 67\nsex male" in ended.out
    assert "T-scores?" in ended.out
    assert "Age?" not in ended.out


def test_a_file_that_cannot_be_read_is_refused(home: Path, run: Run, tmp_path: Path) -> None:
    patient = tmp_path / "patient.yaml"
    patient.write_text("aeg: 67\n")
    ended = run("consult", str(patient))
    assert (ended.code, ended.out) == (2, "")
    assert "did you mean 'age'?" in ended.err


def test_what_is_typed_cannot_steer_the_terminal(home: Path, run: Run) -> None:
    ended = run(typed=b"\x1b[2J\xff\xfe\n\x9b2J\nquit\n")
    assert ended.code == 0
    assert "\x1b" not in ended.out


def test_a_json_report_is_the_contract(home: Path, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "bone.json"
    run(typed=f"67\nmale\nhip -2.7\nreport {target}\nquit\n")
    assert json.loads(target.read_text())["diagnoses"][0]["status"] == "established"


def test_at_a_terminal_control_c_leaves_cleanly() -> None:
    """A real terminal: the question is asked, Ctrl-C is pressed, nothing but the farewell follows."""
    main, other = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py")], stdin=other, stdout=other, stderr=other, env=environment, close_fds=True
    ) as process:
        os.close(other)
        seen = _until(main, "Age?")
        time.sleep(0.3)  # the prompt is drawn after the question
        os.write(main, b"\x03")
        seen += _until(main, "Nothing was kept")
        assert process.wait(20) == 0
    os.close(main)
    assert "Traceback" not in seen


def _until(terminal: int, words: str) -> str:
    """Everything printed up to these words; fails after a while."""
    seen, limit = "", time.monotonic() + 30
    while words not in seen and time.monotonic() < limit:
        try:
            seen += os.read(terminal, 4096).decode("utf-8", "replace")
        except OSError:
            break
        if "CPR" in seen or "\x1b[6n" in seen:
            os.write(terminal, b"\x1b[1;1R")
            seen = seen.replace("\x1b[6n", "")
    assert words in seen, seen
    return seen

"""`consult` through a pipe: the whole way from what is typed to what is printed."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

import cli
from tests.commands.conftest import Run

ROOT = Path(cli.__file__).parent


def test_without_a_verb_it_consults_and_ends_cleanly(home: Path, run: Run) -> None:
    ended = run(typed="67\nfemale\nreport full\nquit\n")
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


@pytest.mark.parametrize("name", ["page.html", "page.txt"])
def test_the_page_for_the_patient_is_written(name: str, home: Path, run: Run, tmp_path: Path) -> None:
    assert run(typed=f"67\nreport patient {tmp_path / name}\nquit\n").code == 0
    assert "what was found" in (tmp_path / name).read_text("utf-8").lower()


def test_the_page_for_the_patient_is_shown(home: Path, run: Run) -> None:
    assert "WHAT WAS FOUND" in run(typed="67\nreport patient\nquit\n").out


def test_the_page_for_the_patient_takes_no_other_form(home: Path, run: Run, tmp_path: Path) -> None:
    ended = run(typed=f"67\nreport patient {tmp_path / 'page.json'}\nquit\n")
    assert "the page for a patient is written as .html or .txt" in " ".join((ended.out + ended.err).split())
    assert not (tmp_path / "page.json").exists()


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


# --- at a real terminal -----------------------------------------------------------------------------------------------


class Typist:
    """A pseudo-terminal with the program on the other side of it."""

    def __init__(self, state: Path, *words: str, columns: int = 80) -> None:
        self.main, other = pty.openpty()
        self.resize(columns)
        environment = {**os.environ, "TERM": "xterm", "XDG_STATE_HOME": str(state)}
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            environment.pop(name, None)
        command = [sys.executable, str(ROOT / "cli.py"), *words]
        self.process = subprocess.Popen(
            command, stdin=other, stdout=other, stderr=other, env=environment, close_fds=True, start_new_session=True
        )
        os.close(other)
        self.seen = ""
        self.until("Age?")
        self.until(">")  # before it is drawn, a key is nobody's

    def resize(self, columns: int) -> None:
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def type(self, keys: str) -> None:
        time.sleep(0.3)  # the prompt is drawn after the question
        os.write(self.main, keys.encode())

    def until(self, words: str) -> str:
        """Everything printed up to these words; fails after a while."""
        start, limit = len(self.seen), time.monotonic() + 30
        while words not in self.seen[start:] and time.monotonic() < limit:
            ready, _, _ = select.select([self.main], [], [], 0.5)
            if not ready:
                continue
            try:
                read = os.read(self.main, 4096).decode("utf-8", "replace")
            except OSError:
                break
            if "\x1b[6n" in read:
                os.write(self.main, b"\x1b[1;1R")
            self.seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", read)
        assert words in self.seen[start:], self.seen
        return self.seen[start:]

    def ended(self) -> int:
        try:
            code = self.process.wait(60)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.main)
        assert "Traceback" not in self.seen
        return code


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_at_a_terminal_one_leaves_cleanly(key: str, tmp_path: Path) -> None:
    typist = Typist(tmp_path)
    typist.type(key)
    typist.until("Nothing was kept")
    assert typist.ended() == 0


def test_a_request_to_end_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    typist = Typist(tmp_path)
    watched = os.dup(typist.main)
    typist.type("67\r")
    typist.until("Sex: female or male?")
    typist.until(">")
    assert not termios.tcgetattr(watched)[3] & termios.ECHO
    typist.process.send_signal(signal.SIGTERM)
    assert typist.ended() == 128 + signal.SIGTERM
    assert termios.tcgetattr(watched)[3] & termios.ECHO
    os.close(watched)


def test_a_line_can_be_edited_before_it_is_given(tmp_path: Path) -> None:
    typist = Typist(tmp_path)
    typist.type("77\x7f\x7f")  # backspace, twice
    typist.type("6\x01\x0b67\r")  # to the beginning, all of it away
    assert "age 67" in typist.until("Sex: female or male?")
    typist.type("quit\r")
    typist.until("The answers are kept")
    assert typist.ended() == 0


def test_tab_completes_commands_and_names(tmp_path: Path) -> None:
    typist = Typist(tmp_path)
    typist.type("differ\t")
    typist.until("differential")
    typist.type("\r")
    typist.until("COULD BE")
    typist.type("whynot osteomala\t")
    typist.until("osteomalacia")
    typist.type("\r")
    typist.until("nearest way")
    typist.type("\x04")
    assert typist.ended() == 0


def test_the_arrow_up_brings_back_what_was_typed_of_this_patient_alone(tmp_path: Path) -> None:
    first = Typist(tmp_path)
    first.type("67\r")
    first.until("Sex: female or male?")
    first.type("\x1b[A\r")
    first.until("'67' is not known")
    first.type("quit\r")
    assert first.ended() == 0
    assert not (tmp_path / "osteologic" / "history").exists()
    second = Typist(tmp_path)
    second.type("\x1b[A\r")
    second.type("68\r")
    second.until("age 68")
    second.until(">")
    second.type("\x04")
    assert second.ended() == 0


def test_no_journal_leaves_no_history_either(tmp_path: Path) -> None:
    typist = Typist(tmp_path, "consult", "--no-journal")
    typist.type("67\r")
    typist.until("Sex: female or male?")
    typist.type("\x04")
    typist.until("Nothing was kept")
    assert typist.ended() == 0
    assert not (tmp_path / "osteologic").exists()


def test_a_terminal_made_narrower_is_written_to_its_new_width(tmp_path: Path) -> None:
    typist = Typist(tmp_path, columns=160)
    typist.resize(60)
    os.killpg(typist.process.pid, signal.SIGWINCH)
    typist.type("?\r")
    told = typist.until("leave")
    assert max(len(line) for line in told.splitlines()[2:]) <= 61
    typist.type("\x04")
    assert typist.ended() == 0


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "consult", "--no-journal"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b"67\nreport\nreport\n")
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 141

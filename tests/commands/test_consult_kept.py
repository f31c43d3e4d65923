"""No answer is lost: a consultation that is killed goes on with everything that was typed."""

from __future__ import annotations

import errno
import json
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
from engine.dialogue import journal
from engine.hearing.ear import VERSION
from tests.commands.conftest import Run
from tests.conftest import LONG

ROOT = Path(cli.__file__).parent
LINES = ["67, woman", "hip -2.7", "postmenopausal", "vit d 28 nmol/L", "on omeprazole", "asthma", "spine -3.1", "back"]


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


def test_which_of_two_values_is_right_is_kept(home: Path, state: Path, run: Run) -> None:
    run(typed="67\nmale\nhip -2.7\nlowest T-score -1\n2\n")
    ended = run("consult", "--resume", typed="facts\nquit\n")
    assert "lowest T-score -1" not in ended.out
    assert "which is right" not in ended.out
    run(typed="67\nmale\nhip -2.7\nlowest T-score -1\ndon't know\n")
    ended = run("consult", "--resume", typed="facts\nquit\n")
    assert "lowest T-score -1\n" in ended.out
    assert "which is right" not in ended.out


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


def test_a_line_the_disk_refuses_for_a_moment_is_taken_back_and_told(
    home: Path, run: Run, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next line is not glued to half of it, and the last sentence is true."""
    written = os.write
    half: list[bool] = []

    def full_for_a_moment(file: int, content: bytes) -> int:
        if half and half.pop():
            raise OSError(errno.ENOSPC, "No space left on device")
        if b"hip -2.7" in content:
            half.append(True)
            return written(file, content[:9])
        return written(file, content)

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full_for_a_moment)
        ended = run(typed="67\nhip -2.7\nfemale\nquit\n")
    assert "this line is not kept" in ended.out
    assert "Kept but for 1 line" in ended.out
    resumed = run("consult", "--resume", typed="quit\n")
    assert resumed.code == 0
    assert "sex female" in resumed.out


@pytest.mark.parametrize("seed", range(50 if LONG else 5))
def test_whenever_the_disk_is_full_what_was_acknowledged_is_there_and_nothing_is_torn(
    seed: int, home: Path, run: Run, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, written = random.Random(seed), os.write

    def sometimes_full(file: int, content: bytes) -> int:
        if content.startswith(b"{") and chance.random() < 0.4:
            return written(file, content[: chance.randrange(1, len(content))])
        if not content.startswith(b"{") and content.endswith(b"}\n"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(file, content)

    monkeypatch.setattr(os, "write", sometimes_full)
    ended = run(typed="".join(f"{line}\n" for line in [*LINES, "quit"]))
    monkeypatch.undo()
    refused = ended.out.count("this line is not kept")
    kept = [one for path in (state / "consultations").glob("*.jsonl") for one in journal.read(path).lines]
    assert len(kept) + refused >= len(LINES)
    assert ended.out.count("The answers are kept") == (refused == 0)
    assert [one.line for one in kept] == [line for line in LINES if line in {one.line for one in kept}]


def test_two_at_once_do_not_write_in_one_journal(home: Path, run: Run, state: Path) -> None:
    run(typed="67\nquit\n")
    (path,) = (state / "consultations").iterdir()
    held = journal.Journal.of(journal.read(path))
    ended = run("consult", "--resume", typed="female\nquit\n")
    assert "It is going on elsewhere too" in ended.out
    assert len(list((state / "consultations").iterdir())) == 2
    held.close()
    assert [one.line for one in journal.read(path).lines] == ["67"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners here")
def test_a_folder_that_others_can_write_in_is_not_gone_on_with(home: Path, run: Run, state: Path) -> None:
    run(typed="67\nquit\n")
    (state / "consultations").chmod(0o777)
    ended = run("consult", "--resume", typed="quit\n")
    assert ended.code == 2
    assert "OL351" in ended.err


# --- killed -----------------------------------------------------------------------------------------------------------

KILLS = int(os.environ.get("OSTEOLOGIC_KILLS", "1000" if LONG else "100" if os.environ.get("CI") == "true" else "40"))
WARM = """
import contextlib, gc, io, os, signal, sys, tempfile
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from engine import api
from engine.commands import consult, surroundings
api.ROOT = surroundings.ROOT = Path(sys.argv[2])
prepared = surroundings.prepared(None)
surroundings.prepared = lambda knowledge: prepared
orders, state = sys.stdin, os.environ["XDG_STATE_HOME"]
with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stdout(io.StringIO()):
    os.environ["XDG_STATE_HOME"] = scratch
    for resume in (False, True):  # what is opened on first use is open from here on, and not anew in each fork
        sys.stdin = io.StringIO(sys.argv[3])
        consult.run(resume=resume)
os.environ["XDG_STATE_HOME"] = state
gc.freeze()
written = os.write

def until(last, count):  # a few bytes at a time, which a disk may do; the last write is cut short, and then it dies
    done = 0

    def slowly(file, content):
        nonlocal done
        done += 1
        if done == last:
            written(file, content[: 1 + last % 23])
            os.kill(os.getpid(), signal.SIGKILL)
        os.pwrite(count, b"%8d" % done, 0)
        return written(file, content[:24])

    return slowly

print("ready", flush=True)
while order := orders.readline():
    resume, typed, printed, counted, last = order.split()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(typed, os.O_RDONLY), 0)
        os.dup2(os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        sys.stdin = open(0, encoding="utf-8", closefd=False)
        os.write = until(int(last), os.open(counted, os.O_WRONLY | os.O_CREAT))
        code = consult.run(resume=resume == "yes")
        sys.stdout.flush()
        os._exit(code)
    print(child, flush=True)
    orders.readline()  # until then the child keeps its number, dead or alive, and nobody else can be killed for it
    os.waitpid(child, 0)
    print("gone", flush=True)
"""
"""A process that has read the knowledge base and forks a consultation for each order; that one is killed, from outside
after a time or by itself in the middle of a write."""


class Warm:
    """Holds consultations that can be killed, without starting Python for each of them."""

    def __init__(self, folder: Path, home: Path, state: Path) -> None:
        self.folder = folder
        environment = {**os.environ, "XDG_STATE_HOME": str(state), "COLUMNS": "80"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WARM, str(ROOT), str(home), "\n".join([*LINES, "quit", ""])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True,
        )  # fmt: skip
        assert self._line() == "ready"

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def writes(self) -> int:
        """How many writes the last consultation that ended by itself had made."""
        return int((self.folder / "counted").read_text())

    def consult(self, lines: list[str], resume: bool, killed_after: float | None = None, last: int = 0) -> str:
        """What a consultation printed until it was killed (after seconds, or in a write), or until it was left."""
        typed, printed, counted = (self.folder / name for name in ("typed", "printed", "counted"))
        typed.write_text("".join(f"{line}\n" for line in lines))
        printed.write_text("")
        assert self.process.stdin is not None
        self.process.stdin.write(f"{'yes' if resume else 'no'} {typed} {printed} {counted} {last}\n")
        self.process.stdin.flush()
        child = int(self._line())
        if killed_after is not None:
            time.sleep(killed_after)
            os.kill(child, signal.SIGKILL)
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self._line() == "gone"
        return printed.read_text("utf-8", "replace")

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> str:
        if self.process.returncode is not None:
            return ""
        _, complaint = self.process.communicate(timeout=60)
        return complaint


TOLD = {"67, woman": "age 67", "hip -2.7": "-2.7", "on omeprazole": "omeprazole", "vit d 28 nmol/L": "28 nmol/L"}
"""How a consultation that is gone on with says some of the answers again."""


def shown(printed: str, lines: list[str]) -> int:
    """How many of the lines that were typed had been answered."""
    return sum(bool(re.search(rf"^> {re.escape(line)}\n\s+read", printed, re.MULTILINE)) for line in lines)


def kept_at(state: Path) -> Path:
    """The one file there is."""
    (path,) = (state / "consultations").iterdir()
    return path


def test_killed_at_any_moment_no_answer_is_lost(home: Path, state: Path, tmp_path: Path) -> None:
    """What was read aloud before the program was killed is there when it goes on; and so it is killed again."""
    with Warm(tmp_path, home, state.parent) as warm:
        kill_again_and_again(warm, state)
        assert warm.leave() == ""


def kill_again_and_again(warm: Warm, state: Path) -> None:
    chance = random.Random(11)
    whole = 10.0
    for _ in range(3):
        started = time.monotonic()
        warm.consult([*LINES, "quit"], resume=False)
        whole = min(whole, time.monotonic() - started)
        kept_at(state).unlink()
    writes = warm.writes
    answered: list[str] = []
    torn = halfway = 0
    for number in range(KILLS):
        left = LINES[len(answered) :]
        if number % 2:
            printed = warm.consult(left, bool(answered), chance.uniform(0, whole))
        else:
            printed = warm.consult(
                left, bool(answered), last=chance.randint(1, max(1, writes * len(left) // len(LINES)))
            )
        if answered and "\n> " in printed:  # it got as far as to ask on
            assert f"({len(answered)} line" in printed
            assert {line for line in answered if line in TOLD and TOLD[line] not in printed} == set()
        path = journal.latest()
        if path is None or not path.read_bytes().count(b"\n"):  # killed before there was a whole line
            assert not answered
            assert not shown(printed, left)
            if path is not None:
                path.unlink()
            continue
        past = journal.read(path)
        now = [one.line for one in past.lines]
        assert now == LINES[: len(now)]
        assert len(now) >= len(answered) + shown(printed, left)
        torn += past.torn
        halfway += 0 < len(now) < len(LINES)
        answered = now if len(now) < len(LINES) else []
        if not answered:  # nothing was said yet, or all of it: begin anew
            path.unlink()
    assert torn > KILLS / 8, "too few kills fell into the middle of a line that was written"
    assert halfway > KILLS / 8


# --- heard otherwise than then ----------------------------------------------------------------------------------------


def _reheard(path: Path, line: int, heard: str, reader: int | None = None) -> None:
    """Write another reading of a line into a journal, as another ear would have left it."""
    entries = [json.loads(one) for one in path.read_text().splitlines()]
    for entry in entries:
        if entry.get("of") == line:
            entry["heard"] = json.loads(heard)
    if reader is not None:
        entries[0]["reader"] = reader
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def _kept() -> Path:
    path = journal.latest()
    assert path is not None
    return path


def test_how_each_line_was_heard_is_kept_with_it(home: Path, state: Path, run: Run) -> None:
    run(typed="67, woman\nhip -2.7\nwhy\nquit\n")
    past = journal.read(_kept())
    assert [one.line for one in past.lines] == ["67, woman", "hip -2.7", "why"]
    assert [one.reading for one in past.lines] == [{"age": "67", "sex": "female"}, {"t_score_hip": "-2.7"}, None]


def test_only_a_line_that_is_heard_otherwise_now_is_shown_and_asked(home: Path, state: Path, run: Run) -> None:
    run(typed="67, woman\nhip -2.7\nvit d 28 nmol/L\nquit\n")
    _reheard(_kept(), 2, '{"t_score_hip": "-1.7"}', reader=1)
    ended = run("consult", "--resume", typed="1\nfacts\nquit\n")
    told = " ".join(ended.out.split())
    assert "This line is heard otherwise now: hip -2.7" in told
    assert "1 as then: hip T-score -1.7 2 as now: hip T-score -2.7" in told
    assert "> 67, woman" not in ended.out
    assert "hip T-score -1.7" in told
    again = run("consult", "--resume", typed="quit\n")
    assert "heard otherwise" not in again.out
    assert "hip T-score -1.7" in again.out
    assert "hip T-score -2.7" not in again.out


def test_what_is_heard_now_is_kept_where_that_was_meant(home: Path, state: Path, run: Run) -> None:
    run(typed="67, woman\nasthma\nquit\n")
    _reheard(_kept(), 2, '{"conditions": "[chronic_lung_disease, ...]"}')
    ended = run("consult", "--resume", typed="2\nquit\n")
    assert "as then: illnesses" in " ".join(ended.out.split())
    again = run("consult", "--resume", typed="quit\n")
    assert "heard otherwise" not in again.out
    assert "asthma" in again.out


def test_an_answer_given_where_a_choice_was_asked_for_is_heard(home: Path, state: Path, run: Run) -> None:
    run(typed="67, woman\nasthma\nquit\n")
    _reheard(_kept(), 2, "{}")
    ended = run("consult", "--resume", typed="hip -2.7\nfacts\nquit\n")
    assert "as then: nothing" in " ".join(ended.out.split())
    assert "-2.7" in ended.out.split("Going on with")[1]


def test_a_journal_without_readings_is_still_read(home: Path, state: Path, run: Run) -> None:
    run(typed="67, woman\nhip -2.7\nquit\n")
    path = _kept()
    lines = [one for one in path.read_text().splitlines() if '"heard"' not in one]
    path.write_text("\n".join(lines).replace(f'"reader":{VERSION}', '"reader":1') + "\n")
    ended = run("consult", "--resume", typed="quit\n")
    assert "> hip -2.7" in ended.out
    assert "hip T-score -2.7" in ended.out or "total hip -2.7" in ended.out


@pytest.mark.parametrize("odd", ['{"of": 9, "heard": {}}', '{"of": 1, "heard": {"age": 67}}', '{"of": 1, "heard": []}'])
def test_a_reading_that_no_line_has_is_refused(home: Path, state: Path, run: Run, odd: str) -> None:
    run(typed="67\nquit\n")
    path = _kept()
    path.write_text(path.read_text() + odd + "\n")
    ended = run("consult", "--resume", typed="quit\n")
    assert ended.code == 2
    assert "does not say how one before it was heard" in ended.err

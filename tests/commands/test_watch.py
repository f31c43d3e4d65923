"""`watch`: a save is answered while the author looks on, and Ctrl-C leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import cli
from tests.commands.conftest import FILES, write

ROOT = Path(cli.__file__).parent
START = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it would be ignored
sys.path.insert(0, sys.argv[1])
import cli
from engine.commands import surroundings
surroundings.ROOT = Path(sys.argv[2])
sys.exit(cli.main(sys.argv[3:]))
"""
"""The program on the small knowledge base: its worked cases are run in a moment."""
RULE = """
our-rule:
  title: Our own rule
  orders: vitamin_d_test
  when: age > 100
  because: The clinic wants it.
  sources: [article]
  evidence: unverified
"""


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    home, own = tmp_path / "home", tmp_path / "own"
    write(home, FILES)
    write(own, {"rules/own.yaml": RULE})
    command = [sys.executable, "-u", "-c", START, str(ROOT), str(home), "watch", "--knowledge", str(own)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield process, own
        process.kill()


def until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if words in line:
            return told
    raise AssertionError(f"it never said {words!r}: {told}")


def test_it_answers_a_save_and_leaves_when_asked(watching: tuple[subprocess.Popen[str], Path]) -> None:
    process, own = watching
    until(process, "1 case is ready")
    until(process, " s)")
    time.sleep(0.05)
    (own / "rules" / "own.yaml").write_text(RULE.replace("age > 100", "agee > 100"), "utf-8")
    told = until(process, "Not taken over")
    assert "'agee'" in told
    assert "what was in force stays so" in told
    (own / "rules" / "own.yaml").write_text(RULE.replace("age > 100", "age > 101"), "utf-8")
    assert "saved:" in until(process, "Changes 0 of 1")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0

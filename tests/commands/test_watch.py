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

ROOT = Path(cli.__file__).parent
RULE = """
our-rule:
  title: Our own rule
  orders: dxa
  when: age > 100
  because: The clinic wants it.
  sources: [nogg-2024]
  evidence: unverified
"""


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text(RULE, "utf-8")
    command = [sys.executable, "-u", str(ROOT / "cli.py"), "watch", "--knowledge", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield process, tmp_path
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
    until(process, "cases are ready")
    until(process, " s)")
    time.sleep(0.05)
    (own / "rules" / "own.yaml").write_text(RULE.replace("age > 100", "agee > 100"), "utf-8")
    told = until(process, "Not taken over")
    assert "'agee'" in told
    assert "what was in force stays so" in told
    (own / "rules" / "own.yaml").write_text(RULE.replace("age > 100", "age > 101"), "utf-8")
    assert "saved:" in until(process, " passed, ")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0

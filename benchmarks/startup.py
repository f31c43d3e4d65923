"""How long a person waits for the first line, against a Python that only imports what such a program is made of."""

from __future__ import annotations

import compileall
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
ROUNDS = 15

FLOOR = """
import collections, collections.abc
collections.Mapping = collections.abc.Mapping
import frozendict
del collections.Mapping
import experta, yaml, click, rich, prompt_toolkit
"""
QUESTION = re.compile(rb"\w\?")
REPORT = re.compile(rb"qualified provider\.\n")
"""The end of a report."""
PATIENT = "age: 67\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -2.7\n"


@dataclass(frozen=True, slots=True)
class Waits:
    """Median milliseconds of each, measured in turn."""

    floor: float
    assess: float
    question: float
    edited: float


def waits() -> Waits:
    with tempfile.TemporaryDirectory() as directory:
        copy = Copy(Path(directory))
        ways: dict[str, Callable[[], float]] = {
            "floor": copy.floor,
            "assess": copy.assess,
            "question": copy.first_question,
            "edited": copy.assess_after_an_edit,
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for way in ways.values():
            way()  # the cache of the knowledge base
        for _ in range(ROUNDS):
            for name, way in ways.items():
                times[name].append(way())
        return Waits(**{name: median(some) for name, some in times.items()})


class Copy:
    """A copy of the program in a directory where files can be edited, with a cache of its own."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "program"
        shutil.copytree(ROOT / "engine", self.root / "engine", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("rules", "knowledge"):
            shutil.copytree(ROOT / name, self.root / name)
        shutil.copy(ROOT / "cli.py", self.root)
        compileall.compile_dir(self.root, quiet=1)  # as pip does with what it installs, the libraries among it
        self.patient = directory / "patient.yaml"
        self.patient.write_text(PATIENT)
        self.edited = sorted((self.root / "rules").glob("**/*.yaml"))[0]
        self.environment = {**os.environ, "OSTEOLOGIC_CACHE": str(directory / "cache"), "COLUMNS": "80"}
        self._edits = 0

    def assess(self) -> float:
        return self._told(["assess", str(self.patient)], REPORT)

    def assess_after_an_edit(self) -> float:
        self._edits += 1
        text = self.edited.read_text()
        self.edited.write_text(text.replace("title: ", "title: An edited ", 1) if self._edits % 2 else _plain(text))
        with self.edited.open("a") as file:
            file.write(f"\n# edit {self._edits}\n")
        return self.assess()

    def first_question(self) -> float:
        """Until the first question stands there, at a pipe; then whoever is asked leaves."""
        return self._told(["consult"], QUESTION)

    def floor(self) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", FLOOR], cwd=self.root, env=self.environment, check=True)
        return (time.perf_counter() - begun) * 1000

    def _told(self, arguments: list[str], end: re.Pattern[bytes]) -> float:
        """Until the program has said what a person waits for; what it keeps for its next start comes after that."""
        begun = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "cli.py", *arguments],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            seen = b""
            while not end.search(seen):
                part = os.read(process.stdout.fileno(), 65536)
                if not part:
                    raise RuntimeError(f"it was not said: {end.pattern!r} in {seen!r}")
                seen += part
            waited = time.perf_counter() - begun
            process.stdin.close()
            process.stdout.read()
        return waited * 1000


def _plain(text: str) -> str:
    return text.replace("title: An edited ", "title: ", 1)

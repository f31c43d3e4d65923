"""Every check reports what it is for, at its place, and is silent on what merely looks like it."""

from __future__ import annotations

import datetime
import functools
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.knowledge_base import reader
from engine.knowledge_base.layout import Layout, Written, contents_of
from engine.knowledge_base.model import KnowledgeBase
from engine.language.problems import Level, Problem
from engine.workbench import cases, checks
from engine.workbench.checks.manual import codes_of_others

DATA = Path(__file__).parent.parent / "data"
ROOT = Path(__file__).parent.parent.parent
TODAY = datetime.date(2026, 11, 21)
CODES = sorted(path.name for path in (DATA / "checks").iterdir() if path.is_dir())

_PART = re.compile(r"^# file: (.+)\n", re.MULTILINE)
_EXPECTED = re.compile(r"^#! (\S+):(\d+):(\d+) (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """Where a problem is said to be, and in which words."""

    file: str
    line: int
    column: int
    words: str


def parts(path: Path) -> dict[str, str]:
    """The files that a file of data stands for, by name; lines count from the line after the name."""
    pieces = _PART.split(path.read_text("utf-8"))
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@functools.cache
def small() -> tuple[Written, ...]:
    contents, problems = contents_of(Layout(DATA / "small"))
    assert problems == []
    return contents


def problems_of(files: dict[str, str]) -> list[Problem]:
    """Everything told of the small knowledge base with these files in it."""
    room = {name: text for name, text in files.items() if not name.startswith("tests/")}
    kept = [item for item in small() if item.file not in room]
    kb, read = reader.read_contents([*kept, *(Written(name, name, text.encode()) for name, text in room.items())])
    if kb is None:
        return read
    worked: list[cases.WorkedCase] = []
    wrong: list[Problem] = []
    for name in files.keys() - room.keys():
        found, problems = cases.read_file(kb, files[name].encode(), name)
        worked += found
        wrong += problems
    return [*checks.run(kb, worked, read=read, today=TODAY), *wrong]


def told(path: Path, code: str) -> list[Told]:
    files = parts(path)
    found = [problem for problem in problems_of(files) if problem.code == code and problem.place.file in files]
    return [Told(one.place.file, one.place.line, one.place.column, f"{one.what}; {one.hint}") for one in found]


def expected(path: Path) -> list[Told]:
    return [Told(m[1], int(m[2]), int(m[3]), m[4]) for m in _EXPECTED.finditer(path.read_text("utf-8"))]


def test_every_check_has_a_pair() -> None:
    assert CODES
    assert {*checks.CODES} - {*CODES} == set()


@pytest.mark.parametrize("code", CODES)
def test_what_is_wrong_is_told_at_its_place(code: str) -> None:
    path = DATA / "checks" / code / "wrong.yaml"
    wanted = expected(path)
    assert wanted, "say what is expected"
    assert told(path, code) == wanted


@pytest.mark.parametrize("code", CODES)
def test_a_near_miss_is_passed_over(code: str) -> None:
    path = DATA / "checks" / code / "near_miss.yaml"
    assert parts(path)
    assert [problem for problem in problems_of(parts(path)) if problem.level is Level.ERROR] == []
    assert told(path, code) == []

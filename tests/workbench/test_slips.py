"""Mistakes of authors in the shipped base: none goes unnoticed, and what is printed puts each right."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from engine.case import case
from engine.knowledge_base.store.cache import Store
from engine.knowledge_base.store.memory import Held
from engine.values.problems import Problem
from engine.workbench import whole
from engine.workbench.cases import runner
from engine.workbench.checks import registry
from engine.workbench.editing import mending
from engine.workbench.editing.mending import Lines
from engine.workbench.survey import since_commit, since_sound
from tests.conftest import LONG

ROOT = Path(__file__).parent.parent.parent
TODAY = datetime.date(2026, 11, 21)
FEWEST_KINDS, FEWEST_EXACT = 150, 75
"""So many kinds of slips there are at least, and so many of them the printed text itself puts right to the letter."""
EACH = 4
"""Of so many slips one is made at the desk; the long suite makes all."""


@dataclass(frozen=True)
class Slip:
    name: str
    file: str
    before: str
    after: str


def _slips() -> Iterator[Slip]:
    for one in yaml.safe_load((ROOT / "tests/data/slips.yaml").read_text("utf-8")):
        text = (ROOT / one["file"]).read_text("utf-8")
        at = text.index(one["was"], text.index(one.get("after", "")))
        yield Slip(one["slip"], one["file"], text, text[:at] + one["now"] + text[at + len(one["was"]) :])


SLIPS = list(_slips())


class Base:
    """The shipped base, in which one file after the other is written otherwise."""

    def __init__(self) -> None:
        self.reader = whole.Reader(ROOT, None, Held(Store(None, "none")))
        self.contents, _ = self.reader.contents()
        self.sound = self.told({})

    def told(self, texts: Mapping[str, str], checked: bool = False) -> list[Problem]:
        """What is told of these texts: by reading them, and (for long) by every check and worked case."""
        unsaved = {ROOT / file: text.encode() for file, text in texts.items()}
        kb, found = self.reader.read(self.reader.overlaid(self.contents, unsaved))
        if kb is None or not checked:
            return found
        worked, wrong = self.reader.cases(kb, unsaved)
        found = [*registry.run(kb, worked, read=found, today=TODAY), *wrong]
        if found:
            return found
        failed = (one.case for one in runner.run(case.prepare(kb), worked) if not one.passed)
        return [Problem("OL400", f"{one.name} fails", one.place) for one in failed]


@pytest.fixture(scope="module")
def base() -> Base:
    return Base()


def _by_what_is_printed(slip: Slip, told: list[Problem]) -> str:
    """How the file comes to be as it was: written by `--fix`, one of the ways offered, or put back; else nothing."""
    if slip.file.startswith("tests"):
        told = [one for one in told if one.place.file == slip.file]
    own = [one for one in told if one.place.file == slip.file]
    if mending.mended(slip.after, own).text == slip.before:
        return "fixed"
    lines = Lines(slip.after)
    ways = [way for problem in own for way in mending.ways_of(problem, lines)]
    edits = [edit for way in ways if (edit := mending.edit_of(way, lines)) is not None]
    if any(mending.applied(slip.after, [edit]) == slip.before for edit in edits):
        return "offered"
    return "put back" if _put_back(slip) == slip.before else ""


def _put_back(slip: Slip) -> str:
    edits = since_sound.between({slip.file: slip.before}, {slip.file: slip.after})
    assert since_commit.shown(edits, "Why:"), "what was edited is shown"
    text: str | None = slip.after
    for edit in reversed(edits):
        text = edit.put_back(text or "")
    return text or ""


def test_what_is_printed_puts_a_slip_right(base: Base) -> None:
    """Those that are told when the files are read; the long suite takes the others too."""
    how: Counter[str] = Counter()
    for slip in SLIPS if LONG else SLIPS[::EACH]:
        told = [one for one in base.told({slip.file: slip.after}, checked=LONG) if one not in base.sound]
        if not told and not LONG:
            continue
        assert told, f"{slip.name} goes unnoticed"
        by = _by_what_is_printed(slip, told)
        assert by, f"{slip.name} is not put right: {told[0]}"
        how[by] += 1
    assert (how["fixed"] + how["offered"]) * (1 if LONG else EACH) >= FEWEST_EXACT, how


def test_there_are_many_kinds_of_slips() -> None:
    assert len({slip.name for slip in SLIPS}) == len(SLIPS) >= FEWEST_KINDS
    assert all(slip.before != slip.after for slip in SLIPS)

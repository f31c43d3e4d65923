"""What was measured, as a page: tables, and each goal with what was reached."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from .memory import Growth
from .race import Entry
from .startup import Waits
from .workload import Workload

SIDE_BY_SIDE = ("osteologic", "CLIPS, each firing told to Python", "CLIPS, untraced")


@dataclass(frozen=True, slots=True)
class Goal:
    """A number that must not be exceeded."""

    what: str
    limit: float
    reached: float
    unit: str = " x"

    @property
    def met(self) -> bool:
        return self.reached <= self.limit

    def __str__(self) -> str:
        met = "yes" if self.met else "**no**"
        return f"| {self.what} | {self.limit:g}{self.unit} | {self.reached:.2f}{self.unit} | {met} |"


@dataclass(frozen=True, slots=True)
class Result:
    """One workload and how every contender did on it."""

    workload: Workload
    entries: Sequence[Entry]

    @property
    def title(self) -> str:
        return f"{self.workload.name} ({len(self.workload.ground.productions):,} productions)"


def race_goals(result: Result) -> Iterator[Goal]:
    ours, traced, untraced = (_entry(result, name) for name in SIDE_BY_SIDE)
    name = result.workload.name
    yield Goal(f"{name}: whole consultation against traced CLIPS", 0.5, _ratio(ours.whole, traced.whole))
    yield Goal(f"{name}: whole consultation against untraced CLIPS", 1.0, _ratio(ours.whole, untraced.whole))
    yield Goal(f"{name}: changed answer against traced CLIPS", 0.5, _ratio(ours.change, traced.change))


def touch_goal(few: float, many: float) -> Goal:
    return Goal("premises touched, 2,000 rules against 500", 4.5, many / few)


def memory_goals(growths: Iterable[Growth]) -> Iterator[Goal]:
    for growth in growths:
        what = (
            f"{growth.workload}: memory grown over {growth.consultations:,} consultations, {growth.changes:,} changes"
        )
        yield Goal(what, 2.0, growth.grown, " MB")


def start_goals(waits: Waits) -> Iterator[Goal]:
    yield Goal("`assess` against only importing the libraries", 1.2, waits.assess / waits.floor)
    yield Goal("first question of `consult`, likewise", 1.8, waits.question / waits.floor)
    yield Goal("`assess` after a rule was edited, likewise", 3.0, waits.edited / waits.floor)


def page(
    results: Sequence[Result],
    goals: Sequence[Goal],
    waits: Waits | None,
    growths: Sequence[Growth],
    records: Iterable[str] = (),
) -> str:
    parts = [_HEAD, _machine(), "\n## Goals\n", *_goals(goals), "\n## Consultations\n", _HOW]
    for result in results:
        parts += [f"\n### {result.title}\n", *_table(result)]
    parts += ["\n## Memory\n", *(_held(growth) for growth in growths)]
    if waits is not None:
        parts += ["\n## Start\n", *_started(waits)]
    if told := [*records]:
        parts += ["\n## Health records\n", *told]
    return "\n".join(parts) + "\n"


_HEAD = """# Performance

Written by `make bench`; run it again to know what holds on another machine. Times are medians in milliseconds; ratios
travel better between machines."""

_HOW = """A made-up base has rules of three conditions on average, in four layers; a patient answers 60 of 80 findings.
The shipped base is told what the program itself tells it about the patients of the examples and the worked cases.
A whole consultation begins with an engine that has forgotten the last patient and ends with everything concluded; a
changed answer takes back what was said before, says something else, and concludes anew.

Every contender runs the same three-valued meaning: a statement and its being false are two facts. They take turns,
patient by patient. Each result is compared with a fixpoint worked out without any engine; who gets one wrong is listed
as wrong, and the time struck. Stock experta has no truth maintenance, so its changed answers are wrong by design."""


def _machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("experta", "clipspy", "zen-engine"))
    return f"\nMeasured with Python {platform.python_version()} on {_processor()}, {os.cpu_count()} cores; {packages}."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())


def _goals(goals: Iterable[Goal]) -> Iterator[str]:
    yield "| goal | at most | reached | met |\n|---|---|---|---|"
    yield from map(str, goals)


def _table(result: Result) -> Iterator[str]:
    ours = _entry(result, SIDE_BY_SIDE[0])
    yield "| contender | runs | whole consultation | ours is | changed answer | ours is |\n|---|---|---|---|---|---|"
    for entry in result.entries:
        whole = _time(entry.whole, entry.wrong_whole, ours.whole, entry is ours)
        change = _time(entry.change, entry.wrong_change, ours.change, entry is ours)
        yield f"| {entry.contender.name} | {entry.contender.runs} | {whole} | {change} |"


def _time(time: float | None, wrong: bool, ours: float | None, is_ours: bool) -> str:
    if wrong:
        return "wrong | "
    if time is None:
        return "not measured | "
    shown = f"{time:,.0f}" if time >= 100 else f"{time:.3g}"
    return f"{shown} | " + ("" if is_ours or ours is None else f"{ours / time:.2g} x")


def _held(growth: Growth) -> str:
    more = f"{growth.grown:+.3f} MB after {growth.consultations:,} more with {growth.changes:,} changed answers"
    return f"* {growth.workload}: {growth.held:.2f} MB after the first consultations, {more}, on one engine."


def _started(waits: Waits) -> Iterator[str]:
    yield "| what | ms | against the first |\n|---|---|---|"
    rows = {
        "Python that imports experta (mended), yaml, click, rich and prompt_toolkit": waits.floor,
        "`assess` of a small patient file, until the report stands": waits.assess,
        "`consult`, until the first question stands": waits.question,
        "`assess` after one rule file was edited, likewise": waits.edited,
    }
    for what, wait in rows.items():
        yield f"| {what} | {wait:.0f} | {wait / waits.floor:.2f} |"


def _entry(result: Result, name: str) -> Entry:
    return next(entry for entry in result.entries if entry.contender.name == name)


def _ratio(ours: float | None, theirs: float | None) -> float:
    """Infinite where one of the two was wrong: there is nothing to be proud of."""
    return ours / theirs if ours is not None and theirs is not None else float("inf")

"""`watch`: after each save, what is wrong and how the cases went that it can touch; Ctrl-C leaves."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..case.case import Prepared
from ..values.problems import Problem
from ..views import escape
from ..views import problems as view
from ..views.outcomes import outcome
from ..workbench.cases.cases import WorkedCase
from ..workbench.difference import difference, samples
from ..workbench.difference.versions import Version
from ..workbench.editing.watching import AT_ONCE, Seen, Watch
from . import surroundings
from .check import Lines

PAUSE = 0.15
"""Seconds between two looks at the files."""


def run(knowledge: Path | None = None) -> int:
    watch = Watch(surroundings.ROOT, knowledge)
    surroundings.note("watching rules, knowledge and cases; Ctrl-C leaves")
    first = True
    try:
        while True:
            seen = watch.look()
            for part in _told(watch, seen, first) if seen is not None else ():
                surroundings.put(part)
                surroundings.flush()
            first = first and seen is None
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        surroundings.note("")
        return 0


def _told(watch: Watch, seen: Seen, first: bool) -> Iterator[str]:
    """What a look showed, the gravest first; at the first one the cases are only counted."""
    started = time.perf_counter()
    if not first:
        yield f"{time.strftime('%H:%M:%S')} saved: {escape.line(', '.join(seen.files))}\n"
    if not seen.sound:
        kept = "what was in force stays so" if watch.prepared is not None else "nothing is in force yet"
        yield f"{_problems(seen.problems)}\nNot taken over: {kept}.\n"
    if first:
        yield f"{len(seen.cases)} case{' is' if len(seen.cases) == 1 else 's are'} ready.\n"
    else:
        for some in (seen.cases[:AT_ONCE], seen.cases[AT_ONCE:]):
            if some:
                yield outcome.text(list(watch.run(some)), None)
    if seen.sound:
        yield f"{_problems(dict.fromkeys([*seen.problems, *watch.checked()]))}\n"
    if seen.sound and watch.before is not None and watch.prepared is not None:
        yield _changed(watch.before, watch.prepared, [one for found in watch.worked.values() for one in found])
    yield f"({time.perf_counter() - started:.1f} s)\n\n"


def _changed(before: Prepared, now: Prepared, worked: list[WorkedCase]) -> str:
    """Of how many patients of the worked cases the save changed what is shown."""
    sample = samples.patients_of(worked)
    found = difference.between(Version("before", before), Version("now", now), [sample], witnesses=0)
    if not found.decides:
        return "What was saved changes nobody: only words differ.\n" if found.edits else ""
    (counted,) = found.samples
    loosened = f", {counted.loosened} of them protected less" if counted.loosened else ""
    return f"Changes {counted.changed} of {counted.patients} patients of the worked cases{loosened}.\n"


def _problems(problems: Iterable[Problem]) -> str:
    told = list(problems)
    return view.text(told, Lines(surroundings.ROOT).of, view.counted(told)).rstrip("\n")

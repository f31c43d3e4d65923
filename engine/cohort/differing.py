"""Whom an edit changes in a table: every row under two versions of a knowledge base, counted by what becomes what.

The rows are read by each version, for a finding may be new in one; a row that either refuses is left out. What is
compared is what `workbench/difference` compares of single patients, by the same words.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..assessment.outlook import Outlook
from ..workbench import processes
from ..workbench.difference import conclusions, difference
from ..workbench.difference.conclusions import Conclusion
from .mirror.scope import Unmirrored
from .packed import unpacked
from .running import Progress, Run
from .screening import Screen
from .table import arrow, tables
from .table.reading import Batch, Long
from .table.tables import Task

Turn = tuple[str, str, str, str]
"""What is shown, of what, and the words before and after: `status`, `alendronate`, `deferred`, `recommended`."""
Rows = tuple[Any, dict[str, Long]]
"""A batch with the rows of long tables beside it."""


@dataclasses.dataclass(slots=True)
class Turned:
    """What was counted in some rows. Only counts; no row can be told from it."""

    rows: int = 0
    refused: int = 0
    """Rows that either version refuses, and that are not compared."""
    changed: int = 0
    loosened: int = 0
    """Rows of which somebody who was protected is protected less."""
    turns: Counter[Turn] = dataclasses.field(default_factory=Counter)

    def add(self, other: Turned) -> None:
        self.rows += other.rows
        self.refused += other.refused
        self.changed += other.changed
        self.loosened += other.loosened
        self.turns.update(other.turns)


def counted(old: Run, new: Run, wanted: Sequence[Conclusion], progress: Progress) -> Turned:
    """What changes of the rows of one table; `wanted` are the conclusions that an edit can reach."""
    found = Turned()
    work = _Work(old, new, tuple(wanted))
    pairs = zip(
        tables.tasks(old.table, old.contract, old.directory, new.workers),
        tables.tasks(new.table, new.contract, new.directory, new.workers),
        strict=True,
    )
    for part in processes.streamed(work, pairs, new.workers):
        found.add(part)
        progress(part.rows)
    return found


class _Work:
    """Compares one part; what a process needs is made once in it."""

    def __init__(self, old: Run, new: Run, wanted: tuple[Conclusion, ...]) -> None:
        self.runs, self.wanted = (old, new), wanted
        self.made: tuple[Screen, Screen] | None = None

    def __call__(self, pair: tuple[Task, Task]) -> Turned:
        if self.made is None:
            arrow.keep_small()
            old, new = (Screen(run.prepared, run.contract, run.asked) for run in self.runs)
            self.made = old, new
        read = (tables.read(run.table, run.contract, task) for run, task in zip(self.runs, pair, strict=True))
        found = Turned()
        for (before, _, beside), (after, _, beside_after) in zip(*read, strict=True):
            found.add(_compared(self.made, ((before, beside), (after, beside_after)), self.wanted))
        return found


def _compared(screens: tuple[Screen, Screen], rows: tuple[Rows, Rows], wanted: Sequence[Conclusion]) -> Turned:
    with np.errstate(all="ignore"):
        batches = [screen.reader.read(*one) for screen, one in zip(screens, rows, strict=True)]
        people = [screen.people(read) for screen, read in zip(screens, batches, strict=True)]
        accepted = people[0].accepted & people[1].accepted
        count = batches[0].count
        found = Turned(rows=count, refused=count - accepted.bit_count())
        changed = loosened = 0
        try:
            alone = (people[0].set_apart() | people[1].set_apart()) & accepted
            turns = list(_together([one.population for one in people], wanted, accepted & ~alone))
        except Unmirrored:
            alone, turns = accepted, []
        for row in np.flatnonzero(unpacked(alone, count)).tolist():
            turns += ((turn, 1 << row) for turn in _one(screens, batches, row, wanted))
        for one in people:
            one.population.forget()
    for (conclusion, before, after), cases in turns:
        turn: Turn = (conclusion.kind, conclusion.id, before, after)
        found.turns[turn] += cases.bit_count()
        changed |= cases
        loosened |= cases if conclusions.loosened(conclusion, before, after) else 0
    found.changed, found.loosened = changed.bit_count(), loosened.bit_count()
    return found


_Change = tuple[Conclusion, str, str]


def _together(populations: Sequence[Any], wanted: Sequence[Conclusion], among: int) -> Iterator[tuple[_Change, int]]:
    """The changes of these rows, over bits."""
    if not among:
        return
    for conclusion in wanted:
        before, after = (conclusions.words(one, conclusion) for one in populations)
        yield from difference.turned(conclusion, before, after, among).items()


def _one(
    screens: tuple[Screen, Screen], batches: Sequence[Batch], row: int, wanted: Sequence[Conclusion]
) -> Iterator[_Change]:
    """The changes of one row, on experta; doses, which a report prints with their values, are not compared."""
    old, new = (Outlook(screen.case(read, row)) for screen, read in zip(screens, batches, strict=True))
    for conclusion in wanted:
        if conclusion.kind != "dose":
            before, after = conclusions.word(old, conclusion), conclusions.word(new, conclusion)
            if before != after:
                yield conclusion, before, after

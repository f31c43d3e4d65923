"""The contenders side by side on the same patients: first every result is checked, then they are timed in turn."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from engine.inference.ground import Ground, Literal

from .contenders import Contender
from .workload import Consultation, Said, Workload, follows

PATIENCE = 5.0
"""Seconds a contender may take in all; then it is timed no further. One that takes longer for its first patient has
only that one."""


@dataclass(slots=True)
class Entry:
    """A contender, its times in milliseconds, and whether a result of it was wrong."""

    contender: Contender
    wholes: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    wrong_whole: bool = False
    wrong_change: bool = False

    @property
    def whole(self) -> float | None:
        return None if self.wrong_whole or not self.wholes else median(self.wholes)

    @property
    def change(self) -> float | None:
        return None if self.wrong_change or not self.changes else median(self.changes)

    @property
    def tired(self) -> bool:
        return sum(self.wholes) + sum(self.changes) > PATIENCE * 1000


class Judge:
    """Knows what follows from what is said, and remembers it."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._concluded = frozenset(production.conclusion for production in ground.productions)
        self._known: dict[tuple[Literal, ...], frozenset[Literal]] = {}

    def right(self, said: Said, contender: Contender) -> bool:
        if said.literals not in self._known:
            self._known[said.literals] = follows(self.ground, said.literals) & self._concluded
        return contender.conclusions() & self._concluded == self._known[said.literals]


def race(workload: Workload, contenders: Sequence[Contender]) -> list[Entry]:
    """Time every contender on every patient, in turn, beginning with another one each time."""
    entries = [Entry(contender) for contender in contenders]
    judge = Judge(workload.ground)
    for entry in entries:
        _consult(entry, workload.consultations[0], judge)  # to see that it is right, and to warm it up
        if not entry.tired:
            entry.wholes.clear()
            entry.changes.clear()
    gc.collect()
    gc.freeze()  # what one contender keeps must not be gone through while another is timed
    try:
        for number, consultation in enumerate(workload.consultations[1:]):
            first = number % len(entries)
            for entry in entries[first:] + entries[:first]:
                if not entry.tired:
                    _consult(entry, consultation, judge)
    finally:
        gc.unfreeze()
        for entry in entries:
            entry.contender.close()
    return entries


def _consult(entry: Entry, consultation: Consultation, judge: Judge) -> None:
    contender = entry.contender
    entry.wholes.append(_timed(lambda: contender.whole(consultation.said)))
    entry.wrong_whole |= not judge.right(consultation.said, contender)
    for change in consultation.changes:
        entry.changes.append(_timed(lambda change=change: contender.change(change)))  # type: ignore[misc]  # bound now
        entry.wrong_change |= not judge.right(change.then, contender)


def _timed(call: Callable[[], None]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000

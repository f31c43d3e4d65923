"""Every worked case run, on all cores: all of a process at once over bits, and those that fail again one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...case.case import Prepared
from ...inference.program import bits
from ...inference.program.columns import Machine
from ...inference.working_memory import WorkingMemory
from .. import processes
from . import cases, outcomes, together
from .cases import WorkedCase
from .coverage import Reached, Recorder
from .outcomes import Failure, Result

AT_ONCE = 2_000
"""Cases handed to a process together, at most: what a set of cases costs by itself is shared by so many."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a process tells of some cases, without the cases themselves, and what all it ran so far reached."""

    results: tuple[tuple[tuple[Failure, ...], float], ...]
    reached: Reached | None


def run(
    prepared: Prepared,
    wanted: Sequence[WorkedCase],
    recorder: Recorder | None = None,
    fail_fast: bool = False,
    at_once: int = 0,
) -> Iterator[Result]:
    """The result of each case, in order; with `fail_fast` none after the first that fails.

    Args:
        recorder: takes note of what the cases reach.
        at_once: so many cases are judged together; as many as suit the processes where nobody says.
    """
    judge = _Judge(prepared, recorder, fail_fast)
    at_once = at_once or min(AT_ONCE, -(-len(wanted) // processes.cores()) or 1)

    def work(start: int) -> _Told:
        return judge.of(wanted[start : start + at_once])

    starts = range(0, len(wanted), at_once)
    for start, told in zip(starts, processes.each(work, starts, processes.cores()), strict=False):
        if recorder is not None and told.reached is not None:
            recorder.reached.add(told.reached)
        for one, (failures, seconds) in zip(wanted[start:], told.results, strict=False):
            yield Result(one, failures, seconds)
            if fail_fast and failures:
                return


class _Judge:
    """What a process judges cases with: one program and, for those that fail, one working memory."""

    def __init__(self, prepared: Prepared, recorder: Recorder | None, fail_fast: bool) -> None:
        self.prepared, self.recorder, self.fail_fast = prepared, recorder, fail_fast
        self.machine = Machine(prepared.plan)
        self._memory: WorkingMemory | None = None

    def of(self, part: Sequence[WorkedCase]) -> _Told:
        """The failures of some cases; with `fail_fast` none is looked for after the first that fails."""
        started = time.perf_counter()
        people = together.population(self.prepared, self.machine, part)
        suspect = together.failing(people, part)
        if self.recorder is not None:
            self.recorder.watch(people)
        each = (time.perf_counter() - started) / len(part)
        results: list[tuple[tuple[Failure, ...], float]] = [((), each)] * len(part)
        for number in bits.positions(suspect):
            begun = time.perf_counter()
            failures = self._alone(part[number])
            results[number] = failures, each + time.perf_counter() - begun
            if self.fail_fast and failures:
                break
        return _Told(tuple(results), self.recorder.reached if self.recorder is not None else None)

    def _alone(self, one: WorkedCase) -> tuple[Failure, ...]:
        if self._memory is None:
            self._memory = WorkingMemory(self.prepared.plan)
        return outcomes.everything_wrong(cases.patient(self.prepared, one, memory=self._memory), one)

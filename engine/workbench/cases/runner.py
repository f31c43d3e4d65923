"""Every worked case run, on all cores: one working memory a process, and what the cases reach told once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...case.case import Prepared
from ...inference.working_memory import WorkingMemory
from .. import processes
from . import cases, outcomes
from .cases import WorkedCase
from .coverage import Reached, Recorder
from .outcomes import Failure, Result

AT_ONCE = 20
"""Cases handed to a process together."""


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
    at_once: int = AT_ONCE,
) -> Iterator[Result]:
    """The result of each case, in order; with `fail_fast` none after the first that fails."""
    memory = WorkingMemory(prepared.plan)

    def work(start: int) -> _Told:
        return _together(prepared, memory, wanted[start : start + at_once], recorder, fail_fast)

    starts = range(0, len(wanted), at_once)
    for start, told in zip(starts, processes.each(work, starts, processes.cores()), strict=False):
        if recorder is not None and told.reached is not None:
            recorder.reached.add(told.reached)
        for one, (failures, seconds) in zip(wanted[start:], told.results, strict=False):
            yield Result(one, failures, seconds)
            if fail_fast and failures:
                return


def _together(
    prepared: Prepared, memory: WorkingMemory, part: Sequence[WorkedCase], recorder: Recorder | None, fail_fast: bool
) -> _Told:
    """Some cases one after the other; with `fail_fast` those after the first that fails are not begun."""
    results = []
    for one in part:
        started = time.perf_counter()
        case = cases.patient(prepared, one, memory=memory)
        failures = outcomes.everything_wrong(case, one)
        results.append((failures, time.perf_counter() - started))
        if recorder is not None:
            recorder.watch(case)
        if fail_fast and failures:
            break
    return _Told(tuple(results), recorder.reached if recorder is not None else None)

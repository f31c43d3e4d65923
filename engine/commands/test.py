"""`test`: the worked cases, what they cover, and what changes of the rules they would notice."""

from __future__ import annotations

import time
from pathlib import Path

from ..consultation.case import Prepared
from ..language.problems import Refused
from ..views import outcome
from ..workbench import cases, runner
from ..workbench.cases import WorkedCase
from ..workbench.coverage import Recorder, measure
from . import surroundings


def run(
    format: str = "text",
    keyword: str | None = None,
    fail_fast: bool = False,
    junit: Path | None = None,
    coverage: bool = False,
    threshold: float | None = None,
    knowledge: Path | None = None,
) -> int:
    """Exit 1 when a case fails or coverage is below the threshold; cases that cannot be read are refused."""
    started = time.perf_counter()
    prepared = surroundings.prepared(knowledge)
    wanted = [one for one in _cases(prepared, knowledge) if keyword is None or keyword.lower() in one.name.lower()]
    recorder = Recorder(prepared) if coverage or threshold is not None else None
    results = list(runner.run(prepared, wanted, recorder, fail_fast))
    measured = measure(recorder) if recorder is not None else None
    if junit is not None:
        junit.write_text(outcome.junit(results), encoding="utf-8")
    surroundings.put(outcome.data(results, measured) if format == "json" else outcome.text(results, measured))
    surroundings.note(f"{len(results)} of {len(wanted)} cases run in {time.perf_counter() - started:.1f} s")
    if not wanted:
        surroundings.note(f"no case is named like '{keyword}'")
        return 1
    too_little = threshold is not None and measured is not None and not measured.reaches(threshold)
    if too_little and measured is not None:
        surroundings.note(f"coverage is {measured.least:.1f} %, below {threshold:g} %")
    return 1 if too_little or any(not result.passed for result in results) else 0


def _cases(prepared: Prepared, knowledge: Path | None) -> list[WorkedCase]:
    files = cases.files_in(surroundings.ROOT / "tests" / "cases")
    if knowledge is not None:
        files += cases.files_in(knowledge / "cases")
    found, problems = cases.read_all(prepared.kb, files, surroundings.ROOT)
    if problems:
        raise Refused(problems)
    return found

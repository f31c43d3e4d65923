"""`test`: the worked cases, what they cover, and what changes of the rules they would notice."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..consultation.case import Prepared
from ..knowledge_base.cache import Store
from ..language.problems import Place, Problem, Refused
from ..views import outcome, outcome_mutation
from ..workbench import cases, equivalents, mutants, mutation, runner
from ..workbench.cases import WorkedCase
from ..workbench.coverage import Recorder, measure
from . import surroundings

ENGINE = Path(__file__).parent.parent


def run(
    format: str = "text",
    keyword: str | None = None,
    fail_fast: bool = False,
    junit: Path | None = None,
    update: bool = False,
    coverage: bool = False,
    threshold: float | None = None,
    mutate: bool = False,
    knowledge: Path | None = None,
) -> int:
    """Exit 1 when a case fails, coverage is below the threshold or too few changes are noticed.

    Cases that cannot be read are refused.
    """
    prepared = surroundings.prepared(knowledge)
    wanted = [one for one in _cases(prepared, knowledge) if keyword is None or keyword.lower() in one.name.lower()]
    if not wanted:
        surroundings.note(f"no case is named like '{keyword}'")
        return 1
    if mutate:
        return _mutate(prepared, wanted, format, knowledge)
    return _test(prepared, wanted, format, fail_fast, junit, coverage, threshold)


def _cases(prepared: Prepared, knowledge: Path | None) -> list[WorkedCase]:
    found, problems = cases.read_all(prepared.kb, _files(knowledge), surroundings.ROOT)
    if problems:
        raise Refused(problems)
    return found


def _files(knowledge: Path | None) -> list[Path]:
    files = cases.files_in(surroundings.ROOT / "tests" / "cases")
    return [*files, *cases.files_in(knowledge / "cases")] if knowledge is not None else files


def _test(
    prepared: Prepared,
    wanted: list[WorkedCase],
    format: str,
    fail_fast: bool,
    junit: Path | None,
    coverage: bool,
    threshold: float | None,
) -> int:
    started = time.perf_counter()
    recorder = Recorder(prepared) if coverage or threshold is not None else None
    results = list(runner.run(prepared, wanted, recorder, fail_fast))
    measured = measure(recorder) if recorder is not None else None
    if junit is not None:
        _write(junit, outcome.junit(results))
    surroundings.put(outcome.data(results, measured) if format == "json" else outcome.text(results, measured))
    surroundings.note(f"{len(results)} of {len(wanted)} cases run in {time.perf_counter() - started:.1f} s")
    too_little = threshold is not None and measured is not None and not measured.reaches(threshold)
    if too_little and measured is not None:
        surroundings.note(f"coverage is {measured.least:.1f} %, below {threshold:g} %")
    return 1 if too_little or any(not result.passed for result in results) else 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"it cannot be written: {error.strerror or 'no reason given'}"
        raise Refused([Problem("OL001", what, Place(str(path)))]) from None


# --- changed rules ----------------------------------------------------------------------------------------------------


def _mutate(prepared: Prepared, wanted: list[WorkedCase], format: str, knowledge: Path | None) -> int:
    started = time.perf_counter()
    listed = _listed(prepared, knowledge)
    digest = mutation.digest_of(_rested_on(prepared, wanted, knowledge))
    store = Store.of("mutants of " + str(knowledge.resolve() if knowledge is not None else ""))
    report = mutation.run(prepared, wanted, listed, store, digest, _progress if sys.stderr.isatty() else None)
    surroundings.put(outcome_mutation.data(report) if format == "json" else outcome_mutation.text(report))
    surroundings.note(f"{len(report.outcomes)} changes tried in {time.perf_counter() - started:.1f} s")
    return 0 if report.enough and not report.left_out else 1


def _listed(prepared: Prepared, knowledge: Path | None) -> dict[str, str]:
    """The changes that authors say are equivalent, with their reasons. Raises Refused."""
    found: list[equivalents.Listed] = []
    problems: list[Problem] = []
    for path in (surroundings.ROOT / "tests" / "mutants.yaml", *([knowledge / "mutants.yaml"] if knowledge else [])):
        if path.is_file():
            listed, wrong = equivalents.read(path.read_bytes(), _shown(path))
            found += listed
            problems += wrong
    problems += equivalents.unused(found, {one.key: one for one in mutants.of(prepared.kb)})
    if problems:
        raise Refused(problems)
    return {one.key: one.reason for one in found}


def _shown(path: Path) -> str:
    root = surroundings.ROOT
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _rested_on(prepared: Prepared, wanted: Iterable[WorkedCase], knowledge: Path | None) -> Iterator[bytes]:
    """All that the outcomes of mutants rest on: the knowledge, the cases chosen, and the program."""
    yield prepared.kb.digest.encode()
    for path in _files(knowledge):
        yield path.read_bytes()
    for one in wanted:
        yield one.name.encode()
    for room in ("workbench", "consultation", "inference", "language"):
        for path in sorted((ENGINE / room).glob("*.py")):
            yield path.read_bytes()


def _progress(done: int, of: int) -> None:
    sys.stderr.write(f"\r{done} of {of} changes" + ("\n" if done == of else ""))
    sys.stderr.flush()

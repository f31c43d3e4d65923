"""`test`: the worked cases, what they cover, and what changes of the rules they would notice."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..assessment.outlook import Outlook
from ..case.case import Prepared
from ..inference.working_memory import WorkingMemory
from ..knowledge_base.model import Invariant
from ..knowledge_base.store.cache import Store
from ..values.problems import Place, Problem, Refused, did_you_mean
from ..views.outcomes import outcome, survivors
from ..views.outcomes import tried as outcome_invariants
from ..workbench.cases import cases, outcomes, runner, updating
from ..workbench.cases.cases import WorkedCase
from ..workbench.cases.coverage import Coverage, Recorder, Uncovered, measure
from ..workbench.checks.solved.everybody import for_all
from ..workbench.difference import edits, versions
from ..workbench.mutation import equivalents, mutants, mutation, proving, remembered
from ..workbench.trials import invariants
from . import edited, surroundings

ENGINE = Path(__file__).parent.parent


def run(
    names: tuple[str, ...] = (),
    format: str = "text",
    keyword: str | None = None,
    fail_fast: bool = False,
    junit: Path | None = None,
    update: bool = False,
    coverage: bool = False,
    threshold: float | None = None,
    mutate: bool = False,
    since: str = "",
    patients: int = invariants.PATIENTS,
    knowledge: Path | None = None,
) -> int:
    """Exit 1 when a case fails, an invariant is broken, coverage is too low or too few changes are noticed.

    Cases that cannot be read are refused, and so are names of nothing that is tested.
    """
    prepared = surroundings.prepared(knowledge)
    only = _only(prepared, names, since, knowledge)
    wanted = [one for one in _cases(prepared, knowledge) if _named(keyword, one.name)]
    if only is not None:
        patients = 0
        if not only:
            surroundings.put(f"no rule differs from {since}\n")
            return 0
        if not (mutate or coverage):
            wanted = [one for one in wanted if _speaks_of(prepared, one, only)]
    to_try = [one for one in invariants.in_force(prepared.kb) if patients and _named(keyword, one.id, one.label)]
    if not wanted and (not to_try or update or mutate):
        named = f"is named like '{keyword}'" if keyword is not None else "speaks of these rules"
        surroundings.note(f"no case {named}")
        return 1
    if update:
        return _update(prepared, wanted)
    if mutate:
        return _mutate(prepared, wanted, format, knowledge, only)
    covering = coverage or threshold is not None
    whole = keyword is None and only is None and not fail_fast
    results, measured = _run(prepared, wanted, fail_fast, covering or whole, only)
    unfired = measured.unfired if measured is not None and whole else ()
    passed = all(result.passed for result in results)
    tried = invariants.NOTHING
    if to_try and (passed or not fail_fast):
        tried = _tried(prepared, to_try, patients)
    if junit is not None:
        _write(junit, outcome.junit(results, tried))
    surroundings.put(_told(format, results, measured if covering else None, tried, unfired))
    if format == "text" and whole:
        edited.beside_results(passed and not tried.violations, knowledge)
    return 0 if passed and not tried.violations and _enough(measured, threshold) else 1


def _named(keyword: str | None, *names: str) -> bool:
    return keyword is None or any(keyword.lower() in name.lower() for name in names)


def _only(prepared: Prepared, names: tuple[str, ...], since: str, knowledge: Path | None) -> frozenset[str] | None:
    """The rules and thresholds that were named, and those that differ since a revision; None where all are meant.

    Raises:
        Refused: for a name of no rule or threshold, and for a revision that is not there.
    """
    if not names and not since:
        return None
    known = {**prepared.kb.rules, **prepared.kb.thresholds}
    wrong = [name for name in names if name not in known]
    if wrong:
        raise Refused([_unknown(name, known) for name in wrong])
    changed: frozenset[str] = frozenset()
    if since:
        with versions.opened(since, "", surroundings.ROOT, knowledge) as (old, new):
            found = edits.edits(old.prepared.kb, new.prepared.kb)
            changed = frozenset(one.id for one in found if one.kind in ("rules", "thresholds") and one.decides)
    return frozenset(names) | (changed & known.keys())


def _unknown(name: str, known: Iterable[str]) -> Problem:
    hint = did_you_mean(name, known) or "`osteologic show ID` names the rules about it"
    return Problem("OL412", f"no rule or threshold '{name}'", Place("osteologic test"), hint=hint)


def _speaks_of(prepared: Prepared, one: WorkedCase, only: frozenset[str]) -> bool:
    """Whether something that a case expects is a rule, or what a rule concludes."""
    rules = [prepared.kb.rules[name] for name in only if name in prepared.kb.rules]
    about = {*only, *(name for rule in rules for name in (*rule.members, *rule.targets))}
    return any(want.subject in about for want in one.expectations)


def _cases(prepared: Prepared, knowledge: Path | None) -> list[WorkedCase]:
    found, problems = cases.read_all(prepared.kb, cases.all_files(surroundings.ROOT, knowledge), surroundings.ROOT)
    if problems:
        raise Refused(problems)
    return found


def _run(
    prepared: Prepared, wanted: list[WorkedCase], fail_fast: bool, covering: bool, only: frozenset[str] | None
) -> tuple[list[outcomes.Result], Coverage | None]:
    started = time.perf_counter()
    recorder = Recorder(prepared) if covering else None
    results = list(runner.run(prepared, wanted, recorder, fail_fast))
    surroundings.note(f"{len(results)} of {len(wanted)} cases run in {time.perf_counter() - started:.1f} s")
    return results, measure(recorder, only) if recorder is not None else None


def _tried(prepared: Prepared, to_try: list[Invariant], count: int) -> invariants.Tried:
    """What comes of these invariants on so many patients; all of them are tried once with the same knowledge."""
    whole = to_try == invariants.in_force(prepared.kb)
    before = invariants.kept(prepared.kb) if whole else None
    if before is not None and before.patients == count:
        surroundings.note("the invariants were tried with this knowledge before")
        return before
    started = time.perf_counter()
    tried = invariants.run(prepared, to_try, count)
    plural = "" if tried.count == 1 else "s"
    surroundings.note(f"{tried.count} invariant{plural} tried in {time.perf_counter() - started:.1f} s")
    if whole:
        invariants.keep(prepared.kb, tried)
    return tried


def _enough(measured: Coverage | None, threshold: float | None) -> bool:
    """Whether the cases cover what was asked for."""
    if threshold is None or measured is None or measured.reaches(threshold):
        return True
    surroundings.note(f"coverage is {measured.least:.1f} %, below {threshold:g} %")
    return False


def _told(
    format: str,
    results: list[outcomes.Result],
    measured: Coverage | None,
    tried: invariants.Tried,
    unfired: Sequence[Uncovered],
) -> str:
    if format == "html":
        from ..views.outcomes import page  # jinja2 is slow to import

        files = {one.place.file for one in measured.uncovered} if measured is not None else set()
        return page.page(results, measured, None, {file: _lines(file) for file in files}, tried)
    if format == "json":
        return outcome.data(results, measured, tried)
    return outcome.text(results, measured, unfired) + outcome_invariants.text(tried)


def _lines(file: str) -> list[str]:
    """The lines of a file of the knowledge base, for showing; none where it cannot be read."""
    try:
        return (surroundings.ROOT / file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"it cannot be written: {error.strerror or 'no reason given'}"
        raise Refused([Problem("OL001", what, Place(str(path)))]) from None


# --- what is concluded, written into the cases ------------------------------------------------------------------------


def _update(prepared: Prepared, wanted: Iterable[WorkedCase]) -> int:
    """Correct what the cases expect, and say what was changed; exit 1 while something that must not be is left."""
    memory = WorkingMemory(prepared.plan)
    made: list[updating.Correction] = []
    left: list[outcomes.Failure] = []
    by_file: dict[str, list[tuple[WorkedCase, list[updating.Correction]]]] = {}
    for one in wanted:
        look = Outlook(cases.patient(prepared, one, memory=memory))
        found = list(updating.corrections(look, one.expectations))
        if found:
            by_file.setdefault(one.file, []).append((one, found))
        kept = {id(correction.want) for correction in found}
        failed = (failure for failure in outcomes.failures_of(look.case, one))
        left += [failure for failure in failed if id(failure.expectation) not in kept]
    for file, found_in in by_file.items():
        made += _rewrite(prepared, surroundings.ROOT / file, file, found_in)
    skipped = sum(len(found) for group in by_file.values() for _, found in group) - len(made)
    surroundings.put("".join(f"{one}\n" for one in made) + "".join(f"{one}\n" for one in left))
    surroundings.note(f"{len(made)} expectations corrected, {skipped + len(left)} left as they are")
    return 1 if skipped or left else 0


def _rewrite(
    prepared: Prepared, path: Path, file: str, found: list[tuple[WorkedCase, list[updating.Correction]]]
) -> list[updating.Correction]:
    """Write the corrections of one file; refused when it could not be read any more. Raises Refused."""
    text = path.read_text(encoding="utf-8")
    made: list[updating.Correction] = []
    for one, corrections in sorted(found, key=lambda pair: -pair[0].place.line):
        text, done = updating.rewritten(text, one.place, corrections)
        made += done
    _, problems = cases.read_file(prepared.kb, text.encode(), file)
    if problems:
        raise Refused(problems)
    _write(path, text)
    return sorted(made, key=lambda one: one.want.place)


# --- changed rules ----------------------------------------------------------------------------------------------------


def _mutate(
    prepared: Prepared, wanted: list[WorkedCase], format: str, knowledge: Path | None, only: frozenset[str] | None
) -> int:
    started = time.perf_counter()
    listed = _listed(prepared, knowledge)
    digest = remembered.digest_of(_rested_on(prepared))
    store = Store.of("mutants of " + str(knowledge.resolve() if knowledge is not None else ""))
    report = mutation.run(prepared, wanted, listed, store, digest, _progress if sys.stderr.isatty() else None, only)
    shelf = Store.of("proofs of mutants " + str(knowledge.resolve() if knowledge is not None else ""))
    everybody = for_all(prepared, shelf)
    report = proving.proved(report, prepared, everybody)
    if everybody is not None:
        everybody.close()
    patients = {one.mutant.key: proving.patient(one, wanted) for one in report.survivors}
    surroundings.put(_told_of_changes(format, report, patients))
    surroundings.note(f"{len(report.outcomes)} changes tried in {time.perf_counter() - started:.1f} s")
    return 0 if report.enough and not report.left_out else 1


def _told_of_changes(format: str, report: mutation.Report, patients: survivors.Patients) -> str:
    if format == "html":
        from ..views.outcomes import page  # jinja2 is slow to import

        return page.page(None, None, report, {})
    return survivors.data(report, patients) if format == "json" else survivors.text(report, patients)


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


def _rested_on(prepared: Prepared) -> Iterator[bytes]:
    """All that the outcomes of mutants rest on beside the cases: the knowledge and the program."""
    yield prepared.kb.digest.encode()
    for path in sorted(ENGINE.rglob("*.py")):
        if path.relative_to(ENGINE).parts[0] not in ("commands", "views"):
            yield path.read_bytes()


def _progress(done: int, of: int) -> None:
    sys.stderr.write(f"\r{done} of {of} changes" + ("\n" if done == of else ""))
    sys.stderr.flush()

"""What the worked cases would notice of changed rules: for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from ...workbench.mutation.mutants import Mutant
from ...workbench.mutation.mutation import ALSO, EQUIVALENT, KILLED, PROVED, SURVIVED, WANTED, Outcome, Report

NO_PATIENT = "no patient was found that tells the two apart"


Patients = Mapping[str, Mapping[str, str]]
"""By the key of a mutant the answers of a whole patient who would notice it."""


def text(report: Report, patients: Patients | None = None) -> str:
    """Each change that no case notices, with a patient that would; then the counts."""
    return "\n".join([*_left_out(report), *_survivors(report, patients or {}), *_counts(report)]) + "\n"


def _left_out(report: Report) -> Iterable[str]:
    if report.left_out:
        yield f"Left out, for they fail as the rules stand ({len(report.left_out)})"
        yield from (f"  {name}" for name in report.left_out)
        yield ""


def _survivors(report: Report, patients: Patients) -> Iterable[str]:
    if report.survivors:
        yield f"Changes that no case notices ({len(report.survivors)})"
        for one in report.survivors:
            yield f"  {one.mutant.place}: {one.mutant.owner}: {one.mutant.change}"
            yield f"    {reason(one)}"
            if patient := patients.get(one.mutant.key):
                yield "    given:"
                yield from (f"      {name}: {answer}" for name, answer in patient.items())
        yield ""


def reason(one: Outcome) -> str:
    """Why a change survived: what a case would have to say, or which patient is missing."""
    witness = one.witness
    if witness is None:
        return NO_PATIENT
    if witness.answers:
        return f"no case is like {witness}"
    return f"nothing expected changes in {witness}"


def _counts(report: Report) -> Iterable[str]:
    kinds = dict.fromkeys(one.mutant.kind for one in report.outcomes)
    yield f"{'changed':<12} {'killed':>7} {'also':>6} {'survived':>9} {'equivalent':>11} {'proved':>7}"
    for kind in kinds:
        yield _row(kind, [one.status for one in report.outcomes if one.mutant.kind == kind])
    yield _row("all", [one.status for one in report.outcomes])
    yield (
        f"{report.count(KILLED)} of {report.tried} changes are noticed by what a case means: {report.share:.1f} % "
        f"({WANTED} % are wanted)"
    )
    if not report.solved:
        yield "no solver is installed (pip install 'osteologic[proof]'), so none was proved to be equivalent"


def _row(kind: str, statuses: Sequence[str]) -> str:
    killed, also, survived, equivalent, proved = map(statuses.count, (KILLED, ALSO, SURVIVED, EQUIVALENT, PROVED))
    return f"{kind:<12} {killed:>7} {also:>6} {survived:>9} {equivalent:>11} {proved:>7}"


def data(report: Report, patients: Patients | None = None) -> str:
    """The counts, every survivor with a patient that would notice it, and what was said to be equivalent."""
    document = {
        "mutants": len(report.outcomes),
        "killed": report.count(KILLED),
        "survived": len(report.survivors),
        "also": report.count(ALSO),
        "equivalent": report.count(EQUIVALENT),
        "proved": report.count(PROVED),
        "solved": report.solved,
        "percent": report.share,
        "left_out": list(report.left_out),
        "survivors": [
            {
                **_mutant(one.mutant),
                "reason": reason(one),
                "witness": _witness(one),
                "patient": dict((patients or {}).get(one.mutant.key, {})) or None,
            }
            for one in report.survivors
        ],
        "equivalents": [
            {**_mutant(one.mutant), "reason": one.by} for one in report.outcomes if one.status in (EQUIVALENT, PROVED)
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _mutant(one: Mutant) -> dict[str, object]:
    return {
        "rule": one.owner,
        "kind": one.kind,
        "file": one.place.file,
        "line": one.place.line,
        "change": one.change,
    }


def _witness(one: Outcome) -> dict[str, object] | None:
    witness = one.witness
    if witness is None:
        return None
    return {
        "case": witness.case,
        "file": witness.file,
        "line": witness.line,
        "with": dict(witness.answers),
        "original": witness.before,
        "changed": witness.after,
    }

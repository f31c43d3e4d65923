"""How the worked cases went, as one page: failures, what is not covered beside the lines that say it, survivors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...workbench.cases.coverage import Coverage, Uncovered
from ...workbench.cases.outcomes import Result, summary
from ...workbench.mutation.mutation import ALSO, EQUIVALENT, KILLED, PROVED, Report
from ...workbench.trials.invariants import NOTHING, Tried
from ..report import html
from . import survivors
from . import tried as outcome_invariants


def page(
    results: Sequence[Result] | None,
    coverage: Coverage | None,
    report: Report | None,
    lines: Mapping[str, Sequence[str]],
    tried: Tried = NOTHING,
) -> str:
    """What was run, on one page. `lines` are the lines of each file that something is told of."""
    return (
        html.environment()
        .get_template("outcome.html")
        .render(
            results=results,
            summary=summary(results) if results is not None else "",
            coverage=coverage,
            files=_files(coverage.uncovered, lines) if coverage is not None else [],
            invariants=tried if tried.count else None,
            held=outcome_invariants.summary(tried),
            mutation=_mutation(report) if report is not None else None,
        )
    )


def _files(uncovered: Sequence[Uncovered], lines: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """What is uncovered by file and line, each with its text."""
    by_file: dict[str, dict[int, list[Uncovered]]] = {}
    for one in uncovered:
        by_file.setdefault(one.place.file, {}).setdefault(one.place.line, []).append(one)
    return [
        {
            "name": file,
            "count": sum(map(len, by_line.values())),
            "lines": [
                {"number": number, "text": _line(lines.get(file, ()), number).strip(), "gaps": gaps}
                for number, gaps in sorted(by_line.items())
            ],
        }
        for file, by_line in sorted(by_file.items())
    ]


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _mutation(report: Report) -> dict[str, Any]:
    return {
        "killed": report.count(KILLED),
        "tried": report.tried,
        "also": report.count(ALSO),
        "equivalent": report.count(EQUIVALENT),
        "proved": report.count(PROVED),
        "share": report.share,
        "survivors": [
            {
                "owner": one.mutant.owner,
                "change": one.mutant.change,
                "place": one.mutant.place,
                "reason": survivors.reason(one),
            }
            for one in report.survivors
        ],
    }

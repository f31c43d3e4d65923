"""How the worked cases went: for people, for programs, and as JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from ...workbench.cases.coverage import Coverage, Uncovered
from ...workbench.cases.outcomes import Result, summary
from ...workbench.trials.invariants import NOTHING, Tried
from . import tried as outcome_invariants

MOST_UNCOVERED = 200
MOST_UNFIRED = 10


def text(results: Sequence[Result], coverage: Coverage | None, unfired: Sequence[Uncovered] = ()) -> str:
    """Each failure with what came instead and why, rules that no case fires, coverage, then one closing line."""
    lines: list[str] = []
    for result in results:
        if result.passed:
            continue
        lines.append(f"FAILED {result.case.name}  ({result.case.place})")
        lines += [f"  {line}" for failure in result.failures for line in str(failure).split("\n")]
        lines.append("")
    for one in unfired[:MOST_UNFIRED] if coverage is None else ():
        lines.append(f"{one.place}: no case fires '{one.rule}'; write one in tests/cases, and one that it lets go")
    if len(unfired) > MOST_UNFIRED and coverage is None:
        lines.append(f"and {len(unfired) - MOST_UNFIRED} more rules; --coverage lists them all")
    if coverage is not None:
        lines += [*_coverage_lines(coverage), ""]
    lines.append(summary(results))
    return "\n".join(lines) + "\n"


def _coverage_lines(coverage: Coverage) -> Iterable[str]:
    yield "Coverage"
    for kind, count in coverage.counts.items():
        yield f"  {kind:<20} {count.covered:>6} of {count.total:<6} {count.share:>5.1f} %"
    if coverage.uncovered:
        yield ""
        yield f"Not covered ({len(coverage.uncovered)})"
        for one in coverage.uncovered[:MOST_UNCOVERED]:
            yield f"  {one.place}: {one.rule}: {one.what}"
        more = len(coverage.uncovered) - MOST_UNCOVERED
        if more > 0:
            yield f"  and {more} more; --format json lists them all"


def data(results: Sequence[Result], coverage: Coverage | None, tried: Tried = NOTHING) -> str:
    """The same as JSON: cases with their failures, invariants, and coverage with everything that is not covered."""
    document: dict[str, object] = {
        "passed": sum(result.passed for result in results),
        "failed": sum(not result.passed for result in results),
        "cases": [
            {
                "name": result.case.name,
                "file": result.case.place.file,
                "line": result.case.place.line,
                "seconds": round(result.seconds, 4),
                "failures": [
                    {
                        "line": failure.expectation.place.line,
                        "expected": failure.expected,
                        "actual": failure.actual,
                        "why": list(failure.why),
                    }
                    for failure in result.failures
                ],
            }
            for result in results
        ],
    }
    if tried.count:
        document["invariants"] = outcome_invariants.data(tried)
    if coverage is not None:
        document["coverage"] = {
            "counts": {
                kind: {"covered": count.covered, "total": count.total, "percent": count.share}
                for kind, count in coverage.counts.items()
            },
            "uncovered": [
                {
                    "kind": one.kind,
                    "rule": one.rule,
                    "what": one.what,
                    "file": one.place.file,
                    "line": one.place.line,
                }
                for one in coverage.uncovered
            ],
        }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def junit(results: Sequence[Result], tried: Tried = NOTHING) -> str:
    """JUnit XML, one test case a worked case, its class the file; then the invariants."""
    failed = sum(not result.passed for result in results) + len(tried.violations)
    count = len(results) + bool(tried.count) + len(tried.violations)
    suite = ElementTree.Element("testsuite", name="worked cases", tests=str(count), failures=str(failed))
    for result in results:
        one = ElementTree.SubElement(
            suite,
            "testcase",
            name=_plain(result.case.name),
            classname=_plain(result.case.file),
            time=f"{result.seconds:.4f}",
        )
        for failure in result.failures:
            said = ElementTree.SubElement(one, "failure", message=_plain(f"expected {failure.expected}"))
            said.text = _plain(str(failure))
    outcome_invariants.add_to_junit(suite, tried)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _plain(text: str) -> str:
    """Without the characters XML cannot hold."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")

"""Problems in the formats that people, programs, code scanning and build logs read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..values.problems import Level, Place, Problem
from ..version import VERSION
from . import escape

LineOf = Callable[[Place], str]
"""The line of a file that a place is in; empty where there is none to show."""

_SARIF_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "note"}
_GITHUB_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "notice"}
_SCHEMA = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"
_LONGEST = 120


def text(problems: Iterable[Problem], line_of: LineOf, summary: str = "") -> str:
    """Each problem with the line it is in and a caret under the place."""
    parts = [_told(problem, line_of) for problem in problems]
    return "\n".join([*parts, escape.plain(summary)] if summary else parts) + "\n"


def _told(problem: Problem, line_of: LineOf) -> str:
    told = [escape.line(str(problem)), *_pointed(problem.place, line_of)]
    if problem.why:
        told.append(f"    why: {escape.line(problem.why)}")
    return "\n".join(told)


def _pointed(place: Place, line_of: LineOf) -> list[str]:
    raw = line_of(place) if place.line else ""
    if not raw.strip():
        return []
    column = max(place.column - 1, 0)
    start = max(0, column - _LONGEST // 2) if len(raw) > _LONGEST else 0
    before, after = escape.plain(raw[start:column]), escape.plain(raw[column : start + _LONGEST])
    shown = before + after
    offset = len(before) - (len(shown) - len(shown.lstrip()))
    caret = [f"    {' ' * max(offset, 0)}^"] if place.column else []
    return [f"    {shown.strip()}", *caret]


def counted(problems: Sequence[Problem]) -> str:
    """`2 errors, 1 warning`, or `no problem`."""
    parts = []
    for level in Level:
        count = sum(problem.level is level for problem in problems)
        if count:
            plural = "" if count == 1 or level is Level.ADVICE else "s"
            parts.append(f"{count} {level.value}{plural}")
    return ", ".join(parts) or "no problem"


def data(problems: Sequence[Problem], read: Mapping[str, int]) -> str:
    """JSON: the problems, how many there are of each level, and what was read."""
    counts = {level.value: sum(problem.level is level for problem in problems) for level in Level}
    value = {"osteologic": VERSION, "read": dict(read), "counts": counts, "problems": [as_data(p) for p in problems]}
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def as_data(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "level": problem.level.value,
        "what": problem.what,
        "hint": problem.hint,
        "why": problem.why,
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "elsewhere": str(problem.elsewhere) if problem.elsewhere is not None else None,
    }


def sarif(problems: Sequence[Problem], codes: Mapping[str, str]) -> str:
    """SARIF 2.1.0, for code scanning."""
    used = sorted({problem.code for problem in problems})
    rules = [{"id": code, "shortDescription": {"text": codes.get(code, code)}} for code in used]
    driver = {"name": "osteologic", "version": VERSION, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(p) for p in problems]}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _result(problem: Problem) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "level": _SARIF_LEVELS[problem.level],
        "message": {"text": _message(problem)},
        "locations": [_location(problem.place)],
    }
    if problem.elsewhere is not None:
        result["relatedLocations"] = [_location(problem.elsewhere)]
    return result


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": place.file}}
    if place.line:
        physical["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    return {"physicalLocation": physical}


def _message(problem: Problem) -> str:
    return "; ".join(part for part in (problem.what, problem.hint, problem.why) if part)


def github(problems: Iterable[Problem]) -> str:
    """Workflow commands: each problem beside its line in a pull request."""
    return "".join(f"{_command(problem)}\n" for problem in problems)


def _command(problem: Problem) -> str:
    place = problem.place
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": problem.code}
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    return f"::{_GITHUB_LEVELS[problem.level]} {told}::{_data(_message(problem))}"


def _data(words: str) -> str:
    encoded = words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escape.plain(encoded)


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")

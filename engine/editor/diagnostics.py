"""Problems as an editor shows them: at their word, with code, page and related place."""

from __future__ import annotations

import re

from lsprotocol import types

from ..values.problems import Level, Problem
from ..workbench.editing.mending import Lines, edit_of
from .base import Base
from .text.buffers import Columns, position_at, range_at, to_uri

SEVERITIES = {
    Level.ERROR: types.DiagnosticSeverity.Error,
    Level.WARNING: types.DiagnosticSeverity.Warning,
    Level.ADVICE: types.DiagnosticSeverity.Information,
}
_WORD = re.compile(r"""[\w.-]*\w|"[^"\n]*"|'[^'\n]*'|[<>=!]+|\S""")
SOURCE = "osteologic"


def diagnostic(problem: Problem, lines: Lines, base: Base) -> types.Diagnostic:
    """A problem in a file with these lines."""
    related = None
    if problem.elsewhere is not None and problem.elsewhere.file and problem.elsewhere.line:
        path = base.path(problem.elsewhere.file)
        other = base.lines(path)
        place = other.offset(problem.elsewhere.line, problem.elsewhere.column)
        span = range_at(other, place, _end(other, place), base.columns)
        related = [types.DiagnosticRelatedInformation(types.Location(to_uri(path), span), "the other place")]
    hint = f"{' ' if problem.what.endswith('?') else '; '}{problem.hint}" if problem.hint else ""
    why = f"\n{problem.why}" if problem.why else ""
    return types.Diagnostic(
        range=span_of(problem, lines, base.columns),
        message=f"{problem.what}{hint}{why}",
        severity=SEVERITIES[problem.level],
        code=problem.code,
        source=SOURCE,
        related_information=related,
    )


def span_of(problem: Problem, lines: Lines, columns: Columns) -> types.Range:
    """The word a problem is about: what would be replaced, else what stands there; the line where no column is told."""
    place = problem.place
    if not place.line:
        return range_at(lines, 0, lines.ends[0], columns)
    start = lines.offset(place.line, place.column)
    if not place.column:
        return range_at(lines, start, lines.offset(place.line, 1_000_000), columns)
    for correction in problem.corrections:
        edit = edit_of(correction, lines)
        if edit is not None and edit.end > edit.start:
            return range_at(lines, edit.start, edit.end, columns)
    return types.Range(position_at(lines, start, columns), position_at(lines, _end(lines, start), columns))


def _end(lines: Lines, start: int) -> int:
    """Where the word ends that begins at an offset; nothing follows at the end of a line."""
    row = lines.row(start)
    match = _WORD.match(lines.text, start, lines.ends[row])
    return match.end() if match is not None else start

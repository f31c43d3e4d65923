"""What can be done about a problem, as changes of files: what it says to write, and what it leaves to choose from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..knowledge_base.reading import entries
from ..premises.expression import Compared, Literal, Value
from ..values.problems import Level, Problem
from ..workbench.editing import mending, scaffold
from ..workbench.editing.mending import Edit, Lines
from .base import Base
from .trial import proving

_SUPPRESSIBLE = re.compile(r"OL(?:115|118|119|124|[5]\d\d)")
_REASON = "say why it is right here"
_NEVER_CLOSED = "a `(` that is never closed"


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of files that mends a problem, or that somebody may want; `certain` where it is the one to make."""

    title: str
    edits: dict[Path, list[Edit]]
    problem: Problem | None = None
    certain: bool = False


def fixes(base: Base, path: Path, problems: Sequence[Problem], line: int) -> Iterator[Fix]:
    """What can be done about these problems of a file, then about the rule that a line belongs to."""
    lines = base.lines(path)
    for problem in problems:
        ways = list(mending.ways_of(problem, lines))
        for correction in ways:
            edit = mending.edit_of(correction, lines)
            if edit is not None:
                title = f"write '{correction.new}'" if correction.new else f"delete '{correction.old}'"
                title = "put in a space" if correction.new == " " else title
                yield Fix(title, {path: [edit]}, problem, len(ways) == 1)
        if problem.code == "OL007":
            yield from _tabs(path, lines, problem)
        if problem.code == "OL022":
            yield from _aligned(path, lines, problem)
        if problem.code == "OL201" and problem.what == _NEVER_CLOSED:
            yield from _closed(path, lines, problem)
        if problem.code == "OL102":
            yield from _missing(path, lines, problem, base.kind(path))
        if _SUPPRESSIBLE.fullmatch(problem.code) and problem.level is not Level.ERROR:
            yield from _suppressed(path, lines, problem, base)
    yield from _thresholds(base, path, line, lines)
    yield from _cases(base, path, line)


def all_certain(base: Base, path: Path, problems: Sequence[Problem]) -> Fix | None:
    """Everything at once that `check --fix` would write into a file."""
    lines = base.lines(path)
    mended = mending.mended(lines.text, problems)
    if mended.text == lines.text:
        return None
    return Fix("write all that problems say to write", {path: [Edit(0, len(lines.text), mended.text)]}, certain=True)


def _tabs(path: Path, lines: Lines, problem: Problem) -> Iterator[Fix]:
    at = lines.offset(problem.place.line, problem.place.column)
    if lines.text[at : at + 1] == "\t":
        yield Fix("write two spaces", {path: [Edit(at, at + 1, "  ")]}, problem, True)


def _aligned(path: Path, lines: Lines, problem: Problem) -> Iterator[Fix]:
    """A line that starts beside its neighbors, moved to where they start."""
    match = re.search(r"neighbors start in column (\d+)$", problem.what)
    if match is not None:
        start = lines.offset(problem.place.line, 1)
        edit = Edit(start, lines.offset(problem.place.line, problem.place.column), " " * (int(match[1]) - 1))
        yield Fix("align it with its neighbors", {path: [edit]}, problem)


def _closed(path: Path, lines: Lines, problem: Problem) -> Iterator[Fix]:
    """A parenthesis closed at the end of its line, where it is the only one that is open there."""
    line = lines.line(problem.place.line)
    end = len(line.split(" #")[0].rstrip())
    if line.count("(") == line.count(")") + 1 and line[end - 1 : end] not in ('"', "'", "]", "}"):
        at = lines.offset(problem.place.line, 1) + end
        yield Fix("write ')' at the end of the line", {path: [Edit(at, at, ")")]}, problem)


def _missing(path: Path, lines: Lines, problem: Problem, kind: str) -> Iterator[Fix]:
    """A key that is missing, empty, to be filled in."""
    match = re.search(r"has no '(\w+)'$", problem.what)
    if match is None:
        return
    row = problem.place.line
    below = lines.line(row + 1)
    indent = len(below) - len(below.lstrip(" ")) or 2
    if not below.strip() or indent <= problem.place.column - 1:
        return
    at = lines.starts[row] if row < len(lines.starts) else len(lines.text)
    yield Fix(
        f"add '{match[1]}:'", {path: [Edit(at, at, f"{' ' * indent}{match[1]}: {_example(kind, match[1])}\n")]}, problem
    )


def _example(kind: str, key: str) -> str:
    if kind == "rules" and key == "evidence":
        return "unverified"
    return "always" if key == "when" else ""


def _suppressed(path: Path, lines: Lines, problem: Problem, base: Base) -> Iterator[Fix]:
    """The problem silenced in its entry, with a reason that its author has to give."""
    owner = base.owner(path, problem.place.line)
    if owner is None or owner.kind not in ("rules", *entries.KINDS):
        return
    defined = next((one.place for one in base.words(path).of(owner) if one.defines), None)
    if defined is None:
        return
    row = defined.line
    while row + 1 <= len(lines.starts):
        text = lines.line(row + 1)
        if text.strip() and len(text) - len(text.lstrip(" ")) <= defined.column - 1:
            break
        row += 1
    while row > defined.line and not lines.line(row).strip():
        row -= 1
    if any(re.match(r"\s+suppress:", lines.line(number)) for number in range(defined.line, row + 1)):
        return
    at = lines.ends[row - 1]
    indent = " " * (defined.column + 1)
    new = f"\n{indent}suppress: {{{problem.code}: {_REASON}}}"
    yield Fix(f"suppress {problem.code} here, with a reason", {path: [Edit(at, at, new)]}, problem)


def _thresholds(base: Base, path: Path, line: int, lines: Lines) -> Iterator[Fix]:
    """A number in a premise that a threshold names, by its name."""
    force, owner = base.in_force, base.owner(path, line)
    rule = force.kb.rules.get(owner.id) if force is not None and owner is not None and owner.kind == "rules" else None
    if force is None or rule is None or rule.when is None:
        return
    for node in rule.when.walk():
        if not isinstance(node, Compared) or node.place.line != line:
            continue
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if not isinstance(one, Value) or not isinstance(other, Literal) or not other.source:
                continue
            entry = force.kb.findings.get(one.name) or force.kb.quantities.get(one.name)
            start = lines.offset(other.place.line, other.place.column)
            if entry is None or not lines.text.startswith(other.source, start):
                continue
            for threshold in force.kb.thresholds.values():
                same = threshold.unit == entry.unit and any(
                    value.value is not None and value.value == other.value.exact for value in threshold.values
                )
                if same and other.source.split(" ")[0] not in ("0", "1"):
                    edit = Edit(start, start + len(other.source), threshold.id)
                    yield Fix(f"read the threshold '{threshold.id}' instead", {path: [edit]})


def _cases(base: Base, path: Path, line: int) -> Iterator[Fix]:
    """The two cases that a rule lacks: one it must catch, one it must let go."""
    force, owner = base.in_force, base.owner(path, line)
    if force is None or owner is None or owner.kind != "rules" or not force.worked:
        return
    found = proving(owner.id, force.worked)
    lacks = [
        kind
        for kind, kinds in (("fired", ("fired",)), ("held", ("held", "ruled_out")))
        if not any(found[k] for k in kinds)
    ]
    if not lacks:
        return
    home = base.local / "cases" if base.local is not None and path.is_relative_to(base.local) else None
    target = (home or base.root / "tests" / "cases") / path.name
    text = base.lines(target).text
    new = "\n".join(_case(owner.id, kind) for kind in lacks)
    laid, _ = scaffold.appended(text, new, "cases")
    edits = {target: [Edit(0, len(text), laid)]}
    yield Fix(f"write the case{'s' if len(lacks) > 1 else ''} that '{owner.id}' lacks", edits)


def _case(rule: str, kind: str) -> str:
    what = "a patient the rule must catch" if kind == "fired" else "a patient the rule must let go"
    given = "given: {age: 70, sex: female}"
    return f"- name: {what}  # say what is special: {rule}\n  {given}\n  expect: {{{kind}: [{rule}]}}\n"

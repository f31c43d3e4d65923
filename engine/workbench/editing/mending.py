"""Corrections of files: what a problem says to write, put where it says, and nothing where the file has gone on."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...values.problems import Correction, Place, Problem

_BREAK = re.compile(r"\r\n|\r|\n")
_TO_QUOTE = frozenset(["OL010", "OL011", "OL012", "OL013", "OL014", "OL015", "OL016", "OL017", "OL018"])
"""Texts that YAML reads otherwise unless they stand between quotes."""
_LINE = re.compile(
    r"""^(?P<indent> *)(?P<item>(?:- +)*)(?:(?P<key>[A-Za-z_][\w-]*|"[^"]*"|'[^']*'): +)?(?P<value>\S.*)$"""
)


class Lines:
    """A text by its lines, whichever way they end; places count lines and columns from 1, as problems do."""

    def __init__(self, text: str) -> None:
        self.text = text
        breaks = list(_BREAK.finditer(text))
        self.starts = [0, *(found.end() for found in breaks)]
        self.ends = [*(found.start() for found in breaks), len(text)]

    def line(self, number: int) -> str:
        """A line without its end; empty where there is none."""
        return self.text[self.starts[number - 1] : self.ends[number - 1]] if 0 < number <= len(self.starts) else ""

    def offset(self, line: int, column: int) -> int:
        """Where in the text a place is: never past the end of its line, nor past that of the text."""
        if line < 1:
            return 0
        if line > len(self.starts):
            return len(self.text)
        mark = int(line == 1 and self.text.startswith("\ufeff"))
        return min(self.starts[line - 1] + max(column, 1) - 1 + mark, self.ends[line - 1])

    def row(self, offset: int) -> int:
        """The line, from 0, that an offset is in."""
        return bisect.bisect_right(self.starts, offset) - 1

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset."""
        row = self.row(offset)
        mark = int(row == 0 and self.text.startswith("\ufeff"))
        return row + 1, max(offset - self.starts[row] - mark, 0) + 1


@dataclass(frozen=True, slots=True)
class Edit:
    """`new` in place of the text from `start` to `end`, as offsets."""

    start: int
    end: int
    new: str


def edit_of(correction: Correction, lines: Lines) -> Edit | None:
    """The correction as an edit of its file; None where what it replaces does not stand there (any more)."""
    start = lines.offset(correction.place.line, correction.place.column)
    end = start + len(correction.old)
    if lines.text[start:end] != correction.old:
        folded = _folded(correction.old).match(lines.text, start) or _behind_its_key(correction, start, lines)
        if folded is None:
            return None
        start, end = folded.span()
    if not correction.new:
        return _left_out(start, end, lines)
    return Edit(start, end, correction.new)


def _behind_its_key(correction: Correction, start: int, lines: Lines) -> re.Match[str] | None:
    """The one place of a word behind the key at which its problem was told, as of one in a list."""
    end = lines.ends[lines.row(start)]
    if not _ONE_WORD.fullmatch(correction.old) or not _KEY.match(lines.text[start:end] + " "):
        return None
    found = list(re.finditer(rf"(?<![\w-]){re.escape(correction.old)}(?![\w-])", lines.text[start:end]))
    word = re.compile(re.escape(correction.old))
    return word.match(lines.text, start + found[0].start()) if len(found) == 1 else None


_ONE_WORD = re.compile(r"\w[\w-]*")


def _folded(text: str) -> re.Pattern[str]:
    """A text as it stands where lines were broken at its spaces."""
    return re.compile(r"\s+".join(re.escape(word) for word in text.split(" ")))


def _left_out(start: int, end: int, lines: Lines) -> Edit:
    """The text gone, with its line where nothing else stands there."""
    first, last = lines.row(start), lines.row(end)
    before, after = lines.text[lines.starts[first] : start], lines.text[end : lines.ends[last]]
    if end > start and not before.strip() and not after.strip() and last + 1 < len(lines.starts):
        return Edit(lines.starts[first], lines.starts[last + 1], "")
    return Edit(start, end, "")


def ways_of(problem: Problem, lines: Lines) -> Iterator[Correction]:
    """The corrections of a problem, any one of which mends it: what its hint says, or quotation marks."""
    found = problem.corrections
    yield from found
    writing = None if found else _WRITING.get(problem.code, _quoted if problem.code in _TO_QUOTE else None)
    if writing is not None and (written := writing(problem.place, lines)) is not None:
        yield written


def _aligned(place: Place, lines: Lines) -> Correction | None:
    """A line that begins a little too far right or left, begun where the key above it does."""
    above = next((line for n in range(place.line - 1, 0, -1) if (line := lines.line(n)).strip()), "")
    own, wanted = _indent(lines.line(place.line)), _indent(above)
    if not own or not _LINE.match(above) or own == wanted or abs(len(own) - len(wanted)) > 1:
        return None
    return Correction(Place(place.file, place.line, 1), own, wanted)


def _untabbed(place: Place, lines: Lines) -> Correction | None:
    """The tabs at the beginning of a line, as far in as the key above it."""
    line = lines.line(place.line)
    above = next((one for n in range(place.line - 1, 0, -1) if (one := lines.line(n)).strip()), "")
    own, wanted = line[: len(line) - len(line.lstrip(" \t"))], _indent(above)
    if "\t" not in own or "\t" in wanted or not _LINE.match(above):
        return None
    return Correction(Place(place.file, place.line, 1), own, wanted)


def _closed(place: Place, lines: Lines) -> Correction | None:
    """A quotation mark or bracket closed at the end of its line, where the next line begins a key."""
    line, below = lines.line(place.line), lines.line(place.line + 1)
    opened = line[place.column - 1 : place.column]
    if opened not in _CLOSING or (below.strip() and not _KEY.match(below)):
        return None
    end = len(line.rstrip()) + 1
    return Correction(Place(place.file, place.line, end), "", _CLOSING[opened])


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]


_CLOSING = {'"': '"', "'": "'", "[": "]", "{": "}"}
_KEY = re.compile(r" *(?:- +)?[A-Za-z_][\w-]*:(?: |$)")
_WRITING: Mapping[str, Callable[[Place, Lines], Correction | None]] = {
    "OL007": _untabbed,
    "OL022": _aligned,
    "OL025": _closed,
    "OL026": _closed,
}
"""What is written for a slip of the notation, by its code."""


def _quoted(place: Place, lines: Lines) -> Correction | None:
    """The text of a line between double quotes; None where the text goes on below, or the line is no plain one."""
    line = lines.line(place.line)
    match = _LINE.match(line)
    if match is None or not (match["key"] or match["item"]):
        return None
    value = match["value"].rstrip()
    below = lines.line(place.line + 1)
    goes_on = below.strip() and len(below) - len(below.lstrip()) > len(match["indent"]) and not _LINE.match(below)
    if goes_on or value[0] in "\"'" or place.column - 1 < match.start("value"):
        return None
    if value[0] in "[{" and value[-1] == {"[": "]", "{": "}"}[value[0]]:
        return None  # a list or a mapping it may well be
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return Correction(Place(place.file, place.line, match.start("value") + 1), value, f'"{escaped}"')


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; of edits that overlap the first is made."""
    made: list[str] = []
    at = 0
    for edit in sorted(set(edits), key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            continue
        made += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join([*made, text[at:]])


@dataclass(frozen=True, slots=True)
class Mended:
    """A file with what could be mended in it."""

    text: str
    corrections: tuple[Correction, ...]


def mended(text: str, problems: Sequence[Problem]) -> Mended:
    """The text of a file with every problem in it mended that says what to write, in one way only."""
    lines = Lines(text)
    edits: dict[Edit, Correction] = {}
    reached = -1
    found = [(problem, list(ways_of(problem, lines))) for problem in problems]
    certain = [ways[0] for problem, ways in found if len(ways) == 1]
    for correction in sorted(certain, key=lambda one: (one.place.line, one.place.column)):
        edit = edit_of(correction, lines)
        if edit is not None and edit.start >= reached and edit not in edits:
            edits[edit] = correction
            reached = max(edit.end, edit.start + 1)
    return Mended(applied(text, edits), tuple(edits.values()))

"""Files as an editor has them: texts that change letter by letter, and positions as editors count them.

Editors count columns in UTF-16 code units unless they agree on others; problems count characters from 1. Lines end in
LF, CRLF or CR. A position past the end of its line means its end, one past the last line the end of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from ...values.problems import Place
from ...workbench.editing.mending import Lines


class Columns:
    """Columns as one editor counts them: in `utf-16`, `utf-8` or `utf-32` code units."""

    def __init__(self, encoding: str = "utf-16") -> None:
        self.encoding = encoding

    def width(self, text: str) -> int:
        """How many units a text takes."""
        if self.encoding == "utf-32" or text.isascii():
            return len(text)
        if self.encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)

    def characters(self, line: str, units: int) -> int:
        """How many characters of a line those units hold; one that is cut in two is left out."""
        if self.encoding == "utf-32" or line.isascii():
            return min(units, len(line))
        at = 0
        for count, character in enumerate(line):
            at += self.width(character)
            if at > units:
                return count
        return len(line)


@dataclass(slots=True)
class Buffer:
    """One file as the editor has it."""

    uri: str
    path: Path
    lines: Lines
    version: int
    columns: Columns

    @property
    def text(self) -> str:
        return self.lines.text

    def offset(self, position: types.Position) -> int:
        """Where in the text a position is."""
        return offset_at(self.lines, position, self.columns)

    def place(self, position: types.Position) -> tuple[int, int]:
        """Line and column, as problems count them."""
        return self.lines.place(self.offset(position))

    def change(self, change: types.TextDocumentContentChangeEvent) -> tuple[int, int]:
        """The text with what was typed: all of it, or what takes the place of a range.

        Returns the line, from 1, below which all lines have moved, and by how many.
        """
        before = len(self.lines.starts)
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            self.lines = Lines(change.text)
            return before, 0
        start, end = self.offset(change.range.start), self.offset(change.range.end)
        start, end = min(start, end), max(start, end)
        last = self.lines.row(end) + 1
        self.lines = Lines(self.text[:start] + change.text + self.text[end:])
        return last, len(self.lines.starts) - before


def offset_at(lines: Lines, position: types.Position, columns: Columns) -> int:
    """Where in a text a position is; never past the end of its line, nor past that of the text."""
    if position.line >= len(lines.starts):
        return len(lines.text)
    start, end = lines.starts[position.line], lines.ends[position.line]
    return start + columns.characters(lines.text[start:end], max(position.character, 0))


def position_at(lines: Lines, offset: int, columns: Columns) -> types.Position:
    """The position of an offset."""
    row = lines.row(offset)
    start = lines.starts[row]
    return types.Position(row, columns.width(lines.text[start : min(offset, lines.ends[row])]))


def range_at(lines: Lines, start: int, end: int, columns: Columns) -> types.Range:
    return types.Range(position_at(lines, start, columns), position_at(lines, end, columns))


def word_range(lines: Lines, place: Place, length: int, columns: Columns) -> types.Range:
    """The range of a word that begins at a place."""
    start = lines.offset(place.line, place.column)
    return range_at(lines, start, start + length, columns)


def to_path(uri: str) -> Path | None:
    """Where a file lies; None for what is no file."""
    from pygls.uris import to_fs_path

    found = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(found).resolve() if found else None


def to_uri(path: Path) -> str:
    from pygls.uris import from_fs_path

    return from_fs_path(str(path)) or path.as_uri()

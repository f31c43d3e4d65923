"""Patients of a file one after another: its text cut where the next patient begins, so that none but one is held.

Cut are a YAML list, a file of several YAML documents, and JSON objects a line each. What cannot be cut safely (a list
in brackets, a reference from one patient to another) is one piece, and read as a whole.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator

from ..knowledge_base.files import source
from ..values.frozen import ordered
from ..values.problems import Place, Problem
from .record import Reader, Record

_DOCUMENT = re.compile(rb"---(?:\s|$)")
_END = re.compile(rb"\.\.\.\s*$")
_ITEM = re.compile(rb"-(?:\s|$)")
_SILENT = re.compile(rb"\s*(?:#.*)?$")
_ANCHOR = re.compile(rb"(?:^|[\s\[{,])&\w")
_OBJECT = re.compile(rb"\{.*\}\s*$")


@ordered
class Piece:
    """A stretch of a file that holds whole patients, and how many lines of the file stand before it."""

    text: bytes
    line: int


def pieces(lines: Iterable[bytes]) -> Iterator[Piece]:
    """The pieces of a file, given by its lines; at least one, were it empty."""
    cutter = _Cutter()
    for number, line in enumerate(lines):
        yield from cutter.take(line.removeprefix(b"\xef\xbb\xbf") if not number else line, number)
    yield from cutter.rest()


class _Cutter:
    """Lines being gathered until the next patient begins."""

    def __init__(self) -> None:
        self._gathered: list[bytes] = []
        self._start = 0
        self._begins: re.Pattern[bytes] | None = None
        self._decided = False
        self._given = False

    def take(self, line: bytes, number: int) -> Iterator[Piece]:
        if _DOCUMENT.match(line) or _END.match(line):
            yield from self._cut(number + 1)
            self._decided, self._begins = False, None
            line = b"   " + line[3:] if _DOCUMENT.match(line) else b""
            if _SILENT.match(line):
                return
            self._start = number
        if not self._decided and not _SILENT.match(line):
            self._decided = True
            self._begins = _ITEM if _ITEM.match(line) else _OBJECT if _OBJECT.match(line) else None
        if self._begins is not None and self._begins.match(line):
            yield from self._cut(number)
        if _ANCHOR.search(line):
            self._begins = None  # a later patient may refer to it: the rest of the document stays together
        self._gathered.append(line)

    def rest(self) -> Iterator[Piece]:
        if not self._silent() or not self._given:
            yield Piece(b"".join(self._gathered), self._start)

    def _cut(self, start: int) -> Iterator[Piece]:
        """What was gathered, where anything is said in it; the next piece begins at line `start`."""
        if self._silent():
            if start and self._gathered and self._begins is not None:
                return  # what stands above the first patient is read with it, so that its lines are counted
            self._gathered, self._start = [], start
            return
        yield Piece(b"".join(self._gathered), self._start)
        self._given = True
        self._gathered, self._start = [], start

    def _silent(self) -> bool:
        return all(_SILENT.match(line) for line in self._gathered)


@ordered
class Read:
    """What came of one piece: its patients, and everything wrong in it."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...]


def read(reader: Reader, piece: Piece, file: str) -> Read:
    """The patients of one piece, with their places in the whole file."""
    node, problems = source.load_text(piece.text, file)
    if node is None and not problems:
        hint = "write answers, a line each: `age: 67`"
        problems = [Problem("OL320", "the file is empty", Place(file), hint=hint)]
    records, problems = reader.records(node, problems, continued=piece.line > 0) if node is not None else ([], problems)
    if piece.line:
        records = [_lowered(one, piece.line) for one in records]
        problems = [_moved(one, piece.line) for one in problems]
    return Read(tuple(records), tuple(problems))


def _lowered(record: Record, lines: int) -> Record:
    answers = {name: dataclasses.replace(one, place=_below(one.place, lines)) for name, one in record.answers.items()}
    return dataclasses.replace(record, answers=answers, place=_below(record.place, lines))


def _moved(problem: Problem, lines: int) -> Problem:
    elsewhere = _below(problem.elsewhere, lines) if problem.elsewhere is not None else None
    return dataclasses.replace(problem, place=_below(problem.place, lines), elsewhere=elsewhere)


def _below(place: Place, lines: int) -> Place:
    return place._replace(line=place.line + lines) if place.line else place

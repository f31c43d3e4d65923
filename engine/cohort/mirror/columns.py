"""Findings of many patients side by side: of each finding what is known in each row.

A choice is a code into what can be known of it, a list its entries in order of their rows, with a field each. What is
odd in a few rows (several results, a word) stands beside the arrays, as what is known of one patient.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...values.value import NOT_APPLICABLE, NOT_MEASURED, UNKNOWN, Choice, Entry, Gap, Known, Number, Records
from . import ends as gaps
from .ends import Ends, Flags, Rows

Codes = npt.NDArray[np.uint16]
HIGH, LOW, NORMAL = 1, 2, 3
"""Words for a result, as codes; 0: a number."""
WORDS = {"high": HIGH, "low": LOW, "normal": NORMAL}


class Book:
    """What can be known of a choice, by code: a column says it in a small number for each row.

    Codes stay the same for a whole run; what turns up later is added.
    """

    def __init__(self, members: tuple[str, ...] = ()) -> None:
        self.table: list[Known] = [UNKNOWN, NOT_MEASURED, NOT_APPLICABLE]
        self.table += [Choice(frozenset({member})) for member in members]
        self._codes = {known: code for code, known in enumerate(self.table)}
        self._deciding: dict[frozenset[str], tuple[int, list[int], list[int]]] = {}

    def code(self, known: Known) -> int:
        found = self._codes.get(known)
        if found is None:
            found = self._codes[known] = len(self.table)
            self.table.append(known)
        return found

    def among(self, members: frozenset[str]) -> tuple[list[int], list[int]]:
        """The codes that are surely one of the members, and those that may be; as `_among` of one patient."""
        kept = self._deciding.get(members)
        if kept is None or kept[0] != len(self.table):
            sure, maybe = [], []
            for code, known in enumerate(self.table):
                if isinstance(known, Choice):
                    if known.members <= members:
                        sure.append(code)
                    elif known.members & members:
                        maybe.append(code)
                elif known is not NOT_APPLICABLE:
                    maybe.append(code)
            kept = self._deciding[members] = (len(self.table), sure, maybe)
        return kept[1], kept[2]


@dataclasses.dataclass(slots=True)
class NumberColumn:
    """A number or date in each row; the last of several results counts.

    Attributes:
        words: the code of a word that was given instead of a number; None: no row has one.
        printed: the range printed beside the result, a gap where none is.
        persistent: where a word was confirmed on another occasion.
        several: what is known in the rows with several results.
    """

    ends: Ends
    words: npt.NDArray[np.uint8] | None = None
    printed: Ends | None = None
    persistent: Flags | None = None
    several: Mapping[int, Number] = dataclasses.field(default_factory=dict)

    @property
    def plain(self) -> bool:
        return self.words is None and self.printed is None and self.persistent is None and not self.several


@dataclasses.dataclass(slots=True)
class ChoiceColumn:
    codes: Codes
    book: Book


@dataclasses.dataclass(slots=True)
class Field:
    """A field of the entries of a list: a choice has codes, a number or date its ends. `given`: where it was said."""

    given: Flags | None
    """None: in every entry."""
    codes: Codes | None = None
    book: Book | None = None
    ends: Ends | None = None

    def take(self, rows: Rows) -> Field:
        return Field(
            None if self.given is None else self.given[rows],
            None if self.codes is None else self.codes[rows],
            self.book,
            None if self.ends is None else self.ends.take(rows),
        )


class Entries:
    """Entries of one list, each with the row it is of; of some of them a field is taken out when it is looked at."""

    def __init__(self, rows: Rows, fields: Mapping[str, Field], of: Entries | None = None, places: Any = None) -> None:
        self.rows = rows
        self._fields = dict(fields)
        self._of, self._places = of, places

    def field(self, name: str) -> Field | None:
        """A field; None where no entry has it."""
        found = self._fields.get(name)
        if found is None and self._of is not None:
            whole = self._of.field(name)
            if whole is not None:
                found = self._fields[name] = whole.take(self._places)
        return found

    def take(self, chosen: Rows) -> Entries:
        return Entries(self.rows[chosen], {}, self, chosen)


@dataclasses.dataclass(slots=True)
class ListColumn:
    """A list in each row.

    Attributes:
        entries: all entries, in the order of rows, and within a row as they were given.
        complete: where nothing may be missing.
        absent: the code of the members known to be absent from an open list, into `without`; None: nowhere any.
        gap: why there is no list, by code; None: there is one in every row.
        origin: the entry as it was read, by its place among all entries.
    """

    entries: Entries
    complete: Flags
    absent: npt.NDArray[np.uint16] | None = None
    without: list[frozenset[str]] = dataclasses.field(default_factory=lambda: [frozenset()])
    gap: npt.NDArray[np.uint8] | None = None
    origin: Callable[[int], Entry] | None = None
    bounds: Rows | None = None
    """Where the entries of each row begin; one more at the end."""

    def known(self, row: int) -> Known:
        if self.gap is not None and self.gap[row]:
            known = gaps.GAPS[int(self.gap[row])]
            assert known is not None
            return known
        if self.bounds is None:
            self.bounds = np.searchsorted(self.entries.rows, np.arange(len(self.complete) + 1))
        assert self.origin is not None
        found = tuple(self.origin(place) for place in range(self.bounds[row], self.bounds[row + 1]))
        absent = self.without[self.absent[row]] if self.absent is not None else frozenset[str]()
        return Records(found, bool(self.complete[row]), absent)


Column = NumberColumn | ChoiceColumn | ListColumn


@dataclasses.dataclass(slots=True)
class Said:
    """What was said of one finding or quantity.

    Attributes:
        column: what is known from it; unknown in the rows where nothing was said.
        said: where something was said; None: in every row.
        origin: what was said in a row, with its decimals.
        since: the first day on which the answer that counts may have been found, no number where none is told;
            None: in no row.
        rivals: where it is not told which of several answers is the newest; None: nowhere.
    """

    column: Column
    said: Flags | None
    origin: Callable[[int], Known]
    since: Any = None
    rivals: Flags | None = None

    def known(self, row: int) -> Known | None:
        return self.origin(row) if self.said is None or self.said[row] else None


def gap_codes(column: Column) -> Any:
    """Why there is no value, by code, in each row; None where there is one everywhere."""
    if isinstance(column, NumberColumn):
        return column.ends.gap
    if isinstance(column, ListColumn):
        return column.gap
    lut = np.array([gaps.CODES[known] if isinstance(known, Gap) else 0 for known in column.book.table], np.uint8)
    found = lut[column.codes]
    return found if found.any() else None


def taken(column: Column, rows: Rows) -> Column:
    """The same column for some of the rows, in their order."""
    if isinstance(column, NumberColumn):
        places = {int(row): place for place, row in enumerate(rows)}
        return NumberColumn(
            column.ends.take(rows),
            None if column.words is None else column.words[rows],
            None if column.printed is None else column.printed.take(rows),
            None if column.persistent is None else column.persistent[rows],
            {places[row]: known for row, known in column.several.items() if row in places},
        )
    if isinstance(column, ChoiceColumn):
        return ChoiceColumn(column.codes[rows], column.book)
    bounds = np.searchsorted(column.entries.rows, np.arange(len(column.complete) + 1))
    counts = bounds[rows + 1] - bounds[rows]
    start = np.repeat(bounds[rows] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    places_of = start + np.arange(counts.sum())
    entries = column.entries.take(places_of)
    entries.rows = np.repeat(np.arange(len(rows)), counts)
    origin = column.origin
    return ListColumn(
        entries,
        column.complete[rows],
        None if column.absent is None else column.absent[rows],
        column.without,
        None if column.gap is None else column.gap[rows],
        None if origin is None else lambda place: origin(int(places_of[place])),
    )


def with_more(column: Column, rows: Rows) -> Column:
    """The same column with some of its rows once more at its end."""
    if isinstance(column, NumberColumn):
        size = len(column.ends.low)

        def of(part: Any) -> Any:
            return None if part is None else np.concatenate([part, part[rows]])

        again = {size + place: column.several[int(row)] for place, row in enumerate(rows) if int(row) in column.several}
        return NumberColumn(
            column.ends.with_more(rows),
            of(column.words),
            None if column.printed is None else column.printed.with_more(rows),
            of(column.persistent),
            {**column.several, **again},
        )
    if isinstance(column, ChoiceColumn):
        return ChoiceColumn(np.concatenate([column.codes, column.codes[rows]]), column.book)
    return taken(column, np.concatenate([np.arange(len(column.complete)), rows]))


def filled(column: Column, rows: Flags, known: Known) -> Column:
    """The column with the same answer in all of these rows. Raises TypeError for what no column can hold."""
    if isinstance(column, ChoiceColumn) and isinstance(known, (Choice, Gap)):
        codes = column.codes.copy()
        codes[rows] = column.book.code(known)
        return ChoiceColumn(codes, column.book)
    if isinstance(column, NumberColumn) and isinstance(known, Gap):
        return dataclasses.replace(column, ends=gaps.chosen(rows, gaps.of_gap(known), column.ends))
    if isinstance(column, NumberColumn) and isinstance(known, Number):
        last = known.last
        if last.word is None and last.range is None and not last.persistent and len(known.results) == 1:
            new = gaps.chosen(rows, gaps.of_interval(last.interval), column.ends)
            return dataclasses.replace(column, ends=new)
    if isinstance(column, ListColumn) and isinstance(known, Gap):
        gap = np.zeros(len(column.complete), np.uint8) if column.gap is None else column.gap.copy()
        gap[rows] = gaps.CODES[known]
        complete = column.complete.copy()
        complete[rows] = known is NOT_APPLICABLE
        return dataclasses.replace(column, gap=gap, complete=complete)
    raise TypeError(f"no column of {type(column).__name__} holds {known!r}")

"""From what is known of single patients to columns: each distinct answer is taken apart once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...knowledge_base.model import Finding
from ...values import history
from ...values.interval import Interval
from ...values.value import UNKNOWN, Choice, Day, Entry, Gap, Known, Number, Records
from . import ends
from .columns import WORDS, ChoiceColumn, Codes, Entries, Field, ListColumn, NumberColumn, Said
from .ends import Ends
from .strata import Ground


def said(ground: Ground, name: str, knowns: Sequence[Known | None]) -> Said:
    """A column of what was said of one finding or quantity, row by row; None: nothing."""
    finding = ground.kb.findings.get(name)
    if finding is not None and finding.form == "records":
        return lists(ground, finding, knowns)
    table: list[Known | None] = [None]
    places: dict[Known | None, int] = {None: 0}
    codes = np.zeros(len(knowns), np.intp)
    for row, known in enumerate(knowns):
        code = places.get(known)
        if code is None:
            code = places[known] = len(table)
            table.append(known)
        codes[row] = code
    return coded(ground, name, table, codes)


def coded(ground: Ground, name: str, table: Sequence[Known | None], codes: Any) -> Said:
    """A column of a number, date or choice, each row a place in the table."""
    finding = ground.kb.findings.get(name)
    column: NumberColumn | ChoiceColumn
    if finding is not None and finding.form in ("yes_no", "choice"):
        book = ground.book_of(finding)
        plain = [UNKNOWN if known is None else history.undated(known) for known in table]  # days would fill the book
        lut = np.array([book.code(known) for known in plain], np.uint16)
        column = ChoiceColumn(lut[codes], book)
    else:
        column = numbers(table, codes)
    there = np.array([known is not None for known in table], bool)[codes]

    def origin(row: int) -> Known:
        known = table[int(codes[row])]
        assert known is not None
        return known

    since = np.array([_since(known) for known in table])
    rivals = np.array([_has_rivals(known) for known in table], bool)
    return Said(
        column,
        None if there.all() else there,
        origin,
        None if np.isnan(since).all() else since[codes],
        rivals[codes] if rivals.any() else None,
    )


def _has_rivals(known: Known | None) -> bool:
    several = (isinstance(known, Number) and len(known.results) > 1) or (isinstance(known, Choice) and known.before)
    return bool(several) and known is not None and len(history.rivals(known)) > 1


def _since(known: Known | None) -> float:
    """The first day on which the answer that counts may have been found."""
    date = history.date_of(known) if isinstance(known, (Number, Choice)) else None
    return float(date.low) if date is not None else float("nan")


def numbers(table: Sequence[Known | None], codes: Any) -> NumberColumn:
    """A column of numbers or dates; of several results the last counts."""
    parts = ends_of([_last(known) for known in table])
    words = np.zeros(len(table), np.uint8)
    persistent = np.zeros(len(table), bool)
    printed: list[Interval | Gap] = [UNKNOWN] * len(table)
    several: dict[int, Number] = {}
    for place, known in enumerate(table):
        if isinstance(known, Number):
            last = known.last
            words[place] = WORDS[last.word.value] if last.word is not None else 0
            persistent[place] = last.persistent
            if last.range is not None:
                printed[place] = last.range
            if len(known.results) > 1:
                several[place] = known
    rows = np.flatnonzero(np.isin(codes, list(several))) if several else ()
    return NumberColumn(
        parts.take(codes).tidy(),
        words[codes] if words.any() else None,
        ends_of(printed).take(codes) if any(isinstance(one, Interval) for one in printed) else None,
        persistent[codes] if persistent.any() else None,
        {int(row): several[int(codes[row])] for row in rows},
    )


def _last(known: Known | None) -> Interval | Gap:
    if isinstance(known, Gap):
        return known
    if isinstance(known, Day):
        return known.interval
    return known.last.interval if isinstance(known, Number) else UNKNOWN


def ends_of(values: Sequence[Interval | Gap]) -> Ends:
    """The ends of each; those of a gap are no number."""
    count = len(values)
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    low_open, high_open, rough = np.zeros(count, bool), np.zeros(count, bool), np.zeros(count, bool)
    gap = np.zeros(count, np.uint8)
    places = 0
    for place, value in enumerate(values):
        if isinstance(value, Gap):
            gap[place] = ends.CODES[value]
            continue
        one = ends.of_interval(value)
        low[place], high[place] = one.low, one.high
        low_open[place], high_open[place] = value.low_open, value.high_open
        rough[place] = one.rough is not None
        places = max(places, one.places or 0)
    return Ends(low, high, low_open, high_open, gap, rough, places).tidy()


# --- lists ------------------------------------------------------------------------------------------------------------


class Assumptions:
    """What entries of a list assume by their member (a broken vertebra: low trauma), as `Case` fills it in."""

    def __init__(self, ground: Ground, finding: Finding) -> None:
        choices = ground.kb.choices.get(finding.fields[finding.key].choices)
        members = choices.members if choices is not None else {}
        self.key = finding.key
        self.of: dict[str, dict[str, Known]] = {
            name: {field: Choice(frozenset({value})) for field, value in member.assumes.items()}
            for name, member in members.items()
            if member.assumes
        }

    def filled(self, entry: Entry) -> Entry:
        """The entry with what its member assumes of fields that it does not say."""
        known = entry.fields.get(self.key)
        only = next(iter(known.members)) if isinstance(known, Choice) and len(known.members) == 1 else ""
        new = {field: value for field, value in self.of.get(only, {}).items() if field not in entry.fields}
        return Entry({**entry.fields, **new}) if new else entry


def lists(ground: Ground, finding: Finding, knowns: Sequence[Known | None]) -> Said:
    """A column of lists."""
    count = len(knowns)
    assumed = Assumptions(ground, finding)
    entries: list[Entry] = []
    rows: list[int] = []
    complete, gap = np.zeros(count, bool), np.zeros(count, np.uint8)
    without: list[frozenset[str]] = [frozenset()]
    places = {without[0]: 0}
    absent = np.zeros(count, np.uint16)
    for row, known in enumerate(knowns):
        if isinstance(known, Records):
            complete[row] = known.complete
            if known.absent not in places:
                places[known.absent] = len(without)
                without.append(known.absent)
            absent[row] = places[known.absent]
            entries += [assumed.filled(entry) for entry in known.entries]
            rows += [row] * len(known.entries)
        else:
            gap[row] = ends.CODES[known if isinstance(known, Gap) else UNKNOWN]
    column = ListColumn(
        Entries(np.array(rows, np.intp), fields_of(ground, finding, entries)),
        complete,
        absent if absent.any() else None,
        without,
        gap if gap.any() else None,
        entries.__getitem__,
    )
    there = np.array([known is not None for known in knowns], bool)

    def origin(row: int) -> Known:
        known = knowns[row]
        assert known is not None
        return known

    return Said(column, None if there.all() else there, origin)


def fields_of(ground: Ground, finding: Finding, entries: Sequence[Entry]) -> Mapping[str, Field]:
    """A column for each field that any of the entries has, and for the key in any case."""
    found: dict[str, Field] = {}
    for field in finding.fields.values():
        there = np.array([field.id in entry.fields for entry in entries], bool)
        if not there.any() and field.id != finding.key:
            continue
        given = None if there.all() else there
        values = [entry.fields.get(field.id, UNKNOWN) for entry in entries]
        if field.type in ("choice", "yes_no"):
            book = ground.book(field.choices if field.type == "choice" else "")
            codes: Codes = np.array([book.code(value) for value in values], np.uint16)
            found[field.id] = Field(given, codes, book)
        else:
            found[field.id] = Field(given, ends=ends_of([_last(value) for value in values]))
    return found


def columns(ground: Ground, patients: Sequence[Mapping[str, Known]]) -> dict[str, Said]:
    """The columns of what was said of some patients."""
    names: Iterable[str] = dict.fromkeys(name for one in patients for name in one)
    return {name: said(ground, name, [one.get(name) for one in patients]) for name in names}

"""Lists of many patients from Arrow: a column of lists of structs, or the rows of a long table beside it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from ...intake.answers import answers
from ...intake.answers.sheet import Sheet
from ...knowledge_base.files.nodes import ListNode, MapNode, Text
from ...knowledge_base.model import FieldKind, Finding
from ...values.interval import Interval, exactly
from ...values.problems import Place
from ...values.value import UNKNOWN, Choice, Day, Entry, Gap, Known, Measurement, Number, Records
from ..mirror import ends, gathering
from ..mirror.columns import Entries, Field, ListColumn, Said
from ..mirror.ends import VALUE, Ends, Flags
from ..mirror.gathering import Assumptions
from ..mirror.strata import Ground
from . import arrow
from .coded import Coded, Meant
from .contract import IGNORE, BoundList, Cell
from .refusals import Refusals

HERE = Place("a cell")
_OLDEST = datetime.date(1900, 1, 1).toordinal()


@dataclasses.dataclass(slots=True)
class _Told:
    """A field of all entries as it was read: its column, and what it says in one entry (None: nothing)."""

    field: Field
    known: Callable[[int], Known | None]


class ListReader:
    """Reads one list of the patients of a table; what it has understood of texts it remembers."""

    def __init__(self, ground: Ground, sheet: Sheet, bound: BoundList, coded: Coded) -> None:
        self.ground, self.sheet, self.bound, self.coded = ground, sheet, bound, coded
        self.finding: Finding = ground.kb.findings[bound.name]
        self.key: FieldKind = self.finding.fields[self.finding.key]
        self.book = ground.book(self.key.choices)
        self.cells: dict[str, Cell] = dict(bound.fields)
        self._assumed = Assumptions(ground, self.finding)
        self._understood: dict[tuple[str, str, str], tuple[Mapping[str, Known] | None, str]] = {}

    def column(self, array: pa.Array, today: Any, refusals: Refusals) -> Said:
        """A column of lists of structs: an empty cell says nothing, an empty list that there is nothing."""
        there = arrow.there(array)
        rows, structs = arrow.elements(array)
        return self._list(len(array), rows, structs, there, today, refusals)

    def long(self, count: int, rows: Any, structs: pa.Array | None, today: Any, refusals: Refusals) -> Said:
        """Rows of a long table; whose list may be incomplete, and has no row, of them nothing is said."""
        there = np.full(count, self.bound.complete)
        there[rows] = True
        return self._list(count, rows, structs, there, today, refusals)

    def _list(
        self, count: int, rows: Any, structs: pa.Array | None, there: Flags, today: Any, refusals: Refusals
    ) -> Said:
        told: dict[str, _Told] = {}
        filled = np.zeros(count, bool)
        filled[rows] = True
        nameless = np.zeros(count, bool)
        cell = self._key_cell
        if structs is not None and len(rows) and (cell.codes or self.bound.record or IGNORE in cell.values.values()):
            kept, nothing = self._by_code(structs, rows, refusals)
            nameless[rows[nothing]] = True
            structs, rows = structs.filter(pa.array(kept)), rows[kept]
        if structs is not None and len(rows):
            columns = arrow.fields(structs)
            day = today if np.ndim(today) == 0 else today[rows]
            told = self._fields(columns, rows, day, refusals)
        if self.finding.key not in told:
            told[self.finding.key] = _Told(Field(None, np.zeros(len(rows), np.uint16), self.book), lambda _: None)
        self._assume(told, len(rows))
        complete = there & (self.bound.complete | ~filled) & ~nameless
        gap = np.where(there, VALUE, ends.UNKNOWN).astype(np.uint8)
        known = {name: one.known for name, one in told.items()}

        def raw(place: int) -> Entry:
            found = {name: value for name, at in known.items() if (value := at(place)) is not None}
            return Entry({name: found[name] for name in self.finding.fields if name in found})

        entries = Entries(rows, {name: one.field for name, one in told.items()})
        column = ListColumn(
            entries,
            complete,
            gap=gap if gap.any() else None,
            origin=lambda place: self._assumed.filled(raw(place)),
        )
        bounds = np.searchsorted(rows, np.arange(count + 1))

        def origin(row: int) -> Known:
            return Records(tuple(raw(place) for place in range(bounds[row], bounds[row + 1])), bool(complete[row]))

        return Said(column, None if there.all() else there, origin)

    # --- codes ---

    @property
    def _key_cell(self) -> Cell:
        return self.cells.get(self.finding.key, Cell(self.finding.key))

    def _by_code(self, structs: pa.Array, rows: Any, refusals: Refusals) -> tuple[Flags, Flags]:
        """The entries whose code is in our lists, of each record the first; and those without a code.

        An entry without a code may be anything: a list that holds one is not complete. One whose code we do not know is
        none that any rule reads.
        """
        columns = arrow.fields(structs)
        table, codes = self._coded(columns[self._key_cell.column])
        known = np.array([self._meant(self._key_cell, self.key, text) is not None for text in table], bool)
        if self._key_cell.codes:
            self._pass_over(self._key_cell, self.key, table, codes, refusals)
        kept = known[codes] if self._key_cell.codes else known[codes] | (codes == 0)
        if self.bound.record:
            record = arrow.texts(columns[self.bound.record].cast(pa.string()))[1].astype(np.int64)
            places = np.flatnonzero(kept & (record > 0))
            _, first = np.unique(rows[places] * (record.max() + 1) + record[places], return_index=True)
            kept[places] = False
            kept[places[first]] = True
        return kept, codes == 0 if self._key_cell.codes else np.zeros(len(codes), bool)

    def _pass_over(
        self, cell: Cell, field: FieldKind, table: Sequence[str | None], codes: Any, refusals: Refusals
    ) -> None:
        """Count the codes that none of our lists has."""
        counts = np.bincount(codes, minlength=len(table))
        unused = (
            (text.strip(), int(counts[place]))
            for place, text in enumerate(table)
            if text is not None and counts[place] and self._meant(cell, field, text) is None
        )
        refusals.pass_over(self.bound.name, {text: count for text, count in unused if cell.values.get(text) != IGNORE})

    def _coded(self, array: pa.Array) -> tuple[list[str | None], Any]:
        return arrow.texts(
            array.cast(pa.string()) if arrow.kind_of(pa.field("", array.type)).kind == "number" else array
        )

    def _meant(self, cell: Cell, field: FieldKind, text: str | None) -> Meant | None:
        """What a cell says: by the mapping's own `values`, else by our lists of codes, else as it is written."""
        if text is None:
            return None
        told = cell.values.get(text.strip())
        if told is not None:
            return Meant(told, {}) if told != IGNORE else None
        return self.coded.member(field, cell.codes, text.strip()) if cell.codes else Meant(text, {})

    def _keys(self, columns: Mapping[str, pa.Array]) -> tuple[list[Meant | None], Any]:
        """What each distinct key means, and which each entry has; a dose may tell two medicines of one code apart."""
        cell = self._key_cell
        table, codes = self._coded(columns[cell.column])
        meant = [self._meant(cell, self.key, text) for text in table]
        dose = self.cells.get("dose", Cell(""))
        amounts = columns.get(dose.column)
        if not cell.codes or dose.unit != "mg" or amounts is None or amounts.null_count == len(amounts):
            return meant, codes
        if arrow.kind_of(pa.field("", amounts.type)).kind != "number":
            return meant, codes
        values = arrow.floats(amounts)[0]
        codes = codes.copy()
        for place, one in list(enumerate(meant)):
            if one is None or len(one.members) < 2:
                continue
            here = (codes == place) & np.isfinite(values)
            for amount in np.unique(values[here]).tolist():
                narrowed = self.coded.narrowed(one, Decimal(repr(amount)))
                if narrowed.members != one.members:
                    codes[here & (values == amount)] = len(meant)
                    meant.append(narrowed)
        return meant, codes

    def _besides(self, told: dict[str, _Told], said: Sequence[Meant | None], codes: Any) -> None:
        """What a code says of an entry besides, where no column does: a code for weakened bone says the cause, too."""
        for name in dict.fromkeys(field for one in said if one is not None for field in one.entry):
            knowns: list[Known | None] = []
            for one in said:
                found = (
                    self._entry(one.text, name, one.entry[name])[0] if one is not None and name in one.entry else None
                )
                knowns.append(found.get(name) if found is not None else None)
            new, before = self._by_code_of(self.finding.fields[name], knowns, codes), told.get(name)
            told[name] = new if before is None else _either(before, new)

    # --- fields ---

    def _fields(self, columns: Mapping[str, pa.Array], rows: Any, day: Any, refusals: Refusals) -> dict[str, _Told]:
        key_cell = self._key_cell
        meant, key_codes = self._keys(columns)
        keys = [one.text if one is not None else None for one in meant]
        told = {self.finding.key: self._key(keys, key_codes, rows, refusals)}
        for name, cell in self.cells.items():
            if name == self.finding.key or cell.column not in columns:
                continue
            field = self.finding.fields[name]
            array = columns[cell.column]
            kind = arrow.kind_of(pa.field("", array.type)).kind
            if array.null_count == len(array):
                continue
            if field.type == "date" and kind == "date":
                told[name] = self._days(array, day, rows, refusals)
            elif field.type in ("number", "duration") and kind == "number":
                told[name] = self._numbers(field, cell, array, told[self.finding.key].field, rows, refusals)
            else:
                told.update(self._by_text(field, cell, array, kind, keys, key_codes, rows, refusals, told))
        if key_cell.codes:
            self._besides(told, meant, key_codes)
        self._sound(told, len(rows), rows, refusals)
        return told

    def _texts(self, array: pa.Array, cell: Cell, field: FieldKind) -> tuple[list[str | None], Any]:
        kind = arrow.kind_of(pa.field("", array.type)).kind
        if kind == "flag":
            array = pa.DictionaryArray.from_arrays(array.cast(pa.int8()), pa.array(["no", "yes"]))
        elif kind == "number":
            array = array.cast(pa.string())
        table, codes = arrow.texts(array)
        said = [self._meant(cell, field, text) for text in table]
        return [one.text if one is not None else None for one in said], codes

    def _refuse(self, code: str, places: Any, rows: Any, refusals: Refusals) -> None:
        found = np.zeros(refusals.count, bool)
        found[rows[places]] = True
        refusals.add(code, self.bound.name, found)

    def _key(self, keys: Sequence[str | None], codes: Any, rows: Any, refusals: Refusals) -> _Told:
        knowns: list[Known] = []
        for place, text in enumerate(keys):
            known, code = (None, "OL315") if text is None else self._entry(text, "", "")
            if code and (codes == place).any():
                self._refuse(code, codes == place, rows, refusals)
            knowns.append(known.get(self.finding.key, UNKNOWN) if known is not None else UNKNOWN)
        lut = np.array([self.book.code(known) for known in knowns], np.uint16)
        return _Told(Field(None, lut[codes], self.book), lambda place: knowns[codes[place]])

    def _entry(self, key: str, field: str, text: str) -> tuple[Mapping[str, Known] | None, str]:
        """What an entry of these words says, by field; or the code of what is wrong with it."""
        kept = self._understood.get((key, field, text))
        if kept is None:
            pairs = [(Text(self.finding.key, HERE), Text(key, HERE))]
            if field:
                pairs.append((Text(field, HERE), Text(text, HERE)))
            node = ListNode((MapNode(tuple(pairs), HERE),), HERE)
            known, problems = answers.read_with(self.sheet, self.finding.id, node, HERE)
            found = known.entries[0].fields if isinstance(known, Records) and known.entries else None
            kept = self._understood[key, field, text] = (found, problems[0].code if found is None and problems else "")
        return kept

    def _days(self, array: pa.Array, day: Any, rows: Any, refusals: Refusals) -> _Told:
        there = arrow.there(array)
        days = np.where(there, arrow.days(array), np.nan)
        self._refuse("OL309", days > day, rows, refusals)
        self._refuse("OL308", days < _OLDEST, rows, refusals)
        gap = np.where(there, VALUE, ends.UNKNOWN).astype(np.uint8)
        field = Field(None if there.all() else there, ends=Ends(days, gap=gap).tidy())
        return _Told(field, lambda place: Day(exactly(int(days[place]))) if there[place] else None)

    def _numbers(
        self, field: FieldKind, cell: Cell, array: pa.Array, key: Field, rows: Any, refusals: Refusals
    ) -> _Told:
        values, places = arrow.floats(array)
        there = arrow.there(array) & ~np.isnan(values)
        self._refuse("OL300", there & np.isinf(values), rows, refusals)
        there = there & ~np.isinf(values)
        gap = np.where(there, VALUE, ends.UNKNOWN).astype(np.uint8)
        value = Ends(np.where(there, values, np.nan), gap=gap, places=places)
        assert key.codes is not None
        factors, exact = self._factors(field, cell)
        if factors is not None:
            value = ends.times(value, factors.take(key.codes.astype(np.intp)))
        floor = field.floor if field.floor is not None else (Decimal(0) if field.type == "duration" else None)
        if floor is not None:
            low = value.low <= 0 if field.id == "every" else value.low < float(floor)
            self._refuse("OL303", low & there, rows, refusals)
        codes = key.codes

        def known(place: int) -> Known | None:
            if not there[place]:
                return None
            number = Decimal(repr(float(values[place])))
            return Number((Measurement(exactly(exact(number, self.book.table[codes[place]]))),))

        return _Told(Field(None if there.all() else there, ends=value.tidy()), known)

    def _factors(self, field: FieldKind, cell: Cell) -> tuple[Ends | None, Callable[[Decimal, Known], Decimal]]:
        """What a number is multiplied by, for each code of the key; a dose in units depends on the substance."""
        if not cell.unit:
            return None, lambda number, _: number

        def exact(number: Decimal, known: Known) -> Decimal:
            measured = self._measured(field, known)
            found = self.sheet.units.convert(number, cell.unit, measured.unit, measured.analyte)
            return number if found is None else found

        units = [self._measured(field, known) for known in self.book.table]
        found = [self.sheet.units.factor(cell.unit, one.unit, one.analyte) for one in units]
        if all(one is None or one == 1 for one in found):
            return None, exact
        values: list[Interval | Gap] = [exactly(one) if one is not None else UNKNOWN for one in found]
        return gathering.ends_of(values), exact

    def _measured(self, field: FieldKind, known: Known) -> Any:
        members = known.members if isinstance(known, Choice) else frozenset[str]()
        return self.sheet.measured_field(field, members, self.key.choices)

    def _by_text(
        self,
        field: FieldKind,
        cell: Cell,
        array: pa.Array,
        kind: str,
        keys: Sequence[str | None],
        key_codes: Any,
        rows: Any,
        refusals: Refusals,
        before: Mapping[str, _Told],
    ) -> dict[str, _Told]:
        """A field by the reader of answers, each pair of member and text once; a dose may say how often as well."""
        table, codes = self._texts(array, cell, field)
        if cell.codes:
            self._pass_over(cell, field, *self._coded(array), refusals)
        depends = field.id in ("dose", "daily_dose")
        both = codes * len(keys) + key_codes if depends else codes
        distinct, place_of = np.unique(both, return_inverse=True)
        read: list[Mapping[str, Known]] = []
        usual = next((text for text in keys if text is not None), "")
        for code in distinct.tolist():
            text = table[code // len(keys) if depends else code]
            key = keys[code % len(keys)] if depends else usual
            found: Mapping[str, Known] | None = {}
            wrong = ""
            if text is not None and key is not None:
                for written in (f"{text} {cell.unit}", text) if cell.unit else (text,):
                    found, wrong = self._entry(key, field.id, written)
                    if found is not None:
                        break
            if wrong:
                self._refuse(wrong, both == code, rows, refusals)
            read.append(found or {})
        names = {name for one in read for name in one if name != self.finding.key} | {field.id}
        made: dict[str, _Told] = {}
        for name in names:
            if name == field.id or name not in before:
                knowns = [one.get(name) for one in read]
                made[name] = self._by_code_of(self.finding.fields[name], knowns, place_of)
        return made

    def _by_code_of(self, field: FieldKind, knowns: Sequence[Known | None], codes: Any) -> _Told:
        there = np.array([known is not None for known in knowns], bool)[codes]
        given = None if there.all() else there
        values = [UNKNOWN if known is None else known for known in knowns]
        if field.type in ("choice", "yes_no"):
            book = self.ground.book(field.choices if field.type == "choice" else "")
            lut = np.array([book.code(known) for known in values], np.uint16)
            column = Field(given, lut[codes], book)
        else:
            column = Field(given, ends=gathering.numbers(values, codes).ends)
        return _Told(column, lambda place: knowns[codes[place]])

    def _sound(self, told: Mapping[str, _Told], count: int, rows: Any, refusals: Refusals) -> None:
        """Hold the dates of an entry to one another."""
        dates = {name: _ends(told[name].field, count) for name in ("started", "stopped", "last_given") if name in told}
        for first, last in (("started", "stopped"), ("started", "last_given"), ("last_given", "stopped")):
            if first in dates and last in dates:
                self._refuse("OL317", dates[first].low > dates[last].high, rows, refusals)

    def _assume(self, told: dict[str, _Told], count: int) -> None:
        """What members assume of fields that an entry does not say."""
        if not self._assumed.of or not count:
            return
        codes = told[self.finding.key].field.codes
        assert codes is not None
        for name in {field for assumed in self._assumed.of.values() for field in assumed}:
            book = self.ground.book(self.finding.fields[name].choices)
            lut = np.zeros(len(self.book.table), np.uint16)
            for place, known in enumerate(self.book.table):
                only = next(iter(known.members)) if isinstance(known, Choice) and len(known.members) == 1 else ""
                value = self._assumed.of.get(only, {}).get(name)
                lut[place] = book.code(value) if value is not None else 0
            new = lut[codes]
            before = told.get(name)
            if before is None:
                told[name] = _Told(Field(new > 0, new, book), lambda _: None)
                continue
            given = np.ones(count, bool) if before.field.given is None else before.field.given
            assert before.field.codes is not None
            merged = np.where(given, before.field.codes, new).astype(np.uint16)
            told[name] = _Told(Field(given | (new > 0), merged, before.field.book), before.known)


def _either(one: _Told, other: _Told) -> _Told:
    """A choice as one column says it, else as the other does."""
    count = len(other.field.codes) if other.field.codes is not None else 0
    given = np.ones(count, bool) if one.field.given is None else one.field.given
    if one.field.codes is None or other.field.codes is None or given.all():
        return one
    more = np.ones(count, bool) if other.field.given is None else other.field.given
    codes = np.where(given, one.field.codes, other.field.codes).astype(np.uint16)
    known = lambda place: (one if given[place] else other).known(place)  # noqa: E731 -- a def would hide the return
    return _Told(Field(given | more, codes, one.field.book), known)


def _ends(field: Field, count: int) -> Ends:
    assert field.ends is not None
    return field.ends if field.given is None else ends.chosen(field.given, field.ends, Ends(np.full(count, np.nan)))


def coded_lists(ground: Ground, finding: Finding, table: Sequence[Known | None], codes: Any) -> Said:
    """A column of lists, each row a place in a table of what lists there are."""
    one = gathering.lists(ground, finding, table)
    assert isinstance(one.column, ListColumn)
    from ..mirror.columns import taken

    column = taken(one.column, codes)
    there = np.array([known is not None for known in table], bool)[codes]

    def origin(row: int) -> Known:
        known = table[int(codes[row])]
        assert known is not None
        return known

    assert isinstance(column, ListColumn)
    return Said(column, None if there.all() else there, origin)

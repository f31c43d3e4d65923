"""A record batch as columns of what was said: cells read by the reader of answers, each distinct text once.

Rows that a patient file would be refused for are told from the others by the codes of their problems.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from ...intake.answers import answers, dates
from ...intake.answers.sheet import Sheet
from ...knowledge_base.files.nodes import Text
from ...values import history
from ...values.interval import Interval, exactly
from ...values.problems import Place, Refused
from ...values.value import UNKNOWN, Choice, Day, Gap, Known, Measurement, Number
from ..mirror import ends, gathering
from ..mirror.columns import ChoiceColumn, NumberColumn, Said
from ..mirror.ends import VALUE, Ends
from ..mirror.strata import Ground
from . import arrow
from .coded import Coded
from .contract import Bound, BoundList, Contract
from .entries import ListReader
from .listed import ListedTexts, meant_by
from .refusals import Refusals, hold_together
from .results import ResultsReader

HERE = Place("a cell")
_OLDEST = datetime.date(1900, 1, 1).toordinal()


@dataclasses.dataclass(slots=True)
class Batch:
    """What was read of some rows."""

    count: int
    said: dict[str, Said]
    today: Any
    refusals: Refusals
    patients: list[Any] | None
    """Who each row is; None where no column says so."""
    no_numbers: int = 0
    """Cells that hold NaN: nothing was said in them."""


Long = tuple[Any, pa.Array]
"""The rows of a long table that belong to a batch: whose each is, and the entries."""


class TableReader:
    """Reads the batches of one table; what it has understood of texts it remembers."""

    def __init__(self, ground: Ground, contract: Contract, today: datetime.date) -> None:
        self.ground, self.contract, self.today = ground, contract, today
        self.sheet = Sheet(ground.kb, None if contract.as_of else today)
        self._understood: dict[tuple[str, str, str], tuple[Known | None, str]] = {}
        self.coded = Coded(ground.kb)
        self._listed = ListedTexts(ground, self.sheet, self.coded, lambda name, text: self._read(name, text, ""))
        self._long_results = (
            ResultsReader(ground, self.sheet, contract.results, self.coded) if contract.results is not None else None
        )
        self._lists = {one.name: ListReader(ground, self.sheet, one, self.coded) for one in contract.lists}

    def read(self, batch: Any, long: Mapping[str, Long] | None = None) -> Batch:
        """One batch of the table, with the rows of long tables that belong to it."""
        count = batch.num_rows
        refusals = Refusals(count)
        found = Batch(count, {}, float(self.today.toordinal()), refusals, None)
        if self.contract.as_of:
            found.today = self._day(batch, refusals)
        if self.contract.patient:
            found.patients = arrow.single(batch.column(self.contract.patient)).to_pylist()
        parts: dict[str, dict[str, Bound]] = {}
        for bound in self.contract.columns:
            parts.setdefault(bound.name, {})[bound.part] = bound
        for name, bounds in parts.items():
            if "value" in bounds:
                said = self._column(batch, bounds, found)
                if said is not None:
                    found.said[name] = said
        for listed in self.contract.lists:
            reader = self._lists[listed.name]
            if listed.file:
                rows, entries = (long or {}).get(listed.name, (np.zeros(0, np.intp), None))
                found.said[listed.name] = reader.long(count, rows, entries, found.today, refusals)
            else:
                column = arrow.single(batch.column(listed.column))
                if arrow.kind_of(pa.field("", column.type)).kind == "entries":
                    found.said[listed.name] = reader.column(column, found.today, refusals)
                else:
                    found.said[listed.name] = self._listed.read(column, listed, None, refusals)
        if self._long_results is not None and "results" in (long or {}):
            rows, entries = (long or {})["results"]
            for name, said in self._long_results.read(count, rows, entries, found.today, refusals).items():
                found.said[name] = _besides(self.ground, name, found.said.get(name), said, count)
        found.said = {name: said for name, said in found.said.items() if said.said is None or said.said.any()}
        hold_together(self.ground, count, found.said, found.today, refusals)
        return found

    def _day(self, batch: Any, refusals: Refusals) -> Any:
        """The day of each row; a row without one is refused."""
        array = arrow.single(batch.column(self.contract.as_of))
        if arrow.kind_of(pa.field("", array.type)).kind == "date":
            found = arrow.days(array)
        else:
            table, codes = arrow.texts(array)
            found = np.array([_ordinal(text) for text in table], np.float64)[codes]
        wrong = np.isnan(found)
        refusals.add("OL326", "as_of", wrong)
        return np.where(wrong, float(self.today.toordinal()), found)

    def _column(self, batch: Any, bounds: Mapping[str, Bound], found: Batch) -> Said | None:
        bound = bounds["value"]
        array = arrow.single(batch.column(bound.cell.column))
        finding = self.ground.kb.findings.get(bound.name)
        kind = arrow.kind_of(pa.field("", array.type)).kind
        expects = finding.form if finding is not None else "number"
        if bound.empty:
            known, code = self._read(bound.name, bound.empty, bound.cell.unit)
            said = self._column(batch, {**bounds, "value": dataclasses.replace(bound, empty="")}, found)
            found.refusals.add(code or "OL318", bound.name, np.full(found.count, known is None and not code))
            return said if said is None or known is None else _with_empty(said, known, found.count)
        if expects == "records":
            return self._listed.read(array, BoundList(bound.name, codes=bound.cell.codes), bound, found.refusals)
        if expects == "number" and kind == "number":
            said = self._numbers(array, bound, found)
        elif expects == "number" and kind == "numbers":
            said = self._results(array, bound, found)
        elif kind == "date":
            said = self._dates(array, bound, found)
        elif expects == "number":
            said = self._number_texts(array, bound, found)
        else:
            array = self._as_text(array, kind)
            said = self._coded_texts(array, bound, found) if bound.cell.codes else self._texts(array, bound, found)
        return self._with_parts(said, batch, bounds, found) if len(bounds) > 1 else said

    @staticmethod
    def _as_text(array: pa.Array, kind: str) -> pa.Array:
        if kind == "flag":
            return pa.DictionaryArray.from_arrays(array.cast(pa.int8()), pa.array(["no", "yes"]))
        return array.cast(pa.string()) if kind == "number" else array

    # --- numbers ---

    def _numbers(self, array: pa.Array, bound: Bound, found: Batch) -> Said:
        values, places = arrow.floats(array)
        nothing = np.isnan(values)
        found.no_numbers += int(np.count_nonzero(nothing)) - array.null_count
        endless = np.isinf(values)
        if endless.any():
            found.refusals.add("OL300", bound.name, endless)
            nothing = nothing | endless
            values = np.where(endless, np.nan, values)
        return self._measured(values, ~nothing, places, bound, found, None)

    def _measured(
        self, values: Any, there: Any, places: int | None, bound: Bound, found: Batch, texts: Sequence[str] | None
    ) -> Said:
        """Numbers in the unit of their column, held to what is plausible."""
        unit = bound.cell.unit
        whole = bool(there.all())
        gap = None if whole else ((~there).view(np.uint8) * ends.UNKNOWN).astype(np.uint8)
        own = self.converted(Ends(values, gap=gap, places=places), bound.name, unit)

        def origin(row: int) -> Known:
            written = Decimal(texts[row]) if texts is not None else Decimal(repr(float(values[row])))
            return Number((Measurement(exactly(self.exactly(written, bound.name, unit))),))

        said = Said(NumberColumn(own), None if whole else there, origin)
        self._believe(said, bound.name, found)
        return said

    def converted(self, value: Ends, name: str, unit: str) -> Ends:
        """Numbers of a column in the unit of what it gives."""
        measured = self.sheet.measured(name)
        if not unit or not measured.unit or unit == measured.unit:
            return value
        line = self.sheet.units.line(unit, measured.unit, measured.analyte)
        assert line is not None
        factor, offset = line
        if factor != 1:
            value = ends.times(value, ends.of_decimal(factor))
        return ends.plus(value, ends.of_decimal(offset)) if offset else value

    def exactly(self, number: Decimal, name: str, unit: str) -> Decimal:
        measured = self.sheet.measured(name)
        if not unit or not measured.unit or unit == measured.unit:
            return number
        found = self.sheet.units.convert(number, unit, measured.unit, measured.analyte)
        assert found is not None
        return found

    def _believe(self, said: Said, name: str, found: Batch) -> None:
        """Refuse what nobody can have; beside a limit in decimals."""
        possible = self.sheet.measured(name).possible
        assert isinstance(said.column, NumberColumn)
        value = said.column.ends
        limits = possible.limits
        if limits is None:
            return
        low, high = float(limits.low), float(limits.high)
        wrong = possible.outside(value.low) | possible.outside(value.high)
        if value.rough is not None:
            near = (np.abs(value.low - low) <= ends.NEAR * max(1, abs(low))) | (
                np.abs(value.low - high) <= ends.NEAR * max(1, abs(high))
            )
            for row in np.flatnonzero(near):
                known = said.known(int(row))
                if isinstance(known, Number):
                    wrong[row] = not limits.contains(known.last.interval)
        found.refusals.add("OL303", name, wrong)

    def _number_texts(self, array: pa.Array, bound: Bound, found: Batch) -> Said:
        """Numbers written as text: those plainly written together, the others by the reader of answers."""
        table, codes = arrow.texts(array)
        table = [meant_by(text, bound) for text in table]
        plain, numbers, places = arrow.plain_numbers(table)
        bare = self._bare(bound)
        if not bare:
            plain = np.zeros(len(table), bool)
        knowns: list[Known | None] = [None] * len(table)
        bad: dict[str, list[int]] = {}
        for place, text in enumerate(table):
            if text is None or plain[place]:
                continue
            known, code = self._read(bound.name, text, bound.cell.unit)
            knowns[place] = known
            if code:
                bad.setdefault(code, []).append(place)
        for code, places_of in bad.items():
            found.refusals.add(code, bound.name, np.isin(codes, places_of))
        told = gathering.coded(self.ground, bound.name, knowns, codes)
        if not plain.any():
            return told
        rows = plain[codes]
        texts = _Looked(table, codes)
        said = self._measured(np.where(rows, numbers[codes], np.nan), rows, places, bound, found, texts)
        return _joined(said, told, rows, found.count)

    def _bare(self, bound: Bound) -> bool:
        """Whether numbers without a unit of their own are clear."""
        measured = self.sheet.measured(bound.name)
        if bound.cell.unit or measured.bare_unit or not measured.unit:
            return True
        takes = self.sheet.units.accepted(measured.unit, measured.analyte)
        return len({self.sheet.units.factor(unit, measured.unit, measured.analyte) for unit in takes}) == 1

    def _results(self, array: pa.Array, bound: Bound, found: Batch) -> Said:
        """Several results of each patient, the oldest first."""
        rows, values = arrow.elements(array)
        numbers, _ = arrow.floats(values)
        knowns: list[Known | None] = [None] * found.count
        results: dict[int, list[Measurement]] = {}
        for row, number in zip(rows.tolist(), numbers.tolist(), strict=True):
            if np.isnan(number):
                found.no_numbers += 1
            else:
                value = self.exactly(Decimal(repr(number)), bound.name, bound.cell.unit)
                results.setdefault(row, []).append(Measurement(exactly(value)))
        for row, listed in results.items():
            knowns[row] = Number(tuple(listed))
        said = gathering.said(self.ground, bound.name, knowns)
        self._believe(said, bound.name, found)
        return said

    # --- dates and texts ---

    def _dates(self, array: pa.Array, bound: Bound, found: Batch) -> Said:
        there = arrow.there(array)
        days = np.where(there, arrow.days(array), np.nan)
        found.refusals.add("OL309", bound.name, days > found.today)
        found.refusals.add("OL308", bound.name, days < _OLDEST)
        gap = np.where(there, VALUE, ends.UNKNOWN).astype(np.uint8)
        column = NumberColumn(Ends(days, gap=gap).tidy())
        return Said(column, None if there.all() else there, lambda row: Day(exactly(int(days[row]))))

    def _date_texts(self, array: pa.Array, bound: Bound, found: Batch) -> Said:
        """Days written as texts: `2026-03-15`, `2026-03`."""
        table, codes = arrow.texts(array)
        knowns: list[Known | None] = []
        for place, text in enumerate(table):
            meant = meant_by(text, bound)
            try:
                known = Day(dates.date(self.sheet, bound.name, meant, HERE)) if meant is not None else None
            except Refused as refused:
                known = None
                found.refusals.add(refused.problems[0].code, bound.name, codes == place)
            knowns.append(known)
        there = np.array([known is not None for known in knowns], bool)[codes]
        return Said(gathering.numbers(knowns, codes), there, lambda row: knowns[codes[row]] or UNKNOWN)

    def _texts(self, array: pa.Array, bound: Bound, found: Batch) -> Said:
        table, codes = arrow.texts(array)
        knowns: list[Known | None] = []
        for place, text in enumerate(table):
            meant = meant_by(text, bound)
            known, code = (None, "") if meant is None else self._read(bound.name, meant, "")
            knowns.append(known)
            if code:
                found.refusals.add(code, bound.name, codes == place)
        return gathering.coded(self.ground, bound.name, knowns, codes)

    def _coded_texts(self, array: pa.Array, bound: Bound, found: Batch) -> Said:
        """Answers by codes; one that none of our lists has says nothing."""
        table, codes = arrow.texts(array)
        finding = self.ground.kb.findings[bound.name]
        knowns: list[Known | None] = []
        unused: dict[str, int] = {}
        for place, text in enumerate(table):
            meant = meant_by(text, bound)
            said = None
            if meant is not None and meant == text and (place_codes := codes == place).any():
                said = self.coded.answer(finding, bound.cell.codes, text.strip())
                if said is None:
                    unused[text.strip()] = int(place_codes.sum())
            told = said.text if said is not None else meant if meant != text else None
            known, code = (None, "") if told is None else self._read(bound.name, told, "")
            knowns.append(known)
            if code:
                found.refusals.add(code, bound.name, codes == place)
        found.refusals.pass_over(bound.name, unused)
        return gathering.coded(self.ground, bound.name, knowns, codes)

    def _read(self, name: str, text: str, unit: str) -> tuple[Known | None, str]:
        """What a text says, or the code of what is wrong with it."""
        key = (name, text, unit)
        kept = self._understood.get(key)
        if kept is None:
            known: Known | None = None
            problems: Sequence[Any] = ()
            for written in (f"{text} {unit}", text) if unit else (text,):
                known, problems = answers.read_with(self.sheet, name, Text(written, HERE), HERE)
                if known is not None:
                    break
            kept = self._understood[key] = (known, problems[0].code if known is None and problems else "")
        return kept

    def _with_parts(self, said: Said, batch: Any, bounds: Mapping[str, Bound], found: Batch) -> Said:
        """A number with the date and the range that the laboratory printed beside it."""
        assert isinstance(said.column, NumberColumn)
        sides: dict[str, Said] = {}
        for part in ("range_low", "range_high"):
            if part in bounds:
                one = dataclasses.replace(bounds[part], part="value")
                array = arrow.single(batch.column(one.cell.column))
                sides[part] = self._side(array, dataclasses.replace(one, cell=dataclasses.replace(
                    one.cell, unit=one.cell.unit or bounds["value"].cell.unit)), found)  # fmt: skip
        when = None
        if "date" in bounds:
            array = arrow.single(batch.column(bounds["date"].cell.column))
            if arrow.kind_of(pa.field("", array.type)).kind == "date":
                when = self._dates(array, bounds["date"], found)
            else:
                when = self._date_texts(array, bounds["date"], found)
        printed = _printed(sides, found.count)
        column = dataclasses.replace(said.column, printed=printed)
        before = said.origin

        def origin(row: int) -> Known:
            known = before(row)
            if not isinstance(known, Number):
                return known
            last = known.last
            low, high = (
                _exact(sides[part].known(row)) if part in sides else None for part in ("range_low", "range_high")
            )
            span = last.range
            if low is not None or high is not None:
                span = _span(low, high)
            day = when.known(row) if when is not None else None
            new = dataclasses.replace(last, range=span, date=day.interval if isinstance(day, Day) else last.date)
            return Number((*known.results[:-1], new))

        since, rivals = said.since, said.rivals
        if when is not None and isinstance(when.column, NumberColumn):
            day = when.column.ends.spread(found.count).low
            since = day if since is None else np.where(np.isnan(day), since, day)
            several = [row for row in said.column.several if len(history.rivals(origin(row))) > 1]
            if several:  # the day is that of the last; whether the others came before is not told
                rivals = np.zeros(found.count, bool) if rivals is None else rivals.copy()
                rivals[several] = True
        return Said(column, said.said, origin, since, rivals)

    def _side(self, array: pa.Array, bound: Bound, found: Batch) -> Said:
        """An end of a printed range; it is held to nothing."""
        aside = Batch(found.count, {}, found.today, Refusals(found.count), None)
        if arrow.kind_of(pa.field("", array.type)).kind == "number":
            return self._numbers(array, bound, aside)
        return self._number_texts(array, bound, aside)


def _besides(ground: Ground, name: str, one: Said | None, other: Said, count: int) -> Said:
    """What a column says of each row, else what the table of results does."""
    if one is None or one.said is None:
        return one or other
    knowns = [one.known(row) or other.known(row) for row in range(count)]
    return gathering.said(ground, name, knowns)


class _Looked(Sequence[str]):
    """The text of each row."""

    def __init__(self, table: list[str | None], codes: Any) -> None:
        self.table, self.codes = table, codes

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: Any) -> Any:
        return self.table[self.codes[row]]


def _ordinal(text: str | None) -> float:
    try:
        return float(datetime.date.fromisoformat((text or "")[:10]).toordinal())
    except ValueError:
        return float("nan")


def _exact(known: Known | None) -> Decimal | None:
    return known.last.interval.exact if isinstance(known, Number) else None


def _span(low: Decimal | None, high: Decimal | None) -> Interval | None:
    from ...values.interval import INFINITY, between

    if low is not None and high is not None and low > high:
        return None
    return between(-INFINITY if low is None else low, INFINITY if high is None else high)


def _printed(sides: Mapping[str, Said], count: int) -> Ends | None:
    """The printed range of each row; a gap where none is."""
    if not sides:
        return None
    low, high = np.full(count, -np.inf), np.full(count, np.inf)
    some = np.zeros(count, bool)
    rough: Any = None
    places = 0
    for part, into in (("range_low", low), ("range_high", high)):
        said = sides.get(part)
        if said is None or not isinstance(said.column, NumberColumn):
            continue
        value = said.column.ends.spread(count)
        here = value.gap == VALUE
        into[here] = value.low[here]
        some |= here
        rough = value.rough if rough is None else rough
        places = max(places, value.places or 9)
    some &= low <= high
    gap = np.where(some, VALUE, ends.UNKNOWN).astype(np.uint8)
    low, high = np.where(some, low, np.nan), np.where(some, high, np.nan)
    return Ends(low, high, np.isinf(low), np.isinf(high), gap, rough, places)


def _joined(one: Said, other: Said, rows: Any, count: int) -> Said:
    """`one` in these rows, `other` in the rest."""
    assert isinstance(one.column, NumberColumn)
    assert isinstance(other.column, NumberColumn)
    column = dataclasses.replace(other.column, ends=ends.chosen(rows, one.column.ends, other.column.ends).tidy())
    there = rows | (np.ones(count, bool) if other.said is None else other.said)
    origin = lambda row: (one if rows[row] else other).origin(row)  # noqa: E731 -- two places of it would differ
    return Said(column, None if there.all() else there, origin, other.since, other.rivals)


def _with_empty(said: Said, known: Known, count: int) -> Said:
    """The same with what an empty cell says."""
    from ..mirror.columns import filled

    if said.said is None:
        return said
    there, before = said.said, said.origin
    if isinstance(said.column, (NumberColumn, ChoiceColumn)) and isinstance(known, (Number, Choice, Gap)):
        column = filled(said.column, ~there, known)
        return dataclasses.replace(
            said, column=column, said=None, origin=lambda row: before(row) if there[row] else known
        )
    return said

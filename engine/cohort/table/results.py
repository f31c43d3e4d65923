"""Results of many patients from a long table, each with its code, its unit and its day: as a record gives them.

What cannot be read (a unit that measures something else, a number nobody can have) is set aside and counted, as it is
of a health record: one slip among hundreds of results says nothing of the others.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from ...intake.answers import answers
from ...intake.answers.sheet import Sheet
from ...intake.records.results import unit_told
from ...knowledge_base.files.nodes import MapNode, Text
from ...values import history
from ...values.interval import exactly
from ...values.problems import Place
from ...values.value import Choice, Known, Measurement, Number
from ..mirror import gathering
from ..mirror.columns import Said
from ..mirror.strata import Ground
from . import arrow
from .coded import Coded
from .contract import BoundResults
from .refusals import Refusals

HERE = Place("a cell")
_OPERATORS = frozenset({"<", "<=", ">", ">="})
_FUTURE, _NOTHING, _UNREADABLE = "OL309", "OL318", "OL300"
Told = tuple[str, str, str, str, str]
"""Value, unit, lower and upper end of the printed range, and an answer as a code: as texts."""


class ResultsReader:
    """Reads the results of the patients of a table; what it has understood it remembers."""

    def __init__(self, ground: Ground, sheet: Sheet, bound: BoundResults, coded: Coded) -> None:
        self.ground, self.sheet, self.bound, self.coded = ground, sheet, bound, coded
        self._understood: dict[tuple[str, Told], tuple[Known | None, str]] = {}

    def read(
        self, count: int, rows: Any, structs: pa.Array | None, today: Any, refusals: Refusals
    ) -> Mapping[str, Said]:
        """What the results say of each finding, of so many patients."""
        if structs is None or not len(rows):
            return {}
        columns = arrow.fields(structs)
        table, codes = arrow.texts(columns[self.bound.code.column])
        counts = np.bincount(codes, minlength=len(table))
        names = [self._name(text) for text in table]
        unused = {
            text.strip(): int(counts[place])
            for place, text in enumerate(table)
            if text is not None and not names[place]
        }
        refusals.pass_over(self.bound.name, unused)
        places = np.flatnonzero(np.array([bool(name) for name in names], bool)[codes])
        days = self._days(columns, places)
        latest = np.broadcast_to(np.asarray(today, np.float64), count)[rows[places]]
        told = self._told({name: array.take(pa.array(places)) for name, array in columns.items()})
        found: dict[str, dict[int, list[Known]]] = {}
        wrong: Counter[tuple[str, str]] = Counter()
        for code, row, day, last, one in zip(
            codes[places].tolist(), rows[places].tolist(), days.tolist(), latest.tolist(), told, strict=True
        ):
            name = names[code]
            known, why = self._understand(name, one) if not day > last else (None, _FUTURE)
            if known is None:
                wrong[name, why or _UNREADABLE] += 1
            else:
                found.setdefault(name, {}).setdefault(row, []).append(_on(known, day))
        for (name, why), number in wrong.items():
            refusals.pass_over(name, {why: number})
        return {name: self._said(name, by_row, count) for name, by_row in found.items()}

    def _name(self, code: str | None) -> str:
        """The finding or quantity that a code asks for; one answered by a list is not read from results."""
        if code is None:
            return ""
        name = self.bound.code.values.get(code.strip()) or self.coded.asked(self.bound.code.codes, code.strip())
        finding = self.ground.kb.findings.get(name)
        if finding is None:
            return name if name in self.ground.kb.quantities else ""
        return name if finding.form in ("number", "choice", "yes_no") else ""

    def _days(self, columns: Mapping[str, pa.Array], places: Any) -> Any:
        if not self.bound.date:
            return np.full(len(places), np.nan)
        array = columns[self.bound.date].take(pa.array(places))
        if arrow.kind_of(pa.field("", array.type)).kind != "date":
            array = pa.compute.strptime(array, format="%Y-%m-%d", unit="s", error_is_null=True)
        return arrow.days(array)

    def _told(self, columns: Mapping[str, pa.Array]) -> list[Told]:
        count = len(next(iter(columns.values())))

        def texts(name: str) -> list[str]:
            return _as_texts(columns[name]) if name else [""] * count

        bound = self.bound
        values = texts(bound.value)
        for place, operator in enumerate(texts(bound.operator)):
            if operator.strip() in _OPERATORS and values[place]:
                values[place] = f"{operator.strip()} {values[place]}"
        parts = (texts(name) for name in (bound.unit, bound.range_low, bound.range_high, bound.answer.column))
        return list(zip(values, *parts, strict=True))

    def _understand(self, name: str, told: Told) -> tuple[Known | None, str]:
        """What a result says, or the code of what is wrong with it."""
        kept = self._understood.get((name, told))
        if kept is None:
            kept = self._understood[name, told] = self._understood_anew(name, told)
        return kept

    def _understood_anew(self, name: str, told: Told) -> tuple[Known | None, str]:
        value, unit, low, high, answer = told
        finding = self.ground.kb.findings.get(name)
        if finding is not None and finding.form != "number":
            meant = self.coded.answer(finding, self.bound.answer.codes, answer) if answer else None
            text = meant.text if meant is not None else value
        else:
            text = f"{value} {unit_told(finding, unit.strip())}".strip() if value else ""
        if not text:
            return None, _NOTHING
        pairs = [(Text("value", HERE), Text(text, HERE))]
        span = f"{low}..{high}" if low and high else f">= {low}" if low else f"<= {high}" if high else ""
        if span and finding is not None and finding.form == "number" and finding.known_by == "test":
            ranged = (*pairs, (Text("range", HERE), Text(f"{span} {unit_told(finding, unit.strip())}".strip(), HERE)))
            known, _ = answers.read_with(self.sheet, name, MapNode(ranged, HERE), HERE)
            if known is not None:
                return known, ""
        known, problems = answers.read_with(self.sheet, name, pairs[0][1], HERE)
        return known, problems[0].code if known is None and problems else ""

    def _said(self, name: str, by_row: Mapping[int, list[Known]], count: int) -> Said:
        knowns: list[Known | None] = [None] * count
        for row, listed in by_row.items():
            knowns[row] = _together(listed)
        return gathering.said(self.ground, name, knowns)


def _as_texts(array: pa.Array) -> list[str]:
    """Cells as they would be written; nothing where there is none, or no number."""
    if arrow.kind_of(pa.field("", array.type)).kind == "number":
        values, _ = arrow.floats(array)
        return [_number(one) if one == one else "" for one in values.tolist()]
    return ["" if text is None else text.strip() for text in array.to_pylist()]


def _number(value: float) -> str:
    return f"{Decimal(repr(value)).normalize():f}" if np.isfinite(value) else "infinite"


def _on(known: Known, day: float) -> Known:
    """A result as of its day."""
    if day != day:
        return known
    if isinstance(known, Number):
        return Number(tuple(dataclasses.replace(one, date=exactly(int(day))) for one in known.results))
    return dataclasses.replace(known, date=exactly(int(day))) if isinstance(known, Choice) else known


def _together(listed: list[Known]) -> Known:
    """All results of one finding: those of which it is not told which counts stay beside each other."""
    if len(listed) == 1:
        return listed[0]
    numbers: list[Measurement] = [one for known in listed if isinstance(known, Number) for one in known.results]
    if numbers:
        return Number(history.in_order(numbers))
    choices = [known for known in listed if isinstance(known, Choice)]
    return history.choice_of(choices) if choices else listed[-1]

"""A first mapping of a table, written for somebody to finish: what names and values tell, and questions for the rest.

A unit is never taken for granted: those that a column's numbers could be in are asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ...intake import record
from ...intake.answers import answers
from ...intake.answers.sheet import Sheet, clipped, folded, gap_of
from ...knowledge_base.files.nodes import Text
from ...knowledge_base.model import Finding, KnowledgeBase
from ...values.problems import Place
from ...values.value import Choice, Known
from . import arrow
from .contract import IGNORE, PATIENT_NAMES, Kind
from .supposed import RESULTS, Codes, Supposed
from .tables import Table

LOOKED_AT = 20_000
"""The rows that are looked at."""
_MOST = 60
"""A column of more distinct texts is no choice."""
HERE = Place("a cell")
_COMPLETE = "complete: no    # ? write yes where no other entry can be"
_TYPES = {"date": "date", "number": "number"}
"""By what a field of a column holds, the type of the fields it may be."""
_DAYS = frozenset({"as of", "index date", "day", "date", "assessment date", "reference date"})
"""What a column is called that may say on which day each row is looked at."""
_UNITED = re.compile(r"(?P<name>.*?)\s*[\[(](?P<unit>[^\])]+)[\])]\s*")


class Draft:
    """The mapping of one table as far as it can be told."""

    def __init__(self, kb: KnowledgeBase, table: Table) -> None:
        self.kb, self.table = kb, table
        self.sheet = Sheet(kb, None)
        self.names = record.names_of(kb)
        self.taken: set[str] = set()
        self.named: set[str] = set()
        """What a column is named by: no other column is guessed to be it."""
        self.codes = Codes(kb)

    def text(self) -> str:
        """The mapping file."""
        batch = next(iter(self.table.batches(rows=LOOKED_AT)), None)
        cells = {kind.name: self._cells(kind, batch) for kind in self.table.kinds}
        self.named = {name for kind in self.table.kinds if (name := self._named(kind, cells[kind.name])) is not None}
        lines = [
            f"# How the columns of {self.table.path.name} are read: a draft. Lines with a question mark are guesses.",
            "# An empty cell says nothing. A list may hold more than it says, unless `complete: yes` is written.",
        ]
        patient = next((kind.name for kind in self.table.kinds if folded(kind.name) in PATIENT_NAMES), "")
        if patient:
            lines.append(f"patient: {_quoted(patient)}")
        days = [kind for kind in self.table.kinds if kind.kind == "date" and folded(kind.name) in _DAYS]
        lines += [f"# as_of: {_quoted(kind.name)}    # ? the day on which each row is looked at" for kind in days]
        lines.append("columns:")
        lists: list[str] = []
        for kind in self.table.kinds:
            if kind.name == patient:
                continue
            supposed = self.codes.supposed(cells[kind.name], self.kb.findings.values())
            if kind.kind == "entries":
                lists += self._list(kind, batch)
            elif supposed is not None and supposed.name not in self.taken:
                own, listed = self._of_codes(kind, supposed)
                lines, lists = [*lines, *own], [*lists, *listed]
            else:
                lines += [f"  {line}" for line in self._column(kind, cells[kind.name])]
        return "\n".join([*lines, *(["lists:", *lists] if lists else [])]) + "\n"

    def _cells(self, kind: Kind, batch: Any) -> Counter[str]:
        """The texts of a column, and how often each stands there."""
        if batch is None or kind.kind not in ("text", "flag", "texts"):
            return Counter()
        array = arrow.single(batch.column(kind.name))
        if kind.kind == "flag":
            array = array.cast(pa.string())
        if kind.kind == "texts":
            array = arrow.elements(array)[1]
        return _counted(array)

    def _of_codes(self, kind: Kind, supposed: Supposed) -> tuple[list[str], list[str]]:
        """The lines of a column of codes: those of a column, and those of a list."""
        column, codes, why = _quoted(kind.name), f"codes: {supposed.system}", f"    # ? {supposed}"
        if supposed.name == RESULTS:
            own = f"results: {{file: ..., code: {{column: {column}, {codes}}}}}"
            return [f"  {column}: {IGNORE}    # ? {supposed}; a row for each result? then a file of its own: {own}"], []
        self.taken.add(supposed.name)
        if self._is_list(supposed.name):
            return [], [f"  {supposed.name}:{why}", f"    column: {column}", f"    {codes}", f"    {_COMPLETE}"]
        return [f"  {column}:{why}", f"    finding: {supposed.name}", f"    {codes}"], []

    # --- one column ---

    def _column(self, kind: Kind, cells: Counter[str]) -> Iterator[str]:
        match = _UNITED.fullmatch(kind.name)
        told, unit_told = (match["name"], match["unit"]) if match else (kind.name, "")
        name, sure = self._by_name(told, unit_told, cells), True
        if unit_told and (wrong := self._wrong_unit(told, unit_told)):
            yield f"{_quoted(kind.name)}: {IGNORE}    # ? {wrong}"
            return
        if name is None and self._resolved(told) is None:
            name, sure = self._by_values(cells), False
        if name is None or name in self.taken:
            yield f"{_quoted(kind.name)}: {IGNORE}    # ? {self._why(told, name, cells)}"
            return
        self.taken.add(name)
        finding = self.kb.findings.get(name)
        question = "" if sure else f"    # ? by its values: {', '.join(list(cells)[:3])}"
        values = self._values(finding, cells) if cells and not self._numeric(finding) else {}
        unit = self._unit(name, kind, unit_told, cells)
        if not values and not unit:
            yield f"{_quoted(kind.name)}: {name}{question}"
            return
        yield f"{_quoted(kind.name)}:{question}"
        yield f"  finding: {name}"
        yield from (f"  {line}" for line in unit)
        if values:
            yield "  values:"
            yield from (f"    {_quoted(text)}: {meant}" for text, meant in values.items())

    def _resolved(self, written: str) -> str | None:
        """What is called so."""
        return record.resolve(self.kb, lambda: self.names, written, HERE, suggest=False)[0]

    def _named(self, kind: Kind, cells: Counter[str]) -> str | None:
        """What a column is named by, if that is what it holds."""
        match = _UNITED.fullmatch(kind.name)
        told, unit = (match["name"], match["unit"]) if match else (kind.name, "")
        return self._by_name(told, unit, cells) if self._resolved(told) is not None else None

    def _wrong_unit(self, written: str, unit: str) -> str:
        """What is wrong with the unit of a column's name; empty where nothing is."""
        name = self._resolved(written)
        measured = self.sheet.measured(name) if name is not None and self._numeric(self.kb.findings.get(name)) else None
        if name is None or measured is None or not measured.unit:
            return ""
        if self.sheet.units.line(unit, measured.unit, measured.analyte) is not None:
            return ""
        takes = " or ".join(self.sheet.units.accepted(measured.unit, measured.analyte))
        return f"{name} is not measured in {clipped(unit)}; it takes {takes}"

    def _by_name(self, written: str, unit: str, cells: Counter[str]) -> str | None:
        found = self._resolved(written)
        if found is not None:
            return found if self._reads_most(found, cells, unit) or self._is_list(found) else None
        words = folded(written)
        near = {name for spelled, ids in self.names.items() if _within(spelled, words) for name in ids}
        fitting = sorted(name for name in near if self._telling(name) and cells and self._reads_most(name, cells))
        return fitting[0] if len(fitting) == 1 else None

    def _is_list(self, name: str) -> bool:
        finding = self.kb.findings.get(name)
        return finding is not None and finding.form == "records"

    def _numeric(self, finding: Finding | None) -> bool:
        return finding is None or finding.form in ("number", "date")

    def _reads_most(self, name: str, cells: Counter[str], unit: str = "") -> bool:
        """Whether most of the commonest texts are answers to this, in the unit that is told of all of them.

        Of numbers there is nothing to look at.
        """
        common = [text for text, _ in cells.most_common(_MOST)]
        written = ((text, f"{text} {unit}") if unit else (text,) for text in common)
        return 2 * sum(any(self._read(name, text) is not None for text in ways) for ways in written) >= len(common)

    def _telling(self, name: str) -> bool:
        """Whether its answers say more than yes and no, low and high, which many questions are answered by."""
        finding = self.kb.findings.get(name)
        return finding is not None and finding.form in ("choice", "records")

    def _by_values(self, cells: Counter[str]) -> str | None:
        """The one choice or list of which a text of the column is a member; yes and no tell nothing."""
        if not cells or len(cells) > _MOST:
            return None
        texts = {folded(text) for text in cells}
        named: dict[str, set[str]] = {text: set() for text in texts}
        for finding in self.kb.findings.values():
            if finding.form in ("choice", "records") and finding.id not in self.taken | self.named:
                spelled = self.sheet.spelled(finding.choices or finding.fields[finding.key].choices)
                for text in texts:
                    if text in spelled.members or text in spelled.classes:
                        named[text].add(finding.id)
        found: dict[str, float] = {}
        for ids in named.values():
            for name in ids:
                found[name] = found.get(name, 0) + 1 / len(ids)  # a word of many choices tells little
        best = sorted(found.items(), key=lambda one: -one[1])[:2]
        return best[0][0] if best and (len(best) == 1 or best[0][1] > best[1][1]) else None

    def _read(self, name: str, text: str) -> Known | None:
        known, _ = answers.read_with(self.sheet, name, Text(text, HERE), HERE)
        return known

    def _values(self, finding: Finding | None, cells: Counter[str]) -> Mapping[str, str]:
        """What those texts stand for that are no answers as they are; a question for each."""
        if finding is None or len(cells) > _MOST:
            return {}
        found: dict[str, str] = {}
        for text in cells:
            known = self._read(finding.id, text)
            if known is None:
                found[text] = f"{IGNORE}    # ? which of: {self._members(finding)}"
            elif isinstance(known, Choice) and len(known.members) > 1 and gap_of(text) is None:
                found[text] = f"{text}    # ? any of {len(known.members)} is meant"
        return found

    def _members(self, finding: Finding) -> str:
        if finding.form == "yes_no":
            return "yes, no"
        choices = finding.choices or finding.fields[finding.key].choices
        members = list(self.kb.choices[choices].members)
        return ", ".join(members[:8]) + (", ..." if len(members) > 8 else "")

    def _unit(self, name: str, kind: Kind, told: str, cells: Counter[str]) -> Sequence[str]:
        """The line for the unit: as the header says, or a question."""
        finding = self.kb.findings.get(name)
        if (finding is not None and finding.form != "number") or kind.kind not in ("number", "numbers", "text"):
            return ()
        measured = self.sheet.measured(name)
        if told:
            return ()
        if measured.bare_unit or not measured.unit:
            return ()
        takes = self.sheet.units.accepted(measured.unit, measured.analyte)
        if len({self.sheet.units.factor(unit, measured.unit, measured.analyte) for unit in takes}) == 1:
            return ()
        likely = [unit for unit in takes if self._believable(name, unit, cells)]
        return (f"unit:    # ? {' or '.join(likely or takes)}",)

    def _believable(self, name: str, unit: str, cells: Counter[str]) -> bool:
        measured = self.sheet.measured(name)
        for text, _ in cells.most_common(_MOST):
            try:
                number = self.sheet.units.convert(Decimal(text), unit, measured.unit, measured.analyte)
            except ArithmeticError:
                continue
            if number is None or (
                measured.plausible and not measured.plausible.low <= number <= measured.plausible.high
            ):
                return False
        return True

    def _why(self, written: str, name: str | None, cells: Counter[str]) -> str:
        if name is not None:
            return f"{name} is given by another column"
        texts = ", ".join(list(cells)[:3])
        meant = self._resolved(written)
        what = f"{meant}, but it" if meant else "what is it? it"
        return f"{what} holds {texts}" if texts else "what is it?"

    # --- lists ---

    def _list(self, kind: Kind, batch: Any) -> Iterator[str]:
        name = self._resolved(kind.name)
        finding = self.kb.findings.get(name or "")
        if finding is None or finding.form != "records":
            yield f"  # {kind.name}: which list is it?"
            return
        if finding.id in self.taken:
            yield f"  # {kind.name}: {finding.id} is given by another column"
            return
        self.taken.add(finding.id)
        yield f"  {finding.id}:"
        yield f"    column: {_quoted(kind.name)}"
        yield f"    {_COMPLETE}"
        yield "    fields:"
        by_name = {folded(one): field.id for field in finding.fields.values() for one in (field.id, field.label)}
        for one in kind.fields:
            match = _UNITED.fullmatch(one.name)
            field = by_name.get(folded(match["name"] if match else one.name))
            column = _quoted(one.name)
            supposed = self._coded_field(kind, one, batch, finding) if field in (None, finding.key) else None
            if supposed is not None:
                yield f"      {finding.key}: {{column: {column}, codes: {supposed.system}}}    # ? {supposed}"
            elif field:
                yield f"      {field}: {column}"
            else:
                fitting = [name for name, of in finding.fields.items() if of.type == _TYPES.get(one.kind)]
                yield f"      # {one.name}: which field is it? {', '.join(fitting)}".rstrip()

    def _coded_field(self, kind: Kind, field: Kind, batch: Any, finding: Finding) -> Supposed | None:
        """What the texts in a field of entries may be codes of."""
        if batch is None or field.kind != "text":
            return None
        entries = arrow.fields(arrow.elements(arrow.single(batch.column(kind.name)))[1])
        found = self.codes.supposed(_counted(entries[field.name]), [finding])
        return found if found is not None and found.name == finding.id else None


def _counted(array: pa.Array) -> Counter[str]:
    """The distinct texts of an array, and how often each stands there."""
    table, codes = arrow.texts(array)
    counts = Counter(codes.tolist())
    return Counter({text: counts[place] for place, text in enumerate(table) if text is not None and counts[place]})


def _within(spelled: str, words: str) -> bool:
    """Whether one name holds the other as whole words."""
    one, other = set(spelled.split()), set(words.split())
    return bool(one) and (one <= other or other <= one)


def _quoted(text: str) -> str:
    return answers.quoted(text)

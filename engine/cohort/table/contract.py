"""What the columns of a table mean: by their names, or by a mapping file; checked once, before any row is read.

Every problem of a table and its mapping is told in one run. Nothing is passed over in silence: a column that names no
finding is refused unless the mapping says `ignore`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from ...intake import record
from ...intake.answers.sheet import Sheet, clipped, folded
from ...knowledge_base.files import source
from ...knowledge_base.files.nodes import ListNode, MapNode, Node, Text, describe
from ...knowledge_base.model import CODE_SYSTEMS, Finding, KnowledgeBase
from ...values.frozen import ordered
from ...values.problems import Place, Problem, Refused, did_you_mean
from . import held
from .coded import systems

IGNORE = "ignore"
TOLD = 20
"""So many columns that are read as nothing are told each, with what may have been meant."""
ANY = "any"
"""What a column holds of which only the name is known."""
METADATA = b"osteologic.map"
"""The key under which a Parquet or Arrow file may carry its own mapping."""
PATIENT_NAMES = frozenset({"patient", "patient id", "patientid", "id", "person id", "subject id", "name"})
"""What a column is called that says which patient a row is; it is carried through."""
_TOP = ("patient", "as_of", "columns", "lists", "results", "note")
_COLUMN_KEYS = ("finding", "unit", "part", "values", "codes", "empty")
_LIST_KEYS = ("column", "file", "patient", "complete", "codes", "record", "fields")
_RESULT_KEYS = ("file", "patient", "code", "value", "operator", "answer", "unit", "date", "range_low", "range_high")
_FIELD_KEYS = ("column", "unit", "values", "codes")
PARTS = ("value", "date", "range_low", "range_high")
_HEADER = re.compile(r"(?P<name>.*?)\s*[\[(](?P<unit>[^\])]+)[\])]\s*")
_PART = re.compile(r"(?P<name>.+)\.(?P<part>date|range_low|range_high)")


@ordered
class Kind:
    """What a column holds: number, text, flag, date, texts, numbers or entries (with the kinds of their fields)."""

    name: str
    kind: str
    fields: tuple[Kind, ...] = ()


@ordered
class Cell:
    """How one value is read: in which unit, what its words stand for, and of which systems its codes are."""

    column: str
    unit: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    codes: tuple[str, ...] = ()


@ordered
class Bound:
    """A column that gives a finding or quantity, or a part of it."""

    cell: Cell
    name: str
    part: str = "value"
    empty: str = ""
    """What an empty cell says; nothing unless this is set."""


@ordered
class BoundList:
    """A list of each patient: a column of lists, or a long table beside the table, with a row for each entry."""

    name: str
    column: str = ""
    file: str = ""
    patient: str = ""
    """Of a long table the column that says whose row it is."""
    complete: bool = False
    """Whether what is not listed is not there. Open unless the mapping says so."""
    fields: tuple[tuple[str, Cell], ...] = ()
    codes: tuple[str, ...] = ()
    """Of a column of texts: of which systems the codes in it are."""
    record: str = ""
    """Of a long table the column that says which rows are of one record: the first with a known code is read."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a long table that are looked at."""
        return tuple(one for one in (*(cell.column for _, cell in self.fields), self.record) if one)


@ordered
class BoundResults:
    """A long table of results: a row for each, with its code, and its day."""

    file: str
    patient: str
    code: Cell
    answer: Cell
    """What was found where it is no number, as a code."""
    value: str = ""
    operator: str = ""
    unit: str = ""
    """The column with the unit in UCUM."""
    date: str = ""
    range_low: str = ""
    range_high: str = ""
    name: str = "results"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are looked at."""
        told = (self.code.column, self.answer.column, self.value, self.operator, self.unit, self.date)
        return tuple(one for one in (*told, self.range_low, self.range_high) if one)


@ordered
class Contract:
    """What every column of a table is read as."""

    patient: str
    as_of: str
    columns: tuple[Bound, ...]
    lists: tuple[BoundList, ...]
    ignored: tuple[str, ...] = ()
    results: BoundResults | None = None

    @property
    def beside(self) -> tuple[BoundList | BoundResults, ...]:
        """The long tables beside the table."""
        found: list[BoundList | BoundResults] = [one for one in self.lists if one.file]
        return (*found, *((self.results,) if self.results is not None else ()))


def by_names(kb: KnowledgeBase, kinds: Iterable[Kind]) -> Contract:
    """A table that says itself what it holds. Raises Refused."""
    return _Reading(kb, tuple(kinds), Place("the table")).run(MapNode((), Place("the table")))


def by_mapping(kb: KnowledgeBase, kinds: Iterable[Kind], text: str | bytes, file: str) -> Contract:
    """A table as a mapping file says. Raises Refused."""
    node, problems = source.load_text(text, file)
    if problems:
        raise Refused(problems)
    if not isinstance(node, MapNode):
        what = "a mapping of columns is a mapping"
        raise Refused([Problem("OL383", what, Place(file), hint="write `columns:` and a line for each column")])
    return _Reading(kb, tuple(kinds), Place(file)).run(node)


def by_itself(kb: KnowledgeBase, text: str | bytes, file: str) -> Contract:
    """A mapping without its table: names, units, codes and values; the columns are believed. Raises Refused."""
    node, problems = source.load_text(text, file)
    if problems or not isinstance(node, MapNode):
        return by_mapping(kb, (), text, file)
    lists = [value for _, value in _pairs(node.get("lists")) if isinstance(value, MapNode)]
    named = [*(key.value for key, _ in _pairs(node.get("columns"))), *(_text(one, "column") for one in lists)]
    named += [_text(node, "patient"), _text(node, "as_of")]
    return _Reading(kb, tuple(Kind(name, ANY) for name in dict.fromkeys(named) if name), Place(file)).run(node)


class _Reading:
    """One mapping read against one table; problems are gathered."""

    def __init__(self, kb: KnowledgeBase, kinds: tuple[Kind, ...], place: Place) -> None:
        self.kb, self.kinds, self.place = kb, kinds, place
        self.by_name = {kind.name: kind for kind in kinds}
        self.names = record.names_of(kb)
        self.sheet = Sheet(kb, None)
        self.problems: list[Problem] = []
        self.nameless = 0
        """Columns that are read as nothing."""
        self.places: dict[str, Place] = {}
        """Where the mapping names each column."""

    def wrong(self, code: str, what: str, place: Place, hint: str = "") -> None:
        self.problems.append(Problem(code, what, place, hint=hint))

    def run(self, node: MapNode) -> Contract:
        self._only(node, _TOP, "a mapping of columns")
        patient, as_of = self._column_named(node, "patient"), self._column_named(node, "as_of")
        columns: dict[str, Bound] = {}
        ignored: list[str] = []
        for key, value in _pairs(node.get("columns")):
            self.places[key.value] = key.place
            if key.value not in self.by_name:
                hint = did_you_mean(key.value, self.by_name) or f"it has {_some(self.by_name)}"
                self.wrong("OL383", f"the table has no column '{clipped(key.value)}'", key.place, hint)
            elif isinstance(value, Text) and folded(value.value) == IGNORE:
                ignored.append(key.value)
            elif (bound := self._bound(key, value)) is not None:
                columns[key.value] = bound
        lists = [one for key, value in _pairs(node.get("lists")) if (one := self._list(key, value)) is not None]
        taken = {*self.places, *columns, *ignored, patient, as_of, *(one.column for one in lists)}
        for kind in self.kinds:
            if kind.name not in taken:
                if not patient and folded(kind.name) in PATIENT_NAMES:
                    patient = kind.name
                elif kind.kind == "entries" and (name := self._named(kind.name, self.place)) is not None:
                    lists.append(BoundList(name, kind.name, fields=self._fields_by_name(name, kind)))
                elif kind.kind != "entries" and (found := self._by_name(kind)) is not None:
                    columns[kind.name] = found
        kept = tuple(bound for bound in columns.values() if self._fits(bound))
        contract = Contract(patient, as_of, kept, tuple(lists), tuple(ignored), self._results(node.get("results")))
        self._once(contract)
        if self.nameless > TOLD:
            more = f"{self.nameless - TOLD:,} more columns are read as nothing"
            self.wrong("OL381", more, self.place, "`--draft` writes a mapping that leaves them out")
        if self.problems:
            raise Refused(self.problems)
        return contract

    def _only(self, node: MapNode, keys: tuple[str, ...], what: str) -> None:
        for key, _ in node.pairs:
            if key.value not in keys:
                hint = did_you_mean(key.value, keys) or f"there are {', '.join(keys)}"
                self.wrong("OL383", f"{what} has no '{clipped(key.value)}'", key.place, hint)

    def _column_named(self, node: MapNode, key: str) -> str:
        value = node.get(key)
        if value is None:
            return ""
        if not isinstance(value, Text) or value.value not in self.by_name:
            hint = did_you_mean(value.value, self.by_name) if isinstance(value, Text) else ""
            self.wrong("OL383", f"`{key}` names no column of the table: {describe(value)}", value.place, hint)
            return ""
        return value.value

    def _named(self, written: str, place: Place) -> str | None:
        """The finding or quantity that a name means."""
        few = self.nameless < TOLD
        found, problems = record.resolve(self.kb, lambda: self.names, written, place, suggest=few)
        self.nameless += bool(problems)
        for problem in problems if few else ():
            hint = f"{problem.hint} name it in the mapping, or write `{written}: ignore`".strip()
            self.wrong("OL381", f"the column '{clipped(written)}' is read as nothing: {problem.what}", place, hint)
        return found

    def _bound(self, key: Text, value: Node) -> Bound | None:
        if isinstance(value, Text):
            name = self._named(value.value, value.place)
            return Bound(Cell(key.value, self._header(key.value)[1]), name) if name is not None else None
        if not isinstance(value, MapNode):
            self.wrong("OL383", f"'{clipped(key.value)}' is mapped to {describe(value)}", value.place)
            return None
        self._only(value, _COLUMN_KEYS, f"the column '{clipped(key.value)}'")
        finding = value.get("finding")
        if not isinstance(finding, Text):
            self.wrong("OL383", f"'{clipped(key.value)}' is mapped to no finding", value.place, "write `finding:`")
            return None
        name = self._named(finding.value, finding.place)
        part = _text(value, "part") or "value"
        if part not in PARTS:
            self.wrong("OL383", f"a column is no '{clipped(part)}'", value.place, f"it is one of {', '.join(PARTS)}")
        if name is None:
            return None
        unit = _text(value, "unit") or self._header(key.value)[1]
        cell = Cell(key.value, unit, self._values(value.get("values")), self._codes(value))
        self._hold_codes(cell, name, value)
        if part == "value":
            empty = value.get("empty")
            told = {"an empty cell": empty} if isinstance(empty, Text) else {}
            self.problems += held.answered(self.sheet, name, unit, {**self._texts(value.get("values")), **told})
        return Bound(cell, name, part, _text(value, "empty"))

    def _values(self, node: Node | None) -> dict[str, str]:
        return {cell: meant.value for cell, meant in self._texts(node).items()}

    def _texts(self, node: Node | None) -> dict[str, Text]:
        return {key.value: value for key, value in _pairs(node) if isinstance(value, Text)}

    def _codes(self, node: MapNode) -> tuple[str, ...]:
        """The code systems that are named."""
        value = node.get("codes")
        if value is None:
            return ()
        listed = value.items if isinstance(value, ListNode) else (value,)
        found, wrong = systems(", ".join(one.value if isinstance(one, Text) else "?" for one in listed))
        if wrong or not found:
            hint = f"write one of {', '.join(CODE_SYSTEMS)}, or a list of such"
            self.wrong("OL383", wrong or "`codes` names no system", value.place, hint)
        return found

    def _hold_codes(self, cell: Cell, name: str, node: MapNode) -> None:
        """A code answers what is chosen, or names an entry; no number."""
        finding = self.kb.findings.get(name)
        if cell.codes and (finding is None or finding.form not in ("choice", "yes_no", "records")):
            self.wrong(
                "OL383", f"'{clipped(cell.column)}': no code says what {name} is", node.place, "leave `codes` out"
            )

    def _header(self, column: str) -> tuple[str, str]:
        """The name and the unit of `vitamin_d [ng/mL]`."""
        match = _HEADER.fullmatch(column)
        return (match["name"], match["unit"]) if match else (column, "")

    def _by_name(self, kind: Kind) -> Bound | None:
        name, unit = self._header(kind.name)
        part = "value"
        match = _PART.fullmatch(name)
        if match is not None:
            name, part = match["name"], match["part"]
        found = self._named(name, Place(self.place.file))
        return Bound(Cell(kind.name, unit), found, part) if found is not None else None

    def _place_of(self, bound: Bound) -> Place:
        return self.places.get(bound.cell.column, self.place)

    def _fits(self, bound: Bound) -> bool:
        """Whether a column can be what it is taken for; a number without a unit is refused once."""
        kind, place = self.by_name[bound.cell.column], self._place_of(bound)
        if kind.kind == ANY:
            kind = dataclasses.replace(kind, kind="text")
        label = f"the column '{clipped(kind.name)}'"
        finding = self.kb.findings.get(bound.name)
        expects = finding.form if finding is not None else "number"
        if bound.part == "date":
            expects = "date"
        if kind.kind == "entries" or (kind.kind == "numbers" and expects != "number"):
            self.wrong("OL382", f"{label} holds lists, and {bound.name} is one answer", place)
            return False
        if (
            expects in ("choice", "date")
            and kind.kind in ("number", "flag")
            and not (bound.cell.values or bound.cell.codes)
        ):
            self.wrong("OL382", f"{label} holds {kind.kind}s, and {bound.name} is a {expects}", place,
                       "say in the mapping which `values` mean what")  # fmt: skip
            return False
        if expects == "records" and kind.kind not in ("text", "texts"):
            self.wrong("OL382", f"{label} holds {kind.kind}s, and {bound.name} is a list", place)
            return False
        if expects == "number" and kind.kind in ("flag", "date"):
            self.wrong("OL382", f"{label} holds {kind.kind}s, and {bound.name} is a number", place)
            return False
        return expects != "number" or bound.part == "date" or self._unit(bound, label)

    def _unit(self, bound: Bound, label: str) -> bool:
        measured = self.sheet.measured(bound.name)
        units = self.sheet.units
        if bound.cell.unit:
            if measured.unit and units.line(bound.cell.unit, measured.unit, measured.analyte) is None:
                takes = ", ".join(units.accepted(measured.unit, measured.analyte))
                what = f"{label}: {bound.name} is not measured in {clipped(bound.cell.unit)}"
                self.wrong("OL302", what, self._place_of(bound), f"it takes {takes}")
                return False
            return True
        text_kind = self.by_name[bound.cell.column].kind in ("text", "texts", ANY)
        if measured.bare_unit or not measured.unit or text_kind:
            return True
        accepted = units.accepted(measured.unit, measured.analyte)
        if len({units.factor(unit, measured.unit, measured.analyte) for unit in accepted}) == 1:
            return True
        named = f"name the column '{bound.name} [{measured.unit}]', or write `unit:` in the mapping"
        hint = f"{named}; it takes {', '.join(accepted)}"
        self.wrong("OL301", f"{label}: numbers of what unit?", self._place_of(bound), hint)
        return False

    # --- lists ---

    def _list(self, key: Text, value: Node) -> BoundList | None:
        name = self._named(key.value, key.place)
        finding = self.kb.findings.get(name or "")
        if finding is None or finding.form != "records":
            if name is not None:
                self.wrong("OL383", f"{name} is no list", key.place)
            return None
        if not isinstance(value, MapNode):
            self.wrong(
                "OL383", f"`{key.value}` is mapped to {describe(value)}", value.place, "write `column:` or `file:`"
            )
            return None
        self._only(value, _LIST_KEYS, f"the list {name}")
        column, file = _text(value, "column"), _text(value, "file")
        complete = folded(_text(value, "complete")) in ("yes", "true")
        if bool(column) == bool(file):
            both = next((kind.name for kind in self.kinds if record_name(self, kind.name) == name), "")
            if both and not column:
                column = both
            else:
                self.wrong("OL383", f"the list {name} is a column or a file", value.place, "write one of the two")
                return None
        if column and column not in self.by_name:
            self.wrong("OL383", f"the table has no column '{clipped(column)}'", value.place,
                       did_you_mean(column, self.by_name))  # fmt: skip
            return None
        fields: list[tuple[str, Cell]] = []
        for told, cell in _pairs(value.get("fields")):
            field = _field(finding, told.value)
            if field is None:
                hint = did_you_mean(told.value, finding.fields) or f"it has {', '.join(finding.fields)}"
                self.wrong("OL383", f"an entry of {name} has no '{clipped(told.value)}'", told.place, hint)
            else:
                read = self._cell(cell)
                self._hold_field(finding, field, read, cell)
                if read.codes and not finding.fields[field].choices:
                    self.wrong("OL383", f"no code says what {field} is", told.place, "leave `codes` out")
                fields.append((field, read))
        if column and not fields and self.by_name[column].kind == "entries":
            fields = list(self._fields_by_name(name or "", self.by_name[column]))
        if finding.key not in dict(fields) and (fields or file):
            self.wrong("OL383", f"the list {name} says nowhere which {finding.key} it is", value.place,
                       f"write `{finding.key}:` below `fields:`")  # fmt: skip
        record = _text(value, "record")
        return BoundList(
            finding.id, column, file, _text(value, "patient"), complete, tuple(fields), self._codes(value), record
        )

    def _hold_field(self, finding: Finding, field: str, read: Cell, node: Node) -> None:
        """Hold the values and the unit of a field to what it can be."""
        kind = finding.fields[field]
        if isinstance(node, MapNode):
            self.problems += held.named(self.sheet, finding, kind, self._texts(node.get("values")))
        if read.unit and not held.united(self.sheet, finding, kind, read.unit):
            self.wrong("OL302", f"{field} of {finding.id} is not told in {clipped(read.unit)}", node.place)

    def _results(self, node: Node | None) -> BoundResults | None:
        """The long table of results."""
        if node is None:
            return None
        if not isinstance(node, MapNode):
            self.wrong("OL383", f"`results` is {describe(node)}", node.place, "write `file:` and `code:`")
            return None
        self._only(node, _RESULT_KEYS, "the table of results")
        code, answer = (self._cell(node.get(key) or Text("", node.place)) for key in ("code", "answer"))
        names = {key: _text(node, key) for key in _RESULT_KEYS if key not in ("code", "answer")}
        if not (names["file"] and code.column and code.codes and (names["value"] or answer.column)):
            what, hint = "a table of results has a file, a code and a value", "code: {column: loinc, codes: loinc}"
            self.wrong("OL383", what, node.place, f"write `file:`, `value:` and `{hint}`")
            return None
        return BoundResults(code=code, answer=answer, **names)

    def _cell(self, node: Node) -> Cell:
        if isinstance(node, Text):
            return Cell(*self._header_of(node.value))
        if isinstance(node, MapNode):
            self._only(node, _FIELD_KEYS, "a field")
            values = self._values(node.get("values"))
            return Cell(_text(node, "column"), _text(node, "unit"), values, self._codes(node))
        self.wrong("OL383", f"a field is mapped to {describe(node)}", node.place)
        return Cell("")

    def _header_of(self, column: str) -> tuple[str, str]:
        return column, self._header(column)[1]

    def _fields_by_name(self, name: str, kind: Kind) -> tuple[tuple[str, Cell], ...]:
        finding = self.kb.findings[name]
        found = []
        for one in kind.fields:
            told, unit = self._header(one.name)
            field = _field(finding, told)
            if field is None:
                hint = did_you_mean(told, finding.fields) or f"it has {', '.join(finding.fields)}"
                self.wrong("OL381", f"an entry of {name} has no '{clipped(one.name)}'", self.place, hint)
            else:
                found.append((field, Cell(one.name, unit)))
        if finding.key not in dict(found):
            self.wrong("OL381", f"the entries of '{clipped(kind.name)}' have no {finding.key}", self.place)
        return tuple(found)

    def _once(self, contract: Contract) -> None:
        seen: dict[tuple[str, str], str] = {}
        for bound in contract.columns:
            before = seen.setdefault((bound.name, bound.part), bound.cell.column)
            if before != bound.cell.column:
                what = f"'{clipped(before)}' and '{clipped(bound.cell.column)}' are both {bound.name}"
                self.wrong("OL384", what, self.place, "write `ignore` for one of them")
        names = [one.name for one in contract.lists]
        for name in {one for one in names if names.count(one) > 1 or (one, "value") in seen}:
            self.wrong("OL384", f"two columns or files are both {name}", self.place, "keep one")


def record_name(reading: _Reading, written: str) -> str | None:
    return record.resolve(reading.kb, lambda: reading.names, written, reading.place, suggest=False)[0]


def _pairs(node: Node | None) -> Iterator[tuple[Text, Node]]:
    if isinstance(node, MapNode):
        yield from node.pairs


def _text(node: MapNode, key: str) -> str:
    value = node.get(key)
    return value.value.strip() if isinstance(value, Text) else ""


def _field(finding: Finding, written: str) -> str | None:
    told = folded(written)
    return next(
        (field.id for field in finding.fields.values() if told in (folded(field.id), folded(field.label))), None
    )


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:8]) + (", ..." if len(listed) > 8 else "")

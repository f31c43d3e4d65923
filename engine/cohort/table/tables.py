"""Tables on disk: what columns they have, and their rows in batches. Long tables are read beside them, in step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ...intake.answers.sheet import clipped, folded
from ...values.problems import Place, Problem, Refused, did_you_mean
from . import arrow
from .arrow import OTHER
from .contract import PATIENT_NAMES, BoundList, BoundResults, Contract, Kind
from .reading import Long

ROWS = 16_384
"""Rows of a batch: wide enough that the work on a column outweighs its call, small enough for the memory."""
PARQUET, ARROW, CSV = ("parquet", "pq"), ("arrow", "feather", "ipc"), ("csv", "tsv", "txt")


class Task(NamedTuple):
    """A part of the work, as plain values that go to a process: a row group, or a batch that was read already."""

    number: int
    first: int
    """The number of its first row, from 0."""
    group: int = -1
    start: int = 0
    rows: int = 0
    batch: bytes = b""
    long: tuple[tuple[str, bytes], ...] = ()


class Table:
    """One table of patients.

    Raises:
        Refused: where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.format = _format(path)
        self._footer: Any = None
        """Of Parquet: what its end says of every row group. It is read once, and processes begun later share it."""
        try:
            self.schema: pa.Schema = self._schema()
        except (OSError, UnicodeError, pa.ArrowException) as wrong:
            raise _unreadable(path, wrong) from wrong
        _hold_apart(path, self.schema.names)

    def _schema(self) -> pa.Schema:
        if self.format == "parquet":
            self._footer = pq.read_metadata(self.path)
            return self._footer.schema.to_arrow_schema()
        if self.format == "arrow":
            with _ipc(self.path) as reader:
                return reader.schema
        return pa.schema([pa.field(name, pa.string()) for name in _header(self.path)])

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(arrow.kind_of(field) for field in self.schema)

    def batches(self, columns: Iterable[str] | None = None, rows: int = ROWS) -> Iterator[pa.RecordBatch]:
        """All rows, a batch at a time."""
        names = list(columns) if columns is not None else None
        try:
            yield from self._batches(names, rows)
        except (OSError, pa.ArrowException) as wrong:
            raise _unreadable(self.path, wrong) from wrong

    def _batches(self, names: list[str] | None, rows: int) -> Iterator[pa.RecordBatch]:
        if self.format == "parquet":
            with self.parquet() as file:
                yield from file.iter_batches(rows, columns=names, use_threads=False)
        elif self.format == "arrow":
            with _ipc(self.path) as reader:
                found = (reader.get_batch(place) for place in range(reader.num_record_batches)) if hasattr(
                    reader, "num_record_batches") else iter(reader)  # fmt: skip
                for batch in found:
                    for start in range(0, batch.num_rows, rows):
                        part = batch.slice(start, rows)
                        yield part.select(names) if names is not None else part
        else:
            yield from _regular(self._csv(names), rows)

    def _csv(self, names: list[str] | None) -> Iterator[pa.RecordBatch]:
        """Cells as texts: they are read by the reader of answers, and nothing is guessed from the first rows."""
        delimiter = "\t" if self.path.suffix == ".tsv" else ","
        convert = pacsv.ConvertOptions(
            column_types=dict.fromkeys(self.schema.names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
            include_columns=names or [],
        )
        reader = pacsv.open_csv(
            self.path,
            read_options=pacsv.ReadOptions(use_threads=False, block_size=1 << 23),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=len(self.schema.names) > 1
            ),
            convert_options=convert,
        )
        for batch in reader:
            yield _on_one_line(self.path, batch)

    def parquet(self) -> Any:
        """The file, opened to read some of it."""
        return pq.ParquetFile(self.path, metadata=self._footer)

    def groups(self) -> list[int] | None:
        """The rows of each row group; None where the table has none."""
        if self._footer is None:
            return None
        return [self._footer.row_group(place).num_rows for place in range(self._footer.num_row_groups)]

    @property
    def rows(self) -> int | None:
        """How many rows there are, where that is known before reading them."""
        groups = self.groups()
        return sum(groups) if groups is not None else None


def _format(path: Path) -> str:
    ending = path.suffix.lower().removeprefix(".")
    for name, endings in (("parquet", PARQUET), ("arrow", ARROW), ("csv", CSV)):
        if ending in endings:
            return name
    hint = "write a table as .parquet, .arrow or .csv"
    raise Refused([Problem("OL380", f"'{path.name}' is no table that is read", Place(str(path)), hint=hint)])


def _unreadable(path: Path, wrong: Exception) -> Refused:
    if isinstance(wrong, UnicodeError):
        return Refused([Problem("OL380", "the table is no UTF-8 text", Place(str(path)), hint="save it as UTF-8")])
    first = str(wrong).split("\n")[0][:200]
    return Refused([Problem("OL380", f"the table cannot be read: {first}", Place(str(path)))])


def _ipc(path: Path) -> Any:
    source = pa.memory_map(str(path))
    try:
        return pa.ipc.open_file(source)
    except pa.ArrowInvalid:
        return pa.ipc.open_stream(source)


def _header(path: Path) -> list[str]:
    import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ","), [])
    if not first:
        raise Refused(
            [Problem("OL380", "the table is empty", Place(str(path), 1), hint="the first line names the columns")]
        )
    if len(first) == 1 and (other := next((one for one in (";", "\t", ",", "|") if one in first[0]), "")):
        hint = "write commas between them; a .tsv has tabs"
        what = f"the columns are parted by {'tabs' if other == chr(9) else repr(other)}"
        raise Refused([Problem("OL380", what, Place(str(path), 1), hint=hint)])
    return first


def _hold_apart(path: Path, names: list[str]) -> None:
    """Refuse a table two of whose columns have one name: which is meant nobody can say."""
    if len(set(names)) < len(names):
        twice = min(name for name in names if names.count(name) > 1)
        what, hint = f"two columns are called '{clipped(twice)}'", "give each a name of its own"
        raise Refused([Problem("OL380", what, Place(str(path), 1), hint=hint)])


def _on_one_line(path: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Refuse a cell that goes on over the end of a line: a quote that nobody closed would swallow all that follows."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.compute.any(pa.compute.match_substring(column, "\n")).as_py():
            what = f"a cell of '{clipped(name)}' goes on over the end of a line: is a quote not closed?"
            raise Refused([Problem("OL380", what, Place(str(path)), hint="write each row on a line of its own")])
    return batch


def _regular(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of one size: what is read of a file in blocks has any."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= rows:
            whole = pa.Table.from_batches(waiting).combine_chunks()
            yield whole.slice(0, rows).to_batches()[0]
            rest = whole.slice(rows)
            waiting, count = rest.to_batches(), rest.num_rows
    if count:
        yield pa.Table.from_batches(waiting).combine_chunks().to_batches()[0]


def hold_readable(contract: Contract, table: Table) -> Contract:
    """The contract of a table, each column of which holds what a cell can say. Raises Refused."""
    wrong = list(_unsaid(table, columns_read(contract, table)))
    day = next((kind for kind in table.kinds if contract.as_of and kind.name == contract.as_of), None)
    if day is not None and day.kind not in ("date", "text", OTHER):
        what = f"the column '{clipped(day.name)}' holds {day.kind}s, and `as_of` is a day"
        wrong.append(Problem("OL382", what, Place(str(table.path)), hint="write its days as dates, or as YYYY-MM-DD"))
    if wrong:
        raise Refused(wrong)
    return contract


def _unsaid(table: Table, names: Iterable[str]) -> Iterator[Problem]:
    """A problem for each of these columns that holds something no cell can say (bytes, an hour, a duration)."""
    types = {field.name: field.type for field in table.schema}
    for kind in table.kinds:
        if kind.name in names and (kind.kind == OTHER or any(one.kind == OTHER for one in kind.fields)):
            what = f"the column '{clipped(kind.name)}' holds {types[kind.name]}"
            yield Problem("OL382", what, Place(str(table.path)), hint="write numbers, texts, dates or lists of entries")


def columns_read(contract: Contract, table: Table) -> list[str]:
    """The columns that are looked at."""
    wanted = {bound.cell.column for bound in contract.columns} | {one.column for one in contract.lists}
    wanted |= {contract.patient, contract.as_of}
    return [name for name in table.schema.names if name in wanted]


class LongTable:
    """A long table in the order of the patients: a row for each entry of a list."""

    def __init__(self, bound: BoundList | BoundResults, directory: Path, patient: str) -> None:
        self.bound = bound
        self.table = Table(directory / bound.file)
        self.patient = bound.patient or next(
            (name for name in self.table.schema.names if folded(name) in PATIENT_NAMES), ""
        )
        if not patient or self.patient not in self.table.schema.names:
            what = f"{bound.file}: no column says whose row it is"
            raise Refused([Problem("OL383", what, Place(bound.file), hint="write `patient:` in the mapping")])
        if missing := [one for one in bound.columns if one not in self.table.schema.names]:
            hint = (
                did_you_mean(missing[0], self.table.schema.names) or f"it has {', '.join(self.table.schema.names[:8])}"
            )
            what = f"{bound.file} has no column '{clipped(missing[0])}'"
            raise Refused([Problem("OL383", what, Place(bound.file), hint=hint)])
        if wrong := list(_unsaid(self.table, bound.columns)):
            raise Refused(wrong)
        self._rest: pa.Table | None = None
        self._batches = self.table.batches()
        self._ended = False

    def of(self, patients: pa.Array) -> Long:
        """The entries of these patients, who follow on those before. Raises Refused where the order is another."""
        last = patients[-1].as_py()
        while not self._ended and (self._rest is None or not self._rest.num_rows or not self._beyond(patients, last)):
            batch = next(self._batches, None)
            if batch is None:
                self._ended = True
            else:
                more = pa.Table.from_batches([batch])
                self._rest = more if self._rest is None else pa.concat_tables([self._rest, more])
        if self._rest is None:
            return np.zeros(0, np.intp), None
        keys = self._rest.column(self.patient).combine_chunks()
        places = pa.compute.index_in(keys.cast(patients.type), value_set=patients)
        mine = places.is_valid().to_numpy(zero_copy_only=False)
        count = int(mine.sum())
        if not mine[:count].all():
            raise self._unordered()
        rows = np.asarray(places.slice(0, count).to_numpy(zero_copy_only=False), np.intp)
        if (np.diff(rows) < 0).any():
            raise self._unordered()
        entries = self._rest.slice(0, count).combine_chunks()
        self._rest = self._rest.slice(count)
        return rows, entries.to_struct_array().combine_chunks() if count else None

    def _beyond(self, patients: pa.Array, last: Any) -> bool:
        """Whether what was read goes beyond these patients."""
        assert self._rest is not None
        ending = self._rest.column(self.patient)[-1].cast(patients.type)
        return not pa.compute.is_in(pa.array([ending.as_py()], patients.type), value_set=patients)[0].as_py()

    def check_end(self) -> None:
        """Refuse entries of nobody. Raises Refused."""
        if (self._rest is not None and self._rest.num_rows) or next(self._batches, None) is not None:
            raise self._unordered()

    def _unordered(self) -> Refused:
        what = f"{self.bound.file}: its rows are not in the order of the patients, or are of none of them"
        return Refused([Problem("OL385", what, Place(self.bound.file), hint=f"sort it by {self.patient}")])


def tasks(table: Table, contract: Contract, directory: Path, workers: int, rows: int = ROWS) -> Iterator[Task]:
    """The table in parts: row groups where workers can read them themselves, else batches read here."""
    groups = table.groups()
    beside = [LongTable(one, directory, contract.patient) for one in contract.beside]
    if groups is not None and not beside and (workers < 2 or len(groups) >= 2 * workers):
        number = first = 0
        for group, size in enumerate(groups):
            if size:
                yield Task(number, first, group, 0, size)
                number, first = number + 1, first + size
        return
    first = 0
    for number, batch in enumerate(table.batches(columns_read(contract, table), rows)):
        long: list[tuple[str, bytes]] = []
        for one in beside:
            whose, entries = one.of(arrow.single(batch.column(contract.patient)))
            if entries is not None:
                arrays = [pa.array(whose), *entries.flatten()]
                names = ["\0row", *[entries.type.field(place).name for place in range(entries.type.num_fields)]]
                long.append((one.bound.name, _bytes(pa.RecordBatch.from_arrays(arrays, names))))
        yield Task(number, first, rows=batch.num_rows, batch=_bytes(batch), long=tuple(long))
        first += batch.num_rows
    for one in beside:
        one.check_end()


def evenly(count: int, most: int) -> int:
    """The rows of each batch where so many are shared out evenly: a last one of a few would cost nearly as much."""
    batches = -(-count // most)
    return -(-count // batches) if batches else most


def _bytes(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def read(
    table: Table, contract: Contract, task: Task, rows: int = ROWS
) -> Iterator[tuple[Any, int, Mapping[str, Long]]]:
    """The batches of a task, each with the number of its first row and its entries of long tables."""
    if task.batch:
        with pa.ipc.open_stream(pa.py_buffer(task.batch)) as reader:
            batch = reader.read_next_batch()
        yield batch, task.first, {name: _long(data) for name, data in task.long}
        return
    first = task.first
    try:
        with table.parquet() as file:
            columns = columns_read(contract, table)
            rows = evenly(task.rows, rows)
            for batch in file.iter_batches(rows, row_groups=[task.group], columns=columns, use_threads=False):
                yield batch, first, {}
                first += batch.num_rows
    except (OSError, pa.ArrowException) as wrong:
        raise _unreadable(table.path, wrong) from wrong


def _long(data: bytes) -> Long:
    with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
        batch = reader.read_next_batch()
    rows = np.asarray(batch.column(0).to_numpy(zero_copy_only=False), np.intp)
    names = batch.schema.names[1:]
    return rows, pa.StructArray.from_arrays([batch.column(name) for name in names], names)

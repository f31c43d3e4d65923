"""A run over a whole table: parts shared out to processes, kept as they are finished, and put together at the end."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ..case.case import Case, Prepared
from ..values.problems import Place, Problem, Refused
from ..workbench import processes
from .counts import Counted
from .screening import Asked, Screen
from .table import arrow, tables
from .table.contract import Contract
from .table.tables import Table, Task

MANIFEST = "run.json"
Progress = Callable[[int], None]
"""Told of each part how many rows are done."""


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """One run: which table, read how, asked what."""

    prepared: Prepared
    table: Table
    contract: Contract
    asked: Asked
    directory: Path
    """Where the files that the mapping names lie."""
    question: str = ""
    """The question as it was asked, and the mapping as it was written: parts of another run are told by them."""
    workers: int = 1

    def identity(self) -> dict[str, Any]:
        """What parts must share to be of one run."""
        stat = self.table.path.stat()
        return {
            "table": [self.table.path.name, stat.st_size, stat.st_mtime_ns],
            "knowledge": self.prepared.kb.digest,
            "today": str(self.asked.today),
            "terms": [self.asked.guideline, self.asked.region],
            "question": self.question,
            "undecided": self.asked.undecided,
            "workers": self.workers > 1,  # whether parts are row groups or batches
        }

    def metadata(self, counted: Counted) -> dict[str, str]:
        """What travels with the rows: what they are, by which knowledge, and what was left out."""
        scope = self.prepared.kb.scope
        return {
            "osteologic.disclaimer": " ".join(scope.disclaimer.split()) if scope is not None else "",
            "osteologic.knowledge": self.prepared.kb.digest,
            "osteologic.today": str(self.asked.today),
            "osteologic.terms": json.dumps([self.asked.guideline, self.asked.region]),
            "osteologic.question": self.question,
            "osteologic.complete_lists": json.dumps([one.name for one in self.contract.lists if one.complete]),
            "osteologic.refused": str(counted.refused_rows),
        }


Work = Callable[[Task], tuple[dict[str, Any], int]]
"""What is done with a part: what was counted in it, as plain values, and how many rows it had."""
Shared = Callable[[Work, frozenset[int]], Iterator[tuple[dict[str, Any], int]]]
"""Has the work done on every part but those that are done, wherever that may be."""


def counts(run: Run, progress: Progress, shared: Shared | None = None) -> Counted:
    """What is counted in all rows."""
    found = Counted()
    for counted in _counted(shared or _by_processes(run), part_work(run), progress):
        found.add(counted)
    return found


def part_work(run: Run, parts: Path | None = None, screen: Screen | None = None) -> Work:
    """What a process does with a part: count it, or write it into a directory."""
    work = _Writing(run, parts) if parts is not None else _Counting(run)
    work.made = screen
    return work


def written(run: Run, out: Path, progress: Progress, resume: bool = False, shared: Shared | None = None) -> Counted:
    """Write what is shown to a file, and give what was counted. Parts stay until the file is whole."""
    parts = out.with_name(out.name + ".parts")
    done = _resumed(run, parts) if resume else {}
    if not done:
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        (parts / MANIFEST).write_text(json.dumps(run.identity()), encoding="utf-8")
    found = Counted()
    for counted in done.values():
        found.add(counted)
    for counted in _counted(shared or _by_processes(run), part_work(run, parts), progress, frozenset(done)):
        found.add(counted)
    files = sorted(parts.glob("*.parquet"))
    _put_together(run, files, out, found)
    shutil.rmtree(parts)
    return found


def one(run: Run, row: int) -> tuple[Case | None, str]:
    """One row, counted from 1, as a case; or why it is refused (empty: there is no such row)."""
    for task in tables.tasks(run.table, run.contract, run.directory, 1):
        if not task.first < row <= task.first + task.rows:
            continue
        for batch, first, long in tables.read(run.table, run.contract, task):
            if first < row <= first + batch.num_rows:
                screen = Screen(run.prepared, run.contract, run.asked)
                read = screen.reader.read(batch, long)
                refused = read.refusals.told()[row - first - 1]
                return (None, refused) if refused else (screen.case(read, row - first - 1), "")
    return None, ""


def _counted(shared: Shared, work: Work, progress: Progress, done: frozenset[int] = frozenset()) -> Iterator[Counted]:
    """What was counted in every part that is not done yet."""
    for told, rows in shared(work, done):
        progress(rows)
        yield Counted.restored(told)


def _by_processes(run: Run) -> Shared:
    """Parts shared out to processes of this machine."""

    def shared(work: Work, done: frozenset[int]) -> Iterator[tuple[dict[str, Any], int]]:
        listed = tables.tasks(run.table, run.contract, run.directory, run.workers)
        if run.workers > 1:
            assert isinstance(work, _Counting)
            work.made = work.screen  # made once, before there are several
        yield from processes.streamed(work, (task for task in listed if task.number not in done), run.workers)

    return shared


class _Counting:
    """Counts one part; the screen is made once in each process."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.made: Screen | None = None

    @property
    def screen(self) -> Screen:
        if self.made is None:
            arrow.keep_small()
            self.made = Screen(self.run.prepared, self.run.contract, self.run.asked)
        return self.made

    def __call__(self, task: Task) -> tuple[dict[str, Any], int]:
        found = Counted()
        for table, counted in self.batches(task):
            found.add(counted)
            self.take(table)
        return found.plain(), found.rows

    def batches(self, task: Task) -> Iterator[tuple[pa.Table | None, Counted]]:
        for batch, first, long in tables.read(self.run.table, self.run.contract, task):
            yield self.screen.batch(batch, first, long)

    def take(self, table: pa.Table | None) -> None:
        """Rows are not wanted."""


class _Writing(_Counting):
    """Writes one part to a file of its own, and beside it what was counted; both appear at once and whole."""

    def __init__(self, run: Run, parts: Path) -> None:
        super().__init__(run)
        self.parts = parts

    def __call__(self, task: Task) -> tuple[dict[str, Any], int]:
        found = Counted()
        name = f"part-{task.number:06d}"
        writing = self.parts / f"{name}.writing"
        writer: Any = None
        for table, counted in self.batches(task):
            found.add(counted)
            assert table is not None
            table = _plain(table)
            writer = writer or pq.ParquetWriter(writing, table.schema, compression="zstd")
            writer.write_table(table)
        if writer is not None:
            writer.close()
            digest = _digest(writing)
            writing.rename(self.parts / f"{name}.parquet")
            told = {"digest": digest, "rows": found.rows, "counted": found.plain()}
            (self.parts / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
        return found.plain(), found.rows


def _plain(table: pa.Table) -> pa.Table:
    """Words as codes into one table of words for all parts."""
    fields = []
    columns = []
    for field, column in zip(table.schema, table.columns, strict=True):
        if pa.types.is_dictionary(field.type):
            column = pa.chunked_array(column.chunks, field.type)
        fields.append(pa.field(field.name, column.type))
        columns.append(column)
    return pa.table(columns, schema=pa.schema(fields))


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def _resumed(run: Run, parts: Path) -> dict[int, Counted]:
    """The parts of an earlier run that are whole, with what was counted in them. Raises Refused."""
    manifest = parts / MANIFEST
    if not manifest.exists():
        return {}
    if json.loads(manifest.read_text(encoding="utf-8")) != json.loads(json.dumps(run.identity())):
        what = f"{parts.name} holds parts of another run"
        hint = "its table, knowledge base, day, question or number of workers was another: write without --resume"
        raise Refused([Problem("OL387", what, Place(str(parts)), hint=hint)])
    found: dict[int, Counted] = {}
    for file in parts.glob("part-*.parquet"):
        beside = file.with_suffix(".json")
        told = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
        if told.get("digest") == _digest(file):
            found[int(file.stem.removeprefix("part-"))] = Counted.restored(told["counted"])
        else:
            file.unlink()
            beside.unlink(missing_ok=True)
    return found


def _put_together(run: Run, files: list[Path], out: Path, counted: Counted) -> None:
    """One file from the parts, in their order."""
    writing = out.with_name(out.name + ".writing")
    schema = _joint(files, run)
    schema = schema.with_metadata({**(schema.metadata or {}), **run.metadata(counted)})
    if out.suffix == ".csv":
        plain = pa.schema([pa.field(one.name, _text(one.type)) for one in schema])
        with pacsv.CSVWriter(writing, plain) as writer:
            for table in _tables(files):
                writer.write_table(table.cast(plain))
    else:
        with pq.ParquetWriter(writing, schema, compression="zstd") as writer:
            for table in _tables(files):
                writer.write_table(table.cast(schema))
    writing.rename(out)


def _joint(files: list[Path], run: Run) -> pa.Schema:
    if files:
        return pq.read_schema(files[0])
    patient = run.table.schema.field(run.contract.patient).type if run.contract.patient else None
    return Screen(run.prepared, run.contract, run.asked).schema(patient)


def _text(type: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(type) else type


def _tables(files: list[Path]) -> Iterator[pa.Table]:
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(tables.ROWS, use_threads=False):
                yield pa.Table.from_batches([batch])

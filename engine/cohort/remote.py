"""The one function that engines which share out work run elsewhere: an Arrow batch in, an Arrow batch out.

What it needs travels as plain values, and is made once in each process.
"""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from ..assessment import query
from ..case import case
from ..knowledge_base.store import cache
from ..values.problems import Refused
from .counts import Counted
from .running import Run
from .screening import Asked, Screen
from .table import arrow, contract
from .table.contract import Kind
from .table.reading import Long

Fields = tuple[tuple[str, str, Any], ...]
COUNTED = "counted"
"""The column of a batch that holds counts instead of rows."""


class Spec(NamedTuple):
    """A run as plain values: they can be pickled, and cached by."""

    root: str
    local: str
    kinds: Fields
    mapping: bytes
    question: str
    today: int
    guideline: str
    region: str
    undecided: bool
    columns: bool
    beside: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What lies in long tables: the lists, and the columns of their entries."""


def spec(run: Run, mapping: bytes, question: str, root: Path, local: Path | None) -> Spec:
    """What a process elsewhere has to be told of a run."""
    asked = run.asked
    kinds = tuple(map(_plain, run.table.kinds))
    terms = (asked.guideline, asked.region, asked.undecided, asked.columns)
    beside = tuple((one.name, one.columns) for one in run.contract.beside)
    return Spec(str(root), str(local or ""), kinds, mapping, question, asked.today.toordinal(), *terms, beside)


def _plain(kind: Kind) -> tuple[str, str, Any]:
    return kind.name, kind.kind, tuple(map(_plain, kind.fields))


def _kind(plain: tuple[str, str, Any]) -> Kind:
    name, kind, fields = plain
    return Kind(name, kind, tuple(map(_kind, fields)))


@functools.lru_cache(maxsize=2)
def screen(told: Spec) -> Screen:
    """The screen of a run, made once in each process. Raises Refused."""
    arrow.keep_small()
    kb = cache.load(Path(told.root), Path(told.local) if told.local else None)
    prepared = case.prepare_kept(kb)
    kinds = tuple(map(_kind, told.kinds))
    if told.mapping:
        found = contract.by_mapping(kb, kinds, told.mapping, "the mapping")
    else:
        found = contract.by_names(kb, kinds)
    node, problems = query.parse(kb, told.question) if told.question else (None, [])
    if told.question and node is None:
        raise Refused(problems)
    today = datetime.date.fromordinal(told.today)
    asked = Asked(today, told.guideline, told.region, node, told.columns, told.undecided)
    return Screen(prepared, found, asked)


def batch(
    told: Spec, rows: Any, first: int = 0, long: Mapping[str, Long] | None = None
) -> tuple[pa.Table | None, Counted]:
    """What is shown of a batch of rows, and what was counted in it."""
    return screen(told).batch(rows, first, long)


def words(table: pa.Table) -> pa.Table:
    """The same with words as texts: engines that know no codes take it."""
    plain = [
        pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(plain))


def _named(told: Spec, one: Any) -> tuple[Any, dict[str, Long]]:
    """A batch with its columns as they are called, by their place, and what was put beside each row."""
    names = [name for name, _, _ in told.kinds]
    long = {}
    for array, (name, columns) in zip(one.columns[len(names) :], told.beside, strict=True):
        rows, entries = arrow.elements(arrow.single(array))
        if len(entries):
            found = [entries.field(place + 1) for place in range(len(columns))]  # the first is where it stood
            long[name] = (rows, pa.StructArray.from_arrays(found, list(columns)))
    return pa.RecordBatch.from_arrays(one.columns[: len(names)], names), long


def batches(told: Spec, arriving: Iterator[Any]) -> Iterator[Any]:
    """For `mapInArrow`: the rows of each batch; the number of a row counts within its partition."""
    first = 0
    for one in arriving:
        rows, long = _named(told, one)
        table, _ = batch(told, rows, first, long)
        first += one.num_rows
        if table is not None:
            yield from words(table).combine_chunks().to_batches()


def counts(told: Spec, arriving: Iterator[Any]) -> Iterator[Any]:
    """For `mapInArrow`: what was counted in each batch, as JSON."""
    for one in arriving:
        rows, long = _named(told, one)
        _, counted = batch(told, rows, long=long)
        yield pa.RecordBatch.from_pydict({COUNTED: [json.dumps(counted.plain())]})

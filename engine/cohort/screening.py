"""Screening: from a batch of rows to what is shown of each, as counts or as columns.

The one function from an Arrow batch to an Arrow batch that processes here, Dask and Spark run alike is `Screen.batch`.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from ..assessment import query
from ..assessment.outlook import Outlook
from ..assessment.population.lacking import Lacking, union
from ..case.case import Case, Prepared
from ..inference.working_memory import WorkingMemory
from ..premises import expression, statuses
from ..premises.expression import TruthNode
from ..values.truth import Truth
from .contradictions import Patients
from .counts import Counted
from .following import Compiled
from .mirror.columns import NumberColumn
from .mirror.ends import VALUE
from .mirror.scope import Unmirrored
from .mirror.strata import Chunk, Ground
from .packed import packed, unpacked
from .shown import Shown, words_of_case, words_of_chunk
from .table.contract import Contract
from .table.reading import Batch, Long, TableReader


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked for.

    Attributes:
        select: a question in the query language; only its rows are given.
        columns: whether rows are given, or only counts.
        undecided: whether rows of which the question is unknown are given as well.
    """

    today: datetime.date
    guideline: str = ""
    region: str = ""
    select: TruthNode | None = None
    columns: bool = True
    undecided: bool = False
    counts: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class People:
    """The rows of a batch as patients, in bits.

    Attributes:
        accepted: the rows that a patient file would be accepted for.
        aged: the rows of which a result is old.
    """

    population: Patients
    accepted: int
    aged: int

    def set_apart(self) -> int:
        """The rows that are judged one by one: two values contradict, or a result is old."""
        return self.population.contradicting | self.aged


class Screen:
    """What a process needs to screen batches of one table."""

    def __init__(self, prepared: Prepared, contract: Contract, asked: Asked) -> None:
        self.prepared, self.contract, self.asked = prepared, contract, asked
        self.compiled = Compiled(prepared)
        self.ground = Ground(prepared.plan)
        self.reader = TableReader(self.ground, contract, asked.today)
        self.shown = Shown.of(prepared.kb)
        self._memory: WorkingMemory | None = None

    def schema(self, patient: pa.DataType | None) -> pa.Schema:
        """The columns of what is given."""
        fields = [pa.field("row", pa.int64())]
        if patient is not None:
            fields.append(pa.field("patient", patient))
        fields.append(pa.field("refused", pa.string()))
        if self.asked.select is not None:
            fields.append(pa.field("answer", pa.string()))
        else:
            fields += [pa.field(f"{of}({member})", WORD) for of, member in self.shown.columns]
        return pa.schema(fields)

    def batch(
        self, rows: Any, first: int = 0, long: Mapping[str, Long] | None = None
    ) -> tuple[pa.Table | None, Counted]:
        """What is shown of the rows of a batch, of which the first is the row of this number."""
        with np.errstate(all="ignore"):
            read = self.reader.read(rows, long)
            found = self._found(read)
            counted = self._counted(read, found)
            table = self._table(rows, read, found, first) if self.asked.columns else None
            found.population.forget()
        return table, counted

    # --- what is shown ---

    def people(self, read: Batch) -> People:
        """The rows of a batch as patients whose statuses can be asked for, many at once."""
        chunk = Chunk(self.ground, read.count, read.said, read.today)
        population = Patients(self.compiled, chunk, self.asked.guideline, self.asked.region)
        return People(population, (1 << read.count) - 1 & ~packed(read.refusals.rows), packed(read.aged))

    def _found(self, read: Batch) -> _Found:
        people = self.people(read)
        population, accepted = people.population, people.accepted
        found = _Found(population, accepted)
        try:
            found.alone = (people.set_apart() if self._asks_report() else people.aged) & accepted
            if self.asked.select is not None:
                found.answer = population.holds(self.asked.select)
            else:
                found.words = words_of_chunk(population, self.shown)
        except Unmirrored:
            found.alone, found.words, found.answer = accepted, {}, (0, 0)
        self._one_by_one(read, found)
        return found

    def _asks_report(self) -> bool:
        """Whether anything is asked that two values which contradict would change."""
        if self.asked.select is None:
            return True
        return any(isinstance(node, expression.Shown) for node in self.asked.select.walk())

    def _one_by_one(self, read: Batch, found: _Found) -> None:
        """Judge the rows that are left to the engine."""
        if not found.alone:
            return
        keep = ~found.alone
        found.answer = (found.answer[0] & keep, found.answer[1] & keep)
        found.words = {key: {word: cases & keep for word, cases in words.items()} for key, words in found.words.items()}
        for row in np.flatnonzero(unpacked(found.alone, read.count)).tolist():
            case = self.case(read, row)
            bit = 1 << row
            if self.asked.select is not None:
                held = query.holds(case, self.asked.select)
                found.answer = (
                    found.answer[0] | (bit if held is Truth.TRUE else 0),
                    found.answer[1] | (bit if held is Truth.FALSE else 0),
                )
                continue
            for key, word in words_of_case(case, Outlook(case), self.shown):
                words = found.words.setdefault(key, {})
                found.words[key] = {**words, word: words.get(word, 0) | bit}

    def case(self, read: Batch, row: int) -> Case:
        """One row as the case that its patient file would open."""
        day = read.today if np.ndim(read.today) == 0 else read.today[row]
        said = {name: known for name, one in read.said.items() if (known := one.known(row)) is not None}
        if self._memory is None:
            self._memory = WorkingMemory(self.prepared.plan)
        today = datetime.date.fromordinal(int(day))
        case = Case(self.prepared, today, self.asked.guideline, self.asked.region, memory=self._memory)
        case.say(said)
        case.finish()
        return case

    # --- counts ---

    def _counted(self, read: Batch, found: _Found) -> Counted:
        counted = Counted(rows=read.count, refused=read.refusals.counts(), no_numbers=read.no_numbers)
        counted.refused_rows = read.count - found.accepted.bit_count()
        counted.in_engine = found.alone.bit_count()
        if self.asked.select is not None:
            true, false = (cases & found.accepted for cases in found.answer)
            unknown = found.accepted & ~(true | false)
            counted.answers = Counter(true=true.bit_count(), false=false.bit_count(), unknown=unknown.bit_count())
            counted.missing.update(dict(self._missing(found, unknown)))
            self._open_alerts(found, false & ~found.alone, counted)
            counted.ages.update(_ages(read, true))
        elif self.asked.counts:
            for (of, member), words in found.words.items():
                for word, cases in words.items():
                    if number := (cases & found.accepted).bit_count():
                        counted.shown[of, member, word] = number
            counted.ages.update(_ages(read, found.accepted))
        return counted

    def _missing(self, found: _Found, unknown: int) -> Iterator[tuple[str, int]]:
        """The findings that would settle the question, with the rows that wait for each."""
        assert self.asked.select is not None
        if not unknown:
            return
        lacks: Lacking = found.population.view.lacks
        for name, cases in lacks.node(self.asked.select).items():
            if number := (cases & unknown & ~found.alone).bit_count():
                yield name, number

    def _open_alerts(self, found: _Found, false: int, counted: Counted) -> None:
        """Count the rows of which an alert that is asked for is not raised, and may be; and what would tell."""
        assert self.asked.select is not None
        for node in self.asked.select.walk():
            if not isinstance(node, expression.Shown) or node.of != "alert" or node.negated:
                continue
            for alert in node.members:
                true, ruled_out = found.population.alert(alert)
                rows = false & ~(true | ruled_out)
                if statuses.ALERT[Truth.TRUE] not in node.words or not rows:
                    continue
                counted.open_alerts[alert] += rows.bit_count()
                lacks = found.population.view.lacks
                lacked = union(lacks.rule(rule) for rule in found.population.view.rules("alerts", alert))
                counted.missing.update(
                    {name: (some & rows).bit_count() for name, some in lacked.items() if some & rows}
                )

    # --- rows ---

    def _table(self, rows: Any, read: Batch, found: _Found, first: int) -> pa.Table:
        columns: dict[str, pa.Array] = {"row": pa.array(np.arange(first + 1, first + 1 + read.count))}
        if self.contract.patient:
            column = rows.column(self.contract.patient)
            columns["patient"] = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        refused = read.refusals.told() if read.refusals.rows.any() else None
        told = pa.array(refused, pa.string()) if refused is not None else pa.nulls(read.count, pa.string())
        columns["refused"] = pa.compute.if_else(pa.compute.equal(told, ""), None, told) if refused is not None else told
        if self.asked.select is not None:
            return self._selected(columns, found, read.count)
        for of, member in self.shown.columns:
            columns[f"{of}({member})"] = _words(found.words.get((of, member), {}), found.accepted, read.count)
        return pa.table(columns)

    def _selected(self, columns: dict[str, pa.Array], found: _Found, count: int) -> pa.Table:
        true, false = (cases & found.accepted for cases in found.answer)
        unknown = found.accepted & ~(true | false) if self.asked.undecided else 0
        flags = unpacked(true, count)
        columns["answer"] = pa.array(np.where(flags, "true", "unknown"))
        wanted = np.flatnonzero(unpacked(true | unknown, count))
        return pa.table(columns).take(pa.array(wanted))


@dataclasses.dataclass(slots=True)
class _Found:
    """What was found of a batch, in bits."""

    population: Patients
    accepted: int
    alone: int = 0
    """The rows that are judged one by one."""
    words: dict[tuple[str, str], Mapping[str, int]] = dataclasses.field(default_factory=dict)
    answer: tuple[int, int] = (0, 0)


WORD = pa.dictionary(pa.int8(), pa.string())


def _words(words: Mapping[str, int], accepted: int, count: int) -> pa.Array:
    """The word of each row; empty where nothing is shown."""
    told = [word for word, cases in words.items() if cases & accepted]
    codes = np.full(count, -1, np.int8)
    for place, word in enumerate(told):
        codes[unpacked(words[word] & accepted, count)] = place
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(told, pa.string()))


def _ages(read: Batch, rows: int) -> Counter[str]:
    """How many of these rows are of which decade of life."""
    said = read.said.get("age")
    if said is None or not isinstance(said.column, NumberColumn) or not rows:
        return Counter()
    value = said.column.ends.spread(read.count)
    there = unpacked(rows, read.count) & (value.gap == VALUE) & (value.low == value.high)
    decades, counts = np.unique((value.low[there] // 10).astype(int), return_counts=True)
    return Counter({f"{10 * one}s": int(number) for one, number in zip(decades.tolist(), counts.tolist(), strict=True)})

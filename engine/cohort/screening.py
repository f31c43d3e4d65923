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

from ..assessment.population.lacking import Lacking, union
from ..case.case import Case, Prepared
from ..inference.program.columns import Machine
from ..inference.working_memory import WorkingMemory
from ..premises import expression, statuses
from ..premises.expression import TruthNode
from ..values.truth import Truth
from ..values.value import Known
from .apart import Apart
from .contradictions import Patients
from .counts import Counted
from .following import Compiled, spread
from .mirror.aged import counting
from .mirror.columns import NumberColumn
from .mirror.ends import VALUE
from .mirror.scope import Unmirrored
from .mirror.strata import Chunk, Ground
from .packed import packed, unpacked
from .shown import TEXTS, Column, Shown, words_of_many
from .table.contract import Contract
from .table.reading import Batch, Long, TableReader

AT_ONCE = 500
"""So many rows are judged apart together: what is remembered of them is let go of then."""


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
        rivals: the rows with results of which it is not told which is the newest.
    """

    population: Patients
    accepted: int
    rivals: int

    def set_apart(self) -> int:
        """The rows that are judged apart from the others: two values contradict, or results are rivals."""
        return self.population.contradicting | self.rivals


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
            fields += [pa.field(f"{of}({member})", TEXT if of in TEXTS else WORD) for of, member in self.shown.columns]
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
        remembering = self.prepared.index.remembering
        aged = counting(self.ground, read.count, read.said, read.today, remembering)
        chunk = Chunk(self.ground, read.count, aged.said, read.today)
        population = Patients(self.compiled, chunk, self.asked.guideline, self.asked.region, aged)
        return People(population, (1 << read.count) - 1 & ~packed(read.refusals.rows), packed(aged.rivals))

    def _found(self, read: Batch) -> _Found:
        people = self.people(read)
        population, accepted = people.population, people.accepted
        found = _Found(population, accepted)
        try:
            found.alone = (people.set_apart() if self._asks_report() else people.rivals) & accepted
            if self.asked.select is not None:
                found.answer = population.holds(self.asked.select)
            else:
                words = words_of_many(population, self.shown, self.asked.columns)
                found.words = {column: dict(of_one) for column, of_one in words.items()}
        except Unmirrored:
            found.alone, found.words, found.answer = accepted, {}, (0, 0)
        self._judge_apart(read, found)
        return found

    def _asks_report(self) -> bool:
        """Whether anything is asked that two values which contradict would change."""
        if self.asked.select is None:
            return True
        return any(isinstance(node, expression.Shown) for node in self.asked.select.walk())

    def _judge_apart(self, read: Batch, found: _Found) -> None:
        """Judge the rows of which what was entered is not all that may be so: in all their worlds."""
        if not found.alone:
            return
        keep = ~found.alone
        found.answer = (found.answer[0] & keep, found.answer[1] & keep)
        found.words = {key: {word: cases & keep for word, cases in words.items()} for key, words in found.words.items()}
        rows = np.flatnonzero(unpacked(found.alone, read.count))
        for start in range(0, len(rows), AT_ONCE):
            self._judged(read, rows[start : start + AT_ONCE], found)

    def _judged(self, read: Batch, rows: Any, found: _Found) -> None:
        said, days = [self._said(read, row) for row in rows.tolist()], [self._day(read, row) for row in rows.tolist()]
        machine = Machine(self.prepared.plan)  # what it remembers is of these patients; a table has many
        people = Apart(self.prepared, machine, said, days, self.asked.guideline, self.asked.region)
        if self.asked.select is not None:
            true, false = (spread(cases, rows, read.count) for cases in people.holds(self.asked.select))
            found.answer = (found.answer[0] | true, found.answer[1] | false)
            return
        for key, words in words_of_many(people, self.shown, self.asked.columns).items():
            before = found.words.setdefault(key, {})
            for word, cases in words.items():
                if cases:
                    before[word] = before.get(word, 0) | spread(cases, rows, read.count)

    @staticmethod
    def _said(read: Batch, row: int) -> dict[str, Known]:
        return {name: known for name, one in read.said.items() if (known := one.known(row)) is not None}

    @staticmethod
    def _day(read: Batch, row: int) -> datetime.date:
        day = read.today if np.ndim(read.today) == 0 else read.today[row]
        return datetime.date.fromordinal(int(day))

    def case(self, read: Batch, row: int) -> Case:
        """One row as the case that its patient file would open."""
        if self._memory is None:
            self._memory = WorkingMemory(self.prepared.plan)
        case = Case(self.prepared, self._day(read, row), self.asked.guideline, self.asked.region, memory=self._memory)
        case.say(self._said(read, row))
        case.finish()
        return case

    # --- counts ---

    def _counted(self, read: Batch, found: _Found) -> Counted:
        counted = Counted(
            rows=read.count, refused=read.refusals.counts(), no_numbers=read.no_numbers, unused=read.refusals.unused
        )
        counted.refused_rows = read.count - found.accepted.bit_count()
        counted.apart = found.alone.bit_count()
        if self.asked.select is not None:
            true, false = (cases & found.accepted for cases in found.answer)
            unknown = found.accepted & ~(true | false)
            counted.answers = Counter(true=true.bit_count(), false=false.bit_count(), unknown=unknown.bit_count())
            counted.missing.update(dict(self._missing(found, unknown)))
            self._open_alerts(found, false & ~found.alone, counted)
            counted.ages.update(_ages(read, true))
        elif self.asked.counts:
            for (of, member), words in found.words.items():
                for word, cases in words.items() if of not in TEXTS else ():
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
            words, kind = found.words.get((of, member), {}), TEXT if of in TEXTS else WORD
            columns[f"{of}({member})"] = _words(words, found.accepted, read.count, kind)
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
    """The rows that are judged apart."""
    words: dict[Column, dict[str, int]] = dataclasses.field(default_factory=dict)
    answer: tuple[int, int] = (0, 0)


WORD, TEXT = pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int16(), pa.string())


def _words(words: Mapping[str, int], accepted: int, count: int, kind: pa.DataType) -> pa.Array:
    """The word of each row; empty where nothing is shown."""
    told = [word for word, cases in words.items() if cases & accepted]
    codes = np.full(count, -1, kind.index_type.to_pandas_dtype())
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

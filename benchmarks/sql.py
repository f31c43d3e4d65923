"""Forty questions of a table, answered here with three values and by DuckDB with two.

    python -m benchmarks.sql cohort.parquet

They take turns, each on one thread over the same columns of the same file; processor time is told, the least of the
turns. Before that the first rows are compared: where both say anything they must say the same.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine import api
from engine.cohort.packed import unpacked
from engine.cohort.screening import Asked, Screen
from engine.cohort.table import arrow, contract
from engine.cohort.table.tables import ROWS, Table
from engine.knowledge_base.reading import readable
from engine.premises import expression
from engine.premises.checking import checking
from engine.premises.expression import TruthNode
from engine.values.problems import Place

from .population import TODAY
from .questions import LISTS, NUMBERS

_COMPARED = ROWS


class Reader:
    """Reads questions, and fills in names; made once for all of them."""

    def __init__(self) -> None:
        self.prepared = api.load()
        self.vocabulary, self.units = readable.vocabulary(self.prepared.kb)

    def question(self, text: str) -> TruthNode:
        """What a question asks."""
        node, problems = checking.check_premise(text, Place("a question"), self.vocabulary, self.units, statuses=True)
        if node is None:
            raise SystemExit(f"{text}: {problems[0]}")
        return node

    def statement(self, text: str) -> str:
        """A statement with the names of the members that its classes stand for."""
        return re.sub(r"<(\w+) (\w+)>", self._members, text)

    def _members(self, match: re.Match[str]) -> str:
        of, member = match.groups()
        node = self.question(f"any {of} where ({self.prepared.kb.findings[of].key} is {member})")
        members = {one for part in node.walk() if isinstance(part, expression.OneOf) for one in part.members}
        return f"({', '.join(repr(one) for one in sorted(members))})"


class Ours:
    """The questions as premises, over the columns that they read."""

    def __init__(self, reader: Reader, path: Path, questions: Iterable[str]) -> None:
        prepared = reader.prepared
        self.nodes = [reader.question(one) for one in questions]
        self.table = Table(path)
        reads = {name for node in self.nodes for name in expression.names_read(node)}
        self.columns = [kind.name for kind in self.table.kinds if kind.name.partition(" ")[0] in reads]
        kinds = tuple(kind for kind in self.table.kinds if kind.name in self.columns)
        lists = "".join(
            f"  {kind.name}: {{column: {kind.name}, complete: yes}}\n" for kind in kinds if kind.kind == "entries"
        )
        mapping = f"lists:\n{lists}" if lists else "columns: {}"
        self.screen = Screen(prepared, contract.by_mapping(prepared.kb, kinds, mapping, "ours"), Asked(TODAY))

    def answers(self, batch: Any) -> list[tuple[int, int]]:
        """Where each is true, and where it is false."""
        with np.errstate(all="ignore"):
            population = self.screen.people(self.screen.reader.read(batch)).population
            found = [population.truths.holds(node) for node in self.nodes]
            population.forget()
        return found

    def counted(self) -> list[int]:
        """The rows of which each is true."""
        counts = [0] * len(self.nodes)
        for batch in self.table.batches(self.columns):
            for place, (true, _) in enumerate(self.answers(batch)):
                counts[place] += true.bit_count()
        return counts


class Theirs:
    """The same as SQL in DuckDB, on one thread."""

    def __init__(self, reader: Reader, path: Path, statements: Iterable[str]) -> None:
        import duckdb

        self.base = duckdb.connect(config={"threads": 1})
        self.path = str(path)
        self.statements = [reader.statement(one) for one in statements]

    def counted(self) -> list[int]:
        counts = ", ".join(f"count(*) FILTER (WHERE {one})" for one in self.statements)
        (found,) = self.base.execute(f"SELECT {counts} FROM read_parquet(?)", [self.path]).fetchall()
        return list(found)

    def answers(self, rows: int) -> list[Any]:
        """What each says of the first rows: yes, no, or nothing."""
        listed = ", ".join(f"({one}) AS q{place}" for place, one in enumerate(self.statements))
        first = f"SELECT {listed} FROM read_parquet(?) LIMIT {rows}"
        return list(zip(*self.base.execute(first, [self.path]).fetchall(), strict=True))


def differing(ours: Ours, theirs: Theirs) -> list[int]:
    """For each question the rows of which both say something, and not the same."""
    batch = next(ours.table.batches(ours.columns, _COMPARED))
    found = []
    for (true, false), said in zip(ours.answers(batch), theirs.answers(batch.num_rows), strict=True):
        yes, no = unpacked(true, batch.num_rows), unpacked(false, batch.num_rows)
        other = np.array([one if one is not None else -1 for one in said], int)
        found.append(int(((yes & (other == 0)) | (no & (other == 1))).sum()))
    return found


def _least(work: Callable[[], object], so_far: float) -> float:
    begun = time.process_time()
    work()
    return min(so_far, time.process_time() - begun)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.sql", description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--turns", type=int, default=3)
    chosen = parser.parse_args(arguments)
    arrow.keep_small()
    reader = Reader()
    for title, questions in (("of columns", NUMBERS), ("of lists", LISTS), ("all", {**NUMBERS, **LISTS})):
        ours, theirs = Ours(reader, chosen.table, questions), Theirs(reader, chosen.table, questions.values())
        differ = differing(ours, theirs)
        for question, rows in zip(questions, differ, strict=True):
            if rows:
                print(f"{rows} of {_COMPARED} rows differ: {question}")
        mine = other = float("inf")
        for _ in range(chosen.turns):
            mine, other = _least(ours.counted, mine), _least(theirs.counted, other)
        print(
            f"{len(questions)} questions {title:12} {mine:7.2f} s here, {other:7.2f} s in DuckDB: {mine / other:5.2f} x"
        )
        if any(differ):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

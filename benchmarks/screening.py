"""How many patients of a table are screened in a second, beside one patient after the other.

    python -m benchmarks.screening cohort.parquet

Rounds take turns: some patients one by one with every status by `Outlook`, the engine reused; then a batch of rows, as
counts. Processor time is told, for other work on the machine does not show in it.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine import api
from engine.assessment import query
from engine.assessment.outlook import Outlook
from engine.cohort.screening import Asked, Screen
from engine.cohort.shown import TEXTS, words_of_case
from engine.cohort.table import contract
from engine.cohort.table.tables import ROWS, Table

from .population import TODAY

ONE_BY_ONE = 40
ALERT = "alert(denosumab_overdue) is raised"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.screening", description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    prepared = api.load()
    table = Table(chosen.table)
    mapping = (table.schema.metadata or {}).get(contract.METADATA)
    found = contract.by_mapping(prepared.kb, table.kinds, mapping, "its own") if mapping else contract.by_names(
        prepared.kb, table.kinds
    )  # fmt: skip
    everything = Screen(prepared, found, Asked(TODAY, columns=False))
    one_alert = Screen(prepared, found, Asked(TODAY, select=query.parse(prepared.kb, ALERT)[0], columns=False))
    batches = table.batches(rows=ROWS)
    first = next(batches)
    everything.batch(first), one_alert.batch(first)  # what is worked out once is not measured
    alone: list[float] = []
    together: list[float] = []
    asked: list[float] = []
    apart = rows = 0
    for _ in range(chosen.rounds):
        batch = next(batches, None)
        if batch is None or batch.num_rows < ROWS // 2:
            batches = table.batches(rows=ROWS)
            batch = next(batches)
        alone.append(_alone(everything, batch))
        begun = time.process_time()
        _, counted = everything.batch(batch)
        together.append(batch.num_rows / (time.process_time() - begun))
        begun = time.process_time()
        one_alert.batch(batch)
        asked.append(batch.num_rows / (time.process_time() - begun))
        apart, rows = apart + counted.apart, rows + counted.rows
    one, many, alert = (statistics.median(rates) for rates in (alone, together, asked))
    print(f"one by one, all statuses:      {one:12,.1f} patients a second of processor time")
    print(f"as a table, all statuses:      {many:12,.0f}   {many / one:,.0f} times, in one process")
    print(f"as a table, one alert asked:   {alert:12,.0f}   {many / alert:.2f} of the time of all statuses")
    print(f"rows judged apart:             {apart} of {rows}")
    return 0


def _alone(screen: Screen, batch: object) -> float:
    """Patients a second, one after the other: what was said is read already."""
    with np.errstate(all="ignore"):
        read = screen.reader.read(batch)
    rows = np.random.default_rng(0).choice(read.count, ONE_BY_ONE, replace=False).tolist()
    statuses = dataclasses.replace(
        screen.shown, columns=tuple(one for one in screen.shown.columns if one[0] not in TEXTS)
    )
    begun = time.process_time()
    for row in rows:
        case = screen.case(read, row)
        dict(words_of_case(case, Outlook(case), statuses))
    return ONE_BY_ONE / (time.process_time() - begun)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

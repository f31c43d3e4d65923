"""Runs on engines that exist where one machine is not enough: Dask and Spark. Rows are theirs; the function is ours."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from ..values.problems import Place, Problem, Refused
from . import remote, running
from .counts import Counted
from .remote import Spec
from .running import Progress, Run, Work
from .table import tables
from .table.tables import Task

ROOT = Path(__file__).resolve().parent.parent.parent


def run(
    engine: str, run: Run, mapping: bytes, question: str, local: Path | None, out: Path | None, progress: Progress
) -> Counted:
    """Count, or write rows to a file, on an engine. Raises Refused."""
    if any(one.file for one in run.contract.lists):
        what = f"--engine {engine} reads one table"
        raise Refused([Problem("OL386", what, Place("--engine"), hint="put the lists into columns of it")])
    told = remote.spec(run, mapping, question, ROOT, local)
    if engine == "dask":
        return _dask(run, told, out, progress)
    return _spark(run, told, out, progress)


# --- Dask -------------------------------------------------------------------------------------------------------------


def _dask(run: Run, told: Spec, out: Path | None, progress: Progress) -> Counted:
    """Parts as tasks of a cluster: the one that is already there, or processes of this machine."""
    from distributed import Client, LocalCluster, as_completed, get_client

    try:
        client, own = get_client(), None
    except ValueError:
        own = LocalCluster(n_workers=run.workers, threads_per_worker=1, dashboard_address=None)
        client = Client(own)
    try:

        def shared(work: Work, done: frozenset[int]) -> Any:
            listed = tables.tasks(run.table, run.contract, run.directory, run.workers)
            waiting = (task for task in listed if task.number not in done)
            futures = [client.submit(_part, told, str(run.table.path), _parts(work), tuple(task)) for task in waiting]
            for _, result in as_completed(futures, with_results=True):
                counted, rows = result
                yield counted, rows

        if out is None:
            return running.counts(run, progress, shared)
        return running.written(run, out, progress, shared=shared)
    finally:
        if own is not None:
            client.close()
            own.close()


def _parts(work: Work) -> str:
    """Where a part is written; empty where it is only counted."""
    return str(getattr(work, "parts", ""))


def _part(told: Spec, path: str, parts: str, task: tuple[Any, ...]) -> tuple[dict[str, Any], int]:
    """One part, on a worker."""
    table = tables.Table(Path(path))
    screen = remote.screen(told)
    asked = Run(screen.prepared, table, screen.contract, screen.asked, Path())
    work = running.part_work(asked, Path(parts) if parts else None, screen)
    return work(Task(*task))


# --- Spark ------------------------------------------------------------------------------------------------------------


def _spark(run: Run, told: Spec, out: Path | None, progress: Progress) -> Counted:
    """`mapInArrow` over the table as Spark reads it: columns in the order and of the types that were checked here."""
    from pyspark.sql import SparkSession

    if run.table.format != "parquet":
        what = "--engine spark reads Parquet"
        raise Refused([Problem("OL386", what, Place("--engine"), hint="write the table as Parquet")])
    builder = SparkSession.builder.appName("osteologic").config("spark.sql.execution.arrow.pyspark.enabled", "true")
    if SparkSession.getActiveSession() is None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(part for part in sys.path if part))  # as found here
        builder = builder.master(f"local[{run.workers}]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", str(tables.ROWS))
        builder = builder.config("spark.sql.parquet.inferTimestampNTZ.enabled", "true")
    session = builder.getOrCreate()
    rows = session.read.parquet(str(run.table.path.resolve()))
    _same_columns(rows.columns, run)
    rows = rows.toDF(*(f"c{place}" for place in range(len(rows.columns))))  # a dot in a name would be a field there
    counted = Counted()
    told_counts = told._replace(columns=False)
    found = rows.mapInArrow(lambda arriving: remote.counts(told_counts, arriving), f"{remote.COUNTED} string")
    for row in found.toLocalIterator():
        one = Counted.restored(json.loads(row[0]))
        counted.add(one)
        progress(one.rows)
    if out is not None:
        patient = run.table.schema.field(run.contract.patient).type if run.contract.patient else None
        schema = remote.screen(told).schema(patient)
        shown = rows.mapInArrow(lambda arriving: remote.batches(told, arriving), _ddl(schema))
        shown.write.mode("overwrite").format("csv" if out.suffix == ".csv" else "parquet").save(str(out.resolve()))
    return counted


def _same_columns(names: list[str], run: Run) -> None:
    """Columns go by position into Arrow: they must be those that were checked. Raises Refused."""
    if names != run.table.schema.names:
        what = "Spark reads other columns than were checked"
        raise Refused([Problem("OL382", what, Place(str(run.table.path)), hint="write the table anew")])


def _ddl(schema: Any) -> str:
    """The columns as Spark declares them."""
    kinds = {"int64": "bigint", "int32": "int", "double": "double", "string": "string", "large_string": "string"}
    parts = []
    for field in schema:
        kind = "string" if str(field.type).startswith("dictionary") else kinds.get(str(field.type), "string")
        parts.append(f"`{field.name}` {kind}")
    return ", ".join(parts)

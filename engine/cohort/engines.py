"""Runs on engines that exist where one machine is not enough: Dask and Spark. Rows are theirs; the function is ours."""

from __future__ import annotations

import functools
import itertools
import json
import multiprocessing
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
from .table.contract import BoundList, BoundResults
from .table.tables import LongTable, Task

_FORKED = "forkserver" in multiprocessing.get_all_start_methods()
_LOCAL = {
    "distributed.worker.profile.enabled": False,  # it looks at each thread a hundred times a second
    "distributed.admin.tick.interval": "500ms",  # fifty times a second, in each process
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.multiprocessing-method": "forkserver" if _FORKED else "spawn",
}
"""Processes of this machine begin from one that has imported what all of them need, and seldom look at themselves."""
_AHEAD = 4
"""So many parts for each worker are handed out before the first has come back."""
ROOT = Path(__file__).resolve().parent.parent.parent


def run(
    engine: str, run: Run, mapping: bytes, question: str, local: Path | None, out: Path | None, progress: Progress
) -> Counted:
    """Count, or write rows to a file, on an engine. Raises Refused."""
    told = remote.spec(run, mapping, question, ROOT, local)
    if engine == "dask":
        return _dask(run, told, out, progress)
    return _spark(run, told, out, progress)


# --- Dask -------------------------------------------------------------------------------------------------------------


def _dask(run: Run, told: Spec, out: Path | None, progress: Progress) -> Counted:
    """Parts as tasks of a cluster: the one that is already there, or processes of this machine."""
    import dask
    from distributed import Client, LocalCluster, as_completed, get_client

    try:
        client, own = get_client(), None
    except ValueError:
        dask.config.set(_LOCAL)
        multiprocessing.set_forkserver_preload(["distributed.nanny", "distributed.worker", __name__])
        own = LocalCluster(n_workers=run.workers, threads_per_worker=1, dashboard_address=None, memory_limit=None)
        client = Client(own)
    try:

        def shared(work: Work, done: frozenset[int]) -> Any:
            listed = tables.tasks(run.table, run.contract, run.directory, run.workers)
            waiting = (task for task in listed if task.number not in done)

            def begun(task: Task) -> Any:
                return client.submit(_part, told, str(run.table.path), _parts(work), tuple(task), pure=False)

            ahead = _AHEAD * max(run.workers, len(client.scheduler_info()["workers"]))
            finished = as_completed([begun(task) for task in itertools.islice(waiting, ahead)], with_results=True)
            for _, result in finished:
                counted, rows = result
                if (more := next(waiting, None)) is not None:
                    finished.add(begun(more))  # a part may carry its rows: they are not all held at once
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
    table = _table(path, Path(path).stat().st_mtime_ns)
    screen = remote.screen(told)
    asked = Run(screen.prepared, table, screen.contract, screen.asked, Path())
    work = running.part_work(asked, Path(parts) if parts else None, screen)
    return work(Task(*task))


@functools.lru_cache(maxsize=1)
def _table(path: str, changed: int) -> tables.Table:
    """The table, opened once in each process for as long as nobody writes it anew."""
    return tables.Table(Path(path))


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
    for place, bound in enumerate(run.contract.beside):
        rows = _joined(rows, session, run, bound, f"l{place}")
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


def _joined(rows: Any, session: Any, run: Run, bound: BoundList | BoundResults, column: str) -> Any:
    """The rows with the entries of a long table beside each, in the order in which they stand. Raises Refused."""
    from pyspark.sql import functions

    path = run.directory / bound.file
    long = LongTable(bound, run.directory, run.contract.patient)  # it has its columns, and says whose a row is
    if long.table.format != "parquet":
        what = f"--engine spark reads Parquet, and {bound.file} is none"
        raise Refused([Problem("OL386", what, Place(bound.file), hint="write it as Parquet")])
    found = session.read.parquet(str(path.resolve()))
    places = {name: f"c{place}" for place, name in enumerate(found.columns)}
    found = found.toDF(*places.values()).withColumn("at", functions.monotonically_increasing_id())
    key = f"c{run.table.schema.names.index(run.contract.patient)}"
    whose = functions.col(places[long.patient]).cast(rows.schema[key].dataType).alias("whose")
    entry = functions.struct(
        "at", *(functions.col(places[name]).alias(f"f{at}") for at, name in enumerate(bound.columns))
    )
    listed = found.select(whose, entry.alias("entry")).groupBy("whose")
    listed = listed.agg(functions.sort_array(functions.collect_list("entry")).alias(column))
    if listed.join(rows, listed["whose"] == rows[key], "left_anti").limit(1).count():
        what = f"{bound.file}: a row is of no patient of the table"
        raise Refused([Problem("OL385", what, Place(bound.file), hint="leave it out, or add its patient")])
    return rows.join(listed, rows[key] == listed["whose"], "left").drop("whose")


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

"""Dask and Spark give what our own processes give, on two local workers, one of them killed on the way."""

from __future__ import annotations

import dataclasses
import os
import signal
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from engine.case.case import Prepared
from engine.cohort import engines, running
from engine.cohort.running import Run
from tests.cohort.test_running import QUESTION, nothing, run_of, written_table
from tests.conftest import LONG

pytestmark = pytest.mark.skipif(not LONG, reason="clusters are started in the long suite")


@pytest.fixture
def run(prepared: Prepared, tmp_path: Path) -> Run:
    made = run_of(prepared, written_table(tmp_path / "t.parquet", 400, 25), QUESTION)
    return dataclasses.replace(made, workers=2)


def test_dask_counts_and_writes_the_same_though_a_worker_is_killed(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from distributed import Client, LocalCluster

    right = running.written(run, tmp_path / "right.parquet", nothing)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        first = next(iter(client.run(os.getpid).values()))
        killed: list[int] = []

        def kill_one(rows: int) -> None:
            if not killed:
                killed.append(rows)
                os.kill(first, signal.SIGKILL)

        out = tmp_path / "dask.parquet"
        assert engines.run("dask", run, b"", QUESTION, None, out, kill_one) == right
    assert killed
    assert pq.read_table(out).equals(pq.read_table(tmp_path / "right.parquet"))


def test_spark_counts_and_writes_the_same(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    pytest.importorskip("pandas")
    right = running.written(run, tmp_path / "right.parquet", nothing)
    out = tmp_path / "spark.parquet"
    assert engines.run("spark", run, b"", QUESTION, None, out, nothing) == right
    mine = ds.dataset(out, format="parquet").to_table().sort_by("patient")
    theirs = pq.read_table(tmp_path / "right.parquet").sort_by("patient")
    assert mine.column("patient").to_pylist() == theirs.column("patient").to_pylist()
    assert mine.column("answer").to_pylist() == theirs.column("answer").to_pylist()

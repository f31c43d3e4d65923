"""Dask and Spark give what our own processes give, on two local workers, one of them killed on the way."""

from __future__ import annotations

import dataclasses
import datetime
import os
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from engine.case.case import Prepared
from engine.cohort import engines, running
from engine.cohort.running import Run
from engine.values.problems import Refused
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


MAPPING = """
patient: patient
columns: {age: age, sex: sex, t_score_hip: t_score_hip}
lists:
  conditions: {column: conditions, complete: yes}
  medicines: {file: medicines.parquet, complete: yes, fields: {name: {column: atc, codes: atc}, started: first.day}}
results:
  file: results.parquet
  code: {column: loinc, codes: loinc}
  value: value
  unit: unit
  date: day
"""
BESIDE = "medicines has alendronate or vitamin_d < 30 nmol/L"


@pytest.fixture
def beside(prepared: Prepared, tmp_path: Path) -> Run:
    """A table with long tables of medicines and results; some patients have none, some several."""
    path = written_table(tmp_path / "t.parquet", 400, 25)
    some = [(f"p{number:04d}", number) for number in range(0, 400, 3) for _ in range(1 + number % 2)]
    day = datetime.date(2026, 1, 1)
    drugs = {"patient": [one for one, _ in some], "atc": ["M05BA04" if at % 4 else "C07AB02" for _, at in some]}
    pq.write_table(pa.table({**drugs, "first.day": [day] * len(some)}), tmp_path / "medicines.parquet")
    tested = {"patient": [one for one, _ in some], "loinc": ["1989-3"] * len(some), "unit": ["nmol/L"] * len(some)}
    days = [day + datetime.timedelta(place) for place in range(len(some))]
    values = [float(20 + at % 30) for _, at in some]
    pq.write_table(pa.table({**tested, "value": values, "day": days}), tmp_path / "results.parquet")
    made = run_of(prepared, path, BESIDE, MAPPING, undecided=True)
    return dataclasses.replace(made, workers=2)


@pytest.mark.parametrize("engine", ["dask", "spark"])
def test_long_tables_are_read_there_too(engine: str, beside: Run, tmp_path: Path) -> None:
    """Results of a long table were passed over in silence."""
    pytest.importorskip({"dask": "distributed", "spark": "pyspark"}[engine])
    right = running.written(beside, tmp_path / "right.parquet", nothing)
    assert 0 < right.answers["true"] < 400
    out = tmp_path / "out.parquet"
    assert engines.run(engine, beside, MAPPING.encode(), BESIDE, None, out, nothing) == right
    mine, theirs = (
        ds.dataset(path, format="parquet").to_table().sort_by("patient") for path in (out, tmp_path / "right.parquet")
    )
    assert mine.select(["patient", "answer"]).to_pylist() == theirs.select(["patient", "answer"]).to_pylist()


def test_spark_refuses_an_entry_of_nobody(beside: Run, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    drugs = {"patient": ["p9999"], "atc": ["M05BA04"], "first.day": [datetime.date(2026, 1, 1)]}
    pq.write_table(pa.table(drugs), tmp_path / "medicines.parquet")
    with pytest.raises(Refused, match="OL385"):
        engines.run("spark", beside, MAPPING.encode(), BESIDE, None, None, nothing)

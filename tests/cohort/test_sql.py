"""Questions of a table say what SQL says that somebody wrote by hand, wherever both say anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import population
from benchmarks.questions import QUESTIONS
from benchmarks.sql import Ours, Reader, Theirs, differing


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sql") / "t.parquet"
    population.write(2_000, path)
    return path


def test_what_both_know_they_say_alike(reader: Reader, table: Path) -> None:
    pytest.importorskip("duckdb")
    ours, theirs = Ours(reader, table, QUESTIONS), Theirs(reader, table, QUESTIONS.values())
    differ = dict(zip(QUESTIONS, differing(ours, theirs), strict=True))
    assert {question: rows for question, rows in differ.items() if rows} == {}
    counted = dict(zip(QUESTIONS, ours.counted(), strict=True))
    assert not [question for question, rows in counted.items() if not rows]  # each is true of somebody


def test_a_statement_that_says_something_else_is_noticed(reader: Reader, table: Path) -> None:
    pytest.importorskip("duckdb")
    question, statement = "age > 65", '"age [year]" >= 65'
    assert differing(Ours(reader, table, [question]), Theirs(reader, table, [statement])) != [0]

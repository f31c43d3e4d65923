"""A run over a table: rows and counts alike on one process or two, parts kept and verified, long tables in step."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.assessment import query
from engine.case.case import Prepared
from engine.cohort import running
from engine.cohort.running import Run
from engine.cohort.screening import Asked
from engine.cohort.shown import TEXTS
from engine.cohort.table import contract
from engine.cohort.table.tables import Table
from engine.values.problems import Refused

TODAY = datetime.date(2026, 3, 15)
QUESTION = "conditions has rheumatoid_arthritis and age > 60"


def people(count: int) -> dict[str, Any]:
    return {
        "patient": [f"p{number:04d}" for number in range(count)],
        "age": [40 + number % 50 for number in range(count)],
        "sex": ["female" if number % 2 else "male" for number in range(count)],
        "t_score_hip": [-(number % 40) / 10 if number % 3 else None for number in range(count)],
        "conditions": [[{"name": "rheumatoid arthritis"}] if number % 5 == 0 else None for number in range(count)],
    }


def written_table(path: Path, count: int = 60, groups: int = 15) -> Path:
    pq.write_table(pa.table(people(count)), path, row_group_size=groups)
    return path


def run_of(prepared: Prepared, path: Path, select: str = "", mapping: str = "", **asked: Any) -> Run:
    table = Table(path)
    found = (
        contract.by_mapping(prepared.kb, table.kinds, mapping, "map.yaml")
        if mapping
        else contract.by_names(prepared.kb, table.kinds)
    )
    node = query.parse(prepared.kb, select)[0] if select else None
    return Run(prepared, table, found, Asked(TODAY, select=node, **asked), path.parent, select)


def nothing(rows: int) -> None:
    """Nobody watches."""


def test_counts_and_rows_agree(prepared: Prepared, tmp_path: Path) -> None:
    run = run_of(prepared, written_table(tmp_path / "t.parquet"))
    counted = running.counts(dataclasses.replace(run, asked=dataclasses.replace(run.asked, columns=False)), nothing)
    running.written(run, tmp_path / "out.parquet", nothing)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.num_rows == counted.rows == 60
    assert table.column("patient").to_pylist() == people(60)["patient"]
    found: dict[tuple[str, str, str], int] = {}
    for name in table.column_names[3:]:
        of, _, member = name.rstrip(")").partition("(")
        for word in table.column(name).to_pylist():
            if word is not None and of not in TEXTS:
                found[of, member, word] = found.get((of, member, word), 0) + 1
    assert found == dict(counted.shown)
    metadata = {key.decode() for key in table.schema.metadata}
    assert {"osteologic.disclaimer", "osteologic.knowledge", "osteologic.complete_lists"} <= metadata


def test_a_question_counts_what_it_cannot_answer_and_says_what_would(prepared: Prepared, tmp_path: Path) -> None:
    path = written_table(tmp_path / "t.parquet")
    run = run_of(prepared, path, QUESTION, undecided=True)
    counted = running.written(run, tmp_path / "out.csv", nothing)
    ages = [row for row in range(60) if 40 + row % 50 > 60]
    sure = [row for row in ages if row % 5 == 0]
    assert counted.answers == {"true": len(sure), "unknown": len(ages) - len(sure), "false": 60 - len(ages)}
    assert counted.missing == {"conditions": len(ages) - len(sure)}
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(ages)
    assert f'{sure[0] + 1},"p{sure[0]:04d}",,"true"' in lines
    complete = run_of(prepared, path, QUESTION, "lists: {conditions: {column: conditions, complete: yes}}")
    assert running.counts(complete, nothing).answers["unknown"] == len(ages) - len(sure)  # an empty cell says nothing


def test_two_processes_give_what_one_gives(prepared: Prepared, tmp_path: Path) -> None:
    run = run_of(prepared, written_table(tmp_path / "t.parquet"))
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    assert running.written(run, one, nothing) == running.written(dataclasses.replace(run, workers=2), two, nothing)
    assert pq.read_table(one).equals(pq.read_table(two))


def test_csv_says_what_parquet_says(prepared: Prepared, tmp_path: Path) -> None:
    path = written_table(tmp_path / "t.parquet")
    rows = people(60)
    lines = ["patient,age,sex,t_score_hip,conditions"]
    for number in range(60):
        score = rows["t_score_hip"][number]
        listed = "rheumatoid arthritis" if rows["conditions"][number] else ""
        cells = [rows["patient"][number], rows["age"][number], rows["sex"][number], score, listed]
        lines.append(",".join("" if cell is None else str(cell) for cell in cells))
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run, other = run_of(prepared, path), run_of(prepared, tmp_path / "t.csv")
    assert running.counts(run, nothing) == running.counts(other, nothing)


def test_a_run_that_was_cut_short_goes_on_and_verifies_what_it_finds(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = written_table(tmp_path / "t.parquet"), tmp_path / "out.parquet"
    run = run_of(prepared, path, QUESTION)
    whole = running.written(run, tmp_path / "whole.parquet", nothing)

    done: list[int] = []

    def cut(rows: int) -> None:
        done.append(rows)
        if len(done) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.written(run, out, cut)
    parts = out.with_name("out.parquet.parts")
    files = sorted(parts.glob("part-*.parquet"))
    assert len(files) == 3
    assert not out.exists()
    files[1].write_bytes(files[1].read_bytes()[:-1])  # a part that was damaged meanwhile
    again: list[int] = []
    assert running.written(run, out, again.append, resume=True) == whole
    assert len(again) == 2
    assert not parts.exists()
    assert pq.read_table(out).equals(pq.read_table(tmp_path / "whole.parquet"))


def test_parts_of_another_run_are_not_taken(prepared: Prepared, tmp_path: Path) -> None:
    path, out = written_table(tmp_path / "t.parquet"), tmp_path / "out.parquet"

    def cut(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.written(run_of(prepared, path, QUESTION), out, cut)
    with pytest.raises(Refused) as refused:
        running.written(run_of(prepared, path, "age > 60"), out, nothing, resume=True)
    assert [problem.code for problem in refused.value.problems] == ["OL387"]


LONG = (
    "patient: patient\nlists: {medicines: {file: medicines.parquet, patient: who, complete: %s, fields: {name: drug}}}"
)


def medicines(path: Path, who: list[str]) -> None:
    pq.write_table(pa.table({"who": who, "drug": ["alendronate"] * len(who)}), path)


@pytest.mark.parametrize(("complete", "unknown"), [("no", 57), ("yes", 0)])
def test_no_row_in_a_long_table_is_no_answer_unless_it_is_said(
    complete: str, unknown: int, prepared: Prepared, tmp_path: Path
) -> None:
    path = written_table(tmp_path / "t.parquet")
    medicines(tmp_path / "medicines.parquet", ["p0003", "p0003", "p0020", "p0059"])
    run = run_of(prepared, path, "medicines has alendronate", LONG % complete)
    answers = running.counts(run, nothing).answers
    assert (answers["true"], answers["unknown"]) == (3, unknown)
    assert running.counts(dataclasses.replace(run, workers=2), nothing).answers == answers


@pytest.mark.parametrize("who", [["p0020", "p0003"], ["p0003", "nobody"], ["nobody"]])
def test_a_long_table_out_of_order_is_refused(who: list[str], prepared: Prepared, tmp_path: Path) -> None:
    path = written_table(tmp_path / "t.parquet")
    medicines(tmp_path / "medicines.parquet", who)
    with pytest.raises(Refused) as refused:
        running.counts(run_of(prepared, path, "medicines has alendronate", LONG % "yes"), nothing)
    assert [problem.code for problem in refused.value.problems] == ["OL385"]


def test_each_row_may_have_its_day(prepared: Prepared, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    entry = [{"name": "denosumab", "last_given": datetime.date(2025, 9, 1)}]
    days = [datetime.date(2025, 10, 1), datetime.date(2026, 8, 1)]
    pq.write_table(pa.table({"index": days, "age": [70, 70], "medicines": [entry, entry]}), path)
    mapping = "{as_of: index, lists: {medicines: {column: medicines, complete: yes}}}"
    run = run_of(prepared, path, "alert(denosumab_overdue) is raised", mapping)
    assert running.counts(run, nothing).answers == {"true": 1, "false": 1, "unknown": 0}


def test_an_alert_that_is_only_not_ruled_out_is_counted_beside(prepared: Prepared, tmp_path: Path) -> None:
    """With an open list another medicine may have followed: nothing is raised, and the list would settle it."""
    path = tmp_path / "t.parquet"
    entry = [{"name": "denosumab", "last_given": datetime.date(2025, 1, 1)}]
    pq.write_table(pa.table({"age": [70, 70], "medicines": [entry, []]}), path)
    counted = running.counts(run_of(prepared, path, "alert(denosumab_overdue) is raised"), nothing)
    assert counted.answers == {"true": 0, "false": 2, "unknown": 0}
    assert counted.open_alerts == {"denosumab_overdue": 1}
    assert counted.missing == {"medicines": 1}


def test_an_old_result_counts_no_more(prepared: Prepared, tmp_path: Path) -> None:
    """A vitamin D of today decides; one of long ago does not."""
    path = tmp_path / "t.parquet"
    months = prepared.kb.findings["vitamin_d"].stale_after
    assert months
    days = [TODAY, TODAY - datetime.timedelta(days=31 * (months + 1))]
    people = {"age": [70, 70], "vitamin_d [nmol/L]": [20.0, 20.0], "vitamin_d.date": days}
    pq.write_table(pa.table(people), path)
    counted = running.counts(run_of(prepared, path, "vitamin_d < 30 nmol/L"), nothing)
    assert counted.answers == {"true": 1, "false": 0, "unknown": 1}
    assert counted.apart == 0

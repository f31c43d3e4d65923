"""Whom an edit changes in a table: what is counted is what the single patients of the rows show under both versions."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.assessment.outlook import Outlook
from engine.case.case import Case, Prepared
from engine.cohort import differing
from engine.cohort.running import Run
from engine.cohort.screening import Asked
from engine.cohort.table import contract
from engine.cohort.table.tables import Table
from engine.intake import record
from engine.workbench.difference import conclusions, versions
from tests.commands.conftest import FILES, write

TODAY = datetime.date(2026, 3, 15)
RULES = FILES["rules/bone.yaml"]
EDITED = RULES.replace("when: dysphagia", "when: dysphagia and age > 80").replace(
    "lowest_t_score <= -2.5", "lowest_t_score < -2.5"
)


def rows(count: int) -> list[dict[str, object]]:
    chance = random.Random(7)
    return [
        {
            "age": chance.choice([None, 17, 60, 80, 81, 200]),
            "sex": chance.choice([None, "female", "male"]),
            "t_score_hip": chance.choice([None, -2.6, -2.6, -2.5, -2.4]),
            "dysphagia": chance.choice([None, True, False]),
            "vitamin_d [nmol/L]": chance.choice([None, 20.0, 80.0, 80.0]),
        }
        for _ in range(count)
    ]


def shown(prepared: Prepared, row: dict[str, object], wanted: list[conclusions.Conclusion]) -> list[str] | None:
    """What one patient file with these answers shows; None where it is refused."""
    said = {name.partition(" ")[0]: value for name, value in row.items() if value is not None}
    written = {True: "yes", False: "no"}
    text = "".join(
        f"{name}: {written[value] if isinstance(value, bool) else value}{' nmol/L' if name == 'vitamin_d' else ''}\n"
        for name, value in said.items()
    )
    read, _ = record.read_record(prepared.kb, text or "note: nothing\n", "a row", TODAY)
    if read is None:
        return None
    case = Case(prepared, TODAY)
    case.say(read.known)
    case.finish()
    return [conclusions.word(Outlook(case), one) for one in wanted]


def test_what_is_counted_is_what_single_patients_show(tmp_path: Path) -> None:
    write(tmp_path / "old", FILES)
    write(tmp_path / "new", {**FILES, "rules/bone.yaml": EDITED})
    some = rows(200)
    pq.write_table(pa.Table.from_pylist(some), tmp_path / "t.parquet", row_group_size=50)
    table = Table(tmp_path / "t.parquet")
    with versions.opened(str(tmp_path / "old"), str(tmp_path / "new"), tmp_path / "old", None) as (old, new):
        sides = old.prepared, new.prepared
        asked = Asked(TODAY)
        runs = [Run(one, table, contract.by_names(one.kb, table.kinds), asked, tmp_path) for one in sides]
        wanted = list(conclusions.all_of(new.prepared.kb))
        counted = differing.counted(runs[0], runs[1], wanted, lambda rows: None)
        single = [one for one in wanted if one.kind != "dose"]
        expected: Counter[differing.Turn] = Counter()
        changed = refused = 0
        for row in some:
            before, after = (shown(one, row, single) for one in sides)
            if before is None or after is None:
                refused += 1
                continue
            turns = [(*one, was, now) for one, was, now in zip(single, before, after, strict=True) if was != now]
            expected.update(turns)
            changed += bool(turns)
    found = {turn: count for turn, count in counted.turns.items() if turn[0] != "dose"}
    assert found == dict(expected)
    assert ("status", "alendronate", "contraindicated", "recommended") in expected
    assert (counted.rows, counted.refused, counted.changed) == (200, refused, changed)
    assert refused
    assert 0 < counted.loosened < counted.changed

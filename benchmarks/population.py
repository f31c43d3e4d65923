"""A table of made-up patients, and how many of them are screened in a second.

    python -m benchmarks.population 1000000 cohort.parquet
    python -m benchmarks.population 20000000 cohort.parquet --drawn 1000000

Of very many only some are drawn, and stand there again and again under new numbers.
Columns are named by findings. Numbers fall where the rules look, some on the cut-offs themselves; what a person can
tell is mostly there, what takes a test mostly not. Of what can be worked out and measured a patient has one.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine import api
from engine.cohort.table.contract import METADATA
from engine.knowledge_base.model import Finding
from engine.workbench.trials.patients import DAYS_AGO, DOSE_INTERVALS, LONGEST, Vocabulary

TODAY = datetime.date(2026, 3, 15)
AT_ONCE = 50_000
EMPTY = {"person": 0.15, "record": 0.35, "test": 0.6}
"""The share of empty cells, by who knows."""
_DOSES = (0.5, 2.5, 5.0, 7.5, 10.0, 20.0, 70.0, 1000.0, 5000.0)
_EPOCH = datetime.date(1970, 1, 1)


class Population:
    """Draws tables of patients; the same numbers for the same seed."""

    def __init__(self, prepared: Any, seed: int = 1) -> None:
        self.kb, self.names = prepared.kb, prepared.names
        self.vocabulary = Vocabulary(prepared, TODAY)
        self.seed = seed

    def table(self, count: int, part: int = 0) -> pa.Table:
        """So many patients."""
        self.chance = np.random.default_rng((self.seed, part))
        self.count = count
        columns: dict[str, Any] = {}
        for finding in self.kb.findings.values():
            if finding.form == "number":
                columns[finding.id] = self._numbers(finding)
            elif finding.form == "records":
                columns[finding.id] = self._list(finding)
            else:
                columns[finding.id] = self._choices(finding)
        self._make_sense(columns)
        named = {self._header(name): self._array(column) for name, column in columns.items()}
        table = pa.table({"patient": pa.array(np.arange(part * AT_ONCE, part * AT_ONCE + count)), **named})
        return table.replace_schema_metadata({METADATA: self._mapping().encode()})

    def _mapping(self) -> str:
        """Its lists are complete: what is not listed is not there."""
        lists = [finding.id for finding in self.kb.findings.values() if finding.form == "records"]
        return "lists:\n" + "".join(f"  {name}: {{column: {name}, complete: yes}}\n" for name in lists)

    def _header(self, name: str) -> str:
        finding = self.kb.findings[name]
        return f"{name} [{finding.unit}]" if finding.form == "number" and finding.unit else name

    def _array(self, column: Any) -> pa.Array:
        if isinstance(column, tuple):
            values, there = column
            return pa.array(values, mask=~there)
        return column

    def _there(self, finding: Finding) -> Any:
        return self.chance.random(self.count) >= EMPTY.get(finding.known_by, 0.15)

    def _numbers(self, finding: Finding) -> tuple[Any, Any]:
        limits = finding.plausible
        cuts = np.array([float(value) for value in self.vocabulary.numbers(finding)])
        low, high = float(cuts.min()), float(cuts.max())
        places = max((len(str(cut).partition(".")[2].rstrip("0")) for cut in cuts), default=0)
        ordinary = [span.range for span in finding.ranges if span.when is None]
        values = np.round(self.chance.uniform(low, high + (high == low), self.count), places)
        if ordinary and not (ordinary[0].low.is_infinite() or ordinary[0].high.is_infinite()):
            normal = self.chance.uniform(float(ordinary[0].low), float(ordinary[0].high), self.count)
            values = np.where(self.chance.random(self.count) < 0.6, np.round(normal, places), values)
        exactly = self.chance.random(self.count) < 0.02
        values = np.where(exactly, self.chance.choice(cuts, self.count), values)
        if limits is not None:
            values = np.clip(values, float(limits.low), float(limits.high))
        return values, self._there(finding)

    def _choices(self, finding: Finding) -> tuple[Any, Any]:
        if finding.form == "yes_no":
            return self.chance.random(self.count) < 0.2, self._there(finding)
        members = np.array(sorted(self.names.members(finding.id)))
        return self.chance.choice(members, self.count), self._there(finding)

    def _list(self, finding: Finding) -> pa.Array:
        longest = LONGEST[finding.id]
        lengths = np.maximum(0, self.chance.integers(-1, longest + 1, self.count))
        there = self._there(finding)
        lengths = np.where(there, lengths, 0)
        total = int(lengths.sum())
        key = finding.fields[finding.key]
        members = np.array(sorted(self.kb.choices[key.choices].members))
        looked_for = sorted({one for pattern in self.vocabulary.asked_for(finding.id) for field, all_of in pattern
                             if field == finding.key for one in all_of})  # fmt: skip
        usual = np.array(looked_for or members)
        names = np.where(
            self.chance.random(total) < 0.5, self.chance.choice(usual, total), self.chance.choice(members, total)
        )
        fields: dict[str, pa.Array] = {finding.key: pa.array(names)}
        begun = self.chance.choice(np.array(DAYS_AGO), total)
        today = (TODAY - _EPOCH).days
        for field in finding.fields.values():
            if field.id in fields or field.broader or (field.derived and field.type != "date"):
                continue
            given = self.chance.random(total) < (0.3 if field.derived else 0.85)
            if field.id == "stopped":
                given = self.chance.random(total) < 0.25
                days = today - (begun * self.chance.random(total)).astype(np.int64)
                fields[field.id] = pa.array(days.astype(np.int32), mask=~given).cast(pa.date32())
            elif field.type == "date":
                fields[field.id] = pa.array((today - begun).astype(np.int32), mask=~given).cast(pa.date32())
            elif field.id == "dose":
                fields["dose [mg]"] = pa.array(self.chance.choice(np.array(_DOSES), total), mask=~given)
            elif field.id == "every":
                often = self.chance.choice(np.array(DOSE_INTERVALS, np.float64), total)
                fields[field.id] = pa.array(often, mask=~given)
            elif field.type == "yes_no":
                fields[field.id] = pa.array(self.chance.random(total) < 0.5, mask=~given)
            elif field.type == "choice":
                listed = np.array(sorted(self.kb.choices[field.choices].members))
                fields[field.id] = pa.array(self.chance.choice(listed, total), mask=~given)
        structs = pa.StructArray.from_arrays(list(fields.values()), list(fields))
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        lists = pa.ListArray.from_arrays(pa.array(offsets), structs)
        return pa.ListArray.from_arrays(lists.offsets, structs, mask=pa.array(~there))

    def _make_sense(self, columns: dict[str, Any]) -> None:
        """Nothing is said that does not apply, no age that was not reached, and nothing twice."""
        age = np.round(self.chance.uniform(40, 90, self.count))
        columns["age"] = (age, np.ones(self.count, bool))
        sex = columns["sex"]
        female = (sex[0] == "female") & sex[1]
        meno, there = columns["menopausal_status"]
        after = there & (meno == "postmenopausal") & female
        self._only(columns, "menopausal_status", female)
        for name in ("age_at_menopause", "menopause_cause"):
            self._only(columns, name, after)
        years, given = columns["age_at_menopause"]
        columns["age_at_menopause"] = (np.minimum(years, age), given)
        for name in ("pregnancy", "breastfeeding", "recent_childbirth"):
            self._only(columns, name, female & (age < 55) & there & (meno != "postmenopausal"))
        self._only(columns, "family_breast_cancer", female)
        self._only(columns, "psa", (sex[0] == "male") & sex[1])
        for name in ("bone_medicine_adherence", "glucocorticoid_past_year", "planned_long_glucocorticoid"):
            self._only(columns, name, np.zeros(self.count, bool))
        for finding in self.kb.findings.values():
            if (source := self.vocabulary.measured_for(finding.id)) in columns:
                keep = self.chance.random(self.count) < 0.5
                self._only(columns, finding.id, keep)
                self._only(columns, source, ~keep)

    @staticmethod
    def _only(columns: dict[str, Any], name: str, rows: Any) -> None:
        if name in columns:
            values, there = columns[name]
            columns[name] = (values, there & rows)


def write(count: int, file: Path, drawn: int = 0, rows: int = AT_ONCE) -> None:
    """A table of so many patients as Parquet, a row group for each `rows` of them.

    Args:
        drawn: after so many they are the same again, but for their numbers; 0: all are drawn.
    """
    population = Population(api.load())
    writer: Any = None
    first = file.with_name(f"{file.name}.drawn")
    if 0 < drawn < count:
        write(drawn, first)
    source = pq.ParquetFile(first) if 0 < drawn < count else None
    try:
        for part, start in enumerate(range(0, count, rows)):
            if source is None:
                table = population.table(min(rows, count - start), part)
            else:
                table = source.read_row_group(part % source.num_row_groups)[: count - start]
                numbers = pa.array(np.arange(start, start + table.num_rows))
                table = table.set_column(0, "patient", numbers)
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table)
            print(f"{min(start + rows, count)} of {count}", file=sys.stderr, end="\r")
    finally:
        if writer is not None:
            writer.close()
        if source is not None:
            source.close()
            first.unlink()
    print(file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.population", description=__doc__)
    parser.add_argument("patients", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--drawn", type=int, default=0, help="draw only so many, a multiple of 50,000")
    chosen = parser.parse_args(arguments)
    if chosen.drawn % AT_ONCE:
        parser.error(f"--drawn is a multiple of {AT_ONCE:,}")
    write(chosen.patients, chosen.file, chosen.drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Tables are read as patient files are: the same answers and refusals, and nothing guessed or dropped in silence."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.case.case import Prepared
from engine.cohort.mirror.strata import Ground
from engine.cohort.table import contract, tables
from engine.cohort.table.reading import Batch, TableReader
from engine.cohort.table.tables import Table
from engine.intake import record
from engine.values.problems import Refused
from engine.values.value import Known, Records
from tests.cohort.conftest import ROOT

TODAY = datetime.date(2026, 3, 15)
Read = Callable[..., Batch]


@pytest.fixture
def read(prepared: Prepared, ground: Ground, tmp_path: Path) -> Read:
    """Reads columns as one batch, by their names or by a mapping, from Parquet or from CSV."""

    def work(columns: Mapping[str, Any] | str, mapping: str = "", **more: Any) -> Batch:
        if isinstance(columns, str):
            path = tmp_path / "table.csv"
            path.write_text(columns, encoding="utf-8")
        else:
            path = tmp_path / "table.parquet"
            pq.write_table(pa.table(dict(columns)), path)
        table = Table(path)
        found = (
            contract.by_mapping(prepared.kb, table.kinds, mapping, "map.yaml")
            if mapping
            else contract.by_names(prepared.kb, table.kinds)
        )
        with np.errstate(all="ignore"):
            return TableReader(ground, found, TODAY).read(next(iter(table.batches())), **more)

    return work


def row(batch: Batch, number: int) -> dict[str, Known]:
    return {name: known for name, one in batch.said.items() if (known := one.known(number)) is not None}


def file(prepared: Prepared, text: str) -> dict[str, Known]:
    """What a patient file says."""
    found, problems = record.read_record(prepared.kb, text, "patient.yaml", as_of=TODAY)
    assert found is not None, problems
    return found.known


def told(batch: Batch) -> list[str]:
    return batch.refusals.told()


# --- cells are answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cell", "line"),
    [
        ("vitamin_d [ng/mL]", "20", "vitamin_d: 20 ng/mL"),
        ("vitamin_d [nmol/L]", "< 30", "vitamin_d: < 30 nmol/L"),
        ("vitamin_d", "28 nmol/L", "vitamin_d: 28 nmol/L"),
        ("parathyroid_hormone [pg/mL]", "18.86", "parathyroid_hormone: 18.86 pg/mL"),
        ("t_score_hip", "+0.4", "t_score_hip: 0.4"),
        ("t_score_hip", "-2.5..-2", "t_score_hip: -2.5..-2"),
        ("calcium [mmol/L]", "high", "calcium: high"),
        ("calcium [mmol/L]", "not measured", "calcium: not measured"),
        ("falls_past_year", "2", "falls_past_year: 2"),
        ("falls_past_year", "2.0", "falls_past_year: 2"),
        ("falls_past_year", "two falls", "falls_past_year: 2"),
        ("falls_past_year", "> 2", "falls_past_year: 3 or more"),
        ("smoking", "current", "smoking: current"),
        ("sex", "F", "sex: F"),
        (
            "medicines",
            "prednisolone 7.5 mg daily; omeprazole; ...",
            "medicines: prednisolone 7.5 mg daily; omeprazole; ...",
        ),
        ("medicines", "none", "medicines: none"),
    ],
)
def test_a_cell_says_what_a_file_says(header: str, cell: str, line: str, read: Read, prepared: Prepared) -> None:
    batch = read(f'"{header}",age\n"{cell}",70\n')
    assert told(batch) == [""]
    assert row(batch, 0) == file(prepared, f"age: 70\n{line}\n")


def test_one_odd_cell_leaves_the_others_as_they_are(read: Read) -> None:
    batch = read("t_score_hip\n-2.5\n+0.4\n< -3\n\n-2.50\n")
    ends = batch.said["t_score_hip"].column.ends
    assert ends.low.tolist()[:2] == [-2.5, 0.4]
    assert ends.low[2] == -np.inf
    assert ends.high_open is not None
    assert ends.high_open[2]
    assert batch.said["t_score_hip"].said.tolist() == [True, True, True, False, True]


def test_a_count_is_whole_in_a_column_of_numbers_texts_and_lists(read: Read) -> None:
    refused = ["OL303 falls_past_year", "OL303 falls_past_year", "OL303 falls_past_year", "", "", ""]
    assert told(read({"falls_past_year": pa.array([2.5, -1, 366, 0, 365, None], pa.float64())})) == refused
    assert told(read("falls_past_year\n2.5\n-1\n366\n0\n365\nunknown\n")) == refused
    assert told(read({"falls_past_year": [[0.0, 2.5], [-1.0], [366.0], [0.0], [2.0, 3.0], None]})) == refused
    whole = read({"falls_past_year": pa.array([3], pa.int64())})
    assert row(whole, 0) == row(read({"falls_past_year": [3.0]}), 0)


@pytest.mark.parametrize("number", [-2.7, 2.6, 0.1, 7.5, 1e-4, 123456.7])
def test_single_precision_is_its_shortest_decimal(number: float, read: Read) -> None:
    batch = read({"t_score_hip": pa.array([-2.7], pa.float32()), "ctx [ng/L]": pa.array([abs(number)], pa.float32())})
    assert batch.said["t_score_hip"].column.ends.low[0] == -2.7
    assert batch.said["ctx"].column.ends.low[0] == abs(number)
    assert str(batch.said["t_score_hip"].known(0).last.interval.low) == "-2.7"


def test_nan_says_nothing_and_is_counted_and_no_number_is_endless(read: Read) -> None:
    batch = read({"t_score_hip": [float("nan"), -1.0, None, float("inf")]})
    assert batch.no_numbers == 1
    assert row(batch, 0) == {}
    assert told(batch) == ["", "", "", "OL300 t_score_hip"]


def test_an_empty_cell_says_nothing_and_unknown_says_that(read: Read, prepared: Prepared) -> None:
    batch = read("smoking,age\n,70\nunknown,70\n")
    assert row(batch, 0) == file(prepared, "age: 70\n")
    assert row(batch, 1) == file(prepared, "age: 70\nsmoking: unknown\n")


def test_an_empty_cell_says_what_the_mapping_says(read: Read, prepared: Prepared) -> None:
    batch = read("smoking,age\n,70\nnever,70\n", "columns: {smoking: {finding: smoking, empty: not measured}}")
    assert row(batch, 0) == file(prepared, "age: 70\nsmoking: not measured\n")
    assert row(batch, 1) == file(prepared, "age: 70\nsmoking: never\n")


def test_a_range_and_a_date_beside_a_result(read: Read, prepared: Prepared) -> None:
    batch = read(
        {
            "alkaline_phosphatase [U/L]": [130.0, 130.0],
            "alkaline_phosphatase.range_low [U/L]": [30.0, None],
            "alkaline_phosphatase.range_high [U/L]": [120.0, None],
            "alkaline_phosphatase.date": [datetime.date(2026, 1, 10), None],
        }
    )
    line = "alkaline_phosphatase: {value: 130 U/L, range: 30..120 U/L, date: 2026-01-10}\n"
    assert row(batch, 0) == file(prepared, line)
    assert row(batch, 1) == file(prepared, "alkaline_phosphatase: 130 U/L\n")


def test_a_date_in_a_cell_of_text_counts(read: Read, prepared: Prepared) -> None:
    """In a CSV every cell is a text: a day, or a month; what is none refuses the row."""
    head = "age,vitamin_d [nmol/L],vitamin_d.date\n"
    batch = read(f"{head}70,28,2020-03\n70,28,\n70,28,lately\n70,28,2027-01-01\n")
    assert row(batch, 0) == file(prepared, "age: 70\nvitamin_d: {value: 28 nmol/L, date: 2020-03}\n")
    assert row(batch, 1) == file(prepared, "age: 70\nvitamin_d: 28 nmol/L\n")
    assert told(batch) == ["", "", "OL308 vitamin_d", "OL309 vitamin_d"]


def test_several_results_the_oldest_first(read: Read, prepared: Prepared) -> None:
    batch = read({"calcium [mmol/L]": [[2.7, 2.5], [2.4], None]})
    assert row(batch, 0) == file(prepared, "calcium: [2.7 mmol/L, 2.5 mmol/L]\n")
    assert row(batch, 2) == {}


# --- lists ------------------------------------------------------------------------------------------------------------

ENTRY = {
    "name": "prednisolone",
    "dose [mg]": 10.0,
    "every": "day",
    "started": datetime.date(2025, 9, 1),
    "stopped": None,
}


def test_a_list_of_structs_and_what_it_leaves_open(read: Read, prepared: Prepared) -> None:
    columns = {"medicines": [[ENTRY], [], None]}
    batch = read(columns)
    line = "medicines: [{name: prednisolone, dose: 10 mg, every: day, started: 2025-09-01}, ...]\n"
    assert row(batch, 0) == file(prepared, line)
    assert row(batch, 1) == {"medicines": Records()}
    assert row(batch, 2) == {}
    complete = read(columns, "lists: {medicines: {column: medicines, complete: yes}}")
    assert row(complete, 0) == file(prepared, line.replace(", ...", ""))
    assert row(complete, 2) == {}


def test_a_member_says_what_it_assumes(read: Read) -> None:
    """A broken vertebra without a cause is one of low trauma, as in a file; what was said is kept as it was said."""
    batch = read({"fractures": [[{"site": "vertebra", "cause": None}], [{"site": "vertebra", "cause": "high_trauma"}]]})
    cause = batch.said["fractures"].column.entries.field("cause")
    names = [sorted(getattr(cause.book.table[code], "members", [])) for code in cause.codes]
    assert names[0] == ["low_trauma"]
    assert names[1] != ["low_trauma"]
    assert "cause" not in row(batch, 0)["fractures"].entries[0].fields


def test_codes_are_read_by_the_mapping(read: Read, prepared: Prepared) -> None:
    fields = "{name: {column: code, values: {M05BA04: alendronate}}}"
    mapping = f"lists: {{medicines: {{column: atc, complete: yes, fields: {fields}}}}}"
    batch = read({"atc": [[{"code": "M05BA04"}]]}, mapping)
    assert row(batch, 0) == file(prepared, "medicines: [alendronate]\n")
    assert told(read({"atc": [[{"code": "B01AA03"}]]}, mapping)) == ["OL311 medicines"]


def test_codes_are_looked_up_in_our_own_lists(read: Read, prepared: Prepared) -> None:
    """ATC and ICD-10 by prefix. What no list has is no entry, and the list is as complete as it was said to be."""
    fields = "{name: {column: code, codes: atc}}"
    entries = [[{"code": "M05BA04"}], [{"code": "M05BX04"}, {"code": "V20"}], [{"code": "V20"}], [{"code": None}], []]
    open_list = f"lists: {{medicines: {{column: atc, fields: {fields}}}}}"
    batch = read({"atc": entries}, open_list)
    assert told(batch) == [""] * 5
    assert row(batch, 0) == file(prepared, "medicines: [alendronate, ...]\n")
    assert row(batch, 1) == file(prepared, "medicines: [denosumab or denosumab_cancer_dose, ...]\n")
    assert [row(batch, place)["medicines"].complete for place in range(5)] == [False, False, False, False, True]
    assert batch.refusals.unused == {("medicines", "V20"): 2}
    whole = read({"atc": entries}, open_list.replace("column: atc", "column: atc, complete: yes"))
    assert [row(whole, place)["medicines"].complete for place in range(5)] == [True, True, True, False, True]
    assert row(whole, 2) == file(prepared, "medicines: none\n")


def test_a_dose_tells_medicines_apart_that_one_code_has(read: Read, prepared: Prepared) -> None:
    mapping = (
        "lists: {medicines: {column: atc, fields: {name: {column: code, codes: atc}, dose: {column: mg, unit: mg}}}}"
    )
    doses = [60.0, 120.0, None]
    batch = read({"atc": [[{"code": "M05BX04", "mg": dose}] for dose in doses]}, mapping)
    assert row(batch, 0) == file(prepared, "medicines: [{name: denosumab, dose: 60 mg}, ...]\n")
    assert row(batch, 1) == file(prepared, "medicines: [{name: denosumab_cancer_dose, dose: 120 mg}, ...]\n")
    assert row(batch, 2) == file(prepared, "medicines: [denosumab or denosumab_cancer_dose, ...]\n")


def test_a_code_says_the_cause_too_unless_a_column_does(read: Read, prepared: Prepared) -> None:
    mapping = "lists: {fractures: {column: dx, fields: {site: {column: code, codes: [icd10, snomed]}, cause: cause}}}"
    dx = [[{"code": "M80.08XA", "cause": None}], [{"code": "M80.08XA", "cause": "high_trauma"}]]
    batch = read({"dx": [*dx, [{"code": "263225007", "cause": None}]]}, mapping)
    assert row(batch, 0) == file(prepared, "fractures: [{site: vertebra, cause: low_trauma}, ...]\n")
    assert row(batch, 1) == file(prepared, "fractures: [{site: vertebra, cause: high_trauma}, ...]\n")
    assert row(batch, 2) == file(prepared, "fractures: [hip, ...]\n")


def test_codes_answer_and_fill_lists_of_texts(read: Read, prepared: Prepared) -> None:
    mapping = """
columns: {smoker: {finding: smoking, codes: snomed}}
lists: {conditions: {column: dx, codes: icd10}}
"""
    batch = read("smoker,dx\n77176002,E05.00; Z99\n1,none\n,\n", mapping)
    assert row(batch, 0) == file(prepared, "smoking: current\nconditions: [hyperthyroidism, ...]\n")
    assert row(batch, 1) == file(prepared, "conditions: none\n")
    assert row(batch, 2) == {}
    assert batch.refusals.unused == {("smoking", "1"): 1, ("conditions", "Z99"): 1}


@pytest.mark.parametrize("told", ["age, codes: loinc", "smoking, codes: meddra", "smoking, codes: [snomed, rxnorm]"])
def test_codes_that_could_mean_nothing_are_refused(told: str, read: Read) -> None:
    with pytest.raises(Refused) as refused:
        read("a\n1\n", f"columns: {{a: {{finding: {told}}}}}")
    assert [problem.code for problem in refused.value.problems] == ["OL383"]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({**ENTRY, "name": "nonsense"}, "OL311 medicines"),
        ({**ENTRY, "started": datetime.date(2027, 1, 1)}, "OL309 medicines"),
        ({**ENTRY, "stopped": datetime.date(2025, 8, 1)}, "OL317 medicines"),
        ({**ENTRY, "dose [mg]": -1.0}, "OL303 medicines"),
        ({**ENTRY, "every": "never"}, "OL300 medicines"),
    ],
)
def test_an_entry_that_a_file_would_be_refused_for(entry: dict[str, Any], code: str, read: Read) -> None:
    batch = read({"medicines": [[ENTRY], [ENTRY, entry]]})
    assert told(batch) == ["", code]


# --- results in a table of their own ---

RESULTS = """
patient: id
results: {file: results.parquet, code: {column: loinc, codes: loinc}, value: value, operator: sign,
  answer: {column: answer, codes: snomed}, unit: unit, date: day, range_low: low, range_high: high}
"""


def results(*rows: tuple[Any, ...]) -> dict[str, tuple[Any, pa.Array]]:
    names = ("loinc", "value", "sign", "unit", "day", "low", "high", "answer")
    table = pa.table(
        {name: [(*one, *[None] * 9)[1 + place] for one in rows] for place, name in enumerate(names)},
        pa.schema(
            [
                (
                    name,
                    pa.float64() if name in ("value", "low", "high") else pa.date32() if name == "day" else pa.string(),
                )
                for name in names
            ]
        ),
    )
    return {"results": (np.array([one[0] for one in rows]), table.to_struct_array().combine_chunks())}


def test_results_of_a_long_table_are_those_of_a_file(read: Read, prepared: Prepared) -> None:
    """In UCUM, with their days; what cannot be read is set aside and counted, and refuses nobody."""
    day, before = datetime.date(2026, 2, 1), datetime.date(2024, 2, 1)
    listed = results(
        (0, "62292-8", 8.0, "<", "ng/mL", day),
        (0, "17861-6", 9.1, None, "mg/dL", before),
        (0, "17861-6", 10.9, None, "mg/dL", day, 8.5, 10.2),
        (1, "38264-8", -2.7, None, "{T-score}", None),
        (1, "17861-6", 9.0, None, "kg", day),
        (1, "17861-6", 9.0, None, "mg/dL", datetime.date(2026, 4, 1)),
        (1, "99999-9", 1.0),
        (2, "17861-6", 9000.0, None, "mg/dL", day),
    )
    batch = read({"id": [1, 2, 3], "age": [70, 70, 70]}, RESULTS, long=listed)
    assert told(batch) == ["", "", ""]
    calcium = "[{value: 9.1 mg/dL, date: 2024-02-01}, {value: 10.9 mg/dL, range: 8.5..10.2 mg/dL, date: 2026-02-01}]"
    written = f"age: 70\nvitamin_d: {{value: < 8 ng/mL, date: 2026-02-01}}\ncalcium: {calcium}\n"
    assert row(batch, 0) == file(prepared, written)
    assert row(batch, 1) == file(prepared, "age: 70\nt_score_hip: -2.7\n")
    assert row(batch, 2) == file(prepared, "age: 70\n")
    unused = {("results", "99999-9"): 1, ("calcium", "OL302"): 1, ("calcium", "OL309"): 1, ("calcium", "OL303"): 1}
    assert unused.items() <= batch.refusals.unused.items()


# --- rows that are refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("sex,menopausal_status\nmale,postmenopausal\n", "OL330 menopausal_status"),
        ("age\n670\n", "OL303 age"),
        ("age,age_at_menopause,sex,menopausal_status\n50,52,female,postmenopausal\n", "OL331 age_at_menopause"),
        ("t_score_hip\nlowish\n", "OL300 t_score_hip"),
        ('calcium [mmol/L]\n"2,6"\n', "OL304 calcium"),
        ("smoking\nsometimes\n", "OL311 smoking"),
    ],
)
def test_a_row_that_a_file_would_be_refused_for(rows: str, code: str, read: Read, prepared: Prepared) -> None:
    batch = read(rows)
    assert told(batch) == [code]
    assert batch.refusals.counts().total() == 1


def test_just_reached_is_not_refused(read: Read) -> None:
    batch = read("age,age_at_menopause,sex,menopausal_status\n50,50,female,postmenopausal\n")
    assert told(batch) == [""]


def test_a_converted_number_on_the_limit_is_held_in_decimals(read: Read) -> None:
    """5000 nmol/L is plausible; 2000 ng/mL is just that."""
    assert told(read({"vitamin_d [ng/mL]": [2000.0, 2000.1]})) == ["", "OL303 vitamin_d"]


# --- tables that are refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "mapping", "codes"),
    [
        ({"vitamin_d": [28.0], "site_code": [1]}, "", {"OL301", "OL381"}),
        ({"vitamin_d [kg]": [28.0]}, "", {"OL302"}),
        ({"smoking": [1.5]}, "", {"OL382"}),
        ({"age": [70]}, "columns: {agee: age}", {"OL383"}),
        ({"age": [70]}, "columns: {age: {finding: age, units: year}}", {"OL383"}),
        ({"age": [70], "years": [70]}, "columns: {years: age}", {"OL384"}),
        ({"age": [70]}, "colums: {}", {"OL383"}),
        ({"age": [70]}, "patient: who", {"OL383"}),
        ({"age": [70]}, "lists: {medicines: {complete: yes}}", {"OL383"}),
        ({"age": [70]}, "- a\n- b", {"OL383"}),
    ],
)
def test_everything_wrong_with_a_table_is_told_at_once(
    columns: dict[str, Any], mapping: str, codes: set[str], read: Read
) -> None:
    with pytest.raises(Refused) as refused:
        read(columns, mapping)
    assert {problem.code for problem in refused.value.problems} == codes
    assert all(problem.hint or problem.code in ("OL383", "OL382") for problem in refused.value.problems)


def test_a_mapping_is_checked_without_its_table(prepared: Prepared) -> None:
    """Units, names, codes and what values stand for, each at its place; a column without a unit may be of texts."""
    mapping = """
patient: who
columns:
  vit: {finding: vitamin_d, unit: kg}
  smoker: {finding: smoking, values: {"0": nevver, "1": current, "9": ignore}, empty: blah}
  ca: calcium
lists:
  fractures: {file: f.parquet, fields: {site: {column: s, values: {x: nowhere}}, cause: {column: c, values: {x: love}}}}
  medicines: {file: m.parquet, fields: {name: {column: c, codes: meddra}, dose: {column: d, unit: mmHg}}}
"""
    with pytest.raises(Refused) as refused:
        contract.by_itself(prepared.kb, mapping, "map.yaml")
    found = sorted((problem.place.line, problem.code) for problem in refused.value.problems)
    assert found == [
        *((4, "OL302"), (5, "OL311"), (5, "OL311"), (8, "OL311"), (8, "OL311")),
        *((9, "OL302"), (9, "OL383")),
    ]
    whole = (ROOT / "examples" / "omop" / "map.yaml").read_bytes()
    assert len(contract.by_itself(prepared.kb, whole, "map.yaml").beside) == 4


@pytest.mark.parametrize(
    ("name", "content"), [("a.parquet", b"no table"), ("a.xlsx", b""), ("a.csv", b""), ("b.csv", b"a,a\n1,2\n")]
)
def test_what_is_no_table_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        Table(path)
    assert [problem.code for problem in refused.value.problems] == ["OL380"]


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue().to_pybytes())


TWICE = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["age", "age"])
WHOLE = _bytes(pa.table({"age": [70, 71]}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("twice.parquet", _bytes(TWICE)),
        ("cut.parquet", WHOLE[: len(WHOLE) // 2]),
        ("holed.parquet", WHOLE[:8] + b"\xff" * 60 + WHOLE[68:]),
        ("latin.csv", "age,sex\n70,m\xe4nnlich\n".encode("latin-1")),
        ("quote.csv", b'age,sex\n70,"female\n71,male\n'),
        ("ragged.csv", b"age,sex\n70,female,3\n71\n"),
    ],
)
def test_rubbish_is_refused_and_nothing_of_it_is_read_in_silence(
    name: str, content: bytes, tmp_path: Path, prepared: Prepared
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused) as refused:
        _read_whole(prepared, tmp_path / name)
    assert [problem.code for problem in refused.value.problems] == ["OL380"]


def _read_whole(prepared: Prepared, path: Path) -> None:
    table = Table(path)
    whole = contract.by_names(prepared.kb, table.kinds)
    for task in tables.tasks(table, whole, path.parent, 1):
        list(tables.read(table, whole, task))


def test_ten_thousand_unknown_columns_are_told_in_few_lines(prepared: Prepared) -> None:
    with pytest.raises(Refused) as refused:
        contract.by_names(prepared.kb, [contract.Kind(f"c{place}", "number") for place in range(10_000)])
    assert len(refused.value.problems) == 21
    assert "9,980 more" in refused.value.problems[-1].what


# --- where others guess -----------------------------------------------------------------------------------------------


def test_duckdb_answers_two_valued_where_a_list_holds_a_gap(read: Read) -> None:
    """An entry that nobody can name leaves open whether the medicine is taken; DuckDB says it is not."""
    duckdb = pytest.importorskip("duckdb")
    assert duckdb.sql("SELECT list_contains([1, NULL], 2)").fetchall() == [(False,)]
    assert duckdb.sql("SELECT 'NaN'::DOUBLE > -2.5").fetchall() == [(True,)]
    batch = read({"medicines": [[{"name": "omeprazole"}, {"name": None}]]})
    assert told(batch) == ["OL315 medicines"]


def test_years_between_dates_are_calendar_years(ground: Ground) -> None:
    """From 29 February a year is over on 28 February: as `dates.months_between` counts in every row."""
    from engine.cohort.mirror.calendar import months_between
    from engine.values import dates

    days = [
        datetime.date(2024, 2, 29),
        datetime.date(2023, 12, 31),
        datetime.date(2025, 3, 15),
        datetime.date(2026, 3, 16),
    ]
    starts = np.array([day.toordinal() for day in days], float)
    end = float(datetime.date(2026, 2, 28).toordinal())
    right = [float(dates.months_between(dates.day(day).low, dates.day(datetime.date(2026, 2, 28)).low)) for day in days]
    assert months_between(starts, end) == pytest.approx(right, abs=1e-9)
    assert (ground.until(end).since(starts) == months_between(starts, end)).all()

"""Records in the OMOP model, read by the statements and the mapping that are shipped, are those of patient files.

The database is made here: a handful of concepts under ids of its own, as every site has its own.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.assessment.outlook import Outlook
from engine.case.case import Case, Prepared
from engine.cohort.running import Run
from engine.cohort.screening import Asked, Screen
from engine.cohort.shown import words_of_case
from engine.cohort.table import contract, tables
from engine.cohort.table.tables import Table
from engine.intake import record
from tests.cohort.conftest import ROOT

duckdb = pytest.importorskip("duckdb")

DAY = datetime.date(2026, 3, 15)
OMOP = ROOT / "examples" / "omop"
CONCEPTS = [  # id, name, vocabulary, class, domain, code
    (1, "FEMALE", "Gender", "Gender", "Gender", "F"),
    (2, "MALE", "Gender", "Gender", "Gender", "M"),
    (10, "Hyperthyroidism with goiter", "ICD10CM", "5-char billing code", "Condition", "E05.00"),
    (11, "Closed fracture of neck of femur", "SNOMED", "Disorder", "Condition", "700000001"),
    (12, "Fracture of neck of femur", "SNOMED", "Disorder", "Condition", "5913000"),
    (13, "Fracture of bone", "SNOMED", "Disorder", "Condition", "125605004"),
    (14, "Common cold", "ICD10CM", "3-char billing code", "Condition", "J00"),
    (15, "Collapsed vertebra", "ICD10CM", "billing code", "Condition", "M80.08XA"),
    (20, "denosumab 60 MG Prefilled Syringe", "RxNorm", "Quant Clinical Drug", "Drug", "r20"),
    (21, "denosumab", "RxNorm", "Ingredient", "Drug", "r21"),
    (22, "denosumab; parenteral", "ATC", "ATC 5th", "Drug", "M05BX04"),
    (23, "prednisolone 5 MG Oral Tablet", "RxNorm", "Clinical Drug", "Drug", "r23"),
    (24, "prednisolone", "RxNorm", "Ingredient", "Drug", "r24"),
    (25, "prednisolone; oral", "ATC", "ATC 5th", "Drug", "H02AB06"),
    (26, "prednisolone; topical", "ATC", "ATC 5th", "Drug", "D07AA03"),
    (27, "prednisolone Topical Cream", "RxNorm", "Clinical Drug", "Drug", "r27"),
    (28, "Topical Cream", "RxNorm", "Dose Form", "Drug", "r28"),
    (30, "25-OH vitamin D", "LOINC", "Lab Test", "Measurement", "62292-8"),
    (31, "Calcium", "LOINC", "Lab Test", "Measurement", "17861-6"),
    (32, "T-score of hip", "LOINC", "Clinical Observation", "Measurement", "38264-8"),
    (33, "Tobacco smoking status", "LOINC", "Clinical Observation", "Observation", "72166-2"),
    (34, "Smoker", "SNOMED", "Clinical Finding", "Condition", "77176002"),
    (40, "nanogram per milliliter", "UCUM", "Unit", "Unit", "ng/mL"),
    (41, "milligram per deciliter", "UCUM", "Unit", "Unit", "mg/dL"),
    (42, "milligram", "UCUM", "Unit", "Unit", "mg"),
    (43, "<", "SNOMED", "Qualifier Value", "Meas Value Operator", "276139006"),
]
PEOPLE = [(101, 1, 1956, 5, 20), (102, 2, 1950, None, None), (103, 1, 1960, 3, 15)]
ABOVE = [  # who is below, who above, by how much
    *((11, 11, 0), (11, 12, 1), (11, 13, 2), (20, 21, 1), (20, 22, 2)),
    *((23, 24, 1), (23, 25, 2), (23, 26, 2), (27, 24, 1), (27, 25, 2), (27, 26, 2)),
]
CONDITIONS = [  # id, person, standard concept, source concept, day
    (1, 101, 0, 10, datetime.date(2020, 1, 5)),
    (2, 101, 11, 0, datetime.date(2025, 4, 2)),
    (3, 101, 11, 0, datetime.date(2025, 5, 2)),
    (4, 102, 0, 14, datetime.date(2026, 1, 2)),
    (5, 103, 0, 15, datetime.date(2025, 12, 1)),
]
DRUGS = [  # id, person, concept, from, to, days, quantity
    (1, 101, 20, datetime.date(2025, 1, 10), datetime.date(2025, 1, 10), None, 1),
    (2, 101, 20, datetime.date(2025, 7, 12), datetime.date(2025, 7, 12), None, 1),
    (3, 102, 23, datetime.date(2025, 10, 1), datetime.date(2025, 12, 29), 90, 180),
    (4, 102, 23, datetime.date(2026, 1, 5), datetime.date(2026, 4, 4), 90, 180),
    (5, 103, 27, datetime.date(2026, 2, 1), datetime.date(2026, 3, 1), 30, 1),
    (6, 103, 23, datetime.date(2024, 2, 1), datetime.date(2024, 3, 1), 30, 30),
]
RESULTS = [  # id, person, concept, day, operator, number, unit, low, high
    (1, 101, 30, datetime.date(2026, 2, 1), 43, 8.0, 40, None, None),
    (2, 101, 31, datetime.date(2024, 2, 1), None, 9.1, 41, 8.5, 10.2),
    (3, 101, 31, datetime.date(2026, 2, 1), None, 10.9, 41, 8.5, 10.2),
    (4, 102, 32, datetime.date(2026, 1, 1), None, -2.7, None, None, None),
    (5, 103, 30, datetime.date(2012, 1, 1), None, 8.0, 40, None, None),
]
FILES = [
    """
age: 69
sex: female
conditions: [{name: hyperthyroidism, date: 2020-01-05}, ...]
fractures: [{site: hip, date: 2025-04-02}, ...]
medicines: [{name: denosumab, dose: 60 mg, started: 2025-01-10, last_given: 2025-07-12}, ...]
vitamin_d: {value: < 8 ng/mL, date: 2026-02-01}
calcium: [{value: 9.1 mg/dL, range: 8.5..10.2 mg/dL, date: 2024-02-01},
  {value: 10.9 mg/dL, range: 8.5..10.2 mg/dL, date: 2026-02-01}]
smoking: {value: current, date: 2026-01-01}
""",
    """
age: 75..76
sex: male
medicines: [{name: prednisolone, dose: 10 mg, every: day, started: 2025-10-01}, ...]
t_score_hip: {value: -2.7, date: 2026-01-01}
""",
    """
age: 66
sex: female
conditions: [{name: osteoporosis, date: 2025-12-01}, ...]
fractures: [{site: vertebra, cause: low_trauma, date: 2025-12-01}, ...]
medicines:
  - {name: prednisolone, dose: 5 mg, every: day, started: 2024-02-01, stopped: 2024-03-01}
  - {name: topical_steroid, started: 2026-02-01}
  - ...
vitamin_d: {value: 8 ng/mL, date: 2012-01-01}
""",
]
TABLES: dict[str, tuple[str, Iterable[tuple[Any, ...]]]] = {
    "concept": ("concept_id INT, concept_name TEXT, vocabulary_id TEXT, concept_class_id TEXT, domain_id TEXT, "
                "concept_code TEXT", CONCEPTS),
    "concept_ancestor": ("descendant_concept_id INT, ancestor_concept_id INT, min_levels_of_separation INT", ABOVE),
    "concept_relationship": ("concept_id_1 INT, concept_id_2 INT, relationship_id TEXT",
                             [(27, 28, "RxNorm has dose form")]),
    "drug_strength": ("drug_concept_id INT, amount_value DOUBLE, amount_unit_concept_id INT, numerator_value DOUBLE, "
                      "numerator_unit_concept_id INT, denominator_value DOUBLE",
                      [(20, None, None, 60.0, 42, 1.0), (23, 5.0, 42, None, None, None)]),
    "person": ("person_id INT, gender_concept_id INT, year_of_birth INT, month_of_birth INT, day_of_birth INT", PEOPLE),
    "condition_occurrence": ("condition_occurrence_id INT, person_id INT, condition_concept_id INT, "
                             "condition_source_concept_id INT, condition_start_date DATE", CONDITIONS),
    "drug_exposure": ("drug_exposure_id INT, person_id INT, drug_concept_id INT, drug_exposure_start_date DATE, "
                      "drug_exposure_end_date DATE, days_supply INT, quantity DOUBLE, route_concept_id INT",
                      [(*one, None) for one in DRUGS]),
    "measurement": ("measurement_id INT, person_id INT, measurement_concept_id INT, measurement_date DATE, "
                    "operator_concept_id INT, value_as_number DOUBLE, unit_concept_id INT, range_low DOUBLE, "
                    "range_high DOUBLE, value_as_concept_id INT, unit_source_value TEXT",
                    [(*one, None, None) for one in RESULTS]),
    "observation": ("person_id INT, observation_concept_id INT, observation_date DATE, value_as_number DOUBLE, "
                    "value_as_concept_id INT, unit_concept_id INT, unit_source_value TEXT",
                    [(101, 33, datetime.date(2026, 1, 1), None, 34, None, None)]),
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the shipped statements write of the database."""
    directory = tmp_path_factory.mktemp("omop")
    base = duckdb.connect()
    for name, (columns, rows) in TABLES.items():
        base.execute(f"CREATE TABLE {name} ({columns})")
        _insert(base, name, rows)
    base.execute(f"SET VARIABLE day = DATE '{DAY}'")
    here = Path.cwd()
    os.chdir(directory)
    try:
        for statement in sorted(OMOP.glob("*.sql")):
            base.execute(statement.read_text(encoding="utf-8"))
    finally:
        os.chdir(here)
    (directory / "map.yaml").write_bytes((OMOP / "map.yaml").read_bytes())
    return directory


def _insert(base: Any, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        base.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)


def run_of(prepared: Prepared, site: Path) -> Run:
    table = Table(site / "people.parquet")
    found = contract.by_mapping(prepared.kb, table.kinds, (site / "map.yaml").read_bytes(), "map.yaml")
    return Run(prepared, table, found, Asked(DAY), site)


def test_a_database_says_what_patient_files_say(site: Path, prepared: Prepared) -> None:
    run = run_of(prepared, site)
    (task,) = tables.tasks(run.table, run.contract, site, 1)
    screen = Screen(prepared, run.contract, run.asked)
    with np.errstate(all="ignore"):
        (batch, _, long) = next(tables.read(run.table, run.contract, task))
        read = screen.reader.read(batch, long)
        table, counted = screen.batch(batch, 0, long)
    assert table is not None
    assert read.refusals.told() == [""] * 3
    assert counted.unused[("conditions", "J00")] == 1
    for place, text in enumerate(FILES):
        said = {name: known for name, one in read.said.items() if (known := one.known(place)) is not None}
        written, problems = record.read_record(prepared.kb, text, "patient.yaml", as_of=DAY)
        assert written is not None, problems
        lists = {name for name in ("conditions", "fractures", "medicines") if name not in written.known}
        assert {name: known for name, known in said.items() if name not in lists} == written.known
        assert all(not said[name].entries and not said[name].complete for name in lists & said.keys())
        case = Case(prepared, DAY)
        case.say({**{name: said[name] for name in lists & said.keys()}, **written.known})
        case.finish()
        shown = {column: word for column in table.column_names if (word := table.column(column)[place].as_py())}
        words = words_of_case(case, Outlook(case), screen.shown)
        expected = {f"{of}({member})": word for (of, member), word in words}
        assert {key: word for key, word in shown.items() if "(" in key} == expected

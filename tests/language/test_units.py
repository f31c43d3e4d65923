"""Units are read however they are spelled, and converted exactly by what is measured."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pint
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ucumvert import PintUcumRegistry

from engine.knowledge_base.files.source import Node, Text, load_text
from engine.values.interval import Interval
from engine.values.units import NUMBER, UnitTable

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "knowledge" / "units.yaml"


def _word(node: Node | None) -> str:
    assert isinstance(node, Text)
    return node.value


def _entries(kind: str) -> dict[str, Any]:
    node, problems = load_text(SHIPPED.read_text(encoding="utf-8"), "knowledge/units.yaml")
    assert not problems
    return {key.value: entry for key, entry in node.get(kind).pairs}


def _spellings() -> dict[str, tuple[str, Decimal]]:
    spelled: dict[str, tuple[str, Decimal]] = {}
    for name, entry in _entries("units").items():
        synonyms = entry.get("synonyms")
        code = entry.get("ucum")
        listed = (name, *(item.value for item in synonyms.items)) if synonyms else (name,)
        for spelling in (*listed, code.value) if code and code.value not in listed else listed:
            assert spelling not in spelled, f"{spelling} is two units"
            spelled[spelling] = (_word(entry.get("dimension")), Decimal(_word(entry.get("factor"))))
    return spelled


def _analytes() -> dict[str, dict[str, Decimal]]:
    return {
        name: {unit.value: Decimal(_word(factor)) for unit, factor in entry.get("factors").pairs}
        for name, entry in _entries("analytes").items()
    }


def _offsets() -> dict[str, dict[str, Decimal]]:
    return {
        name: {unit.value: Decimal(_word(offset)) for unit, offset in entry.get("offsets").pairs}
        for name, entry in _entries("analytes").items()
        if entry.get("offsets") is not None
    }


UNITS, ANALYTES, OFFSETS = _spellings(), _analytes(), _offsets()


@pytest.fixture(scope="module")
def table() -> UnitTable:
    return UnitTable(UNITS, ANALYTES, OFFSETS)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("ug", "µg"),
        ("ug", "μg"),
        ("ug", "mcg"),
        ("ug", "MCG"),
        ("mmol/L", "mmol/l"),
        ("mmol/L", "MMOL/L"),
        ("ng/mL", "ng/ml"),
        ("ng/mL", "ug/L"),
        ("mg/day", "mg/d"),
        ("mg/day", "mg/24h"),
        ("mg/week", "mg/7days"),
        ("kg/m2", "kg/m²"),
        ("kg/m2", "kg/m^2"),
        ("mL/min/1.73m2", "ml/min/1.73m²"),
        ("10^9/L", "x10^9/L"),
        ("10^9/L", "10*9/L"),
        ("10^9/L", "1000/uL"),
        ("U/L", "IU/L"),
        ("g.m", "g·m"),
        ("/day", "1/day"),
        ("%", "percent"),
        ("10^9/L", "x10E9/L"),
        ("10^9/L", "10⁹/L"),
        ("10^-3", "10*-3"),
        # as records write them, in UCUM
        ("mIU/L", "m[IU]/L"),
        ("mIU/L", "m[iU]/L"),
        ("mIU/L", "u[IU]/mL"),
        ("uIU/mL", "u[IU]/mL"),
        ("IU/L", "[IU]/L"),
        ("lb", "[lb_av]"),
        ("in", "[in_i]"),
        ("RU/mL", "{RU}/mL"),
        ("U/L", "U/L{37 Cel}"),
        ("10^9/L", "10*3/uL"),
        ("mg/24h", "mg/(24.h)"),
        ("mg/day", "mg/(24.h)"),
        ("mmol/day", "mmol/(24.h)"),
        ("kg/m2", "kg.m-2"),
        ("kg/m2", "kg/(m)2"),
        ("kg/m2", "kg.(m)-2"),
        ("year", "a"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("mL/min/1.73m2", "mL/min{1.73_m2}"),
        ("mL/min/1.73m2", "mL/(min.{1.73_m2})"),
        ("mL/min/1.73m2", "mL/min/(173.10*-2.m2)"),
        ("mL/min/1.73m2", "mL/min/1.73"),
        ("%", "%{HbA1c}"),
        ("mmol/mol", "mmol/mol{Hb}"),
        ("1", "{score}"),
        ("/min", "{beats}/min"),
        ("60U/L", "ukat/L"),
    ],
)
def test_one_unit_has_many_spellings(table: UnitTable, text: str, same: str) -> None:
    assert table.parse(text) is not None
    assert table.parse(same) == table.parse(text)


@pytest.mark.parametrize(
    "text",
    ["mg/(24.h", "mg/24.h)", "mg()", "[foo]", "m[foo]/L", "mg/{a", "mg}", "{a}}", "10*/L", "(mg)x", "((mg)", "mg..h"],
)
def test_what_is_no_unit_of_a_record_is_none(table: UnitTable, text: str) -> None:
    assert table.parse(text) is None


def test_what_braces_say_counts_where_the_knowledge_lists_it(table: UnitTable) -> None:
    """A T-score is no plain number, no Z-score, and no clearance is an eGFR."""
    told = [table.parse(text) for text in ("{T-score}", "{Z-score}", "{SD}", "{score}", "1")]
    assert told[3] == told[4] == NUMBER
    assert len(set(told)) == 4
    assert table.parse("1{T-score}") == table.parse("{T-score}")
    assert table.factor("SD", "{T-score}", "t_score") == table.factor("SD", "{Z-score}", "z_score") == 1
    assert table.factor("{Z-score}", "{T-score}", "t_score") is None
    assert table.factor("g/cm2", "{T-score}", "t_score") is None
    assert table.factor("mL/min/{1.73_m2}", "mL/min") is None


@pytest.mark.parametrize(
    "text", ["", "foo", "mg/", "/", "mg//L", "mg/foo", "m2x", "0m2", "mg mL", "kg/m10", "x" * 100, "10^/L"]
)
def test_what_is_no_unit_is_none(table: UnitTable, text: str) -> None:
    assert table.parse(text) is None


def test_units_that_differ_in_case_alone_are_read_as_written() -> None:
    table = UnitTable({"m": ("length", Decimal(1)), "M": ("concentration", Decimal(1))}, {})
    assert table.parse("m") != table.parse("M")
    assert table.parse("m") is not None


def test_a_unit_of_no_size_is_not_known() -> None:
    assert UnitTable({"x": ("mass", Decimal(0))}, {}).known() == ()


def test_index_of_body_mass_has_the_unit_of_its_quotient(table: UnitTable) -> None:
    kilogram, meter = table.parse("kg"), table.parse("m")
    assert kilogram is not None
    assert meter is not None
    assert table.quotient(kilogram, table.product(meter, meter)) == table.parse("kg/m2")
    assert table.quotient(kilogram, kilogram) == NUMBER


@pytest.mark.parametrize(
    ("number", "given", "analyte", "wanted", "expected"),
    [
        # 25-OH vitamin D by 2.5 exactly, as guidelines print it
        ("20", "ng/mL", "vitamin_d", "nmol/L", "50"),
        ("30", "ng/mL", "vitamin_d", "nmol/L", "75"),
        ("75", "nmol/L", "vitamin_d", "ng/mL", "30"),
        ("18.86", "pg/mL", "parathyroid_hormone", "pmol/L", "2"),
        ("1", "pmol/L", "parathyroid_hormone", "ng/L", "9.43"),
        ("1", "mg/dL", "creatinine", "umol/L", "88.4"),
        ("88.4", "umol/L", "creatinine", "mg/dL", "1"),
        ("10", "mg/dL", "calcium", "mmol/L", "2.495"),
        ("100", "mg/day", "calcium", "mmol/day", "2.495"),
        ("1", "mg/dL", "phosphate", "mmol/L", "0.3229"),
        ("300", "ng/dL", "testosterone", "nmol/L", "10.401"),
        ("4", "g/dL", "albumin", "g/L", "40"),
        ("40", "IU", "vitamin_d_dose", "ug", "1"),
        ("800", "IU/day", "vitamin_d_dose", "ug/day", "20"),
        ("1", "mg", "vitamin_d_dose", "IU", "40000"),
        # a UK unit of alcohol is 8 g, a US drink 14 g
        ("3", "units/day", "alcohol", "g/day", "24"),
        ("14", "units/week", "alcohol", "g/day", "16"),
        ("2", "drinks/day", "alcohol", "g/day", "28"),
        ("7", "drinks/week", "alcohol", "units/week", "12.25"),
        ("1", "year", "", "month", "12"),
        ("3", "weeks", "", "day", "21"),
        ("11", "stone", "", "lb", "154"),
        ("64", "in", "", "cm", "162.56"),
        # thresholds do not move by being written as records do
        ("60", "mL/min/{1.73_m2}", "glomerular_filtration", "mL/min/1.73m2", "60"),
        ("60", "mL/min/{1.73_m2}", "", "mL/min/1.73m2", "60"),
        ("1", "mL/s/{1.73_m2}", "", "mL/min/1.73m2", "60"),
        ("150", "10*3/uL", "", "10^9/L", "150"),
        ("2", "ukat/L", "", "U/L", "120"),
        ("300", "mg/(24.h)", "", "mg/day", "300"),
        ("0.065", "{1}", "", "%", "6.5"),
    ],
)
def test_conversions_are_exact(
    table: UnitTable, number: str, given: str, analyte: str, wanted: str, expected: str
) -> None:
    assert table.convert(Decimal(number), given, wanted, analyte) == Decimal(expected)


@pytest.mark.parametrize(
    ("analyte", "given", "printed"),
    [
        # pairs printed side by side: MKSAP quiz, ACP Hospitalist 2011 (25-OH vitamin D, calcium); Am J Kidney Dis 2014
        ("vitamin_d", "34 ng/mL", "85 nmol/L"),
        ("calcium", "9.0 mg/dL", "2.25 mmol/L"),
        ("phosphate", "5.6 mg/dL", "1.80 mmol/L"),
        # openEHR GDL2, Vitamin_D_Doses_Range_Recommendation.v0: 400 to 1000 IU are 10 to 25 ug
        ("vitamin_d_dose", "400 IU", "10.0 ug"),
        ("vitamin_d_dose", "1000 IU", "25.0 ug"),
        # Roche package insert for PTH; IMWG 2014 for creatinine
        ("parathyroid_hormone", "15 pg/mL", "1.6 pmol/L"),
        ("parathyroid_hormone", "65 pg/mL", "6.9 pmol/L"),
        ("creatinine", "2 mg/dL", "177 umol/L"),
    ],
)
def test_published_pairs_are_met_within_one_percent(table: UnitTable, analyte: str, given: str, printed: str) -> None:
    number, unit = given.split()
    expected, wanted = printed.split()
    converted = table.convert(Decimal(number), unit, wanted, analyte)
    assert converted == pytest.approx(Decimal(expected), rel=Decimal("0.01"))


@pytest.mark.parametrize(
    ("given", "wanted", "analyte"),
    [
        ("ng/mL", "nmol/L", ""),
        ("ng/mL", "nmol/L", "albumin"),
        ("kg", "cm", ""),
        ("mL/min", "mL/min/1.73m2", ""),
        ("mL/min", "mL/min/1.73m2", "creatinine"),
        ("IU", "mg", "calcium"),
        ("units", "g/day", "alcohol"),
        ("foo", "mg", ""),
        ("mg", "", ""),
        ("SD", "%", ""),
    ],
)
def test_what_measures_something_else_has_no_factor(table: UnitTable, given: str, wanted: str, analyte: str) -> None:
    assert table.factor(given, wanted, analyte) is None
    assert table.convert(Decimal(1), given, wanted, analyte) is None


def test_an_interval_keeps_its_open_ends(table: UnitTable) -> None:
    below = Interval(Decimal("-Infinity"), Decimal(20), True, True)
    assert table.convert_interval(below, "ng/mL", "nmol/L", "vitamin_d") == Interval(below.low, Decimal(50), True, True)


@pytest.mark.parametrize(
    ("mmol", "percent"),
    [("20", "4.0"), ("39", "5.7"), ("42", "6.0"), ("48", "6.5"), ("53", "7.0"), ("58", "7.5"), ("75", "9.0")],
)
def test_hba1c_is_converted_by_the_master_equation(table: UnitTable, mmol: str, percent: str) -> None:
    """The pairs that guidelines print, which are rounded; there and back nothing is lost."""
    found = table.convert(Decimal(mmol), "mmol/mol", "%", "glycated_hemoglobin")
    assert found is not None
    assert round(found, 1) == Decimal(percent)
    assert found == Decimal("0.09148") * Decimal(mmol) + Decimal("2.152")
    assert table.convert(found, "%", "mmol/mol{Hb}", "glycated_hemoglobin") == Decimal(mmol)
    span = table.convert_interval(Interval(Decimal(20), Decimal(mmol)), "mmol/mol", "%", "glycated_hemoglobin")
    assert span == Interval(Decimal("3.9816"), found)


def test_a_unit_that_is_no_multiple_has_no_factor_and_stands_alone(table: UnitTable) -> None:
    assert table.factor("mmol/mol", "%", "glycated_hemoglobin") is None
    assert table.line("mmol/mol", "%", "glycated_hemoglobin") == (Decimal("0.09148"), Decimal("2.152"))
    assert table.line("ng/mL", "nmol/L", "vitamin_d") == (Decimal("2.5"), 0)
    assert table.convert(Decimal(48), "mmol/mol", "%") is None


def test_messages_offer_the_units_people_use(table: UnitTable) -> None:
    assert table.accepted("nmol/L", "vitamin_d") == ("nmol/L", "ng/mL")
    assert table.accepted("g/day", "alcohol")[:3] == ("g/day", "g/week", "units/day")
    assert set(table.accepted("kg")) == {"kg", "g", "lb", "st"}
    assert table.accepted("mmol/L", "sodium") == ("mmol/L", "mEq/L")
    assert table.accepted("ug/day", "vitamin_d_dose") == ("ug/day", "IU/day")
    assert table.accepted("mmol/day", "calcium") == ("mmol/day", "mg/day")
    assert table.accepted("mL/min/1.73m2") == ("mL/min/1.73m2",)
    assert table.accepted("") == ()


# --- the data ---------------------------------------------------------------------------------------------------------

PINT: Any = pint.UnitRegistry(non_int_type=Decimal)
PINT_NAMES = {
    "um": "micrometer",
    "st": "stone",
    "in": "inch",
    "ft": "foot",
    "h": "hour",
    "min": "minute",
    "%": "percent",
}
NOT_IN_UCUM = {"1.73m2", "drink", "SD", "T-score", "Z-score", "RU"}
"""What UCUM has as annotations alone, and takes for the number 1; and an arbitrary unit, of which it converts none."""
CODES_OF_RECORDS = {
    "mg/(24.h)": "mg/d",
    "mmol/(24.h)": "mol/d",
    "mL/min/(173.10*-2.m2)": "L/s/m2",
    "10*3/uL": "10*9/L",
    "10*6/uL": "/L",
    "m[IU]/L": "[iU]/mL",
    "u[IU]/mL": "[iU]/L",
    "ukat/L": "nkat/mL",
    "kg.m-2": "g/cm2",
    "mg/g{creat}": "%",
    "[lb_av].[in_i]-2": "kg/m2",
    "nmol{BCE}/mmol{creat}": "umol/mol",
    "meq/L": "ueq/mL",
    "wk/a": "d/mo",
}
"""Codes as records write them -> others of the same dimension."""
DEFINED_BY_METHOD = {"U", "kU", "IU", "kIU", "mIU", "uIU", "RU", "drink", "SD", "T-score", "Z-score", "mEq", "uEq"}
BY_AMOUNT = {"ukat", "nkat"}
"""Enzyme units by the amount turned over in a time, of which `U` is another."""


@pytest.mark.parametrize("unit", sorted(set(_entries("units")) - DEFINED_BY_METHOD - BY_AMOUNT - {"1.73m2"}))
def test_every_physical_unit_is_what_pint_says(table: UnitTable, unit: str) -> None:
    """Held to another table unit by unit, against the first unit of its dimension."""
    entries = _entries("units")
    dimension = _word(entries[unit].get("dimension"))
    base = next(name for name, entry in entries.items() if _word(entry.get("dimension")) == dimension)
    theirs = PINT.Quantity(Decimal(1), PINT_NAMES.get(unit, unit)).to(PINT_NAMES.get(base, base)).magnitude
    ours = table.factor(unit, base)
    assert ours == pytest.approx(theirs, rel=Decimal("1e-12"))


UCUM: Any = PintUcumRegistry()


@pytest.mark.parametrize(
    "unit", sorted(name for name, entry in _entries("units").items() if entry.get("ucum") and name not in NOT_IN_UCUM)
)
def test_every_code_means_in_ucum_what_its_factor_says(table: UnitTable, unit: str) -> None:
    """Held to ucumvert, against the first unit of the dimension that has a code."""
    entries = _entries("units")
    dimension = _word(entries[unit].get("dimension"))
    base = next(
        name
        for name, entry in entries.items()
        if _word(entry.get("dimension")) == dimension
        and entry.get("ucum")
        and name not in NOT_IN_UCUM
        and name.endswith("IU") == unit.endswith("IU")  # of which UCUM says that each is arbitrary
    )
    codes = (_word(entries[name].get("ucum")) for name in (unit, base))
    theirs, base_theirs = (UCUM.from_ucum(code) for code in codes)
    ours = table.factor(unit, base)
    assert ours is not None
    assert float(ours) == pytest.approx(float((theirs / base_theirs).to_base_units().magnitude), rel=1e-12)


@pytest.mark.parametrize("code", CODES_OF_RECORDS)
def test_codes_of_records_are_read_as_ucum_has_them(table: UnitTable, code: str) -> None:
    """Ratio and dimension, against the same code put together from parts that need no grammar."""
    plain = CODES_OF_RECORDS[code]
    theirs = UCUM.from_ucum(code) / UCUM.from_ucum(plain)
    assert theirs.dimensionless
    ours = table.factor(code, plain)
    assert ours is not None
    assert float(ours) == pytest.approx(float(theirs.to_base_units().magnitude), rel=1e-12)


MOLAR_MASSES = {
    "vitamin_d": "400.64",
    "calcium": "40.078",
    "phosphate": "30.974",
    "magnesium": "24.305",
    "creatinine": "113.12",
    "parathyroid_hormone": "9425",
    "testosterone": "288.42",
    "estradiol": "272.38",
    "cortisol": "362.46",
    "glucose": "180.156",
    "urea": "28.014",  # as urea nitrogen, two atoms a molecule
    "acth": "4541",
    "vitamin_d_active": "416.64",
    "vitamin_b6": "247.14",
    "free_t4": "776.87",
    "free_t3": "650.97",
    "iron": "55.845",
    "vitamin_b12": "1355.37",
}


@pytest.mark.parametrize("analyte", sorted(MOLAR_MASSES))
def test_factors_by_analyte_follow_from_the_molar_mass(table: UnitTable, analyte: str) -> None:
    """Within 0.2 %: printed factors are rounded, and that of 25-OH vitamin D is rounded on purpose."""
    mass = PINT.Quantity(Decimal(MOLAR_MASSES[analyte]), "g/mol")
    theirs = (PINT.Quantity(Decimal(1), "mg/L") / mass).to("nmol/L").magnitude
    assert table.factor("mg/L", "nmol/L", analyte) == pytest.approx(theirs, rel=Decimal("0.002"))


def test_every_factor_between_mass_and_amount_is_held_to_a_molar_mass(table: UnitTable) -> None:
    crossing = {name for name in ANALYTES if table.factor("mg/L", "nmol/L", name) is not None}
    assert crossing == set(MOLAR_MASSES)


@pytest.mark.parametrize("analyte", sorted(ANALYTES))
def test_the_factors_of_an_analyte_do_not_contradict_one_another(table: UnitTable, analyte: str) -> None:
    factors = ANALYTES[analyte]
    first = next(iter(factors))
    assert factors[first] == 1
    for unit, factor in factors.items():
        offset = OFFSETS.get(analyte, {}).get(unit, Decimal(0))
        assert table.convert(Decimal(1), unit, first, analyte) == factor + offset, unit
        assert table.factor(unit, first, analyte) == (None if offset else factor), unit


@pytest.mark.parametrize("kind", ["units", "analytes"])
def test_every_unit_and_factor_is_cited(kind: str) -> None:
    known = set()
    for path in (ROOT / "knowledge" / "sources").glob("*.yaml"):
        node, _ = load_text(path.read_text(encoding="utf-8"), path.name)
        known |= {key.value for key, _ in node.pairs}
    for name, entry in _entries(kind).items():
        cited = [item.value.split()[0] for item in entry.get("sources").items]
        assert cited, name
        assert set(cited) <= known, name


# --- laws -------------------------------------------------------------------------------------------------------------

spellings = st.sampled_from(sorted(UNITS))
composites = st.lists(spellings, min_size=1, max_size=3).map("/".join)
numbers = st.decimals("-1e6", "1e6", places=3, allow_nan=False)


@given(numbers, spellings, spellings, spellings)
def test_there_and_back_is_the_same_number(number: Decimal, first: str, second: str, divisor: str) -> None:
    table = UnitTable(UNITS, {})
    one, other = f"{first}/{divisor}", f"{second}/{divisor}"
    there = table.convert(number, one, other)
    if there is None:
        assert table.convert(number, other, one) is None
    else:
        back = table.convert(there, other, one)
        assert back == pytest.approx(number, rel=Decimal("1e-24"), abs=Decimal("1e-30"))


@given(composites, composites)
def test_parsing_a_quotient_is_dividing_units(left: str, right: str) -> None:
    assume(len(left) + len(right) < 60)  # no unit is longer
    assume(not any("/" in name and name in f"{left}/{right}" for name in UNITS))  # what is named whole is not divided
    table = UnitTable(UNITS, {})
    over, under = table.parse(left), table.parse(right.replace("/", "."))
    assert over is not None
    assert under is not None
    assert table.parse(f"{left}/{right}") == table.quotient(over, under)


@given(st.text(max_size=80))
def test_no_text_is_too_strange_to_parse(text: str) -> None:
    unit = UnitTable(UNITS, ANALYTES).parse(text, "vitamin_d")
    assert unit is None or unit.ratio > 0

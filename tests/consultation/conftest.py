"""A small clinic: a knowledge base made of model classes, with the units that are shipped."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis.vendor.pretty import RepresentationPrinter

from engine.case import case
from engine.case.case import Prepared
from engine.inference.program.columns import Machine
from engine.inference.working_memory import WorkingMemory
from engine.knowledge_base.files.source import Text, load_text
from engine.knowledge_base.model import (
    AnalyteEntry,
    ChoiceSet,
    FieldKind,
    Finding,
    KnowledgeBase,
    Member,
    Quantity,
    RangeCase,
    State,
    UnitEntry,
)
from engine.knowledge_base.store import cache
from engine.premises.expression import OneOf
from engine.values.interval import between
from engine.values.problems import Place
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.patients import Vocabulary
from tests.consultation import safety

UNITS = Path(__file__).parents[2] / "knowledge" / "units.yaml"
HERE = Place("clinic.yaml", 1, 1)


def _text(node: Any, key: str) -> str:
    value = node.get(key)
    return value.value if isinstance(value, Text) else ""


def _texts(node: Any, key: str) -> tuple[str, ...]:
    value = node.get(key)
    return tuple(item.value for item in value.items) if value is not None else ()


def shipped_units() -> tuple[dict[str, UnitEntry], dict[str, AnalyteEntry]]:
    node, problems = load_text(UNITS.read_text(encoding="utf-8"), "knowledge/units.yaml")
    assert not problems
    units = {
        key.value: UnitEntry(
            id=key.value,
            place=key.place,
            label=_text(entry, "label"),
            synonyms=_texts(entry, "synonyms"),
            dimension=_text(entry, "dimension"),
            factor=Decimal(_text(entry, "factor")),
            ucum=_text(entry, "ucum"),
        )
        for key, entry in node.get("units").pairs
    }
    analytes = {
        key.value: AnalyteEntry(
            id=key.value,
            place=key.place,
            factors={unit.value: Decimal(factor.value) for unit, factor in entry.get("factors").pairs},
        )
        for key, entry in node.get("analytes").pairs
    }
    return units, analytes


def _number(name: str, label: str, unit: str, plausible: tuple[str, str], **more: Any) -> Finding:
    span = between(*plausible)
    return Finding(id=name, place=HERE, type="number", label=label, unit=unit, plausible=span, **more)


def _range(low: str, high: str) -> tuple[RangeCase, ...]:
    return (RangeCase(when=None, range=between(low, high)),)


def _choices(name: str, members: dict[str, Member], classes: dict[str, frozenset[str]] | None = None) -> ChoiceSet:
    labels = {"oral_bisphosphonate": "oral bisphosphonate"}
    return ChoiceSet(id=name, place=HERE, members=members, classes=classes or {}, class_labels=labels)


def _member(name: str, label: str = "", *synonyms: str, analyte: str = "") -> tuple[str, Member]:
    return name, Member(id=name, place=HERE, label=label, synonyms=synonyms, analyte=analyte)


FINDINGS = [
    _number("age", "age", "year", ("0", "120"), bare_unit=True),
    _number("weight", "weight", "kg", ("25", "350")),
    _number("height", "height", "cm", ("90", "230")),
    _number("alcohol", "alcohol", "g/day", ("0", "500"), analyte="alcohol"),
    _number("calcium_intake", "calcium intake", "mg/day", ("0", "5000"), analyte="calcium"),
    _number("t_score_hip", "hip T-score", "", ("-10", "10"), analyte="t_score", synonyms=("hip", "total hip T-score")),
    _number("age_at_menopause", "age at menopause", "year", ("10", "65"), bare_unit=True),
    _number(
        "vitamin_d",
        "25-OH vitamin D",
        "nmol/L",
        ("2", "750"),
        analyte="vitamin_d",
        known_by="test",
        ranges=_range("50", "125"),
        synonyms=("25OHD", "vit d"),
    ),
    _number(
        "calcium", "calcium", "mmol/L", ("0.5", "6"), analyte="calcium", known_by="test", ranges=_range("2.2", "2.6")
    ),
    _number("creatinine", "creatinine", "umol/L", ("10", "2500"), analyte="creatinine", known_by="test"),
    _number("frax_major", "FRAX", "%", ("0", "100"), known_by="test"),
    _number(
        "parathyroid_hormone",
        "PTH",
        "pmol/L",
        ("0.1", "500"),
        analyte="parathyroid_hormone",
        known_by="test",
        ranges=_range("1.6", "6.9"),
        synonyms=("pth",),
    ),
    _number("egfr", "eGFR", "mL/min/1.73m2", ("1", "200"), known_by="test"),
    Finding(id="sex", place=HERE, type="choice", label="sex", choices="sexes"),
    Finding(
        id="menopausal_status",
        place=HERE,
        type="choice",
        label="menopausal status",
        choices="menopausal_statuses",
        applies=OneOf(name="sex", members=frozenset({"female"})),
    ),
    Finding(id="smoking", place=HERE, type="choice", label="smoking", choices="smoking_habits"),
    Finding(id="parent_hip_fracture", place=HERE, type="yes_no", label="hip fracture of a parent"),
    Finding(
        id="pregnancy",
        place=HERE,
        type="yes_no",
        label="pregnancy",
        applies=OneOf(name="sex", members=frozenset({"female"})),
    ),
    Finding(id="last_scan", place=HERE, type="date", label="last scan"),
    Finding(
        id="fractures",
        place=HERE,
        type="records",
        label="fractures",
        key="site",
        fields={
            "site": FieldKind(id="site", label="site", type="choice", choices="fracture_sites"),
            "date": FieldKind(id="date", label="date", type="date"),
            "cause": FieldKind(id="cause", label="cause", type="choice", choices="fracture_causes"),
            "age_at": FieldKind(id="age_at", label="age", type="number", unit="year", bare_unit=True, derived=True),
        },
    ),
    Finding(
        id="medicines",
        place=HERE,
        type="records",
        label="medicines",
        key="name",
        fields={
            "name": FieldKind(id="name", label="name", type="choice", choices="medicines"),
            "dose": FieldKind(id="dose", label="dose", type="number", unit="mg", floor=Decimal(0)),
            "every": FieldKind(id="every", label="every", type="duration", unit="day"),
            "started": FieldKind(id="started", label="started", type="date"),
            "stopped": FieldKind(id="stopped", label="stopped", type="date"),
            "last_given": FieldKind(id="last_given", label="last given", type="date"),
            "duration": FieldKind(id="duration", label="for", type="duration", unit="month", derived=True),
        },
    ),
    Finding(
        id="symptoms",
        place=HERE,
        type="records",
        label="symptoms",
        key="name",
        fields={"name": FieldKind(id="name", label="name", type="choice", choices="symptoms")},
    ),
]

CHOICES = [
    _choices("sexes", dict([_member("female", "female", "woman", "f"), _member("male", "male", "man", "m")])),
    _choices(
        "menopausal_statuses",
        dict([_member(name, name) for name in ("premenopausal", "perimenopausal", "postmenopausal")]),
    ),
    _choices(
        "smoking_habits",
        dict(
            [
                _member("current", "current", "smoker"),
                _member("former", "former", "ex-smoker"),
                _member("never", "never"),
            ]
        ),
    ),
    _choices(
        "fracture_sites",
        dict([_member("hip", "hip", "neck of femur"), _member("vertebra", "vertebra", "spine"), _member("rib", "rib")]),
    ),
    _choices(
        "fracture_causes", dict([_member("low_trauma", "low trauma", "fall"), _member("high_trauma", "accident")])
    ),
    _choices(
        "medicines",
        dict(
            [
                _member("prednisolone", "prednisolone"),
                _member("prednisone", "prednisone"),
                _member("alendronate", "alendronate", "Fosamax", "alendronic acid"),
                _member("risedronate", "risedronate"),
                _member("denosumab", "denosumab", "Prolia"),
                _member("omeprazole", "omeprazole"),
                _member("calcium_and_vitamin_d", "calcium and vitamin D"),
                _member("cholecalciferol", "cholecalciferol", "colecalciferol", "vitamin d3", analyte="vitamin_d_dose"),
                _member("steroid_cream", "steroid cream, or nasal spray"),
            ]
        ),
        {"oral_bisphosphonate": frozenset({"alendronate", "risedronate"})},
    ),
    _choices("symptoms", dict([_member("bone_pain", "bone pain"), _member("weak_legs", "weak legs")])),
]


class Clinic(KnowledgeBase):
    """A knowledge base whose failing tests stay readable."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "clinic"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        printer.text(repr(self))


@pytest.fixture(scope="session")
def clinic() -> KnowledgeBase:
    units, analytes = shipped_units()
    bmi = Quantity(id="bmi", place=HERE, label="BMI", unit="kg/m2", plausible=between("5", "100"))
    return Clinic(
        findings={finding.id: finding for finding in FINDINGS},
        quantities={"bmi": bmi},
        states={"fragility_fracture": State(id="fragility_fracture", place=HERE, label="fragility fracture")},
        choices={choices.id: choices for choices in CHOICES},
        units=units,
        analytes=analytes,
    )


# --- the shipped base, read once for all tests of safety --------------------------------------------------------------


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parents[2]))


@pytest.fixture(scope="session")
def dangers(prepared: Prepared) -> Dangers:
    return Dangers(Vocabulary(prepared, safety.TODAY))


@pytest.fixture(scope="session")
def memory(prepared: Prepared) -> WorkingMemory:
    """One that each case clears and uses; the case before it is over then."""
    return WorkingMemory(prepared.plan)


@pytest.fixture(scope="session")
def machine(prepared: Prepared) -> Machine:
    """By which many patients are judged at once; it remembers what conditions came to."""
    return Machine(prepared.plan)

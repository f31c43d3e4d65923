"""A vocabulary large enough for every form of a premise, and the units it needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from engine.premises.expression import Node
from engine.premises.vocabulary import FieldSignature, Labels, Signature, Vocabulary
from engine.values.interval import Interval
from engine.values.problems import Place
from engine.values.units import UnitTable

FILE = "knowledge/findings.yaml"
HERE = Place("rules/x.yaml", 10, 5)


def _units() -> UnitTable:
    sizes = {
        "mass": {"kg": "1000", "g": "1", "mg": "0.001", "ug": "0.000001", "ng": "0.000000001"},
        "volume": {"L": "1", "dL": "0.1", "mL": "0.001"},
        "amount": {"mol": "1", "mmol": "0.001", "umol": "0.000001", "nmol": "0.000000001"},
        "length": {"m": "1", "cm": "0.01"},
        "time": {"min": "1", "day": "1440", "week": "10080", "month": "43830", "year": "525960"},
        "unit": {"U": "1"},
        "one": {"%": "0.01"},
    }
    units = {name: (dimension, Decimal(factor)) for dimension, of in sizes.items() for name, factor in of.items()}
    plural = {f"{name}s": units[name] for name in sizes["time"] if name != "min"}
    analytes = {
        "vitamin_d": {"nmol/L": Decimal(1), "ng/mL": Decimal("2.5")},
        "calcium": {"mmol/L": Decimal(1), "mg/dL": Decimal("0.2495")},
        "creatinine": {"umol/L": Decimal(1), "mg/dL": Decimal("88.42")},
    }
    return UnitTable({**units, **plural}, analytes)


UNITS = _units()


def _labels(members: str, **classes: str) -> Labels:
    return Labels(
        members=frozenset(members.split()), classes={name: frozenset(of.split()) for name, of in classes.items()}
    )


SITES = _labels("hip vertebra finger rib", not_osteoporotic="finger", empty="")
MEDICINES = _labels(
    "alendronate zoledronate denosumab prednisolone hydrocortisone exemestane omeprazole",
    bisphosphonate="alendronate zoledronate",
    antiresorptive="alendronate zoledronate denosumab",
    oral_glucocorticoid="prednisolone",
    systemic_glucocorticoid="prednisolone hydrocortisone",
    aromatase_inhibitor="exemestane",
    bone_toxic_established="prednisolone",
    antacid="omeprazole",
)
CONDITIONS = _labels(
    "osteoporosis osteomalacia celiac_disease paget_disease",
    secondary_cause="celiac_disease",
    metabolic_bone_disease="osteomalacia celiac_disease paget_disease",
    unruled="paget_disease",
)


def _numbers(kind: str, **units: str) -> Iterable[tuple[str, Signature]]:
    for name, unit in units.items():
        bare, analyte = unit.endswith("?"), name if name in ("vitamin_d", "calcium", "creatinine") else ""
        yield (
            name,
            Signature(
                kind=kind,
                place=Place(FILE, 7, 1),
                unit=unit.rstrip("?").replace("_", "/"),
                analyte=analyte,
                bare_unit=bare,
                ranged=name in ("vitamin_d", "calcium", "albumin", "alkaline_phosphatase"),
            ),
        )


def _choices(**labels: Labels) -> Iterable[tuple[str, Signature]]:
    for name, of in labels.items():
        yield name, Signature(kind="choice", place=Place(FILE, 20, 1), labels=of)


def _plain(kind: str, names: str) -> Iterable[tuple[str, Signature]]:
    for name in names.split():
        yield name, Signature(kind=kind, place=Place(FILE, 30, 1))


_DATE = FieldSignature(type="date")
_ZERO = Decimal(0)
_FRACTURES = Signature(
    kind="records",
    place=Place(FILE, 40, 1),
    labels=SITES,
    fields={
        "site": FieldSignature(type="choice", labels=SITES),
        "cause": FieldSignature(type="choice", labels=_labels("low_trauma high_trauma")),
        "date": _DATE,
        "age_at": FieldSignature(type="number", unit="year", bare_unit=True),
        "on_treatment": FieldSignature(type="yes_no"),
        "smoking": FieldSignature(type="yes_no"),
    },
)
_MEDICINES = Signature(
    kind="records",
    place=Place(FILE, 50, 1),
    labels=MEDICINES,
    fields={
        "name": FieldSignature(type="choice", labels=MEDICINES),
        "dose": FieldSignature(type="number", unit="mg", floor=_ZERO),
        "daily_dose": FieldSignature(type="number", unit="mg/day", floor=_ZERO),
        "started": _DATE,
        "stopped": _DATE,
        "last_given": _DATE,
        "duration": FieldSignature(type="duration"),
    },
)
_CONDITIONS = Signature(
    kind="records",
    place=Place(FILE, 60, 1),
    labels=CONDITIONS,
    fields={"name": FieldSignature(type="choice", labels=CONDITIONS)},
)

STATES = (
    "fragility_fracture osteomalacia_suspected t_scores_apply glucocorticoid_very_high_dose "
    "first_line_screen_normal fragility_fracture_after_50"
)

VOCABULARY = Vocabulary(
    names={
        **dict(
            _numbers(
                "number",
                age="year?",
                weight="kg",
                height="cm",
                vitamin_d="nmol_L",
                calcium="mmol_L",
                albumin="g_L",
                creatinine="umol_L",
                alkaline_phosphatase="U_L",
                calcium_intake="mg_day",
                t_score_hip="?",
                t_score_spine="?",
            )
        ),
        **dict(
            _numbers(
                "quantity",
                lowest_t_score="",
                bmi="kg_m2",
                creatinine_clearance="mL_min",
                denosumab_elapsed="month",
                frax_major_adjusted="%",
                frax_hip_adjusted="%",
                years_on_treatment="year",
            )
        ),
        **dict(_numbers("threshold", osteoporosis_t_score="")),
        "low_vitamin_d": Signature(kind="threshold", place=Place(FILE, 70, 1), unit="ng/mL", analyte="vitamin_d"),
        **dict(
            _choices(
                sex=_labels("female male"),
                menopausal_status=_labels("premenopausal postmenopausal"),
                smoking=_labels("current former never"),
            )
        ),
        **dict(_plain("yes_no", "family_hip_fracture")),
        **dict(_plain("date", "scan_date")),
        **dict(_plain("state", STATES + " unruled_state")),
        "acr_risk": Signature(
            kind="scale", place=Place(FILE, 80, 1), levels=("low", "moderate", "high", "very_high"), has_applies=True
        ),
        "stage": Signature(kind="scale", place=Place(FILE, 81, 1), levels=("early", "late", "last")),
        "fractures": _FRACTURES,
        "medicines": _MEDICINES,
        "conditions": _CONDITIONS,
    },
    groups={"dxa": ("t_score_hip", "t_score_spine"), "life": ("smoking",), "body": ("weight", "height")},
    subjects={
        **dict.fromkeys(("diagnosed", "excluded", "caused"), CONDITIONS),
        **dict.fromkeys(("recommended", "contraindicated"), MEDICINES),
        "ordered": _labels("dxa_scan"),
        **dict.fromkeys(("status", "caution"), MEDICINES),
        "diagnosis": CONDITIONS,
        "alert": _labels("overdue fracture_now"),
    },
    concluded=frozenset(
        {
            *STATES.split(),
            "acr_risk >= moderate",
            "acr_risk >= very_high",
            "stage >= late",
            "diagnosed(osteoporosis)",
            "diagnosed(osteomalacia)",
            "diagnosed(celiac_disease)",
            "recommended(alendronate)",
            "recommended(zoledronate)",
            "contraindicated(alendronate)",
            "contraindicated(zoledronate)",
            "ordered(dxa_scan)",
        }
    ),
    numbers=frozenset({"prednisolone_factor"}),
)


def shown(value: object) -> str:
    """A tree on one line: node names and what they hold, without places and sources."""
    if isinstance(value, Node):
        parts = [part for part in dataclasses.fields(value) if part.name not in ("place", "source")]
        held = [
            part.name if getattr(value, part.name) is True else shown(getattr(value, part.name))
            for part in parts
            if getattr(value, part.name) != part.default
        ]
        return f"{type(value).__name__}({', '.join(held)})"
    if isinstance(value, tuple):
        return "; ".join(map(shown, value))
    if isinstance(value, frozenset):
        return "{" + " ".join(sorted(value)) + "}"
    if isinstance(value, Interval):
        return str(value.exact) if value.exact is not None else f"{value.low}..{value.high}"
    return str(value)


def blocks(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each unindented line of a file of premises, with the indented ones below it."""
    text = Path(__file__).parent.joinpath("premises", name).read_text(encoding="utf-8")
    for block in text.split("\n\n")[1:]:
        head, *below = block.strip("\n").splitlines()
        yield head, tuple(line.strip() for line in below)

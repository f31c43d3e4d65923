"""What is printed lies on the same side of every cut-off as what is known."""

from __future__ import annotations

import datetime
import random
import re
from decimal import Decimal

import pytest

from engine.assessment import judgement
from engine.assessment.verdict import Verdict
from engine.case import opening
from engine.case.case import Case, Prepared, prepare_kept
from engine.case.opening import Terms
from engine.values.interval import exactly, rounded
from engine.values.value import Known, Measurement, Number
from engine.views.report import text
from engine.workbench.trials import patients
from tests.shipped import base

TODAY = datetime.date(2026, 11, 21)
STEPS = ("0.4", "0.05", "0.004", "0.0003", "0.00001", "0.0000001")


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return prepare_kept(base())


def number(value: Decimal) -> Known:
    return Number((Measurement(exactly(value)),))


def judged(shipped: Prepared, record: str) -> Verdict:
    (patient,) = opening.patients(shipped, record, "patient.yaml", Terms(as_of=TODAY), TODAY)
    return judgement.judge(patient.case)


def side(value: Decimal, cut_off: Decimal) -> int:
    return (value > cut_off) - (value < cut_off)


def printed(told: str) -> Decimal:
    found = re.search(r"-?\d+(?:\.\d+)?", told)
    assert found, told
    return Decimal(found.group())


@pytest.mark.parametrize("step", STEPS)
def test_no_number_near_a_cut_off_is_printed_on_its_other_side(step: str, shipped: Prepared) -> None:
    case, chance = Case(shipped, TODAY), random.Random(step)
    numbers = [finding for finding in shipped.kb.findings.values() if finding.form == "number"]
    tried = 0
    for entry in (*numbers, *shipped.kb.quantities.values()):
        for cut_off in shipped.cut_offs(entry.id):
            value = cut_off + Decimal(step) * Decimal(chance.choice((-1, 1))) * chance.randint(1, 9) / 10
            told = case.told(entry.id, number(value)).removeprefix(entry.label)
            assert side(printed(told), cut_off) == side(value, cut_off), (entry.id, value, told, cut_off)
            tried += 1
    assert tried > 250


def test_nor_is_one_that_was_worked_out(shipped: Prepared) -> None:
    vocabulary, case = patients.Vocabulary(shipped, TODAY), Case(shipped, TODAY)
    chance = random.Random("worked out")
    tried = 0
    for seed in range(40):
        record = vocabulary.patient(seed)
        for name in ("weight", "height", "creatinine", "calcium", "albumin", "t_score_hip"):
            known = record[name]
            if not isinstance(known, Number):
                continue
            record[name] = number(known.last.interval.low + Decimal(chance.randint(-400, 400)) / 10000)
        vocabulary.put_together(case, record)
        for one in judgement.judge(case).derived:
            if one.value is None:
                continue
            exact = case.memory.known(one.id)
            assert isinstance(exact, Number)
            for cut_off in shipped.cut_offs(one.id):
                difference = abs(exact.last.interval.low - cut_off)
                if not difference or difference > Decimal("1e-9"):
                    shown = printed(case.value_told(one.id).removeprefix(one.label))
                    assert side(shown, cut_off) == side(exact.last.interval.low, cut_off), (one.id, one.text, cut_off)
                    tried += 1
    assert tried > 1000


@pytest.mark.parametrize(
    ("value", "places", "cut_offs", "expected"),
    [
        ("34.61", 0, ["35"], "34.6"),
        ("35.01", 0, ["35"], "35.01"),
        ("35", 0, ["35"], "35"),
        ("34.4", 0, ["35"], "34"),
        ("-2.4999", 1, ["-2.5"], "-2.4999"),
        ("2.8692614770459081836", 3, ["2.8692614770459081836"], "2.869"),
        ("34.61", 0, [], "35"),
    ],
)
def test_a_number_keeps_the_digits_that_it_needs(value: str, places: int, cut_offs: list[str], expected: str) -> None:
    assert rounded(Decimal(value), places, [Decimal(cut) for cut in cut_offs]) == Decimal(expected)


def test_a_report_does_not_print_the_cut_off_for_a_number_beside_it(shipped: Prepared) -> None:
    record = (
        "age: 70\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -2.4999\n"
        "weight: 50.3 kg\nheight: 160 cm\ncreatinine: 105 umol/L\n"
    )
    told = text.report(judged(shipped, record), shipped.names)
    assert "lowest T-score -2.4999" in told
    assert "creatinine clearance 34.996 mL/min" in told
    osteoporotic = judged(shipped, record.replace("-2.4999", "-2.6"))
    facts = [fact for item in osteoporotic.plan for one in item.against for fact in one.facts]
    assert "34.996 mL/min" in [fact.value for fact in facts if fact.finding == "creatinine_clearance"]

"""The report for people."""

from __future__ import annotations

import dataclasses
import re

import pytest

from engine.assessment.verdict import Reason, Shown, Verdict
from engine.views.report import text
from tests.views.samples import DEFICIENT, EMPTY, NAMES, VERDICT, item

WIDTHS = (60, 80, 160)


def report(verdict: Verdict = VERDICT, width: int = 80, colored: bool = False, title: str = "") -> str:
    return text.report(verdict, NAMES, width, colored, title)


def section(told: str, heading: str) -> str:
    """What stands below a heading, on one line."""
    found = re.search(rf"^{heading}\n(.*?)(?=^[A-Z][A-Z ,]{{4,}}$|\Z)", told, re.DOTALL | re.MULTILINE)
    assert found, f"no section {heading}"
    return " ".join(found.group(1).split())


def words(told: str) -> list[str]:
    return sorted(told.split())


@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_the_terminal(width: int) -> None:
    assert max(len(line) for line in report(width=width).splitlines()) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_it_says_the_same_at_every_width(width: int) -> None:
    assert words(report(width=width)) == words(report(width=80))


def test_alerts_come_before_everything_that_is_concluded() -> None:
    told = report()
    headings = re.findall(r"^[A-Z][A-Z ,]{3,}$", told, re.MULTILINE)
    assert headings[0] == "ALERTS"
    assert headings.index("DIAGNOSIS") < headings.index("WHAT TO DO, IN THIS ORDER")
    assert headings.index("WHAT TO DO, IN THIS ORDER") < headings.index("STILL TO BE ANSWERED")
    assert "! EMERGENCY: severe hypocalcemia" in told
    assert "do Send to hospital" in section(told, "ALERTS")


def test_a_notice_stands_above_the_alerts() -> None:
    told = report()
    assert told.index("! Age not given") < told.index("ALERTS")


def test_a_diagnosis_is_told_with_its_reasons_facts_and_sources() -> None:
    told = section(report(), "DIAGNOSIS")
    assert "OSTEOPOROSIS established" in told
    assert "A T-score of -2.5 or lower is osteoporosis: lowest T-score -2.7 [demineralization A14]" in told


def test_the_differential_says_for_against_and_what_is_not_yet_known() -> None:
    told = section(report(), "WHAT ELSE IT COULD BE")
    assert "osteomalacia possible (+0.3)" in told
    assert "25-OH vitamin D 28 nmol/L" in told
    assert "calcium, creatinine not known" in told
    assert "Open, nothing for or against yet: celiac disease." in told


def test_the_plan_is_in_the_order_of_doing_with_doses_and_what_waits_for_what() -> None:
    told = section(report(), "WHAT TO DO, IN THIS ORDER")
    order = ["1 Tests now", "2 Tests after that", "3 First", "4 Medicines: one of these, the first line first"]
    assert sorted(order, key=told.index) == order
    assert "+ replacing vitamin D recommended dose 800-2,000 IU a day" in told
    assert "! alendronate NOT YET, first line dose 70 mg weekly first replacing vitamin D because" in told
    assert "? zoledronate once checked" in told


def test_what_is_barred_is_not_in_the_plan_and_says_why() -> None:
    assert "teriparatide" not in section(report(), "WHAT TO DO, IN THIS ORDER")
    told = section(report(), "NOT FOR THIS PERSON, AND WHY")
    assert "x teriparatide: NOT for this person because Never after it" in told


def test_a_barred_medicine_that_is_being_taken_says_what_to_do_about_it() -> None:
    taken = item("denosumab", "denosumab", "contraindicated", taken=True, advice="review", against=(DEFICIENT,))
    told = report(dataclasses.replace(VERDICT, plan=(taken,)))
    assert "x denosumab: NOT for this person, being taken: review" in told


def test_what_cannot_be_judged_is_counted_and_not_listed() -> None:
    told = report()
    assert "1 more measure cannot be judged yet" in told
    assert "romosozumab" not in told


def test_each_missing_question_is_printed_once_with_what_it_frees() -> None:
    told = section(report(), "STILL TO BE ANSWERED")
    assert told.count("creatinine") == 1
    assert "? creatinine (test): frees every medicine above; tells osteomalacia" in told
    assert "? calcium (test): frees alendronate; tells osteomalacia" in told
    assert "? able to sit upright: decides 1 alert" in told


def test_a_pressing_alert_not_ruled_out_stands_on_top_with_what_speaks_for_it_and_what_rules_it_out() -> None:
    told = report()
    on_top = section(told, "NOT RULED OUT")
    assert "? EMERGENCY if so: spinal cord compression" in on_top
    assert "for 25-OH vitamin D 28 nmol/L" in on_top
    assert "rule out by able to sit upright" in on_top
    assert told.index("NOT RULED OUT") < told.index("WHAT IS KNOWN")


def test_the_other_alerts_not_ruled_out_are_counted_on_top_and_named_at_the_end() -> None:
    told = report()
    counted = "1 more not ruled out"
    assert counted in " ".join(told.split())
    assert "high calcium" not in told[: told.index("ALSO NOT RULED OUT")]
    assert "? high calcium: soon if so" in section(told, "ALSO NOT RULED OUT")


def test_the_alerts_alone_name_every_one_that_is_not_ruled_out() -> None:
    told = text.part(VERDICT, NAMES, "alerts")
    for label in ("severe hypocalcemia", "spinal cord compression", "high calcium"):
        assert label in told


def test_rules_nobody_checked_are_marked_and_counted() -> None:
    told = report()
    assert "[not verified]" in told
    assert "Marked [not verified]: 1 rule" in told


def test_where_guidelines_differ_each_position_says_whether_it_applies() -> None:
    told = section(report(), "WHERE GUIDELINES DIFFER")
    assert "ACR 2022: below 30 (applies here)" in told
    assert "below 25 (does not apply here)" in told


def test_the_disclaimer_is_the_last_word() -> None:
    assert " ".join(report().split()).endswith("It educates and supports decisions; it replaces no clinician.")
    assert " ".join(report(EMPTY).split()).endswith("it replaces no clinician.")


def test_of_nobody_nothing_is_concluded_and_it_says_what_to_start_with() -> None:
    told = report(EMPTY)
    assert "START WITH\n  age, sex." in told
    assert "DIAGNOSIS" not in told


def test_what_it_was_narrowed_to_is_said_first() -> None:
    told = report(dataclasses.replace(VERDICT, guideline="acr-2022"))
    assert told.index("acr-2022 and of no one in particular") < told.index("ALERTS")


def test_without_color_nothing_but_text_is_printed() -> None:
    assert report().isprintable() or "\x1b" not in report()
    colored = report(colored=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == report()


def test_reasons_that_two_medicines_share_are_told_once() -> None:
    why = (DEFICIENT,)
    both = tuple(
        item(name, name, "recommended", choice="one", supporting=why) for name in ("alendronate", "risedronate")
    )
    told = section(report(dataclasses.replace(VERDICT, plan=both)), "WHAT TO DO, IN THIS ORDER")
    assert told.count("Vitamin D deficiency speaks for osteomalacia") == 1
    assert "why as for alendronate" in told


def test_hostile_text_stays_text() -> None:
    hostile = Shown("age", "age\x1b[2J", "\u202e67", 67.0, "year", "known")
    reason = dataclasses.replace(DEFICIENT, title="\x1b]0;owned\x07 <b>")
    alert = dataclasses.replace(VERDICT.alerts[0], because=(reason,), action="run\x9b2J")
    told = report(dataclasses.replace(VERDICT, findings=(hostile,), alerts=(alert,)), title="\x1b[31mpatient.yaml")
    assert not set(told) & {"\x1b", "\x9b", "\u202e", "\x07"}
    assert r"\x1b[2J" in told


def test_a_rule_of_another_region_names_it() -> None:
    reason: Reason = dataclasses.replace(DEFICIENT, region="UK")
    barred = item("raloxifene", "raloxifene", "contraindicated", against=(reason,))
    assert "osteomalacia (UK): " in " ".join(report(dataclasses.replace(VERDICT, plan=(barred,))).split())

"""Changes by which a premise is read otherwise, in the words of the report; and a case that notices each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.case.case import Prepared
from engine.premises.expression import Literal
from engine.values.interval import exactly
from engine.workbench.mutation import misreadings, mutants
from engine.workbench.mutation.mutation import KILLED, SURVIVED
from tests.workbench import bench
from tests.workbench.test_mutation import REQUIRED, of_rule, run

EVER = "any courses where (name is omeprazole)"


FIELDS = "type: records, key: name, fields: {name: {type: choice, choices: medicines}, date: date"
LISTS = f"""
courses: {{label: courses, {FIELDS}, stopped: date}}}}
infusions: {{label: infusions, {FIELDS}}}}}
"""


def prepared(rules: str) -> Prepared:
    """The small knowledge base with a list whose entries end, and one whose do not."""
    return bench.prepared(rules, findings=LISTS)


def changed(when: str) -> set[str]:
    base = prepared(f"{REQUIRED}extra:\n{bench.rule('diagnoses: osteoporosis', when)}")
    return {one.change for one in mutants.of(base.kb) if one.owner == "extra"}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("courses has omeprazole", "now becomes ever in `courses has omeprazole`"),
        (EVER, f"ever becomes now in `{EVER}`"),
        (
            "no courses where (name is omeprazole)",
            "ever becomes now in `no courses where (name is omeprazole)`",
        ),
        (
            "age > 70 and (sex is female or age > 80)",
            "parentheses lost around `sex is female or age > 80` in `age > 70 and (sex is female or age > 80)`",
        ),
        (
            "any infusions where (since(date) < 6 months)",
            "months become days in `since(date) < 6 months`",
        ),
    ],
)
def test_a_misreading_is_a_change(when: str, expected: str) -> None:
    assert expected in changed(when)


@pytest.mark.parametrize(
    ("written", "days", "expected"),
    [("14 days", "14", "days become months"), ("3 weeks", "21", "weeks become days"), ("2.5 mg/day", "2.5", "")],
)
def test_a_time_is_taken_for_another(written: str, days: str, expected: str) -> None:
    literal = Literal(source=written, value=exactly(Decimal(days)))
    found = dict(misreadings.in_another_time(literal))
    assert [*found] == ([expected] if expected else [])
    for name, one in found.items():
        grown = (one.value.exact or 0) > Decimal(days)
        assert grown is (name == "days become months")


@pytest.mark.parametrize(
    "when",
    [
        "infusions has omeprazole",
        "any courses where (name is omeprazole and stopped)",
        "age > 70 or age > 60 and sex is female",
    ],
)
def test_what_can_be_read_in_one_way_only_is_left(when: str) -> None:
    """Infusions never end; of a list with other details, and of `and` within `or`, nothing is lost."""
    found = changed(when)
    assert not [one for one in found if "ever" in one or "parentheses" in one]


CASES = """
- name: taken once
  today: 2026-01-15
  given: {courses: [{name: omeprazole, date: 2015, stopped: 2020}]}
  expect: {fired: extra}
- name: taken now
  given: {courses: [omeprazole]}
  expect: {fired: extra}
"""


def test_only_somebody_in_whom_it_ended_notices() -> None:
    base = prepared(f"{REQUIRED}extra:\n{bench.rule('diagnoses: osteoporosis', EVER)}")
    change = f"ever becomes now in `{EVER}`"
    assert of_rule(run(base, CASES), "extra")[change] == KILLED
    now = "\n- name: taken now" + CASES.split("- name: taken now")[1]
    assert of_rule(run(base, now), "extra")[change] == SURVIVED

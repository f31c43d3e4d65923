"""Pictures: where a score stands, and how far evidence leans."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assessment.verdict import Course, LineShown, ProbabilityShown
from engine.views.report import pictures
from tests.views.samples import VERDICT

SCORES = st.floats(-8, 5)


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (-2.5, "osteoporosis"),
        (-2.4, "low bone mass"),
        (-1.1, "low bone mass"),
        (-1.0, "normal"),
        (0.3, "normal"),
        (-4, "osteoporosis"),
    ],
)
def test_the_bands_are_those_of_who(score: float, band: str) -> None:
    assert pictures.band(score) == band


@given(SCORES, SCORES)
def test_a_higher_score_never_stands_further_left(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= pictures.position(low) <= pictures.position(high) <= 100


def test_a_score_known_only_within_bounds_is_not_drawn() -> None:
    assert pictures.t_scores(VERDICT) == ()


@pytest.mark.parametrize(
    ("score", "width", "favors"), [(1.0, 50, True), (-1.0, 50, False), (4.2, 100, True), (0, 0, True)]
)
def test_a_bar_is_as_long_as_the_evidence_and_never_longer_than_the_picture(
    score: float, width: float, favors: bool
) -> None:
    bar = pictures.evidence(dataclasses.replace(VERDICT.diagnoses[1], score=score))
    assert (bar.width, bar.favors) == (width, favors)


def probability(value: float, *lines: float) -> pictures.Given:
    shown = (LineShown(f"line-{one:g}", one, f"{one:g} %", "a line", ("A guideline",)) for one in lines)
    return pictures.given(ProbabilityShown("frax_major", "10-year risk", value, f"{value:g} %", tuple(shown)))


@given(st.floats(0, 100), st.lists(st.floats(0, 100), min_size=1, max_size=5))
def test_a_probability_stands_on_the_side_of_each_line_where_it_is(value: float, lines: list[float]) -> None:
    drawn = probability(value, *lines)
    for line, number in zip(drawn.lines, lines, strict=True):
        assert 0 <= line.position <= 100
        if abs(value - number) > drawn.end / 500:  # positions are rounded to a tenth of a percent of the scale
            assert (drawn.position >= line.position) is (value >= number)


def test_lines_of_one_number_are_drawn_once_and_told_each() -> None:
    drawn = probability(17, 20, 20, 15)
    assert [text for _, text in drawn.ticks] == ["20 %", "15 %"]
    assert drawn.words == (
        "10-year risk: 17 %, as entered",
        "20 %: a line (A guideline)",
        "20 %: a line (A guideline)",
        "15 %: a line (A guideline)",
    )


TODAY = datetime.date(2026, 11, 21)
DAYS = st.integers(datetime.date(1990, 1, 1).toordinal(), TODAY.toordinal())


@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=6))
def test_courses_lie_on_the_timeline_in_the_order_they_began(days: list[tuple[int, int]]) -> None:
    courses = tuple(Course("x", "then", "medicine", min(two), max(two), False) for two in days)
    drawn = pictures.timeline(courses, TODAY)
    for one, stretch in zip(courses, drawn.stretches, strict=True):
        assert 0 <= stretch.begin <= stretch.begin + stretch.length <= 100.1
        for other, beside in zip(courses, drawn.stretches, strict=True):
            assert one.first > other.first or stretch.begin <= beside.begin
    assert [int(year.text) for year in drawn.years] == sorted(int(year.text) for year in drawn.years)

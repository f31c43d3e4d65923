"""Pictures: where a score stands, and how far evidence leans."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

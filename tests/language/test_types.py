"""The types of findings: which numbers an answer can be, and what of an interval that leaves."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values.interval import ANY, INFINITY, Interval, exactly
from engine.values.types import NUMBER, TYPES, Form, Possible, named, taking

STEPPED = Possible(Interval(Decimal(0), Decimal(30)), Decimal(1))
HALVES = Possible(None, Decimal("0.5"))


@pytest.mark.parametrize(
    ("number", "can_be"), [("-1", False), ("0", True), ("0.5", False), ("30", True), ("30.0", True), ("31", False)]
)
def test_a_number_between_two_steps_or_beyond_a_limit_cannot_be(number: str, can_be: bool) -> None:
    assert STEPPED.contains(Decimal(number)) is can_be


def test_without_limits_and_steps_every_number_can_be() -> None:
    assert NUMBER.possible(None).contains(Decimal("-1e9"))
    assert NUMBER.possible(None).narrowed(ANY) == ANY


@pytest.mark.parametrize(
    ("low", "high", "opened", "left"),
    [
        ("2", "Infinity", "low", ("3", "Infinity")),
        ("2", "Infinity", "", ("2", "Infinity")),
        ("-Infinity", "2", "high", ("-Infinity", "1")),
        ("1.2", "3.8", "", ("2", "3")),
        ("1", "4", "low high", ("2", "3")),
        ("2", "3", "low high", None),
        ("2.1", "2.9", "", None),
    ],
)
def test_an_interval_is_narrowed_to_the_steps_inside(
    low: str, high: str, opened: str, left: tuple[str, str] | None
) -> None:
    low_open, high_open = "low" in opened or "-" in low, "high" in opened or high == "Infinity"
    span = Interval(Decimal(low), Decimal(high), low_open, high_open)
    wanted = (
        None if left is None else Interval(Decimal(left[0]), Decimal(left[1]), left[0][0] == "-", left[1][0] == "I")
    )
    assert STEPPED.narrowed(span) == wanted


@given(
    st.decimals(-50, 50, places=2), st.decimals(0, 9, places=2), st.booleans(), st.booleans(), st.sampled_from([1, 2])
)
def test_what_is_narrowed_away_is_no_step(
    low: Decimal, width: Decimal, low_open: bool, high_open: bool, parts: int
) -> None:
    if not width and (low_open or high_open):
        return
    possible = STEPPED if parts == 1 else HALVES
    span = Interval(low, low + width, low_open, high_open)
    left = possible.narrowed(span)
    steps = [Decimal(place) / parts for place in range(-100, 130)]
    inside = [one for one in steps if span.contains(exactly(one))]
    assert inside == ([] if left is None else [one for one in steps if left.contains(exactly(one))])
    assert left is None or (inside[0], inside[-1]) == (left.low, left.high)


def test_many_numbers_at_once_are_held_to_the_same() -> None:
    numpy = pytest.importorskip("numpy")
    numbers = ["-1", "0", "0.5", "7", "29.999", "30", "31"]
    wrong = STEPPED.outside(numpy.array([*map(float, numbers), float("nan")]))
    assert list(wrong) == [*(not STEPPED.contains(Decimal(one)) for one in numbers), False]


def test_between_two_steps_a_number_settles_below_or_above() -> None:
    assert (STEPPED.settled(Decimal("2.5")), STEPPED.settled(Decimal("2.5"), up=True)) == (2, 3)
    assert NUMBER.possible(None).settled(Decimal("2.5")) == Decimal("2.5")


def test_a_floor_holds_where_an_author_sets_a_lower_limit_or_none() -> None:
    floored = TYPES["number"].__class__("number", floor=Decimal(0))
    assert floored.possible(None).limits == Interval(Decimal(0), INFINITY, False, True)
    assert floored.possible(Interval(Decimal(-3), Decimal(9))).limits == Interval(Decimal(0), Decimal(9))
    assert floored.possible(Interval(Decimal(2), Decimal(9))).limits == Interval(Decimal(2), Decimal(9))


def test_each_type_has_the_form_of_its_answers_and_says_which_keys_it_takes() -> None:
    assert {name: one.form for name, one in TYPES.items() if name in get_args(Form)} == {
        one: one for one in get_args(Form)
    }
    assert taking("choices") == ("choice",)
    assert taking("question") == ()
    assert all(name in named() for name in TYPES)

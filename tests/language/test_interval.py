"""Intervals: a statement about them holds of every number in them, and coarse ones never say more than fine ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.values import truth
from engine.values.interval import ANY, INFINITY, Interval, between, exactly, hull
from engine.values.truth import Truth

ENDS = st.one_of(st.integers(-6, 6).map(Decimal), st.sampled_from([INFINITY, -INFINITY]))
SIGNS = {"<": "less", "<=": "at_most", "=": "equals"}


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    first, second = sorted((draw(ENDS), draw(ENDS)))
    if first == second:
        point = first if not first.is_infinite() else Decimal(0)
        return exactly(point)
    return Interval(
        first,
        second,
        first.is_infinite() or draw(st.booleans()),
        second.is_infinite() or draw(st.booleans()),
    )


@st.composite
def within(draw: st.DrawFn, outer: Interval) -> Decimal:
    """A number in the interval."""
    low = outer.low if not outer.low.is_infinite() else min(Decimal(-20), outer.high - 20)
    high = outer.high if not outer.high.is_infinite() else max(Decimal(20), outer.low + 20)
    share = Decimal(draw(st.integers(0, 12))) / 12
    number = low + (high - low) * share
    assume(outer.contains(exactly(number)))
    return number


def holds(sign: str, left: Decimal, right: Decimal) -> bool:
    return {"<": left < right, "<=": left <= right, "=": left == right}[sign]


@given(st.data(), st.sampled_from(sorted(SIGNS)), intervals(), intervals())
def test_a_comparison_that_is_settled_holds_of_every_number(
    data: st.DataObject, sign: str, left: Interval, right: Interval
) -> None:
    verdict = getattr(left, SIGNS[sign])(right)
    one, other = data.draw(within(left)), data.draw(within(right))
    if verdict is not Truth.UNKNOWN:
        assert truth.of(holds(sign, one, other)) is verdict


@given(st.data(), st.sampled_from(sorted(SIGNS)), intervals(), intervals())
def test_a_finer_answer_overturns_no_comparison(
    data: st.DataObject, sign: str, left: Interval, right: Interval
) -> None:
    coarse = getattr(left, SIGNS[sign])(right)
    fine = getattr(exactly(data.draw(within(left))), SIGNS[sign])(right)
    assert coarse in (Truth.UNKNOWN, fine)


@given(intervals(), intervals())
def test_an_unsettled_comparison_could_go_either_way(left: Interval, right: Interval) -> None:
    """Unknown is said only where there are numbers for and numbers against."""
    if left.less(right) is Truth.UNKNOWN:
        assert left.low < right.high
        assert left.high > right.low or (left.high == right.low and not (left.high_open or right.low_open))


@pytest.mark.parametrize(
    ("left", "sign", "right", "expected"),
    [
        (exactly("-2.5"), "less", exactly("-2.5"), Truth.FALSE),
        (exactly("-2.5"), "at_most", exactly("-2.5"), Truth.TRUE),
        (Interval(-INFINITY, Decimal("-2.5"), True, True), "less", exactly("-2.5"), Truth.TRUE),
        (Interval(-INFINITY, Decimal("-2.5"), True, False), "less", exactly("-2.5"), Truth.UNKNOWN),
        (Interval(-INFINITY, Decimal("-2.5"), True, False), "at_most", exactly("-2.5"), Truth.TRUE),
        (Interval(Decimal(30), INFINITY, True, True), "at_most", exactly(30), Truth.FALSE),
        (between(60, 70), "less", exactly(70), Truth.UNKNOWN),
        (between(60, 70), "equals", exactly(71), Truth.FALSE),
        (between(60, 70), "equals", between(60, 70), Truth.UNKNOWN),
        (ANY, "less", ANY, Truth.UNKNOWN),
    ],
)
def test_the_ends_decide(left: Interval, sign: str, right: Interval, expected: Truth) -> None:
    assert getattr(left, sign)(right) is expected


OPERATIONS: dict[str, Any] = {
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "times": lambda a, b: a * b,
    "greater_ends": max,
    "lesser_ends": min,
}


@given(st.data(), st.sampled_from(sorted(OPERATIONS)), intervals(), intervals())
def test_the_result_of_arithmetic_holds_every_result_of_its_numbers(
    data: st.DataObject, name: str, left: Interval, right: Interval
) -> None:
    one, other = data.draw(within(left)), data.draw(within(right))
    result = getattr(left, name)(right)
    assert result.contains(exactly(OPERATIONS[name](one, other)))


@given(st.data(), intervals(), intervals())
def test_a_quotient_holds_every_quotient_and_nothing_is_divided_by_zero(
    data: st.DataObject, left: Interval, right: Interval
) -> None:
    result = left.over(right)
    if right.contains(exactly(0)):
        assert result is None
        return
    one, other = data.draw(within(left)), data.draw(within(right))
    assume(other != 0)
    if result is not None:
        quotient = one / other
        tolerance = abs(quotient) * Decimal("1e-20")
        assert result.low - tolerance <= quotient <= result.high + tolerance


@given(intervals())
def test_negation_undoes_itself(interval: Interval) -> None:
    assert interval.negated().negated() == interval


@given(intervals(), intervals())
def test_the_hull_is_the_smallest_that_holds_both(left: Interval, right: Interval) -> None:
    joined = hull([left, right])
    assert joined.contains(left)
    assert joined.contains(right)
    assert hull([joined, left]) == joined
    assert joined.low in (left.low, right.low)
    assert joined.high in (left.high, right.high)


@given(intervals(), intervals(), intervals())
def test_containment_is_a_partial_order(first: Interval, second: Interval, third: Interval) -> None:
    assert first.contains(first)
    if first.contains(second) and second.contains(third):
        assert first.contains(third)
    if first.contains(second) and second.contains(first):
        assert first == second


@pytest.mark.parametrize(("low", "high", "open_end"), [("3", "2", False), ("2", "2", True)])
def test_an_empty_interval_cannot_be_made(low: str, high: str, open_end: bool) -> None:
    with pytest.raises(ValueError, match="empty"):
        Interval(Decimal(low), Decimal(high), open_end, False)

"""Dates known in part, and calendar time between them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import dates
from engine.values.interval import INFINITY, Interval, between

DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))


def number(text: str) -> Decimal:
    return Decimal(datetime.date.fromisoformat(text).toordinal())


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-03", "2025-03-01", "2025-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-3", "2025-03-01", "2025-03-31"),
        ("2025-03-10", "2025-03-10", "2025-03-10"),
        (" 2025 ", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_date_known_in_part_is_every_day_it_may_be(text: str, first: str, last: str) -> None:
    assert dates.partial(text) == between(number(first), number(last))


@pytest.mark.parametrize(
    "text",
    ["", "25", "2025-13", "2025-02-30", "2025-0", "2025-00", "2025-03-00", "2025-00-10", "10.03.2025", "march", "0000"],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.partial(text) is None


@pytest.mark.parametrize("text", ["2025", "2025-03", "2024-02", "2025-03-10"])
def test_a_date_is_written_as_shortly_as_it_was_given(text: str) -> None:
    days = dates.partial(text)
    assert days is not None
    assert dates.text(days) == text


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (between(number("2025-03-10"), number("2025-04-02")), "2025-03-10..2025-04-02"),
        (Interval(-INFINITY, number("2025-03-10"), True, False), "by 2025-03-10"),
        (Interval(number("2025-03-10"), INFINITY, False, True), "since 2025-03-10"),
        (Interval(-INFINITY, INFINITY, True, True), "date unknown"),
    ],
)
def test_days_that_are_no_calendar_month_are_written_as_a_range(days: Interval, expected: str) -> None:
    assert dates.text(days) == expected


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2025-03-10", "2025-03-10", "0"),
        ("2025-03-10", "2025-04-10", "1"),
        ("2025-01-31", "2025-02-28", "1"),
        ("2024-01-31", "2024-02-29", "1"),
        ("2024-02-29", "2025-02-28", "12"),
        ("2025-03-10", "2027-03-10", "24"),
        ("2025-04-10", "2025-03-10", "-1"),
        ("2025-04-01", "2025-04-16", "0.5"),
    ],
)
def test_months_are_calendar_months(start: str, end: str, months: str) -> None:
    assert dates.months_between(number(start), number(end)) == Decimal(months)


def test_a_date_without_a_beginning_is_endlessly_long_ago() -> None:
    assert dates.months_between(-INFINITY, number("2025-03-10")) == INFINITY


@given(DAYS, DAYS, DAYS)
def test_later_is_never_fewer_months(first: datetime.date, second: datetime.date, third: datetime.date) -> None:
    start, end, later = (Decimal(day.toordinal()) for day in (first, *sorted((second, third))))
    assert dates.months_between(start, end) <= dates.months_between(start, later)
    assert dates.months_between(end, start) >= dates.months_between(later, start)


@given(DAYS, st.integers(0, 600))
def test_so_many_months_later_is_so_many_months(day: datetime.date, months: int) -> None:
    later = dates.months_later(day, months)
    assert dates.months_between(Decimal(day.toordinal()), Decimal(later.toordinal())) == months


@given(DAYS, DAYS, st.integers(0, 60), st.sampled_from(["months", "days"]))
def test_a_finer_date_is_a_finer_time(day: datetime.date, today: datetime.date, width: int, measure: str) -> None:
    ordinal, now = day.toordinal(), dates.day(today)
    coarse = dates.elapsed(between(ordinal, ordinal + width), now, measure)
    fine = dates.elapsed(between(ordinal + width // 2, ordinal + width // 2), now, measure)
    assert coarse.contains(fine)


@given(DAYS, st.integers(0, 240))
def test_months_ago_is_months_back(today: datetime.date, months: int) -> None:
    ago = dates.months_ago(Decimal(months), dates.day(today))
    assert ago.exact == dates.months_later(today, -months).toordinal()

"""Dates known to the day, month or year, and the calendar time between them."""

from __future__ import annotations

import calendar
import datetime
from decimal import Decimal

from .interval import INFINITY, Interval, between
from .patterns import lazily

DAYS_PER_MONTH = Decimal("30.4375")
"""The mean month, where a duration in days must be compared with one in months (365.25 / 12)."""

_PARTIAL = lazily(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def day(date: datetime.date) -> Interval:
    return between(date.toordinal(), date.toordinal())


def partial(text: str) -> Interval | None:
    """The days that `2025`, `2025-03` or `2025-03-10` may mean; None when the text is no such date."""
    match = _PARTIAL.fullmatch(text.strip())
    if match is None:
        return None
    year, month, date = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = datetime.date(year, 1 if month is None else month, 1 if date is None else date)
        if month is None:
            last = datetime.date(year, 12, 31)
        elif date is None:
            last = datetime.date(year, month, calendar.monthrange(year, month)[1])
        else:
            last = first
    except ValueError:
        return None
    return between(first.toordinal(), last.toordinal())


def months_later(date: datetime.date, months: int) -> datetime.date:
    """The same day `months` later (or earlier), or the last of that month where it has no such day."""
    index = date.year * 12 + date.month - 1 + months
    year, month = divmod(index, 12)
    return datetime.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: Decimal, end: Decimal) -> Decimal:
    """Calendar months from one day number to another, with the share of the month begun; monotone in both."""
    if start.is_infinite() or end.is_infinite():
        return INFINITY if start < end else -INFINITY
    if end < start:
        return -months_between(end, start)
    first, last = datetime.date.fromordinal(int(start)), datetime.date.fromordinal(int(end))
    months = (last.year - first.year) * 12 + last.month - first.month
    if months_later(first, months) > last:
        months -= 1
    anniversary, following = months_later(first, months), months_later(first, months + 1)
    rest = (last - anniversary).days
    return months + (Decimal(rest) / (following - anniversary).days if rest else Decimal(0))


def elapsed(date: Interval, today: Interval, measure: str) -> Interval:
    """Time from `date` to `today`, in calendar `months` or in `days`."""
    if measure == "days":
        return Interval(today.low - date.high, today.high - date.low, date.high.is_infinite(), date.low.is_infinite())
    low, high = months_between(date.high, today.low), months_between(date.low, today.high)
    return Interval(low, high, low.is_infinite(), high.is_infinite())


def months_ago(count: Decimal, today: Interval) -> Interval:
    """The day `count` months before today, to the day; fractions of a month by the mean month."""
    whole = int(count)
    date = months_later(datetime.date.fromordinal(int(today.low)), -whole)
    ordinal = Decimal(date.toordinal()) - ((count - whole) * DAYS_PER_MONTH).to_integral_value()
    return between(ordinal, ordinal)


def text(interval: Interval) -> str:
    """The shortest way to write these days: `2025`, `2025-03`, `2025-03-10`, or a range."""
    if interval.low.is_infinite() and interval.high.is_infinite():
        return "date unknown"
    if interval.low.is_infinite():
        return f"by {datetime.date.fromordinal(int(interval.high))}"
    if interval.high.is_infinite():
        return f"since {datetime.date.fromordinal(int(interval.low))}"
    first, last = datetime.date.fromordinal(int(interval.low)), datetime.date.fromordinal(int(interval.high))
    if first == last:
        return str(first)
    if (first.year, first.month, first.day, last.month, last.day) == (last.year, 1, 1, 12, 31):
        return str(first.year)
    month_end = calendar.monthrange(last.year, last.month)[1]
    if (first.year, first.month) == (last.year, last.month) and (first.day, last.day) == (1, month_end):
        return f"{first.year}-{first.month:02}"
    return f"{first}..{last}"

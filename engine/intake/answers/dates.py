"""Dates and times as people give them: `2025-03`, `March 2025`, `3 months ago`, `8 months`, `twice a week`."""

from __future__ import annotations

import calendar
import datetime
import re
from decimal import Decimal

from ...values import dates
from ...values.interval import INFINITY, Interval, between, exactly
from ...values.patterns import lazily
from ...values.problems import Place
from . import numbers
from .sheet import Measured, Sheet, clipped, refusal, spelled

_EARLIEST = datetime.date(1900, 1, 1).toordinal()
_MONTHS = {
    name[:length].casefold(): index
    for index, name in enumerate(calendar.month_name)
    if name
    for length in (3, 4, len(name))
}
_NAMED = (
    lazily(r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+)?(?P<month>[a-z]{3,9})\.?,?\s+(?P<year>\d{4})"),
    lazily(r"(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,\s*(?P<year>\d{4})"),
    lazily(r"(?P<year>\d{4})\s+(?P<month>[a-z]{3,9})\.?(?:\s+(?P<day>\d{1,2}))?"),
)
_AGO = lazily(r"(?P<time>.+?)\s+(?:ago|back|before today)")
_SIDES = (
    (lazily(r"(?:before|<)\s*"), "before"),
    (lazily(r"(?:by|until|<=|≤)\s*"), "by"),
    (lazily(r"(?:after|>)\s*"), "after"),
    (lazily(r"(?:since|from|>=|≥)\s*"), "since"),
)
_RECENT = {"today": (0, 0), "yesterday": (1, 1)}
_EXAMPLES = "write 2025, 2025-03, 2025-03-10 or '3 months ago'"
_TIMES = {"once": 1, "twice": 2, "three times": 3, "four times": 4, "1 time": 1} | {
    f"{count} times": count for count in range(2, 13)
}
_ABBREVIATED = {"od": 1, "qd": 1, "bd": 2, "bid": 2, "tds": 3, "tid": 3, "qds": 4, "qid": 4, "mane": 1, "nocte": 1}
_PERIODS = {
    **dict.fromkeys(("day", "daily", "d", "a day", "per day", "each day", "every day", "/day", "/d"), "day"),
    **dict.fromkeys(("week", "weekly", "a week", "per week", "each week", "every week", "/week"), "week"),
    **dict.fromkeys(("month", "monthly", "a month", "per month", "each month", "every month", "/month"), "month"),
    **dict.fromkeys(("year", "yearly", "annually", "a year", "per year", "each year", "every year", "/year"), "year"),
}
_EVERY_OTHER = lazily(r"(?:every other|every second|alternate)\s+(day|week|month|year)s?")


def date(sheet: Sheet, label: str, text: str, place: Place) -> Interval:
    """The days that a text may mean, none of them after today. Raises Refused."""
    words = spelled(text).casefold().rstrip(".")
    found = _days(sheet, label, words, text, place)
    if not found.high.is_infinite() and found.high < _EARLIEST:
        raise refusal("OL308", f"{label}: '{clipped(text)}' is before 1900", place, hint=_EXAMPLES)
    now = sheet.now
    if now is None:
        return found
    if found.low > now.low:
        what = f"{label}: {clipped(text)} is in the future; today is {sheet.today}"
        raise refusal("OL309", what, place, hint="check the date, or what is taken as today")
    return Interval(found.low, min(found.high, now.high), found.low_open, found.high_open and found.high < now.high)


def until_today(sheet: Sheet, label: str, place: Place) -> Interval:
    """Some day up to today: `stopped: yes`."""
    return Interval(-INFINITY, _today(sheet, label, "yes", place).high, True, False)


def _days(sheet: Sheet, label: str, words: str, text: str, place: Place) -> Interval:
    for pattern, side in _SIDES:
        match = pattern.match(words)
        if match and words[match.end() :]:
            return _side(side, _days(sheet, label, words[match.end() :], text, place))
    span = re.fullmatch(r"(?:between )?(\d{4}[\d-]*)\s*(?:\.\.| to | and |–)\s*(\d{4}[\d-]*)", words)
    if span:
        first, last = (_days(sheet, label, end, text, place) for end in span.groups())
        if first.low > last.high:
            raise refusal("OL306", f"{label}: {clipped(text)} ends before it starts", place, hint="earlier date first")
        return between(first.low, last.high)
    known = dates.partial(words.replace("/", "-")) or _named(words)
    if known is not None:
        return known
    if words.rstrip(".") in _MONTHS:
        return _latest(_today(sheet, label, text, place), _MONTHS[words.rstrip(".")])
    decade = re.fullmatch(r"(?:the )?(?:early |mid |late )?(19|20)(\d)0'?s", words)
    if decade:
        year = int(f"{decade.group(1)}{decade.group(2)}0")
        return between(datetime.date(year, 1, 1).toordinal(), datetime.date(year + 9, 12, 31).toordinal())
    if words in _RECENT:
        now = _today(sheet, label, text, place)
        return between(now.low - _RECENT[words][0], now.high - _RECENT[words][1])
    recent = re.fullmatch(r"(this|last) (year|month)", words)
    if recent:
        return _calendar(_today(sheet, label, text, place), recent.group(1) == "last", recent.group(2))
    ago = _AGO.fullmatch(words)
    if ago:
        return _ago(sheet, label, ago["time"], text, place)
    hint = _EXAMPLES
    if re.fullmatch(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{1,2}[/.\-]\d{4}", words):
        hint = f"write the year first, so that day and month cannot be confused: {_EXAMPLES.removeprefix('write ')}"
    raise refusal("OL308", f"{label}: '{clipped(text)}' is no date", place, hint=hint)


def _side(side: str, days: Interval) -> Interval:
    if side == "before":
        return Interval(-INFINITY, days.low - 1, True, False)
    if side == "by":
        return Interval(-INFINITY, days.high, True, False)
    if side == "after":
        return Interval(days.high + 1, INFINITY, False, True)
    return Interval(days.low, INFINITY, False, True)


def _named(words: str) -> Interval | None:
    """`March 2025`, `10 Mar 2025`, `March 10, 2025`."""
    for pattern in _NAMED:
        match = pattern.fullmatch(words)
        if match and match["month"] in _MONTHS:
            ending = f"-{match['day']}" if match["day"] else ""
            return dates.partial(f"{match['year']}-{_MONTHS[match['month']]}{ending}")
    return None


def _today(sheet: Sheet, label: str, text: str, place: Place) -> Interval:
    now = sheet.now
    if now is None:
        what = f"{label}: '{clipped(text)}' is counted from today, and what is today is not given"
        raise refusal("OL310", what, place, hint="write `today: 2026-01-15`, or the date itself")
    return now


def _calendar(now: Interval, last: bool, period: str) -> Interval:
    today = datetime.date.fromordinal(int(now.low))
    if period == "year":
        found = dates.partial(str(today.year - last))
    else:
        day = dates.months_later(today, -1) if last else today
        found = dates.partial(f"{day.year}-{day.month:02}")
    assert found is not None
    return found


def _latest(now: Interval, month: int) -> Interval:
    """`since March`: the last March there was, this one included."""
    today = datetime.date.fromordinal(int(now.low))
    found = dates.partial(f"{today.year - (month > today.month)}-{month:02}")
    assert found is not None
    return found


def _ago(sheet: Sheet, label: str, time: str, text: str, place: Place) -> Interval:
    """`3 months ago` to the day; `over a year ago`, `2 to 3 years ago`."""
    now = _today(sheet, label, text, place)
    days = re.search(r"\b(?:days?|weeks?|wks?)\b", time)
    measured = Measured(label=label, unit="day" if days else "month", floor=Decimal(0))
    span = numbers.interval(sheet, measured, time, place)
    most = Decimal(36525 if days else 1200)

    def day(count: Decimal) -> Decimal:
        whole = min(count, most)
        return now.low - whole.to_integral_value() if days else dates.months_ago(whole, now).low

    earliest = -INFINITY if span.high.is_infinite() else day(span.high)
    latest = now.low if span.low.is_infinite() else day(span.low)
    later = 1 if span.high_open and not earliest.is_infinite() else 0
    return Interval(
        earliest + later, max(latest - (1 if span.low_open else 0), earliest + later), earliest.is_infinite()
    )


def duration(sheet: Sheet, measured: Measured, text: str, place: Place) -> Interval:
    """A length of time in the measured unit: `8 months`, `> 3 months`. Raises Refused."""
    words = re.sub(r"^for\s+", "", spelled(text), flags=re.IGNORECASE)
    words = re.sub(r"(?<=\d)-(?=(?:day|week|month|year)\b)", " ", words)
    return numbers.interval(sheet, measured, words, place)


def frequency(sheet: Sheet, text: str) -> Interval | None:
    """The days from one dose to the next: `weekly`, `6 months`, `twice a day`; None when the text is none of these."""
    words = spelled(text).casefold().strip(" ,")
    for opening, count in _TIMES.items():
        if words.startswith(opening + " "):
            return _shared(sheet, words[len(opening) + 1 :], count)
    if words in _ABBREVIATED:
        return _shared(sheet, "day", _ABBREVIATED[words])
    other = _EVERY_OTHER.fullmatch(words)
    if other:
        return _period(sheet, f"2{other.group(1)}")
    if words in _PERIODS:
        return _shared(sheet, words, 1)
    counted = re.fullmatch(r"(?:every |/)?(?P<count>\d{1,3})[ -]?(?P<unit>[a-z]+)", words)
    return _period(sheet, f"{counted['count']}{counted['unit']}") if counted and int(counted["count"]) else None


def _period(sheet: Sheet, unit: str) -> Interval | None:
    days = sheet.units.convert(Decimal(1), unit, "day")
    return exactly(days) if days is not None else None


def _shared(sheet: Sheet, period: str, count: int) -> Interval | None:
    """`count` doses in one period."""
    if period not in _PERIODS:
        return None
    days = sheet.units.convert(Decimal(1), _PERIODS[period], "day")
    return exactly(days / count) if days is not None else None


def frequency_after(sheet: Sheet, text: str) -> tuple[str, Interval] | None:
    """The dose and the frequency of `70 mg weekly`, `5 mg/day`, `60 mg every 6 months`; None without a frequency."""
    words = spelled(text)
    starts = [match.start() for match in re.finditer(r"[\s/,]+", words)]
    for start in starts:
        ending = words[start:].strip(" ,")
        found = frequency(sheet, ending)
        if found is not None:
            return words[:start].strip(" ,"), found
    return None


def frequency_text(days: Interval) -> str:
    """The frequency as it is written: `day`, `week`, `6 months`."""
    exact = days.exact
    if exact is None:
        return f"{numbers.span_text(days, show=False)} days"
    often = (1 / exact).to_integral_value()
    if often > 1 and Decimal(1) / often == exact:
        return f"{often} times a day"
    for unit, length in (
        ("year", Decimal("365.25")),
        ("month", Decimal("30.4375")),
        ("week", Decimal(7)),
        ("day", Decimal(1)),
    ):
        count = exact / length
        if count == count.to_integral_value():
            return unit if count == 1 else f"{numbers.digits(count)} {unit}s"
    return f"{numbers.digits(exact)} days"

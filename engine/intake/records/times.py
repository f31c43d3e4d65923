"""Times of records: the day as it was written, and the instant that orders results."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable
from typing import Any

from ...values.patterns import lazily

_TIME = lazily(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?")


def day_of(when: str) -> str:
    """The day, month or year of a time, as it was written: the day where the patient was."""
    return when[:10]


@functools.lru_cache(maxsize=4096)
def is_time(when: str) -> bool:
    """Whether it is a day, or a part of one, that there is."""
    if _TIME.fullmatch(when) is None:
        return False
    parts = [int(part) for part in when[:10].split("-")]
    try:
        datetime.date(*[*parts, 1, 1][:3])
    except ValueError:
        return False
    return True


def days_of(when: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day that a day, a month or a year may be."""
    year, month, day = ([int(part) for part in when[:10].split("-")] + [0, 0])[:3]
    first = datetime.date(year, month or 1, day or 1)
    if day:
        return first, first
    after = datetime.date(year + (month in (0, 12)), month % 12 + 1, 1)
    return first, after - datetime.timedelta(days=1)


@functools.lru_cache(maxsize=4096)
def instant(when: str) -> str:
    """What orders times of several zones."""
    if len(when) < 20 or when.endswith(("Z", "+00:00", "-00:00")):
        return when[:19]
    zone = re.search(r"([+-])(\d\d):(\d\d)$", when)
    if zone is None:
        return when[:19]
    try:
        local = datetime.datetime.fromisoformat(when[:19])
        away = datetime.timedelta(hours=int(zone[2]), minutes=int(zone[3]))
        return (local - away if zone[1] == "+" else local + away).isoformat()
    except (ValueError, OverflowError):
        return when[:19]


def is_after(when: str, day: datetime.date) -> bool:
    """Whether a time lies wholly after a day."""
    told, last = when[:10], _written(day)
    return told > (last if len(told) == 10 else last[: len(told)])


def is_before(when: str, day: datetime.date) -> bool:
    """Whether a time lies wholly before a day."""
    told = when[:10]
    return told < _written(day)[: len(told)]


_written = functools.lru_cache(maxsize=64)(datetime.date.isoformat)
"""A day as records write it; thousands of times are held to one."""


def first(content: dict[str, Any], keys: Iterable[str]) -> str:
    """The first of these times that is given; of a period its end, else its start."""
    for key in keys:
        value = content.get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            for end in ("end", "start"):
                if isinstance(value.get(end), str):
                    told: str = value[end]
                    return told
            events = value.get("event")
            if isinstance(events, list) and events and isinstance(events[-1], str):
                return events[-1]
    return ""


def start_of(value: Any) -> str:
    """The start of a period, or the time itself."""
    if isinstance(value, dict):
        value = value.get("start")
    return value if isinstance(value, str) else ""


def end_of(value: Any) -> str:
    """The end of a period, where there is one."""
    value = value.get("end") if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""

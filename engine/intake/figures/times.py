"""Times as people write them: dates, times ago, how long, at what age, how often; each as a patient file writes it."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...values import dates

_MONTHS = {name: index for index, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_COUNTS = {
    "a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "a couple of": "2", "couple of": "2",
    "a few": "", "few": "", "several": "", "half a": "0.5", "half an": "0.5",
}  # fmt: skip
"""Numbers in words; those that say no number are empty."""
_COUNT = (
    r"(?:\d{1,3}(?:\.\d{1,2})?|" + "|".join(sorted((re.escape(one) for one in _COUNTS), key=len, reverse=True)) + ")"
)
_LENGTH = (
    r"(?:(?P<count>" + _COUNT + r")(?:\s*(?:-|to)\s*(?P<upto>\d{1,3}))?\s*-?\s*(?P<more>\+)?\s*"
    r"(?P<unit>days?|(?-i:d)|weeks?|wks?|wk|(?-i:w)|months?|mo?n?ths?|mos?|mo|years?|yrs?|yr|(?-i:y)"
    r"|fortnights?)\b(?!/|[\s-]*old\b)"
    r"|(?P<clinic>\d{1,3})/(?P<part>12|52|7)\b|(?:a\s+)?(?P<fortnight>fortnight)\b"
    r"|(?:a\s+)?(?P<half>year\s+and\s+a\s+half)|(?P<halves>\d{1,2})\s+and\s+a\s+half\s+(?P<halfunit>years?|months?))"
)
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year", "f": "fortnight"}
_PARTS = {"12": "month", "52": "week", "7": "day"}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}
_FEASTS = {"easter": 4, "christmas": 12, "xmas": 12, "new year": 1}
_EVERY = (
    (r"(?:once\s+)?(?:a|per|each|every)\s*(?P<unit>day|week|month|year|night|morning)\b", ""),
    (r"/\s*(?P<unit>day|d|week|wk|month|year|yr)\b", ""),
    (r"(?P<times>once|twice|three times|four times|\d{1,2}\s*(?:x|times))[\s/]*(?:a|per|each|every)?\s*"
     r"(?P<unit>daily|weekly|monthly|yearly|day|week|month|year)\b", ""),
    (r"(?:q|every)\s*(?P<count>\d{1,2}|two|three|four|six|twelve)\s*[- ]?\s*"
     r"(?P<unit>days?|d|weeks?|wks?|w|months?|mths?|mo|m|years?|yrs?|y|hours?|h)\b", ""),
    (r"(?:q|every)\s*(?P<clinic>\d{1,2})/(?P<part>12|52|7)\b", ""),
    (r"(?P<count>2|3|4|6|12|two|three|four|six|twelve)[- ]?(?P<unit>weekly|monthly|yearly|mthly)\b", ""),
    (r"(?P<count>8|9|10)-(?P<unit>weekly|monthly)\b", ""),
    (r"(?P<other>every other|alternate)\s+(?P<unit>day|week|month)s?\b", ""),
    (r"(?P<word>bd|bid|b\.i\.d\.|tds|tid|qds|qid)\b", ""),
    (r"(?P<day>od|o\.d\.|qd|(?-i:OM)|mane|nocte|daily|nightly)\b", ""),
    (r"(?P<week>(?-i:OW))\b", ""),
    (r"(?P<unit>weekly|monthly|yearly|annually|annual|fortnightly)\b", ""),
)  # fmt: skip
Read = Callable[["Times", "re.Match[str]"], "Time | None"]
_ABBREVIATED = {"bd": "2 times a day", "bid": "2 times a day", "b.i.d.": "2 times a day", "tds": "3 times a day"} | {
    "tid": "3 times a day", "qds": "4 times a day", "qid": "4 times a day"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Time:
    """A time, as a patient file writes it.

    `kind`: `date` (a day, month, year, season or a time ago), `length` (how long), `age`, `ages` (a decade of life),
    `every` (how often), `period` (from, to). `unclear` says what has to be asked where it can be read two ways.
    """

    kind: str
    text: str
    until: str = ""
    """Of a period: its end."""
    unclear: tuple[str, ...] = ()
    bare_year: bool = False
    often: bool = False
    bound: str = ""
    """`>` or `<` of a length that is said to be more, or less, than that."""


class Times:
    """Reads times on one day."""

    def __init__(self, today: datetime.date) -> None:
        self.today = today

    def at(self, line: str, start: int) -> tuple[int, Time] | None:
        """The longest time that begins here, and where it ends."""
        best: tuple[int, Time] | None = None
        for pattern, read in _READERS:
            match = pattern.match(line, start)
            if match is None or (best is not None and match.end() <= best[0]):
                continue
            time = read(self, match)
            if time is not None:
                best = (match.end(), time)
        return best

    # --- days ---

    def _year(self, two: str) -> int:
        year = int(two)
        if year >= 100:
            return year
        return 2000 + year if year <= self.today.year % 100 else 1900 + year

    def _iso(self, match: re.Match[str]) -> Time | None:
        text = match.group()
        return Time("date", text) if dates.partial(text) is not None else None

    def _numeric(self, match: re.Match[str]) -> Time | None:
        """`14/5/26`: the day first, unless only the month can be; what can be both is asked."""
        one, two, year = int(match["one"]), int(match["two"]), self._year(match["year"])
        found = [
            f"{year}-{month:02}-{day:02}"
            for day, month in dict.fromkeys(((one, two), (two, one)))
            if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
        ]
        if not found:
            return None
        past = [text for text in found if datetime.date.fromisoformat(text) <= self.today] or found
        if len(past) > 1:
            return Time("date", str(year), unclear=tuple(past))
        return Time("date", past[0])

    def _month_year(self, match: re.Match[str]) -> Time | None:
        month = int(match["month"])
        return Time("date", f"{match['year']}-{month:02}") if 1 <= month <= 12 else None

    def _named(self, match: re.Match[str]) -> Time | None:
        month = _MONTHS[match["month"][:3].casefold()]
        day = match.groupdict().get("day")
        told = match.groupdict()
        year = self._year(told.get("year") or told.get("full") or told["two"] or "")
        if told.get("two") and not told.get("quote") and year < 1950:
            return None
        text = f"{year}-{month:02}" + (f"-{int(day):02}" if day else "")
        return Time("date", text) if dates.partial(text) is not None else None

    def _month(self, match: re.Match[str]) -> Time | None:
        month = _MONTHS[match["month"][:3].casefold()]
        if match["day"] and not match["which"]:
            return self._day_of_month(int(match["day"]), month)
        last = "last" in match.group().casefold().split()[0]
        year = self.today.year - (month > self.today.month or (last and month == self.today.month))
        if match["which"]:
            year = self.today.year - (match["which"].casefold() == "last")
        return Time("date", f"{year}-{month:02}")

    def _day_of_month(self, day: int, month: int) -> Time | None:
        """`15 Sept`: the last time it was that day."""
        for year in (self.today.year, self.today.year - 1):
            text = f"{year}-{month:02}-{day:02}"
            if dates.partial(text) is not None and datetime.date.fromisoformat(text) <= self.today:
                return Time("date", text)
        return None

    def _plain_year(self, match: re.Match[str]) -> Time | None:
        year = int(match["year"])
        if not 1900 <= year <= self.today.year:
            return None
        return Time("date", str(year), bare_year=True)

    def _short_year(self, match: re.Match[str]) -> Time:
        return Time("date", str(self._year(match["year"])), bare_year=True)

    def _decade(self, match: re.Match[str]) -> Time:
        year = int(match["century"] + match["decade"] + "0") if match["century"] else 1900 + int(match["decade"]) * 10
        return Time("date", f"{year}..{year + 9}")

    def _season(self, match: re.Match[str]) -> Time:
        first, last = _SEASONS[match["season"].casefold()]
        back = {"two": 1, "2": 1, "three": 2, "3": 2}.get((match["back"] or "").casefold(), 0)
        year = self.today.year
        while datetime.date(year + (first > 12), (first - 1) % 12 + 1, 1) > self.today:
            year -= 1
        start, end = dates_of(year - back, first), dates_of(year - back, last)
        return Time("date", f"{start}..{end}")

    def _feast(self, match: re.Match[str]) -> Time:
        month = _FEASTS[" ".join(match["feast"].casefold().split())]
        year = self.today.year - (month > self.today.month)
        return Time("date", f"{year}-{month:02}")

    def _recent(self, match: re.Match[str]) -> Time:
        words = " ".join(match.group().casefold().split())
        year, month = self.today.year, self.today.month
        told = {
            "last year": str(year - 1), "this year": str(year), "this month": f"{year}-{month:02}",
            "last month": f"{year - (month == 1)}-{(month - 2) % 12 + 1:02}", "last week": "1 week ago",
            "this week": "by today", "last night": "yesterday",
        }  # fmt: skip
        return Time("date", told.get(words, words))

    # --- lengths ---

    def _ago(self, match: re.Match[str]) -> Time | None:
        length = _length(match)
        return Time("date", f"{length} ago") if length else None

    def _lasting(self, match: re.Match[str]) -> Time | None:
        length = _length(match)
        words = (match["bound"] or "").casefold().split()
        bound = {"": "", ">": ">", "over": ">", "more": ">", "at": ">", "<": "<", "under": "<", "less": "<"}
        found = bound.get(words[0][0] if words and words[0][0] in "<>" else words[0] if words else "", "")
        if match["more"] and not found:
            found = ">"
        return Time("length", length, bound=found) if length else None

    def _age(self, match: re.Match[str]) -> Time | None:
        age = int(match["age"])
        last = match.groupdict().get("last")
        if age > 115:
            return None
        return Time("age", f"{age}..{last}" if last else str(age))

    def _ages(self, match: re.Match[str]) -> Time:
        words = {"twent": 20, "thirt": 30, "fort": 40, "fift": 50, "sixt": 60, "sevent": 70, "eight": 80, "ninet": 90}
        told = match["word"]
        low = int(match["digit"]) * 10 if match["digit"] else words[told.casefold().removesuffix("ies")]
        part = (match["part"] or "").casefold()
        first, last = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}.get(part, (0, 9))
        return Time("ages", f"{low + first}..{low + last}")

    def _period(self, match: re.Match[str]) -> Time | None:
        first, last = match["first"], match["last"]
        if last and len(last) == 2:
            last = first[:2] + last
        if not 1900 <= int(first) <= int(last) <= self.today.year:
            return None
        return Time("period", first, until=last)

    def _months_period(self, match: re.Match[str]) -> Time:
        first, last = (_MONTHS[match[name][:3].casefold()] for name in ("first", "last"))
        year = self.today.year - (last > self.today.month)
        return Time("period", f"{year - (first > last)}-{first:02}", until=f"{year}-{last:02}")

    def _dated_period(self, match: re.Match[str]) -> Time | None:
        first, last = (
            f"{match[year]}-{_MONTHS[match[month][:3].casefold()]:02}"
            for month, year in (("first", "begun"), ("last", "over"))
        )
        return Time("period", first, until=last) if first <= last <= f"{self.today:%Y-%m}" else None

    def _often(self, match: re.Match[str]) -> Time | None:
        text = _frequency(match.groupdict())
        return Time("every", text, often=True) if text else None

    def bounded(self, length: str, bound: str) -> str:
        """When something began that has lasted longer than this (`before 2021-11` for 5 years), or less."""
        count, _, unit = length.partition(" ")
        months = round(float(count) * {"day": 1 / 30.4, "week": 7 / 30.4, "month": 1, "year": 12}[unit.rstrip("s")])
        day = dates.months_later(self.today, -months)
        return f"{'before' if bound == '>' else 'since'} {day.year}-{day.month:02}"


def dates_of(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"


def _length(match: re.Match[str]) -> str:
    """A length of time in numbers: `3 months`; empty where no number is said."""
    if match["clinic"]:
        return _counted(match["clinic"], _PARTS[match["part"]])
    if match["fortnight"]:
        return "14 days"
    if match["half"]:
        return "18 months"
    if match["halves"]:
        months = match["halfunit"].startswith("month")
        return f"{match['halves']}.5 months" if months else f"{int(match['halves']) * 12 + 6} months"
    told = " ".join(match["count"].casefold().split())
    count = _COUNTS.get(told, told)
    unit = _UNITS[match["unit"][0].casefold()]
    if not count:
        return ""
    if unit == "fortnight":
        return f"{int(float(count) * 14)} days"
    if count == "0.5":
        return {"year": "6 months", "month": "15 days", "week": "3 days", "day": ""}[unit]
    if match["upto"]:
        return f"{count} to {match['upto']} {unit}s"
    return _counted(count, unit)


def _counted(count: str, unit: str) -> str:
    return f"{count} {unit}" + ("" if count == "1" else "s")


def _frequency(told: dict[str, str | None]) -> str:
    unit = (told.get("unit") or "").casefold()
    if told.get("word"):
        return _ABBREVIATED[(told["word"] or "").casefold()]
    if told.get("day"):
        return "day"
    if told.get("week"):
        return "week"
    if told.get("clinic"):
        return _plural(int(told["clinic"] or 0), _PARTS[told["part"] or "12"])
    if unit.startswith("h"):
        return ""
    period = {"d": "day", "n": "day", "w": "week", "m": "month", "y": "year", "a": "year", "f": "fortnight"}[unit[:1]]
    period = "day" if unit == "morning" else period
    if period == "fortnight":
        return "2 weeks"
    if told.get("other"):
        return _plural(2, period)
    if told.get("times"):
        word = (told["times"] or "").casefold()
        found = re.match(r"\d+", word)
        count = int(found.group()) if found else {"once": 1, "twice": 2, "three times": 3, "four times": 4}[word]
        if count == 1:
            return period
        return f"{count} times a {period}"
    if told.get("count"):
        word = (told["count"] or "").casefold()
        return _plural(int(_COUNTS.get(word, word)), period)
    return period


def _plural(count: int, unit: str) -> str:
    return unit if count == 1 else f"{count} {unit}s"


def _compiled() -> Iterator[tuple[re.Pattern[str], Read]]:
    def one(pattern: str, read: Read) -> tuple[re.Pattern[str], Read]:
        return re.compile(pattern, re.IGNORECASE), read

    yield one(r"(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?(?!\d|\.\d)", Times._iso)
    yield one(
        r"(?P<one>\d{1,2})(?P<s>[/.-])(?P<two>\d{1,2})(?P=s)(?P<year>(?:19|20)?\d\d)(?![\d/-]|\.\d)", Times._numeric
    )
    yield one(r"(?P<month>\d{1,2})/(?P<year>(?:19|20)\d\d)(?![\d/]|\.\d)", Times._month_year)
    yield one(
        rf"(?:(?P<day>\d{{1,2}})(?:(?:st|nd|rd|th)?\s+(?:of\s+)?|[-/]))?(?P<month>{_MONTH})"
        r"(?:(?:,?\s*|[-/])(?P<full>(?:19|20)\d\d)|\s*(?P<quote>')?(?P<two>\d\d))(?!\d|\.\d)"
        r"(?!\s*(?:mg|mcg|ug|g|kg|ng|nmol|%|mmol))",
        Times._named,
    )
    yield one(
        rf"(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)(?!\d)", Times._named
    )
    yield one(
        rf"(?:last\s+|(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?!may\b|mar\b))?(?P<month>{_MONTH})(?!\s*'?\d{{2,4}}\b)(?:\s+(?:of\s+)?(?P<which>this|last)\s+year)?",
        Times._month,
    )
    yield one(r"'(?P<year>\d\d)(?![\d'])", Times._short_year)
    yield one(
        r"'?(?:(?:early|mid|late|end of|start of)[ -]+)?(?P<year>(?:19|20)\d\d)(?![\d./%-]\d|\d|%)", Times._plain_year
    )
    yield one(r"(?:the\s+(?:early |mid |late )?|(?=19|20))(?P<century>19|20)?(?P<decade>\d)0'?s\b", Times._decade)
    yield one(
        r"(?:the\s+|last\s+|this\s+|(?P<back>two|2|three|3)\s+)(?P<season>spring|summer|autumn|winter)s?(?:\s+ago)?\b",
        Times._season,
    )
    yield one(r"(?:last\s+)?(?P<feast>easter|christmas|xmas|new year)\b", Times._feast)
    yield one(r"(?:last|this)\s+(?:year|month|week|night)\b|yesterday\b|today\b", Times._recent)
    yield one(rf"(?:(?:about|around|some|~|approx\.?)\s*)?{_LENGTH}\s+(?:ago|back|before|prior)\b", Times._ago)
    yield one(rf"(?P<bound>[<>]=?\s*|over\s+|more than\s+|at least\s+|under\s+|less than\s+)?{_LENGTH}", Times._lasting)
    yield one(
        r"(?:at\s+(?:the\s+)?age\s+(?:of\s+)?|at\s+|aged\s+|age\s+(?:of\s+)?|@\s*|when\s+(?:she|he|i)\s+was\s+)"
        r"(?P<age>\d{1,3})(?:\s*(?:-|to)\s*(?P<last>\d{1,3}))?(?![\d.,:/]\d|\d|\s*(?:%|mg|mcg|ug|ng|pg|g/|kg|cm|[mnpu]mol|m?IU|U/))"
        r"(?:\s*(?:years?|yrs?|y/o|yo)(?:\s+old)?\b)?",
        Times._age,
    )
    yield one(
        r"(?:in\s+(?:her|his|my|their|the)\s+)?(?:(?P<part>early|mid|late)[ -]*)?"
        r"(?:(?P<digit>[2-9])0(?:'?s\b|-something|-odd)|(?P<word>twenties|thirties|forties|fifties|sixties|seventies"
        r"|eighties|nineties)\b)",
        Times._ages,
    )
    yield one(
        r"(?:from\s+)?(?P<first>(?:19|20)\d\d)\s*(?:-|to|until|till)\s*(?P<last>(?:19|20)?\d\d)(?!\d|-\d)",
        Times._period,
    )
    yield one(
        rf"(?P<first>{_MONTH})\s+(?P<begun>(?:19|20)\d\d)\s*(?:-|to|until|till)\s*(?P<last>{_MONTH})\s+"
        r"(?P<over>(?:19|20)\d\d)(?!\d)",
        Times._dated_period,
    )
    yield one(rf"from\s+(?P<first>{_MONTH})\s+(?:to|until|till)\s+(?P<last>{_MONTH})", Times._months_period)
    for pattern, _ in _EVERY:
        yield one(pattern, Times._often)


_READERS: tuple[tuple[re.Pattern[str], Read], ...] = tuple(_compiled())

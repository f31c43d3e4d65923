"""Numbers as people write them: with sign, bound, range and unit, also in words, also mistyped."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ...values.units import UnitTable, written

_DIGITS = r"\d{1,9}(?:\.\d{1,6}|,\d{1,2}(?!\d|,(?!\s*[A-Za-z])))?|\.\d{1,6}"
_NUMBER = re.compile(
    r"(?P<about>(?:~|about|approx\.?|approximately|around|circa|ca\.|roughly|nearly|almost)\s*(?=[\d.+-]))?"
    r"(?P<bound><=|>=|=<|=>|<|>|under\s|below\s|less than\s|over\s|above\s|more than\s|at least\s|at most\s|up to\s)?"
    r"\s*"
    r"(?P<sign>\+|-\s*|minus\s+|neg(?:ative)?\s+)?(?P<digits>" + _DIGITS + r")(?P<plus>\+(?!\w))?(?!(?:nd|rd|th)\b)",
    re.IGNORECASE,
)
_BOUNDS = {"<": "<", ">": ">", "<=": "<=", "=<": "<=", ">=": ">=", "=>": ">=", "under": "<", "below": "<"} | {
    "less than": "<", "over": ">", "above": ">", "more than": ">", "at least": ">=", "at most": "<=", "up to": "<="
}  # fmt: skip
_RANGE = re.compile(
    r"(?P<between>between\s+)?(?P<low>[-+]?(?:\d{1,6}(?:\.\d{1,4})?|\.\d+))\s*(?P<lowunit>[a-z%/]{0,6}?)"
    r"(?P<link>\s*\.\.\s*|(?<=\S)-(?=\S)|\s+-\s+|\s+to\s+|\s+and\s+|\s+or\s+)"
    r"(?P<high>[-+]?(?:\d{1,6}(?:\.\d{1,4})?|\.\d+))(?![\d.]*[-\d/])",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"[-+]?\d*(?:\.{2,}\d+|\.\d+(?:\.\d+)+|\d\.\d+\.{2,}\d|,\d{3}(?:,\d{3})*(?:\.\d+)?|e[-+]?\d+)(?!\w)", re.I
)
_FIRST = re.compile(r"(?:^|[^\d.,])(?:\d*[02-9])?1$")
"""What `st` makes an ordinal of: `1st`, `21st`, and not the stones of `9st`, `11st`."""
_GROUPED = re.compile(r"\d{1,3}(?: \d{3})+(?!\d)")
_SPOKEN = {
    "zero": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SPOKEN |= {word: str(number) for word, number in _TENS.items()}
_SPOKEN |= {
    f"{ten}{link}{one}": str(number + int(_SPOKEN[one]))
    for ten, number in _TENS.items()
    for one in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    for link in ("-", " ")
}
_WORDS = "|".join(sorted(_SPOKEN, key=len, reverse=True))
_IN_WORDS = re.compile(
    rf"(?P<sign>minus\s+|neg(?:ative)?\s+|plus\s+)?(?P<whole>{_WORDS})"
    rf"(?:\s+point\s+(?P<part>(?:{_WORDS})(?:\s+(?:{_WORDS}))?))?\b",
    re.IGNORECASE,
)
_MIXED = re.compile(
    r"(?P<first>\d{1,3}(?:\.\d+)?)\s*(?P<unit>ft|feet|foot|'|st|stone|lbs?)\s*(?P<second>\d{1,2}(?:\.\d+)?)\s*"
    r"(?P<smaller>in(?:ches|s)?\b|\"|''|lbs?\b|oz\b)?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?(?P<unit>(?:x\s?)?10\s?[\^*]\s?\d{1,2}\s?/\s?u?[lL]\b|%|\"|''|'(?!\w)"
    r"|[A-Za-z%][A-Za-z]*[23]?(?:\s?(?:/|\bper\b|\ba\b|\ban\b)\s?(?:1\.73(?:\s?m\^?2)?|[A-Za-z]+\^?[23]?|24\s?h)){0,3})"
)
_UCUM = re.compile(
    r"\s?(?P<unit>(?=[^\s(]*(?:[\[{*]|/\())(?:10[*^]-?\d{1,2}|[A-Za-z%]+|\[[A-Za-z_']{1,12}\]|\{[^{}]{1,20}\}|[/.]|\(24\.h\)|\d)+)"
)
"""A unit as records write it: `m[IU]/L`, `mg/(24.h)`, `mL/min/{1.73_m2}`."""
_FLAG = re.compile(r"\s+(?:\([HL]\)|HH?|LL?|\*+|↑|↓)(?=\s+[A-Za-z]+/)")
"""A mark that a laboratory prints between a number and its unit."""
_NOT_UNITS = frozenset(
    {"in", "m", "f", "a", "to", "at", "on", "or", "x", "d", "mo", "t", "z", "h", "l", "s", "is", "ins"}
)
"""Words that are units only where nothing else can be meant."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it was written, and how: `low` and `high` differ for a range."""

    low: str
    high: str = ""
    bound: str = ""
    unit: str = ""
    about: bool = False
    signed: bool = False
    dashed: bool = False
    """Whether a dash stood before it, parted by a blank: a minus where there can be one, else a stroke."""
    bad: bool = False
    in_words: bool = False
    plus: bool = False
    """Whether a plus stood behind it: of a test strip a grade, else `or more`."""

    @property
    def value(self) -> float:
        """The number; none (`nan`) for what is more than one, as `5 ft 4`, or mistyped."""
        try:
            return float(self.low)
        except ValueError:
            return math.nan

    @property
    def decimals(self) -> int:
        return len(self.low.partition(".")[2])

    def text(self, unit: str | None = None, sign: bool = True) -> str:
        """The number as a patient file writes it."""
        unit = self.unit if unit is None else unit
        low = self.low if sign else self.low.lstrip("-")
        told = f"{low}..{self.high}" if self.high else f"{self.bound} {low}".strip()
        return f"{told} {unit}".strip()


class Numbers:
    """Reads numbers with the units of one knowledge base."""

    def __init__(self, table: UnitTable) -> None:
        self.table = table
        self._known: dict[str, str] = {}

    def at(self, line: str, start: int) -> tuple[int, Quantity] | None:
        """The number that begins here with its unit, and where it ends."""
        first = line[start]
        if first.isalpha():
            span = self._range(line, start) if line[start : start + 8].casefold() == "between " else None
            return span or self._in_words(line, start) or self._plain(line, start)
        if first.isdigit() or first in "-+.<>=~":
            bad = _BAD.match(line, start)
            grouped = _GROUPED.match(line, start)
            if grouped is not None:
                end, unit = self._unit_after(line, grouped.end())
                if unit:
                    return end, Quantity(grouped.group().replace(" ", ""), unit=unit, bad=True)
            if bad is not None and (found := re.match(r"[-+]?[\d.,e]*\d", line[start:])) is not None:
                end, unit = self._unit_after(line, start + found.end())
                return end, Quantity(found.group(), unit=unit, bad=True)
            return self._mixed(line, start) or self._range(line, start) or self._plain(line, start)
        return None

    def _mixed(self, line: str, start: int) -> tuple[int, Quantity] | None:
        match = _MIXED.match(line, start)
        if match is None:
            return None
        unit = {"'": "ft", "s": "st", "f": "ft", "l": "lb"}[match["unit"][0].casefold()]
        smaller = {"ft": "in", "st": "lb", "lb": "oz"}[unit]
        if unit == "lb" and not match["smaller"]:
            return None
        text = f"{match['first']} {unit} {match['second']}"
        return match.end(), Quantity(text, unit=smaller)

    def _range(self, line: str, start: int) -> tuple[int, Quantity] | None:
        match = _RANGE.match(line, start)
        if match is None:
            return None
        low, high = match["low"], match["high"]
        link = match["link"].strip()
        signs = low.startswith("-") or high.startswith("-")
        if (signs and link == "-") or (link == "and" and not match["between"]):
            return None
        if match["lowunit"] and not self.unit(match["lowunit"]):
            return None
        if signs and float(low) > float(high):
            low, high = high, low
        if float(low) >= float(high):
            return None
        end, unit = self._unit_after(line, match.end())
        return end, Quantity(low, high=high, unit=unit or match["lowunit"], signed=signs)

    def _plain(self, line: str, start: int) -> tuple[int, Quantity] | None:
        match = _NUMBER.match(line, start)
        if match is None or (line[start].isalpha() and start and line[start - 1].isalnum()):
            return None
        if _FIRST.search(line[: match.end()]) and line[match.end() : match.end() + 2].casefold() == "st":
            return None
        sign = (match["sign"] or "").strip()
        dashed = match["sign"] is not None and sign == "-" and match["sign"] != "-"
        digits = match["digits"].replace(",", ".")
        digits = f"0{digits}" if digits.startswith(".") else digits
        minus = sign == "-" or sign.casefold().startswith(("minus", "neg"))
        bound = _BOUNDS.get(" ".join((match["bound"] or "").casefold().split()), "")
        end, unit = self._unit_after(line, match.end())
        if not unit and end < len(line) and line[end].isalpha() and line[end - 1].isdigit():
            return None
        if match["plus"] and not bound:
            bound = ">="
        return end, Quantity(
            f"-{digits}" if minus else digits, bound=bound, unit=unit, about=bool(match["about"]),
            signed=bool(sign), dashed=dashed, plus=bool(match["plus"]),
        )  # fmt: skip

    def _in_words(self, line: str, start: int) -> tuple[int, Quantity] | None:
        match = _IN_WORDS.match(line, start)
        if match is None or (start and line[start - 1].isalnum()):
            return None
        digits = _SPOKEN[" ".join(match["whole"].casefold().split())]
        if match["part"]:
            digits += "." + "".join(_SPOKEN[one] for one in match["part"].casefold().split())
        sign = (match["sign"] or "").casefold()
        if not sign and not match["part"] and re.match(r"\s+(?:of|or)\b", line[match.end() :]):
            return None
        end, unit = self._unit_after(line, match.end())
        minus = sign.startswith(("minus", "neg"))
        return end, Quantity(f"-{digits}" if minus else digits, unit=unit, signed=bool(sign), in_words=True)

    # --- units ---

    def _unit_after(self, line: str, end: int) -> tuple[int, str]:
        """The unit behind a number; the longest that is one."""
        flag = _FLAG.match(line, end)
        coded = _UCUM.match(line, flag.end() if flag is not None else end)
        if coded is not None and self.unit(coded["unit"]):
            return coded.end(), self.unit(coded["unit"])
        match = _UNIT.match(line, flag.end() if flag is not None else end)
        if match is None or (flag is not None and "/" not in match["unit"]):
            return end, ""
        text = match["unit"]
        glued = match.start("unit") == end
        while text:
            unit = self.unit(text)
            stop = match.start("unit") + len(text)
            whole = stop >= len(line) or not (line[stop].isalnum() and text[-1].isalnum())
            symbol = len(text) == 2 and text[0].isupper() and text[1].islower()
            meters = text == "m" and re.search(r"\d\.\d\d$", line[:end]) is not None
            alone = symbol or (text.casefold() in _NOT_UNITS and not meters and not (glued and text in ("m", "d", "h")))
            if unit and whole and not alone:
                return stop, unit
            shorter = re.match(r"(.*\S)\s?(?:/|\bper\b|\ba\b|\ban\b)", text)
            if shorter is None:
                return end, ""
            text = shorter.group(1)
        return end, ""

    def unit(self, text: str) -> str:
        """The unit as a patient file writes it; empty for what is none, or a time."""
        if text not in self._known:
            told = written(text.strip())
            told = re.sub(r"^(?:x)?10[*^]?(\d{1,2})", r"10^\1", told)
            told = {"''": '"', "u": "units", "iu": "IU", "mg/d": "mg/day"}.get(told.casefold(), told)
            parsed = self.table.parse(told) if len(told) < 40 else None
            if parsed is None and told.casefold() != told:
                parsed = self.table.parse(told.casefold())
                told = told.casefold() if parsed is not None else told
            time = parsed is not None and parsed.dimension in ((("time", 1),), (("time", -1),))
            self._known[text] = told if parsed is not None and not time else ""
        return self._known[text]

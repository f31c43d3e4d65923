"""What every reader of a line shares: the line in segments, what was asked, what was said before, and the reading."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from ..intake.answers import answers
from ..intake.answers.sheet import Sheet, clipped
from ..intake.figures.numbers import Quantity
from ..intake.figures.times import Times
from ..knowledge_base.files.nodes import Node
from ..knowledge_base.model import Finding
from ..knowledge_base.naming import Names
from ..values.problems import Problem
from ..values.value import Known, Number
from .reading import PROMPT, Bare, Reading, Result
from .scope import clauses
from .segments import Line, Segment

SYSTEMS = ("si", "us")
MIXED = frozenset({"vitamin_d", "parathyroid_hormone"})
"""Tests that laboratories with SI units report in either unit."""
_METRIC = {"weight": "kg", "height": "cm", "peak_height": "cm"}
"""A bare number of a person's size is metric where it can be."""
_NARROW, _FAR = Decimal("1.5"), Decimal(3)
"""Between such limits (high to low) a third of the lower one, or three times the upper, is no bare number's unit."""
_EITHER = 84
"""From here on a bare weight may be pounds as well."""
_SHORT, _YOUNG, _MANY = 145, 16, 28
"""Below such a height or age a weight of so many kilograms for the height (kg/m2) may be of pounds."""


class Hearing:
    """One line being read."""

    def __init__(
        self,
        names: Names,
        sheet: Sheet,
        line: Line,
        asked: tuple[str, ...],
        known: Mapping[str, Known],
        today: datetime.date,
        system: str = "",
    ) -> None:
        self.names, self.kb, self.sheet, self.line = names, names.kb, sheet, line
        self.asked, self.known, self.today, self.system = asked, known, today, system
        self.reading = Reading()
        self.clause = 0
        """The clause that is being read."""
        self.times = Times(today)
        self._told_system = ""
        """The units in which alone a result before it on the line can be believed: SI of a creatinine of 88."""

    @cached_property
    def headed(self) -> dict[int, str]:
        """By clause, the day that a line of its own above it says: `Exam date: 14 May 2026`."""
        found: dict[int, str] = {}
        day = ""
        for clause in clauses(self.segments):
            times = [one for one in clause if one.kind == "time"]
            rest = [one for one in clause if one.kind != "mark" and one not in times and not idle(one)]
            heading = all(one.kind == "word" or one.cue("panel", "imaging") or one.sense("group") for one in rest)
            time = times[0].time if len(times) == 1 and heading else None
            above = clause[0].clause < self.segments[-1].clause
            if time is not None and time.kind == "date" and not time.unclear and above:
                day = time.text
                self.use(*clause)
                continue
            if day:
                found[clause[0].clause] = day
        return found

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        return self.line.segments

    @property
    def open(self) -> Iterator[Segment]:
        """What no reader has used so far."""
        return (one for one in self.segments if not one.used)

    def finding(self, name: str) -> Finding | None:
        return self.kb.findings.get(name)

    def type_of(self, name: str) -> str:
        finding = self.kb.findings.get(name)
        return finding.form if finding is not None else "number"

    def is_number(self, name: str) -> bool:
        finding = self.kb.findings.get(name)
        return finding.form == "number" if finding is not None else name in self.kb.quantities

    def is_list(self, name: str) -> bool:
        finding = self.kb.findings.get(name)
        return finding is not None and finding.form == "records"

    def use(self, *segments: Segment | None) -> None:
        for segment in segments:
            if segment is not None:
                segment.used = True

    def between(self, first: Segment, last: Segment) -> list[Segment]:
        return [one for one in self.segments if first.index < one.index < last.index]

    def before(self, segment: Segment) -> Segment | None:
        """The segment before this one, but for signs and idle words."""
        for one in reversed(self.segments[: segment.index]):
            if one.clause != segment.clause:
                return None
            if not idle(one):
                return one
        return None

    def after(self, segment: Segment) -> Segment | None:
        for one in self.segments[segment.index + 1 :]:
            if one.clause != segment.clause:
                return None
            if not idle(one):
                return one
        return None

    def told(self, *segments: Segment) -> str:
        """The words from the first of these segments to the last, as they were typed."""
        ordered = sorted(segments, key=lambda one: one.index)
        return clipped(self.line.text[ordered[0].start : ordered[-1].end].strip())

    # --- answers ---

    def readable(self, finding: str, text: str | Node) -> tuple[Known | None, list[Problem]]:
        """What an answer says, as a patient file would say it."""
        return answers.read_with(self.sheet, finding, text, PROMPT)

    def fits(self, finding: str, text: str | Node) -> bool:
        return self.readable(finding, text)[0] is not None

    def units_of(self, finding: str, number: Quantity) -> list[tuple[str, Known]]:
        """The units in which a bare number is believable for a finding."""
        measured = self.sheet.measured(finding)
        found: list[tuple[str, Known]] = []
        for unit in self.sheet.units.accepted(measured.unit, measured.analyte):
            known, _ = self.readable(finding, number.text(unit, sign=False))
            if known is not None:
                found.append((unit, known))
        near = [(unit, known) for unit, known in found if self._survivable(finding, known)]
        return near or found

    def _survivable(self, finding: str, known: Known) -> bool:
        """Whether a bare number can be meant so of what the body holds within narrow limits, as calcium."""
        entry = self.kb.findings.get(finding)
        usual = entry.ranges[0].range if entry is not None and len(entry.ranges) == 1 else None
        if usual is None or usual.low <= 0 or usual.high.is_infinite() or usual.high / usual.low > _NARROW:
            return True
        if not isinstance(known, Number):
            return True
        numbers = known.results[-1].interval
        return numbers.high > usual.low / _FAR and numbers.low < usual.high * _FAR

    def number(self, finding: str, number: Quantity, more: Mapping[str, str]) -> bool:
        """One number of a finding, with its unit or the only one it can have; else its unit is asked for."""
        if number.bad or number.about:
            return False
        text = number.text(sign=finding == "bone_density_change")
        known, problems = self.readable(finding, text)
        if known is not None:
            self._result(finding, text, more)
            return True
        if number.unit:
            return self._spelled(finding, number, more)
        if not any(problem.code == "OL301" for problem in problems):
            self.reading.problems += [one for one in problems if one not in self.reading.problems]
            return True
        return self._bare(finding, number, more)

    # --- the day of what is told in a word ---

    def day_of(self, finding: str, value: str, *told: Segment) -> str:
        """The day that stands with a result told in a word, taken as read: `celiac serology negative in 2021`.

        Only of what is measured, and so has an age: `stopped smoking 2019` dates no answer.
        """
        entry = self.kb.findings.get(finding)
        if entry is None or entry.stale_after is None:
            return ""
        ordered = sorted(told, key=lambda one: one.index)
        day = self._day_behind(ordered[-1]) or self._day_within(ordered) or self._day_before(ordered[0])
        text = day.time.text if day is not None and day.time is not None else self.headed.get(ordered[0].clause, "")
        if not text or not self.fits(finding, Result(value, date=text).node):
            return ""
        self.use(day)
        return text

    def _day_behind(self, last: Segment) -> Segment | None:
        comma = False
        for one in self.segments[last.index + 1 :]:
            if one.clause != last.clause or one.used:
                return None
            if _is_day(one):
                following = next((each for each in self.segments[one.index + 1 :] if each.kind != "mark"), None)
                alone = following is None or following.clause != one.clause or following.part != one.part
                return one if alone or not comma else None
            comma = comma or one.text == ","
            if not (idle(one) or (one.kind == "mark" and one.text in "(,") or one.cue("result") is not None):
                return None
        return None

    def _day_within(self, ordered: list[Segment]) -> Segment | None:
        """`celiac serology 2021 negative`."""
        return next((one for one in self.between(ordered[0], ordered[-1]) if _is_day(one) and not one.used), None)

    def _day_before(self, first: Segment) -> Segment | None:
        """`2021: celiac serology negative`, where nothing else stands before it."""
        before = [one for one in self.segments[: first.index] if one.clause == first.clause and not idle(one)]
        days = [one for one in before if one.kind != "mark"]
        return days[0] if len(days) == 1 and _is_day(days[0]) and not days[0].used else None

    def _measured(self, finding: str) -> bool:
        known = self.kb.findings.get(finding)
        return known is None or known.known_by != "person"

    def _bare(self, finding: str, number: Quantity, more: Mapping[str, str]) -> bool:
        offered = self.units_of(finding, number)
        distinct = {known for _, known in offered}
        if not offered:
            _, problems = self.readable(finding, number.text(self.sheet.measured(finding).unit))
            self.reading.problems += problems
            return True
        unit = offered[0][0] if len(distinct) == 1 else self._preferred(finding, number, offered)
        measured = self.sheet.measured(finding)
        several = len(self.sheet.units.accepted(measured.unit, measured.analyte)) > 1
        if len(distinct) == 1 and several and unit and finding not in MIXED and self._measured(finding):
            self._told_system = "si" if unit == measured.unit else "us"
        if unit == "ft" and "." in number.low:
            feet, _, inches = number.low.partition(".")
            told = f"{feet} ft {inches} in" if len(inches) <= 2 and int(inches) < 12 else "feet and inches"
            self.reading.ask(
                f"'{number.low}': {told}, or {number.low} ft?", f"write it with its units, as '{feet} ft 4 in'"
            )
        elif unit:
            self._result(finding, number.text(unit, sign=False), more, unit_assumed=True)
        else:
            self.reading.bare.append(Bare(finding, number.text(sign=False), dict(more)))
            self.reading.last = finding
        return True

    def doubt_weight(self) -> None:
        """A child's weight without its unit may be of kilograms or of pounds, and is asked where kilograms are many."""
        told = self.reading.results.get("weight", [])
        if len(told) != 1 or not told[0].unit_assumed or not told[0].value.endswith(" kg"):
            return
        number, height, age = told[0].value.removesuffix(" kg"), self._size("height"), self._size("age")
        heavy = height is None or Decimal(number) > _MANY * (height / 100) ** 2
        if heavy and ((height is not None and height < _SHORT) or (age is not None and age < _YOUNG)):
            del self.reading.results["weight"]
            self.reading.bare.append(Bare("weight", number, {}))

    def _size(self, finding: str) -> Decimal | None:
        told = self.reading.results.get(finding)
        known = self.readable(finding, told[0].node)[0] if told else self.known.get(finding)
        interval = known.results[-1].interval if isinstance(known, Number) and known.results else None
        return interval.high if interval is not None else None

    def _preferred(self, finding: str, number: Quantity, offered: list[tuple[str, Known]]) -> str:
        """The unit of a person's size, or of the laboratory that somebody chose before."""
        units = [unit for unit, _ in offered]
        if _METRIC.get(finding) in units and not (finding == "weight" and number.value >= _EITHER):
            return _METRIC[finding]
        first = self.sheet.measured(finding).unit
        told = self._told_system if finding not in MIXED and self._measured(finding) else ""
        system = self.system or told
        if system:
            first = self.sheet.measured(finding).unit
            other = [unit for unit in units if unit != first]
            if system == "si" and first in units:
                return first
            if system == "us" and len(other) == 1:
                return other[0]
        return ""

    def _spelled(self, finding: str, number: Quantity, more: Mapping[str, str]) -> bool:
        """A unit without its `per liter`, left out where only one can be meant: `21 ng` of vitamin D."""
        measured = self.sheet.measured(finding)
        short = number.unit.casefold()
        meant = [
            unit
            for unit in self.sheet.units.accepted(measured.unit, measured.analyte)
            if unit.casefold().split("/")[0] == short.split("/")[0] and "/" in unit
        ]
        if "/" not in short and len(meant) == 1 and self.fits(finding, number.text(meant[0])):
            self._result(finding, number.text(meant[0]), more)
            return True
        if finding == "egfr" and short.startswith("ml/min"):
            return self.number(finding, Quantity(number.low, number.high, number.bound), more)
        return False

    def _result(self, finding: str, text: str, more: Mapping[str, str], unit_assumed: bool = False) -> None:
        if self.clause in self.headed and self._measured(finding):
            more = {"date": self.headed[self.clause], **more}
        span = more.get("range", "")
        if span and not any(character.isalpha() or character == "%" for character in span):
            unit = (
                text.partition(" ")[2] if text[:1] not in "<>" else text.split(" ", 2)[2] if text.count(" ") > 1 else ""
            )
            span = f"{span} {unit}".strip()
        result = Result(text, span, more.get("date", ""), unit_assumed=unit_assumed)
        if self.readable(finding, result.node)[0] is None:
            result.range = ""
        if self.readable(finding, result.node)[0] is None and result.date:
            self.reading.leave(result.date)
            result.date = ""
        self.reading.results.setdefault(finding, []).append(result)
        self.reading.last = finding


def _is_day(segment: Segment) -> bool:
    time = segment.time
    return segment.kind == "time" and time is not None and time.kind == "date" and not time.unclear


def idle(segment: Segment) -> bool:
    """Whether a segment says nothing of its own."""
    if segment.kind == "mark":
        return segment.text not in (",", "(", ")", ";", "\n", ".", "/", "[", "]")
    return segment.cue("idle") is not None


def each(segments: Iterable[Segment], kind: str) -> list[Segment]:
    return [one for one in segments if one.kind == kind and not one.used]

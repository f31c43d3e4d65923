"""Results with their names: tests, sizes and counts, as they are told and as laboratories print them."""

from __future__ import annotations

import itertools

from ...intake.answers.sheet import clipped
from ...intake.figures.numbers import Quantity
from ...values.units import Powers
from ..hearing import Hearing, idle
from ..reading import Result
from ..scope import names_something
from ..segments import Segment
from .result_words import LINKS, ResultWords

_BY_UNIT = {"height": "length", "weight": "mass", "alcohol": "drink"}
"""Findings that a number with a unit of that dimension tells without a name."""
_DOSED = frozenset({"mg", "g", "IU", "ug", "mcg", "units", "mcg/day", "mg/day", "IU/day", "ug/day", "g/day", "unit"})


def _before_specimen(one: Segment, named: Segment) -> bool:
    """Whether it is the comma of `Calcium, Serum`, which parts nothing."""
    return one.text == "," and one.part == named.part


class Results:
    """Reads the results of one line."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.words = hearing, ResultWords(hearing)

    def read(self) -> None:
        for segment in self.hearing.segments:
            if not segment.used and segment.cue("panel") is not None:
                self._panel(segment)
        for segment in self.hearing.segments:
            if not segment.used and segment.kind == "name":
                self._named(segment)
        self._by_unit()

    # --- names ---

    def _named(self, segment: Segment) -> None:
        for name in self.words.findings_of(segment):
            finding = self.hearing.finding(name)
            kind = finding.form if finding is not None else "number"
            if kind == "records" or segment.planned or segment.kin:
                continue
            if kind == "number" and self._number_of(name, segment):
                return
            if self.words.word_of(name, kind, segment):
                return
        if segment.sense("finding", "medicines") is None:
            self.words.says_it(segment)

    # --- numbers ---

    def _number_of(self, name: str, segment: Segment) -> bool:
        value = self._value_behind(segment, name)
        if value is None:
            value = self._value_before(segment, name)
        if value is None or value.number is None:
            return False
        if (newer := self._newer(segment, value, name)) is not None:
            told = self.hearing.told(segment, value)
            self.hearing.reading.leave(f"{told} (an earlier result without its day)")
            self.hearing.use(value, *self.hearing.between(value, newer))
            value = newer
        number = value.number
        assert number is not None
        if self._is_dose(name, segment, number):
            return False
        if number.bad or (number.high and not self._a_range(name, number)) or (number.plus and not number.unit):
            self.hearing.use(segment, value)
            told = self.hearing.told(segment, value)
            comma = ": a comma in the number" if "," in value.text else ": which number?"
            self.hearing.reading.ask(f"'{told}'{comma}", f"write it plainly: {clipped(segment.text)} 1200, or 1.2")
            return True
        if number.about and not (segment.unsure or value.unsure) and number.unit and self._of_habit(name):
            self.hearing.reading.leave(f"about (in {self.hearing.told(segment, value)})")
            number = Quantity(number.low, number.high, number.bound, number.unit)
        if number.about or segment.unsure or value.unsure:
            self.hearing.use(segment, value, *self.words.between(segment, value))
            told = self.hearing.told(segment, value)
            plain = Quantity(number.low, number.high, number.bound, number.unit).text()
            self.hearing.reading.ask(
                f"'{told}' says about what it is", f"write the number itself ({plain}), or a range"
            )
            return True
        if self._of_urine(segment, name):
            told = self.hearing.told(segment, value)
            self.hearing.use(segment, value)
            self.hearing.reading.ask(
                f"'{told}': in urine, or in blood?",
                f"write 'urine {clipped(segment.text)}' or 'serum {clipped(segment.text)}'",
            )
            return True
        self.hearing.clause = segment.clause
        last = max(value, segment, key=lambda one: one.index)
        more, used = self._behind_value(last, name)
        before = len(self.hearing.reading.problems)
        if not number.unit and (unit := self._unit_of_range(used)):
            number = Quantity(number.low, number.high, number.bound, unit)
        if not self.hearing.number(name, number, more):
            return False
        if len(self.hearing.reading.problems) == before:
            self.hearing.use(*used)
        self.hearing.use(segment, value, *self.words.between(segment, value))
        self._more_of_it(name, last if not used else max(used, key=lambda one: one.index), number)
        return True

    def _newer(self, segment: Segment, value: Segment, name: str) -> Segment | None:
        """`vit D was 19 nmol/L, now 71 nmol/L`: the result that is said to be of now."""
        between = {one.text.casefold() for one in self.hearing.between(segment, value)}
        if not between & {"was", "previously", "prev"}:
            return None
        behind = [one for one in self.hearing.segments[value.index + 1 :] if one.clause == value.clause]
        for one, other in itertools.pairwise(behind):
            if one.text.casefold() in ("now", "currently", "today") and other.number is not None and not other.used:
                return other if other.kind == "number" and self.hearing.fits(name, other.number.text()) else None
            if names_something(one):
                return None
        return None

    def _of_urine(self, segment: Segment, name: str) -> bool:
        """Whether a result of blood is named behind the word urine, which was not understood: `urine Ca/Cr 0.6`."""
        before = [one for one in self.hearing.segments if one.part == segment.part and one.index < segment.index]
        words = {word for one in before if not one.used for word in one.text.casefold().split()}
        return (
            bool(words & {"urine", "urinary"}) and not name.startswith("urin") and "urin" not in segment.text.casefold()
        )

    def _unit_of_range(self, used: list[Segment]) -> str:
        """The unit that stands behind the range only: `98 H 15-65 pg/mL`."""
        units = {one.number.unit for one in used if one.number is not None and one.number.high and one.number.unit}
        return units.pop() if len(units) == 1 else ""

    def _of_habit(self, name: str) -> bool:
        """Whether a number is one nobody knows exactly: what is eaten or drunk."""
        finding = self.hearing.finding(name)
        return finding is not None and finding.known_by == "person" and "/" in finding.unit

    def _is_dose(self, name: str, segment: Segment, number: Quantity) -> bool:
        """`calcium 1200 mg` is a tablet, `calcium 2.4 mmol/L` blood."""
        medicine = segment.sense("member", "medicines") is not None
        return (
            medicine
            and (number.unit in _DOSED or number.unit.casefold() in ("mg", "iu", "mcg", "g"))
            and not (self.hearing.fits(name, number.text()))
        )

    def _a_range(self, name: str, number: Quantity) -> bool:
        return self.hearing.fits(name, number.text()) or not number.unit

    def _value_behind(self, segment: Segment, name: str) -> Segment | None:
        """The number that follows a name, over what says nothing of its own."""
        named = False
        for one in self.hearing.segments[segment.index + 1 :]:
            if one.clause != segment.clause or one.used:
                return None
            if one.kind == "number" or (one.cue("number") is not None and self.words.counts(name)):
                times = self.hearing.segments[one.index - 1].text.casefold() == "x" and not self.words.counts(name)
                return None if times else one
            if one.kind == "time":
                return self._as_number(one, name)
            again = one.sense("finding", name) is not None
            passes = (
                (
                    one.kind == "mark"
                    and (one.text in LINKS or (one.text == ")" and named) or _before_specimen(one, segment))
                )
                or idle(one)
                or again
                or one.cue("field", "but", "imaging", "result", "flag") is not None
            )
            named = named or again
            if not passes and not (one.cue("unsure") is not None):
                return None
        return None

    def _as_number(self, one: Segment, name: str) -> Segment | None:
        """A time that is the number a finding asks for: `age at menopause 51 years`, `menopause at 51`."""
        unit = self.hearing.sheet.measured(name).unit
        if one.time is None:
            return None
        following = self.hearing.after(one)
        if name == "weight" and one.text[:3].casefold() == "at " and (following is None or following.number is None):
            one.number = Quantity(one.time.text) if one.time.text.isdigit() else None  # `weight stable at 55`
            return one if one.number is not None else None
        if unit not in ("year", "month", "day"):
            return None
        if one.time.kind in ("age", "ages"):
            low, _, high = one.time.text.partition("..")
            one.number = Quantity(low, high)
            return one
        if one.time.kind == "length" and one.time.text.split()[-1].rstrip("s") == unit:
            one.number = Quantity(one.time.text.split()[0])
            return one
        return None

    def _value_before(self, segment: Segment, name: str) -> Segment | None:
        """The number that stands before its name: `12 ng/mL vitamin D`; it has no other name to belong to."""
        before = self.hearing.before(segment)
        if before is None or before.number is None or before.used or before.part != segment.part:
            return None
        number = before.number
        assert number is not None
        further = self.hearing.before(before)
        other = further is not None and further.part == before.part and further.kind == "name" and not further.used
        if other and further is not None and any(one.kind == "finding" for one in further.senses):
            return None
        known = self.hearing.finding(name)
        counted = known is not None and known.known_by == "person" and not known.unit
        return before if (number.unit and self.hearing.fits(name, number.text())) or counted else None

    def _behind_value(self, value: Segment, name: str) -> tuple[dict[str, str], list[Segment]]:
        """The range, the flag and the day that are printed behind a result."""
        more: dict[str, str] = {}
        used: list[Segment] = []
        waiting: list[Segment] = []
        for one in self.hearing.segments[value.index + 1 :]:
            if one.clause != value.clause or one.used:
                break
            if one.kind == "mark":
                if one.text == ",":
                    break
                waiting.append(one)
                continue
            number, time = one.number, one.time
            if (
                number is not None
                and one.kind == "number"
                and "range" not in more
                and self._is_range(number, name, waiting)
            ):
                more["range"] = number.text()
            elif time is not None and time.kind == "date" and "date" not in more and not time.unclear:
                more["date"] = time.text
            elif one.cue("flag") is not None or self._is_flag(one, waiting, bool(used)):
                pass
            elif idle(one) and not any(sense.kind == "finding" for sense in one.senses):
                waiting.append(one)
                continue
            else:
                break
            used += [*waiting, one]
            waiting = []
        return more, [*used, *(one for one in waiting if one.kind == "mark" and one.text in ")]")]

    def _is_range(self, number: Quantity, name: str, waiting: list[Segment]) -> bool:
        inside = any(one.text in "([" or one.text.casefold().startswith("ref") for one in waiting)
        if number.high:
            return not number.bad
        return inside and bool(number.bound)

    def _is_flag(self, one: Segment, waiting: list[Segment], any_used: bool) -> bool:
        """`(H)`, `low` behind a number: what its range says already."""
        cue = one.cue("result")
        if one.text.casefold() in ("h", "l") and any(mark.text in "([" for mark in waiting):
            return True
        if one.text in ("H", "L", "N"):
            following = self.hearing.after(one)
            return following is None or following.kind != "number" or bool(following.number and following.number.high)
        return (
            cue is not None
            and str(cue.value) in ("high", "low", "normal", "abnormal")
            and (self.hearing.after(one) is None or self._next_is_new(one))
        )

    def _next_is_new(self, one: Segment) -> bool:
        following = self.hearing.after(one)
        return following is None or following.part != one.part or following.kind == "mark"

    def _more_of_it(self, name: str, last: Segment, number: Quantity) -> None:
        """`vit D 62 nmol/L in Sept, 28 in Feb`: another result of the same, if it has a day of its own."""
        results = self.hearing.reading.results.get(name)
        if not results or not results[-1].date:
            return
        following = [
            one for one in self.hearing.segments[last.index + 1 :] if one.clause == last.clause and not one.used
        ]
        following = [one for one in following if one.kind != "mark" and one.cue("idle") is None]
        if len(following) < 2 or following[0].number is None or following[0].kind != "number":
            return
        value, day = following[0], following[1]
        if day.part != value.part:
            return
        if day.time is not None and day.time.kind == "date":
            when = day.time.text
        elif day.text.casefold() in ("now", "currently", "today"):
            when = self.hearing.today.isoformat()
        else:
            return
        assert value.number is not None
        unit = value.number.unit or number.unit
        text = Quantity(value.number.low, bound=value.number.bound, unit=unit).text()
        if self.hearing.fits(name, text):
            results.append(Result(text, date=when))
            self.hearing.use(value, day)
            self._more_of_it(name, day, number)

    # --- tests together, numbers by their unit alone ---

    def _panel(self, segment: Segment) -> None:
        cue, word = segment.cue("panel"), self.words.next_word(segment) or self.words.word_before(segment)
        if cue is None or word is None:
            return
        gap, result = word.cue("gap"), word.cue("result")
        names = [name for name in str(cue.value).split() if name in self.hearing.kb.findings]
        value = str(gap.value) if gap is not None else str(result.value) if result is not None else ""
        if value not in ("normal", "not measured", "unknown"):
            return
        self.hearing.use(segment, word, *self.words.between(segment, word))
        day = next((day for name in names if (day := self.hearing.day_of(name, value, segment, word))), "")
        for name in names:
            dated = day if self.hearing.fits(name, Result(value, date=day).node) else ""
            self.hearing.reading.say(name, value, date=dated)

    def _by_unit(self) -> None:
        """`162 cm`, `58 kg`: a length or mass of a person is told by its unit."""
        for segment in self.hearing.segments:
            number = segment.number
            if segment.used or segment.kind != "number" or number is None or not number.unit:
                continue
            unit = self.hearing.sheet.units.parse(number.unit)
            dimension = unit.dimension if unit is not None else ()
            if self._is_asked(dimension):
                continue
            for name, wanted in _BY_UNIT.items():
                fits = name in self.hearing.kb.findings and (
                    dimension == ((wanted, 1),)
                    or (wanted == "drink" and (wanted, 1) in dimension and len(dimension) == 2)
                )
                alone = self._stands_alone(segment) if fits else False
                if fits and alone and not number.about and self.hearing.fits(name, number.text()):
                    self.hearing.use(segment)
                    self.hearing.reading.say(name, number.text())
                    break

    def _is_asked(self, dimension: Powers) -> bool:
        """Whether a finding was asked for that is measured so, other than those that a unit alone names."""
        for name in self.hearing.asked:
            finding = self.hearing.kb.findings.get(name)
            unit = self.hearing.sheet.units.parse(finding.unit) if finding is not None and finding.unit else None
            if unit is not None and unit.dimension == dimension and name not in _BY_UNIT:
                return True
        return False

    def _stands_alone(self, segment: Segment) -> bool:
        """Whether no name of a medicine stands with it, whose dose it could be."""
        around = [one for one in self.hearing.segments if one.part == segment.part and one is not segment]
        return not any(
            one.sense("member", "medicines")
            or one.sense("class", "medicines")
            or one.cue("kin", "over")
            or one.kind == "word"
            for one in around
        )

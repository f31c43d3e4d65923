"""Bare answers to several questions, one for each in the order they were asked."""

from __future__ import annotations

from collections.abc import Sequence

from ..intake.figures.numbers import Quantity
from .hearing import MIXED, Hearing
from .segments import Segment


class InOrder:
    """Reads one line as several answers."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.asked = hearing, hearing.asked
        self._si = False

    def read(self, telling: Sequence[Segment]) -> bool:
        """Whether the segments that tell something are one value for each of those asked."""
        if not all(self._is_bare(one) for one in telling):
            return False
        if len({one.clause for one in telling}) not in (1, len(self.asked)):
            return False
        asked = self._as_many(telling)
        if asked is None:
            return False
        self._si = any(self._tells_si(name, one) for name, one in zip(asked, telling, strict=True))
        values = [self._value(name, one) for name, one in zip(asked, telling, strict=True)]
        if not all(values):
            return False
        self.hearing.use(*self.hearing.segments)
        for (name, value), one in zip(zip(asked, values, strict=True), telling, strict=True):
            number = one.number
            assumed = number is not None and not number.unit and " " in value
            self.hearing.reading.say(name, value, unit_assumed=assumed)
        self.hearing.reading.answered = True
        return True

    def _tells_si(self, name: str, one: Segment) -> bool:
        """Whether a number can be believed in SI units only, where there are others: a hemoglobin of 131."""
        if one.number is None or one.kind != "number" or self.hearing.type_of(name) != "number" or one.number.unit:
            return False
        measured = self.hearing.sheet.measured(name)
        every = self.hearing.sheet.units.accepted(measured.unit, measured.analyte)
        units = [unit for unit, _ in self.hearing.units_of(name, one.number)]
        return len(every) > 1 and units == [measured.unit]

    def _as_many(self, telling: Sequence[Segment]) -> tuple[str, ...] | None:
        asked = (
            tuple(name for name in self.asked if name != "t_score_unspecified")
            if len(telling) != len(self.asked)
            else self.asked
        )
        numbers = [one for one in telling if one.kind == "number"]
        counted = tuple(name for name in asked if self.hearing.type_of(name) == "number")
        if len(telling) == len(numbers) == len(counted) < len(asked) and asked[: len(counted)] == counted:
            asked = counted  # `17 / 4.2` of two risks and a category that was not on the chart
        return asked if len(asked) == len(telling) > 1 else None

    def _is_bare(self, one: Segment) -> bool:
        if one.kind == "number":
            return one.number is not None and not one.number.bad and not one.number.about
        if one.cue("yes", "no", "nothing", "gap", "result") is not None:
            return True
        return any(sense.kind == "answer" and sense.target in self.asked for sense in one.senses)

    def _value(self, name: str, one: Segment) -> str:
        """The segment as the value of a finding; empty where it cannot be."""
        if (gap := one.cue("gap")) is not None:
            return str(gap.value)
        kind = self.hearing.type_of(name)
        if one.number is not None and one.kind == "number":
            return self._number(name, one.number) if kind == "number" else ""
        if kind == "yes_no":
            return "yes" if one.cue("yes") else "no" if one.cue("no", "nothing") else ""
        if one.cue("nothing", "no") is not None and self.hearing.sheet.measured(name).countable and kind == "number":
            return "0"
        sense = one.sense("answer", name)
        if sense is not None:
            return str(sense.value)
        result = one.cue("result")
        return str(result.value) if result is not None and self.hearing.fits(name, str(result.value)) else ""

    def _number(self, name: str, number: Quantity) -> str:
        if "_score" in name:
            return number.text() if number.signed or abs(number.value) < 0.05 else ""
        text = number.text(sign=False)
        if self.hearing.fits(name, text):
            return text
        units = [unit for unit, _ in self.hearing.units_of(name, number)] if not number.unit else []
        si = self.hearing.system == "si" or (self._si and name not in MIXED)
        metric = {"weight": "kg"}.get(name) or ("m" if name == "height" and number.value < 3 else "cm")
        if (
            name in ("weight", "height", "peak_height")
            and metric in units
            and not (name == "weight" and number.value >= 84)
        ):
            return number.text(metric, sign=False)
        if self.hearing.system == "us" and len(units) > 1:
            return number.text(units[1], sign=False)
        return number.text(units[0], sign=False) if len(units) == 1 or (si and units) else ""

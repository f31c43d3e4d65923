"""Units of measurement: what `mL/min/1.73m2` or `ng/mL` of vitamin D is, and by which factor it becomes another.

One table serves patient files, the prompt and records. It reads how people write units (`units a week`, `10^9/L`) and
how records do, in UCUM: `m[IU]/L`, `mg/(24.h)`, `mL/min/{1.73_m2}`. Text in braces is an annotation and says nothing
of the size (`%{HbA1c}`), but for those that the knowledge base lists as units: `{T-score}`, `{1.73_m2}`. What stands
after a slash divides, to the next closing parenthesis: `mg/kg.day` is `mg/(kg.day)`, as people mean it, and not
`(mg/kg).day`, as UCUM would have it; nobody measures the latter.

Of a few analytes one unit is no multiple of the other: HbA1c in mmol/mol times 0.09148, plus 2.152, is in percent. Such
a unit has an `offset`, converts like any other, and stands alone: nothing is measured in mmol/mol a day.

The units and the factors by analyte are cited data of the knowledge base; this module only does the arithmetic, in
exact fractions, so that 20 ng/mL of 25-OH vitamin D is 50 nmol/L and not a hair below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from .frozen import ordered
from .interval import Interval
from .patterns import lazily

Powers = tuple[tuple[str, int], ...]
"""Base dimensions with their powers, by name, none of them 0: `mg/day` is `(("mass", 1), ("time", -1))`."""

_MAX_TEXT = 60
_ONE, _ZERO = Fraction(1), Fraction(0)
_COMPARABLE = Fraction(1, 1000)
"""Units further apart are not offered for one another: nobody is weighed in milligrams."""
_SPELLINGS = str.maketrans(
    {"µ": "u", "μ": "u", "·": ".", "⋅": ".", "×": "x", "−": "-", "⁻": "-"}
    | {character: str(digit) for digit, character in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
)
_RAISED_TEN = lazily(r"(?<=10)(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])")
_FACTOR = lazily(
    r"(?:x?10(?:[*^]|[eE](?=\d))(?P<exponent>-?\d{1,2})|(?P<number>\d{1,6}(?:\.\d{1,6}(?![*^\d]))?))?"
    r"(?P<name>(?:\[[^\[\]]*\]|[^()/.*{}\[\]])*)(?P<annotation>(?:\{[^{}]*\})*)"
)
_RAISED = lazily(r"\^?-?[1-9]")
_POWER = lazily(r"(?P<name>.*?[^\d^-])\^?(?P<power>-?[1-9])")
_DIMENSION = lazily(r"(?P<name>[^\s^]+?)(?:\^(?P<power>-?[1-9]))?")
_BRACED = lazily(r"\{[^{}]*\}")
_ANNOTATION = lazily(r"(?<=[^/.*({])\{[^{}]*\}")
"""An annotation behind a unit."""
_SAID = (
    (lazily(r"^\s*y/?o\b", re.IGNORECASE), "y"),
    (lazily(r"\b(?:old|of age|of (?:pure )?(?:alcohol|ethanol)|UK|US|standard)\b", re.IGNORECASE), ""),
    (lazily(r"\s*\b(?:per|an?|each|every)\s+", re.IGNORECASE), "/"),
    (lazily(r"(?<=[A-Za-z])\s+(daily|weekly|monthly|yearly)\s*$", re.IGNORECASE), r"/\1"),
    (lazily(r"\s+"), ""),
)
"""Spoken forms of units, with their notation: `units of alcohol a week` is `units/week`."""


class UnitDefinition(Protocol):
    """An entry of the units of a knowledge base."""

    @property
    def dimension(self) -> str: ...
    @property
    def factor(self) -> Decimal: ...
    @property
    def ucum(self) -> str: ...
    @property
    def synonyms(self) -> tuple[str, ...]: ...


class AnalyteDefinition(Protocol):
    """An entry of the analytes of a knowledge base."""

    @property
    def factors(self) -> Mapping[str, Decimal]: ...
    @property
    def offsets(self) -> Mapping[str, Decimal]: ...


@ordered
class Unit:
    """So many times the base units of its dimension; where that starts elsewhere than at 0, so much (`offset`) more."""

    ratio: Fraction = _ONE
    dimension: Powers = ()
    offset: Fraction = _ZERO

    @property
    def factor(self) -> Decimal:
        return _decimal(self.ratio)

    def times(self, other: Unit) -> Unit:
        return Unit(self.ratio * other.ratio, _joined(self.dimension, other.dimension, 1))

    def over(self, other: Unit) -> Unit:
        return Unit(self.ratio / other.ratio, _joined(self.dimension, other.dimension, -1))

    def line_to(self, other: Unit) -> tuple[Fraction, Fraction]:
        """The factor and the offset (added after it) that convert to another unit of the same dimension."""
        return self.ratio / other.ratio, (self.offset - other.offset) / other.ratio

    def power(self, exponent: int) -> Unit:
        return Unit(self.ratio**exponent, tuple((name, power * exponent) for name, power in self.dimension))


NUMBER = Unit()
"""A plain number."""


@ordered
class _Bridge:
    """One analyte's equation: of it, 1 of `dimension` (mass per amount) is the plain number `ratio`.

    `other` is the dimension of the units it was made for. With an `offset`, a number of the first side, it is crossed
    by units of that dimension and no others.
    """

    ratio: Fraction
    dimension: Powers
    other: Powers
    offset: Fraction = _ZERO

    def crossed(self, unit: Unit) -> Unit:
        """The unit on this analyte's first side, where it has what the bridge takes away."""
        if self.offset:
            if unit.dimension != self.other:
                return unit
            return Unit(unit.ratio * self.ratio, _joined(unit.dimension, self.dimension, -1), self.offset)
        powers = dict(unit.dimension)
        reached = all(powers.get(name, 0) >= power for name, power in self.dimension if power > 0)
        if reached or unit.dimension == self.other:
            return Unit(unit.ratio * self.ratio, _joined(unit.dimension, self.dimension, -1))
        return unit


class UnitTable:
    """The units of a knowledge base, and the factors between them by analyte.

    Args:
        units: unit text -> (dimension, factor to the base unit of that dimension); the dimension `one` is a plain
            number, `length^2` an area. Other spellings are entries of their own.
        analytes: analyte -> unit text -> factor: a value in that unit times its factor is in the analyte's first unit.
        offsets: analyte -> unit text -> what is added then, in the analyte's first unit; mostly nothing.
    """

    def __init__(
        self,
        units: Mapping[str, tuple[str, Decimal]],
        analytes: Mapping[str, Mapping[str, Decimal]],
        offsets: Mapping[str, Mapping[str, Decimal]] | None = None,
    ) -> None:
        self._units = {
            name.translate(_SPELLINGS): Unit(Fraction(factor), _powers(dimension))
            for name, (dimension, factor) in units.items()
            if factor > 0
        }
        self._folded = _unambiguous(self._units)
        self._analytes, self._offsets = analytes, offsets or {}
        self._known = tuple(name for name, (_, factor) in units.items() if factor > 0)
        self._parsed: dict[tuple[str, str], Unit | None] = {}
        self._lines: dict[tuple[str, str, str], tuple[Fraction, Fraction] | None] = {}
        self._bridges: dict[str, tuple[_Bridge, ...]] = {}

    @classmethod
    def of(cls, units: Mapping[str, UnitDefinition], analytes: Mapping[str, AnalyteDefinition]) -> UnitTable:
        """The table of a knowledge base's entries, each unit under its id, its code of UCUM and its synonyms."""
        spelled: dict[str, tuple[str, Decimal]] = {}
        for name, unit in units.items():
            for spelling in filter(None, (name, *unit.synonyms, unit.ucum)):
                spelled.setdefault(spelling, (unit.dimension, unit.factor))
        factors = {name: analyte.factors for name, analyte in analytes.items()}
        return cls(spelled, factors, {name: analyte.offsets for name, analyte in analytes.items() if analyte.offsets})

    def known(self) -> tuple[str, ...]:
        """Every simple unit text, as the knowledge base spells it."""
        return self._known

    def parse(self, text: str, analyte: str = "") -> Unit | None:
        """The unit a text without spaces names, or None.

        With an analyte, units that it converts into each other come out in one dimension.
        """
        key = (text, analyte)
        if key not in self._parsed:
            unit = self._read(text)
            if unit is not None:
                for bridge in self._bridges_of(analyte):
                    unit = bridge.crossed(unit)
            self._parsed[key] = unit
        return self._parsed[key]

    def factor(self, from_text: str, to_text: str, analyte: str = "") -> Decimal | None:
        """The factor that converts `from_text` to `to_text`; None where no factor alone does."""
        line = self._line(from_text, to_text, analyte)
        return None if line is None or line[1] else _decimal(line[0])

    def line(self, from_text: str, to_text: str, analyte: str = "") -> tuple[Decimal, Decimal] | None:
        """The factor and the offset (added after it) that convert `from_text` to `to_text`."""
        line = self._line(from_text, to_text, analyte)
        return None if line is None else (_decimal(line[0]), _decimal(line[1]))

    def convert(self, number: Decimal, from_text: str, to_text: str, analyte: str = "") -> Decimal | None:
        """The number in `to_text`. Exact where `factor` is rounded: 18.86 pg/mL of PTH / 9.43 is 2 pmol/L."""
        line = self._line(from_text, to_text, analyte)
        return None if line is None else along(number, line)

    def convert_interval(self, numbers: Interval, from_text: str, to_text: str, analyte: str = "") -> Interval | None:
        line = self._line(from_text, to_text, analyte)
        if line is None:
            return None
        return Interval(along(numbers.low, line), along(numbers.high, line), numbers.low_open, numbers.high_open)

    def product(self, left: Unit, right: Unit) -> Unit:
        return left.times(right)

    def quotient(self, left: Unit, right: Unit) -> Unit:
        return left.over(right)

    def accepted(self, unit_text: str, analyte: str = "") -> tuple[str, ...]:
        """The units an answer may use for something kept in `unit_text`, that one first: what a message lists."""
        wanted = self.parse(unit_text, analyte)
        if not unit_text:
            return tuple(self._analytes.get(analyte, ()))
        if wanted is None:
            return (unit_text,)
        if not analyte:
            return (unit_text, *self._comparable(wanted))
        rest = unit_text.partition("/")[2]
        direct = tuple(self._analytes.get(analyte, ()))
        per_time = tuple(f"{text.partition('/')[0]}/{rest}" for text in direct) if rest else ()
        for offered in (direct, per_time):
            listed = [
                text
                for text in dict.fromkeys(offered)
                if text != unit_text and self._dimension(text, analyte) == wanted.dimension
            ]
            if listed:
                return (unit_text, *listed)
        return (unit_text,)

    def _dimension(self, text: str, analyte: str) -> Powers | None:
        unit = self.parse(text, analyte)
        return unit.dimension if unit is not None else None

    def _comparable(self, wanted: Unit) -> Iterator[str]:
        """The simple units of this dimension that a person could mean instead."""
        for text in self._first_spellings():
            unit = self.parse(text)
            if unit is None or unit == wanted or unit.dimension != wanted.dimension:
                continue
            if _COMPARABLE <= unit.ratio / wanted.ratio <= 1 / _COMPARABLE:
                yield text

    def _first_spellings(self) -> list[str]:
        """One spelling a unit: the first one the knowledge base lists."""
        first: dict[Unit, str] = {}
        for name in self._known:
            first.setdefault(self._units[name.translate(_SPELLINGS)], name)
        return list(first.values())

    def _line(self, from_text: str, to_text: str, analyte: str) -> tuple[Fraction, Fraction] | None:
        key = (from_text, to_text, analyte)
        if key not in self._lines:
            source, target = self.parse(from_text, analyte), self.parse(to_text, analyte)
            alike = source is not None and target is not None and source.dimension == target.dimension
            self._lines[key] = source.line_to(target) if source and target and alike else None
        return self._lines[key]

    def _read(self, text: str) -> Unit | None:
        spelled = _RAISED_TEN.sub("^", text.strip()).translate(_SPELLINGS)
        if not spelled or len(spelled) > _MAX_TEXT:
            return None
        for whole in (spelled, _ANNOTATION.sub(lambda found: found[0] if self._named(found[0]) else "", spelled)):
            named = self._named(whole)
            if named is not None:
                return named
        read = self._product(spelled, 0)
        return read[0] if read is not None and read[1] == len(spelled) else None

    def _product(self, text: str, start: int) -> tuple[Unit, int] | None:
        """The factors from here to a closing parenthesis or the end, and where that is."""
        result, dividing = NUMBER, text.startswith("/", start)  # `/day`
        start += dividing
        while True:
            factor = self._parenthesis(text, start) if text.startswith("(", start) else self._factor(text, start)
            if factor is None:
                return None
            result = result.over(factor[0]) if dividing else result.times(factor[0])
            start = factor[1]
            if start == len(text) or text[start] == ")":
                return result, start
            if text[start] not in "/.*":
                return None
            dividing = dividing or text[start] == "/"
            start += 1

    def _parenthesis(self, text: str, start: int) -> tuple[Unit, int] | None:
        """`(24.h)`, `(m)-2`."""
        inside = self._product(text, start + 1)
        if inside is None or not text.startswith(")", inside[1]):
            return None
        end = inside[1] + 1
        raised = _RAISED.match(text, end)
        if raised is None:
            return inside[0], end
        return inside[0].power(int(raised.group().lstrip("^"))), raised.end()

    def _factor(self, text: str, start: int) -> tuple[Unit, int] | None:
        """`m2`, `1.73m2`, `24h`, `10^9`, `[IU]`, `{T-score}`."""
        match = _FACTOR.match(text, start)
        if match is None or match.end() == start:
            return None
        unit = self._named(text[start : match.start("annotation")])
        if unit is None:
            unit = self._powered(match["name"]) if match["name"] else NUMBER
            if match["exponent"]:
                unit = unit and unit.times(Unit(Fraction(10) ** int(match["exponent"])))
            elif match["number"]:
                unit = unit and unit.times(Unit(Fraction(match["number"])))
        if unit is None or not unit.ratio:
            return None
        for annotation in _BRACED.findall(match["annotation"]):  # `min{1.73_m2}` is `min.1.73m2`
            unit = unit.times(self._named(annotation) or NUMBER)
        return unit, match.end()

    def _powered(self, text: str) -> Unit | None:
        unit = self._named(text)
        powered = _POWER.fullmatch(text)
        if unit is None and powered is not None:
            base = self._named(powered["name"])
            return base.power(int(powered["power"])) if base is not None else None
        return unit

    def _named(self, name: str) -> Unit | None:
        exact = self._units.get(name)
        return exact if exact is not None else self._folded.get(name.casefold())

    def _bridges_of(self, analyte: str) -> tuple[_Bridge, ...]:
        if not analyte or analyte not in self._analytes:
            return ()
        if analyte not in self._bridges:
            offsets = self._offsets.get(analyte, {})
            read = [
                (self._read(text), Fraction(factor), Fraction(offsets.get(text, 0)))
                for text, factor in self._analytes[analyte].items()
            ]
            first, first_factor, _ = read[0] if read else (None, _ONE, _ZERO)
            found: dict[Powers, _Bridge] = {}
            for unit, factor, offset in read[1:]:
                if unit is None or first is None or unit.dimension == first.dimension:
                    continue
                apart = unit.over(first)
                ratio = factor / first_factor / apart.ratio
                bridge = _Bridge(ratio, apart.dimension, unit.dimension, offset / first_factor * first.ratio)
                found.setdefault(apart.dimension, bridge)
            self._bridges[analyte] = tuple(found.values())
        return self._bridges[analyte]


def written(text: str) -> str:
    """A unit as people say it, without blanks and as the table reads it: `units a week` is `units/week`."""
    for said, plainly in _SAID:
        text = said.sub(plainly, text)
    return text.rstrip(".")


def _powers(dimension: str) -> Powers:
    match = _DIMENSION.fullmatch(dimension)
    if match is None or dimension == "one":
        return ()
    return ((match["name"], int(match["power"] or 1)),)


def _decimal(ratio: Fraction) -> Decimal:
    return Decimal(ratio.numerator) / Decimal(ratio.denominator)


def along(number: Decimal, line: tuple[Fraction, Fraction]) -> Decimal:
    """A number times the first, plus the second."""
    ratio, offset = line
    if number.is_infinite():
        return number
    if not offset:
        return number * ratio.numerator / ratio.denominator
    return _decimal(Fraction(number) * ratio + offset)


def _joined(left: Powers, right: Powers, sign: int) -> Powers:
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _unambiguous(units: Mapping[str, Unit]) -> dict[str, Unit]:
    """The units by their text in lower case, but for those that differ in case alone and mean different things."""
    by_fold: dict[str, set[Unit]] = {}
    for name, unit in units.items():
        by_fold.setdefault(name.casefold(), set()).add(unit)
    return {name: meant.copy().pop() for name, meant in by_fold.items() if len(meant) == 1}

"""Units in premises and formulas: what brings two numbers together, and what keeps them apart."""

# `return self.wrong(...)` notes a problem and gives the phrase up: the None it returns is meant.
# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from ...values import dates
from ...values.frozen import ordered
from ...values.interval import exactly
from ...values.problems import Hint, nearest
from ...values.units import NUMBER, Unit, along
from ..expression import Aggregate, Arithmetic, Chosen, First, Literal, NumberNode, Scaled, Since
from ..grammar import Digits, Phrase
from .names import Names

MONTH = Unit(Fraction(487, 16), (("time", 1),))
"""The mean month, should the knowledge base not define one."""
DAY = Unit(Fraction(1), (("time", 1),))


@ordered
class Typed:
    """A number node with what is known of its unit."""

    node: NumberNode
    phrase: Phrase
    unit: Unit = NUMBER
    text: str = ""
    """The unit as a knowledge base names it; of a computed unit, for messages only."""
    analyte: str = ""
    date: bool = False
    bare: bool = False
    """Written without a unit: numbers, and what is computed from numbers alone."""
    bare_unit: bool = False
    """Takes bare numbers although it has a unit (age)."""
    elapsed: bool = False
    """A time since a date, which can be had in calendar months or in days."""
    computed: bool = False
    """Its unit is a product or quotient, which has no name."""

    @property
    def literal(self) -> bool:
        return isinstance(self.node, Literal) and not self.date


@ordered
class Target:
    """The unit that the sides of a comparison or sum come to share."""

    unit: Unit
    text: str
    analyte: str = ""
    bare_unit: bool = False
    of: str = ""
    """The phrase that has this unit, as written."""

    @property
    def takes_bare(self) -> bool:
        return self.bare_unit or self.unit == NUMBER


class Units(Names):
    """Brings the numbers of one text into shared units."""

    def unit_of(self, text: str, analyte: str = "") -> Unit:
        """A unit by its text; one that the knowledge base does not know is a dimension of its own."""
        return (self.units.parse(text, analyte) or Unit(dimension=((text, 1),))) if text else NUMBER

    def month(self) -> Unit:
        return self.units.parse("month") or self.units.parse("months") or MONTH

    def date(self, phrase: Phrase, text: str) -> Typed | None:
        days = dates.partial(text)
        if days is None:
            return self.wrong("OL201", phrase, f"`{text}` is no date", "a date is written 2025, 2025-03 or 2025-03-10")
        return Typed(Literal(value=days, unit="date", **self.span(phrase)), phrase, date=True)

    def takes_bare(self, item: Typed) -> bool:
        """Whether a number without a unit may be compared with it."""
        return item.date or item.bare_unit or item.unit == NUMBER or (item.computed and not item.unit.dimension)

    def shared(self, items: Sequence[Typed], phrase: Phrase) -> tuple[list[NumberNode], Target] | None:
        """The items in one unit, and that unit."""
        if any(item.date for item in items):
            return self._shared_dates(items, phrase)
        target = self._target(items)
        nodes = [self.into(item, target) for item in items]
        known = [node for node in nodes if node is not None]
        return (known, target) if len(known) == len(nodes) else None

    def _shared_dates(self, items: Sequence[Typed], phrase: Phrase) -> tuple[list[NumberNode], Target] | None:
        nodes: list[NumberNode] = []
        for item in items:
            if not item.date and item.bare and isinstance(item.phrase, Digits) and len(item.phrase.number) == 4:
                year = self.date(item.phrase, item.phrase.number)
                if year is None:
                    return None
                nodes.append(year.node)
            elif not item.date:
                what = f"`{self.written(phrase)}` compares a date with a number"
                return self.wrong("OL206", phrase, what, "write `since(date) < 24 months` or `date >= 2025-03`")
            else:
                nodes.append(item.node)
        return nodes, Target(NUMBER, "")

    def _target(self, items: Sequence[Typed]) -> Target:
        """The unit to bring items into: that of a name before that of a number written in the rule."""
        united = [item for item in items if not item.literal and not item.bare]
        literals = [item for item in items if item.literal and item.text]
        analyte = next((item.analyte for item in items if item.analyte), "")
        steady = [item for item in united if not item.elapsed]
        base = next((item for item in steady if not item.computed), None) or next(iter(steady or united), None)
        named = next(iter(literals), None)
        if base is None:
            base = named or items[0]
        elif (
            (base.computed or base.elapsed) and named is not None and self.units.parse(named.text, analyte) is not None
        ):
            base = dataclasses.replace(named, bare_unit=False)
        elapsed = next((item for item in items if item.elapsed), None)
        if elapsed is not None and (base.elapsed or base.literal):
            return self._time_target(base, elapsed)
        if base.computed and not base.unit.dimension:
            return Target(NUMBER, "", analyte, of=self.written(base.phrase))
        unit = self.unit_of(base.text, analyte) if base.literal else base.unit
        plain = next((item for item in united if item.bare_unit), None) if base.unit == NUMBER else None
        bare_unit = base.bare_unit or plain is not None
        return Target(unit, base.text, analyte, bare_unit, self.written(base.phrase))

    def _time_target(self, base: Typed, elapsed: Typed) -> Target:
        """Times since a date are counted in months or in days, and numbers written in the rule follow."""
        month, of = self.month(), self.written(elapsed.phrase)
        unit = self.units.parse(base.text) if base.literal else month
        if unit is None or unit.dimension != month.dimension or _in_months(unit, month):
            return Target(month, "months", of=of)
        return Target(self.units.parse("day") or self.units.parse("days") or DAY, "days", of=of)

    def into(self, item: Typed, target: Target) -> NumberNode | None:
        """The item in the unit of the target."""
        if isinstance(item.node, Literal) and item.literal and item.text:
            return self._literal_into(item, item.node, target)
        if item.bare:
            return item.node if target.takes_bare else self._unit_missing(item, target)
        if (item.bare_unit and target.unit == NUMBER) or (item.unit == NUMBER and target.bare_unit):
            return item.node
        if item.unit.dimension != target.unit.dimension or item.unit.offset != target.unit.offset:
            return self._differs(item, target)
        node = item.node
        if item.elapsed and not _in_months(target.unit, self.month()):
            return _times(_in_days(node), (self.units.parse("day") or DAY).ratio / target.unit.ratio)
        return _times(node, item.unit.ratio / target.unit.ratio)

    def _literal_into(self, item: Typed, node: Literal, target: Target) -> NumberNode | None:
        unit = self.units.parse(item.text, target.analyte)
        if unit is None and item.text != target.text:
            return self.unknown_unit(item, self._accepted(target))
        if unit is None or item.text == target.text:
            return node
        if unit.dimension != target.unit.dimension:
            return self._differs(item, target)
        if unit == target.unit and not target.text:
            return node
        return dataclasses.replace(
            node, value=exactly(along(node.value.low, unit.line_to(target.unit))), unit=target.text
        )

    def unknown_unit(self, item: Typed, accepted: Sequence[str] = ()) -> None:
        defined = [text for text in accepted if self.units.parse(text) is not None]
        match = nearest(item.text, defined) or nearest(item.text, self.units.known())
        written = self.written(item.phrase)
        hint = Hint(f"did you mean '{match}'?", written, written.removesuffix(item.text) + match) if match else ""
        self.wrong(
            "OL204", item.phrase, f"unknown unit '{item.text}'", hint or "units are defined in knowledge/units.yaml"
        )

    def _unit_missing(self, item: Typed, target: Target) -> None:
        what = f"`{self.written(item.phrase)}` has no unit, and {target.of or 'the result'} is in {target.text}"
        written = self.written(item.phrase)
        ways = [f"{written} {text}" for text in self._accepted(target)[:2]]
        words = f"write {' or '.join(f'`{way}`' for way in ways)}"
        if target.text == "%" and item.literal and (share := _share(written)):
            ways = [f"{share} %", *ways]
            words = f"write `{share} %` if it is a share of 1, else `{ways[1]}`"
        hint: str = Hint(words, written, *ways)
        self.wrong("OL203", item.phrase, what, hint if item.literal else f"multiply by `1 {target.text}`")

    def _accepted(self, target: Target) -> tuple[str, ...]:
        """The units a message offers."""
        if target.text == "months":
            return ("months", "days")
        return self.units.accepted(target.text, target.analyte) if target.analyte else (target.text,)

    def _differs(self, item: Typed, target: Target) -> None:
        of, wanted = self.written(item.phrase), target.text or "a plain number"
        what = f"`{of}` is in {item.text or 'no unit'}, {target.of or 'the result'} in {wanted}"
        if item.literal:
            what = f"{item.text} does not measure {target.of or 'the result'} ({wanted})"
        hint = "it takes " + ", ".join(self._accepted(target)) if item.literal and target.text else ""
        self.wrong("OL204", item.phrase, what, hint)


def _in_months(unit: Unit, month: Unit) -> bool:
    """Whether a time unit is a whole number of months: months and years are counted by the calendar."""
    ratio = unit.ratio / month.ratio
    return ratio.denominator == 1


def _in_days(node: NumberNode) -> NumberNode:
    """The same time, counted in days."""
    if isinstance(node, Since):
        return dataclasses.replace(node, measure="days")
    if isinstance(node, Aggregate) and node.item is not None:
        return dataclasses.replace(node, item=_in_days(node.item))
    if isinstance(node, First):
        return dataclasses.replace(node, items=tuple(_in_days(item) for item in node.items))
    if isinstance(node, Chosen):
        return dataclasses.replace(node, left=_in_days(node.left), right=_in_days(node.right))
    return node


def _times(node: NumberNode, ratio: Fraction) -> NumberNode:
    """The node times a unit factor; divided where only the inverse is exact (12 months are 1 year, not 0.999...)."""
    if ratio == 1:
        return node
    if _terminates(ratio):
        return Scaled(item=node, factor=_decimal(ratio), place=node.place, source=node.source)
    if _terminates(1 / ratio):
        divided, divisor = node, 1 / ratio
    else:
        divided = _times(node, Fraction(ratio.numerator))
        divisor = Fraction(ratio.denominator)
    factor = Literal(value=exactly(_decimal(divisor)), place=node.place)
    return Arithmetic(operator="/", left=divided, right=factor, place=node.place, source=node.source)


def _terminates(ratio: Fraction) -> bool:
    rest = ratio.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _decimal(ratio: Fraction) -> Decimal:
    return Decimal(ratio.numerator) / Decimal(ratio.denominator)


def _share(written: str) -> str:
    """A number between 0 and 1 in percent; empty for any other."""
    if not re.fullmatch(r"0?\.\d+", written):
        return ""
    return f"{(Decimal(written) * 100).normalize():f}"

"""The types of findings, the one table: what an answer of each is, which keys say more of it, and what it can be.

Whoever reads, words, compares, draws or proves an answer goes by its form; what a type adds to its form stands here
alone. Another type of a form that there is, is a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Literal

from .frozen import ordered
from .interval import ANY, INFINITY, Interval

Form = Literal["number", "yes_no", "choice", "records", "date"]


@ordered
class Possible:
    """The numbers that an answer can be: within limits, and `step` apart (None: as near to each other as you like)."""

    limits: Interval | None = None
    step: Decimal | None = None

    def contains(self, number: Decimal) -> bool:
        """Whether an answer can be this number."""
        return self.is_stepped(number) and (self.limits is None or self.limits.low <= number <= self.limits.high)

    def is_stepped(self, number: Decimal) -> bool:
        """Whether a number is none of those between two steps."""
        return not self.step or not number % self.step

    def outside(self, numbers: Any) -> Any:
        """Which of an array of floats no answer can be; one that is no number is not among them."""
        limits = self.limits or ANY
        wrong = (numbers < float(limits.low)) | (numbers > float(limits.high))
        return wrong | (numbers % float(self.step) > 0) if self.step else wrong

    def narrowed(self, span: Interval) -> Interval | None:
        """What of an interval is no part of a step, with its ends: of counts `> 2` is `>= 3`; None where nothing is."""
        if not self.step:
            return span
        low, high = span.low, span.high
        if not low.is_infinite():
            low = self.settled(low, up=True)
            low += self.step if span.low_open and low == span.low else 0
        if not high.is_infinite():
            high = self.settled(high)
            high -= self.step if span.high_open and high == span.high else 0
        return Interval(low, high, low.is_infinite(), high.is_infinite()) if low <= high else None

    def settled(self, number: Decimal, up: bool = False) -> Decimal:
        """The number, or where it is between two steps the lower or upper of them."""
        if not self.step:
            return number
        return (number / self.step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * self.step


@ordered
class Type:
    """One type: the form of its answers, and what it adds to it.

    `needs` are the keys without which a finding of it means nothing, `takes` the others that mean something only on
    some types; `opens` is what a skeleton has besides. `aside` explains its name to authors, `scalars` are the types of
    JSON that a plain answer in a file has, and `floor` and `step` say which numbers can be.
    """

    form: Form
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    aside: str = ""
    scalars: tuple[str, ...] = ("string", "number", "boolean")
    floor: Decimal | None = None
    step: Decimal | None = None

    def possible(self, limits: Interval | None) -> Possible:
        """The numbers that an answer can be, where an author believes those within these limits."""
        if self.floor is not None and (limits is None or limits.low < self.floor):
            limits = Interval(self.floor, INFINITY if limits is None else limits.high, False, limits is None)
        return Possible(limits, self.step)


_MEASURED = ("unit", "analyte", "bare_unit", "antibody", "plausible", "range", "or", "stale_after", "remembers")
TYPES: Mapping[str, Type] = {
    "number": Type("number", takes=_MEASURED, opens=("unit", "plausible")),
    "count": Type(
        "number",
        needs=("plausible",),
        takes=("stale_after",),
        aside="a whole number, of falls",
        scalars=("string", "integer", "boolean"),
        floor=Decimal(0),
        step=Decimal(1),
    ),
    "yes_no": Type("yes_no", takes=("stale_after",)),
    "choice": Type("choice", needs=("choices",), takes=("stale_after",)),
    "records": Type("records", needs=("fields", "key"), aside="a list with details"),
    "date": Type("date"),
}
NUMBER = TYPES["number"]


def taking(key: str) -> tuple[str, ...]:
    """The types of which a key says something."""
    return tuple(name for name, one in TYPES.items() if key in (*one.needs, *one.takes))


def named() -> str:
    """The types as authors are told of them."""
    *others, last = (f"{name} ({one.aside})" if one.aside else name for name, one in TYPES.items())
    return f"{', '.join(others)} or {last}"

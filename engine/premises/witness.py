"""The evidence that decides one comparison of a premise: `28 < 30 nmol/L`, `prednisolone`, `not measured`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from ..values import dates
from ..values.interval import Interval
from ..values.truth import Truth
from ..values.value import Choice, Day, Entry, Gap, Known, Number, Records
from . import evaluation
from .evaluation import Facts
from .expression import (
    Against,
    Compared,
    Has,
    IsYes,
    Literal,
    Node,
    NumberNode,
    OneOf,
    Quantified,
    Since,
    Threshold,
    TruthNode,
    Value,
    Within,
)
from .wording import Labels, amount, interval

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_MAX_ENTRIES = 4
_OPENINGS = {"last_given": "last given", "stopped": "until", "started": "since"}
"""The days of an entry, the most telling first, with the words that open them."""


def witness(leaf: TruthNode, facts: Facts, labels: Labels) -> str:
    """The known values a comparison reads, set against it; empty for what rules conclude."""
    say = _WITNESSES.get(type(leaf))
    return say(leaf, facts, labels) if say is not None else ""


def known_text(known: Known, name: str, labels: Labels) -> str:
    """The known value of one finding or quantity, with its unit."""
    if isinstance(known, Gap):
        return known.value.replace("unknown", "not known")
    if isinstance(known, Number):
        result = known.last
        if result.word is None:
            return amount(interval(result.interval), labels.unit(name))
        return f"{'persistently ' if result.persistent else ''}{result.word.value}"
    if isinstance(known, Choice):
        return " or ".join(labels.member(name, member) for member in sorted(known.members))
    if isinstance(known, Day):
        return dates.text(known.interval)
    listed = ", ".join(_entry(entry, name, labels) for entry in known.entries[:_MAX_ENTRIES]) or "none"
    more = ", ..." if len(known.entries) > _MAX_ENTRIES or not known.complete else ""
    return listed + more if known.entries or known.complete else "not known"


def _entry(entry: Entry, name: str, labels: Labels) -> str:
    """An entry by its member and its date: of a medicine when it was last given, until when, or since when."""
    members = [value for value in entry.fields.values() if isinstance(value, Choice)]
    text = known_text(members[0], name, labels) if members else "an entry"
    days = {field: value for field, value in entry.fields.items() if isinstance(value, Day)}
    field = next((one for one in _OPENINGS if one in days), next(iter(days), ""))
    day = dates.text(days[field].interval) if field else ""
    opening = "" if day.startswith(("by ", "since ")) else _OPENINGS.get(field, "")
    return " ".join(part for part in (text, opening, day) if part)


# --- comparisons ------------------------------------------------------------------------------------------------------


def _compared(leaf: Compared, facts: Facts, labels: Labels) -> str:
    left, right = leaf.left, leaf.right
    operator = leaf.operator
    held = evaluation.truth_of(leaf, facts)
    value, limit = evaluation.number_of(left, facts), evaluation.number_of(right, facts)
    if isinstance(value, Gap) or isinstance(limit, Gap):
        return _gap(value, left, labels) or _gap(limit, right, labels)
    if isinstance(left, Since) and evaluation.compare(operator, _tenths(value), limit) is held:
        value = _tenths(value)
    cut_offs = [end for end in (limit.low, limit.high) if not end.is_infinite()]
    a, b = _number(value, left, right, cut_offs), _number(limit, right, left)
    unit = _unit(left, labels) or _unit(right, labels)
    if held is Truth.FALSE:
        operator = _OPPOSITE[operator]
    if held is Truth.UNKNOWN:
        return f"{amount(a, unit)}; {operator} {amount(b, unit)} is open"
    if not a[:1].isdigit() and a[:1] != "-":
        return f"{amount(a, unit)}, so {operator} {amount(b, unit)}"
    return f"{a} {operator} {amount(b, unit)}"


def _tenths(value: Interval) -> Interval:
    """A time as people read it: months to one decimal."""
    low, high = (end if end.is_infinite() else round(end, 1) for end in (value.low, value.high))
    return Interval(low, high, value.low_open, value.high_open) if low < high else Interval(low, high)


def _within(leaf: Within, facts: Facts, labels: Labels) -> str:
    value, low, high = (evaluation.number_of(node, facts) for node in (leaf.value, leaf.low, leaf.high))
    if isinstance(value, Gap) or isinstance(low, Gap) or isinstance(high, Gap):
        return _gap(value, leaf.value, labels) or "the range is not known"
    held = evaluation.truth_of(leaf, facts)
    verb = {Truth.TRUE: "in", Truth.FALSE: "not in", Truth.UNKNOWN: "perhaps in"}[held]
    ends = f"{_number(low, leaf.low, leaf.value)}..{_number(high, leaf.high, leaf.value)}"
    unit = _unit(leaf.value, labels) or _unit(leaf.high, labels)
    cut_offs = [end for end in (low.low, low.high, high.low, high.high) if not end.is_infinite()]
    return f"{_number(value, leaf.value, leaf.low, cut_offs)} {verb} {amount(ends, unit)}"


def _gap(value: Interval | Gap, node: NumberNode, labels: Labels) -> str:
    if not isinstance(value, Gap):
        return ""
    word = value.value.replace("unknown", "not known")
    names = [part.name for part in node.walk() if isinstance(part, (Value, Threshold))]
    return f"{labels.label(names[0])} {word}" if names else word


def _number(value: Interval, node: NumberNode, beside: NumberNode, cut_offs: Collection[Decimal] = ()) -> str:
    """A number, on its side of each cut-off; or the date where one is compared."""
    if any(isinstance(part, Literal) and part.unit == "date" for part in (node, beside)):
        return dates.text(value)
    return interval(value, cut_offs)


def _unit(node: Node, labels: Labels) -> str:
    if isinstance(node, Since):
        return node.measure
    if isinstance(node, Literal):
        return "" if node.unit == "date" else node.unit
    if isinstance(node, (Value, Threshold)):
        return labels.unit(node.name)
    return ""


def _against(leaf: Against, facts: Facts, labels: Labels) -> str:
    known = facts.known(leaf.name)
    if not isinstance(known, Number) or known.last.word is not None:
        return known_text(known, leaf.name, labels)
    unit = labels.unit(leaf.name)
    span = known.last.range or facts.range_of(leaf.name)
    cut_offs = [end for end in (span.low, span.high) if not end.is_infinite()] if span is not None else []
    results = known.results if leaf.occasions else (known.last,)
    shown = ", ".join(interval(result.interval, cut_offs) for result in results)
    if span is None:
        return f"{amount(shown, unit)}, reference range not known"
    return f"{amount(shown, unit)}, reference range {interval(span)}"


# --- labels and lists -------------------------------------------------------------------------------------------------


def _one(leaf: OneOf | IsYes, facts: Facts, labels: Labels) -> str:
    return known_text(facts.known(leaf.name), leaf.name, labels)


class _Only:
    """The same patient with one entry in one list."""

    def __init__(self, facts: Facts, name: str, entry: Entry) -> None:
        self._facts = facts
        self._name = name
        self._records = Records((entry,))

    def known(self, name: str) -> Known:
        return self._records if name == self._name else self._facts.known(name)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._facts, attribute)


def matching(leaf: Has | Quantified, facts: Facts, labels: Labels) -> tuple[list[str], list[str]]:
    """The entries that match what is asked of a list, and those that may."""
    known = facts.known(leaf.name)
    single: TruthNode = (
        leaf if isinstance(leaf, Has) else Quantified(quantifier="any", name=leaf.name, where=leaf.where)
    )
    certain: list[str] = []
    possible: list[str] = []
    for entry in known.entries if isinstance(known, Records) else ():
        only: Any = _Only(facts, leaf.name, entry)
        held = evaluation.truth_of(single, only)
        if held is not Truth.FALSE:
            (certain if held is Truth.TRUE else possible).append(_entry(entry, leaf.name, labels))
    return certain, possible


def _listed(leaf: Has | Quantified, facts: Facts, labels: Labels) -> str:
    """The entries that match, or may; else what the list holds."""
    known = facts.known(leaf.name)
    if not isinstance(known, Records):
        return known_text(known, leaf.name, labels)
    certain, possible = matching(leaf, facts, labels)
    if certain:
        return ", ".join(certain)
    if possible:
        return f"perhaps {', '.join(possible)}"
    everything = known_text(known, leaf.name, labels)
    return "none listed" if everything == "none" else f"none of {everything}" if known.entries else everything


_WITNESSES: dict[type[Node], Callable[[Any, Facts, Labels], str]] = {
    Compared: _compared,
    Within: _within,
    Against: _against,
    OneOf: _one,
    IsYes: _one,
    Has: _listed,
    Quantified: _listed,
}

"""Evaluation of premises and formulas for one patient: strong Kleene logic over intervals.

Propositions and junctions are evaluated here too, so that the plain evaluator and `applies` premises need nothing else;
the network evaluates only the leaves here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..values import dates, truth
from ..values.interval import ANY, INFINITY, Interval, exactly, hull
from ..values.truth import Truth
from ..values.value import (
    NOT_APPLICABLE,
    NOT_MEASURED,
    UNKNOWN,
    Choice,
    Day,
    Entry,
    Gap,
    Known,
    Measurement,
    Number,
    Records,
)
from . import aggregate, expression, formulas
from .entry import DERIVED_FIELDS, Facts, interval_of, stopped

__all__ = ["Facts", "compare", "interval_of", "merged", "number_of", "truth_of"]


class Row(NamedTuple):
    """One entry of the list `name`, inside `where`."""

    name: str
    entry: Entry


def truth_of(node: expression.TruthNode, facts: Facts, row: Row | None = None) -> Truth:
    return _TRUTHS[type(node)](node, facts, row)


def number_of(node: expression.NumberNode, facts: Facts, row: Row | None = None) -> Interval | Gap:
    return _NUMBERS[type(node)](node, facts, row)


# --- junctions and propositions ---------------------------------------------------------------------------------------


def _always(node: expression.Always, facts: Facts, row: Row | None) -> Truth:
    return Truth.TRUE


def _all(node: expression.All, facts: Facts, row: Row | None) -> Truth:
    return truth.all_of(truth_of(item, facts, row) for item in node.items)


def _any_of(node: expression.AnyOf, facts: Facts, row: Row | None) -> Truth:
    return truth.any_of(truth_of(item, facts, row) for item in node.items)


def _at_least(node: expression.AtLeast, facts: Facts, row: Row | None) -> Truth:
    return truth.at_least(node.count, (truth_of(item, facts, row) for item in node.items))


def _not(node: expression.Not, facts: Facts, row: Row | None) -> Truth:
    return truth.negation(truth_of(node.item, facts, row))


def _proposition(node: expression.Proposition | expression.Applies, facts: Facts, row: Row | None) -> Truth:
    return facts.truth(node.atom)


# --- comparisons ------------------------------------------------------------------------------------------------------


def compare(operator: str, left: Interval, right: Interval) -> Truth:
    if operator == "<":
        return left.less(right)
    if operator == "<=":
        return left.at_most(right)
    if operator == ">":
        return right.less(left)
    if operator == ">=":
        return right.at_most(left)
    equal = left.equals(right)
    return equal if operator == "=" else truth.negation(equal)


def _gapped(*values: Interval | Gap) -> Truth:
    """The truth of a comparison one side of which has no value."""
    return Truth.FALSE if NOT_APPLICABLE in values else Truth.UNKNOWN


def _compared(node: expression.Compared, facts: Facts, row: Row | None) -> Truth:
    left, right = number_of(node.left, facts, row), number_of(node.right, facts, row)
    if isinstance(left, Gap) or isinstance(right, Gap):
        return _gapped(left, right)
    return compare(node.operator, left, right)


def _within(node: expression.Within, facts: Facts, row: Row | None) -> Truth:
    value, low, high = (number_of(part, facts, row) for part in (node.value, node.low, node.high))
    if isinstance(value, Gap) or isinstance(low, Gap) or isinstance(high, Gap):
        return _gapped(value, low, high)
    return truth.all_of((low.at_most(value), value.at_most(high)))


def _result_is(word: str, result: Measurement, in_force: Interval | None) -> Truth:
    if result.word is not None:
        return truth.of(result.word.value == word)
    span = result.range or in_force
    if span is None:
        return Truth.UNKNOWN
    lower, upper = exactly(span.low), exactly(span.high)
    above, below = upper.less(result.interval), result.interval.less(lower)
    if word == "high":
        return above
    if word == "low":
        return below
    return truth.all_of((truth.negation(above), truth.negation(below)))


def _against(node: expression.Against, facts: Facts, row: Row | None) -> Truth:
    known = facts.known(node.name)
    if known is NOT_APPLICABLE:
        return Truth.FALSE
    if not isinstance(known, Number):
        return Truth.UNKNOWN
    in_force = facts.range_of(node.name)
    if node.occasions is None:
        value = _result_is(node.word, known.last, in_force)
    else:
        value = _on_occasions(node.word, node.occasions, known, in_force)
    return truth.negation(value) if node.negated else value


def _on_occasions(word: str, occasions: int, known: Number, in_force: Interval | None) -> Truth:
    if known.last.persistent:
        return _result_is(word, known.last, in_force)
    by_day: dict[object, list[Truth]] = {}
    for index, result in enumerate(known.results):
        by_day.setdefault(result.date if result.date is not None else index, []).append(
            _result_is(word, result, in_force)
        )
    if len(by_day) < occasions:
        return Truth.UNKNOWN
    return truth.at_least(occasions, (truth.any_of(values) for values in by_day.values()))


def _among(known: Known, members: frozenset[str]) -> Truth:
    """Whether a choice is one of `members`; unknown for any gap but `not applicable`."""
    if known is NOT_APPLICABLE:
        return Truth.FALSE
    if not isinstance(known, Choice):
        return Truth.UNKNOWN
    if known.members <= members:
        return Truth.TRUE
    return Truth.UNKNOWN if known.members & members else Truth.FALSE


def _one_of(node: expression.OneOf, facts: Facts, row: Row | None) -> Truth:
    known = _field_known(node.name, row) if node.field else facts.known(node.name)
    if known is NOT_APPLICABLE:
        return Truth.FALSE
    value = _among(known, node.members)
    return truth.negation(value) if node.negated else value


def _is_yes(node: expression.IsYes, facts: Facts, row: Row | None) -> Truth:
    known = _field_known(node.name, row) if node.field else facts.known(node.name)
    return _among(known, frozenset({"yes"}))


# --- lists ------------------------------------------------------------------------------------------------------------


def _field_known(name: str, row: Row | None) -> Known:
    assert row is not None
    return row.entry.fields.get(name, UNKNOWN)


def _given(node: expression.Given, facts: Facts, row: Row | None) -> Truth:
    assert row is not None
    if node.name == "stopped":
        return stopped(row.entry, facts)
    return Truth.TRUE if isinstance(_field_known(node.name, row), Day) else Truth.UNKNOWN


def _listed(name: str, facts: Facts) -> tuple[Records, Entry | None]:
    """The list, and the one unknown entry that an open list may still hold."""
    known = facts.known(name)
    records = known if isinstance(known, Records) else Records(complete=known is NOT_APPLICABLE)
    if records.complete:
        return records, None
    possible = facts.members_of(name) - records.absent
    return records, Entry({facts.key_of(name): Choice(possible), "stopped": UNKNOWN})


def _has(node: expression.Has, facts: Facts, row: Row | None) -> Truth:
    records, further = _listed(node.name, facts)
    key = facts.key_of(node.name)
    values = [
        truth.all_of((_among(entry.fields.get(key, UNKNOWN), node.members), truth.negation(stopped(entry, facts))))
        for entry in records.entries
    ]
    if further is not None:
        values.append(_possible(further.fields[key], node.members))
    return truth.any_of(values)


def _possible(known: Known, members: frozenset[str]) -> Truth:
    return Truth.UNKNOWN if isinstance(known, Choice) and known.members & members else Truth.FALSE


def _where(node: expression.TruthNode | None, facts: Facts, row: Row) -> Truth:
    return Truth.TRUE if node is None else truth_of(node, facts, row)


def _quantified(node: expression.Quantified, facts: Facts, row: Row | None) -> Truth:
    records, further = _listed(node.name, facts)
    values = [_where(node.where, facts, Row(node.name, entry)) for entry in records.entries]
    needed = node.count if node.quantifier == "at_least" else 1
    if further is not None and _where(node.where, facts, Row(node.name, further)) is not Truth.FALSE:
        values.extend([Truth.UNKNOWN] * needed)
    result = truth.at_least(needed, values)
    return truth.negation(result) if node.quantifier == "no" else result


# --- numbers ----------------------------------------------------------------------------------------------------------


def _literal(node: expression.Literal, facts: Facts, row: Row | None) -> Interval | Gap:
    return node.value


def _value(node: expression.Value, facts: Facts, row: Row | None) -> Interval | Gap:
    return _value_of(node.name, facts)


def _value_of(name: str, facts: Facts) -> Interval | Gap:
    known = facts.known(name)
    if isinstance(known, Number) and known.last.word is not None:
        return interval_of(known, facts.range_of(name))
    return interval_of(known, None)


def _threshold(node: expression.Threshold, facts: Facts, row: Row | None) -> Interval | Gap:
    return facts.threshold(node.name)


def _field(node: expression.Field, facts: Facts, row: Row | None) -> Interval | Gap:
    assert row is not None
    known = row.entry.fields.get(node.name, UNKNOWN)
    if not isinstance(known, Gap):
        return interval_of(known, None)
    derived = DERIVED_FIELDS.get(node.name)
    value = derived(row.entry, facts) if derived else known
    if isinstance(value, Gap) and value is not NOT_APPLICABLE and node.floor is not None:
        return Interval(node.floor, INFINITY, False, True)
    return value


def _member_number(node: expression.MemberNumber, facts: Facts, row: Row | None) -> Interval | Gap:
    assert row is not None
    known = row.entry.fields.get(facts.key_of(row.name), UNKNOWN)
    if not isinstance(known, Choice):
        return UNKNOWN
    numbers = [facts.member_number(row.name, member, node.name) for member in sorted(known.members)]
    given = [exactly(number) for number in numbers if number is not None]
    if len(given) < len(numbers):
        return NOT_MEASURED if not given else UNKNOWN
    return hull(given) if given else UNKNOWN


def _joined_gap(*values: Interval | Gap) -> Gap | None:
    """The gap that a computation over these values comes to."""
    for gap in (NOT_APPLICABLE, UNKNOWN, NOT_MEASURED):
        if gap in values:
            return gap
    return None


def _scaled(node: expression.Scaled, facts: Facts, row: Row | None) -> Interval | Gap:
    value = number_of(node.item, facts, row)
    return value if isinstance(value, Gap) else value.scaled(node.factor)


def _negative(node: expression.Negative, facts: Facts, row: Row | None) -> Interval | Gap:
    value = number_of(node.item, facts, row)
    return value if isinstance(value, Gap) else value.negated()


def _arithmetic(node: expression.Arithmetic, facts: Facts, row: Row | None) -> Interval | Gap:
    left, right = number_of(node.left, facts, row), number_of(node.right, facts, row)
    if isinstance(left, Gap) or isinstance(right, Gap):
        return _joined_gap(left, right) or UNKNOWN
    if node.operator == "+":
        return left.plus(right)
    if node.operator == "-":
        return left.minus(right)
    if node.operator == "*":
        return left.times(right)
    return left.over(right) or UNKNOWN


def _range_end(node: expression.RangeEnd, facts: Facts, row: Row | None) -> Interval | Gap:
    known = facts.known(node.name)
    if not isinstance(known, Number):  # the laboratory may print another range beside the result to come
        return NOT_APPLICABLE if known is NOT_APPLICABLE else UNKNOWN
    span = known.last.range or facts.range_of(node.name)
    if span is None:
        return UNKNOWN
    end = span.high if node.end == "upper" else span.low
    return UNKNOWN if end.is_infinite() else exactly(end)


def _since(node: expression.Since, facts: Facts, row: Row | None) -> Interval | Gap:
    date = number_of(node.date, facts, row)
    return date if isinstance(date, Gap) else dates.elapsed(date, facts.today, node.measure)


def _first(node: expression.First, facts: Facts, row: Row | None) -> Interval | Gap:
    for item in node.items:
        value = number_of(item, facts, row)
        if value not in (NOT_MEASURED, NOT_APPLICABLE):
            return value
    return NOT_MEASURED


def _extreme(node: expression.Extreme, facts: Facts, row: Row | None) -> Interval | Gap:
    lowest = node.end == "lowest"
    values: list[Interval] = []
    open_ended = False
    for name in node.names:
        value = _value_of(name, facts)
        if value is UNKNOWN:
            open_ended = True
        elif isinstance(value, Interval):
            values.append(value if lowest else value.negated())
    if not values:
        return UNKNOWN if open_ended else NOT_MEASURED
    smallest = values[0]
    for value in values[1:]:
        smallest = smallest.lesser_ends(value)
    if open_ended:
        smallest = Interval(-INFINITY, smallest.high, True, smallest.high_open)
    return smallest if lowest else smallest.negated()


def _chosen(node: expression.Chosen, facts: Facts, row: Row | None) -> Interval | Gap:
    left, right = number_of(node.left, facts, row), number_of(node.right, facts, row)
    if NOT_APPLICABLE in (left, right):
        return NOT_APPLICABLE
    if isinstance(left, Gap) and isinstance(right, Gap):
        return _joined_gap(left, right) or UNKNOWN
    # Not measured is as unknown here: what the other one says of the two must not fall once nobody can tell this one.
    a = ANY if isinstance(left, Gap) else left
    b = ANY if isinstance(right, Gap) else right
    result = a.greater_ends(b) if node.end == "greater" else a.lesser_ends(b)
    return UNKNOWN if result == ANY else result


def _formula(node: expression.Formula, facts: Facts, row: Row | None) -> Interval | Gap:
    values = [number_of(argument, facts, row) for argument in node.arguments]
    sexes = [facts.known(name) for name in node.names]
    gap = _joined_gap(*values, *(known for known in sexes if isinstance(known, Gap) and known is not UNKNOWN))
    if gap is not None:
        return gap
    possible = sorted(sexes[0].members) if sexes and isinstance(sexes[0], Choice) else ["female", "male"]
    return formulas.apply(node.name, [value for value in values if isinstance(value, Interval)], possible) or UNKNOWN


def _aggregate(node: expression.Aggregate, facts: Facts, row: Row | None) -> Interval | Gap:
    known = facts.known(node.name)
    if known is NOT_APPLICABLE:
        return NOT_APPLICABLE
    records, further = _listed(node.name, facts)
    certain: list[Interval | Gap] = []
    possible: list[Interval | Gap] = []
    for entry in records.entries:
        inside = Row(node.name, entry)
        held = _where(node.where, facts, inside)
        if held is Truth.FALSE:
            continue
        value = exactly(1) if node.item is None else number_of(node.item, facts, inside)
        (certain if held is Truth.TRUE else possible).append(value)
    more: Interval | None = None
    if further is not None and _where(node.where, facts, Row(node.name, further)) is not Truth.FALSE:
        meant = aggregate.narrowed(further, node.where, facts.key_of(node.name))
        value = exactly(1) if node.item is None else number_of(node.item, facts, Row(node.name, meant))
        more = ANY if isinstance(value, Gap) else value
    if node.kind in ("sum", "count"):
        return aggregate.summed(certain, possible, more)
    return aggregate.extreme(node.kind == "lowest", certain, possible, more)


def _cases(node: expression.Cases, facts: Facts, row: Row | None) -> Interval | Gap:
    reached: list[Interval | Gap] = []
    decided = False
    for premise, value in zip(node.premises, node.values, strict=True):
        held = truth_of(premise, facts, row)
        if held is not Truth.FALSE:
            reached.append(number_of(value, facts, row))
        if held is Truth.TRUE:
            decided = True
            break
    if not decided and node.otherwise is not None:
        reached.append(number_of(node.otherwise, facts, row))
        decided = True
    if not reached:
        return NOT_MEASURED
    return merged(reached) if decided else UNKNOWN


def merged(values: list[Interval | Gap]) -> Interval | Gap:
    """The hull of what a number may be; a gap among several leaves it unknown."""
    intervals = [value for value in values if isinstance(value, Interval)]
    if len(intervals) < len(values):
        return values[0] if len(set(values)) == 1 else UNKNOWN
    return hull(intervals)


def _points(node: expression.Points, facts: Facts, row: Row | None) -> Interval | Gap:
    total = exactly(0)
    for premise, points in zip(node.premises, node.points, strict=True):
        held = truth_of(premise, facts, row)
        if held is Truth.TRUE:
            total = total.plus(exactly(points))
        elif held is Truth.UNKNOWN:
            total = total.plus(hull((exactly(0), exactly(points))))
    return total


_TRUTHS: dict[type[expression.Node], Callable[[Any, Facts, Row | None], Truth]] = {
    expression.Always: _always,
    expression.All: _all,
    expression.AnyOf: _any_of,
    expression.AtLeast: _at_least,
    expression.Not: _not,
    expression.Proposition: _proposition,
    expression.Applies: _proposition,
    expression.Compared: _compared,
    expression.Within: _within,
    expression.Against: _against,
    expression.OneOf: _one_of,
    expression.IsYes: _is_yes,
    expression.Given: _given,
    expression.Has: _has,
    expression.Quantified: _quantified,
}

_NUMBERS: dict[type[expression.Node], Callable[[Any, Facts, Row | None], Interval | Gap]] = {
    expression.Literal: _literal,
    expression.Value: _value,
    expression.Threshold: _threshold,
    expression.Field: _field,
    expression.MemberNumber: _member_number,
    expression.Scaled: _scaled,
    expression.Negative: _negative,
    expression.Arithmetic: _arithmetic,
    expression.RangeEnd: _range_end,
    expression.Since: _since,
    expression.First: _first,
    expression.Extreme: _extreme,
    expression.Chosen: _chosen,
    expression.Formula: _formula,
    expression.Aggregate: _aggregate,
    expression.Cases: _cases,
    expression.Points: _points,
}

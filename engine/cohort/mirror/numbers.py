"""Numbers that premises and formulas read, for many patients together: the mirror of the numbers of `evaluation`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...premises import expression
from ...values.value import NOT_APPLICABLE, Choice, Gap
from ...values.value import NOT_MEASURED as MEASURED_NOT
from . import ends
from .columns import ChoiceColumn, NumberColumn
from .ends import NOT_MEASURED, UNKNOWN, VALUE, Ends, Flags, unknown
from .fields import elapsed
from .known import span_of, value_ends
from .scope import Scope, Unmirrored

_INF = np.float64("inf")
_ANY = Ends(-_INF, _INF, np.asarray(True), np.asarray(True))


def _literal(node: expression.Literal, scope: Scope) -> Ends:
    return ends.of_interval(node.value)


def _value(node: expression.Value, scope: Scope) -> Ends:
    return value_ends(node.name, scope)


def _threshold(node: expression.Threshold, scope: Scope) -> Ends:
    return scope.at(scope.people.threshold(node.name))


# --- arithmetic -------------------------------------------------------------------------------------------------------


def _scaled(node: expression.Scaled, scope: Scope) -> Ends:
    return ends.times(scope.number(node.item), ends.of_decimal(node.factor))


def _negative(node: expression.Negative, scope: Scope) -> Ends:
    return ends.negated(scope.number(node.item))


_OPERATIONS = {"+": ends.plus, "-": ends.minus, "*": ends.times, "/": ends.over}


def _arithmetic(node: expression.Arithmetic, scope: Scope) -> Ends:
    return _OPERATIONS[node.operator](scope.number(node.left), scope.number(node.right))


def _range_end(node: expression.RangeEnd, scope: Scope) -> Ends:
    column = scope.people.known(node.name)
    count = scope.people.count
    if not isinstance(column, NumberColumn):
        raise Unmirrored(f"the range of {node.name}")
    span = span_of(column, scope.people.range_of(node.name)).spread(count)
    end = span.high if node.end == "upper" else span.low
    assert span.gap is not None
    gap = np.where((span.gap != VALUE) | np.isinf(end), UNKNOWN, VALUE).astype(np.uint8)
    if column.ends.gap is not None:
        own = np.where(column.ends.gap == NOT_MEASURED, UNKNOWN, column.ends.gap).astype(np.uint8)
        gap = np.where(own == VALUE, gap, own).astype(np.uint8)
    low = np.where(gap == VALUE, end, np.nan)
    return scope.at(Ends(low, gap=gap, places=span.places).tidy())


def _since(node: expression.Since, scope: Scope) -> Ends:
    return elapsed(scope.number(node.date), scope, node.measure)


def _first(node: expression.First, scope: Scope) -> Ends:
    found = scope.number(node.items[0])
    for item in node.items[1:]:
        if found.gap is None:
            return found
        passed = (found.gap == NOT_MEASURED) | (found.gap == ends.NOT_APPLICABLE)
        if not np.any(passed):
            return found
        found = ends.chosen(np.broadcast_to(passed, scope.count), scope.number(item), found)
    if found.gap is not None:
        gap = np.where(found.gap == ends.NOT_APPLICABLE, NOT_MEASURED, found.gap).astype(np.uint8)
        found = Ends(found.low, found.high, found.low_open, found.high_open, gap, found.rough, found.places)
    return found


def _extreme(node: expression.Extreme, scope: Scope) -> Ends:
    lowest = node.end == "lowest"
    count = scope.count
    found = unknown(count)
    there = np.zeros(count, bool)
    open_ended = np.zeros(count, bool)
    for name in node.names:
        value = value_ends(name, scope)
        value = value if lowest else ends.negated(value)
        gap = np.zeros(count, np.uint8) if value.gap is None else np.broadcast_to(value.gap, count)
        open_ended |= gap == UNKNOWN
        here = gap == VALUE
        if here.any():
            both = there & here
            least = ends.lesser_ends(found, value)
            found = ends.chosen(both, least, ends.chosen(here, value, found)).tidy()
            there |= here
    if open_ended.any():
        wide = found.spread(count)
        wide.low[open_ended & there] = -_INF
        assert wide.low_open is not None
        wide.low_open[open_ended & there] = True
        found = wide
    gap = np.where(there, VALUE, np.where(open_ended, UNKNOWN, NOT_MEASURED)).astype(np.uint8)
    found = Ends(found.low, found.high, found.low_open, found.high_open, gap, found.rough, found.places).tidy()
    return found if lowest else ends.negated(found)


def _chosen(node: expression.Chosen, scope: Scope) -> Ends:
    left, right = scope.number(node.left), scope.number(node.right)
    gap = ends.joined_gap(left, right)
    work = ends.greater_ends if node.end == "greater" else ends.lesser_ends
    if gap is None:
        return work(left, right)
    count = scope.count
    here = [
        np.ones(count, bool) if one.gap is None else np.broadcast_to(one.gap == VALUE, count) for one in (left, right)
    ]
    found = work(*(ends.chosen(there, one, _ANY) for there, one in zip(here, (left, right), strict=True)))
    found = without_any(
        Ends(found.low, found.high, found.low_open, found.high_open, None, found.rough, found.places), count
    )
    neither = ~here[0] & ~here[1]
    lacking = np.where(gap == ends.NOT_APPLICABLE, gap, np.where(neither, gap, VALUE)).astype(np.uint8)
    none = Ends(np.full(count, np.nan), gap=lacking)
    return ends.chosen(lacking != VALUE, none, found).tidy()


def without_any(value: Ends, count: int) -> Ends:
    """The same, unknown where it may be any number at all."""
    if value.exact:
        return value
    anything = np.isneginf(value.low) & np.isposinf(value.high)
    return ends.chosen(np.broadcast_to(anything, count), unknown(count), value) if np.any(anything) else value


# --- formulas ---------------------------------------------------------------------------------------------------------


def _ckd_epi_2021(values: list[Any], sex: str) -> Any:
    creatinine, age = values
    female = sex == "female"
    ratio = creatinine / (0.7 if female else 0.9)
    low, high = np.minimum(ratio, 1.0), np.maximum(ratio, 1.0)
    result = 142 * low ** (-0.241 if female else -0.302) * high**-1.2 * 0.9938**age
    return result * 1.012 if female else result


def _cockcroft_gault(values: list[Any], sex: str) -> Any:
    age, weight, creatinine = values
    result = (140 - age) * weight / (72 * creatinine)
    return result * 0.85 if sex == "female" else result


FORMULAS: Mapping[str, Callable[[list[Any], str], Any]] = {
    "ckd_epi_2021": _ckd_epi_2021,
    "cockcroft_gault": _cockcroft_gault,
}


def _formula(node: expression.Formula, scope: Scope) -> Ends:
    compute = FORMULAS.get(node.name)
    if compute is None:
        raise Unmirrored(f"the formula {node.name}")
    count = scope.count
    values = [scope.number(argument) for argument in node.arguments]
    gap = ends.joined_gap(*values)
    gap = np.zeros(count, np.uint8) if gap is None else np.array(np.broadcast_to(gap, count))
    possible = {"female": np.ones(count, bool), "male": np.ones(count, bool)}
    if node.names:
        column = scope.people.known(node.names[0])
        if not isinstance(column, ChoiceColumn):
            raise Unmirrored(f"the formula {node.name} of {node.names[0]}")
        codes = scope.flags_at(column.codes)
        table = column.book.table
        for sex in possible:
            lut = np.array([not isinstance(known, Choice) or sex in known.members for known in table])
            possible[sex] = lut[codes]
        lacking = {NOT_APPLICABLE: ends.NOT_APPLICABLE, MEASURED_NOT: NOT_MEASURED}
        lut = np.array([lacking.get(known, 0) if isinstance(known, Gap) else 0 for known in table], np.uint8)
        gap = np.maximum(gap, lut[codes])
    for value in values:
        no = (value.low <= 0) | np.isinf(value.low) | np.isinf(value.high)
        gap = np.where((gap == VALUE) & no, UNKNOWN, gap).astype(np.uint8)
    low, high = np.full(count, _INF), np.full(count, -_INF)
    corners: list[list[Any]] = [[]]
    for value in values:
        corners = [
            [*corner, end] for corner in corners for end in ([value.low] if value.exact else [value.low, value.high])
        ]
    for sex, rows in possible.items():
        if not rows.any():
            continue
        for corner in corners:
            found = compute(corner, sex)
            low, high = np.where(rows, np.minimum(low, found), low), np.where(rows, np.maximum(high, found), high)
    there = gap == VALUE
    low, high = np.where(there, low, np.nan), np.where(there, high, np.nan)
    return Ends(low, high, None, None, gap, True, None).tidy()


def _points(node: expression.Points, scope: Scope) -> Ends:
    low, high = np.zeros(scope.count), np.zeros(scope.count)
    for premise, points in zip(node.premises, node.points, strict=True):
        true, false = scope.truth(premise)
        worth = float(points)
        low += np.where(true, worth, np.where(false, 0.0, min(worth, 0.0)))
        high += np.where(true, worth, np.where(false, 0.0, max(worth, 0.0)))
    places = max((ends.of_decimal(points).places or 0 for points in node.points), default=0)
    return Ends(np.round(low, places), np.round(high, places), places=places).tidy()


def _cases(node: expression.Cases, scope: Scope) -> Ends:
    reached = Reached(scope.count)
    for premise, value in zip(node.premises, node.values, strict=True):
        true, false = scope.truth(premise)
        reached.add(~false & ~reached.decided, scope.number(value))
        reached.decided |= true
    if node.otherwise is not None:
        reached.add(~reached.decided, scope.number(node.otherwise))
        reached.decided[:] = True
    return reached.value()


class Reached:
    """The hull of what a number may be, in each row; a gap among several leaves it unknown."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.decided = np.zeros(count, bool)
        self._some = np.zeros(count, bool)
        self._found = unknown(count)

    def add(self, rows: Flags, value: Ends) -> None:
        """Count a value in where the rows say so."""
        if not rows.any():
            return
        again = rows & self._some
        found = ends.chosen(rows & ~self._some, value, self._found)
        if again.any():
            mine = found.gap if found.gap is not None else np.zeros(self.count, np.uint8)
            other = np.zeros(self.count, np.uint8) if value.gap is None else np.broadcast_to(value.gap, self.count)
            both = ends.hull(found, value)
            gapped = (mine != VALUE) | (other != VALUE)
            both = ends.chosen(gapped, unknown(self.count), both)
            same = (mine == other) & (mine != VALUE)
            found = ends.chosen(again & ~same, both, found)
        self._found, self._some = found, self._some | rows

    def value(self) -> Ends:
        """What came of it: not measured where nothing was reached, unknown where nothing decided."""
        found = self._found.tidy()
        lacking = np.where(~self._some, NOT_MEASURED, np.where(~self.decided, UNKNOWN, VALUE)).astype(np.uint8)
        if not lacking.any():
            return found
        none = Ends(np.full(self.count, np.nan), gap=lacking)
        return ends.chosen(lacking != VALUE, none, found).tidy()


NUMBERS: Mapping[type[expression.Node], Callable[[Any, Scope], Ends]] = {
    expression.Literal: _literal,
    expression.Value: _value,
    expression.Threshold: _threshold,
    expression.Scaled: _scaled,
    expression.Negative: _negative,
    expression.Arithmetic: _arithmetic,
    expression.RangeEnd: _range_end,
    expression.Since: _since,
    expression.First: _first,
    expression.Extreme: _extreme,
    expression.Chosen: _chosen,
    expression.Formula: _formula,
    expression.Cases: _cases,
    expression.Points: _points,
}

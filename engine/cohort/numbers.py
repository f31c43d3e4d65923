"""Numbers that premises and formulas read, for many patients together: the mirror of the numbers of `evaluation`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from ..premises import expression
from ..premises.entry import ADULT
from ..values.value import NOT_APPLICABLE, Choice, Gap
from ..values.value import NOT_MEASURED as MEASURED_NOT
from . import ends
from .columns import HIGH, LOW, NORMAL, ChoiceColumn, Field, NumberColumn, gap_codes
from .ends import NOT_MEASURED, UNKNOWN, VALUE, Ends, Flags
from .scope import Scope, Unmirrored

_INF = np.float64("inf")
_ANY = Ends(-_INF, _INF, np.asarray(True), np.asarray(True))


def unknown(count: int) -> Ends:
    return Ends(np.full(count, np.nan), gap=np.full(count, UNKNOWN, np.uint8))


def _literal(node: expression.Literal, scope: Scope) -> Ends:
    return ends.of_interval(node.value)


def value_ends(name: str, scope: Scope) -> Ends:
    """The number or date that is known of each patient; a word is the part of the line that its range makes it."""
    key = ("value", name)
    found: Ends | None = scope.kept.get(key)
    if found is not None:
        return found
    column = scope.people.known(name)
    if isinstance(column, NumberColumn):
        found = column.ends if column.words is None else _worded(column, scope.people.range_of(name))
    else:  # no number: unknown, or the reason why there is none
        gap = gap_codes(column)
        codes = np.full(scope.people.count, VALUE, np.uint8) if gap is None else gap
        codes = np.where(codes == VALUE, UNKNOWN, codes).astype(np.uint8)
        found = Ends(np.full(scope.people.count, np.nan), gap=codes)
    found = scope.kept[key] = scope.at(found)
    return found


def span_of(column: NumberColumn, in_force: Ends) -> Ends:
    """The range printed beside each result, else that in force."""
    if column.printed is None:
        return in_force
    there = column.printed.gap == VALUE if column.printed.gap is not None else np.ones(len(column.printed.low), bool)
    return ends.chosen(there, column.printed, in_force)


def _worded(column: NumberColumn, in_force: Ends) -> Ends:
    assert column.words is not None
    count = len(column.words)
    span = span_of(column, in_force).spread(count)
    none = span.gap != VALUE
    found = column.ends.spread(count)
    for word, low, high, missing in (
        (HIGH, span.high, np.full(count, _INF), np.isinf(span.high)),
        (LOW, np.full(count, -_INF), span.low, np.isinf(span.low)),
    ):
        rows = column.words == word
        gone = rows & (none | missing)
        rows = rows & ~gone
        found.low[rows], found.high[rows] = low[rows], high[rows]
        found.low_open[rows] = found.high_open[rows] = True  # type: ignore[index]
        _gone(found, gone)
    rows = column.words == NORMAL
    _gone(found, rows & none)
    rows = rows & ~none
    found.low[rows], found.high[rows] = span.low[rows], span.high[rows]
    found.low_open[rows], found.high_open[rows] = span.low_open[rows], span.high_open[rows]  # type: ignore[index]
    return found.tidy()


def _gone(found: Ends, rows: Flags) -> None:
    found.low[rows] = found.high[rows] = np.nan
    assert found.gap is not None and found.low_open is not None and found.high_open is not None
    found.gap[rows] = UNKNOWN
    found.low_open[rows] = found.high_open[rows] = False


def _value(node: expression.Value, scope: Scope) -> Ends:
    return value_ends(node.name, scope)


def _threshold(node: expression.Threshold, scope: Scope) -> Ends:
    return scope.at(scope.people.threshold(node.name))


# --- fields of an entry -----------------------------------------------------------------------------------------------


def field_of(name: str, scope: Scope) -> Field | None:
    assert scope.entries is not None
    return scope.entries.field(name)


def field_ends(name: str, scope: Scope) -> Ends:
    """What a field says as a number or date; unknown where it says nothing."""
    field = field_of(name, scope)
    if field is None or field.ends is None:
        return unknown(scope.count)
    if field.given is None:
        return field.ends
    return ends.chosen(field.given, field.ends, unknown(scope.count))


def _today(scope: Scope) -> Ends:
    return scope.at(scope.people.today)


def stopped(scope: Scope) -> tuple[Flags, Flags]:
    """Where an entry has stopped, and where it has not: one that does not say is current."""
    found: tuple[Flags, Flags] | None = scope.kept.get("stopped")
    if found is None:
        field = field_of("stopped", scope)
        if field is None or field.ends is None:
            found = scope.nowhere(), scope.everywhere()
        else:
            true, false = ends.at_most(field.ends, _today(scope))
            if field.ends.gap is not None:
                true, false = true & (field.ends.gap == VALUE), false & (field.ends.gap == VALUE)
            found = (true, false) if field.given is None else (true & field.given, false | ~field.given)
        scope.kept["stopped"] = found
    return found


def elapsed(date: Ends, scope: Scope, measure: str) -> Ends:
    """Time from a date to today, in calendar months or in days."""
    today = _today(scope)
    if measure == "days":
        low = today.low - date.high
        high = low if date.exact else today.high - date.low
        return Ends(low, high, *_infinite(low, high, date.exact), gap=date.gap)
    low = scope.people.months(date.high, today.low)
    high = low if date.exact else scope.people.months(date.low, today.high)
    return Ends(low, high, *_infinite(low, high, date.exact), gap=date.gap, places=None)


def _infinite(low: Any, high: Any, exact: bool) -> tuple[Any, Any]:
    return (None, None) if exact else (np.isinf(low), np.isinf(high))


def _age_at(scope: Scope) -> Ends:
    age = value_ends("age", scope)
    date = field_ends("date", scope)
    gap = age.gap if age.gap is not None else np.zeros(scope.count, np.uint8)
    age_there = gap == VALUE
    now = age.spread(scope.count)
    now = Ends(now.low, now.high + 1, now.low_open, np.ones(scope.count, bool), None, now.rough, age.places)
    ago = ends.over(elapsed(date, scope, "months"), ends.of_decimal(Decimal(12)))
    then = ends.minus(now, ago).spread(scope.count)
    assert then.low_open is not None and then.high_open is not None
    then = Ends(
        np.maximum(then.low, 0.0),
        np.maximum(then.high, 0.0),
        then.low_open & (then.low > 0),
        then.high_open & (then.high > 0),
        rough=True,
        places=None,
    )
    no_date = Ends(np.zeros(scope.count), now.high, np.zeros(scope.count, bool), np.ones(scope.count, bool))
    dated = np.ones(scope.count, bool) if date.gap is None else date.gap == VALUE
    return ends.chosen(age_there, ends.chosen(dated, then, no_date), unknown(scope.count))


def _age_as_adult(scope: Scope) -> Ends:
    then = _age_at(scope).spread(scope.count)
    date = field_ends("date", scope)
    dated = np.ones(scope.count, bool) if date.gap is None else date.gap == VALUE
    adult = float(ADULT)
    grown = ~dated & (then.gap == VALUE) & ~(then.high <= adult)
    instead = Ends(np.full(scope.count, adult), then.high, np.zeros(scope.count, bool), then.high_open)
    found = ends.chosen(grown, instead, then)
    given = field_of("age_at", scope)
    if given is None or given.ends is None:
        return found
    told = np.ones(scope.count, bool) if given.given is None else given.given
    told = told & (given.ends.gap == VALUE) if given.ends.gap is not None else told
    return ends.chosen(told, given.ends, found)


def _duration(scope: Scope) -> Ends:
    started, end = field_ends("started", scope).spread(scope.count), field_ends("stopped", scope).spread(scope.count)
    _, current = stopped(scope)
    today = _today(scope).spread(scope.count)
    until_now = elapsed(started, scope, "months")
    there = end.gap == VALUE
    low = np.where(there, scope.people.months(started.high, np.where(there, end.low, today.low)), 0.0)
    high = scope.people.months(started.low, np.where(there, end.high, today.high))
    none = np.zeros(scope.count, bool)
    past = Ends(np.maximum(low, 0.0), np.maximum(high, 0.0), none, np.isinf(high), places=None)
    found = ends.chosen(current, until_now, past)
    return ends.chosen(started.gap == VALUE, Ends(found.low, found.high, found.low_open, found.high_open, places=None),
                       unknown(scope.count)).tidy()  # fmt: skip


def _daily_dose(scope: Scope) -> Ends:
    dose = field_ends("dose", scope)
    every = field_of("every", scope)
    if every is None or every.ends is None:
        return _no_other_gap(dose, scope)
    often = every.ends.spread(scope.count)
    given = np.ones(scope.count, bool) if every.given is None else every.given
    daily = ends.chosen(given & (often.gap == VALUE), often, ends.of_decimal(Decimal(1))).tidy()
    found = _no_other_gap(ends.over(dose, daily), scope)
    vague = given & (often.gap != VALUE)
    if not vague.any():
        return found
    any_dose = Ends(np.zeros(scope.count), np.full(scope.count, _INF), None, np.ones(scope.count, bool))
    dosed = vague if dose.gap is None else vague & (dose.gap == VALUE)
    return ends.chosen(dosed, any_dose, found)


def _no_other_gap(value: Ends, scope: Scope) -> Ends:
    """Any gap is read as unknown."""
    if value.gap is None:
        return value
    gap = np.where(value.gap == VALUE, VALUE, UNKNOWN).astype(np.uint8)
    return Ends(value.low, value.high, value.low_open, value.high_open, gap, value.rough, value.places)


def _last_given(scope: Scope) -> Ends:
    started, end = field_ends("started", scope).spread(scope.count), field_ends("stopped", scope).spread(scope.count)
    low = np.where(started.gap == VALUE, started.low, -_INF)
    low = np.minimum(low, end.high)
    found = Ends(low, end.high, np.isinf(low), np.zeros(scope.count, bool))
    return ends.chosen(end.gap == VALUE, found, unknown(scope.count))


DERIVED: Mapping[str, Callable[[Scope], Ends]] = {
    "age_at": _age_at,
    "age_as_adult": _age_as_adult,
    "duration": _duration,
    "daily_dose": _daily_dose,
    "last_given": _last_given,
}


def _field(node: expression.Field, scope: Scope) -> Ends:
    given = field_ends(node.name, scope)
    there = np.ones(scope.count, bool) if given.gap is None else given.gap == VALUE
    if there.all():
        return given
    derived = DERIVED.get(node.name)
    found = ends.chosen(there, given, derived(scope)) if derived is not None else given
    if node.floor is not None and found.gap is not None:
        lacking = (found.gap == UNKNOWN) | (found.gap == NOT_MEASURED)
        floor = Ends(np.full(scope.count, float(node.floor)), np.full(scope.count, _INF), None, np.ones(scope.count, bool))
        found = ends.chosen(lacking, floor, found)
    return found.tidy()


def _member_number(node: expression.MemberNumber, scope: Scope) -> Ends:
    codes = scope.key_field().codes.astype(np.intp)
    return scope.people.member_numbers(scope.name, node.name).take(codes).tidy()


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
    here = [np.ones(count, bool) if one.gap is None else np.broadcast_to(one.gap == VALUE, count) for one in (left, right)]
    found = work(*(ends.chosen(there, one, _ANY) for there, one in zip(here, (left, right), strict=True)))
    found = without_any(Ends(found.low, found.high, found.low_open, found.high_open, None, found.rough, found.places), count)
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
        corners = [[*corner, end] for corner in corners for end in ([value.low] if value.exact else [value.low, value.high])]
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
    expression.Cases: _cases,
    expression.Points: _points,
}

"""Fields of list entries of many patients: the mirror of `premises/entry`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from ...premises import expression
from ...premises.entry import ADULT
from . import ends
from .columns import Field
from .ends import NOT_MEASURED, UNKNOWN, VALUE, Ends, Flags, unknown
from .known import value_ends
from .scope import Scope

_INF = np.float64("inf")


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
    assert then.low_open is not None
    assert then.high_open is not None
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
    there = end.there(scope.count)
    low = np.where(there, scope.people.months(started.high, np.where(there, end.low, today.low)), 0.0)
    high = scope.people.months(started.low, np.where(there, end.high, today.high))
    none = np.zeros(scope.count, bool)
    past = Ends(np.maximum(low, 0.0), np.maximum(high, 0.0), none, np.isinf(high), places=None)
    found = ends.chosen(current, until_now, past)
    known = Ends(found.low, found.high, found.low_open, found.high_open, places=None)
    return ends.chosen(started.there(scope.count), known, unknown(scope.count)).tidy()


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
    begun, ended = started.gap == VALUE, end.there(scope.count)
    low = np.where(begun, started.low, -_INF)
    today = _today(scope).spread(scope.count)
    high = np.where(ended, end.high, np.maximum(today.high, low))
    low = np.minimum(low, high)
    found = Ends(low, high, np.isinf(low), np.zeros(scope.count, bool))
    return ends.chosen(begun | ended, found, unknown(scope.count))


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
        floor = Ends(
            np.full(scope.count, float(node.floor)), np.full(scope.count, _INF), None, np.ones(scope.count, bool)
        )
        found = ends.chosen(lacking, floor, found)
    return found.tidy()


def _member_number(node: expression.MemberNumber, scope: Scope) -> Ends:
    codes = scope.key_field().codes.astype(np.intp)
    return scope.people.member_numbers(scope.name, node.name).take(codes).tidy()


NUMBERS: Mapping[type[expression.Node], Callable[[Any, Scope], Ends]] = {
    expression.Field: _field,
    expression.MemberNumber: _member_number,
}

"""Premises on many patients together: where each is true and where it is false. The mirror of `evaluation`.

Whatever floats cannot decide is decided in decimals, place by place, where it is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...premises import expression
from . import ends
from .columns import WORDS, ChoiceColumn, NumberColumn
from .ends import NOT_APPLICABLE, VALUE, Ends
from .fields import field_of, stopped
from .known import span_of
from .scope import Pair, Scope, Unmirrored


def _always(node: expression.Always, scope: Scope) -> Pair:
    return scope.everywhere(), scope.nowhere()


def _all(node: expression.All, scope: Scope) -> Pair:
    true, false = scope.everywhere(), scope.nowhere()
    for item in node.items:
        one, other = scope.truth(item)
        true, false = true & one, false | other
    return true, false


def _any_of(node: expression.AnyOf, scope: Scope) -> Pair:
    true, false = scope.nowhere(), scope.everywhere()
    for item in node.items:
        one, other = scope.truth(item)
        true, false = true | one, false & other
    return true, false


def _at_least(node: expression.AtLeast, scope: Scope) -> Pair:
    certain, possible = np.zeros(scope.count, np.int16), np.zeros(scope.count, np.int16)
    for item in node.items:
        true, false = scope.truth(item)
        certain += true
        possible += ~false
    return certain >= node.count, possible < node.count


def _not(node: expression.Not, scope: Scope) -> Pair:
    true, false = scope.truth(node.item)
    return false, true


def _compared(node: expression.Compared, scope: Scope) -> Pair:
    left, right = scope.number(node.left), scope.number(node.right)
    found = ends.compared(node.operator, left, right)
    return _settled(node, scope, found, ends.doubtful(left, right))


def _within(node: expression.Within, scope: Scope) -> Pair:
    value, low, high = (scope.number(part) for part in (node.value, node.low, node.high))
    above, below = ends.at_most(low, value), ends.at_most(value, high)
    found = ends.gapped(above[0] & below[0], above[1] | below[1], value, low, high)
    doubts = [one for one in (ends.doubtful(low, value), ends.doubtful(value, high)) if one is not None]
    return _settled(node, scope, found, np.logical_or.reduce(doubts) if doubts else None)


def _settled(node: expression.TruthNode, scope: Scope, found: tuple[Any, Any], doubt: Any) -> Pair:
    """What was found, for each place; decided in decimals where that is in doubt."""
    true, false = (np.array(np.broadcast_to(one, scope.count)) for one in found)
    if doubt is not None:
        for place in np.flatnonzero(np.broadcast_to(doubt, scope.count)):
            entry = scope.entry_at(int(place))
            true[place], false[place] = scope.people.decided(node, scope.row_of(int(place)), scope.name, entry)
    return true, false


def _against(node: expression.Against, scope: Scope) -> Pair:
    column = scope.people.known(node.name)
    count = scope.people.count
    if not isinstance(column, NumberColumn):
        raise Unmirrored(f"{node.name} against a range")
    if node.occasions is not None:
        true, false = _on_occasions(node, column, scope)
    else:
        true, false = _result_is(node.word, column, scope.people.range_of(node.name))
        gap = column.ends.gap
        if gap is not None:
            true, false = true & (gap == VALUE), false & (gap == VALUE)
        doubt = _near_range(column, scope.people.range_of(node.name))
        if doubt is not None:
            positive = expression.Against(name=node.name, word=node.word)
            here = Scope(scope.people, count)
            true, false = _settled(positive, here, (true, false), doubt)
    if node.negated:
        true, false = false, true
    if column.ends.gap is not None:
        away = column.ends.gap == NOT_APPLICABLE
        true, false = true & ~away, false | away
    return scope.flags_at(true), scope.flags_at(false)


def _result_is(word: str, column: NumberColumn, in_force: Ends) -> Pair:
    value, count = column.ends, len(column.ends.low)
    span = span_of(column, in_force)
    lower, upper = Ends(span.low, gap=span.gap), Ends(span.high, gap=span.gap)
    result = Ends(value.low, value.high, value.low_open, value.high_open)
    above, below = ends.less(upper, result), ends.less(result, lower)
    if word == "high":
        true, false = above
    elif word == "low":
        true, false = below
    else:
        true, false = above[1] & below[1], above[0] | below[0]
    true, false = (np.array(np.broadcast_to(one, count)) for one in (true, false))
    if span.gap is not None:
        true, false = true & (span.gap == VALUE), false & (span.gap == VALUE)
    if column.words is not None:
        worded = column.words > 0
        same = column.words == WORDS[word]
        true, false = np.where(worded, same, true), np.where(worded, ~same, false)
    return true, false


def _near_range(column: NumberColumn, in_force: Ends) -> Any:
    if column.ends.rough is None and column.printed is None:
        return None
    span = span_of(column, in_force)
    doubts = [ends.doubtful(Ends(end, rough=span.rough), column.ends) for end in (span.low, span.high)]
    found = [one for one in doubts if one is not None]
    return np.logical_or.reduce(found) if found else None


def _on_occasions(node: expression.Against, column: NumberColumn, scope: Scope) -> Pair:
    """A single result is never several occasions, unless it is said to have lasted; the few others one by one."""
    assert node.occasions is not None
    positive = expression.Against(name=node.name, word=node.word, occasions=node.occasions)
    true, false = np.zeros(scope.people.count, bool), np.zeros(scope.people.count, bool)
    rows = set(column.several)
    if column.persistent is not None:
        rows |= set(np.flatnonzero(column.persistent).tolist())
    if node.occasions < 2:
        rows = set(range(scope.people.count))
    for row in sorted(rows):
        true[row], false[row] = scope.people.decided(positive, row, "", None)
    return true, false


def _coded(codes: Any, among: tuple[list[int], list[int]], size: int) -> Pair:
    sure, maybe = among
    lut = np.zeros(size, np.uint8)
    lut[maybe], lut[sure] = 1, 2
    found = lut[codes]
    return found == 2, found == 0


def _one_of(node: expression.OneOf, scope: Scope) -> Pair:
    column = _choice(node.name, node.field, scope)
    if column is None:
        return scope.nowhere(), scope.nowhere()
    book = column.book
    true, false = _coded(column.codes, book.among(node.members), len(book.table))
    if node.negated:
        true, false = false, true
        away = column.codes == 2  # not applicable: false either way
        true, false = true & ~away, false | away
    return (true, false) if node.field else (scope.flags_at(true), scope.flags_at(false))


def _is_yes(node: expression.IsYes, scope: Scope) -> Pair:
    return _one_of(expression.OneOf(name=node.name, members=frozenset({"yes"}), field=node.field), scope)


def _choice(name: str, is_field: bool, scope: Scope) -> ChoiceColumn | None:
    """The codes of a choice; None where a field is in no entry."""
    if is_field:
        field = field_of(name, scope)
        if field is None or field.codes is None or field.book is None:
            return None
        return ChoiceColumn(field.codes, field.book)
    column = scope.people.known(name)
    if not isinstance(column, ChoiceColumn):
        raise Unmirrored(f"{name} as a choice")
    return column


def _given(node: expression.Given, scope: Scope) -> Pair:
    if node.name == "stopped":
        return stopped(scope)
    field = field_of(node.name, scope)
    if field is None or field.ends is None:
        return scope.nowhere(), scope.nowhere()
    there = scope.everywhere() if field.given is None else field.given
    if field.ends.gap is not None:
        there = there & (field.ends.gap == VALUE)
    return there, scope.nowhere()


TRUTHS: Mapping[type[expression.Node], Callable[[Any, Scope], Pair]] = {
    expression.Always: _always,
    expression.All: _all,
    expression.AnyOf: _any_of,
    expression.AtLeast: _at_least,
    expression.Not: _not,
    expression.Compared: _compared,
    expression.Within: _within,
    expression.Against: _against,
    expression.OneOf: _one_of,
    expression.IsYes: _is_yes,
    expression.Given: _given,
}

"""Premises and numbers over the entries of lists of many patients: the mirror of the lists of `evaluation`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...premises import expression
from ...values.value import UNKNOWN as NOT_KNOWN
from ...values.value import Choice, Entry
from . import ends
from .columns import Entries, Field, ListColumn
from .ends import NOT_APPLICABLE, NOT_MEASURED, UNKNOWN, VALUE, Ends, Flags, Rows, unknown
from .fields import stopped
from .numbers import without_any
from .scope import Pair, Scope, Unmirrored

_INF = np.float64("inf")


def column_of(name: str, scope: Scope) -> ListColumn:
    if scope.rows is not None:
        raise Unmirrored(f"the list {name} inside another")
    column = scope.people.known(name)
    if not isinstance(column, ListColumn):
        raise Unmirrored(f"{name} as a list")
    return column


def entries_of(name: str, scope: Scope) -> Scope:
    """The entries of a list of all patients."""
    key = ("entries", name)
    found: Scope | None = scope.kept.get(key)
    if found is None:
        found = scope.kept[key] = Scope.of_list(scope.people, name, column_of(name, scope))
    return found


def key_members(where: expression.TruthNode | None, key: str) -> frozenset[str] | None:
    """The members that an entry must be one of for `where` to hold; None where it may be any."""
    parts = where.items if isinstance(where, expression.All) else (where,)
    found: frozenset[str] | None = None
    for part in parts:
        if isinstance(part, expression.OneOf) and part.field and part.name == key and not part.negated:
            found = part.members if found is None else found & part.members
    return found


def looked_at(name: str, where: expression.TruthNode | None, scope: Scope) -> Scope:
    """The entries that `where` may hold of."""
    entries = entries_of(name, scope)
    members = key_members(where, scope.people.key_of(name))
    return entries if members is None else entries.that_may_be(members)


def where_holds(where: expression.TruthNode | None, scope: Scope) -> Pair:
    return (scope.everywhere(), scope.nowhere()) if where is None else scope.truth(where)


# --- the entry that an open list may still hold -----------------------------------------------------------------------


def further(name: str, where: expression.TruthNode | None, scope: Scope) -> Flags:
    """The rows whose list may hold another entry of which `where` is not false."""
    key = ("further", name, where)
    found: Flags | None = scope.kept.get(key)
    if found is None:
        found = scope.kept[key] = _further(name, where, scope)
    return found


def _further(name: str, where: expression.TruthNode | None, scope: Scope) -> Flags:
    column = column_of(name, scope)
    open_rows = np.flatnonzero(~column.complete)
    found = scope.nowhere()
    if not len(open_rows):
        return found
    if where is None:
        found[open_rows] = True
        return found
    if personal(where):
        there = _kept(("imagined", name), scope, lambda: imagined(name, scope, open_rows))
        found[open_rows] = ~where_holds(where, there)[1]
        return found
    codes = np.zeros(scope.count, np.uint16) if column.absent is None else column.absent
    classes, first = _kept(("absent", name), scope, lambda: np.unique(codes[open_rows], return_index=True))
    alike = _kept(("alike", name), scope, lambda: imagined(name, scope, open_rows[first]))
    lut = np.zeros(int(classes.max()) + 1, bool)
    lut[classes] = ~where_holds(where, alike)[1]
    found[open_rows] = lut[codes[open_rows]]
    return found


def _kept(key: Any, scope: Scope, work: Callable[[], Any]) -> Any:
    if key not in scope.kept:
        scope.kept[key] = work()
    return scope.kept[key]


def personal(where: expression.TruthNode) -> bool:
    """Whether it asks for more than the entry and the day."""
    if expression.names_read(where):
        return True
    return any(isinstance(part, expression.Field) and part.name in ("age_at", "age_as_adult") for part in where.walk())


def imagined(name: str, scope: Scope, rows: Rows, meant: frozenset[str] | None = None) -> Scope:
    """The unknown entry of each of these open lists; of `meant`, where a premise lets nothing else through."""
    column = column_of(name, scope)
    key = scope.people.key_of(name)
    members = scope.people.members_of(name)
    book = entries_of(name, scope).key_field().book
    absent = np.zeros(len(rows), np.uint16) if column.absent is None else column.absent[rows]
    possible = [(members - without if meant is None else (members - without) & meant) for without in column.without]
    codes = np.array([book.code(Choice(one)) for one in possible], np.uint16)[absent]
    fields = {key: Field(None, codes, book), "stopped": Field(None, ends=unknown(len(rows)))}

    def entry_at(place: int) -> Entry:
        return Entry({key: Choice(possible[absent[place]]), "stopped": NOT_KNOWN})

    return Scope(scope.people, len(rows), rows, name, Entries(rows, fields), None, entry_at)


# --- has, any, no, at least -------------------------------------------------------------------------------------------


def marked(rows: Rows, count: int) -> Flags:
    found = np.zeros(count, bool)
    found[rows] = True
    return found


def has(node: expression.Has, scope: Scope) -> Pair:
    entries = entries_of(node.name, scope).that_may_be(node.members)
    field = entries.key_field()
    sure, _ = field.book.among(node.members)
    past, current = stopped(entries)
    certain = np.isin(field.codes, sure) & current
    rows = entries.rows
    assert rows is not None
    true = marked(rows[certain], scope.count)
    possible = marked(rows[~past], scope.count)
    column = column_of(node.name, scope)
    may_have = scope.people.members_of(node.name) & node.members
    possible |= open_to(column, may_have)
    return true, ~possible


def open_to(column: ListColumn, members: frozenset[str]) -> Any:
    """The open lists that may still hold one of the members."""
    if not members:
        return False
    if column.absent is None:
        return ~column.complete
    lut = np.array([not members <= without for without in column.without])
    return ~column.complete & lut[column.absent]


def quantified(node: expression.Quantified, scope: Scope) -> Pair:
    entries = looked_at(node.name, node.where, scope)
    held, not_held = where_holds(node.where, entries)
    rows = entries.rows
    assert rows is not None
    more = further(node.name, node.where, scope)
    needed = node.count if node.quantifier == "at_least" else 1
    if needed == 1:
        true = marked(rows[held], scope.count)
        false = ~(marked(rows[~not_held], scope.count) | more)
    else:
        certain = np.bincount(rows[held], minlength=scope.count)
        possible = np.bincount(rows[~not_held], minlength=scope.count) + needed * more
        true, false = certain >= needed, possible < needed
    return (false, true) if node.quantifier == "no" else (true, false)


# --- sums, counts and extremes ----------------------------------------------------------------------------------------


def aggregate(node: expression.Aggregate, scope: Scope) -> Ends:
    """As the aggregate of one patient: over what surely belongs, what may, and what an open list may still hold."""
    column = column_of(node.name, scope)
    count = scope.count
    entries = looked_at(node.name, node.where, scope)
    held, not_held = where_holds(node.where, entries)
    value = _values(node, entries)
    rows = entries.rows
    assert rows is not None
    turned = node.kind == "highest"
    value = ends.negated(value) if turned else value
    adding = node.kind in ("sum", "count")
    fold = _Sum(count) if adding else _Least(count)
    for place, flags in enumerate((held, ~held & ~not_held)):
        for chosen in _layers(rows, flags):
            fold.take(rows[chosen], value.take(chosen), certain=place == 0)
    more_rows = np.flatnonzero(further(node.name, node.where, scope))
    if len(more_rows):
        meant = key_members(node.where, scope.people.key_of(node.name))
        possible = imagined(node.name, scope, more_rows, meant)
        more = _or_any(_values(node, possible), len(more_rows))
        fold.more(more_rows, ends.negated(more) if turned else more)
    found = fold.value()
    found = ends.negated(found) if turned else found
    found = without_any(found, count)
    if column.gap is not None:
        away = column.gap == NOT_APPLICABLE
        none = Ends(np.full(count, np.nan), gap=np.full(count, NOT_APPLICABLE, np.uint8))
        found = ends.chosen(away, none, found) if away.any() else found
    return found.tidy()


def _values(node: expression.Aggregate, entries: Scope) -> Ends:
    value = Ends(np.ones(entries.count)) if node.item is None else entries.number(node.item)
    return _or_any(value, entries.count)


def _or_any(value: Ends, count: int) -> Ends:
    """A value with any number at all in the place of a gap."""
    if value.gap is None and np.ndim(value.low):
        return value
    spread = value.spread(count)
    assert spread.gap is not None
    assert spread.low_open is not None
    assert spread.high_open is not None
    gone = spread.gap != VALUE
    spread.low[gone], spread.high[gone] = -_INF, _INF
    spread.low_open[gone] = spread.high_open[gone] = True
    spread.gap = None
    return spread.tidy()


def _layers(rows: Rows, flags: Flags) -> list[Rows]:
    """The places of the chosen entries, so parted that no row is twice in one part, and in their order."""
    left = np.flatnonzero(flags)
    found = []
    while len(left):
        first = np.ones(len(left), bool)
        first[1:] = rows[left][1:] != rows[left][:-1]
        found.append(left[first])
        left = left[~first]
    return found


class _Sum:
    def __init__(self, count: int) -> None:
        self.count = count
        self.total = Ends(np.zeros(count))

    def take(self, rows: Rows, value: Ends, certain: bool) -> None:
        part = value if certain else ends.hull(Ends(np.zeros(len(rows))), value)
        _put(self, rows, ends.plus(self.total.take(rows), part))

    def more(self, rows: Rows, value: Ends) -> None:
        total = self.total.spread(self.count)
        assert total.low_open is not None
        assert total.high_open is not None
        spread = value.spread(len(rows))
        below, above = rows[spread.low < 0], rows[spread.high > 0]
        total.low[below], total.high[above] = -_INF, _INF
        total.low_open[below] = total.high_open[above] = True
        self.total = total.tidy()

    def value(self) -> Ends:
        return self.total


class _Least:
    def __init__(self, count: int) -> None:
        self.count = count
        self.total = unknown(count)
        self.certain = np.zeros(count, bool)
        self.maybe = np.zeros(count, bool)

    def take(self, rows: Rows, value: Ends, certain: bool) -> None:
        if not certain:
            self._maybe(rows, value)
            return
        known = self.certain[rows]
        least = ends.lesser_ends(self.total.take(rows), value)
        _put(self, rows, ends.chosen(known, least, value))
        self.certain[rows] = True

    def _maybe(self, rows: Rows, value: Ends) -> None:
        self.maybe[rows] = True
        known = self.certain[rows]
        now = self.total.take(rows)
        _put(self, rows, ends.chosen(known, ends.hull(now, ends.lesser_ends(now, value)), now))

    def more(self, rows: Rows, value: Ends) -> None:
        self._maybe(rows, value)

    def value(self) -> Ends:
        gap = np.where(self.certain, VALUE, np.where(self.maybe, UNKNOWN, NOT_MEASURED)).astype(np.uint8)
        total = self.total
        return Ends(total.low, total.high, total.low_open, total.high_open, gap, total.rough, total.places)


def _put(fold: _Sum | _Least, rows: Rows, value: Ends) -> None:
    """Write values back to their rows."""
    places = ends.chosen(np.zeros(0, bool), fold.total.take(rows[:0]), value.take(rows[:0])).places
    total, new = fold.total.spread(fold.count), value.spread(len(rows))
    for part in ("low", "high", "low_open", "high_open", "gap"):
        getattr(total, part)[rows] = getattr(new, part)
    if total.rough is not None or new.rough is not None:
        rough = np.zeros(fold.count, bool) if total.rough is None else total.rough
        rough[rows] = False if new.rough is None else new.rough
        total.rough = rough
    total.places = places
    fold.total = total.tidy()


TRUTHS: Mapping[type[expression.Node], Callable[[Any, Scope], Pair]] = {
    expression.Has: has,
    expression.Quantified: quantified,
}
NUMBERS: Mapping[type[expression.Node], Callable[[Any, Scope], Ends]] = {expression.Aggregate: aggregate}

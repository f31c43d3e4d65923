"""Where a premise is evaluated: at every patient of a chunk, or at entries of one of their lists."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from ...premises.expression import Node, NumberNode, TruthNode
from ...values.value import Entry
from .columns import Book, Codes, Column, Entries, ListColumn
from .ends import Ends, Flags, Rows


class Unmirrored(Exception):  # noqa: N818 - reads as what it says of a premise
    """A premise, or something known, that columns cannot say: its rows go to the engine."""


Pair = tuple[Flags, Flags]
"""Where something is true, and where it is false."""


@dataclasses.dataclass(frozen=True, slots=True)
class Mirror:
    """What evaluates each kind of node on many patients together."""

    truths: Mapping[type[Node], Callable[[Any, Scope], Pair]]
    numbers: Mapping[type[Node], Callable[[Any, Scope], Ends]]


class Coded(NamedTuple):
    """A choice at each place, by its code in a book."""

    codes: Codes
    book: Book


class People(Protocol):
    """What is known of all patients of a chunk, on their day; the mirror of `Facts`."""

    @property
    def mirror(self) -> Mirror: ...

    @property
    def count(self) -> int: ...

    @property
    def today(self) -> Ends: ...

    def known(self, name: str) -> Column: ...

    def range_of(self, name: str) -> Ends:
        """The reference range in force; a gap where there is none (yet)."""

    def threshold(self, name: str) -> Ends: ...

    def key_of(self, name: str) -> str: ...

    def members_of(self, name: str) -> frozenset[str]: ...

    def member_numbers(self, name: str, attribute: str) -> Ends:
        """The number of each code of a list's key."""

    def months(self, start: Any, end: Any) -> Any:
        """Calendar months between days, as `months_between`."""

    def decided(self, node: Node, row: int, name: str, entry: Entry | None) -> tuple[bool, bool]:
        """Whether a premise is true or false of one patient, in decimals."""


class Scope:
    """The places at which premises are evaluated together.

    Attributes:
        rows: the row of each place; None: the places are the rows.
        name: the list that the entries are of.
        places: where each entry stands in its list; None: it is the entry an open list may still hold.
    """

    def __init__(
        self,
        people: People,
        count: int,
        rows: Rows | None = None,
        name: str = "",
        entries: Entries | None = None,
        places: Rows | None = None,
        entry_at: Callable[[int], Entry] | None = None,
    ) -> None:
        self.people, self.count = people, count
        self.rows, self.name, self.entries, self.places = rows, name, entries, places
        self._entry_at = entry_at
        self.kept: dict[Any, Any] = {}
        self._order: tuple[Any, Any] | None = None

    @classmethod
    def of_list(cls, people: People, name: str, column: ListColumn) -> Scope:
        rows = column.entries.rows
        return cls(people, len(rows), rows, name, column.entries, np.arange(len(rows)), column.origin)

    def entry_at(self, place: int) -> Entry | None:
        if self.entries is None:
            return None
        assert self._entry_at is not None
        return self._entry_at(int(self.places[place]) if self.places is not None else place)

    def row_of(self, place: int) -> int:
        return int(self.rows[place]) if self.rows is not None else place

    def at(self, value: Ends) -> Ends:
        """What is known of each patient, at each place."""
        return value if self.rows is None else value.take(self.rows)

    def flags_at(self, flags: Any) -> Any:
        return flags if self.rows is None or np.ndim(flags) == 0 else flags[self.rows]

    def only(self, chosen: Rows) -> Scope:
        """Some of the places."""
        assert self.rows is not None
        assert self.entries is not None
        places = chosen if self.places is None else self.places[chosen]
        return Scope(
            self.people, len(chosen), self.rows[chosen], self.name, self.entries.take(chosen), places, self._entry_at
        )

    def key_field(self) -> Coded:
        """What each entry is."""
        assert self.entries is not None
        field = self.entries.field(self.people.key_of(self.name))
        assert field is not None
        assert field.codes is not None
        assert field.book is not None
        return Coded(field.codes, field.book)

    def truth(self, node: TruthNode) -> Pair:
        """Where a premise is true, and where it is false."""
        found: Pair | None = self.kept.get(node)
        if found is None:
            work = self.people.mirror.truths.get(type(node))
            if work is None:
                raise Unmirrored(type(node).__name__)
            found = self.kept[node] = work(node, self)
        return found

    def number(self, node: NumberNode) -> Ends:
        """What a number comes to at each place."""
        found: Ends | None = self.kept.get(node)
        if found is None:
            work = self.people.mirror.numbers.get(type(node))
            if work is None:
                raise Unmirrored(type(node).__name__)
            found = self.kept[node] = work(node, self)
        return found

    def that_may_be(self, members: frozenset[str]) -> Scope:
        """The entries of which the list's key may be one of the members."""
        found: Scope | None = self.kept.get(members)
        if found is None:
            found = self.kept[members] = self.only(self.coded(members))
        return found

    def coded(self, members: frozenset[str]) -> Rows:
        field = self.key_field()
        if self._order is None:
            order = np.argsort(field.codes, kind="stable")
            bounds = np.searchsorted(field.codes[order], np.arange(len(field.book.table) + 1))
            self._order = (order, bounds)
        order, bounds = self._order
        sure, maybe = field.book.among(members)
        wanted = [code for code in (*sure, *maybe) if code + 1 < len(bounds) and bounds[code] < bounds[code + 1]]
        if not wanted:
            return np.zeros(0, np.intp)
        found = np.concatenate([order[bounds[code] : bounds[code + 1]] for code in wanted])
        found.sort()
        return found

    def nowhere(self) -> Flags:
        return np.zeros(self.count, bool)

    def everywhere(self) -> Flags:
        return np.ones(self.count, bool)

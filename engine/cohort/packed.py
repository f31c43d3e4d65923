"""Leaves of the network as bits, one for each patient, and all that follows from them.

A bit-vector of a chunk is one whole number of Python: AND and OR of 65,536 bits take a microsecond.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..inference.program.program import Program
from ..premises import expression
from ..premises.expression import TruthNode
from ..values.value import Choice
from .mirror.columns import ChoiceColumn, ListColumn
from .mirror.fields import stopped
from .mirror.lists import entries_of, open_to
from .mirror.scope import Unmirrored
from .mirror.strata import Chunk

Bits = int
Pair = tuple[Bits, Bits]
"""Where something is true, and where it is false."""


def packed(flags: Any) -> Bits:
    """Flags as one number: row 0 is its lowest bit."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def unpacked(bits: Bits, count: int) -> Any:
    """The flags of so many rows."""
    whole = bits & ((1 << count) - 1) if bits >> count else bits
    raw = np.frombuffer(whole.to_bytes((count + 7) // 8, "little"), np.uint8)
    return np.unpackbits(raw, count=count, bitorder="little").view(bool)


class Leaves:
    """The truths of leaves in a chunk, as bits."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.everybody: Bits = (1 << chunk.count) - 1
        self._members: dict[str, _Members] = {}
        self._codes: dict[tuple[str, int], Bits] = {}
        self._away: dict[str, Bits] = {}

    def pair(self, leaf: TruthNode) -> Pair:
        """Where a leaf is true, and where it is false. Raises Unmirrored."""
        if isinstance(leaf, expression.Has):
            return self._has(leaf)
        if isinstance(leaf, expression.OneOf) and not leaf.field:
            return self._one_of(leaf)
        if isinstance(leaf, expression.IsYes) and not leaf.field:
            return self._one_of(expression.OneOf(name=leaf.name, members=_YES))
        true, false = self.chunk.holds(leaf)
        self.chunk.patients.kept.pop(leaf, None)  # as bits it takes an eighth of the room
        return packed(true), packed(false)

    def _has(self, leaf: expression.Has) -> Pair:
        true, possible = self._listed(leaf.name).of(leaf.members)
        return true, self.everybody & ~possible

    def _listed(self, name: str) -> _Members:
        members = self._members.get(name)
        if members is None:
            members = self._members[name] = _Members(self.chunk, name)
        return members

    def named(self, name: str, members: frozenset[str]) -> Bits:
        """The rows in whose list an entry names one of the members, whether or not it has ended."""
        return self._listed(name).named(members)

    def _one_of(self, leaf: expression.OneOf) -> Pair:
        column = self.chunk.known(leaf.name)
        if not isinstance(column, ChoiceColumn):
            raise Unmirrored(f"{leaf.name} as a choice")
        sure, maybe = column.book.among(leaf.members)
        true = possible = 0
        for code in sure:
            true |= self.code(leaf.name, column, code)
        possible = true
        for code in maybe:
            possible |= self.code(leaf.name, column, code)
        false = self.everybody & ~possible
        if leaf.negated:
            away = self.code(leaf.name, column, _AWAY)
            true, false = false & ~away, true | away
        return true, false

    def code(self, name: str, column: ChoiceColumn, code: int) -> Bits:
        """The rows in which this is known of a choice."""
        found = self._codes.get((name, code))
        if found is None:
            found = self._codes[name, code] = packed(column.codes == code)
        return found


_YES = frozenset({"yes"})
_AWAY = 2
"""The code of what does not apply, in every book."""


class _Members:
    """Of one list the rows that have each member now, and those that may."""

    def __init__(self, chunk: Chunk, name: str) -> None:
        self.name, self.chunk = name, chunk
        column = chunk.known(name)
        if not isinstance(column, ListColumn):
            raise Unmirrored(f"{name} as a list")
        self.column = column
        entries = entries_of(name, chunk.patients)
        assert entries.rows is not None
        self.book = entries.key_field().book
        codes, rows = entries.key_field().codes, entries.rows
        past, current = stopped(entries)
        order = np.argsort(codes, kind="stable")
        present, begins = np.unique(codes[order], return_index=True)
        bounds = [*begins.tolist(), len(order)]
        self.certain: dict[int, Bits] = {}
        self.possible: dict[int, Bits] = {}
        for place, code in enumerate(present.tolist()):
            those = order[bounds[place] : bounds[place + 1]]
            self.certain[code] = self._marked(rows[those[current[those]]])
            self.possible[code] = self._marked(rows[those[~past[those]]])
        self.members = chunk.members_of(name)
        self._all_open = packed(~column.complete)

    def named(self, members: frozenset[str]) -> Bits:
        entries = entries_of(self.name, self.chunk.patients)
        wanted = [
            code
            for code in self.certain
            if isinstance(known := self.book.table[code], Choice) and known.members & members
        ]
        assert entries.rows is not None
        return self._marked(entries.rows[np.isin(entries.key_field().codes, wanted)]) if wanted else 0

    def _marked(self, rows: Any) -> Bits:
        found = np.zeros(self.chunk.count, bool)
        found[rows] = True
        return packed(found)

    def of(self, members: frozenset[str]) -> Pair:
        sure, maybe = self.book.among(members)
        true = possible = 0
        for code in sure:
            if code in self.certain:
                true |= self.certain[code]
                possible |= self.possible[code]
        for code in maybe:
            if code in self.possible:
                possible |= self.possible[code]
        if self._all_open and not members.isdisjoint(self.members):
            if self.column.absent is None:
                possible |= self._all_open
            else:
                possible |= packed(open_to(self.column, members & self.members))
        return true, possible


def asserted(chunk: Chunk) -> dict[int, Bits]:
    """The literals that the leaves of all patients assert. Raises Unmirrored."""
    compiled = chunk.plan.productions
    leaves = Leaves(chunk)
    found: dict[int, Bits] = {}
    for atom, leaf in compiled.leaves.items():
        found[2 * atom], found[2 * atom + 1] = leaves.pair(leaf)
    for name, atom in compiled.answered.items():
        said = packed(chunk.answered(name))
        found[2 * atom], found[2 * atom + 1] = said, leaves.everybody & ~said
    if compiled.always is not None:
        found[2 * compiled.always] = leaves.everybody
    return found


def held(chunk: Chunk, program: Program) -> list[Bits]:
    """The patients for whom each literal holds."""
    return program.run(asserted(chunk))

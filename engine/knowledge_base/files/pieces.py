"""Entries of one file as they were read last, so that an edit costs the reading of the entry it stands in.

An entry that moved with the lines above it is the same, further down. What the last reading did not use is forgotten.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from ...values.problems import Place, Problem
from .nodes import ListNode, MapNode, Node, Text

LARGEST = 200_000
"""Characters of a file that is read so; no such file can hold more entries than are read at all."""


class Piece(NamedTuple):
    """An entry that was read by itself: its row, from 0, its nodes, and what is wrong with its notation."""

    row: int
    node: MapNode | ListNode
    problems: tuple[Problem, ...]


class Pieces:
    """The pieces of one file, by their text."""

    def __init__(self) -> None:
        self._known: dict[str, Piece] = {}
        self._used: dict[str, Piece] = {}

    def begin(self) -> None:
        """The file is read anew."""
        if self._used:
            self._known, self._used = self._used, {}

    def get(self, text: str, row: int) -> Piece | None:
        """What a text was read as, at this row."""
        found = self._used.get(text) or self._known.get(text)
        if found is None:
            return None
        if found.row != row:
            found = _moved(found, row)
        self._used[text] = found
        return found

    def keep(self, text: str, piece: Piece) -> None:
        self._used[text] = piece


def _moved(piece: Piece, row: int) -> Piece:
    by = row - piece.row
    node = _lower(piece.node, by)
    assert not isinstance(node, Text)
    return Piece(row, node, tuple(_told_lower(one, by) for one in piece.problems))


def _lower(node: Node, by: int) -> Node:
    """The same node, so many lines further down."""
    if isinstance(node, Text):
        return Text(node.value, _at(node.place, by), node.style, node.raw)
    if isinstance(node, ListNode):
        return ListNode(tuple([_lower(item, by) for item in node.items]), _at(node.place, by))
    pairs = [(Text(key.value, _at(key.place, by), key.style, key.raw), _lower(value, by)) for key, value in node.pairs]
    broken = [Text(key.value, _at(key.place, by), key.style, key.raw) for key in node.broken]
    return MapNode(tuple(pairs), _at(node.place, by), tuple(broken))


def _at(place: Place, by: int) -> Place:
    return Place(place.file, place.line + by, place.column)


def _told_lower(problem: Problem, by: int) -> Problem:
    elsewhere = _at(problem.elsewhere, by) if problem.elsewhere is not None else None
    return dataclasses.replace(problem, place=_at(problem.place, by), elsewhere=elsewhere)

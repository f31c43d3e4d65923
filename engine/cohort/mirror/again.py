"""What was said, for some of the rows or said otherwise: other patients that differ in little."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...values.value import UNKNOWN, Known
from . import columns, ends
from .columns import Column, ListColumn, NumberColumn, Said, filled, taken
from .ends import Flags, Rows
from .scope import Unmirrored


def filled_in(column: Column, rows: Rows | Flags, known: Known) -> Column:
    """The column with the same answer in all of these rows. Raises Unmirrored."""
    try:
        return filled(column, rows, known)  # type: ignore[arg-type]
    except TypeError as wrong:
        raise Unmirrored(str(wrong)) from wrong


def taken_of(one: Said, rows: Rows) -> Said:
    """What was said of some rows."""
    origin = one.origin
    return Said(
        taken(one.column, rows),
        None if one.said is None else one.said[rows],
        lambda place: origin(int(rows[place])),
    )


def with_more(one: Said, rows: Rows, count: int) -> Said:
    """What was said of so many rows, with some of them once more at the end."""
    origin = one.origin
    return Said(
        columns.with_more(one.column, rows),
        None if one.said is None else np.concatenate([one.said, one.said[rows]]),
        lambda place: origin(place if place < count else int(rows[place - count])),
    )


def withdrawn(one: Said, rows: Flags) -> Said:
    """What was said, but for these rows. Raises Unmirrored."""
    column = filled_in(one.column, rows, UNKNOWN)
    if isinstance(column, NumberColumn) and not column.plain:
        column = _without(column, rows)
    there = ~rows if one.said is None else one.said & ~rows
    return Said(column, there, one.origin)


def said_again(before: Said | None, silent: Column, count: int, changes: Mapping[int, Known | None]) -> Said:
    """What was said of one finding, with some of it replaced by a gap or a choice, or withdrawn. Raises Unmirrored.

    Args:
        silent: the finding where nothing was said of it.
    """
    blank = np.zeros(count, bool)
    if before is None:
        column, there = silent, blank
    else:
        column, there = before.column, np.ones(count, bool) if before.said is None else before.said.copy()
    for known in set(changes.values()):
        rows = blank.copy()
        rows[[place for place, one in changes.items() if one == known]] = True
        if isinstance(column, ListColumn):
            raise Unmirrored("another list")
        column = filled_in(column, rows, UNKNOWN if known is None else known)
        if isinstance(column, NumberColumn) and not column.plain:
            column = _without(column, rows)
        there = np.where(rows, known is not None, there)

    def origin(place: int) -> Known:
        changed = changes.get(place)
        if changed is not None:
            return changed
        assert before is not None
        return before.origin(place)

    return Said(column, None if there.all() else there, origin)


def _without(column: NumberColumn, rows: Flags) -> NumberColumn:
    """Without the words, ranges and earlier results of these rows."""
    printed = column.printed
    return NumberColumn(
        column.ends,
        None if column.words is None else np.where(rows, 0, column.words).astype(np.uint8),
        None if printed is None else ends.chosen(rows, ends.of_gap(UNKNOWN), printed),
        None if column.persistent is None else column.persistent & ~rows,
        {row: known for row, known in column.several.items() if not rows[row]},
    )

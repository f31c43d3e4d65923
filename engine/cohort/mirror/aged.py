"""What of the answers of many patients counts on their day: the mirror of `aging`, and of rival results.

A patient with old results is two: as of today, without them, and as recorded, with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...case import aging
from ...values.value import Known
from . import again, gathering
from .calendar import months_between
from .columns import NumberColumn, Said
from .ends import Flags
from .strata import Ground


@dataclasses.dataclass(slots=True)
class Aged:
    """What counts of what was said.

    Attributes:
        said: as of today, by finding or quantity.
        recorded: with what is old as if it were of today.
        old: the rows with an old result.
        rivals: the rows with results of which it is not told which is the newest.
    """

    said: Mapping[str, Said]
    recorded: Mapping[str, Said]
    old: Flags
    rivals: Flags


def counting(
    ground: Ground,
    count: int,
    said: Mapping[str, Said],
    today: Any,
    remembering: Mapping[str, Iterable[str]],
) -> Aged:
    """What counts of the answers of so many patients. Raises Unmirrored.

    Args:
        today: the day number of each patient's day, or one for all.
        remembering: the findings that remember earlier results of others, with those.
    """
    old = {name: flags for name, one in said.items() if (flags := _old(ground, name, one, count, today)) is not None}
    rivals = np.zeros(count, bool)
    for one in said.values():
        if one.rivals is not None:
            rivals |= one.rivals
    recorded = dict(said)
    for name, names in remembering.items():
        found = _remembered(ground, count, name, tuple(names), said, old)
        if found is not None:
            recorded[name] = found
    now = {name: again.withdrawn(one, old[name]) if name in old else one for name, one in recorded.items()}
    counts = {name: one for name, one in now.items() if one.said is None or one.said.any()}
    return Aged(counts, recorded, np.logical_or.reduce([np.zeros(count, bool), *old.values()]), rivals)


def _old(ground: Ground, name: str, one: Said, count: int, today: Any) -> Flags | None:
    """The rows in which the newest result is older than its finding allows; None: in none."""
    if one.since is None:
        return None
    entry = ground.kb.findings.get(name) or ground.kb.quantities.get(name)
    months = (entry.stale_after if entry is not None else None) or 0
    if months <= 0:
        return None
    found: Flags = np.broadcast_to(months_between(one.since, today) > months, count)
    if one.said is not None:
        found = found & one.said
    return found if found.any() else None


def _remembered(
    ground: Ground, count: int, name: str, names: tuple[str, ...], said: Mapping[str, Said], old: Mapping[str, Flags]
) -> Said | None:
    """What a finding remembers of earlier results of others, where nothing was said of it; None: of nobody."""
    own = said.get(name)
    if own is not None and own.said is None:
        return None
    rows = np.zeros(count, bool)
    for other in names:
        one = said.get(other)
        if one is None:
            continue
        if other in old:
            rows |= old[other]
        if isinstance(one.column, NumberColumn) and one.column.several:
            rows[list(one.column.several)] = True
    if own is not None and own.said is not None:
        rows &= ~own.said
    knowns: list[Known | None] = [None] * count
    for row in np.flatnonzero(rows).tolist():
        told = {other: known for other in names if other in said and (known := said[other].known(row)) is not None}
        knowns[row] = aging.remembered(names, told, [other for other in told if other in old and old[other][row]])
    if not any(known is not None for known in knowns):
        return None
    if own is not None and own.said is not None:
        for row in np.flatnonzero(own.said).tolist():
            knowns[row] = own.known(row)
    return gathering.said(ground, name, knowns)

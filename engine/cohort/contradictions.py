"""Of which patients of a chunk two values contradict: the mirror of `worlds`, for all of them together.

What differs by far is found by floats; what differs by little contradicts only where a rule decides otherwise without
the value that was entered, and those rows are worked out a second time without it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..assessment.several import worlds
from .following import ChunkPopulation
from .mirror import ends
from .mirror.columns import NumberColumn, Said
from .mirror.ends import VALUE, Ends, Flags
from .mirror.known import value_ends
from .mirror.strata import Chunk
from .packed import packed, unpacked


class Alone(Chunk):
    """What answers come to without anything that they imply."""

    def _settle(self) -> None:
        return

    def worked_out(self, name: str) -> Ends:
        """What a quantity comes to by its rules, whatever was entered."""
        entered = self.said
        self.said = {other: said for other, said in entered.items() if other != name}
        try:
            column = self._quantity(name)
        finally:
            self.said = entered
        assert isinstance(column, NumberColumn)
        return column.ends


class Patients(ChunkPopulation):
    """The patients of a chunk, of whom it is known whether two values contradict."""

    @functools.cached_property
    def contradicting(self) -> int:
        """The patients of whom two values contradict."""
        return _contradicting(self)


def _contradicting(population: ChunkPopulation) -> int:
    chunk = population.chunk
    pairs = [(name, quantity) for name, quantity in _twice_known(chunk)]
    if not pairs:
        return 0
    alone = Alone(chunk.ground, chunk.count, chunk.said, chunk.day)
    found = np.zeros(chunk.count, bool)
    for name, quantity in pairs:
        far, near = _apart(population, alone, name, quantity)
        found |= far
        found |= near & population.aged_rows  # seldom; whether a rule decides otherwise is asked of each by itself
        near &= ~found
        if near.any():
            found |= _deciding(population, name, near)
    alone.forget()
    return packed(found)


def _twice_known(chunk: Chunk) -> Iterator[tuple[str, str]]:
    """What was entered, with the quantity by which it can also be worked out."""
    for name, said in chunk.said.items():
        if not isinstance(said.column, NumberColumn):
            continue
        if name in chunk.kb.quantities:
            if chunk.plan.derive.get(name):
                yield name, name
        elif chunk.kb.findings[name].stand_in:
            yield name, chunk.kb.findings[name].stand_in


def _apart(population: ChunkPopulation, alone: Alone, about: str, quantity: str) -> tuple[Flags, Flags]:
    """Where two values contradict at once, and where they would if a rule decides otherwise."""
    chunk, count = population.chunk, population.chunk.count
    entered = _entered(chunk.said[about], alone, about).spread(count)
    known = alone.worked_out(quantity) if about == quantity else value_ends(quantity, alone.patients)
    other = known.spread(count)
    gapped = _gaps(other)
    second_best = np.zeros(count, bool)
    if about == quantity and gapped.any() and worlds.goes_by_the_first(population.prepared, quantity):
        settled = _Settled(chunk).worked_out(quantity).spread(count)
        second_best = gapped & ~_gaps(settled)
        other = ends.chosen(gapped, settled, other).spread(count)
    both = ~_gaps(entered) & ~_gaps(other)
    gap = np.maximum(entered.low - other.high, other.low - entered.high)
    nearest = np.where(other.low > entered.high, other.low, other.high)
    far = both & (gap > 0) & (gap * 5 > np.abs(nearest))
    apart = both & ~far & ~second_best & (gap > -ends.NEAR)
    limit = np.zeros(count)
    for row in np.flatnonzero(apart):
        limit[row] = _rounding(population, chunk.said[about], quantity, int(row))
    return far, apart & (gap > limit - ends.NEAR)


def _entered(said: Said, alone: Alone, about: str) -> Ends:
    there = np.ones(alone.count, bool) if said.said is None else said.said
    gap = np.where(there, VALUE, ends.UNKNOWN).astype(np.uint8)
    value = value_ends(about, alone.patients).spread(alone.count)
    assert value.gap is not None
    value.gap = np.maximum(gap, value.gap)
    return value


def _gaps(value: Ends) -> Flags:
    """Where there is no value."""
    assert value.gap is not None
    found: Flags = value.gap != VALUE
    return found


def _rounding(population: ChunkPopulation, said: Said, quantity: str, row: int) -> float:
    """Half the last decimal of what was entered and of what is worked out, together."""
    from ..values.value import Number

    known = said.known(row)
    exact = known.last.interval.exact if isinstance(known, Number) else None
    exponent = exact.as_tuple().exponent if exact is not None else None
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    written = 0.5 * 10.0**-places if exponent is not None else 0.0
    shown = population.kb.quantities[quantity].round
    return written + (0.5 * 10.0**-shown if shown is not None else 0.0)


class _Settled(Alone):
    """What answers and all that they imply come to."""

    def __init__(self, chunk: Chunk) -> None:
        super().__init__(chunk.ground, chunk.count, chunk.said, chunk.day)
        self.implied = chunk.implied


def _deciding(population: ChunkPopulation, about: str, near: Flags) -> Flags:
    """Of these patients those of whom a rule that decides comes to something else without what was entered."""
    chunk = population.chunk
    rows = np.flatnonzero(near)
    without = ChunkPopulation(
        population.compiled,
        chunk.part(rows, {about: dict.fromkeys(range(len(rows)), None)}),
        population.guideline,
        population.region,
    )
    rules = [rule for verb in worlds.DECIDING for rule in population.prepared.by_verb.get(verb, ())]
    differs = 0
    some = _narrowed(rows)
    for rule in rules:
        for one, other in zip(population.truths.premise(rule), without.truths.premise(rule), strict=True):
            differs |= some(one, chunk.count) ^ other
    found = np.zeros(chunk.count, bool)
    found[rows] = unpacked(differs, len(rows))
    without.forget()
    return found


def _narrowed(rows: Any) -> Any:
    def some(cases: int, count: int) -> int:
        return packed(unpacked(cases, count)[rows])

    return some

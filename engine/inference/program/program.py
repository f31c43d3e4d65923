"""Ground productions in the order in which they can be carried out once, for as many cases as there are bits.

Both truths of a statement are facts, so nothing is ever negated: a conclusion holds for the cases for which all
premises of one of its productions do, and ANDs and ORs of whole integers suffice (bit-parallel forward chaining).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..ground import Ground, Literal


class Step(NamedTuple):
    """One conclusion: it holds where one of `single` does, or where every literal of one of `bodies` does."""

    conclusion: Literal
    single: tuple[Literal, ...]
    bodies: tuple[tuple[Literal, ...], ...]


class Program:
    """The productions of a `Ground` by what they conclude, each conclusion after all that its premises name.

    Raises:
        ValueError: for productions of which some rest on their own conclusion.
    """

    def __init__(self, ground: Ground) -> None:
        self.width = ground.width
        bodies: dict[Literal, list[tuple[Literal, ...]]] = {}
        for production in ground.productions:
            bodies.setdefault(production.conclusion, []).append(production.premises)
        self.steps: tuple[Step, ...] = tuple(_step(one, bodies[one]) for one in _in_order(bodies))
        self.place: dict[Literal, int] = {step.conclusion: place for place, step in enumerate(self.steps)}
        """The index of each conclusion among the steps."""
        self._readers: list[list[int]] | None = None

    def run(self, asserted: Mapping[Literal, int]) -> list[int]:
        """The cases for which each literal holds, once these hold for these cases."""
        held = [0] * self.width
        for literal, cases in asserted.items():
            held[literal] = cases
        for conclusion, single, bodies in self.steps:
            reached = held[conclusion]
            for premise in single:
                reached |= held[premise]
            for premises in bodies:
                cases = held[premises[0]]
                for premise in premises[1:]:
                    cases &= held[premise]
                reached |= cases
            held[conclusion] = reached
        return held

    def changed(
        self, held: Sequence[int], asserted: Mapping[Literal, int], given: Mapping[Literal, int]
    ) -> dict[Literal, int]:
        """The literals that differ from `held` once those of `given` hold for exactly those cases.

        Only the cone of what was given is worked out, and of that only what changes.

        Args:
            held: as `run` left it.
            asserted: what `held` was worked out from.
        """
        new = {literal: cases for literal, cases in given.items() if held[literal] != cases}
        readers = self.readers
        waiting = sorted({place for literal in new for place in readers[literal]})
        queued = set(waiting)
        while waiting:
            place = heapq.heappop(waiting)
            step = self.steps[place]
            if step.conclusion in given:
                continue
            reached = asserted.get(step.conclusion, 0)
            for premise in step.single:
                reached |= new[premise] if premise in new else held[premise]
            for premises in step.bodies:
                cases = -1
                for premise in premises:
                    cases &= new[premise] if premise in new else held[premise]
                reached |= cases
            if reached != held[step.conclusion]:
                new[step.conclusion] = reached
                for reader in readers[step.conclusion]:
                    if reader not in queued:
                        queued.add(reader)
                        heapq.heappush(waiting, reader)
        return new

    @property
    def readers(self) -> list[list[int]]:
        """For each literal the steps that read it."""
        if self._readers is None:
            self._readers = [[] for _ in range(self.width)]
            for place, step in enumerate(self.steps):
                for literal in {*step.single, *(one for body in step.bodies for one in body)}:
                    self._readers[literal].append(place)
        return self._readers


def _step(conclusion: Literal, bodies: Iterable[tuple[Literal, ...]]) -> Step:
    listed = list(bodies)
    single = tuple(sorted(body[0] for body in listed if len(body) == 1))
    return Step(conclusion, single, tuple(body for body in listed if len(body) > 1))


def _in_order(bodies: Mapping[Literal, Sequence[tuple[Literal, ...]]]) -> list[Literal]:
    """The conclusions, each after those that its productions read (depth first, without recursion)."""
    order: list[Literal] = []
    done: dict[Literal, bool] = {}
    for start in sorted(bodies):
        ahead = [start]
        while ahead:
            literal = ahead[-1]
            if literal in done:
                ahead.pop()
                if not done[literal]:
                    done[literal] = True
                    order.append(literal)
                continue
            done[literal] = False
            for body in bodies[literal]:
                for premise in body:
                    if premise in bodies and not done.get(premise, False):
                        if premise in done:
                            raise ValueError(f"literal {premise} rests on its own conclusion")
                        ahead.append(premise)
    return order

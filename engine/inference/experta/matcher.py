"""The counting matcher: the productions that come to hold, or cease to, as literals come and go.

The stock Rete network compares every new fact with every pattern it has. Where all patterns are plain literals an index
suffices: each literal knows the productions that wait for it, each production counts what it still lacks (Dowling and
Gallier, 1984). The work is linear in the premises touched, and `touched` counts them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..ground import Ground
from .shell import Matcher


class CountingMatcher(Matcher):  # type: ignore[misc]  # experta ships no annotations
    """An experta matcher for ground productions; handed to the engine through its public `__matcher__`.

    It asks its engine for `ground`, and for the one activation that a production ever has: `activations` holds those
    made so far, `activation(index)` makes one.
    """

    def __init__(self, engine: Any) -> None:
        super().__init__(engine)
        ground: Ground = engine.ground
        self.touched = 0
        self._premises = [len(production.premises) for production in ground.productions]
        self._lacking = self._premises.copy()
        self._waiting: list[list[int]] = [[] for _ in range(ground.width)]
        for index, production in enumerate(ground.productions):
            for literal in production.premises:
                self._waiting[literal].append(index)

    def reset(self) -> None:
        self._lacking[:] = self._premises

    def changes(self, adding: Iterable[Any] | None = None, deleting: Iterable[Any] | None = None) -> Any:
        """The activations gained and lost; as in the stock matcher what goes is dealt with before what comes."""
        lacking, waiting, activations = self._lacking, self._waiting, self.engine.activations
        touched = 0
        lost: list[Any] = []
        for fact in deleting or ():
            indices = waiting[fact.literal]
            touched += len(indices)
            for index in indices:
                if not lacking[index]:
                    lost.append(activations[index])
                lacking[index] += 1
        gained: list[Any] = []
        for fact in adding or ():
            indices = waiting[fact.literal]
            touched += len(indices)
            for index in indices:
                left = lacking[index] = lacking[index] - 1
                if not left:
                    gained.append(activations[index] or self.engine.activation(index))
        self.touched += touched
        return gained, lost

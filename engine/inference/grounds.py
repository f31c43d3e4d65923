"""Dependencies of literals: the productions by what they conclude, and a topological order."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from .productions import Productions


class Grounds:
    """The productions of a compiled knowledge base by the literal that they conclude."""

    def __init__(self, compiled: Productions) -> None:
        self._bodies: dict[int, list[tuple[int, ...]]] = {}
        for production in compiled.ground.productions:
            self._bodies.setdefault(production.conclusion, []).append(production.premises)

    def of(self, literal: int) -> Sequence[tuple[int, ...]]:
        """The premises of each production that concludes it."""
        return self._bodies.get(literal, ())

    def ahead(self, literal: int, done: Container[int]) -> Iterator[int]:
        """The literals that are not done, each after all that it rests on, this one last.

        Whoever takes one has it done before taking the next.
        """
        waiting = [literal]
        while waiting:
            one = waiting[-1]
            missing = [part for body in self.of(one) for part in body if part not in done] if one not in done else []
            if missing:
                waiting.extend(missing)
                continue
            waiting.pop()
            if one not in done:
                yield one

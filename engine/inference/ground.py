"""The ground base that is executed: statements about the patient, each true or false, and productions over them.

A statement and its being false are two literals, so "not yet known" is the absence of both, and everything that follows
does so from what is present. Whoever executes a `Ground` (the network, later a database or a solver) means the same.
"""

from __future__ import annotations

from typing import NamedTuple

from ..values.frozen import ordered

Literal = int
"""Twice the number of an atom where it is true, one more where it is false; `literal ^ 1` is the opposite."""


def literal(atom: int, value: bool) -> Literal:
    return 2 * atom if value else 2 * atom + 1


class Production(NamedTuple):
    """Once all premises hold, the conclusion holds; `name` is unique and starts with the id of the rule it came from.

    The premises are sorted, without repetition, and there is at least one.
    """

    name: str
    premises: tuple[Literal, ...]
    conclusion: Literal


@ordered
class Ground:
    """Every statement in words (unique), and every production; no statement rests on itself."""

    atoms: tuple[str, ...]
    productions: tuple[Production, ...]

    @property
    def width(self) -> int:
        """The number of literals; each is below it."""
        return 2 * len(self.atoms)

    def word(self, literal: Literal) -> str:
        """The literal as a person reads it: 'smoking is current', 'smoking is current: false'."""
        atom = self.atoms[literal >> 1]
        return f"{atom}: false" if literal & 1 else atom

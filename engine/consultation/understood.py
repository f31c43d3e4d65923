"""What a typed line was understood to say: answers, halves of answers, and what could not be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from ..language.problems import Place, Problem
from ..language.value import Known

PROMPT = Place("you typed")


@dataclass(frozen=True, slots=True)
class Half:
    """A number that lacks its unit, and the units it could be in."""

    finding: str
    number: str
    units: tuple[str, ...]
    told: tuple[str, ...]
    """Each unit as it is offered: `ng/mL (would be 70 nmol/L)`."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a line says: answers by finding, what could not be read, and what that means for the question asked.

    `answered`: the question needs no second asking. `unknown`: those asked for it do not know. `halves` are numbers
    that still lack their unit. `assumed` are answers that the sentence implies without saying them.
    """

    said: Mapping[str, Known] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    answered: bool = False
    unknown: tuple[str, ...] = ()
    halves: tuple[Half, ...] = ()
    assumed: frozenset[str] = frozenset()


class Gathered:
    """What the items of a line say together."""

    def __init__(self) -> None:
        self.said: dict[str, Known] = {}
        self.problems: list[Problem] = []
        self.halves: list[Half] = []
        self.assumed: set[str] = set()
        self.answered = False

    def add(self, found: Understood) -> None:
        self.said.update(found.said)
        self.problems += found.problems
        self.halves += found.halves
        self.assumed |= found.assumed
        self.answered = self.answered or found.answered

    def understood(self, answered: bool) -> Understood:
        return Understood(
            self.said, tuple(self.problems), answered, halves=tuple(self.halves), assumed=frozenset(self.assumed)
        )

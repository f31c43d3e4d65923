"""What a typed line was understood to say: answers, halves of answers, and what could not be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from ...values.problems import Place, Problem
from ...values.value import Known, Number, is_addition

PROMPT = Place("you typed")
UNREAD, LOST = " was not understood", "? lists what can be said"
"""How it is said that nothing of a part was understood, and that nothing resembles it."""


@dataclass(frozen=True, slots=True)
class Half:
    """A number that lacks its unit, and the units it could be in."""

    finding: str
    number: str
    units: tuple[str, ...]
    told: tuple[str, ...]
    """Each unit as it is offered: `ng/mL (would be 70 nmol/L)`."""

    @property
    def question(self) -> str:
        offered = "   ".join(f"{index} {told}" for index, told in enumerate(self.told, 1))
        return f"{self.number} of which?  {offered}"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a line says: answers by finding, what could not be read, and what that means for the question asked.

    `answered`: the question needs no second asking. `unknown`: those asked for it do not know. `halves` are numbers
    that still lack their unit. `assumed` are answers that the sentence implies without saying them, `unit_assumed`
    those whose unit was left out and can be but one. `left` are words that were understood and have no place.
    """

    said: Mapping[str, Known] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    answered: bool = False
    unknown: tuple[str, ...] = ()
    halves: tuple[Half, ...] = ()
    assumed: frozenset[str] = frozenset()
    unit_assumed: frozenset[str] = frozenset()
    left: tuple[str, ...] = ()

    @property
    def meaningful(self) -> bool:
        return bool(self.said or self.halves)


class Gathered:
    """What the items of a line say together."""

    def __init__(self) -> None:
        self.said: dict[str, Known] = {}
        self.problems: list[Problem] = []
        self.halves: list[Half] = []
        self.assumed: set[str] = set()
        self.unit_assumed: set[str] = set()
        self.left: list[str] = []
        self.answered = False
        self.last = ""
        """The finding that the last item spoke of."""

    def add(self, found: Understood) -> None:
        self.last = next(iter(found.said), self.last)
        taken = {name: known for name, known in found.said.items() if not self._says_more(name, known)}
        self.said.update(taken)
        self.assumed = (self.assumed - taken.keys()) | (found.assumed & taken.keys())
        self.problems += found.problems
        self.halves += found.halves
        self.unit_assumed |= found.unit_assumed
        self.left += found.left
        self.answered = self.answered or found.answered

    def _says_more(self, name: str, known: Known) -> bool:
        """Whether a number of this line says already what a vaguer one says after it: `eGFR 22, CKD 4`."""
        before = self.said.get(name)
        return isinstance(before, Number) and before != known and is_addition(before, known)

    def understood(self, answered: bool) -> Understood:
        return Understood(
            self.said,
            _together(self.problems),
            answered,
            halves=tuple(self.halves),
            assumed=frozenset(self.assumed),
            unit_assumed=frozenset(self.unit_assumed),
            left=tuple(self.left),
        )


def _together(problems: list[Problem]) -> tuple[Problem, ...]:
    """What was not understood and resembles nothing is one problem, however many parts of the line it is."""
    unread = [problem for problem in problems if problem.code == "OL322" and problem.hint == LOST]
    if len(unread) < 2:
        return tuple(problems)
    what = ", ".join(problem.what.removesuffix(UNREAD) for problem in unread)
    one = Problem("OL322", f"{what}: not understood", PROMPT, hint=LOST)
    return (*(problem for problem in problems if problem not in unread), one)

"""What a typed line was understood to say: answers, halves of answers, and what could not be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from ..hearing.heard import Conflicting, Half
from ..hearing.reading import PROMPT
from ..values.problems import Problem
from ..values.value import Known

__all__ = ["LOST", "PROMPT", "UNREAD", "Conflicting", "Half", "Understood"]

UNREAD, LOST = " was not understood", "? lists what can be said"
"""How it is said that nothing of a part was understood, and that nothing resembles it."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a line says: answers by finding, what could not be read, and what that means for the question asked.

    `answered`: the question needs no second asking. `unknown`: those asked for it do not know. `halves` are numbers
    that still lack their unit. `assumed` are answers that the sentence implies without saying them, `unit_assumed`
    those whose unit was left out and can be but one. `left` are words that were understood and have no place, `unread`
    those of which nothing was made, `mended` mistyped words with what they were read as. `gone` is what a correction
    withdraws: findings, and of lists which members. `conflicts` are answers that another one stands against. `typed`
    are numbers with the unit they were typed in, also where it stands on the line before, as for a correction.
    """

    said: Mapping[str, Known] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    answered: bool = False
    unknown: tuple[str, ...] = ()
    halves: tuple[Half, ...] = ()
    assumed: frozenset[str] = frozenset()
    unit_assumed: frozenset[str] = frozenset()
    left: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    gone: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    conflicts: tuple[Conflicting, ...] = ()
    command: tuple[str, str] | None = None
    typed: Mapping[str, str] = dataclasses.field(default_factory=dict)

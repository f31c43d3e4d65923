"""What was heard of a line: answers, numbers without their unit, what stands against an earlier answer, the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from ..values.value import Known
from .corrections import Said
from .reading import Reading
from .segments import Line


@dataclass(frozen=True, slots=True)
class Half:
    """A number that lacks its unit, and the units it could be in."""

    finding: str
    number: str
    units: tuple[str, ...]
    told: tuple[str, ...]
    """Each unit as it is offered: `ng/mL (would be 70 nmol/L)`."""
    more: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The range and the day that stood behind the number."""

    @property
    def question(self) -> str:
        offered = "   ".join(f"{index} {told}" for index, told in enumerate(self.told, 1))
        return f"{self.number} of which?  {offered}"


@dataclass(frozen=True, slots=True)
class Conflicting:
    """A second answer to a finding that was answered before, and does not agree with the first."""

    finding: str
    before: Known
    after: Known


@dataclass(frozen=True, slots=True)
class Heard:
    """A line, the reading of it, and what was said last."""

    line: Line
    reading: Reading
    said: Mapping[str, Known]
    conflicts: tuple[Conflicting, ...]
    halves: tuple[Half, ...]
    unit_assumed: frozenset[str]
    last: tuple[Said, ...]

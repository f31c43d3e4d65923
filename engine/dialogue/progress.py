"""How far a consultation has come: what was asked and is closed, what is pending, and the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from ..assessment.questions import Asked
from ..case.case import Case
from ..hearing.heard import Half
from ..values.value import Known


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two answers that cannot both be true: the one there was, and the one just given."""

    before: str
    after: str
    known: Known
    what: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything of a consultation that a line can change, beside the answers themselves."""

    settled: frozenset[str] = frozenset()
    """Findings that are closed to questions."""
    skipped: tuple[str, ...] = ()
    """Findings to be asked again, once."""
    again: bool = False
    """Whether what was skipped is being asked again."""
    rounds: frozenset[str] = frozenset()
    """Beyond the first: `advice`, `tests`."""
    halves: tuple[Half, ...] = ()
    conflict: Conflict | None = None
    forced: Asked | None = None
    """A question that was asked for."""
    section: str = ""
    trail: tuple[Asked, ...] = ()
    done: bool = False

    def but(self, **changes: object) -> Progress:
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]  # the keys are Progress's own


@dataclass(frozen=True, slots=True)
class Moment:
    """A consultation as it stood before a line."""

    progress: Progress
    said: Mapping[str, Known]
    closed: frozenset[str]
    line: str = ""

    @classmethod
    def of(cls, case: Case, progress: Progress, line: str = "") -> Moment:
        return cls(progress, dict(case.said), frozenset(case.closed_groups), line)

    def restore(self, case: Case) -> None:
        """Put the answers back as they were."""
        changes: dict[str, Known | None] = {name: None for name in case.said if name not in self.said}
        changes.update({name: known for name, known in self.said.items() if case.said.get(name) != known})
        case.closed_groups = set(self.closed)
        case.say(changes)

    def same_as(self, other: Moment) -> bool:
        return (self.progress, self.said, self.closed) == (other.progress, other.said, other.closed)

"""What is counted in the rows of a table: plain numbers, from which no row can be told."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

Key = tuple[str, str, str]
"""What is shown, of what, and the word: `status`, `alendronate`, `recommended`."""


@dataclasses.dataclass(slots=True)
class Counted:
    """What was counted in some rows. Only counts; no row can be told from it."""

    rows: int = 0
    refused: Counter[tuple[str, str]] = dataclasses.field(default_factory=Counter)
    refused_rows: int = 0
    apart: int = 0
    """Rows that were judged apart: two values contradict, or either of two results may be the newest."""
    no_numbers: int = 0
    unused: Counter[tuple[str, str]] = dataclasses.field(default_factory=Counter)
    """Codes that no list of ours has, and results that cannot be read, by what they are about."""
    shown: Counter[Key] = dataclasses.field(default_factory=Counter)
    answers: Counter[str] = dataclasses.field(default_factory=Counter)
    """Of a question: the rows of which it is true, false and unknown."""
    open_alerts: Counter[str] = dataclasses.field(default_factory=Counter)
    """Of a question whether an alert is raised: the rows of which it is not, and not ruled out either."""
    missing: Counter[str] = dataclasses.field(default_factory=Counter)
    """The findings that rows wait for of which the question is unknown."""
    ages: Counter[str] = dataclasses.field(default_factory=Counter)

    def add(self, other: Counted) -> None:
        for field in dataclasses.fields(self):
            mine, more = getattr(self, field.name), getattr(other, field.name)
            if isinstance(mine, Counter):
                mine.update(more)
            else:
                setattr(self, field.name, mine + more)

    def plain(self) -> dict[str, Any]:
        """The counts as plain values, for another process or a file."""
        return {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def restored(cls, told: dict[str, Any]) -> Counted:
        """The counts that `plain` gave."""
        found = cls()
        for field in dataclasses.fields(found):
            value = told[field.name]
            if isinstance(value, list):
                counter = getattr(found, field.name)
                for *key, number in value:
                    counter[tuple(key) if len(key) > 1 else key[0]] = number
            else:
                setattr(found, field.name, value)
        return found


def _plain(value: Any) -> Any:
    if isinstance(value, Counter):
        return [[*key, number] if isinstance(key, tuple) else [key, number] for key, number in value.items()]
    return value

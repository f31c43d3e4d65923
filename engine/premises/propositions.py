"""Names of what rules conclude: `diagnosed(x)` and its kind, a state by its id, a level of a scale as `scale >= level`.

A proposition is a text wherever it is kept (a key of the network, a word of a premise, a line of the cache). Here alone
it is put together and taken apart.
"""

from __future__ import annotations

from typing import Literal

Predicate = Literal[
    "diagnosed",
    "excluded",
    "caused",
    "recommended",
    "contraindicated",
    "deferred",
    "cautioned",
    "ordered",
    "raised",
]
"""The predicates of conditions, interventions, investigations and alerts."""

READABLE: tuple[Predicate, ...] = ("diagnosed", "excluded", "caused", "recommended", "contraindicated", "ordered")
"""The predicates that premises may read."""


def of(predicate: Predicate, subject: str) -> str:
    """The proposition that says it of the subject."""
    return f"{predicate}({subject})"


def says(predicate: Predicate, atom: str) -> bool:
    """Whether a proposition says this of anything."""
    return atom.startswith(f"{predicate}(")


def diagnosed(condition: str) -> str:
    """The proposition that a condition is diagnosed."""
    return of("diagnosed", condition)


def condition_of(atom: str) -> str:
    """The condition that a proposition says is diagnosed; empty for one that says something else."""
    return subject_of(atom) if says("diagnosed", atom) else ""


def subject_of(atom: str) -> str:
    """The subject of a predicate; empty for a state or a level."""
    return atom.partition("(")[2].removesuffix(")")


def parted(atom: str) -> tuple[str, str]:
    """The predicate and the subject; of a state or a level no predicate, and all of it."""
    word, opened, rest = atom.partition("(")
    return (word, rest.removesuffix(")")) if opened else ("", atom)


# --- scales -----------------------------------------------------------------------------------------------------------


def level(scale: str, least: str) -> str:
    """The proposition that a scale has at least this level."""
    return f"{scale} >= {least}"


def applies(scale: str) -> str:
    """The proposition that a scale says something of this patient."""
    return f"{scale} applies"


def applied(atom: str) -> str:
    """The scale that a proposition says applies; empty for one that says something else."""
    return atom.removesuffix(" applies") if atom.endswith(" applies") else ""


def level_parts(atom: str) -> tuple[str, str]:
    """The scale and the level of a proposition; both empty for one that is about no level."""
    scale, at_least, least = atom.partition(" >= ")
    return (scale, least) if at_least else ("", "")


def scale_of(atom: str) -> str:
    """The scale that a level, or whether it applies, is of; of any other proposition all of it."""
    return atom.partition(" >= ")[0].removesuffix(" applies")

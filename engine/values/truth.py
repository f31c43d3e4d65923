"""Three-valued truth (strong Kleene): true, false, or not yet known."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Truth(enum.Enum):
    """`UNKNOWN` means that an answer still to come may make it true or false."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("a Truth has three values; compare it with Truth.TRUE")


def of(value: bool) -> Truth:
    return Truth.TRUE if value else Truth.FALSE


def negation(value: Truth) -> Truth:
    if value is Truth.UNKNOWN:
        return Truth.UNKNOWN
    return Truth.FALSE if value is Truth.TRUE else Truth.TRUE


def all_of(values: Iterable[Truth]) -> Truth:
    result = Truth.TRUE
    for value in values:
        if value is Truth.FALSE:
            return Truth.FALSE
        if value is Truth.UNKNOWN:
            result = Truth.UNKNOWN
    return result


def any_of(values: Iterable[Truth]) -> Truth:
    result = Truth.FALSE
    for value in values:
        if value is Truth.TRUE:
            return Truth.TRUE
        if value is Truth.UNKNOWN:
            result = Truth.UNKNOWN
    return result


def at_least(count: int, values: Iterable[Truth]) -> Truth:
    """True once `count` are true; false once too few can still be."""
    certain = possible = 0
    for value in values:
        certain += value is Truth.TRUE
        possible += value is not Truth.FALSE
    if certain >= count:
        return Truth.TRUE
    return Truth.UNKNOWN if possible >= count else Truth.FALSE

"""Three values for many cases at once: two integers, whose bit i says of case i that it is true, or that it is false.

A bit that is set in neither is unknown; none is set in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Pair = tuple[int, int]
"""The cases of which something is true, and those of which it is false."""

NOBODY: Pair = (0, 0)


def negation(pair: Pair) -> Pair:
    return pair[1], pair[0]


def all_of(pairs: Iterable[Pair], everybody: int) -> Pair:
    true, false = everybody, 0
    for one, other in pairs:
        true &= one
        false |= other
    return true, false


def any_of(pairs: Iterable[Pair], everybody: int) -> Pair:
    true, false = 0, everybody
    for one, other in pairs:
        true |= one
        false &= other
    return true, false


def at_least(count: int, pairs: Iterable[Pair], everybody: int) -> Pair:
    """True once `count` are true; false once too few can still be."""
    listed = list(pairs)
    certain = counted(count, (true for true, _ in listed), everybody)
    possible = counted(count, (everybody & ~false for _, false in listed), everybody)
    return certain, everybody & ~possible


def counted(count: int, masks: Iterable[int], everybody: int) -> int:
    """The cases that are in at least so many of these sets."""
    reached = [everybody, *[0] * count]
    for mask in masks:
        for number in range(count, 0, -1):
            reached[number] |= reached[number - 1] & mask
    return reached[count]


def positions(mask: int) -> Iterator[int]:
    """The numbers of the cases in a set, rising."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def first(mask: int) -> int:
    """The number of the first case of a set that is not empty."""
    return (mask & -mask).bit_length() - 1


def joined(masks: Iterable[int]) -> int:
    """The cases that are in any of these sets."""
    found = 0
    for mask in masks:
        found |= mask
    return found

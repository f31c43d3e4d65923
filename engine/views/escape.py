"""Text from files and answers made harmless to look at: it can neither steer a terminal nor reorder a page."""

from __future__ import annotations

_KEPT = frozenset("\n\u00a0\u202f")
"""Not printable to Python, and harmless: line ends and spaces that do not break."""


def plain(text: str) -> str:
    """The text with control characters, escape sequences and invisible or direction-changing characters spelled out.

    A tab becomes a space. What a person can see stays as it is, whatever it says.
    """
    if text.isprintable():
        return text
    return "".join(map(_plain, text))


def line(text: str) -> str:
    """`plain`, and all of it on one line."""
    return " ".join(plain(text).split())


def _plain(character: str) -> str:
    if character.isprintable() or character in _KEPT:
        return character
    if character == "\t":
        return " "
    return ascii(character)[1:-1]

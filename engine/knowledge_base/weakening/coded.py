"""Codes of records, and what each means on either side: a medicine or disease must not drop out of records unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...values.problems import Place
from ..model import CodeList, KnowledgeBase
from .sides import Cause, Sides

_PREFIXED = ("icd10", "atc")
_TELLING = ("ingredients", "routes", "strengths", "made_of", "entry")
"""Parts of a list that decide what a product or code is taken for."""
_FEW = 6


class _Key(NamedTuple):
    home: str
    system: str
    code: str


def lost(sides: Sides) -> Iterator[Cause]:
    """A clause for each thing whose codes no longer mean it, and for each list that tells products apart otherwise."""
    was, now = _meanings(sides.shipped), _meanings(sides.laid)
    ignored = {(key.system, key.code): one for key, one in now.items() if one.ignored}
    moved: dict[tuple[str, str, Place | None], list[str]] = {}
    for key, before in was.items():
        after = now.get(key)
        shut = ignored.get((key.system, key.code))
        if before.ignored or (after is not None and after.means == before.means and shut is None):
            continue
        told = shut or after
        means = "nothing" if told is None or told.ignored else f"'{' or '.join(told.means)}'"
        at = told.place if told is not None else None
        moved.setdefault((f"'{' or '.join(before.means)}'", means, at), []).append(f"{key.system} {key.code}")
    for key, after in now.items():
        if key in was or key.system not in _PREFIXED:
            continue
        wider = _above(key, was)
        if wider is not None and wider.means != after.means:
            means = "nothing" if after.ignored else f"'{' or '.join(after.means)}'"
            where = (f"'{' or '.join(wider.means)}'", means, after.place)
            moved.setdefault(where, []).append(f"{key.system} {key.code}")
    for (before_told, means, at), codes in moved.items():
        listed = ", ".join(codes[:_FEW]) + (f" and {len(codes) - _FEW} more" if len(codes) > _FEW else "")
        verb = "means" if len(codes) == 1 else "mean"
        yield Cause(f"in records {listed} {verb} {means} now, where it was {before_told}", at)
    yield from _told_apart(sides)


def _meanings(kb: KnowledgeBase) -> dict[_Key, CodeList]:
    """What each code means, for each home; the first list that claims it counts."""
    found: dict[_Key, CodeList] = {}
    for codes in kb.codes.values():
        home = "" if codes.ignored else codes.of
        for system, listed in codes.by_system().items() if not codes.withdrawn else ():
            for code in listed:
                found.setdefault(_Key(home, system, code), codes)
    return found


def _above(key: _Key, was: dict[_Key, CodeList]) -> CodeList | None:
    """What a code meant before it was listed by itself: that of the longest code above it, in any home if ignored."""
    for end in range(len(key.code) - 1, 0, -1):
        for other, codes in was.items():
            if (other.system, other.code) == (key.system, key.code[:end]) and key.home in ("", other.home):
                return codes
    return None


def _told_apart(sides: Sides) -> Iterator[Cause]:
    for name, before in sides.shipped.codes.items():
        after = sides.laid.codes.get(name)
        if after is None or after.place == before.place:
            continue
        changed = [part for part in _TELLING if getattr(before, part) != getattr(after, part)]
        if changed:
            listed = " and ".join(f"'{part}'" for part in changed)
            yield Cause(f"in records {listed} of '{name}' tell products apart in another way", after.place)

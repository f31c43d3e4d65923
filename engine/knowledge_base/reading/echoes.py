"""One slip, one message: what only says again that a line or an entry could not be read is left out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping

from ...values.problems import Hint, Problem
from .lexicon import Drafts

_BY_KIND = {
    "choices": ("no label of", "no class of", "no member of", "unknown choice set", "takes a choice"),
    "units": ("unit", "analyte", "does not measure"),
    "analytes": ("unit", "analyte", "does not measure"),
    "sections": ("unknown section",),
    "rules": ("unknown entry",),
}
"""The follow-up messages that an unreadable entry of a kind causes."""

_NAMING = ("OL104", "OL105", "OL108")
_MEASURING = ("OL203", "OL204")
_CONCLUDING = ("OL118", "OL119", "OL121", "OL207", "OL208")


_QUOTED = re.compile(r"'([^']+)'")


def without(problems: list[Problem], drafts: Drafts) -> list[Problem]:
    """The problems whose cause is their own."""
    odd = {(problem.place.file, problem.place.line) for problem in problems if problem.code < "OL100"}
    kept = [problem for problem in problems if not _echoes(problem, odd, drafts)]
    return _missed(_of_sound_entries(kept, drafts))


def _of_sound_entries(problems: list[Problem], drafts: Drafts) -> list[Problem]:
    """Without what is told of units where an entry, that has something wrong in itself, is compared."""
    damaged = drafts.damaged
    if not damaged:
        return problems
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(damaged)))})(?!\w)")
    return [one for one in problems if one.code not in _MEASURING or not names.search(one.what)]


def _missed(problems: list[Problem]) -> list[Problem]:
    """A name that is unknown in several lines was most likely there: nothing is put in its place unasked."""
    places: dict[str, set[tuple[str, int]]] = {}
    for one in problems:
        if one.code in _NAMING and (match := _QUOTED.search(one.what)) is not None:
            places.setdefault(match[1], set()).add((one.place.file, one.place.line))
    return [_asked_back(one, places) for one in problems]


def _asked_back(problem: Problem, places: Mapping[str, Collection[tuple[str, int]]]) -> Problem:
    match = _QUOTED.search(problem.what) if problem.code in _NAMING else None
    count = len(places.get(match[1], ())) if match is not None else 0
    if match is None or count < _OFTEN or not isinstance(problem.hint, Hint):
        return problem
    words = f"it is named in {count} lines: if it was taken away or renamed, put it back; else {problem.hint}"
    return dataclasses.replace(problem, hint=words)


_OFTEN = 2


def _echoes(problem: Problem, odd: set[tuple[str, int]], drafts: Drafts) -> bool:
    code = problem.code
    if code < "OL100" or code == "OL103":
        return False
    if (problem.place.file, problem.place.line) in odd:
        return True
    if not drafts.torn:
        return False
    if code in _CONCLUDING:
        return True
    if code in _MEASURING:
        return bool(drafts.torn & {"units", "analytes", "findings", "quantities"})
    if code not in _NAMING:
        return False
    if any(f"'{identity}'" in problem.what for identity in drafts.broken):
        return True
    return any(words in problem.what for kind in drafts.torn for words in _BY_KIND.get(kind, ()))

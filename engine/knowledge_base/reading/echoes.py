"""One slip, one message: what only says again that a line or an entry could not be read is left out."""

from __future__ import annotations

from ...values.problems import Problem
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


def without(problems: list[Problem], drafts: Drafts) -> list[Problem]:
    """The problems whose cause is their own."""
    odd = {(problem.place.file, problem.place.line) for problem in problems if problem.code < "OL100"}
    return [problem for problem in problems if not _echoes(problem, odd, drafts)]


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

"""Echo of what was heard: each answer as it is kept, a number in the unit that was typed beside the one it is kept in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ..assessment.questions import Asked
from ..case.case import Case
from ..intake.answers import answers
from ..intake.answers.sheet import folded
from ..values.problems import Place
from ..values.value import NOT_MEASURED, Gap, Known, Number, Records
from .understood import Understood

_AMOUNT = re.compile(r"[<>≤≥]?\s*\d+(?:[.,]\d+)?\s*[^\W\d_µμ]*[µμ%]?[^\s,;()\d]*(?:/[\w.²]+)*")
_NAMED = 3
_WORK_UP = ("; it goes on the work-up", "; they go on the work-up")


def heard(
    case: Case,
    names: Iterable[str],
    was: Mapping[str, Known],
    understood: Understood,
    line: str,
    granted_before: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """What was read of a line, numbers and choices together, each list on a line of its own.

    Args:
        was: what was said before.
        granted_before: what was taken for granted before; what is so now is said too.
    """
    plain: list[str] = []
    lists: list[str] = []
    for name in names:
        known = case.said.get(name)
        if known is None or isinstance(known, Gap):
            continue
        again = " (changed)" if name in was and not isinstance(known, Records) and was[name] != known else ""
        told = case.told(name, known)
        if typed := _typed(case, name, known, line):
            label = case.names.label(name)
            told = f"{label} {typed} ({told.removeprefix(label).strip()})"
        told += " (follows from that)" if name in understood.assumed and name not in was else again
        told += " (its unit is assumed)" if name in understood.unit_assumed else ""
        (lists if isinstance(known, Records) else plain).append(told)
    new = sorted(granted(case) - granted_before)
    plain += [f"{case.value_told(name)} (taken for granted, say if not)" for name in new]
    yield from ["; ".join(plain)] if plain else []
    yield from lists
    if understood.mended:
        yield "; ".join(understood.mended)
    if understood.left:
        yield f"left out: {', '.join(understood.left)}"


def granted(case: Case) -> frozenset[str]:
    """The findings that are taken for granted as things stand."""
    return frozenset(name for name in case.implied if case.why_implied(name) == "assumed")


def _typed(case: Case, name: str, known: Known, line: str) -> str:
    """The amount as it was typed, where it was typed in another unit than it is kept in."""
    unit = case.names.unit(name)
    if not unit or not isinstance(known, Number):
        return ""
    for found in _AMOUNT.finditer(line):
        amount = " ".join(found.group().split())
        if folded(unit).replace(" ", "") in folded(amount).replace(" ", "") or not re.search(r"[^\W\d]", amount):
            continue
        read, problems = answers.read_answer(case.kb, name, amount, Place("prompt"), case.today)
        if read == known and not problems:
            return amount
    return ""


def gaps(case: Case, asked: Asked, understood: Understood, said: Mapping[str, Known | None]) -> Iterator[str]:
    """What of a question stays open: not known, or not measured."""
    names = case.names
    if understood.unknown:
        tests = [name for name in understood.unknown if name in said]
        labels = ", ".join(names.label(name) for name in understood.unknown[:_NAMED])
        more = f" and {len(understood.unknown) - _NAMED} more" if len(understood.unknown) > _NAMED else ""
        yield f"not known: {labels}{more}" + (_WORK_UP[len(tests) > 1] if tests else "")
        return
    left = [name for name in asked.findings if case.memory.known(name) is NOT_MEASURED]
    if len(left) == len(asked.findings) > 1:
        yield "none of them measured"
    elif 0 < len(left) <= _NAMED:
        yield f"not measured: {', '.join(names.label(name) for name in left)}"
    elif left:
        yield f"the other {len(left)} not measured"

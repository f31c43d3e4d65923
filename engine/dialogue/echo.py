"""Echo of what was heard: each answer as it is kept, a number in the unit that was typed and in that it is kept in."""

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

_NAMED = 3
_LINE = 68
"""Characters that fit into one line of a narrow terminal."""
_WORK_UP = ("; it goes on the work-up", "; they go on the work-up")


def heard(
    case: Case,
    names: Iterable[str],
    was: Mapping[str, Known],
    understood: Understood,
    granted_before: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """What was read of a line, numbers and choices together, each list on a line of its own.

    Args:
        was: what was said before.
        granted_before: what was taken for granted before; what is so now is said too.
    """
    plain: list[str] = []
    lists: list[str] = []
    names = list(names)
    short = len(names) > _NAMED
    for name in names:
        known = case.said.get(name)
        if known is None or isinstance(known, Gap):
            continue
        again = " (changed)" if name in was and not isinstance(known, Records) and was[name] != known else ""
        told = case.told(name, known)
        before = was.get(name)
        if isinstance(known, Records) and isinstance(before, Records) and _closed_alone(before, known):
            told = f"{case.names.label(name)}: no others"
        label = case.names.label(name)
        if typed := _typed(case, name, known, understood.typed.get(name, "")):
            told = f"{label} {typed} ({told.removeprefix(label).strip()})"
        told = _shortened(told, label) if short else told
        told += " (follows from that)" if name in understood.assumed and name not in was else again
        told += " (its unit is assumed)" if name in understood.unit_assumed else ""
        (lists if isinstance(known, Records) else plain).append(told)
    new = sorted(granted(case) - granted_before)
    plain += [f"{case.value_told(name)} (assumed)" for name in new]
    yield from ["; ".join(plain)] if plain else []
    yield from lists
    if understood.mended:
        yield "; ".join(understood.mended)
    if understood.left:
        yield f"left out: {', '.join(understood.left)}"


def _shortened(told: str, label: str) -> str:
    """Among many results the short name of one: `ALP 80 U/L`, `T-score total hip -2.7`."""
    brief = re.search(r"\(([A-Z][A-Za-z0-9-]{1,5}|eGFR)\)$", label)
    brief_label = brief.group(1) if brief is not None else label.replace("-score of the ", "-score ")
    return brief_label + told.removeprefix(label) if told.startswith(label) else told


def _closed_alone(before: Records, now: Records) -> bool:
    """Whether nothing was said of a list but that it holds no more than is known."""
    return bool(now.entries) and now.entries == before.entries and now.complete and not before.complete


def granted(case: Case) -> frozenset[str]:
    """The findings that are taken for granted as things stand."""
    return frozenset(name for name in case.implied if case.why_implied(name) == "assumed")


def _typed(case: Case, name: str, known: Known, amount: str) -> str:
    """The amount as it was typed, where it was typed in another unit than it is kept in."""
    unit = case.names.unit(name)
    if not unit or not isinstance(known, Number) or not any(one.isdigit() for one in amount):
        return ""
    if folded(unit).replace(" ", "") in folded(amount).replace(" ", "") or not re.search(r"[^\W\d]", amount):
        return ""
    read, _ = answers.read_answer(case.kb, name, amount, Place("prompt"), case.today)
    counts = read is not None and case.told(name, known).startswith(case.told(name, read))
    return amount if counts else ""


def joined(lines: list[str], left: Iterable[str]) -> list[str]:
    """What is left of a question behind what was read of it, where one line holds both."""
    told = list(left)
    if len(lines) == len(told) == 1 and len(lines[0]) + len(told[0]) < _LINE:
        return [f"{lines[0]}; {told[0]}"]
    return [*lines, *told]


def gaps(case: Case, asked: Asked, understood: Understood, said: Mapping[str, Known | None]) -> Iterator[str]:
    """What of a question stays open: not known, or not measured."""
    names = case.names
    if understood.unknown:
        tests = [name for name in understood.unknown if name in said]
        most = _NAMED if len(understood.unknown) <= _NAMED else 1
        labels = ", ".join(names.label(name) for name in understood.unknown[:most])
        more = f" and {len(understood.unknown) - most} more" if len(understood.unknown) > most else ""
        yield f"not known: {labels}{more}" + (_WORK_UP[len(tests) > 1] if tests else "")
        return
    left = [name for name in asked.findings if case.memory.known(name) is NOT_MEASURED]
    if len(left) == len(asked.findings) > 1:
        yield "none of them measured"
    elif 0 < len(left) <= _NAMED:
        yield f"not measured: {', '.join(names.label(name) for name in left)}"
    elif left:
        yield f"the other {len(left)} not measured"

"""Every check there is, and how they are run together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import NamedTuple

from ...knowledge_base.model import KnowledgeBase
from ...values.problems import Problem
from .. import processes
from ..cases.cases import WorkedCase
from . import (
    clashes,
    codes,
    doubles,
    loose_ends,
    names,
    numbers,
    phrases,
    premises,
    questions,
    slips,
    strata,
    texts,
    titles,
    upkeep,
    worked_cases,
)
from .check import Check, Page
from .manual import manual
from .safety import alerts, guards, hazards, medicines, reported
from .solved import rules
from .subject import Everybody, Subject, Worked
from .suppression import CODES as SUPPRESSION
from .suppression import Suppressions

_MODULES: tuple[ModuleType, ...] = (
    *(medicines, reported, hazards, clashes, alerts, premises, doubles, strata, guards, loose_ends, questions, names),
    *(texts, numbers, phrases, codes, slips, titles, upkeep, worked_cases, rules),
)

CHECKS: tuple[Check, ...] = tuple(
    sorted(
        (value for module in _MODULES for value in vars(module).values() if isinstance(value, Check)),
        key=lambda check: check.code,
    )
)
"""In the order of their codes."""

CODES: dict[str, str] = {check.code: check.page.summary.rstrip(".") for check in CHECKS} | SUPPRESSION
"""What each code of a check means, in one line."""

_OF_CASES_ALONE = frozenset({"OL561", "OL562"})
_NEED_CASES = _OF_CASES_ALONE | {"OL505"}
NEED_A_SOLVER = frozenset(one.code for one in vars(rules).values() if isinstance(one, Check))
"""The codes of what only a solver sees."""


def run(
    kb: KnowledgeBase,
    cases: Iterable[WorkedCase] | Worked | None = None,
    *,
    read: Sequence[Problem] | None = None,
    today: datetime.date | None = None,
    everybody: Everybody | None = None,
    cases_sound: bool = False,
    cores: int = 1,
) -> Iterator[Problem]:
    """What the checks find, without what an entry suppresses, in the order of the files.

    Args:
        cases: the worked cases, or how to read them; without them, what needs them is not asked.
        read: the warnings of the reading; they are given again, less those suppressed. Without them a suppression of
            such a code is not judged.
        today: the day by which sources must have been reviewed.
        everybody: all patients, for what only a solver sees; without them it is not asked.
        cases_sound: nothing is wrong with the worked cases by themselves; they are read only by who needs them.
        cores: so many processes share the checks.
    """
    subject = Subject(kb, cases or (), today or datetime.date.today(), everybody)
    suppressions = Suppressions(subject)
    found = _found(subject, _parts(cases_sound), cores)
    kept = list(suppressions.kept([*(read or ()), *found]))
    own = {check.code for check in CHECKS} - (frozenset() if cases is not None else _NEED_CASES)
    own -= frozenset() if everybody is not None else NEED_A_SOLVER
    others = manual.codes_of_others()
    judged = own | (others.keys() if read is not None else set())
    kept += suppressions.problems({*CODES, *others}, judged)
    yield from sorted(dict.fromkeys(kept), key=lambda problem: problem.sort_key)


class _Part(NamedTuple):
    """Checks that one process asks one after the other: they share what is slow to make."""

    checks: tuple[Check, ...]
    reads_cases: bool = False
    solves: bool = False


def _parts(cases_sound: bool) -> list[_Part]:
    """All checks, the slowest parts first."""
    slow = ("OL507", "OL506")
    apart = {*_NEED_CASES, *NEED_A_SOLVER, *slow}
    of_cases = _NEED_CASES - _OF_CASES_ALONE if cases_sound else _NEED_CASES
    return [
        _Part(tuple(one for one in CHECKS if one.code in NEED_A_SOLVER), solves=True),
        _Part(tuple(one for one in CHECKS if one.code in of_cases), reads_cases=not cases_sound),
        *(_Part(tuple(one for one in CHECKS if one.code == code)) for code in slow),
        _Part(tuple(one for one in CHECKS if one.code not in apart)),
    ]


def _found(subject: Subject, parts: Sequence[_Part], cores: int) -> list[Problem]:
    def work(part: _Part) -> list[Problem]:
        found = [problem for one in part.checks for problem in one(subject)]
        if part.reads_cases:
            found += subject.worked[1]
        if part.solves and subject.everybody is not None:
            subject.everybody.close()
        return found

    if cores > 1:
        _ = subject.concluding, subject.premises  # what most of them look at is made once
    return [problem for found in processes.numbered(work, parts, cores) for problem in found]


def pages() -> dict[str, Page]:
    """The manual: the page of every code, by code."""
    found = {check.code: check.page for check in CHECKS} | manual.pages_of_others()
    return dict(sorted(found.items()))

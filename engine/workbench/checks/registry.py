"""Every check there is, and how they are run together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType

from ...knowledge_base.model import KnowledgeBase
from ...values.problems import Problem
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
from .subject import Everybody, Subject
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

_NEED_CASES = frozenset({"OL505", "OL561", "OL562"})
NEED_A_SOLVER = frozenset(one.code for one in vars(rules).values() if isinstance(one, Check))
"""The codes of what only a solver sees."""


def run(
    kb: KnowledgeBase,
    cases: Iterable[WorkedCase] | None = None,
    *,
    read: Sequence[Problem] | None = None,
    today: datetime.date | None = None,
    everybody: Everybody | None = None,
) -> Iterator[Problem]:
    """What the checks find, without what an entry suppresses, in the order of the files.

    Args:
        cases: the worked cases; without them, what needs them is not asked.
        read: the warnings of the reading; they are given again, less those suppressed. Without them a suppression of
            such a code is not judged.
        today: the day by which sources must have been reviewed.
        everybody: all patients, for what only a solver sees; without them it is not asked.
    """
    subject = Subject(kb, cases or (), today or datetime.date.today(), everybody)
    suppressions = Suppressions(subject)
    found = [problem for check in CHECKS for problem in check(subject)]
    kept = list(suppressions.kept([*(read or ()), *found]))
    own = {check.code for check in CHECKS} - (frozenset() if cases is not None else _NEED_CASES)
    own -= frozenset() if everybody is not None else NEED_A_SOLVER
    others = manual.codes_of_others()
    judged = own | (others.keys() if read is not None else set())
    kept += suppressions.problems({*CODES, *others}, judged)
    yield from sorted(dict.fromkeys(kept), key=lambda problem: problem.sort_key)


def pages() -> dict[str, Page]:
    """The manual: the page of every code, by code."""
    found = {check.code: check.page for check in CHECKS} | manual.pages_of_others()
    return dict(sorted(found.items()))

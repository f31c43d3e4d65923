"""Worked cases as pages for readers: who comes, and what must follow; a page for each file, an anchor for each case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ...assessment.questions import in_asking_order
from ...intake.answers import answers
from ...values.value import NO, NOT_MEASURED, Records
from ...workbench.cases.cases import Expectation, WorkedCase
from .linked import Linker, Runs

_SAYS = {
    "diagnosed": "It is",
    "diagnosis": "It is",
    "recommend": "Done",
    "recommended": "Recommended",
    "conditional": "Once checked",
    "deferred": "Not yet",
    "contraindicated": "Not for this person",
    "avoid": "Avoided",
    "reject": "Not given",
    "undetermined": "Cannot be judged yet",
    "orders": "Tests",
    "next_step": "Next",
    "alerts": "Alerts raised",
    "cautions": "With care",
    "causes": "Caused by",
    "states": "Found",
}
"""What an expectation reads as; the others are for authors and stay in the file."""


@dataclass(frozen=True, slots=True)
class Story:
    """One case: who comes, and what follows, each under its heading; `absent` is what was said not to be there."""

    anchor: str
    name: str
    given: tuple[str, ...]
    absent: tuple[str, ...]
    follows: tuple[tuple[str, Runs], ...]
    place: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The cases of one file."""

    file: str
    address: str
    title: str
    stories: tuple[Story, ...]


def chapters(cases: Iterable[WorkedCase], linker: Linker) -> tuple[Chapter, ...]:
    """The files with their cases, by title."""
    by_file: dict[str, list[WorkedCase]] = {}
    for one in cases:
        by_file.setdefault(one.file, []).append(one)
    found = []
    for file, listed in by_file.items():
        stem = PurePosixPath(file).stem
        title = stem.replace("-", " ")
        stories = tuple(_story(one, linker) for one in listed)
        found.append(Chapter(file, f"cases/{stem}.html", title[:1].upper() + title[1:], stories))
    return tuple(sorted(found, key=lambda one: one.title))


def anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _story(one: WorkedCase, linker: Linker) -> Story:
    said = {name: answer.known for name, answer in one.record.answers.items() if answer.known is not NOT_MEASURED}
    names = (*in_asking_order(linker.names, said), *(name for name in said if name not in linker.kb.findings))
    told = {name: answers.describe(linker.kb, name, said[name]) for name in dict.fromkeys(names)}
    absent = {name for name in told if said[name] in (NO, Records())}
    given = tuple(words for name, words in told.items() if name not in absent)
    denied = tuple(linker.names.label(name) for name in told if name in absent)
    return Story(anchor(one.name), one.name, given, denied, tuple(_follows(one.expectations, linker)), str(one.place))


def _follows(expected: Iterable[Expectation], linker: Linker) -> Iterator[tuple[str, Runs]]:
    listed = list(expected)
    for negated in (False, True):
        for kind in dict.fromkeys(one.kind for one in listed if one.negated is negated):
            subjects = dict.fromkeys(one.subject for one in listed if one.kind == kind and one.negated is negated)
            if kind in _SAYS and subjects:
                says = _SAYS[kind]
                yield f"not: {says[:1].lower()}{says[1:]}" if negated else says, linker.listed(subjects)

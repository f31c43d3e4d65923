"""What a check is: a code, a level by what it does to a patient or an author, its page of the manual, a question."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...values.problems import Level, Place, Problem
from .subject import Subject

_PARTS = re.compile(r"^(Avoid|Prefer|Why):[ \t]*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """What a check has found: its words and where; code, level and reason come from the check."""

    what: str
    place: Place
    hint: str = ""
    elsewhere: Place | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the manual: what is meant, what to avoid, what to write instead, and why."""

    summary: str
    avoid: str = ""
    prefer: str = ""
    why: str = ""

    def __str__(self) -> str:
        parts = [self.summary]
        parts += [f"Avoid:\n{_indented(self.avoid)}"] if self.avoid else []
        parts += [f"Prefer:\n{_indented(self.prefer)}"] if self.prefer else []
        parts += [f"Why:\n{_indented(self.why)}"] if self.why else []
        return "\n\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


def page(text: str) -> Page:
    """The page a docstring is: a summary, then what stands under Avoid, Prefer and Why."""
    pieces = _PARTS.split(inspect.cleandoc(text))
    parts = {
        name.lower(): inspect.cleandoc("\n" + body).strip()
        for name, body in zip(pieces[1::2], pieces[2::2], strict=True)
    }
    return Page(pieces[0].strip(), **parts)


@dataclass(frozen=True, slots=True)
class Check:
    """A question put to the knowledge base; calling it gives the problems it finds."""

    code: str
    level: Level
    page: Page
    find: Callable[[Subject], Iterator[Told]]

    def __call__(self, subject: Subject) -> Iterator[Problem]:
        why = self.page.why.replace("\n", " ")
        for told in self.find(subject):
            yield Problem(self.code, told.what, told.place, self.level, told.hint, why, told.elsewhere)


def check(code: str, level: Level) -> Callable[[Callable[[Subject], Iterator[Told]]], Check]:
    """Make a check of a generator whose docstring is its page of the manual."""

    def made(find: Callable[[Subject], Iterator[Told]]) -> Check:
        return Check(code, level, page(find.__doc__ or ""), find)

    return made

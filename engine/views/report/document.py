"""The document tree of a report: what is told, part by part, before any form of it is written.

A report is composed once (`sections`, `summary`) and written as text, Markdown, HTML and JSON by thin writers, so
that no form can lack what another has. `told` walks over everything that every form must hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from ...values.frozen import ordered
from . import pictures

Tone = Literal["", "emergency", "urgent", "good", "wait", "bad", "lead"]
"""How much a part presses: a writer may color it; the words say it as well."""


@ordered
class Citation:
    """A source as it is cited beside a reason."""

    source: str
    where: str
    full: str


@ordered
class Why:
    """A reason: a rule that holds or may hold, with the facts it rests on, in words."""

    rule: str
    place: str
    title: str
    because: str
    region: str = ""
    guideline: str = ""
    grade: str = ""
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    note: str = ""
    cited: tuple[Citation, ...] = ()
    verified: bool = True


@ordered
class Detail:
    """What stands under an entry behind a label: text, reasons, or both.

    `brief` reasons are told by their title alone where a form has no way to fold; `as_for` names an earlier entry
    that has the same reasons, which are then told once.
    """

    label: str
    text: str = ""
    whys: tuple[Why, ...] = ()
    brief: bool = False
    as_for: str = ""


@ordered
class Entry:
    """A thing that is told: a diagnosis, a medicine, a test, an alert; `status` is what is said of it."""

    label: str
    id: str = ""
    status: str = ""
    tone: Tone = ""
    mark: str = "-"
    details: tuple[Detail, ...] = ()
    bar: pictures.Bar | None = None
    columns: bool = False
    """Whether label and status stand at the two ends of a line."""


@ordered
class Row:
    """One value of the data: `origin` is empty for what was entered, else `worked out` or `assumed`."""

    label: str
    value: str
    origin: str = ""
    note: str = ""
    whys: tuple[Why, ...] = ()


@ordered
class Paragraph:
    text: str


@ordered
class Table:
    """Rows of data."""

    rows: tuple[Row, ...]


@ordered
class Chart:
    """T-scores on the WHO bands."""

    marks: tuple[pictures.Mark, ...]


@ordered
class Probabilities:
    """Ten-year probabilities as they were entered, beside lines of guidelines; `note` says that none is worked out."""

    note: str
    bars: tuple[pictures.Given, ...]


@ordered
class Treatment:
    """Medicines and fractures over time."""

    drawn: pictures.Timeline


@ordered
class Group:
    """Parts under a heading of their own; numbered where their order is the order of doing."""

    heading: str
    parts: tuple[Entry | Paragraph, ...]
    number: int = 0
    tone: Tone = ""


Part: TypeAlias = Entry | Paragraph | Table | Chart | Probabilities | Treatment | Group


@ordered
class Section:
    id: str
    heading: str
    parts: tuple[Part, ...]


@ordered
class Line:
    """One line of the summary: what is said, and what stands behind it in a clause."""

    text: str
    clause: str = ""
    tone: Tone = ""
    id: str = ""


@ordered
class Block:
    """The lines of the summary under one label; `more` counts what is left to the full report."""

    id: str
    label: str
    lines: tuple[Line, ...]
    more: str = ""
    least: int = 1
    """How many lines are told even where room is short."""


@ordered
class Document:
    """A report of one patient. `summary` is the answer, one screen of it; `sections` are everything behind it."""

    title: str
    meta: str
    narrowed: str
    notices: tuple[str, ...]
    summary: tuple[Block, ...]
    sections: tuple[Section, ...]
    sources: tuple[Citation, ...]
    addresses: tuple[str, ...]
    unverified: str
    disclaimer: str
    knowledge: str

    def section(self, name: str) -> Section | None:
        return next((one for one in self.sections if one.id == name), None)


def entries(document: Document) -> Iterator[Entry]:
    """Every entry of every section, in order."""
    for section in document.sections:
        for part in section.parts:
            if isinstance(part, Entry):
                yield part
            elif isinstance(part, Group):
                yield from (one for one in part.parts if isinstance(one, Entry))


def told(document: Document) -> Iterator[str]:
    """Every fact that every form holds: labels, statuses, values, texts, and the titles and facts of reasons."""
    yield from document.notices
    for section in document.sections:
        for part in section.parts:
            yield from _told(part)


def _told(part: Part) -> Iterator[str]:
    if isinstance(part, Paragraph):
        yield part.text
    elif isinstance(part, Table):
        for row in part.rows:
            yield from (row.label, row.value)
    elif isinstance(part, Group):
        for one in part.parts:
            yield from _told(one)
    elif isinstance(part, (Probabilities, Treatment)):
        yield from pictured(part)
    elif isinstance(part, Entry):
        yield from (word for word in (part.label, part.status) if word)
        for detail in part.details:
            yield from _behind(detail)


def pictured(part: Probabilities | Treatment) -> Iterator[str]:
    """What a picture shows, a line each, for forms that cannot draw."""
    if isinstance(part, Probabilities):
        yield part.note
        for bar in part.bars:
            yield from bar.words
    else:
        yield from (one.words for one in part.drawn.stretches)


def _behind(detail: Detail) -> Iterator[str]:
    if detail.text:
        yield detail.text
    if not detail.as_for:
        for why in detail.whys:
            yield why.title
            if not detail.brief:
                yield from why.facts

"""A report as text: the answer on one screen, and everything behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...assessment.verdict import Verdict
from ...knowledge_base.naming import Names
from ...values.frozen import ordered
from ..layout import Page
from . import outline, sections
from .document import (
    Block,
    Chart,
    Detail,
    Document,
    Entry,
    Group,
    Paragraph,
    Part,
    Probabilities,
    Section,
    Table,
    Treatment,
    Why,
    pictured,
)
from .handout import Handout

SCREEN = 30
"""Lines of the brief report, at 80 columns."""
_STYLES = {"emergency": "bold red", "urgent": "red", "good": "green", "wait": "yellow", "bad": "red", "lead": "bold"}
_COLUMN = 12
_COLUMN_LABELS = {
    *("do", "for", "against", "because", "why", "how", "tells", "rule out", "not yet", "in doubt"),
    *("dose", "first", "waits", "place", "care", "watch", "later", "then"),
}
_PARTS = {
    "alerts": ("alerts", "remaining"),
    "differential": ("diagnosis", "differential", "states", "causes"),
    "plan": ("plan", "barred"),
}


def report(
    verdict: Verdict,
    names: Names,
    width: int = 80,
    colored: bool = False,
    title: str = "",
    detail: str = "full",
    unread: Iterable[str] = (),
) -> str:
    """The report; `detail` is `brief` for the answer alone, else `full`; `title` names the patient or file."""
    document = sections.document(verdict, names, title, unread)
    return brief(document, width, colored) if detail == "brief" else full(document, width, colored)


def part(verdict: Verdict, names: Names, what: str, width: int = 80, colored: bool = False) -> str:
    """One part of the report: `alerts`, `differential` or `plan`; empty where it has nothing to say."""
    page = Page(width, colored)
    document = sections.document(verdict, names)
    for name in _PARTS[what]:
        if name == "remaining":
            if (doubts := document.section("doubts")) is not None:
                _Writer(page).section(doubts)
            _remaining(page, verdict)
        elif (section := document.section(name)) is not None:
            _Writer(page).section(section)
    return page.text().strip("\n")


def brief(document: Document, width: int = 80, colored: bool = False) -> str:
    """The answer on one screen.

    Each block first gets its least lines without clauses; while there is room, the blocks take turns in getting the
    clause of a line, or a line more. What finds no room is counted.
    """
    shares = {block.id: _Share(min(block.least, len(block.lines))) for block in document.summary}
    room = True
    while room:
        room = False
        for block in document.summary:
            for wider in shares[block.id].wider(block):
                tried = {**shares, block.id: wider}
                if _brief(document, tried, width, colored).count("\n") <= SCREEN:
                    shares, room = tried, True
                    break
    return _brief(document, shares, width, colored)


@ordered
class _Share:
    """How much of a block is told: so many lines, so many of them with their clause."""

    lines: int
    clauses: int = 0

    def wider(self, block: Block) -> Iterator[_Share]:
        if self.clauses < self.lines:
            yield _Share(self.lines, self.clauses + 1)
        if self.lines < len(block.lines):
            yield _Share(self.lines + 1, self.clauses)


def _brief(document: Document, shares: Mapping[str, _Share], width: int, colored: bool) -> str:
    page = Page(width, colored)
    _opening(page, document)
    for block in document.summary:
        _block(page, block, shares[block.id])
    if not document.summary and (start := document.section("start")) is not None:
        _Writer(page).section(start)
    page.blank()
    page.paragraph("In full: --detail full (at the prompt: report full). It replaces no clinician.", 0, "dim")
    return page.text()


def full(document: Document, width: int = 80, colored: bool = False) -> str:
    page = Page(width, colored)
    _opening(page, document)
    for block in document.summary:
        _block(page, block, _Share(len(block.lines), len(block.lines)))
    writer = _Writer(page)
    for section in document.sections:
        writer.section(section)
    _closing(page, document)
    return page.text()


def handout(page: Handout, width: int = 80, colored: bool = False) -> str:
    """The hand-out for the patient."""
    paper = Page(width, colored)
    paper.paragraph(page.title, 0, "bold")
    for passage in page.passages:
        paper.heading(passage.heading)
        for one in passage.told:
            mark = "!" if one.tone in ("emergency", "urgent") else "-"
            paper.item(one.words, mark, style=_STYLES.get(one.tone, "") if mark == "!" else "")
    paper.blank()
    paper.paragraph(page.closing, 0)
    paper.paragraph(page.meta, 0, "dim")
    return paper.text()


def _opening(page: Page, document: Document) -> None:
    page.columns(document.title, document.meta, indent=0, style="bold")
    if document.narrowed:
        page.paragraph(document.narrowed, 0)
    for notice in document.notices:
        page.paragraph(f"! {notice}", 0, "yellow")
    page.blank()


def _block(page: Page, block: Block, share: _Share) -> None:
    """The lines of a block behind its label."""
    label = block.label.upper()
    for index, line in enumerate(block.lines[: share.lines]):
        clause = f": {line.clause}" if line.clause and index < share.clauses else ""
        page.entry(label, f"{line.text}{clause}", 0, _COLUMN, _STYLES.get(line.tone, ""))
        label = ""
    left = len(block.lines) - share.lines
    if told := "; ".join(one for one in (f"{left} more in full" if left > 0 else "", block.more) if one):
        page.entry(label, told, 0, _COLUMN)


def _remaining(page: Page, verdict: Verdict) -> None:
    """The alerts that are not ruled out and not told on top, by urgency."""
    listed = outline.remaining(verdict)
    if listed:
        page.heading("Also not ruled out" if verdict.on_top.doubted else "Alerts not ruled out")
    for urgency, labels in listed.items():
        page.entry(urgency, f"{', '.join(labels)}.", 2, 10)


def _closing(page: Page, document: Document) -> None:
    if document.sources:
        page.heading("Sources")
        page.paragraph(", ".join(source.source for source in document.sources) + ".")
        page.paragraph(f"In full: osteologic explain {document.sources[0].source}, or --format html.")
    if document.unverified:
        page.blank()
        page.paragraph(f"Marked [not verified]: {document.unverified}", 0)
    if document.disclaimer:
        page.blank()
        page.paragraph(document.disclaimer, 0)


class _Writer:
    """Sections of a document, on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def section(self, section: Section) -> None:
        if section.id == "data":
            self._data(section)
            return
        self.page.heading(section.heading)
        for one in section.parts:
            self._part(one)

    def _part(self, one: Part, indent: int = 2) -> None:
        if isinstance(one, Paragraph):
            self.page.paragraph(one.text, indent)
        elif isinstance(one, Entry):
            self._entry(one, indent)
        elif isinstance(one, (Probabilities, Treatment)):
            for words in pictured(one):
                self.page.item(words, "-", indent)
        elif isinstance(one, Group):
            self.page.item(one.heading, str(one.number) if one.number else " ", style="bold")
            for member in one.parts:
                self._part(member, indent + 2)

    def _entry(self, entry: Entry, indent: int) -> None:
        style = _STYLES.get(entry.tone, "")
        if entry.columns:
            mark = f"{entry.mark} " if entry.mark else ""
            self.page.columns(f"{mark}{entry.label}", entry.status, indent, style)
        else:
            status = f": {entry.status}" if entry.status else ""
            self.page.item(f"{entry.label}{status}", entry.mark or "-", indent, style)
        for detail in entry.details:
            self._detail(detail, indent + 2)

    def _detail(self, detail: Detail, indent: int) -> None:
        if detail.text:
            self.page.entry(_label(detail), detail.text, indent)
        if detail.as_for:
            self.page.entry(_label(detail), f"as for {detail.as_for}", indent)
            return
        for why in detail.whys:
            self.page.entry(_label(detail), reason(why, detail.brief), indent)

    def _data(self, section: Section) -> None:
        rows = [row for one in section.parts if isinstance(one, Table) for row in one.rows]
        charts = [one for one in section.parts if isinstance(one, Chart)]
        if not rows and not charts:
            return
        self.page.heading(section.heading)
        entered = [f"{row.label} {row.value}" for row in rows if not row.origin]
        if entered:
            self.page.paragraph("; ".join(entered) + ".")
        for row in rows:
            if row.origin == "worked out":
                note = f"; {row.note}" if row.note else ""
                self.page.item(f"{row.label} {row.value}{note}", "=")
            elif row.origin:
                self.page.item(f"{row.label} {row.value} ({row.origin})", "~")


def reason(why: Why, brief: bool = False) -> str:
    """Why, with the facts it rests on and its sources: `Title (region): facts [source where]`."""
    region = f" ({why.region})" if why.region else ""
    facts = f": {', '.join(why.facts)}" if why.facts and not brief else ""
    return f"{why.title}{region}{facts}{tags((why,))}"


def tags(whys: Sequence[Why]) -> str:
    """`[who-1994; demineralization A14]`, and whether somebody held it against its source."""
    cited = dict.fromkeys(f"{one.source} {one.where}".strip() for why in whys for one in why.cited)
    doubt = "" if all(why.verified for why in whys) else " [not verified]"
    return (f" [{'; '.join(cited)}]" if cited else "") + doubt


def _label(detail: Detail) -> str:
    """Words of ours stand in a column; names of others, such as a guideline, end in a colon."""
    return detail.label if detail.label in _COLUMN_LABELS else f"{detail.label}:"

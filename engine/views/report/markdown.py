"""A report as Markdown, for a record, a ticket or a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...assessment.verdict import Verdict
from ...knowledge_base.naming import Names
from .. import escape
from . import sections
from .document import (
    Block,
    Detail,
    Document,
    Entry,
    Group,
    Paragraph,
    Part,
    Probabilities,
    Table,
    Treatment,
    Why,
    pictured,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def report(verdict: Verdict, names: Names, title: str = "", unread: Iterable[str] = ()) -> str:
    """The whole report, the answer first; `title` names the patient or file where there are several."""
    return written(sections.document(verdict, names, title, unread))


def written(document: Document) -> str:
    blocks = [f"# {_safe(document.title)}", _safe(document.meta), _safe(document.narrowed)]
    blocks += [f"> {_safe(notice)}" for notice in document.notices]
    blocks += [_block(block) for block in document.summary]
    for section in document.sections:
        blocks += [f"## {_safe(section.heading)}", *(told for one in section.parts for told in _part(one))]
    if document.sources:
        blocks += ["## Sources", "\n".join(f"- {_safe(one.source)}: {_safe(one.full)}" for one in document.sources)]
    if document.unverified:
        blocks.append(f"Marked *not verified*: {_safe(document.unverified)}")
    if document.disclaimer:
        blocks.append(f"*{_safe(document.disclaimer)}*")
    return _tight(blocks) + "\n"


def _tight(blocks: Iterable[str]) -> str:
    """The blocks with a blank line between them, none between the items of one list."""
    told = ""
    for block in (one for one in blocks if one):
        listed = block.startswith("- ") and told.rpartition("\n")[2].lstrip().startswith("- ")
        told += ("\n" if listed else "\n\n" if told else "") + block
    return told


def _safe(words: str) -> str:
    """Text that Markdown and HTML show as it is."""
    return _SPECIAL.sub(r"\\\1", escape.line(words)).replace("&", "&amp;")


def _block(block: Block) -> str:
    lines = [f"{_safe(line.text)}: {_safe(line.clause)}" if line.clause else _safe(line.text) for line in block.lines]
    lines += [_safe(block.more)] if block.more else []
    return f"**{_safe(block.label)}**\n\n" + "\n".join(f"- {line}" for line in lines)


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Paragraph):
        yield _safe(part.text)
    elif isinstance(part, Entry):
        yield "\n".join(_entry(part))
    elif isinstance(part, Table):
        for row in part.rows:
            note = f"; {_safe(row.note)}" if row.note else ""
            origin = f" ({row.origin}{note})" if row.origin else ""
            yield f"- {_safe(row.label)} {_safe(row.value)}{origin}"
    elif isinstance(part, (Probabilities, Treatment)):
        yield from (f"- {_safe(words)}" for words in pictured(part))
    elif isinstance(part, Group):
        number = f"{part.number}. " if part.number else ""
        yield f"### {number}{_safe(part.heading)}"
        for one in part.parts:
            yield from _part(one)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"- **{_safe(entry.label)}**" + (f": {_safe(entry.status)}" if entry.status else "")
    for detail in entry.details:
        yield from (f"  - {line}" for line in _detail(detail))


def _detail(detail: Detail) -> Iterator[str]:
    if detail.text:
        yield f"{_safe(detail.label)}: {_safe(detail.text)}"
    if detail.as_for:
        yield f"{_safe(detail.label)}: as for {_safe(detail.as_for)}"
        return
    for why in detail.whys:
        yield f"{_safe(detail.label)}: {_reason(why, detail.brief)}"


def _reason(why: Why, brief: bool) -> str:
    region = f" ({_safe(why.region)})" if why.region else ""
    facts = f": {', '.join(_safe(fact) for fact in why.facts)}" if why.facts and not brief else ""
    cited = "; ".join(dict.fromkeys(f"{one.source} {one.where}".strip() for one in why.cited))
    tag = f" \\[{_safe(cited)}\\]" if cited else ""
    return f"{_safe(why.title)}{region}{facts}{tag}" + ("" if why.verified else " *not verified*")

"""One entry as an author wants to see it: what it says, where it stands, who uses it, which cases mention it."""

from __future__ import annotations

from collections.abc import Sequence

from ..consultation.lookup import Named
from ..knowledge_base.naming import Names
from ..workbench.usage import Mention, Use
from .entries import Book

_MOST = 40


def page(
    found: Named,
    names: Names,
    uses: Sequence[Use],
    mentions: Sequence[Mention],
    width: int = 80,
    colored: bool = False,
) -> str:
    book = Book(names, width, colored)
    book.explain(found)
    sheet = book.page
    sheet.blank()
    where = str(found.entry.place) if found.entry is not None else "knowledge/glossary.yaml"
    sheet.entry("id", f"{found.id} ({found.kind})", 2, 10)
    sheet.entry("where", where, 2, 10)
    sheet.heading("Used by")
    if not uses:
        sheet.paragraph("Nothing.")
    for use in uses[:_MOST]:
        sheet.item(f"{use.how}: {use.label} ({use.id}, {use.place})")
    if len(uses) > _MOST:
        sheet.paragraph(f"and {len(uses) - _MOST} more.")
    sheet.heading("Worked cases that mention it")
    if not mentions:
        sheet.paragraph("None.")
    for mention in mentions[:_MOST]:
        sheet.item(f"{mention.case} ({mention.place})")
    if len(mentions) > _MOST:
        sheet.paragraph(f"and {len(mentions) - _MOST} more.")
    return sheet.text()

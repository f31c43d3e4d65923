"""One entry as an author wants to see it: what it says, where it stands, who uses it, its cases and its history."""

from __future__ import annotations

from collections.abc import Sequence

from ...intake.lookup import Named
from ...knowledge_base.model import Replacement, Rule
from ...knowledge_base.naming import Names
from ...workbench.survey.history import Change
from ...workbench.survey.usage import Mention, Use
from . import coded
from .entries import Book

_MOST = 40


def page(
    found: Named,
    names: Names,
    uses: Sequence[Use],
    mentions: Sequence[Mention],
    width: int = 80,
    colored: bool = False,
    replacements: Sequence[Replacement] = (),
    changes: Sequence[Change] = (),
) -> str:
    book = Book(names, width, colored)
    book.explain(found)
    sheet = book.page
    sheet.blank()
    where = str(found.entry.place) if found.entry is not None else "knowledge/glossary.yaml"
    sheet.entry("id", f"{found.id} ({found.kind})", 2, 10)
    if found.kind != "rule":  # whose page says it already
        sheet.entry("where", where, 2, 10)
    for system, told in coded.rows(names.kb, found.entry) if found.entry is not None else ():
        sheet.entry(system, told, 2, 10)
    for one in replacements:
        if one.id == found.id and one.by != found.id:
            sheet.entry("replaced", f"by {one.by} ({one.place})", 2, 10)
        elif one.by == found.id:
            sheet.entry("replaces", f"{one.id} ({one.was})", 2, 10)
    if isinstance(found.entry, Rule) and found.entry.since:
        sheet.entry("since", found.entry.since, 2, 10)
    if found.entry is not None and found.entry.withdrawn:
        sheet.entry("withdrawn", found.entry.withdrawn, 2, 10)
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
    if changes:
        sheet.heading("History")
        for change in changes:
            sheet.item(f"{change.day}  {change.why} ({change.commit})")
    return sheet.text()

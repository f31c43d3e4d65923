"""`show`: one rule or entry by its id: what it says, where it stands, who uses it, its cases and its history."""

from __future__ import annotations

from pathlib import Path

from ..intake.lookup import Lookup, Named
from ..views import escape
from ..views.catalog import entries, shown
from ..workbench.survey import history, usage
from . import surroundings


def run(identifier: str, knowledge: Path | None = None) -> int:
    names = surroundings.names_so_far(knowledge)
    lookup = Lookup(names.kb)
    gone = names.kb.withdrawn.get(identifier)
    found = lookup.by_id(identifier) or lookup.named(identifier)
    if gone is not None and not any(one.entry is not None and one.entry.id == identifier for one in found):
        found = (Named("rule", gone.id, gone.label, gone),)
    if not found:
        told = entries.suggestions(escape.line(identifier), lookup.near(identifier), lookup.suggestion(identifier))
        surroundings.note(escape.plain(told))
        return 1
    width, colored = surroundings.width(), surroundings.colored()
    files = surroundings.case_files(knowledge)
    pages = [
        shown.page(
            one,
            names,
            usage.uses(names.kb, one.id),
            usage.mentions(one.id, files),
            width,
            colored,
            [other for other in names.kb.replaced if other.kind == one.kind],
            history.changes(surroundings.ROOT, one.entry.place) if one.entry is not None else (),
        )
        for one in found
    ]
    surroundings.put("\n".join(pages))
    return 0

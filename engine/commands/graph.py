"""`graph`: a picture of what a conclusion rests on."""

from __future__ import annotations

from pathlib import Path

from ..intake.lookup import Lookup
from ..views import escape
from ..views.catalog import entries
from ..views.catalog import graph as view
from ..workbench.survey import graph
from . import surroundings


def run(identifier: str, format: str = "svg", knowledge: Path | None = None) -> int:
    names = surroundings.names(knowledge)
    lookup = Lookup(names.kb)
    spelled = [identifier, *(one.id for one in lookup.named(identifier))]
    found = next(((kind, name) for name in spelled for kind in graph.kinds_of(names.kb, name)), None)
    if found is None:
        surroundings.note(escape.plain(_nothing(lookup, identifier)))
        return 1
    drawn = graph.rests_on(names, *found)
    surroundings.put(view.mermaid(drawn) if format == "mermaid" else view.svg(drawn))
    return 0


def _nothing(lookup: Lookup, identifier: str) -> str:
    known = lookup.by_id(identifier) or lookup.named(identifier)
    if known:
        return f"'{known[0].label}' rests on nothing else; who uses it: osteologic show {known[0].id}"
    near, meant = lookup.near(identifier), lookup.suggestion(identifier)
    return entries.suggestions(escape.line(identifier), near, meant)

"""`docs`: write the knowledge base as a static site."""

from __future__ import annotations

from pathlib import Path

from ..views.catalog.site import Site
from ..workbench.cases import cases
from ..workbench.survey import usage
from . import surroundings


def run(directory: Path, knowledge: Path | None = None) -> int:
    names = surroundings.names(knowledge)
    files = cases.all_files(surroundings.ROOT, knowledge)
    worked, _ = cases.read_all(names.kb, files, surroundings.ROOT)  # what is wrong with one is for `check` to say
    mentions = usage.every_mention(surroundings.case_files(knowledge))
    site = Site(names, usage.every(names.kb), mentions, worked)
    written = dict(site.files())
    surroundings.write_all(directory, written)
    pages = sum(name.endswith(".html") for name in written)
    surroundings.note(f"{pages} pages; begin with {directory / 'index.html'}")
    return 0

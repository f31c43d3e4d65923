"""`docs`: write the knowledge base as a static site."""

from __future__ import annotations

from pathlib import Path

from ..views.catalog.site import Site
from ..workbench.survey import usage
from . import surroundings


def run(directory: Path, knowledge: Path | None = None) -> int:
    names = surroundings.names(knowledge)
    site = Site(names, usage.every(names.kb), usage.every_mention(surroundings.case_files(knowledge)))
    files = dict(site.files())
    surroundings.write_all(directory, files)
    pages = sum(name.endswith(".html") for name in files)
    surroundings.note(f"{pages} pages; begin with {directory / 'index.html'}")
    return 0

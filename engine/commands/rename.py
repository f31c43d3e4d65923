"""`rename`: another id for an entry, in rules, knowledge, texts, worked cases and examples, or nowhere at all."""

from __future__ import annotations

from pathlib import Path

from ..knowledge_base.store import cache
from ..knowledge_base.store.memory import Held
from ..workbench.editing.renaming import Renaming
from ..workbench.whole import Reader
from . import surroundings


def run(old: str, new: str, kind: str = "", knowledge: Path | None = None) -> int:
    """Each file is written once everything is known to read as before. Raises Refused."""
    renaming = Renaming(Reader(surroundings.ROOT, knowledge, Held(cache.shelf())))
    renamed = renaming.to(renaming.thing(old, kind), new)
    for path, text in renamed.texts.items():
        surroundings.write(path, text)
    surroundings.put("".join(f"{renaming.whole.name(path)}\n" for path in renamed.texts))
    surroundings.note(
        f"the {renamed.thing.singular} '{old}' is now '{new}', in {len(renamed.places)} places of "
        f"{len(renamed.texts)} files; schemas and pages that were made of it are made anew by "
        "'osteologic schema' and 'osteologic trace'"
    )
    return 0

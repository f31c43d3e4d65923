"""`schema`: write the JSON Schemas that let an editor complete and check rules, knowledge, cases and patient files."""

from __future__ import annotations

from pathlib import Path

from ..knowledge_base.store import cache
from ..values.problems import Place, Problem, Refused
from ..workbench.editing import schema
from . import surroundings

SHIPPED = "docs/schema"
SETTINGS = ".vscode/settings.json"


def run(directory: Path | None = None, knowledge: Path | None = None) -> int:
    """Without a directory, the schemas of the checkout and the editor's settings are written anew."""
    own = directory is None
    if directory is None:
        if not (surroundings.ROOT / "docs").is_dir():
            what = "there is no checkout here whose schemas could be written"
            raise Refused([Problem("OL001", what, Place("docs/schema"), hint="say where: osteologic schema DIR")])
        directory = surroundings.ROOT / SHIPPED
    made = schema.schemas(cache.load(surroundings.ROOT, knowledge))
    surroundings.write_all(directory, {name: schema.written(one) for name, one in made.items()})
    if own:
        surroundings.write_all(surroundings.ROOT, {SETTINGS: schema.settings(SHIPPED)})
    surroundings.note(f"{len(made)} schemas in {directory}")
    return 0

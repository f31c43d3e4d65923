"""`check`: everything that is wrong with the knowledge base, in one run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ..knowledge_base import reader
from ..knowledge_base.layout import Layout
from ..knowledge_base.model import KnowledgeBase
from ..language.problems import Level, Place, Problem
from ..views import problems as view
from . import surroundings
from .codes import codes

COUNTED = ("rules", "findings", "conditions", "interventions", "sources")


def run(format: str = "text", knowledge: Path | None = None) -> int:
    laid = Layout(surroundings.ROOT, knowledge)
    kb, problems = reader.read(laid)
    surroundings.put(_shown(problems, kb, len(list(laid.files())), format))
    return 1 if any(problem.level is Level.ERROR for problem in problems) else 0


def _shown(problems: Sequence[Problem], kb: KnowledgeBase | None, files: int, format: str) -> str:
    read = {"files": files, **({kind: len(getattr(kb, kind)) for kind in COUNTED} if kb is not None else {})}
    if format == "json":
        return view.data(problems, read)
    if format == "sarif":
        return view.sarif(problems, codes())
    if format == "github":
        return view.github(problems)
    counts = ", ".join(f"{count} {kind if count != 1 else kind.removesuffix('s')}" for kind, count in read.items())
    return view.text(problems, _Lines(surroundings.ROOT).of, f"{counts}: {view.counted(problems)}")


class _Lines:
    """The lines of the files that problems are in, each file read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file = cache(self._read)

    def of(self, place: Place) -> str:
        lines = self._file(place.file)
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    def _read(self, file: str) -> list[str]:
        try:
            path = self.root / file
            return (path if path.exists() else Path(file)).read_text("utf-8", errors="replace").split("\n")
        except (OSError, ValueError):
            return []

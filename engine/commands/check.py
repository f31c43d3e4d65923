"""`check`: everything that is wrong with the knowledge base, in one run."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..knowledge_base import cache, reader
from ..knowledge_base.layout import Layout, Written, contents_of, digest_of
from ..knowledge_base.model import KnowledgeBase
from ..language.problems import Level, Place, Problem
from ..views import problems as view
from ..workbench import cases, checks
from . import surroundings
from .codes import codes

COUNTED = ("rules", "findings", "conditions", "interventions", "sources")


def run(format: str = "text", knowledge: Path | None = None) -> int:
    laid = Layout(surroundings.ROOT, knowledge)
    contents, problems = contents_of(laid)
    memory = cache.Store.of(digest_of(contents)).memory()
    kb, found = reader.read_contents(contents, memory)
    memory.close()
    problems = [*problems, *_nothing_local(contents, knowledge), *found]
    if kb is not None and not _failed(problems):
        files = _case_files(knowledge)
        worked, wrong = cases.read_all(kb, files, surroundings.ROOT) if files else ([], [])
        problems = [*checks.run(kb, worked, read=problems), *wrong]
    problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.sort_key)
    surroundings.put(_shown(problems, kb, len(contents), format))
    return 1 if _failed(problems) else 0


def _case_files(knowledge: Path | None) -> list[Path]:
    found = cases.files_in(surroundings.ROOT / "tests" / "cases")
    return [*found, *(cases.files_in(knowledge / "cases") if knowledge is not None else ())]


def _failed(problems: Iterable[Problem]) -> bool:
    return any(problem.level is Level.ERROR for problem in problems)


def _nothing_local(contents: Sequence[Written], knowledge: Path | None) -> Iterator[Problem]:
    """A directory of one's own in which nothing is read was meant to be another."""
    if knowledge is not None and knowledge.is_dir() and not any(item.local for item in contents):
        what = "there is no file in knowledge/ or rules/ of this directory, so nothing of it is checked"
        yield Problem("OL114", what, Place(str(knowledge)), hint="is this the directory?")


def _shown(problems: Sequence[Problem], kb: KnowledgeBase | None, files: int, format: str) -> str:
    read = {"files": files, **({kind: len(getattr(kb, kind)) for kind in COUNTED} if kb is not None else {})}
    if format == "json":
        return view.data(problems, read)
    if format == "sarif":
        return view.sarif(problems, codes())
    if format == "github":
        return view.github(problems)
    counts = ", ".join(f"{count} {kind if count != 1 else kind.removesuffix('s')}" for kind, count in read.items())
    return view.text(problems, Lines(surroundings.ROOT).of, f"{counts}: {view.counted(problems)}")


class Lines:
    """The lines of the files that problems are in, each file read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file = functools.cache(self._read)

    def of(self, place: Place) -> str:
        lines = self._file(place.file)
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    def _read(self, file: str) -> list[str]:
        try:
            path = self.root / file
            return (path if path.exists() else Path(file)).read_text("utf-8", errors="replace").split("\n")
        except (OSError, ValueError):
            return []

"""The whole knowledge base with its worked cases, read from its files and checked in one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..knowledge_base.files.layout import Layout, Written, contents_of, digest_of
from ..knowledge_base.model import KnowledgeBase
from ..knowledge_base.reading import reader
from ..knowledge_base.reading.premises import Memory
from ..knowledge_base.store import cache
from ..values.problems import Level, Place, Problem
from . import checks
from .cases import cases


@dataclass(frozen=True, slots=True)
class Checked:
    """The problems of a knowledge base; `kb` is None where an error stands in the way of reading it."""

    kb: KnowledgeBase | None
    files: int
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        return _failed(self.problems)


def check(root: Path, local: Path | None = None) -> Checked:
    """Everything that is wrong with the files under `root`, and with those of a hospital laid over them."""
    contents, problems = contents_of(Layout(root, local))
    memory = cache.Store.of(digest_of(contents)).memory()
    kb, found = reader.read_contents(contents, memory)
    if kb is not None and local is not None:
        problems += _weakened(contents, kb, memory, local)
    memory.close()
    problems = [*problems, *found]
    if kb is not None and not _failed(problems):
        files = cases.all_files(root, local)
        worked, wrong = cases.read_all(kb, files, root) if files else ([], [])
        problems = [*checks.run(kb, worked, read=problems), *wrong]
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem.sort_key)
    return Checked(kb, len(contents), tuple(ordered))


def _failed(problems: Iterable[Problem]) -> bool:
    return any(problem.level is Level.ERROR for problem in problems)


def _weakened(contents: Sequence[Written], kb: KnowledgeBase, memory: Memory, local: Path) -> Iterator[Problem]:
    """What every report will say of a hospital's own directory, each where it stands."""
    from ..knowledge_base.weakening import weakening  # most have none

    shipped, _ = reader.read_contents([item for item in contents if not item.local], memory)
    for what, place in weakening.losses(shipped, kb) if shipped is not None else ():
        said = f"this weakens safety, and every report will say so: {what}"
        yield Problem("OL124", said, place or Place(str(local)), Level.WARNING)

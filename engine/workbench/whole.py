"""The whole knowledge base with its worked cases, read from its files and checked in one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..knowledge_base import cache, reader
from ..knowledge_base.layout import Layout, Written, contents_of, digest_of
from ..knowledge_base.model import KnowledgeBase
from ..language.problems import Level, Place, Problem
from . import cases, checks


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
    memory.close()
    problems = [*problems, *_nothing_local(contents, local), *found]
    if kb is not None and not _failed(problems):
        files = cases.all_files(root, local)
        worked, wrong = cases.read_all(kb, files, root) if files else ([], [])
        problems = [*checks.run(kb, worked, read=problems), *wrong]
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem.sort_key)
    return Checked(kb, len(contents), tuple(ordered))


def _failed(problems: Iterable[Problem]) -> bool:
    return any(problem.level is Level.ERROR for problem in problems)


def _nothing_local(contents: Sequence[Written], local: Path | None) -> Iterator[Problem]:
    """A directory of one's own in which nothing is read was meant to be another."""
    if local is not None and local.is_dir() and not any(item.local for item in contents):
        what = "there is no file in knowledge/ or rules/ of this directory, so nothing of it is checked"
        yield Problem("OL114", what, Place(str(local)), hint="is this the directory?")

"""What an author edited since the last commit, beside what is told of it: a slip is most often in the latest line."""

from __future__ import annotations

from pathlib import Path

from ..views import escape
from ..workbench.survey import since_commit
from . import surroundings


def beside_problems(knowledge: Path | None) -> None:
    _tell(knowledge, "Since the last commit; as it was (-), what is told may not have been there:")


def beside_results(passed: bool, knowledge: Path | None) -> None:
    """After all cases: what may have made some fail, or that none was written for what was edited."""
    if not passed:
        _tell(knowledge, "Since the last commit; as it was (-), what fails may have passed:")
    elif not any(Path(one.file).parent.name == "cases" for one in since_commit.edited(_root(knowledge))):
        _tell(knowledge, "Edited since the last commit (- as it was), and no worked case with it:")


def _root(knowledge: Path | None) -> Path:
    return knowledge or surroundings.ROOT


def _tell(knowledge: Path | None, why: str) -> None:
    """A few edits with what they were; nothing where there are none, or many."""
    for line in since_commit.shown(since_commit.edited(_root(knowledge)), why).splitlines():
        surroundings.note(escape.plain(line))

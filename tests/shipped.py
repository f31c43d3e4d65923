"""The shipped knowledge base and its worked cases, each read once by a process, for tests that change neither."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.case.case import Prepared, prepare_kept
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.store import cache as kept
from engine.workbench.cases import cases
from engine.workbench.cases.cases import Read, WorkedCase

ROOT = Path(__file__).parent.parent


@cache
def base() -> KnowledgeBase:
    return kept.load(ROOT)


@cache
def prepared() -> Prepared:
    return prepare_kept(base())


@cache
def read() -> Read:
    """The worked cases of all files, and what is wrong with them."""
    return cases.read_all(base(), cases.files_in(ROOT / "tests" / "cases"), ROOT)


def worked() -> list[WorkedCase]:
    """The worked cases, of which each can be read."""
    found, problems = read()
    assert problems == [], "\n".join(map(str, problems))
    return found

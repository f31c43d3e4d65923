"""A small knowledge base in which everything is right, and ways to read it with something added or changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import reader
from engine.values.problems import Problem

SMALL = Path(__file__).parent.parent / "data" / "small"

Reading = tuple[KnowledgeBase | None, list[Problem]]


@pytest.fixture(scope="session")
def small_root() -> Path:
    return SMALL


@pytest.fixture(scope="session")
def small_contents() -> tuple[Written, ...]:
    contents, problems = contents_of(Layout(SMALL))
    assert problems == []
    return contents


@pytest.fixture(scope="session")
def small(small_contents: tuple[Written, ...]) -> KnowledgeBase:
    kb, problems = reader.read_contents(small_contents)
    assert problems == []
    assert kb is not None
    return kb


@pytest.fixture(scope="session")
def read_with(small_contents: tuple[Written, ...]) -> Callable[..., Reading]:
    """Read the small knowledge base with one more file, or with that file in place of its namesake."""

    def read(file: str, text: str | bytes, *, local: bool = False) -> Reading:
        content = text.encode() if isinstance(text, str) else text
        name = f"hospital/{file}" if local else file
        kept = [item for item in small_contents if local or item.file != file]
        return reader.read_contents([*kept, Written(name, file, content, local)])

    return read

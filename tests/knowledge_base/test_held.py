"""Reading again and again: what is held gives what a fresh reading gives, whatever changed meanwhile."""

from __future__ import annotations

import dataclasses

import pytest

from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store.cache import Store
from engine.knowledge_base.store.memory import Held


def changed(contents: tuple[Written, ...], old: str, new: str) -> tuple[Written, ...]:
    assert any(old.encode() in item.content for item in contents)
    return tuple(
        dataclasses.replace(item, content=item.content.replace(old.encode(), new.encode())) for item in contents
    )


@pytest.fixture
def held() -> Held:
    """Nothing on any shelf."""
    return Held(Store(None, "none"))


def test_what_is_held_reads_the_same(held: Held, small_contents: tuple[Written, ...]) -> None:
    fresh = reader.read_contents(small_contents)
    for _ in range(3):
        assert reader.read_contents(small_contents, held) == fresh


def test_a_word_that_means_something_else_is_read_anew(held: Held, small_contents: tuple[Written, ...]) -> None:
    """The files with the rules are as they were; a finding that they read is gone."""
    reader.read_contents(small_contents, held)
    other = changed(small_contents, "vitamin_d:", "vitamin_dd:")
    assert reader.read_contents(other, held)[1] == reader.read_contents(other)[1]
    assert reader.read_contents(other)[1] != []
    assert reader.read_contents(small_contents, held) == reader.read_contents(small_contents)


def test_a_file_that_changed_is_read_anew(held: Held, small_contents: tuple[Written, ...]) -> None:
    reader.read_contents(small_contents, held)
    other = changed(small_contents, "because:", "because: Now")
    assert reader.read_contents(other, held) == reader.read_contents(other)

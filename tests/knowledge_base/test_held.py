"""Reading again and again: what is held gives what a fresh reading gives, whatever changed meanwhile."""

from __future__ import annotations

import dataclasses
import os
import random
import re

import pytest

from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store.cache import Store
from engine.knowledge_base.store.memory import Held
from engine.values.problems import Place


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


# --- any edits, one after another -------------------------------------------------------------------------------------

_WORD = re.compile(r"[A-Za-z_][\w-]*|\d+(?:\.\d+)?")
EDITS = 4_000 if os.environ.get("OSTEOLOGIC_LONG") else 60


def edited(contents: tuple[Written, ...], chance: random.Random) -> tuple[Written, ...]:
    """The files with one slip, or one honest change: a word for another of the files, a line less, twice or further."""
    at = chance.randrange(len(contents))
    text = contents[at].content.decode()
    lines = text.split("\n")
    row = chance.randrange(len(lines))
    kind = chance.choice(["word", "word", "word", "gone", "twice", "blank", "cut"])
    if kind == "word":
        found = list(_WORD.finditer(text))
        others = _WORD.findall(contents[chance.randrange(len(contents))].content.decode())
        if found and others:
            match = chance.choice(found)
            text = text[: match.start()] + chance.choice(others) + text[match.end() :]
    elif kind == "cut":
        text = text[: chance.randrange(len(text) + 1)]
    else:
        lines[row : row + 1] = {"gone": [], "twice": [lines[row]] * 2, "blank": ["", lines[row]]}[kind]
        text = "\n".join(lines)
    changed = dataclasses.replace(contents[at], content=text.encode())
    return (*contents[:at], changed, *contents[at + 1 :])


def test_after_any_edits_what_is_held_reads_as_a_fresh_reading(held: Held, small_contents: tuple[Written, ...]) -> None:
    """The same knowledge base and the same problems; every few edits the files go back to what they were."""
    chance = random.Random(1)
    contents = small_contents
    for number in range(EDITS):
        contents = edited(small_contents if number % 3 == 0 else contents, chance)
        again, fresh = reader.read_contents(contents, held), reader.read_contents(contents)
        assert again == fresh
        assert places(again[0]) == places(fresh[0])


def places(kb: KnowledgeBase | None) -> list[Place]:
    """Where every part of every premise stands; equality looks past it."""
    trees = [tree for rule in (kb.rules if kb is not None else {}).values() for tree in (rule.when, rule.formula)]
    return [node.place for tree in trees if tree is not None for node in tree.walk()]

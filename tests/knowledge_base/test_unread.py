"""An entry that is a line of the cache is the entry it was, and reads no more of the line than is asked for."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from engine.knowledge_base.model import KnowledgeBase, Rule
from engine.knowledge_base.store import coding
from engine.knowledge_base.unread import Unread, unread


class Watched:
    """A reader that counts what it was asked to read."""

    def __init__(self, reads: Any) -> None:
        self._reads = reads
        self.lines = 0
        self.values: list[Any] = []

    def parts(self, line: str) -> dict[str, Any]:
        self.lines += 1
        parts: dict[str, Any] = self._reads.parts(line)
        return parts

    def decode(self, value: Any) -> Any:
        self.values.append(value)
        return self._reads.decode(value)


@pytest.fixture
def written(small: KnowledgeBase) -> tuple[Rule, str, Watched]:
    """A rule with its line, and somebody who reads it."""
    rule = small.rules["low-score"]
    encoder = coding.Encoder()
    line = encoder.text(rule)
    return rule, line, Watched(coding.Decoder(list(encoder.files)))


def test_nothing_is_read_for_the_id(written: tuple[Rule, str, Watched]) -> None:
    rule, line, reads = written
    assert unread(Rule, rule.id, line, reads).id == rule.id
    assert reads.lines == 0


def test_a_line_is_read_once_and_only_what_is_looked_at_becomes_a_value(written: tuple[Rule, str, Watched]) -> None:
    rule, line, reads = written
    entry = unread(Rule, rule.id, line, reads)
    assert entry.because == rule.because
    assert entry.because is entry.because
    assert reads.lines == 1
    assert len(reads.values) == 1, "the premise was not asked for"
    assert entry.when == rule.when
    assert len(reads.values) == 2


def test_what_was_left_out_is_what_it_usually_is(written: tuple[Rule, str, Watched]) -> None:
    rule, line, reads = written
    entry = unread(Rule, rule.id, line, reads)
    assert (entry.withdrawn, entry.then, entry.suppress) == ("", (), {})


def test_it_is_equal_to_the_entry_it_was(written: tuple[Rule, str, Watched]) -> None:
    rule, line, reads = written
    entry = unread(Rule, rule.id, line, reads)
    assert entry == rule
    assert repr(entry) == repr(rule)
    assert dataclasses.replace(unread(Rule, rule.id, line, reads), because="x") == dataclasses.replace(
        rule, because="x"
    )


def test_it_stays_frozen(written: tuple[Rule, str, Watched]) -> None:
    rule, line, reads = written
    entry = unread(Rule, rule.id, line, reads)
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.because = "x"  # type: ignore[misc]  # what it is about


def test_what_no_entry_has_is_no_attribute(written: tuple[Rule, str, Watched]) -> None:
    rule, line, reads = written
    for entry in (rule, unread(Rule, rule.id, line, reads)):
        assert not hasattr(entry, "bare_unit")
        assert not hasattr(entry, "__deepcopy__")
    assert reads.lines == 0


def test_every_entry_of_the_small_base_can_be_read_from_its_line(small: KnowledgeBase) -> None:
    restored = coding.restore(coding.dump(small))
    entries = 0
    for part in dataclasses.fields(KnowledgeBase):
        kept, was = getattr(restored, part.name), getattr(small, part.name)
        assert kept == was, part.name
        entries += sum(isinstance(entry, Unread) for entry in was.values()) if isinstance(was, dict) else 0
    assert entries > 10

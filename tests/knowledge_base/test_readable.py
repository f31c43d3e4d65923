"""The vocabulary of a knowledge base that has been read is the one its rules were checked against."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Sequence
from pathlib import Path

from engine.knowledge_base.files.layout import Layout, Written
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import readable, reader
from engine.knowledge_base.reading.premises import Forgetful
from engine.knowledge_base.store import cache
from engine.premises.vocabulary import Vocabulary

ROOT = Path(__file__).parent.parent.parent


class Overheard(Forgetful):
    """Remembers nothing of a reading but the vocabulary."""

    vocabulary = Vocabulary()

    def about(self, vocabulary: Vocabulary, units: str) -> None:
        self.vocabulary = vocabulary


def test_of_a_small_base_with_classes_of_classes(small_contents: Sequence[Written]) -> None:
    heard = Overheard()
    kb, _ = reader.read_contents(small_contents, heard)
    assert kb is not None
    assert readable.vocabulary(kb)[0] == heard.vocabulary


def test_of_the_shipped_base_read_and_kept(tmp_path: Path) -> None:
    heard = Overheard()
    kb, _ = reader.read(Layout(ROOT), heard)
    assert isinstance(kb, KnowledgeBase)
    vocabulary, units = readable.vocabulary(kb)
    assert vocabulary == heard.vocabulary
    assert units.known()
    store = cache.Store(tmp_path, "x" * 64)
    store.keep(kb)
    kept = store.knowledge_base()
    assert kept is not None
    assert readable.vocabulary(kept)[0] == heard.vocabulary


def test_it_is_worked_out_once_and_anew_for_a_changed_copy(small_contents: Sequence[Written]) -> None:
    kb, _ = reader.read_contents(small_contents)
    assert kb is not None
    assert readable.vocabulary(kb) is readable.vocabulary(kb)
    gone, *left = kb.findings
    other = dataclasses.replace(kb, findings={name: kb.findings[name] for name in left})
    assert gone in readable.vocabulary(kb)[0].names
    assert gone not in readable.vocabulary(other)[0].names
    assert pickle.loads(pickle.dumps(kb)) == kb

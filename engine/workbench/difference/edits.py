"""Entries that two versions of a knowledge base do not have alike, and whether more than words differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from ...knowledge_base.measures import SENTENCES
from ...knowledge_base.model import Entry, KnowledgeBase
from ...values.frozen import ordered
from ...values.problems import Place

WORDS = frozenset(
    {
        "label",
        "synonyms",
        "sources",
        "rows",
        "note",
        "codes",
        "kept_because",
        "suppress",
        "because",
        "evidence",
        "grade",
    }
    | {"question", "help", "section", "definition", "mechanism", "effect", "plain", "take", "seek_help"}
    | SENTENCES.keys()
    | {
        "tells",
        "action",
        "order_because",
        "features",
        "citation",
        "year",
        "address",
    }
    | {"licence", "review_by", "ask", "answer", "see", "refusal", "assumption", "disclaimer", "title", "synonym"}
)
"""Parts of an entry that are read by people and decide nothing."""
_PLACES = ("place", "places")
_NO_ENTRIES = frozenset({"words", "word_places", "glossary", "sections", "topics", "sources"})


@ordered
class Edit:
    """An entry that differs: `how` is added, removed or changed; of a changed one the parts that differ."""

    kind: str
    id: str
    how: str
    place: Place
    parts: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Of each part how it was and is, where that is a short value."""

    @property
    def decides(self) -> bool:
        """Whether more than words differ."""
        return self.how != "changed" or any(part not in WORDS for part in self.parts)


def edits(old: KnowledgeBase, new: KnowledgeBase) -> tuple[Edit, ...]:
    """Everything that differs, by kind and in the order of the files; what stands in another order does not."""
    return tuple(_edits(old, new))


def _edits(old: KnowledgeBase, new: KnowledgeBase) -> Iterator[Edit]:
    for part in dataclasses.fields(KnowledgeBase):
        before, after = getattr(old, part.name), getattr(new, part.name)
        if part.name in _NO_ENTRIES or not isinstance(after, Mapping):
            continue
        for name in {**before, **after}:
            one, other = before.get(name), after.get(name)
            if one is None or other is None:
                there = one if other is None else other
                yield Edit(part.name, name, "added" if one is None else "removed", there.place)
            elif one != other and (parts := tuple(_parts(one, other))):
                told = [(_short(getattr(one, field)), _short(getattr(other, field))) for field in parts]
                yield Edit(
                    part.name, name, "changed", other.place, parts,
                    tuple(before for before, _ in told), tuple(after for _, after in told),
                )  # fmt: skip
    if (old.scope is None) != (new.scope is None) or (old.scope and new.scope and any(_parts(old.scope, new.scope))):
        scope = new.scope or old.scope
        assert scope is not None
        parts = tuple(_parts(old.scope, new.scope)) if old.scope and new.scope else ()
        yield Edit("scope", scope.id, "changed", scope.place, parts)


def _parts(one: Entry, other: Entry) -> Iterator[str]:
    """The parts that differ between two versions of an entry."""
    for field in dataclasses.fields(one):
        if field.name not in _PLACES and not same(getattr(one, field.name), getattr(other, field.name)):
            yield field.name


def same(one: Any, other: Any) -> bool:
    """Whether two values of the model mean the same, wherever each is written."""
    if type(one) is not type(other):
        return False
    if dataclasses.is_dataclass(one):
        fields = (field.name for field in dataclasses.fields(one) if field.name not in _PLACES)
        return all(same(getattr(one, name), getattr(other, name)) for name in fields)
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def _short(value: Any) -> str:
    """A value in few words, empty where it has too many to print."""
    if isinstance(value, tuple) and len(value) == 1 and hasattr(value[0], "value"):
        value = value[0].value  # the one value of a threshold
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 and "(" not in text and not dataclasses.is_dataclass(value) else ""

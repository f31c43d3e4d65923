"""Checked premises of earlier readings, so that one edited file costs the checking of one file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from ...premises.expression import Node as Tree
from ...premises.expression import lower
from ...premises.vocabulary import Labels, Vocabulary
from ..files.nodes import Node
from ..files.pieces import Pieces
from . import coding
from .changed import changed_words

_ODD = (ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What a line that is none of ours makes of itself; it is passed over."""

_WORD = re.compile(r"[A-Za-z_]\w*")


class Shelf(Protocol):
    """A store of texts from one run to the next."""

    def load_text(self, name: str) -> str | None: ...

    def store_text(self, name: str, text: str) -> None: ...


class _Lines:
    """JSON values by name, a line each; what was not used in a run is forgotten at its end."""

    def __init__(self, shelf: Shelf, name: str) -> None:
        self._shelf, self._title = shelf, name
        text = shelf.load_text(name) or ""
        self._known = dict(line.split(" ", 1) for line in text.split("\n") if " " in line)
        self._used: dict[str, str] = {}

    def get(self, name: str) -> Any:
        found = self._known.get(name)
        if found is None:
            return None
        with suppress(ValueError):
            value = json.loads(found)
            self._used[name] = found
            return value
        return None

    def put(self, name: str, text: str) -> None:
        self._used[name] = text

    def close(self) -> None:
        if self._used.keys() != self._known.keys():
            lines = [f"{name} {value}" for name, value in self._used.items()]
            self._shelf.store_text(self._title, "\n".join(lines))


class Remembered:
    """Files by their contents; premises and formulas by their text, place and what every word in them means.

    Where a word has come to mean something else the premise is checked anew.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._nodes = _Lines(shelf, "nodes")
        self._trees = _Lines(shelf, "trees")
        self._meanings: _Meanings | None = None

    def node(self, content: bytes, file: str) -> Node | None:
        """The parts of a file in which nothing was wrong."""
        found = self._nodes.get(_named(file, content))
        with suppress(*_ODD):
            node: Node = coding.restore_node(found, file)
            return node
        return None

    def keep_node(self, content: bytes, file: str, node: Node) -> None:
        self._nodes.put(_named(file, content), json.dumps(coding.dump_node(node), separators=(",", ":")))

    def about(self, vocabulary: Vocabulary, units: str) -> None:
        """Premises are now checked against this vocabulary; `units` names the units in force."""
        self._meanings = _Meanings(vocabulary, units)

    def tree(self, key: tuple[str, ...]) -> Tree | None:
        found = self._trees.get(self._name(key))
        with suppress(*_ODD):
            return coding.restore_tree(found)
        return None

    def keep(self, key: tuple[str, ...], tree: Tree) -> None:
        self._trees.put(self._name(key), coding.dump_tree(tree))

    def file(self, name: str, content: bytes) -> Any:
        return None

    def keep_file(self, name: str, content: bytes, made: Any) -> None:
        """What was made of a file is for those who read again, and for no shelf."""

    def last(self, name: str) -> Any:
        return None

    def pieces(self, name: str) -> Pieces | None:
        return None

    def built(self, draft: Any, given: tuple[Any, ...]) -> tuple[Any] | None:
        return None

    def keep_built(self, draft: Any, given: tuple[Any, ...], texts: Iterable[str], made: Any) -> None:
        """The same."""

    def close(self) -> None:
        """Keep what this reading used, and forget the rest."""
        self._nodes.close()
        self._trees.close()

    def _name(self, key: tuple[str, ...]) -> str:
        meanings = self._meanings.of(key[1]) if self._meanings is not None else ""
        return hashlib.sha256("\0".join((*key, meanings)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


_MOST_TREES = 8_000
"""So many premises are at hand, the last used; a knowledge base has some two thousand."""
_MOST_EDITED = 6
"""Of so many files the entries are at hand, of those that were read last."""


class Held(Remembered):
    """The same for one process that reads again and again: what was used in the last reading is at hand as it is.

    A file is held by its contents, with the drafts of its entries; what was built of a draft is held while every word
    its premises read means what it meant. What a reading does not use is forgotten with the next.
    """

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self._files: dict[str, tuple[bytes, Any]] = {}
        self._pieces: dict[str, Pieces] = {}
        self._recent: dict[str, tuple[int, Tree]] = {}
        self._built: dict[int, _Built] = {}
        self._building: dict[int, _Built] = {}
        self._in_force: tuple[Vocabulary, str] | None = None

    def file(self, name: str, content: bytes) -> Any:
        held = self._files.get(name)
        return held[1] if held is not None and held[0] == content else None

    def keep_file(self, name: str, content: bytes, made: Any) -> None:
        self._files[name] = (content, made)

    def last(self, name: str) -> Any:
        held = self._files.get(name)
        return held[1] if held is not None else None

    def pieces(self, name: str) -> Pieces | None:
        """Of the last files that were edited."""
        found = self._pieces.pop(name, None) or Pieces()
        self._pieces[name] = found
        if len(self._pieces) > _MOST_EDITED:
            del self._pieces[next(iter(self._pieces))]
        return found

    def keep_node(self, content: bytes, file: str, node: Node) -> None:
        """A file is held with its drafts, and these with their nodes."""

    def about(self, vocabulary: Vocabulary, units: str) -> None:
        super().about(vocabulary, units)
        before, self._in_force = self._in_force, (vocabulary, units)
        kept = {**self._built, **self._building}
        self._building = {}
        if before is None or before[1] != units:
            self._built = {}
            return
        changed = changed_words(before[0], vocabulary)
        self._built = {name: one for name, one in kept.items() if one.words.isdisjoint(changed)} if changed else kept

    def built(self, draft: Any, given: tuple[Any, ...]) -> tuple[Any] | None:
        found = self._built.get(id(draft))
        if found is None or found.draft is not draft or found.given != given:
            return None
        self._building[id(draft)] = found
        return (found.made,)

    def keep_built(self, draft: Any, given: tuple[Any, ...], texts: Iterable[str], made: Any) -> None:
        words = frozenset(word for text in texts for word in _WORD.findall(text))
        self._building[id(draft)] = _Built(draft, given, words, made)

    def tree(self, key: tuple[str, ...]) -> Tree | None:
        """As kept, on whichever line of its file it stood then."""
        name, line = self._apart(key)
        held = self._recent.pop(name, None)
        found = held[1] if held is not None else super().tree(key)
        if found is None:
            return None
        if held is not None and held[0] != line:
            found = lower(found, line - held[0])
        self._put(name, line, found)
        return found

    def keep(self, key: tuple[str, ...], tree: Tree) -> None:
        self._put(*self._apart(key), tree)

    def _put(self, name: str, line: int, tree: Tree) -> None:
        if len(self._recent) >= _MOST_TREES:
            for old in list(self._recent)[: _MOST_TREES // 2]:
                del self._recent[old]
        self._recent[name] = (line, tree)

    def _apart(self, key: tuple[str, ...]) -> tuple[str, int]:
        """The name of a tree without its line, and that."""
        kind, text, place, *rest = key
        file, line, column = place.rsplit(":", 2)
        return self._name((kind, text, f"{file} {column}", *rest)), int(line)

    def close(self) -> None:
        """Nothing is put on the shelf."""


class _Built(NamedTuple):
    """The entry built of a draft, and its dependencies: the `given` context, and the meaning of `words`."""

    draft: Any
    given: tuple[Any, ...]
    words: frozenset[str]
    made: Any


def _named(file: str, content: bytes) -> str:
    return hashlib.sha256(file.encode("utf-8", "surrogatepass") + b"\0" + content).hexdigest()[:32]


class _Meanings:
    """A fingerprint of each word of a premise in a vocabulary: a text that changes when the meaning does."""

    def __init__(self, vocabulary: Vocabulary, units: str) -> None:
        self._vocabulary = vocabulary
        self._units = hashlib.sha256(units.encode("utf-8", "surrogatepass")).hexdigest()
        self._known: dict[str, str] = {}

    def of(self, text: str) -> str:
        return "\n".join([self._units, *map(self._meaning, sorted(set(_WORD.findall(text))))])

    def _meaning(self, word: str) -> str:
        if word not in self._known:
            vocabulary = self._vocabulary
            parts = [
                self._signature(word),
                repr(vocabulary.groups.get(word)),
                repr(self._atoms.get(word)),
                str(word in vocabulary.numbers),
                *(
                    f"{verb} {sorted(labels.expand(word) or ())}"
                    for verb, labels in sorted(vocabulary.subjects.items())
                    if labels.expand(word) is not None
                ),
            ]
            for member in vocabulary.groups.get(word, ()):
                parts.append(self._signature(member))
            for labels in vocabulary.subjects.values():
                parts += [repr(self._atoms.get(member)) for member in sorted(labels.expand(word) or ())]
            self._known[word] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return self._known[word]

    def _signature(self, word: str) -> str:
        signature = self._vocabulary.names.get(word)
        if signature is None:
            return ""
        fields = [
            f"{name} {field.type} {field.unit} {field.bare_unit} {field.floor} {_labels(field.labels)}"
            for name, field in sorted(signature.fields.items())
        ]
        plain = (signature.kind, signature.unit, signature.analyte, signature.bare_unit, signature.ranged)
        more = (signature.levels, signature.has_applies, _labels(signature.labels), fields)
        return repr((plain, more))

    @cached_property
    def _atoms(self) -> dict[str, list[str]]:
        """The conclusions of rules, by each word in them."""
        found: dict[str, list[str]] = {}
        for atom in sorted(self._vocabulary.concluded):
            for word in _WORD.findall(atom):
                found.setdefault(word, []).append(atom)
        return found


def _labels(labels: Labels | None) -> str:
    if labels is None:
        return ""
    classes, narrower = (
        [(name, sorted(inside)) for name, inside in sorted(found.items())]
        for found in (labels.classes, labels.narrower)
    )
    return repr((sorted(labels.members), classes, narrower))

"""Checked premises of earlier readings, so that one edited file costs the checking of one file."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from functools import cached_property
from typing import Any, Protocol

from ...premises.expression import Node as Tree
from ...premises.vocabulary import Labels, Vocabulary
from ..files.nodes import Node
from . import coding

_ODD = (ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What a line that is none of ours makes of itself; it is passed over."""

_WORD = re.compile(r"[A-Za-z_]\w*")


class Shelf(Protocol):
    """Where texts are kept from one run to the next."""

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

    def close(self) -> None:
        """Keep what this reading used, and forget the rest."""
        self._nodes.close()
        self._trees.close()

    def _name(self, key: tuple[str, ...]) -> str:
        meanings = self._meanings.of(key[1]) if self._meanings is not None else ""
        return hashlib.sha256("\0".join((*key, meanings)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Held(Remembered):
    """The same for one process that reads again and again: what was used in the last reading is at hand as it is."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self._files: dict[str, tuple[bytes, Node]] = {}
        self._old: dict[str, Tree] = {}
        self._new: dict[str, Tree] = {}

    def node(self, content: bytes, file: str) -> Node | None:
        held = self._files.get(file)
        if held is not None and held[0] == content:
            return held[1]
        found = super().node(content, file)
        if found is not None:
            self._files[file] = (content, found)
        return found

    def keep_node(self, content: bytes, file: str, node: Node) -> None:
        self._files[file] = (content, node)

    def about(self, vocabulary: Vocabulary, units: str) -> None:
        super().about(vocabulary, units)
        self._old, self._new = self._new or self._old, {}

    def tree(self, key: tuple[str, ...]) -> Tree | None:
        name = self._name(key)
        found = self._old.get(name) or self._new.get(name) or super().tree(key)
        if found is not None:
            self._new[name] = found
        return found

    def keep(self, key: tuple[str, ...], tree: Tree) -> None:
        self._new[self._name(key)] = tree

    def close(self) -> None:
        """Nothing is put on the shelf."""


def _named(file: str, content: bytes) -> str:
    return hashlib.sha256(file.encode("utf-8", "surrogatepass") + b"\0" + content).hexdigest()[:32]


class _Meanings:
    """What each word of a premise means in a vocabulary, as a text that changes when the meaning does."""

    def __init__(self, vocabulary: Vocabulary, units: str) -> None:
        self._vocabulary, self._units = vocabulary, units
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

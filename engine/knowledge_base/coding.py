"""The values of a knowledge base as plain JSON and back, entry by entry, each opened only when it is looked at.

Nothing here can run code: only the classes of the model, of trees and of intervals are ever made.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from ..language import expression
from ..language.interval import Interval
from ..language.problems import Place
from . import model

_V = TypeVar("_V")

_TUPLE, _MAPPING, _SET, _DECIMAL, _PLACE, _INTERVAL, _OBJECT = range(7)


def _classes() -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for module in (model, expression):
        for name, value in vars(module).items():
            if dataclasses.is_dataclass(value) and isinstance(value, type) and value.__module__ == module.__name__:
                found[name] = value
    return found


_CLASSES = _classes()
_FIELDS = {
    cls: [(part.name, part.default, part.default_factory) for part in dataclasses.fields(cls)]
    for cls in _CLASSES.values()
}


class Encoder:
    """Turns values into what JSON can hold; files are numbered."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}

    def encode(self, value: Any) -> Any:
        if value is None or isinstance(value, (str, bool, int)):
            return value
        if isinstance(value, tuple):
            return [_TUPLE, *map(self.encode, value)]
        if isinstance(value, Mapping):
            flat = [_MAPPING]
            for key, item in value.items():
                flat += [self.encode(key), self.encode(item)]
            return flat
        if isinstance(value, frozenset):
            return [_SET, *sorted(value)]
        if isinstance(value, Decimal):
            return [_DECIMAL, str(value)]
        if isinstance(value, Place):
            return [_PLACE, self.files.setdefault(value.file, len(self.files)), value.line, value.column]
        if isinstance(value, Interval):
            return [_INTERVAL, str(value.low), str(value.high), value.low_open, value.high_open]
        return [_OBJECT, type(value).__name__, self._parts(value)]

    def _parts(self, value: Any) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for name, default, factory in _FIELDS[type(value)]:
            item = getattr(value, name)
            usual = default if default is not dataclasses.MISSING else dataclasses.MISSING
            if factory is not dataclasses.MISSING:
                usual = factory()
            if usual is dataclasses.MISSING or item != usual or type(item) is not type(usual):
                parts[name] = self.encode(item)
        return parts


class Decoder:
    """Turns JSON back into values; the same place is made once."""

    def __init__(self, files: list[str]) -> None:
        self.files = files
        self._opened: dict[int, Callable[[list[Any]], Any]] = {
            _TUPLE: self._tuple,
            _MAPPING: self._mapping,
            _SET: lambda value: frozenset(value[1:]),
            _DECIMAL: lambda value: Decimal(value[1]),
            _PLACE: lambda value: Place(self.files[value[1]], value[2], value[3]),
            _INTERVAL: lambda value: Interval(Decimal(value[1]), Decimal(value[2]), value[3], value[4]),
            _OBJECT: self._object,
        }

    def decode(self, value: Any) -> Any:
        return self._opened[value[0]](value) if type(value) is list else value

    def _tuple(self, value: list[Any]) -> tuple[Any, ...]:
        opened = self._opened
        return tuple(opened[item[0]](item) if type(item) is list else item for item in value[1:])

    def _mapping(self, value: list[Any]) -> dict[Any, Any]:
        decode = self.decode
        return {decode(value[at]): decode(value[at + 1]) for at in range(1, len(value), 2)}

    def _object(self, value: list[Any]) -> Any:
        opened = self._opened
        parts = value[2]
        for name, item in parts.items():
            if type(item) is list:
                parts[name] = opened[item[0]](item)
        return _CLASSES[value[1]](**parts)


class Unopened(Mapping[str, _V]):
    """A mapping whose values are JSON lines until they are asked for."""

    __slots__ = ("_decoder", "_lines", "_opened")

    def __init__(self, lines: dict[str, str], decoder: Decoder) -> None:
        self._lines, self._decoder = lines, decoder
        self._opened: dict[str, _V] = {}

    def __getitem__(self, key: str) -> _V:
        found = self._opened.get(key)
        if found is None:
            found = self._opened[key] = self._decoder.decode(json.loads(self._lines[key]))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, key: object) -> bool:
        return key in self._lines

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._lines)})"


_PLAIN = ("digest", "glossary", "sections", "scope")
_KINDS = tuple(part.name for part in dataclasses.fields(model.KnowledgeBase) if part.name not in _PLAIN)


def dump(kb: model.KnowledgeBase) -> str:
    """A knowledge base as lines: what there is, then an entry a line."""
    encoder = Encoder()
    lines: list[str] = []
    ids: dict[str, list[str]] = {}
    for kind in _KINDS:
        entries: Mapping[str, Any] = getattr(kb, kind)
        ids[kind] = list(entries)
        lines += [_line(encoder.encode(entry)) for entry in entries.values()]
    head = {
        "plain": {name: encoder.encode(getattr(kb, name)) for name in _PLAIN},
        "ids": ids,
        "files": list(encoder.files),
    }
    return "\n".join([_line(head), *lines])


def restore(text: str) -> model.KnowledgeBase:
    """The knowledge base that was dumped; entries are opened when they are looked at.

    Raises:
        ValueError, KeyError, TypeError: the text is no such dump.
    """
    lines = text.split("\n")
    head = json.loads(lines[0])
    decoder = Decoder(head["files"])
    values: dict[str, Any] = {name: decoder.decode(item) for name, item in head["plain"].items()}
    start = 1
    for kind in _KINDS:
        ids = head["ids"][kind]
        found = dict(zip(ids, lines[start : start + len(ids)], strict=True))
        values[kind] = Unopened(found, decoder)
        start += len(ids)
    if start != len(lines):
        raise ValueError("entries without ids")
    return model.KnowledgeBase(**values)


def dump_tree(tree: expression.Node) -> Any:
    """A checked premise or formula as JSON; files are written out."""
    encoder = Encoder()
    encoded = encoder.encode(tree)
    return [list(encoder.files), encoded]


def restore_tree(value: Any) -> expression.Node:
    tree = Decoder(value[0]).decode(value[1])
    if not isinstance(tree, expression.Node):
        raise TypeError("no tree")
    return tree


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

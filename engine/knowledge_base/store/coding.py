"""The values of a knowledge base as plain JSON and back, entry by entry, each opened only when it is looked at.

Nothing here can run code: only the classes of the model, of trees and of intervals are ever made.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, ValuesView
from decimal import Decimal
from functools import partial
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Any, TypeVar

from ...premises import expression
from ...values.interval import Interval
from ...values.problems import Place
from .. import entry as every_entry
from .. import model
from ..files.nodes import ListNode, MapNode, Node, Text
from ..unread import Unread, unread

_K = TypeVar("_K")
_V = TypeVar("_V")

_TUPLE, _MAPPING, _SET, _DECIMAL, _PLACE, _INTERVAL, _OBJECT, _PLACES = range(8)


def _classes() -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for module in (every_entry, model, expression):
        for name, value in vars(module).items():
            if hasattr(value, "__dataclass_fields__") and getattr(value, "__module__", "") == module.__name__:
                found[name] = value
    return found


_CLASSES = _classes()
_MISSING = object()


def _usual(part: dataclasses.Field[Any]) -> Any:
    """The default of a field."""
    if part.default is not dataclasses.MISSING:
        return part.default
    return part.default_factory() if part.default_factory is not dataclasses.MISSING else _MISSING


class _Fields(dict[type[Any], list[tuple[str, Any]]]):
    """The parts of each kind of value, with what each usually is; looked up when the first of a kind is met."""

    def __missing__(self, kind: type[Any]) -> list[tuple[str, Any]]:
        found = self[kind] = [(part.name, _usual(part)) for part in dataclasses.fields(kind)]
        return found


_FIELDS = _Fields()
_set = object.__setattr__
_new: Any = tuple.__new__
_quoted = encode_basestring_ascii
_PLACES_KEY = '"places":'


class _Shape:
    """The layout of values of one class: the text that opens them, the key of each field, and its default."""

    __slots__ = ("get", "head", "keys", "usual")

    def __init__(self, kind: type[Any], bare: bool) -> None:
        left_out = {part.name for part in dataclasses.fields(kind) if bare and not part.compare}
        parts = [(name, usual) for name, usual in _FIELDS[kind] if name not in left_out]
        names = [name for name, _ in parts]
        get = attrgetter(*names) if parts else lambda value: ()
        self.head = f'[{_OBJECT},"{kind.__name__}",{{'
        self.keys = [f'"{name}":' for name in names]
        self.usual = [usual for _, usual in parts]
        self.get = get if len(parts) != 1 else lambda value: (get(value),)


class Encoder:
    """Writes values as JSON, without the way round by lists and mappings; files are numbered.

    `bare`: without what equality leaves out, such as where a premise stands.
    """

    def __init__(self, bare: bool = False) -> None:
        self.files: dict[str, int] = {}
        self._bare = bare
        self._shapes: dict[type[Any], _Shape] = {}

    def text(self, value: Any) -> str:
        """A value as JSON; what is left out is what it usually is.

        Raises:
            TypeError: for what is no part of a knowledge base.
        """
        kind = type(value)
        if kind is str:
            return _quoted(value)
        if value is None:
            return "null"
        if kind is bool:
            return "true" if value else "false"
        if kind is int:
            return str(value)
        if kind is tuple:
            text = self.text
            return _tagged(_TUPLE, [_quoted(item) if type(item) is str else text(item) for item in value])
        if kind is Place:
            return self._place(value)
        if _CLASSES.get(kind.__name__) is kind:
            return self._object(value, kind)
        if kind is frozenset:
            return _tagged(_SET, [_quoted(item) for item in sorted(value)])
        if kind is Decimal:
            return f'[{_DECIMAL},"{value}"]'
        if kind is Interval:
            ends = f"{self.text(value.low_open)},{self.text(value.high_open)}"
            return f'[{_INTERVAL},"{value.low}","{value.high}",{ends}]'
        if isinstance(value, Mapping):
            return _tagged(_MAPPING, [f"{self.text(key)},{self.text(item)}" for key, item in value.items()])
        raise TypeError(f"{kind.__name__} is no part of a knowledge base")

    def _object(self, value: Any, kind: type[Any]) -> str:
        shape = self._shapes.get(kind)
        if shape is None:
            shape = self._shapes[kind] = _Shape(kind, self._bare)
        parts: list[str] = []
        for key, usual, item in zip(shape.keys, shape.usual, shape.get(value)):  # noqa: B905 - as long as each other, and often
            if item is usual:
                continue
            of = type(item)
            if of is str:
                if item != usual:
                    parts.append(key + _quoted(item))
            elif of is Place:
                parts.append(key + self._place(item))
            elif key == _PLACES_KEY:
                parts.append(key + self._places(item))
            elif usual is None or usual is _MISSING or item != usual or of is not type(usual):
                parts.append(key + self.text(item))
        return f"{shape.head}{','.join(parts)}}}]"

    def _place(self, place: Place) -> str:
        file, line, column = place
        if file not in self.files:
            self.files[file] = len(self.files)
        return f"[{_PLACE},{self.files[file]},{line},{column}]"

    def _places(self, places: Mapping[str, Place]) -> str:
        """Where the keys of an entry stand, all in one file."""
        files, parts = self.files, []
        for key, (file, line, column) in places.items():
            if file not in files:
                files[file] = len(files)
            parts.append(f"{_quoted(key)},{files[file]},{line},{column}")
        return _tagged(_PLACES, parts)


def _tagged(tag: int, parts: Sequence[str]) -> str:
    return f"[{tag},{','.join(parts)}]" if parts else f"[{tag}]"


class Decoder:
    """Turns JSON back into values; the same place is made once."""

    def __init__(self, files: list[str]) -> None:
        self.files = files
        self._opened: dict[int, Callable[[list[Any]], Any]] = {
            _TUPLE: self._tuple,
            _MAPPING: self._mapping,
            _SET: lambda value: frozenset(value[1:]),
            _DECIMAL: lambda value: Decimal(value[1]),
            _PLACE: lambda value: _new(Place, (self.files[value[1]], value[2], value[3])),
            _INTERVAL: lambda value: Interval(Decimal(value[1]), Decimal(value[2]), value[3], value[4]),
            _OBJECT: self._object,
            _PLACES: lambda value: Places(value, self.files),
        }

    def decode(self, value: Any) -> Any:
        return self._opened[value[0]](value) if type(value) is list else value

    def read(self, line: str) -> Any:
        """The value that is written in a line."""
        return self.decode(_read(line))

    def parts(self, line: str) -> dict[str, Any]:
        """The parts of the object that is written in a line, none of them decoded."""
        parts: dict[str, Any] = _read(line)[2]
        return parts

    def _tuple(self, value: list[Any]) -> tuple[Any, ...]:
        opened = self._opened
        return tuple(opened[item[0]](item) if type(item) is list else item for item in value[1:])

    def _mapping(self, value: list[Any]) -> dict[Any, Any]:
        decode = self.decode
        return {decode(value[at]): decode(value[at + 1]) for at in range(1, len(value), 2)}

    def _object(self, value: list[Any]) -> Any:
        """An object of its parts, without the way round by its constructor: it was one before."""
        kind = _CLASSES[value[1]]
        if issubclass(kind, Unread):
            return unread(kind, value[2]["id"], value[2], self)
        made = object.__new__(kind)
        opened, parts = self._opened, value[2]
        for name, usual in _FIELDS[kind]:
            if name in parts:
                item = parts[name]
                _set(made, name, opened[item[0]](item) if type(item) is list else item)
            elif usual is not _MISSING:
                _set(made, name, usual)
            else:
                raise KeyError(name)
        return made


class Places(Mapping[str, Place]):
    """The places of the keys of an entry, decoded lazily."""

    __slots__ = ("_files", "_flat")

    def __init__(self, flat: list[Any], files: list[str]) -> None:
        self._flat, self._files = flat, files

    def __getitem__(self, key: str) -> Place:
        flat = self._flat
        for at in range(1, len(flat), 4):
            if flat[at] == key:
                return Place(self._files[flat[at + 1]], flat[at + 2], flat[at + 3])
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat[1::4])

    def __len__(self) -> int:
        return len(self._flat) // 4


class Unopened(Mapping[_K, _V]):
    """A mapping whose values are lines of a text until they are asked for; `open` makes the value of a line."""

    __slots__ = ("_in_order", "_open", "_opened", "_spans", "_text")

    def __init__(self, text: bytes, spans: dict[_K, slice], open: Callable[[_K, str], _V]) -> None:
        self._text, self._spans, self._open = text, spans, open
        self._opened: dict[_K, _V] = {}
        self._in_order = False

    def __getitem__(self, key: _K) -> _V:
        found = self._opened.get(key)
        if found is None:
            found = self._opened[key] = self._open(key, self._text[self._spans[key]].decode("ascii"))
        return found

    def __iter__(self) -> Iterator[_K]:
        return iter(self._spans)

    def get(self, key: _K, default: Any = None) -> Any:  # far quicker than by an exception
        return self[key] if key in self._spans else default

    def values(self) -> ValuesView[_V]:
        if not self._in_order:  # opened one by one they stand in the order in which somebody asked
            self._opened = {key: self[key] for key in self._spans}
            self._in_order = True
        return self._opened.values()

    def __len__(self) -> int:
        return len(self._spans)

    def __contains__(self, key: object) -> bool:
        return key in self._spans

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._spans)})"


_read = json.JSONDecoder().decode
_line = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_PLAIN = ("digest", "glossary", "sections", "words", "word_places", "scope", "replaced", "weakened")
_KINDS = tuple(part.name for part in dataclasses.fields(model.KnowledgeBase) if part.name not in _PLAIN)


def bound(head: Any, lines: Sequence[str]) -> bytes:
    """A JSON value and lines of JSON as one text, from which each line can be cut without looking through the rest."""
    return "\n".join([_line([head, [*map(len, lines)]]), *lines]).encode("ascii")


def unbound(text: bytes) -> tuple[Any, list[slice]]:
    """The head of such a text, and where in it each line lies.

    Raises:
        ValueError, TypeError: the text is none.
    """
    end = text.index(b"\n") if b"\n" in text else len(text)
    head, sizes = _read(text[:end].decode("ascii"))
    spans = []
    for size in sizes:
        spans.append(slice(end + 1, end + 1 + size))
        end += 1 + size
    if end != len(text):
        raise ValueError("lines of other lengths")
    return head, spans


def dump(kb: model.KnowledgeBase) -> bytes:
    """A knowledge base as text: what there is, then an entry a line."""
    encoder = Encoder()
    lines: list[str] = []
    ids: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    for kind in _KINDS:
        entries: Mapping[str, Any] = getattr(kb, kind)
        ids[kind] = list(entries)
        for entry in entries.values():
            kinds[kind] = type(entry).__name__
            lines.append(encoder.text(entry))
    plain = {name: _read(encoder.text(getattr(kb, name))) for name in _PLAIN}
    return bound({"plain": plain, "ids": ids, "kinds": kinds, "files": list(encoder.files)}, lines)


def restore(text: bytes) -> model.KnowledgeBase:
    """The knowledge base that was dumped; entries are opened when they are looked at.

    Raises:
        ValueError, KeyError, TypeError: the text is no such dump.
    """
    head, spans = unbound(text)
    decoder = Decoder(head["files"])
    values: dict[str, Any] = {name: decoder.decode(item) for name, item in head["plain"].items()}
    start = 0
    for kind in _KINDS:
        ids = head["ids"][kind]
        found = dict(zip(ids, spans[start : start + len(ids)], strict=True))
        values[kind] = Unopened(text, found, partial(_entry, _CLASSES[head["kinds"][kind]], decoder)) if ids else {}
        start += len(ids)
    if start != len(spans):
        raise ValueError("entries without ids")
    return model.KnowledgeBase(**values)


def _entry(kind: type[Unread], decoder: Decoder, id: str, line: str) -> Unread:
    return unread(kind, id, line, decoder)


def dump_node(node: Node) -> Any:
    """A part of a file as JSON: line, column, then a text, a list of parts, or keys and values in turn."""
    line, column = node.place.line, node.place.column
    if isinstance(node, Text):
        return [line, column, node.value, node.style, node.raw] if node.raw else [line, column, node.value]
    if isinstance(node, ListNode):
        return [line, column, [dump_node(item) for item in node.items]]
    return [line, column, [dump_node(part) for pair in node.pairs for part in pair], 0]


def restore_node(value: list[Any], file: str) -> Any:
    line, column, inside = value[0], value[1], value[2]
    place = _new(Place, (file, line, column))  # as Place(...), without the way round by its parameters
    if type(inside) is str:
        return _new(Text, (inside, place, "", "") if len(value) == 3 else (inside, place, value[3], value[4]))
    parts = [
        _new(Text, (item[2], _new(Place, (file, item[0], item[1])), "", ""))  # most are plain texts
        if len(item) == 3 and type(item[2]) is str
        else restore_node(item, file)
        for item in inside
    ]
    if len(value) == 3:
        return _new(ListNode, (tuple(parts), place))
    return _new(MapNode, (tuple(zip(parts[::2], parts[1::2], strict=True)), place, ()))


def dump_tree(tree: expression.Node) -> str:
    """A checked premise or formula as JSON; files are written out."""
    encoder = Encoder()
    text = encoder.text(tree)
    return f"[{_line(list(encoder.files))},{text}]"


def dump_trees(trees: Iterable[expression.Node]) -> list[str]:
    """Checked premises, a line each, without their places: for what is evaluated and never shown."""
    encoder = Encoder(bare=True)
    return [encoder.text(tree) for tree in trees]


def restore_trees(text: bytes, spans: dict[_K, slice]) -> Mapping[_K, Any]:
    """The trees whose lines lie there in a text; each is opened when it is looked at."""
    decoder = Decoder([])
    return Unopened(text, spans, lambda _, line: decoder.read(line))


def restore_tree(value: Any) -> expression.Node:
    _trees.files, encoded = value
    tree = _trees.decode(encoded)
    if not isinstance(tree, expression.Node):
        raise TypeError("no tree")
    return tree


_trees = Decoder([])
"""For one tree after the other; each brings its files."""

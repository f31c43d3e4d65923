"""A file read by itself: its entries and rules as drafts, each with the problems and references found in it.

What comes of a file depends on its contents and kind alone, so that whoever reads again keeps it while they stay. What
depends on the others (an id that is there already, an entry that replaces one) is left to whoever puts them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...values.problems import Place, Problem
from ..files.layout import Written
from ..files.nodes import MapNode, Node, Text, describe
from . import entries, rules
from .premises import Memory
from .values.scalars import Desk, Reference


@dataclass(slots=True)
class Part:
    """An entry or rule: `node` as it is written, `draft` what was read of it (None where nothing could be).

    `replaces` is the key and the value that take another's place, without which it was read.
    """

    kind: str
    key: Text
    node: Node
    draft: entries.Draft | rules.Draft | None
    problems: tuple[Problem, ...]
    references: tuple[Reference, ...]
    replaces: tuple[Text, Node] | None = None
    misplaced: bool = False
    """A rule among the knowledge; it is told of, and no entry is missed for it."""


@dataclass(slots=True)
class Sheet:
    """A file: what is wrong with it as a whole, and its parts in their order."""

    kind: str
    node: Node | None
    problems: tuple[Problem, ...]
    parts: tuple[Part, ...] = ()
    references: tuple[Reference, ...] = ()
    """What the file refers to beside its parts: in `common`."""
    plain: tuple[tuple[Text, Node], ...] = field(default=())


def read(item: Written, kind: str, memory: Memory) -> Sheet:
    """A file of this kind, by itself. Entries that stand as they did when it was last read are those of then."""
    node, problems = _nodes(item, kind, memory)
    desk = Desk(list(problems))
    if not isinstance(node, MapNode):
        if node is None and not problems:
            desk.say("OL114", "nothing is written in this file", Place(item.file), "write an entry, or remove it")
        elif node is not None:
            what = f"entries by id are expected, not {describe(node)}"
            desk.say("OL123", what, node.place, "write 'id:', then its keys")
        return Sheet(kind, node, tuple(desk.problems))
    if kind in entries.PLAIN:
        return Sheet(kind, node, tuple(desk.problems), plain=node.pairs)
    last = memory.last(item.file)
    known = _Known(last if isinstance(last, Sheet) and last.kind == kind else None)
    parts = tuple(_rules(node, desk, known) if kind == "rules" else _knowledge(kind, node, desk, known))
    return Sheet(kind, node, tuple(desk.problems), parts, tuple(desk.references))


def _nodes(item: Written, kind: str, memory: Memory) -> tuple[Node | None, list[Problem]]:
    """The nodes of a file, remembered where nothing was wrong with it."""
    node = memory.node(item.content, item.file)
    if node is not None:
        return node, []
    from ..files.source import PROSE, load_text  # yaml is only loaded where a file changed

    prose = None if kind in entries.PLAIN else PROSE
    pieces = memory.pieces(item.file) if memory.last(item.file) is not None else None
    node, problems = load_text(item.content, item.file, prose=prose, pieces=pieces)
    if node is not None and not problems:
        memory.keep_node(item.content, item.file, node)
    return node, problems


class _Known:
    """The parts of a file as it was, by what was written there: those whose very nodes stand in it still."""

    def __init__(self, sheet: Sheet | None) -> None:
        self._parts = {id(part.node): part for part in sheet.parts} if sheet is not None else {}
        pairs = sheet.node.pairs if sheet is not None and isinstance(sheet.node, MapNode) else ()
        self._common = next((value for key, value in pairs if key.value == "common"), None)

    def part(self, key: Text, node: Node) -> Part | None:
        found = self._parts.get(id(node))
        return found if found is not None and found.key is key and found.node is node else None

    def shares(self, node: MapNode) -> bool:
        """Whether what rules of a file have in common is what it was."""
        return next((value for key, value in node.pairs if key.value == "common"), None) is self._common


def _knowledge(kind: str, node: MapNode, desk: Desk, known: _Known) -> Iterator[Part]:
    if kind != "units":
        yield from (known.part(key, value) or _entry(kind, key, value) for key, value in node.pairs)
        return
    for key, value in node.pairs:
        if key.value not in ("units", "analytes"):
            desk.say("OL101", f"unknown key '{key.value}'", key.place, "this file has 'units:' and 'analytes:'")
        elif isinstance(value, MapNode):
            yield from (known.part(inner, entry) or _entry(key.value, inner, entry) for inner, entry in value.pairs)
        else:
            desk.wrong(value, key.value, "entries by id")


def _entry(kind: str, key: Text, node: Node) -> Part:
    desk = Desk()
    if isinstance(node, MapNode) and rules.looks_like_one(node):
        desk.say("OL113", f"'{key.value}' is a rule, not an entry of knowledge", key.place, "move it to rules/")
        return Part(kind, key, node, None, tuple(desk.problems), (), misplaced=True)
    entry, replaces = _apart(node)
    draft = entries.read(kind, key, entry, desk)
    return Part(kind, key, node, draft, tuple(desk.problems), tuple(desk.references), replaces)


def _rules(node: MapNode, desk: Desk, known: _Known) -> Iterator[Part]:
    shared, same = rules.Common(), known.shares(node)
    for position, (key, value) in enumerate(node.pairs):
        if key.value == "common":
            if position:
                desk.say("OL112", "'common' stands at the top of its file", key.place, "move it up")
            shared = rules.common(value, key.place, desk)
            continue
        found = known.part(key, value) if same else None
        if found is not None:
            yield found
            continue
        own = Desk()
        entry, replaces = _apart(value)
        draft = rules.read(key, entry, shared, own)
        yield Part("rules", key, value, draft, tuple(own.problems), tuple(own.references), replaces)


def _apart(node: Node) -> tuple[Node, tuple[Text, Node] | None]:
    """An entry without its key `replaces`, and that."""
    if not isinstance(node, MapNode):
        return node, None
    found = next((pair for pair in node.pairs if pair[0].value == "replaces"), None)
    if found is None:
        return node, None
    rest = tuple(pair for pair in node.pairs if pair[0].value != "replaces")
    return MapNode(rest, node.place, node.broken), found

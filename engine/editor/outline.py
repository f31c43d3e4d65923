"""What a file holds, and where everything is written that somebody may look for."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from ..knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from ..values.problems import Place
from ..workbench.survey.things import OTHERS, READABLE, Thing
from .base import Base
from .text.buffers import range_at, to_uri, word_range

_SHOWN = {
    "rules": types.SymbolKind.Function,
    "findings": types.SymbolKind.Field,
    "quantities": types.SymbolKind.Number,
    "states": types.SymbolKind.Boolean,
    "scales": types.SymbolKind.Enum,
    "thresholds": types.SymbolKind.Constant,
    "conditions": types.SymbolKind.Class,
    "interventions": types.SymbolKind.Object,
    "alerts": types.SymbolKind.Event,
    "sources": types.SymbolKind.File,
    "choices": types.SymbolKind.Enum,
}
_MOST = 200


def of_file(base: Base, path: Path) -> list[types.DocumentSymbol]:
    """The entries of a file, in their order; of a file of cases their names."""
    lines = base.lines(path)
    node, _ = base.notation(path)
    kind = base.kind(path)
    named = list(_named(node, kind))
    starts = [lines.offset(key.place.line, key.place.column) for key, _, _ in named]
    ends = [*starts[1:], len(lines.text)] if starts else []
    found = []
    for (key, label, name), start, end in zip(named, starts, ends, strict=True):
        whole = range_at(lines, start, start + len(lines.text[start:end].rstrip()), base.columns)
        word = word_range(lines, key.place, len(key.value), base.columns)
        shown = _SHOWN.get(kind, types.SymbolKind.Struct)
        found.append(types.DocumentSymbol(name or "?", shown, whole, word, detail=label or None))
    return found


def _named(node: Node | None, kind: str) -> list[tuple[Text, str, str]]:
    """Where each entry begins, what it is called, and its id."""
    if isinstance(node, ListNode):
        found = []
        for item in node.items:
            name = item.get("name") if isinstance(item, MapNode) else None
            if isinstance(item, MapNode) and item.pairs and isinstance(name, Text):
                found.append((item.pairs[0][0], "", name.value))
        return found
    if not isinstance(node, MapNode):
        return []
    pairs = list(node.pairs)
    if kind == "units":
        pairs = [pair for _, value in node.pairs if isinstance(value, MapNode) for pair in value.pairs]
    return [(key, _label(value), key.value) for key, value in pairs]


def _label(node: Node) -> str:
    for key in ("title", "label", "question", "citation"):
        found = node.get(key) if isinstance(node, MapNode) else None
        if isinstance(found, Text):
            return found.value
    return node.value if isinstance(node, Text) else ""


def everywhere(base: Base, query: str) -> list[types.WorkspaceSymbol]:
    """Entries and cases whose id, label or synonym holds every word of a query."""
    force, words = base.in_force, query.casefold().replace("_", " ").split()
    if force is None:
        return []
    found: list[types.WorkspaceSymbol] = []
    for kind in (*READABLE, *OTHERS):
        for entry in getattr(force.kb, kind).values():
            said = " ".join((entry.id, entry.label, *entry.synonyms)).casefold().replace("_", " ")
            if entry.place.line and all(word in said for word in words):
                singular = Thing(kind, entry.id).singular
                label = f"{singular} \u00b7 {entry.label}" if entry.label else singular
                found.append(_symbol(base, entry.id, kind, entry.place, label))
        if len(found) >= _MOST:
            return found[:_MOST]
    for one in force.worked if words else ():
        if all(word in one.name.casefold() for word in words):
            found.append(_symbol(base, one.name, "cases", one.place, "worked case"))
    return found[:_MOST]


def _symbol(base: Base, name: str, kind: str, place: Place, label: str) -> types.WorkspaceSymbol:
    path = base.path(place.file)
    start = types.Position(max(place.line - 1, 0), max(place.column - 1, 0))
    location = types.Location(to_uri(path), types.Range(start, start))
    return types.WorkspaceSymbol(location, name, _SHOWN.get(kind, types.SymbolKind.Struct), container_name=label)

"""One way to lay out rules and knowledge: keys in their order, two spaces, lines that fit, every comment kept.

What comes out must say what went in, keep every comment, and be left alone the next time; where it would not, the file
stays as it is and the author is told.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from ...knowledge_base.files import source
from ...knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from ...knowledge_base.reading import entries, rules
from ...values.problems import Place, Problem
from . import layout

WIDTH = 120
_MODELINE = "# yaml-language-server: $schema="
_LAST = ("note", "sources", "rows", "codes", "kept_because", "suppress", "withdrawn")
_ROUNDS = 4
"""After so many passes a text that still changes never settles."""


def rule_order() -> tuple[str, ...]:
    """What holds, what is concluded, for whom, when, why, who says so."""
    own = tuple(key for key, known in rules.KEYS.items() if known.verbs)
    first = ("replaces", "title", "synonyms", *rules.VERBS, *own, "guideline", "grade", "region", "outside_scope")
    listed = (*first, *rules.PREMISED, "because", "note", "sources", "rows", "evidence")
    return (*listed, *(key for key in rules.KEYS if key not in listed))


def entry_order(kind: str) -> tuple[str, ...]:
    """What it is called, what it is, who says so."""
    own = tuple(key for key in entries.KINDS[kind].keys if key not in _LAST)
    return ("replaces", "label", "synonyms", *own, *_LAST)


def kind_of(path: PurePath) -> str:
    """`rules`, or the kind of knowledge, by where a file lies; empty where it is neither."""
    parts = path.parts
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "rules":
            return "rules"
        if parts[at] == "knowledge":
            kind = parts[at + 1].removesuffix(".yaml")
            return kind if kind in entries.KINDS or kind in entries.PLAIN else ""
    return ""


def schema_for(path: Path, kind: str) -> str:
    """The JSON Schema for such files that lies nearest, as seen from the file; empty where there is none."""
    for folder in path.resolve().parents:
        for place in (folder / "docs" / "schema", folder / "schema"):
            if (place / f"{kind}.json").is_file():
                return Path(os.path.relpath(place / f"{kind}.json", path.resolve().parent)).as_posix()
    return ""


def formatted(text: str, kind: str, file: str, schema: str = "") -> tuple[str, list[Problem]]:
    """The file as it should be laid out; unchanged, with the problems, where that cannot be done.

    Args:
        schema: where the file's JSON Schema lies, as seen from the file; it is named in the first line for editors.
    """
    node, problems = source.load_text(text, file, prose=None if kind in entries.PLAIN else source.PROSE)
    if problems or node is None:
        return text, problems
    try:
        laid = _settled(text, kind, schema)
    except (YAMLError, ValueError, AttributeError, TypeError, LookupError, AssertionError, RecursionError):
        laid = None
    if laid is None or not _same(node, laid, kind, file) or _comments(text) != _comments(laid):
        hint = "a comment inside a list in brackets is the usual reason: give it a line of its own"
        what = "this file cannot be laid out without changing what it says, and stays as it is"
        return text, [Problem("OL701", what, Place(file), hint=hint)]
    return laid, []


def _settled(text: str, kind: str, schema: str) -> str | None:
    """The text laid out until nothing changes any more."""
    before = _headed(text, schema)
    for _ in range(_ROUNDS):
        after = _spaced(_emitted(_ordered(before, kind), kind), kind)
        if after == before:
            return after
        before = after
    return None


def _headed(text: str, schema: str) -> str:
    """With the line that tells editors of the schema, once."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    while lines and lines[0].startswith(_MODELINE):
        del lines[0]
    own = [f"{_MODELINE}{schema}"] if schema else [line for line in text.split("\n")[:1] if line.startswith(_MODELINE)]
    return "\n".join([*own, *lines]) + "\n"


# --- the order of keys ------------------------------------------------------------------------------------------------


def _ordered(text: str, kind: str) -> str:
    """With the keys of every entry in their order, each with the comments above it."""
    if kind in entries.PLAIN:
        return text
    lines = text.split("\n")
    for entry, order, end in reversed(list(_blocks(text, kind, len(lines)))):
        starts = [key.place.line for key, _ in entry.pairs]
        column = entry.pairs[0][0].place.column - 1
        if len(set(starts)) < len(starts) or any(key.place.column - 1 != column for key, _ in entry.pairs):
            continue  # in braces
        if lines[starts[0] - 1][:column].strip():
            continue
        begins = [_with_comments(lines, start, column) for start in starts]
        end = _without_trailing(lines, end, column)
        bounds = [*begins, end]
        pieces = {key.value: lines[bounds[at] : bounds[at + 1]] for at, (key, _) in enumerate(entry.pairs)}
        rank = {key: at for at, key in enumerate(order)}
        wanted = sorted(pieces, key=lambda key: rank.get(key, len(rank)))
        lines[begins[0] : end] = [line for key in wanted for line in pieces[key]]
    return "\n".join(lines)


def _blocks(text: str, kind: str, count: int) -> Iterator[tuple[MapNode, tuple[str, ...], int]]:
    """Each entry with the order of its keys, and the line (from 0) behind its last."""
    node, _ = source.load_text(text, "")
    if not isinstance(node, MapNode):
        return
    groups = [(kind, node.pairs)]
    if kind == "units":
        groups = [(key.value, value.pairs) for key, value in node.pairs if isinstance(value, MapNode)]
    ends = [key.place.line - 1 for _, pairs in groups for key, _ in pairs]
    ends += [key.place.line - 1 for key, _ in node.pairs]
    for name, pairs in groups:
        for key, value in pairs:
            if not isinstance(value, MapNode) or not value.pairs:
                continue
            order = _order_of(name, key.value)
            yield value, order, min((end for end in ends if end >= key.place.line), default=count)


def _order_of(kind: str, identity: str) -> tuple[str, ...]:
    if kind == "rules":
        return rules.COMMON_KEYS if identity == "common" else rule_order()
    return entry_order(kind) if kind in entries.KINDS else ()


def _with_comments(lines: list[str], start: int, column: int) -> int:
    """The line (from 0) a key begins at, the comments right above it included."""
    at = start - 1
    while at > 0 and lines[at - 1].lstrip().startswith("#") and _depth(lines[at - 1]) >= column:
        at -= 1
    return at


def _without_trailing(lines: list[str], end: int, column: int) -> int:
    """The end of an entry without the blank lines and comments that belong to what follows."""
    end = min(end, len(lines))
    while end > 0 and (not lines[end - 1].strip() or _outer_comment(lines[end - 1], column)):
        end -= 1
    return end


def _outer_comment(line: str, column: int) -> bool:
    return line.lstrip().startswith("#") and _depth(line) < column


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


# --- layout -----------------------------------------------------------------------------------------------------------


def _emitted(text: str, kind: str) -> str:
    """Loaded with its comments and written again."""
    yaml = layout.writer(WIDTH)
    loaded = yaml.load(text)
    if kind not in entries.PLAIN and isinstance(loaded, CommentedMap):
        for name, entry in loaded.items():
            if isinstance(entry, CommentedMap) and entry.fa.flow_style():
                _in_order(entry, _order_of(kind, str(name)))
        layout.opened(loaded, 0, WIDTH)
    stream = io.StringIO()
    yaml.dump(loaded, stream)
    return stream.getvalue()


def _in_order(entry: CommentedMap, order: tuple[str, ...]) -> None:
    rank: Mapping[str, int] = {key: at for at, key in enumerate(order)}
    for key in sorted(entry, key=lambda key: rank.get(str(key), len(rank))):
        entry.move_to_end(key)


def _spaced(text: str, kind: str) -> str:
    """No two blank lines, none at the end, one before each rule."""
    lines: list[str] = []
    for line in (one.rstrip() for one in text.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    if kind == "rules":
        lines = _apart(lines)
    return "\n".join(lines).strip("\n") + "\n"


def _apart(lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        opens = re.match(r"[\w-]+:", line) is not None
        if opens:
            at = len(found)
            while at and found[at - 1].startswith("#"):
                at -= 1
            if at and found[at - 1] and any(one and not one.startswith("#") for one in found):
                found.insert(at, "")
        found.append(line)
    return found


# --- the same as before -----------------------------------------------------------------------------------------------


def _same(node: Node, laid: str, kind: str, file: str) -> bool:
    again, problems = source.load_text(laid, file, prose=None if kind in entries.PLAIN else source.PROSE)
    return again is not None and not problems and _meaning(node, 0) == _meaning(again, 0)


def _meaning(node: Node, depth: int) -> Any:
    """What is written, the order of an entry's keys apart."""
    if isinstance(node, Text):
        return " ".join(node.value.split()) if node.style not in ("|", ">") else node.value
    if isinstance(node, ListNode):
        return [_meaning(item, depth + 1) for item in node.items]
    pairs = [(key.value, _meaning(value, depth + 1)) for key, value in node.pairs]
    return ("entry", sorted(pairs, key=lambda pair: pair[0])) if depth in (1, 2) else ("keys", pairs)


def _comments(text: str) -> list[str]:
    """What every comment says."""
    found = re.findall(r"(?m)(?:^|\s)#(.*)$", text)
    return sorted(said.strip() for said in found if not f"#{said}".startswith(_MODELINE))

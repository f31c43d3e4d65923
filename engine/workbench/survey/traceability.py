"""From what was read to what is concluded: each statement and each row of the sources with the rules that carry it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...knowledge_base.files import source
from ...knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from ...knowledge_base.model import KnowledgeBase
from ...knowledge_base.reading.values import scalars
from ...values.problems import Problem
from ..cases.cases import WorkedCase

ROWS = "docs/reference-rows.yaml"
PAGE = "docs/traceability.md"
ROOMS = ("rules", "knowledge")
MOST_CARRIERS = 6
MOST_CASES = 2

_ROW = re.compile(r"[A-FS]\d[0-9A-Z]{2}|[LX]\d\d")
_ARTICLES = ("demineralization", "mineralization")
"""The founding articles, cited by the number of the statement."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A rule or entry that names what it was written from."""

    id: str
    file: str

    @property
    def is_rule(self) -> bool:
        return self.file.startswith("rules/")


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read: statements and rows, those that only repeat statements, and those left out with the reason."""

    statements: Mapping[str, str]
    parts: Mapping[str, tuple[str, tuple[str, ...]]]
    told_by: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, tuple[str, str]]

    @property
    def known(self) -> frozenset[str]:
        return frozenset(row for _, rows in self.parts.values() for row in rows)


def rows(root: Path) -> tuple[Rows | None, list[Problem]]:
    """The list of what was read; nothing, with the problems, where it cannot be understood."""
    node, problems = source.load_file(root / ROWS, ROWS)
    if not isinstance(node, MapNode):
        return None, problems
    parts = {key: (_text(part, "label"), _texts(part, "rows")) for key, part in _pairs(node.get("parts"))}
    left = {key: (_text(one, "topic"), _text(one, "reason")) for key, one in _pairs(node.get("left_out"))}
    told = {key: tuple(_items(value)) for key, value in _pairs(node.get("told_by"))}
    statements = {key: value.value for key, value in _pairs(node.get("statements")) if isinstance(value, Text)}
    return Rows(statements, parts, told, left), problems


def carriers(root: Path) -> dict[str, tuple[Carrier, ...]]:
    """For each row and statement the rules and entries that name it, in the order of the files."""
    found: dict[str, dict[Carrier, None]] = {}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.yaml")):
            file = path.relative_to(root).as_posix()
            for entry, node in _pairs(source.load_file(path, file)[0]):
                for named in dict.fromkeys((*_texts(node, "rows"), *_located(node))):
                    found.setdefault(named, {})[Carrier(entry, file)] = None
    return {named: tuple(sorted(who, key=lambda one: (not one.is_rule, one.id))) for named, who in found.items()}


def _located(node: Node) -> Iterator[str]:
    """The rows and statements that a source is cited for, as in `who-1994 B003` and `demineralization A14`."""
    if isinstance(node, MapNode):
        for key, value in node.pairs:
            if key.value == "sources":
                for cited in _items(value):
                    by, _, where = cited.partition(" ")
                    if _ROW.fullmatch(where) or (by in _ARTICLES and scalars.ROW_NAME.fullmatch(where)):
                        yield where
            else:
                yield from _located(value)
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _located(item)


def unexplained(read: Rows, carried: Mapping[str, Sequence[Carrier]]) -> list[str]:
    """Rows and statements that nothing carries and no reason leaves out, and names that stand for no row."""
    told = {row for row, by in read.told_by.items() if all(name in carried for name in by)}
    missing = [row for row in sorted(read.known) if row not in carried and row not in told and row not in read.left_out]
    missing += [name for name in read.statements if name not in carried]
    strange = [name for name in sorted(carried) if name not in read.known and name not in read.statements]
    return [*missing, *strange, *(row for row in sorted(read.left_out) if row in carried)]


def page(kb: KnowledgeBase, root: Path, read: Rows, cases: Iterable[WorkedCase]) -> str:
    """The page, from the files as they are."""
    carried = carriers(root)
    fired: dict[str, list[str]] = {}
    for case in cases:
        for want in case.expectations:
            if want.kind == "fired" and not want.negated:
                fired.setdefault(want.subject, []).append(case.name)
    return "\n".join([*_opening(read, carried), *_statements(kb, read, carried, fired), *_parts(read, carried)]) + "\n"


def _opening(read: Rows, carried: Mapping[str, Sequence[Carrier]]) -> Iterator[str]:
    carrying = sum(1 for row in read.known if row in carried or row in read.told_by)
    yield "# From what was read to what is concluded"
    yield ""
    yield f"Made by `osteologic trace` from `{ROWS}` and from what rules and entries name under `rows` and in their"
    yield "sources. Not to be edited: change a rule, then make it anew."
    yield ""
    yield f"{len(read.statements)} statements of the founding articles. {len(read.known)} rows of the clinical table:"
    yield f"{carrying} carried, {len(read.left_out)} left out, each with its reason at the end."


def _statements(
    kb: KnowledgeBase,
    read: Rows,
    carried: Mapping[str, Sequence[Carrier]],
    fired: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    yield from ("", "## The founding articles", "", "| statement | about | rules | entries | worked cases |")
    yield "|---|---|---|---|---|"
    for name, about in read.statements.items():
        who = carried.get(name, ())
        rules = [one.id for one in who if one.is_rule]
        shown = dict.fromkeys(case for rule in rules if rule in kb.rules for case in fired.get(rule, ()))
        told = "; ".join(_cell(case) for case in list(shown)[:MOST_CASES])
        entries = _few([one.id for one in who if not one.is_rule])
        yield f"| {name} | {_cell(about)} | {_few(rules)} | {entries} | {told} |"


def _parts(read: Rows, carried: Mapping[str, Sequence[Carrier]]) -> Iterator[str]:
    for letter, (label, ids) in read.parts.items():
        yield from ("", f"## {letter}: {label}", "", "| row | rules | entries |", "|---|---|---|")
        for row in (one for one in ids if one not in read.left_out):
            who = carried.get(row, ())
            rules = _few([one.id for one in who if one.is_rule])
            entries = _few([one.id for one in who if not one.is_rule])
            by = ", ".join(read.told_by.get(row, ()))
            yield f"| {row} | {rules or (f'as {by}' if by else '')} | {entries} |"
    yield from ("", "## Left out", "", "| row | about | reason |", "|---|---|---|")
    for row, (topic, reason) in read.left_out.items():
        yield f"| {row} | {_cell(topic)} | {_cell(reason)} |"


def _few(names: Sequence[str]) -> str:
    more = len(names) - MOST_CARRIERS
    return ", ".join(names[:MOST_CARRIERS]) + (f" and {more} more" if more > 0 else "")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MapNode):
        yield from ((key.value, value) for key, value in node.pairs)


def _items(node: Node | None) -> Iterator[str]:
    if isinstance(node, ListNode):
        yield from (item.value for item in node.items if isinstance(item, Text))


def _text(node: Node, key: str) -> str:
    value = node.get(key) if isinstance(node, MapNode) else None
    return value.value if isinstance(value, Text) else ""


def _texts(node: Node, key: str) -> tuple[str, ...]:
    return tuple(_items(node.get(key))) if isinstance(node, MapNode) else ()

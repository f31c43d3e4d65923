"""Two entries side by side, feature by feature."""

from __future__ import annotations

import textwrap

from ...knowledge_base.measures import SENTENCES
from ...knowledge_base.model import Condition, Intervention
from .. import escape
from ..layout import NARROWEST, WIDEST
from .entries import FEATURES

_STACKED_BELOW = 60
_MEASURES = ("kind", "dose", *SENTENCES)

Row = tuple[str, str, str]


def conditions(one: Condition, other: Condition, width: int = 80) -> str:
    """The five features that tell two conditions apart, then what happens in each."""
    rows = [(heading, one.features.get(key, ""), other.features.get(key, "")) for key, heading in FEATURES.items()]
    rows = [row for row in rows if row[1] or row[2]]
    if not rows:
        rows = [("What it is", one.definition, other.definition)]
    rows.append(("What happens", one.mechanism, other.mechanism))
    return _table((one.label, other.label), rows, width)


def interventions(one: Intervention, other: Intervention, width: int = 80) -> str:
    """Two medicines or measures by how they work and how they are given."""
    rows = [("How it works", one.mechanism, other.mechanism)]
    rows += [(name.capitalize(), getattr(one, name), getattr(other, name)) for name in _MEASURES]
    return _table((one.label, other.label), [row for row in rows if row[1] or row[2]], width)


def _table(heads: tuple[str, str], rows: list[Row], width: int) -> str:
    width = max(NARROWEST, min(width, WIDEST + 20))
    if width < _STACKED_BELOW:
        return _stacked(heads, rows, width)
    first = max(len(row[0]) for row in rows) + 2
    column = (width - first - 2) // 2
    lines = [" " * first + escape.line(heads[0]).upper().ljust(column + 2) + escape.line(heads[1]).upper(), ""]
    for label, left, right in rows:
        lefts, rights = _cell(left, column), _cell(right, column)
        for index in range(max(len(lefts), len(rights))):
            cells = (
                label if not index else "",
                lefts[index] if index < len(lefts) else "",
                rights[index] if index < len(rights) else "",
            )
            lines.append(f"{cells[0]:{first}}{cells[1]:{column + 2}}{cells[2]}".rstrip())
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _stacked(heads: tuple[str, str], rows: list[Row], width: int) -> str:
    lines: list[str] = []
    for label, left, right in rows:
        lines.append(label.upper())
        for head, words in zip(heads, (left, right), strict=True):
            lines += textwrap.wrap(
                f"{escape.line(head)}: {escape.line(words) or '-'}",
                width,
                initial_indent="  ",
                subsequent_indent="    ",
            )
    return "\n".join(lines) + "\n"


def _cell(words: str, width: int) -> list[str]:
    return textwrap.wrap(escape.line(words), width, break_on_hyphens=False) or ["-"]

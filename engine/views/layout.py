"""Lines of one width: headings, paragraphs, entries with a label in front; for any terminal, with or without color."""

from __future__ import annotations

import textwrap

from . import escape

NARROWEST, WIDEST = 40, 100
"""Lines longer than this are hard to follow; shorter ones leave no room beside a label."""

STYLES = {"bold": "1", "red": "31", "yellow": "33", "green": "32", "dim": "2", "cyan": "36"}


class Page:
    """A text being laid out from top to bottom. Everything put on it is made harmless first."""

    def __init__(self, width: int = 80, colored: bool = False) -> None:
        self.width = max(NARROWEST, min(width, WIDEST))
        self.colored = colored
        self._lines: list[str] = []

    def text(self) -> str:
        return "\n".join(self._lines).strip("\n") + "\n"

    def blank(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def heading(self, words: str) -> None:
        self.blank()
        self._put(words.upper(), "", "", "bold")

    def paragraph(self, words: str, indent: int = 2, style: str = "") -> None:
        self._put(words, " " * indent, " " * indent, style)

    def item(self, words: str, mark: str = "-", indent: int = 2, style: str = "") -> None:
        """A line with a mark in front; what follows hangs under the first word."""
        opening = " " * indent + escape.line(mark) + " "
        self._put(words, opening, " " * len(opening), style)

    def entry(self, label: str, words: str, indent: int = 4, column: int = 9, style: str = "") -> None:
        """A label in its column, and words that hang beside it."""
        opening = " " * indent + escape.line(label).ljust(column)
        if len(opening) > indent + column or not opening.endswith(" "):
            opening += " "
        self._put(words, opening, " " * (indent + column), style)

    def columns(self, left: str, right: str, indent: int = 2, style: str = "") -> None:
        """Two texts at the two ends of a line; below each other where they do not fit."""
        left, right = escape.line(left), escape.line(right)
        gap = self.width - indent - len(left) - len(right)
        if gap < 2:
            self._put(left, " " * indent, " " * indent, style)
            self._put(right, " " * (indent + 2), " " * (indent + 2), "")
            return
        self._lines.append(" " * indent + self._styled(left, style) + " " * gap + right)

    def _put(self, words: str, first: str, rest: str, style: str) -> None:
        wrapped = textwrap.wrap(
            escape.line(words),
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
        )
        for line in wrapped or [first.rstrip()]:
            body = line.lstrip()
            self._lines.append(line[: len(line) - len(body)] + self._styled(body, style) if body else line)

    def _styled(self, words: str, style: str) -> str:
        codes = [STYLES[name] for name in style.split() if name in STYLES]
        return f"\033[{';'.join(codes)}m{words}\033[0m" if self.colored and codes and words else words

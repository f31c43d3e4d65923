"""How YAML that people wrote is written again: every value as the text it was, lines that fit, lists kept on theirs."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import RoundTripEmitter
from ruamel.yaml.events import ScalarEvent
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

_CLOSING = 2
"""What may follow the last item of a line: a bracket and a comma."""
_FOLD = "\a"
"""How ruamel.yaml marks the places a folded text is broken at."""
_ENDLESS = 1_000_000


class _Texts(VersionedResolver):
    """Every plain scalar is text, so that none is rewritten or quoted for what it looks like."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        return self.DEFAULT_SCALAR_TAG if kind is ScalarNode else super().resolve(kind, value, implicit)


class _Lines(RoundTripEmitter):
    """Breaks lines before they are too long, between words of a text and between items of a list."""

    def write_plain(self, text: Any, split: Any = True) -> None:
        if self.root_context or not _simple(text):
            super().write_plain(text, False)
            return
        if not self.whitespace:
            self._put(" ")
        self._words([text] if self.flow_level or not split else text.split(" "))

    def write_double_quoted(self, text: Any, split: Any = True) -> None:
        if not _simple(text) or '"' in text or "\\" in text:
            super().write_double_quoted(text, False)
            return
        self.write_indicator('"', True)
        self._words([f'{text}"'] if self.flow_level or not split else f'{text}"'.split(" "))

    def write_folded(self, text: Any, comment: Any) -> None:
        """Lines of a folded text are broken anew; `_FOLD` marks where."""
        indent = self.indent or 0
        lines = [_folded(line, self.best_width - indent) for line in text.replace(_FOLD, "").split("\n")]
        whole, self.best_width = self.best_width, _ENDLESS
        super().write_folded("\n".join(lines), comment)
        self.best_width = whole

    def _words(self, words: list[str]) -> None:
        for at, word in enumerate(words):
            if at and self.column + 1 + len(word) > self.best_width:
                self.write_indent()
            elif at:
                self._put(" ")
            self._put(word)

    def _put(self, text: str) -> None:
        self.whitespace = self.indention = False
        self.column += len(text)
        self.stream.write(text)

    def expect_flow_sequence_item(self) -> None:
        whole = self.best_width
        if isinstance(self.event, ScalarEvent):
            quotes = 2 if self.event.style else 0
            self.best_width = whole - len(self.event.value) - quotes - _CLOSING
        super().expect_flow_sequence_item()
        self.best_width = whole


def _folded(line: str, width: int) -> str:
    """A line with a mark before each space at which it is broken."""
    if line.startswith(" ") or not _simple(line):
        return line
    found, length = "", 0
    for word in line.split(" "):
        breaks = bool(found) and length + 1 + len(word) > width
        found += f"{_FOLD if breaks else ''}{' ' if found else ''}{word}"
        length = len(word) if breaks or length == 0 else length + 1 + len(word)
    return found


def _simple(text: str) -> bool:
    """Words with one space between them."""
    return text.isprintable() and "" not in text.split(" ")


def writer(width: int) -> Any:
    """Reads and writes with comments, quotes and order kept."""
    yaml = YAML(typ="rt")
    yaml.Resolver = _Texts
    yaml.Emitter = _Lines
    yaml.preserve_quotes = True
    yaml.width = width
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def opened(value: Any, column: int, width: int, before: int = 0) -> None:
    """Write mappings in braces that do not fit on a line a key a line.

    Args:
        column: where the value begins when it is written a key a line.
        before: how much stands on its line before it otherwise.
    """
    if isinstance(value, CommentedMap):
        if value.fa.flow_style() and before + len(_in_line(value)) > width:
            value.fa.set_block_style()
        for key, inside in value.items():
            if not value.fa.flow_style():
                opened(inside, column + 2, width, column + len(str(key)) + 2)
    elif isinstance(value, CommentedSeq) and not value.fa.flow_style():
        for inside in value:
            opened(inside, column + 2, width, column + 2)


def _in_line(value: Any) -> str:
    if isinstance(value, CommentedMap):
        return "{" + ", ".join(f"{key}: {_in_line(inside)}" for key, inside in value.items()) + "}"
    if isinstance(value, CommentedSeq):
        return "[" + ", ".join(_in_line(inside) for inside in value) + "]"
    quoted = isinstance(value, (DoubleQuotedScalarString, SingleQuotedScalarString))
    return f'"{value}"' if quoted else str(value)

"""A file as it was written: texts, lists and mappings, each with the place it stands at.

They are plain tuples, for an edit of one file makes the tens of thousands of all others anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...values.problems import Place


class Text(NamedTuple):
    """A scalar; always text, whatever it looks like.

    `style` is empty for unquoted text, else the quote or the block indicator (`'`, `"`, `|`, `>`). `raw` is what stands
    in the file where that differs from `value`. Nothing written after a key is an empty, unquoted text.
    """

    value: str
    place: Place
    style: str = ""
    raw: str = ""

    def at(self, offset: int) -> Place:
        """The place of the character at `offset` in the value; the start of the text where that cannot be told."""
        start = self.place
        if not self.raw:
            return Place(start.file, start.line, start.column + offset)
        for index, (character, line, column) in enumerate(_characters(self.raw, self.style)):
            if index == offset and (offset >= len(self.value) or character == self.value[offset]):
                return Place(start.file, start.line + line, column + (0 if line else start.column - 1) + 1)
        return start


class ListNode(NamedTuple):
    items: tuple[Node, ...]
    place: Place


class MapNode(NamedTuple):
    """Keys and values in the order of the file, each key once.

    `broken` are keys whose entries could not be read; the problems say why.
    """

    pairs: tuple[tuple[Text, Node], ...]
    place: Place
    broken: tuple[Text, ...] = ()

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.pairs if name.value == key), None)


Node = Text | ListNode | MapNode


def describe(node: Node) -> str:
    """The kind of the node, in the author's words."""
    if isinstance(node, MapNode):
        return "a mapping of keys to values"
    if isinstance(node, ListNode):
        return "a list"
    return "nothing" if not node.value and not node.style else f"'{shortened(node.value)}'"


def shortened(text: str, length: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _characters(raw: str, style: str) -> Iterator[tuple[str, int, int]]:
    """Each character of the value, with the line and column (from 0) it is written at."""
    if style in ("|", ">"):
        return _block(raw, folded=style == ">")
    return _flow(raw, style)


def _flow(raw: str, style: str) -> Iterator[tuple[str, int, int]]:
    position, line, line_start = (1 if style else 0), 0, 0
    end = len(raw) - (1 if style else 0)
    while position < end:
        character = raw[position]
        if character in " \n":
            stop = position
            while stop < end and raw[stop] in " \n":
                stop += 1
            gap = raw[position:stop]
            breaks = gap.count("\n")
            if not breaks:
                for offset in range(len(gap)):
                    yield " ", line, position + offset - line_start
            elif breaks == 1:
                yield " ", line, position - line_start
            else:
                for _ in range(breaks - 1):
                    yield "\n", line, position - line_start
            if breaks:
                line += breaks
                line_start = position + gap.rindex("\n") + 1
            position = stop
        elif style == '"' and raw.startswith("\\\n", position):
            line, line_start = line + 1, position + 2
            position = line_start + len(raw[line_start:]) - len(raw[line_start:].lstrip(" "))
        elif style == '"' and character == "\\":
            width = {"x": 4, "u": 6, "U": 10}.get(raw[position + 1], 2)
            yield _escaped(raw[position : position + width]), line, position - line_start
            position += width
        elif style == "'" and character == "'":
            yield "'", line, position - line_start
            position += 2
        else:
            yield character, line, position - line_start
            position += 1
    yield "", line, position - line_start


def _escaped(escape: str) -> str:
    if escape[1] in "xuU":
        return chr(int(escape[2:], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "_": "\u00a0"}.get(escape[1], escape[1])


def _block(raw: str, *, folded: bool) -> Iterator[tuple[str, int, int]]:
    lines = raw.split("\n")[1:]
    indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), 0)
    joined = False
    for number, line in enumerate(lines, 1):
        text = line[indent:]
        for offset, character in enumerate(text):
            yield character, number, indent + offset
        following = lines[number][indent:] if number < len(lines) else ""
        joined = folded and bool(text) and bool(following) and text[0] != " " and following[0] != " "
        if folded and not joined and text and not following:
            continue  # the break before an empty line is folded away; the empty line gives the break
        yield (" " if joined else "\n"), number, len(line)

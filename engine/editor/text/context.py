"""Where in a file a position is: below which keys, in which text; told from the lines, so that broken files do too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...workbench.editing.mending import Lines

_KEY = re.compile(r"""(?P<indent> *)(?P<dash>(?:- +)*)(?P<key>[^\s#'"\[{\-:][^:#]*?|"[^"]*"|'[^']*') *:(?= |$)""")
_ITEM = re.compile(r"(?P<indent> *)(?P<dash>(?:- +)+|-$)(?P<rest>.*)")
_ROWS = 400
"""So far up is looked for what a line belongs to."""


@dataclass(frozen=True, slots=True)
class Context:
    """A position: the `keys` above it from the outermost, the text `before` it since its value or item began.

    `start` is the offset at which that began. `typing_key` where it may be a key that is being written; `siblings` are
    the keys beside it then. `column` is that of the line's first letter.
    """

    keys: tuple[str, ...]
    before: str
    start: int
    typing_key: bool
    siblings: tuple[str, ...] = ()
    column: int = 0


def context(lines: Lines, offset: int) -> Context:
    """What a position of a file is for."""
    row = lines.row(offset)
    line_start = lines.starts[row]
    prefix = lines.text[line_start:offset]
    key = _KEY.match(lines.text[line_start : lines.ends[row]])
    if key is not None and len(prefix) > key.end():
        return _in_value(lines, row, key, offset)
    item = _ITEM.match(prefix)
    depth = len(prefix) - len(prefix.lstrip(" "))
    if item is not None:
        start = line_start + len(prefix) - len(item["rest"])
        keys = _above(lines, row, len(item["indent"]) + 1)
        found = _flow(lines.text[start:offset], start, keys)
        if found is not None:
            return found
        column = start - line_start
        siblings = _siblings(lines, row, column)
        return Context(keys, item["rest"], start, _may_be_key(item["rest"]), siblings, column)
    keys = _above(lines, row, depth)
    opened = _continued(lines, row, depth)
    if opened is not None:
        inside = _KEY.match(_line(lines, opened))
        if inside is not None:
            return _in_value(lines, opened, inside, offset)
    rest = prefix.lstrip(" ")
    return Context(keys, rest, offset - len(rest), _may_be_key(rest), _siblings(lines, row, depth), depth)


def _may_be_key(text: str) -> bool:
    return re.fullmatch(r"[\w-]*", text) is not None


def _line(lines: Lines, row: int) -> str:
    return lines.text[lines.starts[row] : lines.ends[row]]


def _in_value(lines: Lines, row: int, key: re.Match[str], offset: int) -> Context:
    """Behind the colon of a line, or on a line that its text goes on in."""
    column = len(key["indent"]) + len(key["dash"])
    keys = (*_above(lines, row, column), key["key"].strip("\"'"))
    start = lines.starts[row] + key.end()
    text = lines.text[start:offset]
    blank = len(text) - len(text.lstrip(" "))
    start += blank
    found = _flow(lines.text[start:offset], start, keys)
    return found if found is not None else _scalar(lines.text[start:offset], start, keys)


def _scalar(text: str, start: int, keys: tuple[str, ...]) -> Context:
    if text[:1] in ("'", '"'):
        return Context(keys, text[1:], start + 1, False)
    if text[:1] in ("|", ">") and "\n" in text:
        first = text.index("\n") + 1
        return Context(keys, text[first:].lstrip(), start + len(text) - len(text[first:].lstrip()), False)
    return Context(keys, text, start, False)


def _flow(text: str, start: int, keys: tuple[str, ...]) -> Context | None:
    """Inside `[...]` or `{...}`: the item, and the keys of the braces around it."""
    if text[:1] not in ("[", "{"):
        return None
    stack: list[tuple[str, int, str]] = []
    quote, at, depth = "", 0, 0
    begun, key = 0, ""
    while at < len(text):
        character = text[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and not text[begun:at].strip():
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character in "[{" and not text[begun:at].strip():
            stack.append((character, begun, key))
            begun, key = at + 1, ""
        elif character in "]}" and stack:
            _, begun, key = stack.pop()
            begun = at + 1
        elif character == "," and depth <= 0:
            begun, key = at + 1, ""
        elif character == ":" and text[at + 1 : at + 2] in (" ", "") and stack and stack[-1][0] == "{":
            key, begun = text[begun:at].strip().strip("\"'"), at + 1
        at += 1
    if not stack:
        return None
    inner = [one[2] for one in stack if one[2]]
    said = text[begun:]
    first = begun + len(said) - len(said.lstrip())
    path = (*keys, *inner, *([key] if key else []))
    if stack[-1][0] == "{" and not key:
        return Context(path, said.lstrip(), start + first, _may_be_key(said.strip()), _keys_in(text), 0)
    found = _scalar(said.lstrip(), start + first, path)
    return found


def _keys_in(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"([\w-]+): ", text[text.rfind("{") + 1 :]))


def _above(lines: Lines, row: int, depth: int) -> tuple[str, ...]:
    """The keys that a line of this depth stands below, the outermost first."""
    found: list[str] = []
    for above in range(row - 1, max(row - _ROWS, -1), -1):
        line = _line(lines, above)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key = _KEY.match(line)
        width = len(line) - len(line.lstrip(" "))
        if key is not None:
            column = len(key["indent"]) + len(key["dash"])
            if column < depth:
                found.append(key["key"].strip("\"'"))
                depth = column
                if key["dash"]:
                    depth = len(key["indent"]) + 1
        elif width < depth and line.lstrip().startswith("- "):
            depth = width + 1
        if depth <= 0:
            break
    return tuple(reversed(found))


def _continued(lines: Lines, row: int, depth: int) -> int | None:
    """The line whose text goes on here: one further out that has begun one."""
    for above in range(row - 1, max(row - _ROWS, -1), -1):
        line = _line(lines, above)
        if not line.strip():
            continue
        key = _KEY.match(line)
        width = len(line) - len(line.lstrip(" "))
        if key is not None and width < depth:
            value = line[key.end() :].strip()
            return above if value and not value.startswith("#") else None
        if width < depth:
            return None
    return None


def _siblings(lines: Lines, row: int, column: int) -> tuple[str, ...]:
    """The keys of the same mapping, above and below."""
    found: list[str] = []
    for step in (-1, 1):
        at = row + step
        while 0 <= at < len(lines.starts):
            line = _line(lines, at)
            at += step
            if not line.strip():
                continue
            key = _KEY.match(line)
            width = len(line) - len(line.lstrip(" "))
            if key is not None and len(key["indent"]) + len(key["dash"]) == column:
                found.append(key["key"])
                if key["dash"] and step < 0:
                    break
            elif width < column:
                break
            if step > 0 and key is not None and key["dash"] and width < column:
                break
    return tuple(found)

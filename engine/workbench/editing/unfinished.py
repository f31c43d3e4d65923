"""A knowledge base as far as it can be read: entries that are still being written are left out, and said to be."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

from ...knowledge_base.files.layout import Layout, Written, contents_of, digest_of
from ...knowledge_base.model import KnowledgeBase
from ...knowledge_base.reading import reader
from ...knowledge_base.store import cache
from ...values.problems import Level, Place, Problem

_ROUNDS = 8
"""So often what rests on something left out is left out too."""
_ENTRY = re.compile(rb"[^\s#-][^\n]*?[ \t]*:(?:[ \t]|$)")
_INNER = re.compile(rb"  [^\s#-][^\n]*?[ \t]*:(?:[ \t]|$)")


def readable(root: Path, local: Path | None = None) -> tuple[KnowledgeBase | None, tuple[Place, ...]]:
    """The knowledge base without the entries in which an error stands, and where these begin.

    None where an error stands in no entry, or too much rests on what is left out.
    """
    contents, problems = contents_of(Layout(root, local))
    if problems:
        return None, ()
    memory = cache.Store.of(digest_of(contents)).memory()
    left_out: list[Place] = []
    for _ in range(_ROUNDS):
        kb, found = reader.read_contents(contents, memory)
        errors = [one for one in found if one.level is Level.ERROR]
        if kb is not None and not errors:
            return kb, tuple(sorted(left_out))
        contents, gone = _without(contents, errors)
        if not gone:
            break
        left_out += gone
    return None, ()


def _without(contents: Sequence[Written], errors: Sequence[Problem]) -> tuple[tuple[Written, ...], list[Place]]:
    """The files with empty lines where an entry with an error stood."""
    lines: dict[str, set[int]] = {}
    for one in errors:
        lines.setdefault(one.place.file, set()).add(one.place.line)
    gone: list[Place] = []
    kept: list[Written] = []
    for item in contents:
        if item.file in lines:
            nested = item.inside.startswith(("knowledge/units.", "knowledge/units/"))
            content, places = _blanked(item.content, sorted(lines[item.file]), item.file, _INNER if nested else _ENTRY)
            gone += places
            item = dataclasses.replace(item, content=content)
        kept.append(item)
    return tuple(kept), gone


def _blanked(content: bytes, wrong: Sequence[int], file: str, entry: re.Pattern[bytes]) -> tuple[bytes, list[Place]]:
    text = content.split(b"\n")
    starts = [number for number, line in enumerate(text, 1) if entry.match(line)]
    bounds = [number for number, line in enumerate(text, 1) if entry.match(line) or _ENTRY.match(line)]
    gone: list[Place] = []
    for line in wrong:
        start = max((one for one in starts if one <= line), default=0)
        if not start or not text[start - 1]:
            continue
        end = min((one for one in bounds if one > start), default=len(text) + 1)
        gone.append(Place(file, start))
        text[start - 1 : end - 1] = [b""] * (end - start)
    return b"\n".join(text), gone

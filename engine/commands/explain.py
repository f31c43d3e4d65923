"""`explain`: a question, a condition, a medicine, a finding, a rule, a source, a row or a problem code."""

from __future__ import annotations

import re
from pathlib import Path

from ..intake.lookup import Lookup
from ..views import escape
from ..views.catalog import entries
from . import surroundings

_CODE = re.compile(r"OL\d{3}", re.IGNORECASE)
_ROW = re.compile(r"[A-Z]\d[0-9A-Z]{0,2}", re.IGNORECASE)
_MOST = 3
"""How many things of one name are explained at once; the others are named."""


def run(words: tuple[str, ...], knowledge: Path | None = None) -> int:
    asked = " ".join(words).strip()
    if _CODE.fullmatch(asked):
        return _code(asked.upper())
    names = surroundings.names_so_far(knowledge)
    lookup = Lookup(names.kb)
    found = lookup.meant(asked)
    if not found:
        if _ROW.fullmatch(asked) and (written := entries.row(asked.upper(), names, *_screen())):
            surroundings.put(written)
            return 0
        told = entries.suggestions(escape.line(asked), lookup.near(asked), lookup.suggestion(asked))
        surroundings.note(escape.plain(told))
        return 1
    shown = found[:1] if found[0].kind == "topic" else found[:_MOST]
    pages = [entries.page(one, names, *_screen(), lookup.about(one)) for one in shown]
    surroundings.put("\n".join(pages))
    return 0


def _screen() -> tuple[int, bool]:
    return surroundings.width(), surroundings.colored()


def _code(code: str) -> int:
    from .codes import codes, page

    known = codes()
    if code not in known:
        surroundings.note(f"no problem has the code {code}; there are {', '.join(known)}")
        return 1
    surroundings.put(entries.code(code, page(code) or known[code]))
    return 0

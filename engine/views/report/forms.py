"""The forms in which the report of a patient is written: who writes each, how a file of it is named, what parts two.

A form more is its module and a row here. Each is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from ...assessment.verdict import Verdict
from ...knowledge_base.naming import Names

Write = Callable[[Verdict, Names, str, Iterable[str]], str]
"""Writes a verdict with its title, and with what was typed and not understood."""


class Form(NamedTuple):
    """`suffixes` are the endings of a file that ask for it; `between` stands between the reports of two patients."""

    write: Write
    suffixes: tuple[str, ...]
    between: str = "\n"


def _text(verdict: Verdict, names: Names, title: str, unread: Iterable[str]) -> str:
    from . import text

    return text.report(verdict, names, title=title, unread=unread)


def _json(verdict: Verdict, names: Names, title: str, unread: Iterable[str]) -> str:
    from . import data

    return data.text(data.document(verdict, names, unread))


def _markdown(verdict: Verdict, names: Names, title: str, unread: Iterable[str]) -> str:
    from . import markdown

    return markdown.report(verdict, names, title, unread)


def _html(verdict: Verdict, names: Names, title: str, unread: Iterable[str]) -> str:
    from . import html

    return html.page([(title, verdict)], names, unread)


FORMS: Mapping[str, Form] = {
    "html": Form(_html, (".html", ".htm")),
    "markdown": Form(_markdown, (".md",), "\n---\n\n"),
    "json": Form(_json, (".json",), ",\n"),
    "text": Form(_text, (".txt",)),
}
SUFFIXES: Mapping[str, str] = {suffix: name for name, form in FORMS.items() for suffix in form.suffixes}
"""The form that each ending of a file asks for."""

"""A report as one page that needs nothing else: the answer first, everything else folded behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ...assessment.verdict import Verdict
from ...knowledge_base.naming import Names
from .. import escape
from . import pictures, sections
from .document import Chart, Document, Entry, Paragraph, Part, Probabilities, Table, Treatment
from .handout import Handout

TEMPLATES = Path(__file__).parent.parent / "templates"
_PICTURES = (Chart, Probabilities, Treatment)
_PARTS = {
    "paragraph": Paragraph,
    "entry": Entry,
    "table": Table,
    "picture": _PICTURES,
    "scores": Chart,
    "probabilities": Probabilities,
    "treatment": Treatment,
}


def page(patients: Iterable[tuple[str, Verdict]], names: Names, unread: Iterable[str] = ()) -> str:
    """The reports, by title, on one page."""
    documents = [sections.document(verdict, names, title, unread) for title, verdict in patients]
    return written(documents)


def written(documents: Sequence[Document]) -> str:
    return "".join(streamed(documents, documents[0].title, len(documents)))


def streamed(documents: Iterable[Document], title: str, count: int) -> Iterator[str]:
    """The page of so many reports, of which only one is held at a time."""
    more = f" and {count - 1} more" if count > 1 else ""
    yield from (
        environment()
        .get_template("report.html")
        .generate(reports=iter(documents), title=f"{title or 'Assessment'}{more}")
    )


def handouts(pages: Iterable[Handout], title: str) -> Iterator[str]:
    """The hand-outs for patients, each on a sheet of its own when printed; only one is held at a time."""
    yield from environment().get_template("handout.html").generate(pages=iter(pages), title=title or "Your bones")


def _drawn_alone(parts: tuple[Part, ...]) -> bool:
    """Whether a section is nothing but a picture; it is shown beside the answer and need not be unfolded."""
    return all(isinstance(one, _PICTURES) for one in parts)


@cache
def environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["picture"] = pictures
    for name, kind in _PARTS.items():
        environment.tests[name] = lambda one, kind=kind: isinstance(one, kind)
    environment.tests["drawn_alone"] = _drawn_alone
    return environment


def _harmless(value: Any) -> Any:
    """Text without what could reorder or hide other text; markup of the template itself is left alone."""
    if isinstance(value, Markup):
        return value
    return escape.plain(value) if isinstance(value, str) else value

"""The knowledge base as a site of its own: a page for everything that has a name, linked both ways, with search."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from ...knowledge_base.model import Entry, Finding, Intervention, Rule
from ...knowledge_base.naming import Names
from ...version import VERSION
from ...workbench.editing import meanings
from ...workbench.survey import graph
from ...workbench.survey.usage import Mention, Use
from .. import escape
from ..report.html import TEMPLATES
from . import graph as picture
from .linked import PLURALS, Linker, Run, Runs
from .sheets import Row, Section, Sheets

TITLE = "osteologic"
LARGE = 45
"""A picture of more parts than this is folded away until somebody wants it."""
_ALSO = {
    "choices": "What answers can be chosen from, and the classes they belong to.",
    "groups": "Findings asked as one question.",
}


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one entry."""

    kind: str
    id: str
    title: str
    rows: tuple[Row, ...]
    sections: tuple[Section, ...]
    picture: Markup | None
    large: int
    sources: tuple[Runs, ...]
    uses: tuple[tuple[str, Runs], ...]
    mentions: tuple[Mention, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry in the navigation."""

    label: str
    address: str
    count: int
    words: str
    here: bool = False


class Site:
    """Every file of the site, by its path.

    Args:
        uses: by id, what uses it; mentions: by id, the worked cases that name it.
    """

    def __init__(
        self, names: Names, uses: Mapping[str, tuple[Use, ...]], mentions: Mapping[str, tuple[Mention, ...]]
    ) -> None:
        self.names, self.kb = names, names.kb
        self.uses, self.mentions = uses, mentions
        self.linker = Linker(names)
        self.sheets = Sheets(self.linker)

    def files(self) -> Iterator[tuple[str, str]]:
        yield "site.css", (TEMPLATES / "site" / "site.css").read_text("utf-8") + picture.STYLE
        yield "search.js", self._search()
        topics = [Run(one.question, f"topics/{one.id}.html") for one in self.kb.topics.values()]
        words = "What causes bone to be lost or soft, how it is told apart, what is done about it, and who says so."
        yield "index.html", self._page("index", "", "Bone loss, with reasons", topics=topics, words=words)
        yield "glossary.html", self._glossary()
        for kind, plural in PLURALS.items():
            if self.linker.entries(kind):
                yield f"{plural}/index.html", self._listing(kind)
            for name, entry in self.linker.entries(kind).items():
                title = self._title(entry)
                yield f"{plural}/{name}.html", self._page("entry", plural, title, page=self._entry(kind, entry))

    # --- pages ---

    def _page(self, template: str, here: str, title: str, **told: Any) -> str:
        root = "../" if here in PLURALS.values() else ""
        scope = self.kb.scope
        return (
            _environment()
            .get_template(f"site/{template}.html")
            .render(
                root=root,
                title=title,
                site=TITLE,
                kinds=self._kinds(here),
                disclaimer=scope.disclaimer if scope is not None else "",
                version=VERSION,
                digest=self.kb.digest[:19],
                **told,
            )
        )

    def _kinds(self, here: str) -> list[Kind]:
        found = []
        for kind, plural in PLURALS.items():
            count = len(self.linker.entries(kind))
            if count:
                words = _ALSO.get(plural) or meanings.KINDS[plural]
                found.append(Kind(plural.capitalize(), f"{plural}/index.html", count, words, here == plural))
        words = meanings.KINDS["glossary"]
        return [*found, Kind("Glossary", "glossary.html", len(self.kb.glossary), words, here == "glossary")]

    def _listing(self, kind: str) -> str:
        plural = PLURALS[kind]
        groups: dict[str, list[Run]] = {}
        for name, entry in self.linker.entries(kind).items():
            groups.setdefault(self._group(entry), []).append(Run(self._title(entry), f"{plural}/{name}.html"))
        words = _ALSO.get(plural) or meanings.KINDS[plural]
        listed = [(heading, sorted(runs, key=lambda run: run.text.lower())) for heading, runs in groups.items()]
        return self._page("listing", plural, plural.capitalize(), groups=listed, words=words)

    def _group(self, entry: Entry) -> str:
        """What entries of one kind are listed under."""
        if isinstance(entry, Rule):
            return "Withdrawn" if entry.withdrawn else _topic_of(entry)
        if isinstance(entry, Finding):
            return self.kb.sections.get(entry.section, "Others")
        return entry.kind.capitalize() if isinstance(entry, Intervention) else ""

    def _glossary(self) -> str:
        entries = [(word, meaning, _anchor(word)) for word, meaning in sorted(self.kb.glossary.items())]
        return self._page("glossary", "glossary", "Glossary", entries=entries)

    def _entry(self, kind: str, entry: Entry) -> Page:
        drawn, parts = self._picture(kind, entry)
        return Page(
            kind="choice set" if kind == "choices" else kind,
            id=entry.id,
            title=self._title(entry),
            rows=self.sheets.rows(entry),
            sections=self.sheets.sections(kind, entry.id),
            picture=drawn,
            large=parts if parts > LARGE else 0,
            sources=tuple(self.linker.source(cited) for cited in entry.sources),
            uses=tuple(self._used(self.uses.get(entry.id, ()))),
            mentions=self.mentions.get(entry.id, ()),
            place=str(entry.place),
        )

    def _used(self, uses: Iterable[Use]) -> Iterator[tuple[str, Runs]]:
        for use in uses:
            yield use.how, (self.linker.name(use.id, use.label),)

    def _picture(self, kind: str, entry: Entry) -> tuple[Markup | None, int]:
        if kind not in (*graph.CONCLUDED, "rule") or entry.withdrawn:
            return None, 0
        drawn = graph.rests_on(self.names, kind, entry.id)
        if len(drawn.points) < 2:
            return None, 0
        text = picture.svg(drawn, lambda point: self._from_page(point), alone=False)
        return Markup(text), len(drawn.points)  # every text in it was escaped where it was drawn

    def _from_page(self, point: graph.Point) -> str:
        return f"../{PLURALS[point.kind]}/{point.entry}.html"

    def _title(self, entry: Entry) -> str:
        question: str = getattr(entry, "question", "") if entry.id in self.kb.topics else ""
        title = question or entry.label or getattr(entry, "question", "") or entry.id.replace("_", " ")
        return title[:1].upper() + title[1:]

    # --- search ---

    def _search(self) -> str:
        rows: list[tuple[str, str, str, str]] = []
        for kind, plural in PLURALS.items():
            for name, entry in self.linker.entries(kind).items():
                words = " ".join((name, *entry.synonyms, *getattr(entry, "ask", ())))
                rows.append((self._title(entry), kind, f"{plural}/{name}.html", words))
        rows += [(word, "word", f"glossary.html#{_anchor(word)}", "") for word in self.kb.glossary]
        first = ("condition", "intervention", "topic", "finding")
        rows.sort(key=lambda row: first.index(row[1]) if row[1] in first else len(first))
        index = json.dumps([[escape.line(part) for part in row] for row in rows], separators=(",", ":"))
        template = (TEMPLATES / "site" / "search.js").read_text("utf-8")
        return template.replace("/*INDEX*/[]", index.replace("</", "<\\/"), 1)


def _topic_of(rule: Rule) -> str:
    parts = rule.place.file.split("/")
    at = len(parts) - 1 - parts[::-1].index("rules") if "rules" in parts else 0
    topic = parts[at + 1] if at + 2 < len(parts) else "others"
    return topic.removesuffix(".yaml").replace("-", " ").capitalize()


def _anchor(word: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _harmless(value: Any) -> Any:
    """Text without what could reorder or hide other text; markup of the templates themselves is left alone."""
    return escape.plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value

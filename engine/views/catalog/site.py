"""The knowledge base as a site of its own: a page for everything that has a name, linked both ways, with search.

It opens for readers: questions, diseases, medicines, a path for learning, worked cases. The listings by kind, which
authors look things up in, stand behind one page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import jinja2
from markupsafe import Markup

from ...knowledge_base import verbs
from ...knowledge_base.model import Entry, Finding, Intervention, Rule, Topic
from ...knowledge_base.naming import Names
from ...version import VERSION
from ...workbench.cases.cases import WorkedCase
from ...workbench.editing import meanings
from ...workbench.survey import graph
from ...workbench.survey.usage import Mention, Use
from .. import escape
from ..report.html import TEMPLATES
from . import graph as picture
from . import stories
from .linked import PLURALS, Linker, Run, Runs
from .sheets import Row, Section, Sheets

TITLE = "osteologic"
_PATH = {
    "causes": "How bone is built, and what takes it",
    "too-little-or-too-soft": "Too little bone, or bone too soft",
    "density-and-risk": "What a scan says, and what it does not",
    "treatment": "What is done about it",
    "prevention": "What everybody can do",
    "other-diseases": "Other diseases of bone",
}
"""The path for learning: files of topics in the order they build on one another; others follow under their name."""
_OPENED = 12
"""How many of a part the first page names."""
_FURTHER = 6
"""How many diseases and medicines a chapter of the path leads on to."""
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
    mentions: tuple[tuple[Mention, str], ...]
    place: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A place in the navigation: for readers, or a kind of entry in the listings for authors."""

    label: str
    address: str
    count: int
    words: str
    here: bool = False


class Site:
    """Every file of the site, by its path.

    Args:
        uses: by id, what uses it; mentions: by id, the worked cases that name it; worked: the cases themselves.
    """

    def __init__(
        self,
        names: Names,
        uses: Mapping[str, tuple[Use, ...]],
        mentions: Mapping[str, tuple[Mention, ...]],
        worked: Iterable[WorkedCase] = (),
    ) -> None:
        self.names, self.kb = names, names.kb
        self.uses, self.mentions = uses, mentions
        self.linker = Linker(names)
        self._concluding = graph.Concluding(self.kb)
        self.sheets = Sheets(self.linker)
        self.chapters = stories.chapters(worked, self.linker)
        self._stories = {
            (chapter.file, one.name): f"{chapter.address}#{one.anchor}"
            for chapter in self.chapters
            for one in chapter.stories
        }

    def files(self) -> Iterator[tuple[str, str]]:
        yield "site.css", (TEMPLATES / "site" / "site.css").read_text("utf-8") + picture.STYLE
        yield "search.js", self._search()
        words = "What causes bone to be lost or soft, how it is told apart, what is done about it, and who says so."
        yield "index.html", self._page("index", "", "Bone loss, with reasons", words=words, parts=self._parts())
        yield "glossary.html", self._glossary()
        yield "learn.html", self._page("learn", "learn.html", "A path for learning", chapters=self._path)
        words = "Everything the program knows, by kind, as authors keep it in files."
        kinds = self._kinds("")
        yield "authors.html", self._page("authors", "authors.html", "For authors", words=words, kinds=kinds)
        for name, title, told, groups in self._readers():
            yield name, self._page("listing", name, title, words=told, groups=groups)
        yield from self._cases()
        for kind, plural in PLURALS.items():
            if self.linker.entries(kind):
                yield f"{plural}/index.html", self._listing(kind)
            for name, entry in self.linker.entries(kind).items():
                title = self._title(entry)
                yield f"{plural}/{name}.html", self._page("entry", plural, title, page=self._entry(kind, entry))

    # --- pages ---

    def _page(self, template: str, here: str, title: str, **told: Any) -> str:
        root = "../" if here in (*PLURALS.values(), "cases") else ""
        scope = self.kb.scope
        return (
            _environment()
            .get_template(f"site/{template}.html")
            .render(
                root=root,
                title=title,
                site=TITLE,
                places=self._places(here),
                disclaimer=scope.disclaimer if scope is not None else "",
                version=VERSION,
                digest=self.kb.digest[:19],
                **told,
            )
        )

    def _places(self, here: str) -> list[Kind]:
        """The navigation: what readers look for, and the way to everything else."""
        at = {"topics": "questions.html", "conditions": "diseases.html", "interventions": "medicines.html"}
        now = at.get(here, "cases.html" if here == "cases" else "authors.html" if here in PLURALS.values() else here)
        places = [("Questions", "questions.html", len(self.kb.topics))]
        places += [("Diseases", "diseases.html", sum(not one.exposure for one in self.kb.conditions.values()))]
        places += [("Medicines", "medicines.html", sum(_is_medicine(one) for one in self.kb.interventions.values()))]
        places += [("Learn", "learn.html", len(self._path))]
        places += [("Worked cases", "cases.html", len(self._stories))]
        places += [("Glossary", "glossary.html", len(self.kb.glossary)), ("For authors", "authors.html", 1)]
        return [Kind(label, address, count, "", address == now) for label, address, count in places if count]

    def _parts(self) -> list[tuple[str, str, list[Run]]]:
        """What the first page opens with: each part with the page that holds all of it, and its beginning."""
        known = [one for one in self.kb.conditions.values() if one.frequency == "common" and not one.exposure]
        medicines = filter(_is_medicine, self.kb.interventions.values())
        by_use = sorted(medicines, key=lambda one: (not one.choice, one.label))
        chapters = [Run(title, f"learn.html#{name}") for name, title, *_ in self._path]
        worked = [Run(one.title, one.address) for one in self.chapters]
        return [
            part
            for part in (
                ("Questions people ask", "questions.html", self._runs("topic", self.kb.topics.values())[:_OPENED]),
                ("Diseases", "diseases.html", self._runs("condition", known)[:_OPENED]),
                ("Medicines", "medicines.html", self._runs("intervention", by_use)[:_OPENED]),
                ("A path for learning", "learn.html", chapters),
                ("Worked cases", "cases.html", worked[:_OPENED]),
            )
            if part[2]
        ]

    def _runs(self, kind: str, entries: Iterable[Entry]) -> list[Run]:
        return [Run(self._title(one), f"{PLURALS[kind]}/{one.id}.html") for one in entries]

    def _readers(self) -> Iterator[tuple[str, str, str, list[tuple[str, list[Run]]]]]:
        """The listings for readers: their address, title, what they are, and their groups."""
        diseases: dict[str, list[Entry]] = {}
        for condition in self.kb.conditions.values():
            diseases.setdefault("What takes or harms bone" if condition.exposure else "Diseases", []).append(condition)
        medicines: dict[str, list[Entry]] = {}
        for one in self.kb.interventions.values():
            medicines.setdefault("Medicines" if _is_medicine(one) else "What else helps", []).append(one)
        yield (
            "questions.html",
            "Questions people ask",
            "Each with its answer and who says so.",
            [
                (title, [Run(topic.question, f"topics/{topic.id}.html") for topic in topics])
                for _, title, topics, _ in self._path
            ],
        )
        told = "What each is, how it comes about, what speaks for it, and what is done."
        yield (
            "diseases.html",
            "Diseases",
            told,
            [
                (title, sorted(self._runs("condition", diseases[title]), key=_alphabetical))
                for title in ("Diseases", "What takes or harms bone")
                if title in diseases
            ],
        )
        told = "What each does, for whom, how much, and whom it would harm."
        yield (
            "medicines.html",
            "Medicines",
            told,
            [
                (title, sorted(self._runs("intervention", medicines[title]), key=_alphabetical))
                for title in ("Medicines", "What else helps")
                if title in medicines
            ],
        )

    @cached_property
    def _path(self) -> list[tuple[str, str, list[Topic], list[Run]]]:
        """The chapters of the path: their anchor, title, questions in order, and where they lead on to."""
        by_file: dict[str, list[Topic]] = {}
        for topic in self.kb.topics.values():
            by_file.setdefault(topic.place.file.rpartition("/")[2].removesuffix(".yaml"), []).append(topic)
        found = []
        for name in [*(one for one in _PATH if one in by_file), *(one for one in by_file if one not in _PATH)]:
            title = _PATH.get(name) or name.replace("-", " ").capitalize()
            further = dict.fromkeys(seen for topic in by_file[name] for seen in topic.see if self.linker.address(seen))
            found.append((name, title, by_file[name], [self.linker.name(seen) for seen in further][:_FURTHER]))
        return found

    def _cases(self) -> Iterator[tuple[str, str]]:
        if not self.chapters:
            return
        listed = [("", [Run(f"{one.title} ({len(one.stories)})", one.address) for one in self.chapters])]
        words = "Patients with what must follow for each, by subject; the program is held to every one of them."
        yield "cases.html", self._page("listing", "cases.html", "Worked cases", groups=listed, words=words)
        for one in self.chapters:
            yield one.address, self._page("cases", "cases", one.title, chapter=one)

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
            mentions=tuple((one, self._story_of(one)) for one in self.mentions.get(entry.id, ())),
            place=str(entry.place),
        )

    def _story_of(self, mention: Mention) -> str:
        return self._stories.get((mention.place.file, mention.case), "")

    def _used(self, uses: Iterable[Use]) -> Iterator[tuple[str, Runs]]:
        for use in uses:
            yield use.how, (self.linker.name(use.id, use.label),)

    def _picture(self, kind: str, entry: Entry) -> tuple[Markup | None, int]:
        if kind not in (*verbs.BEHIND, "rule") or entry.withdrawn:
            return None, 0
        drawn = graph.rests_on(self.names, kind, entry.id, self._concluding)
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
        rows: list[tuple[str, ...]] = []
        for kind, plural in PLURALS.items():
            for name, entry in self.linker.entries(kind).items():
                words = "|".join((name.replace("_", " "), name, *entry.synonyms, *getattr(entry, "ask", ())))
                rows.append((self._title(entry), kind, f"{plural}/{name}.html", words))
        rows += [(word, "word", f"glossary.html#{_anchor(word)}", "") for word in self.kb.glossary]
        first = ("condition", "intervention", "topic", "word", "finding")
        rows.sort(key=lambda row: first.index(row[1]) if row[1] in first else len(first))
        index = json.dumps([[escape.line(part) for part in row] for row in rows], separators=(",", ":"))
        template = (TEMPLATES / "site" / "search.js").read_text("utf-8")
        return template.replace("/*INDEX*/[]", index.replace("</", "<\\/"), 1)


def _is_medicine(one: Intervention) -> bool:
    return one.kind == "medicine"


def _alphabetical(run: Run) -> str:
    return run.text.casefold()


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

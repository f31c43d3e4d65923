"""The site: a page for everything, every link leads somewhere, both ways, and nothing from a file can run in it."""

from __future__ import annotations

import dataclasses
import html
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.naming import Names
from engine.knowledge_base.store import cache
from engine.views.catalog.linked import PLURALS
from engine.views.catalog.site import Site
from engine.workbench.cases import cases
from engine.workbench.survey import usage

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = pytest.mark.xdist_group("site")  # it is built once, not by each worker
WORKED = ("density", "emergencies")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202e"


class Links(HTMLParser):
    """Where a page leads, what it can be entered at, and the elements it is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.to.append(value or "")
            if name == "id":
                self.ids.add(value or "")
            if name.startswith("on"):
                self.handlers.append(name)


class Skimmed:
    """The same of a page of ours, read in a fraction of the time; of one page in forty a test holds it to `Links`."""

    _TAG = re.compile(r"<([a-zA-Z][^\s/>]*)((?:[^>\"]|\"[^\"]*\")*)>")
    _ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
    _SCRIPT = re.compile(r"(<(script|style)\b[^>]*>).*?(?=</\2>)", re.DOTALL)

    def __init__(self, text: str) -> None:
        self.to: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        for tag, attributes in self._TAG.findall(self._SCRIPT.sub(r"\1", text)):
            self.tags.append(tag.lower())
            for name, value in self._ATTRIBUTE.findall(attributes):
                if name in ("href", "src"):
                    self.to.append(html.unescape(value))
                elif name == "id":
                    self.ids.add(html.unescape(value))


def built(kb: KnowledgeBase) -> dict[str, str]:
    found = cases.files_in(ROOT / "tests" / "cases")
    files = [(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in found]
    worked, _ = cases.read_all(kb, [ROOT / "tests" / "cases" / f"{name}.yaml" for name in WORKED], ROOT)
    return dict(Site(Names(kb), usage.every(kb), usage.every_mention(files), worked).files())


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return cache.load(ROOT)


@pytest.fixture(scope="module")
def site(kb: KnowledgeBase) -> dict[str, str]:
    return built(kb)


@pytest.fixture(scope="module")
def pages(site: dict[str, str]) -> dict[str, Skimmed]:
    return {name: Skimmed(text) for name, text in site.items() if name.endswith(".html")}


def test_skimmed_a_page_is_what_it_is_to_a_reader_of_html(site: dict[str, str], pages: dict[str, Skimmed]) -> None:
    for name in [*pages][::40]:
        read = Links(site[name])
        assert (read.to, read.ids, read.tags) == (pages[name].to, pages[name].ids, pages[name].tags), name


def test_everything_that_has_a_name_has_a_page(site: dict[str, str], kb: KnowledgeBase) -> None:
    for plural in PLURALS.values():
        assert {f"{plural}/{name}.html" for name in getattr(kb, plural)} <= site.keys()
    assert {"index.html", "glossary.html", "site.css", "search.js"} <= site.keys()


def test_every_link_leads_somewhere(site: dict[str, str], pages: dict[str, Skimmed]) -> None:
    broken = []
    for name, page in pages.items():
        for address in page.to:
            path, _, anchor = address.partition("#")
            if address.startswith(("http://", "https://")):
                continue
            target = normpath(join(dirname(name), path)) if path else name
            if target not in site or (anchor and target in pages and anchor not in pages[target].ids):
                broken.append(f"{name}: {address}")
    assert broken == []


def test_links_lead_both_ways(pages: dict[str, Skimmed]) -> None:
    assert "../quantities/creatinine_clearance.html" in pages["rules/alendronate-clearance.html"].to
    assert "../rules/alendronate-clearance.html" in pages["quantities/creatinine_clearance.html"].to
    assert "../rules/alendronate-clearance.html" in pages["interventions/alendronate.html"].to
    assert "../rules/alendronate-clearance.html" in pages["sources/alendronate-label.html"].to


def test_what_a_rule_says_stands_on_its_page(site: dict[str, str], kb: KnowledgeBase) -> None:
    rule = kb.rules["alendronate-clearance"]
    text = re.sub(r"<[^>]+>", "", site["rules/alendronate-clearance.html"])
    assert rule.because in text
    assert "below 35 mL/min" in text
    assert str(rule.place) in text
    assert "osteologic test" not in text


def test_a_page_shows_what_its_conclusion_rests_on(pages: dict[str, Skimmed], site: dict[str, str]) -> None:
    assert "svg" in pages["conditions/osteomalacia.html"].tags
    assert "What osteomalacia rests on" in site["conditions/osteomalacia.html"]
    assert "svg" not in pages["sources/alendronate-label.html"].tags


def test_nothing_is_fetched_from_elsewhere(site: dict[str, str]) -> None:
    for name, text in site.items():
        assert not re.search(r"""(?:src|@import|url\()\s*=?\s*["']?https?:""", text), name
        assert not re.search(r"<link[^>]+https?:", text), name
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(", site["search.js"])


def test_nothing_from_a_file_can_run_or_hide(kb: KnowledgeBase) -> None:
    evil = dataclasses.replace(kb.conditions["osteomalacia"], label=HOSTILE, definition=HOSTILE, synonyms=(HOSTILE,))
    rule = dataclasses.replace(kb.rules["alendronate-clearance"], label=HOSTILE, because=HOSTILE, note=HOSTILE)
    source = dataclasses.replace(kb.sources["nogg-2024"], address="javascript:alert(1)")
    few = dataclasses.replace(
        kb,
        conditions={**kb.conditions, "osteomalacia": evil},
        rules={"alendronate-clearance": rule},
        sources={**kb.sources, "nogg-2024": source},
        findings={},
        topics={},
    )
    for name, text in built(few).items():
        if name.endswith(".html"):
            page = Links(text)
            assert page.tags.count("script") == 1, name
            assert page.handlers == []
            assert "img" not in page.tags
            assert not any(address.lower().startswith("javascript:") for address in page.to), name
        assert "\u202e" not in text
        assert "</script><script>" not in text


def test_every_page_says_which_it_is_and_can_be_left_by_keyboard(
    pages: dict[str, Skimmed], site: dict[str, str]
) -> None:
    for name, page in pages.items():
        assert page.tags.count("h1") == 1, name
        assert page.to[: len(page.to)].count("#main") == 1, name
        assert '<html lang="en"' in site[name]


@pytest.mark.skipif(not CHROMIUM, reason="no chromium here to look at the pages with")
@pytest.mark.parametrize(
    ("page", "words", "found"),
    [
        ("index.html", "brittle+bones", "conditions/osteoporosis.html"),
        ("index.html", "osteoporosis", "conditions/osteoporosis.html"),
        ("index.html", "t-score", "glossary.html#t-score"),
        ("index.html", "alendronate-clearance", "rules/alendronate-clearance.html"),
        ("rules/alendronate-clearance.html", "ost%C3%A9omalacia", "conditions/osteomalacia.html"),
        ("glossary.html", "zzzz%3Cimg%3E", ""),
    ],
)
def test_search_finds_in_a_real_browser(
    page: str, words: str, found: str, site: dict[str, str], tmp_path: Path
) -> None:
    for name in (page, "search.js", "site.css"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(site[name], "utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    ran = subprocess.run(
        [*command, "--dump-dom", f"{(tmp_path / page).as_uri()}?q={words}"], capture_output=True, text=True, timeout=60
    )
    shown = re.search(r'<div id="found".*?</div>', ran.stdout, re.DOTALL)
    assert shown is not None, ran.stderr
    assert "hidden" not in shown.group().split(">")[0]
    root = "../" if "/" in page else ""
    first = re.search(r'href="([^"]*)"', shown.group())
    assert (first is not None and first.group(1) == root + found) if found else "Nothing is called so." in shown.group()


def test_the_site_opens_for_readers_and_keeps_the_listings_of_authors_behind_one_page(
    site: dict[str, str], pages: dict[str, Skimmed]
) -> None:
    opened = re.findall(r"<h2><a href=.*?>(.*?)</a></h2>", site["index.html"])
    assert opened == ["Questions people ask", "Diseases", "Medicines", "A path for learning", "Worked cases"]
    listings = {f"{plural}/index.html" for plural in PLURALS.values()}
    assert listings & set(pages["index.html"].to) == set()
    assert listings & site.keys() <= set(pages["authors.html"].to)


def test_readers_find_every_question_disease_and_medicine(pages: dict[str, Skimmed], kb: KnowledgeBase) -> None:
    assert {f"topics/{name}.html" for name in kb.topics} <= set(pages["questions.html"].to)
    assert {f"topics/{name}.html" for name in kb.topics} <= set(pages["learn.html"].to)
    assert {f"conditions/{name}.html" for name in kb.conditions} <= set(pages["diseases.html"].to)
    assert {f"interventions/{name}.html" for name in kb.interventions} <= set(pages["medicines.html"].to)


def test_a_worked_case_is_a_page_that_pages_of_what_it_names_lead_to(
    site: dict[str, str], pages: dict[str, Skimmed]
) -> None:
    assert "A woman of 67 with a hip T-score of -2.5 has osteoporosis" in site["cases/density.html"]
    assert "T-score of the total hip -2.5" in site["cases/density.html"]
    assert "../conditions/osteoporosis.html" in pages["cases/density.html"].to
    assert any(to.startswith("../cases/density.html#") for to in pages["conditions/osteoporosis.html"].to)

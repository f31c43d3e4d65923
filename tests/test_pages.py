"""The pages for people say what the program does: every word an author may write, every verb, every key of the JSON."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cli
from engine.assessment.verdict import DIAGNOSIS_STATUSES, PLAN_STATUSES
from engine.case import case
from engine.knowledge_base import measures
from engine.knowledge_base.files.layout import Layout
from engine.knowledge_base.reading import entries, reader, rules
from engine.knowledge_base.reading.values import parts
from engine.workbench.cases import cases, outcomes

ROOT = Path(cli.__file__).parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md")])
README, AUTHORING, CONTRACT = (
    (ROOT / name).read_text("utf-8") for name in ("README.md", "docs/authoring.md", "docs/json.md")
)
EXAMPLES = re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", AUTHORING, re.DOTALL)
OURS = [(name.removeprefix("hospital/"), text) for name, text in EXAMPLES if name.startswith("hospital/")]
QUOTED = [(name, text) for name, text in EXAMPLES if not name.startswith("hospital/")]


def words_of_authors() -> set[str]:
    found = {*entries.KINDS, *entries.PLAIN, *entries.EVERY, *rules.VERBS, *rules.KEYS, *rules.PREMISED, *parts.FIELD}
    found |= {key for kind in entries.KINDS.values() for key in kind.keys}
    found |= {*cases.LISTS, *cases.MAPPINGS, "common", "replaces", "members", "classes", "kinds", "numbers", "assumes"}
    return found | {*entries.FINDING_TYPES, *entries.INTERVENTION_KINDS, *entries.EFFECTS, *entries.FEATURES}


@pytest.mark.parametrize("word", sorted(words_of_authors()))
def test_the_guide_for_authors_names_every_word_they_may_write(word: str) -> None:
    assert f"`{word}`" in AUTHORING or f"`{word}:" in AUTHORING


@pytest.mark.parametrize(("file", "text"), QUOTED)
def test_what_the_guide_quotes_stands_in_the_file_it_names(file: str, text: str) -> None:
    assert text in (ROOT / file).read_text("utf-8")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's own example, as the directory it describes."""
    root = tmp_path_factory.mktemp("hospital")
    for name, text in OURS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def test_the_example_of_the_guide_reads_without_a_problem_and_its_cases_pass(hospital: Path) -> None:
    kb, problems = reader.read(Layout(ROOT, hospital))
    assert [str(problem) for problem in problems if problem.place.file.startswith(str(hospital))] == []
    assert kb is not None
    worked, wrong = cases.read_all(kb, cases.files_in(hospital / "cases"), hospital)
    assert [str(problem) for problem in wrong] == []
    prepared = case.prepare(kb)
    failures = [str(failure) for one in worked for failure in outcomes.run(prepared, one).failures]
    assert (len(worked), failures) == (6, [])


@pytest.mark.parametrize("verb", sorted(cli.FRONT.commands))
def test_the_readme_lists_every_verb(verb: str) -> None:
    assert re.search(rf"^\| `{verb}[ `]", README, re.MULTILINE)


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"^\| `([\w-]+)", README, re.MULTILINE))))
def test_the_readme_lists_no_verb_that_is_not_there(verb: str) -> None:
    assert verb in cli.FRONT.commands


def test_the_page_on_json_names_every_key_and_status() -> None:
    told = (ROOT / "engine" / "views" / "report" / "data.py").read_text("utf-8")
    keys = set(re.findall(r'"(\w+)":', told)) | set(re.findall(r'found\["(\w+)"\]', told))
    words = (*sorted(keys), *measures.REPORTED, *DIAGNOSIS_STATUSES, *PLAN_STATUSES)
    missing = [word for word in words if f"`{word}`" not in CONTRACT]
    assert missing == []


def test_the_page_on_design_names_no_module_that_is_gone() -> None:
    told = (ROOT / "docs" / "design.md").read_text("utf-8")
    part = told[told.index("### Room by room") : told.index("### How it is installed")]
    modules = list((ROOT / "engine").rglob("*.py"))
    there = {path.stem for path in modules} | {path.parent.name for path in modules}
    assert sorted(set(re.findall(r"`([a-z_]+)`", part)) - there) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)\s]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not _there(page, link)] == []


def _there(page: Path, link: str) -> bool:
    name, _, part = link.partition("#")
    target = page.parent / name if name else page
    if not target.exists():
        return False
    headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE) if part else []
    return not part or part in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}

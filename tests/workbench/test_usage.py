"""Who uses an entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store import cache
from engine.values.problems import Place
from engine.workbench.survey import usage
from tests.commands.conftest import FILES


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    written = [Written(file, file, text.encode()) for file, text in FILES.items() if not file.startswith("tests/")]
    found, problems = reader.read_contents(written)
    assert found is not None, problems
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vitamin_d", {"reads low-vitamin-d", "reads vitamin-d-first", "reads replete", "findings of vitamin_d_test"}),
        ("alendronate", {"recommends osteoporosis-alendronate", "contraindicates alendronate-swallowing"}),
        ("osteoporosis", {"diagnoses osteoporosis-by-t-score", "reads osteoporosis-alendronate"}),
        ("vitamin_d_repletion", {"until vitamin-d-first", "recommends replete"}),
        ("lowest_t_score", {"concludes lowest", "reads osteoporosis-by-t-score"}),
        ("label-a", {"cites alendronate-swallowing", "cites vitamin-d-first"}),
        ("nogg-2024", {"cites osteoporosis-alendronate"}),
        ("sex", {"applies of menopausal_status"}),
        ("dxa", {"reads lowest"}),
        ("sexes", {"choices of sex"}),
    ],
)
def test_an_entry_names_those_who_use_it(name: str, expected: set[str], kb: KnowledgeBase) -> None:
    assert expected <= {f"{use.how} {use.id}" for use in usage.uses(kb, name)}


def test_what_nothing_uses_has_no_users(kb: KnowledgeBase) -> None:
    assert usage.uses(kb, "no_such_thing") == ()


def test_every_use_says_where(kb: KnowledgeBase) -> None:
    assert all(use.place.file and use.place.line for use in usage.uses(kb, "vitamin_d"))


CASES = """\
- name: "low vitamin D"
  given: {age: 67, vitamin_d: 20 nmol/L}
  expect: {deferred: [alendronate]}   # vitamin_d_repletion
- name: nothing known
  given: {}
"""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("vitamin_d", [usage.Mention("low vitamin D", Place("a.yaml", 2))]),
        ("alendronate", [usage.Mention("low vitamin D", Place("a.yaml", 3))]),
        ("vitamin", []),
        ("vitamin_d_repletion", []),
    ],
)
def test_a_case_mentions_whole_ids_outside_comments(name: str, found: list[usage.Mention]) -> None:
    assert list(usage.mentions(name, [("a.yaml", CASES)])) == found


def test_all_uses_at_once_are_the_uses_one_by_one() -> None:
    kb = cache.load(Path(__file__).parent.parent.parent)
    at_once = usage.every(kb)
    for name in [*list(kb.findings)[::6], *list(kb.conditions)[::9], *list(kb.sources)[::12], "alendronate", "labs"]:
        assert sorted(at_once.get(name, ()), key=str) == sorted(usage.uses(kb, name), key=str), name


def test_all_mentions_at_once_are_the_mentions_one_by_one() -> None:
    text = "- name: one\n  given: {age: 67, x-y: 2}\n- name: two\n  given: {age: 3}  # vertebra\n"
    files = [("a.yaml", text)]
    at_once = usage.every_mention(files)
    for word in ("age", "x-y", "vertebra", "67", "nothing"):
        assert at_once.get(word, ()) == usage.mentions(word, files)

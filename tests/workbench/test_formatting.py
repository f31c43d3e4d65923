"""The one layout: it settles at once, keeps every word and comment, and leaves alone what it could only harm."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.knowledge_base.files import source
from engine.knowledge_base.files.layout import Layout, contents_of
from engine.knowledge_base.reading import entries, reader, rules
from engine.knowledge_base.store.cache import Store
from engine.knowledge_base.store.memory import Held
from engine.workbench.editing import formatting
from tests.conftest import LONG

ROOT = Path(__file__).parent.parent.parent
RULE = """# A file about kidneys.


alendronate-clearance:   # row 41
  # said by the label
  because: The kidneys clear it.
  title: Alendronate is not used below a clearance of 35 mL/min
  evidence: verified
  when:
   all:
   - creatinine_clearance < 35 mL/min   # not eGFR
   - not dialysis
  sources:   [alendronate-label]
  contraindicates: alendronate
next-rule:
  title: Another
  orders: dxa
  when: "age > 65"
  because: So it is.
  sources: [nogg-2024]
  evidence: verified
"""
LAID = """# A file about kidneys.

alendronate-clearance:   # row 41
  title: Alendronate is not used below a clearance of 35 mL/min
  contraindicates: alendronate
  when:
    all:
      - creatinine_clearance < 35 mL/min # not eGFR
      - not dialysis
  # said by the label
  because: The kidneys clear it.
  sources: [alendronate-label]
  evidence: verified

next-rule:
  title: Another
  orders: dxa
  when: "age > 65"
  because: So it is.
  sources: [nogg-2024]
  evidence: verified
"""


def laid_out(text: str, kind: str = "rules") -> str:
    laid, problems = formatting.formatted(text, kind, "a.yaml")
    assert problems == []
    return laid


def words(text: str) -> list[str]:
    return text.split()


def test_keys_come_in_their_order_with_the_comments_above_them() -> None:
    assert [line.split("#")[0].rstrip() for line in laid_out(RULE).split("\n")] == [
        line.split("#")[0].rstrip() for line in LAID.split("\n")
    ]
    assert sorted(words(laid_out(RULE))) == sorted(words(RULE))


def test_what_is_laid_out_stays() -> None:
    assert laid_out(laid_out(RULE)) == laid_out(RULE)


def test_a_long_text_is_broken_before_the_edge_and_says_the_same() -> None:
    text = f"a-rule:\n  title: {'bone ' * 60}\n  orders: dxa\n  when: always\n  because: {'(so) ' * 50}\n"
    text += (
        f"  sources: [{', '.join(f'a-source-{number} page {number}' for number in range(40))}]\n  evidence: verified\n"
    )
    laid = laid_out(text)
    assert max(map(len, laid.split("\n"))) <= formatting.WIDTH
    assert words(laid.replace("[", "").replace("]", "")) == words(text.replace("[", "").replace("]", ""))
    assert "page\n" not in laid


def test_a_mapping_in_braces_that_does_not_fit_is_opened_and_one_that_does_stays() -> None:
    short = "dry: {label: dry mouth}\n"
    long = f"wet: {{label: wet, note: {'very ' * 30}wet, synonyms: [moist, damp]}}\n"
    laid = laid_out(short + long, "states")
    assert short in laid
    assert "wet:\n  label: wet\n  synonyms: [moist, damp]\n  note: very" in laid


def test_values_are_never_rewritten_for_what_they_look_like() -> None:
    text = "a_finding:\n  label: 012\n  type: number\n  plausible: 1..1500\n  note: 1e3 12:30 yes 2026-01-15 ~ null\n"
    assert laid_out(text, "findings") == text


@pytest.mark.parametrize(
    "text",
    [
        "a_finding:\n  label: [one,   # why one\n    two]\n  type: number\n",
        "a_finding:\n  label: x\n  type: number\n  synonyms:\n  # first\n  - a\n  # second\n  - b\n# the end\n",
    ],
)
def test_what_cannot_be_kept_is_left_alone_and_told(text: str) -> None:
    laid, problems = formatting.formatted(text, "findings", "a.yaml")
    kept = sorted(line.split("#", 1)[1].strip() for line in text.split("\n") if "#" in line)
    assert sorted(line.split("#", 1)[1].strip() for line in laid.split("\n") if "#" in line) == kept
    assert laid == text if problems else formatting.formatted(laid, "findings", "a.yaml")[0] == laid


def test_a_file_with_a_fault_stays_as_it_is_and_the_fault_is_told() -> None:
    text = "a-rule:\n\ttitle: A tab\n"
    laid, problems = formatting.formatted(text, "rules", "a.yaml")
    assert laid == text
    assert problems


def test_the_line_for_editors_is_written_once_and_follows_its_schema() -> None:
    laid, _ = formatting.formatted(RULE, "rules", "a.yaml", "../../docs/schema/rules.json")
    assert laid.startswith("# yaml-language-server: $schema=../../docs/schema/rules.json\n# A file")
    moved, _ = formatting.formatted(laid, "rules", "a.yaml", "../docs/schema/rules.json")
    assert moved.count("$schema") == 1
    assert formatting.formatted(moved, "rules", "a.yaml")[0] == moved


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/x/rules/safety/kidney.yaml", "rules"),
        ("knowledge/findings/labs.yaml", "findings"),
        ("knowledge/glossary.yaml", "glossary"),
        ("hospital/rules/knowledge.yaml", "rules"),
        ("tests/cases/kidney.yaml", ""),
        ("knowledge/nothing.yaml", ""),
    ],
)
def test_the_place_of_a_file_says_what_it_holds(path: str, kind: str) -> None:
    assert formatting.kind_of(Path(path)) == kind


def test_every_key_has_its_place() -> None:
    assert {*rules.KEYS, *rules.PREMISED, *rules.VERBS, "replaces"} == set(formatting.rule_order())
    for kind, known in entries.KINDS.items():
        assert {*known.keys, *entries.EVERY, "replaces"} == set(formatting.entry_order(kind))


def shipped() -> list[str]:
    return sorted(inside for _, inside, _, _ in Layout(ROOT).files())


@pytest.mark.parametrize("inside", shipped())
def test_every_shipped_file_can_be_laid_out_and_then_stays(inside: str) -> None:
    text = (ROOT / inside).read_text("utf-8")
    laid, problems = formatting.formatted(text, formatting.kind_of(Path(inside)), inside)
    assert problems == []
    assert laid == text or formatting.formatted(laid, formatting.kind_of(Path(inside)), inside) == (laid, [])


def test_laying_out_changes_nothing_of_what_the_knowledge_base_means() -> None:
    contents, _ = contents_of(Layout(ROOT))
    other = [
        dataclasses.replace(
            item,
            content=formatting.formatted(
                item.content.decode(), formatting.kind_of(Path(item.inside)), item.file, "s.json"
            )[0].encode(),
        )
        if LONG or number % 8 == 0
        else item
        for number, item in enumerate(contents)
    ]
    held = Held(Store(None, "none"))  # files that stay as they are need not be read twice
    before, problems = reader.read_contents(contents, held)
    after, found = reader.read_contents(other, held)
    assert sorted(problem.code for problem in found) == sorted(problem.code for problem in problems)
    assert before is not None
    assert after is not None
    assert meaning(before) == meaning(after)


def meaning(value: object) -> object:
    """A knowledge base without where things are written and what they were written as."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [
            part.name
            for part in dataclasses.fields(value)
            if part.name not in ("place", "places", "word_places", "source", "digest")
        ]
        return (type(value).__name__, [meaning(getattr(value, name)) for name in parts])
    if hasattr(value, "items"):
        return {key: meaning(item) for key, item in value.items()}
    return [meaning(item) for item in value] if isinstance(value, (tuple, list)) else value


TEXTS = st.text(alphabet="abc xyz<>=().,-%1290'’é", min_size=1, max_size=200).map(lambda text: " ".join(text.split()))


@given(st.lists(st.tuples(st.sampled_from(["title", "because", "when", "note", "dose"]), TEXTS), max_size=5))
def test_any_rule_that_can_be_read_settles_and_says_the_same(pairs: list[tuple[str, str]]) -> None:
    lines = [f"  {key}: {value}" for key, value in dict(pairs).items()]
    text = "\n".join(["a-rule:", "  orders: dxa", *lines]) + "\n"
    node, problems = source.load_text(text, "a.yaml")
    laid, told = formatting.formatted(text, "rules", "a.yaml")
    if problems or node is None or told:
        assert laid == text
        return
    assert formatting.formatted(laid, "rules", "a.yaml") == (laid, [])
    # a text that YAML could take for something else comes back between quotes
    assert sorted(words(laid.replace("'", ""))) == sorted(words(text.replace("'", "")))

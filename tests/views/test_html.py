"""The page: well formed, complete in itself, readable without seeing it, and harmless."""

from __future__ import annotations

import dataclasses
import itertools
from html.parser import HTMLParser

import pytest

from engine.assessment.verdict import Shown, Verdict
from engine.views.report import html
from tests.views.samples import DEFICIENT, EMPTY, NAMES, VERDICT

VOID = {"meta", "br"}


class Reading(HTMLParser):
    """A page as its tags and words; complains of tags that do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(*verdicts: Verdict, title: str = "") -> Reading:
    return Reading(html.page([(title, verdict) for verdict in verdicts or (VERDICT,)], NAMES))


def test_it_says_everything_the_text_says() -> None:
    told = page().text
    for words in (
        "EMERGENCY: severe hypocalcemia",
        "Send to hospital",
        "A T-score of -2.5 or lower is osteoporosis",
        "70 mg weekly",
        "Never after it",
        "1 more measure cannot be judged yet",
        "What is a low vitamin D?",
        "Age not given: adult assumed.",
        "it replaces no clinician.",
    ):
        assert words in told


def test_it_needs_nothing_from_anywhere_and_runs_nothing() -> None:
    read = page()
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in read.tags}
    for tag, attributes in read.tags:
        assert not {"src", "href", "action", "style"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag


def test_every_reason_folds_open_to_its_rule_file_and_source() -> None:
    read = page()
    assert len(read.all("details")) >= 6
    assert "rule osteoporosis-by-t-score, rules/x.yaml:7" in read.text
    assert "Demineralization of bone. (A14)" in read.text


def test_what_nobody_checked_is_marked_and_counted() -> None:
    assert "not verified" in page().text
    assert "1 rule, not yet held against the source by us" in page().text


def test_every_picture_has_words() -> None:
    scored = dataclasses.replace(
        VERDICT, findings=(Shown("t_score_hip", "T-score, total hip", "-2.7", -2.7, "", "known"),)
    )
    pictures = page(scored).all("svg")
    assert all(picture["role"] == "img" for picture in pictures)
    assert [picture["aria-label"] for picture in pictures] == [
        "T-scores by site on the WHO bands: T-score, total hip -2.7, osteoporosis",
        "10-year risk of a major fracture: 17 %, as entered; 15 %: risk at which treatment is suggested (Canada 2023); "
        "20 %: risk at which osteopenia is treated (AACE 2020, BHOF 2022); "
        "20 %: risk at which it is recommended (Canada 2023)",
        "Treatment over time: alendronate: from 2020-06, until 2024-05; vitamin D: from 2024, being taken; "
        "fracture: forearm: 2025-09",
        "osteomalacia: score +0.3, 1 for, 0 against (for)",
    ]


def test_a_probability_is_told_as_entered_and_not_as_worked_out_here() -> None:
    told = page().text
    assert "10-year probability of a fracture, as entered" in told
    assert "nothing here works it out" in told


def test_cards_are_told_apart_by_words_and_not_by_color_alone() -> None:
    told = page().text
    for words in ("recommended", "NOT YET, first line", "once checked", "NOT for this person"):
        assert words in told


def test_headings_do_not_skip_a_level() -> None:
    levels = [int(tag[1]) for tag, _ in page().tags if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("said", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "&lt;"])
def test_what_a_file_says_is_shown_as_it_was_written(said: str) -> None:
    shown = Shown("age", said, said, 67.0, "", "known")
    read = page(dataclasses.replace(VERDICT, findings=(shown,)), title=said)
    assert read.text.count(said) >= 3
    assert not {"script", "img"} & {tag for tag, _ in read.tags}


def test_text_cannot_reorder_or_hide_itself() -> None:
    reason = dataclasses.replace(DEFICIENT, because="\u202ereversed\u200b\x1b[2J")
    alert = dataclasses.replace(VERDICT.alerts[0], because=(reason,))
    written = html.page([("\u2066x", dataclasses.replace(VERDICT, alerts=(alert,)))], NAMES)
    assert not set(written) & {"\u202e", "\u200b", "\u2066", "\x1b"}
    assert r"\u202ereversed" in written


def test_several_patients_are_one_page() -> None:
    read = Reading(html.page([("First", VERDICT), ("Second", EMPTY)], NAMES))
    assert len(read.all("article")) == 2
    assert "First and 1 more" in read.text


def test_of_nobody_there_is_a_page_too() -> None:
    assert "it replaces no clinician." in page(EMPTY).text

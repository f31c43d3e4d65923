"""Lines of one width."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.views.layout import NARROWEST, WIDEST, Page

WORDS = st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=30), max_size=40)


@given(WORDS, st.integers(NARROWEST, 200), st.sampled_from(["paragraph", "item", "entry", "columns", "heading"]))
def test_no_line_is_wider_than_the_page_and_no_word_is_lost(words: list[str], width: int, way: str) -> None:
    page = Page(width)
    said = " ".join(words)
    if way == "entry":
        page.entry("because", said)
    elif way == "columns":
        page.columns(said, "established")
    else:
        getattr(page, way)(said)
    lines = page.text().splitlines()
    assert all(len(line) <= min(width, WIDEST) for line in lines)
    letters = re.sub(r"\s", "", said).casefold()
    assert letters in re.sub(r"\s", "", "".join(lines)).casefold()


def test_what_follows_hangs_under_the_first_word() -> None:
    page = Page(40)
    page.entry("because", "one two three four five six seven eight nine ten", indent=2, column=9)
    first, *rest = page.text().splitlines()
    assert first.startswith("  because  one")
    assert rest
    assert all(line.startswith(" " * 11) and not line.startswith(" " * 12) for line in rest)


def test_a_label_that_is_too_long_for_its_column_still_stands_apart_from_the_words() -> None:
    page = Page(60)
    page.entry("recommended", "yes", column=4)
    assert page.text() == "    recommended yes\n"


def test_two_ends_of_a_line_stand_below_each_other_where_they_do_not_fit() -> None:
    page = Page(40)
    page.columns("a rather long name of a medicine", "once checked, first line")
    assert len(page.text().splitlines()) == 2


@pytest.mark.parametrize("style", ["", "bold", "red"])
def test_color_adds_nothing_but_color(style: str) -> None:
    plain, colored = Page(60), Page(60, colored=True)
    for page in (plain, colored):
        page.item("a word and another " * 8, "!", style=style)
    assert ("\x1b[" in colored.text()) is bool(style)
    assert re.sub(r"\x1b\[[\d;]*m", "", colored.text()) == plain.text()


def test_text_cannot_bring_its_own_color() -> None:
    page = Page(60, colored=True)
    page.paragraph("\x1b[31mred\x1b[0m")
    assert page.text() == "  \\x1b[31mred\\x1b[0m\n"

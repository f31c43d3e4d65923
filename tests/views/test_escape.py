"""Hostile text stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.views import escape

HOSTILE = {
    "\x1b[2J\x1b[31m": r"\x1b[2J\x1b[31m",
    "\x9b2J": r"\x9b2J",
    "\u202egnp.exe": r"\u202egnp.exe",
    "\u2066x\u2069": r"\u2066x\u2069",
    "a\u200bb": r"a\u200bb",
    "a\x00b\x7f": r"a\x00b\x7f",
    "\ufeffage": r"\ufeffage",
    "a\u2028b": r"a\u2028b",
}


@pytest.mark.parametrize(("said", "shown"), HOSTILE.items())
def test_what_steers_a_terminal_or_hides_in_a_page_is_spelled_out(said: str, shown: str) -> None:
    assert escape.plain(said) == shown


@pytest.mark.parametrize("said", ["28 nmol/L", "5 µg", "≤ 3", "Ödem", "骨", "a\nb"])
def test_what_a_person_can_see_stays_as_it_is(said: str) -> None:
    assert escape.plain(said) == said


@given(st.text())
def test_nothing_invisible_is_left(said: str) -> None:
    assert all(character.isprintable() or character in "\n\u00a0\u202f" for character in escape.plain(said))


@given(st.text())
def test_a_line_is_one_line_and_escaping_it_again_changes_nothing(said: str) -> None:
    once = escape.line(said)
    assert "\n" not in once
    assert escape.line(once) == once

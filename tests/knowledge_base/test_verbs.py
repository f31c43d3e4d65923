"""The table of verbs: rows are whole, and what is derived from them is what rules that protect are held to."""

from __future__ import annotations

from typing import get_args

import pytest

from engine.knowledge_base import verbs
from engine.premises.propositions import Predicate


@pytest.mark.parametrize("verb", get_args(verbs.Verb))
def test_every_verb_has_a_row_with_its_words(verb: verbs.Verb) -> None:
    row = verbs.VERBS[verb]
    assert all((row.told, row.means, row.heading))
    assert (row.concludes is not None) == ("{}" in row.concluded)
    assert any(verb in behind for behind in verbs.BEHIND.values())
    assert row.mistaken_for is None or verbs.VERBS[row.mistaken_for].about == row.about


def test_every_predicate_is_concluded_by_one_verb() -> None:
    assert sorted(verbs.CONCLUDED.values()) == sorted(get_args(Predicate))


def test_what_is_as_strict_comes_from_the_mildest_to_the_strictest() -> None:
    assert verbs.as_strict("cautions") == ("cautions", "defers", "contraindicates")
    assert verbs.as_strict("contraindicates") == ("contraindicates",)
    assert verbs.as_strict("alerts") == ("alerts",)
    assert verbs.as_strict("recommends") == ("recommends",)


def test_what_only_calls_for_care_bars_nobody() -> None:
    assert {*verbs.SAFETY}.isdisjoint(verbs.CARE)
    assert {*verbs.SAFETY, *verbs.CARE} == verbs.PROTECTING
    assert {*verbs.ADVISING}.isdisjoint(verbs.CARE)

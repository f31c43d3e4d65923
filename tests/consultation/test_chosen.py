"""A guideline or region that is chosen leaves nobody without a bone medicine and without a word about it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import pytest

from engine import api
from engine.assessment import chosen, plan
from engine.case.case import Case
from engine.values.truth import Truth
from engine.views.report import data, markdown, text

TODAY = datetime.date(2026, 11, 1)
WOMAN = {"age": 72, "sex": "female", "menopausal_status": "postmenopausal", "t_score_hip": -3.0}
PEOPLE: dict[str, dict[str, Any]] = {
    "a woman": WOMAN,
    "a woman with a broken vertebra": {**WOMAN, "fractures": [{"site": "vertebra", "date": "2026-08"}]},
    "a man": {"age": 74, "sex": "male", "t_score_hip": -3.1, "fractures": [{"site": "hip", "date": "2026-03"}]},
    "a woman on a steroid": {
        **WOMAN,
        "medicines": [{"name": "prednisolone", "dose": "10 mg", "started": "2026-01"}],
    },
}


@pytest.fixture(scope="module")
def kb() -> api.KnowledgeBase:
    return api.load()


def wanted(case: Case) -> list[str]:
    """The bone medicines that a shown rule wants."""
    medicines = [one.id for one in case.kb.interventions.values() if one.choice == "bone medicine"]
    return [name for name in medicines if plan.wanted(case, name)[0] is Truth.TRUE]


def said(notices: Iterable[str]) -> list[str]:
    return [one for one in notices if "about a bone medicine" in one or "for a bone medicine" in one]


@pytest.mark.parametrize("person", PEOPLE)
def test_under_every_guideline_there_is_a_medicine_or_a_word(person: str, kb: api.KnowledgeBase) -> None:
    case = api.settled(kb, PEOPLE[person], today=TODAY)
    assert wanted(case)
    assert list(chosen.notices(case)) == []
    without = 0
    for guideline, entry in kb.kb.guidelines.items():
        case = api.settled(kb, PEOPLE[person], guideline, today=TODAY)
        notices = said(chosen.notices(case))
        assert len(notices) == (0 if wanted(case) else 1), guideline
        for one in notices:
            without += 1
            assert f"Only what {entry.label} ({guideline}) recommends is shown" in one
            assert "would be recommended by " in one
    assert without > 40


@pytest.mark.parametrize("region", ["US", "UK", "Canada", "Europe", "Australia", "nowhere"])
@pytest.mark.parametrize("person", PEOPLE)
def test_in_every_region_there_is_a_medicine_or_a_word(person: str, region: str, kb: api.KnowledgeBase) -> None:
    for guideline in ("", "who-1994", "nogg-2024"):
        case = api.settled(kb, PEOPLE[person], guideline or None, today=TODAY)
        case.region = region
        assert len(said(chosen.notices(case))) == (0 if wanted(case) else 1)


def test_it_says_whether_the_guideline_has_no_rule_or_none_that_holds(kb: api.KnowledgeBase) -> None:
    (none,) = said(api.assess(kb, WOMAN, guideline="who-1994", today=TODAY).notices)
    assert "none of its rules here is about a bone medicine" in none
    (other,) = said(api.assess(kb, WOMAN, guideline="acr-2022", today=TODAY).notices)
    assert "none of its rules for a bone medicine holds here" in other
    assert "would be recommended by ACP 2023" in other


def test_whoever_needs_none_hears_nothing(kb: api.KnowledgeBase) -> None:
    verdict = api.assess(kb, {"age": 40, "sex": "male", "t_score_hip": 0.3}, guideline="who-1994", today=TODAY)
    assert said(verdict.notices) == []


def test_every_form_of_a_report_says_it(kb: api.KnowledgeBase) -> None:
    verdict = api.assess(kb, WOMAN, guideline="who-1994", today=TODAY)
    forms = (
        data.text(data.document(verdict, kb.names)),
        markdown.report(verdict, kb.names),
        text.report(verdict, kb.names, 80, False),
    )
    for told in forms:
        assert "none of its rules here is about a bone medicine" in " ".join(told.split())

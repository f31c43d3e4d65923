"""What a hospital does not have is wanted all the same: said in every form, barred in none."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from engine import api
from engine.knowledge_base.naming import Names
from engine.values.problems import Refused
from engine.views.report import data, handout, html, markdown, sections, text

ENTRY = """
not-on-our-formulary:
  title: Alendronate and PTH analogs are not on our formulary
  medicines: [alendronate, pth_analog]
  because: The pharmacy orders it within two weeks.
  sources: [our-formulary]
"""
SOURCE = """
our-formulary:
  citation: The formulary of our hospital, 2026.
  year: 2026
  kind: reference
"""
TODAY = datetime.date(2026, 11, 30)
WOMAN: dict[str, Any] = {"age": 72, "sex": "female", "menopausal_status": "postmenopausal", "t_score_hip": -3.0}


@pytest.fixture(scope="module")
def shipped() -> api.KnowledgeBase:
    return api.load()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> api.KnowledgeBase:
    home = tmp_path_factory.mktemp("hospital")
    (home / "knowledge").mkdir()
    (home / "knowledge/unavailable.yaml").write_text(ENTRY.lstrip())
    (home / "knowledge/sources.yaml").write_text(SOURCE.lstrip())
    return api.load(home)


def plan_of(kb: api.KnowledgeBase, patient: dict[str, Any]) -> dict[str, Any]:
    verdict = api.assess(kb, patient, today=TODAY)
    return {item["id"]: item for item in data.document(verdict, Names(kb.kb))["plan"]}


def test_no_status_changes_by_it(shipped: api.KnowledgeBase, ours: api.KnowledgeBase) -> None:
    before, after = plan_of(shipped, WOMAN), plan_of(ours, WOMAN)
    assert {name: item["status"] for name, item in before.items()} == {
        name: item["status"] for name, item in after.items()
    }
    assert {item["unavailable"] is None for item in before.values()} == {True}


def test_what_is_next_can_be_had_and_is_of_the_same_choice(ours: api.KnowledgeBase) -> None:
    plan = plan_of(ours, WOMAN)
    told = plan["alendronate"]["unavailable"]
    assert told == {"because": "The pharmacy orders it within two weeks.", "next": "risedronate"}
    assert plan["risedronate"]["choice"] == plan["alendronate"]["choice"]
    names = [name for name, item in plan.items() if item["choice"] == "bone medicine"]
    assert names.index("risedronate") < names.index("alendronate")


def test_every_form_says_it_and_none_bars_it(ours: api.KnowledgeBase) -> None:
    verdict, names = api.assess(ours, WOMAN, today=TODAY), Names(ours.kb)
    document = sections.document(verdict, names)
    for form in (text.brief(document), text.full(document), markdown.written(document), html.written([document])):
        assert "orders it within two weeks; the next is risedronate" in " ".join(form.split())
    assert "alendronate" not in [item.id for item in verdict.plan if item.status == "contraindicated"]
    assert "lendronate" not in text.handout(handout.handout(verdict, names))


def test_what_is_taken_already_is_an_alert_and_goes_on(ours: api.KnowledgeBase) -> None:
    verdict = api.assess(ours, {**WOMAN, "medicines": ["teriparatide"]}, today=TODAY)
    (raised,) = [alert for alert in verdict.alerts if alert.id == "not_here_teriparatide"]
    assert (raised.status, raised.urgency) == ("raised", "soon")
    assert "it is not stopped for that" in raised.action
    page = " ".join(text.handout(handout.handout(verdict, Names(ours.kb))).split())
    assert "You take teriparatide. It may be hard to get here. Do not stop it." in page


def test_a_medicine_that_there_is_not_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge/unavailable.yaml").write_text(ENTRY.lstrip().replace("alendronate,", "alendronat,"))
    (tmp_path / "knowledge/sources.yaml").write_text(SOURCE.lstrip())
    with pytest.raises(Refused, match="did you mean 'alendronate'"):
        api.load(tmp_path)

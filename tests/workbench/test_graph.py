"""What a conclusion rests on is found to the bottom: what is asked or measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.knowledge_base import verbs
from engine.knowledge_base.naming import Names
from engine.knowledge_base.store import cache
from engine.workbench.survey import graph, usage

ROOT = Path(__file__).parent.parent.parent
KB = cache.load(ROOT)
NAMES = Names(KB)


def test_a_contraindication_rests_on_a_clearance_and_that_on_what_is_measured() -> None:
    drawn = graph.rests_on(NAMES, "rule", "alendronate-clearance")
    assert drawn.subject.entry == "alendronate-clearance"
    assert {"creatinine_clearance", "age", "weight", "creatinine", "sex"} <= {one.entry for one in drawn.points}


@pytest.mark.parametrize("name", sorted(KB.conditions))
def test_everything_drawn_leads_to_the_subject(name: str) -> None:
    drawn = graph.rests_on(NAMES, "condition", name)
    reached = {drawn.subject.key}
    for _ in drawn.points:
        reached |= {one.below for one in drawn.links if one.above in reached}
    assert reached == {point.key for point in drawn.points}
    assert len(reached) == len(drawn.points)


def test_every_rule_about_the_subject_is_there_and_none_about_another() -> None:
    drawn = graph.rests_on(NAMES, "intervention", "alendronate")
    rules = {one.entry for one in drawn.points if one.kind == "rule"}
    about = set(verbs.BEHIND["intervention"])
    users = usage.uses(KB, "alendronate")
    assert rules == {use.id for use in users if use.id in KB.rules and use.how in about}


def test_what_lies_at_the_bottom_is_asked_measured_or_a_cut_off() -> None:
    drawn = graph.rests_on(NAMES, "condition", "osteomalacia")
    above = {one.above for one in drawn.links}
    bottom = {point.kind for point in drawn.points if point.key not in above}
    assert bottom <= {"finding", "threshold"}


def test_an_id_of_nothing_that_concludes_has_no_picture() -> None:
    assert graph.kinds_of(KB, "age") == ()
    assert graph.kinds_of(KB, "osteomalacia") == ("condition",)

"""Why not, what if, and what an answer would turn, on a small base; nothing supposed is kept."""

from __future__ import annotations

from engine.assessment import judgement
from engine.assessment.contrasts import contrast
from engine.case.case import Case
from engine.intake.answers import answers
from engine.values.problems import Place
from engine.values.value import Known
from tests.consultation.test_judgement import OSTEOPOROSIS, TODAY, WOMAN, prepared, said


def known(one: Case, finding: str, text: str) -> Known:
    found, problems = answers.read_answer(one.kb, finding, text, Place("supposed"), TODAY)
    assert not problems
    assert found is not None
    return found


def turns(one: Case, **changes: str) -> dict[str, tuple[str, str]]:
    supposed = one.supposing({name: known(one, name, text) for name, text in changes.items()})
    found = contrast.differences(judgement.judge(one), judgement.judge(supposed))
    return {turn.id: (turn.before, turn.after) for turn in found}


def test_what_if_shows_what_differs_and_keeps_nothing() -> None:
    one = said(OSTEOPOROSIS, prepared())
    before = judgement.judge(one)
    assert turns(one, creatinine_clearance_measured="20 mL/min")["alendronate"] == ("conditional", "contraindicated")
    assert turns(one, vitamin_d="20 nmol/L")["alendronate"] == ("conditional", "deferred")
    assert before == judgement.judge(one)


def test_what_if_an_answer_were_withdrawn() -> None:
    one = said(OSTEOPOROSIS, prepared())
    without = judgement.judge(one.supposing({"t_score_hip": None}))
    found = {turn.id: (turn.before, turn.after) for turn in contrast.differences(judgement.judge(one), without)}
    assert found["osteoporosis"] == ("established", "")


def test_supposing_what_is_so_changes_nothing() -> None:
    assert turns(said(OSTEOPOROSIS, prepared()), t_score_hip="-2.7") == {}


def test_the_answers_to_a_number_are_tried_on_both_sides_of_its_cut_offs() -> None:
    one = said(OSTEOPOROSIS, prepared())
    found = [{turn.id: turn.after for turn in possible.turns} for possible in contrast.prospects(one, "vitamin_d")]
    assert {"deferred", "recommended"} == {turned.get("alendronate") for turned in found}


def test_an_answer_that_turns_nothing_is_not_listed() -> None:
    one = said(OSTEOPOROSIS + "vitamin_d: 80 nmol/L\n", prepared())
    assert contrast.prospects(one, "weight") == ()


def test_why_not_names_what_stands_in_the_way_with_value_and_threshold() -> None:
    found = contrast.why_not(said(OSTEOPOROSIS + "vitamin_d: 20 nmol/L\n", prepared()), "alendronate")
    assert found.status == "deferred"
    delay = next(one for one in found.rules if one.rule.id == "vitamin-d-first")
    assert [(c.words, c.known) for c in delay.conditions] == [("25-OH vitamin D is below 30 nmol/L", "20 < 30 nmol/L")]
    assert found.nearest[0].startswith("first ")
    assert not any("25-OH vitamin D" in step for step in found.nearest)  # it is known, and not argued with


def test_why_not_counts_the_conditions_still_to_turn() -> None:
    found = contrast.why_not(said(WOMAN + "t_score_hip: -1.5\nconditions: none\n", prepared()), "alendronate")
    want = next(one for one in found.rules if one.role == "wants")
    assert want.steps == 1
    assert [condition.known for condition in want.conditions] == ["-1.5 > -2.5"]


def test_what_is_not_known_is_named_as_waited_for() -> None:
    found = contrast.why_not(said(OSTEOPOROSIS, prepared()), "alendronate")
    delay = next(one for one in found.rules if one.rule.id == "vitamin-d-first")
    assert [condition.waits_for for condition in delay.conditions] == [("vitamin_d",)]

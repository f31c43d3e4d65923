"""Queries: what a report says can be asked, and in a premise it is refused with the reason."""

from __future__ import annotations

import dataclasses
import re

import pytest

from engine.premises import wording
from engine.premises.checking.checking import Listed, Written, check_premise, check_tree
from engine.premises.expression import Not, Shown, TruthNode
from engine.premises.statuses import WORDS
from engine.values.problems import Level, Problem
from tests.language.small_vocabulary import HERE, UNITS, VOCABULARY, blocks, shown
from tests.language.test_checking import told
from tests.language.test_wording import CALLED

_REASON = re.compile("would rest on itself|would have to be taken back")
RIGHT, WRONG = (list(blocks(f"{name}.txt")) for name in ("queries", "misqueries"))


def query(text: str) -> tuple[TruthNode | None, list[Problem]]:
    return check_premise(text, HERE, VOCABULARY, UNITS, statuses=True)


def test_the_tables_were_found() -> None:
    assert (len(RIGHT), len(WRONG)) >= (6, 15)


@pytest.mark.parametrize(("text", "tree"), RIGHT)
def test_a_query_becomes_its_tree(text: str, tree: tuple[str, ...]) -> None:
    node, problems = query(text)
    assert [str(problem) for problem in problems] == []
    assert shown(node) == "".join(tree)


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_each_mistake_is_told_its_right_form_at_its_place(text: str, expected: tuple[str, ...]) -> None:
    node, problems = query(text)
    assert node is None
    assert tuple(map(told, problems)) == expected


@pytest.mark.parametrize("text", [text for text, _ in RIGHT])
def test_what_a_query_may_ask_no_premise_may(text: str) -> None:
    node, problems = check_premise(text, HERE, VOCABULARY, UNITS)
    assert node is None
    assert {problem.code for problem in problems} == {"OL216"}
    assert all(_REASON.search(problem.what) and problem.hint for problem in problems)


@pytest.mark.parametrize("of", list(WORDS))
def test_every_word_can_be_asked_for_alone(of: str) -> None:
    subject = {"diagnosis": "osteomalacia", "alert": "overdue"}.get(of, "alendronate")
    for word in WORDS[of]:
        node, problems = query(f"{of}({subject}) is {word}")
        assert not problems
        assert isinstance(node, Shown)
        assert node.words == {word}


def test_a_list_of_queries_may_ask_too() -> None:
    asked = Written("status(alendronate) is recommended", HERE)
    node, problems = check_tree(Listed("not", (asked,), HERE), VOCABULARY, UNITS, statuses=True)
    assert not problems
    assert isinstance(node, Not)
    _, problems = check_tree(Listed("not", (asked,), HERE), VOCABULARY, UNITS)
    assert [problem.code for problem in problems] == ["OL216"]


def test_a_status_beside_its_own_opposite_is_doubted() -> None:
    node, problems = query("status(alendronate) is recommended or status(alendronate) is not recommended")
    assert node is not None
    assert [(problem.code, problem.level) for problem in problems] == [("OL213", Level.WARNING)]


WORDED = [
    ("status(alendronate) is (conditional or recommended)", "alendronate reads recommended or conditional"),
    ("status(alendronate) is not recommended", "alendronate does not read recommended"),
    ("status(bisphosphonate) is deferred", "some bisphosphonate reads deferred"),
    ("status(bisphosphonate) is not deferred", "no bisphosphonate reads deferred"),
    ("diagnosis(osteomalacia) is not_considered", "diagnosis osteomalacia reads not considered"),
    ("alert(overdue) is not (raised or not_ruled_out)", "alert overdue does not read raised or not ruled out"),
    ("caution(alendronate) is given", "caution on alendronate reads given"),
]


@pytest.mark.parametrize(("text", "said"), WORDED)
def test_a_query_reads_as_a_sentence_and_its_denial_as_the_opposite(text: str, said: str) -> None:
    node, _ = query(text)
    assert node is not None
    assert wording.words(node, CALLED) == said
    assert isinstance(node, Shown)
    opposite = dataclasses.replace(node, negated=not node.negated)
    assert wording.denial(node, CALLED) == wording.words(opposite, CALLED) != said


def test_whether_something_is_known_reads_as_a_sentence() -> None:
    node, _ = query("known(vitamin_d)")
    assert node is not None
    assert wording.words(node, CALLED) == "25-OH vitamin D is known"
    assert wording.denial(node, CALLED) == "25-OH vitamin D is not known"


def test_whether_the_record_contradicts_itself_can_be_asked_of_it_as_a_whole() -> None:
    node, problems = query("not contradictory(record)")
    assert not problems
    assert node is not None
    assert wording.words(node, CALLED) == "no two values contradict"
    assert wording.denial(node, CALLED) == "two values contradict"


@pytest.mark.parametrize("text", ["contradictory(vitamin_d)", "contradictory(record, record)"])
def test_one_finding_alone_contradicts_nothing(text: str) -> None:
    _, problems = query(text)
    assert [(problem.code, problem.hint) for problem in problems] == [("OL214", "write `contradictory(record)`")]


def test_no_rule_asks_whether_the_record_contradicts_itself() -> None:
    _, problems = check_premise("contradictory(record)", HERE, VOCABULARY, UNITS)
    assert [problem.code for problem in problems] == ["OL216"]

"""Expectations corrected in their files: only those that failed, in place, with every comment kept."""

from __future__ import annotations

import pytest

from engine.assessment.outlook import Outlook
from engine.case.case import Prepared
from engine.workbench.cases import cases, outcomes, updating
from tests.workbench import bench


@pytest.fixture(scope="module")
def base() -> Prepared:
    return bench.prepared()


def updated(base: Prepared, text: str) -> tuple[str, list[str]]:
    """The text with all that can be corrected, and what is said of it."""
    said: list[str] = []
    for one in reversed(bench.worked(base, text)):
        look = Outlook(cases.patient(base, one))
        text, made = updating.rewritten(text, one.place, list(updating.corrections(look, one.expectations)))
        said += map(str, made)
    return text, said


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [
        # lists: the subject goes where it belongs
        ("{t_score_hip: -3}", "expect: {held: osteoporosis-by-t-score}", "expect: {fired: [osteoporosis-by-t-score]}"),
        (
            "{age: 67, vitamin_d: 20 nmol/L}",
            "expect: {diagnosed: [osteomalacia], orders: []}",
            "expect: {possible: [osteomalacia], orders: []}",
        ),
        (
            "{age: 67, t_score_hip: -3, dysphagia: yes}",
            "expect: {recommended: [alendronate], diagnosed: osteoporosis}",
            "expect: {contraindicated: [alendronate], diagnosed: osteoporosis}",
        ),
        (
            "{t_score_hip: -3}",
            "expect: {fired: [lowest], held: [low-vitamin-d, osteoporosis-by-t-score]}",
            "expect: {fired: [lowest, osteoporosis-by-t-score], held: [low-vitamin-d]}",
        ),
        (
            "{t_score_hip: -3}",
            "expect: {held: [osteoporosis-by-t-score, low-vitamin-d], fired: lowest}",
            "expect: {held: [low-vitamin-d], fired: [lowest, osteoporosis-by-t-score]}",
        ),
        # what is nowhere is taken out
        (
            "{t_score_hip: -3, vitamin_d: 60 nmol/L}",
            "expect: {causes: [estrogen_loss], diagnosed: osteoporosis}",
            "expect: {diagnosed: osteoporosis}",
        ),
        (
            "{t_score_hip: -3}",
            "expect: {diagnosed: osteoporosis, causes: estrogen_loss}",
            "expect: {diagnosed: osteoporosis}",
        ),
        # mappings: the value is corrected, the tolerance kept
        (
            "{t_score_hip: -3}",
            "expect: {quantities: {lowest_t_score: {is: -2.5, within: 0.1}}}",
            "expect: {quantities: {lowest_t_score: {is: -3, within: 0.1}}}",
        ),
        (
            "{age: 67, vitamin_d: 20 nmol/L}",
            "expect: {scores: {osteomalacia: 1.4}, ranks: {osteomalacia: 1}}",
            "expect: {scores: {osteomalacia: 0.7}, ranks: {osteomalacia: 1}}",
        ),
        (
            "{age: 67, t_score_hip: -3, dysphagia: no}",
            "expect: {missing: {alendronate: [dysphagia]}}",
            "expect: {missing: {alendronate: [vitamin_d]}}",
        ),
        # what must not follow and does is taken out
        (
            "{t_score_hip: -3}",
            "expect: {fired: lowest}\n  expect_not: {diagnosed: [osteoporosis], causes: estrogen_loss}",
            "expect: {fired: lowest}\n  expect_not: {causes: estrogen_loss}",
        ),
        (
            "{t_score_hip: -3}",
            "expect: {fired: lowest}\n  expect_not: {diagnosed: osteoporosis}",
            "expect: {fired: lowest}",
        ),
    ],
)
def test_an_expectation_that_fails_says_what_is_concluded(given: str, before: str, after: str, base: Prepared) -> None:
    text = f"- name: x\n  given: {given}\n  {before}\n"
    new, said = updated(base, text)
    assert new.rstrip() == f"- name: x\n  given: {given}\n  {after}"
    assert said
    (one,) = bench.worked(base, new)
    assert outcomes.run(base, one).passed


INDENTED = """\
# Who is treated, and who is not.

- name: first   # fine as it is
  given: {t_score_hip: -1}
  expect: {held: osteoporosis-by-t-score}

# The next one changed.
- name: second
  given:
    age: 67
    t_score_hip: -3   # the hip decides
    dysphagia: yes
  expect:   # all of it
    recommended:   # for now
      - alendronate   # the first line
    fired:
      - lowest
      - osteoporosis-by-t-score
      - low-vitamin-d   # never
    diagnosed: [osteoporosis]

- name: third
  given: {age: 67}
  expect: {held: alendronate-swallowing}
# The end.
"""

CORRECTED = """\
# Who is treated, and who is not.

- name: first   # fine as it is
  given: {t_score_hip: -1}
  expect: {held: osteoporosis-by-t-score}

# The next one changed.
- name: second
  given:
    age: 67
    t_score_hip: -3   # the hip decides
    dysphagia: yes
  expect:   # all of it
    contraindicated: [alendronate]   # the first line
    held: [low-vitamin-d]
    fired:
      - lowest
      - osteoporosis-by-t-score
    diagnosed: [osteoporosis]

- name: third
  given: {age: 67}
  expect: {held: alendronate-swallowing}
# The end.
"""


def test_comments_and_everything_else_stay_as_they_are(base: Prepared) -> None:
    new, said = updated(base, INDENTED)
    assert new == CORRECTED
    assert said == [
        "cases.yaml:15:9: expect recommended: alendronate -> contraindicated: alendronate",
        "cases.yaml:19:9: expect fired: low-vitamin-d -> held: low-vitamin-d",
    ]


def test_what_is_met_is_not_touched(base: Prepared) -> None:
    assert updated(base, CORRECTED) == (CORRECTED, [])


def test_a_case_never_loses_its_last_expectation(base: Prepared) -> None:
    text = "- {name: x, given: {age: 67}, expect: {causes: estrogen_loss}}\n"
    assert updated(base, text) == (text, [])


def test_what_follows_besides_is_corrected_where_it_stands_and_may_all_go(base: Prepared) -> None:
    text = "- {name: x, given: {t_score_hip: -3}, expect: {diagnosed: osteoporosis}, also: {also}}\n"
    wrong = text.replace("{also}", "{held: osteoporosis-by-t-score}")
    assert updated(base, wrong)[0] == text.replace("{also}", "{fired: [osteoporosis-by-t-score]}")
    assert updated(base, text.replace("{also}", "{causes: estrogen_loss}")) == (
        text.replace(", also: {also}", ""),
        ["cases.yaml:1:89: also causes: estrogen_loss -> taken out"],
    )


def test_a_case_like_another_is_corrected_in_its_own_text(base: Prepared) -> None:
    first = "- {name: x, given: {t_score_hip: -3}, expect: {diagnosed: osteoporosis}}\n"
    second = "- {name: y, like: x, expect: {held: osteoporosis-by-t-score}}\n"
    assert updated(base, first + second)[0] == first + second.replace("{held: ", "{fired: [").replace("}}", "]}}")


def test_what_a_published_source_answers_is_never_corrected(base: Prepared) -> None:
    text = "- {name: x, given: {t_score_hip: -1}, expect: {diagnosis: osteoporosis}}\n"
    assert updated(base, text) == (text, [])

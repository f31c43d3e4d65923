"""Running worked cases: what a failure says, in what order results come, and when a run stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.case.case import Prepared
from engine.values.problems import Place, Problem, Refused
from engine.views.outcomes import outcome
from engine.workbench import processes
from engine.workbench.cases import cases, outcomes, runner
from engine.workbench.cases.coverage import Recorder
from tests.workbench import bench


@pytest.fixture(scope="module")
def base() -> Prepared:
    return bench.prepared()


def one(base: Prepared, given: str, expect: str) -> outcomes.Result:
    (found,) = bench.worked(base, f"- name: x\n  given: {given}\n  {expect}\n")
    return outcomes.run(base, found)


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("{t_score_hip: -2.5}", "expect: {diagnosed: osteoporosis, fired: osteoporosis-by-t-score}"),
        ("{t_score_hip: -2.4}", "expect: {held: osteoporosis-by-t-score, ruled_out: osteoporosis-by-t-score}"),
        ("{age: 67}", "expect: {held: alendronate-swallowing}"),
        ("{age: 67}", "expect_not: {ruled_out: alendronate-swallowing}"),
        ("{age: 67, t_score_hip: -3, dysphagia: no, vitamin_d: 60 nmol/L}", "expect: {recommended: alendronate}"),
        ("{age: 67, t_score_hip: -3, dysphagia: no}", "expect: {conditional: [alendronate]}"),
        ("{age: 67, t_score_hip: -3}", "expect: {missing: {alendronate: [vitamin_d, dysphagia]}}"),
        (
            "{age: 67, t_score_hip: -3, dysphagia: no, vitamin_d: 20 nmol/L}",
            "expect: {deferred: alendronate, deferred_after: {alendronate: [vitamin_d_repletion]}}",
        ),
        ("{age: 67, t_score_hip: -3, dysphagia: yes}", "expect: {contraindicated: alendronate}"),
        ("{age: 67, vitamin_d: 20 nmol/L}", "expect: {scores: {osteomalacia: 0.7}, ranks: {osteomalacia: 1}}"),
        ("{age: 67, vitamin_d: 20 nmol/L}", "expect_not: {scores: {osteomalacia: 0.3}}"),
        ("{age: 67, t_score_hip: -3}", "expect: {orders: vitamin_d_test, asked: dysphagia}"),
        ("{t_score_hip: -2.44}", "expect: {quantities: {lowest_t_score: -2.4}}"),
        ("{t_score_hip: -2.44}", "expect_not: {quantities: {lowest_t_score: {is: -2.4, within: 0.03}}}"),
        ("{sex: female, menopausal_status: postmenopausal}", "expect: {causes: estrogen_loss}"),
        ("{age: 10, sex: female, menopausal_status: postmenopausal}", "expect_not: {causes: estrogen_loss}"),
    ],
)
def test_an_expectation_is_met_where_it_holds(given: str, expect: str, base: Prepared) -> None:
    result = one(base, given, expect)
    assert result.passed, "\n".join(map(str, result.failures))


@pytest.mark.parametrize(
    ("given", "expect", "expected", "actual", "why"),
    [
        (
            "{age: 67, t_score_hip: -2.4}",
            "expect: {diagnosed: [osteoporosis]}",
            "diagnosed: osteoporosis",
            "osteoporosis is not in the differential",
            "lowest_t_score <= -2.5 is false (lowest_t_score -2.4)",
        ),
        (
            "{age: 67, t_score_hip: -3, dysphagia: yes}",
            "expect: {recommended: [alendronate]}",
            "recommended: alendronate",
            "it is contraindicated",
            "alendronate-swallowing (rules/bone.yaml:",
        ),
        (
            "{age: 67}",
            "expect: {fired: [low-vitamin-d]}",
            "fired: low-vitamin-d",
            "its premise is unknown",
            "vitamin_d < 30 nmol/L is unknown (vitamin_d unknown)",
        ),
        (
            "{t_score_hip: -2.4}",
            "expect: {quantities: {lowest_t_score: -2.6}}",
            "quantities: lowest_t_score -2.6",
            "it is -2.4 (-2.4)",
            "",
        ),
        (
            "{t_score_hip: -3}",
            "expect_not: {diagnosed: [osteoporosis]}",
            "not diagnosed: osteoporosis",
            "it is established",
            "",
        ),
    ],
)
def test_a_failure_says_what_was_expected_what_came_and_why_not(
    given: str, expect: str, expected: str, actual: str, why: str, base: Prepared
) -> None:
    (failure,) = one(base, given, expect).failures
    assert (failure.expected, failure.actual) == (expected, actual)
    assert why in "\n".join(failure.why)
    assert failure.expectation.place.line == 3


FOUR = """\
- {name: first, given: {t_score_hip: -3}, expect: {diagnosed: osteoporosis}}
- {name: second, given: {t_score_hip: -2}, expect: {diagnosed: osteoporosis}}
- {name: third, given: {age: 67}, expect: {held: osteoporosis-by-t-score}}
- {name: fourth, given: {t_score_hip: -1}, expect: {diagnosed: osteoporosis}}
"""


@pytest.mark.parametrize("at_once", [1, 2, 20])
@pytest.mark.parametrize("cores", [1, 2])
def test_results_come_in_order_however_many_processes_work(
    at_once: int, cores: int, base: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "cores", lambda: cores)
    found = list(runner.run(base, bench.worked(base, FOUR), at_once=at_once))
    assert [(result.case.name, result.passed) for result in found] == [
        ("first", True),
        ("second", False),
        ("third", True),
        ("fourth", False),
    ]


@pytest.mark.parametrize("at_once", [1, 20])
def test_fail_fast_ends_with_the_first_that_fails(at_once: int, base: Prepared) -> None:
    found = list(runner.run(base, bench.worked(base, FOUR), fail_fast=True, at_once=at_once))
    assert [result.case.name for result in found] == ["first", "second"]


def test_a_patient_leaves_nothing_behind_for_the_next(base: Prepared) -> None:
    both = bench.worked(base, FOUR)[:1] + bench.worked(base, "- {name: y, given: {}, expect: {held: estrogen}}")
    both += bench.worked(base, "- {name: z, given: {age: 67}, expect_not: {ruled_out: osteoporosis-by-t-score}}")
    assert all(result.passed for result in runner.run(base, both, at_once=20))


def test_what_was_reached_is_told_across_processes(base: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = []
    for cores in (1, 2):
        monkeypatch.setattr(processes, "cores", lambda cores=cores: cores)
        recorder = Recorder(base)
        assert len(list(runner.run(base, bench.worked(base, FOUR), recorder, at_once=1))) == 4
        reached.append(recorder.reached)
    assert reached[0] == reached[1]


def test_work_is_shared_in_order_by_index() -> None:
    assert list(processes.each(lambda number: number * number, range(7), 2)) == [0, 1, 4, 9, 16, 25, 36]


def test_text_json_and_junit_tell_the_same_failures(base: Prepared) -> None:
    results = list(runner.run(base, bench.worked(base, FOUR)))
    told = outcome.text(results, None)
    assert "FAILED second  (cases.yaml:2:3)" in told
    assert told.endswith("2 passed, 2 failed\n")
    assert '"failed": 2' in outcome.data(results, None)
    assert 'tests="4" failures="2"' in outcome.junit(results)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("- {name: x, given: {age: 67}}", "OL401", 1),
        ("- {name: x, given: {age: 67}, expect: {diagnoses: osteoporosis}}", "OL402", 1),
        ("- {name: x, given: {age: 67}, expect: {diagnosed: osteopetrosis}}", "OL403", 1),
        ("- {name: x, given: {age: 67}, expect: {scores: {osteoporosis: much}}}", "OL404", 1),
        ("- {name: x, given: {age: 67}, expect: {ranks: {osteoporosis: first}}}", "OL404", 1),
        ("- {given: {age: 67}, expect: {diagnosed: osteoporosis}}", "OL405", 1),
    ],
)
def test_a_case_that_cannot_be_read_is_a_problem_at_its_line(text: str, code: str, line: int, base: Prepared) -> None:
    _, problems = cases.read_file(base.kb, text.encode(), "cases.yaml")
    assert [(problem.code, problem.place.line) for problem in problems] == [(code, line)]


def test_no_case_at_all_is_a_problem(base: Prepared, tmp_path: Path) -> None:
    found, problems = cases.read_all(base.kb, [], tmp_path)
    assert not found
    assert [(problem.code, problem.place) for problem in problems] == [("OL407", Place(str(tmp_path)))]


def test_what_is_refused_in_another_process_is_told_as_here() -> None:
    problem = Problem("OL001", "it cannot be used", Place("a.yaml", 3, 1), hint="write another")

    def work(number: int) -> int:
        if number:
            raise Refused([problem])
        return number

    with pytest.raises(Refused) as refused:
        list(processes.each(work, range(2), 2))
    assert refused.value.problems == (problem,)

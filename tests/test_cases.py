"""The authors' worked cases, each as a test of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.assessment.judgement import judge
from engine.assessment.outlook import Outlook
from engine.inference.working_memory import WorkingMemory
from engine.values.truth import Truth
from engine.workbench.cases import cases, outcomes, runner
from engine.workbench.cases.cases import WorkedCase
from tests.conftest import LONG
from tests.shipped import prepared, read

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.xdist_group("cases")  # all are judged once, not by each worker


def test_every_case_file_can_be_read() -> None:
    _, problems = read()
    assert not problems, "\n".join(map(str, problems))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "worked_case" in metafunc.fixturenames:
        found = read()[0]
        metafunc.parametrize("worked_case", found, ids=[f"{Path(one.file).stem}: {one.name}" for one in found])


@cache
def memory() -> WorkingMemory:
    return WorkingMemory(prepared().plan)


@cache
def results() -> dict[str, outcomes.Result]:
    """What became of each case, judged together."""
    return {result.case.name: result for result in runner.run(prepared(), read()[0])}


def test_worked_case(worked_case: WorkedCase) -> None:
    """Judged together with all others; at length, alone on experta as well."""
    result = results()[worked_case.name]
    assert result.passed, "\n".join(map(str, result.failures))
    if LONG:
        alone = outcomes.run(prepared(), worked_case, memory=memory())
        assert alone.passed, "\n".join(map(str, alone.failures))


SAMPLE = 25
"""How many cases are judged in full: those that a whole verdict and the statuses one by one are compared on."""


@pytest.mark.parametrize("number", range(SAMPLE))
def test_statuses_asked_for_one_by_one_are_those_of_the_whole_verdict(number: int) -> None:
    found = read()[0]
    patient = cases.patient(prepared(), found[number * len(found) // SAMPLE], memory=memory())
    verdict, look, kb = judge(patient), Outlook(patient), prepared().kb
    standings = {one: look.standing(one) for one in kb.conditions}
    assert {one.id: (one.status, one.score, one.rank) for one in verdict.diagnoses} == {
        name: (one.status, one.score, look.rank(name)) for name, one in standings.items() if one is not None
    }
    statuses = {one: look.status(one) for one in kb.interventions}
    assert {one.id: one.status for one in verdict.plan} == {name: status for name, status in statuses.items() if status}
    assert {one.id: (one.missing, one.after) for one in verdict.plan} == {
        name: (look.missing(name), look.after(name)) for name, status in statuses.items() if status
    }
    assert {one.id for one in verdict.causes} == {one for one in kb.conditions if look.is_cause(one)}
    assert {one.id for one in verdict.investigations} == {one for one in kb.investigations if look.in_work_up(one)}
    assert {one.id for one in verdict.alerts if one.status == "raised" and one.id in kb.alerts} == {
        one for one in kb.alerts if look.alert(one) is Truth.TRUE
    }

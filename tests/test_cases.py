"""The authors' worked cases, each as a test of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.consultation import case
from engine.consultation.case import Prepared
from engine.knowledge_base import reader
from engine.language.problems import Problem
from engine.workbench import cases
from engine.workbench.cases import WorkedCase

ROOT = Path(__file__).parent.parent


@cache
def prepared() -> Prepared:
    kb, problems = reader.read(reader.Layout(ROOT))
    assert kb is not None, "\n".join(map(str, problems))
    return case.prepare(kb)


@cache
def read() -> tuple[list[WorkedCase], list[Problem]]:
    return cases.read_all(prepared().kb, cases.files_in(ROOT / "tests" / "cases"), ROOT)


def test_every_case_file_can_be_read() -> None:
    _, problems = read()
    assert not problems, "\n".join(map(str, problems))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "worked_case" in metafunc.fixturenames:
        found = read()[0]
        metafunc.parametrize("worked_case", found, ids=[f"{Path(one.file).stem}: {one.name}" for one in found])


def test_worked_case(worked_case: WorkedCase) -> None:
    result = cases.run(prepared(), worked_case)
    assert result.passed, "\n".join(map(str, result.failures))

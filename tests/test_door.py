"""The door for Python programs: what docs/python.md promises, run as it stands there."""

from __future__ import annotations

import datetime
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine import api
from engine.workbench.cases import cases
from tests.intake import made

ROOT = Path(__file__).parent.parent
EXAMPLES, ON_THE_FRONT = (
    re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.M | re.S)
    for page in ("docs/python.md", "README.md")
)
TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(scope="module")
def kb() -> api.KnowledgeBase:
    return api.load()


def test_every_example_of_the_page_and_of_the_readme_runs_as_it_stands(tmp_path: Path) -> None:
    """In a process of its own, in which this checkout is what `osteologic` names; without the solver, an extra."""
    assert len(EXAMPLES) >= 5
    (front,) = ON_THE_FRONT
    (tmp_path / "osteologic").symlink_to(ROOT)
    code = "import datetime, sys\nsys.modules['z3'] = None\ntoday = datetime.date(2026, 11, 21)\n"
    code += "\n".join([*EXAMPLES, front])
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    told = front.rpartition("# ")[2]
    assert (ran.returncode, ran.stdout) == (0, told), ran.stderr


def test_the_package_runs_as_the_command(tmp_path: Path) -> None:
    (tmp_path / "osteologic").symlink_to(ROOT)
    ran = subprocess.run(
        [sys.executable, "-m", "osteologic", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("osteologic ")


def test_the_front_names_what_there_is() -> None:
    spec = importlib.util.spec_from_file_location("front", ROOT / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    front = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(front)
    for name in front.__all__:
        assert name == "__version__" or hasattr(api, name)
    with pytest.raises(AttributeError, match="has no attribute 'asess'"):
        _ = front.asess


def test_patients_of_whom_the_same_is_known_are_equal(kb: api.KnowledgeBase, tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_text("t_score_hip: -2.70\nage: 67\npregnancy: no\ntoday: 2026-11-21\n")
    given = {"age": 67, "t_score_hip": -2.7, "pregnancy": False}
    assert api.patient(kb, file) == api.patient(kb, given, TODAY)
    assert api.patient(kb, {**given, "age": 68}, TODAY) != api.patient(kb, given, TODAY)


def test_the_day_given_beats_that_of_the_file_and_dates_may_be_dates(kb: api.KnowledgeBase, tmp_path: Path) -> None:
    file = tmp_path / "patient.yaml"
    file.write_text("age: 67\ntoday: 2020-01-01\nfractures: [{site: hip, date: 2019-03-01}]\n")
    given = {"age": 67, "fractures": [{"site": "hip", "date": datetime.date(2019, 3, 1)}]}
    assert api.patient(kb, file, TODAY) == api.patient(kb, given, TODAY)
    assert api.patient(kb, file).today == datetime.date(2020, 1, 1)


def test_a_health_record_is_a_patient_as_a_path_or_as_a_value(kb: api.KnowledgeBase, tmp_path: Path) -> None:
    record = made.bundle(made.patient(), made.result(made.HIP, -2.7, "{T-score}"))
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(record), "utf-8")
    one = api.patient(kb, record, TODAY)
    assert one == api.patient(kb, path, TODAY)
    assert {*one.known} == {"age", "sex", "t_score_hip"}
    with pytest.raises(api.Refused):
        api.patient(kb, {"resourceType": "Organization"})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"age": "old"}, "OL300"),
        ({"sxe": "female"}, "OL322"),
        ({"sex": "male", "menopausal_status": "postmenopausal"}, "OL330"),
        ({"fractures": [{"site": "hip", "colour": "red"}]}, "OL316"),
        ("/no/such/file.yaml", "OL001"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(kb: api.KnowledgeBase, given: object, code: str) -> None:
    with pytest.raises(api.Refused) as refused:
        api.patient(kb, given)  # type: ignore[arg-type]  # one of them is no mapping
    assert refused.value.problems
    assert all(problem.what and problem.place.file for problem in refused.value.problems)
    assert refused.value.problems[0].code == code


def test_an_unknown_guideline_or_thing_is_refused(kb: api.KnowledgeBase) -> None:
    with pytest.raises(api.Refused, match="guideline"):
        api.assess(kb, {"age": 67}, guideline="nobody")
    for ask in (api.why, api.whynot):
        with pytest.raises(api.Refused, match="nothing is called"):
            ask(kb, {"age": 67}, "osteoporossis")


def test_a_rule_has_a_proof_of_its_own(kb: api.KnowledgeBase) -> None:
    rule = next(iter(kb.kb.rules.values()))
    assert api.why(kb, {"age": 67}, rule.id).rule is rule


def test_what_is_withdrawn_is_no_longer_known(kb: api.KnowledgeBase) -> None:
    woman = {"age": 67, "sex": "female", "menopausal_status": "postmenopausal", "t_score_hip": -2.7}
    turned = {turn.id: turn for turn in api.whatif(kb, woman, {"t_score_hip": None})}
    assert (turned["osteoporosis"].before, turned["osteoporosis"].after) == ("established", "")


def test_every_worked_case_has_a_result(kb: api.KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file of them; all are run by tests/test_cases.py."""
    (one,) = [path for path in cases.all_files(api.ROOT) if path.name == "tablets.yaml"]
    monkeypatch.setattr(cases, "all_files", lambda root, local=None: [one])
    results = api.test(kb)
    assert results
    assert all(result.passed for result in results)
    assert {result.case.place.file for result in results} == {"tests/cases/tablets.yaml"}


def test_the_shipped_knowledge_base_has_no_error() -> None:
    assert [problem for problem in api.check() if problem.level.value == "error"] == []

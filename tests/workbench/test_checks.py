"""Every check reports what it is for, at its place, and is silent on what merely looks like it."""

from __future__ import annotations

import datetime
import functools
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.case import case
from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.reading import reader
from engine.values.problems import Level, Place, Problem
from engine.workbench import checks
from engine.workbench.cases import cases
from engine.workbench.checks.solved.everybody import for_all
from engine.workbench.proof import solver

DATA = Path(__file__).parent.parent / "data"
ROOT = Path(__file__).parent.parent.parent
TODAY = datetime.date(2026, 11, 21)
CODES = sorted(path.name for path in (DATA / "checks").iterdir() if path.is_dir())

_PART = re.compile(r"^# file: (.+)\n", re.MULTILINE)
_EXPECTED = re.compile(r"^#! (\S+):(\d+):(\d+) (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """Where a problem is said to be, and in which words."""

    file: str
    line: int
    column: int
    words: str


def parts(path: Path) -> dict[str, str]:
    """The files that a file of data stands for, by name; lines count from the line after the name."""
    pieces = _PART.split(path.read_text("utf-8"))
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@functools.cache
def small() -> tuple[Written, ...]:
    contents, problems = contents_of(Layout(DATA / "small"))
    assert problems == []
    return contents


def problems_of(files: dict[str, str], solved: bool = False) -> list[Problem]:
    """Everything told of the small knowledge base with these files in it, by a solver too where it is wanted."""
    room = {name: text for name, text in files.items() if not name.startswith("tests/")}
    kept = [item for item in small() if item.file not in room]
    kb, read = reader.read_contents([*kept, *(Written(name, name, text.encode()) for name, text in room.items())])
    if kb is None:
        return read
    worked: list[cases.WorkedCase] = []
    wrong: list[Problem] = []
    for name in files.keys() - room.keys():
        found, problems = cases.read_file(kb, files[name].encode(), name)
        worked += found
        wrong += problems
    everybody = for_all(case.prepare(kb)) if solved else None
    return [*checks.run(kb, worked, read=read, today=TODAY, everybody=everybody), *wrong]


def told(path: Path, code: str) -> list[Told]:
    files = parts(path)
    solved = code in checks.NEED_A_SOLVER
    if solved and not solver.is_installed():
        pytest.skip("no solver is installed")
    found = [problem for problem in problems_of(files, solved) if problem.code == code and problem.place.file in files]
    return [Told(one.place.file, one.place.line, one.place.column, f"{one.what}; {one.hint}") for one in found]


def expected(path: Path) -> list[Told]:
    return [Told(m[1], int(m[2]), int(m[3]), m[4]) for m in _EXPECTED.finditer(path.read_text("utf-8"))]


def test_every_check_has_a_pair() -> None:
    assert CODES
    assert {*checks.CODES} - {*CODES} == set()


@pytest.mark.parametrize("code", CODES)
def test_what_is_wrong_is_told_at_its_place(code: str) -> None:
    path = DATA / "checks" / code / "wrong.yaml"
    wanted = expected(path)
    assert wanted, "say what is expected"
    assert told(path, code) == wanted


@pytest.mark.parametrize("code", CODES)
def test_a_near_miss_is_passed_over(code: str) -> None:
    path = DATA / "checks" / code / "near_miss.yaml"
    assert parts(path)
    assert [problem for problem in problems_of(parts(path)) if problem.level is Level.ERROR] == []
    assert told(path, code) == []


# --- suppression ------------------------------------------------------------------------------------------------------

TWICE = """\
one:
  title: A low calcium is told
  alerts: calcium_alarm
  urgency: soon
  when: calcium < 1.9 mmol/L
  because: Nerves and heart need it.
  sources: [a-2020]
  evidence: verified
two:
  title: The same is told again
  alerts: calcium_alarm
  urgency: soon
  when: calcium < 1.9 mmol/L
  because: Nerves and heart need it.
  sources: [a-2020]
  evidence: verified
"""


def codes_in(files: dict[str, str]) -> list[str]:
    return [problem.code for problem in problems_of(files) if problem.place.file in files]


def test_a_suppression_silences_its_entry_and_no_other() -> None:
    assert codes_in({"rules/extra.yaml": TWICE}) == ["OL514"]
    reason = "  suppress: {OL514: two teams review them apart}\n"
    assert codes_in({"rules/extra.yaml": TWICE + reason}) == []
    in_the_first = TWICE.replace("  evidence: verified\ntwo:", f"  evidence: verified\n{reason}two:")
    assert sorted(codes_in({"rules/extra.yaml": in_the_first})) == ["OL514", "OL591"]


def test_a_warning_of_the_reading_is_suppressed_too() -> None:
    state = "frail: {label: frail, suppress: {OL119: the next edition sets it}}\n"
    assert codes_in({"knowledge/states/extra.yaml": state}) == []


def test_without_the_warnings_of_the_reading_their_suppression_is_not_judged() -> None:
    state = "frail: {label: frail, suppress: {OL119: the next edition sets it}}\n"
    kb, read = reader.read_contents(
        [*small(), Written("knowledge/states/x.yaml", "knowledge/states/x.yaml", state.encode())]
    )
    assert kb is not None
    assert [problem.code for problem in read] == ["OL119"]
    assert [p for p in checks.run(kb, today=TODAY) if p.code in ("OL591", "OL119")] == []
    assert [p for p in checks.run(kb, today=TODAY, read=[]) if p.code == "OL591"]


def test_shared_out_the_checks_find_the_same() -> None:
    rule = "title: Nothing, alerts: calcium_alarm, urgency: soon, when: sex is male, because: So., sources: [a-2020]"
    text = f"ours: {{{rule}, evidence: unverified}}\n"
    extra = Written("rules/ours.yaml", "rules/ours.yaml", text.encode())
    kb, read = reader.read_contents([*small(), extra])
    assert kb is not None, read
    wrong = Problem("OL401", "a case", Place("tests/cases/x.yaml", 1, 1))
    found, shared = (
        list(checks.run(kb, lambda: ([], [wrong]), read=read, today=TODAY, cores=cores)) for cores in (1, 2)
    )
    assert wrong in found
    assert len(found) > 1
    assert found == shared
    sound = checks.run(kb, lambda: ([], [wrong]), read=read, today=TODAY, cases_sound=True)
    assert list(sound) == [one for one in found if one != wrong]


def test_without_cases_a_suppression_that_needs_them_is_not_judged() -> None:
    text = (DATA / "small/knowledge/alerts.yaml").read_text("utf-8")
    alert = text.replace("{label: very", "{suppress: {OL505: the action names no medicine}, label: very")
    kb, _ = reader.read_contents(
        [item for item in small() if item.file != "knowledge/alerts.yaml"]
        + [Written("knowledge/alerts.yaml", "knowledge/alerts.yaml", alert.encode())]
    )
    assert kb is not None
    assert "OL591" not in [problem.code for problem in checks.run(kb, today=TODAY)]
    assert "OL591" in [problem.code for problem in checks.run(kb, [], today=TODAY)]


# --- the whole --------------------------------------------------------------------------------------------------------


def test_problems_come_in_the_order_of_the_files_and_once() -> None:
    kb, read = reader.read_contents(small())
    assert kb is not None
    found = list(checks.run(kb, [], read=read, today=TODAY))
    assert found
    assert found == sorted(set(found), key=lambda problem: problem.sort_key)


def test_every_problem_says_why_it_matters() -> None:
    kb, _ = reader.read_contents(small())
    assert kb is not None
    assert all(problem.why and problem.hint for problem in checks.run(kb, today=TODAY))


@pytest.mark.parametrize("code", sorted(checks.pages()))
def test_every_code_has_a_page_that_says_what_to_avoid_what_to_write_and_why(code: str) -> None:
    page = checks.pages()[code]
    assert page.summary
    assert page.avoid
    assert page.prefer
    assert page.why.endswith(".")
    assert page.avoid != page.prefer


def test_levels_go_by_what_a_problem_does() -> None:
    """What could reach a patient is an error; what serves a patient less well a warning; the rest is advice."""
    levels = {check.code: check.level for check in checks.CHECKS}
    errors = {code for code, level in levels.items() if level is Level.ERROR}
    by_form = {"OL501", "OL504", "OL505", "OL506", "OL507", "OL508", "OL509", "OL511", "OL561", "OL571", "OL573"}
    assert errors == by_form | {"OL593"}
    assert levels["OL545"] is Level.ADVICE


def test_the_shipped_base_has_no_problem() -> None:
    kb, read = reader.read(Layout(ROOT))
    assert kb is not None, "\n".join(map(str, read))
    worked, wrong = cases.read_all(kb, cases.files_in(ROOT / "tests" / "cases"), ROOT)
    found = [*checks.run(kb, worked, read=read, today=TODAY), *wrong]
    assert found == [], "\n".join(map(str, found))

"""A hospital's own directory that is none, or of which something would go unread, is refused: what, where, and why."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.knowledge_base.files import hospital
from engine.knowledge_base.files.layout import Layout, contents_of
from engine.knowledge_base.reading import reader
from engine.values.problems import Problem

GUARDED = Path(__file__).parent.parent / "data" / "guarded"
RULE = """\
{}:
  title: Own
  contraindicates: alendronate
  when: age > 90
  because: So.
  sources: [label]
  evidence: unverified
"""
OWN = RULE.format("own")
PATIENT = "age: 67\nsex: female\nmedicines: [{name: alendronate, dose: 70 mg}]\n"
CASE = "- name: old\n  given: {age: 95}\n  expect: {contraindicated: alendronate}\n"

Made = Callable[[dict[str, str]], Path]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A directory with these files; a name that ends in / is a directory without any."""

    def make(files: dict[str, str]) -> Path:
        own = tmp_path / "own"
        own.mkdir()
        for name, text in files.items():
            path = own / name
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.write_text(text, "utf-8")
        return own

    return make


def told(local: Path) -> list[str]:
    _, problems = contents_of(Layout(GUARDED, local))
    return [f"{problem.place}: {problem.code} {problem.what}; {problem.hint}" for problem in problems]


@pytest.mark.parametrize(
    "files",
    [
        {"rules/own.yaml": OWN},
        {"rules/kidney/deep/own.yaml": OWN, "rules/README.md": "Ours."},
        {"knowledge/states.yaml": "weak: {label: weak}\n"},
        {"cases/own.yaml": CASE},
        {"rules/own.yaml": OWN, "patient.yaml": PATIENT, "patients/one.yaml": PATIENT, "mutants.yaml": "own: {}\n"},
        {"rules/own.yaml": OWN, "patients/old.yaml": "name: old\ngiven:\n  age: 95\nexpect:\n  alerts: x\n"},
        {"rules/own.yaml": OWN, "schema/rules.json": "{}", ".git/config.yaml": OWN, "rules/.own.yaml.swp": "x"},
    ],
    ids=lambda files: " ".join(files),
)
def test_what_is_one_is_read(files: dict[str, str], made: Made) -> None:
    assert told(made(files)) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "own: OL114 nothing in this directory is read: it is empty; a hospital's own directory has rules/"),
        ({"rules/": "", "knowledge/": ""}, "own: OL114 nothing in this directory is read; "),
        ({"rules/README.md": "Ours."}, "own: OL114 nothing in this directory is read; "),
        ({"patients/one.yaml": PATIENT}, "own: OL114 nothing in this directory is read; "),
        ({"ours/rules/own.yaml": OWN}, "own: OL114 nothing in this directory is read; did you mean "),
        ({"kidney.yaml": OWN}, "own/kidney.yaml: OL113 rules or knowledge that are not read"),
        ({"rules/own.yaml": OWN, "kidney.yml": OWN}, "own/kidney.yml: OL113 rules or knowledge that are not read"),
        ({"rules/own.yaml": OWN, "more/kidney.yaml": OWN}, "own/more/kidney.yaml: OL113 rules or knowledge"),
        ({"rules/own.yaml": OWN, "states.yaml": "weak:\n  label: weak\n"}, "own/states.yaml: OL113 rules or knowledge"),
        ({"cases/own.yaml": CASE, "Rules/own.yaml": OWN}, "own/Rules: OL113 'Rules' is not read; call it 'rules'"),
        ({"rules/own.yaml": OWN, "knowlege/states.yaml": "{}"}, "own/knowlege: OL113 'knowlege' is not read; call it"),
        ({"rules/own.yaml": OWN, "case/own.yaml": CASE}, "own/case: OL113 'case' is not read; call it 'cases'"),
        ({"rules/own.yaml": OWN, "tests/cases/own.yaml": CASE}, "own/tests/cases/own.yaml: OL113 worked cases that"),
        ({"rules/.own.yaml": OWN}, "own: OL114 nothing in this directory is read; "),
        ({"rules": OWN, "cases/own.yaml": CASE}, "own/rules: OL113 'rules' is no directory"),
        ({"rules/own.yaml": OWN, "cases/own.yml": CASE}, "own/cases/own.yml: OL113 a file that is not read"),
    ],
)
def test_what_is_none_or_is_not_all_read_is_refused(files: dict[str, str], said: str, made: Made) -> None:
    found = told(made(files))
    assert any(said in one for one in found), found


def test_no_directory_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(OWN, "utf-8")
    (missing,) = told(tmp_path / "nowhere")
    (file,) = told(tmp_path / "file")
    assert "nowhere: OL001 there is no such directory; a hospital's own directory has rules/, knowledge/" in missing
    assert "file: OL001 this is a file, not a directory; a hospital's own directory has" in file


def test_one_that_cannot_be_opened_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    own, scandir = made({"rules/own.yaml": OWN, "rules/closed/two.yaml": OWN}), os.scandir
    closed = {str(own / "rules" / "closed")}

    def open_(path: str | Path) -> object:
        if str(path) in closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", open_)
    assert any("rules/closed: OL001 the directory cannot be opened: Permission denied" in one for one in told(own))
    closed.add(str(own))
    (only,) = told(own)
    assert "own: OL001 the directory cannot be opened: Permission denied" in only


def test_what_links_lead_to_is_not_left_out_unseen(made: Made, tmp_path: Path) -> None:
    own = made({"rules/own.yaml": OWN})
    (tmp_path / "elsewhere").mkdir()
    (own / "rules" / "more").symlink_to(tmp_path / "elsewhere")
    (own / "rules" / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    said = told(own)
    assert any("rules/more: OL113 a link to a directory is not followed" in one for one in said)
    assert any("rules/gone.yaml: OL001 this is no file that can be read" in one for one in said)


@pytest.mark.parametrize("inside", ["", "rules", "knowledge"])
def test_the_shipped_base_is_not_laid_over_itself(inside: str) -> None:
    (only,) = told(GUARDED / inside)
    assert "OL113 this is the shipped knowledge itself" in only


def test_a_copy_of_the_shipped_base_is_told_once(made: Made) -> None:
    names = [path.relative_to(GUARDED).as_posix() for path in sorted(GUARDED.rglob("*.yaml"))]
    whole = {name: (GUARDED / name).read_text("utf-8") for name in names}
    (only,) = told(made(whole))
    assert (
        f"OL113 this is a whole knowledge base: {len(names)} of its {len(names)} files have the names of shipped"
        in only
    )


def test_a_copied_file_is_told_once(made: Made) -> None:
    (only,) = told(
        made({"rules/safety.yaml": (GUARDED / "rules" / "safety.yaml").read_text("utf-8"), "rules/own.yaml": OWN})
    )
    assert "own/rules/safety.yaml: OL113 this file is a copy of the shipped one; keep what is yours" in only


def test_many_strays_are_counted(made: Made) -> None:
    said = told(made({"rules/own.yaml": OWN} | {f"{number}.yaml": OWN for number in range(9)}))
    assert len(said) == 6
    assert any("4 more things in it are not read" in one for one in said)


def test_one_that_is_to_be_filled_may_be_empty(made: Made) -> None:
    assert list(hospital.problems(GUARDED, made({}), to_fill=True)) == []


# --- one id, one entry ------------------------------------------------------------------------------------------------

REPLACING = OWN.replace("own:\n", "{}:\n  replaces: gullet-bars\n")
STATE = "weak: {label: weak}\n"


def read(local: Path) -> list[Problem]:
    contents, problems = contents_of(Layout(GUARDED, local))
    return [*problems, *reader.read_contents(contents)[1]]


@pytest.mark.parametrize(
    ("files", "code", "said", "at", "elsewhere"),
    [
        (
            {"rules/a.yaml": REPLACING.format("gullet-bars"), "rules/b.yaml": REPLACING.format("gullet-bars")},
            *("OL103", "a second rule in the place of 'gullet-bars'", "rules/b.yaml:2:13", "rules/a.yaml:2:13"),
        ),
        (
            {"rules/a.yaml": REPLACING.format("gullet-here"), "rules/b.yaml": REPLACING.format("gullet-there")},
            *("OL103", "a second rule in the place of 'gullet-bars'", "rules/b.yaml:2:13", "rules/a.yaml:2:13"),
        ),
        (
            {
                "rules/a.yaml": REPLACING.format("gullet-bars"),
                "rules/b.yaml": f"{REPLACING.format('gullet-bars')}  withdrawn: no\n",
            },
            *("OL103", "a second rule in the place of 'gullet-bars'", "rules/b.yaml:2:13", "rules/a.yaml:2:13"),
        ),
        (
            {"rules/a.yaml": REPLACING.format("gullet-here"), "rules/b.yaml": RULE.format("gullet-bars")},
            *("OL103", "the rule 'gullet-bars' has been replaced, and is written here again", "rules/b.yaml:1:1"),
            "rules/a.yaml:2:13",
        ),
        (
            {"rules/a.yaml": OWN, "rules/b.yaml": OWN},
            *("OL103", "a second rule 'own'", "rules/b.yaml:1:1", "rules/a.yaml:1:1"),
        ),
        (
            {"rules/a.yaml": OWN, "rules/b.yaml": f"{OWN}  withdrawn: not any more\n"},
            *("OL103", "a second rule 'own'", "rules/b.yaml:1:1", "rules/a.yaml:1:1"),
        ),
        (
            {"rules/a.yaml": OWN, "rules/b.yaml": RULE.format("two").replace("two:\n", "two:\n  replaces: own\n")},
            *("OL105", "'own' is this directory's own, and nothing that is shipped", "rules/b.yaml:2:13"),
            "rules/a.yaml:1:1",
        ),
        (
            {"knowledge/states/a.yaml": STATE, "knowledge/states/b.yaml": STATE},
            *("OL103", "a second state 'weak'", "knowledge/states/b.yaml:1:1", "knowledge/states/a.yaml:1:1"),
        ),
        (
            {
                "knowledge/thresholds/a.yaml": "line: {label: x, value: 1, replaces: vitamin_d_line}\n",
                "knowledge/thresholds/b.yaml": "line: {label: x, value: 1, replaces: vitamin_d_line}\n",
            },
            *("OL103", "a second threshold in the place of 'vitamin_d_line'", "knowledge/thresholds/b.yaml:1:38"),
            "knowledge/thresholds/a.yaml:1:38",
        ),
        (
            {"knowledge/states.yaml": STATE, "knowledge/quantities.yaml": "weak: {label: weak}\n"},
            *("OL109", "'weak' is both a quantity and a state, and a premise can mean only one"),
            *("knowledge/states.yaml:1:1", "knowledge/quantities.yaml:1:1"),
        ),
        (
            {"knowledge/interventions.yaml": "bisphosphonate: {label: ours, kind: nutrition}\n"},
            *("OL109", "'bisphosphonate' is both an intervention and a class of 'medicines'"),
            *("knowledge/interventions.yaml:1:1", "knowledge/choices.yaml:3:1"),
        ),
        (
            {"knowledge/conditions.yaml": "malignancy: {label: ours, exposure: yes}\n"},
            *("OL109", "'malignancy' is both a condition and a class of 'conditions'"),
            *("knowledge/conditions.yaml:1:1", "knowledge/choices.yaml:13:1"),
        ),
        (
            {
                "rules/a.yaml": RULE.format("bands-high"),
                "rules/b.yaml": (
                    "bands:\n  title: Bands\n  sets: risk\n  levels: {high: age > 80}\n  because: So.\n"
                    "  sources: [label]\n  evidence: unverified\n"
                ),
            },
            *("OL103", "'bands-high' is the level 'high' of the rule 'bands' already", "rules/a.yaml:1:1"),
            "rules/b.yaml:4:12",
        ),
    ],
)
def test_one_id_means_one_thing(
    files: dict[str, str], code: str, said: str, at: str, elsewhere: str, made: Made
) -> None:
    own = made(files)
    found = [problem for problem in read(own) if problem.what == said]
    assert [(problem.code, str(problem.place)) for problem in found] == [(code, f"{own}/{at}")], read(own)
    assert str(found[0].elsewhere).removeprefix(f"{own}/") == elsewhere

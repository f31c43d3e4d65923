"""`--knowledge` with what is no hospital's own directory: every verb says what, where and what it should hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run, write

VERBS = [
    ["assess", "{patient}"],
    ["check"],
    ["compare", "osteoporosis", "osteomalacia"],
    ["consult", "--no-journal"],
    ["docs", "{out}"],
    ["explain", "osteoporosis"],
    ["explain", "OL103"],
    ["fmt", "--check"],
    ["graph", "osteoporosis"],
    ["new", "rule", "own", "--verb", "orders", "--about", "vitamin_d_test", "--file", "rules/own.yaml"],
    ["schema", "{out}"],
    ["show", "alendronate"],
    ["test"],
    ["watch"],
]
RULE = """\
alendronate-swallowing:
  replaces: alendronate-swallowing
  title: Here alendronate is given to the old with trouble swallowing
  contraindicates: alendronate
  when: dysphagia and age < 80
  because: So it was decided.
  sources: [label-a]
  evidence: unverified
"""


def words(verb: list[str], home: Path, local: Path) -> list[str]:
    write(home, {"patient.yaml": "age: 67\n"})
    filled = [word.format(patient=home / "patient.yaml", out=home / "out") for word in verb]
    return [*filled, "--knowledge", str(local)]


def named(verb: list[str]) -> str:
    return " ".join(verb[:2])


@pytest.mark.parametrize("verb", VERBS, ids=named)
def test_no_such_directory_and_a_file_are_refused_by_every_verb(verb: list[str], run: Run, home: Path) -> None:
    missing = run(*words(verb, home, home / "nowhere"))
    assert (missing.code, missing.out) == (2, "")
    assert missing.err.startswith(
        f"{home}/nowhere: error OL001: there is no such directory; a hospital's own directory"
    )
    file = run(*words(verb, home, home / "patient.yaml"))
    assert (file.code, file.out) == (2, "")
    assert f"{home}/patient.yaml: error OL001: this is a file, not a directory" in file.err


@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb[0] not in ("check", "watch", "new") and verb[1:] != ["OL103"]], ids=named
)
def test_a_directory_of_other_things_is_refused(verb: list[str], run: Run, home: Path, tmp_path: Path) -> None:
    write(tmp_path / "ward", {"patients/one.yaml": "age: 67\n"})
    ended = run(*words(verb, home, tmp_path / "ward"))
    assert (ended.code, ended.out) == (2, "")
    assert f"{tmp_path}/ward: error OL114: nothing in this directory is read" in ended.err


def test_new_begins_in_an_empty_one(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "ward").mkdir()
    assert run(*words(VERBS[9], home, tmp_path / "ward")).code == 0
    assert (tmp_path / "ward" / "rules" / "own.yaml").is_file()


def test_check_says_what_every_report_will_say(run: Run, home: Path, tmp_path: Path) -> None:
    write(tmp_path / "ward", {"rules/own.yaml": RULE})
    ended = run("check", "--knowledge", str(tmp_path / "ward"))
    assert f"{tmp_path}/ward/rules/own.yaml:5:3: warning OL124: this weakens safety" in ended.out
    assert "(alendronate-swallowing) no longer bars" in ended.out
    assert "OL124" not in run("check").out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- nam: x\n  given: {age: 67}\n", "cases/own.yaml:1:3: error OL325: a worked case has no 'nam'"),
        ("- name: x\n  given: {aeg: 67}\n  expect: {diagnosed: osteoporosis}\n", "unknown finding 'aeg'"),
        ("- name: x\n  given: {age: 67}\n  expect: {diagnosd: osteoporosis}\n", "unknown expectation 'diagnosd'"),
        ("- name: x\n  given: {age: 67}\n", "'x' expects nothing"),
        ("\t- name: x\n", "own.yaml:1:1: error OL007"),
        ("\x00\x01", "own.yaml: error OL004: the file is binary"),
        ("just words\n", "own.yaml:1:1: error"),
        ("", "own.yaml: error OL407: no worked case in this file"),
    ],
)
def test_rubbish_among_its_cases_is_told_where_it_stands(
    text: str, said: str, run: Run, home: Path, tmp_path: Path
) -> None:
    write(tmp_path / "ward", {"rules/own.yaml": RULE, "cases/own.yaml": "- name: x\n"})
    (tmp_path / "ward" / "cases" / "own.yaml").write_text(text, "utf-8")
    tested, checked = (run(verb, "--knowledge", str(tmp_path / "ward")) for verb in ("test", "check"))
    assert (tested.code, checked.code) == (2, 1)
    assert said in tested.err
    assert said in checked.out
    for verb in (["docs", str(home / "out")], ["show", "alendronate"]):
        assert run(*verb, "--knowledge", str(tmp_path / "ward")).code == 0


def test_a_case_that_names_what_was_replaced_hears_by_what(run: Run, home: Path, tmp_path: Path) -> None:
    write(home, {"tests/cases/more.yaml": "- name: x\n  given: {age: 67}\n  expect: {held: alendronate-swallowing}\n"})
    rule = RULE.replace("alendronate-swallowing:\n", "swallowing-here:\n")
    write(tmp_path / "ward", {"rules/own.yaml": rule})
    ended = run("test", "--knowledge", str(tmp_path / "ward"))
    assert "'swallowing-here' stands in its place; keep the id where it is still the same" in ended.err

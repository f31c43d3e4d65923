"""`fmt`: lays out what it is given, lists what it changed, and `--check` changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import cli

UNTIDY = "a_state:\n    synonyms: [b]\n    label: a state\n"
TIDY = "a_state:\n  label: a state\n  synonyms: [b]\n"


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "knowledge" / "states.yaml").write_text(UNTIDY, "utf-8")
    (tmp_path / "knowledge" / "scales.yaml").write_text("b: {label: b, levels: [x, y]}\n", "utf-8")
    return tmp_path


def test_check_lists_what_would_change_fails_and_changes_nothing(
    hospital: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["fmt", "--check", "--knowledge", str(hospital)]) == 1
    assert capsys.readouterr().out == "knowledge/states.yaml\n"
    assert (hospital / "knowledge" / "states.yaml").read_text("utf-8") == UNTIDY


def test_it_lays_out_and_then_has_nothing_to_do(hospital: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fmt", "--knowledge", str(hospital)]) == 0
    assert (hospital / "knowledge" / "states.yaml").read_text("utf-8") == TIDY
    assert cli.main(["fmt", "--check", "--knowledge", str(hospital)]) == 0
    assert capsys.readouterr().out == "knowledge/states.yaml\n"


def test_the_nearest_schema_is_named_in_the_first_line(hospital: Path) -> None:
    assert cli.main(["schema", str(hospital / "schema")]) == 0
    assert cli.main(["fmt", str(hospital / "knowledge" / "states.yaml")]) == 0
    first = (hospital / "knowledge" / "states.yaml").read_text("utf-8").split("\n")[0]
    assert first == "# yaml-language-server: $schema=../schema/states.json"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("cases/a.yaml", "- name: a\n", "OL113"),
        ("rules/none.yaml", None, "OL001"),
        ("rules/a.yaml", "a:\n\tb: c\n", "OL0"),
    ],
)
def test_what_cannot_be_laid_out_is_a_problem(
    name: str, text: str | None, code: str, hospital: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = hospital / name
    path.parent.mkdir(exist_ok=True)
    if text is not None:
        path.write_text(text, "utf-8")
    assert cli.main(["fmt", str(path)]) == 2
    assert code in capsys.readouterr().err

"""`new`: the skeletons land in their files, at the lines that are told, and nothing lands when anything is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import cli


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def new(hospital: Path, *words: str) -> int:
    return cli.main(["new", *words, "--knowledge", str(hospital)])


def test_a_rule_comes_with_a_patient_it_catches_and_one_it_lets_go(
    hospital: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("rule", "alendronate-here", "--verb", "contraindicates", "--about", "alendronate")
    assert new(hospital, *words) == 0
    rule, case = (line.rsplit(":", 1) for line in capsys.readouterr().out.splitlines())
    assert rule[0].startswith(str(hospital / "rules"))
    assert case[0].startswith(str(hospital / "cases"))
    assert Path(rule[0]).read_text("utf-8").startswith("alendronate-here:\n  title:  # What holds")
    written = Path(case[0]).read_text("utf-8")
    assert "fired: [alendronate-here]" in written
    assert "held: [alendronate-here]" in written


def test_check_points_at_what_is_to_be_filled_in(hospital: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        new(hospital, "rule", "alendronate-here", "--verb", "orders", "--about", "dxa", "--file", "rules/own.yaml") == 0
    )
    assert cli.main(["check", "--knowledge", str(hospital)]) == 1
    told = capsys.readouterr().out
    assert "own.yaml:2:9: error OL107: 'title' has no value" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("rule", "alendronate-clearance", "--verb", "contraindicates", "--about", "alendronate"), "OL103"),
        (("finding", "grip", "--file", "rules/own.yaml"), "OL113"),
        (("rule", "a-rule", "--verb", "orders", "--about", "dxa", "--file", "../elsewhere.yaml"), "OL113"),
        (("case", "no-such-rule"), "OL105"),
    ],
)
def test_where_something_is_wrong_nothing_is_written(
    words: tuple[str, ...], code: str, hospital: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(hospital, *words) == 2
    assert code in capsys.readouterr().err
    assert list(hospital.rglob("*")) == []


def test_a_second_entry_goes_below_the_first(hospital: Path) -> None:
    for name in ("grip_strength", "chair_rise"):
        assert new(hospital, "finding", name, "--file", "knowledge/findings/own.yaml", "--set", "type", "number") == 0
    text = (hospital / "knowledge" / "findings" / "own.yaml").read_text("utf-8")
    assert text.index("grip_strength:") < text.index("\n\nchair_rise:")
    assert text.count("  unit:  #") == 2


def test_a_case_for_a_rule_that_is_there(hospital: Path) -> None:
    assert new(hospital, "case", "alendronate-clearance") == 0
    (path,) = (hospital / "cases").glob("*.yaml")
    assert "fired: [alendronate-clearance]" in path.read_text("utf-8")

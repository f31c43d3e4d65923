"""`graph`: a picture of what has rules behind it, and a word about what has none."""

from __future__ import annotations

import pytest

import cli


@pytest.mark.parametrize(("form", "opening"), [("svg", "<svg xmlns="), ("mermaid", "flowchart RL")])
def test_it_prints_the_picture(form: str, opening: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["graph", "osteomalacia", "--format", form]) == 0
    assert capsys.readouterr().out.startswith(opening)


def test_a_name_does_as_well_as_an_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["graph", "creatinine clearance"]) == 0
    assert "What creatinine clearance rests on" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "word"), [("albumin", "rests on nothing"), ("osteomalacias-x", "nothing is called")])
def test_what_has_no_picture_is_told(name: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["graph", name]) == 1
    said = capsys.readouterr()
    assert word in said.err
    assert said.out == ""

"""`schema`: the schemas land where they are wanted, with the words of a hospital's own directory among the ids."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cli


def test_the_schemas_are_written_into_a_directory_that_need_not_be_there(tmp_path: Path) -> None:
    assert cli.main(["schema", str(tmp_path / "deep" / "schemas")]) == 0
    rules = json.loads((tmp_path / "deep" / "schemas" / "rules.json").read_text("utf-8"))
    assert "because" in rules["additionalProperties"]["properties"]


def test_a_directory_of_ones_own_adds_its_ids(tmp_path: Path) -> None:
    (tmp_path / "own" / "knowledge").mkdir(parents=True)
    (tmp_path / "own" / "knowledge" / "states.yaml").write_text(
        "night_shift_worker: {label: works at night, kept_because: read by a rule to come}\n", "utf-8"
    )
    (tmp_path / "own" / "rules").mkdir()
    (tmp_path / "own" / "rules" / "own.yaml").write_text(
        "night-shift:\n  title: Somebody works at night\n  sets: night_shift_worker\n  when: age > 18\n"
        "  because: The roster says so.\n  sources: [nogg-2024]\n  evidence: unverified\n",
        "utf-8",
    )
    assert cli.main(["schema", str(tmp_path / "out"), "--knowledge", str(tmp_path / "own")]) == 0
    ids = json.loads((tmp_path / "out" / "ids.json").read_text("utf-8"))
    assert "night_shift_worker" in ids["definitions"]["state"]["anyOf"][0]["enum"]


def test_a_place_that_cannot_be_written_is_a_problem_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    assert cli.main(["schema", str(tmp_path / "taken" / "below")]) == 2
    assert "cannot be written" in capsys.readouterr().err

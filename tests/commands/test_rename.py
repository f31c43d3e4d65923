"""`rename`: another id, in every file or in none."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run


def test_every_file_that_names_it_is_written_and_told(home: Path, run: Run) -> None:
    before = {path: path.read_text() for path in home.rglob("*.yaml")}
    ended = run("rename", "vitamin_d", "calcidiol")
    assert ended.code == 0, ended.err
    changed = [path for path, text in before.items() if path.read_text() != text]
    assert sorted(path.relative_to(home).as_posix() for path in changed) == sorted(ended.out.split())
    assert "the finding 'vitamin_d' is now 'calcidiol'" in ended.err
    assert "calcidiol:" in (home / "knowledge" / "findings.yaml").read_text()
    assert run("check").code == 0


def test_an_id_that_is_taken_is_refused(home: Path, run: Run) -> None:
    before = {path: path.read_text() for path in home.rglob("*.yaml")}
    ended = run("rename", "vitamin_d", "age")
    assert ended.code == 2
    assert "OL704: 'age' is a finding already" in ended.err
    assert {path: path.read_text() for path in home.rglob("*.yaml")} == before

"""`docs`: the site lands where it is wanted, a hospital's own entries among it."""

from __future__ import annotations

from pathlib import Path

import pytest

import cli


def test_a_hospitals_own_entries_have_their_pages(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    (own / "knowledge").mkdir(parents=True)
    (own / "knowledge" / "alerts.yaml").write_text(
        'our_alert: {label: call our ward, action: "Call the ward.", kept_because: a rule will raise it}\n', "utf-8"
    )
    assert cli.main(["docs", str(tmp_path / "site"), "--knowledge", str(own)]) == 0
    assert "Call the ward." in (tmp_path / "site" / "alerts" / "our_alert.html").read_text("utf-8")
    assert "index.html" in capsys.readouterr().err


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("", "utf-8")
    assert cli.main(["docs", str(tmp_path / "site")]) == 2

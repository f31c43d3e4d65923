"""Every problem code has its line."""

from __future__ import annotations

import re
from pathlib import Path

import cli
from engine.commands.codes import codes

ENGINE = Path(cli.__file__).parent / "engine"


def used() -> set[str]:
    paths = ENGINE.rglob("*.py")
    found = {code for path in paths for code in re.findall(r'"(OL\d{3})"', path.read_text("utf-8"))}
    return found - {"OL100"}  # where the codes of notation end


def test_every_code_that_a_problem_can_have_is_explained() -> None:
    assert len(used()) > 60
    assert used() - codes().keys() == set()


def test_codes_are_told_in_order_and_in_one_line() -> None:
    assert list(codes()) == sorted(codes())
    assert all(meaning and "\n" not in meaning and not meaning.endswith(".") for meaning in codes().values())

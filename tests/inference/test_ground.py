from __future__ import annotations

import pytest

from engine.inference.ground import Ground, literal


@pytest.mark.parametrize(
    ("atom", "value", "words"),
    [(0, True, "frail"), (0, False, "frail: false"), (1, False, "smoking is current: false")],
)
def test_a_literal_reads_as_its_statement_or_as_its_being_false(atom: int, value: bool, words: str) -> None:
    ground = Ground(("frail", "smoking is current"), ())
    assert ground.word(literal(atom, value)) == words
    assert ground.word(literal(atom, not value) ^ 1) == words
    assert literal(atom, value) < ground.width

"""A file read again after an edit, entry by entry: as it is read in one piece, whatever was edited."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.knowledge_base.files.nodes import MapNode
from engine.knowledge_base.files.pieces import Pieces
from engine.knowledge_base.files.source import PROSE, load_text
from tests.conftest import LONG

ROOT = Path(__file__).parents[2]
EDITS = 20_000 if LONG else 250
TYPED: list[str] = [
    *"a{}[]\"'#?>|\t\n, é",
    *("\n\n", "\r\n", "  ", ": ", "- ", " # ", "x: y\n", "\nkey: 1\n", "\n- b\n", "< 30", "|+\n", "&a ", "*a", "!t "),
    *("? ", "---\n", "...\n", "<<: ", "%", "1,5\n", "“", "\n]", "\n}", "\u00a0", "\n|\n"),
]


def edited(text: str, chance: random.Random) -> str:
    """A key, a piece that is cut out, or one that is put in from elsewhere; often at the beginning of a line."""
    at = chance.randrange(len(text) + 1)
    if chance.random() < 0.4:
        at = text.rfind("\n", 0, at) + 1
    kind = chance.random()
    if kind < 0.35:
        return text[:at] + text[at + chance.choice([1, 1, 2, 5, 40, 200]) :]
    if kind < 0.45:
        other = chance.randrange(len(text) + 1)
        return text[:at] + text[other : other + 100] + text[at:]
    return f"{text[:at]}{chance.choice(TYPED)}{text[at:]}"


def test_after_any_edits_a_file_reads_in_pieces_as_it_does_whole() -> None:
    chance = random.Random(18)
    files = [path for room in ("rules", "knowledge", "tests/cases") for path in sorted((ROOT / room).rglob("*.yaml"))]
    files = [path for path in files if path.stat().st_size < 6_000]
    for _ in range(EDITS // 10):
        saved = text = chance.choice(files).read_text()
        pieces, prose = Pieces(), chance.choice([PROSE, None])
        for _ in range(10):
            text = edited(saved if chance.random() < 0.3 else text, chance)
            whole = load_text(text, "f", prose=prose)
            assert load_text(text, "f", prose=prose, pieces=pieces) == whole, text


@pytest.mark.parametrize("new", ["one: {a: 1}\ntwo: {b: 3}\n", "one: {a: 1}\ntwo: {b: c: d}\n"])
def test_an_entry_that_nobody_touched_is_the_very_one_it_was(new: str) -> None:
    """So is what was made of it; a slip in another entry leaves it alone."""
    pieces = Pieces()
    before, _ = load_text("one: {a: 1}\ntwo: {b: 2}\n", "f", pieces=pieces)
    load_text("one: {a: 1}\ntwo: {b: 2}\n", "f", pieces=pieces)
    after, _ = load_text(new, "f", pieces=pieces)
    assert isinstance(before, MapNode)
    assert isinstance(after, MapNode)
    assert after.get("one") is before.get("one")
    assert after.get("two") is not before.get("two")


@pytest.mark.parametrize(
    "text",
    ["a: &x 1\nb: *x\n", "a:\n|\n b\n", "? a\n: b\n", "a: 'b\nc: d'\n", "a: [\nb\n]\nc: 1\n", "a: 1\n---\nb: 2\n"],
)
def test_entries_that_hang_together_are_read_together(text: str) -> None:
    assert load_text(text, "f", pieces=Pieces()) == load_text(text, "f")

"""What a rule means: the same whatever words say it, another where what it reads is drawn otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.case.case import prepare
from engine.knowledge_base.files.layout import Layout
from engine.knowledge_base.reading import reader
from engine.workbench.checks.solved.meaning import Meanings
from tests.commands.conftest import FILES, write

LINE = """
line:
  label: the line
  unit: nmol/L
  analyte: vitamin_d
  values: [{since: 2000-01-01, is: 25}, {since: 2020-01-01, is: 30}]
  sources: [article]
"""
RULES = FILES["rules/bone.yaml"].replace("vitamin_d < 30 nmol/L", "vitamin_d < line")
BASE = {**FILES, "knowledge/thresholds.yaml": LINE, "rules/bone.yaml": RULES}


def meant(root: Path, **changed: str) -> str:
    write(root, BASE | {name.replace("__", "/") + ".yaml": text for name, text in changed.items()})
    kb, problems = reader.read(Layout(root))
    assert kb is not None, problems
    return Meanings(prepare(kb)).rule(kb.rules["low-vitamin-d"])


@pytest.mark.parametrize(("old", "new"), [("is: 30", "is: 29"), ("since: 2020-01-01", "since: 2030-01-01")])
def test_a_line_drawn_otherwise_or_from_another_day_is_another_meaning(old: str, new: str, tmp_path: Path) -> None:
    assert meant(tmp_path / "a") != meant(tmp_path / "b", knowledge__thresholds=LINE.replace(old, new))


def test_words_and_places_mean_nothing(tmp_path: Path) -> None:
    said = RULES.replace("Mineral does not reach the matrix.", "It stays soft.")
    assert meant(tmp_path / "a") == meant(tmp_path / "b", rules__bone=f"# moved\n{said}")

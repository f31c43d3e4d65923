"""A small knowledge base of its own for each editor, with cases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .client import ROOT, Editor

CASES = """\
- name: a low score is osteoporosis
  given: {age: 70, sex: female, t_score_hip: -2.7}
  expect: {diagnosed: osteoporosis, fired: low-score}
- name: a score just above is none
  given: {age: 70, sex: female, t_score_hip: -2.4}
  expect: {ruled_out: low-score}
"""


def small_base(folder: Path) -> Path:
    shutil.copytree(ROOT / "tests" / "data" / "small", folder, dirs_exist_ok=True)
    cases = folder / "tests" / "cases"
    cases.mkdir(parents=True)
    (cases / "density.yaml").write_text(CASES)
    return folder


@pytest.fixture(scope="session")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """A server on a small knowledge base, for all who leave its files as they are."""
    editor = Editor(small_base(tmp_path_factory.mktemp("base")))
    yield editor
    editor.close()

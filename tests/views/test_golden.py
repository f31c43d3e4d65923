"""Every form of the report, word for word.

After a change that is meant: `GOLDEN=write python -m pytest tests/views/test_golden.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.version import VERSION
from engine.views.report import data, handout, html, markdown, text
from tests.views.samples import EMPTY, NAMES, VERDICT

GOLDEN = Path(__file__).parent / "golden"
FORMS: dict[str, Callable[[], str]] = {
    "report-60.txt": lambda: text.report(VERDICT, NAMES, 60),
    "report-80.txt": lambda: text.report(VERDICT, NAMES, 80),
    "report-160.txt": lambda: text.report(VERDICT, NAMES, 160),
    "nobody.txt": lambda: text.report(EMPTY, NAMES, 80),
    "report.md": lambda: markdown.report(VERDICT, NAMES, "A woman of 67"),
    "report.html": lambda: html.page([("A woman of 67", VERDICT)], NAMES),
    "handout.txt": lambda: text.handout(handout.handout(VERDICT, NAMES, "A woman of 67")),
    "handout.html": lambda: "".join(html.handouts([handout.handout(VERDICT, NAMES)], "")),
    "report.json": lambda: data.text(data.document(VERDICT, NAMES)),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_report_reads_as_it_did(name: str) -> None:
    told = FORMS[name]().replace(VERSION, "VERSION")
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text("utf-8")


def test_no_golden_text_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(FORMS)

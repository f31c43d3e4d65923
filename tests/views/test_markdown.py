"""The report as Markdown."""

from __future__ import annotations

import dataclasses
import re

import pytest

from engine.assessment.verdict import Shown
from engine.views.report import markdown
from tests.views.samples import EMPTY, NAMES, VERDICT

TOLD = markdown.report(VERDICT, NAMES)


def test_sections_stand_in_the_order_of_a_report() -> None:
    assert re.findall(r"^## (.+)$", TOLD, re.MULTILINE) == [
        "Alerts",
        "Not ruled out",
        "Diagnosis",
        "What else it could be",
        "What to do, in this order",
        "Not for this person, and why",
        "Still to be answered",
        "Also not ruled out",
        "What is happening in this skeleton",
        "Why bone is being lost",
        "Also found",
        "Where guidelines differ",
        "10-year probability of a fracture, as entered",
        "Treatment over time",
        "What is known",
        "Sources",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "- **EMERGENCY: severe hypocalcemia**",
        "  - do: Send to hospital",
        "- **EMERGENCY if so: spinal cord compression**",
        "  - for: 25-OH vitamin D 28 nmol/L",
        "  - rule out: by able to sit upright",
        "- 1 more not ruled out",
        "- **high calcium**: soon if so",
        "- **OSTEOPOROSIS**: established",
        "- **osteomalacia**: possible (+0.3)",
        "### 4. Medicines: one of these, the first line first",
        "- **alendronate**: NOT YET, first line",
        "  - first: replacing vitamin D",
        "- **creatinine (test)**: frees every medicine above; tells osteomalacia",
        "1 more measure cannot be judged yet; what is still to be answered decides.",
        "Marked *not verified*: 1 rule, not yet held against the source by us.",
        "*It educates and supports decisions; it replaces no clinician.*",
    ],
)
def test_it_says(line: str) -> None:
    assert line in TOLD.splitlines()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<script>", r"\<script\>"),
        ("[x](javascript:y)", r"\[x\](javascript:y)"),
        ("a | b", r"a \| b"),
        ("**bold** `code`", r"\*\*bold\*\* \`code\`"),
        ("\x1b[2J", r"\\x1b\[2J"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
    ],
)
def test_what_a_file_says_is_no_markup(said: str, shown: str) -> None:
    finding = Shown("age", said, "67", 67.0, "", "known")
    told = markdown.report(dataclasses.replace(VERDICT, findings=(finding,)), NAMES, title=said)
    assert f"- {shown} 67" in told.splitlines()
    assert told.startswith(f"# {shown}\n")


def test_of_nobody_what_to_start_with_and_the_disclaimer_are_left() -> None:
    told = markdown.report(EMPTY, NAMES)
    assert re.findall(r"^## (.+)$", told, re.MULTILINE) == ["Start with"]
    assert told.endswith("it replaces no clinician.*\n")

"""Spoiled files of every kind are refused in our own words, at a place in the file, and never with a traceback."""

from __future__ import annotations

import datetime
import random
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.intake import record
from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import reader
from engine.values.problems import Problem
from engine.workbench.cases import cases
from tests.conftest import examples

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "data" / "small"
TODAY = datetime.date(2026, 1, 15)
AT_LENGTH = examples(5, 5)
"""500 files in CI, 1,000 in the long suite, 100,000 when searching at length."""

FOREIGN = ("while parsing", "while scanning", "expected <", "unexpected token", "lark", "pyyaml", "traceback", "<class")
JUNK = (
    *(
        "\t",
        "  ",
        "\n",
        "\r\n",
        ":",
        ": ",
        "- ",
        "#",
        " #",
        "'",
        '"',
        "“",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "!!x",
        "|",
        ">",
    ),
    *(
        "?",
        "%",
        "@",
        "`",
        "---",
        "...",
        "\x00",
        "\x1b[31m",
        "\u202e",
        "\ufeff",
        "½",
        "≥",
        "==",
        "3,5",
        "012",
        "1e3",
        "yes",
    ),
    *("12:30", "<<: *a", "mg / day", "high", "9" * 60, "é" * 200, "not measured", "and", "or", "(", ")", ".."),
)


def spoiled(text: str, seed: int) -> str:
    """The text with one to three things an editor's slip does to it; the same seed does the same."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        lines = text.split("\n")
        at = chance.randrange(len(lines))
        spot = chance.randrange(len(text) + 1)
        match chance.randrange(9):
            case 0:
                del lines[at]
                text = "\n".join(lines)
            case 1:
                lines.insert(at, chance.choice(lines))
                text = "\n".join(lines)
            case 2:
                lines[at] = " " * chance.randint(1, 5) + lines[at]
                text = "\n".join(lines)
            case 3:
                lines[at] = lines[at].lstrip()
                text = "\n".join(lines)
            case 4:
                text = text[:spot] + text[spot + chance.randint(1, 4) :]
            case 5:
                text = text[:spot] + chance.choice(JUNK) + text[spot:]
            case 6:
                text = text[:spot]
            case 7:
                words = lines[at].split(" ")
                chance.shuffle(words)
                lines[at] = " ".join(words)
                text = "\n".join(lines)
            case _:
                text = text.replace(chance.choice(text.split() or ["x"]), chance.choice(JUNK), 1)
    return text


def well_told(problems: list[Problem]) -> None:
    for problem in problems:
        told = str(problem)
        assert problem.code.startswith("OL")
        assert problem.place.file
        assert not any(word in told.lower() for word in FOREIGN), told


@cache
def small_files() -> dict[str, str]:
    return {path.relative_to(SMALL).as_posix(): path.read_text("utf-8") for path in sorted(SMALL.rglob("*.yaml"))}


@cache
def small() -> KnowledgeBase:
    kb, problems = reader.read_contents([Written(name, name, text.encode()) for name, text in small_files().items()])
    assert kb is not None, problems
    return kb


@examples(2, 5)
@given(st.integers(0, 2**32))
def test_a_spoiled_knowledge_base_is_told_in_our_words(seed: int) -> None:
    files = dict(small_files())
    name = random.Random(seed).choice(sorted(files))
    files[name] = spoiled(files[name], seed)
    kb, problems = reader.read_contents([Written(one, one, text.encode()) for one, text in files.items()])
    well_told(problems)
    assert kb is not None or problems


PATIENT = """\
age: 67
sex: female
menopausal_status: postmenopausal
t_score_hip: -2.7
vitamin_d: 28 nmol/L
calcium: high
fractures:
  - {site: hip, date: 2025-03, cause: low_trauma}
  - vertebra
medicines: [{name: prednisolone, dose: 7.5 mg, started: 2025-03}, omeprazole, ...]
conditions: none
"""


@AT_LENGTH
@given(st.integers(0, 2**32))
def test_a_spoiled_patient_file_is_told_in_our_words(seed: int) -> None:
    text = spoiled(PATIENT, seed)
    _, problems = record.read_records(small(), text.encode("utf-8", "replace"), "patient.yaml", TODAY)
    well_told(problems)


CASES = """\
- name: a low score is osteoporosis
  given: {age: 67, sex: female, t_score_hip: -2.7}
  expect:
    diagnosed: [osteoporosis]
    quantities: {lowest_t_score: -2.7}
- name: and a higher one is not
  given: {age: 67, sex: female, t_score_hip: -2.4, conditions: none}
  expect_not: {diagnosed: osteoporosis}
"""


@AT_LENGTH
@given(st.integers(0, 2**32))
def test_a_spoiled_case_file_is_told_in_our_words(seed: int) -> None:
    _, problems = cases.read_file(small(), spoiled(CASES, seed).encode("utf-8", "replace"), "cases.yaml")
    well_told(problems)


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_told_in_our_words(content: bytes) -> None:
    _, problems = record.read_records(small(), content, "patient.yaml", TODAY)
    well_told(problems)
    kb, problems = reader.read_contents([Written("rules/x.yaml", "rules/x.yaml", content)])
    well_told(problems)
    assert kb is None or not kb.rules or problems

"""What people type, held against the shipped words: each line with what it is understood to say."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.consultation import answers, case
from engine.consultation.case import Case, Prepared
from engine.consultation.phrases import Statement
from engine.consultation.relevance import question
from engine.consultation.understanding import Reader
from engine.consultation.understood import PROMPT
from engine.consultation.volunteered import Volunteered
from engine.knowledge_base import cache

TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


def said(prepared: Prepared, line: str, *asked: str) -> dict[str, str]:
    """The answers that a line gives, as a patient file writes them."""
    patient = Case(prepared, TODAY)
    found = Reader(prepared.names, TODAY).read(line, question(patient, asked) if asked else None, {})
    assert not found.problems, found.problems
    return {name: answers.write_answer(prepared.kb, name, known) for name, known in found.said.items()}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("woman", {"sex": "female"}),
        ("67 y", {"age": "67"}),
        ("aged 67", {"age": "67"}),
        ("menopause at 51", {"age_at_menopause": "51", "menopausal_status": "postmenopausal"}),
        ("hip -2.7, spine -3.1", {"t_score_hip": "-2.7", "t_score_lumbar_spine": "-3.1"}),
        ("hip < -2.5", {"t_score_hip": "< -2.5"}),
        ("no fever", {"symptoms": "[no fever, ...]"}),
        ("she has no fever and no weight loss", {"symptoms": "[no fever, no weight_loss, ...]"}),
        ("not on omeprazole", {"medicines": "[no omeprazole, ...]"}),
        ("stopped alendronate in 2023", {"medicines": "[{name: alendronate, stopped: 2023}, ...]"}),
        ("58 kg weight", {"weight": "58 kg"}),
        ("weight 58 kg; height 5 ft 4", {"weight": "58 kg", "height": "162.56 cm"}),
        ("never smoked", {"smoking": "never"}),
        ("ex-smoker", {"smoking": "former"}),
        ("vit d 75 nmol/L", {"vitamin_d": "75 nmol/L"}),
        ("calcium high", {"calcium": "high"}),
        ("no swallowing trouble", {"symptoms": "[no swallowing_difficulty, ...]"}),
        ("trouble swallowing", {"symptoms": "[swallowing_difficulty, ...]"}),
        ("upright yes", {"can_sit_upright": "yes"}),
        ("egfr 28", {"egfr": "28 mL/min/1.73m2"}),
    ],
)
def test_anything_can_be_said_at_any_time(line: str, expected: dict[str, str], prepared: Prepared) -> None:
    assert said(prepared, line) == expected


def test_a_sentence_of_facts_is_taken_whole(prepared: Prepared) -> None:
    line = "67, woman, menopause at 51, on prednisolone 7.5 mg for 8 months"
    assert said(prepared, line, "age") == {
        "age": "67",
        "sex": "female",
        "age_at_menopause": "51",
        "menopausal_status": "postmenopausal",
        "medicines": "[{name: prednisolone, dose: 7.5 mg, started: 2026-02-22..2026-03-21}, ...]",
    }


@pytest.mark.parametrize(
    ("words", "started"),
    [("for 8 months", "2026-02-22..2026-03-21"), ("for 2 years", "2023-11-22..2024-11-21"), ("since 2020", "2020")],
)
def test_a_time_it_has_lasted_is_a_time_it_began(words: str, started: str, prepared: Prepared) -> None:
    told = said(prepared, f"prednisolone 5 mg {words}")["medicines"]
    assert f"started: {started}" in told


@pytest.mark.parametrize(
    ("line", "asked", "expected"),
    [
        ("28", ("age",), {"age": "28"}),
        ("58 kg, 162 cm, no", ("weight", "height", "parent_hip_fracture"),
         {"weight": "58 kg", "height": "162 cm", "parent_hip_fracture": "no"}),
        ("upright yes, no swallowing trouble", ("can_sit_upright", "planned_dental_surgery"),
         {"can_sit_upright": "yes", "symptoms": "[no swallowing_difficulty, ...]"}),
        ("none", ("fractures",), {"fractures": "none"}),
        ("omeprazole", ("medicines",), {"medicines": "[omeprazole]"}),
        ("-2.7", ("t_score_hip",), {"t_score_hip": "-2.7"}),
        ("1", ("sex",), {"sex": "female"}),
        ("f", ("sex",), {"sex": "female"}),
        ("wrist 2019 and hip 2025-03", ("fractures",),
         {"fractures": "[{site: forearm, date: 2019}, {site: hip, date: 2025-03}]"}),
    ],
)  # fmt: skip
def test_what_was_asked_is_answered(
    line: str, asked: tuple[str, ...], expected: dict[str, str], prepared: Prepared
) -> None:
    assert said(prepared, line, *asked) == expected


def test_of_several_questions_a_bare_no_is_not_guessed_at(prepared: Prepared) -> None:
    asked = question(Case(prepared, TODAY), ("can_sit_upright", "planned_dental_surgery"))
    found = Reader(prepared.names, TODAY).read("no", asked, {})
    assert not found.said
    assert "'no' to which?" in found.problems[0].what


def test_any_of_several_can_be_named_by_number_and_the_others_are_not_the_case(prepared: Prepared) -> None:
    asked = ("parent_hip_fracture", "family_history_osteoporosis", "family_breast_cancer")
    assert said(prepared, "1", *asked) == dict(zip(asked, ("yes", "no", "no"), strict=True))
    assert said(prepared, "none", *asked) == dict.fromkeys(asked, "no")


def test_a_missing_unit_is_asked_back_with_what_each_would_mean(prepared: Prepared) -> None:
    found = Reader(prepared.names, TODAY).read("vit d 28", None, {})
    assert [half.told for half in found.halves] == [("nmol/L", "ng/mL (would be 70 nmol/L)")]


@pytest.mark.parametrize(("typed", "meant"), [("alendronat 70 mg weeekly", "alendronate"), ("omeprazol", "omeprazole")])
def test_a_near_miss_is_not_lost(typed: str, meant: str, prepared: Prepared) -> None:
    found = Reader(prepared.names, TODAY).read(typed, None, {})
    told = str(found.said) + " ".join(f"{problem.what} {problem.hint}" for problem in found.problems)
    assert meant in told


def examples(phrase: str) -> Iterator[str]:
    """Lines that a phrase of the table stands for: with each of its words, and without what may be missing."""
    fillers = {"MASS": "60 kg", "LENGTH": "160 cm", "X": "hip", "Y": "2019"}
    slots = []
    for token in phrase.split():
        words = [fillers.get(word, word) for word in token.removesuffix("?").split("|")]
        words = [re.sub(r"\bNN?\b", "51", word) for word in words]
        slots.append([*words, ""] if token.endswith("?") and len(token) > 1 else words)
    for index in range(max(len(words) for words in slots)):
        yield " ".join(words[min(index, len(words) - 1)] for words in slots).strip()


def test_every_phrase_of_the_table_means_something(prepared: Prepared) -> None:
    words = Volunteered(prepared.names, TODAY).words

    def readable(one: Statement) -> bool:
        tried = (one.value, one.value.replace("160", "5"), one.value.replace("51", "2"))  # what is plausible differs
        return any(answers.read_answer(prepared.kb, one.finding, value, PROMPT, TODAY)[0] for value in tried)

    for phrase, meaning in prepared.kb.words.items():
        for line in examples(phrase):
            meanings = list(words.meanings(line))
            assert meanings, (phrase, line)
            for one in (statement for found in meanings for statement in found.statements):
                assert one.finding in {**prepared.kb.findings, **prepared.kb.quantities}, (phrase, meaning)
            if not re.search(r"hip|2019", line):  # what X stands for decides
                assert any(found.ask or all(map(readable, found.statements)) for found in meanings), (phrase, line)


def test_whatever_is_typed_nothing_breaks(prepared: Prepared) -> None:
    """Random lines of the words that mean something, and of what means nothing."""
    chance = random.Random(5)
    reader = Reader(prepared.names, TODAY)
    patient = Case(prepared, TODAY)
    findings = list(prepared.kb.findings)
    labels = [word for one in prepared.kb.findings.values() for word in (one.label, *one.synonyms)]
    words = [*labels, *prepared.kb.words, "no", "not", "stopped", "since", "for", "in", "at", ",", ";", "and", "=", "<"]
    words += [
        "28",
        "-2.7",
        "2023",
        "2025-13",
        "nmol/L",
        "mg",
        "1e9",
        "9" * 40,
        "..",
        "...",
        "{",
        "[",
        "'",
        "\x1b[2J",
        "é",
    ]
    for _ in range(300):
        line = " ".join(chance.choice(words) for _ in range(chance.randint(1, 7)))
        asked = question(patient, chance.sample(findings, chance.randint(1, 3))) if chance.random() < 0.7 else None
        reader.read(line, asked, {})

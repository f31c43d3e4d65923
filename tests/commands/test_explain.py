"""`explain`, `compare` and `show`: questions, names in any spelling, and what is said when there is no such thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("is osteoporosis caused by poor mineralization", "No. There is too little of it."),
        ("Is osteoporosis caused by poor mineralisation?", "No. There is too little of it."),
        ("osteoporosis", "Too little bone, normally mineralized."),
        ("brittle bones", "Too little bone, normally mineralized."),
        ("what are soft bones", "Bone that does not mineralize."),
        ("loss of oestrogen", "Osteoclasts outpace osteoblasts."),
        ("Fosamax", "70 mg weekly"),
        ("osteoclasts", "a cell that takes bone away"),
        ("vit d", "Vitamin D?"),
        ("alendronate-swallowing", "It burns the gullet."),
        ("label-a", "The label of alendronate"),
        ("nogg-2024", "adults"),
        ("a22", "Rules written from it"),
        ("E041", "Alendronate is not taken with trouble swallowing"),
        ("OL104", "a name, label or function that the knowledge base does not have"),
        ("ol301", "a number without its unit"),
    ],
)
def test_words_are_explained(words: str, said: str, home: Path, run: Run) -> None:
    ended = run("explain", *words.split())
    assert (ended.code, ended.err) == (0, "")
    assert said in " ".join(ended.out.split())


def test_what_a_word_means_comes_before_the_field_it_is_entered_in(run: Run) -> None:
    told = run("explain", "T-score").out
    assert "Density compared with healthy young adults" in told.split("\n\n")[0]
    assert told.index("Density compared with") < told.index("type      number")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("E042", "nothing is called 'E042'"),
        ("osteoprosis", "did you mean 'osteoporosis'?"),
        ("OL999", "no problem has the code OL999"),
    ],
)
def test_what_is_not_known_is_said_with_what_may_be_meant(words: str, said: str, home: Path, run: Run) -> None:
    ended = run("explain", words)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err


def test_nonsense_cannot_steer_the_terminal(home: Path, run: Run) -> None:
    ended = run("explain", "\x1b[2Jxyzzy")
    assert ended.code == 1
    assert "\x1b" not in ended.err


def test_two_conditions_are_set_side_by_side(home: Path, run: Run) -> None:
    ended = run("compare", "brittle bones", "osteomalacia")
    assert ended.code == 0
    assert ["Mineralization", "normal", "defective"] in [line.split() for line in ended.out.splitlines()]


@pytest.mark.parametrize("words", [["osteoporosis", "osteomalaica"], ["osteoporosis", "alendronate"]])
def test_what_cannot_be_compared_is_said(words: list[str], home: Path, run: Run) -> None:
    ended = run("compare", *words)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err


def test_an_entry_is_shown_with_its_place_its_users_and_its_cases(home: Path, run: Run) -> None:
    told = " ".join(run("show", "t_score_hip").out.split())
    assert "where knowledge/findings.yaml:" in told
    assert "findings of: T-scores (dxa, knowledge/groups.yaml:1:1)" in told
    assert "a low hip score is osteoporosis (tests/cases/bone.yaml:2:" not in told
    assert "a low hip score is osteoporosis (tests/cases/bone.yaml:2)" in told


def test_a_condition_is_shown_with_the_rules_that_conclude_and_read_it(home: Path, run: Run) -> None:
    told = " ".join(run("show", "osteoporosis").out.split())
    assert "diagnoses: A T-score of -2.5 or lower is osteoporosis" in told
    assert "reads: Osteoporosis is treated with alendronate" in told


def test_an_id_that_is_not_there_is_said(home: Path, run: Run) -> None:
    ended = run("show", "t_score_hpi")
    assert (ended.code, ended.out) == (1, "")
    assert "did you mean 't_score_hip'?" in ended.err


def test_while_a_skeleton_is_open_everything_else_is_shown_and_explained(home: Path, run: Run) -> None:
    assert run("new", "rule", "our-rule", "--verb", "contraindicates", "--about", "alendronate").code == 0
    for words in (("show", "alendronate"), ("explain", "osteoporosis")):
        ended = run(*words)
        assert ended.code == 0
        assert ended.out
        assert ended.err.startswith("Left out, for it cannot be read yet (`check` says why): ")
    assert run("check").code == 1

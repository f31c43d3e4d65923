"""What people mean by their words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake.lookup import Lookup, american
from tests.views.samples import KB

LOOKUP = Lookup(KB)


@pytest.mark.parametrize(
    ("british", "spelled"),
    [
        ("oestrogen", "estrogen"),
        ("coeliac disease", "celiac disease"),
        ("mineralisation", "mineralization"),
        ("anaemia", "anemia"),
        ("ageing", "aging"),
        ("diarrhoea", "diarrhea"),
        ("tumour", "tumor"),
        ("oesophageal stricture", "esophageal stricture"),
        ("haemoglobin", "hemoglobin"),
        ("hypocalcaemia", "hypocalcemia"),
        ("paediatric", "pediatric"),
        ("Vitamin_D", "vitamin d"),
    ],
)
def test_british_spellings_meet_the_american_ones(british: str, spelled: str) -> None:
    assert american(british) == spelled


@pytest.mark.parametrize("word", ["exercise", "disease", "four", "hour", "raised", "advised", "bruise", "supervised"])
def test_words_that_only_look_british_stay(word: str) -> None:
    assert american(word) == word


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("osteoporosis", "condition", "osteoporosis"),
        ("OSTEOPOROSIS?", "condition", "osteoporosis"),
        ("thin bones", "condition", "osteoporosis"),
        ("what is adult rickets", "condition", "osteomalacia"),
        ("coeliac disease", "condition", "celiac_disease"),
        ("fosamax", "intervention", "alendronate"),
        ("calcidiol", "finding", "vitamin_d"),
        ("25-OH vitamin D", "finding", "vitamin_d"),
        ("postmenopausal", "choices", "postmenopausal"),
        ("osteoclasts", "word", "osteoclast"),
        ("what does a DXA scan measure", "topic", "what-dxa-measures"),
        ("is osteoporosis caused by poor mineralisation", "topic", "poor-mineralization"),
        ("are brittle bones caused by poor mineralization?", "topic", "poor-mineralization"),
        ("is bone mineralization normal in osteoporosis", "topic", "poor-mineralization"),
    ],
)
def test_words_point_at(words: str, kind: str, name: str) -> None:
    found = LOOKUP.meant(words)[0]
    assert (found.kind, found.id) == (kind, name)


@pytest.mark.parametrize("words", ["xyzzy", "what is the capital of France", "", "???"])
def test_words_that_point_at_nothing_find_nothing(words: str) -> None:
    assert LOOKUP.meant(words) == ()


@pytest.mark.parametrize("named", LOOKUP.all, ids=lambda named: f"{named.kind} {named.id}")
def test_everything_is_found_by_its_own_id_and_label(named: object) -> None:
    kind, name, label = (getattr(named, part) for part in ("kind", "id", "label"))
    for words in (name, label):
        assert (kind, name) in [(found.kind, found.id) for found in LOOKUP.meant(words)]


@given(st.text(max_size=80))
def test_whatever_is_asked_it_answers_or_finds_nothing(words: str) -> None:
    assert all(found in LOOKUP.all or found.kind == "topic" for found in LOOKUP.meant(words))
    LOOKUP.suggestion(words)


def test_a_misspelled_name_is_recognized() -> None:
    assert LOOKUP.suggestion("osteomalaica") == "osteomalacia"


def test_what_is_near_shares_a_telling_word() -> None:
    assert "vitamin_d_repletion" in [named.id for named in LOOKUP.near("vitamin E")]

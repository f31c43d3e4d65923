"""The lines of tests/data/hearing: how many are heard right, and that none is heard wrong without a word."""

from __future__ import annotations

import re

import pytest

from engine.case.case import Prepared

from .scoring import DATA, Grade, Scored, by_family, score

pytestmark = pytest.mark.xdist_group("corpora")  # each corpus is heard once, not by each worker
LEAST = {
    "lines": 195,
    "letters": 72,
    "reports": 49,
    "clinic": 300,
    "ward": 96,
    "practice": 240,
    "rounds": 102,
    "desk": 45,
}
"""How many lines of each corpus have to be heard right."""


@pytest.fixture(scope="module", params=LEAST)
def corpus(request: pytest.FixtureRequest, prepared: Prepared) -> tuple[str, list[Scored]]:
    """The name of a corpus and its lines, each heard once for all tests."""
    return request.param, score(prepared.names, DATA / f"{request.param}.yaml")


def test_of_what_people_write_enough_is_right_and_nothing_wrong_in_silence(corpus: tuple[str, list[Scored]]) -> None:
    name, found = corpus
    bad = [f"{one.case['id']}: {one.why}" for one in found if one.grade is Grade.WRONG]
    assert not bad
    assert sum(one.grade is Grade.RIGHT for one in found) >= LEAST[name], by_family(found)


def test_every_line_has_an_id_of_its_own(corpus: tuple[str, list[Scored]]) -> None:
    _, found = corpus
    assert len({one.case["id"] for one in found}) == len(found)


def test_no_dangerous_misreading(corpus: tuple[str, list[Scored]]) -> None:
    for one in corpus[1]:
        for name in one.case.get("must_not") or {}:
            if name in one.heard.said and name not in (one.case.get("reading") or {}):
                may = [each.partition(".")[0] for each in one.case.get("may") or ()]
                assert name in may, one.case["id"]


def test_no_message_says_an_id(corpus: tuple[str, list[Scored]], prepared: Prepared) -> None:
    """Ids are how files write things; at the prompt a message says what they are called."""
    for one in corpus[1]:
        for problem in one.heard.reading.problems:
            told = prepared.names.spoken(f"{problem.what} {problem.hint}")
            written = [word for word in re.findall(r"[a-z0-9]+(?:_[a-z0-9]+)+", told) if word not in one.case["line"]]
            assert not written, (one.case["id"], told)

"""The lines of tests/data/hearing: how many are heard right, and that none is heard wrong without a word."""

from __future__ import annotations

import pytest

from engine.case.case import Prepared

from .scoring import DATA, Grade, by_family, lines, score


@pytest.mark.parametrize(
    ("corpus", "right"),
    [("lines", 195), ("letters", 72), ("reports", 49), ("clinic", 300), ("ward", 96)],
)
def test_of_what_people_write_enough_is_right_and_nothing_wrong_in_silence(
    corpus: str, right: int, prepared: Prepared
) -> None:
    found = score(prepared.names, DATA / f"{corpus}.yaml")
    bad = [f"{one.case['id']}: {one.why}" for one in found if one.grade is Grade.WRONG]
    assert not bad
    assert sum(one.grade is Grade.RIGHT for one in found) >= right, by_family(found)


@pytest.mark.parametrize("corpus", ["lines", "letters", "reports", "clinic", "ward"])
def test_every_line_has_an_id_of_its_own(corpus: str) -> None:
    _, cases = lines(DATA / f"{corpus}.yaml")
    assert len({case["id"] for case in cases}) == len(cases)


@pytest.mark.parametrize("corpus", ["lines", "letters", "reports", "clinic", "ward"])
def test_no_dangerous_misreading(corpus: str, prepared: Prepared) -> None:
    for one in score(prepared.names, DATA / f"{corpus}.yaml"):
        for name in one.case.get("must_not") or {}:
            if name in one.heard.said and name not in (one.case.get("reading") or {}):
                may = [each.partition(".")[0] for each in one.case.get("may") or ()]
                assert name in may, one.case["id"]

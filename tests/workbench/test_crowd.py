"""Random patients made and judged together are those met one by one, and break what each of them breaks alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.assessment import query
from engine.assessment.outlook import Outlook
from engine.case import case
from engine.case.case import Prepared
from engine.knowledge_base.store import cache
from engine.values.truth import Truth
from engine.workbench.trials import crowd, invariants
from tests.conftest import size

SEEDS = range(size(600))
COMMON = (
    "status(alendronate) is (recommended or conditional)",
    "status(zoledronate) is contraindicated and sex is female",
    "diagnosis(osteoporosis) is established and status(denosumab) is undetermined",
    "age > 64 and caution(alendronate) is given",
)
"""What is so of some and not of others."""


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parents[2]))


def test_a_crowd_is_who_is_met_one_by_one_and_breaks_the_same(prepared: Prepared) -> None:
    """One in twenty may contradict himself; entered numbers that can be worked out are left out of the others."""
    people, together = invariants.People(prepared), crowd.Crowd(prepared, invariants.DAY)
    made = together.met(SEEDS)
    queries = [node for text in COMMON if (node := query.parse(prepared.kb, text)[0]) is not None]
    assert len(queries) == len(COMMON)
    broken: list[set[int]] = [set() for _ in queries]
    for seed in SEEDS:
        people.meet(seed)
        assert people.case.said == made.said[seed]
        look = Outlook(people.case)
        for number, node in enumerate(queries):
            if query.holds(people.case, node, look) is Truth.TRUE:
                broken[number].add(seed)
    assert [{seed for seed in SEEDS if made.holds(node)[0] >> seed & 1} for node in queries] == broken
    assert all(0 < len(some) < len(SEEDS) for some in broken)


def test_what_is_remembered_is_given_up_in_time(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of any length keeps so much and no more, and nobody comes out otherwise by it."""
    together, other = (crowd.Crowd(prepared, invariants.DAY) for _ in range(2))
    before = together.machine
    monkeypatch.setattr(crowd, "REMEMBERED", 0)
    told = [together.met(range(start, start + 5)).truths.held for start in (0, 5)]
    assert together.machine is not before
    monkeypatch.undo()
    assert told == [other.met(range(start, start + 5)).truths.held for start in (0, 5)]

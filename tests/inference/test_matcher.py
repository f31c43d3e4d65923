from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.experta.matcher import CountingMatcher
from engine.inference.ground import Ground, Production

GROUND = Ground(
    ("a", "b", "c", "d"),
    (Production("both", (0, 2), 4), Production("one", (0,), 6), Production("not-b", (3,), 7)),
)


class Asked:
    """The engine as the matcher sees it; an activation is its production's number."""

    ground = GROUND

    def __init__(self) -> None:
        self.made: list[int] = []
        self.activations: list[SimpleNamespace | None] = [None] * len(GROUND.productions)

    def activation(self, index: int) -> SimpleNamespace:
        self.made.append(index)
        made = self.activations[index] = SimpleNamespace(index=index)
        return made


def fact(literal: int) -> SimpleNamespace:
    return SimpleNamespace(literal=literal)


def numbers(matcher: CountingMatcher, adding: list[int], deleting: list[int]) -> tuple[list[int], list[int]]:
    gained, lost = matcher.changes(map(fact, adding), map(fact, deleting))
    return [activation.index for activation in gained], [activation.index for activation in lost]


@pytest.fixture
def matcher() -> CountingMatcher:
    return CountingMatcher(Asked())


def test_a_production_is_gained_with_its_last_premise(matcher: CountingMatcher) -> None:
    assert numbers(matcher, [2], []) == ([], [])
    assert numbers(matcher, [0], []) == ([0, 1], [])


def test_a_production_is_lost_with_its_first_premise(matcher: CountingMatcher) -> None:
    numbers(matcher, [0, 2], [])
    assert numbers(matcher, [], [2]) == ([], [0])
    assert numbers(matcher, [], [0]) == ([], [1])


def test_what_goes_is_dealt_with_before_what_comes(matcher: CountingMatcher) -> None:
    numbers(matcher, [0], [])
    assert numbers(matcher, [0], [0]) == ([1], [1])


def test_nothing_new_means_nothing_gained(matcher: CountingMatcher) -> None:
    assert matcher.changes() == ([], [])


def test_a_reset_forgets_every_premise(matcher: CountingMatcher) -> None:
    numbers(matcher, [0], [])
    matcher.reset()
    assert numbers(matcher, [2], []) == ([], [])


def test_each_production_has_one_activation_made_when_first_needed() -> None:
    engine = Asked()
    matcher = CountingMatcher(engine)
    assert engine.made == []
    first, _ = matcher.changes([fact(0)], [])
    _, lost = matcher.changes([], [fact(0)])
    again, _ = matcher.changes([fact(0)], [])
    assert engine.made == [1]
    assert first[0] is lost[0] is again[0]


@given(st.lists(st.lists(st.integers(0, 5), unique=True, max_size=6), max_size=6))
def test_only_premises_that_wait_for_a_literal_are_touched(patients: list[list[int]]) -> None:
    matcher = CountingMatcher(Asked())
    for literals in patients:
        matcher.reset()
        numbers(matcher, literals, [])
    waiting = [2, 0, 1, 1, 0, 0]
    assert matcher.touched == sum(waiting[literal] for literals in patients for literal in literals)

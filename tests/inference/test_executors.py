"""The executors that a person can choose by name."""

from __future__ import annotations

import pytest

from engine.inference.executors import EXECUTORS, executor
from engine.inference.ground import Ground, Production, literal

WET, SLIPPERY = literal(0, True), literal(1, True)
GROUND = Ground(("it is wet", "it is slippery"), (Production("wet-is-slippery", (WET,), SLIPPERY),))


@pytest.mark.parametrize("name", EXECUTORS)
def test_an_executor_concludes_and_takes_back(name: str) -> None:
    one = executor(name, GROUND)
    one.reset()
    held = one.held
    one.assert_literals([WET])
    assert (one.literals, one.given, [*one.live()]) == ({WET, SLIPPERY}, {WET}, [0])
    assert held[SLIPPERY]
    assert one.holds(SLIPPERY)
    one.retract_literals([WET])
    assert (one.literals, [*one.live()]) == (frozenset(), [])
    assert not held[SLIPPERY]


def test_an_executor_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"unknown matcher 'retee'; there are: counting, rete"):
        executor("retee", GROUND)

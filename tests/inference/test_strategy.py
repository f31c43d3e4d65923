from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.experta.network import MATCHERS, Network
from engine.inference.ground import Ground, Production

BOTH = pytest.mark.parametrize("matcher", sorted(MATCHERS))
COUNT = 50

# One reason for fifty conclusions: on the agenda all fifty stand side by side, and the stock strategy ranks them alike.
SCREEN = Ground(
    ("the screen is normal", *(f"conclusion {number}" for number in range(1, COUNT + 1))),
    tuple(Production(f"rule-{number:02}", (0,), 2 * number) for number in range(1, COUNT + 1)),
)


def left_on_the_agenda(strategy: str, lost: Iterable[int]) -> set[str]:
    """The productions an agenda of all fifty still holds after these were lost, each reported by itself."""
    engine = Network(SCREEN, strategy=strategy).engine
    activations = [engine.activation(index) for index in range(COUNT)]
    engine.strategy.update_agenda(engine.agenda, activations, [])
    for index in lost:
        engine.strategy.update_agenda(engine.agenda, [], [activations[index]])
    return {activation.rule.__name__ for activation in engine.agenda.activations}


@given(lost=st.permutations(range(COUNT)), count=st.integers(0, COUNT))
def test_an_activation_that_is_lost_leaves_the_agenda_whatever_stands_beside_it(lost: list[int], count: int) -> None:
    remaining = {SCREEN.productions[index].name for index in lost[count:]}
    assert left_on_the_agenda("maintaining", lost[:count]) == remaining


def test_the_strategy_that_experta_ships_leaves_most_of_the_lost_ones_there() -> None:
    order = [index * 17 % COUNT for index in range(COUNT)]
    assert sorted(order) == list(range(COUNT))
    assert len(left_on_the_agenda("stock", order)) > COUNT // 2


@BOTH
def test_what_was_taken_back_before_the_run_fires_nothing(matcher: str) -> None:
    network = Network(SCREEN, matcher)
    engine = network.engine
    engine.declare(engine.fact(0))
    assert len(engine.agenda.activations) == COUNT
    engine.retract(engine.fact(0))
    engine.run()
    assert network.firings == 0
    assert not network.literals
    network.assert_literals([0])
    assert len(network.literals) == 1 + COUNT


@BOTH
def test_the_strategy_that_experta_ships_keeps_conclusions_without_a_reason(matcher: str) -> None:
    remaining = {}
    for strategy in ("maintaining", "stock"):
        network = Network(SCREEN, matcher, strategy=strategy)
        network.assert_literals([0])
        network.retract_literals([0])
        remaining[strategy] = len(network.literals)
    assert remaining == {"maintaining": 0, "stock": COUNT}


@BOTH
def test_half_of_the_agenda_can_be_lost_and_the_other_half_fires(matcher: str) -> None:
    ground = Ground(
        ("a", "b", *(f"conclusion {number}" for number in range(20))),
        tuple(Production(f"rule-{number:02}", (2 * (number % 2),), 4 + 2 * number) for number in range(20)),
    )
    network = Network(ground, matcher)
    engine = network.engine
    engine.declare(engine.fact(0), engine.fact(2))
    engine.retract(engine.fact(0))
    engine.run()
    assert [ground.productions[index].name for index in network.live()] == [f"rule-{n:02}" for n in range(1, 20, 2)]
    assert network.firings == 10


@BOTH
def test_equals_fire_in_the_order_of_their_names(matcher: str) -> None:
    productions = [
        Production(name, (0,), 2 * number) for number, name in enumerate(("b-second", "c", "a", "b"), start=1)
    ]
    orders = set()
    for shuffled in permutations(productions):
        network = Network(Ground(("it", "one", "two", "three", "four"), shuffled), matcher)
        network.assert_literals([0])
        orders.add(tuple(network.facts()))
    assert orders == {("it", "three", "four", "one", "two")}


@BOTH
def test_a_run_can_be_taken_step_by_step(matcher: str) -> None:
    network = Network(SCREEN, matcher)
    engine = network.engine
    engine.declare(engine.fact(0))
    engine.run(3)
    assert [SCREEN.productions[index].name for index in network.live()] == ["rule-01", "rule-02", "rule-03"]
    engine.run()
    assert network.firings == COUNT

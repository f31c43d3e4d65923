from __future__ import annotations

import gc
import logging
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inference.experta.network import MATCHERS, Network
from engine.inference.experta.shell import unwatch, watch, watchers
from engine.inference.ground import Ground, Literal, Production, literal

BOTH = pytest.mark.parametrize("matcher", sorted(MATCHERS))

FRAIL = Ground(
    ("age is at least 65", "bmi is below 19 kg/m2", "smoking is current", "frail", "seen first"),
    (
        Production("frail", (0, 2), 6),
        Production("frail/false 1", (1,), 7),
        Production("frail/false 2", (3,), 7),
        Production("seen-first-when-frail", (6,), 8),
        Production("seen-first-smokers", (4,), 8),
    ),
)
OLD, YOUNG, THIN, NOT_THIN, SMOKES, FRAIL_, NOT_FRAIL, SEEN_FIRST = 0, 1, 2, 3, 4, 6, 7, 8

Step = tuple[bool, list[Literal]]


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    """Any acyclic base: a production concludes on an atom above all those it reads."""
    size = draw(st.integers(3, 9))
    productions = []
    for number in range(draw(st.integers(1, 14))):
        atom = draw(st.integers(1, size - 1))
        premises = draw(st.sets(st.integers(0, 2 * atom - 1), min_size=1, max_size=3))
        conclusion = literal(atom, draw(st.booleans()))
        productions.append(Production(f"rule-{number}", tuple(sorted(premises)), conclusion))
    return Ground(tuple(f"statement {atom}" for atom in range(size)), tuple(productions))


def literals_of(ground: Ground) -> st.SearchStrategy[list[Literal]]:
    return st.lists(st.integers(0, ground.width - 1), max_size=6)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Ground, list[Step]]:
    """A base, and what was said and taken back in turn; taking back what was never said is among it."""
    ground = draw(grounds())
    return ground, draw(st.lists(st.tuples(st.booleans(), literals_of(ground)), min_size=1, max_size=6))


def follows(ground: Ground, said: set[Literal]) -> frozenset[Literal]:
    """All that follows, found by going over every production until none adds anything."""
    holding = set(said)
    while new := {p.conclusion for p in ground.productions if holding.issuperset(p.premises)} - holding:
        holding |= new
    return frozenset(holding)


def justifying(ground: Ground, holding: frozenset[Literal]) -> list[int]:
    return [index for index, p in enumerate(ground.productions) if holding.issuperset(p.premises)]


def take(network: Network, said: set[Literal], step: Step) -> None:
    adding, literals = step
    if adding:
        said.update(literals)
        network.assert_literals(literals)
    else:
        said.difference_update(literals)
        network.retract_literals(literals)


class Fired(logging.Handler):
    """Looks at the working memory at each moment a production fires."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.count = 0
        self.phantoms: list[str] = []
        self._productions = {production.name: production for production in network.ground.productions}

    def emit(self, record: logging.LogRecord) -> None:
        _, name, _ = record.args  # type: ignore[misc]  # experta logs the number, the name and the facts
        self.count += 1
        if not all(map(self.network.holds, self._productions[str(name)].premises)):
            self.phantoms.append(str(name))


@pytest.fixture
def watched() -> Iterator[Callable[..., None]]:
    yield watch
    unwatch()
    for name in watchers.ALL:
        getattr(watchers, name).setLevel(logging.WARNING)


@BOTH
def test_what_follows_holds_and_what_is_not_known_does_not(matcher: str) -> None:
    network = Network(FRAIL, matcher)
    network.assert_literals([OLD, THIN])
    assert network.literals == {OLD, THIN, FRAIL_, SEEN_FIRST}
    assert network.holds(FRAIL_)
    assert not network.holds(NOT_FRAIL)
    assert network.given == {OLD, THIN}
    assert [FRAIL.productions[index].name for index in network.live()] == ["frail", "seen-first-when-frail"]


@BOTH
def test_the_working_memory_reads_as_the_patient(matcher: str) -> None:
    network = Network(FRAIL, matcher)
    network.assert_literals([OLD, NOT_THIN])
    assert list(network.facts()) == ["age is at least 65", "bmi is below 19 kg/m2: false", "frail: false"]
    assert str(network.engine.facts).splitlines() == list(network.facts())


@BOTH
@settings(max_examples=2 * (settings.default or settings()).max_examples)
@given(history=histories())
def test_after_every_step_exactly_that_holds_which_follows_from_what_is_said(
    matcher: str, history: tuple[Ground, list[Step]]
) -> None:
    ground, steps = history
    network = Network(ground, matcher)
    said: set[Literal] = set()
    for step in steps:
        take(network, said, step)
        holding = follows(ground, said)
        assert network.literals == holding
        assert list(network.live()) == justifying(ground, holding)
        assert network.given == said


@BOTH
@given(history=histories(), data=st.data())
def test_the_order_of_what_is_said_and_of_the_productions_is_immaterial(
    matcher: str, history: tuple[Ground, list[Step]], data: st.DataObject
) -> None:
    ground, steps = history
    said: set[Literal] = set()
    network = Network(ground, matcher)
    for step in steps:
        take(network, said, step)
    shuffled = Ground(ground.atoms, tuple(data.draw(st.permutations(ground.productions))))
    other = Network(shuffled, matcher)
    for one in data.draw(st.permutations(sorted(said))):
        other.assert_literals([one])
    assert other.literals == network.literals
    names = {ground.productions[index].name for index in network.live()}
    assert {shuffled.productions[index].name for index in other.live()} == names


@BOTH
@given(history=histories())
def test_the_next_patient_finds_nothing_of_the_last(matcher: str, history: tuple[Ground, list[Step]]) -> None:
    ground, steps = history
    network = Network(ground, matcher)
    for step in steps:
        take(network, set(), step)
    network.reset()
    assert not network.literals
    assert not network.given
    assert not list(network.live())
    said = set(steps[0][1])
    network.assert_literals(said)
    assert network.literals == follows(ground, said)


@BOTH
@given(history=histories())
def test_no_production_fires_unless_its_premises_hold_at_that_moment(
    matcher: str, history: tuple[Ground, list[Step]]
) -> None:
    ground, steps = history
    network = Network(ground, matcher)
    fired = Fired(network)
    watchers.RULES.addHandler(fired)
    watchers.RULES.propagate = False
    watch("RULES", level=logging.INFO)
    try:
        said: set[Literal] = set()
        for step in steps:
            take(network, said, step)
    finally:
        watchers.RULES.setLevel(logging.WARNING)
        watchers.RULES.propagate = True
        watchers.RULES.removeHandler(fired)
    assert not fired.phantoms
    assert fired.count == network.firings >= len(list(network.live()))


@BOTH
def test_a_statement_both_given_and_concluded_stays_until_both_are_gone(matcher: str) -> None:
    network = Network(FRAIL, matcher)
    network.assert_literals([OLD, THIN, FRAIL_])
    network.retract_literals([FRAIL_])
    assert network.holds(FRAIL_)
    network.assert_literals([FRAIL_])
    network.retract_literals([THIN])
    assert network.holds(FRAIL_)
    network.retract_literals([FRAIL_])
    assert network.literals == {OLD}


@BOTH
def test_a_conclusion_stays_while_one_of_its_reasons_does(matcher: str) -> None:
    network = Network(FRAIL, matcher)
    network.assert_literals([OLD, THIN, SMOKES])
    network.retract_literals([SMOKES])
    assert network.holds(SEEN_FIRST)
    network.retract_literals([OLD])
    assert not network.holds(SEEN_FIRST)


@BOTH
def test_saying_it_twice_or_taking_back_what_was_never_said_changes_nothing(matcher: str) -> None:
    network = Network(FRAIL, matcher)
    network.assert_literals([OLD, THIN, THIN])
    before, fired = network.literals, network.firings
    network.assert_literals([THIN])
    network.retract_literals([SMOKES, FRAIL_, SEEN_FIRST])
    assert (network.literals, network.firings) == (before, fired)


@BOTH
def test_two_networks_over_one_base_know_nothing_of_each_other(matcher: str) -> None:
    first, second = Network(FRAIL, matcher), Network(FRAIL, matcher)
    first.assert_literals([OLD, THIN])
    second.assert_literals([YOUNG])
    first.retract_literals([THIN])
    assert first.literals == {OLD}
    assert second.literals == {YOUNG, NOT_FRAIL}


def test_a_matcher_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match=r"unknown matcher 'retes'; there are: counting, rete"):
        Network(FRAIL, "retes")
    with pytest.raises(ValueError, match=r"unknown strategy 'depth'"):
        Network(FRAIL, strategy="depth")


@BOTH
def test_the_trace_names_rules_and_facts_in_words(
    matcher: str, watched: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    watched("RULES", "FACTS")
    network = Network(FRAIL, matcher)
    network.assert_literals([OLD, THIN])
    network.retract_literals([THIN])
    assert caplog.messages == [
        " ==> age is at least 65",
        " ==> bmi is below 19 kg/m2",
        "FIRE 1 frail: age is at least 65, bmi is below 19 kg/m2",
        " ==> frail",
        "FIRE 2 seen-first-when-frail: frail",
        " ==> seen first",
        " <== bmi is below 19 kg/m2",
        " <== frail",
        " <== seen first",
    ]


@BOTH
def test_activations_can_be_watched_too(
    matcher: str, watched: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    watched("ACTIVATIONS")
    network = Network(FRAIL, matcher)
    network.assert_literals([SMOKES])
    network.retract_literals([SMOKES])
    assert caplog.messages == [
        " ==> 'seen-first-smokers': smoking is current",
        " <== 'seen-first-smokers': smoking is current [EXECUTED]",
    ]


def test_a_thousand_patients_and_five_thousand_changes_leave_no_trace_in_memory() -> None:
    atoms = 300
    productions = tuple(
        Production(
            f"rule-{atom}-{side}", tuple(sorted({side, 2 * (atom - 7), 2 * (atom - 11)})), literal(atom, not side)
        )
        for atom in range(20, atoms)
        for side in (0, 1)
    )
    network = Network(Ground(tuple(f"statement {atom}" for atom in range(atoms)), productions))
    everything = [2 * atom for atom in range(20)]

    def patient(number: int) -> None:
        network.reset()
        network.assert_literals(everything[number % 3 :])
        for change in range(5):
            network.retract_literals([everything[(number + change) % 20]])
            network.assert_literals([everything[(number + change) % 20]])

    for number in range(50):
        patient(number)
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(1000):
        patient(number)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert network.firings > 100_000
    assert after - before < 200_000

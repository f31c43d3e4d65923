"""Worked cases judged all at once come out as each does alone: every kind of expectation, met or not, and clashes."""

from __future__ import annotations

import dataclasses
import itertools
import random
from pathlib import Path

import pytest

from engine.assessment.outlook import Outlook
from engine.assessment.population.population import Population
from engine.case import case
from engine.case.case import Prepared
from engine.inference.program import bits
from engine.inference.program.columns import Machine
from engine.inference.working_memory import WorkingMemory
from engine.knowledge_base.model import Clash
from engine.knowledge_base.store import cache
from engine.values.problems import Place
from engine.workbench.cases import cases, clashes, outcomes, runner, together
from engine.workbench.cases.cases import DIAGNOSES, Expectation, WorkedCase
from engine.workbench.trials import invariants
from tests import shipped
from tests.conftest import size

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("together")  # what could be expected is asked once, not by each worker
CASES = size(160)
HERE = Place("made-up.yaml", 1, 1)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


@pytest.fixture(scope="module")
def worked(prepared: Prepared) -> list[WorkedCase]:
    """Worked cases whose expectations are of every kind there is."""
    found = shipped.worked()
    chosen = {one.name: one for one in found[:: len(found) // CASES]}
    for kind in {want.kind for one in found for want in one.expectations}:
        having = (one for one in found if any(want.kind == kind for want in one.expectations))
        chosen |= {one.name: one for one in itertools.islice(having, 2)}
    return list(chosen.values())


@pytest.fixture(scope="module")
def people(prepared: Prepared, worked: list[WorkedCase]) -> Population:
    return together.population(prepared, Machine(prepared.plan), worked)


@pytest.fixture(scope="module")
def asked(prepared: Prepared, worked: list[WorkedCase]) -> list[list[tuple[Expectation, bool]]]:
    """For each case what could be expected of it, and whether it is so when it is judged alone."""
    memory, chance = WorkingMemory(prepared.plan), random.Random("expectations")
    found = []
    for one in worked:
        look = Outlook(cases.patient(prepared, one, memory=memory))
        wants = [*one.expectations, *_others(prepared, one, look, chance)]
        found.append([(want, outcomes.met(look, want)) for want in wants])
    return found


def _others(prepared: Prepared, one: WorkedCase, look: Outlook, chance: random.Random) -> list[Expectation]:
    """Expectations that nobody wrote of this case: about other things, of other kinds, and the opposite of its own."""
    kb = prepared.kb
    found = [dataclasses.replace(want, negated=not want.negated) for want in one.expectations]
    conditions = chance.sample(list(kb.conditions), 6)
    conditions += [name for name in kb.conditions if look.standing(name) is not None][:4]
    for kind, name in itertools.product((*DIAGNOSES, "causes", "diagnosis", "cause", "reject"), conditions):
        found.append(Expectation(kind, name, HERE))
    for name, other in itertools.pairwise(conditions):
        rank, score = str(chance.randint(1, 4)), chance.choice(("0", "0.3", "0.7", "1", "1.4"))
        found += [Expectation("ranks", name, HERE, (rank,)), Expectation("scores", name, HERE, (score,))]
        found.append(Expectation("reject", name, HERE, (other,)))
    plans = [name for name in kb.interventions if look.status(name)]
    for name in chance.sample(plans, min(5, len(plans))) + chance.sample(list(kb.interventions), 3):
        for kind in ("recommended", "conditional", "deferred", "undetermined", "contraindicated", "cautions"):
            found.append(Expectation(kind, name, HERE))
        found += [Expectation(kind, name, HERE) for kind in ("recommend", "avoid")]
        found += [Expectation("doses", name, HERE, (text[:20],)) for text in look.doses(name)[:1] or ("7 mg a year",)]
        found += [Expectation("missing", name, HERE, (other,)) for other in look.missing(name)[:2] or ("age",)]
    for name in chance.sample(list(kb.states), 5):
        found += [Expectation(kind, name, HERE) for kind in ("states", "false", "unknown")]
    found += [Expectation("alerts", name, HERE) for name in chance.sample(list(kb.alerts), 5)]
    found += [Expectation("orders", name, HERE) for name in chance.sample(list(kb.investigations), 8)]
    ordered = [test.id for test in look.work_up] if chance.random() < 0.3 else []  # a whole verdict for each
    found += [Expectation("next_step", name, HERE) for name in (*ordered[:3], *ordered[-3:])]
    found += [Expectation("scales", name, HERE, (level,)) for name in kb.scales for level in kb.scales[name].levels]
    for name in chance.sample(list(kb.rules), 10):
        found += [Expectation(kind, name, HERE) for kind in ("fired", "held", "ruled_out")]
    return found


def test_whatever_is_expected_is_met_together_as_alone(
    people: Population, asked: list[list[tuple[Expectation, bool]]]
) -> None:
    met = together.Met(people)
    kinds: dict[str, set[bool]] = {}
    for number, wants in enumerate(asked):
        flag = 1 << number
        for want, expected in wants:
            held = bool(met.within(want, flag) & flag) is not want.negated
            assert held is expected, f"{number}: {want}"
            kinds.setdefault(want.kind, set()).add(held)
    assert {kind for kind in (*cases.LISTS, *cases.MAPPINGS) if kinds.get(kind) != {True, False}} == set()


def test_what_is_told_of_a_case_that_fails_is_what_is_told_of_it_alone(
    prepared: Prepared, worked: list[WorkedCase], asked: list[list[tuple[Expectation, bool]]]
) -> None:
    """Some pass, some fail by one expectation among others."""
    memory, chance = WorkingMemory(prepared.plan), random.Random("failing")
    altered = []
    for one, wants in zip(worked[::4], asked[::4], strict=True):
        failing = [want for want, met in wants if not met]
        extra = chance.sample(failing, chance.choice((0, 1, 2)))
        altered.append(dataclasses.replace(one, expectations=(*one.expectations, *extra)))
    told = [[str(failure) for failure in result.failures] for result in runner.run(prepared, altered)]
    alone = [outcomes.run(prepared, one, memory=memory).failures for one in altered]
    assert told == [[str(failure) for failure in failures] for failures in alone]
    assert {bool(failures) for failures in told} == {True, False}


def test_who_contradicts_himself_is_found_together(prepared: Prepared) -> None:
    """The shipped rules clash of nobody: pairs are made up of what many are told."""
    chance = random.Random("clashes")
    advised, tests = list(prepared.kb.interventions), list(prepared.kb.investigations)
    made_up = {}
    for number in range(30):
        sides = [tuple(chance.sample(chance.choice((advised, advised, tests)), 2)) for _ in range(2)]
        against = sides[1] if number % 3 else ()
        made_up[f"pair-{number}"] = Clash(
            id=f"pair-{number}", place=HERE, label="a pair", advice=sides[0], against=against, because=""
        )
    kb = dataclasses.replace(prepared.kb, clashes=made_up)
    loaded = dataclasses.replace(prepared, kb=kb, plan=dataclasses.replace(prepared.plan, kb=kb))
    met = invariants.People(loaded)
    said, expected = [], []
    for seed in range(size(300)):
        met.meet(seed)
        said.append(dict(met.case.said))
        expected.append(bool(clashes.of(Outlook(met.case))))
    made = Population(loaded, Machine(loaded.plan), said, [invariants.DAY] * len(said))
    assert {number for number, clash in enumerate(expected) if clash} == set(bits.positions(clashes.among(made)))
    assert {*expected} == {True, False}

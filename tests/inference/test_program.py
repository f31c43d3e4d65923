"""The program over bit-vectors means what the plain evaluator means, for each of the cases it is run on."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference import productions, working_memory
from engine.inference.ground import Ground, Production
from engine.inference.program import bits, columns, leaves, truths
from engine.inference.program.columns import Answers, Machine
from engine.inference.program.program import Program
from engine.inference.program.truths import Truths
from engine.inference.reference import Reference
from engine.inference.values import Given
from engine.knowledge_base.model import KnowledgeBase
from engine.values import dates, truth
from engine.values.truth import Truth
from tests.inference.random_bases import TODAY, Maker
from tests.inference.test_network import follows, grounds

DAY = dates.day(TODAY)
PEOPLE = 12


def of(pair: bits.Pair, case: int) -> Truth:
    assert not pair[0] & pair[1]
    return Truth.TRUE if pair[0] >> case & 1 else Truth.FALSE if pair[1] >> case & 1 else Truth.UNKNOWN


# --- ground productions -----------------------------------------------------------------------------------------------


@st.composite
def said_of_several(draw: st.DrawFn) -> tuple[Ground, list[set[int]]]:
    """Productions, and the literals that are asserted of each of several cases."""
    ground = draw(grounds())
    return ground, draw(st.lists(st.sets(st.integers(0, ground.width - 1), max_size=6), min_size=1, max_size=5))


def masks(said: Sequence[set[int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for case, literals in enumerate(said):
        for literal in literals:
            found[literal] = found.get(literal, 0) | 1 << case
    return found


@given(said_of_several())
def test_each_case_comes_to_what_follows_for_it_alone(made: tuple[Ground, list[set[int]]]) -> None:
    ground, said = made
    held = Program(ground).run(masks(said))
    for case, literals in enumerate(said):
        assert {one for one in range(ground.width) if held[one] >> case & 1} == follows(ground, literals)


@given(said_of_several(), st.data())
def test_a_change_is_followed_through_its_cone(made: tuple[Ground, list[set[int]]], data: st.DataObject) -> None:
    ground, said = made
    program, before = Program(ground), masks(said)
    held = program.run(before)
    concluded = {production.conclusion for production in ground.productions}
    free = [one for one in range(ground.width) if one not in concluded]
    given_anew = data.draw(st.dictionaries(st.sampled_from(free), st.integers(0, 2 ** len(said) - 1), max_size=3))
    after = program.run({**before, **given_anew})
    changed = program.changed(held, before, given_anew)
    assert changed == {one: cases for one, cases in enumerate(after) if cases != held[one]}


def test_a_conclusion_may_be_given_outright() -> None:
    """As for a rule that is changed: what its premise comes to is worked out elsewhere."""
    ground = Ground(("told", "concluded", "further"), (Production("one", (0,), 2), Production("two", (2,), 4)))
    program = Program(ground)
    held = program.run({0: 0b011})
    assert program.changed(held, {0: 0b011}, {2: 0b100}) == {2: 0b100, 4: 0b100}


def test_what_rests_on_itself_is_refused() -> None:
    ground = Ground(("one", "other"), (Production("there", (0,), 2), Production("back", (2,), 0)))
    with pytest.raises(ValueError, match="rests on its own conclusion"):
        Program(ground)


@given(st.lists(st.sampled_from(list(Truth)), min_size=1, max_size=6), st.integers(1, 6))
def test_three_values_over_bits_are_three_values(values: list[Truth], count: int) -> None:
    pairs = [(int(one is Truth.TRUE), int(one is Truth.FALSE)) for one in values]
    assert of(bits.all_of(pairs, 1), 0) is truth.all_of(values)
    assert of(bits.any_of(pairs, 1), 0) is truth.any_of(values)
    assert of(bits.at_least(count, pairs, 1), 0) is truth.at_least(count, values)
    assert of(bits.negation(pairs[0]), 0) is truth.negation(values[0])


@given(st.integers(0, 2**80))
def test_a_set_is_told_by_its_positions(mask: int) -> None:
    found = list(bits.positions(mask))
    assert sum(1 << case for case in found) == mask
    assert found == sorted(set(found))
    if mask:
        assert bits.first(mask) == found[0]


# --- knowledge bases --------------------------------------------------------------------------------------------------


def people(maker: Maker, kb: KnowledgeBase, count: int) -> list[dict[str, Given]]:
    """What was said of several cases: some of it alike, as of real ones."""
    names = [*kb.findings, *kb.quantities]
    found: list[dict[str, Given]] = []
    for _ in range(count):
        base = maker.random.choice(found) if found and maker.random.random() < 0.5 else {}
        touched = maker.random.sample(names, maker.random.randint(0, len(names)))
        found.append({**base, **{name: maker.given(kb, name) for name in touched}})
    return found


def answers_of(machine: Machine, said: Sequence[Mapping[str, Given]]) -> Answers:
    explicit = [{name: one.explicit for name, one in of_one.items() if one.explicit is not None} for of_one in said]
    implied: dict[str, dict[int, object]] = {}
    for case, of_one in enumerate(said):
        for name, one in of_one.items():
            if one.implied is not None:
                implied.setdefault(name, {})[case] = one.implied
    return Answers(machine, [DAY] * len(said), explicit, implied=implied)  # type: ignore[arg-type]  # they are known


def disagreements(seed: int, size: int, sets: int = 1) -> list[str]:
    """Where the program over bits and the plain evaluator differ; several sets of cases share what is remembered."""
    maker = Maker(seed, size)
    kb = maker.knowledge_base()
    plan = working_memory.plan(kb, productions.compile(kb))
    machine, found = Machine(plan), list[str]()
    for _ in range(sets):
        said = people(maker, kb, PEOPLE)
        made = Truths(machine, answers_of(machine, said))
        for case, of_one in enumerate(said):
            reference, row = Reference(kb, of_one, DAY), made.row(case)
            found += [
                f"case {case}: {name} is {row.known(name)}, not {reference.known(name)}"
                for name in (*kb.findings, *kb.quantities)
                if row.known(name) != reference.known(name)
            ]
            found += [
                f"case {case}: {atom}"
                for atom in plan.productions.propositions
                if row.truth(atom) is not reference.truth(atom)
            ]
            for rule in kb.rules.values():
                if rule.verb != "derives" and row.premise(rule) is not reference.premise(rule):
                    found.append(f"case {case}: rule {rule.id}")
                parts = rule.when.walk() if rule.when is not None and rule.verb != "derives" else ()
                found += [
                    f"case {case}: a part of {rule.id}"
                    for part in parts
                    if productions.leaf_of(part)
                    and not getattr(part, "field", False)
                    and part in plan.productions.nodes
                    and row.holds(part) is not reference.holds(part)  # type: ignore[arg-type]  # a leaf is a truth
                ]
    return found


@given(st.integers(0, 2**32), st.integers(2, 14))
def test_the_program_agrees_with_the_plain_evaluator(seed: int, size: int) -> None:
    assert disagreements(seed, size, sets=2) == []


# --- faults seeded on purpose -----------------------------------------------------------------------------------------

Fault = Callable[[pytest.MonkeyPatch], None]


def no_further_entry(patch: pytest.MonkeyPatch) -> None:
    """What an open list may still hold is forgotten."""
    read = leaves.Listed._read

    def closed(listed: leaves.Listed, machine: Machine) -> None:
        read(listed, machine)
        listed.further = []

    patch.setattr(leaves.Listed, "_read", closed)


def over_is_now(patch: pytest.MonkeyPatch) -> None:
    """An entry that has ended is taken for one that goes on."""
    patch.setattr(leaves, "stopped", lambda entry, facts: Truth.FALSE)


def nothing_is_implied(patch: pytest.MonkeyPatch) -> None:
    """What is implied of a finding does not count."""
    patch.setattr(Answers, "plain", lambda one, name: (one.machine.unknown, one.said.get(name, {})))


def false_as_not_true(patch: pytest.MonkeyPatch) -> None:
    """What is not true is taken for false."""
    decided = leaves.Leaves._grouped

    def closed(one: leaves.Leaves, node: object) -> bits.Pair:
        true, _ = decided(one, node)  # type: ignore[arg-type]  # it is handed on
        return true, one.columns.everybody & ~true

    patch.setattr(leaves.Leaves, "_grouped", closed)


def unguarded(patch: pytest.MonkeyPatch) -> None:
    """Nothing counts as answered."""
    patch.setattr(truths.Truths, "answered", lambda one, name: 0)


def remembered_too_widely(patch: pytest.MonkeyPatch) -> None:
    """A value is remembered by what was said, whatever it is worked out from."""
    patch.setattr(columns.Machine, "read_by", lambda machine, name: ())


def first_premise_is_enough(patch: pytest.MonkeyPatch) -> None:
    """Of a conjunction only the first part counts."""
    run = Program.run

    def hasty(program: Program, asserted: Mapping[int, int]) -> list[int]:
        program.steps = tuple(step._replace(bodies=tuple(body[:1] for body in step.bodies)) for step in program.steps)
        return run(program, asserted)

    patch.setattr(Program, "run", hasty)


def once_is_twice(patch: pytest.MonkeyPatch) -> None:
    """Entries are told apart by what they say, not counted."""
    patch.setattr(bits, "counted", lambda count, of_masks, everybody: bits.joined(of_masks) if count else everybody)


FAULTS = [
    no_further_entry,
    over_is_now,
    nothing_is_implied,
    false_as_not_true,
    unguarded,
    remembered_too_widely,
    first_premise_is_enough,
    once_is_twice,
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_noticed(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    chance = random.Random(fault.__name__)
    seeds = ((chance.randrange(2**32), chance.randint(4, 14)) for _ in itertools.count())
    assert any(disagreements(seed, size) for seed, size in itertools.islice(seeds, 60))

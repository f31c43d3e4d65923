"""A count means what the number of the same value means, however a knowledge base is carried out."""

from __future__ import annotations

import dataclasses
import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.inference import productions, working_memory
from engine.inference.executors import EXECUTORS
from engine.inference.program.columns import Machine
from engine.inference.program.truths import Truths
from engine.inference.reference import Reference
from engine.inference.values import Given
from engine.inference.working_memory import WorkingMemory
from engine.knowledge_base.model import KnowledgeBase
from engine.premises import expression
from engine.values.interval import INFINITY, Interval, between, exactly
from engine.values.value import Measurement, Number
from tests.conftest import examples
from tests.inference.random_bases import Maker
from tests.inference.test_equivalence import DAY, steps, truths
from tests.inference.test_program import answers_of

COUNTS = ("number_0", "number_1", "number_2", "number_3")


def counted(kb: KnowledgeBase) -> KnowledgeBase:
    """The same knowledge base, whose numbers are counted."""
    as_counts = {name: dataclasses.replace(kb.findings[name], type="count") for name in COUNTS}
    return dataclasses.replace(kb, findings={**kb.findings, **as_counts})


def whole(kb: KnowledgeBase, chance: random.Random, size: int) -> list[dict[str, Given]]:
    """Answers that can be counts: whole numbers, exact or within bounds, as they are read."""
    found = []
    for _ in range(size):
        low = Decimal(chance.randint(0, 8))
        span = chance.choice(
            (exactly(low), between(low, low + 2), Interval(low, INFINITY, False, True), Interval(-INFINITY, low, True))
        )
        name = chance.choice(COUNTS)
        read = kb.findings[name].possible.narrowed(span)
        assert read == span
        found.append({name: Given(Number((Measurement(span),)), None)})
    return found


@examples(0.5)
@given(st.integers(0, 2**32), st.integers(2, 14))
def test_a_count_is_the_number_of_the_same_value_in_every_execution(seed: int, size: int) -> None:
    maker = Maker(seed, size)
    as_numbers = maker.knowledge_base()
    kb = counted(as_numbers)
    said: dict[str, Given] = {}
    for step in (*steps(maker, as_numbers, 2), *whole(kb, maker.random, 4)):
        said |= step
    plan = working_memory.plan(kb, productions.compile(kb))
    machine = Machine(plan)
    expected = truths(plan, Reference(as_numbers, said, DAY))
    assert truths(plan, Reference(kb, said, DAY)) == expected
    for matcher in EXECUTORS:
        memory = WorkingMemory(plan, matcher)
        memory.start(DAY, said)
        assert truths(plan, memory) == expected
    row = Truths(machine, answers_of(machine, [said])).row(0)
    assert {atom: row.truth(atom) for atom in plan.productions.propositions} == {
        atom: expected[atom] for atom in plan.productions.propositions
    }


def test_more_than_two_is_three_at_least() -> None:
    """Read as it is said, `> 2` decides what `>= 3` does: between them there is no count."""
    kb = counted(Maker(1, 4).knowledge_base())
    more = kb.findings["number_0"].possible.narrowed(Interval(Decimal(2), INFINITY, True, True))
    assert more is not None
    for_three = expression.Compared(
        operator=">=", left=expression.Value(name="number_0"), right=expression.Literal(value=exactly(3))
    )
    memory = Reference(kb, {"number_0": Given(Number((Measurement(more),)), None)}, DAY)
    assert memory.holds(for_three).value == "true"

"""Every way of executing a knowledge base means the same: the plain evaluator, counting, and stock Rete mended."""

from __future__ import annotations

import random

from hypothesis import example, given
from hypothesis import strategies as st

from engine.inference import productions, working_memory
from engine.inference.reference import Reference
from engine.inference.values import Given
from engine.inference.working_memory import Plan, WorkingMemory
from engine.knowledge_base.model import KnowledgeBase
from engine.values import dates
from engine.values.truth import Truth
from engine.values.value import is_addition
from tests.conftest import examples
from tests.inference.random_bases import TODAY, Maker

DAY = dates.day(TODAY)
THOROUGH = examples(1, 2)
"""100 examples in CI, 400 in the long suite, 40,000 when searching at length."""


def truths(plan: Plan, memory: WorkingMemory | Reference) -> dict[str, Truth]:
    found = {atom: memory.truth(atom) for atom in plan.productions.propositions}
    found |= {f"rule {rule.id}": memory.premise(rule) for rule in plan.kb.rules.values() if rule.verb != "derives"}
    return found


def all_values(kb: KnowledgeBase, memory: WorkingMemory | Reference) -> dict[str, object]:
    return {name: memory.known(name) for name in (*kb.findings, *kb.quantities)}


def live_rules(plan: Plan, memory: WorkingMemory) -> set[int]:
    return set(memory.network.live())


def expected_live(plan: Plan, reference: Reference) -> set[str]:
    return {
        rule.id for rule in plan.kb.rules.values() if rule.verb != "derives" and reference.premise(rule) is Truth.TRUE
    }


def check(plan: Plan, reference: Reference, *memories: WorkingMemory) -> None:
    expected = truths(plan, reference)
    for memory in memories:
        assert expected == truths(plan, memory)
        assert all_values(plan.kb, reference) == all_values(plan.kb, memory)
        assert expected_live(plan, reference) == {
            rule for rule, atom in plan.productions.premises.items() if memory.network.holds(2 * atom)
        }
        assert memory.network.literals.isdisjoint({literal ^ 1 for literal in memory.network.literals})
        assert live_rules(plan, memories[0]) == live_rules(plan, memory)


def steps(maker: Maker, kb: KnowledgeBase, count: int) -> list[dict[str, Given]]:
    names = [*kb.findings, *kb.quantities]
    picked = []
    for _ in range(count):
        touched = maker.random.sample(names, maker.random.randint(1, 4))
        picked.append({name: maker.given(kb, name) for name in touched})
    return picked


@THOROUGH
@given(st.integers(0, 2**32), st.integers(2, 14), st.integers(1, 6))
def test_all_executions_agree_after_every_answer(seed: int, size: int, count: int) -> None:
    maker = Maker(seed, size)
    kb = maker.knowledge_base()
    plan = working_memory.plan(kb, productions.compile(kb))
    counting, rete = WorkingMemory(plan, "counting"), WorkingMemory(plan, "rete")
    said: dict[str, Given] = {}
    for memory in (counting, rete):
        memory.start(DAY)
    for step in steps(maker, kb, count):
        said |= step
        counting.change(step)
        rete.change(step)
        check(plan, Reference(kb, said, DAY), counting, rete)


@given(st.integers(0, 2**32), st.integers(2, 14))
def test_the_order_of_answers_is_immaterial(seed: int, size: int) -> None:
    maker = Maker(seed, size)
    kb = maker.knowledge_base()
    plan = working_memory.plan(kb, productions.compile(kb))
    final = {name: maker.given(kb, name) for name in (*kb.findings, *kb.quantities)}
    order = list(final)
    random.Random(seed).shuffle(order)
    one_by_one, at_once = WorkingMemory(plan), WorkingMemory(plan)
    one_by_one.start(DAY)
    for name in order:
        one_by_one.change({name: final[name]})
    at_once.start(DAY, final)
    assert truths(plan, at_once) == truths(plan, one_by_one)
    assert at_once.network.literals == one_by_one.network.literals


@given(st.integers(0, 2**32), st.integers(2, 14), st.integers(2, 6))
def test_a_changed_or_withdrawn_answer_equals_a_fresh_start(seed: int, size: int, count: int) -> None:
    maker = Maker(seed, size)
    kb = maker.knowledge_base()
    plan = working_memory.plan(kb, productions.compile(kb))
    changed, fresh = WorkingMemory(plan), WorkingMemory(plan)
    changed.start(DAY)
    said: dict[str, Given] = {}
    for step in steps(maker, kb, count):
        said |= step
        changed.change(step)
    fresh.start(DAY, said)
    assert fresh.network.literals == changed.network.literals
    assert live_rules(plan, fresh) == live_rules(plan, changed)


@THOROUGH
@given(st.integers(0, 2**32), st.integers(2, 14), st.integers(2, 8))
@example(548558, 12, 4)  # the lesser of a number and of one that turns out not to be measured
@example(156, 9, 3)  # an illness taken as present until its end is said
def test_an_addition_overturns_no_proposition(seed: int, size: int, count: int) -> None:
    an_addition_overturns_nothing(seed, size, count)


def an_addition_overturns_nothing(seed: int, size: int, count: int) -> None:
    maker = Maker(seed, size)
    kb = maker.knowledge_base()
    plan = working_memory.plan(kb, productions.compile(kb))
    memory = WorkingMemory(plan)
    memory.start(DAY)
    said: dict[str, Given] = {}
    for step in steps(maker, kb, count):
        step = {
            name: new
            for name, new in step.items()
            if new.implied is None and new.explicit is not None and _adds(new, said.get(name), memory, name)
        }
        before = truths(plan, memory)
        said |= step
        memory.change(step)
        after = truths(plan, memory)
        overturned = {atom for atom, held in before.items() if held is not Truth.UNKNOWN and after[atom] is not held}
        assert not overturned


def _adds(new: Given, old: Given | None, memory: WorkingMemory, name: str) -> bool:
    """Whether an answer is contained in all that is known of the finding, said or worked out."""
    assert new.explicit is not None
    if old is not None and old.explicit is not None and not is_addition(new.explicit, old.explicit):
        return False
    indicated = memory.kb.findings[name].indicated if name in memory.kb.findings else None
    if indicated is not None and memory.holds(indicated) is not Truth.TRUE:
        return False  # what was implied of it (not tested, no pointer to it) is replaced
    return is_addition(new.explicit, memory.known(name))

"""A kept network is the compiled one: same productions, same leaves, same truths after the same answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference import keeping, productions, working_memory
from engine.inference.working_memory import WorkingMemory, parts_of
from engine.premises.expression import JUNCTIONS, TruthNode
from tests.inference.random_bases import Maker
from tests.inference.test_equivalence import DAY, steps, truths


@given(st.integers(0, 2**32), st.integers(2, 14))
def test_what_was_kept_answers_as_what_was_compiled(seed: int, size: int) -> None:
    maker = Maker(seed, size)
    kb = maker.knowledge_base()
    plan = working_memory.plan(kb, productions.compile(kb))
    kept = keeping.restore(kb, keeping.dump(plan))
    assert kept.productions.ground == plan.productions.ground
    assert dict(kept.productions.leaves) == dict(plan.productions.leaves)
    for rule in kb.rules.values():
        if rule.verb != "derives":
            kept.premise(rule)
            assert [kept.literal(part) for part in parts_of(rule)] == [plan.literal(part) for part in parts_of(rule)]
    compiled, restored = WorkingMemory(plan), WorkingMemory(kept)
    compiled.start(DAY)
    restored.start(DAY)
    for step in steps(maker, kb, 3):
        compiled.change(step)
        restored.change(step)
        assert truths(plan, compiled) == truths(kept, restored)
        for rule in kb.rules.values():
            if rule.when is not None:
                assert compiled.holds(rule.when) is restored.holds(rule.when)
                for part in _of_the_patient(rule.when):  # a copy is in no network: it is evaluated
                    copy = dataclasses.replace(part, source="a copy")
                    assert compiled.holds(part) is restored.holds(copy)


def _of_the_patient(premise: TruthNode) -> Iterator[TruthNode]:
    """The parts of a premise that speak of the patient, not of one entry of a list."""
    yield premise
    if isinstance(premise, JUNCTIONS):
        for child in premise.children():
            if isinstance(child, TruthNode):
                yield from _of_the_patient(child)


@pytest.mark.parametrize("kept", [b"", b"{}", b"[]", b"network", b'[{"atoms": [1]}, []]', b"null", b"[{}, [7]]"])
def test_anything_else_than_what_was_kept_is_refused(kept: bytes) -> None:
    kb = Maker(1, 4).knowledge_base()
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        keeping.restore(kb, kept)

"""The property tests bite: each of these faults, seeded into the engine, is caught by them within a few bases."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from engine.inference import productions, values, working_memory
from engine.inference.experta import network
from engine.inference.ground import Ground
from engine.inference.productions import Productions
from engine.inference.reference import Reference
from engine.inference.values import Given
from engine.inference.working_memory import Plan, WorkingMemory
from engine.premises import evaluation, expression
from engine.values.truth import Truth
from engine.values.value import Records
from tests.inference import test_equivalence as properties
from tests.inference.random_bases import Maker

TRIES = 400


def answers_disagree(seed: int, shaped: Callable[[Plan], Plan] = lambda plan: plan) -> bool:
    """Whether the executed knowledge base differs from the plain evaluator after some answer."""
    maker = Maker(seed, 10)
    kb = maker.knowledge_base()
    plan = shaped(working_memory.plan(kb, productions.compile(kb)))
    memory = WorkingMemory(plan)
    memory.start(properties.DAY)
    said: dict[str, Given] = {}
    try:
        for step in properties.steps(maker, kb, 4):
            said |= step
            memory.change(step)
            properties.check(plan, Reference(kb, said, properties.DAY), memory)
    except AssertionError:
        return True
    return False


def an_addition_overturns(seed: int) -> bool:
    try:
        properties.an_addition_overturns_nothing(seed, 10, 6)
    except AssertionError:
        return True
    return False


def caught(detect: Callable[[int], bool]) -> bool:
    return any(detect(seed) for seed in range(TRIES))


def test_without_a_fault_nothing_is_reported() -> None:
    assert not any(answers_disagree(seed) or an_addition_overturns(seed) for seed in range(40))


def test_a_lost_production_is_caught() -> None:
    def without_one(plan: Plan) -> Plan:
        ground = plan.productions.ground
        kept = Ground(ground.atoms, ground.productions[:-2])
        return dataclasses.replace(plan, productions=dataclasses.replace(plan.productions, ground=kept))

    assert caught(lambda seed: answers_disagree(seed, without_one))


def test_a_comparison_rewritten_under_not_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    original = productions._Compiler.literal
    opposite = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}

    def rewriting(self: Any, node: expression.TruthNode) -> int:
        if isinstance(node, expression.Not) and isinstance(node.item, expression.Compared):
            return original(self, dataclasses.replace(node.item, operator=opposite[node.item.operator]))
        return original(self, node)

    monkeypatch.setattr(productions._Compiler, "literal", rewriting)
    assert caught(answers_disagree)


def test_a_stale_quantity_is_caught() -> None:
    def unread(plan: Plan) -> Plan:
        reads = {name: frozenset() if name in plan.kb.quantities else read for name, read in plan.reads.items()}
        return dataclasses.replace(plan, reads=reads)

    assert caught(lambda seed: answers_disagree(seed, unread))


def test_a_finding_that_stays_inapplicable_is_caught() -> None:
    def unread(plan: Plan) -> Plan:
        reads = {name: frozenset() if name in plan.kb.findings else read for name, read in plan.reads.items()}
        return dataclasses.replace(plan, reads=reads)

    assert caught(lambda seed: answers_disagree(seed, unread))


def test_a_range_that_does_not_follow_the_patient_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def direct(kb: Any, leaf: expression.Node) -> frozenset[str]:
        return expression.names_read(leaf)

    monkeypatch.setattr(values, "leaf_dependencies", direct)
    assert caught(answers_disagree)


def test_a_test_not_indicated_that_still_counts_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(productions._Compiler, "_indicated", lambda self, name: None)
    assert caught(answers_disagree)


def test_a_miscounting_at_least_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    original = productions._Compiler.counter

    def one_less(self: Any, name: str, parts: list[int], count: int, target: int) -> None:
        original(self, name, parts, max(1, count - 1), target)

    monkeypatch.setattr(productions._Compiler, "counter", one_less)
    assert caught(answers_disagree)


def test_conclusions_that_are_never_taken_back_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network.GroundActivation, "withdraw", lambda self: None)
    assert caught(answers_disagree)


def test_the_stock_strategy_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    original = network.Network.__init__

    def stock(self: Any, ground: Ground, matcher: str = "counting") -> None:
        original(self, ground, "rete", strategy="stock")

    monkeypatch.setattr(network.Network, "__init__", stock)
    assert caught(answers_disagree)


def test_a_level_that_does_not_imply_the_lower_one_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    original = productions.rules_by_atom

    def only_the_same_level(kb: Any) -> dict[str, Any]:
        found = original(kb)
        kept = {
            atom: tuple(rule for rule in rules if not rule.level or atom.endswith(f">= {rule.level}"))
            for atom, rules in found.items()
        }
        return {atom: rules for atom, rules in kept.items() if rules}

    def compile_with_fault(kb: Any) -> Productions:
        with monkeypatch.context() as patch:
            patch.setattr(productions, "rules_by_atom", only_the_same_level)
            return productions._Compiler(kb).run()

    monkeypatch.setattr(productions, "compile", compile_with_fault)
    assert caught(answers_disagree)


def test_a_reported_condition_that_is_ignored_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    original = productions._Compiler._concluded

    def deaf(self: Any, atom: str, premises: list[int]) -> None:
        whole = self.kb
        self.kb = dataclasses.replace(whole, findings={k: v for k, v in whole.findings.items() if k != "conditions"})
        original(self, atom, premises)
        self.kb = whole

    monkeypatch.setattr(productions._Compiler, "_concluded", deaf)
    assert caught(answers_disagree)


def test_an_open_list_closed_on_its_first_member_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(name: str, facts: Any) -> tuple[Records, None]:
        known = facts.known(name)
        return (known if isinstance(known, Records) else Records()), None

    monkeypatch.setattr(evaluation, "_listed", closed)
    assert caught(an_addition_overturns)


def test_an_unknown_answer_taken_for_no_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    original = evaluation._among

    def negation_as_failure(known: Any, members: frozenset[str]) -> Truth:
        held = original(known, members)
        return Truth.FALSE if held is Truth.UNKNOWN else held

    monkeypatch.setattr(evaluation, "_among", negation_as_failure)
    assert caught(an_addition_overturns)

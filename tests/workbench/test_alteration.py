"""A kept case under a changed rule is what the changed knowledge base makes of the same patient."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.assessment.outlook import Outlook
from engine.case import case as consulted
from engine.case.case import Case, Prepared
from engine.inference import productions
from engine.inference.program.columns import Machine
from engine.inference.program.truths import Truths
from engine.inference.reference import Reference
from engine.intake.record import Record
from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.reading import reader
from engine.values import dates
from engine.values.interval import exactly
from engine.values.value import Known, Measurement, Number
from engine.workbench.cases.cases import WorkedCase
from engine.workbench.mutation import mutants, mutation
from engine.workbench.mutation.alteration import Alteration, Altered, Graph
from engine.workbench.mutation.cone import AlteredTruths
from engine.workbench.mutation.kept import Kept
from tests.inference.random_bases import HERE, TODAY, Maker
from tests.inference.test_program import answers_of, people

NOBODY = WorkedCase("a patient made up", "made-up.yaml", Record({}), (), HERE)
DAY = dates.day(TODAY)
COSTLY = settings(max_examples=max(20, settings().max_examples // 5))
"""For what compiles whole knowledge bases again."""


@given(st.integers(0, 2**32), st.integers(2, 14))
def test_what_follows_under_a_changed_rule_is_what_the_plain_evaluator_says(seed: int, size: int) -> None:
    maker = Maker(seed, size)
    kb = maker.knowledge_base()
    base = consulted.prepare(kb)
    answers = {name: maker.given(kb, name) for name in (*kb.findings, *kb.quantities) if maker.random.random() < 0.7}
    patient = Case(base, TODAY)
    patient.memory.start(DAY, answers)
    kept, graph = Kept(patient, NOBODY), Graph(kb)
    tried = mutants.of(kb)
    for mutant in random.Random(seed).sample(tried, min(12, len(tried))):
        alteration = mutation.of_mutant(base, graph, mutant)
        altered, plain = Altered(kept, alteration), Reference(alteration.kb, answers, DAY)
        atoms = {*base.plan.productions.propositions, *productions.rules_by_atom(alteration.kb)}
        assert {atom: altered.truth(atom) for atom in atoms} == {atom: plain.truth(atom) for atom in atoms}, mutant.key
        for rule in alteration.kb.rules.values():
            assert altered.premise(rule) is plain.premise(rule), (mutant.key, rule.id)
        for name in (*kb.findings, *kb.quantities):
            assert altered.known(name) == plain.known(name), (mutant.key, name)


@COSTLY
@given(st.integers(0, 2**32), st.integers(2, 14))
def test_what_follows_for_many_under_a_changed_rule_is_what_the_plain_evaluator_says(seed: int, size: int) -> None:
    maker = Maker(seed, size)
    kb = maker.knowledge_base()
    base = consulted.prepare(kb)
    said = people(maker, kb, 6)
    truths, graph = Truths(machine := Machine(base.plan), answers_of(machine, said)), Graph(kb)
    tried = mutants.of(kb)
    for mutant in random.Random(seed).sample(tried, min(6, len(tried))):
        alteration = mutation.of_mutant(base, graph, mutant)
        altered = AlteredTruths(truths, alteration)
        atoms = {*base.plan.productions.propositions, *productions.rules_by_atom(alteration.kb)}
        for case, given_of_one in enumerate(said):
            row, plain = altered.row(case), Reference(alteration.kb, given_of_one, DAY)
            assert {atom: row.truth(atom) for atom in atoms} == {atom: plain.truth(atom) for atom in atoms}, mutant.key
            for rule in alteration.kb.rules.values():
                assert rule.verb == "derives" or row.premise(rule) is plain.premise(rule), (mutant.key, rule.id)
            for name in (*kb.findings, *kb.quantities):
                assert row.known(name) == plain.known(name), (mutant.key, name)


@COSTLY
@given(st.integers(0, 2**32), st.integers(2, 14))
def test_a_changed_knowledge_base_is_prepared_as_if_anew(seed: int, size: int) -> None:
    kb = Maker(seed, size).knowledge_base()
    base, graph = consulted.prepare(kb), Graph(kb)
    tried = mutants.of(kb)
    for mutant in random.Random(seed).sample(tried, min(4, len(tried))):
        alteration = mutation.of_mutant(base, graph, mutant)
        quick, anew = alteration.prepared, consulted.prepare(alteration.kb)
        assert quick.rules == anew.rules, mutant.key
        assert {key: rules for key, rules in quick.by_target.items() if rules} == anew.by_target, mutant.key
        assert {verb: rules for verb, rules in quick.by_verb.items() if rules} == anew.by_verb, mutant.key
        assert quick.behind == anew.behind, mutant.key
        assert quick.plan.derive == anew.plan.derive, mutant.key


def test_where_two_values_contradict_every_world_is_altered() -> None:
    small = Path(__file__).parents[1] / "data" / "small"
    files = [
        Written(str(path), path.relative_to(small).as_posix(), path.read_bytes()) for path in small.rglob("*.yaml")
    ]
    kb, problems = reader.read_contents(files)
    assert kb is not None, problems
    base, graph = consulted.prepare(kb), Graph(kb)
    said = {"age": 67, "creatinine_clearance_measured": 34, "t_score_hip": -3, "lowest_t_score": -1}
    answers: dict[str, Known] = {name: Number((Measurement(exactly(value)),)) for name, value in said.items()}
    kept = Kept(finished(base, answers), NOBODY)
    assert kept.doubtful
    for mutant in mutants.of(kb):
        alteration = mutation.of_mutant(base, graph, mutant)
        if alteration.recompiles:
            continue
        quick, anew = (Outlook(one) for one in (alteration.patient(kept), finished(alteration.compiled, answers)))
        for name in kb.interventions:
            assert quick.status(name) == anew.status(name), (mutant.key, name)
        for name in kb.alerts:
            assert quick.alert(name) is anew.alert(name), (mutant.key, name)
        for name in kb.conditions:
            assert quick.standing(name) == anew.standing(name), (mutant.key, name)


def finished(base: Prepared, answers: dict[str, Known]) -> Case:
    one = Case(base, TODAY)
    one.say(answers)
    one.finish()
    return one


@COSTLY
@given(st.integers(0, 2**32), st.integers(2, 14))
def test_no_mutant_rests_on_its_own_conclusion(seed: int, size: int) -> None:
    kb = Maker(seed, size).knowledge_base()
    base, graph = consulted.prepare(kb), Graph(kb)
    for mutant in mutants.of(kb):
        if mutant.changed is not None and mutant.kind in (mutants.VERB, mutants.TARGET):
            changed = Graph(Alteration(base, graph, mutant.rule, mutant.changed).kb)
            assert mutant.owner not in changed.touched([mutant.changed]).rules, mutant.key

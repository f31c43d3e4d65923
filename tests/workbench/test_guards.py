"""What is said of a hospital's directory is held to what its patients get: no small change loosens anything unnamed."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from engine.case import case
from engine.case.case import Case
from engine.intake.answers import answers
from engine.knowledge_base.files.layout import Layout
from engine.knowledge_base.model import KnowledgeBase, Replacement
from engine.knowledge_base.reading import reader
from engine.knowledge_base.weakening.footing import concluding
from engine.knowledge_base.weakening.weakening import weakened
from engine.premises.expression import atoms_read
from engine.values.problems import Place
from engine.values.truth import Truth
from engine.values.value import Known
from engine.workbench.mutation import mutants
from engine.workbench.mutation.mutants import Mutant
from engine.workbench.trials import invariants

BASE = Path(__file__).parent.parent / "data" / "guarded"
PEOPLE = 60
HERE = Place("hospital/own.yaml", 1, 1)
STRICT = {Truth.FALSE: 0, Truth.UNKNOWN: 1, Truth.TRUE: 2}
URGENT = ("", "soon", "urgent", "emergency")
SAID = {
    "age": ["10", "50", "70", "79", "95", "101", "111"],
    "sex": ["female", "male"],
    "weight": ["20 kg", "33 kg", "36 kg", "80 kg"],
    "pregnancy": ["yes", "no"],
    "alcohol": ["yes", "no"],
    "gullet_trouble": ["yes", "no"],
    "calcium": ["1.5 mmol/L", "2.1 mmol/L", "2.4 mmol/L", "2.8 mmol/L", "3.6 mmol/L", "6 mmol/L", "low", "high"],
    "vitamin_d": ["5 nmol/L", "15 nmol/L", "26 nmol/L", "45 nmol/L", "70 nmol/L", "400 nmol/L", "20..70 nmol/L"],
    "medicines": ["none", "prednisolone 8 mg, digoxin", "denosumab until 2025-01", "alendronate, denosumab", "digoxin"],
    "conditions": ["none", "asthma", "nutritional_osteomalacia, asthma", "myeloma", "lymphoma, osteomalacia"],
}

Strictness = Mapping[str, tuple[int, ...]]
"""Of a medicine how surely it is barred, at least held back, at least cautioned; of an alert how it is raised."""


@pytest.fixture(scope="module")
def shipped() -> KnowledgeBase:
    """The small base, less an alert for those whom denosumab is recommended: it may be recommended to fewer."""
    kb, problems = reader.read(Layout(BASE))
    assert kb is not None, problems
    return dataclasses.replace(kb, rules={name: rule for name, rule in kb.rules.items() if name != "denosumab-wanted"})


@pytest.fixture(scope="module")
def people(shipped: KnowledgeBase) -> list[dict[str, Known]]:
    found = []
    for seed in range(PEOPLE):
        chance = random.Random(seed)
        said = {name: chance.choice(ways) for name, ways in SAID.items() if chance.random() < 0.7}
        known = {name: answers.read_answer(shipped, name, text, HERE, invariants.DAY)[0] for name, text in said.items()}
        found.append({name: value for name, value in known.items() if value is not None})
        assert len(found[-1]) == len(said)
    return found


def changed(shipped: KnowledgeBase) -> Iterator[tuple[Mutant, KnowledgeBase]]:
    """Each small change of a rule or cut-off, as a hospital's directory would make it, if it could be read."""
    for one in mutants.of(shipped):
        if one.intervention is not None:
            continue  # another dose in words bars nobody
        kind, was = ("rule", one.rule) if one.rule is not None else ("threshold", shipped.thresholds[one.owner])
        assert was is not None
        replacement = Replacement(kind=kind, id=was.id, by=was.id, place=HERE, was=was.place)
        rules, thresholds = dict(shipped.rules), dict(shipped.thresholds)
        if one.threshold is not None:
            thresholds[was.id] = dataclasses.replace(one.threshold, place=HERE)
        elif one.changed is not None:
            rules[was.id] = dataclasses.replace(one.changed, place=HERE)
        else:
            del rules[was.id]
        kb = dataclasses.replace(shipped, rules=rules, thresholds=thresholds, replaced=(replacement,))
        known = concluding(kb)
        read = {atom for rule in rules.values() if rule.when is not None for atom in atoms_read(rule.when)}
        if not any(atom not in known and atom in concluding(shipped) for atom in read):
            yield one, kb


def strictness(kb: KnowledgeBase, people: list[dict[str, Known]]) -> Iterator[Strictness]:
    one = Case(case.prepare(kb), invariants.DAY)
    for known in people:
        one.say({**dict.fromkeys(one.said), **known})
        one.finish()
        found: dict[str, tuple[int, ...]] = {}
        for name in kb.interventions:
            grades = [_surest(one, verb, name) for verb in ("contraindicates", "defers", "cautions")]
            found[name] = tuple(max(grades[: count + 1]) for count in range(3))
        for name in kb.alerts:
            raised = _surest(one, "alerts", name)
            urgency = (
                URGENT.index(rule.urgency) for rule in one.rules("alerts", name) if one.truth(rule) is Truth.TRUE
            )
            found[name] = (raised, max(urgency, default=0))
        yield found
        one.reopen()


def _surest(one: Case, verb: str, name: str) -> int:
    return max((STRICT[one.truth(rule)] for rule in one.rules(verb, name) if one.acts(rule)), default=0)


def test_no_small_change_loosens_a_patient_in_silence(shipped: KnowledgeBase, people: list[dict[str, Known]]) -> None:
    before = list(strictness(shipped, people))
    silent = [(one, kb) for one, kb in changed(shipped) if not weakened(shipped, kb)]
    assert len(silent) > 50
    for one, kb in silent:
        for old, new in zip(before, strictness(kb, people), strict=True):
            looser = [name for name in old if any(now < was for was, now in zip(old[name], new[name], strict=True))]
            assert looser == [], one.key


def test_most_that_is_named_does_loosen_somebody(shipped: KnowledgeBase, people: list[dict[str, Known]]) -> None:
    """Of what is named enough is seen in sixty people: the guard does not cry at everything."""
    before = list(strictness(shipped, people))
    named = [kb for _, kb in changed(shipped) if weakened(shipped, kb)]
    seen = 0
    for kb in named[::3]:
        pairs = zip(before, strictness(kb, people), strict=True)
        seen += any(
            now < was for old, new in pairs for name in old for was, now in zip(old[name], new[name], strict=True)
        )
    assert seen * 2 > len(named[::3])

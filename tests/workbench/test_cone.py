"""Under a changed rule all kept cases at once are shown what each is shown under it alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.assessment.outlook import Outlook
from engine.case import case
from engine.case.case import Prepared
from engine.inference.program import bits
from engine.knowledge_base.store import cache
from engine.workbench.cases import cases, outcomes
from engine.workbench.cases.together import Met
from engine.workbench.mutation import mutants, mutation
from engine.workbench.mutation.alteration import Alteration, AlteredCase
from engine.workbench.mutation.cone import AlteredTruths
from engine.workbench.mutation.mutants import Mutant
from engine.workbench.mutation.mutation import Trial
from tests.conftest import size

ROOT = Path(__file__).parents[2]
CHANGES = size(600)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


@pytest.fixture(scope="module")
def trial(prepared: Prepared) -> Trial:
    found, _ = cases.read_all(prepared.kb, cases.files_in(ROOT / "tests" / "cases"), ROOT)
    kept, left_out = mutation.keep(prepared, found[::5])
    assert not left_out
    return Trial(prepared, kept)


@pytest.fixture(scope="module")
def changes(prepared: Prepared) -> list[Mutant]:
    """Half of them of rules that others rest on."""
    chance, every = random.Random("changes"), mutants.of(prepared.kb)
    deep = [one for one in every if one.rule is not None and one.rule.verb in ("sets", "diagnoses")]
    return chance.sample(every, CHANGES // 2) + chance.sample(deep, CHANGES // 2)


def disagreements(trial: Trial, changes: list[Mutant]) -> list[str]:
    """What is expected and comes out otherwise together than alone, of cases that a change concerns."""
    assert trial.together is not None
    found, chance = [], random.Random("cases")
    for mutant in changes:
        alteration = Alteration(trial.prepared, trial.graph, mutant.rule, mutant.changed, mutant.threshold)
        if alteration.recompiles or alteration.touched.names:
            continue
        truths = trial.together.truths(alteration)
        concerned = mutation._differing(mutant, alteration, truths) & ~trial.together.alone
        met = Met(trial.together.under(alteration, truths))
        for number in chance.sample(listed := list(bits.positions(concerned)), min(2, len(listed))):
            kept, flag = trial.kept[number], 1 << number
            look = Outlook(AlteredCase(kept, alteration))
            for want in kept.worked.expectations:
                if (bool(met.within(want, flag) & flag) is not want.negated) is not outcomes.met(look, want):
                    found.append(f"{mutant.key}, {kept.worked.name}: {want.kind} {want.subject}")
    return found


def test_together_as_alone(trial: Trial, changes: list[Mutant]) -> None:
    assert disagreements(trial, changes) == []


def test_whom_a_change_does_not_concern_notices_nothing(trial: Trial, changes: list[Mutant]) -> None:
    """Those are dropped before anything else is asked."""
    assert trial.together is not None
    dropped, chance = 0, random.Random("dropped")
    for mutant in changes[::3]:
        alteration = Alteration(trial.prepared, trial.graph, mutant.rule, mutant.changed, mutant.threshold)
        truths = trial.together.truths(alteration)
        others = ~(mutation._differing(mutant, alteration, truths) | trial.together.people.contradicting)
        unconcerned = list(bits.positions(trial.together.people.everybody & others))
        for number in chance.sample(unconcerned, min(2, len(unconcerned))):
            kept = trial.kept[number]
            assert not mutation.notices(mutation._patient(alteration, kept), kept.worked.expectations), mutant.key
            dropped += 1
    assert dropped


def test_a_cone_that_is_cut_short_is_noticed(
    trial: Trial, changes: list[Mutant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AlteredTruths, "truth", lambda one, atom: one.base.truth(atom))
    assert disagreements(trial, changes)


def test_what_a_changed_rule_waits_for_is_not_what_it_waited_for(
    trial: Trial, changes: list[Mutant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AlteredTruths, "premise", lambda one, rule: one.base.premise(rule))
    assert disagreements(trial, changes)

"""Under a changed rule all kept cases at once are shown what each is shown under it alone."""

from __future__ import annotations

import functools
import random
from pathlib import Path

import pytest

from engine.assessment.outlook import Outlook
from engine.case import case
from engine.case.case import Prepared
from engine.inference.program import bits
from engine.knowledge_base.store import cache
from engine.workbench.cases import outcomes
from engine.workbench.mutation import mutants, mutation
from engine.workbench.mutation.alteration import AlteredCase
from engine.workbench.mutation.cone import AlteredTruths
from engine.workbench.mutation.mutants import Mutant
from engine.workbench.mutation.mutation import Trial
from tests import shipped
from tests.conftest import size

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("cone")  # the cases are kept once, not by each worker
CHANGES = size(600)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


@pytest.fixture(scope="module")
def trial(prepared: Prepared) -> Trial:
    kept, left_out = mutation.keep(prepared, shipped.worked()[::5])
    assert not left_out
    return Trial(prepared, kept)


@pytest.fixture(scope="module")
def changes(prepared: Prepared) -> list[Mutant]:
    """Half of them of rules that others rest on, and some of numbers that are worked out."""
    chance, every = random.Random("changes"), mutants.of(prepared.kb)
    deep = [one for one in every if one.rule is not None and one.rule.verb in ("sets", "diagnoses")]
    derived = [one for one in every if one.rule is None or one.rule.verb == "derives"]
    share = CHANGES // 20
    return chance.sample(every, 10 * share) + chance.sample(deep, 9 * share) + chance.sample(derived, share)


def changed(trial: Trial, mutant: Mutant) -> AlteredTruths:
    assert trial.together is not None
    return trial.together.truths(mutation.of_mutant(trial.prepared, trial.graph, mutant))


def concerned(trial: Trial, mutant: Mutant, truths: AlteredTruths) -> int:
    assert trial.together is not None
    return trial.together.concerned(truths, functools.partial(mutation._differing, mutant, truths.alteration))


def disagreements(trial: Trial, changes: list[Mutant], these: int = -1) -> list[str]:
    """What is expected and comes out otherwise together than alone, of cases that a change concerns."""
    assert trial.together is not None
    found, chance = [], random.Random("cases")
    for mutant in changes:
        truths = changed(trial, mutant)
        found_in = these & concerned(trial, mutant, truths) & ~trial.together.alone(truths)
        met = trial.together.under(truths)
        for number in chance.sample(listed := list(bits.positions(found_in)), min(2, len(listed))):
            kept, flag = trial.kept[number], 1 << number
            look = Outlook(AlteredCase(kept, truths.alteration))
            for want in kept.worked.expectations:
                if not met.over_bits(want, flag):
                    continue
                if (bool(met.within(want, flag) & flag) is not want.negated) is not outcomes.met(look, want):
                    found.append(f"{mutant.key}, {kept.worked.name}: {want.kind} {want.subject}")
    return found


def test_together_as_alone(trial: Trial, changes: list[Mutant]) -> None:
    assert disagreements(trial, changes) == []


def test_together_as_alone_where_values_contradict_or_something_was_taken_for_granted(
    trial: Trial, changes: list[Mutant]
) -> None:
    assert trial.together is not None
    people = trial.together.people
    assert people.several
    assert people.plans.granted
    assert disagreements(trial, changes[::3], people.several | people.plans.granted) == []


def test_whom_a_change_does_not_concern_notices_nothing(trial: Trial, changes: list[Mutant]) -> None:
    """Those are dropped before anything else is asked; of whom values contradict as of any other."""
    assert trial.together is not None
    dropped, chance, people = 0, random.Random("dropped"), trial.together.people
    for mutant in changes[::3]:
        truths = changed(trial, mutant)
        others = people.everybody & ~concerned(trial, mutant, truths)
        for these in (others, others & people.contradicting):
            for number in chance.sample(listed := list(bits.positions(these)), min(1, len(listed))):
                kept = trial.kept[number]
                patient = mutation._patient(truths.alteration, kept)
                assert not mutation.notices(patient, kept.worked.expectations), mutant.key
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

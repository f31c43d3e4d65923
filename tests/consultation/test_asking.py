"""Each question is worth asking, and nothing is left unasked: on random patients, and on those of the examples.

Four at the desk, two hundred in the long suite, others with `OSTEOLOGIC_PATIENTS`; each is a whole consultation;
`python -m benchmarks.asking 1000` lists what it finds.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from benchmarks import afterwards, asking, consulting
from benchmarks.consulted import consult
from benchmarks.witnesses import Search
from engine.case import case
from engine.case.case import Case, Prepared
from engine.dialogue.agenda import relevance
from engine.dialogue.agenda.stakes import Stake
from engine.dialogue.conversation import Conversation
from engine.intake import record
from engine.intake.record import Answer
from engine.knowledge_base.store import cache
from engine.values.value import Records
from engine.workbench.trials.patients import HERE, Vocabulary, number, one_of
from tests.conftest import LONG

_AT_ONCE = 200 if LONG else 4
PATIENTS = int(os.environ.get("OSTEOLOGIC_PATIENTS", _AT_ONCE))
TOGETHER = 4
SHARES = 4
"""The patients of the examples are shared out among so many tests."""


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


@pytest.fixture(scope="module")
def vocabulary(prepared: Prepared) -> Vocabulary:
    return Vocabulary(prepared, asking.TODAY)


@pytest.mark.parametrize("first", range(0, PATIENTS, TOGETHER))
def test_of_what_is_asked_two_patients_can_be_told_apart_and_afterwards_nothing_turns(
    first: int, vocabulary: Vocabulary
) -> None:
    probe = Case(vocabulary.prepared, asking.TODAY)
    found = [asking.examine(vocabulary, seed, probe) for seed in range(first, min(first + TOGETHER, PATIENTS))]
    without = [str(one) for each in found for one in each.without]
    questions = sum(len(each.ways) for each in found) + len(without)
    # Where two rules give the same test whatever is answered, the search for what an answer can reach does not see it.
    early = [str(one) for each in found for one in each.without if one.place <= asking.EARLY]
    assert len(early) <= 1, early
    # One in fifty, and of as few as four patients ask two by chance: they are others with each rule that is written.
    assert len(without) <= max(2, questions // 50), without
    assert [str(turn) for each in found for turn in each.turned] == []


@pytest.mark.parametrize("share", range(SHARES))
def test_the_first_stop_shows_what_the_whole_record_would_or_says_what_is_missing(
    share: int, prepared: Prepared
) -> None:
    patients = list(consulting.patients(prepared))
    assert len(patients) > 30
    for one in patients[share::SHARES]:
        script = consulting.Script(prepared, one.known)
        held = Conversation(Case(prepared, one.today or consulting.UNDATED), script, consulting.Nowhere())
        script.held = held
        held.run()
        assert held.asked <= 25, one.name
        _, silent = consulting.left_out(held, one.known)
        assert not silent, one.name


# --- that these would notice ------------------------------------------------------------------------------------------


def test_a_question_that_changes_nothing_is_noticed(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    useless = "caffeine_servings"
    monkeypatch.setattr(relevance, "at_stake", lambda *_: {useless: (Stake("medicine", "alendronate", "alendronate"),)})
    consulted = consult(vocabulary, 0)
    put = consulted.put[-1]
    assert put.asked.findings == (useless,)
    search = Search(vocabulary, consulted, Case(vocabulary.prepared, asking.TODAY))
    assert search.witness(put) is not None  # it changes advice on caffeine
    child = dataclasses.replace(put, said={**put.said, "age": number(12)})
    assert search.witness(child) is None  # nothing of which is shown of a child


def test_what_was_left_unasked_is_noticed(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance, "at_stake", lambda *_: {})
    consulted = consult(vocabulary, 0)
    assert [put.asked.findings for put in consulted.put] == [("age",), ("sex",)]
    probe = Case(vocabulary.prepared, asking.TODAY)
    turned = list(afterwards.turned(vocabulary, consulted, probe, 2))
    assert {"it was not asked", "it was not offered"} <= {turn.why for turn in turned}


# --- the random patients ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(0, 60, 7))
def test_a_random_patient_is_whole_the_same_each_time_and_can_be(seed: int, vocabulary: Vocabulary) -> None:
    patient = vocabulary.patient(seed)
    assert patient == vocabulary.patient(seed)
    assert set(patient) == set(vocabulary.kb.findings)
    said = vocabulary.put_together(Case(vocabulary.prepared, asking.TODAY), patient)
    told = {name: Answer(known, "", HERE) for name, known in said.items()}
    assert record.check_applies(vocabulary.kb, told, asking.TODAY) == []
    assert record.check_ages(vocabulary.kb, told) == []


def test_random_numbers_fall_on_both_sides_of_the_cut_offs(vocabulary: Vocabulary) -> None:
    hips = {patient["t_score_hip"] for patient in map(vocabulary.patient, range(200))}
    assert number("-2.5") in hips
    assert number("-2.4") in hips
    assert number("-2.6") in hips


def test_what_depends_on_an_answer_goes_with_it(vocabulary: Vocabulary) -> None:
    probe = Case(vocabulary.prepared, asking.TODAY)
    patient = {**vocabulary.patient(1), "sex": one_of("female"), "menopausal_status": one_of("postmenopausal")}
    assert "age_at_menopause" in vocabulary.put_together(probe, patient)
    assert "age_at_menopause" not in vocabulary.put_together(probe, {**patient, "sex": one_of("male")})
    lists = [known for known in patient.values() if isinstance(known, Records)]
    assert all(known.complete for known in lists)

"""No report contradicts itself: not of a random patient, and a worked case whose report does fails."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.assessment.outlook import Outlook
from engine.assessment.population import settling
from engine.assessment.population.population import Population
from engine.case import opening
from engine.case.case import Case, Prepared, prepare
from engine.case.opening import Terms
from engine.inference.program import bits
from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.reading import reader
from engine.values.value import Known
from engine.workbench.cases import cases, clashes, outcomes
from engine.workbench.trials.crowd import Crowd
from engine.workbench.trials.patients import Vocabulary
from tests.conftest import size

ROOT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 21)
PATIENTS = 2_000
AT_ONCE, OF_SO_MANY = 500, 50
"""So many are judged together, and one of so many on experta as well."""


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return prepared_with({})


def prepared_with(changed: dict[str, str]) -> Prepared:
    """The shipped base with some texts of its files replaced by others."""
    contents, problems = contents_of(Layout(ROOT))
    assert not problems
    written = []
    for item in contents:
        text = item.content.decode()
        for old, new in changed.items():
            text = text.replace(old, new)
        written.append(Written(item.file, item.inside, text.encode()))
    kb, told = reader.read_contents(written)
    assert kb is not None, [str(problem) for problem in told]
    return prepare(kb)


def of_record(prepared: Prepared, record: str) -> list[str]:
    (patient,) = opening.patients(prepared, record, "patient.yaml", Terms(as_of=TODAY), TODAY)
    return [found.clash for found in clashes.of(Outlook(patient.case))]


def records(vocabulary: Vocabulary, seeds: range) -> list[dict[str, Known]]:
    """Full records and such as leave a third unsaid, in turn."""
    found = []
    for seed in seeds:
        known, chance = vocabulary.patient(seed), random.Random(f"silent {seed}")
        silent = [name for name in known if seed % 2 and name not in ("age", "sex") and chance.random() < 0.3]
        found.append({name: one for name, one in known.items() if name not in silent})
    return found


def judged_alone(prepared: Prepared, said: Mapping[str, Known], finished: bool) -> list[str]:
    patient = Case(prepared, TODAY)
    patient.say(said)
    if finished:
        patient.finish()
    return [str(clash) for clash in clashes.of(Outlook(patient))]


@pytest.mark.parametrize("finished", [False, True], ids=["under way", "read to its end"])
def test_no_random_patient_has_one(finished: bool, shipped: Prepared) -> None:
    """Whoever seems to have one is judged on experta, which decides; and one in fifty is, whatever the bits say."""
    crowd, told = Crowd(shipped, TODAY), []
    for start in range(0, size(PATIENTS), AT_ONCE):
        seeds = range(start, min(start + AT_ONCE, size(PATIENTS)))
        fitted, answers = crowd.fitted(records(crowd.vocabulary, seeds))
        days = [TODAY] * len(fitted)
        answers = settling.implied(shipped, answers, days, finished=finished)
        people = Population(shipped, crowd.machine, fitted, days, answers=answers)
        doubtful = clashes.among(people) | (0 if finished else people.contradicting)
        for place in sorted({*bits.positions(doubtful), *range(0, len(fitted), OF_SO_MANY)}):
            told += [f"{seeds[place]}: {clash}" for clash in judged_alone(shipped, fitted[place], finished)]
    assert told == []


SHAFT = """
age: 72
sex: female
menopausal_status: postmenopausal
t_score_hip: -3.0
fractures: [{site: femoral_shaft, cause: low_trauma, date: 2026-10-20}]
medicines: [{name: alendronate, started: 2018}]
conditions: none
symptoms: none
imaging: none
"""


def test_a_rule_taken_away_is_noticed_as_the_pair_it_held_apart(shipped: Prepared) -> None:
    assert of_record(shipped, SHAFT) == []
    loaded = prepared_with({"  when: recommended(weight_relief)": "  when: age > 119 and recommended(weight_relief)"})
    later = SHAFT.replace("2026-10-20", "2025-10-20")
    assert of_record(loaded, later) == ["load-on-a-leg-to-be-spared"]
    given = ", ".join(later.split("\n")[1:-1])
    text = f"- name: a shaft that broke\n  today: {TODAY}\n  given: {{{given}}}\n"
    text += "  expect: {recommended: weight_relief}\n"
    (one,), problems = cases.read_file(loaded.kb, text.encode(), "cases/shaft.yaml")
    assert not problems
    (failure,) = outcomes.run(loaded, one).failures
    assert (failure.expectation.kind, failure.expectation.subject) == ("clash", "load-on-a-leg-to-be-spared")
    assert outcomes.run(shipped, one).passed


def test_a_caution_against_what_anybody_is_told_is_noticed() -> None:
    minor = "once muscle and balance are there\n  weight: minor"
    warned = prepared_with({minor: minor.replace("minor", "major")})
    jogger = "age: 66\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -2.7\nfractures: none\n"
    jogger += "conditions: none\nsymptoms: none\nimaging: none\nmedicines: none\nphysical_activity: light\n"
    assert of_record(warned, jogger) == ["advice-with-a-warning-against-it"]


def test_two_medicines_of_one_role_and_a_step_that_nobody_advises_are_noticed() -> None:
    both = "medicines has bisphosphonate and medicines has (denosumab or"
    careless = prepared_with({both: f"age > 119 and {both}"})
    taking = "age: 72\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -2.9\nfractures: none\n"
    taking += "medicines: [alendronate, {name: denosumab, last_given: 2026-09-01}]\nconditions: none\nsymptoms: none\n"
    taking += "imaging: none\ncalcium: 2.4 mmol/L\nalbumin: 42 g/L\nvitamin_d: 75 nmol/L\ncreatinine: 70 umol/L\n"
    taking += "weight: 65 kg\nheight: 165 cm\nalkaline_phosphatase: 70 U/L\nphosphate: 1.1 mmol/L\n"
    taking += "can_sit_upright: yes\ndental_state: good\nplanned_dental_surgery: no\nparathyroid_hormone: 4 pmol/L\n"
    assert "two-of-one-role" in of_record(careless, taking)
    alone = prepared_with({"  until: supervised_exercise\n": "  until: orthopedic_surgeon\n"})
    broken = (
        "age: 70\nsex: female\nmenopausal_status: postmenopausal\nconditions: none\nsymptoms: none\nimaging: none\n"
    )
    broken += "fractures: [{site: vertebra, cause: low_trauma, date: 2026-01}]\nmedicines: none\n"
    assert of_record(alone, broken) == ["behind-a-closed-door"]

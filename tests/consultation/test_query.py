"""What a query says of a case is what the report of that case says."""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from engine.assessment import query
from engine.assessment.judgement import judge
from engine.assessment.outlook import Outlook
from engine.assessment.verdict import Verdict
from engine.case import case
from engine.case.case import Case, Prepared
from engine.intake import record
from engine.knowledge_base.store import cache
from engine.premises.expression import All, AnyOf, AtLeast, Not, Shown, TruthNode
from engine.premises.statuses import WORDS
from engine.values.truth import Truth
from engine.values.value import NOT_MEASURED, UNKNOWN, Records
from engine.workbench.trials.patients import Vocabulary, number, one_of

TODAY = datetime.date(2026, 1, 15)
PEOPLE = range(12)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


def someone(prepared: Prepared, seed: int) -> Case:
    """A random patient of whom some things were not said."""
    vocabulary = Vocabulary(prepared, TODAY)
    chance = random.Random(seed)
    share = chance.choice((0.0, 0.1, 0.5, 0.9))
    silent = [name for name in prepared.kb.findings if chance.random() < share and name != "age"]
    one = Case(prepared, TODAY)
    vocabulary.put_together(one, vocabulary.patient(seed), silent)
    if chance.random() < 0.7:
        one.finish()
    return one


def words_of(prepared: Prepared, verdict: Verdict) -> Iterator[tuple[str, str, str]]:
    """What the report says of everything that can be asked about: subject, kind, word."""
    kb = prepared.kb
    plan = {item.id: item for item in verdict.plan}
    alerts = {alert.id: alert.status.replace(" ", "_") for alert in verdict.alerts}
    diagnoses = {one.id: one.status for one in verdict.diagnoses}
    for name in kb.interventions:
        yield name, "status", plan[name].status if name in plan else "absent"
        yield name, "caution", "given" if name in plan and plan[name].cautions else "absent"
    for name in kb.alerts:
        yield name, "alert", alerts.get(name, "ruled_out")
    for name, condition in kb.conditions.items():
        if not condition.exposure:
            yield name, "diagnosis", diagnoses.get(name, "not_considered")


def asked(of: str, subject: str, word: str, negated: bool = False) -> Shown:
    return Shown(of=of, subject=subject, members=frozenset({subject}), words=frozenset({word}), negated=negated)


@pytest.mark.parametrize("seed", PEOPLE)
def test_each_word_of_the_report_is_what_a_query_finds_and_no_other_is(prepared: Prepared, seed: int) -> None:
    one = someone(prepared, seed)
    look = Outlook(one)
    told = list(words_of(prepared, judge(one)))
    assert len(told) > 200
    for name, of, said in told:
        found = [word for word in WORDS[of] if query.holds(one, asked(of, name, word), look) is Truth.TRUE]
        assert (name, of, found) == (name, of, [said])
        denied = asked(of, name, said, negated=True)
        assert query.holds(one, denied, look) is Truth.FALSE


def parsed(prepared: Prepared, text: str) -> TruthNode:
    node, problems = query.parse(prepared.kb, text)
    assert node is not None, problems
    return node


def test_of_a_class_it_is_asked_whether_any_member_reads_so(prepared: Prepared) -> None:
    members = prepared.kb.choices["medicines"].classes["bone_medicine"] & prepared.kb.interventions.keys()
    of_class = [parsed(prepared, f"status(bone_medicine) is {word}") for word in WORDS["status"]]
    denied = [parsed(prepared, f"status(bone_medicine) is not {word}") for word in WORDS["status"]]
    seen = set()
    for one in (someone(prepared, seed) for seed in PEOPLE):
        plan = {item.id: item.status for item in judge(one).plan}
        for word, node, opposite in zip(WORDS["status"], of_class, denied, strict=True):
            assert isinstance(node, Shown)
            assert node.members == members
            expected = any(plan.get(name, "absent") == word for name in members)
            assert query.holds(one, node) is (Truth.TRUE if expected else Truth.FALSE)
            assert query.holds(one, opposite) is (Truth.FALSE if expected else Truth.TRUE)
            seen.add((word, expected))
    assert len(seen) > len(WORDS["status"])


@pytest.mark.parametrize("seed", PEOPLE)
def test_every_premise_of_a_rule_is_as_true_as_it_is_in_the_rule(prepared: Prepared, seed: int) -> None:
    one = someone(prepared, seed)
    look = Outlook(one)
    for rule in itertools.islice(prepared.kb.rules.values(), seed % 5, None, 5):
        node = prepared.plan.premise(rule)
        if node is not None:
            assert query.holds(one, node, look) is one.truth(rule), rule.id


def test_junctions_of_what_is_shown_and_what_is_known_keep_three_values(prepared: Prepared) -> None:
    one = Case(prepared, TODAY)
    parts: Mapping[Truth, str] = {
        Truth.TRUE: "status(alendronate) is absent",
        Truth.FALSE: "diagnosis(osteomalacia) is established",
        Truth.UNKNOWN: "age > 50",
    }
    trees = {value: parsed(prepared, text) for value, text in parts.items()}
    assert {value: query.holds(one, node) for value, node in trees.items()} == {value: value for value in parts}
    for a, b in itertools.product(Truth, repeat=2):
        pair = (trees[a], trees[b])
        values = {a, b}
        every = Truth.FALSE if Truth.FALSE in values else Truth.UNKNOWN if Truth.UNKNOWN in values else Truth.TRUE
        some = Truth.TRUE if Truth.TRUE in values else Truth.UNKNOWN if Truth.UNKNOWN in values else Truth.FALSE
        assert query.holds(one, All(items=pair)) is every
        assert query.holds(one, AnyOf(items=pair)) is some
        assert query.holds(one, AtLeast(count=2, items=pair)) is every
        opposite = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN}[a]
        assert query.holds(one, Not(item=trees[a])) is opposite


def test_outside_the_scope_nothing_is_planned_or_considered(prepared: Prepared) -> None:
    one = someone(prepared, 1)
    one.say({"age": number(12)})
    nothing = "status(bone_medicine) is not (recommended or conditional) and diagnosis(osteoporosis) is not_considered"
    assert query.holds(one, parsed(prepared, f"age < 18 and {nothing}")) is Truth.TRUE


def test_what_is_wrong_with_a_query_is_told_with_its_place(prepared: Prepared) -> None:
    node, problems = query.parse(prepared.kb, "age > 50 and status(teriparatid) is recommended")
    assert node is None
    assert [(str(one.place), one.code, one.hint) for one in problems] == [
        ("the query:1:21", "OL104", "did you mean 'teriparatide'?")
    ]


def test_known_is_what_there_is_anything_to_go_by(prepared: Prepared) -> None:
    one = Case(prepared, TODAY)
    one.say({"medicines": Records(), "conditions": Records(complete=False), "sex": one_of("male")})
    one.say({"calcium": NOT_MEASURED, "weight": UNKNOWN, "vitamin_d": number(30)})
    names = ("medicines", "conditions", "sex", "calcium", "weight", "vitamin_d", "age")
    known = {name: query.holds(one, parsed(prepared, f"known({name})")) for name in names}
    expected = {"medicines", "sex", "vitamin_d"}
    assert {name for name, held in known.items() if held is Truth.TRUE} == expected
    assert {name for name, held in known.items() if held is Truth.FALSE} == known.keys() - expected
    assert query.holds(one, parsed(prepared, "known(menopausal_status)")) is Truth.TRUE  # there is nothing to know


def test_how_often_a_medicine_is_taken_is_asked_in_any_unit_of_time(prepared: Prepared) -> None:
    asked = parsed(prepared, "any medicines where (name is alendronate and every >= 7 days)")
    months = parsed(prepared, "any medicines where (name is alendronate and every >= 1 month)")
    for often, weekly, monthly in (("6 days", False, False), ("week", True, False), ("month", True, True)):
        given = {"age": 70, "medicines": [{"name": "alendronate", "every": often}]}
        patient, _ = record.read_record(prepared.kb, yaml.safe_dump(given), "patient.yaml", TODAY)
        assert patient is not None
        one = Case(prepared, TODAY)
        one.say({name: answer.known for name, answer in patient.answers.items()})
        assert [query.holds(one, what) for what in (asked, months)] == [
            Truth.TRUE if held else Truth.FALSE for held in (weekly, monthly)
        ]

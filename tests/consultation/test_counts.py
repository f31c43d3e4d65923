"""What is counted: read from files, records, forms and typed lines, drawn for random patients, asked of what-if."""

from __future__ import annotations

from typing import Any

import pytest

from engine.assessment.contrasts.contrast import prospects
from engine.case.case import Case, Prepared, prepare_kept
from engine.hearing.ear import Ear
from engine.intake.answers.answers import read_answer, write_answer
from engine.knowledge_base.model import KnowledgeBase
from engine.values.problems import Hint, Place
from engine.values.value import Number
from engine.workbench.editing.schema import schemas
from engine.workbench.trials.deletions import deletions
from engine.workbench.trials.invariants import DAY
from engine.workbench.trials.patients import Vocabulary
from tests.intake.made import DAY as TODAY
from tests.intake.made import given, record, whys
from tests.intake.test_record_reports import form
from tests.shipped import base

HERE = Place("patient.yaml", 1, 1)
FALLS = "falls_past_year"


@pytest.fixture(scope="module")
def shipped() -> KnowledgeBase:
    return base()


@pytest.fixture(scope="module")
def prepared(shipped: KnowledgeBase) -> Prepared:
    return prepare_kept(shipped)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("0", "0"),
        ("365", "365"),
        ("2.0", "2"),
        ("two", "2"),
        ("two falls", "2"),
        ("1 fall", "1"),
        ("no falls", "0"),
        ("none", "0"),
        ("twice", "2"),
        ("2..3", "2..3"),
        ("> 2", ">= 3"),
        ("< 3", "<= 2"),
        ("at least 3", ">= 3"),
        ("not measured", "not measured"),
        ("unknown", "unknown"),
    ],
)
def test_a_count_is_read_as_people_say_it(said: str, written: str, shipped: KnowledgeBase) -> None:
    known, problems = read_answer(shipped, FALLS, said, HERE, TODAY)
    assert not problems
    assert known is not None
    assert write_answer(shipped, FALLS, known) == written


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        ("2.5", "OL303", "2.5 is no whole number"),
        ("< 2.5", "OL303", "no whole number"),
        ("2.5..4", "OL303", "no whole number"),
        ("-1", "OL303", "outside what is plausible"),
        ("366", "OL303", "outside what is plausible"),
        ("> 365", "OL303", "outside what is plausible"),
        ("< 0", "OL303", "outside what is plausible"),
        ("several", "OL300", "no number"),
        ("about 3", "OL305", "how near"),
        ("2 years", "OL302", "years"),
    ],
)
def test_what_is_no_count_is_refused(said: str, code: str, told: str, shipped: KnowledgeBase) -> None:
    known, problems = read_answer(shipped, FALLS, said, HERE, TODAY)
    assert known is None
    assert problems[0].code == code
    assert told in problems[0].what
    assert problems[0].hint


def test_the_hint_for_a_part_writes_what_it_can_mean(shipped: KnowledgeBase) -> None:
    _, problems = read_answer(shipped, FALLS, "2.5", HERE, TODAY)
    hint = problems[0].hint
    assert isinstance(hint, Hint)
    assert len(hint.ways) == 3
    for way in hint.ways:
        known, none = read_answer(shipped, FALLS, way, HERE, TODAY)
        assert known is not None
        assert not none


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ({"valueInteger": 2}, "{value: 2, date: 2024-05-03}"),
        ({"valueDecimal": 2.0}, "{value: 2, date: 2024-05-03}"),
        ({"valueQuantity": {"value": 2.0}}, "{value: 2, date: 2024-05-03}"),
        ({"valueQuantity": {"value": 3, "comparator": ">"}}, '{value: ">= 4", date: 2024-05-03}'),
        ({"valueDecimal": 2.5}, ""),
        ({"valueQuantity": {"value": 2.5}}, ""),
    ],
)
def test_a_record_says_a_whole_number_or_is_set_aside(
    answer: dict[str, Any], wanted: str, shipped: KnowledgeBase
) -> None:
    one = record(form("/52552-7", **answer))
    if wanted:
        assert write_answer(shipped, FALLS, one.answers[FALLS].known) == wanted
    else:
        assert given(one) == {}
        assert "no whole number" in whys(one)[0]


@pytest.mark.parametrize(("line", "value"), [("2 falls", "2"), ("no falls", "0"), ("2 or 3", "2..3"), ("2.0", "2")])
def test_a_typed_count_is_heard(line: str, value: str, prepared: Prepared) -> None:
    heard = Ear(prepared.names, TODAY).hear(line, (FALLS,), {})
    assert write_answer(prepared.kb, FALLS, heard.said[FALLS]) == value


@pytest.mark.parametrize("line", ["several", "multiple", "several falls", "fell many times", "a few falls"])
def test_how_many_several_are_is_asked(line: str, prepared: Prepared) -> None:
    heard = Ear(prepared.names, TODAY).hear(line, (FALLS,), {})
    assert FALLS not in heard.said
    assert "how many" in heard.reading.problems[0].what


def test_half_a_fall_is_asked_again(prepared: Prepared) -> None:
    heard = Ear(prepared.names, TODAY).hear("2.5 falls", (FALLS,), {})
    assert FALLS not in heard.said
    assert "no whole number" in heard.reading.problems[0].what


def test_an_editor_takes_whole_numbers_only(shipped: KnowledgeBase) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = schemas(shipped)["patient.json"]
    alone = schema["properties"][FALLS]
    for good in (2, "2..3", "none", [{"value": 2, "date": "2026-01-01"}]):
        jsonschema.validate(good, alone)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(2.5, alone)
    jsonschema.validate(2.5, schema["properties"]["caffeine_servings"])


def test_every_count_that_is_drawn_can_be_one(prepared: Prepared) -> None:
    vocabulary = Vocabulary(prepared, DAY)
    numbers = [known.last.interval.low for known in vocabulary.answers(FALLS) if isinstance(known, Number)]
    assert {0, 1, 2, 3} <= set(numbers)
    assert all(prepared.kb.findings[FALLS].possible.contains(one) for one in numbers)


def test_knowing_less_of_a_count_leaves_whole_bounds(prepared: Prepared) -> None:
    known, _ = read_answer(prepared.kb, FALLS, "2", HERE, TODAY)
    assert known is not None
    possible = prepared.kb.findings[FALLS].possible
    spans = [
        one.known.last.interval
        for one in deletions(prepared.names, {FALLS: known}, TODAY)
        if isinstance(one.known, Number) and one.how.startswith("within")
    ]
    assert len(spans) > 2
    for span in spans:
        ends = [end for end in (span.low, span.high) if not end.is_infinite()]
        assert all(possible.is_stepped(end) for end in ends)
        assert isinstance(known, Number)
        assert known.last.interval != span


def test_what_if_tries_whole_counts_on_both_sides(prepared: Prepared) -> None:
    patient = Case(prepared, TODAY)
    for name, text in (("age", "70"), ("unsteady", "no"), ("fractures", "none")):
        known, problems = read_answer(prepared.kb, name, text, HERE, TODAY)
        assert not problems
        patient.say({name: known})
    tried = [one.known.last.interval.exact for one in prospects(patient, FALLS) if isinstance(one.known, Number)]
    assert tried
    assert all(value is not None and value == int(value) for value in tried)
    assert any(value is not None and value >= 1 for value in tried)

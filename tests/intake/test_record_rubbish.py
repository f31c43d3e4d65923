"""Spoiled records: whatever stands where, what can be read is read, and nothing stops the run but having no record."""

from __future__ import annotations

import copy
import datetime
import json
import random
from collections.abc import Iterator
from typing import Any

from engine.assessment import judgement
from engine.case import opening
from engine.inference.working_memory import WorkingMemory
from engine.intake.record import read_record, save_record
from engine.intake.records import notation
from engine.intake.records.records import Mapper
from engine.values.problems import Refused
from tests.conftest import size
from tests.intake.made import (
    CREATININE,
    DAY,
    HER,
    HIP,
    ICD,
    SNOMED,
    VITAMIN_D,
    Object,
    bundle,
    concept,
    condition,
    ear,
    mapper,
    order,
    patient,
    prepared,
    result,
    shipped,
)

JUNK: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1e308,
        10**400,
        float("nan"),
        "",
        " ",
        "\x00",
        "\u202e",
        "yes",
        "none",
        "...",
        "[]",
        "{a: b}",
    ),
    *(
        [],
        {},
        [[]],
        [None],
        {"": None},
        {"reference": "Patient/one"},
        {"coding": {}},
        {"coding": [{"code": 7}]},
        "9" * 2_000,
    ),
    *(
        "2024-13-45",
        "0000-00-00",
        "9999-12-31",
        "T10:00",
        "1e9",
        "½",
        "١٢",
        "Patient/one",
        "#",
        "urn:uuid:",
        {"value": {}},
    ),
)


def whole() -> Object:
    """A record with something of everything that is read."""
    dose = {
        "route": concept("26643006", SNOMED),
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"end": "2024-05-01"}}},
        "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "mg", "code": "mg"}}],
    }
    span = [
        {"low": {"value": 50, "unit": "umol/L"}, "high": {"value": 90, "unit": "umol/L"}, "type": concept("normal")}
    ]
    given = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "subject": HER,
        "effectivePeriod": {"start": "2024-01-01"},
    }
    return bundle(
        patient(
            deceasedBoolean=False,
            extension=[{"url": "x", "valueCode": "F"}],
            identifier=[{"system": "s", "value": "v"}],
        ),
        result(CREATININE, 80, "umol/L", referenceRange=span, interpretation=[concept("N", "v3")]),
        result(CREATININE, 90, "umol/L", "2023-01-01T10:00:00+01:00"),
        result(HIP, -2.2, "{T-score}", issued="2024-05-01T00:00:00Z"),
        result(VITAMIN_D, valueString="< 10 nmol/L"),
        result("72166-2", valueCodeableConcept=concept("266919005", SNOMED)),
        result("85354-9", component=[{"code": concept("8480-6"), "valueQuantity": {"value": 120}}]),
        condition("64859006", onsetDateTime="2019-01-01", abatementPeriod={"end": "2020-01-01"}, clinical="resolved"),
        condition("M80.08XA", ICD, onsetAge={"value": 60, "code": "a"}),
        order("prednisone 5 MG Oral Tablet", "8640", dosageInstruction=[dose]),
        {
            **order(),
            "medicationReference": {"reference": "#m"},
            "contained": [{"resourceType": "Medication", "id": "m"}],
        },
        {**given, "medicationCodeableConcept": concept("", text="denosumab 60 mg")},
        {"resourceType": "AllergyIntolerance", "code": concept("", text="alendronate"), "patient": HER},
        {"resourceType": "Procedure", "status": "completed", "code": concept("426738005", SNOMED), "subject": HER},
        {
            "resourceType": "Composition",
            "subject": HER,
            "section": [{"code": concept("10160-0"), "emptyReason": concept("nilknown")}],
        },
        {
            "resourceType": "FamilyMemberHistory",
            "status": "completed",
            "patient": HER,
            "relationship": concept("MTH"),
            "condition": [{"code": concept("5913000", SNOMED)}],
        },
        {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "subject": HER,
            "effectiveDateTime": "2024-05-02",
            "result": [{"reference": "#r"}],
            "contained": [{**result("2777-1", 1.1, "mmol/L", when=None), "id": "r"}],
        },
        {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "subject": HER,
            "item": [{"linkId": "1", "item": [{"linkId": "/52552-7", "answer": [{"valueInteger": 2}]}]}],
        },
        condition("Z78.0", ICD),
        {"resourceType": "Encounter", "subject": HER},
    )


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a value that can be written to."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        keys = [*one] if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            yield one, key
            waiting.append(one[key])


def spoiled(chance: random.Random) -> Object:
    """The record with one to five things wrong in it."""
    found = copy.deepcopy(whole())
    for _ in range(chance.randint(1, 5)):
        holder, key = chance.choice([*spots(found)])
        how = chance.random()
        if how < 0.6:
            holder[key] = copy.deepcopy(chance.choice(JUNK))
        elif how < 0.8:
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            other, at = chance.choice([*spots(found)])
            holder[key] = copy.deepcopy(other[at])
    return found


def test_spoiled_records_are_read_as_far_as_they_go() -> None:
    chance = random.Random(20_240_601)
    kb, reading = shipped(), Mapper(shipped(), DAY, DAY, ear())
    terms = opening.terms(kb, as_of=DAY)
    memory = WorkingMemory(prepared().plan)
    read, codes = 0, set[str]()
    for at in range(size(1_000)):
        text = json.dumps(spoiled(chance)).encode()
        try:
            patients = reading.patients([notation.contents(text, "file.json")])
        except Refused as refused:
            codes |= {problem.code for problem in refused.problems}
            continue
        for one in patients:
            assert one.taken is not None
            read += len(one.answers)
            assert all(aside.path and aside.why for aside in one.taken.asides)
        if at % 10 == 0 and patients:
            verdict = judgement.judge(opening.finished(prepared(), patients[0], terms, memory))
            assert verdict.as_of <= DAY
    assert codes <= notation.CODES.keys()
    assert read > 5 * size(1_000)  # most of what is not spoiled comes through


def test_spoiled_text_is_refused_or_read() -> None:
    chance = random.Random(7)
    text = json.dumps(whole(), indent=1).encode()
    codes = set[str]()
    for _ in range(size(1_000)):
        cut = bytearray(text)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(cut))
            cut[at : at + chance.randint(0, 9)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 3)))
        try:
            mapper(DAY).patients([notation.contents(bytes(cut), "file.json")])
        except Refused as refused:
            codes |= {problem.code for problem in refused.problems}
    assert codes <= notation.CODES.keys()


def test_the_whole_record_itself_is_read() -> None:
    (one,) = mapper(DAY).patients([notation.contents(json.dumps(whole()).encode(), "file.json")])
    lists = {"conditions", "fractures", "medicines", "intolerances"}
    told = {"age", "sex", "smoking", "parent_hip_fracture", "falls_past_year", "menopausal_status"}
    assert {*one.answers} == {*told, "creatinine", "t_score_hip", "vitamin_d", "phosphate", *lists}
    assert one.today == datetime.date(2024, 6, 1)


def test_what_a_record_comes_to_is_kept_and_read_again() -> None:
    (one,) = mapper(DAY).patients([notation.contents(json.dumps(whole()).encode(), "file.json")])
    kept = save_record(shipped(), one.answers, one.today, one.name)
    again, problems = read_record(shipped(), kept, "kept.yaml", DAY, DAY)
    assert problems == []
    assert again is not None
    assert {name: answer.known for name, answer in again.answers.items()} == {
        name: answer.known for name, answer in one.answers.items()
    }

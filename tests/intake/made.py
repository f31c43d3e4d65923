"""Small health records, made here: a woman of 68 and whatever a test says of her, with plain ids."""

from __future__ import annotations

import datetime
import functools
import json
from typing import Any

import tests.shipped
from engine.case import case
from engine.hearing import texts
from engine.intake.record import Record
from engine.intake.records import notation
from engine.intake.records.records import Mapper
from engine.intake.taken import Says
from engine.knowledge_base.model import KnowledgeBase

Object = dict[str, Any]

DAY = datetime.date(2024, 6, 1)
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
ICD, RXNORM, ATC = (
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://www.whocc.no/atc",
)
HER = {"reference": "Patient/one"}
CREATININE, HIP, FOREARM, VITAMIN_D = "2160-0", "38264-8", "38265-5", "62292-8"


def shipped() -> KnowledgeBase:
    return tests.shipped.base()


def prepared() -> case.Prepared:
    return tests.shipped.prepared()


def concept(code: str = "", system: str = LOINC, text: str = "", display: str = "") -> Object:
    coding = {key: value for key, value in (("system", system), ("code", code), ("display", display)) if value}
    return {**({"coding": [coding]} if code or display else {}), **({"text": text} if text else {})}


def patient(**more: Any) -> Object:
    return {"resourceType": "Patient", "id": "one", "birthDate": "1956-03-01", "gender": "female", **more}


def result(code: str, value: Any = None, unit: Any = "", when: Any = "2024-05-01", **more: Any) -> Object:
    quantity = {} if value is None else {"valueQuantity": {"value": value, "unit": unit, "code": unit}}
    dated = {"effectiveDateTime": when} if when else {}
    found = {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(code),
        "subject": HER,
        **dated,
        **quantity,
    }
    return {**found, **more}


def condition(
    code: str, system: str = SNOMED, clinical: str = "active", certain: str = "confirmed", **more: Any
) -> Object:
    return {
        "resourceType": "Condition",
        "clinicalStatus": concept(clinical, "http://terminology.hl7.org/CodeSystem/condition-clinical"),
        "verificationStatus": concept(certain, "http://terminology.hl7.org/CodeSystem/condition-ver-status"),
        "code": concept(code, system),
        "subject": HER,
        **more,
    }


def order(name: Any = "", code: Any = "", system: Any = RXNORM, status: Any = "active", **more: Any) -> Object:
    return {
        "resourceType": "MedicationRequest",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": concept(code, system, name),
        "subject": HER,
        "authoredOn": "2024-03-01",
        **more,
    }


def bundle(*resources: Object, type: str = "collection") -> Object:
    return {"resourceType": "Bundle", "type": type, "entry": [{"resource": one} for one in resources]}


def records(*files: Any, day: datetime.date = DAY, kb: KnowledgeBase | None = None) -> list[Record]:
    """The patients of some files, each given as a value or as its text."""
    read = []
    for at, one in enumerate(files):
        text = one if isinstance(one, bytes) else json.dumps(one).encode()
        read.append(notation.contents(text, f"file{at}.json", at))
    return mapper(day).patients(read) if kb is None else Mapper(kb, day, day, ear()).patients(read)


@functools.cache
def mapper(day: datetime.date) -> Mapper:
    """One mapper serves many records."""
    return Mapper(shipped(), day, day, ear())


def record(*resources: Object, who: Object | None = None, **more: Any) -> Record:
    """The one patient of a Bundle of these resources."""
    (one,) = records(bundle(who or patient(), *resources), **more)
    return one


def given(one: Record) -> dict[str, str]:
    return {name: answer.given for name, answer in one.answers.items() if name not in ("age", "sex")}


def whys(one: Record) -> list[str]:
    assert one.taken is not None
    return [aside.why for aside in one.taken.asides]


@functools.cache
def ear() -> Says:
    """Reads texts of records as the prompt reads lines."""
    return texts.reader(prepared().names)

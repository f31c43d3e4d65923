"""Every status that decides whether something counts, at both of its sides; and what relatives, texts of allergies and
questionnaires say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intake.made import HER, ICD, RXNORM, SNOMED, Object, concept, condition, given, order, record, whys
from tests.intake.test_records import members

OSTEOPOROSIS, HIP_FRACTURE, GASTRECTOMY = "64859006", "5913000", "Z90.3"
CLINICAL, CERTAIN = "http://terminology.hl7.org/CodeSystem/condition-clinical", "ver-status"


def allergy(text: str = "alendronate", certain: str = "confirmed", clinical: str = "active", **more: Any) -> Object:
    found: Object = {"resourceType": "AllergyIntolerance", "patient": HER, "code": {"text": text}}
    if certain:
        found["verificationStatus"] = concept(certain, "http://terminology.hl7.org/CodeSystem/allergyintolerance-ver")
    if clinical:
        found["clinicalStatus"] = concept(clinical, "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical")
    return {**found, **more}


def statement(status: str, kind: str = "MedicationStatement", **more: Any) -> Object:
    given_at = {"effectiveDateTime": "2024-05-01", "occurrenceDateTime": "2024-05-01", "whenHandedOver": "2024-05-20"}
    return {
        "resourceType": kind,
        "status": status,
        "subject": HER,
        "medicationCodeableConcept": {"text": "prednisone 5 MG Oral Tablet"},
        **given_at,
        **more,
    }


def operation(status: Any) -> Object:
    return {"resourceType": "Procedure", "status": status, "subject": HER, "code": concept(GASTRECTOMY, ICD)}


def relative(kin: str, code: str = OSTEOPOROSIS, status: str = "completed", system: str = SNOMED) -> Object:
    return {
        "resourceType": "FamilyMemberHistory",
        "status": status,
        "patient": HER,
        "relationship": concept(kin, "http://terminology.hl7.org/CodeSystem/v3-RoleCode"),
        "condition": [{"code": concept(code, system)}],
    }


NONE_KNOWN = {"code": concept("no-known-problems", "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips")}


@pytest.mark.parametrize(
    ("resource", "counts"),
    [
        # conditions
        (condition(OSTEOPOROSIS), True),
        (condition(OSTEOPOROSIS, verificationStatus=None), True),
        (condition(OSTEOPOROSIS, clinicalStatus=None), True),
        (condition(OSTEOPOROSIS, certain="refuted"), False),
        (condition(OSTEOPOROSIS, certain="entered-in-error"), False),
        (condition(OSTEOPOROSIS, certain="unconfirmed"), False),
        (condition(OSTEOPOROSIS, certain="provisional"), False),
        (condition(OSTEOPOROSIS, certain="differential"), False),
        (condition(OSTEOPOROSIS, clinical="unknown"), False),
        (condition(OSTEOPOROSIS, onsetDateTime="2024-06-02"), False),
        (condition(OSTEOPOROSIS, onsetDateTime="2024-06-01"), True),
        # operations
        *((operation(status), True) for status in ("completed", "in-progress")),
        *(
            (operation(status), False)
            for status in ("preparation", "not-done", "on-hold", "stopped", "entered-in-error", "unknown", None, 7)
        ),
        # orders
        *((order("prednisone 5 MG", status=status), True) for status in ("active", "completed", "stopped", "on-hold")),
        *(
            (order("prednisone 5 MG", status=status), False)
            for status in ("draft", "cancelled", "entered-in-error", "unknown", "", None)
        ),
        *((order("prednisone 5 MG", intent=intent), True) for intent in ("order", "original-order", "filler-order")),
        *((order("prednisone 5 MG", intent=intent), False) for intent in ("plan", "proposal", "option", "", None)),
        (order("prednisone 5 MG", doNotPerform=True), False),
        (order("prednisone 5 MG", doNotPerform=False), True),
        (order("prednisone 5 MG", authoredOn="2024-06-02"), False),
        # statements
        *((statement(status), True) for status in ("active", "completed", "stopped", "on-hold", "recorded")),
        *((statement(status), False) for status in ("not-taken", "intended", "entered-in-error", "draft", "unknown")),
        (statement("recorded", "MedicationUsage", adherence={"code": concept("taking", "x")}), True),
        (statement("recorded", "MedicationUsage", adherence={"code": concept("not-taking", "x")}), False),
        # doses and packages
        (statement("completed", "MedicationAdministration"), True),
        *(
            (statement(status, "MedicationAdministration"), False)
            for status in ("not-done", "in-progress", "on-hold", "entered-in-error", "stopped", "unknown")
        ),
        (statement("completed", "MedicationDispense"), True),
        *(
            (statement(status, "MedicationDispense"), False)
            for status in ("preparation", "declined", "cancelled", "entered-in-error", "stopped", "unknown")
        ),
        # intolerances
        (allergy(), True),
        (allergy(certain="", clinical=""), True),
        (allergy(certain="unconfirmed"), True),
        (allergy(certain="presumed"), True),
        (allergy(certain="refuted"), False),
        (allergy(certain="entered-in-error", clinical=""), False),
        (allergy(clinical="resolved"), False),
        (allergy(clinical="inactive"), False),
        # nothing known of
        ({**condition(""), **NONE_KNOWN}, True),
        ({**condition("", certain="entered-in-error"), **NONE_KNOWN}, False),
        ({**condition("", clinical="resolved"), **NONE_KNOWN}, False),
        (allergy("", code=concept("716186003", SNOMED)), True),
        (allergy("", certain="refuted", code=concept("716186003", SNOMED)), False),
        (allergy("", clinical="inactive", code=concept("716186003", SNOMED)), False),
        (statement("active", medicationCodeableConcept=concept("no-known-medications", "ips")), True),
        (statement("entered-in-error", medicationCodeableConcept=concept("no-known-medications", "ips")), False),
        # relatives
        (relative("MTH"), True),
        (relative("MTH", status="partial"), True),
        (relative("MTH", status="entered-in-error"), False),
        (relative("MTH", status="health-unknown"), False),
        (relative("STPMTH"), False),
        (relative("MTHINLAW"), False),
        (relative("SPS"), False),
    ],
)
def test_a_status_decides_whether_it_counts(resource: Object, counts: bool) -> None:
    one = record(resource)
    assert bool(given(one)) is counts
    assert counts or whys(one)


@pytest.mark.parametrize(
    ("kin", "code", "system", "finding"),
    [
        ("MTH", HIP_FRACTURE, SNOMED, "parent_hip_fracture"),
        ("FTH", "S72.01", ICD, "parent_hip_fracture"),
        ("SIS", HIP_FRACTURE, SNOMED, ""),
        ("MTH", "S52.5", ICD, ""),
        ("BRO", OSTEOPOROSIS, SNOMED, "family_history_osteoporosis"),
        ("DAUC", OSTEOPOROSIS, SNOMED, ""),
        ("DAUC", "C50.9", ICD, "family_breast_cancer"),
        ("MAUNT", "C50.9", ICD, ""),
        ("SONC", "E83.31", ICD, "family_soft_bones"),
        ("FTH", "E21.0", ICD, "family_calcium_disorder"),
    ],
)
def test_what_a_relative_had_answers_what_is_asked_of_the_family(
    kin: str, code: str, system: str, finding: str
) -> None:
    assert given(record(relative(kin, code, system=system))) == ({finding: "yes"} if finding else {})


def test_a_relative_called_in_words_is_one_too() -> None:
    told = {**relative("", HIP_FRACTURE), "relationship": {"text": "Mother"}}
    assert given(record(told)) == {"parent_hip_fracture": "yes"}
    assert given(record({**told, "relationship": {"text": "Mother-in-law"}})) == {}


@pytest.mark.parametrize(
    ("resource", "medicine"),
    [
        (allergy("Allergy to alendronate"), "alendronate"),
        (allergy("Alendronate allergy"), "alendronate"),
        (allergy("Product containing denosumab (product)"), "denosumab or denosumab_cancer_dose"),
        (allergy("", code=concept("46041", RXNORM)), "alendronate"),
        (allergy("", code=None, reaction=[{"substance": {"text": "Raloxifene"}}]), "raloxifene"),
    ],
)
def test_an_intolerance_is_found_by_code_name_or_substance(resource: Object, medicine: str) -> None:
    assert members(record(resource), "intolerances") == [set(medicine.split(" or "))]


def test_an_intolerance_that_nobody_confirmed_counts_with_a_word() -> None:
    one = record(allergy(certain="unconfirmed"))
    assert one.taken is not None
    assert any("not confirmed" in notice for notice in one.taken.notices)


@pytest.mark.parametrize(
    ("code", "system", "wanted"),
    [
        ("Z78.0", ICD, {"menopausal_status": "postmenopausal"}),
        ("Z82.62", ICD, {"family_history_osteoporosis": "yes"}),
        ("449868002", SNOMED, {"smoking": "current"}),
        ("17621005", SNOMED, {}),
    ],
)
def test_an_entry_of_a_problem_list_may_answer_a_finding(code: str, system: str, wanted: Object) -> None:
    assert given(record(condition(code, system))) == wanted
    assert given(record(condition(code, system, clinical="resolved"))) == {}
    assert given(record(condition(code, system, certain="refuted"))) == {}


def test_a_fracture_of_weakened_bone_has_a_site_even_where_none_is_told() -> None:
    for code, site in (("M80.00XA", "other_site"), ("M80.08XA", "vertebra"), ("M80.061A", "other_site")):
        assert given(record(condition(code, ICD)))["fractures"] == f"[{{site: {site}, cause: low_trauma}}, ...]"

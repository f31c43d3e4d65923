"""Health records as they come: what is taken over, what is set aside and why, and whose each thing is."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest

from engine.intake.records import notation
from engine.values.problems import Refused
from engine.values.value import Choice, Number, Records, Word
from tests.intake.made import (
    ATC,
    CREATININE,
    DAY,
    FOREARM,
    HER,
    HIP,
    ICD,
    LOINC,
    SNOMED,
    VITAMIN_D,
    Object,
    bundle,
    concept,
    condition,
    given,
    order,
    patient,
    prepared,
    record,
    records,
    result,
    whys,
)

OSTEOPOROSIS, COLLES = "64859006", "263102004"


def number(one: Any, name: str) -> Decimal | None:
    known = one.answers[name].known
    assert isinstance(known, Number)
    return known.last.interval.exact


def members(one: Any, name: str) -> list[set[str]]:
    known = one.answers[name].known
    assert isinstance(known, Records)
    key = "site" if name == "fractures" else "name"
    return [set(entry.fields[key].members) for entry in known.entries]


# --- who it is --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "age"),
    [("1956-06-01", "68"), ("1956-06-02", "67"), ("1956", "67..68"), ("1956-06", "67..68"), ("1956-05", "68")],
)
def test_age_is_that_of_the_day_as_far_as_the_birth_is_known(born: str, age: str) -> None:
    assert record(who=patient(birthDate=born)).answers["age"].given == age


def test_a_birth_that_cannot_be_is_set_aside() -> None:
    for born in ("2024-06-02", "1956-02-30", 1956):
        one = record(who=patient(birthDate=born))
        assert "age" not in one.answers
        assert "is no date of birth" in whys(one)[0]


def us_core(name: str, **value: Any) -> Object:
    return {"url": f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{name}", **value}


@pytest.mark.parametrize(
    ("extension", "gender", "sex"),
    [
        (us_core("individual-sex", valueCoding={"system": SNOMED, "code": "248152002"}), None, "female"),
        (us_core("sex", valueCode="248153007"), None, "male"),
        (us_core("birthsex", valueCode="M"), "female", "male"),
        (us_core("race", valueCode="M"), "female", "female"),
    ],
)
def test_sex_is_read_from_the_extension_before_the_gender(extension: Object, gender: str | None, sex: str) -> None:
    one = record(who=patient(extension=[extension], **({"gender": gender} if gender else {})))
    assert one.answers["sex"].known == Choice(frozenset({sex}))


@pytest.mark.parametrize("gender", ["other", "unknown"])
def test_a_gender_that_is_no_sex_stays_unknown_and_is_said(gender: str) -> None:
    one = record(who=patient(gender=gender))
    assert "sex" not in one.answers
    assert one.taken is not None
    assert any(gender in notice for notice in one.taken.notices)


def test_who_died_is_read_as_on_the_day_of_death() -> None:
    one = record(who=patient(deceasedDateTime="2020-01-05T03:00:00Z"))
    assert (one.today, one.answers["age"].given) == (datetime.date(2020, 1, 5), "63")
    assert one.taken is not None
    assert "The patient died on 2020-01-05, and is told of as on that day." in one.taken.notices


# --- results ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "unit", "name", "wanted"),
    [
        (HIP, -2.71, "{T-score}", "t_score_hip", "-2.71"),
        (HIP, -2.71, "1", "t_score_hip", "-2.71"),
        (HIP, -2.71, "", "t_score_hip", "-2.71"),
        (CREATININE, 1, "mg/dL", "creatinine", "88.4"),
        (VITAMIN_D, 20, "ng/mL", "vitamin_d", "49.92"),
        ("3016-3", 2.5, "m[IU]/L", "tsh", "2.5"),
        ("62238-1", 55, "mL/min/{1.73_m2}", "egfr", "55"),
        ("6690-2", 6.1, "10*3/uL", "white_cells", "6.1"),
        ("29463-7", 154, "[lb_av]", "weight", "69.85322498"),
    ],
)
def test_a_result_is_read_in_the_unit_it_comes_in(code: str, value: float, unit: str, name: str, wanted: str) -> None:
    found = number(record(result(code, value, unit)), name)
    assert found is not None
    assert abs(found - Decimal(wanted)) < Decimal("0.1")


@pytest.mark.parametrize(
    ("code", "value", "unit", "why"),
    [
        ("38263-0", 0.889, "g/cm2", "is not measured in g/cm2"),
        (HIP, -27, "{T-score}", "outside what is plausible"),
        (CREATININE, 80, "", "of what"),
        (CREATININE, 80, "furlongs", "the unit 'furlongs' is not known"),
        (CREATININE, "many", "umol/L", "its value is no number"),
        (CREATININE, True, "umol/L", "its value is no number"),
        (CREATININE, float("inf"), "umol/L", "its value is no number"),
    ],
)
def test_a_value_that_cannot_be_costs_itself_alone(code: str, value: Any, unit: str, why: str) -> None:
    one = record(result(code, value, unit), result(VITAMIN_D, 50, "nmol/L"))
    assert [*given(one)] == ["vitamin_d"]
    assert why in whys(one)[0]
    assert one.taken is not None
    assert one.taken.asides[0].path == "file0.json: entry[1].resource"


def test_a_value_that_cannot_be_makes_room_for_the_one_before() -> None:
    one = record(result(CREATININE, 9e6, "umol/L", "2024-05-01"), result(CREATININE, 80, "umol/L", "2024-04-01"))
    assert given(one)["creatinine"] == "{value: 80 umol/L, date: 2024-04-01}"


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "preliminary"])
def test_a_result_counts_once_it_is_there(status: str) -> None:
    one = record(result(HIP, -2, status=status))
    assert "t_score_hip" in one.answers
    assert one.taken is not None
    assert bool(one.taken.notices) is (status == "preliminary")


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered", "unknown", None, 7])
def test_a_result_that_is_none_never_counts(status: Any) -> None:
    one = record(result(HIP, -2, status=status))
    assert given(one) == {}
    assert "status" in whys(one)[0]


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (
            {"valueQuantity": {"value": 10, "comparator": "<", "unit": "nmol/L"}},
            "{value: < 10 nmol/L, date: 2024-05-01}",
        ),
        ({"valueString": "< 10 nmol/L"}, "{value: < 10 nmol/L, date: 2024-05-01}"),
        (
            {"valueRange": {"low": {"value": 20, "unit": "nmol/L"}, "high": {"value": 30, "unit": "nmol/L"}}},
            "{value: 20..30 nmol/L, date: 2024-05-01}",
        ),
        ({"interpretation": [concept("L", "v3")]}, "{value: low, date: 2024-05-01}"),
        (
            {
                "valueQuantity": {"value": 40, "unit": "nmol/L"},
                "referenceRange": [{"low": {"value": 30, "unit": "nmol/L"}, "high": {"value": 90, "unit": "nmol/L"}}],
            },
            "{value: 40 nmol/L, range: 30..90 nmol/L, date: 2024-05-01}",
        ),
        (
            {
                "valueQuantity": {"value": 40, "unit": "nmol/L"},
                "referenceRange": [{"low": {"value": 30, "unit": "nmol/L"}, "appliesTo": [concept("pregnant")]}],
            },
            "{value: 40 nmol/L, date: 2024-05-01}",
        ),
    ],
)
def test_a_value_comes_in_many_forms(more: Object, wanted: str) -> None:
    assert given(record(result(VITAMIN_D, **more))) == {"vitamin_d": wanted}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"dataAbsentReason": concept("not-performed", "absent")}, "there is no result: not-performed"),
        ({"valueQuantity": {"value": 10, "comparator": "ad", "unit": "nmol/L"}}, "'ad' before its number"),
        ({"valueSampledData": {"data": "1 2 3"}}, "a valueSampledData is not read"),
        (
            {"valueQuantity": {"value": 40, "unit": "nmol/L"}, "dataAbsentReason": concept("error", "absent")},
            "beside the reason why there is none",
        ),
        ({"valueQuantity": [7]}, "its value cannot be read"),
        ({}, "there is no value in it"),
        ({"valueQuantity": {"value": 40, "unit": "nmol/L"}, "focus": [{"reference": "Patient/two"}]}, "somebody"),
    ],
)
def test_what_holds_no_value_of_hers_is_named(more: Object, why: str) -> None:
    one = record(result(VITAMIN_D, **more))
    assert given(one) == {}
    assert why in whys(one)[0]


def test_a_reference_range_decides_what_is_low() -> None:
    one = record(
        result("17861-6", 8.6, "mg/dL", referenceRange=[{"low": {"value": 8.8}, "high": {"value": 10.4}}]),
        result(VITAMIN_D, interpretation=[concept("H", "v3")]),
    )
    assert "range: 8.8..10.4 mg/dL" in given(one)["calcium"]
    known = one.answers["vitamin_d"].known
    assert isinstance(known, Number)
    assert known.last.word is Word.HIGH


def test_components_are_results_of_their_own() -> None:
    parts = [
        {"code": concept(HIP), "valueQuantity": {"value": -2.2}},
        {"code": concept("38267-1"), "valueQuantity": {"value": -1.1, "code": "g/cm2"}},
        {"code": concept("no-such"), "valueQuantity": {"value": -1.1}},
    ]
    one = record(result("38269-7", component=parts))
    assert [*given(one)] == ["t_score_hip"]
    assert one.taken is not None
    assert one.taken.asides[0].path == "file0.json: entry[1].resource.component[1]"


def test_the_latest_three_are_kept_by_the_instant_and_not_by_the_order() -> None:
    one = record(
        result(CREATININE, 70, "umol/L", "2024-05-04T01:00:00+09:00"),  # 3 May in Greenwich
        result(CREATININE, 80, "umol/L", "2024-05-03T23:00:00Z"),
        result(CREATININE, 60, "umol/L", "2022-01-01"),
        result(CREATININE, 50, "umol/L", "2021-01-01"),
        result(CREATININE, 40, "umol/L", "2020"),
    )
    assert number(one, "creatinine") == 80
    assert one.answers["creatinine"].given.count("value") == 3
    assert one.taken is not None
    assert one.taken.older == 2


def test_of_two_sides_on_one_day_the_lower_counts_and_is_said() -> None:
    one = record(result("80945-9", -1.0, "{T-score}"), result("80946-7", -2.6, "{T-score}"))
    assert number(one, "t_score_hip") == Decimal("-2.6")
    assert one.taken is not None
    assert any("the lowest was taken" in notice for notice in one.taken.notices)
    assert one.answers["t_score_hip"].given.count("value") == 1


def test_of_two_results_of_one_day_that_differ_both_are_kept_and_said() -> None:
    one = record(result(CREATININE, 80, "umol/L"), result(CREATININE, 200, "umol/L"), result(CREATININE, 80, "umol/L"))
    known = one.answers["creatinine"].known
    assert isinstance(known, Number)
    assert {result.interval.exact for result in known.results} == {80, 200}
    assert one.taken is not None
    assert any("several results on 2024-05-01 differ" in notice for notice in one.taken.notices)


def test_what_is_old_rests_on_nothing() -> None:
    from engine.assessment import judgement
    from engine.case import opening

    def established(when: str) -> set[str]:
        one = record(result(HIP, -1.8, "{T-score}", when))
        verdict = judgement.judge(opening.finished(prepared(), one, opening.Terms(as_of=DAY)))
        return {told.id for told in verdict.diagnoses if told.status == "established"}

    assert "osteopenia" in established("2022-01-01")
    assert "osteopenia" not in established("2009-01-01")


def test_a_result_of_tomorrow_is_set_aside() -> None:
    one = record(result(HIP, -2.0, when="2024-06-02"), result(FOREARM, -2.0, when="2024-06-01T23:59:59+00:00"))
    assert [*given(one)] == ["t_score_forearm"]
    assert "after the day of this report" in whys(one)[0]


def test_a_day_that_is_none_is_set_aside() -> None:
    assert "'2024-02-30' is no date" in whys(record(result(HIP, -2.0, when="2024-02-30")))[0]


def test_a_filtration_by_race_is_ignored_with_a_word() -> None:
    one = record(result("48643-1", 88, "mL/min/{1.73_m2}"), result("98979-8", 61, "mL/min/{1.73_m2}"))
    assert number(one, "egfr") == 61
    assert "race" in whys(one)[0]


@pytest.mark.parametrize(
    ("code", "smoking"),
    [("266919005", "never"), ("8517006", "former"), ("449868002", "current"), ("77176002", "current")],
)
def test_smoking_is_read_by_its_code(code: str, smoking: str) -> None:
    one = record(result("72166-2", valueCodeableConcept=concept(code, SNOMED)))
    assert given(one)["smoking"] == f"{{value: {smoking}, date: 2024-05-01}}"


def test_a_pregnancy_counts_for_as_long_as_one_lasts() -> None:
    code = {"valueCodeableConcept": concept("77386006", SNOMED)}
    young = patient(birthDate="1990-01-01")
    assert given(record(result("82810-3", when="2024-03-01", **code), who=young)) == {
        "pregnancy": "{value: yes, date: 2024-03-01}"
    }
    late = record(result("82810-3", when="2023-03-01", **code), who=young)
    assert given(late) == {}
    assert "over by now" in whys(late)[0]


def test_a_code_without_its_system_is_tried_and_said() -> None:
    one = record({**result(HIP, -2.2), "code": {"coding": [{"code": HIP}]}})
    assert number(one, "t_score_hip") == Decimal("-2.2")
    assert one.taken is not None
    assert any(f"the code {HIP} has no system" in notice for notice in one.taken.notices)
    assert given(record({**result(HIP, -2.2), "code": concept(HIP, "urn:oid:1.2.3")})) == {}


def test_what_cannot_be_of_her_is_set_aside() -> None:
    one = record(
        result("82810-3", when="2024-03-01", valueCodeableConcept=concept("77386006", SNOMED)),
        who=patient(gender="male"),
    )
    assert given(one) == {}
    assert "does not apply" in whys(one)[0]


# --- conditions, fractures, symptoms ----------------------------------------------------------------------------------


@pytest.mark.parametrize("certain", ["refuted", "entered-in-error", "unconfirmed", "provisional", "differential"])
def test_what_is_not_certain_is_no_fact(certain: str) -> None:
    one = record(condition(OSTEOPOROSIS, certain=certain), condition("S72.0", ICD, certain=certain))
    assert given(one) == {}
    assert len(whys(one)) == 2


@pytest.mark.parametrize(
    ("clinical", "more", "wanted"),
    [
        ("active", {}, "{name: osteoporosis}"),
        ("recurrence", {"onsetDateTime": "2019-03"}, "{name: osteoporosis, date: 2019-03}"),
        ("resolved", {"abatementDateTime": "2020-05-01T10:00:00Z"}, "{name: osteoporosis, stopped: 2020-05-01}"),
        ("inactive", {}, "{name: osteoporosis, stopped: yes}"),
        ("active", {"onsetAge": {"value": 60, "code": "a"}}, "{name: osteoporosis, age_at: 60}"),
    ],
)
def test_a_condition_is_there_or_over(clinical: str, more: Object, wanted: str) -> None:
    assert given(record(condition(OSTEOPOROSIS, clinical=clinical, **more))) == {"conditions": f"[{wanted}, ...]"}


def test_lists_are_open_but_for_a_word_that_they_are_empty() -> None:
    opened = record(condition(OSTEOPOROSIS)).answers["conditions"].known
    assert isinstance(opened, Records)
    assert not opened.complete
    for code, name in (("no-known-problems", "conditions"), ("160245001", "conditions")):
        closed = record(condition(code, "absent")).answers[name].known
        assert closed == Records()
    assert given(record(order(code="no-known-medications", system="absent"))) == {"medicines": "none"}


@pytest.mark.parametrize(("reason", "closed"), [("nilknown", True), ("unavailable", False), ("notasked", False)])
def test_an_empty_section_closes_a_list_only_where_nothing_is_known_to_be(reason: str, closed: bool) -> None:
    section = {"code": concept("10160-0"), "emptyReason": concept(reason, "list-empty-reason")}
    one = record({"resourceType": "Composition", "status": "final", "subject": HER, "section": [section]})
    assert ("medicines" in one.answers) is closed


def test_an_entry_beside_none_known_wins() -> None:
    one = record(condition("no-known-problems", "absent"), condition(OSTEOPOROSIS))
    assert given(one) == {"conditions": "[{name: osteoporosis}, ...]"}


def test_a_broken_bone_keeps_its_day_and_has_no_cause() -> None:
    one = record(condition(COLLES, onsetDateTime="2013-06-29T08:00:00+02:00", clinical="resolved"))
    assert given(one) == {"fractures": "[{site: forearm, date: 2013-06-29}, ...]"}


def test_a_code_of_weakened_bone_says_the_cause_and_the_disease() -> None:
    one = record(condition("M80.08XA", ICD, onsetDateTime="2023-01-01"))
    assert given(one)["fractures"] == "[{site: vertebra, cause: low_trauma, date: 2023-01-01}, ...]"
    assert members(one, "conditions") == [{"osteoporosis"}]


def test_a_femur_without_its_part_is_one_of_its_parts() -> None:
    (site,) = members(record(condition("S72.90XA", ICD)), "fractures")
    assert {"hip", "femoral_shaft"} < site


def test_one_fracture_coded_twice_is_one() -> None:
    first = condition("S52.501A", ICD, onsetDateTime="2020-01-01")
    again = condition("S52.501D", ICD)
    other = condition("S52.501A", ICD, onsetDateTime="2022-01-01")
    assert len(members(record(first, again), "fractures")) == 1
    assert len(members(record(first, again, other), "fractures")) == 2


def test_a_condition_listed_again_is_one_as_it_stands() -> None:
    over = condition(OSTEOPOROSIS, clinical="resolved", onsetDateTime="2010")
    now = condition("M81.0", ICD, onsetDateTime="2015")
    assert given(record(over, now)) == {"conditions": "[{name: osteoporosis, date: 2015}, ...]"}
    assert given(record(now, over)) == {"conditions": "[{name: osteoporosis, date: 2015}, ...]"}


def test_the_longest_code_decides() -> None:
    assert members(record(condition("E21.0", ICD)), "conditions") == [{"primary_hyperparathyroidism"}]
    assert members(record(condition("E21.1", ICD)), "conditions") == [{"secondary_hyperparathyroidism"}]
    assert "conditions" not in record(condition("E21.3", ICD)).answers


def test_codes_of_other_countries_are_read_as_far_as_they_mean_the_same() -> None:
    one = record(
        condition("M80.08", "http://fhir.de/CodeSystem/bfarm/icd-10-gm")
    )  # its fifth sign is another site there
    assert members(one, "conditions") == [{"osteoporosis"}]
    assert members(one, "fractures") == [{"other_site"}]
    assert members(record(condition("S72.00", "http://hl7.org/fhir/sid/icd-10")), "fractures") == [{"hip"}]


def test_words_alone_are_read_where_they_are_a_name() -> None:
    assert members(record({**condition(""), "code": {"text": "Osteoporosis (disorder)"}}), "conditions") == [
        {"osteoporosis"}
    ]
    one = record({**condition(""), "code": {"text": "Family history of osteoporosis"}})
    assert given(one) == {}
    assert one.taken is not None
    assert one.taken.unknown[0].display == "Family history of osteoporosis"


def test_relatives_are_somebody_else() -> None:
    history = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "patient": HER,
        "relationship": concept("MTH", "role", "mother"),
        "condition": [{"code": concept(OSTEOPOROSIS, SNOMED)}],
    }
    one = record({**history, "condition": [{"code": concept("709044004", SNOMED)}]})
    assert given(one) == {}
    assert "relative" in whys(one)[0]
    assert "conditions" not in record(history).answers


@pytest.mark.parametrize(
    ("status", "there"),
    [("completed", True), ("in-progress", True), ("not-done", False), ("preparation", False), (None, False)],
)
def test_an_operation_counts_once_it_was_done(status: str | None, there: bool) -> None:
    done = {"resourceType": "Procedure", "status": status, "code": concept("426738005", SNOMED), "subject": HER}
    one = record({**done, "performedDateTime": "2019-02-03"})
    assert ("conditions" in one.answers) is there
    if there:
        assert given(one)["conditions"] == "[{name: bariatric_surgery, date: 2019-02-03}, ...]"


def test_a_symptom_began_and_ended() -> None:
    one = record(condition("R29.0", ICD, onsetDateTime="2024-01-01"))
    assert given(one) == {"symptoms": "[{name: tetany, started: 2024-01-01}, ...]"}


def test_an_allergy_to_a_medicine_is_an_intolerance() -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": concept("active", "clinical"),
        "code": concept("", text="Alendronate"),
        "patient": HER,
    }
    assert given(record(allergy)) == {"intolerances": "[{name: alendronate}, ...]"}
    assert given(record({**allergy, "verificationStatus": concept("refuted", "ver")})) == {}
    assert given(record({**allergy, "code": concept("716186003", SNOMED)})) == {"intolerances": "none"}
    assert given(record({**allergy, "code": concept("", text="Peanuts")})) == {}


# --- whose it is ------------------------------------------------------------------------------------------------------


def test_results_of_two_patients_of_one_bundle_stay_apart() -> None:
    two = {**patient(id="two"), "birthDate": "1940-01-01"}
    theirs = {**result(HIP, -3.3), "subject": {"reference": "Patient/two"}}
    first, second = records(bundle(patient(), two, theirs, result(HIP, -1.1)))
    assert (number(first, "t_score_hip"), number(second, "t_score_hip")) == (Decimal("-1.1"), Decimal("-3.3"))


@pytest.mark.parametrize(
    "reference",
    ["Patient/one", "Patient/one/_history/3", "urn:uuid:one", "http://a.example/fhir/Patient/one"],
)
def test_a_patient_is_referred_to_in_many_ways(reference: str) -> None:
    entry = {"fullUrl": "http://a.example/fhir/Patient/one", "resource": patient()}
    theirs = {"resource": {**result(HIP, -1.1), "subject": {"reference": reference}}}
    (one,) = records({"resourceType": "Bundle", "type": "searchset", "entry": [entry, theirs]})
    assert "t_score_hip" in one.answers


def test_the_same_id_on_two_servers_is_two_patients() -> None:
    def held(server: str, score: float) -> list[Object]:
        base = f"http://{server}.example/fhir"
        return [
            {
                "fullUrl": f"{base}/Patient/one",
                "resource": patient(birthDate="1950-01-01" if server == "b" else "1956-03-01"),
            },
            {"fullUrl": f"{base}/Observation/{server}", "resource": result(HIP, score)},
        ]

    first, second = records(
        {"resourceType": "Bundle", "type": "searchset", "entry": [*held("a", -1.1), *held("b", -3.3)]}
    )
    assert (number(first, "t_score_hip"), number(second, "t_score_hip")) == (Decimal("-1.1"), Decimal("-3.3"))


def test_two_patients_of_one_id_in_two_files_keep_their_own_and_share_nothing() -> None:
    mine = bundle(patient(), result(HIP, -1.1))
    theirs = bundle(patient(birthDate="1940-01-01"), result(HIP, -3.3))
    first, second = records(mine, theirs, result(FOREARM, -2.0))
    assert (number(first, "t_score_hip"), number(second, "t_score_hip")) == (Decimal("-1.1"), Decimal("-3.3"))
    assert "t_score_forearm" not in first.answers
    assert "t_score_forearm" not in second.answers
    assert any("several patients are called" in why for why in whys(first))


def test_two_versions_of_one_patient_are_one() -> None:
    later = patient(deceasedDateTime="2020-01-05")
    (one,) = records(bundle(patient(), later, result(HIP, -1.1, when="2019-01-01"), type="history"))
    assert (one.today, "t_score_hip" in one.answers) == (datetime.date(2020, 1, 5), True)


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        (None, "does not say whose"),
        ({"reference": "Group/g"}, "of no patient but of Group/g"),
        ({"reference": "#p"}, "inside it alone"),
        ({"display": "her sister"}, "does not say whose"),
        ("Patient/one", "cannot be read"),
        ({"identifier": {"system": "urn:mrn", "value": "9"}}, "no patient has this identifier"),
    ],
)
def test_what_is_nobodys_counts_for_nobody(subject: Any, why: str) -> None:
    one = record(
        {**result(HIP, -2.2), "subject": subject}
        if subject
        else {k: v for k, v in result(HIP, -2.2).items() if k != "subject"}
    )
    assert given(one) == {}
    assert why in whys(one)[0]


def test_an_identifier_names_her_too() -> None:
    her = patient(identifier=[{"system": "urn:mrn", "value": "7"}])
    theirs = {**result(HIP, -2.2), "subject": {"identifier": {"system": "urn:mrn", "value": "7"}}}
    assert "t_score_hip" in record(theirs, who=her).answers


def test_files_of_one_line_are_put_together_by_subject() -> None:
    (one,) = records(result(HIP, -1.6), patient(), result(FOREARM, -2.0))
    assert {*one.answers} == {"age", "sex", "t_score_hip", "t_score_forearm"}


def test_a_subject_that_nobody_describes_has_no_age_and_no_sex() -> None:
    (one,) = records(result(HIP, -1.6))
    assert {*one.answers} == {"t_score_hip"}
    assert one.taken is not None
    assert "No Patient resource describes Patient/one: age and sex are unknown." in one.taken.notices


# --- forms ------------------------------------------------------------------------------------------------------------


def lines(*resources: Object) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in resources)


@pytest.mark.parametrize(
    "text",
    [
        lines(patient(), result(HIP, -1.6)),
        lines(patient(), result(HIP, -1.6)) + b"\n\n",
        b"\xef\xbb\xbf" + json.dumps(bundle(patient(), result(HIP, -1.6)), indent=2).encode(),
        json.dumps([patient(), result(HIP, -1.6)]).encode(),
        json.dumps(bundle(bundle(patient(), result(HIP, -1.6)))).encode(),
        *(json.dumps(bundle(patient(), result(HIP, -1.6), type=kind)).encode() for kind in ("transaction", "document")),
    ],
)
def test_a_record_comes_in_many_forms(text: bytes) -> None:
    (one,) = records(text)
    assert number(one, "t_score_hip") == Decimal("-1.6")


def test_a_line_that_is_broken_costs_itself_alone() -> None:
    (one,) = records(lines(patient(), result(HIP, -1.6)) + b'\n{"resourceType": "Obs\n' + lines(result(FOREARM, -2.0)))
    assert {"t_score_hip", "t_score_forearm"} < {*one.answers}
    assert one.taken is not None
    assert one.taken.asides[0].path == "file0.json:3"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"resourceType": "Bundle", "entry": [', "OL370"),
        (b'{"resourceType": "Patient"\xff}', "OL370"),
        (b"[" * 100_000 + b'"resourceType"', "OL370"),
        (b'{"entry": [{"resourceType": 7}]}', "OL371"),
        (b"[]", "OL371"),
        (b'{"resourceType": "Bundle", "entry": []}', "OL371"),
    ],
)
def test_what_is_no_record_is_refused_with_a_hint(text: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        notation.contents(text, "file.json")
    (problem,) = refused.value.problems
    assert (problem.code, bool(problem.hint)) == (code, True)


def test_both_releases_are_read_by_the_same_hands() -> None:
    new = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medication": {"concept": concept(text="alendronate 70 mg tablet")},
        "subject": HER,
    }
    assert members(record(new), "medicines") == [{"alendronate"}]
    usage = {
        "resourceType": "MedicationUsage",
        "status": "recorded",
        "adherence": {"code": concept("taking", "adherence")},
        "medication": {"concept": concept("M05BA04", ATC)},
        "subject": HER,
    }
    assert members(record(usage), "medicines") == [{"alendronate"}]
    assert given(record({**usage, "adherence": {"code": concept("not-taking", "adherence")}})) == {}


def test_every_code_that_was_not_understood_is_counted() -> None:
    miss = condition("444814009")
    one = record(miss, miss, {**condition(""), "code": {}}, {"resourceType": "Encounter", "subject": HER})
    assert one.taken is not None
    assert [(told.code, told.times) for told in one.taken.unknown] == [("444814009", 2), ("", 1)]
    assert one.taken.passed == {"Encounter": 1}
    assert one.today == DAY
    assert LOINC not in {told.system for told in one.taken.unknown}

"""Medicines of records: each bone medicine and steroid is found, told apart by route, strength and company."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any

import pytest

from engine.intake.answers.sheet import Sheet
from engine.intake.records.products import Products, product
from engine.values.value import Number, Records
from tests.intake.made import (
    ATC,
    HER,
    RXNORM,
    SNOMED,
    Object,
    bundle,
    concept,
    given,
    order,
    patient,
    record,
    records,
    shipped,
    whys,
)

NAMES = {
    "Alendronic acid 10 MG Oral Tablet": "alendronate",
    "alendronate sodium 70 MG Oral Tablet [Fosamax]": "alendronate",
    "risedronate sodium 35 MG Delayed Release Oral Tablet [Atelvia]": "risedronate",
    "ibandronic acid 150 MG Oral Tablet": "ibandronate",
    "3 ML ibandronic acid 1 MG/ML Prefilled Syringe [Boniva]": "ibandronate",
    "6 ML ibandronic acid 1 MG/ML Injection": "ibandronate_cancer_dose",
    "ibandronic acid 50 MG Oral Tablet [Bondronat]": "ibandronate_cancer_dose",
    "100 ML zoledronic acid 0.05 MG/ML Injection [Reclast]": "zoledronate",
    "zoledronic acid 5 mg": "zoledronate",
    "5 ML zoledronic acid 0.8 MG/ML Injection [Zometa]": "zoledronate_cancer_dose",
    "100 ML zoledronic acid 0.04 MG/ML Injection": "zoledronate_cancer_dose",
    "1 ML denosumab 60 MG/ML Prefilled Syringe [Prolia]": "denosumab",
    "1 ML denosumab-bbdz 60 MG/ML Prefilled Syringe [Jubbonti]": "denosumab",
    "1.7 ML denosumab 70 MG/ML Injection [Xgeva]": "denosumab_cancer_dose",
    "denosumab 120 mg": "denosumab_cancer_dose",
    "raloxifene hydrochloride 60 MG Oral Tablet [Evista]": "raloxifene",
    "bazedoxifene 20 MG Oral Tablet": "bazedoxifene",
    "calcitonin salmon 200 UNT/ACTUAT Metered Dose Nasal Spray [Miacalcin]": "calcitonin",
    "2.4 ML teriparatide 0.25 MG/ML Pen Injector [Forteo]": "teriparatide",
    "1.56 ML abaloparatide 2 MG/ML Pen Injector [Tymlos]": "abaloparatide",
    "1.17 ML romosozumab 89.7 MG/ML Prefilled Syringe [Evenity]": "romosozumab",
    "strontium ranelate 2000 MG Granules": "strontium_ranelate",
    "10 ML pamidronate disodium 3 MG/ML Injection": "pamidronate",
    "etidronate disodium 400 MG Oral Tablet": "etidronate",
    "clodronate disodium 800 MG Oral Tablet": "clodronate",
    "prednisoLONE 5 MG Oral Tablet": "prednisolone",
    "predniSONE 5 MG Oral Tablet [Deltasone]": "prednisone",
    "{21 (methylPREDNISolone 4 MG Oral Tablet) } Pack [Medrol Dosepak]": "methylprednisolone",
    "hydrocortisone 10 MG Oral Tablet [Cortef]": "hydrocortisone",
    "dexamethasone 4 MG Oral Tablet": "dexamethasone",
    "betamethasone 0.5 MG Oral Tablet": "betamethasone",
    "cortisone acetate 25 MG Oral Tablet": "cortisone",
    "deflazacort 6 MG Oral Tablet [Emflaza]": "deflazacort",
    "triamcinolone 4 MG Oral Tablet": "triamcinolone_by_mouth",
    "triamcinolone acetonide 40 MG/ML Injectable Suspension [Kenalog]": "steroid_injection",
    "budesonide 3 MG Delayed Release Oral Capsule [Entocort]": "budesonide_oral",
    "budesonide 0.18 MG/ACTUAT Dry Powder Inhaler [Pulmicort]": "inhaled_glucocorticoid",
    "120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler": "inhaled_glucocorticoid",
    "fluticasone propionate 0.05 MG/ACTUAT Metered Dose Nasal Spray": "topical_glucocorticoid",
    "Hydrocortisone 10 MG/ML Topical Cream": "topical_glucocorticoid",
    "prednisoLONE acetate 10 MG/ML Ophthalmic Suspension": "topical_glucocorticoid",
    "clobetasol propionate 0.0005 MG/MG Topical Ointment": "topical_glucocorticoid",
    "dexamethasone 1 MG/ML Otic Suspension": "topical_glucocorticoid",
    "1 ML medroxyprogesterone acetate 150 MG/ML Injection": "depot_medroxyprogesterone",
    "medroxyprogesterone acetate 10 MG Oral Tablet": "progestogen",
    "estradiol 0.1 MG/GM Vaginal Cream": "vaginal_estrogen",
    "24 HR estradiol 0.00208 MG/HR Transdermal System": "menopausal_hormone_therapy",
    "tibolone 2.5 MG Oral Tablet": "tibolone",
    "calcitriol 0.00025 MG Oral Capsule": "calcitriol",
    "burosumab 10 MG/ML Injection": "burosumab",
    "asfotase alfa 40 MG/ML Injection": "asfotase_alfa",
    "anastrozole 1 MG Oral Tablet": "anastrozole",
    "Lasix 40mg": "furosemide",
    "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]": "beta_blocker",
}
CLASSES = {
    "M05BA": "bisphosphonate_unspecified",
    "H02AB": "glucocorticoid_tablets",
    "M05BX53": "strontium_ranelate",
    "D07AC01": "topical_glucocorticoid",
    "R03BA02": "inhaled_glucocorticoid",
    "A07EA06": "budesonide_oral",
    "H02AB09": "hydrocortisone",
}


@functools.cache
def products() -> Products:
    return Products(shipped(), Sheet(shipped(), None), "medicines")


def found(name: str, **more: Any) -> list[set[str]]:
    return [set(one.members) for one in products().members(name, **more) if one.members]


@pytest.mark.parametrize("name", NAMES)
def test_a_product_is_found_by_its_name(name: str) -> None:
    assert found(name) == [{NAMES[name]}]


def test_every_bone_medicine_and_every_steroid_is_found() -> None:
    classes = shipped().choices["medicines"].classes
    wanted = classes["bone_medicine"] | classes["glucocorticoid"]
    assert wanted - {*NAMES.values(), *CLASSES.values()} == set()


def known_by_code() -> dict[str, tuple[str, str]]:
    """A code of each medicine, by the member that it means alone, ATC before RxNorm."""
    found: dict[str, tuple[str, str]] = {}
    for codes in shipped().codes.values():
        if codes.of == "medicines" and len(codes.means) == 1 and not codes.ignored:
            listed = codes.by_system()
            for system, address in (("atc", ATC), ("rxnorm", RXNORM)):
                for code in listed.get(system, ())[:1]:
                    found.setdefault(codes.means[0], (address, code))
    return found


SHARED = {
    "ibandronate_cancer_dose": "M05BA06",
    "zoledronate_cancer_dose": "M05BA08",
    "triamcinolone_by_mouth": "H02AB08",
    "steroid_injection": "H02AB08",
}
"""Codes of an ingredient, of which route or strength makes several members: the entry is one of them."""
BONE_OR_STEROID = sorted(
    shipped().choices["medicines"].classes["bone_medicine"] | shipped().choices["medicines"].classes["glucocorticoid"]
)


@pytest.mark.parametrize("member", BONE_OR_STEROID)
def test_each_bone_medicine_and_steroid_is_found_by_a_code_alone_and_by_a_display_alone(member: str) -> None:
    system, code = known_by_code().get(member) or (ATC, SHARED[member])
    for told in (order(code=code, system=system), order(display_of(member))):
        known = record(told).answers["medicines"].known
        assert isinstance(known, Records)
        (entry,) = known.entries
        assert member in entry.fields["name"].members


def display_of(member: str) -> str:
    return next(
        (name for name, found in NAMES.items() if found == member), shipped().choices["medicines"].members[member].label
    )


@pytest.mark.parametrize("code", ["33738", "1895", "4099"])
def test_a_code_of_another_medicine_is_not_taken_for_one_of_the_bone(code: str) -> None:
    assert "medicines" not in record(order(code=code)).answers


def test_by_whose_standard_a_medicine_is_made_is_no_part_of_its_name() -> None:
    assert found("estrogens, conjugated (USP) 0.3 MG / medroxyprogesterone acetate 1.5 MG Oral Tablet") == [
        {"menopausal_hormone_therapy"}
    ]
    assert found("estrogens, esterified (USP) 0.3 MG Oral Tablet") == [{"menopausal_hormone_therapy"}]


@pytest.mark.parametrize("code", CLASSES)
def test_a_code_that_tells_the_route_is_enough(code: str) -> None:
    assert given(record(order(code=code, system=ATC)))["medicines"].startswith(f"[{{name: {CLASSES[code]}, ")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Acetaminophen 325 MG / HYDROcodone Bitartrate 7.5 MG Oral Tablet", [{"acetaminophen"}, {"opioid"}]),
        (
            "alendronate sodium 70 MG / cholecalciferol 2800 UNT Oral Tablet",
            [{"alendronate"}, {"vitamin_d_supplement"}],
        ),
        ("calcium carbonate 1500 MG / cholecalciferol 400 UNT Oral Tablet", [{"calcium_and_vitamin_d"}]),
        ("ethinyl estradiol 0.02 MG / levonorgestrel 0.1 MG Oral Tablet", [{"combined_contraceptive"}]),
        (
            "60 ACTUAT fluticasone propionate 0.1 MG / salmeterol 0.05 MG Dry Powder Inhaler",
            [{"inhaled_glucocorticoid"}, {"bronchodilator"}],
        ),
        ("dexamethasone 1 MG/ML / tobramycin 3 MG/ML Ophthalmic Suspension", [{"topical_glucocorticoid"}]),
    ],
)
def test_a_product_of_several_ingredients_is_all_of_them(name: str, wanted: list[set[str]]) -> None:
    assert found(name) == wanted


@pytest.mark.parametrize(
    "name",
    [
        "Simvistatin 10 MG",  # a slip of the pen is no name
        "diclofenac sodium 0.01 MG/MG Topical Gel",
        "ciprofloxacin 3 MG/ML Ophthalmic Solution",
        "tretinoin 0.25 MG/ML Topical Cream",
        "budesonide 2 MG Rectal Foam",
        "",
    ],
)
def test_what_is_put_on_the_skin_is_not_taken(name: str) -> None:
    assert found(name) == []


def test_no_steroid_of_any_surface_is_systemic() -> None:
    systemic = shipped().choices["medicines"].classes["systemic_glucocorticoid"]
    forms = (
        "Topical Cream",
        "Topical Ointment",
        "Ophthalmic Solution",
        "Otic Solution",
        "Nasal Spray",
        "Metered Dose Inhaler",
    )
    steroids = {
        name
        for codes in shipped().codes.values()
        if {*codes.means} & {*systemic, "topical_glucocorticoid"}
        for name in codes.ingredients
    }
    assert len(steroids) > 20
    for name in steroids:
        for form in forms:
            for one in found(f"{name} 1 MG/ML {form}"):
                assert not one & systemic, (name, form)


def test_without_a_route_a_steroid_is_one_of_two() -> None:
    assert found("Hydrocortisone") == [{"hydrocortisone", "topical_glucocorticoid"}]
    assert found("Hydrocortisone", route="topical") == [{"topical_glucocorticoid"}]
    assert found("Hydrocortisone", route="oral") == [{"hydrocortisone"}]


def test_without_a_strength_an_antibody_is_one_of_two_and_the_dose_decides() -> None:
    assert found("denosumab") == [{"denosumab", "denosumab_cancer_dose"}]
    assert found("denosumab", dose=Decimal(60)) == [{"denosumab"}]
    assert found("denosumab", dose=Decimal(120)) == [{"denosumab_cancer_dose"}]


@pytest.mark.parametrize(
    ("quantity", "member"),
    [({"value": 60, "unit": "mg"}, "denosumab"), ({"value": 120, "code": "mg"}, "denosumab_cancer_dose")],
)
def test_the_dose_of_the_order_decides_for_a_code_too(quantity: Object, member: str) -> None:
    dose = {"dosageInstruction": [{"doseAndRate": [{"doseQuantity": quantity}]}]}
    one = record(order(code="M05BX04", system=ATC, **dose))
    assert given(one)["medicines"].startswith(f"[{{name: {member}, dose: {quantity['value']} mg, ")


@pytest.mark.parametrize(("route", "code"), [("26643006", "hydrocortisone"), ("6064005", "topical_glucocorticoid")])
def test_the_route_of_the_order_decides(route: str, code: str) -> None:
    dose = {"dosageInstruction": [{"route": concept(route, SNOMED)}]}
    one = record(order("Hydrocortisone", "5492", RXNORM, **dose))
    assert given(one)["medicines"].startswith(f"[{{name: {code}, ")


def timing(**repeat: Any) -> Object:
    return {"repeat": repeat}


PREDNISONE = "prednisone 5 MG Oral Tablet"
DAILY = timing(frequency=1, period=1, periodUnit="d")


def given_each_time(value: float, unit: str = "", **more: Any) -> Object:
    quantity = {"value": value, **({"code": unit} if unit else {})}
    return {"doseAndRate": [{"doseQuantity": quantity}], **more}


@pytest.mark.parametrize(
    ("name", "instruction", "wanted"),
    [
        (PREDNISONE, given_each_time(2, timing=DAILY), "dose: 10 mg, every: day"),
        (
            PREDNISONE,
            given_each_time(7.5, "mg", timing={"code": concept("BID", "gts")}),
            "dose: 7.5 mg, every: 2 times a day",
        ),
        ("alendronate 70 MG Oral Tablet", {"timing": timing(frequency=1, period=1, periodUnit="wk")}, "every: week"),
        (
            "denosumab 60 mg",
            given_each_time(60, "mg", timing=timing(frequency=1, period=6, periodUnit="mo")),
            "dose: 60 mg, every: 6 months",
        ),
        (PREDNISONE, given_each_time(1, asNeededBoolean=True, timing=DAILY), "dose: 5 mg"),
        (PREDNISONE, {"timing": timing(frequency="x", period=[1], periodUnit=3)}, ""),
    ],
)
def test_a_dose_is_so_many_tablets_of_a_strength(name: str, instruction: Object, wanted: str) -> None:
    told = given(record(order(name, dosageInstruction=[instruction])))["medicines"]
    middle = told.partition(", ")[2].rpartition("started")[0].strip(", ")
    assert middle == wanted


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"intent": "plan"}, "it is a plan, and no order"),
        ({"intent": "proposal"}, "it is a proposal, and no order"),
        ({"intent": None}, "does not say whether it is an order"),
        ({"status": "draft"}, "its status is draft"),
        ({"status": "cancelled"}, "its status is cancelled"),
        ({"status": "entered-in-error"}, "its status is entered-in-error"),
        ({"status": None}, "it has no status"),
        ({"doNotPerform": True}, "not to give it"),
        ({"authoredOn": "2024-06-02"}, "after the day of this report"),
    ],
)
def test_what_was_not_ordered_is_not_taken(more: Object, why: str) -> None:
    one = record({**order("alendronate 70 MG Oral Tablet"), **more})
    assert given(one) == {}
    assert why in whys(one)[0]


@pytest.mark.parametrize("status", ["stopped", "completed", "on-hold"])
def test_what_was_stopped_is_over(status: str) -> None:
    assert "stopped: yes" in given(record(order("alendronate 70 MG Oral Tablet", status=status)))["medicines"]


def test_an_order_begins_when_it_is_for_and_not_when_it_was_written() -> None:
    period = {"start": "2024-01-02", "end": "2024-04-01"}
    told = order("dexamethasone 1 MG Oral Tablet", dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": period}}}])
    for written in ("2024-01-01", "2024-05-01"):
        assert given(record({**told, "authoredOn": written})) == {
            "medicines": "[{name: dexamethasone, started: 2024-01-02, stopped: 2024-04-01}, ...]"
        }


def test_an_end_that_is_told_is_its_end() -> None:
    period = {
        "dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": {"start": "2020-01-01", "end": "2023-01-01"}}}}]
    }
    told = given(record(order("alendronate 70 MG Oral Tablet", status="completed", authoredOn="2020-01-01", **period)))[
        "medicines"
    ]
    assert "started: 2020-01-01, stopped: 2023-01-01" in told
    turned = {
        "dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": {"start": "2024-01-01", "end": "2023-01-01"}}}}]
    }
    odd = record(order("alendronate 70 MG Oral Tablet", status="completed", **turned))
    assert given(odd)["medicines"] == "[{name: alendronate, stopped: 2023-01-01}, ...]"  # what is over stays over
    assert "before it was started" in whys(odd)[0]


def test_a_statement_counts_by_its_status() -> None:
    statement = {
        "resourceType": "MedicationStatement",
        "medicationCodeableConcept": concept("", text="alendronate"),
        "subject": HER,
    }
    for status, there in (
        ("active", True),
        ("completed", True),
        ("not-taken", False),
        ("intended", False),
        ("entered-in-error", False),
    ):
        assert ("medicines" in record({**statement, "status": status}).answers) is there
    for status, over in (("active", False), ("completed", True), ("stopped", True), ("on-hold", True)):
        told = given(record({**statement, "status": status}))["medicines"]
        assert ("stopped: yes" in told) is over


def test_a_dose_that_was_given_goes_on_where_it_acts_for_months() -> None:
    dose = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "subject": HER,
        "effectiveDateTime": "2024-02-01",
    }
    long = record({**dose, "medicationCodeableConcept": concept("", text="denosumab 60 mg")})
    assert "last_given: 2024-02-01" in given(long)["medicines"]
    short = record({**dose, "medicationCodeableConcept": concept("", text="methylprednisolone 40 MG Injection")})
    assert "stopped: 2024-02-01" in given(short)["medicines"]
    assert (
        given(record({**dose, "status": "not-done", "medicationCodeableConcept": concept("", text="denosumab 60 mg")}))
        == {}
    )


def test_a_medicine_may_be_described_elsewhere() -> None:
    described = {"resourceType": "Medication", "id": "m", "code": concept("", text="alendronate 70 MG Oral Tablet")}
    plain = {key: value for key, value in order().items() if key != "medicationCodeableConcept"}
    inside = {**plain, "contained": [{**described, "id": "c"}], "medicationReference": {"reference": "#c"}}
    outside = {**plain, "medicationReference": {"reference": "Medication/m"}}
    named = {**plain, "medicationReference": {"display": "alendronate"}}
    for one in (record(inside), record(described, outside), record(named)):
        assert "alendronate" in given(one)["medicines"]
    (other,) = records(bundle(patient(), outside), described)
    assert "alendronate" in given(other)["medicines"]


def test_an_old_order_that_is_still_active_is_asked_about() -> None:
    one = record(order("alendronate 70 MG Oral Tablet", authoredOn="2019-01-01"))
    assert one.taken is not None
    assert any("alendronate (2019)" in notice for notice in one.taken.notices)


def test_a_dose_that_cannot_be_read_costs_the_dose_alone() -> None:
    instruction = {"doseAndRate": [{"doseQuantity": {"value": -3, "code": "mg"}}]}
    one = record(order("prednisone 5 MG Oral Tablet", dosageInstruction=[instruction]))
    known = one.answers["medicines"].known
    assert isinstance(known, Records)
    assert not any(isinstance(value, Number) for value in known.entries[0].fields.values())
    assert len(whys(one)) == 1


def test_a_name_says_ingredient_strength_form_and_brand() -> None:
    told = product("24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]")
    assert [(part.name, part.strength) for part in told.parts] == [("metoprolol succinate", Decimal(100))]
    assert (told.route, told.brand) == ("oral", "Toprol")

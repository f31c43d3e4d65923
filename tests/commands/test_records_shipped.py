"""Health records through the front door, with the shipped knowledge: in by every way, out in every form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.commands.conftest import Run
from tests.intake.made import (
    ATC,
    CREATININE,
    FOREARM,
    HER,
    HIP,
    SNOMED,
    VITAMIN_D,
    Object,
    bundle,
    concept,
    condition,
    order,
    patient,
    result,
)

ROOT = Path(__file__).parent.parent.parent
DAY = ("--as-of", "2024-06-01")
WORN = [
    patient(),
    result(HIP, -3.1, "{T-score}", id="hip"),
    result(CREATININE, 70, "umol/L", id="creatinine"),
    result("17861-6", 1.8, "mmol/L", id="calcium"),
    result(VITAMIN_D, 1e9, "nmol/L"),
    condition("240198002", id="spine", onsetDateTime="2024-01-01"),
    condition("444814009"),
    order("predniSONE 10 MG Oral Tablet", id="steroid"),
    {"resourceType": "Encounter", "subject": HER},
]


def written(path: Path, *resources: Object) -> str:
    path.write_text(json.dumps(bundle(*resources)), "utf-8")
    return str(path)


def assessed(run: Run, *words: str, typed: str = "") -> Any:
    ended = run("assess", *words, "--format", "json", *DAY, typed=typed)
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)


def test_a_record_is_assessed_and_says_what_it_made_of_itself(run: Run, tmp_path: Path) -> None:
    found = assessed(run, written(tmp_path / "bundle.json", *WORN))
    assert "osteoporosis" in {one["id"] for one in found["diagnoses"] if one["status"] == "established"}
    intake = found["intake"]
    assert {one["finding"] for one in intake["read"]} == {
        *("age", "sex", "t_score_hip", "creatinine", "calcium", "fractures", "medicines"),
    }
    (aside,) = intake["set_aside"]
    assert aside["path"].endswith("bundle.json: entry[4].resource")
    assert "outside what is plausible" in aside["why"]
    (missed,) = intake["not_understood"]
    assert (missed["code"], missed["count"]) == ("444814009", 1)
    assert intake["not_read"] == {"Encounter": 1}


def test_a_patient_file_has_no_intake(run: Run) -> None:
    assert assessed(run, "-", typed="age: 67\n")["intake"] is None
    assert assessed(run, "-", typed='{"age": 67}')["intake"] is None


def test_a_report_leads_with_what_to_ask_and_closes_with_what_was_read(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "bundle.json", *WORN)
    brief = run("assess", path, *DAY).out
    assert brief.index("ASK FIRST") < brief.index("IT IS")
    assert "1 set aside, 1 code not understood" in " ".join(brief.split())
    full = run("assess", path, "--detail", "full", *DAY).out
    assert "WHAT WAS READ OF THE RECORD" in full
    for form in ("markdown", "html"):
        assert "What was read of the record" in run("assess", path, "--format", form, *DAY).out


def test_a_record_comes_from_standard_input_by_lines_and_in_pieces(run: Run, tmp_path: Path) -> None:
    whole = "\n".join(json.dumps(one) for one in WORN)
    files = []
    for at, one in enumerate(WORN):
        path = tmp_path / f"{at}.json"
        path.write_text(json.dumps(one), "utf-8")
        files.append(str(path))
    told = assessed(run, written(tmp_path / "bundle.json", *WORN))
    for other in (assessed(run, "-", typed=whole), assessed(run, *files)):
        assert other["findings"] == told["findings"]
        assert other["plan"] == told["plan"]


def test_patient_files_and_records_stand_beside_each_other(run: Run, tmp_path: Path) -> None:
    plain = tmp_path / "patient.yaml"
    plain.write_text("age: 50\n", "utf-8")
    two = written(tmp_path / "two.json", patient(), patient(id="two"))
    found = assessed(run, str(plain), two)
    assert [one.get("name") for one in found] == ["Patient/one", "Patient/two", None]
    ended = run("assess", str(plain), two, "--format", "jsonl", "--detail", "brief", *DAY)
    assert [json.loads(line).get("name") for line in ended.out.splitlines()] == [None, "Patient/one", "Patient/two"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"resourceType": "Bundle",', "OL370"),
        ('{"resourceType": "Organization"}', "OL373"),
        ('[{"resourceType": 7}]', "OL371"),
    ],
)
def test_what_is_no_record_is_refused(text: str, code: str, run: Run) -> None:
    ended = run("assess", "-", typed=text)
    assert (ended.code, ended.out) == (2, "")
    assert f"error {code}" in ended.err


def test_normal_density_is_not_told_by_the_forearm(run: Run, tmp_path: Path) -> None:
    found = assessed(run, written(tmp_path / "bundle.json", patient(), result(FOREARM, 0.2, "{T-score}")))
    (normal,) = [one for one in found["diagnoses"] if one["id"] == "normal_bone_density"]
    assert normal["status"] != "established"


def test_a_consultation_begins_with_a_record(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "bundle.json", *WORN)
    ended = run("consult", path, "--no-journal", *DAY, typed="report full\nquit\n")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("From a health record: 7 answers out of 9 resources")
    assert "T-score of the hip -3.1" in " ".join(ended.out.split()).replace("total hip", "hip")
    two = written(tmp_path / "two.json", patient(), patient(id="two"))
    refused = run("consult", two, "--no-journal", typed="quit\n")
    assert refused.code == 2
    assert "OL327" in refused.err


def test_a_consultation_over_a_record_asks_first_what_its_report_leads_with(run: Run, tmp_path: Path) -> None:
    smokes = result("72166-2", valueCodeableConcept=concept("266919005", SNOMED))
    path = written(tmp_path / "bundle.json", *WORN, smokes)
    led = run("assess", path, *DAY).out.split("ASK FIRST", 1)[1].split("IT IS")[0]
    ended = run("consult", path, "--no-journal", *DAY, typed="none\nnone\nquit\n")
    assert (ended.code, ended.err) == (0, "")
    assert led.split()[0] == "medicines"
    assert ended.out.split("lists commands.", 1)[1].split()[:3] == ["Medicines", "and", "supplements,"]


def test_what_is_unknown_is_listed_with_the_line_that_adds_it(run: Run, tmp_path: Path) -> None:
    twice = [condition("444814009"), condition("444814009"), order("Simvistatin 10 MG", "316673")]
    path = written(tmp_path / "bundle.json", *WORN, *twice)
    ended = run("unmapped", path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("3 [http://snomed.info/sct 444814009], Condition".replace("3 [", "3 without a name ["))
    assert 'statin_in_records: {means: statin, of: medicines, rxnorm: ["316673"]}' in ended.out
    found = json.loads(run("unmapped", path, "--format", "json").out)
    assert [(one["code"], one["count"]) for one in found] == [("444814009", 3), ("316673", 1)]
    own = tmp_path / "ours"
    (own / "knowledge").mkdir(parents=True)
    (own / "knowledge" / "codes.yaml").write_text(f"{found[1]['add']}\n", "utf-8")
    known = json.loads(run("--knowledge", str(own), "unmapped", path, "--format", "json").out)
    assert [one["code"] for one in known] == ["444814009"]
    assert run("unmapped", "-", typed="age: 67\n").code == 2


def test_a_hospital_that_moves_a_code_is_told_of(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "ours"
    (own / "knowledge").mkdir(parents=True)
    lists = 'ours: {means: vitamin_d, local: {"urn:oid:1.2.3": [VITD]}}\nless: {ignored: why not, icd10: [M81]}\n'
    (own / "knowledge" / "codes.yaml").write_text(lists, "utf-8")
    theirs = {**result("VITD", 33, "nmol/L"), "code": {"coding": [{"system": "urn:oid:1.2.3", "code": "VITD"}]}}
    path = written(tmp_path / "bundle.json", patient(), theirs)
    ended = run("--knowledge", str(own), "assess", path, "--format", "json", *DAY)
    found = json.loads(ended.out)
    assert "vitamin_d" in {one["finding"] for one in found["intake"]["read"]}
    (told,) = [one for one in found["notices"] if "in records" in one]
    assert "icd10 M81 means nothing now, where it was 'osteoporosis'" in told


# --- FHIR out ---------------------------------------------------------------------------------------------------------


def told_in_fhir(run: Run, *words: str, typed: str = "") -> Any:
    ended = run("assess", *words, "--format", "fhir", *DAY, typed=typed)
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    Bundle.model_validate(found)
    return found


def of(found: Any, kind: str) -> list[Any]:
    return [one["resource"] for one in found["entry"] if one["resource"]["resourceType"] == kind]


def test_proposals_and_issues_are_valid_and_rest_on_what_came_in(run: Run, tmp_path: Path) -> None:
    found = told_in_fhir(run, written(tmp_path / "bundle.json", *WORN))
    (response,) = of(found, "GuidanceResponse")
    assert response["subject"] == {"reference": "Patient/one"}
    assert response["status"] == "data-required"
    resting = [
        part for one in of(found, "DetectedIssue") for ground in one.get("evidence", ()) for part in ground["detail"]
    ]
    assert {"reference": "Observation/calcium"} in resting
    for one in (*of(found, "ServiceRequest"), *of(found, "MedicationRequest"), *of(found, "RequestGroup")):
        assert (one["status"], one["intent"]) == ("draft", "proposal")
    told = {one["fullUrl"] for one in found["entry"]}
    (group,) = of(found, "RequestGroup")
    assert response["result"]["reference"] in told
    assert {one["resource"]["reference"] for one in group["action"] if "resource" in one} < told


def test_medicines_are_proposed_where_they_are_plainly_recommended(run: Run) -> None:
    path = str(ROOT / "examples" / "first-fracture.yaml")
    plain = json.loads(run("assess", path, "--format", "json", "--as-of", "2026-11-21").out)
    acting = [one for one in plain["plan"] if one["kind"] == "medicine" and not one["taken"]]
    wanted = {one["label"] for one in acting if one["status"] == "recommended"}
    assert wanted < {one["label"] for one in acting}
    ended = run("assess", path, "--format", "fhir", "--as-of", "2026-11-21")
    found = json.loads(ended.out)
    Bundle.model_validate(found)
    proposed = of(found, "MedicationRequest")
    assert {one["medicationCodeableConcept"]["text"] for one in proposed} == wanted
    (first,) = [one for one in proposed if one["medicationCodeableConcept"]["text"] == "alendronate"]
    assert {"system": ATC, "code": "M05BA04"} in first["medicationCodeableConcept"]["coding"]


def test_the_same_report_is_the_same_bundle_and_reads_again(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "bundle.json", *WORN)
    once = told_in_fhir(run, path)
    assert once == told_in_fhir(run, path)
    again = tmp_path / "again.json"
    again.write_text(json.dumps(once), "utf-8")
    assert run("assess", path, str(again), *DAY).code == 0  # what was proposed is no fact of hers

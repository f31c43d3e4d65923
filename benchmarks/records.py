"""How long a health record takes to be mapped, beside reading its JSON and beside a library that models every resource.

    python -m benchmarks.records [BUNDLE.json ...]

The record is made of these Bundles (without any: of one made here), their entries repeated until it is 3.6 MB. The
three take turns within each round; told is the fastest in processor time, and what mapping needs of memory.
"""

from __future__ import annotations

import datetime
import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import cli
from engine import api
from engine.intake.records import notation
from engine.intake.records.records import Mapper

from .report import Goal

SIZE, ROUNDS = 3_600_000, 15
DAY = datetime.date(2022, 1, 1)
MAPPING, READING, MODELS = "osteologic, from JSON to answers", "json.loads", "fhir.resources, R4B models"
MOST_TIME, MOST_SHARE, MOST_MEMORY = 20.0, 0.1, 10.0

Object = dict[str, Any]


def made() -> Object:
    """A record as a general practice has it: results of years, conditions, orders, each with what surrounds it."""
    around: Object = {
        "subject": {"reference": "urn:uuid:one"},
        "encounter": {"reference": "urn:uuid:visit"},
        "meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},
    }

    def coded(system: str, code: str, display: str) -> Object:
        return {"coding": [{"system": system, "code": code, "display": display}], "text": display}

    def results() -> Iterator[Object]:
        kinds = (
            ("2160-0", "Creatinine", 80, "umol/L"),
            ("17861-6", "Calcium", 2.3, "mmol/L"),
            ("8302-2", "Body height", 161, "cm"),
            ("29463-7", "Body weight", 60, "kg"),
            ("718-7", "Hemoglobin", 13.1, "g/dL"),
            ("72514-3", "Pain severity", 3, "{score}"),
        )
        for year in range(2012, 2022):
            for code, display, value, unit in kinds:
                quantity = {
                    "value": value + year % 3,
                    "unit": unit,
                    "system": "http://unitsofmeasure.org",
                    "code": unit,
                }
                yield {
                    **around,
                    "resourceType": "Observation",
                    "status": "final",
                    "code": coded("http://loinc.org", code, display),
                    "effectiveDateTime": f"{year}-03-04T10:11:12+01:00",
                    "issued": f"{year}-03-04T10:11:12.345+01:00",
                    "valueQuantity": quantity,
                }

    def conditions() -> Iterator[Object]:
        for code, display in (
            ("64859006", "Osteoporosis"),
            ("444814009", "Viral sinusitis"),
            ("38341003", "Hypertension"),
        ):
            yield {
                **around,
                "resourceType": "Condition",
                "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"),
                "verificationStatus": coded(
                    "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "Confirmed"
                ),
                "code": coded("http://snomed.info/sct", code, display),
                "onsetDateTime": "2015-05-06T07:08:09+01:00",
            }

    def orders() -> Iterator[Object]:
        for code, display in (
            ("904419", "Alendronic acid 10 MG Oral Tablet"),
            ("312961", "Simvastatin 20 MG Oral Tablet"),
        ):
            dose = {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}
            yield {
                **around,
                "resourceType": "MedicationRequest",
                "status": "stopped",
                "intent": "order",
                "medicationCodeableConcept": coded("http://www.nlm.nih.gov/research/umls/rxnorm", code, display),
                "authoredOn": "2016-06-07T08:09:10+01:00",
                "dosageInstruction": [{**dose, "doseAndRate": [{"doseQuantity": {"value": 1}}]}],
            }

    patient = {"resourceType": "Patient", "id": "one", "birthDate": "1950-01-02", "gender": "female"}
    entries = [
        {"fullUrl": f"urn:uuid:{one.get('id', at)}", "resource": one}
        for at, one in enumerate([patient, *results(), *conditions(), *orders()])
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def repeated(bundles: list[Object]) -> bytes:
    """The entries of some Bundles again and again, each time under ids of their own; patients stay who they are."""
    entries: list[Object] = []
    size = at = 0
    patients = [one for bundle in bundles for one in bundle["entry"] if one["resource"]["resourceType"] == "Patient"]
    others = [one for bundle in bundles for one in bundle["entry"] if one["resource"]["resourceType"] != "Patient"]
    while size < SIZE:
        for one in others:
            at += 1
            again = {**one, "fullUrl": f"urn:uuid:{at}", "resource": {**one["resource"], "id": str(at)}}
            entries.append(again)
            size += len(json.dumps(again))
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [*patients, *entries]}).encode()


def taken(work: Callable[[], object]) -> float:
    """Processor time of one call, in milliseconds."""
    gc.collect()
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


class Measured(NamedTuple):
    """What one record costs: its size, the fastest of each way in milliseconds, what mapping holds at its peak."""

    megabytes: float
    entries: int
    ways: Mapping[str, float]
    memory: float

    @property
    def share(self) -> float:
        return self.ways[MAPPING] / self.ways[MODELS]

    def goals(self) -> list[Goal]:
        return [
            Goal("a health record of 3.6 MB mapped, without reading its JSON", MOST_TIME, self.ways[MAPPING], " ms"),
            Goal("the same against fhir.resources modeling it", MOST_SHARE, self.share),
            Goal("the same: memory at its peak", MOST_MEMORY, self.memory, " MB"),
        ]

    def lines(self) -> Iterator[str]:
        """The section of the page."""
        made_of = f"{self.entries:,} entries"
        yield f"A record of {self.megabytes:.1f} MB is made of the entries of one, again and again: {made_of}."
        yield "The ways take turns; told is the fastest of each in processor time, as the machine was not quiet.\n"
        yield "| what | ms | ours is |\n|---|---|---|"
        for name, found in self.ways.items():
            ratio = "" if name == MAPPING else f"{self.ways[MAPPING] / found:.2f} x"
            yield f"| {name} | {found:,.1f} | {ratio} |"


def measure(bundles: list[Object]) -> Measured:
    """Read, map and model one large record made of some Bundles, by turns."""
    from fhir.resources.R4B.bundle import Bundle

    text = repeated([one for one in bundles if one.get("resourceType") == "Bundle"])
    value = json.loads(text)
    kb = api.load().kb
    before = gc.get_threshold()
    gc.set_threshold(*cli.COLLECTING)  # as the program runs
    gc.freeze()

    mappers: list[Mapper] = []

    def mapped() -> None:
        mappers.pop().patients([notation.gathered(value, "record.json")])

    ways: dict[str, Callable[[], object]] = {
        MAPPING: mapped,
        READING: lambda: json.loads(text),
        MODELS: lambda: Bundle.model_validate(value),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, work in ways.items():
            mappers[:] = [Mapper(kb, DAY, DAY)]  # its tables serve every record
            times[name].append(taken(work))
    mappers[:] = [Mapper(kb, DAY, DAY)]
    tracemalloc.start()
    mapped()
    memory = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    gc.set_threshold(*before)
    gc.unfreeze()
    fastest = {name: min(found[1:]) for name, found in times.items()}
    return Measured(len(text) / 1e6, len(value["entry"]), fastest, memory)


def main(files: list[str]) -> int:
    found = measure([json.loads(Path(file).read_bytes()) for file in files] or [made()])
    print("\n".join([*found.lines(), "", *map(str, found.goals())]))
    return 0 if all(goal.met for goal in found.goals()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The knowledge base as it is shipped, with the patients of the examples and the worked cases."""

from __future__ import annotations

import datetime
import random
import sys
from pathlib import Path

from engine.case import opening
from engine.case.case import Case, Prepared, prepare
from engine.case.opening import Patient, Terms
from engine.knowledge_base.store import cache
from engine.values.problems import Refused

from .workload import CHANGES, Change, Consultation, Said, Workload, difference

ROOT = Path(__file__).parent.parent
PATIENTS = 60


def workload() -> Workload:
    """What the network is told of each patient, recorded while the program itself consults."""
    prepared = prepare(cache.load(ROOT))
    patients = _patients(prepared)
    consultations = []
    for number, patient in enumerate(patients):
        said = _said(patient.case)
        other = patients[(number + 1) % len(patients)]
        changes = _changes(patient, other, number)
        consultations.append(Consultation(said, tuple(changes)))
    rules = len(prepared.kb.rules)
    return Workload(f"shipped, {rules:,} rules", rules, prepared.plan.productions.ground, tuple(consultations))


def _patients(prepared: Prepared) -> list[Patient]:
    found = []
    for path in sorted([*(ROOT / "examples").glob("*.yaml"), *(ROOT / "tests" / "cases").glob("**/*.yaml")]):
        try:
            found += opening.patients(prepared, path.read_bytes(), path.name, Terms(), datetime.date(2026, 1, 1))
        except Refused as refused:
            print(f"left out: {refused}", file=sys.stderr)  # `osteologic test` is where that fails
    random.Random(0).shuffle(found)
    return found[:PATIENTS]


def _changes(patient: Patient, other: Patient, seed: int) -> list[Change]:
    """Some of the patient's answers, each replaced by what somebody else said or by silence, then given again."""
    case, last = patient.case, _said(patient.case)
    changes: list[Change] = []
    names = sorted(patient.record.answers)
    random.Random(seed).shuffle(names)
    for name in names:
        for record in (other.record, patient.record):
            answer = record.answers.get(name)
            case.say({name: answer.known if answer is not None else None})
            now = _said(case)
            if now.literals != last.literals and len(changes) < CHANGES:
                changes.append(difference(last, now))
                last = now
    return changes


def _said(case: Case) -> Said:
    return Said(tuple(sorted(case.memory.network.given)))

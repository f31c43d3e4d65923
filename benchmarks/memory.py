"""Does one engine, used for a thousand patients, grow?"""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import dataclass

from engine.inference.experta.network import Network

from .contenders.ours import Ours
from .workload import Workload

CONSULTATIONS = 1000
CHANGES = 5000
FIRST = 50


@dataclass(frozen=True, slots=True)
class Growth:
    """What an engine held after its first consultations, and how much more after all of them, in MB."""

    workload: str
    consultations: int
    changes: int
    held: float
    grown: float


def growth(workload: Workload) -> Growth:
    """One patient after the other on one engine, each with the changed answers of the workload, until it is enough."""
    tracemalloc.start()
    try:
        ours = Ours(workload.ground)
        for number in range(FIRST):
            _consult(ours, workload, number)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        consultations = changes = 0
        while consultations < CONSULTATIONS or changes < CHANGES:
            changes += _consult(ours, workload, consultations)
            consultations += 1
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return Growth(workload.name, consultations, changes, held / 1e6, (after - held) / 1e6)


def touched(workload: Workload) -> float:
    """How many premises the matcher looks at in one consultation, on average: counted, not timed."""
    network = Network(workload.ground)
    for consultation in workload.consultations:
        network.reset()
        network.assert_literals(consultation.said.literals)
    return network.touched / len(workload.consultations)


def _consult(ours: Ours, workload: Workload, number: int) -> int:
    consultation = workload.consultations[number % len(workload.consultations)]
    ours.whole(consultation.said)
    for change in consultation.changes:
        ours.change(change)
    return len(consultation.changes)

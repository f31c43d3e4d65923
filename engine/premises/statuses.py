"""The words of a report: what a measure, a diagnosis, an alert or a caution can be in the end.

Rules conclude truths; these words are what is made of them for one patient. A query asks for them, a rule never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..values.truth import Truth

PlanStatus = Literal["recommended", "conditional", "deferred", "contraindicated", "undetermined"]
DiagnosisStatus = Literal["established", "contradictory", "likely", "possible", "open", "unlikely", "excluded"]
AlertStatus = Literal["raised", "not_ruled_out", "ruled_out"]
Nowhere = Literal[""]
"""The status of what a plan or a differential leaves out."""

PLAN: tuple[PlanStatus, ...] = ("recommended", "conditional", "deferred", "contraindicated", "undetermined")
DIAGNOSIS: tuple[DiagnosisStatus, ...] = (
    "established",
    "contradictory",
    "likely",
    "possible",
    "open",
    "unlikely",
    "excluded",
)

ABSENT = "absent"
"""Of what the plan leaves out, and of a caution that is not given."""
NOT_CONSIDERED = "not_considered"
"""Of a condition that is not in the differential."""

ALERT: Mapping[Truth, AlertStatus] = {Truth.TRUE: "raised", Truth.UNKNOWN: "not_ruled_out", Truth.FALSE: "ruled_out"}
GIVEN = "given"
"""Of a caution that the plan gives; of one that only may apply it says nothing."""

KNOWN = "known"
"""The function by which a query asks whether a finding or quantity has a value: `known(x)`."""
CONTRADICTORY, RECORD = "contradictory", "record"
"""The function by which a query asks whether two values of the record cannot both be right: `contradictory(record)`."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "status": (*PLAN, ABSENT),
    "diagnosis": (*DIAGNOSIS, NOT_CONSIDERED),
    "alert": tuple(ALERT.values()),
    "caution": (GIVEN, ABSENT),
}
"""The functions of a query, as `status(x) is ...`, each with the words it can come to."""

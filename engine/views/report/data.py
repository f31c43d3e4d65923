"""A verdict as JSON: the contract with other programs.

Keys are always there and in the same order; what is not known is null or an empty list. All output is ASCII, so that
nothing in a file can steer the terminal it is printed to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...assessment.verdict import (
    AlertShown,
    Cause,
    ContradictionShown,
    Derived,
    Diagnosis,
    Difference,
    Fact,
    Item,
    OnTop,
    Reason,
    Shown,
    StateShown,
    Test,
    Verdict,
)
from ...version import VERSION

Object = dict[str, Any]


def document(verdict: Verdict) -> Object:
    """One patient."""
    return {
        "osteologic": VERSION,
        "knowledge": {"digest": verdict.digest, "rules": verdict.rules, "findings": verdict.findings_known},
        "as_of": verdict.as_of.isoformat(),
        "guideline": verdict.guideline or None,
        "region": verdict.region or None,
        "findings": {shown.id: _finding(shown) for shown in verdict.findings},
        "derived": {derived.id: _derived(derived) for derived in verdict.derived},
        "contradictions": [_contradiction(one) for one in verdict.contradictions],
        "states": [_state(state) for state in verdict.states],
        "causes": [_cause(cause) for cause in verdict.causes],
        "diagnoses": [_diagnosis(diagnosis) for diagnosis in verdict.diagnoses],
        "investigations": [_investigation(test) for test in verdict.investigations],
        "plan": [_item(item) for item in verdict.plan],
        "alerts": [_alert(alert) for alert in verdict.alerts],
        "on_top": _on_top(verdict.on_top),
        "differences": [_difference(difference) for difference in verdict.differences],
        "open": list(verdict.open),
        "mechanism": verdict.mechanism,
        "notices": list(verdict.notices),
        "disclaimer": verdict.disclaimer,
    }


def several(verdicts: Iterable[tuple[Mapping[str, str], Verdict]]) -> list[Object]:
    """Several patients: each opens with what tells it from the others, its `file` and where it has one its `name`."""
    return [{**whose, **document(verdict)} for whose, verdict in verdicts]


def text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _finding(shown: Shown) -> Object:
    value = list(shown.value) if isinstance(shown.value, tuple) else shown.value
    return {
        "given": shown.given,
        "value": _number(value) if isinstance(value, float) else value,
        "unit": shown.unit,
        "status": shown.status,
        "implied": shown.implied or None,
    }


def _derived(derived: Derived) -> Object:
    exact = _number(derived.value) if derived.value is not None else None
    bounds = [None if end is None else _number(end) for end in (derived.low, derived.high)]
    found: Object = {
        "value": bounds if exact is None else exact,
        "unit": derived.unit,
        "because": _refs(derived.because),
    }
    if derived.entered:
        found["entered"] = derived.entered
    return found


def _contradiction(one: ContradictionShown) -> Object:
    claims = [{"value": claim.value, "origin": claim.origin, "because": _refs(claim.because)} for claim in one.claims]
    return {"id": one.id, "label": one.label, "values": claims, "again": list(one.again)}


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _state(state: StateShown) -> Object:
    found: Object = {"id": state.id, "label": state.label, "truth": state.truth.value}
    if state.at_least:
        found["at_least"] = state.at_least
    return {**found, "because": _refs(state.because)}


def _cause(cause: Cause) -> Object:
    found: Object = {
        "id": cause.id,
        "label": cause.label,
        "truth": cause.truth.value,
        "mechanism": cause.mechanism,
        "because": _refs(cause.because),
    }
    if cause.of:
        found["of"] = cause.of
    return found


def _diagnosis(diagnosis: Diagnosis) -> Object:
    return {
        "id": diagnosis.id,
        "label": diagnosis.label,
        "rank": diagnosis.rank,
        "status": diagnosis.status,
        "score": diagnosis.score,
        "mechanism": diagnosis.mechanism,
        "for": _refs(diagnosis.supporting),
        "against": _refs(diagnosis.against),
        "missing": list(diagnosis.missing),
    }


def _investigation(test: Test) -> Object:
    return {
        "id": test.id,
        "label": test.label,
        "step": test.step,
        "status": test.status,
        "because": _refs(test.because),
    }


def _item(item: Item) -> Object:
    return {
        "id": item.id,
        "label": item.label,
        "kind": item.kind,
        "line": item.line or None,
        "choice": item.choice or None,
        "taken": item.taken,
        "mechanism": item.mechanism,
        "doses": [{"text": dose.text, "rule": dose.rule or None} for dose in item.doses],
        "status": item.status,
        "after": list(item.after),
        "missing": list(item.missing),
        "unasked": list(item.unasked),
        "for": _refs(item.supporting),
        "against": _refs(item.against),
        "cautions": _refs(item.cautions),
        "then": list(item.then),
        "guidelines": list(item.guidelines),
    }


def _alert(alert: AlertShown) -> Object:
    return {
        "id": alert.id,
        "label": alert.label,
        "urgency": alert.urgency,
        "status": alert.status,
        "action": alert.action,
        "because": _refs(alert.because),
        "speaks_for": _facts(alert.speaks_for),
        "missing": list(alert.missing),
    }


def _on_top(top: OnTop) -> Object:
    return {
        "raised": [alert.id for alert in top.raised],
        "not_ruled_out": [alert.id for alert in top.doubted],
        "more": len(top.rest),
    }


def _difference(difference: Difference) -> Object:
    positions = [
        {"guideline": position.guideline, "says": position.says, "truth": position.truth.value}
        for position in difference.positions
    ]
    found: Object = {"id": difference.id, "question": difference.question, "positions": positions}
    if difference.needs:
        found["needs"] = list(difference.needs)
    return found


def _refs(reasons: Iterable[Reason]) -> list[Object]:
    return [_ref(reason) for reason in reasons]


def _ref(reason: Reason) -> Object:
    return {
        "rule": reason.rule,
        "title": reason.title,
        "because": reason.because,
        "evidence": reason.evidence,
        "file": reason.place.file,
        "line": reason.place.line,
        "sources": [{"id": cited.source, "where": cited.where} for cited in reason.sources],
        "facts": _facts(reason.facts),
    }


def _facts(facts: Iterable[Fact]) -> list[Object]:
    return [{"finding": fact.finding, "value": fact.value} for fact in facts]

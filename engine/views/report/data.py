"""A report as JSON: the contract with other programs.

Keys are always there and in the same order; what is not known is null or an empty list. All output is ASCII, so that
nothing in a file can steer the terminal it is printed to.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...assessment import questions
from ...assessment.questions import Question
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
    ProbabilityShown,
    Reason,
    Shown,
    StateShown,
    Test,
    Verdict,
)
from ...knowledge_base.measures import REPORTED
from ...knowledge_base.naming import Names
from ...version import VERSION
from . import intake, outline, summary

Object = dict[str, Any]


def document(verdict: Verdict, names: Names, unread: Iterable[str] = ()) -> Object:
    """One patient: the summary, and everything behind it."""
    told = _Words(names)
    return {
        "osteologic": VERSION,
        "knowledge": {"digest": verdict.digest, "rules": verdict.rules, "findings": verdict.findings_known},
        "as_of": verdict.as_of.isoformat(),
        "guideline": verdict.guideline or None,
        "region": verdict.region or None,
        "outside_scope": verdict.outside_scope,
        "summary": brief(verdict, names, unread),
        "findings": {shown.id: _finding(shown) for shown in verdict.findings},
        "derived": {derived.id: told.derived(derived) for derived in verdict.derived},
        "contradictions": [told.contradiction(one) for one in verdict.contradictions],
        "states": [told.state(state) for state in verdict.states],
        "causes": [told.cause(cause) for cause in verdict.causes],
        "diagnoses": [told.diagnosis(diagnosis) for diagnosis in verdict.diagnoses],
        "investigations": [told.investigation(test) for test in verdict.investigations],
        "plan": [told.item(item) for item in verdict.plan],
        "alerts": [told.alert(alert) for alert in verdict.alerts],
        "on_top": _on_top(verdict.on_top),
        "differences": [told.difference(difference) for difference in verdict.differences],
        "probabilities": [_probability(one) for one in verdict.probabilities],
        "courses": [
            {
                "kind": one.kind,
                "label": one.label,
                "told": one.told,
                "first": datetime.date.fromordinal(one.first).isoformat(),
                "last": datetime.date.fromordinal(one.last).isoformat(),
                "open": one.open,
            }
            for one in verdict.courses
        ],
        "open": list(verdict.open),
        "questions": [_question(one) for one in questions.pending(verdict, names)],
        "mechanism": verdict.mechanism,
        "notices": list(verdict.notices),
        "sources": [
            {"id": one.id, "citation": one.citation or one.label, "address": one.address or None}
            for one in outline.sources(verdict, names)
        ],
        "disclaimer": verdict.disclaimer,
        "intake": intake.data(verdict.taken),
    }


def brief(verdict: Verdict, names: Names, unread: Iterable[str] = ()) -> Object:
    """The summary alone: by block its lines, each with the id of what it tells of."""
    return {
        block.id: {
            "label": block.label,
            "lines": [{"id": line.id or None, "text": line.text, "clause": line.clause} for line in block.lines],
            "more": block.more,
        }
        for block in summary.of(verdict, names, tuple(unread))
    }


def several(verdicts: Iterable[tuple[Mapping[str, str], Verdict]], names: Names) -> list[Object]:
    """Several patients: each opens with what tells it from the others, its `file` and where it has one its `name`."""
    return [{**whose, **document(verdict, names)} for whose, verdict in verdicts]


def line(value: Any) -> str:
    """A value on a line of its own, without white space."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")) + "\n"


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
        "told": outline.told(shown),
    }


def _probability(one: ProbabilityShown) -> Object:
    return {
        "finding": one.id,
        "label": one.label,
        "value": _number(one.value),
        "told": one.text,
        "lines": [
            {
                "threshold": line.threshold,
                "value": _number(line.value),
                "told": line.text,
                "label": line.label,
                "guidelines": list(line.guidelines),
            }
            for line in one.lines
        ],
    }


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _on_top(top: OnTop) -> Object:
    return {
        "raised": [alert.id for alert in top.raised],
        "not_ruled_out": [alert.id for alert in top.doubted],
        "more": len(top.rest),
    }


def _question(one: Question) -> Object:
    return {
        "label": one.label,
        "findings": list(one.asked.findings),
        "by_test": one.by_test,
        "frees": list(one.frees),
        "tells": list(one.tells),
        "decides": list(one.rules_out),
    }


class _Words:
    """The parts of a verdict as objects, with what they are called."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def derived(self, derived: Derived) -> Object:
        exact = _number(derived.value) if derived.value is not None else None
        bounds = [None if end is None else _number(end) for end in (derived.low, derived.high)]
        found: Object = {
            "label": derived.label,
            "text": derived.text,
            "value": bounds if exact is None else exact,
            "unit": derived.unit,
            "because": self.refs(derived.because),
        }
        if derived.entered:
            found["entered"] = derived.entered
        return found

    def contradiction(self, one: ContradictionShown) -> Object:
        claims = [
            {"value": claim.value, "origin": claim.origin, "because": self.refs(claim.because)} for claim in one.claims
        ]
        return {"id": one.id, "label": one.label, "values": claims, "again": list(one.again)}

    def state(self, state: StateShown) -> Object:
        found: Object = {"id": state.id, "label": state.label, "truth": state.truth.value}
        if state.at_least:
            found["at_least"] = state.at_least
        return {**found, "because": self.refs(state.because)}

    def cause(self, cause: Cause) -> Object:
        found: Object = {
            "id": cause.id,
            "label": cause.label,
            "truth": cause.truth.value,
            "mechanism": cause.mechanism,
            "because": self.refs(cause.because),
        }
        if cause.of:
            found["of"] = cause.of
        return found

    def diagnosis(self, diagnosis: Diagnosis) -> Object:
        return {
            "id": diagnosis.id,
            "label": diagnosis.label,
            "rank": diagnosis.rank,
            "status": diagnosis.status,
            "score": diagnosis.score,
            "mechanism": diagnosis.mechanism,
            "for": self.refs(diagnosis.supporting),
            "against": self.refs(diagnosis.against),
            "missing": list(diagnosis.missing),
        }

    def investigation(self, test: Test) -> Object:
        return {
            "id": test.id,
            "label": test.label,
            "step": test.step,
            "status": test.status,
            "tells": test.tells,
            "settles": list(test.settles),
            "because": self.refs(test.because),
        }

    def item(self, item: Item) -> Object:
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
            "for": self.refs(item.supporting),
            "against": self.refs(item.against),
            "cautions": self.refs(item.cautions),
            "then": list(item.then),
            "guidelines": list(item.guidelines),
            "advice": item.advice or None,
            **{key: getattr(item, key) for key in REPORTED},
            "order_because": item.order_because or None,
            "unavailable": {"because": item.unavailable, "next": item.instead or None} if item.unavailable else None,
        }

    def alert(self, alert: AlertShown) -> Object:
        return {
            "id": alert.id,
            "label": alert.label,
            "urgency": alert.urgency,
            "status": alert.status,
            "action": alert.action,
            "because": self.refs(alert.because),
            "speaks_for": self.facts(alert.speaks_for),
            "missing": list(alert.missing),
        }

    def difference(self, difference: Difference) -> Object:
        positions = [
            {
                "guideline": position.guideline,
                "who": self.names.label(position.guideline),
                "says": position.says,
                "truth": position.truth.value,
            }
            for position in difference.positions
        ]
        found: Object = {"id": difference.id, "question": difference.question, "positions": positions}
        if difference.needs:
            found["needs"] = list(difference.needs)
        return found

    def refs(self, reasons: Iterable[Reason]) -> list[Object]:
        return [self.ref(reason) for reason in reasons]

    def ref(self, reason: Reason) -> Object:
        return {
            "rule": reason.rule,
            "title": reason.title,
            "because": reason.because,
            "evidence": reason.evidence,
            "file": reason.place.file,
            "line": reason.place.line,
            "sources": [{"id": cited.source, "where": cited.where} for cited in reason.sources],
            "facts": self.facts(reason.facts),
            "guideline": reason.guideline or None,
            "grade": reason.grade or None,
            "region": reason.region or None,
            "note": reason.note,
            "missing": list(reason.missing),
        }

    def facts(self, facts: Iterable[Fact]) -> list[Object]:
        return [
            {"finding": fact.finding, "value": fact.value, "told": outline.fact(fact, self.names)} for fact in facts
        ]

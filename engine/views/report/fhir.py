"""A report as FHIR R4: one Bundle, what is proposed as drafts, what presses as issues, each with what it rests on.

Nothing in it is an order: every request is a draft and a proposal, which a clinician takes up or leaves. Evidence
refers to the resources that came in.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from ...assessment import questions
from ...assessment.verdict import AlertShown, Item, Reason, Test, Verdict
from ...knowledge_base.model import CODE_SYSTEMS
from ...knowledge_base.naming import Names
from ...version import VERSION
from . import summary

Object = dict[str, Any]

_MODULE = "urn:osteologic:assessment"
_SEVERITY = {"emergency": "high", "urgent": "high", "soon": "moderate"}
_SERVICES = ("procedure", "referral", "monitoring", "medication review")
_NAMESPACE = uuid.UUID("6f2b7f0e-2c0c-5d5e-9c59-0b6a3a6f0f3a")
_REQUESTED = 3
"""So many codes of a system are given for what is asked for."""


def bundle(patients: Iterable[tuple[str, Verdict]], names: Names) -> Object:
    """The Bundle of some patients, each with the name that tells it from the others."""
    entries = [one for whose, verdict in patients for one in _Patient(whose, verdict, names).entries()]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def text(value: Object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


class _Patient:
    """The resources of one patient; ids follow from what is said, so that the same report is the same Bundle."""

    def __init__(self, whose: str, verdict: Verdict, names: Names) -> None:
        self.whose, self.verdict, self.names, self.kb = whose, verdict, names, names.kb
        taken = verdict.taken
        self.subject: Object = (
            {"reference": taken.subject} if taken and taken.subject else {"display": whose or "patient"}
        )
        self.when = verdict.as_of.isoformat()

    def entries(self) -> Iterator[Object]:
        tests = [self._test(test) for test in self.verdict.investigations if test.status == "to do"]
        wanted = [item for item in self.verdict.plan if item.status == "recommended" and not item.taken]
        medicines = [self._medicine(item) for item in wanted if item.kind == "medicine"]
        services = [self._service(item) for item in wanted if item.kind in _SERVICES]
        issues = [self._issue(alert) for alert in self.verdict.alerts if alert.status == "raised"]
        proposed = [*tests, *medicines, *services]
        advice = [item for item in wanted if item.kind != "medicine" and item.kind not in _SERVICES]
        group = self._group(proposed, advice)
        yield self._entry(self._response(group))
        if group is not None:
            yield self._entry(group)
        for one in (*proposed, *issues):
            yield self._entry(one)

    def _entry(self, resource: Object) -> Object:
        return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}

    def _id(self, *parts: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, "|".join((self.whose, json.dumps(self.subject), self.when, *parts))))

    # --- the answer ---

    def _response(self, group: Object | None) -> Object:
        """What came of it: the summary as a note, what is still to be known as data requirements."""
        asked = questions.pending(self.verdict, self.names)
        told = [
            f"{block.label}: {line.text}" + (f": {line.clause}" if line.clause else "")
            for block in summary.of(self.verdict, self.names)
            for line in block.lines
        ]
        notices = [{"text": one} for one in self.verdict.notices]
        found: Object = {
            "resourceType": "GuidanceResponse",
            "id": self._id("response"),
            "moduleUri": f"{_MODULE}:{VERSION}",
            "status": "data-required" if asked else "success",
            "subject": self.subject,
            "occurrenceDateTime": self.when,
            "note": [*notices, *({"text": one} for one in told), {"text": self.verdict.disclaimer}],
        }
        required = [self._required(name) for one in asked for name in one.asked.findings]
        if required:
            found["dataRequirement"] = required
        if group is not None:
            found["result"] = {"reference": f"urn:uuid:{group['id']}"}
        found["note"] = [one for one in found["note"] if one["text"]]
        return found

    def _required(self, name: str) -> Object:
        """A finding that is still to be known."""
        coded = self._coding(name, ("findings", "quantities"))
        code: Object = {"path": "code", "code": coded or [{"display": self.names.label(name)}]}
        return {"type": "Observation", "codeFilter": [code]}

    def _group(self, proposed: list[Object], advice: list[Item]) -> Object | None:
        """Everything that is proposed, as one group; what is no request is told in words."""
        actions: list[Object] = [
            {"title": _title(one), "resource": {"reference": f"urn:uuid:{one['id']}"}} for one in proposed
        ]
        actions += [
            {"title": item.label, "description": _dose(item)} if _dose(item) else {"title": item.label}
            for item in advice
        ]
        if not actions:
            return None
        return {
            "resourceType": "RequestGroup",
            "id": self._id("group"),
            "status": "draft",
            "intent": "proposal",
            "subject": self.subject,
            "authoredOn": self.when,
            "action": actions,
        }

    # --- what is proposed ---

    def _test(self, test: Test) -> Object:
        coding = self._coding(test.id, ("investigations",))
        for name in test.settles if not coding else ():
            coding += self._coding(name, ("findings",))[:1]
        return self._request(test.id, test.label, coding, test.because, test.tells)

    def _service(self, item: Item) -> Object:
        return self._request(
            item.id, item.label, self._coding(item.id, ("interventions",)), item.supporting, _dose(item)
        )

    def _request(self, name: str, label: str, coding: list[Object], because: tuple[Reason, ...], note: str) -> Object:
        code: Object = {"text": label}
        if coding:
            code["coding"] = coding
        found: Object = {
            "resourceType": "ServiceRequest",
            "id": self._id("service", name),
            "status": "draft",
            "intent": "proposal",
            "code": code,
            "subject": self.subject,
            "authoredOn": self.when,
            **self._reasons(because),
        }
        if support := self._evidence(because):
            found["supportingInfo"] = support
        return {**found, "note": [{"text": note}]} if note else found

    def _medicine(self, item: Item) -> Object:
        concept: Object = {"text": item.label}
        if coding := self._coding(item.id, ("medicines",)):
            concept["coding"] = coding
        found: Object = {
            "resourceType": "MedicationRequest",
            "id": self._id("medicine", item.id),
            "status": "draft",
            "intent": "proposal",
            "medicationCodeableConcept": concept,
            "subject": self.subject,
            "authoredOn": self.when,
            **self._reasons(item.supporting),
        }
        if support := self._evidence(item.supporting):
            found["supportingInformation"] = support
        cautions = [{"text": f"care: {reason.title}"} for reason in item.cautions]
        if cautions:
            found["note"] = cautions
        if dose := _dose(item):
            found["dosageInstruction"] = [{"text": dose}]
        return found

    def _issue(self, alert: AlertShown) -> Object:
        found: Object = {
            "resourceType": "DetectedIssue",
            "id": self._id("issue", alert.id),
            "status": "preliminary",
            "code": {"text": alert.label},
            "severity": _SEVERITY.get(alert.urgency, "low"),
            "patient": self.subject,
            "identifiedDateTime": self.when,
            "detail": "; ".join(reason.title for reason in alert.because) or alert.label,
        }
        if alert.action:
            found["mitigation"] = [{"action": {"text": alert.action}}]
        if evidence := self._evidence(alert.because):
            found["evidence"] = [{"detail": evidence}]
        return found

    # --- what it rests on ---

    def _reasons(self, because: tuple[Reason, ...]) -> Object:
        told = [{"text": reason.title} for reason in because]
        return {"reasonCode": told} if told else {}

    def _evidence(self, because: tuple[Reason, ...]) -> list[Object]:
        """The resources that came in, from which the facts of these reasons were read."""
        taken = self.verdict.taken
        if taken is None:
            return []
        names = dict.fromkeys(fact.finding for reason in because for fact in reason.facts)
        paths = dict.fromkeys(path for name in names for path in taken.read.get(name, ()))
        told = dict.fromkeys(taken.references[path] for path in paths if path in taken.references)
        return [{"reference": reference} for reference in told]

    def _coding(self, name: str, homes: tuple[str, ...]) -> list[Object]:
        """The codes of an entry that somebody looked up, a few of each system."""
        found: list[Object] = []
        for codes in self.kb.codes.values():
            if codes.of in homes and codes.means == (name,) and not codes.withdrawn and not codes.entry:
                for system, address in CODE_SYSTEMS.items():
                    listed: tuple[str, ...] = getattr(codes, system)
                    found += [{"system": address, "code": code} for code in listed[:_REQUESTED]]
        return found


def _title(request: Object) -> str:
    told: str = (request.get("code") or request["medicationCodeableConcept"])["text"]
    return told


def _dose(item: Item) -> str:
    return "; ".join(dict.fromkeys(dose.text for dose in item.doses))

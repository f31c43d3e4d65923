"""Whose a resource is: patients, however they are referred to, kept apart from everybody else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .coding import words
from .notation import Resource

_LINKS = ("subject", "patient")


class Subject:
    """A patient: the Patient resource, where there is one, and every resource whose subject that patient is."""

    def __init__(self, name: str, patient: Resource | None) -> None:
        self.name, self.patient = name, patient
        self.resources: list[Resource] = []


class Grouped:
    """Resources by their patient, and those that are of none."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.subjects: list[Subject] = []
        self.nobody: list[tuple[Resource, str]] = []
        """Resources that are no patient's, each with why."""
        self.medicines: list[Resource] = []
        """What a medicine is, for whatever refers to it."""
        self.others: dict[str, int] = {}
        """How many resources there are that speak of no patient: practitioners, organizations, devices."""
        self._by_address: dict[str, Subject] = {}
        self._by_scope: dict[tuple[int, str], list[Subject]] = {}
        self._by_id: dict[str, list[Subject]] = {}
        self._by_identifier: dict[tuple[str, str], list[Subject]] = {}
        self._kept: dict[tuple[int, str, str], Subject | str] = {}
        rest: list[Resource] = []
        for one in resources:
            kind = one.content["resourceType"]
            if kind == "Patient":
                self._patient(one)
                continue
            rest.append(one)
            if kind == "Medication":
                self.medicines.append(one)
        quick: dict[tuple[int, str], Subject] = {}
        for one in rest:
            content, address = one.content, one.address
            reference = content.get("subject")
            if reference is None:
                reference = content.get("patient")
            told = reference.get("reference") if type(reference) is dict else None
            if type(told) is not str or address.startswith("http"):
                self._file(one, reference)
                continue
            known = quick.get((one.scope, told))
            if known is not None:  # as most are: of the same as the one before
                known.resources.append(one)
                continue
            filed = self._file(one, reference)
            if filed is not None:
                quick[one.scope, told] = filed

    def _patient(self, one: Resource) -> None:
        identity = words(one.content.get("id"))
        subject = self._same(one, identity)
        if subject is None:
            subject = Subject(f"Patient/{identity}" if identity else one.address, one)
            self.subjects.append(subject)
            for system, value in _identifiers(one.content):
                self._by_identifier.setdefault((system, value), []).append(subject)
        if one.address:
            self._by_address.setdefault(one.address, subject)
        if identity:
            within = self._by_scope.setdefault((one.scope, identity), [])
            for listed in (within, self._by_id.setdefault(identity, [])):
                if subject not in listed:
                    listed.append(subject)

    def _same(self, one: Resource, identity: str) -> Subject | None:
        """The patient whom this resource shows once more; another with the same id is another."""
        for subject in self._by_id.get(identity, ()) if identity else ():
            known = subject.patient
            if known is None or _likeness(known.content) != _likeness(one.content):
                continue
            if "" in (_base(known), _base(one)) or _base(known) == _base(one):
                if any(key in one.content for key in ("deceasedDateTime", "deceasedBoolean")):
                    subject.patient = one  # a later version: who died stays dead
                return subject
        return None

    def _file(self, one: Resource, reference: Any) -> Subject | None:
        """Give a resource to whom it is of, who is returned; None where it is nobody's."""
        content = one.content
        if reference is None:
            if any(link in content for link in _LINKS) or content["resourceType"] in SPEAKING:
                self.nobody.append((one, "it does not say whose it is"))
            else:
                kind = content["resourceType"]
                self.others[kind] = self.others.get(kind, 0) + 1
            return None
        if isinstance(reference, list):
            reference = reference[0] if len(reference) == 1 else None
        found = self._resolved(one, reference)
        if isinstance(found, Subject):
            found.resources.append(one)
            return found
        self.nobody.append((one, found))
        return None

    def _resolved(self, one: Resource, reference: Any) -> Subject | str:
        if not isinstance(reference, dict):
            return "whose it is cannot be read"
        told = reference.get("reference")
        if isinstance(told, str) and told:
            base = _base(one)
            key = (one.scope, base, told)
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = self._told(one, told, base)
            return found
        identifier = reference.get("identifier")
        if isinstance(identifier, dict):
            named = self._by_identifier.get((words(identifier.get("system")), words(identifier.get("value"))), [])
            if len(named) == 1:
                return named[0]
            return "several patients have this identifier" if named else "no patient has this identifier"
        return "it does not say whose it is"

    def _told(self, one: Resource, told: str, base: str) -> Subject | str:
        told = told.split("/_history/")[0]
        if told.startswith("#"):
            return "its subject is described inside it alone"
        kind, _, identity = told.rpartition("/")
        if told in self._by_address:
            return self._by_address[told]
        if told.startswith("urn:"):
            return self._one(self._by_id.get(told.rsplit(":", 1)[-1], []), told)
        if not kind.endswith("Patient"):
            return f"it is of no patient but of {told[:60]}"
        if kind != "Patient":  # a full address
            known = [one for one in self._by_id.get(identity, []) if not (one.patient and one.patient.address)]
            return self._one(known, told)
        if base and f"{base}/{told}" in self._by_address:
            return self._by_address[f"{base}/{told}"]
        return self._one(self._by_scope.get((one.scope, identity)) or self._by_id.get(identity, []), told)

    def _one(self, known: list[Subject], told: str) -> Subject | str:
        if len(known) > 1:
            return f"several patients are called {told[:60]}"
        if known:
            return known[0]
        subject = self._by_address[told] = Subject(told, None)  # named by its resources alone
        self.subjects.append(subject)
        if told.startswith("Patient/"):
            self._by_id.setdefault(told.removeprefix("Patient/"), []).append(subject)
        return subject


SPEAKING = frozenset(
    {"Observation", "Condition", "MedicationRequest", "MedicationStatement", "MedicationUsage", "Procedure"}
    | {"MedicationAdministration", "MedicationDispense", "AllergyIntolerance", "DiagnosticReport"}
    | {"FamilyMemberHistory", "Composition", "List", "DetectedIssue", "ServiceRequest"}
)
"""Types of resources that say something of somebody."""


def _base(one: Resource) -> str:
    """The server a resource comes from, by its address."""
    return one.address.rsplit("/", 2)[0] if one.address.startswith("http") and one.address.count("/") > 3 else ""


def _likeness(patient: dict[str, Any]) -> tuple[Any, ...]:
    """What two resources of one patient share."""
    return tuple(str(patient.get(key)) for key in ("birthDate", "gender"))


def _identifiers(patient: dict[str, Any]) -> Iterable[tuple[str, str]]:
    listed = patient.get("identifier")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and words(one.get("value")):
            yield words(one.get("system")), words(one.get("value"))

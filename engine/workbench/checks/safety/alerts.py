"""Whether an alert says what to do, and whether that can be done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....knowledge_base.model import Alert, Intervention
from ....values import truth
from ....values.problems import Level
from ....values.truth import Truth
from ...cases import cases
from ..check import Told, check
from ..logic.words import content
from ..subject import Subject

_SENTENCE = re.compile(r"(?<=[.;!])\s+")
_HOLDS_BACK = re.compile(
    r"\b(no|not|never|before|hold|held|stop|stopped|avoid|without|until|unless|after|instead|bar|barred|contraindicated)\b",
    re.IGNORECASE,
)
_GIVES = re.compile(
    r"\b(gives?|given|start|begin|take|inject\w*|infus\w+|treat\w*|replace|continue"
    r"|into a vein|by mouth|under the skin)\b",
    re.IGNORECASE,
)
_BARRED = re.compile(r"\b(bar|bars|barred|contraindicat\w+|unless|not allow\w*|instead|cannot)\b", re.IGNORECASE)


@check("OL504", Level.ERROR)
def alert_without_action(subject: Subject) -> Iterator[Told]:
    """An alert says that something is wrong, and not what to do.

    Avoid:
        severe_hypercalcemia: {label: severe hypercalcemia, action: Severe hypercalcemia.}
    Prefer:
        severe_hypercalcemia: {label: severe hypercalcemia, action: To hospital now; fluids into a vein first.}
    Why:
        It is read first and in haste; whoever reads it must know the next step.
    """
    for alert in subject.kb.alerts.values():
        if not content(alert.action) - content(alert.label):
            place = alert.places.get("action", alert.place)
            yield Told(f"the action of '{alert.id}' says no more than its label", place, "say what to do, and how soon")


@check("OL505", Level.ERROR)
def remedy_contraindicated(subject: Subject) -> Iterator[Told]:
    """What an alert tells to give is contraindicated for a patient it is raised for, and it does not say so.

    Avoid:
        action: Give calcitonin.        # and a rule bars calcitonin in a patient of the worked cases
    Prefer:
        action: Give calcitonin. Where it is barred, ask a specialist today.
    Why:
        An alert is obeyed before the plan is read, so the patient is given what harms.
    """
    for alert in subject.kb.alerts.values():
        for remedy in _remedies(subject, alert):
            place = alert.places.get("action", alert.place)
            hint = "say what to do where it is barred"
            raised = [rule.when for rule in subject.of("alerts") if alert.id in rule.members and rule.when]
            for rule in subject.of("contraindicates"):
                barring = rule.when if remedy.id in rule.members else None
                if barring and any(subject.logic.implies(when, barring) for when in raised):
                    what = f"the action of '{alert.id}' gives '{remedy.id}', which '{rule.id}' bars"
                    yield Told(what, place, hint, rule.place)
            yield from _in_cases(subject, alert, remedy)


def _in_cases(subject: Subject, alert: Alert, remedy: Intervention) -> Iterator[Told]:
    for one in subject.cases:
        if any(want.kind == "alerts" and want.subject == alert.id and not want.negated for want in one.expectations):
            patient = cases.patient(subject.prepared, one)
            barred = truth.any_of(patient.truth(rule) for rule in patient.rules("contraindicates", remedy.id))
            if barred is Truth.TRUE:
                what = f"the action of '{alert.id}' gives '{remedy.id}', which is contraindicated in '{one.name}'"
                place = alert.places.get("action", alert.place)
                yield Told(what, place, "say what to do where it is barred", one.place)
                return


def _remedies(subject: Subject, alert: Alert) -> list[Intervention]:
    """The medicines that an action tells to give, unless it speaks of those who may not have them."""
    if _BARRED.search(alert.action):
        return []
    sentences = _SENTENCE.split(alert.action)
    giving = [part for part in sentences if _GIVES.search(part) and not _HOLDS_BACK.search(part)]
    telling = " ".join(giving).casefold()
    found = []
    for entry in subject.kb.interventions.values():
        names = [name.casefold() for name in (entry.label, *entry.synonyms) if len(name) > 3]
        if entry.kind == "medicine" and any(re.search(rf"\b{re.escape(name)}\b", telling) for name in names):
            found.append(entry)
    return found

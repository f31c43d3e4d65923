"""What safety says of one patient, and what of it has become stricter or more permissive."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.assessment import plan, workup
from engine.assessment.outlook import Outlook
from engine.assessment.plan import LINES
from engine.case.case import Case, Prepared
from engine.inference.working_memory import WorkingMemory
from engine.values.truth import Truth
from engine.values.value import Known
from engine.workbench.trials.dangers import Dangers

TODAY = datetime.date(2026, 11, 21)
STRICTER = ("recommended", "conditional", "deferred", "undetermined", "contraindicated")
"""The statuses of a medicine that is wanted or may be, each stricter than the one before."""
URGENT = (Truth.FALSE, Truth.UNKNOWN, Truth.TRUE)
VERBS = ("contraindicates", "defers", "alerts", "recommends")


@dataclass(frozen=True, slots=True)
class Stand:
    """The status and line of each bone medicine, the truth of each alert, and of each rule about either."""

    statuses: Mapping[str, str]
    lines: Mapping[str, str]
    alerts: Mapping[str, Truth]
    rules: Mapping[str, Truth]
    barred: frozenset[str]
    """The bone medicines that something contraindicates, wanted or not."""


def bone_medicines(prepared: Prepared) -> list[str]:
    return [one.id for one in prepared.kb.interventions.values() if one.choice == "bone medicine"]


def judged(dangers: Dangers, known: Mapping[str, Known], memory: WorkingMemory) -> Case:
    """The case of a whole record."""
    patient = Case(dangers.prepared, dangers.today, memory=memory)
    patient.say(known)
    patient.finish()
    return patient


def stand(case: Case) -> Stand:
    look, medicines = Outlook(case), bone_medicines(case.prepared)
    taken = {f"taking_{one.id}": workup.barred(case, one.id) for one in plan.taken(case)}
    rules = {rule.id: case.truth(rule) for verb in VERBS for rule in case.prepared.by_verb.get(verb, ())}
    return Stand(
        {one: look.status(one) for one in medicines},
        {one: look.line(one) for one in medicines},
        {one: look.alert(one) for one in case.kb.alerts} | taken,
        rules,
        frozenset(one for one in medicines if workup.barred(case, one) is Truth.TRUE),
    )


def stricter(before: Stand, after: Stand) -> Iterator[tuple[str, str]]:
    """Each bone medicine and alert that has become stricter, or is no longer wanted, with how."""
    for medicine, old in before.statuses.items():
        new = after.statuses[medicine]
        if is_stricter(old, new) and (old or medicine not in before.barred):
            yield medicine, became(old, new)
    for alert, was in before.alerts.items():
        now = after.alerts[alert]
        if URGENT.index(now) > URGENT.index(was):
            yield alert, f"{was.value} -> {now.value}"


def is_stricter(old: str, new: str) -> bool:
    """Whether a status is stricter than another; of what was not wanted only where nothing barred it then."""
    if old in STRICTER[:-1]:
        return new == "" or STRICTER.index(new) > STRICTER.index(old)
    return not old and new == "contraindicated"


def became(old: str, new: str) -> str:
    return f"{old or 'not wanted'} -> {new or 'not wanted'}"


def moved(case: Case, before: Stand, after: Stand, subject: str) -> str:
    """The rules about a medicine or alert whose truth is another now: where to look for why."""
    rules = [rule.id for verb in VERBS for rule in case.rules(verb, subject)]
    turned = (
        f"{name} {before.rules[name].value} -> {after.rules[name].value}"
        for name in rules
        if before.rules[name] is not after.rules[name]
    )
    return ", ".join(turned) or "no rule of its own"


def better_line(before: str, after: str) -> bool:
    """Whether a medicine comes earlier than it did; where no line was named it has none to come earlier than."""
    return bool(before) and bool(after) and LINES.index(after) < LINES.index(before)

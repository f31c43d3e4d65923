"""What is wanted and not to be had here: named as such, with what is next, and never a contraindication.

A hospital says so of its own directory (`knowledge/unavailable`). No status changes by it: whether a medicine is right
for a patient is another question than where it can be had. What is to be had is named before it, and a medicine that
is taken already is an alert, for it must go on from somewhere.
"""

from __future__ import annotations

import dataclasses
import itertools

from ...case.case import Case
from ...knowledge_base.model import Intervention, KnowledgeBase, Unavailable
from .. import plan as plans
from .. import workup
from ..verdict import AlertShown, Item, Verdict

NOT_HERE = "not_here_"
"""With the id of a medicine the id of the alert that it is taken and not to be had here."""
_WANTED = ("recommended", "conditional")


def of(kb: KnowledgeBase) -> dict[str, Unavailable]:
    """For each measure that is not to be had here the entry that says so; of several the first."""
    listed = [kb.choices[name] for name in ("medicines", "interventions") if name in kb.choices]
    found: dict[str, Unavailable] = {}
    for entry in kb.unavailable.values():
        for name in entry.medicines:
            for member in sorted({name}.union(*(choice.expand(name) or () for choice in listed))):
                if member in kb.interventions:
                    found.setdefault(member, entry)
    return found


def told(case: Case, verdict: Verdict) -> Verdict:
    """A verdict that says of what is wanted and not to be had here that it is so."""
    if not case.kb.unavailable:
        return verdict
    missing = of(case.kb)
    named = [_named(item, missing, verdict.plan) for item in verdict.plan]
    groups = itertools.groupby(named, key=lambda item: (item.kind, item.status))
    plan = tuple(item for _, group in groups for item in sorted(group, key=lambda one: bool(one.unavailable)))
    barred = {alert.id for alert in verdict.alerts if alert.status == "raised"}
    taken = [one for one in plans.taken(case) if one.id in missing and f"{workup.TAKING}{one.id}" not in barred]
    alerts = (*verdict.alerts, *(_alert(one, missing[one.id]) for one in taken))
    return dataclasses.replace(verdict, plan=plan, alerts=workup.by_urgency(alerts))


def _named(item: Item, missing: dict[str, Unavailable], plan: tuple[Item, ...]) -> Item:
    entry = missing.get(item.id)
    if entry is None or item.status == "contraindicated":
        return item
    return dataclasses.replace(item, unavailable=entry.because, instead=_next(item, missing, plan))


def _next(item: Item, missing: dict[str, Unavailable], plan: tuple[Item, ...]) -> str:
    """The id of the first measure of the plan that is wanted and can be had: of its choice, else of its kind."""
    others = [one for one in plan if one.status in _WANTED and one.kind == item.kind and one.id not in missing]
    alike = [one for one in others if item.choice and one.choice == item.choice]
    plainly = [one for one in (*alike, *others) if one.status == "recommended"]
    return next((one.id for one in (*plainly, *alike, *others)), "")


def _alert(taken: Intervention, entry: Unavailable) -> AlertShown:
    said = "See to where it comes from before the next dose is due; it is not stopped for that."
    return AlertShown(
        id=f"{NOT_HERE}{taken.id}",
        label=f"Takes {taken.label}, which is not to be had here",
        urgency="soon",
        status="raised",
        action=" ".join(one for one in (said, entry.because, taken.aftercare) if one),
        because=(),
    )

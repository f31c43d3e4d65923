"""What an answer settled: the difference between the verdict before it and the one after, in short lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..assessment.verdict import PRESSING, Diagnosis, Item, Reason, Verdict
from ..knowledge_base.naming import Names

ALERT, FOUND, DO, NOT_YET, NEVER = "ALERT", "found", "do", "! NOT YET", "! NEVER"
CONTRADICTS = "?"
_MOST = 4
_TAGS = 1
_SHOWN = ("recommended", "conditional", "deferred", "contraindicated")
"""The statuses of a medicine that are told when they come, and whose end is told where none of them follows."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a consultation; `mark` says in a word what kind of line it is, so that color is not needed."""

    mark: str
    text: str


def lines(before: Verdict, after: Verdict, names: Names) -> tuple[Told, ...]:
    """What changed the picture, the urgent first: alerts, diagnoses, levels of risk, medicines.

    Causes, numbers worked out, tests and what helps besides are in `facts`, `differential`, `plan` and the report; so
    are the reasons of what is only likely, and against measures that are no medicines.
    """
    return (
        *_contradictions(before, after),
        *_alerts(before, after),
        *_fallen(before, after),
        *_found(before, after),
        *_to_do(before, after),
        *_held_back(before, after, names),
    )


def raised(verdict: Verdict) -> frozenset[str]:
    """The alerts that are raised."""
    return frozenset(one.id for one in verdict.alerts if one.status == "raised")


def _fallen(before: Verdict, after: Verdict) -> Iterator[Told]:
    """What was told before and holds no longer: a diagnosis, an alert, a medicine that was recommended."""
    now = {one.id: one.status for one in after.diagnoses}
    for one in before.diagnoses:
        if one.status == "established" and now.get(one.id) != "established":
            yield Told(FOUND, f"no longer: {one.label.upper()}")
    standing = raised(after)
    gone = [one.label for one in before.alerts if one.status == "raised" and one.id not in standing]
    yield from (Told(ALERT, f"no longer: {label}") for label in gone)
    shown = {item.id for item in after.plan if item.status in _SHOWN}
    medicines = [item for item in before.plan if item.kind == "medicine" and item.id not in shown]
    if dropped := [item.label for item in medicines if item.status in ("recommended", "conditional")]:
        yield Told(DO, f"no longer: {', '.join(dropped)}")
    if freed := [item.label for item in medicines if item.status in ("deferred", "contraindicated")]:
        yield Told(DO, f"no longer barred or put off, nor asked for: {', '.join(freed)}")


def _contradictions(before: Verdict, after: Verdict) -> Iterator[Told]:
    known = {one.told for one in before.contradictions}
    yield from (Told(CONTRADICTS, one.told) for one in after.contradictions if one.told not in known)


def _alerts(before: Verdict, after: Verdict) -> Iterator[Told]:
    known = raised(before)
    for alert in after.alerts:
        if alert.status == "raised" and alert.id not in known:
            action = alert.action if alert.urgency in PRESSING else _sentence(alert.action)
            action = f" {action}" if action else ""
            yield Told(ALERT, f"{alert.urgency.upper()}: {alert.label}.{action}{tags(alert.because)}")


def _sentence(text: str) -> str:
    """The first sentence; the rest stands in `alerts` and in the report."""
    first, stop, _ = text.partition(". ")
    return first + stop.strip()


def _found(before: Verdict, after: Verdict) -> Iterator[Told]:
    was = {one.id: one.status for one in before.diagnoses}
    new = [one for one in after.diagnoses if one.status != was.get(one.id)]
    yield from (Told(FOUND, _diagnosed(one)) for one in new if one.status in ("established", "contradictory"))
    if likely := [f"{one.label} ({one.score:+.1f})" for one in new if one.status == "likely"]:
        yield Told(FOUND, f"likely: {', '.join(likely)}")
    levels = {state.id: (state.at_least, state.truth) for state in before.states}
    for state in after.states:
        if state.at_least and levels.get(state.id) != (state.at_least, state.truth) and state.because:
            more = "" if state.truth.value == "true" else "at least "
            yield Told(FOUND, f"{state.label}: {more}{state.at_least.replace('_', ' ')}{tags(state.because)}")


def _diagnosed(one: Diagnosis) -> str:
    why = f": {one.supporting[0].title.rstrip('.')}" if one.supporting else ""
    label = one.label.upper() if one.status == "established" else f"{one.label} {one.status}"
    return f"{label}{why}{tags(one.supporting[:1])}"


def _to_do(before: Verdict, after: Verdict) -> Iterator[Told]:
    """Medicines that are recommended now, or will be once what they wait for is known."""
    was = {item.id: item.status for item in before.plan}
    for status, words in (("recommended", "recommended"), ("conditional", "once checked")):
        new = [
            item.label
            for item in after.plan
            if item.kind == "medicine" and item.status == status and was.get(item.id) != status
        ]
        if new:
            yield Told(DO, f"{words}: {', '.join(new)}")


def _held_back(before: Verdict, after: Verdict, names: Names) -> Iterator[Told]:
    was = {item.id: item.status for item in before.plan}
    waiting: dict[tuple[str, ...], list[Item]] = {}
    besides: list[Item] = []
    for item in after.plan:
        if item.status == "deferred" and was.get(item.id) != "deferred":
            (waiting.setdefault(item.after, []) if item.kind == "medicine" else besides).append(item)
    for after_these, items in waiting.items():
        steps = [names.label(step) if step in names.kb.interventions else step for step in after_these]
        until = f" until: {', '.join(steps)}" if steps else ""
        reasons = items[0].against[:1]
        yield Told(NOT_YET, f"no {', '.join(item.label for item in items)}{until}{tags(reasons)}")
    if besides:
        yield Told(NOT_YET, f"no {few(item.label for item in besides)}")
    if never := [item for item in after.plan if item.status == "contraindicated" and was.get(item.id) != item.status]:
        others = [item.label for item in never if item.kind != "medicine"]
        yield from [Told(NEVER, few(others))] if others else []
    barred: dict[str, list[Item]] = {}
    for item in after.plan:
        if item.status == "contraindicated" and was.get(item.id) != item.status and item.kind == "medicine":
            why = f"{item.against[0].title.rstrip('.')}{tags(item.against[:1])}" if item.against else ""
            barred.setdefault(why, []).append(item)
    for why, items in barred.items():
        yield Told(NEVER, ", ".join(item.label for item in items) + (f": {why}" if why else ""))


def tags(reasons: Iterable[Reason]) -> str:
    """` [who-1994; demineralization A14] [not verified]`, one source at most."""
    listed = list(reasons)
    cited = dict.fromkeys(f"{one.source} {one.where}".strip() for reason in listed for one in reason.sources)
    shown = f" [{'; '.join(list(cited)[:_TAGS])}]" if cited else ""
    return shown + (" [not verified]" if any(reason.evidence == "unverified" for reason in listed) else "")


def few(words: Iterable[str]) -> str:
    """The first of them, and how many more."""
    listed = list(words)
    more = f" and {len(listed) - _MOST} more" if len(listed) > _MOST else ""
    return ", ".join(listed[:_MOST]) + more

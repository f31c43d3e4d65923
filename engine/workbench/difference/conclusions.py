"""What is shown of a patient, conclusion by conclusion, as the words it can be: of many at once, and of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ...assessment.outlook import Outlook
from ...assessment.population.population import Population
from ...assessment.verdict import URGENCIES
from ...assessment.workup import TAKING
from ...inference.program import bits
from ...knowledge_base.model import KnowledgeBase
from ...values.truth import Truth

NOTHING = "nothing"
"""What is shown of a conclusion that a report leaves out."""
NOT_RULED_OUT = "not ruled out"

Words = Mapping[str, int]
"""The cases of which each word is shown; of one word at a time, but for doses."""


class Conclusion(NamedTuple):
    """One thing a report can show. `kind` is status, line, dose, caution, diagnosis, cause, alert or test."""

    kind: str
    id: str


def all_of(kb: KnowledgeBase) -> tuple[Conclusion, ...]:
    """Everything that a knowledge base can show, in the order in which a report counts."""
    return tuple(_all(kb))


def _all(kb: KnowledgeBase) -> Iterator[Conclusion]:
    for alert in kb.alerts:
        yield Conclusion("alert", alert)
    for intervention in kb.interventions.values():
        yield Conclusion("status", intervention.id)
        if intervention.kind == "medicine":
            yield Conclusion("alert", f"{TAKING}{intervention.id}")
        for kind in ("line", "dose", "caution"):
            yield Conclusion(kind, intervention.id)
    for condition in kb.conditions:
        yield Conclusion("diagnosis", condition)
        yield Conclusion("cause", condition)
    for test in kb.investigations:
        yield Conclusion("test", test)


def words(people: Population, conclusion: Conclusion) -> Words:
    """What is shown of a conclusion; the cases of which nothing is shown are in no set."""
    kind, name = conclusion
    kb = people.kb
    if kind == "alert":
        return _alert(people, name)
    if kind == "diagnosis":
        return people.diagnosis(name) if name in kb.conditions else {}
    if kind == "cause":
        return _only("a cause", people.is_cause(name)) if name in kb.conditions else {}
    if kind == "test":
        return _only("ordered", people.in_work_up(name)) if name in kb.investigations else {}
    if name not in kb.interventions:
        return {}
    if kind == "status":
        return people.status(name)
    planned = bits.joined(people.status(name).values())
    if kind == "line":
        return {line: cases & planned for line, cases in people.line(name).items() if cases & planned}
    if kind == "caution":
        return _only("given", people.calls_for_care(name))
    return dict(_doses(people, name, planned))


def _only(word: str, cases: int) -> Words:
    return {word: cases} if cases else {}


def _alert(people: Population, name: str) -> Words:
    """Raised by its urgency, or not ruled out; one that is ruled out is not shown."""
    kb = people.kb
    if name not in kb.alerts and name.removeprefix(TAKING) not in kb.interventions:
        return {}
    true, false = people.alert(name)
    found = _only(NOT_RULED_OUT, people.everybody & ~(true | false))
    if name not in kb.alerts:
        return {**found, **_only("raised", true)}
    for urgency in URGENCIES:
        rules = [rule for rule in people.view.rules("alerts", name) if rule.urgency == urgency]
        cases = true & bits.joined(people.view.acting(rule)[0] for rule in rules)
        found = {**found, **_only(f"raised, {urgency}", cases)}
        true &= ~cases
    return found


def _doses(people: Population, name: str, planned: int) -> Iterator[tuple[str, int]]:
    told, found = 0, dict[str, int]()
    for rule in people.plans.wanting(name):
        cases = people.view.acting(rule)[0] & planned if rule.dose else 0
        if cases:
            told |= cases
            found[rule.dose] = found.get(rule.dose, 0) | cases
    own = people.kb.interventions[name].dose
    rest = planned & ~told
    if own and rest:
        found[own] = found.get(own, 0) | rest
    yield from found.items()


# --- of one patient, by experta ---------------------------------------------------------------------------------------


def word(look: Outlook, conclusion: Conclusion) -> str:
    """What is shown of a conclusion of one patient; of doses, which a report prints with their values, nothing."""
    kind, name = conclusion
    kb = look.case.kb
    if kind == "alert":
        return _alert_of_one(look, name)
    if kind == "diagnosis":
        standing = look.standing(name) if name in kb.conditions else None
        return standing.status if standing is not None else NOTHING
    if kind == "cause":
        return "a cause" if name in kb.conditions and look.is_cause(name) else NOTHING
    if kind == "test":
        return "ordered" if name in kb.investigations and look.in_work_up(name) else NOTHING
    if name not in kb.interventions or kind == "dose":
        return NOTHING
    status = look.status(name)
    if kind == "status":
        return status or NOTHING
    if kind == "line":
        return (look.line(name) if status else "") or NOTHING
    return "given" if look.calls_for_care(name) else NOTHING


def _alert_of_one(look: Outlook, name: str) -> str:
    kb = look.case.kb
    if name not in kb.alerts and name.removeprefix(TAKING) not in kb.interventions:
        return NOTHING
    truth = look.alert(name)
    if truth is not Truth.TRUE:
        return NOT_RULED_OUT if truth is Truth.UNKNOWN else NOTHING
    raising = look.case.prepared.by_target.get(("alerts", name), ())
    urgencies = {rule.urgency for rule in raising if look.rule(rule) is Truth.TRUE}
    return next((f"raised, {one}" for one in URGENCIES if one in urgencies), "raised")


# --- which way --------------------------------------------------------------------------------------------------------

_ALLOWED = ("contraindicated", "deferred", "undetermined", "conditional", "recommended")
"""The statuses of a medicine, the strictest first."""


def loosened(conclusion: Conclusion, before: str, after: str) -> bool:
    """Whether whoever was protected is protected less: a medicine freer, a caution gone, an alert milder."""
    if conclusion.kind == "status" and before in _ALLOWED and after in _ALLOWED:
        return _ALLOWED.index(after) > _ALLOWED.index(before)
    if conclusion.kind == "caution":
        return after == NOTHING
    if conclusion.kind == "alert":
        return _pressing(after) < _pressing(before)
    return False


def _pressing(word: str) -> int:
    if word.startswith("raised"):
        urgency = word.partition(", ")[2] or "urgent"
        return 2 + len(URGENCIES) - URGENCIES.index(urgency)
    return int(word == NOT_RULED_OUT)

"""Which tests to do and in which order, and what must be said first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ..case.case import Case
from ..knowledge_base.model import Alert, Intervention, Investigation, Rule
from ..values import truth
from ..values.truth import Truth
from ..values.value import Gap, Records
from . import plan, reasons, waiting
from .speaking import Hearing, Speaking
from .verdict import URGENCIES, AlertShown, Item, Test

TAKING = "taking_"
"""With the id of a medicine the id of the alert that it is taken though it is or may be contraindicated."""


def tests(case: Case, items: tuple[Item, ...]) -> tuple[Test, ...]:
    """What was ordered, and what would settle a measured finding that the plan misses."""
    wanted_by = _waiting_rules(case, {item.id: item.status for item in items})
    chosen = _settling(case, wanted_by)
    return placed(
        [one for test in case.kb.investigations.values() if (one := _test(case, test, wanted_by, chosen)) is not None]
    )


def placed(tests: Sequence[Test]) -> tuple[Test, ...]:
    """Tests in their order, those that wait for an earlier step told from those to do now."""
    first = min((test.step for test in tests if test.status == "to do"), default=0)
    found = [
        Test(test.id, test.label, test.step, "after", test.tells, test.because, test.settles)
        if test.status == "to do" and test.step > first
        else test
        for test in tests
    ]
    return tuple(sorted(found, key=lambda test: (test.step, test.label)))


def is_wanted(case: Case, test: Investigation, statuses: Callable[[], Mapping[str, str]]) -> bool:
    """Whether the work-up holds a test; the statuses of the plan are asked for only if no rule orders it."""
    if is_ordered(case, test):
        return True
    if withheld(case, test):
        return False
    return test.id in _settling(case, _waiting_rules(case, statuses())).values()


def is_ordered(case: Case, test: Investigation) -> bool:
    """Whether a shown rule orders a test."""
    return any(case.truth(rule) is Truth.TRUE for rule in orders(case, test))


def _waiting_rules(case: Case, statuses: Mapping[str, str]) -> dict[str, list[Rule]]:
    """For each missing finding that is measured the rules of the plan that wait for it."""
    found: dict[str, list[Rule]] = {}
    for intervention, status in statuses.items():
        if status in ("conditional", "deferred"):
            for name, rule in case.part(_waited_for, case.kb.interventions[intervention]):
                found.setdefault(name, []).append(rule)
    return found


def _waited_for(case: Case, intervention: Intervention) -> list[tuple[str, Rule]]:
    """The missing findings that are measured first, each with the rule against the intervention that waits for it."""
    return [
        (name, rule)
        for verb in ("contraindicates", "defers")
        for rule in case.rules(verb, intervention.id)
        for name in sorted(_soonest(case, _measured(case, waiting.awaited_of(case, intervention.id, rule))))
    ]


def _measured(case: Case, names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name in case.kb.findings and case.kb.findings[name].form == "number")


def _soonest(case: Case, names: Iterable[str]) -> set[str]:
    """Those of the missing findings whose test comes first: a rare test waits until the plain one says it is needed."""
    first_tests, tests = case.prepared.index.first_tests, case.kb.investigations
    step_of = {name: tests[first_tests[name]].step for name in names if name in first_tests}
    first = min(step_of.values(), default=0)
    return {name for name, step in step_of.items() if step == first}


def _settling(case: Case, wanted: Iterable[str]) -> dict[str, str]:
    """For each missing finding the investigation that comes first of those that settle it."""
    first_tests = case.prepared.index.first_tests
    return {name: first_tests[name] for name in wanted if name in first_tests}


def _test(case: Case, test: Investigation, wanted_by: dict[str, list[Rule]], chosen: dict[str, str]) -> Test | None:
    ordered_by, done = case.part(_ordered, test)
    settles = [name for name in test.findings if chosen.get(name) == test.id]
    if not ordered_by and (test.id not in chosen.values() or withheld(case, test)):
        return None
    by_plan = list({rule.id: rule for name in settles for rule in wanted_by[name]}.values())
    grounds = tuple(reasons.reason(case, rule) for rule in (ordered_by or by_plan))
    step = min((int(rule.step) for rule in ordered_by if rule.step), default=test.step)
    status = "done" if done and not settles else "to do"
    return Test(test.id, test.label, min(step, test.step), status, test.tells, grounds, tuple(settles))


def _ordered(case: Case, test: Investigation) -> tuple[list[Rule], bool]:
    """The rules that order a test, and whether it has been done."""
    return [rule for rule in orders(case, test) if case.truth(rule) is Truth.TRUE], is_done(case, test)


def orders(case: Case, test: Investigation) -> list[Rule]:
    """The rules that may order a test; none while the test is not to be done."""
    if withheld(case, test):
        return []
    return [rule for rule in case.rules("orders", test.id) if case.visible(rule) and case.acts(rule)]


def withheld(case: Case, test: Investigation) -> bool:
    """Whether the patient is one who is not sent for the test, whatever asks for it."""
    return test.not_while is not None and case.memory.holds(test.not_while) is Truth.TRUE


def is_done(case: Case, test: Investigation) -> bool:
    """Whether results show that it has been done; that a list is complete, or a group closed, shows nothing."""
    return case.ask(_is_done, test)


def _is_done(case: Case, test: Investigation) -> bool:
    if test.done_by:
        return any(_has_result(case, test, name) for name in test.done_by)
    return bool(test.findings) and all(_has_result(case, test, name) for name in test.findings)


def _has_result(case: Case, test: Investigation, name: str) -> bool:
    """Whether a result of the test is there: a value that was given or worked out, of a list a member it shows."""
    known = case.memory.known(name)
    if isinstance(known, Records):
        key, members = case.kb.findings[name].key, case.names.members(name)
        named = {member for entry in known.entries for member in getattr(entry.fields.get(key), "members", ())}
        return any(test.id in members[member].seen_by for member in named if member in members)
    implied = case.implied.get(name)
    return not isinstance(known, Gap) and (implied is None or isinstance(implied[0], Gap))


def alerts(case: Case) -> tuple[AlertShown, ...]:
    """Every alert that is not ruled out, and each medicine that is taken though it is or may be contraindicated."""
    found = [case.part(_alert, alert) for alert in case.kb.alerts.values()]
    taken = [_taken_and_barred(case, one) for one in plan.taken(case)]
    return by_urgency([one for one in (*found, *taken) if one is not None])


def barred(case: Case, intervention: str) -> Truth:
    """Whether something contraindicates an intervention."""
    return truth.any_of(case.truth(rule) for rule in case.rules("contraindicates", intervention))


def _hearing(case: Case) -> Hearing:
    return case.once("hearing", lambda: Hearing(case))


def _taken_and_barred(case: Case, intervention: Intervention) -> AlertShown | None:
    held = barred(case, intervention.id)
    if held is Truth.FALSE:
        return None
    advice = plan.advice(intervention, "contraindicated")
    action = f"Ask the prescriber to {advice}: {intervention.aftercare}" if intervention.aftercare else ""
    action = action or f"Ask the prescriber to {advice} it"
    name, label = f"{TAKING}{intervention.id}", f"Takes {intervention.label}, which is contraindicated here"
    rules = (*case.rules("contraindicates", intervention.id), *case.rules("defers", intervention.id))
    if held is Truth.TRUE:
        return AlertShown(name, label, "urgent", "raised", action, reasons.reasons(case, rules))
    deciding = [rule for rule in case.rules("contraindicates", intervention.id) if case.truth(rule) is held]
    speaking = Speaking() if case.brief else _hearing(case).of_rules(deciding)
    grounds = tuple(reasons.reason(case, rule) for rule in deciding)
    facts = _hearing(case).facts(speaking)
    label = label.replace("which is", "which may be")
    return AlertShown(name, label, "urgent", "not ruled out", action, grounds, facts, speaking.conditions)


def by_urgency(alerts: Iterable[AlertShown]) -> tuple[AlertShown, ...]:
    """Alerts in the order they are told: those raised, then those not ruled out, the most urgent first."""
    return tuple(
        sorted(alerts, key=lambda alert: (alert.status != "raised", URGENCIES.index(alert.urgency), alert.label))
    )


def raised(case: Case, alert: Alert) -> Truth:
    """Whether an alert is raised (true), ruled out (false), or not ruled out."""
    return truth.any_of(case.truth(rule) for rule in _raising(case, alert))


def _raising(case: Case, alert: Alert) -> list[Rule]:
    return [rule for rule in case.rules("alerts", alert.id) if case.acts(rule)]


def _alert(case: Case, alert: Alert) -> AlertShown | None:
    rules, held = _raising(case, alert), raised(case, alert)
    if held is Truth.FALSE:
        return None
    deciding = [rule for rule in rules if case.truth(rule) is held]
    grounds = tuple(reasons.reason(case, rule) for rule in deciding)
    urgency = min((rule.urgency for rule in deciding), key=URGENCIES.index)
    action = reasons.filled(case.holding(deciding[0]), alert.action)[0]
    if held is Truth.TRUE:
        return AlertShown(alert.id, alert.label, urgency, "raised", action, grounds, within=alert.within)
    speaking = Speaking() if case.brief else _hearing(case).of_rules(deciding, frozenset(alert.beyond))
    facts = _hearing(case).facts(speaking)
    return AlertShown(alert.id, alert.label, urgency, "not ruled out", action, grounds, facts, speaking.conditions)

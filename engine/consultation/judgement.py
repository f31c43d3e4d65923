"""From a case to its verdict: everything that follows for this patient, each claim with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..inference import productions
from ..knowledge_base.model import Alert, Condition, Investigation, Rule
from ..language import evaluation, expression, truth
from ..language.interval import Interval
from ..language.truth import Truth
from ..language.value import NOT_APPLICABLE, NOT_MEASURED, UNKNOWN, Choice, Day, Gap, Known, Number
from . import answers, evidence, plan, reasons
from .case import Case
from .verdict import (
    DIAGNOSIS_STATUSES,
    URGENCIES,
    AlertShown,
    Cause,
    Derived,
    Diagnosis,
    Difference,
    Fact,
    Item,
    PositionShown,
    Reason,
    Shown,
    StateShown,
    Test,
    Verdict,
)

FREQUENCIES = ("common", "uncommon", "rare")
MECHANISMS = 5
"""How many causes the paragraph of mechanism names at most."""


def judge(case: Case) -> Verdict:
    """The verdict for the case as it stands."""
    outside = case.in_scope is Truth.FALSE
    in_play = frozenset() if outside else _in_play(case)
    diagnoses = () if outside else _diagnoses(case)
    items = plan.items(case, in_play)
    alerts = _alerts(case, items)
    causes = () if outside else _causes(case)
    tests = _tests(case, items, alerts)
    return Verdict(
        digest=case.kb.digest,
        rules=len(case.kb.rules),
        findings_known=len(case.kb.findings),
        as_of=case.today,
        guideline=case.guideline,
        region=case.region,
        findings=_findings(case),
        derived=_derived(case),
        states=() if outside else _states(case),
        causes=causes,
        diagnoses=diagnoses,
        investigations=tests,
        plan=items,
        alerts=alerts,
        differences=() if outside else _differences(case),
        open=_open(case, items, diagnoses, alerts),
        mechanism=_mechanism(case, causes, diagnoses),
        notices=_notices(case),
        disclaimer=case.kb.scope.disclaimer if case.kb.scope is not None else "",
        outside_scope=outside,
    )


# --- what was said and worked out -------------------------------------------------------------------------------------


def _findings(case: Case) -> tuple[Shown, ...]:
    return tuple(_shown(case, name) for name in case.kb.findings if name in case.said or name in case.implied)


def _shown(case: Case, name: str) -> Shown:
    known = case.memory.known(name)
    value, status = _value(known, evaluation.interval_of(known, case.memory.range_of(name)))
    given = answers.write_answer(case.kb, name, case.said[name]) if name in case.said else ""
    finding = case.kb.findings[name]
    return Shown(name, finding.label, given, value, finding.unit, status, case.why_implied(name))


def _value(known: Known, interval: Interval | Gap) -> tuple[str | float | tuple[str, ...] | None, str]:
    """The value as JSON holds it, and its status."""
    if known is NOT_APPLICABLE:
        return None, "not applicable"
    if known is NOT_MEASURED:
        return None, "not measured"
    if isinstance(known, Gap):
        return None, "unknown"
    if isinstance(known, Number):
        exact = interval.exact if isinstance(interval, Interval) else None
        return (float(exact), "known") if exact is not None else (None, "interval")
    if isinstance(known, Choice):
        members = tuple(sorted(known.members))
        return (members[0], "known") if len(members) == 1 else (members, "interval")
    if isinstance(known, Day):
        return None, "known" if known.interval.exact is not None else "interval"
    names = [member for entry in known.entries for member in _members(entry.fields.values())]
    return tuple(names), "known" if known.complete else "interval"


def _members(fields: Iterable[Known]) -> list[str]:
    first = next((known for known in fields if isinstance(known, Choice)), None)
    return sorted(first.members)[:1] if first is not None else []


def _derived(case: Case) -> tuple[Derived, ...]:
    found = []
    for quantity in case.kb.quantities.values():
        known = case.memory.known(quantity.id)
        interval = evaluation.interval_of(known, None)
        if isinstance(interval, Gap):
            continue
        rules = [rule for rule in case.prepared.plan.derive[quantity.id] if case.truth(rule) is not Truth.FALSE]
        exact = interval.exact
        found.append(
            Derived(
                quantity.id,
                quantity.label,
                case.value_text(quantity.id),
                float(exact) if exact is not None else None,
                None if interval.low.is_infinite() else float(interval.low),
                None if interval.high.is_infinite() else float(interval.high),
                quantity.unit,
                tuple(_derivation(case, quantity.id, rule) for rule in rules),
                _entered_otherwise(case, quantity.id),
            )
        )
    return tuple(found)


def _derivation(case: Case, quantity: str, rule: Rule) -> Reason:
    base = reasons.reason(case, rule)
    facts = tuple(
        Fact(name, case.value_text(name), case.why_implied(name))
        for name in case.explanation.value(quantity).answers
        if name != quantity and case.is_known(name)
    )
    return Reason(base.rule, base.title, base.because, base.evidence, base.place, base.sources, facts)


def _entered_otherwise(case: Case, name: str) -> str:
    """What was entered for the finding this quantity stands in for, where the two differ by over 20 %."""
    owner = next((finding for finding in case.kb.findings.values() if finding.stand_in == name), None)
    entered = case.said.get(owner.id) if owner is not None else case.said.get(name)
    worked_out = case.memory.worked_out(name)
    first, second = (evaluation.interval_of(known, None) for known in (entered or UNKNOWN, worked_out))
    if isinstance(first, Gap) or isinstance(second, Gap) or first.exact is None or second.exact is None:
        return ""
    if not second.exact or abs(first.exact - second.exact) * 5 <= abs(second.exact):
        return ""
    return answers.write_answer(case.kb, owner.id if owner is not None else name, entered or UNKNOWN)


def _states(case: Case) -> tuple[StateShown, ...]:
    found = []
    for state in case.kb.states.values():
        held = case.memory.truth(state.id)
        if not state.shown:
            continue
        rules = case.prepared.rules.get(state.id, ())
        if held is Truth.TRUE and not any(case.visible(rule) for rule in rules if case.truth(rule) is Truth.TRUE):
            continue
        found.append(StateShown(state.id, state.label, held, reasons.reasons(case, rules)))
    for scale in case.kb.scales.values():
        if not scale.shown or case.memory.truth(productions.applies_atom(scale.id)) is not Truth.TRUE:
            continue
        certain = [scale.levels[0]]
        rules = ()
        for level in scale.levels[1:]:
            atom = productions.level_atom(scale.id, level)
            if case.memory.truth(atom) is Truth.TRUE:
                certain.append(level)
                rules = case.prepared.rules.get(atom, ())
        if rules and not any(case.visible(rule) for rule in rules if case.truth(rule) is Truth.TRUE):
            continue
        higher = scale.levels[scale.levels.index(certain[-1]) + 1 :]
        exact = all(case.memory.truth(productions.level_atom(scale.id, level)) is Truth.FALSE for level in higher)
        held = Truth.TRUE if exact else Truth.UNKNOWN
        found.append(StateShown(scale.id, scale.label, held, reasons.reasons(case, rules), certain[-1]))
    return tuple(found)


# --- causes and differential ------------------------------------------------------------------------------------------


def _causes(case: Case) -> tuple[Cause, ...]:
    found = []
    for condition in case.kb.conditions.values():
        rules = [rule for rule in case.rules("causes", condition.id) if case.truth(rule) is Truth.TRUE]
        for of in dict.fromkeys(rule.of for rule in rules):
            grounds = tuple(reasons.reason(case, rule) for rule in rules if rule.of == of)
            found.append(
                Cause(condition.id, condition.label, Truth.TRUE, condition.mechanism, condition.effect, grounds, of)
            )
    return tuple(found)


def pursued(case: Case, condition: Condition) -> bool:
    """Whether a condition is in the differential: always, or because something points to it."""
    return condition.pursue_always or _pointed_to(case, condition)


def _pointed_to(case: Case, condition: Condition) -> bool:
    if condition.pursue is not None:
        return case.memory.holds(condition.pursue) is Truth.TRUE
    rules = (*case.rules("supports", condition.id), *case.rules("diagnoses", condition.id))
    if any(case.truth(rule) is Truth.TRUE for rule in rules):
        return True
    return case.memory.truth(f"diagnosed({condition.id})") is Truth.TRUE


def _in_play(case: Case) -> frozenset[str]:
    """The conditions pursued for this patient; none while nothing at all was said."""
    if not case.said:
        return frozenset()
    return frozenset(condition.id for condition in case.kb.conditions.values() if pursued(case, condition))


def _diagnoses(case: Case) -> tuple[Diagnosis, ...]:
    found = [_diagnosis(case, condition) for condition in case.kb.conditions.values() if not condition.exposure]
    shown = [one for one in found if one is not None]
    frequency = {condition.id: FREQUENCIES.index(condition.frequency) for condition in case.kb.conditions.values()}
    shown.sort(key=lambda one: (DIAGNOSIS_STATUSES.index(one.status), -one.score, frequency[one.id], one.label))
    return tuple(
        Diagnosis(
            one.id,
            one.label,
            rank,
            one.status,
            one.score,
            one.mechanism,
            one.supporting,
            one.against,
            one.missing,
            one.pursued,
        )
        for rank, one in enumerate(shown, 1)
    )


def _diagnosis(case: Case, condition: Condition) -> Diagnosis | None:
    criteria = list(case.rules("diagnoses", condition.id))
    excludes = list(case.rules("excludes", condition.id))
    supports = list(case.rules("supports", condition.id))
    opposes = list(case.rules("opposes", condition.id))
    established = _shown_truth(case, f"diagnosed({condition.id})", criteria)
    excluded = truth.any_of(case.truth(rule) for rule in excludes)
    in_play = pursued(case, condition)
    if not in_play and established is not Truth.TRUE and excluded is not Truth.TRUE:
        return None
    true_for = evidence.weigh((rule for rule in supports if case.truth(rule) is Truth.TRUE), case.prepared.behind)
    true_against = evidence.weigh((rule for rule in opposes if case.truth(rule) is Truth.TRUE), case.prepared.behind)
    points = evidence.score(true_for, true_against)
    own = truth.any_of(case.truth(rule) for rule in criteria) if criteria else Truth.UNKNOWN
    status = evidence.status(established, excluded, own, points)
    decisive = [rule for rule in criteria if case.visible(rule)] + supports + opposes + excludes
    missing = frozenset().union(*(case.explanation.missing_rule(rule) for rule in decisive))
    return Diagnosis(
        condition.id,
        condition.label,
        0,
        status,
        points,
        condition.mechanism,
        reasons.reasons(case, [*(rule for rule in criteria if case.visible(rule)), *supports]),
        reasons.reasons(case, [*excludes, *opposes]),
        reasons.ordered(case, missing) if status not in ("established", "excluded") else (),
        in_play,
    )


def _shown_truth(case: Case, atom: str, rules: list[Rule]) -> Truth:
    """The truth of a diagnosis as shown: one made only by rules of other guidelines is not."""
    held = case.memory.truth(atom)
    if held is not Truth.TRUE:
        return held
    by_rule = [rule for rule in rules if case.truth(rule) is Truth.TRUE]
    if by_rule and not any(case.visible(rule) for rule in by_rule):
        reported = case.memory.holds(productions.reported(atom[10:-1]))
        return Truth.TRUE if reported is Truth.TRUE else Truth.UNKNOWN
    return held


# --- work-up, alerts --------------------------------------------------------------------------------------------------


def _tests(case: Case, items: tuple[Item, ...], alerts: tuple[AlertShown, ...]) -> tuple[Test, ...]:
    """What was ordered, and what would settle a finding that the plan or an alert misses."""
    wanted_by = _waiting_rules(case, items, alerts)
    found = [one for test in case.kb.investigations.values() if (one := _test(case, test, wanted_by)) is not None]
    to_do = [test.step for test in found if test.status == "to do"]
    first = min(to_do, default=0)
    placed = [
        Test(test.id, test.label, test.step, "after", test.tells, test.because, test.settles)
        if test.status == "to do" and test.step > first
        else test
        for test in found
    ]
    return tuple(sorted(placed, key=lambda test: (test.step, test.label)))


def _waiting_rules(case: Case, items: tuple[Item, ...], alerts: tuple[AlertShown, ...]) -> dict[str, list[Rule]]:
    """For each missing finding the rules of the plan that wait for it."""
    found: dict[str, list[Rule]] = {}
    for item in items:
        if item.status not in ("conditional", "deferred"):
            continue
        for verb in ("contraindicates", "defers"):
            for rule in case.rules(verb, item.id):
                for name in case.explanation.missing_rule(rule):
                    found.setdefault(name, []).append(rule)
    return found


def _test(case: Case, test: Investigation, wanted_by: dict[str, list[Rule]]) -> Test | None:
    orders = [rule for rule in case.rules("orders", test.id) if case.visible(rule) and case.acts(rule)]
    ordered_by = [rule for rule in orders if case.truth(rule) is Truth.TRUE]
    settles = [name for name in test.findings if name in wanted_by]
    by_plan = list({rule.id: rule for name in settles for rule in wanted_by[name]}.values())
    if not ordered_by and not by_plan:
        return None
    done = bool(test.findings) and all(case.is_known(name) for name in test.findings)
    grounds = tuple(reasons.reason(case, rule) for rule in (ordered_by or by_plan))
    return Test(test.id, test.label, test.step, "done" if done else "to do", test.tells, grounds, tuple(settles))


def _alerts(case: Case, items: tuple[Item, ...]) -> tuple[AlertShown, ...]:
    found = [one for alert in case.kb.alerts.values() if (one := _alert(case, alert)) is not None]
    for item in items:
        if item.taken and item.status == "contraindicated":
            action = f"{item.advice}: {item.aftercare}" if item.aftercare else f"{item.advice} it"
            found.append(
                AlertShown(
                    f"taking_{item.id}",
                    f"Takes {item.label}, which is contraindicated here",
                    "urgent",
                    "raised",
                    f"Ask the prescriber to {action}",
                    item.against,
                )
            )
    return tuple(
        sorted(found, key=lambda alert: (alert.status != "raised", URGENCIES.index(alert.urgency), alert.label))
    )


def _alert(case: Case, alert: Alert) -> AlertShown | None:
    rules = [rule for rule in case.rules("alerts", alert.id) if case.acts(rule)]
    held = truth.any_of(case.truth(rule) for rule in rules)
    if not rules or held is Truth.FALSE:
        return None
    grounds = tuple(reasons.reason(case, rule) for rule in rules if case.truth(rule) is held)
    urgency = min((rule.urgency for rule in rules if case.truth(rule) is held), key=URGENCIES.index)
    action = reasons.filled(case, alert.action)[0]
    status = "raised" if held is Truth.TRUE else "not ruled out"
    return AlertShown(alert.id, alert.label, urgency, status, action, grounds)


# --- differences, what is open, the paragraph -------------------------------------------------------------------------


def _differences(case: Case) -> tuple[Difference, ...]:
    found = []
    for entry in case.kb.disagreements.values():
        truths = [
            (position, case.memory.holds(position.when)) for position in entry.positions if position.when is not None
        ]
        held = {value for _, value in truths}
        if Truth.TRUE not in held or held == {Truth.TRUE}:
            continue
        shown = tuple(PositionShown(position.guideline, position.says, value) for position, value in truths)
        needs: tuple[str, ...] = ()
        if Truth.FALSE not in held:
            waiting = frozenset().union(
                *(case.explanation.missing(position.when) for position, _ in truths if position.when is not None)
            )
            needs = reasons.ordered(case, waiting)
        found.append(Difference(entry.id, entry.question, shown, needs))
    return tuple(found)


def _open(
    case: Case, items: tuple[Item, ...], diagnoses: tuple[Diagnosis, ...], alerts: tuple[AlertShown, ...]
) -> tuple[str, ...]:
    """The findings whose answer may still change something shown, in the order a clinician asks."""
    waiting = {name for item in items for name in item.missing}
    waiting |= {name for one in diagnoses for name in one.missing}
    waiting |= {name for alert in alerts if alert.status != "raised" for one in alert.because for name in one.missing}
    asked = {name for name in waiting if case.memory.known(name) is not NOT_MEASURED}
    return reasons.ordered(case, asked)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _mechanism(case: Case, causes: tuple[Cause, ...], diagnoses: tuple[Diagnosis, ...]) -> str:
    """One paragraph: what the true causes do to this bone, then whether it is too little or too soft."""
    here = [cause for cause in causes if not cause.of and cause.mechanism]
    sentences = [
        _sentence(f"{cause.label[:1].upper()}{cause.label[1:]}: {cause.mechanism}") for cause in here[:MECHANISMS]
    ]
    by_id = {one.id: one for one in diagnoses}
    soft = [
        by_id[one.id]
        for one in case.kb.conditions.values()
        if one.effect == "mineralization impaired" and one.id in by_id
    ]
    sure_soft = [one for one in soft if one.status in ("established", "likely")]
    little = [
        one
        for one in diagnoses
        if one.status == "established" and case.kb.conditions[one.id].features and one not in soft
    ]
    if little:
        sentences.append(f"There is too little bone ({_listed(one.label for one in little[:2])}).")
    if sure_soft:
        sentences.append(f"What there is is too soft ({_listed(one.label for one in sure_soft[:2])}).")
    elif soft and (little or here):
        waiting = reasons.ordered(case, frozenset(soft[0].missing))
        tests = [name for name in waiting if case.kb.findings[name].known_by == "test"][:4]
        if tests and soft[0].status != "excluded":
            names = _listed(case.names.label(name) for name in tests)
            also = "also " if little else ""
            sentences.append(f"Whether the bone is {also}too soft is open until {names} {_are(tests)} known.")
    return " ".join(sentences)


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _listed(words: Iterable[str]) -> str:
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _notices(case: Case) -> tuple[str, ...]:
    found = []
    scope = case.kb.scope
    if scope is not None and case.in_scope is Truth.FALSE:
        found.append(scope.refusal)
    elif scope is not None and case.in_scope is Truth.UNKNOWN:
        found.append(scope.assumption)
    found.extend(_two_sided(case))
    return tuple(found)


def _two_sided(case: Case) -> list[str]:
    """Quantities worked out in two ways that fall on two sides of a cut-off some rule uses."""
    found = []
    for quantity in case.kb.quantities.values():
        other = quantity.beside
        if not other or not case.is_known(quantity.id) or not case.is_known(other):
            continue
        cut_offs = {
            (node.operator, node.right.value, node.right.unit)
            for node in case.prepared.plan.productions.leaves.values()
            if isinstance(node, expression.Compared)
            and node.left == expression.Value(name=quantity.id)
            and isinstance(node.right, expression.Literal)
        }
        one, two = (evaluation.interval_of(case.memory.known(name), None) for name in (quantity.id, other))
        split = sorted(_cut_off(case, quantity.id, value) for op, value, _ in cut_offs if _differ(op, one, two, value))
        if split:
            found.append(
                f"{case.names.label(quantity.id)} is {case.value_text(quantity.id)}, but {case.names.label(other)} is "
                f"{case.value_text(other)}: they fall on two sides of {_listed(split)}. Labels use the first; "
                "have the dose decision checked."
            )
    return found


def _cut_off(case: Case, quantity: str, value: Interval) -> str:
    return f"{value.low.normalize():f} {case.names.unit(quantity)}".strip()


def _differ(operator: str, one: Interval | Gap, two: Interval | Gap, cut_off: Interval) -> bool:
    if isinstance(one, Gap) or isinstance(two, Gap):
        return False
    compare: Callable[[str, Interval, Interval], Truth] = evaluation.compare
    return {compare(operator, one, cut_off), compare(operator, two, cut_off)} == {Truth.TRUE, Truth.FALSE}

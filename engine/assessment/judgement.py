"""From a case to its verdict: everything that follows for this patient, each claim with its reasons."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from decimal import Decimal

from ..case.case import OLD, Case
from ..intake.answers import answers
from ..knowledge_base import verbs
from ..knowledge_base.model import Disagreement, Rule, Scale, State
from ..premises import evaluation, expression, propositions
from ..values import history
from ..values.interval import Interval
from ..values.truth import Truth
from ..values.value import NOT_APPLICABLE, NOT_MEASURED, Choice, Day, Gap, Known, Number
from . import chosen, differential, pictured, plan, reasons, workup
from .availability import availability
from .several import merging, worlds
from .verdict import (
    AlertShown,
    Cause,
    Claim,
    ContradictionShown,
    Derived,
    Diagnosis,
    Difference,
    Fact,
    Item,
    PositionShown,
    Reason,
    Shown,
    StateShown,
    Value,
    Verdict,
)

MECHANISMS = 5
"""How many causes the paragraph of mechanism names at most."""
STRICTER = (
    "Until it is known which is right, each medicine goes by the stricter of the two and each alert by the more "
    "urgent, and a diagnosis is made only where both make it."
)
"""What follows from a contradiction, said once after all of them."""


def judge(case: Case) -> Verdict:
    """The verdict for the case as it stands; of a brief case without facts, differences and mechanism.

    Where two values contradict it is the strictest of what follows from either.
    """
    return availability.told(case, _strictest(case))


def _strictest(case: Case) -> Verdict:
    if len(worlds.of(case)) == 1:
        return verdict_in(case, worlds.of(case)[0])
    found = worlds.contradictions(case)
    told = [(world, verdict_in(case, world)) for world in worlds.of(case)]
    one = merging.merged(
        case.kb,
        [verdict for world, verdict in told if not world.doubting],
        [verdict for world, verdict in told if world.doubting],
        tuple(name for one in found for name in one.again),
        lambda names: reasons.ordered(case, names),
    )
    contradictions = tuple(_contradiction(case, one) for one in found)
    return dataclasses.replace(
        one,
        derived=_with_entered(one.derived, found, contradictions),
        contradictions=contradictions,
        mechanism="" if case.brief else _mechanism(case, one.causes, one.diagnoses),
        notices=(*(shown.told for shown in contradictions), STRICTER, *one.notices),
    )


def verdict_in(case: Case, world: worlds.World) -> Verdict:
    """The verdict of one of the worlds of a case, as brief as the case is."""

    def work() -> Verdict:
        world.case.brief = case.brief
        return _judged(world.case)

    return world.case.once(("verdict", case.brief), work)


def _judged(case: Case) -> Verdict:
    outside = case.in_scope is Truth.FALSE
    diagnoses = () if outside else differential.diagnoses(case)
    items = plan.items(case)
    alerts = workup.alerts(case)
    causes = () if outside else differential.causes(case)
    tests = workup.tests(case, items)
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
        differences=() if outside or case.brief else _differences(case),
        open=_open(case, items, diagnoses, alerts),
        mechanism="" if case.brief else _mechanism(case, causes, diagnoses),
        notices=_notices(case),
        disclaimer=case.kb.scope.disclaimer if case.kb.scope is not None else "",
        outside_scope=outside,
        probabilities=() if outside or case.brief else pictured.probabilities(case),
        courses=() if case.brief else pictured.courses(case),
    )


# --- what was said and worked out -------------------------------------------------------------------------------------


def _findings(case: Case) -> tuple[Shown, ...]:
    return tuple(_shown(case, name) for name in case.kb.findings if name in case.said or name in case.implied)


def _shown(case: Case, name: str) -> Shown:
    known = case.memory.known(name)
    if name in case.old and not case.as_recorded:
        known = history.undated(case.said[name])
    value, status = _value(known, evaluation.interval_of(known, case.memory.range_of(name)))
    status = OLD if name in case.old else status
    given = answers.write_answer(case.kb, name, case.said[name]) if name in case.said else ""
    finding = case.kb.findings[name]
    told = case.told(name, case.said[name]) if name in case.old else case.value_told(name)
    return Shown(name, finding.label, given, value, finding.unit, status, case.why_implied(name), told)


def _value(known: Known, interval: Interval | Gap) -> tuple[Value, str]:
    """The value as JSON holds it, and its status."""
    if known is NOT_APPLICABLE:
        return None, "not applicable"
    if known is NOT_MEASURED:
        return None, "not measured"
    if isinstance(known, Gap):
        return None, "unknown"
    if isinstance(known, Number):
        if not isinstance(interval, Interval):
            return None, "interval"
        exact = interval.exact
        if exact is not None:
            return float(exact), "known"
        return (_end(interval.low), _end(interval.high)), "interval"
    if isinstance(known, Choice):
        members = tuple(sorted(known.members))
        return (members[0], "known") if len(members) == 1 else (members, "interval")
    if isinstance(known, Day):
        return None, "known" if known.interval.exact is not None else "interval"
    entries = [_members(entry.fields.values()) for entry in known.entries]
    sure = known.complete and all(len(members) == 1 for members in entries)
    return tuple(" or ".join(members) for members in entries if members), "known" if sure else "interval"


def _end(end: Decimal) -> float | None:
    return None if end.is_infinite() else float(end)


def _members(fields: Iterable[Known]) -> list[str]:
    first = next((known for known in fields if isinstance(known, Choice)), None)
    return sorted(first.members) if first is not None else []


def _derived(case: Case) -> tuple[Derived, ...]:
    found = []
    for name in case.kb.quantities:
        known = case.memory.known(name)
        if isinstance(known, Gap):
            continue
        quantity = case.kb.quantities[name]
        interval = evaluation.interval_of(known, None)
        if not quantity.shown or isinstance(interval, Gap) or interval.low.is_infinite() or interval.high.is_infinite():
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
            )
        )
    return tuple(found)


def _derivation(case: Case, quantity: str, rule: Rule) -> Reason:
    base = reasons.reason(case, rule)
    facts = tuple(
        Fact(name, case.value_text(name), case.why_implied(name), case.value_told(name))
        for name in case.explanation.value(quantity).answers
        if name != quantity and case.is_known(name)
    )
    return Reason(base.rule, base.title, base.because, base.evidence, base.place, base.sources, facts)


def _states(case: Case) -> tuple[StateShown, ...]:
    found = [case.part(_state, state) for state in case.kb.states.values() if state.shown]
    found += [case.part(_level, scale) for scale in case.kb.scales.values() if scale.shown]
    return tuple(one for one in found if one is not None)


def _state(case: Case, state: State) -> StateShown | None:
    held, rules = case.memory.truth(state.id), case.prepared.rules.get(state.id, ())
    if held is Truth.TRUE and not any(case.visible(rule) for rule in rules if case.truth(rule) is Truth.TRUE):
        return None
    return StateShown(state.id, state.label, held, reasons.reasons(case, rules))


def _level(case: Case, scale: Scale) -> StateShown | None:
    if case.memory.truth(propositions.applies(scale.id)) is not Truth.TRUE:
        return None
    certain = scale.levels[0]
    rules: tuple[Rule, ...] = ()
    for level in scale.levels[1:]:
        atom = propositions.level(scale.id, level)
        if case.memory.truth(atom) is Truth.TRUE:
            certain, rules = level, case.prepared.rules.get(atom, ())
    if rules and not any(case.visible(rule) for rule in rules if case.truth(rule) is Truth.TRUE):
        return None
    higher = scale.levels[scale.levels.index(certain) + 1 :]
    exact = all(case.memory.truth(propositions.level(scale.id, level)) is Truth.FALSE for level in higher)
    held = Truth.TRUE if exact else Truth.UNKNOWN
    return StateShown(scale.id, scale.label, held, reasons.reasons(case, rules), certain)


# --- what contradicts -------------------------------------------------------------------------------------------------


def _contradiction(case: Case, one: worlds.Contradiction) -> ContradictionShown:
    label = case.names.label(one.about)
    if one.other is not None:
        results = [history.certain(known) for known in (one.entered, one.worked_out)]
        texts = [case.told(one.about, known).removeprefix(f"{label} ") for known in results]
        claims = (Claim(answers.write_answer(case.kb, one.about, known), worlds.RESULT) for known in results)
        told = f"{label}: {texts[0]} and {texts[1]}. It is not told which of them is the newer."
        return ContradictionShown(one.about, label, tuple(claims), one.again, told)
    rules = case.prepared.plan.derive.get(one.quantity, ())
    because = tuple(_derivation(case, one.quantity, rule) for rule in rules if case.truth(rule) is not Truth.FALSE)
    behind = tuple(case.value_told(name) for name in one.again if name != one.about)
    known = (one.entered, case.rounded(one.quantity, one.worked_out))
    entered, worked_out = (answers.write_answer(case.kb, one.about, value) for value in known)
    source = f" from {_listed(behind)}" if behind else ""
    texts = [case.told(one.about, value).removeprefix(f"{label} ") for value in known]
    return ContradictionShown(
        one.about,
        label,
        (Claim(entered, worlds.ENTERED), Claim(worked_out, worlds.WORKED_OUT, because, behind)),
        one.again,
        f"{label}: {texts[0]} was entered, but {texts[1]} is worked out{source}. Both cannot be right.",
    )


def _with_entered(
    derived: tuple[Derived, ...], found: tuple[worlds.Contradiction, ...], shown: tuple[ContradictionShown, ...]
) -> tuple[Derived, ...]:
    """Each number that contradicts as it is worked out, with what was entered beside it."""
    pairs = {
        one.quantity: (one.worked_out, shown_one.claims)
        for one, shown_one in zip(found, shown, strict=True)
        if one.other is None
    }
    return tuple(_entered_beside(one, *pairs[one.id]) if one.id in pairs else one for one in derived)


def _entered_beside(one: Derived, worked_out: Known, claims: tuple[Claim, ...]) -> Derived:
    interval = evaluation.interval_of(worked_out, None)
    low, high = (None, None) if isinstance(interval, Gap) else (_end(interval.low), _end(interval.high))
    exact = low if low == high else None
    return dataclasses.replace(one, text=claims[1].value, value=exact, low=low, high=high, entered=claims[0].value)


# --- differences, what is open, the paragraph -------------------------------------------------------------------------


def _differences(case: Case) -> tuple[Difference, ...]:
    found = (case.part(_difference, entry) for entry in case.kb.disagreements.values())
    return tuple(one for one in found if one is not None)


def _difference(case: Case, entry: Disagreement) -> Difference | None:
    truths = [(position, case.memory.holds(position.when)) for position in entry.positions if position.when is not None]
    held = {value for _, value in truths}
    if Truth.TRUE not in held or held == {Truth.TRUE}:
        return None
    shown = tuple(PositionShown(position.guideline, position.says, value) for position, value in truths)
    needs: tuple[str, ...] = ()
    if Truth.FALSE not in held:
        waiting = frozenset().union(
            *(case.explanation.missing(position.when) for position, _ in truths if position.when is not None)
        )
        needs = reasons.ordered(case, waiting)
    return Difference(entry.id, entry.question, shown, needs)


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
    bone = {one.id: case.kb.conditions[one.id].bone for one in diagnoses}
    soft = [by_id[name] for name in case.kb.conditions if bone.get(name) == "too soft"]
    sure_soft = [one for one in soft if one.status in ("established", "likely")]
    little = [one for one in diagnoses if one.status == "established" and bone[one.id] == "too little"]
    if sure_soft:
        surely = "" if any(one.status == "established" for one in sure_soft) else "probably "
        density = "Density is low, but a scan cannot tell lost bone from soft bone: " if little else ""
        begin = "the bone is" if little else "The bone is"
        after = "; that is mended first, and density measured again" if little else ""
        sentences.append(f"{density}{begin} {surely}too soft ({_listed(one.label for one in sure_soft[:2])}){after}.")
    elif little:
        sentences.append(f"There is too little bone ({_listed(one.label for one in little[:2])}).")
    if soft and not sure_soft and (little or here):
        waiting = reasons.ordered(case, frozenset(soft[0].missing))
        tests = [name for name in waiting if case.kb.findings[name].form == "number"][:4]
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
    found = list(case.kb.weakened)
    scope = case.kb.scope
    if scope is not None and case.in_scope is Truth.FALSE:
        found.append(scope.refusal)
    elif scope is not None and case.in_scope is Truth.UNKNOWN:
        found.append(scope.assumption)
    found.extend(_old(case))
    found.extend(chosen.notices(case))
    found.extend(_two_sided(case))
    return tuple(found)


def _old(case: Case) -> list[str]:
    """What is too old to rest anything on, and what it still does."""
    listed = [case.told(name, history.certain(case.said[name])) for name in reasons.ordered(case, case.old)]
    if not listed:
        return []
    return [
        f"Too old to rest anything on: {'; '.join(listed)}. What is old may still bar, defer, caution and alert; it "
        "proves nothing, excludes nothing, and has to be measured again."
    ]


def _two_sided(case: Case) -> list[str]:
    """Quantities worked out in two ways that fall on two sides of a cut-off some rule uses."""
    found = []
    for quantity in case.kb.quantities.values():
        other = quantity.beside
        if not other or not case.is_known(quantity.id) or not case.is_known(other):
            continue
        cut_offs = {
            (node.operator, node.right.value, node.right.unit)
            for verb in verbs.about("intervention")
            if verb in verbs.PROTECTING
            for rule in case.prepared.by_verb.get(verb, ())
            if rule.when is not None
            for node in rule.when.walk()
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

"""What to do: each intervention with its status, in the order of doing.

In order of precedence: contraindicated; undetermined (not known whether it is wanted); deferred (something is to be
corrected first); conditional (a contraindication or deferral is not yet known to be absent); recommended.
"""

from __future__ import annotations

import functools
from collections.abc import Container, Iterable, Sequence

from ..case import evidence
from ..case.case import Case
from ..knowledge_base.measures import reported
from ..knowledge_base.model import Intervention, Rule
from ..premises import expression
from ..premises.statuses import Nowhere, PlanStatus
from ..values import truth
from ..values.truth import Truth
from ..values.value import Records
from . import differential, reasons, waiting
from .verdict import Dose, Item

LINES = ("first", "alternative", "second", "later")
_KINDS = (
    "nutrition",
    "medication review",
    "medicine",
    "procedure",
    "referral",
    "activity",
    "lifestyle",
    "monitoring",
)
_LAST = 99
_STATUS_ORDER = {"recommended": 0, "conditional": 0, "deferred": 0, "contraindicated": 1, "undetermined": 2}


def items(case: Case) -> tuple[Item, ...]:
    """The plan; what is undetermined for conditions that are not in play is left out."""
    return arranged(item for one in case.kb.interventions.values() if (item := case.part(_item, one)) is not None)


def arranged(items: Iterable[Item]) -> tuple[Item, ...]:
    """Interventions in the order of doing."""
    found = list(items)
    corrections = {step for item in found for step in item.after}
    return tuple(sorted(found, key=lambda item: _sort_key(item, corrections)))


def _sort_key(item: Item, corrections: set[str]) -> tuple[int, int, str, int, int, int, int, str]:
    """By kind, status, line; of one choice then by the fewest cautions, major ones first, and by the declared order."""
    status = _STATUS_ORDER[item.status]
    kind = -1 if item.id in corrections and not item.after else _KINDS.index(item.kind)
    return (kind, status, item.choice, *preference(item))


def preference(item: Item) -> tuple[int, int, int, int, str]:
    """Its place among those of one choice whose status is the same: the least comes first."""
    line = LINES.index(item.line) if item.line in LINES else len(LINES)
    major, cautions = (item.major, len(item.cautions)) if item.choice else (0, 0)
    return (line, major, cautions, item.order or _LAST, item.label)


def wanted(case: Case, intervention: str) -> tuple[Truth, tuple[Rule, ...]]:
    """Whether any shown rule wants it, and those rules."""
    return case.once(("wanted", intervention), lambda: _wanted(case, intervention))


def _wanted(case: Case, intervention: str) -> tuple[Truth, tuple[Rule, ...]]:
    rules = tuple(rule for rule in case.rules("recommends", intervention) if case.visible(rule) and case.acts(rule))
    return truth.any_of([case.truth(rule) for rule in rules]), rules


def taken(case: Case) -> list[Intervention]:
    """The interventions among the medicines that the patient takes now."""
    return [one for one in case.kb.interventions.values() if is_taken(case, one.id)]


def is_taken(case: Case, intervention: str) -> bool:
    """Whether the intervention is among the medicines that the patient takes now."""
    return case.ask(_is_taken, intervention)


def _is_taken(case: Case, intervention: str) -> bool:
    known = case.memory.known("medicines") if "medicines" in case.kb.findings else None
    if not isinstance(known, Records):
        return False
    key = case.kb.findings["medicines"].key
    if not any(intervention in getattr(entry.fields.get(key), "members", ()) for entry in known.entries):
        return False  # as for nearly all: none of the entries can be it
    return case.memory.holds(_taking(intervention)) is Truth.TRUE


@functools.cache
def _taking(intervention: str) -> expression.Has:
    return expression.Has(name="medicines", members=frozenset({intervention}))


def status_of(case: Case, intervention: Intervention) -> PlanStatus | Nowhere:
    """The status by precedence; empty where it is not wanted."""
    status = _by_precedence(case, intervention)
    return "conditional" if status == "recommended" and _granted(case, intervention) else status


def _granted(case: Case, intervention: Intervention) -> frozenset[str]:
    """The findings taken for granted without which a medicine would have another status."""
    granted = case.granted if intervention.kind == "medicine" else frozenset()
    if not granted or _by_precedence(case.nothing_granted, intervention) == _by_precedence(case, intervention):
        return frozenset()
    return granted


def _by_precedence(case: Case, intervention: Intervention) -> PlanStatus | Nowhere:
    barred = [case.truth(rule) for rule in case.rules("contraindicates", intervention.id)]
    delayed = [case.truth(rule) for rule in case.rules("defers", intervention.id)]
    want, _ = wanted(case, intervention.id)
    if want is Truth.FALSE:
        return ""
    if Truth.TRUE in barred:
        return "contraindicated"
    if want is Truth.UNKNOWN:
        return "undetermined"
    if Truth.TRUE in delayed:
        return "deferred"
    unsure = (Truth.UNKNOWN in barred or Truth.UNKNOWN in delayed) and bool(waiting.awaited(case, intervention))
    scope_unknown = intervention.kind == "medicine" and case.in_scope is Truth.UNKNOWN
    return "conditional" if unsure or scope_unknown else "recommended"


def status_shown(case: Case, intervention: Intervention, pursued: Container[str]) -> PlanStatus | Nowhere:
    """The status in the plan; empty where the plan leaves the intervention out.

    `pursued` are the conditions in play: what is undetermined for any other is left out.
    """
    status = status_of(case, intervention)
    if status == "undetermined":
        _, rules = wanted(case, intervention.id)
        return status if any(one in pursued for one in sorted(_indications(case, rules))) else ""
    if status not in ("", "contraindicated"):
        return status
    taken = is_taken(case, intervention.id)
    if status:
        return status if taken or wanted(case, intervention.id)[0] is Truth.TRUE else ""
    barred = any(case.truth(rule) is Truth.TRUE for rule in case.rules("contraindicates", intervention.id))
    return "contraindicated" if taken and barred else ""


def missing(case: Case, intervention: Intervention, status: str) -> tuple[str, ...]:
    """The findings that an intervention with this status in the plan still waits for."""
    if status == "contraindicated":
        return ()
    _, rules = wanted(case, intervention.id)
    if status == "undetermined":
        return reasons.ordered(case, _missing(case, rules))
    found = dose_missing(case, intervention) | waiting.awaited(case, intervention)
    found |= _granted(case, intervention) if status == "conditional" else frozenset()
    if intervention.kind == "medicine":
        found |= _scope_missing(case)
    return reasons.ordered(case, found)


def doses(case: Case, intervention: Intervention) -> tuple[str, ...]:
    """The doses that are told of it, if it is in the plan."""
    _, rules = wanted(case, intervention.id)
    told, _ = _doses(case, intervention, [rule for rule in rules if case.truth(rule) is Truth.TRUE])
    return tuple(dose.text for dose in told)


def dose_missing(case: Case, intervention: Intervention) -> frozenset[str]:
    """The findings that the doses shown still wait for."""
    _, rules = wanted(case, intervention.id)
    return _doses(case, intervention, [rule for rule in rules if case.truth(rule) is Truth.TRUE])[1]


def line(case: Case, intervention: str) -> str:
    """The best line in which any rule wants it; empty where none that holds names one."""
    return _best_line(rule for rule in wanted(case, intervention)[1] if case.truth(rule) is Truth.TRUE)


class _InPlay(Container[str]):
    """The conditions in play, each asked for by itself."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __contains__(self, condition: object) -> bool:
        return self.case.ask(differential.is_in_play, str(condition))


def _item(case: Case, intervention: Intervention) -> Item | None:
    status = status_shown(case, intervention, _InPlay(case))
    if not status:
        return None
    taken = is_taken(case, intervention.id)
    against = (*case.rules("contraindicates", intervention.id), *case.rules("defers", intervention.id))
    with_care = case.care(intervention.id)
    _, rules = wanted(case, intervention.id)
    true_rules = [rule for rule in rules if case.truth(rule) is Truth.TRUE]
    doses, _ = _doses(case, intervention, true_rules)
    return Item(
        id=intervention.id,
        label=intervention.label,
        kind=intervention.kind,
        line=_best_line(true_rules),
        choice=intervention.choice,
        taken=taken,
        advice=advice(intervention, status) if taken else "",
        mechanism=intervention.mechanism,
        doses=doses,
        status=status,
        after=steps(case, intervention.id),
        missing=missing(case, intervention, status),
        unasked=() if status in ("contraindicated", "undetermined") else waiting.unasked(case, intervention),
        supporting=reasons.reasons(case, rules),
        against=reasons.reasons(case, against),
        cautions=reasons.reasons(case, with_care),
        major=sum(rule.weight == "major" and case.truth(rule) is Truth.TRUE for rule in with_care),
        then=tuple(dict.fromkeys(step for rule in true_rules for step in rule.then)),
        guidelines=tuple(dict.fromkeys(rule.guideline for rule in true_rules if rule.guideline)),
        order=intervention.order,
        order_because=intervention.order_because,
        **reported(intervention),
    )


def advice(intervention: Intervention, status: str) -> str:
    """What a medicine being taken reads; one with aftercare is never simply stopped."""
    if status == "contraindicated":
        return "review" if intervention.aftercare else "stop"
    return "review" if status in ("deferred", "undetermined") else "continue"


def _missing(case: Case, rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset().union(*(case.explanation.missing_rule(rule) for rule in rules))


def _scope_missing(case: Case) -> frozenset[str]:
    scope = case.kb.scope
    return case.explanation.missing(scope.when) if scope is not None and scope.when is not None else frozenset()


def _best_line(rules: Iterable[Rule]) -> str:
    return min((rule.line for rule in rules if rule.line), key=LINES.index, default="")


def _doses(case: Case, intervention: Intervention, rules: Iterable[Rule]) -> tuple[tuple[Dose, ...], frozenset[str]]:
    """The doses of the rules that want it, else the one of its own entry."""
    found: dict[str, Dose] = {}
    missing: frozenset[str] = frozenset()
    for rule in rules:
        if rule.dose:
            text, waiting = reasons.filled(case, rule.dose)
            found.setdefault(text, Dose(text, rule.id))
            missing |= waiting
    if not found and intervention.dose:
        text, waiting = reasons.filled(case, intervention.dose)
        found[text] = Dose(text, "")
        missing |= waiting
    return tuple(found.values()), missing


def steps(case: Case, intervention: str) -> tuple[str, ...]:
    """What must come first, while it must: intervention ids, or words; what is old is measured again."""
    found = []
    for rule in case.rules("defers", intervention):
        if case.truth(rule) is not Truth.TRUE:
            continue
        if case.holding(rule) is not case:
            found += [f"{case.names.label(name)} measured again" for name in reasons.old(case, rule)]
        elif rule.until:
            found.append(reasons.filled(case, rule.until)[0])
    return tuple(dict.fromkeys(found))


def _indications(case: Case, rules: Sequence[Rule]) -> frozenset[str]:
    """The conditions that the rules' premises speak of, followed through states and scales."""
    kept = case.prepared.indications
    for rule in rules:
        if rule.id not in kept:
            kept[rule.id] = evidence.conditions_named(rule, case.prepared.rules)
    return frozenset().union(*(kept[rule.id] for rule in rules))

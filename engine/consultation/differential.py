"""Causes at work here, and the conditions in play with what speaks for and against each."""

from __future__ import annotations

from ..inference import productions
from ..knowledge_base.model import Condition, Rule
from ..language import truth
from ..language.truth import Truth
from . import evidence, reasons
from .case import Case
from .verdict import DIAGNOSIS_STATUSES, Cause, Diagnosis

FREQUENCIES = ("common", "uncommon", "rare")


def causes(case: Case) -> tuple[Cause, ...]:
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


def in_play(case: Case) -> frozenset[str]:
    """The conditions pursued for this patient; none while nothing at all was said."""
    if not case.said:
        return frozenset()
    return frozenset(condition.id for condition in case.kb.conditions.values() if pursued(case, condition))


def diagnoses(case: Case) -> tuple[Diagnosis, ...]:
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
    if status == "open" and own is Truth.FALSE and not true_for.counted and not missing:
        return None  # its criteria are not met, and nothing else could speak for it
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

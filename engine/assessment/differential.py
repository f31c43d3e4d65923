"""Causes at work here, and the conditions in play with what speaks for and against each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..case import evidence
from ..case.case import Case
from ..inference import productions
from ..knowledge_base.model import Condition, Rule
from ..premises import propositions
from ..premises.statuses import DiagnosisStatus
from ..values import truth
from ..values.frozen import ordered, with_fields
from ..values.truth import Truth
from . import reasons
from .verdict import DIAGNOSIS_STATUSES, Cause, Diagnosis

FREQUENCIES = ("common", "uncommon", "rare")


def causes(case: Case) -> tuple[Cause, ...]:
    return tuple(cause for condition in case.kb.conditions.values() for cause in _causes(case, condition))


def _causes(case: Case, condition: Condition) -> Iterator[Cause]:
    rules = [rule for rule in case.rules("causes", condition.id) if case.truth(rule) is Truth.TRUE]
    for of in dict.fromkeys(rule.of for rule in rules):
        grounds = tuple(reasons.reason(case, rule) for rule in rules if rule.of == of)
        yield Cause(condition.id, condition.label, Truth.TRUE, condition.mechanism, condition.effect, grounds, of)


def pursued(case: Case, condition: Condition) -> bool:
    """Whether a condition is in the differential: always, or because something points to it."""
    return condition.id in case.prepared.index.pursued_always or _pointed_to(case, condition)


def _pointed_to(case: Case, condition: Condition) -> bool:
    if condition.id in case.prepared.index.pursued_when and condition.pursue is not None:
        return case.memory.holds(condition.pursue) is Truth.TRUE
    rules = (*case.rules("supports", condition.id), *case.rules("diagnoses", condition.id))
    if any(case.truth(rule) is Truth.TRUE for rule in rules):
        return True
    return case.memory.truth(propositions.diagnosed(condition.id)) is Truth.TRUE


def in_play(case: Case) -> frozenset[str]:
    """The conditions pursued for this patient; none while nothing at all was said."""
    if not case.counting:
        return frozenset()
    return frozenset(condition.id for condition in case.kb.conditions.values() if pursued(case, condition))


def is_in_play(case: Case, condition: str) -> bool:
    """Whether a condition is pursued for a patient for whom the system is."""
    return case.in_scope is not Truth.FALSE and condition in case.once("in play", lambda: in_play(case))


@ordered
class Standing:
    """Where a condition stands in the differential, without the reasons."""

    condition: Condition
    status: DiagnosisStatus
    score: float
    pursued: bool


def ranked(case: Case) -> tuple[Standing, ...]:
    """The differential in its order: by status, then score, then how common the condition is."""
    exposures = case.prepared.index.exposures
    found = [standing(case, condition) for condition in case.kb.conditions.values() if condition.id not in exposures]
    return tuple(sorted((one for one in found if one is not None), key=in_order))


def in_order(one: Standing) -> tuple[int, float, int, str]:
    """By status, then score, then how common the condition is."""
    return _place(one.status, one.score, one.condition)


def _place(status: str, score: float, condition: Condition) -> tuple[int, float, int, str]:
    return (DIAGNOSIS_STATUSES.index(status), -score, FREQUENCIES.index(condition.frequency), condition.label)


def standing(case: Case, condition: Condition) -> Standing | None:
    """Where one condition stands; None where it is not in the differential."""
    criteria = case.rules("diagnoses", condition.id)
    established = _shown_truth(case, propositions.diagnosed(condition.id), criteria)
    excluded = truth.any_of(case.truth(rule) for rule in case.rules("excludes", condition.id))
    in_play = pursued(case, condition)
    if not in_play and established is not Truth.TRUE and excluded is not Truth.TRUE:
        return None
    true_for, true_against = (
        evidence.weigh(
            (rule for rule in case.rules(verb, condition.id) if case.truth(rule) is Truth.TRUE), case.prepared.behind
        )
        for verb in ("supports", "opposes")
    )
    points = evidence.score(true_for, true_against)
    own = truth.any_of(case.truth(rule) for rule in criteria) if criteria else Truth.UNKNOWN
    status = evidence.status(established, excluded, own, points)
    if status == "open" and own is Truth.FALSE and not true_for.counted and not missing(case, condition):
        return None  # its criteria are not met, and nothing else could speak for it
    return Standing(condition, status, points, in_play)


def missing(case: Case, condition: Condition) -> frozenset[str]:
    """The findings that what speaks for, against or of a condition still waits for."""
    criteria = [rule for rule in case.rules("diagnoses", condition.id) if case.visible(rule)]
    others = [rule for verb in ("supports", "opposes", "excludes") for rule in case.rules(verb, condition.id)]
    return frozenset().union(*(case.explanation.missing_rule(rule) for rule in (*criteria, *others)))


def diagnoses(case: Case) -> tuple[Diagnosis, ...]:
    """The differential in its order (see `ranked`), with the reasons."""
    exposures, conditions = case.prepared.index.exposures, case.kb.conditions
    parts = (case.part(_diagnosis, one) for one in conditions.values() if one.id not in exposures)
    found = [one for one in parts if one is not None]
    found.sort(key=lambda one: _place(one.status, one.score, conditions[one.id]))
    return tuple(with_fields(one, {"rank": rank}) for rank, one in enumerate(found, 1))


def _diagnosis(case: Case, condition: Condition) -> Diagnosis | None:
    one = standing(case, condition)
    if one is None:
        return None
    criteria = [rule for rule in case.rules("diagnoses", condition.id) if case.visible(rule)]
    settled = one.status in ("established", "excluded")
    return Diagnosis(
        condition.id,
        condition.label,
        0,  # until all are in their order
        one.status,
        one.score,
        condition.mechanism,
        reasons.reasons(case, [*criteria, *case.rules("supports", condition.id)]),
        reasons.reasons(case, [*case.rules("excludes", condition.id), *case.rules("opposes", condition.id)]),
        () if settled else reasons.ordered(case, missing(case, condition)),
        one.pursued,
    )


def _shown_truth(case: Case, atom: str, rules: Sequence[Rule]) -> Truth:
    """The truth of a diagnosis as shown: one made only by rules of other guidelines is not."""
    held = case.memory.truth(atom)
    if held is not Truth.TRUE:
        return held
    by_rule = [rule for rule in rules if case.truth(rule) is Truth.TRUE]
    if by_rule and not any(case.visible(rule) for rule in by_rule):
        reported = case.memory.holds(productions.reported(case.kb, propositions.condition_of(atom)))
        return Truth.TRUE if reported is Truth.TRUE else Truth.UNKNOWN
    return held

"""What a solver and the worked cases add to a report of mutation: changes nobody could notice, and whole patients."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Protocol

from ...case.case import Prepared
from ...knowledge_base.model import Rule
from ...knowledge_base.verbs import PROTECTING
from ..cases.cases import WorkedCase
from .mutants import Mutant
from .mutation import PROVED, SURVIVED, Outcome, Report

SAME_PREMISE = "of every patient its premise comes to the same"
SAME_CONCLUSION = "of every patient the same is concluded, by other rules as well"

_CONCLUDING = PROTECTING | {"sets", "causes", "orders"}
"""The verbs of rules of which any one that holds makes the conclusion; evidence is summed, and lines are ranked."""


class Everybody(Protocol):
    """Whoever shows that rules come to the same of all patients: see `checks/solved/everybody`."""

    def alike(self, rules: Sequence[Rule], others: Sequence[Rule]) -> bool: ...


def proved(report: Report, prepared: Prepared, everybody: Everybody | None) -> Report:
    """The report with those survivors apart of which a solver shows that no patient's conclusions tell them."""
    if everybody is None:
        return report
    outcomes = tuple(_proved(one, prepared, everybody) for one in report.outcomes)
    return dataclasses.replace(report, outcomes=outcomes, solved=True)


def _proved(one: Outcome, prepared: Prepared, everybody: Everybody) -> Outcome:
    rule, changed = one.mutant.rule, one.mutant.changed
    if one.status != SURVIVED or rule is None or rule.verb == "derives":
        return one
    if one.witness is None and changed is not None and _of_a_premise(one.mutant) and everybody.alike([rule], [changed]):
        return Outcome(one.mutant, PROVED, SAME_PREMISE)
    sides = list(_conclusions(prepared, rule, changed))
    if sides and all(everybody.alike(before, after) for before, after in sides):
        return Outcome(one.mutant, PROVED, SAME_CONCLUSION)
    return one


def _of_a_premise(mutant: Mutant) -> bool:
    """Whether nothing but the premise of a rule is changed."""
    rule, changed = mutant.rule, mutant.changed
    if rule is None or changed is None or rule.when == changed.when:
        return False
    return dataclasses.replace(changed, when=rule.when) == rule


def _conclusions(
    prepared: Prepared, rule: Rule, changed: Rule | None
) -> Iterator[tuple[tuple[Rule, ...], tuple[Rule, ...]]]:
    """For each thing concluded before or after the rules that do, before and after; nothing where they are not told."""
    versions = [one for one in (rule, changed) if one is not None]
    if any(one.verb not in _CONCLUDING for one in versions):
        return
    for verb, member in dict.fromkeys((one.verb, member) for one in versions for member in one.members or one.targets):
        own, new = (_concludes(one, verb, member) for one in (rule, changed))
        models = [one for one, does in ((rule, own), (changed, new)) if does and one is not None]
        beside = [one for one in prepared.by_target.get((verb, member), ()) if one.id != rule.id]
        for model in models:
            others = [one for one in beside if _shown(one) == _shown(model)]
            before = (*others, *([rule] if own and _shown(rule) == _shown(model) else []))
            after = (*others, *([changed] if new and changed and _shown(changed) == _shown(model) else []))
            yield before, after


def _concludes(rule: Rule | None, verb: str, member: str) -> bool:
    return rule is not None and rule.verb == verb and member in (rule.members or rule.targets)


def _shown(rule: Rule) -> tuple[object, ...]:
    """What of a rule is shown beside its reason, and when it is: others that say it say the same."""
    scope = rule.guideline if rule.verb == "orders" else "", rule.region if rule.verb == "orders" else ""
    return rule.level, rule.of, rule.until, rule.weight, rule.urgency, rule.step, rule.then, rule.outside_scope, *scope


def patient(one: Outcome, worked: Sequence[WorkedCase]) -> dict[str, str]:
    """The whole patient who tells a survivor from the rule as it stands, as answers; empty where none was found."""
    if one.witness is None:
        return {}
    case = next((other for other in worked if other.name == one.witness.case), None)
    if case is None:
        return {}
    given = {name: answer.given for name, answer in case.record.answers.items()}
    return {**given, **one.witness.answers}

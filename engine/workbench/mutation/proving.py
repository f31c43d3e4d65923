"""What a solver and the worked cases add to a report of mutation: changes nobody could notice, and whole patients."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from ...knowledge_base.model import Rule
from ..cases.cases import WorkedCase
from .mutants import Mutant
from .mutation import EQUIVALENT, SURVIVED, Outcome, Report

PROVED = "of every patient it comes to the same (proved)"


class Everybody(Protocol):
    """Whoever shows that two premises come to the same of all patients: see `checks/solved/everybody`."""

    def alike(self, rule: Rule, changed: Rule) -> bool: ...


def proved(report: Report, everybody: Everybody | None) -> Report:
    """The report with survivors counted as equivalent of which a solver shows that no patient tells them apart."""
    if everybody is None:
        return report
    return dataclasses.replace(report, outcomes=tuple(_proved(one, everybody) for one in report.outcomes))


def _proved(one: Outcome, everybody: Everybody) -> Outcome:
    if one.status != SURVIVED or one.witness is not None or not _of_a_premise(one.mutant):
        return one
    rule, changed = one.mutant.rule, one.mutant.changed
    assert rule is not None
    assert changed is not None
    alike = everybody.alike(rule, changed)
    return Outcome(one.mutant, EQUIVALENT, PROVED) if alike else one


def _of_a_premise(mutant: Mutant) -> bool:
    """Whether nothing but the premise of a rule is changed, and not what it works out."""
    rule, changed = mutant.rule, mutant.changed
    if rule is None or changed is None or rule.verb == "derives" or rule.when == changed.when:
        return False
    return dataclasses.replace(changed, when=rule.when) == rule


def patient(one: Outcome, worked: Sequence[WorkedCase]) -> dict[str, str]:
    """The whole patient who tells a survivor from the rule as it stands, as answers; empty where none was found."""
    if one.witness is None:
        return {}
    case = next((other for other in worked if other.name == one.witness.case), None)
    if case is None:
        return {}
    given = {name: answer.given for name, answer in case.record.answers.items()}
    return {**given, **one.witness.answers}

"""What is shown of one patient, asked for thing by thing: statuses without their reasons, worked out when asked.

Where all of a verdict is wanted, `judgement` gives it at once; both say the same of everything.
"""

from __future__ import annotations

from ..language.truth import Truth
from . import differential, plan, workup
from .case import Case
from .differential import Standing
from .judgement import judge
from .verdict import Test


class Outlook:
    """The statuses of a case as it stands; make a new one after each change."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.outside = case.in_scope is Truth.FALSE
        self._in_play: frozenset[str] | None = None
        self._ranked: tuple[Standing, ...] | None = None
        self._statuses: dict[str, str] = {}

    def standing(self, condition: str) -> Standing | None:
        """The place of a condition in the differential; None where it has none."""
        known = self.case.kb.conditions[condition]
        return None if self.outside or known.exposure else differential.standing(self.case, known)

    def rank(self, condition: str) -> int | None:
        """1 for the first of the differential; None where the condition is not in it."""
        if self._ranked is None:
            self._ranked = () if self.outside else differential.ranked(self.case)
        ids = [one.condition.id for one in self._ranked]
        return ids.index(condition) + 1 if condition in ids else None

    def unsettled(self, condition: str) -> frozenset[str]:
        """The findings that could still tell more of a condition."""
        return differential.missing(self.case, self.case.kb.conditions[condition])

    def is_cause(self, condition: str) -> bool:
        rules = self.case.rules("causes", condition)
        return not self.outside and any(self.case.truth(rule) is Truth.TRUE for rule in rules)

    def status(self, intervention: str) -> str:
        """The status in the plan; empty where the plan leaves the intervention out."""
        if intervention not in self._statuses:
            if self._in_play is None:
                self._in_play = frozenset() if self.outside else differential.in_play(self.case)
            entry = self.case.kb.interventions[intervention]
            self._statuses[intervention] = plan.status_shown(self.case, entry, self._in_play)
        return self._statuses[intervention]

    def calls_for_care(self, intervention: str) -> bool:
        """Whether the plan holds an intervention, and a caution with it."""
        rules = self.case.rules("cautions", intervention) if self.status(intervention) else ()
        return any(self.case.truth(rule) is Truth.TRUE for rule in rules)

    def line(self, intervention: str) -> str:
        """Whether an intervention comes first, or later, or is an alternative."""
        return plan.line(self.case, intervention)

    def after(self, intervention: str) -> tuple[str, ...]:
        """What must come before an intervention of the plan."""
        return plan.steps(self.case, intervention)

    def missing(self, intervention: str) -> tuple[str, ...]:
        """The findings that an intervention of the plan still waits for."""
        return plan.missing(self.case, self.case.kb.interventions[intervention], self.status(intervention))

    def in_work_up(self, investigation: str) -> bool:
        return workup.is_wanted(self.case, self.case.kb.investigations[investigation], self._all_statuses)

    def is_ordered(self, investigation: str) -> bool:
        """Whether a rule orders a test, whatever the plan waits for."""
        return workup.is_ordered(self.case, self.case.kb.investigations[investigation])

    def _all_statuses(self) -> dict[str, str]:
        return {name: self.status(name) for name in self.case.kb.interventions}

    def alert(self, alert: str) -> Truth:
        """Raised (true), ruled out (false), or not ruled out."""
        return workup.raised(self.case, self.case.kb.alerts[alert])

    @property
    def work_up(self) -> tuple[Test, ...]:
        """The tests of the work-up, those that come first marked as to be done."""
        return judge(self.case).investigations

    @property
    def open(self) -> tuple[str, ...]:
        """The findings that may still change something shown, in the order a clinician asks."""
        return judge(self.case).open

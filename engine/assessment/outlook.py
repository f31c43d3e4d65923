"""What is shown of one patient, asked for thing by thing: statuses without their reasons, worked out when asked.

Where all of a verdict is wanted, `judgement` gives it at once; both say the same of everything. Where two values
contradict, the verdict is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ..case.case import Case
from ..knowledge_base.model import Rule
from ..premises import propositions
from ..premises.statuses import Nowhere, PlanStatus
from ..values import truth
from ..values.truth import Truth
from . import differential, plan, workup
from .differential import Standing
from .judgement import judge
from .several import merging, worlds
from .verdict import AlertShown, Diagnosis, Item, Test, Verdict

_S = TypeVar("_S", Item, Diagnosis, AlertShown)


class Outlook:
    """The statuses of a case as it stands; make a new one after each change."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._cases = tuple(world.case for world in worlds.of(case))
        self._firm = tuple(world.case for world in worlds.of(case) if not world.doubting)
        self._verdict: Verdict | None = judge(case) if len(self._cases) > 1 else None
        """What is shown of a patient of whom two values contradict."""
        self._whole: Verdict | None = None
        self.outside = case.in_scope is Truth.FALSE
        self._in_play: frozenset[str] | None = None
        self._ranked: tuple[Standing, ...] | None = None
        self._statuses: dict[str, PlanStatus | Nowhere] = {}

    def standing(self, condition: str) -> Standing | None:
        """The place of a condition in the differential; None where it has none."""
        known = self.case.kb.conditions[condition]
        if self._verdict is not None:
            one = _of(self._verdict.diagnoses, condition)
            return Standing(known, one.status, one.score, one.pursued) if one is not None else None
        return None if self.outside or known.exposure else differential.standing(self.case, known)

    def rank(self, condition: str) -> int | None:
        """1 for the first of the differential; None where the condition is not in it."""
        if self._verdict is not None:
            one = _of(self._verdict.diagnoses, condition)
            return one.rank if one is not None else None
        if self._ranked is None:
            self._ranked = () if self.outside else differential.ranked(self.case)
        ids = [one.condition.id for one in self._ranked]
        return ids.index(condition) + 1 if condition in ids else None

    def unsettled(self, condition: str) -> frozenset[str]:
        """The findings that could still tell more of a condition."""
        if self._verdict is not None:
            one = _of(self._verdict.diagnoses, condition)
            return frozenset(one.missing) if one is not None else frozenset()
        return differential.missing(self.case, self.case.kb.conditions[condition])

    def is_cause(self, condition: str) -> bool:
        if self._verdict is not None:
            return any(cause.id == condition for cause in self._verdict.causes)
        rules = self.case.rules("causes", condition)
        return not self.outside and any(self.case.truth(rule) is Truth.TRUE for rule in rules)

    def status(self, intervention: str) -> PlanStatus | Nowhere:
        """The status in the plan; empty where the plan leaves the intervention out."""
        if self._verdict is not None:
            item = _of(self._verdict.plan, intervention)
            return item.status if item is not None else ""
        if intervention not in self._statuses:
            if self._in_play is None:
                self._in_play = frozenset() if self.outside else differential.in_play(self.case)
            entry = self.case.kb.interventions[intervention]
            self._statuses[intervention] = plan.status_shown(self.case, entry, self._in_play)
        return self._statuses[intervention]

    def calls_for_care(self, intervention: str) -> bool:
        """Whether the plan holds an intervention, and a caution with it."""
        rules = self.case.care(intervention) if self.status(intervention) else ()
        return any(self.rule(rule) is Truth.TRUE for rule in rules)

    def line(self, intervention: str) -> str:
        """Whether an intervention comes first, or later, or is an alternative."""
        if self._verdict is not None:
            item = _of(self._verdict.plan, intervention)
            return item.line if item is not None else ""
        return plan.line(self.case, intervention)

    def after(self, intervention: str) -> tuple[str, ...]:
        """What must come before an intervention of the plan."""
        if self._verdict is not None:
            item = _of(self._verdict.plan, intervention)
            return item.after if item is not None else ()
        return plan.steps(self.case, intervention)

    def doses(self, intervention: str) -> tuple[str, ...]:
        """The doses that are told of an intervention of the plan."""
        if self._verdict is not None:
            item = _of(self._verdict.plan, intervention)
            return tuple(dose.text for dose in item.doses) if item is not None else ()
        return plan.doses(self.case, self.case.kb.interventions[intervention])

    def missing(self, intervention: str) -> tuple[str, ...]:
        """The findings that an intervention of the plan still waits for."""
        if self._verdict is not None:
            item = _of(self._verdict.plan, intervention)
            return item.missing if item is not None else ()
        return plan.missing(self.case, self.case.kb.interventions[intervention], self.status(intervention))

    def is_cautioned(self, intervention: str) -> Truth:
        """Whether something calls for care with an intervention, in the plan or not."""
        return truth.any_of(self.rule(rule) for rule in self.case.care(intervention))

    def in_work_up(self, investigation: str) -> bool:
        if self._verdict is not None:
            return any(test.id == investigation for test in self._verdict.investigations)
        return workup.is_wanted(self.case, self.case.kb.investigations[investigation], self._all_statuses)

    def is_ordered(self, investigation: str) -> bool:
        """Whether a rule orders a test, whatever the plan waits for."""
        entry = self.case.kb.investigations[investigation]
        return any(workup.is_ordered(case, entry) for case in self._cases)

    def _all_statuses(self) -> dict[str, str]:
        return {name: self.status(name) for name in self.case.kb.interventions}

    def alert(self, alert: str) -> Truth:
        """Raised (true), ruled out (false), or not ruled out; `taking_` a medicine as well."""
        if alert in self.case.kb.alerts:
            return truth.any_of(workup.raised(case, self.case.kb.alerts[alert]) for case in self._cases)
        medicine = alert.removeprefix(workup.TAKING)
        takers = (case for case in self._cases if plan.is_taken(case, medicine))
        return truth.any_of(workup.barred(case, medicine) for case in takers)

    def rule(self, rule: Rule) -> Truth:
        """The truth of a rule's premise; where two values contradict it acts if one of them makes it."""
        return truth.any_of(case.truth(rule) for case in self._cases)

    def state(self, state: str) -> Truth:
        """The truth of a state; unknown where two values contradict and make it different."""
        return merging.truth(case.memory.truth(state) for case in self._firm)

    def level(self, scale: str) -> str:
        """The highest level that is certain; empty where the scale does not apply."""
        if self.state(propositions.applies(scale)) is not Truth.TRUE:
            return ""
        lowest, *others = self.case.kb.scales[scale].levels
        certain = [level for level in others if self.state(propositions.level(scale, level)) is Truth.TRUE]
        return certain[-1] if certain else lowest

    @property
    def verdict(self) -> Verdict:
        """All that is shown, judged once."""
        if self._whole is None:
            self._whole = self._verdict or judge(self.case)
        return self._whole

    @property
    def work_up(self) -> tuple[Test, ...]:
        """The tests of the work-up, those that come first marked as to be done."""
        return self.verdict.investigations

    @property
    def open(self) -> tuple[str, ...]:
        """The findings that may still change something shown, in the order a clinician asks."""
        return self.verdict.open


def _of(shown: Iterable[_S], name: str) -> _S | None:
    return next((one for one in shown if one.id == name), None)

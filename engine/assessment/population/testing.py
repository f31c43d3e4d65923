"""The work-up and the alerts of many patients: the mirror of `workup`."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ...inference.program import bits
from ...inference.program.bits import Pair
from ...knowledge_base.model import Investigation
from ...values.value import Gap, Known, Records
from ..workup import TAKING
from .lacking import Lacked, union
from .plans import Plans
from .shown import View


class Testing:
    """Which tests are wanted of many patients, and what must be said to them first."""

    def __init__(self, view: View, plans: Plans) -> None:
        self.view, self.plans, self.kb = view, plans, view.kb
        self._settled_by: dict[str, Lacked] = {}
        self.before: tuple[Testing, frozenset[str], frozenset[str]] | None = None
        """What was ordered before a change of rules, and the tests and interventions that it may touch."""

    def alert(self, alert: str) -> Pair:
        """Raised (true), ruled out (false), or not ruled out."""
        if alert in self.kb.alerts:
            rules = self.view.rules("alerts", alert)
            return bits.any_of([self.view.acting(rule) for rule in rules], self.view.truths.everybody)
        taken = self.plans.taken(alert.removeprefix(TAKING))
        true, false = self.plans.barred(alert.removeprefix(TAKING))
        return true & taken, self.view.truths.everybody & ~taken | false

    def is_ordered(self, test: str) -> int:
        """The cases for which a shown rule orders a test."""
        rules = [rule for rule in self.view.rules("orders", test) if self.view.visible(rule)]
        return bits.joined(self.view.acting(rule)[0] for rule in rules) & ~self._withheld(test)

    def _withheld(self, test: str) -> int:
        """The cases who are not sent for a test, whatever asks for it."""
        entry = self.kb.investigations[test]
        return self.view.truths.holds(entry.not_while)[0] if entry.not_while is not None else 0

    def in_work_up(self, test: str) -> int:
        """The cases whose work-up holds a test: it is ordered, or comes first to settle what the plan misses."""
        first = self.view.prepared.index.first_tests
        settling = bits.joined(cases for name, cases in self._settling.items() if first[name] == test)
        return self.is_ordered(test) | settling & ~self._withheld(test)

    def next_steps(self, test: str) -> int:
        """The cases for whom a test is to be done, and nothing that is still to be done comes before it."""
        cases, earlier = 0, 0
        for step in sorted({one for steps in self._to_do.values() for one in steps}):
            cases |= self._to_do[test].get(step, 0) & ~earlier
            earlier |= bits.joined(steps.get(step, 0) for steps in self._to_do.values())
        return cases

    def to_do(self, test: str) -> int:
        """The cases in whose work-up a test stands that is still to be done."""
        return bits.joined(self._to_do[test].values())

    @functools.cached_property
    def _to_do(self) -> dict[str, dict[int, int]]:
        """For each test, by step, the cases for whom it is to be done at that step."""
        return {test: self._steps(test) for test in self.kb.investigations}

    def _steps(self, test: str) -> dict[int, int]:
        if self._as_before(test) and self.before is not None:
            return self.before[0]._to_do[test]
        entry, first = self.kb.investigations[test], self.view.prepared.index.first_tests
        settles = bits.joined(self._settling.get(name, 0) for name in entry.findings if first.get(name) == test)
        rest = self.in_work_up(test) & ~(self.is_done(test) & ~settles)
        found: dict[int, int] = {}
        rules = [rule for rule in self.view.rules("orders", test) if self.view.visible(rule) and rule.step]
        for rule in sorted(rules, key=lambda rule: int(rule.step)):
            cases = rest & self.view.acting(rule)[0] if int(rule.step) < entry.step else 0
            if cases:
                found[int(rule.step)] = found.get(int(rule.step), 0) | cases
                rest &= ~cases
        if rest:
            found[entry.step] = rest
        return found

    def _as_before(self, test: str) -> bool:
        """Whether nothing that was changed has to do with a test."""
        if self.before is None or test in self.before[1]:
            return False
        now, then = self._settling, self.before[0]._settling
        names = self._first_settled.get(test, ())
        return now is then or all(now.get(name) == then.get(name) for name in names)

    @functools.cached_property
    def _first_settled(self) -> Mapping[str, list[str]]:
        """For each test the findings that it comes first to settle."""
        found: dict[str, list[str]] = {}
        for name, test in self.view.prepared.index.first_tests.items():
            found.setdefault(test, []).append(name)
        return found

    @functools.cached_property
    def _settling(self) -> Lacked:
        """The measured findings for which the plan waits, as far as their test comes first."""
        if self.before is not None and not self.before[2]:
            return self.before[0]._settling
        return union(self._settling_of(intervention) for intervention in self.kb.interventions)

    def _settling_of(self, intervention: str) -> Lacked:
        """Those for which one intervention waits."""
        if self.before is not None and intervention not in self.before[2]:
            return self.before[0]._settling_of(intervention)
        found = self._settled_by.get(intervention)
        if found is None:
            statuses, awaits = self.plans.statuses(intervention), self.view.awaits
            cases = statuses.get("conditional", 0) | statuses.get("deferred", 0)
            rules = awaits.against(intervention) if cases else ()
            found = union((self._soonest(awaits.of_rule(intervention, rule)) for rule in rules), cases)
            self._settled_by[intervention] = found
        return found

    def _soonest(self, lacked: Lacked) -> Lacked:
        """Of the measured findings that are lacked, those whose test comes first."""
        first_tests, tests = self.view.prepared.index.first_tests, self.kb.investigations
        by_step: dict[int, list[str]] = {}
        for name in lacked:
            if name in first_tests and name in self.kb.findings and self.kb.findings[name].form == "number":
                by_step.setdefault(tests[first_tests[name]].step, []).append(name)
        if not by_step:
            return {}
        found: dict[str, int] = {}
        seen = 0
        for _, names in sorted(by_step.items()):
            found.update((name, cases) for name in names if (cases := lacked[name] & ~seen))
            seen |= bits.joined(lacked[name] for name in names)
        return found

    def is_done(self, test: str) -> int:
        """The cases of which results show that a test has been done."""
        entry = self.kb.investigations[test]
        if entry.done_by:
            return bits.joined(self._has_result(entry, name) for name in entry.done_by)
        everybody = self.view.truths.everybody if entry.findings else 0
        for name in entry.findings:
            everybody &= self._has_result(entry, name)
        return everybody

    def _has_result(self, test: Investigation, name: str) -> int:
        """The cases in which a result of the test is there: a value, or in a list a member that it shows."""
        columns, answers = self.view.truths.columns, self.view.truths.answers
        key = self.kb.findings[name].key if name in self.kb.findings else ""
        members = self.view.prepared.names.members(name)

        def shows(known: Known) -> bool:
            if not isinstance(known, Records):
                return not isinstance(known, Gap)
            named = {one for entry in known.entries for one in getattr(entry.fields.get(key), "members", ())}
            return any(test.id in members[one].seen_by for one in named if one in members)

        found = columns.where(name, shows)
        of = self.view.truths.machine.values.of
        for case, number in answers.implied.get(name, {}).items():
            known = columns.known(name, case)
            if not isinstance(of[number], Gap) and not isinstance(known, Records):
                found &= ~columns.bit[case]
        return found

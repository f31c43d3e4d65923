"""What an answer could still change: for each open finding, the shown statuses that it can turn.

A status counts only if what can be told is enough to turn it: `reach` says what is. What is shown is read off the
verdict; of what is not shown, that counts which could come to be without anything first having to point to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ...assessment import plan, workup
from ...assessment.verdict import Diagnosis, Item, Verdict
from ...case import evidence
from ...case.case import Case
from ...knowledge_base.model import Rule
from ...values.truth import Truth
from .reach import NOWHERE, Reach, Reached, one_of

ADVICE = frozenset({"nutrition", "activity", "lifestyle", "monitoring", "cause", "barred"})
"""What is asked about only if whoever answers wants to go on."""

BARRED = "barred"
"""The kind of what must not be given, whether or not anything speaks for it."""


@dataclass(frozen=True, slots=True)
class Stake:
    """One shown status that an answer could still change."""

    kind: str
    """alert, diagnosis, medicine, test, cause, or the kind of a measure"""
    id: str
    label: str


def at_stake(case: Case, verdict: Verdict, can_be_told: Callable[[str], bool]) -> dict[str, tuple[Stake, ...]]:
    """For each finding that can be told and that something shown hangs on: what."""
    found: dict[str, dict[Stake, None]] = {}
    for stake, names in _Open(case, can_be_told).of(verdict):
        for name in names:
            found.setdefault(name, {})[stake] = None
    return {name: tuple(listed) for name, listed in found.items()}


class _Open:
    """The ways in which what is shown of one patient can still turn."""

    def __init__(self, case: Case, can_be_told: Callable[[str], bool]) -> None:
        self.case = case
        self.reach = Reach(case, can_be_told)

    def of(self, verdict: Verdict) -> Iterator[tuple[Stake, frozenset[str]]]:
        for alert in verdict.alerts:
            if alert.status != "raised" and alert.id in self.case.kb.alerts:
                rules = [rule for rule in self.case.rules("alerts", alert.id) if self.case.acts(rule)]
                yield Stake("alert", alert.id, alert.label), _helping(self._both(rules))
        for one in verdict.diagnoses:
            yield Stake("diagnosis", one.id, one.label), _helping(self._diagnosis(one))
        for item in verdict.plan:
            yield Stake(item.kind, item.id, item.label), _helping(self._item(item))
        if not verdict.outside_scope:
            yield from self._unseen(verdict)

    def _unseen(self, verdict: Verdict) -> Iterator[tuple[Stake, frozenset[str]]]:
        """What is not shown, and could be."""
        case, kb = self.case, self.case.kb
        in_plan = {item.id for item in verdict.plan}
        for one in kb.interventions.values():
            if one.id not in in_plan:
                if plan.is_taken(case, one.id):
                    barring = self._true(case.rules("contraindicates", one.id))
                    yield Stake(one.kind, one.id, one.label), _helping(barring)
                held, wanting = plan.wanted(case, one.id)
                if held is Truth.UNKNOWN:
                    barred = any(case.truth(rule) is Truth.TRUE for rule in case.rules("contraindicates", one.id))
                    stake = Stake(BARRED if barred else one.kind, one.id, one.label)
                    yield stake, _helping([self.reach.rules(wanting, Truth.TRUE)])
        for test in kb.investigations.values():
            rules = workup.orders(case, test)
            if not any(case.truth(rule) is Truth.TRUE for rule in rules):
                yield Stake("test", test.id, test.label), _helping([self.reach.rules(rules, Truth.TRUE)])
        listed = {one.id for one in verdict.diagnoses}
        at_work = {one.id for one in verdict.causes}
        for condition in kb.conditions.values():
            if condition.id not in listed and not condition.exposure:
                criteria = [rule for rule in case.rules("diagnoses", condition.id) if case.visible(rule)]
                stake = Stake("diagnosis", condition.id, condition.label)
                yield stake, _helping([self.reach.rules(criteria, Truth.TRUE)])
            if condition.id not in at_work:
                stake = Stake("cause", condition.id, condition.label)
                yield stake, _helping([self.reach.rules(case.rules("causes", condition.id), Truth.TRUE)])

    def _both(self, rules: list[Rule]) -> Iterator[Reached]:
        yield self.reach.rules(rules, Truth.TRUE)
        yield self.reach.rules(rules, Truth.FALSE)

    def _true(self, rules: Iterable[Rule]) -> Iterator[Reached]:
        """Ways for each of the rules to hold."""
        return (self.reach.rule(rule, Truth.TRUE) for rule in rules)

    # --- diagnoses ---

    def _diagnosis(self, one: Diagnosis) -> Iterator[Reached]:
        if one.status in ("established", "excluded", "contradictory"):
            return
        criteria = [rule for rule in self.case.rules("diagnoses", one.id) if self.case.visible(rule)]
        yield from self._true(criteria)
        yield from self._true(self.case.rules("excludes", one.id))
        speaking = {verb: self._speaking(verb, one.id) for verb in ("supports", "opposes")}
        most = one.score + sum(weight for weight, _ in speaking["supports"])
        least = one.score - sum(weight for weight, _ in speaking["opposes"])
        most, least = evidence.rounded(most), evidence.rounded(least)
        if _band(most) != _band(one.score):
            yield from (way for _, way in speaking["supports"])
        if _band(least) != _band(one.score):
            yield from (way for _, way in speaking["opposes"])
        if most >= evidence.LIKELY and criteria:
            yield self.reach.rules(criteria, Truth.FALSE)

    def _speaking(self, verb: str, condition: str) -> list[tuple[float, Reached]]:
        """The rules that can still come to speak for or against a condition: how strongly, and by what."""
        undecided = (rule for rule in self.case.rules(verb, condition) if self.case.truth(rule) is Truth.UNKNOWN)
        ways = ((rule, self.reach.rule(rule, Truth.TRUE)) for rule in undecided)
        return [(evidence.exponent(rule), way) for rule, way in ways if way is not None]

    # --- the plan ---

    def _item(self, item: Item) -> Iterator[Reached]:
        case = self.case
        if item.status == "contraindicated":
            return
        _, wanting = plan.wanted(case, item.id)
        if item.status == "undetermined":
            yield from self._both(list(wanting))
            if item.taken:
                yield from self._true(case.rules("contraindicates", item.id))
            return
        barring, delaying = case.rules("contraindicates", item.id), case.rules("defers", item.id)
        yield from self._true(barring)
        yield from self._true(rule for rule in delaying if item.status != "deferred" or rule.until)
        if item.status == "conditional":
            yield self.reach.rules((*barring, *delaying), Truth.FALSE)
            scope = case.kb.scope
            if item.kind == "medicine" and scope is not None and scope.when is not None:
                yield self.reach.node(scope.when, Truth.TRUE)
        yield self.doses(item)

    def doses(self, item: Item) -> Reached:
        """What the doses that are shown still need."""
        waiting = plan.dose_missing(self.case, self.case.kb.interventions[item.id])
        return frozenset(name for name in waiting if self.reach.can_be_told(name)) or NOWHERE


def _helping(ways: Iterable[Reached]) -> frozenset[str]:
    return one_of(ways) or frozenset()


def _band(points: float) -> int:
    return (points > 0) + (points >= evidence.LIKELY) - (points < 0)

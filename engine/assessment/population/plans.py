"""The plans of many patients: the status of each intervention by precedence, its line, what it misses.

The mirror of `plan`. In order of precedence: contraindicated, undetermined, deferred, conditional, recommended.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from ...case import evidence
from ...inference.program import bits
from ...inference.program.bits import Pair
from ...knowledge_base.model import Intervention, Rule
from ...knowledge_base.verbs import CARE
from ...premises import expression
from ...values.value import Gap
from ..plan import LINES
from .lacking import NOTHING, Lacked, lacking, union, within
from .shown import View
from .standings import Standings

Statuses = Mapping[str, int]
PRECEDENCE = ("contraindicated", "undetermined", "deferred", "conditional", "recommended")
_NAMED = re.compile(r"\{\{|\}\}|\{(\w+)\}")


class Ungranted(Protocol):
    """The same patients without what was taken for granted of them."""

    granted: int
    """The cases of which something was taken for granted that might be otherwise."""

    lacked: Lacked
    """Of each finding the cases of which it was."""

    def by_precedence(self, intervention: str) -> Statuses:
        """Their statuses, told of the patients as they are."""


class Plans:
    """What is to be done for many patients."""

    def __init__(self, view: View, standings: Standings, ungranted: Callable[[], Ungranted]) -> None:
        self.view, self.standings = view, standings
        self._make_ungranted = ungranted
        self._by_precedence: dict[str, Statuses] = {}
        self._shown: dict[str, Statuses] = {}
        self.before: tuple[Plans, frozenset[str]] | None = None
        """What was planned before some rules were changed, and the interventions of which it may be otherwise now."""

    @functools.cached_property
    def ungranted(self) -> Ungranted:
        """The same patients without what was taken for granted."""
        return self._make_ungranted()

    @property
    def granted(self) -> int:
        """The cases of which something was taken for granted that might be otherwise."""
        return self.ungranted.granted

    # --- what is wanted ---

    def wanting(self, intervention: str) -> tuple[Rule, ...]:
        """The shown rules that recommend an intervention, whether or not they act."""
        return tuple(rule for rule in self.view.rules("recommends", intervention) if self.view.visible(rule))

    def wanted(self, intervention: str) -> Pair:
        """Whether any shown rule that acts wants it."""
        return bits.any_of([self.view.acting(rule) for rule in self.wanting(intervention)], self.view.truths.everybody)

    def taken(self, intervention: str) -> int:
        """The cases who take it now."""
        if "medicines" not in self.view.kb.findings:
            return 0
        return self.view.truths.leaves.pair(_taking(intervention))[0]

    def barred(self, intervention: str) -> Pair:
        """Whether something contraindicates it."""
        return self._any(intervention, "contraindicates")

    def _any(self, intervention: str, *verbs: str) -> Pair:
        rules = [rule for verb in verbs for rule in self.view.rules(verb, intervention)]
        return bits.any_of([self.view.truths.premise(rule) for rule in rules], self.view.truths.everybody)

    # --- statuses ---

    def by_precedence(self, intervention: str) -> Statuses:
        """The cases that have each status, before what was taken for granted is looked at; not wanted: none."""
        if self.before is not None and intervention not in self.before[1]:
            return self.before[0].by_precedence(intervention)
        found = self._by_precedence.get(intervention)
        if found is None:
            found = self._by_precedence[intervention] = self._of(self.view.kb.interventions[intervention])
        return found

    def _of(self, intervention: Intervention) -> Statuses:
        view, id = self.view, intervention.id
        want, barred, delayed = self.wanted(id), self.barred(id), self._any(id, "defers")
        rest = view.truths.everybody & ~want[1]
        found = {}
        for status, cases in (
            ("contraindicated", barred[0]),
            ("undetermined", ~want[0]),
            ("deferred", delayed[0]),
            ("conditional", self._unsure(intervention, barred, delayed, rest & want[0] & ~(barred[0] | delayed[0]))),
            ("recommended", -1),
        ):
            if rest & cases:
                found[status] = rest & cases
            rest &= ~cases
        return found

    def _unsure(self, intervention: Intervention, barred: Pair, delayed: Pair, cases: int) -> int:
        """Of these cases those in which something awaited may still speak against it, or the scope is not known."""
        if not cases:
            return 0
        rules = self.view.awaits.against(intervention.id)
        open_rules = bits.joined(self.view.truths.unknown(self.view.truths.premise(rule)) for rule in rules)
        found = open_rules & lacking(self.view.awaits.of(intervention.id)) if open_rules & cases else 0
        if intervention.kind == "medicine":
            found |= self.view.truths.unknown(self.view.in_scope)
        return found & cases

    def statuses(self, intervention: str) -> Statuses:
        """The cases in whose plan an intervention has each status; whoever's plan leaves it out is in no set."""
        found = self._shown.get(intervention)
        if found is None:
            found = self._shown[intervention] = self._shown_of(self.view.kb.interventions[intervention])
        return found

    def _shown_of(self, intervention: Intervention) -> Statuses:
        id = intervention.id
        found = dict(self.by_precedence(id))
        granted = self._granted(intervention) & found.get("recommended", 0)
        if granted:
            found["recommended"] &= ~granted
            found["conditional"] = found.get("conditional", 0) | granted
        if "undetermined" in found:
            found["undetermined"] &= self._indicated(id)
        wanted, taken = self.wanted(id), self.taken(id)
        barred = found.get("contraindicated", 0) & (taken | wanted[0])
        barred |= wanted[1] & taken & self.barred(id)[0]  # not wanted, and yet taken
        found["contraindicated"] = barred
        return {status: cases for status, cases in found.items() if cases}

    def _granted(self, intervention: Intervention) -> int:
        """The cases in which a medicine would have another status without what was taken for granted."""
        if intervention.kind != "medicine" or not self.ungranted.granted:
            return 0
        mine, other = self.by_precedence(intervention.id), self.ungranted.by_precedence(intervention.id)
        differs = bits.joined(mine.get(one, 0) ^ other.get(one, 0) for one in {*mine, *other})
        return differs & self.ungranted.granted

    def _indicated(self, intervention: str) -> int:
        """The cases in which some condition that its indications speak of is in play."""
        found, view = 0, self.view
        for rule in self.wanting(intervention):
            acts = -1 if rule.outside_scope else ~view.outside
            conditions = self._conditions_of(rule)
            found |= acts & bits.joined(self.standings.in_play(one) for one in conditions)
        return found

    def _conditions_of(self, rule: Rule) -> frozenset[str]:
        kept = self.view.prepared.indications
        if rule.id not in kept:
            kept[rule.id] = evidence.conditions_named(rule, self.view.prepared.rules)
        return kept[rule.id]

    def in_plan(self, intervention: str) -> int:
        """The cases whose plan holds it."""
        return bits.joined(self.statuses(intervention).values())

    # --- lines, cautions, what is missing ---

    def lines(self, intervention: str) -> Statuses:
        """The cases in which each line is the best in which a rule wants it."""
        rest, found = self.view.truths.everybody, {}
        for line in LINES:
            rules = [rule for rule in self.wanting(intervention) if rule.line == line]
            cases = rest & bits.joined(self.view.acting(rule)[0] for rule in rules)
            if cases:
                found[line] = cases
                rest &= ~cases
        return found

    def doses(self, intervention: str) -> Iterator[tuple[str, int]]:
        """Each text that tells a dose, numbers still to be filled in, with the cases of which it is told if planned."""
        told = 0
        for rule in self.wanting(intervention):
            if rule.dose:
                cases = self.view.acting(rule)[0]
                told |= cases
                yield rule.dose, cases
        if self.view.kb.interventions[intervention].dose:
            yield self.view.kb.interventions[intervention].dose, self.view.truths.everybody & ~told

    def cautioned(self, intervention: str) -> Pair:
        """Whether something calls for care with it, in the plan or not."""
        return self._any(intervention, *CARE)

    def missing(self, intervention: str) -> Lacked:
        """The findings that an intervention of the plan still waits for, whatever its status."""
        entry, view = self.view.kb.interventions[intervention], self.view
        statuses = self.statuses(intervention)
        open_still = statuses.get("undetermined", 0)
        others = self.in_plan(intervention) & ~(open_still | statuses.get("contraindicated", 0))
        parts = [within(self._wanting_misses(intervention), open_still)]
        parts += [within(one, others) for one in (self.doses_miss(entry), view.awaits.of(intervention))]
        if entry.kind == "medicine":
            granted = self._granted(entry) & statuses.get("conditional", 0)
            parts.append(within(self.ungranted.lacked, granted) if granted else NOTHING)
            scope = view.kb.scope
            if scope is not None and scope.when is not None:
                parts.append(within(view.lacks.node(scope.when), others))
        return union(parts)

    def _wanting_misses(self, intervention: str) -> Lacked:
        view = self.view
        found = []
        for rule in self.wanting(intervention):
            acts = -1 if rule.outside_scope else ~view.outside
            found.append(within(view.lacks.rule(rule), acts))
        return union(found)

    def doses_miss(self, intervention: Intervention) -> Lacked:
        """The findings that the doses shown still wait for."""
        told, parts = 0, []
        for rule in self.wanting(intervention.id):
            cases = self.view.acting(rule)[0]
            if rule.dose and cases:
                told |= cases
                parts.append(within(self._named_in(rule.dose), cases))
        if intervention.dose:
            parts.append(within(self._named_in(intervention.dose), ~told))
        return union(parts)

    def _named_in(self, text: str) -> Lacked:
        """What the numbers in a text wait for."""
        view, parts = self.view, []
        for match in _NAMED.finditer(text):
            name = match.group(1)
            if name is not None:
                gaps = view.truths.columns.where(name, lambda known: isinstance(known, Gap))
                waiting = within(view.lacks.value(name), gaps)
                rest = gaps & ~lacking(waiting)
                parts.append(union([waiting, {name: rest} if rest else NOTHING]))
        return union(parts)


@functools.cache
def _taking(intervention: str) -> expression.Has:
    return expression.Has(name="medicines", members=frozenset({intervention}))

"""Many patients at once: what is shown of each, every status as the set of cases that have it.

It says of each case what `Outlook` says of one, without reasons or texts. Of whom two values contradict the strictest
of several worlds is shown (see `worlds`): most of it is worked out in all their worlds at once, the rest one by one.
A patient with old results is two (see `aging`), and one with two results of which either may count several: those few
are `alone`, and asked on experta. `truths`, `standings`, `plans` and `testing` tell of each patient as entered.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from ...case import aging
from ...case.case import Case, Prepared
from ...inference.program import bits
from ...inference.program.bits import Pair
from ...inference.program.columns import Answers, Machine
from ...inference.program.truths import Truths
from ...knowledge_base.model import Rule
from ...premises import expression, propositions, statuses
from ...premises.expression import TruthNode
from ...values import dates
from ...values.truth import Truth
from ...values.value import NOT_MEASURED, UNKNOWN, Known, Records
from .. import query
from ..differential import Standing
from ..outlook import Outlook
from ..several import merging, worlds
from . import contradicting
from .lacking import Lacked, within
from .one_of_many import OneOfMany
from .plans import Plans
from .settling import settled
from .shown import View
from .standings import Standings
from .testing import Testing
from .ungranted import Ungranted
from .worlds_of_many import Worlds, changed

_T = TypeVar("_T")
Statuses = Mapping[str, int]
"""The cases that have each status; whoever has none is in no set."""


class Population:
    """Finished patients, as files that have been read to their end, each a bit of every set.

    Args:
        prepared: the knowledge base.
        machine: its program; one serves any number of populations, and remembers what conditions came to.
        said: what was said of each patient.
        days: the day on which each is seen.
        guideline, region: whose recommendations are shown; they change no truth.
        answers: what was said with all that it implies, where that was worked out already.
    """

    def __init__(
        self,
        prepared: Prepared,
        machine: Machine,
        said: Sequence[Mapping[str, Known]],
        days: Sequence[datetime.date],
        guideline: str = "",
        region: str = "",
        answers: Answers | None = None,
    ) -> None:
        self.prepared, self.kb, self.machine = prepared, prepared.kb, machine
        self.said, self.days, self.guideline, self.region = said, days, guideline, region
        remembering = prepared.index.remembering
        aged = [
            aging.counting(prepared.kb, remembering, of_one, dates.day(day))
            for of_one, day in zip(said, days, strict=True)
        ]
        self.counting: Sequence[Mapping[str, Known]] = [counts for counts, _ in aged]
        self.old = [old for _, old in aged]
        self._looks: dict[int, Outlook] = {}
        self.answers: Answers = answers or settled(prepared, machine, days, self.counting)
        self.shows(prepared, Truths(machine, self.answers))

    def shows(self, prepared: Prepared, truths: Truths) -> None:
        """Say what follows for the patients by these truths, under the rules of this knowledge base."""
        self.truths = truths
        self.size, self.everybody = truths.size, truths.everybody
        self.view = View(prepared, truths, self.guideline, self.region)
        self.standings = Standings(self.view)
        self.plans = Plans(self.view, self.standings, lambda: self.ungranted)
        self.testing = Testing(self.view, self.plans)

    # --- what the patient has ---

    @property
    def in_scope(self) -> Pair:
        """Whether the system is for the patient."""
        return self.view.in_scope

    @property
    def outside(self) -> int:
        """The cases that the system is not for."""
        return self.view.outside

    def state(self, state: str) -> Pair:
        """The truth of a state; unknown where two values contradict and make it different."""
        found = self._agreed(self.truths.truth(state), lambda truths: truths.truth(state))
        return self._asked_pair(found, lambda look: look.state(state))

    def level(self, scale: str) -> Statuses:
        """The cases for whom each level is the highest that is certain; a scale need not apply to all."""
        lowest, *others = self.kb.scales[scale].levels
        rest, found = self.state(propositions.applies(scale))[0], dict[str, int]()
        for level in reversed(others):
            cases = rest & self.state(propositions.level(scale, level))[0]
            if cases:
                found[level] = cases
                rest &= ~cases
        return {**found, lowest: rest} if rest else found

    def rule(self, rule: Rule) -> Pair:
        """The truth of the premise of a rule; where two values contradict it acts if one of them makes it."""
        found = self._strictest(self.truths.premise(rule), lambda world: world.truths.premise(rule))
        return self._asked_pair(found, lambda look: look.rule(rule))

    def is_cause(self, condition: str) -> int:
        """The cases in which a condition is a cause."""
        found = self.standings.is_cause(condition)
        if self.several:
            rules = self.view.rules("causes", condition)
            always = [[rule for rule in rules if rule.of == of] for of in {rule.of for rule in rules}]
            found &= ~self.several
            for same in always:
                found |= self.worlds.in_all(
                    bits.joined(self.worlds.people.truths.premise(rule)[0] for rule in same)
                    & ~self.worlds.people.view.outside
                )
        return self._asked(found, lambda look: look.is_cause(condition))

    def diagnosis(self, condition: str) -> Statuses:
        """The cases in whose differential a condition has each status."""
        found = self.standings.statuses(condition)
        if self.several:
            words = self.worlds.people.standings.statuses(condition)
            found = self._with(found, self.worlds.merged(words, merging.standing, firm=True), self.several)
        return self._told_alone(found, lambda look: _status_of(look.standing(condition)))

    def scores(self, condition: str) -> Mapping[float, int]:
        """The cases in whose differential a condition has each score."""
        shown = self.standings.shown(condition) & ~self._apart
        found = {points: some & shown for points, some in self.standings.scores(condition).items() if some & shown}
        for number, flag in self._one_by_one():
            standing = self.look(number).standing(condition)
            if standing is not None:
                found[standing.score] = found.get(standing.score, 0) | flag
        return found

    def unsettled(self, condition: str) -> int:
        """The cases in which a finding could still tell more of a condition."""
        found = self.standings.missing(condition) & ~self._apart
        return found | self._those(lambda look: bool(look.unsettled(condition)))

    # --- what to do ---

    def status(self, intervention: str) -> Statuses:
        """The cases in whose plan an intervention has each status."""
        found = self.plans.statuses(intervention)
        if self.several:
            kind = self.kb.interventions[intervention].kind
            words = self.worlds.people.plans.statuses(intervention)
            merged = self.worlds.merged(words, lambda statuses: merging.status(kind, statuses))
            found = self._with(found, merged, self.several)
        return self._told_alone(found, lambda look: look.status(intervention))

    def line(self, intervention: str) -> Statuses:
        """The cases in which each line is the best in which it is wanted; where two values contradict, if planned."""
        by_case = {number: self.look(number).line(intervention) for number in bits.positions(self.alone)}
        if self.several:
            lines = self.worlds.people.plans.lines(intervention)
            for number, telling in self.worlds.telling(intervention).items():
                by_case[number] = next((line for line, these in lines.items() if these >> telling.told & 1), "")
        return self._with(self.plans.lines(intervention), by_case, self._apart)

    def missing(self, intervention: str) -> Lacked:
        """The findings that an intervention of the plan still waits for, each with the cases."""
        found = dict(within(self.plans.missing(intervention), ~self._apart))
        for number, flag in self._one_by_one():
            look = self.look(number)
            for name in look.missing(intervention) if look.status(intervention) else ():
                found[name] = found.get(name, 0) | flag
        return found

    def in_plan(self, intervention: str) -> int:
        """The cases whose plan holds it."""
        return bits.joined(self.status(intervention).values())

    def is_cautioned(self, intervention: str) -> Pair:
        """Whether something calls for care with an intervention, in the plan or not."""
        of_worlds = self._strictest(
            self.plans.cautioned(intervention), lambda world: world.plans.cautioned(intervention)
        )
        return self._asked_pair(of_worlds, lambda look: look.is_cautioned(intervention))

    def calls_for_care(self, intervention: str) -> int:
        """The cases whose plan holds an intervention, and a caution with it."""
        return self.in_plan(intervention) & self.is_cautioned(intervention)[0]

    def alert(self, alert: str) -> Pair:
        """Whether an alert is raised (true), ruled out (false) or not ruled out; `taking_` a medicine as well."""
        found = self._strictest(self.testing.alert(alert), lambda world: world.testing.alert(alert))
        return self._asked_pair(found, lambda look: look.alert(alert))

    def is_ordered(self, test: str) -> int:
        """The cases for which a rule orders a test."""
        found = self.testing.is_ordered(test)
        if self.several:
            found |= self.worlds.in_any(self.worlds.people.testing.is_ordered(test))
        return self._asked(found, lambda look: look.is_ordered(test))

    def in_work_up(self, test: str) -> int:
        """The cases whose work-up holds a test."""
        found = self._asked(self.testing.in_work_up(test), lambda look: look.in_work_up(test))
        if not self.several:
            return found
        of_worlds = self.worlds.in_any(self.worlds.people.testing.in_work_up(test))
        return found & ~self.several | of_worlds | self.worlds.measured_again[test]

    def next_steps(self, test: str) -> int:
        """The cases for whom a test is to be done, and nothing that is still to be done comes before it."""
        found = self.testing.next_steps(test) & ~self._apart
        return found | self._those(lambda look: any(one.id == test and one.status == "to do" for one in look.work_up))

    # --- of whom two values contradict ---

    @functools.cached_property
    def contradicting(self) -> int:
        """The cases of whom not only what was entered decides what is shown."""
        return self._apart

    @property
    def _apart(self) -> int:
        return self.several | self.alone

    @functools.cached_property
    def several(self) -> int:
        """The cases of whom two values contradict, so that the strictest of several worlds is shown."""
        return contradicting.of(self) & ~self.alone

    @functools.cached_property
    def alone(self) -> int:
        """The cases with an old result, or with two of which either may count: experta says what is shown of them."""
        bit = self.truths.columns.bit
        return bits.joined(
            bit[case] for case, said in enumerate(self.said) if self.old[case] or worlds.has_rivals(said)
        )

    @functools.cached_property
    def worlds(self) -> Worlds:
        """Their worlds."""
        return Worlds(self)

    def _with(self, words: Statuses, by_case: Mapping[int, str], instead: int) -> Statuses:
        """The words, with those of single cases instead of what is said of these."""
        if not by_case:
            return words
        found = {word: these & ~instead for word, these in words.items()}
        for number, word in by_case.items():
            if word:
                found[word] = found.get(word, 0) | self.truths.columns.bit[number]
        return {word: these for word, these in found.items() if these}

    def _told_alone(self, words: Statuses, word: Callable[[Outlook], str]) -> Statuses:
        """The words, with what experta says of those who are asked alone."""
        if not self.alone:
            return words
        return self._with(words, {one: word(self.look(one)) for one in bits.positions(self.alone)}, self.alone)

    def _asked(self, these: int, so: Callable[[Outlook], bool]) -> int:
        """The cases, with those who are asked alone of whom it is so."""
        if not self.alone:
            return these
        bit = self.truths.columns.bit
        return these & ~self.alone | bits.joined(bit[one] for one in bits.positions(self.alone) if so(self.look(one)))

    def _asked_pair(self, pair: Pair, truth: Callable[[Outlook], Truth]) -> Pair:
        """The truth, with what experta says of those who are asked alone."""
        if not self.alone:
            return pair
        true, false = pair[0] & ~self.alone, pair[1] & ~self.alone
        for one in bits.positions(self.alone):
            held = truth(self.look(one))
            true |= self.truths.columns.bit[one] if held is Truth.TRUE else 0
            false |= self.truths.columns.bit[one] if held is Truth.FALSE else 0
        return true, false

    def _strictest(self, pair: Pair, of_worlds: Callable[[Population], Pair]) -> Pair:
        """What is true in any world is true; false is what is false in all."""
        if not self.several:
            return pair
        true, false = of_worlds(self.worlds.people)
        rest = ~self.several
        others = self.worlds.in_any(true), self.worlds.in_all(false, firm=False)
        return pair[0] & rest | others[0], pair[1] & rest | others[1]

    def _agreed(self, pair: Pair, of_worlds: Callable[[Truths], Pair]) -> Pair:
        """What all worlds say that may be the patient's; unknown where they differ."""
        if not self.several:
            return pair
        true, false = of_worlds(self.worlds.people.truths)
        rest = ~self.several
        return pair[0] & rest | self.worlds.in_all(true), pair[1] & rest | self.worlds.in_all(false)

    def _one_by_one(self) -> Iterator[tuple[int, int]]:
        return ((number, self.truths.columns.bit[number]) for number in bits.positions(self._apart))

    def _those(self, asked: Callable[[Outlook], bool]) -> int:
        """Those of whom two values contradict for whom it is so, asked one by one."""
        return bits.joined(flag for number, flag in self._one_by_one() if asked(self.look(number)))

    def look(self, number: int) -> Outlook:
        """What is shown of one patient, to be asked thing by thing."""
        if number not in self._looks:
            self._looks[number] = Outlook(self.case(number))
        return self._looks[number]

    # --- questions ---

    def holds(self, node: TruthNode) -> Pair:
        """What a query comes to: a premise, or what the report says."""
        if isinstance(node, expression.All):
            return bits.all_of([self.holds(item) for item in node.items], self.everybody)
        if isinstance(node, expression.AnyOf):
            return bits.any_of([self.holds(item) for item in node.items], self.everybody)
        if isinstance(node, expression.AtLeast):
            return bits.at_least(node.count, [self.holds(item) for item in node.items], self.everybody)
        if isinstance(node, expression.Not):
            return bits.negation(self.holds(node.item))
        if isinstance(node, expression.IsKnown):
            known = self.truths.columns.where(node.name, _is_known)
            return known, self.everybody & ~known
        if isinstance(node, expression.Contradicts):
            told = self.several, self.everybody & ~self.several
            return self._asked_pair(told, lambda look: query.holds(look.case, node, look))
        if isinstance(node, expression.Shown):
            said = bits.joined(self._said(node.of, member, node.words) for member in node.members)
            said = self.everybody & ~said if node.negated else said
            return said, self.everybody & ~said
        return self._asked_pair(self.truths.holds(node), lambda look: query.holds(look.case, node, look))

    def _said(self, of: str, member: str, words: frozenset[str]) -> int:
        """The cases of which the report says one of these words about a member."""
        found = self.words(of, member)
        absent = statuses.NOT_CONSIDERED if of == "diagnosis" else statuses.ABSENT
        said = bits.joined(cases for word, cases in found.items() if word in words)
        return said | (self.everybody & ~bits.joined(found.values()) if absent in words else 0)

    def words(self, of: str, member: str) -> Statuses:
        """The cases of which the report says each word about a member: its status, diagnosis, alert or caution."""
        if of == "status":
            return self.status(member)
        if of == "diagnosis":
            return self.diagnosis(member)
        if of == "caution":
            return {statuses.GIVEN: self.calls_for_care(member)}
        true, false = self.alert(member)
        words = statuses.ALERT
        rest = self.everybody & ~(true | false)
        return {words[Truth.TRUE]: true, words[Truth.FALSE]: false, words[Truth.UNKNOWN]: rest}

    # --- one by one ---

    @functools.cached_property
    def ungranted(self) -> Ungranted:
        """The patients of whom something was taken for granted, without it."""
        return Ungranted(self)

    def case(self, number: int) -> Case:
        """One patient, to be asked as a finished case is; it cannot be told anything more."""
        if not self.alone >> number & 1:
            return OneOfMany(self, number)
        case = Case(self.prepared, self.days[number], self.guideline, self.region)
        case.say(self.said[number])
        case.finish()
        return case

    def part(self, numbers: Iterable[int], changes: Mapping[int, Mapping[str, Known | None]]) -> Population:
        """Some of the patients, with these answers of theirs replaced or withdrawn (None)."""
        chosen = list(numbers)
        said = [changed(self.said[one], changes.get(one, {})) for one in chosen]
        days = [self.days[one] for one in chosen]
        return self.other(said, days)

    def other(self, said: Sequence[Mapping[str, Known]], days: Sequence[datetime.date]) -> Population:
        """Other patients by the same knowledge, under the same guideline and region."""
        return Population(self.prepared, self.machine, said, days, self.guideline, self.region)

    def without(self, pairs: Sequence[tuple[int, str]]) -> Population:
        """Patients of whom one answer each is withdrawn, as they are paired; a patient may be among them twice."""
        said = [changed(self.said[case], {name: None}) for case, name in pairs]
        days = [self.days[case] for case, _ in pairs]
        return self.other(said, days)


def _status_of(standing: Standing | None) -> str:
    return standing.status if standing is not None else ""


def _is_known(known: Known) -> bool:
    """Whether there is anything to go by; of a list, whether nothing may be missing from it."""
    if isinstance(known, Records):
        return known.complete
    return known not in (UNKNOWN, NOT_MEASURED)

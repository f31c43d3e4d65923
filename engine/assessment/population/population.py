"""Many patients at once: what is shown of each, every status as the set of cases that have it.

It says of each case what `Outlook` says of one, without reasons or texts. Of whom two values contradict, the strictest
of several worlds would be shown (see `worlds`), and a patient with old results is two (see `aging`): those cases are
named by `contradicting`, and are to be judged one by one.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping, Sequence

from ...case import aging
from ...case.case import Case, Prepared
from ...inference import productions
from ...inference.program import bits
from ...inference.program.bits import Pair
from ...inference.program.columns import Answers, Machine
from ...inference.program.truths import Truths
from ...knowledge_base.model import Rule
from ...premises import expression, statuses
from ...premises.expression import TruthNode
from ...values import dates
from ...values.truth import Truth
from ...values.value import NOT_MEASURED, UNKNOWN, Known, Records
from .. import worlds
from . import contradicting
from .lacking import Lacked, lacking
from .plans import Plans
from .settling import settled
from .shown import View
from .standings import Standings
from .testing import Testing

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
    """

    def __init__(
        self,
        prepared: Prepared,
        machine: Machine,
        said: Sequence[Mapping[str, Known]],
        days: Sequence[datetime.date],
        guideline: str = "",
        region: str = "",
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
        self.answers: Answers = settled(prepared, machine, days, self.counting)
        self.shows(prepared, Truths(machine, self.answers))

    def shows(self, prepared: Prepared, truths: Truths) -> None:
        """Say what follows for the patients by these truths, under the rules of this knowledge base."""
        self.truths = truths
        self.size, self.everybody = truths.size, truths.everybody
        self.view = View(prepared, truths, self.guideline, self.region)
        self.standings = Standings(self.view)
        self.plans = Plans(self.view, self.standings, lambda: _Ungranted(self))
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
        """The truth of a state."""
        return self.truths.truth(state)

    def level(self, scale: str) -> Statuses:
        """The cases for whom each level is the highest that is certain; a scale need not apply to all."""
        lowest, *others = self.kb.scales[scale].levels
        rest, found = self.truths.truth(productions.applies_atom(scale))[0], dict[str, int]()
        for level in reversed(others):
            cases = rest & self.truths.truth(productions.level_atom(scale, level))[0]
            if cases:
                found[level] = cases
                rest &= ~cases
        return {**found, lowest: rest} if rest else found

    def rule(self, rule: Rule) -> Pair:
        """The truth of the premise of a rule."""
        return self.truths.premise(rule)

    def is_cause(self, condition: str) -> int:
        """The cases in which a condition is a cause."""
        return self.standings.is_cause(condition)

    def diagnosis(self, condition: str) -> Statuses:
        """The cases in whose differential a condition has each status."""
        return self.standings.statuses(condition)

    def scores(self, condition: str) -> Mapping[float, int]:
        """The cases in whose differential a condition has each score."""
        shown = self.standings.shown(condition)
        return {points: some & shown for points, some in self.standings.scores(condition).items() if some & shown}

    def unsettled(self, condition: str) -> int:
        """The cases in which a finding could still tell more of a condition."""
        return self.standings.missing(condition)

    # --- what to do ---

    def status(self, intervention: str) -> Statuses:
        """The cases in whose plan an intervention has each status."""
        return self.plans.statuses(intervention)

    def line(self, intervention: str) -> Statuses:
        """The cases in which each line is the best in which it is wanted."""
        return self.plans.lines(intervention)

    def missing(self, intervention: str) -> Lacked:
        """The findings that an intervention of the plan still waits for, each with the cases."""
        return self.plans.missing(intervention)

    def is_cautioned(self, intervention: str) -> Pair:
        """Whether something calls for care with an intervention, in the plan or not."""
        return self.plans.cautioned(intervention)

    def calls_for_care(self, intervention: str) -> int:
        """The cases whose plan holds an intervention, and a caution with it."""
        return self.plans.in_plan(intervention) & self.is_cautioned(intervention)[0]

    def alert(self, alert: str) -> Pair:
        """Whether an alert is raised (true), ruled out (false) or not ruled out; `taking_` a medicine as well."""
        return self.testing.alert(alert)

    def is_ordered(self, test: str) -> int:
        """The cases for which a rule orders a test."""
        return self.testing.is_ordered(test)

    def in_work_up(self, test: str) -> int:
        """The cases whose work-up holds a test."""
        return self.testing.in_work_up(test)

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
        if isinstance(node, expression.Shown):
            said = bits.joined(self._said(node.of, member, node.words) for member in node.members)
            said = self.everybody & ~said if node.negated else said
            return said, self.everybody & ~said
        return self.truths.holds(node)

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
    def contradicting(self) -> int:
        """The cases of whom two values contradict, or a result is old: nothing here says what is shown of them."""
        bit = self.truths.columns.bit
        ways = (case for case, said in enumerate(self.said) if self.old[case] or worlds.has_rivals(said))
        return bits.joined(bit[case] for case in ways) | contradicting.of(self)

    def case(self, number: int) -> Case:
        """One patient, to be asked as a finished case is; it cannot be told anything more."""
        return _OneOf(self, number)

    def part(self, numbers: Iterable[int], changes: Mapping[int, Mapping[str, Known | None]]) -> Population:
        """Some of the patients, with these answers of theirs replaced or withdrawn (None)."""
        chosen = list(numbers)
        said = [changed(self.said[one], changes.get(one, {})) for one in chosen]
        days = [self.days[one] for one in chosen]
        return Population(self.prepared, self.machine, said, days, self.guideline, self.region)

    def without(self, pairs: Sequence[tuple[int, str]]) -> Population:
        """Patients of whom one answer each is withdrawn, as they are paired; a patient may be among them twice."""
        said = [changed(self.said[case], {name: None}) for case, name in pairs]
        days = [self.days[case] for case, _ in pairs]
        return Population(self.prepared, self.machine, said, days, self.guideline, self.region)


def changed(said: Mapping[str, Known], changes: Mapping[str, Known | None]) -> dict[str, Known]:
    """What was said, with some of it replaced or withdrawn (None)."""
    found = {name: known for name, known in said.items() if name not in changes}
    return {**found, **{name: known for name, known in changes.items() if known is not None}}


def _is_known(known: Known) -> bool:
    """Whether there is anything to go by; of a list, whether nothing may be missing from it."""
    if isinstance(known, Records):
        return known.complete
    return known not in (UNKNOWN, NOT_MEASURED)


class _Ungranted:
    """The patients without what was taken for granted of them, those of whom anything was."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self.lacked: Lacked = dict(self._granted())
        self.granted = lacking(self.lacked)
        self.places = list(bits.positions(self.granted))
        changes: dict[int, dict[str, Known | None]] = {}
        for name, cases in self.lacked.items():
            for case in bits.positions(cases):
                changes.setdefault(case, {})[name] = UNKNOWN
        self.part = population.part(self.places, changes) if self.places else None

    def _granted(self) -> Iterable[tuple[str, int]]:
        """What is taken for granted of whom it might be otherwise."""
        population = self.population
        for name, by_case in population.answers.implied.items():
            cases = bits.joined(population.truths.columns.bit[case] for case in by_case)
            assumed = population.kb.findings[name].assumed
            if assumed is None:
                continue
            if assumed.sure is not None:
                cases &= ~population.truths.holds(assumed.sure)[0]
            if cases:
                yield name, cases

    def by_precedence(self, intervention: str) -> Statuses:
        """Their statuses, told of the patients as they are."""
        if self.part is None:
            return {}
        found = self.part.plans.by_precedence(intervention)
        return {status: self._spread(cases) for status, cases in found.items()}

    def _spread(self, cases: int) -> int:
        bit = self.population.truths.columns.bit
        return bits.joined(bit[self.places[one]] for one in bits.positions(cases))


class _OneOf(Case):
    """One of many patients, answering as a case does that was run alone."""

    def __init__(self, population: Population, number: int) -> None:
        memory = population.truths.row(number)
        prepared = population.view.prepared
        super().__init__(
            prepared,
            population.days[number],
            population.guideline,
            population.region,
            memory=memory,  # type: ignore[arg-type]  # it is only asked, and answers as a working memory does
        )
        answers, of = population.answers, population.machine.values.of
        self.said, self.counting = dict(population.said[number]), dict(population.counting[number])
        self.old = population.old[number]
        self.implied = {
            name: (NOT_MEASURED, "group")
            for group in self.kb.groups.values()
            for name in group.findings
            if name not in self.counting
        }
        for name, by_case in answers.implied.items():
            if number in by_case:
                self.implied[name] = (of[by_case[number]], "assumed")
        self.finished = self.brief = True
        if not population.contradicting >> number & 1:
            self.once("worlds", lambda: (worlds.World(case=self),))  # so that nobody looks for others

    def say(self, said: Mapping[str, Known | None]) -> None:
        """It cannot be told anything: what follows was worked out for all at once."""
        raise TypeError("one of many patients cannot be told anything more")


__all__ = ["Population", "Statuses", "changed"]

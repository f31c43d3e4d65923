"""All the patients that one worked case is taken for, so that whom a change leaves as he was is not asked again.

What is shown of a case of whom two values contradict is drawn from several worlds; where something was taken for
granted, from the same patient without it; of old results from the patient as recorded. Each of these is one more
patient. A case all of whose patients a change leaves as they were cannot notice it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence

from ...assessment.population import contradicting
from ...assessment.population.population import Population
from ...assessment.population.worlds_of_many import changed
from ...assessment.several import worlds
from ...inference.program import bits
from ...values import history
from ...values.value import Known, Number
from ..cases.together import Met
from .alteration import Alteration
from .cone import Altered, AlteredTruths


class Together:
    """The kept cases as one population, to be looked at under one change after another."""

    def __init__(self, people: Population) -> None:
        self.people = people
        others = list(_others(people))
        self._owners = [case for case, _ in others]
        said, days = [said for _, said in others], [people.days[case] for case in self._owners]
        self._others = people.other(said, days).truths if others else None
        """The patients that the cases are taken for beside themselves, and whose each is."""
        self._met = Met(people)
        self._entered = list(_entered(people))
        self._unsettled = people.alone | _unsettled(people)

    def truths(self, alteration: Alteration) -> AlteredTruths:
        """What follows under a change."""
        return AlteredTruths(self.people.truths, alteration)

    def concerned(self, truths: AlteredTruths, apart: Callable[[AlteredTruths], int]) -> int:
        """The cases in any of whose patients a change may show: no other can notice it.

        Args:
            apart: of the patients of some truths those of whom the changed rule comes out otherwise.
        """
        found = apart(truths) | self._worked_out_otherwise(truths)
        if self._others is not None:
            theirs = apart(AlteredTruths(self._others, truths.alteration))
            found |= bits.joined(1 << self._owners[place] for place in bits.positions(theirs))
        return found

    def alone(self, truths: AlteredTruths) -> int:
        """The cases that are not decided over bits under a change.

        Those are who have old results, or two of which either may count; of whom a rule decides whether two values
        contradict; and whose worlds, or what was taken for granted of them, may be others under the change.
        """
        alteration = truths.alteration
        if alteration.recompiles:
            return self.people.everybody
        found = self._unsettled
        if truths.touched.names:
            found |= self.people.several | self._worked_out_otherwise(truths)
        if _sureness_touched(alteration):
            found |= self.people.plans.granted
        return found

    def under(self, truths: AlteredTruths) -> Met:
        """What of the expectations is so under a change, of all cases but those in `alone`."""
        several = self.people.several & ~self.alone(truths)
        changed = Altered(self.people, truths.alteration, truths, several)
        before = changed.standings.before
        return Met(changed, (self._met, before[1]) if before is not None else None)

    def _worked_out_otherwise(self, truths: AlteredTruths) -> int:
        """The cases that entered a number of which what could be worked out instead is not what it was."""
        found, base = 0, truths.base.columns
        for quantity, numbers in self._entered if truths.touched.names else ():
            if quantity in truths.touched.names:
                found |= bits.joined(
                    base.bit[one]
                    for one in numbers
                    if base.row(one).worked_out(quantity) != truths.columns.row(one).worked_out(quantity)
                )
        return found


def _sureness_touched(alteration: Alteration) -> bool:
    """Whether what was taken for granted may be sure after the change and not before, or the other way."""
    assumed = [one.assumed for one in alteration.kb.findings.values() if one.assumed is not None]
    return any(one.sure is not None and alteration.reaches(one.sure) for one in assumed)


def _unsettled(people: Population) -> int:
    """The cases of which a rule decides whether two values contradict, as they are or in one of their worlds."""
    flags = people.truths.columns.bit
    found = bits.joined(flags[case] for case, _, decided in contradicting.twice_known(people) if not decided)
    if people.several:
        others: Population = people.worlds.people
        undecided = {place for place, _, decided in contradicting.twice_known(others) if not decided}
        of_case = people.worlds.places.items()
        found |= bits.joined(flags[case] for case, places in of_case if not undecided.isdisjoint(places))
    return found


Said = Mapping[str, Known]


def _others(people: Population) -> Iterator[tuple[int, Said]]:
    """Whose each of the other patients is, and what is said of him: in what worlds, without what, as recorded."""
    yield from _beside(people, range(people.size))
    if people.several:
        by_case = people.worlds.places
        owners = {place: case for case, places in by_case.items() for place in places}
        worlds_of_all: Population = people.worlds.people
        whose = [owners[place] for place in range(worlds_of_all.size)]
        yield from zip(whose, worlds_of_all.said, strict=True)
        yield from _beside(worlds_of_all, whose)
    if people.alone:
        recorded = [(case, said) for case in bits.positions(people.alone) for said in _recorded(people, case)]
        yield from recorded
        whose = [case for case, _ in recorded]
        yield from _beside(people.other([said for _, said in recorded], [people.days[case] for case in whose]), whose)


def _beside(people: Population, owners: Sequence[int]) -> Iterator[tuple[int, Said]]:
    """Without what was taken for granted; without each number that could be worked out otherwise, and without all."""
    granted = people.ungranted
    if granted.part is not None:
        yield from zip((owners[place] for place in granted.places), granted.part.said, strict=True)
    by_case: dict[int, dict[str, Known | None]] = {}
    for case, name, _ in contradicting.twice_known(people):
        by_case.setdefault(case, {})[name] = None
        yield owners[case], changed(people.said[case], {name: None})
    for case, changes in by_case.items():
        yield owners[case], changed(people.said[case], changes)


def _recorded(people: Population, case: int) -> Iterator[Said]:
    """What is said of a patient with old results as if they were of today, and with either of two that may count."""
    one = people.case(case)
    remembered = {name: one.counting[name] for name in people.prepared.index.remembering if name in one.counting}
    for alternative in worlds.alternatives(one):
        said = changed(people.said[case], alternative.changes)
        yield {name: _without_day(known) for name, known in said.items()} | remembered


def _without_day(known: Known) -> Known:
    """An answer as if it were of today."""
    if isinstance(known, Number):
        return Number(tuple(dataclasses.replace(one, date=None) for one in known.results))
    return history.undated(known)


def _entered(people: Population) -> Iterator[tuple[str, list[int]]]:
    """The quantities of which cases entered the number, or one that they stand in for."""
    kb = people.kb
    for name, by_case in people.truths.answers.said.items():
        quantity = name if name in kb.quantities else kb.findings[name].stand_in
        numbers = [case for case in by_case if isinstance(people.counting[case].get(name), Number)]
        if quantity and numbers:
            yield quantity, numbers

"""One patient of a population, to be asked as a finished case is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from ...case.case import Case
from ...values.value import NOT_MEASURED, Known
from ..several import worlds

_T = TypeVar("_T")


class OneOfMany(Case):
    """One of many patients, answering as a case does that was run alone."""

    def __init__(self, population: Any, number: int) -> None:  # a `Population`, which stands above this
        self.population, self.number = population, number
        memory = population.truths.row(number)
        prepared = population.view.prepared
        super().__init__(
            prepared,
            population.days[number],
            population.guideline,
            population.region,
            memory=memory,  # it is only asked, and answers as a working memory does
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

    def once(self, what: Hashable, work: Callable[[], _T]) -> _T:
        """What was worked out of the case, kept; whoever contradicts himself in nothing has but this world."""
        if what == "worlds" and not self.population.contradicting >> self.number & 1:
            self._once.setdefault("worlds", (worlds.World(case=self),))
        return super().once(what, work)

    def supposing(self, changes: Mapping[str, Known | None]) -> Case:
        """The same patient with these answers given, replaced or withdrawn (None)."""
        other: Case = self.population.part([self.number], {self.number: changes}).case(0)
        return other

    def say(self, said: Mapping[str, Known | None]) -> None:
        """It cannot be told anything: what follows was worked out for all at once."""
        raise TypeError("one of many patients cannot be told anything more")

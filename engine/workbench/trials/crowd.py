"""Random patients many at a time: the same that `People` meets one after the other, judged together."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from ...assessment.population import settling
from ...assessment.population.population import Population
from ...case.case import Prepared
from ...inference.program.columns import Answers, Columns, Machine
from ...inference.program.leaves import Leaves
from ...knowledge_base.model import KnowledgeBase
from ...values import dates
from ...values.value import Gap, Known
from .dangers import Dangers
from .patients import Vocabulary

REMEMBERED = 100_000
"""So many entries of lists are remembered with what conditions come to of them; then all is worked out anew."""

Facts = Mapping[str, Known]


class Crowd:
    """Random patients of one knowledge base, made and fitted together by the hundred."""

    def __init__(self, prepared: Prepared, today: datetime.date) -> None:
        self.prepared, self.kb, self.today = prepared, prepared.kb, today
        self.vocabulary = Vocabulary(prepared, today)
        self.dangers = Dangers(self.vocabulary)
        self.machine = Machine(prepared.plan)

    def met(self, seeds: Sequence[int]) -> Population:
        """The patients of these seeds, as they are said to a case one by one: see `People.meet`."""
        if len(self.machine.entries.of) > REMEMBERED:
            self.machine = Machine(self.prepared.plan, self.machine.program)
        drawn = [self.dangers.patient(seed) if seed % 4 else self.vocabulary.patient(seed) for seed in seeds]
        fitted, answers = self.fitted(drawn)
        columns = Columns(self.machine, self._implied(answers))
        again: dict[int, Facts] = {}
        for case, (seed, said) in enumerate(zip(seeds, fitted, strict=True)):
            twice = [name for name in said if seed % 20 != 1 and self._twice(columns, name, case)]
            if twice:
                left_out = set(twice) if seed % 2 else {part for name in twice for part in behind(self.prepared, name)}
                again[case] = {name: known for name, known in said.items() if name not in left_out}
        for case, said in zip(again, self.fitted(list(again.values()))[0], strict=True):
            for name in fitted[case].keys() - said.keys():
                answers.say(name, case, None)
            fitted[case] = said
        days = [self.today] * len(fitted)
        return Population(self.prepared, self.machine, fitted, days, answers=self._implied(answers))

    def _implied(self, answers: Answers) -> Answers:
        return settling.implied(self.prepared, answers, [self.today] * answers.size)

    def fitted(self, drawn: Sequence[Facts]) -> tuple[list[Facts], Answers]:
        """What of some records applies and is said: see `Vocabulary.put_together`."""
        said = [dict(one) for one in drawn]
        later = self.vocabulary.applying
        first = [{name: known for name, known in one.items() if name not in later} for one in said]
        days = [dates.day(self.today)] * len(said)
        answers = Answers(self.machine, days, [settling.told(self.prepared, one) for one in first])
        for name in later:
            applies = self.kb.findings[name].applies
            having = [case for case, one in enumerate(said) if name in one]
            if not having or applies is None:
                continue
            unfit = Leaves(Columns(self.machine, self._implied(answers))).pair(applies)[1]
            for case in having:
                if unfit >> case & 1:
                    del said[case][name]
                else:
                    answers.say(name, case, said[case][name])
        for name in self.vocabulary.standing_in:
            having = [case for case, one in enumerate(said) if name in one]
            columns = Columns(self.machine, self._implied(answers))
            for case in having:
                if not isinstance(columns.known(self.kb.findings[name].stand_in, case), Gap):
                    del said[case][name]
                    answers.say(name, case, None)
        return list(said), answers

    def _twice(self, columns: Columns, name: str, case: int) -> bool:
        """Whether a number that was said can be worked out as well."""
        quantity = quantity_of(self.kb, name)
        return bool(quantity) and not isinstance(columns.by_rules(quantity, case), Gap)


def quantity_of(kb: KnowledgeBase, name: str) -> str:
    """The quantity by which a number can be worked out; empty where there is none."""
    return kb.findings[name].stand_in if name in kb.findings else name if name in kb.quantities else ""


def behind(prepared: Prepared, name: str) -> set[str]:
    """The numbers, but age, that stand behind a quantity or what stands in for a finding."""
    kb, reads = prepared.kb, prepared.plan.reads
    found: set[str] = set()
    waiting = [quantity_of(kb, name)]
    while waiting:
        for read in reads[waiting.pop()] - found - {name, "age"}:
            found.add(read)
            waiting.append(read)
    return {one for one in found if one in kb.quantities or (one in kb.findings and kb.findings[one].unit)}

"""Patients who are judged apart from the rest of a chunk: of whom not only what was entered may be so.

Where two values contradict, or either of two results may be the newest, the strictest of all their worlds is shown. Who
has old results is taken as of today and as recorded, as in a chunk. All of it is over bits; the engine is not asked.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping, Sequence

from ..assessment.population import contradicting
from ..assessment.population.population import Population
from ..assessment.population.settling import settled
from ..assessment.several import worlds
from ..case.case import Case, Prepared
from ..inference.program import bits
from ..inference.program.truths import Truths
from ..knowledge_base.model import Rule
from ..values import history
from ..values.value import Known
from .recorded import OldToo


class Apart(Population):
    """Patients with rival and old results among them, none of whom is asked alone."""

    def shows(self, prepared: Prepared, truths: Truths) -> None:
        """Say what follows for the patients by these truths, and by what is old."""
        aged = OldToo(truths.machine, truths.answers)
        if any(self.old):
            aged.recorded = _AsRecorded(self)
        super().shows(prepared, aged)

    @functools.cached_property
    def several(self) -> int:
        """The patients of whom the strictest of several worlds is shown."""
        bit = self.truths.columns.bit
        rivals = bits.joined(bit[case] for case, said in enumerate(self.said) if worlds.has_rivals(said))
        return contradicting.of(self) | rivals

    @functools.cached_property
    def alone(self) -> int:
        """Nobody is asked alone."""
        return 0

    def case(self, number: int) -> Case:
        """One patient, to be asked as a finished case is."""
        made = super().case(number)
        made.old = frozenset()  # the truths that it reads hold by what is old already
        return made

    def other(self, said: Sequence[Mapping[str, Known]], days: Sequence[datetime.date]) -> Population:
        """Other patients by the same knowledge, under the same guideline and region."""
        return Apart(self.prepared, self.machine, said, days, self.guideline, self.region)


class _AsRecorded:
    """Those of the patients with old results, as if these were of today."""

    def __init__(self, people: Apart) -> None:
        self.people = people
        self.places = [place for place, old in enumerate(people.old) if old]

    @functools.cached_property
    def truths(self) -> Truths:
        """What follows of them; made when it is first asked for."""
        people, machine = self.people, self.people.machine
        said = [
            {**{name: history.undated(known) for name, known in people.said[one].items()}, **people.counting[one]}
            for one in self.places
        ]
        return Truths(machine, settled(people.prepared, machine, [people.days[one] for one in self.places], said))

    def true(self, rule: Rule) -> int:
        """Those for whom a rule holds, as bits of all patients."""
        bit = self.people.truths.columns.bit
        return bits.joined(bit[self.places[one]] for one in bits.positions(self.truths.premise(rule)[0]))

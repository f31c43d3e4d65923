"""Many patients without what was taken for granted of them, those of whom anything was (compare `plan`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...inference.program import bits
from ...values.value import UNKNOWN, Known
from .lacking import Lacked, lacking

Statuses = Mapping[str, int]


class Ungranted:
    """The patients without what was taken for granted of them, those of whom anything was."""

    def __init__(self, population: Any) -> None:  # a `Population`, which stands above this
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
                cases &= population.truths.holds(assumed.sure)[1]  # nobody doubts it unless this is known to be false
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

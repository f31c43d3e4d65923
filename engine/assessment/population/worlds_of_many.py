"""The worlds of all patients of whom two values contradict, as patients of their own (compare `worlds`)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ...inference.program import bits
from ...values.value import Known
from ..plan import LINES
from ..several import merging, worlds

Statuses = Mapping[str, int]
"""The cases that have each status; whoever has none is in no set."""


def changed(said: Mapping[str, Known], changes: Mapping[str, Known | None]) -> dict[str, Known]:
    """What was said, with some of it replaced or withdrawn (None)."""
    found = {name: known for name, known in said.items() if name not in changes}
    return {**found, **{name: known for name, known in changes.items() if known is not None}}


class Telling(NamedTuple):
    """The worlds of a patient that tell of a measure of the plan: the one that is told, and those alike."""

    told: int
    alike: tuple[int, ...]


class Worlds:
    """The worlds of all patients of whom two values contradict, as a population of their own."""

    def __init__(self, population: Any) -> None:  # a `Population`, which stands above this
        self.bit = population.truths.columns.bit
        self.places: dict[int, list[int]] = {}
        """For each patient the places of all worlds."""
        self.firm: dict[int, list[int]] = {}
        """Those that speak for what the patient has."""
        self.again: dict[int, tuple[str, ...]] = {}
        """The findings that would tell which of them is right."""
        said: list[Mapping[str, Known]] = []
        days = []
        for number in bits.positions(population.several):
            case = population.case(number)
            self.again[number] = tuple(name for one in worlds.contradictions(case) for name in one.again)
            for one in worlds.alternatives(case):
                self.places.setdefault(number, []).append(len(said))
                if not one.doubting:
                    self.firm.setdefault(number, []).append(len(said))
                said.append(changed(population.said[number], one.changes))
                days.append(population.days[number])
        self.people: Any = population.other(said, days)

    @functools.cached_property
    def measured_again(self) -> Mapping[str, int]:
        """For each test the patients in whose work-up it stands to measure again what contradicts."""
        kb, testing = self.people.kb, self.people.testing
        wanted = {test: (testing.in_work_up(test), testing.to_do(test)) for test in kb.investigations}
        found = dict.fromkeys(wanted, 0)
        for number, again in self.again.items():
            firm = self.firm.get(number, [])
            order = [*firm, *(place for place in self.places[number] if place not in firm)]
            listed = {
                test: bool(to_do >> place & 1)
                for place in order
                for test, (held, to_do) in wanted.items()
                if held >> place & 1
            }
            for _, test in merging.measuring_again(kb, listed, again):
                found[test.id] |= self.bit[number]
        return found

    def in_any(self, these: int) -> int:
        """The patients of whom it is so in one of their worlds."""
        places = self.places.items()
        return bits.joined(self.bit[one] for one, of_one in places if any(these >> place & 1 for place in of_one))

    def in_all(self, these: int, firm: bool = True) -> int:
        """The patients of whom it is so in all their worlds, or in all but those that doubt."""
        places = (self.firm if firm else self.places).items()
        return bits.joined(self.bit[one] for one, of_one in places if all(these >> place & 1 for place in of_one))

    def merged(self, words: Statuses, merge: Callable[[Sequence[str]], str], firm: bool = False) -> dict[int, str]:
        """The word for each patient, of those in the worlds; empty where none of them has one."""
        found = {}
        for one, places in (self.firm if firm else self.places).items():
            said = [next((word for word, these in words.items() if these >> place & 1), "") for place in places]
            found[one] = merge(said) if any(said) else ""
        return found

    def telling(self, intervention: str) -> dict[int, Telling]:
        """For each patient in whose plan a measure is, the worlds that tell of it (compare `merging`)."""
        plans, found = self.people.plans, dict[int, Telling]()
        words, lines = plans.statuses(intervention), plans.lines(intervention)
        kind = self.people.kb.interventions[intervention].kind
        for one, places in self.places.items():
            firm = self.firm.get(one, [])
            order = [*firm, *(place for place in places if place not in firm)]
            said = {place: next((word for word, these in words.items() if these >> place & 1), "") for place in order}
            present = [place for place in order if said[place]]
            if not present:
                continue
            strictest = merging.status(kind, list(said.values()))
            alike = [place for place in order if said[place] == strictest]

            def rank(place: int) -> int:
                line = next((line for line, these in lines.items() if these >> place & 1), "")
                return LINES.index(line) if line in LINES else len(LINES)

            found[one] = Telling(max(alike or present, key=rank), tuple(alike))
        return found

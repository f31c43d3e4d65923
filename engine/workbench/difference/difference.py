"""Whom an edit changes: every conclusion under two versions of a knowledge base, patient by patient, over bits.

The statuses are those of `assessment/population`; of whom two values contradict, experta judges each version. The
smallest patient of a change is replayed on experta before it is told.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...assessment.population.population import Population
from ...case.case import Prepared
from ...inference.program import bits
from ...inference.program.columns import Machine
from ...knowledge_base.model import KnowledgeBase
from ...values.frozen import ordered
from ...values.value import Known
from .. import processes
from . import conclusions, judging, samples, smallest
from .conclusions import NOTHING, Conclusion
from .edits import Edit, edits
from .reach import Reach
from .samples import Sample
from .versions import Version

AT_ONCE = 2500
"""Patients handed to a process together."""
_NARROWED = 10_000
"""So many where it is known of few of them that an edit can concern them: only those are looked at closely."""
_SPARSE = 2
"""Where fewer than one in so many can have moved, only those are looked at closely."""
WITNESSES = 6
"""Of so many changes a smallest patient is looked for; the rest are counted."""


@ordered
class Change:
    """One conclusion that becomes another word for somebody: `before` and `after`, and of how many in each sample."""

    conclusion: Conclusion
    before: str
    after: str
    counts: tuple[int, ...]
    """How many patients of each sample, in their order."""
    example: str = ""
    """The name of a patient of whom it changes."""
    witness: str = ""
    """The smallest patient found of whom it changes, as a file."""

    @property
    def loosened(self) -> bool:
        """Whether whoever was protected is protected less."""
        return conclusions.loosened(self.conclusion, self.before, self.after)


@ordered
class Counted:
    """A sample, how many patients it has, and of how many anything changes, or is loosened."""

    name: str
    patients: int
    changed: int
    loosened: int
    left_out: int = 0


@ordered
class Difference:
    """What two versions of a knowledge base have not in common."""

    old: str
    new: str
    edits: tuple[Edit, ...]
    samples: tuple[Counted, ...]
    changes: tuple[Change, ...]
    untouched: int
    """How many conclusions rest on nothing that was edited."""
    unchanged: tuple[Conclusion, ...]
    """Those that could change, and did of nobody."""
    proved: tuple[Conclusion, ...] = ()
    """Those among them that are the same of every patient: a solver shows it."""

    @property
    def decides(self) -> bool:
        """Whether anything but words was edited."""
        return any(one.decides for one in self.edits)

    @property
    def loosened(self) -> tuple[Change, ...]:
        """The changes that protect somebody less."""
        return tuple(one for one in self.changes if one.loosened)


def between(old: Version, new: Version, some: Sequence[Sample], witnesses: int = WITNESSES) -> Difference:
    """Everything that differs between two versions over some patients.

    Args:
        some: the patients, sample by sample.
        witnesses: of how many changes a smallest patient is looked for, those that loosen first.
    """
    found = edits(old.prepared.kb, new.prepared.kb)
    every = _either(old.prepared.kb, new.prepared.kb)
    reached = Reach(old.prepared, new.prepared, found)
    wanted = [one for one in every if reached.touched(one)]
    tally, pair = _Tally(len(some)), _Pair(old.prepared, new.prepared, reached)
    counted = []
    for place, sample in enumerate(some):
        who = _Who()
        left_out = sample.left_out
        for part, aside in _compared(pair, sample, wanted) if wanted else ():
            tally.add(place, part)
            who.add(part)
            left_out += aside
        counted.append(Counted(sample.name, len(sample.said), len(who.changed), len(who.loosened), left_out))
    changes = tally.changes(some)
    shown = _with_witnesses(pair, some, tally, changes, witnesses)
    turned = {one.conclusion for one in shown}
    rest = tuple(one for one in wanted if one not in turned)
    return Difference(old.name, new.name, found, tuple(counted), shown, len(every) - len(wanted), rest)


def touched(old: Version, new: Version) -> list[Conclusion]:
    """The conclusions that an edit can reach."""
    reached = Reach(old.prepared, new.prepared, edits(old.prepared.kb, new.prepared.kb))
    return [one for one in _either(old.prepared.kb, new.prepared.kb) if reached.touched(one)]


def with_counts(found: Difference, sample: Counted, turns: Mapping[Turn, int]) -> Difference:
    """The same difference beside further patients of whom only numbers are known, as of the rows of a table.

    Args:
        turns: of how many of them each conclusion becomes which word.
    """
    known = {(one.conclusion, one.before, one.after): one for one in found.changes}
    changes = [dataclasses.replace(one, counts=(*one.counts, turns.get(turn, 0))) for turn, one in known.items()]
    none = (0,) * len(found.samples)
    changes += [Change(*turn, (*none, count)) for turn, count in turns.items() if turn not in known]
    turned = {one.conclusion for one in changes}
    return dataclasses.replace(
        found,
        samples=(*found.samples, sample),
        changes=tuple(sorted(changes, key=_gravity)),
        unchanged=tuple(one for one in found.unchanged if one not in turned),
    )


def _either(old: KnowledgeBase, new: KnowledgeBase) -> list[Conclusion]:
    return list(dict.fromkeys((*conclusions.all_of(new), *conclusions.all_of(old))))


# --- patient by patient -----------------------------------------------------------------------------------------------

Turn = tuple[Conclusion, str, str]
"""A conclusion with the words before and after."""
_Part = list[tuple[Turn, list[int]]]
"""Each change with the places of the patients in their sample."""


@dataclass(slots=True)
class _Who:
    changed: set[int] = field(default_factory=set)
    loosened: set[int] = field(default_factory=set)

    def add(self, part: _Part) -> None:
        for (conclusion, before, after), places in part:
            self.changed.update(places)
            if conclusions.loosened(conclusion, before, after):
                self.loosened.update(places)


class _Tally:
    """How many change in each way, and the first few of them."""

    def __init__(self, many: int) -> None:
        self.counts: dict[Turn, list[int]] = {}
        self.who: dict[Turn, list[tuple[int, int]]] = {}
        self.many = many

    def add(self, sample: int, part: _Part) -> None:
        for turn, places in part:
            self.counts.setdefault(turn, [0] * self.many)[sample] += len(places)
            kept = self.who.setdefault(turn, [])
            kept += [(sample, place) for place in places[: smallest.TRIED]]

    def changes(self, some: Sequence[Sample]) -> list[Change]:
        """The gravest first: what loosens, then by how many."""
        found = []
        for turn, counts in self.counts.items():
            sample, place = self.who[turn][0]
            found.append(Change(*turn, tuple(counts), some[sample].names[place]))
        return sorted(found, key=_gravity)


def _gravity(one: Change) -> tuple[object, ...]:
    """What loosens before what does not, what becomes plainly allowed before all, then by how many."""
    return not one.loosened, one.after != "recommended", [-many for many in one.counts], one.conclusion, one.before


def _compared(pair: _Pair, sample: Sample, wanted: Sequence[Conclusion]) -> Iterable[tuple[_Part, int]]:
    """The changes of a sample, and how many were passed over, part by part, on all cores."""
    pair.skipping = sample.name == samples.CROSSED
    at_once = AT_ONCE if pair.reached.deciding is None else _NARROWED

    def work(start: int) -> tuple[_Part, int]:
        stop = start + at_once
        found = pair.turns(sample.said[start:stop], sample.days[start:stop], wanted)
        return [(turn, [start + place for place in places]) for turn, places in found.items()], pair.aside

    return processes.each(work, range(0, len(sample.said), at_once), processes.cores())


class _Pair:
    """Two versions over the same patients; what conditions came to is remembered from part to part."""

    def __init__(self, old: Prepared, new: Prepared, reached: Reach) -> None:
        self.versions, self.reached = (old, new), reached
        self.judges = (judging.Judge(old), judging.Judge(new))
        self.skipping = False
        """Whether patients of whom two values contradict are passed over: of random ones nobody misses them.

        Those of them whom an edit of cut-offs does not meet as they were entered are not even counted.
        """
        self.aside = 0
        self.machines = (Machine(old.plan), Machine(new.plan))

    def turns(
        self, said: Sequence[Mapping[str, Known]], days: Sequence[datetime.date], wanted: Sequence[Conclusion]
    ) -> dict[Turn, list[int]]:
        """Each change, with the places of the patients of whom it is so."""
        if self.reached.deciding is None:
            return self._closely(said, days, wanted)
        places = self._met(said, days, self.reached.deciding)
        self.aside = 0
        if not places:
            return {}
        kept = self._closely([said[place] for place in places], [days[place] for place in places], wanted)
        return {turn: [places[place] for place in found] for turn, found in kept.items()}

    def _met(
        self, said: Sequence[Mapping[str, Known]], days: Sequence[datetime.date], deciding: Iterable[str]
    ) -> list[int]:
        """The places of those of whom an edit of cut-offs can change anything; who says the same of it is one."""
        alike: dict[tuple[object, ...], list[int]] = {}
        for place, (one, day) in enumerate(zip(said, days, strict=True)):
            alike.setdefault((day, *(id(one.get(name)) for name in deciding)), []).append(place)
        firsts = [places[0] for places in alike.values()]
        told = [{name: said[place][name] for name in deciding if name in said[place]} for place in firsts]
        people = self._people(told, [days[place] for place in firsts])
        met = self.reached.first(*people) or 0
        if not self.skipping:
            met |= self._touched(met, people, len(firsts))
        found = [places for at, places in enumerate(alike.values()) if met >> at & 1]
        return sorted(place for places in found for place in places)

    def _touched(self, first: int, people: tuple[Population, Population], many: int) -> int:
        """Those of whom something could differ if two of their values contradict; whether they do is not yet asked."""
        touched = (at for at in range(many) if not all(self.reached.untouched(first, side, at) for side in people))
        return sum(1 << at for at in touched)

    def _closely(
        self,
        said: Sequence[Mapping[str, Known]],
        days: Sequence[datetime.date],
        wanted: Sequence[Conclusion],
    ) -> dict[Turn, list[int]]:
        """As `turns`, conclusion by conclusion."""
        old, new = self._people(said, days)
        apart = old.contradicting | new.contradicting
        first = self.reached.first(old, new)
        moved = (first if first is not None else self.reached.moved(old, new)) & ~apart
        alone = apart if first is None else self.reached.concerned(first, old) | self.reached.concerned(first, new)
        places = list(bits.positions(moved))
        if apart or len(places) * _SPARSE < len(said):
            # a population judges whoever contradicts himself one by one, asked or not: they are kept out of it
            old, new = self._people([said[place] for place in places], [days[place] for place in places])
        else:
            places = list(range(len(said)))
        together = old.everybody
        found: dict[Turn, list[int]] = {}
        for conclusion in wanted:
            before, after = conclusions.words(old, conclusion), conclusions.words(new, conclusion)
            for turn, cases in turned(conclusion, before, after, together).items():
                found.setdefault(turn, []).extend(places[case] for case in bits.positions(cases))
        self.aside = bin(alone).count("1") if self.skipping else 0
        for place in bits.positions(0 if self.skipping else alone):
            for turn in self._alone(said[place], days[place], wanted):
                found.setdefault(turn, []).append(place)
        return found

    def _people(
        self, said: Sequence[Mapping[str, Known]], days: Sequence[datetime.date]
    ) -> tuple[Population, Population]:
        old, new = (
            Population(prepared, machine, judging.readable(prepared, said), days)
            for prepared, machine in zip(self.versions, self.machines, strict=True)
        )
        return old, new

    def _alone(self, said: Mapping[str, Known], day: datetime.date, wanted: Sequence[Conclusion]) -> Iterable[Turn]:
        old, new = (judge.look(said, day) for judge in self.judges)
        for conclusion in wanted:
            if conclusion.kind != "dose":
                before, after = conclusions.word(old, conclusion), conclusions.word(new, conclusion)
                if before != after:
                    yield conclusion, before, after


def turned(conclusion: Conclusion, before: conclusions.Words, after: conclusions.Words, among: int) -> dict[Turn, int]:
    """From which word to which, with the cases; what is shown in neither is no change."""
    before, after = _whole(before, among), _whole(after, among)
    same = bits.joined(cases & after.get(word, 0) for word, cases in before.items())
    gone = _pairs(before, after, among & ~same)
    return {(conclusion, one, other): cases for one, other, cases in gone}


def _whole(words: conclusions.Words, among: int) -> dict[str, int]:
    """The words of these cases, each case with one: of several doses all together."""
    found: dict[str, int] = {}
    rest = among
    for word, cases in words.items():
        both = {f"{other}; {word}": cases & shared for other, shared in found.items() if cases & shared}
        for other in found:
            found[other] &= ~cases
        found[word] = found.get(word, 0) | (cases & rest)
        found.update(both)
        rest &= ~cases
    return {word: cases for word, cases in {**found, NOTHING: rest}.items() if cases}


def _pairs(before: Mapping[str, int], after: Mapping[str, int], among: int) -> Iterable[tuple[str, str, int]]:
    for one, cases in before.items():
        for other, more in after.items():
            if one != other and (both := cases & more & among):
                yield one, other, both


# --- the smallest patients --------------------------------------------------------------------------------------------


def _with_witnesses(
    pair: _Pair, some: Sequence[Sample], tally: _Tally, changes: Sequence[Change], most: int
) -> tuple[Change, ...]:
    """The changes with the smallest patient of the first of them; what turns alike may share one."""

    pair.skipping = False

    def work(alike: tuple[int, ...]) -> list[str]:
        found: list[str] = []
        for number in alike:
            change = changes[number]
            turn = (change.conclusion, change.before, change.after)
            people = [(some[sample].said[place], some[sample].days[place]) for sample, place in tally.who[turn]]
            before = (text for text in dict.fromkeys(found) if text)
            same = next((text for text in before if smallest.replayed(pair.judges, turn, text, people[0][1])), None)
            found.append(same or smallest.patient(pair.judges, pair.turns, turn, people))
        return found

    alike: dict[tuple[str, str, str], list[int]] = {}
    for number, change in enumerate(changes[:most]):
        alike.setdefault((change.conclusion.kind, change.before, change.after), []).append(number)
    groups = [tuple(numbers) for numbers in alike.values()]
    found = {
        number: text
        for numbers, texts in zip(groups, processes.each(work, groups, processes.cores()), strict=True)
        for number, text in zip(numbers, texts, strict=True)
    }
    return tuple(dataclasses.replace(one, witness=found.get(at, one.witness)) for at, one in enumerate(changes))

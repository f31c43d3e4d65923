"""Invariants tried on random patients: which of them someone breaks, and the smallest such patient.

The seeds and the day are fixed, so that the same knowledge is tried on the same people. What was tried is kept beside
the knowledge base it was tried with.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...assessment import query
from ...case import opening
from ...case.case import Case, Prepared
from ...inference.program import bits
from ...intake import record
from ...intake.record import Answer
from ...knowledge_base.model import Invariant, KnowledgeBase
from ...knowledge_base.store.cache import Store
from ...values.truth import Truth
from ...values.value import Entry, Gap, Known, Records
from .. import processes
from .crowd import Crowd, behind, quantity_of
from .dangers import Dangers
from .patients import HERE, Vocabulary

PATIENTS = 2_000
DAY = datetime.date(2026, 1, 1)
"""The day on which they are all seen."""
AT_ONCE = 500
"""Patients judged together."""
_SHRUNK = 3
"""So many of those who break an invariant are made smaller."""
_KEPT = "invariants"
_MADE_BY = ("invariants.py", "crowd.py", "patients.py", "dangers.py", "harmless.py", "deletions.py")

Facts = Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that someone breaks: how many do, and the smallest patient found, as a file."""

    invariant: Invariant
    patients: int
    smallest: str


@dataclass(frozen=True, slots=True)
class Tried:
    """How many invariants were tried on how many patients, and what came of it."""

    count: int
    patients: int
    violations: tuple[Violation, ...] = ()


NOTHING = Tried(0, 0)


def in_force(kb: KnowledgeBase) -> list[Invariant]:
    """The invariants that were not withdrawn."""
    return [one for one in kb.invariants.values() if not one.withdrawn]


def run(prepared: Prepared, wanted: Sequence[Invariant], count: int = PATIENTS) -> Tried:
    """Try these invariants on so many random patients, on all cores."""
    found = broken(prepared, wanted, count)
    todo = [one for one in wanted if one.id in found]

    def work(at: int) -> str:
        return _smallest(prepared, todo[at], found[todo[at].id])

    smallest = processes.each(work, range(len(todo)), processes.cores())
    violations = (Violation(one, len(found[one.id]), text) for one, text in zip(todo, smallest, strict=True))
    return Tried(len(wanted), count, tuple(violations))


def broken(prepared: Prepared, wanted: Sequence[Invariant], count: int) -> dict[str, list[int]]:
    """The seeds of the patients who break each invariant; those that nobody breaks are left out."""
    queries = [(one.id, one.never) for one in wanted if one.never is not None]
    crowd = Crowd(prepared, DAY)

    def work(start: int) -> list[tuple[str, int]]:
        people = crowd.met(range(start, min(start + AT_ONCE, count)))
        return [(name, start + case) for name, never in queries for case in bits.positions(people.holds(never)[0])]

    found: dict[str, list[int]] = {}
    for told in processes.each(work, range(0, count, AT_ONCE), processes.cores()):
        for name, seed in told:
            found.setdefault(name, []).append(seed)
    return found


class People:
    """Random patients, each said to one and the same case, as a file would: three of four in danger, one like any.

    A number drawn beside what it could be worked out from contradicts it nearly always. But for one patient in twenty
    either of the two is left out: what is shown of contradicting numbers is the strictest that either would show.
    """

    def __init__(self, prepared: Prepared) -> None:
        self.vocabulary = Vocabulary(prepared, DAY)
        self.dangers = Dangers(self.vocabulary)
        self.case = Case(prepared, DAY)
        self.case.finish()

    def meet(self, seed: int) -> Facts:
        """Say the patient of this seed, and give what was said."""
        said = self.say(self.dangers.patient(seed) if seed % 4 else self.vocabulary.patient(seed))
        twice = [name for name in said if seed % 20 != 1 and self._twice(name)]
        if not twice:
            return said
        left_out = set(twice) if seed % 2 else {part for name in twice for part in behind(self.case.prepared, name)}
        return self.say({name: known for name, known in said.items() if name not in left_out})

    def _twice(self, name: str) -> bool:
        """Whether a number that was said can be worked out as well."""
        quantity = quantity_of(self.case.kb, name)
        return bool(quantity) and not isinstance(self.case.memory.worked_out(quantity), Gap)

    def say(self, facts: Facts, case: Case | None = None) -> Facts:
        """Give these in place of all that was said before; gives what of them applies."""
        return self.vocabulary.put_together(case or self.case, facts)


# --- the smallest patient ---------------------------------------------------------------------------------------------


def _smallest(prepared: Prepared, invariant: Invariant, seeds: Sequence[int]) -> str:
    """The smallest patient found who breaks it, as a file; from whole ones fact after fact is left out."""
    person = _Person(prepared, invariant)
    found = sorted((person.shrunk(seed) for seed in seeds[:_SHRUNK]), key=_size)
    files = [person.file(facts) for facts in found]
    return next((text for text in files if person.breaks_as_file(text)), files[0])


def _size(facts: Facts) -> tuple[int, int]:
    return len(facts), sum(len(known.entries) for known in facts.values() if isinstance(known, Records))


class _Person:
    """Someone who breaks an invariant, of whom less and less is said."""

    def __init__(self, prepared: Prepared, invariant: Invariant) -> None:
        self.prepared, self.invariant = prepared, invariant
        self.people = People(prepared)

    def breaks(self, facts: Facts) -> bool:
        """Whether this is enough, with nothing more to come."""
        self.people.say(facts)
        return self._broken(self.people.case)

    def _broken(self, case: Case) -> bool:
        assert self.invariant.never is not None
        return query.holds(case, self.invariant.never) is Truth.TRUE

    def shrunk(self, seed: int) -> Facts:
        """What is left when nothing more can be left out; half of the facts are tried first, single ones last."""
        kept = self.people.meet(seed)
        step = len(kept)
        while step:
            smaller = next(filter(self.breaks, _without_some(kept, step)), None)
            if smaller is not None:
                kept, step = smaller, min(step, len(smaller))
            else:
                step //= 2
        while (smaller := next(filter(self.breaks, _with_shorter_lists(kept)), None)) is not None:
            kept = smaller
        return kept

    def file(self, facts: Facts) -> str:
        """As a worked case that says what must not follow of whom; `assess` takes it as it is."""
        said = {name: Answer(known, "", HERE) for name, known in self.people.say(facts).items()}
        return record.save_record(self.prepared.kb, said, DAY, f"breaks {self.invariant.id}")

    def breaks_as_file(self, text: str) -> bool:
        """Whether whoever reads the file sees the invariant broken."""
        read, problems = record.read_record(self.prepared.kb, text, "a random patient")
        if read is None or problems:
            return False
        return self._broken(opening.finished(self.prepared, read, opening.Terms()))


def _without_some(facts: Facts, step: int) -> Iterator[Facts]:
    """The facts without each so many of them in turn."""
    names = [*facts]
    for start in range(0, len(names), step):
        left_out = frozenset(names[start : start + step])
        yield {name: known for name, known in facts.items() if name not in left_out}


def _with_shorter_lists(facts: Facts) -> Iterator[Facts]:
    """The facts with one entry less, or with one detail less of an entry."""
    for name, known in facts.items():
        entries = known.entries if isinstance(known, Records) else ()
        for at, entry in enumerate(entries):
            fewer = [Entry({key: value for key, value in entry.fields.items() if key != gone}) for gone in entry.fields]
            for instead in ((), *((one,) for one in fewer)):
                yield {**facts, name: Records((*entries[:at], *instead, *entries[at + 1 :]))}


# --- what was tried ---------------------------------------------------------------------------------------------------


def kept(kb: KnowledgeBase) -> Tried | None:
    """What came of trying all invariants of this very knowledge base, if that was done."""
    told = Store.of(kb.digest).load_extra(_KEPT)
    try:
        if told["program"] != _program():
            return None
        violations = (Violation(kb.invariants[name], many, text) for name, many, text in told["violations"])
        return Tried(len(in_force(kb)), told["patients"], tuple(violations))
    except (KeyError, TypeError, ValueError):
        return None


def keep(kb: KnowledgeBase, tried: Tried) -> None:
    """Keep what came of trying all invariants, unless they were tried on more patients before."""
    before = kept(kb)
    if before is None or before.patients <= tried.patients:
        violations = [[one.invariant.id, one.patients, one.smallest] for one in tried.violations]
        told = {"program": _program(), "patients": tried.patients, "violations": violations}
        Store.of(kb.digest).store_extra(_KEPT, told)


@functools.cache
def _program() -> str:
    """What makes the patients and tries the invariants on them; the rest of the program is in the name of the store."""
    read = hashlib.sha256()
    for name in _MADE_BY:
        read.update(Path(__file__).with_name(name).read_bytes())
    return read.hexdigest()

"""What is noticed when a safety rule is gone: rules/safety without one rule after the other.

`python -m benchmarks.removals [PATIENTS [RULES [SEED]]]` leaves out each rule (or so many of them, drawn from a seed),
and looks who notices: the table of hazards, in which something is acted on by no rule any more (asked first), or an
invariant that some random patient breaks now and did not before. It prints the share, and the rules that nobody misses.
Only patients are tried whom the rule could concern, those first for whom it holds and of whom what it protects from is
wanted; of the table only what no other rule does than this one and those that rest on it.
"""

from __future__ import annotations

import dataclasses
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from engine.assessment import plan, query
from engine.assessment.outlook import Outlook
from engine.case import case
from engine.case.case import Case, Prepared
from engine.knowledge_base.model import Hazard, KnowledgeBase, Rule
from engine.knowledge_base.store import cache
from engine.values.truth import Truth
from engine.workbench import processes
from engine.workbench.checks.safety import hazards
from engine.workbench.checks.subject import Subject
from engine.workbench.mutation import alteration
from engine.workbench.trials import invariants

ROOT = Path(__file__).parent.parent
SAFETY = "rules/safety/"
CONCERNED = 150
"""So many of the patients whom a rule concerns are tried without it."""
AT_ONCE = 50
"""Patients handed to a process together."""
PROTECTING = ("contraindicates", "defers", "cautions")

INVARIANT, TABLE, NOBODY = "an invariant", "the table of hazards", "nobody"


@dataclass(frozen=True, slots=True)
class Removal:
    """One rule left out: who noticed, and what."""

    rule: str
    by: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """The base with all its rules: for each rule the seeds of whom it may hold, and for each seed what is broken."""

    prepared: Prepared
    concerned: Mapping[str, Sequence[int]]
    broken: Mapping[int, frozenset[str]]


class Demand(NamedTuple):
    """A hazard that is there in one way, a medicine it speaks against, and the rules that do what it demands."""

    hazard: Hazard
    way: hazards.Way
    medicine: str
    by: frozenset[str]


def removals(kb: KnowledgeBase, rules: Sequence[Rule], count: int) -> list[Removal]:
    """Each of the rules left out in turn, with random patients drawn by the whole base."""
    prepared = case.prepare(kb)
    prepared.plan.open()
    table = _Table(kb)

    def look_up(at: int) -> Removal | None:
        missed = table.missed_without(rules[at])
        return Removal(rules[at].id, TABLE, missed) if missed else None

    seen = list(processes.each(look_up, range(len(rules)), processes.cores()))
    left = [rule for rule, found in zip(rules, seen, strict=True) if found is None]
    whole = _whole(prepared, left, count)

    def work(at: int) -> Removal:
        return _without(whole, left[at])

    tried = list(processes.each(work, range(len(left)), processes.cores()))
    return [*(one for one in seen if one is not None), *tried]


class _Table:
    """What the table of hazards finds acted on by no rule once one of them is gone."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb, self.graph = kb, alteration.Graph(kb)
        self.subject = Subject(kb, (), invariants.DAY)
        self.secured = [demand for hazard in kb.hazards.values() for demand in self._demands(hazard)]

    def _demands(self, hazard: Hazard) -> Iterator[Demand]:
        """What a hazard demands for each way it can be there and each medicine, with the rules that do it."""
        if hazard.effect == "none":
            return
        acting = [*self.subject.of(*hazards.VERBS[hazard.effect])]
        for way in hazards.ways(self.subject, hazard):
            for medicine in hazards.medicines(self.subject, hazard):
                named = [one for one in acting if medicine in one.members]
                by = {one.id for one in named if hazards.secures(self.subject, way, one)}
                if by:
                    yield Demand(hazard, way, medicine, frozenset(by))

    def missed_without(self, rule: Rule) -> str:
        """The first demand that nothing meets once the rule is gone; empty where all is met."""
        resting = self.graph.touched([rule]).rules | {rule.id}
        fewer = {name: one for name, one in self.kb.rules.items() if name != rule.id}
        subject = Subject(dataclasses.replace(self.kb, rules=fewer), (), invariants.DAY)
        for demand in self.secured:
            if demand.by <= resting and demand.medicine not in hazards.acted_on(subject, demand.hazard, demand.way):
                return f"{demand.hazard.id}, {demand.way.name}, {demand.medicine}"
        unread = [problem.what for problem in hazards.taken_down_and_not_read(subject)]
        return unread[0] if unread else ""


def _whole(prepared: Prepared, rules: Sequence[Rule], count: int) -> Whole:
    people = invariants.People(prepared)

    def work(seed: int) -> tuple[int, list[tuple[str, int]], list[str]]:
        people.meet(seed)
        concerned = [(rule.id, rank) for rule in rules if (rank := _concerned(people.case, rule)) is not None]
        return seed, concerned, sorted(_broken(people.case))

    ranked: dict[str, list[tuple[int, int]]] = {rule.id: [] for rule in rules}
    broken: dict[int, frozenset[str]] = {}
    for seed, concerned, names in processes.each(work, range(count), processes.cores(), AT_ONCE):
        broken[seed] = frozenset(names)
        for name, rank in concerned:
            ranked[name].append((rank, seed))
    seeds = {name: [seed for _, seed in sorted(found)[:CONCERNED]] for name, found in ranked.items()}
    return Whole(prepared, seeds, broken)


def _concerned(one: Case, rule: Rule) -> int | None:
    """How soon a patient is tried: those for whom the rule holds first, and of whom what it protects from is wanted."""
    held = one.truth(rule)
    if held is Truth.FALSE:
        return None
    protects = rule.verb in PROTECTING
    wanted = protects and any(plan.wanted(one, member)[0] is not Truth.FALSE for member in rule.members)
    return (held is not Truth.TRUE) + 2 * (protects and not wanted)


def _broken(one: Case) -> frozenset[str]:
    look = Outlook(one)
    return frozenset(
        invariant.id
        for invariant in invariants.in_force(one.kb)
        if invariant.never is not None and query.holds(one, invariant.never, look) is Truth.TRUE
    )


def _without(whole: Whole, rule: Rule) -> Removal:
    kb = whole.prepared.kb
    fewer = dataclasses.replace(kb, rules={name: one for name, one in kb.rules.items() if name != rule.id})
    prepared = case.prepare(fewer)
    one, people = Case(prepared, invariants.DAY), invariants.People(whole.prepared)
    one.finish()
    for seed in whole.concerned.get(rule.id, ()):
        people.say(people.meet(seed), one)
        noticed = sorted(_broken(one) - whole.broken[seed])
        if noticed:
            return Removal(rule.id, INVARIANT, noticed[0])
    return Removal(rule.id, NOBODY)


def main() -> None:
    """Print who notices which removal, and the share that somebody does."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    kb = cache.load(ROOT)
    rules = [rule for rule in kb.rules.values() if rule.place.file.startswith(SAFETY)]
    if len(sys.argv) > 2:
        seed = sys.argv[3] if len(sys.argv) > 3 else "removals"
        rules = random.Random(seed).sample(rules, min(int(sys.argv[2]), len(rules)))
    begun = time.perf_counter()
    found = removals(kb, rules, count)
    for one in sorted(found, key=lambda one: (one.by, one.rule)):
        print(f"  {one.rule}: {one.by}{f' ({one.what})' if one.what else ''}")
    by = {who: sum(one.by == who for one in found) for who in (INVARIANT, TABLE, NOBODY)}
    noticed = len(found) - by[NOBODY]
    print(f"{len(found)} rules of {SAFETY} left out one by one, {count:,} random patients")
    print(f"noticed: {100 * noticed / len(found):.1f} % ({', '.join(f'{many} by {who}' for who, many in by.items())})")
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()

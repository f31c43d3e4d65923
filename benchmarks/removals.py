"""What is noticed when a safety rule is gone: rules/safety without one rule after the other.

`python -m benchmarks.removals [PATIENTS [RULES]]` leaves out each rule (or so many of them, drawn from a fixed seed),
builds the knowledge base anew, and looks who notices: an invariant that some random patient breaks now and did not
before, or the table of hazards, in which something is acted on by no rule any more (asked first). It prints the share,
and the rules that nobody misses. Only patients are tried whom the rule could concern: of whom its premise is not false.
"""

from __future__ import annotations

import dataclasses
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.assessment import query
from engine.assessment.outlook import Outlook
from engine.case import case
from engine.case.case import Case, Prepared
from engine.knowledge_base.model import KnowledgeBase, Rule
from engine.knowledge_base.store import cache
from engine.values.truth import Truth
from engine.workbench import processes
from engine.workbench.checks import hazards
from engine.workbench.checks.subject import Subject
from engine.workbench.trials import invariants

ROOT = Path(__file__).parent.parent
SAFETY = "rules/safety/"
CONCERNED = 200
"""So many of the patients whom a rule concerns are tried without it."""

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
    missed: frozenset[str]


def removals(kb: KnowledgeBase, rules: Sequence[Rule], count: int) -> list[Removal]:
    """Each of the rules left out in turn, with random patients drawn by the whole base."""
    prepared = case.prepare(kb)
    prepared.plan.open()
    whole = _whole(prepared, rules, count)

    def work(at: int) -> Removal:
        return _without(whole, rules[at])

    return list(processes.each(work, range(len(rules)), processes.cores()))


def _whole(prepared: Prepared, rules: Sequence[Rule], count: int) -> Whole:
    people = invariants.People(prepared)

    def work(seed: int) -> tuple[int, list[str], list[str]]:
        people.meet(seed)
        concerned = [rule.id for rule in rules if people.case.truth(rule) is not Truth.FALSE]
        return seed, concerned, sorted(_broken(people.case))

    concerned: dict[str, list[int]] = {}
    broken: dict[int, frozenset[str]] = {}
    for seed, ids, names in processes.each(work, range(count), processes.cores(), invariants.AT_ONCE):
        broken[seed] = frozenset(names)
        for name in ids:
            concerned.setdefault(name, []).append(seed)
    return Whole(prepared, concerned, broken, _missed(prepared.kb))


def _broken(one: Case) -> frozenset[str]:
    look = Outlook(one)
    return frozenset(
        invariant.id
        for invariant in invariants.in_force(one.kb)
        if invariant.never is not None and query.holds(one, invariant.never, look) is Truth.TRUE
    )


def _missed(kb: KnowledgeBase) -> frozenset[str]:
    """What the table of hazards finds acted on by no rule."""
    subject = Subject(kb, (), invariants.DAY)
    checked = (hazards.hazard_without_rule, hazards.taken_down_and_not_read)
    return frozenset(problem.what for check in checked for problem in check(subject))


def _without(whole: Whole, rule: Rule) -> Removal:
    kb = whole.prepared.kb
    fewer = dataclasses.replace(kb, rules={name: one for name, one in kb.rules.items() if name != rule.id})
    missed = sorted(_missed(fewer) - whole.missed)  # asked first: it costs a fiftieth of what the patients do
    if missed:
        return Removal(rule.id, TABLE, missed[0])
    prepared = case.prepare(fewer)
    one, people = Case(prepared, invariants.DAY), invariants.People(whole.prepared)
    one.finish()
    for seed in whole.concerned.get(rule.id, ())[:CONCERNED]:
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
        rules = random.Random("removals").sample(rules, min(int(sys.argv[2]), len(rules)))
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

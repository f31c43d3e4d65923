"""Whether questions are worth asking: for each one asked, two patients who differ by its answer alone.

`python -m benchmarks.asking [PATIENTS [FIRST]]` consults random patients up to the first stop and looks, for each
question, for a witness: two complete patients, both as everything said before the question has it, alike but for the
answer and what depends on it, of whom different statuses are shown. Then it completes each record at random and looks
for what turns that nobody was told of. It prints the numbers that docs/consultation.md reports, every question without
a witness, and everything that turned. The search is bounded: what has no witness within it is not proven useless.
"""

from __future__ import annotations

import datetime
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from engine.case import case
from engine.case.case import Case
from engine.dialogue.conversation import FIRST
from engine.knowledge_base.store import cache
from engine.workbench.trials.patients import Vocabulary

from .afterwards import Turned, turned
from .consulted import consult
from .witnesses import Search

ROOT = Path(__file__).parent.parent
TODAY = datetime.date(2026, 11, 21)
COMPLETIONS = 3
"""So many times each record is completed at random after the stop."""
EARLY = 10
"""Of the first questions none may be without a witness."""


@dataclass(frozen=True, slots=True)
class Unwitnessed:
    """A question for which nobody was found whom its answer tells from another."""

    seed: int
    place: int
    label: str
    stakes: tuple[str, ...]

    def __str__(self) -> str:
        return f"patient {self.seed}, question {self.place} ({self.label}): {', '.join(self.stakes[:4])}"


@dataclass(frozen=True, slots=True)
class Examined:
    """The questions one random patient was asked: how each witness was found, and what has none."""

    asked: int
    ways: tuple[str, ...]
    without: tuple[Unwitnessed, ...]
    turned: tuple[Turned, ...]


def examine(vocabulary: Vocabulary, seed: int, probe: Case) -> Examined:
    """Consult one random patient and look for a witness for each question but age and sex."""
    consulted = consult(vocabulary, seed)
    search = Search(vocabulary, consulted, probe)
    ways: list[str] = []
    without: list[Unwitnessed] = []
    for place, put in enumerate(consulted.put, 1):
        if put.asked.findings[0] in FIRST:
            continue
        found = search.witness(put)
        if found is not None:
            ways.append(found.way)
        else:
            told = tuple(f"{stake.kind} {stake.id}" for stake in put.stakes)
            without.append(Unwitnessed(seed, place, put.asked.label, told))
    return Examined(
        len(consulted.put), tuple(ways), tuple(without), tuple(turned(vocabulary, consulted, probe, COMPLETIONS))
    )


def main() -> None:
    """So many patients, from this seed on; what is wrong is printed as it is found."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    prepared = case.prepare_kept(cache.load(ROOT))
    vocabulary = Vocabulary(prepared, TODAY)
    probe = Case(prepared, TODAY)
    begun = time.process_time()
    found: list[Examined] = []
    for seed in range(first, first + count):
        found.append(examine(vocabulary, seed, probe))
        for wrong in (*found[-1].without, *found[-1].turned):
            print(f"  {wrong}", flush=True)
    ways = [way for one in found for way in one.ways]
    without = [one for each in found for one in each.without]
    early = sum(one.place <= EARLY for one in without)
    total = len(ways) + len(without)
    counts = sorted(one.asked for one in found)
    afterwards = [one for each in found for one in each.turned]
    print(f"patients {count}, questions {total}, median {counts[len(counts) // 2]}, most {counts[-1]}")
    print(f"witness: {', '.join(f'{way} {ways.count(way)}' for way in dict.fromkeys(ways))}")
    print(f"without: {len(without)} ({100 * len(without) / total:.2f} %), of the first {EARLY} questions {early}")
    print(f"turned after the stop: {len(afterwards)}, of {len({one.seed for one in afterwards})} patients")
    print(f"processor time {time.process_time() - begun:.0f} s")


if __name__ == "__main__":
    main()

"""Measure everything, say how it went, and write docs/performance.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import editing, memory, records, report, shipped, startup
from .contenders import Contender
from .contenders.clips_rules import Clips, TracedClips
from .contenders.ours import Ours, OursOnRete
from .contenders.stock import SameProductions, ValuePatterns
from .contenders.zen_rules import Zen
from .race import race
from .report import Result
from .workload import Workload, made_up

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
SIZES = (100, 500, 2000, 5000)
MOST_PRODUCTIONS_FOR_RETE = 6000
"""Beyond this the stock matcher takes many seconds a patient."""


def patients(rules: int) -> int:
    return 60 if rules <= 500 else 30


def contenders(workload: Workload) -> list[Contender]:
    ground = workload.ground
    found: list[Contender] = [Ours(ground), TracedClips(ground), Clips(ground), Zen(ground)]
    if len(ground.productions) <= MOST_PRODUCTIONS_FOR_RETE:
        found += [OursOnRete(ground), SameProductions(ground)]
        if workload.cuts is not None:
            found.append(ValuePatterns(ground, workload.cuts))
    return found


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", help="made-up bases of these sizes only; writes no page")
    parser.add_argument("--no-start", action="store_true", help="leave out how long the program takes to start")
    chosen = parser.parse_args(arguments)
    whole = chosen.sizes is None and not chosen.no_start

    workloads = [made_up(rules, patients(rules)) for rules in (SIZES if chosen.sizes is None else chosen.sizes)]
    if chosen.sizes is None:
        workloads.append(shipped.workload())

    results = []
    for workload in workloads:
        print(f"racing: {workload.name}", file=sys.stderr)
        results.append(Result(workload, race(workload, contenders(workload))))
    goals = [goal for result in results for goal in report.race_goals(result)]

    touched = {workload.rules: memory.touched(workload) for workload in workloads if workload.cuts is not None}
    if {500, 2000} <= set(touched):
        goals.append(report.touch_goal(touched[500], touched[2000]))

    print("counting memory", file=sys.stderr)
    growths = [memory.growth(workload) for workload in workloads if workload.rules == 500 or workload.cuts is None]
    goals += report.memory_goals(growths)

    waits = None
    if not chosen.no_start:
        print("starting the program", file=sys.stderr)
        waits = startup.waits()
        goals += report.start_goals(waits)

    record = None
    if whole:
        print("reading a health record", file=sys.stderr)
        record = records.measure([records.made()])
        goals += record.goals()

    page = report.page(results, goals, waits, growths, () if record is None else record.lines())
    print(page)
    if whole:
        PAGE.write_text(page.rstrip("\n") + "\n" + editing.kept(PAGE))
    missed = [goal for goal in goals if not goal.met]
    print(f"{len(goals) - len(missed)} of {len(goals)} goals met", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long a typed line takes to be heard: lines of many words, a pasted block, and words that mean nothing.

    python -m benchmarks.hearing

Processor time of one line, the best of several rounds, after the ear was made; and how long that takes.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

from engine import api
from engine.hearing.ear import Ear

TODAY = datetime.date(2026, 11, 21)
ROUNDS, TIMES = 7, 20
LINES = {
    "20 words": (
        "76F, menopause at 50, hip -2.7, spine -3.1, Prolia 60 mg every 6 months since 2021, last dose 11/2025,"
        " no fractures, on omeprazole 20 mg"
    ),
    "13 words that mean nothing": (
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod tempor incididunt labore"
    ),
    "13 mistyped words": (
        "alendrnate risedronte denosumb zoledronte omeprazle prednisolne letrozle warfrin metformn asprin digoxn"
        " furosemde lithum"
    ),
    "a pasted block": (
        "Region BMD T Z\nL1-L4 0.801 -2.2 -0.5\nNeck 0.602 -2.3 -0.7\nTotal 0.690 -2.0 -0.7\n"
        "Calcium 2.31 mmol/L 2.20-2.60"
        "\nALP 130 U/L* (30-120)\nPTH 9.1 pmol/L (1.6-6.9) H"
    ),
}


def best(work: Callable[[], object]) -> float:
    """The shortest processor time of a call, in milliseconds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(TIMES):
            work()
        found.append((time.process_time() - start) / TIMES * 1000)
    return min(found)


def main() -> None:
    names = api.load().names
    start = time.process_time()
    ear = Ear(names, TODAY)
    made = (time.process_time() - start) * 1000
    start = time.process_time()
    ear.hear("fifty-odd, feels wel, no fevr", (), {})
    first = (time.process_time() - start) * 1000
    print(f"{'the ear is made':28} {made:7.1f} ms\n{'the first line':28} {first:7.1f} ms")
    for name, line in LINES.items():
        print(f"{name:28} {best(lambda line=line: ear.hear(line, (), {})):7.2f} ms")  # type: ignore[misc]


if __name__ == "__main__":
    main()

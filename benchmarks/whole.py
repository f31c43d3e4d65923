"""Whole runs of `screen`, as they are typed: clock, processor time, and the memory of all their processes together.

    python -m benchmarks.whole cohort.parquet
    python -m benchmarks.whole cohort.parquet --runs processes dask spark --turns 3
    python -m benchmarks.whole cohort.parquet cohort.csv --runs one --turns 3

Runs take turns, for the speed of a machine varies; of each the least of the turns is told, and its ratio to the first.
Memory is what belongs to a process alone and its share of what several hold (PSS), summed over all of them, looked at
several times a second; beside it what it is above a run that only imports. A run that is told nothing else counts all
statuses.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = {
    "one": (),
    "processes": ("--workers", "2"),
    "dask": ("--workers", "2", "--engine", "dask"),
    "spark": ("--workers", "2", "--engine", "spark"),
}
IMPORTS = "import engine.cohort.running, engine.cohort.engines, engine.commands.screen"
_PAUSE = 0.25
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Whole:
    """One run: seconds of the clock and of processors, and the peak of all its processes together in MB."""

    seconds: float
    worked: float
    peak: float


def run(command: Sequence[str]) -> Whole:
    """Run a command to its end. Raises SystemExit where it fails."""
    begun, before = time.perf_counter(), os.times()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as ran:
        peak = [0.0]
        ended = threading.Event()
        watching = threading.Thread(target=_watch, args=(ran.pid, peak, ended))
        watching.start()
        status = ran.wait()
        ended.set()
        watching.join()
    _wait_for_all()
    if status:
        raise SystemExit(f"{' '.join(command)}: {status}")
    after = os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return Whole(time.perf_counter() - begun, worked, peak[0])


def _adopt() -> None:
    """Have what a run leaves behind be waited for here: its processor time is told to whoever waits for it."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wait_for_all() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _watch(process: int, peak: list[float], ended: threading.Event) -> None:
    while not ended.wait(_PAUSE):
        peak[0] = max(peak[0], sum(map(_share, _family(process))) / 1024)


def _family(process: int) -> Iterator[int]:
    """A process with all that it began, and what these began."""
    yield process
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))
    except OSError:
        return  # it has ended meanwhile


def _share(process: int) -> int:
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.whole", description=__doc__)
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--runs", nargs="+", choices=sorted(RUNS), default=["processes"])
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--select", default="", help="a question, instead of all statuses")
    parser.add_argument("--out", type=Path, help="write rows there, instead of counting")
    chosen = parser.parse_args(arguments)
    _adopt()
    asked = ["--out", str(chosen.out.resolve())] if chosen.out else ["--count"]
    asked += ["--select", chosen.select] if chosen.select else []
    imports = run([sys.executable, "-c", f"{IMPORTS}; import time; time.sleep({4 * _PAUSE})"])
    print(f"{'imports alone':28} {'':45} {imports.peak:6.0f} MB")
    found: dict[str, list[Whole]] = {}
    for _ in range(chosen.turns):
        for table in chosen.tables:
            for name in chosen.runs:
                screen = [sys.executable, "cli.py", "screen", str(table.resolve()), *asked, *RUNS[name]]
                found.setdefault(f"{table.name}, {name}", []).append(run(screen))
    first: Whole | None = None
    for name, turns in found.items():
        seconds, worked = min(one.seconds for one in turns), min(one.worked for one in turns)
        least = Whole(seconds, worked, max(one.peak for one in turns))
        first = first or least
        print(
            f"{name:28} {least.seconds:8.1f} s ({least.seconds / first.seconds:5.2f} x) {least.worked:8.1f} s of a "
            f"processor ({least.worked / first.worked:5.2f} x) {least.peak:6.0f} MB, {least.peak - imports.peak:+.0f}"
        )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

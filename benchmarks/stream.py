"""Many patients of one file: memory above that of one, and patients a second by one process and by two.

`python -m benchmarks.stream [COUNT ...]` prints a row for each count, 1,000 and 10,000 where none is named. An older
build is raced by the rows `200 patients` and `200 as lines, by two` of `make bench-against REVISION`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
COUNTS = (1_000, 10_000)


def patients(count: int) -> str:
    """As many women as a YAML list, of different ages and densities."""
    return "".join(f"- {{age: {50 + one % 40}, sex: female, t_score_hip: -2.{one % 9}}}\n" for one in range(count))


@dataclass(frozen=True, slots=True)
class Streamed:
    """One run: seconds of the clock and of processors, and the peak of the largest of its processes in MB."""

    count: int
    workers: int
    seconds: float
    worked: float
    peak: float


def streamed(count: int, workers: int) -> Streamed:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(patients(count))
        file.flush()
        command = [sys.executable, "cli.py", "assess", file.name, "--format", "jsonl", "--workers", str(workers)]
        started = time.perf_counter()
        ran = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(ran.pid, 0)
        ran.returncode = os.waitstatus_to_exitcode(status)
        if ran.returncode:
            raise SystemExit(f"{' '.join(command)}: {ran.returncode}")
        worked = used.ru_utime + used.ru_stime
        return Streamed(count, workers, time.perf_counter() - started, worked, used.ru_maxrss / 1024)


def main(arguments: Sequence[str]) -> int:
    counts = [int(one) for one in arguments] or list(COUNTS)
    for workers in (1, 2):
        alone = streamed(1, workers)
        for count in counts:
            run = streamed(count, workers)
            pace = count / max(run.seconds - alone.seconds, 0.001)
            print(
                f"{count:>7,} patients, {workers} process{'es' if workers > 1 else ''}: {pace:6.1f} a second, "
                f"{(run.worked - alone.worked) / count * 1000:5.1f} ms of a processor each, "
                f"{run.peak:5.0f} MB, {run.peak - alone.peak:+.0f} MB above one patient"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

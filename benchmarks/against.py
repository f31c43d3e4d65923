"""An older revision beside the working tree: the same commands, in turn, and the ratio of each pair.

`python -m benchmarks.against REVISION [--rounds N] [--only NAME ...]`, or `make bench-against REVISION`. The revision
is checked out beside the working tree with an environment of its own, kept for the next time. Each side keeps its own
cache of the knowledge base. A command that one side refuses is named, and its times are not compared. Rows are printed
as they are found. A first run of each command, after which all is kept that is kept, is not counted; where it was
dear one pair is, and its row says so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".against"
ROUNDS = 7
DEAR = 30.0
"""Seconds of a first pair of runs after which only one is counted: what is so dear does not depend on the moment."""
PATIENT = "age: 67\nsex: female\nmenopausal_status: postmenopausal\nt_score_hip: -2.7\n"


@dataclass(frozen=True, slots=True)
class Task:
    """One command line, run in the root of a checkout; `typed` is given on standard input."""

    name: str
    words: tuple[str, ...]
    typed: str = ""
    edits: bool = False
    """Whether a rule file is changed before each run, so that nothing kept is current."""
    now: tuple[str, ...] = ()
    """Words that only the working tree gets, where it does the same in another way."""
    code: str = ""
    """What is run in place of a command line, where none does just that; both sides must know the names."""


MANY = "".join(f"- {{age: {50 + one % 40}, sex: female, t_score_hip: -2.{one % 9}}}\n" for one in range(200))
READY = """
from pathlib import Path
from engine.case import case
from engine.knowledge_base.store import cache
root = Path.cwd()
prepared = case.prepare_kept(cache.load(root))
"""
RANDOM = f"""{READY}
from engine.workbench.trials import invariants
invariants.broken(prepared, invariants.in_force(prepared.kb), 1_000)
"""
MUTATION = f"""{READY}
import random
from engine.workbench.cases import cases
from engine.workbench.mutation import mutants, mutation
worked, _ = cases.read_all(prepared.kb, cases.files_in(root / "tests" / "cases"), root)
kept, _ = mutation.keep(prepared, worked)
trial = mutation.Trial(prepared, kept)
for mutant in random.Random("a share").sample(mutants.of(prepared.kb), 250):
    trial.of(mutant)
"""
TASKS = (
    Task("assess", ("assess", "-"), PATIENT),
    Task("assess after an edit", ("assess", "-"), PATIENT, edits=True),
    Task("first question", ("consult",), "quit\n"),
    Task("explain", ("explain", "osteomalacia")),
    Task("check", ("check",)),
    Task("check after an edit", ("check",), edits=True),
    Task("test", ("test",)),
    Task("worked cases", ("test", "--patients", "0")),
    Task("1,000 random patients", (), code=RANDOM),
    Task("250 changes of rules", (), code=MUTATION),
    Task("200 patients", ("assess", "-", "--format", "json"), MANY),
    Task(
        "200 as lines, by two", ("assess", "-", "--format", "json"), MANY, now=("--format", "jsonl", "--workers", "2")
    ),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the clock and of the processors, children included, of one run; its peak in MB; how it ended."""

    wall: float
    processor: float
    peak: float
    code: int


class Side:
    """A checkout, the Python that runs it, and a cache of its own."""

    def __init__(self, name: str, root: Path, python: Path, scratch: Path) -> None:
        self.name, self.root, self.python = name, root, python
        self.environment = {**os.environ, "OSTEOLOGIC_CACHE": str(scratch / name), "COLUMNS": "80", "NO_COLOR": "1"}
        self.edited = sorted((root / "rules").glob("**/*.yaml"))[0]
        self._edits = 0
        compiled = [str(python), "-m", "compileall", "-q", "cli.py", "engine"]  # as setting up does, and edits undo
        subprocess.run(compiled, cwd=root, check=True)

    def run(self, task: Task) -> Cost:
        if not task.edits:
            return self._timed(task)
        before = self.edited.read_bytes()
        self._edits += 1
        self.edited.write_bytes(before + f"# edit {self._edits}\n".encode())
        try:
            return self._timed(task)
        finally:
            self.edited.write_bytes(before)

    def _timed(self, task: Task) -> Cost:
        words = (*task.words, *(task.now if self.root == ROOT else ()))
        with tempfile.TemporaryFile() as typed:
            typed.write(task.typed.encode())
            typed.seek(0)
            started = time.perf_counter()
            ran = subprocess.Popen(
                [str(self.python), *(("-c", task.code) if task.code else ("cli.py", *words))],
                cwd=self.root,
                env=self.environment,
                stdin=typed,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            _, status, used = os.wait4(ran.pid, 0)
            wall = time.perf_counter() - started
        ran.returncode = os.waitstatus_to_exitcode(status)
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, ran.returncode)


def older(revision: str) -> tuple[Path, Path]:
    """The checkout of a revision and its Python, made where they are not there yet."""
    sha = _git("rev-parse", "--verify", f"{revision}^{{commit}}")
    root = KEPT / sha[:12]
    if not (root / "cli.py").exists():
        KEPT.mkdir(exist_ok=True)
        _git("worktree", "prune")
        _git("worktree", "add", "--detach", "--force", str(root), sha)
    subprocess.run(["make", "--silent", ".venv/.run"], cwd=root, check=True)
    return root, root / ".venv" / "bin" / "python"


def _git(*words: str) -> str:
    ran = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(f"git {' '.join(words)}: {ran.stderr.strip()}")
    return ran.stdout.strip()


def compared(ours: Side, theirs: Side, tasks: Sequence[Task], rounds: int) -> Iterator[str]:
    """A row for each task: medians of both sides, and the median of the ratios pair by pair."""
    yield "seconds of the clock; ratios of the clock, of processor time and of peak memory, now / then"
    yield f"{'':22}{theirs.name:>12}{ours.name:>12}{'ratio':>9}{'processor':>11}{'memory':>9}"
    for task in tasks:
        first = ours.run(task), theirs.run(task)
        if any(cost.code for cost in first):
            who = " and ".join(side.name for side, cost in zip((ours, theirs), first, strict=True) if cost.code)
            yield f"{task.name:22}{'not run: refused or failing in ' + who}"
            continue
        dear = sum(cost.wall for cost in first) > DEAR
        pairs = []
        for turn in range(1 if dear else rounds):
            if turn % 2:
                pairs.append((ours.run(task), theirs.run(task)))
            else:
                then = theirs.run(task)
                pairs.append((ours.run(task), then))
        walls = [median(cost.wall for cost in side) for side in zip(*pairs, strict=True)]
        ratio = median(now.wall / then.wall for now, then in pairs)
        spent = median(now.processor / then.processor for now, then in pairs)
        peak = median(now.peak / then.peak for now, then in pairs)
        row = f"{task.name:22}{walls[1]:12.3f}{walls[0]:12.3f}{ratio:9.2f}{spent:11.2f}{peak:9.2f}"
        yield row + ("  once" if dear else "")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.against", description=__doc__)
    parser.add_argument("revision", help="what to compare with: a commit, tag or branch, as HEAD~3")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="pairs of runs of each command")
    parser.add_argument("--only", nargs="*", metavar="NAME", help=f"some of: {', '.join(task.name for task in TASKS)}")
    chosen = parser.parse_args(arguments)
    tasks = [task for task in TASKS if not chosen.only or task.name in chosen.only]
    if not tasks:
        parser.error(f"nothing is called that; there are: {', '.join(task.name for task in TASKS)}")
    root, python = older(chosen.revision)
    scratch = Path(tempfile.mkdtemp())
    try:
        ours, theirs = Side("now", ROOT, Path(sys.executable), scratch), Side(root.name, root, python, scratch)
        for row in compared(ours, theirs, tasks, chosen.rounds):
            print(row, flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long `check` takes: the shipped knowledge base, and made-up ones of any size. `python -m benchmarks.checking`."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.reading import reader
from engine.values.problems import Level
from engine.workbench import checks
from engine.workbench.cases import cases

ROOT = Path(__file__).parent.parent
SHIPPED_SECONDS, MADE_UP_SECONDS, MADE_UP_RULES = 1.0, 10.0, 5000
FINDINGS = 80
RULES_A_FILE = 50
_T = TypeVar("_T")


def timed(work: Callable[[], _T]) -> tuple[_T, float]:
    """What the work gave, and the seconds of processor it took: what else the machine does must not count."""
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


def made_up(rules: int) -> list[Written]:
    """A base of so many rules in four layers: states over comparisons and over states of the layer below."""
    chance = random.Random(rules)
    knowledge = {"findings.yaml": "\n".join(_finding(number) for number in range(FINDINGS))}
    layers: list[list[str]] = [[] for _ in range(4)]
    files: dict[str, list[str]] = {}
    for number in range(rules):
        layer = number * 4 // rules
        if number % 2 == 0 or not layers[layer]:
            layers[layer].append(f"state_{number}")
        below = layers[layer - 1] if layer else []
        name = f"layer-{layer}/part-{number // RULES_A_FILE}.yaml"
        files.setdefault(name, []).append(_rule(number, layers[layer][-1], below, chance))
    states = "\n".join(f"{name}: {{label: {name.replace('_', ' ')}}}" for layer in layers for name in layer)
    knowledge |= {"states.yaml": states, "sources.yaml": 'paper: {citation: "A paper.", kind: article}'}
    contents = [_written(f"knowledge/{name}", text) for name, text in knowledge.items()]
    return contents + [_written(f"rules/{name}", "\n".join(texts)) for name, texts in files.items()]


def _written(name: str, text: str) -> Written:
    return Written(name, name, f"{text}\n".encode())


def _finding(number: int) -> str:
    return f"finding_{number}: {{label: finding {number}, type: number, plausible: 0..1000}}"


def _rule(number: int, state: str, below: Sequence[str], chance: random.Random) -> str:
    parts = [
        f"finding_{chance.randrange(FINDINGS)} {chance.choice(['<', '<=', '>', '>='])} {chance.randrange(1, 1000)}"
        for _ in range(chance.choice((2, 3, 4)))
    ]
    parts += [chance.choice(below) for _ in range(2) if below]
    items = "".join(f"\n      - {part}" for part in dict.fromkeys(parts))
    return f"""rule-{number}:
  title: Rule number {number}
  sets: {state}
  when:
    {chance.choice(("all", "any", "at least 2 of"))}:{items}
  because: It was made up for a measurement.
  sources: [paper]
  evidence: verified"""


def shipped() -> tuple[str, float]:
    """The shipped base as `check` sees it after the first run: its files remembered, the cases read again."""
    contents, _ = contents_of(Layout(ROOT))
    shelf = _Shelf()
    _read_with(contents, shelf)
    (kb, read), reading = timed(lambda: _read_with(contents, shelf))
    if kb is None:
        return "the shipped base has errors; nothing was measured", 0.0
    (worked, _), opening = timed(lambda: cases.read_all(kb, cases.files_in(ROOT / "tests" / "cases"), ROOT))
    found, checking = timed(lambda: list(checks.run(kb, worked, read=read)))
    _, fresh = timed(lambda: reader.read_contents(contents))
    words = (
        f"shipped: {len(kb.rules)} rules, {len(worked)} cases, {len(found)} problems:"
        f" read {reading:.2f} s (first time {fresh:.2f} s), cases {opening:.2f} s, checked {checking:.2f} s"
    )
    return words, reading + checking


class _Shelf:
    """What the cache keeps on disk, in memory."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def load_text(self, name: str) -> str | None:
        return self._texts.get(name)

    def store_text(self, name: str, text: str) -> None:
        self._texts[name] = text


def _read_with(contents: Sequence[Written], shelf: _Shelf) -> reader.Reading:
    from engine.knowledge_base.store.memory import Remembered

    memory = Remembered(shelf)
    found = reader.read_contents(contents, memory)
    memory.close()
    return found


def of_size(rules: int) -> tuple[str, float]:
    """A made-up base read for the first time, and checked."""
    contents = made_up(rules)
    (kb, read), reading = timed(lambda: reader.read_contents(contents))
    errors = [problem for problem in read if problem.level is Level.ERROR]
    if kb is None:
        return f"{rules} rules: {errors[0]}", 0.0
    found, checking = timed(lambda: list(checks.run(kb, read=read)))
    words = f"made up: {len(kb.rules)} rules, {len(found)} problems: read {reading:.2f} s, checked {checking:.2f} s"
    return words, reading + checking


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.checking", description=__doc__)
    parser.add_argument("--rules", type=int, default=MADE_UP_RULES, help="the size of the made-up base")
    chosen = parser.parse_args(arguments)
    missed = 0
    for (words, seconds), limit in ((shipped(), SHIPPED_SECONDS), (of_size(chosen.rules), MADE_UP_SECONDS)):
        verdict = "met" if 0 < seconds <= limit else "missed"
        missed += verdict == "missed"
        print(f"{words}; {seconds:.2f} s of {limit:g} s: {verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

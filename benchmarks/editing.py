"""How long the language server takes, seen from an editor: p95 over many edits. `python -m benchmarks.editing`.

The re-check after an edit is also timed in this process, in turn with a reading that holds nothing but premises checked
before, as `watch` read until it held files and entries too; that is seconds of processor, and a ratio.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store import cache
from engine.knowledge_base.store.memory import Held
from tests.editor.client import Editor, position

ROOT = Path(__file__).parent.parent
FILE = "rules/safety/contraindications.yaml"
WORDS = "when: conditions has esophageal_disorder"
USED_OFTEN = "falls"
GOALS = {
    "ready": 1_000,
    "edit to problems": 250,
    "slip of the notation": 20,
    "hover": 30,
    "definition": 5,
    "completion": 50,
    "rename": 500,
}
"""Milliseconds at most."""
RECHECK, MEGABYTES = 0.5, 250


class PremisesOnly(Held):
    """What was held of a reading before: files as they were parsed, and premises; every entry was made anew."""

    def file(self, name: str, content: bytes) -> Any:
        return None

    def node(self, content: bytes, file: str) -> Any:
        found = super().file(file, content)
        return found.node if found is not None and not found.problems else super().node(content, file)

    def built(self, draft: Any, given: tuple[Any, ...]) -> tuple[Any] | None:
        return None


def edited(contents: Sequence[Written], number: int) -> list[Written]:
    """The files with one rule's number changed."""
    new = f"creatinine_clearance < {35 + number % 7} mL/min".encode()
    return [
        dataclasses.replace(item, content=re.sub(rb"creatinine_clearance < \d+ mL/min", new, item.content, count=1))
        if item.inside == FILE
        else item
        for item in contents
    ]


def rechecks(rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of processor of a reading after an edit: with premises held alone, and with all of it, in turn."""
    contents, _ = contents_of(Layout(ROOT))
    memories = (PremisesOnly(cache.shelf()), Held(cache.shelf()))
    for memory in memories:
        reader.read_contents(contents, memory)
    gc.collect()
    gc.freeze()
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(1, rounds + 1):
        files = edited(contents, number)
        for memory, times in zip(memories, taken, strict=True):
            started = time.process_time()
            reader.read_contents(files, memory)
            times.append(time.process_time() - started)
    return taken


def measured(rounds: int) -> Iterator[tuple[str, list[float]]]:
    """Each thing an editor waits for, in milliseconds."""
    editor = Editor(ROOT)
    try:
        yield "ready", [editor.ready * 1000]
        editor.open(FILE)
        yield from _problems(editor, rounds)
        yield from _questions(editor, rounds)
        yield "memory, MB", [_resident(editor) / 1000]
    finally:
        editor.close()


def _problems(editor: Editor, rounds: int) -> Iterator[tuple[str, list[float]]]:
    whole, slips = [], []
    for _ in range(rounds):
        for old, new in ((WORDS, f"{WORDS}x"), (f"{WORDS}x\n", f"{WORDS}\n")):
            whole.append(_until_told(editor, old, new))
    because = "because: A tablet held up in the gullet"
    for _ in range(rounds):
        slips.append(_until_told(editor, because, because.replace("tablet", "tablet: it is")))
        _until_told(editor, because.replace("tablet", "tablet: it is"), because)
    yield "edit to problems", whole
    yield "slip of the notation", slips


def _until_told(editor: Editor, old: str, new: str) -> float:
    uri = editor.uri(FILE)
    editor.published.pop(uri, None)
    started = time.perf_counter()
    editor.write(FILE, old, new, wait=False)
    while uri not in editor.published:
        time.sleep(0.0005)
    taken = (editor.published[uri] - started) * 1000
    editor.wait()
    return taken


def _questions(editor: Editor, rounds: int) -> Iterator[tuple[str, list[float]]]:
    client, document = editor.client, editor.document(FILE)
    place = editor.at(FILE, WORDS, len(WORDS) - 5)
    time.sleep(5)  # what can wait is done by then
    questions: dict[str, Callable[[], Any]] = {
        "hover": lambda: client.text_document_hover_async(types.HoverParams(document, place)),
        "definition": lambda: client.text_document_definition_async(types.DefinitionParams(document, place)),
        "completion": lambda: client.text_document_completion_async(types.CompletionParams(document, place)),
    }
    other = next(path for path in sorted((ROOT / "rules").rglob("*.yaml")) if f"{USED_OFTEN} " in path.read_text())
    name = other.relative_to(ROOT).as_posix()
    text = editor.open(name)
    found = re.search(rf"\b{USED_OFTEN}\b(?= [<>=]| and)", text)
    assert found is not None
    often, document_of_often = position(text, found.start() + 1), editor.document(name)
    questions["rename"] = lambda: client.text_document_rename_async(
        types.RenameParams(document_of_often, often, "falls_within_a_year")
    )
    for what, ask in questions.items():
        taken = []
        for _ in range(rounds):
            started = time.perf_counter()
            editor.ask(ask())
            taken.append((time.perf_counter() - started) * 1000)
        yield what, taken


def _resident(editor: Editor) -> float:
    server = editor.client._server
    assert server is not None
    status = Path(f"/proc/{server.pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", status)
    assert match is not None
    return float(match[1])


def p95(times: Sequence[float]) -> float:
    return sorted(times)[max(0, round(len(times) * 0.95) - 1)]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.editing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    chosen = parser.parse_args(arguments)
    held, all_held = rechecks(chosen.rounds)
    ratio = statistics.median(all_held) / statistics.median(held)
    processor = [statistics.median(all_held) * 1000, p95(all_held) * 1000]
    print(f"| {'what':28} | median | p95 | at most |\n|---|---|---|---|")
    print(f"| {'re-check, of before':28} | {ratio:.2f} | | {RECHECK} |")
    print(f"| {'re-check, ms of processor':28} | {processor[0]:.0f} | {processor[1]:.0f} | |")
    missed = int(ratio > RECHECK)
    for what, times in measured(chosen.rounds):
        goal = MEGABYTES if what.startswith("memory") else GOALS[what]
        missed += p95(times) > goal
        print(f"| {what:28} | {statistics.median(times):.0f} | {p95(times):.0f} | {goal} |", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

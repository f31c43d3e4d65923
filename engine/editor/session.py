"""One editor: what it was told, when everything is read again, and what it is shown.

What is typed is looked at twice: the notation of the edited file at once, everything after a pause. One thread reads,
beside the loop that answers. What takes longer, the checks and what lenses tell, is done by a process of its own, and
ended by the next keystroke; until then what the checks said before is shown, moved with the lines it stands in.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import dataclasses
import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from ..values.problems import Problem
from ..workbench.cases.outcomes import Result
from ..workbench.editing.mending import Lines
from . import insight
from .aside import Aside, Failed
from .base import Base, Seen
from .diagnostics import diagnostic
from .lenses import about
from .text.buffers import Buffer, to_path, to_uri
from .trial import Part

PAUSE = 0.06
"""Seconds without a keystroke after which everything is read."""
CHECKED = "$/osteologic/checked"
"""Told after each reading: how many there were, how long it took, and the versions of the files that were read.

For whoever waits for it; others pass over it.
"""
_LATER = "45"
"""How the codes of worked cases and of checks go on after `OL`: they are asked once the reading is over."""
_T = TypeVar("_T")


class Session:
    """What happens between an editor and a knowledge base."""

    def __init__(self, server: LanguageServer, base: Base) -> None:
        self.server, self.base = server, base
        self.worker = ThreadPoolExecutor(1, "reading")
        self.shown: dict[Path, list[Problem]] = {}
        """The problems shown of each file."""
        self.results: dict[str, Result] = {}
        """How worked cases went when they were last run, by name."""
        self.evaluated: dict[Path, tuple[str, str, list[Part]]] = {}
        """By file the rule that was evaluated there, the case, and how its parts came out."""
        self.notes: dict[str, tuple[str, ...]] = {}
        """By rule what the solver and the comparison with the last revision say of it."""
        self._typed = 0
        self._full: tuple[Problem, ...] = ()
        self._keeping: Aside[bool] = Aside(self.worker)
        self._checks: Aside[tuple[Problem, ...]] = Aside(self.worker)
        self._insight: Aside[insight.Found] = Aside(self.worker)
        self._asked: tuple[object, ...] = ()
        """Of which base, cases and files lenses were last looked into."""
        self._looks = asyncio.Lock()
        """Lenses are looked into by one at a time: two would end each other's work, and both would go on without."""
        self._slips: dict[Path, list[Problem]] = {}
        self._sent: dict[Path, list[types.Diagnostic]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._settling: asyncio.Task[None] | None = None
        self._grounded = False
        self._looking: dict[Path, asyncio.TimerHandle] = {}
        self._frozen = False

    async def in_thread(self, work: Callable[..., _T], *given: Any) -> _T:
        """Work that reads or judges, done by the one thread that does."""
        return await asyncio.get_running_loop().run_in_executor(self.worker, work, *given)

    def end(self) -> None:
        """Leave nothing running behind."""
        for aside in (self._keeping, self._checks, self._insight):
            aside.stop()

    # --- what is typed ---

    def opened(self, document: types.TextDocumentItem) -> None:
        path = to_path(document.uri)
        if path is None:
            return
        lines = Lines(document.text)
        self.base.buffers[path] = Buffer(document.uri, path, lines, document.version, self.base.columns)
        self._changed(path)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        path = to_path(params.text_document.uri)
        buffer = self.base.buffers.get(path) if path is not None else None
        if path is None or buffer is None:
            return
        for change in params.content_changes:
            lines = buffer.change(change)
            if lines[1]:
                self._full = tuple(moved(self._full, self.base.file(path), *lines))
        buffer.version = params.text_document.version
        self.evaluated.pop(path, None)
        self._changed(path)

    def closed(self, uri: str) -> None:
        """What was not saved is gone."""
        path = to_path(uri)
        if path is not None and self.base.buffers.pop(path, None) is not None:
            self._slips.pop(path, None)
            self.base.forget(path)
            self.again()

    def _changed(self, path: Path) -> None:
        if path not in self._looking:
            loop = asyncio.get_running_loop()
            self._looking[path] = loop.call_later(0.002, self._look, path)
        self.again()

    def _look(self, path: Path) -> None:
        """The notation of one file, at once; keystrokes that came together are looked at once."""
        self._looking.pop(path, None)
        kind, buffer = self.base.kind(path), self.base.buffers.get(path)
        if buffer is None or not kind:
            return
        _, found = self.base.notation(path)
        if found or self._slips.get(path):
            self._slips[path] = found
            kept = [one for one in self.shown.get(path, []) if one.code >= "OL100"] if not found else []
            self._show(path, [*found, *kept])

    def again(self) -> None:
        """Read everything once nobody has typed for a while."""
        self._typed += 1
        self._checks.stop()
        self._insight.stop()
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while True:
            typed = self._typed
            await asyncio.sleep(PAUSE)
            if typed != self._typed:
                continue
            started, unsaved = time.perf_counter(), self.base.unsaved()
            versions = [{"uri": one.uri, "version": one.version} for one in self.base.buffers.values()]
            if not self._grounded:
                self._grounded = True
                if self.base.in_force is None:
                    await self._beside(self._keeping, self.base.keep)
                await self.in_thread(self.base.ground)
            seen = await self.in_thread(self.base.read, unsaved)
            if typed != self._typed:
                continue
            self._show_all(self._with_checks(seen))
            took = time.perf_counter() - started
            wrong = await self.in_thread(self.base.cases, seen, unsaved)
            if typed != self._typed:
                continue
            self._show_all((*self._with_checks(seen), *wrong))
            problems: tuple[Problem, ...] | None = seen.problems
            if seen.kb is not None:
                problems = await self._beside(self._checks, partial(self.base.checked, seen))
            if typed != self._typed:
                continue
            if problems is not None:
                if seen.kb is not None:
                    self._full = problems
                self._show_all((*problems, *wrong))
            told = {"checks": self.base.checks, "seconds": took, "versions": versions}
            self.server.protocol.notify(CHECKED, told)
            self._settling = asyncio.create_task(self.settle())
            return

    async def _beside(self, aside: Aside[_T], work: Callable[[], _T]) -> _T | None:
        """What long work gives; None where it was stopped, or met a fault, which the editor's log then has."""
        try:
            return await aside.do(work)
        except Failed as fault:
            told = f"osteologic: a fault in the language server: {fault}"
            self.server.window_log_message(types.LogMessageParams(types.MessageType.Error, told))
            return None

    async def settle(self) -> None:
        """What can wait until nothing else is to be done."""
        if not self._frozen:
            self._frozen = True
            for path in self.base.files():  # one by one, so that a keystroke in between is read before the rest
                await self.in_thread(self.base.words, path)
            await self.in_thread(_freeze)
        self._refresh_lenses()
        async with self._looks:
            await self._look_into()

    def _refresh_lenses(self) -> None:
        workspace = self.server.client_capabilities.workspace
        if workspace and workspace.code_lens and workspace.code_lens.refresh_support:
            self.server.workspace_code_lens_refresh(None)

    async def _look_into(self) -> None:
        """What lenses and hovers tell of the rules in open files, once for each state of them."""
        base, force, typed = self.base, self.base.in_force, self._typed
        files = frozenset(path for path in base.buffers if base.kind(path) == "rules")
        if force is None or not files or not force.worked:
            return
        asked = (force, files, force.worked)
        if self._asked and self._asked[0] is force and self._asked[1:] == asked[1:]:
            return
        rules = [one for path in sorted(files) for one in base.rules_in(path)]
        notes: dict[str, tuple[str, ...]] = {}
        for look in (insight.counted, insight.solved, insight.changed):
            found = await self._beside(self._insight, partial(look, base, force, rules))
            if typed != self._typed or base.in_force is not force:
                return
            if found is None:
                continue
            force.counts.update(found.counts)
            for rule, told in found.notes.items():
                notes[rule] = (*notes.get(rule, ()), *told)
            if notes != self.notes:
                self.notes = dict(notes)
                self._refresh_lenses()
        self._asked = asked

    def _with_checks(self, seen: Seen) -> tuple[Problem, ...]:
        """What a reading found, and what the checks said last where they will be asked again."""
        if seen.kb is None:
            return seen.problems
        return (*seen.problems, *(one for one in self._full if one.code[2] in _LATER))

    # --- what is shown ---

    def _show_all(self, problems: Iterable[Problem]) -> None:
        by_file: dict[Path, list[Problem]] = {}
        for problem in dict.fromkeys(problems):
            by_file.setdefault(self.base.path(problem.place.file), []).append(problem)
        for path in {*by_file, *self.shown, *self.base.buffers}:
            self._show(path, by_file.get(path, []))

    def _show(self, path: Path, problems: Sequence[Problem]) -> None:
        """The problems of one file; told where they are others than those that are shown."""
        lines = self.base.lines(path) if problems else Lines("")
        found = [diagnostic(problem, lines, self.base) for problem in problems]
        self.shown[path] = list(problems)
        if not problems:
            self.shown.pop(path)
        if found == self._sent.get(path, [] if path not in self.base.buffers else None):
            return
        self._sent[path] = found
        buffer = self.base.buffers.get(path)
        uri, version = (buffer.uri, buffer.version) if buffer is not None else (to_uri(path), None)
        self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))
        if not found and buffer is None:
            del self._sent[path]

    # --- running cases ---

    async def run(self, name: str) -> str:
        """Run the cases of a rule, or one by its name; how they went, in a sentence."""
        worked, _ = about(self.base, name)
        force = self.base.in_force
        if force is None or not worked:
            return f"no worked case expects anything of '{name}'"
        trial = await self.in_thread(lambda: force.trial)
        for one in worked:
            self.results[one.name] = await self.in_thread(trial.run, one)
        failed = [self.results[one.name] for one in worked if not self.results[one.name].passed]
        self._refresh_lenses()
        if not failed:
            return f"{len(worked)} passed"
        told = "\n".join(str(failure) for result in failed for failure in result.failures)
        return f"{len(worked) - len(failed)} passed, {len(failed)} failed\n{told}"


def moved(problems: Iterable[Problem], file: str, below: int, by: int) -> Iterator[Problem]:
    """Problems of a file that stand below a line, as many lines further down as were put in."""
    for one in problems:
        place = one.place
        if place.file == file and place.line > below:
            one = dataclasses.replace(one, place=place._replace(line=place.line + by))
        yield one


def _freeze() -> None:
    """What was read stays: the collector, which would go through it between two keystrokes, leaves it alone."""
    gc.collect()
    gc.freeze()
    gc.enable()
    _give_back()


def _give_back() -> None:
    """Let the system have the memory that reading took and no longer needs, where the C library can."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)

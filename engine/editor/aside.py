"""Long work done beside the server, in a process of its own: whoever types waits for none of it, and can stop it.

A thread would not do: it takes the interpreter from the loop that answers, and cannot be ended. The process is forked,
so that it has everything that was read; it costs the memory that it changes, while it runs. Where a process cannot be
forked the work is done in the thread that reads, to its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import pickle
import signal
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import FileIO
from typing import Any, Generic, TypeVar

_LOOKS = 2.0
"""Seconds after which such a process looks again whether anybody is there whom it could tell."""
_GENTLE = 5


class Failed(Exception):  # noqa: N818 - reads as what happened to the work
    """The work met a fault of ours; in words."""


_T = TypeVar("_T")
FORKS = hasattr(os, "fork")


class Aside(Generic[_T]):
    """One kind of long work: what is begun anew ends what was not finished."""

    def __init__(self, worker: ThreadPoolExecutor) -> None:
        self.worker = worker
        self._asked = 0
        self._process = 0
        self._telling: asyncio.Future[bytes] | None = None
        self._ended: list[int] = []

    async def do(self, work: Callable[[], _T]) -> _T | None:
        """What the work gives, which must be plain values; None if it was stopped. Raises Failed."""
        self.stop()
        self._bury()
        asked, loop = self._asked, asyncio.get_running_loop()
        if not FORKS:
            return await loop.run_in_executor(self.worker, work)
        # begun by the thread that reads, so that it is not in the middle of anything
        process, pipe = await loop.run_in_executor(self.worker, _begun, work)
        self._ended.append(process)
        with FileIO(pipe, "rb") as stream:
            told = await self._told(asked, process, stream)
        self._bury()
        if not told:
            return None
        found, fault = pickle.loads(told)  # of our own making, through a pipe that only the two of us have
        if fault:
            raise Failed(fault)
        result: _T = found
        return result

    async def _told(self, asked: int, process: int, stream: FileIO) -> bytes:
        """All that comes through the pipe; nothing if the work was stopped, and that at once."""
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stream)
        if asked != self._asked:  # stopped before there was anything that `stop` could end
            transport.close()
            _kill(process)
            return b""
        telling = asyncio.ensure_future(reader.read())
        self._process, self._telling = process, telling
        try:
            return await telling
        except asyncio.CancelledError:
            if not telling.cancelled() or self._telling is telling:
                raise  # it is we that are stopped
            return b""
        finally:
            transport.close()
            if self._telling is telling:
                self._process, self._telling = 0, None

    def stop(self) -> None:
        """End what is being done; whoever waits for it is told None."""
        process, telling = self._process, self._telling
        self._process, self._telling = 0, None
        self._asked += 1
        if process:
            _kill(process)
        if telling is not None:
            telling.cancel()

    def _bury(self) -> None:
        """Forget the processes that are gone; none is waited for."""
        self._ended = [process for process in self._ended if not _gone(process)]


def _begun(work: Callable[[], Any]) -> tuple[int, int]:
    """The process that does the work, and the pipe through which it tells what came of it."""
    ours, theirs = os.pipe()
    server = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads: none of them is needed there
        process = os.fork()
    if process:
        os.close(theirs)
        return process, ours
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, lambda *_: None if os.getppid() == server else os._exit(1))
        signal.setitimer(signal.ITIMER_REAL, _LOOKS, _LOOKS)
        os.nice(_GENTLE)
        gc.freeze()  # what was read before stays shared
        try:
            told = pickle.dumps((work(), ""), pickle.HIGHEST_PROTOCOL)
        except Exception as fault:
            told = pickle.dumps((None, f"{type(fault).__name__}: {fault}"))
        with os.fdopen(theirs, "wb") as stream:
            stream.write(told)
        status = 0
    finally:
        os._exit(status)  # nothing that the server would do at its end


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _gone(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True

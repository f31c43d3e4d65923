"""Work shared out among processes, with the results in order: an author waits for the slowest, not for the sum.

What all the work needs is inherited by forking, so nothing is read twice. Where a process cannot be forked safely, the
work is done in this one, with the same results.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")

_inherited: Callable[[Any], Any] | None = None


def cores() -> int:
    """How many processes can run at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def forks() -> bool:
    """Whether the system can fork, and no thread would be left behind in the middle of its work."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def each(work: Callable[[T], R], items: Sequence[T], processes: int, at_once: int = 1) -> Iterator[R]:
    """`work` of each item, in order, on so many processes; what it gives must be plain values.

    `at_once` items are handed to a process together. Stopping to read ends the processes.
    """
    global _inherited  # a function that cannot be pickled reaches a forked process in no other way
    if processes < 2 or len(items) < 2 or not forks():
        yield from map(work, items)
        return
    _inherited = work
    try:
        with multiprocessing.get_context("fork").Pool(min(processes, len(items))) as pool:
            yield from pool.imap(_do, items, at_once)
    finally:
        _inherited = None


def numbered(work: Callable[[T], R], items: Sequence[T], processes: int) -> Iterator[R]:
    """Like `each`, for items that cannot be handed to another process: it has inherited them, and is told which."""
    yield from each(lambda position: work(items[position]), range(len(items)), processes)


class Meanwhile(Generic[R]):
    """Work that another process does while this one goes on, where it can be forked; else it is done when asked for.

    What it gives must be plain values; what it raises is raised where its result is asked for.
    """

    def __init__(self, work: Callable[[], R]) -> None:
        self._work = work
        self._read: Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        if cores() > 1 and forks():
            context = multiprocessing.get_context("fork")
            self._read, write = context.Pipe(duplex=False)
            self._process = context.Process(target=_told, args=(work, write), daemon=True)
            self._process.start()
            write.close()

    def result(self) -> R:
        if self._read is None or self._process is None:
            return self._work()
        try:
            came, found = self._read.recv()
        except EOFError:  # it ended before it could say anything
            return self._work()
        finally:
            self._read.close()
            self._process.join()
        if not came:
            raise found
        return cast(R, found)


def _told(work: Callable[[], Any], write: Connection) -> None:
    try:
        said = (True, work())
    except Exception as trouble:
        said = (False, trouble)
    write.send(said)
    write.close()


def streamed(work: Callable[[T], R], items: Iterable[T], processes: int) -> Iterator[R]:
    """Like `each`, for plain items without an end: only a few are taken ahead of what is given."""
    global _inherited
    if processes < 2 or not forks():
        yield from map(work, items)
        return
    _inherited = work
    try:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            waiting: deque[Any] = deque()
            for item in items:
                waiting.append(pool.apply_async(_do, (item,)))
                if len(waiting) > 2 * processes:
                    yield waiting.popleft().get()
            while waiting:
                yield waiting.popleft().get()
    finally:
        _inherited = None


def _do(item: Any) -> Any:
    assert _inherited is not None
    return _inherited(item)

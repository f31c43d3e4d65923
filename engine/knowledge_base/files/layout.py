"""The layout of a knowledge base on disk: knowledge/ and rules/, and a hospital's own directory laid over them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ...values.frozen import ordered
from ...values.problems import Place, Problem
from . import hospital

ROOMS = ("knowledge", "rules")
MOST_BYTES = 2_000_000
"""No file of an author is larger; what is, is not read."""


@ordered
class Written:
    """A file's contents: `file` as problems name it, `inside` its path below its root, `local` in a hospital's own."""

    file: str
    inside: str
    content: bytes
    local: bool = False


@ordered
class Layout:
    """A directory with knowledge/ and rules/, and one of the same form that adds to it or overrides it."""

    root: Path
    local: Path | None = None

    def files(self) -> Iterator[tuple[Path, str, str, bool]]:
        """Each file to be read: its path, its name in problems, its path below its root, whether it is local."""
        for path, inside in _below(self.root):
            yield path, inside, inside, False
        if self.local is not None:
            named = self.local if self.local.parts else self.local.resolve()  # `.` would name the shipped files
            for path, inside in _below(self.local):
                yield path, (named / inside).as_posix(), inside, True


def _below(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file of the rooms in the order of its path, part by part."""
    for room in ROOMS:
        for inside in sorted(_inside(os.path.join(root, room), (room,))):
            name = "/".join(inside)
            yield root / name, name


def _inside(directory: str, parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    try:
        listing = os.scandir(directory)
    except OSError:
        return
    with listing:
        for entry in listing:
            if _passed_over(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _inside(entry.path, (*parts, entry.name))
            elif entry.is_file():
                yield (*parts, entry.name)


def _passed_over(name: str) -> bool:
    """Files that editors and Python leave about, and pages for people."""
    return name.startswith((".", "~", "#", "__pycache__")) or name.endswith(("~", ".py", ".pyc", ".md"))


def contents_of(layout: Layout, *, to_fill: bool = False) -> tuple[tuple[Written, ...], list[Problem]]:
    """The contents of all files, and the problems of those that cannot be opened, or are not read where they lie.

    `to_fill`: a hospital's own directory may still be empty.
    """
    found: list[Written] = []
    problems: list[Problem] = []
    if layout.local is not None:
        problems += hospital.problems(layout.root, layout.local, to_fill=to_fill)
        if any(problem.place.file == str(layout.local) for problem in problems):
            layout = Layout(layout.root)
    for path, file, inside, local in layout.files():
        content, wrong = read_bytes(path, file)
        problems += wrong
        if content is not None:
            found.append(Written(file, inside, content, local))
    if layout.local is not None:
        shipped, own = ({item.inside: item.content for item in found if item.local is local} for local in (False, True))
        copies = list(hospital.copied(shipped, own, layout.local))
        if copies:
            problems += copies
            found = [item for item in found if not item.local]
    return tuple(found), problems


_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe that nobody writes to is opened all the same, and then refused, rather than waited for."""


def opened(path: Path, file: str) -> tuple[BinaryIO | None, list[Problem]]:
    """An ordinary file, open for reading; a directory, pipe or device is refused. `file` is its name in problems."""
    hint = ""
    try:
        descriptor = os.open(path, _READING)
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            return open(descriptor, "rb"), []
        os.close(descriptor)
        what = "this is a directory, not a file"
        if not stat.S_ISDIR(mode):
            what, hint = "this is a pipe or a device, not a file", "write - and pipe it to standard input"
    except IsADirectoryError:
        what = "this is a directory, not a file"
    except FileNotFoundError:
        what = "there is no such file"
    except (OSError, ValueError) as error:
        what = f"the file cannot be opened: {getattr(error, 'strerror', None) or 'its name is no file name'}"
    return None, [Problem("OL001", what, Place(file), hint=hint)]


def read_bytes(path: Path, file: str) -> tuple[bytes | None, list[Problem]]:
    """The bytes of a file, at most as many as would be read."""
    stream, problems = opened(path, file)
    if stream is None:
        return None, problems
    try:
        with stream:
            expected = min(os.fstat(stream.fileno()).st_size, MOST_BYTES)  # a larger buffer would cost its making
            content = stream.read(expected + 1)
            return content + stream.read(MOST_BYTES - expected) if len(content) > expected else content, []
    except OSError as error:
        return None, [Problem("OL001", f"the file cannot be read: {error.strerror or 'no reason given'}", Place(file))]


def digest_of(contents: Iterable[Written]) -> str:
    """A name for these contents."""
    whole = hashlib.sha256()
    for item in contents:
        whole.update(f"{item.file}\0{item.inside}\0{item.local}\0{len(item.content)}\0".encode())
        whole.update(item.content)
    return f"sha256:{whole.hexdigest()}"

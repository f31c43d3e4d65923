"""The knowledge base as it was last read, kept so that a consultation does not wait for its files to be read again.

One file in the user's cache directory, named by what it was made from: the contents of every file, the program and the
Python that read them. It holds JSON and a digest of it, can run nothing, and is ignored when anything about it is odd.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...values.problems import Level, Problem, Refused
from ...version import VERSION
from ..files import trusted
from ..files.layout import Layout, contents_of, digest_of
from ..model import KnowledgeBase
from . import coding

if TYPE_CHECKING:
    from .memory import Remembered

_HEADER = "osteologic cache 1"
_KEPT = 4
"""The number of knowledge bases kept: the one at hand, and some that are edited or compared beside it."""


Work = Callable[[], None]
When = Callable[[Work], None]
"""A scheduler of work that can wait, such as writing the cache."""


def at_once(work: Work) -> None:
    """Work is done when it is handed over."""
    work()


def load(root: Path, local: Path | None = None, when: When = at_once) -> KnowledgeBase:
    """The knowledge base at `root`, with a hospital's own directory laid over it; `when` keeps what was read anew.

    Raises:
        Refused: with every problem found, when one of them is an error.
    """
    return load_with_problems(root, local, when)[0]


def load_with_problems(
    root: Path, local: Path | None = None, when: When = at_once
) -> tuple[KnowledgeBase, list[Problem]]:
    """As `load`, and the warnings of the reading; none where the knowledge base was read before."""
    contents, problems = contents_of(Layout(root, local))
    store = Store.of(digest_of(contents))
    remembered = None if problems else store.knowledge_base()
    if remembered is not None:
        return remembered, []
    from ..reading import reader  # not needed where the cache is right, and slow to import

    memory = store.memory()
    kb, found = reader.read_contents(contents, memory)
    when(memory.close)
    found = sorted([*problems, *found], key=lambda problem: problem.sort_key)
    if kb is None or any(problem.level is Level.ERROR for problem in found):
        raise Refused(found)
    if local is not None:
        kb = dataclasses.replace(kb, weakened=_weakened(root, kb))
    when(partial(store.keep, kb))
    return kb, found


def _weakened(root: Path, kb: KnowledgeBase) -> tuple[str, ...]:
    """What a hospital's own directory takes from the safety of what is shipped."""
    from ..weakening import weakening  # only needed after an edit

    try:
        return weakening.weakened(load(root), kb)
    except Refused:
        return (
            "The shipped knowledge cannot be read by itself, so what the local takes from its safety is not known.",
        )


class Store:
    """The cache files of one knowledge base."""

    def __init__(self, directory: Path | None, key: str) -> None:
        self.directory, self.key = directory, key

    @classmethod
    def of(cls, digest: str) -> Store:
        """The store for contents with this digest (`KnowledgeBase.digest`)."""
        made_by = f"{_HEADER}\0{VERSION}\0{sys.version}\0{_program()}\0{digest}"
        return cls(_directory(), hashlib.sha256(made_by.encode()).hexdigest())

    def knowledge_base(self) -> KnowledgeBase | None:
        text = self.load_bytes("base")
        if text is None:
            return None
        with contextlib.suppress(ValueError, KeyError, TypeError, IndexError, AttributeError):
            kb = coding.restore(text)
            self._used()
            return kb
        return None

    def _used(self) -> None:
        """What is read again is not among the oldest: a base that others are laid over outlives them."""
        path = self._path("base")
        if path is not None:
            with contextlib.suppress(OSError):
                os.utime(path)

    def keep(self, kb: KnowledgeBase) -> None:
        self.store_bytes("base", coding.dump(kb))
        self._prune()

    def load_extra(self, name: str) -> Any:
        """Something made from this knowledge base and kept beside it (a JSON value); None where there is none."""
        text = self.load_text(name)
        with contextlib.suppress(ValueError):
            return None if text is None else json.loads(text)
        return None

    def store_extra(self, name: str, value: Any) -> None:
        """Keep a JSON value that follows from this knowledge base alone."""
        self.store_text(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def memory(self) -> Remembered:
        """The memory that earlier readings, of whatever contents, left to be used again."""
        from .memory import Remembered  # not needed where the cache is right

        return Remembered(shelf(self.directory))

    def _path(self, name: str) -> Path | None:
        return None if self.directory is None else self.directory / f"{self.key[:32]}.{name}.json"

    def load_text(self, name: str) -> str | None:
        """A text kept under this name, if nothing about it is odd."""
        with contextlib.suppress(UnicodeDecodeError):
            body = self.load_bytes(name)
            return None if body is None else body.decode("utf-8")
        return None

    def store_text(self, name: str, text: str) -> None:
        self.store_bytes(name, text.encode("utf-8", "surrogatepass"))

    def load_bytes(self, name: str) -> bytes | None:
        """The bytes kept under this name; None if their digest is wrong or there are none."""
        path = self._path(name)
        if path is None:
            return None
        try:
            with open(path, "rb") as stream:
                head, body = stream.readline(), stream.read()
        except OSError:
            return None
        return body if head == self._signature(name, body) + b"\n" else None

    def store_bytes(self, name: str, body: bytes) -> None:
        """Write beside and rename, so that a reader sees the old file or the new one and two writers never mix."""
        path = self._path(name)
        if path is None:
            return
        import tempfile  # only needed after an edit

        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(self._signature(name, body) + b"\n" + body)
                os.replace(temporary, path)
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)

    def _signature(self, name: str, body: bytes) -> bytes:
        whole = hashlib.sha256(f"{_HEADER}\0{self.key}\0{name}\0".encode())
        whole.update(body)
        return f"{_HEADER} {name} {whole.hexdigest()}".encode()

    def _prune(self) -> None:
        """Forget what was made from files as they were many edits ago."""
        if self.directory is None:
            return
        with contextlib.suppress(OSError):
            bases = sorted(self.directory.glob("*.base.json"), key=lambda path: path.stat().st_mtime, reverse=True)
            for base in bases[_KEPT:]:
                for path in self.directory.glob(f"{base.name.split('.')[0]}.*.json"):
                    path.unlink(missing_ok=True)


def shelf(directory: Path | None = None) -> Store:
    """The store of earlier readings, of whatever contents; in the user's cache by default."""
    made_by = hashlib.sha256(f"{_HEADER}\0{_program()}".encode()).hexdigest()
    return Store(directory if directory is not None else _directory(), made_by)


def _directory() -> Path | None:
    """`OSTEOLOGIC_CACHE`, else a directory of ours in the user's cache; None where caching is off (`none`)."""
    found = _named()
    return found if found is None or trusted.trusted(found) else None


def distrusted() -> Path | None:
    """The cache directory that is left alone because others own it or can write in it."""
    found = _named()
    return None if found is None or trusted.trusted(found) else found


def _named() -> Path | None:
    chosen = os.environ.get("OSTEOLOGIC_CACHE", "")
    if chosen == "none":
        return None
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME", "")
    if base and os.path.isabs(base):
        return Path(base) / "osteologic"
    try:
        return Path.home() / ".cache" / "osteologic"
    except RuntimeError:  # no home directory
        return None


_ROOMS = ("values", "premises", "knowledge_base", "inference", "intake", "case", "assessment", "dialogue")


def _program() -> str:
    """What the program looks like: an edited reader must not be answered by what the old one read or worked out."""
    engine = Path(__file__).parent.parent.parent
    found = []
    rooms = [engine / room for room in _ROOMS]
    while rooms:
        room = rooms.pop()
        with os.scandir(room) as listing:
            for entry in listing:
                if entry.name.endswith((".py", ".lark")):
                    status = entry.stat()
                    found.append(f"{room}/{entry.name} {status.st_size} {status.st_mtime_ns}")
                elif entry.is_dir() and entry.name != "__pycache__":
                    rooms.append(Path(entry.path))
    return "\n".join(sorted(found))

"""Which lines read otherwise than when all was well: files are kept as they are when `check` or `test` finds nothing.

One knowledge base is kept, the last that was sound; where another was checked since, nothing is told.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from .since_commit import FOLDERS, Edited

CHECKED, PASSED = "checked", "passed"
"""Under which name files are kept: when `check` found nothing, when every worked case passed."""


class Shelf(Protocol):
    """Where bytes are kept from one run to the next."""

    def load_bytes(self, name: str) -> bytes | None: ...

    def store_bytes(self, name: str, body: bytes) -> None: ...


def keep(shelf: Shelf, root: Path, name: str) -> None:
    """Keep the files below `root` as they are."""
    value = json.dumps({"root": str(root.resolve()), "files": _files(root)})
    shelf.store_bytes(name, zlib.compress(value.encode("utf-8", "surrogatepass"), 1))


def edited(shelf: Shelf, root: Path, name: str) -> tuple[Edited, ...]:
    """What was edited below `root` since its files were kept under this name, file by file."""
    body = shelf.load_bytes(name)
    with contextlib.suppress(zlib.error, ValueError, KeyError, TypeError):
        kept = json.loads(zlib.decompress(body or b""))
        if kept["root"] == str(root.resolve()):
            return between(kept["files"], _files(root))
    return ()


def _files(root: Path) -> dict[str, str]:
    found = {}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.yaml")):
            with contextlib.suppress(OSError):
                found[path.relative_to(root).as_posix()] = path.read_bytes().decode("utf-8", "surrogateescape")
    return found


def between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Edited, ...]:
    """What differs between the texts of files, by name."""
    return tuple(_edits(before, after))


def _edits(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Edited]:
    for file in sorted({*before, *after}):
        was, now = before.get(file, ""), after.get(file, "")
        if was == now:
            continue
        if file not in after:
            yield Edited(file, 1, tuple(was.removesuffix("\n").split("\n")), ())
            continue
        old, new = was.split("\n"), now.split("\n")
        for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                yield Edited(file, max(c + (d > c), 1), tuple(old[a:b]), tuple(new[c:d]), c, file not in before)

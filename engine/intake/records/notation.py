"""Records as files hold them: Bundles of any type, single resources, lists of them, a resource a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ...values.problems import Place, Problem, Refused

CODES: dict[str, str] = {
    "OL370": "a health record that is no JSON",
    "OL371": "JSON in which no resource of a health record is found",
    "OL372": "a health record larger than is read",
    "OL373": "records that no patient is the subject of",
}

MOST_BYTES = 256_000_000
"""No record is larger; what is, is not read."""
_HEAD = 65_536
_MARK = b'"resourceType"'
_DEEPEST = 64
"""Bundles within bundles are not followed any deeper."""


class Resource(NamedTuple):
    """A resource, with its file, where it lies in it, the address it is known by, and the Bundle around it."""

    content: dict[str, Any]
    file: str
    around: str
    at: int
    address: str
    scope: int

    @property
    def pointer(self) -> str:
        """Where in its file it lies; `at` is its number among the entries of a Bundle, -1 outside of one."""
        return f"{self.around}entry[{self.at}].resource" if self.at >= 0 else self.around

    @property
    def path(self) -> str:
        return f"{self.file}: {self.pointer}" if self.pointer else self.file

    @property
    def place(self) -> Place:
        return Place(self.path)

    @property
    def reference(self) -> str:
        """How another resource refers to it; empty where nothing names it."""
        if self.address:
            return self.address
        identity = self.content.get("id")
        return f"{self.content['resourceType']}/{identity}" if isinstance(identity, str) and identity else ""


_made = tuple.__new__
"""Makes a named tuple of a tuple, in half the time of a call: a record has thousands of resources."""


class Broken(NamedTuple):
    """A part of a file that could not be read, and why."""

    path: str
    why: str


class Contents(NamedTuple):
    """What a file holds."""

    resources: list[Resource]
    broken: list[Broken]


def looks_like_one(head: bytes) -> bool:
    """Whether a file that begins so is a health record; a patient file in JSON names no type of resource."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return start in (b"{", b"[") and _MARK in head


def opening(lines: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """The first lines of a file, as many as tell whether it is a health record, and whether it is."""
    taken: list[bytes] = []
    size = 0
    for line in lines:
        taken.append(line)
        size += len(line)
        if line.strip(b"\xef\xbb\xbf \t\r\n") and taken and taken[0].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in b"{[":
            break
        if size > _HEAD or _MARK in line:
            break
    return taken, looks_like_one(b"".join(taken))


def whole(lines: Iterable[bytes], file: str) -> bytes:
    """The text of a record. Raises Refused where it is larger than is read."""
    parts: list[bytes] = []
    size = 0
    for line in lines:
        size += len(line)
        if size > MOST_BYTES:
            what = f"a health record of more than {MOST_BYTES // 1_000_000} MB"
            raise Refused([Problem("OL372", what, Place(file), hint="give its patients a file each")])
        parts.append(line)
    return b"".join(parts)


def contents(text: bytes, file: str, scope: int = 0) -> Contents:
    """The resources of a file, and its lines that are none. Raises Refused where no resource is found at all."""
    try:
        value = _loaded(text)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].rstrip().endswith((b"}", b"]")):
            raise Refused([Problem("OL370", f"no JSON: {_why(error)}", _place(file, error), hint=_HINT)]) from error
        return _a_line_each(text, file, scope)
    return gathered(value, file, scope)


def gathered(value: Any, file: str, scope: int = 0) -> Contents:
    """The resources of what was read as JSON. Raises Refused where there is none."""
    found = Contents([], [])
    _gather(value, file, "", scope, found)
    if not found.resources:
        what = "no resource of a health record is in it"
        raise Refused([Problem("OL371", what, Place(file), hint=_HINT)])
    return found


_HINT = "give a FHIR Bundle, a resource, a list of them, or a resource a line"


def _place(file: str, error: ValueError) -> Place:
    if isinstance(error, json.JSONDecodeError):
        return Place(file, error.lineno, error.colno)
    return Place(file)


def _why(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg[:1].lower() + error.msg[1:]
    return "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _a_line_each(text: bytes, file: str, scope: int) -> Contents:
    found = Contents([], [])
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            _gather(_loaded(line), file, f"line {number}", scope, found)
        except ValueError as error:
            found.broken.append(Broken(f"{file}:{number}", f"no JSON: {_why(error)}"))
    if not found.resources:
        raise Refused([Problem("OL370", f"no line is JSON: {found.broken[0].why}", Place(file, 1), hint=_HINT)])
    return found


def _gather(value: Any, file: str, pointer: str, scope: int, found: Contents) -> None:
    """Add what a value holds; iterative, for records may be nested on purpose."""
    waiting: list[tuple[Any, str, str, int, int]] = [(value, pointer, "", scope * 1_000_000, 0)]
    scopes = scope * 1_000_000
    while waiting:
        value, pointer, address, around, depth = waiting.pop()
        if isinstance(value, list):
            parts = [(one, f"{pointer}[{at}]", "", around, depth + 1) for at, one in enumerate(value)]
            if depth < _DEEPEST:
                waiting.extend(reversed(parts))
            continue
        if not isinstance(value, dict):
            found.broken.append(Broken(f"{file}: {pointer}" if pointer else file, "no resource"))
            continue
        kind = value.get("resourceType")
        if kind == "Bundle":
            scopes += 1
            _bundle(value, file, pointer, scopes, depth, waiting, found)
        elif isinstance(kind, str) and kind:
            found.resources.append(Resource(value, file, pointer, -1, address, around))
        else:
            found.broken.append(Broken(f"{file}: {pointer}" if pointer else file, "no resourceType"))


def _bundle(
    bundle: dict[str, Any],
    file: str,
    pointer: str,
    scope: int,
    depth: int,
    waiting: list[tuple[Any, str, str, int, int]],
    found: Contents,
) -> None:
    """The entries of a Bundle; those that are Bundles again wait."""
    entries = bundle.get("entry")
    before = f"{pointer}." if pointer else ""
    if not isinstance(entries, list) or depth >= _DEEPEST:
        return
    add, parts = found.resources.append, []
    for at, entry in enumerate(entries):
        resource = entry.get("resource") if type(entry) is dict else None
        kind = resource.get("resourceType") if type(resource) is dict else None
        if type(kind) is str and kind and kind != "Bundle":
            address = entry.get("fullUrl")
            add(_made(Resource, (resource, file, before, at, address if type(address) is str else "", scope)))
        elif resource is not None or type(entry) is not dict:
            parts.append((resource, f"{before}entry[{at}].resource", "", scope, depth + 1))
    waiting.extend(reversed(parts))


def nobody(files: Iterable[Contents]) -> Problem:
    """That no resource of some files is of a patient."""
    first = next((one for file in files for one in file.resources), None)
    hint = "give the Patient, or resources whose subject is a patient"
    return Problem("OL373", "no patient is in it", Place(first.file if first else ""), hint=hint)

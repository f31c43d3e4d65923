"""Each line of a consultation, kept on disk before anything is made of it, so that a crash loses no answer.

One file a consultation: JSON lines, a header first. A line that could be written only in part is taken back, so that
the next is not glued to it. Whoever writes holds a lock that the kernel frees when the process ends, however it ends.
Where there are no such locks (Windows) two consultations must not go on with one journal at once; nothing stops them.
This is the only part of the consultation that touches the disk.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import errno
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..assessment.questions import Asked
from ..knowledge_base.files import trusted
from ..values.problems import Place, Problem, Refused

CODES: dict[str, str] = {
    "OL350": "a kept consultation that cannot be gone on with",
    "OL351": "a folder of kept consultations that others can write in, or own",
    "OL352": "a kept consultation that is not there",
}

_FORM = 1
_HEADER = {
    "journal": int,
    "osteologic": str,
    "as_of": str,
    "guideline": str,
    "region": str,
    "knowledge": str,
    "given": str,
    "reader": int,
}
_LATER = frozenset({"reader"})
"""What headers of older versions do not have."""
_LINE = {"number": int, "at": str, "asked": list, "line": str}
_READING = {"of": int, "heard": dict}
"""What a line was heard to say is written behind it; `as_then`: and counts so, by a choice."""
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Header:
    """Under what a consultation was held; `given` is the patient file it began with, empty for a new patient."""

    version: str
    as_of: datetime.date
    guideline: str
    region: str
    digest: str
    given: str = ""
    reader: int = 1
    """The version of what read the lines."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One line as it was typed, and the findings that had been asked for; `detail` of one entry of a list."""

    asked: tuple[str, ...]
    detail: tuple[int, str] | None
    line: str
    reading: Mapping[str, str] | None = None
    """What it was heard to say, as a patient file writes it; None where that was not kept."""
    as_then: bool = False
    """Whether somebody has chosen that it counts as it was heard, however it would be heard now."""


@dataclass(frozen=True, slots=True)
class Past:
    """A consultation that was kept, and where. `torn`: its last line was cut short and is left out."""

    path: Path
    header: Header
    lines: tuple[Kept, ...]
    torn: bool
    length: int
    """The bytes that hold whole lines."""


def directory() -> Path:
    """Where consultations are kept: the user's state directory."""
    base = os.environ.get("XDG_STATE_HOME", "")
    home = Path(base) if base and Path(base).is_absolute() else Path.home() / ".local" / "state"
    return home / "osteologic"


class InUse(Exception):  # noqa: N818 - reads as what happened: another consultation goes on with it
    """A journal that another living process writes in."""


class Journal:
    """Keeps the lines of one consultation; the file is made with the first of them.

    `kept` counts the lines on disk, `lost` those the disk refused since.
    """

    def __init__(self, header: Header, path: Path, count: int = 0) -> None:
        self.header, self.path = header, path
        self.kept, self.lost = count, 0
        self._file: int | None = None
        self._length = 0

    @classmethod
    def new(cls, header: Header) -> Journal:
        stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        return cls(header, directory() / "consultations" / f"{stamp}-{os.getpid()}.jsonl")

    @classmethod
    def of(cls, past: Past) -> Journal:
        """Go on writing where a consultation stopped; a line that was cut short is written over.

        Raises:
            InUse: if another consultation goes on with it.
            Refused: if it cannot be written.
        """
        journal = cls(past.header, past.path, len(past.lines))
        try:
            file = os.open(past.path, os.O_WRONLY | os.O_APPEND)
        except OSError as error:
            raise _odd(
                past.path, 0, f"it cannot be written: {(error.strerror or 'no reason given').lower()}"
            ) from error
        if not _locked(file):
            os.close(file)
            raise InUse
        os.ftruncate(file, past.length)
        journal._file, journal._length = file, past.length
        return journal

    @classmethod
    def copy(cls, past: Past) -> Journal:
        """A journal of its own with the same lines, for a consultation that is going on elsewhere."""
        journal = cls.new(past.header)
        for one in past.lines:
            journal._keep(list(one.asked), one.detail, one.line)
            if one.reading is not None:
                journal.note(one.reading, as_then=one.as_then)
        return journal

    def keep(self, asked: Asked | None, line: str) -> None:
        """Write a line down for good. Raises Refused when that fails; the consultation can go on without."""
        self._keep(list(asked.findings) if asked is not None else [], asked.detail if asked is not None else None, line)

    def _keep(self, asked: list[str], detail: tuple[int, str] | None, line: str) -> None:
        entry: dict[str, Any] = {
            "number": self.kept + 1,
            "at": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
            "asked": asked,
            "line": line,
        }
        if detail is not None:
            entry["detail"] = list(detail)
        try:
            if self._file is None:
                self._open()
            self._append(entry)
        except OSError as error:
            self.lost += 1
            what = f"this line is not kept: {_lowered(error.strerror or 'the disk refuses it')}"
            raise Refused([Problem("OL001", what, Place(str(self.path)), hint="report FILE writes it down")]) from error
        self.kept += 1

    def note(self, reading: Mapping[str, str], number: int = 0, as_then: bool = False) -> None:
        """Write down how a line was heard, the last or another; what the disk refuses of it is done without."""
        if not self.kept or self._file is None:
            return
        entry: dict[str, Any] = {"of": number or self.kept, "heard": dict(reading)}
        with contextlib.suppress(OSError):
            self._append({**entry, "as_then": True} if as_then else entry, sync=False)

    def _append(self, entry: dict[str, Any], sync: bool = True) -> None:
        """One line, whole or not at all, and on the disk before anything else happens."""
        assert self._file is not None
        content = (json.dumps(entry, separators=(",", ":")) + "\n").encode("ascii")
        left = content
        try:
            while left:
                left = left[os.write(self._file, left) :]
            if sync:
                os.fsync(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._length)
            raise
        self._length += len(content)

    def _open(self) -> None:
        """Make the file with its header; where that fails nothing is left of it."""
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not trusted.trusted(folder):  # it could not be gone on with (see `all_kept`), so nothing is promised
            raise PermissionError(errno.EPERM, f"others own {folder}, or can write in it")
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        _locked(self._file)
        try:
            self._begin()
        except OSError:
            self.close()
            with contextlib.suppress(OSError):
                self.path.unlink()
            raise

    def _begin(self) -> None:
        header = self.header
        self._append({
            "journal": _FORM,
            "osteologic": header.version,
            "as_of": header.as_of.isoformat(),
            "guideline": header.guideline,
            "region": header.region,
            "knowledge": header.digest,
            "reader": header.reader,
            "given": header.given,
        })  # fmt: skip
        with contextlib.suppress(OSError):
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _locked(file: int) -> bool:
    """Hold a file until this process ends or closes it; False where another holds it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)  # a file system without locks holds nobody up
    return True


# --- read again -------------------------------------------------------------------------------------------------------


def all_kept() -> list[Path]:
    """Every consultation that was kept, the one last spoken in first. Raises Refused for a folder not to be trusted."""
    folder = directory() / "consultations"
    if folder.is_dir() and not trusted.trusted(folder):
        what = "others own this folder, or can write in it: what is kept there is not gone on with"
        raise Refused([Problem("OL351", what, Place(str(folder)), hint=f"chmod go-w {folder}, if it is yours")])
    try:
        found = [path for path in folder.iterdir() if path.suffix == ".jsonl"]
        return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    except OSError:
        return []


def latest() -> Path | None:
    """The consultation that was last spoken in. Raises Refused for a folder not to be trusted."""
    return next(iter(all_kept()), None)


def read(path: Path) -> Past:
    """A consultation as it was kept. Raises Refused with what is odd about it; the file is not touched."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _odd(path, 0, (error.strerror or "it cannot be read").lower()) from error
    if len(content) > _MOST_BYTES:
        raise _odd(path, 0, "it is larger than a consultation can be")
    whole, _, rest = content.rpartition(b"\n")
    parsed = list(_parsed(path, whole.split(b"\n"))) if whole else []
    if not parsed:
        raise _odd(path, 1, "its first line is not whole")
    length = len(whole) + 1
    header = _header(path, parsed[0])
    lines: list[Kept] = []
    for place, entry in enumerate(parsed[1:], 2):
        if "heard" in entry:
            _note(path, place, entry, lines)
        else:
            lines.append(_kept(path, place, len(lines) + 1, entry))
    return Past(path, header, tuple(lines), bool(rest), length)


def _parsed(path: Path, raw: list[bytes]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(raw, 1):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            raise _odd(path, number, "this line is no JSON") from None
        if not isinstance(entry, dict):
            raise _odd(path, number, "this line is not one that was kept")
        yield entry


def _header(path: Path, entry: dict[str, Any]) -> Header:
    there = {name: kind for name, kind in _HEADER.items() if name in entry or name not in _LATER}
    if entry.keys() != there.keys() or any(type(entry[name]) is not kind for name, kind in there.items()):
        raise _odd(path, 1, "the first line is no header")
    if entry["journal"] != _FORM:
        raise _odd(path, 1, f"it is of form {entry['journal']}, and this program reads form {_FORM}")
    try:
        as_of = datetime.date.fromisoformat(entry["as_of"])
    except ValueError:
        raise _odd(path, 1, "its day is no date") from None
    terms = (entry["guideline"], entry["region"], entry["knowledge"], entry["given"])
    return Header(entry["osteologic"], as_of, *terms, entry.get("reader", 1))


def _note(path: Path, place: int, entry: dict[str, Any], lines: list[Kept]) -> None:
    """How a line before was heard, put beside it."""
    as_then = entry.get("as_then", False)
    plain = {name: value for name, value in entry.items() if name != "as_then"}
    sound = (
        plain.keys() == _READING.keys()
        and all(type(entry[name]) is kind for name, kind in _READING.items())
        and 1 <= entry["of"] <= len(lines)
        and all(type(value) is str for value in entry["heard"].values())
        and type(as_then) is bool
    )
    if not sound:
        raise _odd(path, place, "this line does not say how one before it was heard")
    at = entry["of"] - 1
    lines[at] = dataclasses.replace(lines[at], reading=entry["heard"], as_then=as_then)


def _kept(path: Path, place: int, number: int, entry: dict[str, Any]) -> Kept:
    detail = entry.get("detail")
    plain = {name: value for name, value in entry.items() if name != "detail"}
    sound = (
        plain.keys() == _LINE.keys()
        and all(type(entry[name]) is kind for name, kind in _LINE.items())
        and entry["number"] == number
        and all(type(name) is str for name in entry["asked"])
        and (detail is None or (type(detail) is list and [type(part) for part in detail] == [int, str]))
    )
    if not sound:
        raise _odd(path, place, "this line is not one that was kept, or not the next")
    return Kept(tuple(entry["asked"]), (detail[0], detail[1]) if detail else None, entry["line"])


def _odd(path: Path, line: int, why: str) -> Refused:
    what = f"this consultation cannot be gone on with: {why}"
    hint = "the file is left as it is; start anew without --resume"
    return Refused([Problem("OL350", what, Place(str(path), line, 1) if line else Place(str(path)), hint=hint)])

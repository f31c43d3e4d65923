"""When an entry changed, and why, as the history of its checkout tells; nothing where there is none."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from ...values.problems import Place

MOST = 12
_PATIENCE = 5.0
"""Seconds after which a history that is that long is done without."""


@dataclass(frozen=True, slots=True)
class Change:
    """One commit that touched the lines of an entry: its short name, its day, its first line."""

    commit: str
    day: str
    why: str


def changes(root: Path, place: Place) -> tuple[Change, ...]:
    """The commits that touched the entry written at `place`, the latest first; at most a dozen."""
    path = root / place.file
    last = _last_line(path, place.line)
    if last < place.line or not place.line:
        return ()
    lines = f"-L{place.line},{last}:{path.name}"
    told = told_by_git(path.parent, "log", f"-{MOST}", "--no-patch", "--date=short", "--format=%h%x09%ad%x09%s", lines)
    parts = [line.split("\t", 2) for line in told.splitlines()]
    return tuple(Change(*part) for part in parts if len(part) == 3)


def _last_line(path: Path, first: int) -> int:
    """The last line of the entry that begins there: up to what is written as far to the left again."""
    try:
        lines = path.read_text("utf-8", errors="replace").split("\n")
    except OSError:
        return 0
    if not 0 < first <= len(lines):
        return 0
    depth = _depth(lines[first - 1])
    last = first
    for number in range(first, len(lines)):
        if lines[number].strip() and _depth(lines[number]) <= depth:
            break
        last = number + 1 if lines[number].strip() else last
    return last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def told_by_git(folder: Path, *words: str) -> str:
    """What git says of a folder; nothing where it cannot."""
    command = ["git", "-C", str(folder), *words]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout if ran.returncode == 0 else ""

"""Which lines of rules, knowledge and worked cases read otherwise than at the last commit, where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .history import told_by_git

CODES: dict[str, str] = {"OL413": "an edit to be put back that there is not"}
FOLDERS = ("rules", "knowledge", "tests/cases", "cases")
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_SHOWN = 6
"""So many edits are shown; with more of them nobody wonders what was changed."""
_LONGEST = 4
_BACK = "Was it a slip? This puts it back as it was: osteologic check --put-back"


@dataclass(frozen=True, slots=True)
class Edited:
    """Lines that were and lines that are, at a place of a file; none of the one kind where some came or went."""

    file: str
    line: int
    was: tuple[str, ...]
    now: tuple[str, ...]
    above: int = field(default=0, compare=False)
    """So many lines stand above it."""
    new: bool = field(default=False, compare=False)
    """Whether the file was not there before: nothing can be put back, and it is nobody's slip."""

    def put_back(self, text: str) -> str | None:
        """The text of the file with the lines that were in place of those that are; None where it has gone on."""
        lines = text.split("\n")
        below = self.above + len(self.now)
        if [line.rstrip("\r") for line in lines[self.above : below]] != [line.rstrip("\r") for line in self.now]:
            return None
        return "\n".join([*lines[: self.above], *self.was, *lines[below:]])

    def __str__(self) -> str:
        lines = [f"{sign} {text.strip()}" for sign, some in (("-", self.was), ("+", self.now)) for text in _cut(some)]
        return "\n".join([f"  {self.file}:{self.line}", *(f"    {line}" for line in lines)])


def edited(root: Path) -> tuple[Edited, ...]:
    """What was edited below `root` since the last commit, file by file."""
    there = [name for name in FOLDERS if (root / name).is_dir()]
    if not there:
        return ()
    told = told_by_git(root, "diff", "--relative", "--unified=0", "--no-color", "--no-ext-diff", "HEAD", "--", *there)
    return tuple(_read(told.splitlines()))


def shown(edits: Sequence[Edited], why: str) -> str:
    """The edits with what they were, below a sentence that says why they are shown; empty where they are too many."""
    if not 0 < len(edits) <= _SHOWN:
        return ""
    old = [one for one in edits if not one.new]
    place = f"{old[0].file}:{old[0].line}" if len(old) == 1 else "FILE:LINE"
    return "\n".join([why, *map(str, edits), *([f"{_BACK} {place}"] if old else [])])


def _read(lines: Sequence[str]) -> Iterator[Edited]:
    file, at, above, new, was, now = "", 0, 0, False, list[str](), list[str]()
    for line in [*lines, "@@ -0 +0 @@"]:
        hunk = _HUNK.match(line)
        if (hunk is not None or line.startswith("diff ")) and (was or now):
            yield Edited(file, max(at, 1), tuple(was), tuple(now), above, new)
            was, now = [], []
        if hunk is not None:
            at = int(hunk[1])
            above = at if hunk[2] == "0" else max(at - 1, 0)
        elif line.startswith("--- ") and not was:
            new, file = line == "--- /dev/null", line.removeprefix("--- ").removeprefix("a/")
        elif line.startswith("+++ "):
            file = file if line == "+++ /dev/null" else line.removeprefix("+++ ").removeprefix("b/")
        elif line.startswith("-") and not line.startswith("--- "):
            was.append(line[1:])
        elif line.startswith("+"):
            now.append(line[1:])


def _cut(lines: Sequence[str]) -> Sequence[str]:
    return lines if len(lines) <= _LONGEST else [*lines[:_LONGEST], f"... and {len(lines) - _LONGEST} lines more"]

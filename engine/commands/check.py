"""`check`: everything that is wrong with the knowledge base, or with the mapping of a table, in one run."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from .. import api
from ..knowledge_base.model import KnowledgeBase
from ..values.problems import Place, Problem, Refused
from ..views import escape
from ..views import problems as view
from ..workbench import whole
from ..workbench.editing import mending
from ..workbench.trials import invariants
from . import edited, screen, surroundings
from .codes import codes

COUNTED = ("rules", "findings", "conditions", "interventions", "sources", "invariants")


ROUNDS = 5
"""How often files are mended and read again: what one slip hid comes to light when it is gone."""


def run(
    format: str = "text",
    fix: bool = False,
    mapping: Path | None = None,
    table: Path | None = None,
    knowledge: Path | None = None,
    put_back: str = "",
) -> int:
    if mapping is not None or table is not None:
        return _mapping(format, fix, mapping, table, knowledge)
    if put_back:
        edited.put_back(put_back, knowledge)
    found = whole.check(api.ROOT, knowledge)
    for _ in range(ROUNDS if fix else 0):
        if not _fixed(found.problems):
            break
        found = whole.check(api.ROOT, knowledge)
    surroundings.put(_shown(found, format))
    if not found.problems:
        edited.nothing_found(knowledge)
    elif format == "text":
        edited.beside_problems(knowledge)
    return 1 if found.failed else 0


def _mapping(format: str, fix: bool, mapping: Path | None, table: Path | None, knowledge: Path | None) -> int:
    """What is wrong with the mapping of a table of patients; with the table also whether it has those columns."""
    if fix or mapping is None:
        what = "--fix writes into the knowledge base, and no mapping" if fix else "--table goes with --map"
        raise Refused([Problem("OL386", what, Place("check"), hint="leave it out" if fix else "add --map FILE")])
    kb, problems, read = surroundings.prepared(knowledge).kb, list[Problem](), {"mappings": 1}
    try:
        contract = screen.mapped(kb, mapping, table)
        read |= {"columns": len(contract.columns), "lists": len(contract.lists)}
    except Refused as refused:
        problems = list(refused.problems)
    surroundings.put(_told(problems, read, format))
    return 1 if whole.failed(problems) else 0


def _shown(found: whole.Checked, format: str) -> str:
    kb = found.kb
    read = {"files": found.files, **({kind: len(getattr(kb, kind)) for kind in COUNTED} if kb is not None else {})}
    return _told(found.problems, read, format, _tried(kb) if kb is not None else "")


def _told(problems: Sequence[Problem], read: Mapping[str, int], format: str, besides: str = "") -> str:
    if format == "json":
        return view.data(problems, read)
    if format == "sarif":
        return view.sarif(problems, codes())
    if format == "github":
        return view.github(problems)
    counts = ", ".join(f"{count} {kind if count != 1 else kind.removesuffix('s')}" for kind, count in read.items())
    told = f"{counts}{besides}: {view.counted(problems)}"
    return view.text(problems, Lines(api.ROOT).of, told)


def _tried(kb: KnowledgeBase) -> str:
    """Whether `test` tried the invariants with this very knowledge, and what came of it."""
    if not invariants.in_force(kb):
        return ""
    tried = invariants.kept(kb)
    if tried is None:
        return ", not yet tried"
    few = f" on only {tried.patients:,} patients" if tried.patients < invariants.PATIENTS else ""
    broken = f", {len(tried.violations)} of them broken" if tried.violations else ""
    return f", tried with this base{few}{broken}"


def _fixed(problems: Iterable[Problem]) -> bool:
    """Write into each file what its problems say to write there, and tell every change; whether there was any."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.place.file, []).append(problem)
    changed = False
    for file, found in by_file.items():
        path = _path(api.ROOT, file)
        text = _decoded(path)
        mended = mending.mended(text, found) if text is not None else None
        if mended is None or mended.text == text:
            continue
        surroundings.write(path, mended.text)
        changed = True
        for place, old, new in mended.corrections:
            surroundings.note(escape.line(f"{place}: '{old}' is now '{new}'"))
    return changed


def _path(root: Path, file: str) -> Path:
    path = root / file
    return path if path.exists() else Path(file)


def _decoded(path: Path) -> str | None:
    """The text of a file as it is, line ends and all; None where it is none that could be mended."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, ValueError):
        return None


class Lines:
    """The lines of the files that problems are in, each file read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file = functools.cache(self._read)

    def of(self, place: Place) -> str:
        lines = self._file(place.file)
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    def _read(self, file: str) -> list[str]:
        try:
            return _path(self.root, file).read_text("utf-8", errors="replace").split("\n")
        except (OSError, ValueError):
            return []

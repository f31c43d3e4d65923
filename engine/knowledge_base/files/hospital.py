"""A hospital's own directory before it is read: whether it is one, and whether all that was meant to count is read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ...values.problems import Place, Problem, nearest
from ..verbs import VERBS

HAS = "a hospital's own directory has rules/, knowledge/ or cases/, with files that end in .yaml"
READ = ("knowledge", "rules", "cases")
_FEW = 5
_WHOLE = 10
_YOURS = "keep what is yours: entries with ids of their own, or with 'replaces'"
_LEFT_ABOUT = (".", "~", "#")
"""How names begin of what editors leave about."""
_DEPTH = 3
_MOST = 5_000
"""How many files are looked through for strays."""
_ENOUGH = 20_000
"""How many bytes of a stray file are looked at."""
_KEYS = "|".join((*VERBS, "because", "replaces", "label", "citation", "plausible"))
_WRITTEN = re.compile(rf"^\s+(?:{_KEYS}):\s".encode(), re.MULTILINE)
"""A key that only entries and rules have; no patient file does."""
_CASES = re.compile(rb"^[-\s]*given:\s", re.MULTILINE)
_OF_CASES = frozenset({"case", "cases", "test", "tests"})
"""Directories in which a file with `given` is a worked case; elsewhere it may be a patient's."""


def problems(root: Path, local: Path, *, to_fill: bool = False) -> Iterator[Problem]:
    """Problems of laying a directory over the knowledge base at `root`; `to_fill`: it is about to be written to."""
    standing = list(not_one(root, local))
    if standing:
        yield from standing
        return
    if whole := list(_whole(root, local)):
        yield from whole
        return
    inner = _inner(root.resolve(), local)
    if not to_fill and not any(_anything_in(local / room) for room in READ):
        what = "nothing in this directory is read" + ("" if os.listdir(local) else ": it is empty")
        above = f"name the directory above it: {HAS}" if local.resolve().name in READ else HAS
        yield Problem("OL114", what, Place(str(local)), hint=f"did you mean {inner}?" if inner else above)
        if inner:
            return
    yield from _strays(local)


def not_one(root: Path, local: Path) -> Iterator[Problem]:
    """The problems of a path as a directory of one's own, whatever is in it."""
    place = Place(str(local))
    try:
        with os.scandir(local):
            own, shipped = local.resolve(), root.resolve()
    except FileNotFoundError:
        yield Problem("OL001", "there is no such directory", place, hint=HAS)
    except NotADirectoryError:
        yield Problem("OL001", "this is a file, not a directory", place, hint=HAS)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name is no file name"
        yield Problem("OL001", f"the directory cannot be opened: {why}", place, hint=HAS)
    else:
        within = any(own == room or room in own.parents for room in (shipped / one for one in ("knowledge", "rules")))
        linked = any((own / room).resolve() == shipped / room for room in READ[:2])
        if own == shipped or within or linked:
            what = "this is the shipped knowledge itself, which cannot be laid over itself"
            yield Problem("OL113", what, place, hint=HAS)


def _whole(root: Path, local: Path) -> Iterator[Problem]:
    """That this is a knowledge base by itself: most of its files have the names of shipped ones."""
    shipped, own = (_names(base) for base in (root, local))
    same = len(shipped & own)
    if same >= _WHOLE and same * 2 > len(own):
        what = f"this is a whole knowledge base: {same} of its {len(own)} files have the names of shipped ones"
        yield Problem("OL113", what, Place(str(local)), hint=_YOURS)


def _names(base: Path) -> set[str]:
    """The files of the rooms, by their paths below the base."""
    walked = (found for room in READ[:2] for found in os.walk(base / room))
    return {os.path.relpath(os.path.join(directory, name), base) for directory, _, names in walked for name in names}


def copied(shipped: Mapping[str, bytes], own: Mapping[str, bytes], local: Path) -> Iterator[Problem]:
    """That files, by their path below their root, are the shipped ones over again: told once."""
    same = sorted(own.keys() & shipped.keys())
    copies = [name for name in same if own[name] == shipped[name]]
    if copies:
        more = f", and so are {len(copies) - 1} more" if len(copies) > 1 else ""
        place = Place((local / copies[0]).as_posix())
        yield Problem("OL113", f"this file is a copy of the shipped one{more}", place, hint=_YOURS)


def _anything_in(room: Path) -> bool:
    """Whether there is a file that is read, or told of where it is not."""
    walked = (name for _, _, names in os.walk(room) for name in names if not name.startswith(_LEFT_ABOUT))
    return any(name.endswith((".yaml", ".yml", ".json")) for name in walked)


def _inner(root: Path, local: Path) -> Path | None:
    """A directory inside it that looks like one of a hospital's own."""
    candidates = (path for path in _listed(local) if path.is_dir() and path.name not in READ and path.resolve() != root)
    return next((path for path in candidates if any(_anything_in(path / room) for room in READ[:2])), None)


def _listed(local: Path) -> list[Path]:
    return sorted(path for path in local.iterdir() if not path.name.startswith("."))


def _strays(local: Path) -> Iterator[Problem]:
    """What lies in it and was meant to be read, and is not."""
    found = [*_not_rooms(local), *_beside(local), *_unread(local)]
    yield from found[:_FEW]
    if len(found) > _FEW:
        yield Problem("OL113", f"{len(found) - _FEW} more things in it are not read", Place(str(local)), hint=HAS)


def _not_rooms(local: Path) -> Iterator[Problem]:
    """Rooms under another name, or that are files."""
    for path in _listed(local):
        if path.name in READ and not path.is_dir():
            what = f"'{path.name}' is no directory, and nothing of it is read"
            yield Problem("OL113", what, Place(str(path)), hint="make it a directory of files that end in .yaml")
        elif path.name not in READ and path.is_dir() and _anything_in(path) and (meant := nearest(path.name, READ)):
            what = f"'{path.name}' is not read"
            yield Problem("OL113", what, Place(str(path)), hint=f"call it '{meant}'")


def _beside(local: Path) -> Iterator[Problem]:
    """Rules and knowledge that lie outside the rooms they are read from."""
    looked_at = 0
    for directory, inside, names in os.walk(local):
        looked_at += len(names)
        if looked_at > _MOST:
            return
        depth = len(Path(directory).relative_to(local).parts)
        inside[:] = sorted(
            name for name in inside if not name.startswith(".") and (depth or name not in READ) and depth < _DEPTH
        )
        if depth == 1 and nearest(Path(directory).name, READ):
            inside.clear()  # that is told of the whole
            continue
        for name in sorted(names):
            path = Path(directory) / name
            if name.endswith((".yaml", ".yml")) and path.name != "mutants.yaml" and path.is_file():
                yield from _stray(path, path.relative_to(local).parts[:-1])


def _stray(path: Path, within: tuple[str, ...]) -> Iterator[Problem]:
    """What a file outside the rooms was meant to be, if it is no patient's."""
    try:
        with open(path, "rb") as stream:
            text = stream.read(_ENOUGH)
    except OSError:
        return
    if _CASES.search(text):
        if _OF_CASES.intersection(within):
            what = "worked cases that are not read, for they do not lie in cases/"
            yield Problem("OL113", what, Place(str(path)), hint="move it to cases/")
    elif _WRITTEN.search(text):
        what = "rules or knowledge that are not read, for they do not lie in rules/ or knowledge/"
        yield Problem("OL113", what, Place(str(path)), hint="move it to rules/ or knowledge/")


def _unread(local: Path) -> Iterator[Problem]:
    """What lies in a room and cannot be read: links to directories, links to nothing, directories that are closed."""
    for room in READ:
        closed: list[OSError] = []
        for directory, inside, names in os.walk(local / room, onerror=closed.append):
            inside[:] = sorted(name for name in inside if not name.startswith((".", "__pycache__")))
            for name in (*inside, *sorted(name for name in names if not name.startswith(_LEFT_ABOUT))):
                path = Path(directory) / name
                if path.is_symlink() and path.is_dir():
                    what = "a link to a directory is not followed, and nothing of it is read"
                    yield Problem("OL113", what, Place(str(path)), hint="put the directory itself there")
                elif not path.exists() or not (path.is_dir() or path.is_file()):
                    yield Problem("OL001", "this is no file that can be read", Place(str(path)), hint="take it out")
                elif room == "cases" and path.is_file() and name.endswith((".yml", ".json", ".yaml.txt")):
                    what = "a file that is not read, for its name does not end in .yaml"
                    yield Problem("OL113", what, Place(str(path)), hint=f"name it '{path.with_suffix('.yaml').name}'")
        for error in closed:
            if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                what = f"the directory cannot be opened: {error.strerror or 'no reason given'}"
                yield Problem("OL001", what, Place(str(error.filename)), hint="let it be read, or take it out")


def home_of(folders: Iterable[Path], shipped: Path) -> tuple[Path, Path | None]:
    """The knowledge base that is meant by the folders an editor has open: its root, and a directory laid over it.

    A folder with a whole base is its root. One with rules or knowledge of its own is laid over what is shipped.
    """
    for folder in folders:
        if (folder / "knowledge" / "scope.yaml").is_file() and (folder / "rules").is_dir():
            return folder, None
    for folder in folders:
        if folder.resolve() == shipped.resolve():
            return shipped, None
        if any((folder / room).is_dir() for room in READ) and not list(not_one(shipped, folder)):
            return shipped, folder
    return shipped, None

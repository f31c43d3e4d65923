"""Versions of a knowledge base: the working tree, a git revision, a directory, each opened beside the other."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...case import case
from ...case.case import Prepared
from ...knowledge_base.files import hospital
from ...knowledge_base.store import cache
from ...values.problems import Place, Problem, Refused

WORKING_TREE = "the working tree"
_ROOMS = ("rules", "knowledge")


@dataclass(frozen=True, slots=True)
class Version:
    """A knowledge base with the name it is told by."""

    name: str
    prepared: Prepared


@contextmanager
def opened(
    old: str, new: str, root: Path, local: Path | None = None, begin: Callable[[Version], None] | None = None
) -> Iterator[tuple[Version, Version]]:
    """Both versions, readable while inside.

    Args:
        old, new: a directory, a git revision, or nothing for the working tree. A directory that holds both rules/ and
            knowledge/ whole is a knowledge base of its own if it can be read as one, else it is laid over `root`.
        local: a hospital's own directory, laid over both.
        begin: what can begin as soon as the new version is there.

    Raises:
        Refused: for a revision or directory that is not there or cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="osteologic-") as place:
        after = _version(new, root, local, Path(place) / "new")
        if begin is not None:
            begin(after)
        yield _version(old, root, local, Path(place) / "old"), after


def _version(text: str, root: Path, local: Path | None, place: Path) -> Version:
    if not text:
        return Version(WORKING_TREE, _prepared(root, local))
    directory = Path(text)
    if directory.is_dir():
        if all((directory / room).is_dir() for room in _ROOMS) and (directory / "knowledge" / "units.yaml").is_file():
            return Version(text, _prepared(directory, local))
        if problems := tuple(hospital.not_one(root, directory)):
            raise Refused(problems)
        return Version(text, _prepared(root, directory))
    commit = _git(root, text, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
    _unpack(_git(root, text, "archive", "--format=tar", commit.decode().strip(), *_ROOMS), place)
    try:
        return Version(text, _prepared(place, local))
    except Refused as refused:
        first = refused.problems[0]
        what = f"its files cannot be read by this program: {first.place}: {first.what}"
        more = f" and {len(refused.problems) - 1} problems more" if len(refused.problems) > 1 else ""
        raise _refused(
            text, what + more, "compare with a later revision: an older one is written in an older form"
        ) from None


def _prepared(root: Path, local: Path | None) -> Prepared:
    return case.prepare_kept(cache.load(root, local))


def _git(root: Path, named: str, *arguments: str) -> bytes:
    """What git answers. Raises Refused where there is no git, no checkout, or no such revision."""
    try:
        done = subprocess.run(("git", "-C", str(root), *arguments), capture_output=True, check=False)
    except OSError:
        raise _refused(named, "git cannot be run here", "name two directories instead") from None
    if done.returncode:
        what = "it is neither a directory nor a git revision"
        raise _refused(named, what, "as in: osteologic diff HEAD~3, osteologic diff OLD_DIRECTORY NEW_DIRECTORY")
    return done.stdout


def _refused(named: str, what: str, hint: str) -> Refused:
    return Refused([Problem("OL001", what, Place(named), hint=hint)])


def _unpack(archive: bytes, place: Path) -> None:
    """Write the files of an archive; only plain files that stay below the place."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        for member in packed:
            target = (place / member.name).resolve()
            if not member.isfile() or not target.is_relative_to(place.resolve()):
                continue
            content = packed.extractfile(member)
            assert content is not None
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())

"""What an author edited since all was well, or since the last commit: a slip is most often in the latest line."""

from __future__ import annotations

from pathlib import Path

from ..knowledge_base.store import cache
from ..values.problems import Place, Problem, Refused, did_you_mean
from ..views import escape
from ..workbench.survey import since_commit, since_sound
from ..workbench.survey.since_commit import Edited
from . import surroundings


def beside_problems(knowledge: Path | None) -> None:
    _tell(knowledge, since_sound.CHECKED, "what is told may not have been there:")


def beside_results(passed: bool, knowledge: Path | None) -> None:
    """After all cases: what may have made some fail, or that none was written for what was edited."""
    if not passed:
        _tell(knowledge, since_sound.PASSED, "what fails may have passed:")
        return
    since_sound.keep(cache.shelf(), _root(knowledge), since_sound.PASSED)
    edits = since_commit.edited(_root(knowledge))
    if not any(Path(one.file).parent.name == "cases" for one in edits):
        _put(since_commit.shown(edits, "Edited since the last commit (- as it was), and no worked case with it:"))


def nothing_found(knowledge: Path | None) -> None:
    """Remember the files as `check` finds nothing in them."""
    since_sound.keep(cache.shelf(), _root(knowledge), since_sound.CHECKED)


def put_back(where: str, knowledge: Path | None) -> None:
    """The lines of an edit as they were, in place of what stands there now.

    Raises:
        Refused: where nothing was edited at that place.
    """
    root, places = _root(knowledge), list[str]()
    for one in _all(root):
        places.append(f"{one.file}:{one.line}")
        path = root / one.file
        if places[-1] != where:
            continue
        now = path.read_bytes() if path.exists() else b""
        text = one.put_back(now.decode("utf-8", "surrogateescape"))
        if one.new:
            what, hint = f"'{one.file}' is new: nothing was there before", "delete the file, if nothing in it is wanted"
            raise Refused([Problem("OL413", what, Place("check --put-back"), hint=hint)])
        if text is not None:
            _write(path, text)
            surroundings.note(escape.line(f"{where}: put back as it was"))
            if any(one.now):
                _put("\n".join(["These lines are gone:", *(f"    {line}" for line in one.now)]))
            return
    known = ", ".join(dict.fromkeys(places))
    hint = did_you_mean(where, places) or (f"edited: {known}" if known else "nothing was edited since all was well")
    raise Refused([Problem("OL413", f"no edit at '{where}'", Place("check --put-back"), hint=hint)])


def _write(path: Path, text: str) -> None:
    """A file as it was, also one that has gone since."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def _all(root: Path) -> list[Edited]:
    kept = (since_sound.edited(cache.shelf(), root, name) for name in (since_sound.CHECKED, since_sound.PASSED))
    return [*(one for edits in kept for one in edits), *since_commit.edited(root)]


def _root(knowledge: Path | None) -> Path:
    return knowledge or surroundings.ROOT


def _tell(knowledge: Path | None, since: str, why: str) -> None:
    """A few edits with what they were; nothing where there are none, or many."""
    root = _root(knowledge)
    told = since_commit.shown(
        since_sound.edited(cache.shelf(), root, since), f"Since all was well; as it was (-), {why}"
    )
    _put(told or since_commit.shown(since_commit.edited(root), f"Since the last commit; as it was (-), {why}"))


def _put(told: str) -> None:
    for line in told.splitlines():
        surroundings.note(escape.plain(line))

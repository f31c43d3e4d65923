"""`journal`: the consultations that are kept on this machine: listed, shown, deleted."""

from __future__ import annotations

import datetime
from pathlib import Path

from ..dialogue import journal
from ..values.problems import Place, Problem, Refused, did_you_mean
from ..views import escape
from . import surroundings


def run(action: str = "list", names: tuple[str, ...] = (), older_than: int = 90, knowledge: Path | None = None) -> int:
    kept = journal.all_kept()
    if action == "list":
        _list(kept)
    elif action == "show":
        for path in _chosen(kept, names):
            _show(path)
    else:
        _delete(_chosen(kept, names) if action == "delete" else _old(kept, older_than))
    return 0


def _list(kept: list[Path]) -> None:
    for path in kept:
        try:
            past = journal.read(path)
            told = f"{len(past.lines)} lines, as of {past.header.as_of}"
        except Refused as refused:
            told = refused.problems[0].what
        surroundings.put(f"{path.stem}  {_day(path)}  {told}\n")
    if not kept:
        surroundings.note(f"No consultation is kept in {journal.directory() / 'consultations'}.")


def _show(path: Path) -> None:
    past = journal.read(path)
    surroundings.put(f"{path.stem}, as of {past.header.as_of}, osteologic {past.header.version}\n")
    for one in past.lines:
        surroundings.put(f"> {escape.line(one.line)}\n")


def _delete(paths: list[Path]) -> None:
    for path in paths:
        try:
            path.unlink()
        except OSError as error:
            what = f"it cannot be deleted: {(error.strerror or 'no reason given').lower()}"
            raise Refused([Problem("OL001", what, Place(str(path)))]) from error
    surroundings.note(f"{len(paths)} {'consultation' if len(paths) == 1 else 'consultations'} deleted.")


def _chosen(kept: list[Path], names: tuple[str, ...]) -> list[Path]:
    """The consultations of these names; `all` is every one. Raises Refused for a name of none, or without a name."""
    if names == ("all",):
        return kept
    by_name = {path.stem: path for path in kept}
    problems = [
        Problem("OL352", f"no consultation is called '{name}'", Place(name), hint=did_you_mean(name, by_name))
        for name in names
        if name not in by_name
    ]
    if not names:
        problems = [
            Problem("OL352", "which consultation?", Place("journal"), hint="name it as `journal list` does, or all")
        ]
    if problems:
        raise Refused(problems)
    return [by_name[name] for name in names]


def _old(kept: list[Path], days: int) -> list[Path]:
    oldest = datetime.datetime.now().timestamp() - days * 86_400
    return [path for path in kept if path.stat().st_mtime < oldest]


def _day(path: Path) -> str:
    return datetime.datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M")

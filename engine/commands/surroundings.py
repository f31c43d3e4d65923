"""What every command begins with: the knowledge base it works on, and the terminal or pipe it speaks to."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from .. import api
from ..case.case import Prepared
from ..knowledge_base.files import hospital, layout
from ..knowledge_base.naming import Names
from ..knowledge_base.store import cache
from ..values.problems import Place, Problem, Refused

ROOT = api.ROOT

STANDARD_INPUT = "-"

_waiting: list[cache.Work] = []


def later(work: cache.Work) -> None:
    """Put work off until whoever asked has been answered, or asked in turn."""
    _waiting.append(work)


def finish() -> None:
    """Do what has waited, such as keeping what was read anew for the next start."""
    while _waiting:
        _waiting.pop(0)()


def prepared(local: Path | None) -> Prepared:
    """The knowledge base beside the engine, with a hospital's own directory laid over it. Raises Refused."""
    if (left := cache.distrusted()) is not None:
        note(f"The cache in {left} is left alone: others own it, or can write in it.")
    prepared = api.load(local, later)
    gc.freeze()  # all of it stays: the collector, which would go through it between two answers, leaves it alone
    return prepared


def hold_to_be_a_directory(local: Path) -> None:
    """Refuse what is no hospital's own directory, whatever the verb would do with it. Raises Refused."""
    problems = tuple(hospital.not_one(api.ROOT, local))
    if problems:
        raise Refused(problems)


def names(local: Path | None) -> Names:
    """The words of the knowledge base, for commands that need no patient. Raises Refused."""
    return Names(cache.load(ROOT, local, later))


def names_so_far(local: Path | None) -> Names:
    """As `names`, but for what is still being written, which is left out and said to be. Raises Refused."""
    try:
        return names(local)
    except Refused:
        from ..workbench.editing import unfinished  # nearly always everything can be read

        kb, left_out = unfinished.readable(ROOT, local)
        if kb is None:
            raise
        note(f"Left out, for it cannot be read yet (`check` says why): {', '.join(map(str, left_out))}")
        return Names(kb)


def width() -> int:
    """The columns to fill: those of the terminal, else what COLUMNS says, else 80."""
    import shutil  # brings every kind of archive with it

    return shutil.get_terminal_size((80, 24)).columns


def colored() -> bool:
    """Whether standard output shows colors, and nobody asked for none."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "") in ("", "dumb")
    return sys.stdout.isatty() and not plain


@contextlib.contextmanager
def ended_by_signal() -> Iterator[None]:
    """While inside, SIGTERM and SIGHUP unwind what was begun, so that the terminal is left as it was."""
    import signal
    import threading

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    wanted = [number for number in (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")) if number]
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, end) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def put(text: str) -> None:
    """Results go to standard output, as they are."""
    sys.stdout.write(text)


def flush() -> None:
    """Show what was put so far, also at the other end of a pipe."""
    sys.stdout.flush()


def note(text: str) -> None:
    """Commentary goes to standard error."""
    print(text, file=sys.stderr)


def read(file: str) -> bytes:
    """What a file holds, or standard input for `-`; never more than a patient can need. Raises Refused."""
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read(layout.MOST_BYTES + 1)
    content, problems = layout.read_bytes(Path(file), file)
    if content is None:
        raise Refused(problems)
    return content


def lines(file: str) -> Iterator[bytes]:
    """The lines of a file, or of standard input for `-`, one after another. Raises Refused."""
    stream, problems = (sys.stdin.buffer, []) if file == STANDARD_INPUT else layout.opened(Path(file), name_of(file))
    if stream is None:
        raise Refused(problems)
    try:
        while line := stream.readline(layout.MOST_BYTES + 1):
            yield line
    except OSError as error:
        what = f"the file cannot be read: {error.strerror or 'no reason given'}"
        raise Refused([Problem("OL001", what, Place(name_of(file)))]) from error
    finally:
        if file != STANDARD_INPUT:
            stream.close()


def write(path: Path, text: str) -> None:
    """Write a text file beside its place and move it there, so that a full disk costs no good old file.

    Raises:
        Refused: if it cannot be written, or the place is a pipe, a device or a directory.
    """
    import stat
    import tempfile

    def refused(reason: str) -> Refused:
        return Refused([Problem("OL001", f"{path} cannot be written: {reason}", Place(str(path)))])

    try:
        target = path.expanduser().resolve()
        before = target.stat() if target.exists() else None
        if before is not None and not stat.S_ISREG(before.st_mode):
            raise refused("this is a directory" if stat.S_ISDIR(before.st_mode) else "this is a pipe or a device")
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, stat.S_IMODE(before.st_mode) if before is not None else 0o666 & ~_mask())
            os.replace(temporary, target)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except (OSError, ValueError, RuntimeError) as error:
        raise refused((getattr(error, "strerror", None) or "this is no file name").lower()) from error


def _mask() -> int:
    """The rights that new files of this process do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_all(directory: Path, files: Mapping[str, str]) -> None:
    """Write texts below a directory, making it where it is not there. Raises Refused."""
    for name, content in files.items():
        path = directory / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="\n")
        except OSError as error:
            what = f"it cannot be written: {error.strerror or 'no reason given'}"
            raise Refused([Problem("OL001", what, Place(str(path)))]) from None


def case_files(local: Path | None) -> list[tuple[str, str]]:
    """The name and text of each file of worked cases, a hospital's own after the shipped."""
    from ..workbench.cases import cases  # a consultation needs none, and starts sooner

    files = [(path.relative_to(ROOT).as_posix(), path) for path in cases.files_in(ROOT / "tests" / "cases")]
    if local is not None:
        files += [(str(path), path) for path in cases.files_in(local / "cases")]
    return [(name, _text_of(path, name)) for name, path in files]


def _text_of(path: Path, name: str) -> str:
    content, problems = layout.read_bytes(path, name)
    if content is None:
        raise Refused(problems)
    return content.decode("utf-8", errors="replace")


def name_of(file: str) -> str:
    return "standard input" if file == STANDARD_INPUT else file

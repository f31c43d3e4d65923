"""What every command begins with: the knowledge base it works on, and the terminal or pipe it speaks to."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ..consultation import case
from ..consultation.case import Prepared
from ..knowledge_base import reader
from ..language.problems import Place, Problem, Refused

ROOT = Path(__file__).parent.parent.parent

MOST_BYTES = 2_000_000
STANDARD_INPUT = "-"


def prepared(local: Path | None) -> Prepared:
    """The knowledge base beside the engine, with a hospital's own directory laid over it. Raises Refused."""
    kb, problems = reader.read(reader.Layout(ROOT))
    if kb is None:
        raise Refused(problems)
    return case.prepare(kb)


def width() -> int:
    """The columns to fill: those of the terminal, else what COLUMNS says, else 80."""
    return shutil.get_terminal_size((80, 24)).columns


def colored() -> bool:
    """Whether standard output shows colors, and nobody asked for none."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "") in ("", "dumb")
    return sys.stdout.isatty() and not plain


def put(text: str) -> None:
    """Results go to standard output, as they are."""
    sys.stdout.write(text)


def note(text: str) -> None:
    """Commentary goes to standard error."""
    print(text, file=sys.stderr)


def read(file: str) -> bytes:
    """What a file holds, or standard input for `-`; never more than a patient can need. Raises Refused."""
    try:
        if file == STANDARD_INPUT:
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with Path(file).open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Refused([Problem("OL001", f"the file cannot be opened: {reason}", Place(file))]) from error


def name_of(file: str) -> str:
    return "standard input" if file == STANDARD_INPUT else file

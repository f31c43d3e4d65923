"""The manual: a page for every code, those of the checks and those of reading, answers and worked cases."""

from __future__ import annotations

from collections.abc import Iterator

from ....case import opening
from ....dialogue import journal
from ....intake import likeness, record
from ....intake.answers import answers
from ....intake.records import notation
from ....knowledge_base.files import traps
from ....knowledge_base.reading import reader
from ....premises.checking import checking
from ... import authoring
from ...cases import cases
from ...mutation import equivalents
from ...proof import solver
from ...survey import since_commit
from .. import suppression
from ..check import Page, page
from . import entries, files, patients

_MARKS = {"- ": "avoid", "+ ": "prefer", "= ": "why"}


def codes_of_others() -> dict[str, str]:
    """The codes that are told before any check runs, each with its meaning in one line."""
    entered = (answers.CODES, record.CODES, likeness.CODES, opening.CODES, journal.CODES, notation.CODES)
    written = (cases.CODES, equivalents.CODES, authoring.CODES, solver.CODES, since_commit.CODES)
    tables = (traps.CODES, reader.CODES, checking.CODES, *entered, *written)
    return dict(sorted(pair for table in tables for pair in table.items()))


def pages_of_others() -> dict[str, Page]:
    """The pages of the codes that no check tells."""
    summaries = codes_of_others()
    written = dict(_written())
    found = {code: Page(f"{summary}.", **written[code]) for code, summary in summaries.items()}
    return found | {code: page(text) for code, text in suppression.PAGES.items()}


def _written() -> Iterator[tuple[str, dict[str, str]]]:
    """Each code with its parts, from lines that begin with the code or with the mark of a part."""
    for source in (files, entries, patients):
        for block in source.PAGES.strip().split("\nOL"):
            code, *lines = block.split("\n")
            parts: dict[str, list[str]] = {}
            for line in lines:
                parts.setdefault(_MARKS[line[:2]], []).append(line[2:])
            yield f"OL{code.removeprefix('OL')}", {name: "\n".join(said) for name, said in parts.items()}

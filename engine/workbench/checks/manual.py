"""The manual: a page for every code, those of the checks and those of reading, answers and worked cases."""

from __future__ import annotations

from ...consultation import answers, opening, record
from ...knowledge_base import reader, traps
from ...language import checking
from .. import cases


def codes_of_others() -> dict[str, str]:
    """The codes that are told before any check runs, each with its meaning in one line."""
    tables = (traps.CODES, reader.CODES, checking.CODES, answers.CODES, record.CODES, opening.CODES, cases.CODES)
    return dict(sorted(pair for table in tables for pair in table.items()))

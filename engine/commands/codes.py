"""What every problem code means, in one line, from all the places that find problems."""

from __future__ import annotations

from ..consultation import answers, opening, record
from ..knowledge_base import reader, traps
from ..language import checking
from ..workbench import cases


def codes() -> dict[str, str]:
    """By code, in order."""
    tables = (
        traps.CODES,
        reader.CODES,
        checking.CODES,
        answers.CODES,
        record.CODES,
        opening.CODES,
        cases.CODES,
    )
    return dict(sorted(pair for table in tables for pair in table.items()))

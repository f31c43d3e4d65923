"""What every problem code means: in one line, and for those of a check its page of the manual."""

from __future__ import annotations

from ..cohort import codes as tables
from ..workbench import checks
from ..workbench.checks.check import Page
from ..workbench.checks.manual.manual import codes_of_others


def codes() -> dict[str, str]:
    """By code, in order."""
    return dict(sorted({**codes_of_others(), **checks.CODES, **tables.CODES}.items()))


def page(code: str) -> str:
    """What to avoid, what to write instead and why; empty for a code that does not exist."""
    if code in tables.PAGES:
        avoid, prefer, why = tables.PAGES[code]
        return str(Page(f"{tables.CODES[code]}.", avoid=avoid, prefer=prefer, why=why))
    found = checks.pages().get(code)
    return str(found) if found is not None else ""

"""What every problem code means: in one line, and for those of a check its page of the manual."""

from __future__ import annotations

from ..workbench import checks
from ..workbench.checks.manual import codes_of_others


def codes() -> dict[str, str]:
    """By code, in order."""
    return dict(sorted({**codes_of_others(), **checks.CODES}.items()))


def page(code: str) -> str:
    """What to avoid, what to write instead and why; empty where a code has no more than its line."""
    return next((str(check.page) for check in checks.CHECKS if check.code == code), "")

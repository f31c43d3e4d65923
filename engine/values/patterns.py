"""Regular expressions that are compiled when they are first used: a start uses few of those there are."""

from __future__ import annotations

import re
from typing import Any, cast


class _Uncompiled:
    """Stands for a pattern until somebody uses it, and for its methods from then on."""

    def __init__(self, text: str, flags: int) -> None:
        self._written = (text, flags)

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._written)
        for method in ("fullmatch", "match", "search", "sub", "split", "findall", "finditer", "pattern"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazily(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, put off until it is needed; a pattern that is wrong fails then."""
    return cast("re.Pattern[str]", _Uncompiled(text, flags))

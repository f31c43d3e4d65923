"""osteologic: an expert system for bone demineralization that shows its reasons.

    import osteologic

    kb = osteologic.load()
    verdict = osteologic.assess(kb, {"age": 67, "sex": "female", "t_score_hip": -2.7})

docs/python.md tells more. Each name is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .engine.api import (
        KnowledgeBase,
        Patient,
        Problem,
        Refused,
        Verdict,
        assess,
        check,
        explain,
        load,
        patient,
        read_line,
        test,
        whatif,
        why,
        whynot,
    )

    __version__: str

__all__ = [
    "KnowledgeBase",
    "Patient",
    "Problem",
    "Refused",
    "Verdict",
    "__version__",
    "assess",
    "check",
    "explain",
    "load",
    "patient",
    "read_line",
    "test",
    "whatif",
    "why",
    "whynot",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from .engine.version import VERSION

        return VERSION
    if name in __all__:
        from .engine import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

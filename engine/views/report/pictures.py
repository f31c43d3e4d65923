"""Small drawings for the page: T-scores on the WHO bands, and evidence for and against; each with its words."""

from __future__ import annotations

from dataclasses import dataclass

from ...assessment.verdict import Diagnosis, Shown, Verdict

SITES = ("t_score_lumbar_spine", "t_score_hip", "t_score_femoral_neck", "t_score_forearm", "t_score_unspecified")
LOW, HIGH = -5.0, 2.0
OSTEOPOROSIS, NORMAL = -2.5, -1.0
_FULL = 2.0
"""The score at which a bar is full: two strong findings."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One site on the bands; `position` in percent of the scale from left, lowest scores left."""

    label: str
    value: str
    position: float
    band: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Evidence for one condition, as a bar from the middle: `width` in percent of half the picture."""

    width: float
    favors: bool
    words: str


def t_scores(verdict: Verdict) -> tuple[Mark, ...]:
    """Each site with an exact score, on the WHO bands."""
    found = [shown for name in SITES for shown in verdict.findings if shown.id == name]
    return tuple(_mark(shown, shown.value) for shown in found if isinstance(shown.value, float))


def _mark(shown: Shown, value: float) -> Mark:
    told = shown.told.removeprefix(shown.label).strip()
    return Mark(shown.label, told or f"{value:g}", position(value), band(value))


def position(score: float) -> float:
    """In percent from the left; what is off the scale stands at its end."""
    return round((max(LOW, min(score, HIGH)) - LOW) / (HIGH - LOW) * 100, 1)


def band(score: float) -> str:
    if score <= OSTEOPOROSIS:
        return "osteoporosis"
    return "low bone mass" if score < NORMAL else "normal"


def evidence(one: Diagnosis) -> Bar:
    """How far the findings lean, in the picture and in words."""
    lean = "for" if one.score > 0 else "against" if one.score < 0 else "balanced"
    words = f"{one.label}: score {one.score:+.1f}, {len(one.supporting)} for, {len(one.against)} against ({lean})"
    return Bar(round(min(abs(one.score) / _FULL, 1.0) * 100, 1), one.score >= 0, words)

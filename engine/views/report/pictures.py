"""Small drawings for the page, each with its words: T-scores on the WHO bands, evidence for and against, a probability
that was entered beside the lines of guidelines, and treatment over time."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ...assessment.verdict import Course, Diagnosis, ProbabilityShown, Shown, Verdict

SITES = ("t_score_lumbar_spine", "t_score_hip", "t_score_femoral_neck", "t_score_forearm", "t_score_unspecified")
LOW, HIGH = -5.0, 2.0
OSTEOPOROSIS, NORMAL = -2.5, -1.0
COLORS = {
    "ink": ("#22211f", "#e8e6e1"),
    "soft": ("#5d5a54", "#a9a69f"),
    "paper": ("#fdfcf9", "#17181a"),
    "card": ("#ffffff", "#202225"),
    "band-low": ("#f0c9bd", "#5c3328"),
    "band-mid": ("#f3e3b3", "#57491f"),
    "band-high": ("#cfe5d3", "#254a32"),
    "track": ("#e9e5db", "#34363a"),
    "given": ("#41588c", "#8fa9e0"),
    "course": ("#1d6b45", "#7fd0a3"),
    "broken": ("#a11b1b", "#ff9a8f"),
}
"""The colors of pictures, by day and in the dark. A picture carries those of the day itself, for where no style
sheet reaches it (a PDF made from the page)."""
ENDS = (10.0, 25.0, 50.0, 100.0)
"""Where the scale of a probability may end, in percent."""
_LONGEST = 12
"""Years up to which each year of a timeline is named."""
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


# --- a probability that was entered -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold of guidelines in a probability; `position` in percent of the scale."""

    position: float
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Given:
    """A ten-year probability as it was entered; `position` and those of its lines in percent of a scale up to `end`."""

    label: str
    text: str
    position: float
    end: float
    lines: tuple[Line, ...]

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Where lines are drawn: those of one number once."""
        return tuple(dict.fromkeys((line.position, line.text) for line in self.lines))

    @property
    def words(self) -> tuple[str, ...]:
        """What the picture shows, a sentence each."""
        return (f"{self.label}: {self.text}, as entered", *(line.words for line in self.lines))


def given(shown: ProbabilityShown) -> Given:
    highest = max(shown.value, *(line.value for line in shown.lines))
    end = next((end for end in ENDS if highest < 0.95 * end), ENDS[-1])
    lines = tuple(
        Line(
            round(min(line.value / end, 1.0) * 100, 1),
            line.text,
            f"{line.text}: {line.label} ({', '.join(line.guidelines)})",
        )
        for line in shown.lines
    )
    return Given(shown.label, shown.text, round(min(shown.value / end, 1.0) * 100, 1), end, lines)


# --- treatment over time ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """A course on the timeline: `begin` and `length` in percent of it; no length for a day."""

    label: str
    told: str
    kind: str
    begin: float
    length: float
    open: bool

    @property
    def words(self) -> str:
        return f"{self.label}: {self.told}"


@dataclass(frozen=True, slots=True)
class Year:
    position: float
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    stretches: tuple[Stretch, ...]
    years: tuple[Year, ...]


def timeline(courses: tuple[Course, ...], today: datetime.date) -> Timeline:
    """The courses on one scale, from the year of the first to today."""
    start = datetime.date(min(datetime.date.fromordinal(one.first).year for one in courses), 1, 1).toordinal()
    whole = max(today.toordinal() - start, 1)

    def at(day: int) -> float:
        return round((day - start) / whole * 100, 1)

    stretches = tuple(
        Stretch(one.label, one.told, one.kind, at(one.first), round(at(one.last) - at(one.first), 1), one.open)
        for one in courses
    )
    first = datetime.date.fromordinal(start).year
    step = 1 if today.year - first <= _LONGEST else 5
    years = [year for year in range(first, today.year + 1) if year % step == 0 or year == first]
    marks = [Year(at(datetime.date(year, 1, 1).toordinal()), str(year)) for year in years]
    return Timeline(stretches, tuple(mark for mark in marks if mark.position <= 95 or mark.position == 0))

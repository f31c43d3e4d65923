"""Problems of a file or an answer: place, statement, consequence, and the text to write instead."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from typing import NamedTuple

from .frozen import ordered


class Place(NamedTuple):
    """A position in a file; `line` and `column` count from 1, 0 means the file as a whole.

    A plain tuple, for a knowledge base has tens of thousands.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


class Hint(str):
    """A hint that knows the correction it speaks of: one of `ways` in place of `old`, which stands at the problem.

    It reads as its words wherever a text is wanted. A hint that only describes what to write is a plain text.
    """

    old: str
    ways: tuple[str, ...]

    def __new__(cls, words: str, old: str = "", *ways: str) -> Hint:
        hint = super().__new__(cls, words)
        hint.old, hint.ways = old, ways
        return hint


def instead(old: str, new: str, words: str = "") -> Hint:
    """`write 'new'`, where `old` stands."""
    return Hint(words or f"write '{new}'", old, new)


class Correction(NamedTuple):
    """A change of a file that mends a problem: `new` in place of `old`, which begins at `place`.

    It holds for the file in which the problem was found. Whoever applies it looks first whether `old` still stands
    there; an empty `old` is put in.
    """

    place: Place
    old: str
    new: str


class Level(enum.Enum):
    """The severity of a problem, by its consequence for a patient or an author.

    `error`: a wrong or missing conclusion could reach a patient; nothing is run.
    `warning`: a patient is served, but less well than the author thinks.
    `advice`: no patient notices; the next author will.
    """

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@ordered
class Problem:
    """One thing that is wrong, with its evidence as fields; the message is composed once, here.

    `code` is stable (`OL104`), `hint` says what to write instead, `why` why it matters, `elsewhere` is the other
    place involved.
    """

    code: str
    what: str
    place: Place
    level: Level = Level.ERROR
    hint: str = ""
    why: str = ""
    elsewhere: Place | None = None

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """The edits the hint proposes; any one of them mends the file."""
        hint = self.hint
        if not isinstance(hint, Hint) or not self.place.column:
            return ()
        return tuple(Correction(self.place, hint.old, way) for way in hint.ways if way != hint.old)

    @property
    def replacement(self) -> Correction | None:
        """The one change that mends it; None where there are several, or where it takes thought."""
        ways = self.corrections
        return ways[0] if len(ways) == 1 else None

    def __str__(self) -> str:
        text = f"{self.place}: {self.level.value} {self.code}: {self.what}"
        if self.hint:
            text += f"{' ' if self.what.endswith('?') else '; '}{self.hint}"
        if self.elsewhere is not None:
            text += f" ({self.elsewhere})"
        return text

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.place.file, self.place.line, self.place.column, self.code, self.what)


class Refused(Exception):  # noqa: N818 - reads as what happened: the input was refused
    """Input that cannot be used; carries every problem found. The one exception type that crosses the top."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[Refused], tuple[tuple[Problem, ...]]]:
        """From one process to another it would else be made anew of its text, letter by letter."""
        return Refused, (self.problems,)


def _folded(word: str) -> str:
    return re.sub(r"[\s_\-]+", "", word).casefold()


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word a writer most likely meant, or None when nothing is near."""
    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(_folded(candidate), candidate)
    if not word or not by_fold:
        return None
    folded = _folded(word)[:80]
    if folded in by_fold:
        return by_fold[folded]
    swapped = [folded[:i] + folded[i + 1] + folded[i] + folded[i + 2 :] for i in range(len(folded) - 1)]
    for candidate_fold in swapped:
        if candidate_fold in by_fold:
            return by_fold[candidate_fold]
    import difflib  # only needed where something is misspelled

    found = difflib.get_close_matches(folded, by_fold, n=1, cutoff=0.72)
    return by_fold[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'age'?`, or an empty text when nothing is near."""
    match = nearest(word, known)
    return meant(word, match) if match else ""


def meant(word: str, match: str) -> Hint:
    """`did you mean 'age'?`, with the correction."""
    return Hint(f"did you mean '{match}'?", word, match)

"""Which questions about a patient a part of the verdict rests on, and what the part is for each way to answer them.

What is asked next depends only on the answers so far; so the questions of one part form a tree. A stretch of it without
a fork is compared at a go: most questions ask whether a statement is true, and those answers lie side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from ...case.case import Case

_NOTHING: Any = object()
"""Where no answer is known."""


class Question:
    """A function of the case with what it is about; each is made once, and is known by being itself.

    Args:
        space: which variant of the patient is asked (see `Spaces`).
    """

    __slots__ = ("about", "asking", "space")

    def __init__(self, space: int, asking: Callable[[Case, Any], Any], about: Any) -> None:
        self.space, self.asking, self.about = space, asking, about


class Spaces:
    """The variants of a patient that parts look at: as recorded, with nothing granted; the first is the patient."""

    def __init__(self) -> None:
        self._ways: list[tuple[int, str]] = [(0, "")]

    def beyond(self, space: int, variant: str) -> int:
        """The space of a variant (the name of a property of `Case`) of what is in another."""
        way = (space, variant)
        if way not in self._ways:
            self._ways.append(way)
        return self._ways.index(way)

    def way(self, space: int) -> tuple[int, str]:
        return self._ways[space]


class Answers:
    """What one patient answers."""

    def __init__(self, case: Case, spaces: Spaces) -> None:
        self._spaces = spaces
        self._cases = {0: case}
        self._truths: dict[int, bytes] = {}
        self._found: dict[Question, Any] = {}

    def case(self, space: int) -> Case:
        """The variant of the patient in a space."""
        found = self._cases.get(space)
        if found is None:
            before, variant = self._spaces.way(space)
            found = self._cases[space] = getattr(self.case(before), variant)
        return found

    def truths(self, space: int) -> bytes:
        """For each statement by number: 1 if it is true, 2 if its being false is, 0 if neither (3 both)."""
        found = self._truths.get(space)
        if found is None:
            held = self.case(space).memory.held
            positive, negative = (int.from_bytes(held[first::2], "little") for first in (0, 1))
            found = self._truths[space] = (positive + 2 * negative).to_bytes(len(held) // 2, "little")
        return found

    def of(self, question: Question) -> Any:
        found = self._found.get(question, _NOTHING)
        if found is _NOTHING:
            found = self._found[question] = question.asking(self.case(question.space), question.about)
        return found

    def of_any(self, asked: Asked) -> Any:
        if isinstance(asked, Question):
            return self.of(asked)
        space, statement = asked
        return self.truths(space)[statement]


Asked = Question | tuple[int, int]
"""A question, or in a space a statement by its number."""
Step = tuple[Asked, Any]
"""What was asked, and the answer."""


class End:
    """What a part is for the patients who get here; not `kept` where it asks what none can be told apart by."""

    __slots__ = ("kept", "open", "part")

    def __init__(self, part: Any, open: tuple[str, ...] = (), *, kept: bool = True) -> None:
        """`open` are the fields in which something is to be filled in."""
        self.part, self.open, self.kept = part, open, kept


class Stretch:
    """Questions asked one after the other; the last is where ways part."""

    __slots__ = ("_others", "_statements", "last", "steps", "ways")

    def __init__(self, steps: Sequence[Step], last: Asked, ways: dict[Any, Stretch | End]) -> None:
        self.steps, self.last, self.ways = tuple(steps), last, ways
        self._others = tuple((asked, answer) for asked, answer in self.steps if isinstance(asked, Question))
        by_space: dict[int, list[tuple[int, int]]] = {}
        for asked, answer in self.steps:
            if not isinstance(asked, Question):
                by_space.setdefault(asked[0], []).append((asked[1], answer))
        self._statements = tuple(
            (space, itemgetter(*(number for number, _ in found)), _together([answer for _, answer in found]))
            for space, found in sorted(by_space.items())
        )

    def onward(self, answers: Answers) -> Stretch | End | None:
        """Where this patient goes on; None where nobody went before."""
        for space, of, expected in self._statements:
            if not space and of(answers.truths(0)) != expected:
                return None
        for question, expected in self._others:
            if answers.of(question) != expected:
                return None
        for space, of, expected in self._statements:
            if space and of(answers.truths(space)) != expected:
                return None
        return self.ways.get(answers.of_any(self.last))


def _together(answers: list[int]) -> Any:
    """As `itemgetter` gives them."""
    return tuple(answers) if len(answers) > 1 else answers[0]


class Paths:
    """All ways that were gone for one part."""

    __slots__ = ("_first", "asked", "made")

    def __init__(self) -> None:
        self._first: Stretch | End | None = None
        self.asked = self.made = 0
        """How often it was looked for, and how often it had to be worked out."""

    def find(self, answers: Answers) -> End | None:
        """What the part is for this patient; None where no earlier one answered the same."""
        at = self._first
        while at is not None and not isinstance(at, End):
            at = at.onward(answers)
        return at

    def keep(self, path: Sequence[Step], end: End) -> int:
        """Remember where a path ends; gives how many questions that took."""
        if self._first is None:
            self._first = _stretch(path, end)
            return len(path)
        at, begun = self._first, 0
        while isinstance(at, Stretch):
            here = path[begun : begun + len(at.steps) + 1]
            for number, ((asked, answer), step) in enumerate(zip(at.steps, here, strict=False)):
                if asked != step[0]:
                    return 0  # a premise may since be known by a statement: both ways of asking are right
                if answer != step[1]:
                    rest = Stretch(at.steps[number + 1 :], at.last, at.ways)
                    fresh = _stretch(path[begun + number + 1 :], end)
                    at.__init__(at.steps[:number], asked, {answer: rest, step[1]: fresh})  # type: ignore[misc]
                    return len(path) - begun - number
            if len(here) <= len(at.steps) or here[-1][0] != at.last:
                return 0
            begun += len(here)
            way = at.ways.get(here[-1][1])
            if way is None:
                at.ways[here[-1][1]] = _stretch(path[begun:], end)
                return len(path) - begun
            at = way
        return 0


def _stretch(path: Sequence[Step], end: End) -> Stretch | End:
    return Stretch(path[:-1], path[-1][0], {path[-1][1]: end}) if path else end

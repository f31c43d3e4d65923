"""Parts of verdicts, kept while patient after patient is assessed.

Each patient is judged by experta. What is told of one conclusion then rests on a few hundred truths; where an earlier
patient had the same, the part is taken over, and only facts are filled in. A part is worked out on a case that writes
down what it is asked (`watched`), so it is known on what it rests and nobody has to list it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ...case.case import Case
from ...values.frozen import with_fields
from ..verdict import AlertShown, Cause, Diagnosis, Item, Reason, StateShown, Test
from .paths import Answers, End, Paths
from .watched import Later, Questions, Unwatched, Watch, Watched

_A = TypeVar("_A")
_T = TypeVar("_T")

ROOM = 500_000
"""So many questions are remembered at most, some 30 bytes each; after that what is kept is used, and nothing added."""
PART = 100
"""What a part takes counts as so many questions."""
TRIED, SELDOM = 32, 0.7
"""A part that had to be worked out for more than this share of the first patients is not kept any more."""
_FILLED: dict[type, tuple[str, ...]] = {
    Reason: ("facts",),
    Item: ("supporting", "against", "cautions"),
    AlertShown: ("because", "speaks_for"),
    Diagnosis: ("supporting", "against"),
    StateShown: ("because",),
    Cause: ("because",),
    Test: ("because",),
}
"""The fields of each kind of part in which something is put off (see `Case.later`)."""


class Recalled:
    """The parts of one run: one knowledge base, one choice of what is shown."""

    def __init__(self) -> None:
        self._questions = Questions()
        self._paths: dict[tuple[Callable[..., Any], str], Paths] = {}
        self._room = ROOM

    def part(self, case: Case, work: Callable[[Case, _A], _T], about: _A) -> _T:
        """A part of the verdict on a settled case; `about` has an id. See `Case.part`."""
        if case.brief or case.as_recorded:
            return work(case, about)
        key = (work, about.id)  # type: ignore[attr-defined]  # all that parts are about has one
        paths = self._paths.get(key)
        if paths is None:
            paths = self._paths[key] = Paths()
        if paths.made > TRIED and paths.made > SELDOM * paths.asked:
            return work(case, about)
        answers: Answers = case.once("answers", lambda: Answers(case, self._questions.spaces))
        paths.asked += 1
        end = paths.find(answers)
        if end is None:
            paths.made += 1
            end = self._worked_out(answers, work, about, paths)
        if not end.kept:
            return work(case, about)
        found: _T = end.part
        if end.open:
            return with_fields(found, {name: _filled(getattr(found, name), answers) for name in end.open})
        return found

    def _worked_out(self, answers: Answers, work: Callable[[Case, Any], Any], about: Any, paths: Paths) -> End:
        watch = Watch(self._questions, answers)
        try:
            made = work(Watched(watch), about)
            end = End(made, _open(made))
        except Unwatched:
            end = End(None, kept=False)
        if self._room > 0:
            self._room -= PART + paths.keep(watch.path, end)
        return end


def _open(part: Any) -> tuple[str, ...]:
    """The fields of a part in which something is put off."""
    names = _FILLED.get(type(part), ())
    return tuple(name for name in names if any(isinstance(one, Later) for one in getattr(part, name)))


def _filled(put_off: tuple[Later, ...], answers: Answers) -> tuple[Any, ...]:
    return tuple([one.of(answers) for one in put_off])

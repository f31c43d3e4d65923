"""Which new answers can be true together with all that was said, and what the others contradict."""

from __future__ import annotations

from collections.abc import Mapping

from ..case.case import Case
from ..intake import record
from ..intake.record import Answer
from ..values.frozen import frozen
from ..values.problems import Problem
from ..values.value import Known
from .progress import Conflict
from .understood import PROMPT


@frozen
class Agreed:
    """Answers sorted by whether they agree with those there were."""

    taken: Mapping[str, Known]
    conflict: Conflict | None = None
    """The first that contradicts another answer: whoever answers says which of the two is right."""
    refused: tuple[Problem, ...] = ()
    """What cannot be, whatever else was said; and what contradicts while another contradiction is open."""


def agreed(case: Case, said: Mapping[str, Known]) -> Agreed:
    """Each new answer held to those of the case and to the ones before it."""
    taken: dict[str, Known] = {}
    conflict: Conflict | None = None
    refused: list[Problem] = []
    for name, known in said.items():
        held = {**case.said, **taken, name: known}
        problems = _contradictions(case, held)
        if not problems:
            taken[name] = known
            continue
        against = [one for one in held if one != name and _contradictions(case, {one: held[one], name: known})]
        if not against or conflict is not None:
            refused += problems
            continue
        old, new = (case.told(one, held[one]) for one in (against[0], name))
        conflict = Conflict(against[0], name, known, f"{problems[0].what}. 1 {old}   2 {new}")
    return Agreed(taken=taken, conflict=conflict, refused=tuple(refused))


def _contradictions(case: Case, said: Mapping[str, Known]) -> list[Problem]:
    told = {name: Answer(known, "", PROMPT) for name, known in said.items()}
    return [*record.check_applies(case.kb, told, case.today), *record.check_ages(case.kb, told)]

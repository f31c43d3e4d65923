"""The smallest patient of whom a change is so: answer after answer is left out, many ways at once.

Whoever is left is read back from the file that is told, and judged by experta under both versions.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence

from ...case.case import Prepared
from ...intake import record
from ...intake.record import Answer
from ...values.problems import Place
from ...values.value import Known, Records
from . import conclusions
from .conclusions import Conclusion
from .judging import Judge

TRIED = 3
"""Of so many patients of a change the one with the fewest answers is made smaller."""
_HERE = Place("a patient of whom it changes")
_ROUNDS = 60

Turn = tuple[Conclusion, str, str]
Turns = Callable[
    [Sequence[Mapping[str, Known]], Sequence[datetime.date], Sequence[Conclusion]], Mapping[Turn, Sequence[int]]
]


def patient(
    judges: tuple[Judge, Judge],
    turns: Turns,
    turn: Turn,
    people: Sequence[tuple[Mapping[str, Known], datetime.date]],
) -> str:
    """The one with the fewest answers, made smaller, as a file; empty where the change does not survive the writing."""
    said, day = min(people, key=lambda one: (len(one[0]), _entries(one[0])))
    said = _shrunk(turns, turn, said, day)
    text = _file(judges[1].prepared, said, day)
    return text if text and replayed(judges, turn, text, day) else ""


def _shrunk(turns: Turns, turn: Turn, said: Mapping[str, Known], day: datetime.date) -> Mapping[str, Known]:
    """What is left once nothing can be left out alone; at each step every way is tried at once."""
    wanted = (turn[0],)
    for _ in range(_ROUNDS):
        ways = list(_less(said))
        kept = sorted(turns(ways, [day] * len(ways), wanted).get(turn, ())) if ways else []
        if not kept:
            return said
        together = _all_at_once(said, [ways[place] for place in kept])
        said = together if together and turn in turns([together], [day], wanted) else ways[kept[0]]
    return said


def _less(said: Mapping[str, Known]) -> Iterator[Mapping[str, Known]]:
    for name in said:
        yield {other: known for other, known in said.items() if other != name}
    for name, known in said.items():
        if isinstance(known, Records) and len(known.entries) > 1:
            for at in range(len(known.entries)):
                fewer = Records((*known.entries[:at], *known.entries[at + 1 :]), known.complete, known.absent)
                yield {**said, name: fewer}


def _all_at_once(said: Mapping[str, Known], ways: Sequence[Mapping[str, Known]]) -> Mapping[str, Known]:
    """Without every answer that can be left out alone."""
    kept = set(said)
    for way in ways:
        kept -= said.keys() - way.keys()
    return {name: known for name, known in said.items() if name in kept}


def _entries(said: Mapping[str, Known]) -> int:
    return sum(len(known.entries) for known in said.values() if isinstance(known, Records))


def _file(prepared: Prepared, said: Mapping[str, Known], day: datetime.date) -> str:
    given = {name: Answer(known, "", _HERE) for name, known in said.items()}
    try:
        return record.save_record(prepared.kb, given, day, "")
    except (KeyError, ValueError):
        return ""


def replayed(judges: tuple[Judge, Judge], turn: Turn, text: str, day: datetime.date) -> bool:
    """Whether experta, under both versions, shows the change of whoever reads the file."""
    read, problems = record.read_record(judges[1].prepared.kb, text, "a patient")
    if read is None or problems:
        return False
    conclusion, before, after = turn
    if conclusion.kind == "dose":
        return True
    looks = (judge.look(read.known, read.today or day) for judge in judges)
    return [conclusions.word(look, conclusion) for look in looks] == [before, after]

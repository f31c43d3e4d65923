"""What no patient showed to differ: proved to be the same of everybody, or shown of somebody the solver finds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from ...intake import record
from ...intake.record import Record
from ...knowledge_base.model import KnowledgeBase
from . import conclusions
from .conclusions import Conclusion
from .difference import Change, Difference
from .judging import Judge
from .two_bases import DIFFERS, SAME, Sides
from .versions import Version

SECONDS = 2.0
"""So long one conclusion is worked on."""
_ASKED = {"status": "interventions", "caution": "interventions", "diagnosis": "conditions", "alert": "alerts"}
"""The kinds that the clauses say, with what they are about; lines, doses, causes and tests are not among them."""


def proved(old: Version, new: Version, found: Difference, seconds: float = SECONDS) -> Difference:
    """The same difference, with what is proved of its unchanged conclusions and whoever shows that one does differ.

    Raises:
        Refused: where no solver is installed.
    """
    if not found.unchanged:
        return found
    sides = Sides(old.prepared, new.prepared)
    judges = (Judge(old.prepared), Judge(new.prepared))
    same: list[Conclusion] = []
    more: list[Change] = []
    for one in found.unchanged:
        if not all(_says(version.prepared.kb, one) for version in (old, new)):
            continue
        answer = sides.differs(one.kind, one.id, seconds=seconds)
        if answer.status == SAME:
            same.append(one)
        elif answer.status == DIFFERS:
            more += _change(judges, one, answer.witness, len(found.samples))
    turned = {one.conclusion for one in more}
    rest = tuple(one for one in found.unchanged if one not in turned)
    return dataclasses.replace(found, changes=(*found.changes, *more), unchanged=rest, proved=tuple(same))


def _says(kb: KnowledgeBase, one: Conclusion) -> bool:
    return one.kind in _ASKED and one.id in getattr(kb, _ASKED[one.kind])


def _change(judges: tuple[Judge, Judge], one: Conclusion, witness: str, samples: int) -> Iterator[Change]:
    """The change as both versions show it of the patient who was found."""
    words = [
        conclusions.word(judge.look(read.known, read.today), one)
        for judge in judges
        if (read := _read(judge, witness)) is not None and read.today is not None
    ]
    if len(words) == len(judges) and words[0] != words[1]:
        yield Change(one, words[0], words[1], (0,) * samples, "", witness)


def _read(judge: Judge, witness: str) -> Record | None:
    found, problems = record.read_record(judge.prepared.kb, witness, "a made patient")
    return None if problems else found

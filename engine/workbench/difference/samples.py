"""The patients on whom two versions are compared: the worked cases, a directory of one's own, and random ones.

Random patients are worked cases crossed with one another: the record of one with some answers of another of the same
sex and about the same age, and numbers put just below, at or above the cut-offs. They are as plausible as their
parents nearly always, and twenty thousand of them are drawn in seconds.
"""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ...case.case import Prepared
from ...intake import record
from ...knowledge_base.files import layout
from ...values.frozen import ordered
from ...values.problems import Problem, Refused
from ...values.value import Choice, Known, Number
from .. import processes
from ..cases import cases
from ..cases.cases import WorkedCase
from ..trials.patients import Vocabulary

RANDOM = 20_000
CROSSED = "random patients"
AT_THE_CUT = 0.3
"""The share of random patients of whom a number is put at a cut-off."""
_MOST_CROSSED = 6
_READERS = 2
"""So many processes read the worked cases."""
_YEARS = 10
"""Parents of a random patient differ in age by at most so many years."""


@ordered
class Sample:
    """Patients of one kind, with what each is called."""

    name: str
    names: tuple[str, ...]
    said: tuple[Mapping[str, Known], ...]
    days: tuple[datetime.date, ...]
    left_out: int = 0
    """How many were left out because the knowledge base cannot read them."""


def _sample(found: Sequence[WorkedCase], problems: Iterable[Problem]) -> Sample:
    unread = len({(one.place.file, one.place.line) for one in problems})
    return patients_of(found, unread)


class Reading:
    """The worked cases of some files, read by other processes while this one goes on."""

    def __init__(self, prepared: Prepared, files: Sequence[Path], root: Path) -> None:
        self._root = root
        self._parts = [self._begun(prepared, files[start::_READERS]) for start in range(_READERS)]

    def _begun(self, prepared: Prepared, files: Sequence[Path]) -> processes.Meanwhile[list[cases.Read]]:
        return processes.Meanwhile(lambda: list(cases.read_each(prepared.kb, files, self._root)))

    def result(self) -> Sample:
        """The patients of the worked cases; those that this version cannot read are counted."""
        in_turn = itertools.zip_longest(*(part.result() for part in self._parts))
        return _sample(*cases.together((read for some in in_turn for read in some if read is not None), self._root))


def patients_of(found: Sequence[WorkedCase], left_out: int = 0) -> Sample:
    """The patients of these worked cases."""
    days = tuple(one.record.today or cases.NO_DAY for one in found)
    said = tuple(one.record.known for one in found)
    return Sample("worked cases", tuple(one.name for one in found), said, days, left_out)


def own(prepared: Prepared, directory: Path, today: datetime.date) -> Sample:
    """The patients of every file below a directory. Raises Refused for a file that cannot be read."""
    names: list[str] = []
    said: list[Mapping[str, Known]] = []
    days: list[datetime.date] = []
    problems: list[Problem] = []
    for path in cases.files_in(directory):
        content, wrong = layout.read_bytes(path, str(path))
        records, more = record.read_records(prepared.kb, content, str(path), today) if content is not None else ([], [])
        problems += [*wrong, *more]
        for number, one in enumerate(records, 1):
            names.append(one.name or f"{path}" + (f", patient {number}" if len(records) > 1 else ""))
            said.append(one.known)
            days.append(one.today or today)
    if problems:
        raise Refused(problems)
    return Sample(str(directory), tuple(names), tuple(said), tuple(days))


def crossed(prepared: Prepared, parents: Sample, count: int, start: int = 0) -> Sample:
    """So many random patients from a seed on; the same for the same seeds and parents."""
    drawn = _Drawn(prepared, parents)
    made = [drawn.patient(seed) for seed in range(start, start + count)]
    return Sample(
        CROSSED,
        tuple(f"random patient {seed}" for seed in range(start, start + count)),
        tuple(said for said, _ in made),
        tuple(day for _, day in made),
    )


class _Drawn:
    def __init__(self, prepared: Prepared, parents: Sample) -> None:
        self.parents = parents
        self.vocabulary = Vocabulary(prepared, parents.days[0] if parents.days else cases.NO_DAY)
        self.measured = [one.id for one in prepared.kb.findings.values() if one.form == "number" and one.id != "age"]
        self._alike: dict[tuple[object, int], list[int]] = {}
        for number, said in enumerate(parents.said):
            self._alike.setdefault(_kin(said), []).append(number)

    def patient(self, seed: int) -> tuple[Mapping[str, Known], datetime.date]:
        chance = random.Random(f"crossed {seed}")
        number = chance.randrange(len(self.parents.said))
        said = dict(self.parents.said[number])
        kin = self._alike[_kin(said)]
        for _ in range(chance.randint(0, 2)):
            other = self.parents.said[chance.choice(kin)]
            names = [name for name in other if name not in ("age", "sex")]
            for name in chance.sample(names, min(len(names), chance.randint(1, _MOST_CROSSED))):
                said[name] = other[name]
        if chance.random() < AT_THE_CUT:
            name = chance.choice([one for one in said if one in self.measured] or self.measured)
            said[name] = chance.choice(self.vocabulary.answers(name))
        for name in chance.sample(list(said), min(len(said), chance.choice((0, 0, 0, 1, 2)))):
            said.pop(name)
        return said, self.parents.days[number]


def _kin(said: Mapping[str, Known]) -> tuple[object, int]:
    sex, age = said.get("sex"), said.get("age")
    years = (
        int(age.last.interval.low) // _YEARS if isinstance(age, Number) and age.last.interval.low.is_finite() else -1
    )
    return (sex.members if isinstance(sex, Choice) else None), years

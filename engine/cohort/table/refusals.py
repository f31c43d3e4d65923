"""Rows that a patient file would be refused for: each gets the codes of its problems instead of any status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...inference.values import NOTHING, Given
from ...knowledge_base.model import Finding
from ...values.interval import Interval
from ...values.value import UNKNOWN, Choice, Gap, Known
from ..mirror.columns import ChoiceColumn, Column, ListColumn, NumberColumn, Said, gap_codes
from ..mirror.ends import VALUE, Ends, Flags, unknown
from ..mirror.person import Person
from ..mirror.strata import Chunk, Ground


class Refusals:
    """The codes of each refused row, with what they are about. Nothing of what a cell holds is kept."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._found: dict[tuple[str, str], Flags] = {}
        self.unused: Counter[tuple[str, str]] = Counter()
        """What was passed over, by what it is about: codes that none of our lists has. No row is refused for it."""

    def pass_over(self, about: str, codes: Mapping[str, int]) -> None:
        """Count what says nothing to us."""
        self.unused.update({(about, code): count for code, count in codes.items() if count})

    def add(self, code: str, about: str, rows: Any) -> None:
        if np.any(rows):
            before = self._found.get((code, about))
            self._found[code, about] = rows.copy() if before is None else before | rows

    @property
    def rows(self) -> Flags:
        found = np.zeros(self.count, bool)
        for rows in self._found.values():
            found |= rows
        return found

    def told(self) -> list[str]:
        """The codes of each row, as `OL330 menopausal_status; OL303 age`; empty where it was not refused."""
        found = [""] * self.count
        for (code, about), rows in sorted(self._found.items()):
            for row in np.flatnonzero(rows):
                found[row] += f"{'; ' if found[row] else ''}{code} {about}"
        return found

    def counts(self) -> Counter[tuple[str, str]]:
        return Counter({key: int(rows.sum()) for key, rows in self._found.items()})


def hold_together(ground: Ground, count: int, said: Mapping[str, Said], today: Any, refusals: Refusals) -> None:
    """Hold what was said to one another, as a patient file is: what does not apply, and ages not reached yet."""
    explicit = Explicit(ground, count, said, today)
    for name, one in said.items():
        finding = ground.kb.findings.get(name)
        if finding is not None and finding.applies is not None:
            away = explicit.patients.truth(finding.applies)[1]
            refusals.add("OL330", name, away & says_something(one.column))
    explicit.forget()
    age = said.get("age")
    if age is None or not isinstance(age.column, NumberColumn):
        return
    limit = age.column.ends.spread(count)
    most = np.where((limit.gap == VALUE) & ~np.isinf(limit.high), limit.high + 1, np.inf)
    for name, one in said.items():
        if isinstance(one.column, NumberColumn) and name.startswith("age_at"):
            refusals.add("OL331", name, _low(one.column.ends, count) >= most)
        elif isinstance(one.column, ListColumn):
            _ages_of_entries(ground.kb.findings[name], one.column, most, refusals)


def _low(value: Ends, count: int) -> Any:
    return np.broadcast_to(np.where(np.isnan(value.low), -np.inf, value.low), count)


def _ages_of_entries(finding: Finding, column: ListColumn, most: Any, refusals: Refusals) -> None:
    rows = column.entries.rows
    for name in finding.fields:
        field = column.entries.field(name) if name.startswith("age_at") else None
        if field is None or field.ends is None:
            continue
        late = _low(field.ends, len(rows)) >= most[rows]
        late = late if field.given is None else late & field.given
        found = np.zeros(refusals.count, bool)
        found[rows[late]] = True
        refusals.add("OL331", finding.id, found)


def says_something(column: Column) -> Flags:
    """Where an answer is not true as well of a patient to whom the question does not apply."""
    if isinstance(column, ListColumn):
        found = np.zeros(len(column.complete), bool)
        found[column.entries.rows] = True
        return found
    if isinstance(column, ChoiceColumn):
        no = Choice(frozenset({"no"}))
        lut = np.array([not isinstance(known, Gap) and known != no for known in column.book.table])
        return lut[column.codes]
    gap = gap_codes(column)
    return np.ones(len(column.ends.low), bool) if gap is None else gap == VALUE


class Explicit(Chunk):
    """What explicit answers alone say: nothing implied, nothing worked out, no range and no cut-off."""

    def _settle(self) -> None:
        return

    def known(self, name: str) -> Column:
        said = self.said.get(name)
        return said.column if said is not None else self.blank(name)

    def threshold(self, name: str) -> Ends:
        return unknown(self.count)

    def range_of(self, name: str) -> Ends:
        return unknown(self.count)

    def person(self, row: int) -> Person:
        return _Explicit(self, row)


class _Explicit(Person):
    def known(self, name: str) -> Known:
        given: Given = self.given(name)
        return given.explicit if given is not NOTHING and given.explicit is not None else UNKNOWN

    def range_of(self, name: str) -> Interval | None:
        return None

    def threshold(self, name: str) -> Interval | Gap:
        return UNKNOWN

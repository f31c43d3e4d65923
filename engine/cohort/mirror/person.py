"""One patient of many in decimals: who decides what floats cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ...inference import values
from ...inference.values import NOTHING, Given
from ...inference.working_memory import Numbers, Plan
from ...knowledge_base.model import KnowledgeBase
from ...values.interval import Interval, between
from ...values.value import Gap, Known, Records
from .columns import ListColumn, Said


class Implication(Protocol):
    """What is taken for granted of a finding, and in which rows."""

    rows: Any
    known: Known


class Of(Protocol):
    """The patients that one is of."""

    kb: KnowledgeBase
    plan: Plan
    said: Mapping[str, Said]
    day: Any

    @property
    def implied(self) -> Mapping[str, Sequence[Implication]]: ...


class Person(Numbers):
    """One patient of a chunk in decimals: the `Facts` of what was said and implied of them."""

    def __init__(self, chunk: Of, row: int) -> None:
        super().__init__(chunk.plan)
        self.chunk, self.row = chunk, row
        day = int(chunk.day if chunk.day.ndim == 0 else chunk.day[row])
        self.today = between(day, day)
        self._worked_out: dict[str, Known] = {}

    def given(self, name: str) -> Given:
        said = self.chunk.said.get(name)
        explicit = said.known(self.row) if said is not None else None
        if isinstance(explicit, Records) and said is not None and isinstance(said.column, ListColumn):
            explicit = said.column.known(self.row)
        implied = next((one.known for one in self.chunk.implied.get(name, ()) if one.rows[self.row]), None)
        return Given(explicit, implied) if explicit is not None or implied is not None else NOTHING

    def known(self, name: str) -> Known:
        found = self._worked_out.get(name)
        if found is None:
            given = self.given(name)
            if name in self.kb.findings:
                found = values.finding_value(self.kb.findings[name], given, self)
            else:
                found = values.quantity_value(self.chunk.plan.derive.get(name, ()), given, self)
            self._worked_out[name] = found
        return found

    def threshold(self, name: str) -> Interval | Gap:
        return values.threshold_value(self.kb.thresholds[name], self)

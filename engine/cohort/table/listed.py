"""Lists written as texts in one cell: `prednisolone 7.5 mg; omeprazole`, or codes, or a list of such texts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from ...intake.answers import answers
from ...intake.answers.sheet import Sheet, folded
from ...knowledge_base.files.nodes import ListNode, MapNode, Text
from ...values.problems import Place
from ...values.value import Known, Records
from ..mirror.columns import Said
from ..mirror.strata import Ground
from . import arrow
from .coded import Coded
from .contract import IGNORE, Bound, BoundList
from .entries import coded_lists
from .refusals import Refusals

HERE = Place("a cell")
Read = Callable[[str, str], tuple[Known | None, str]]
"""What a text says of a finding, or the code of what is wrong with it."""


class ListedTexts:
    """Reads lists that are texts."""

    def __init__(self, ground: Ground, sheet: Sheet, coded: Coded, read: Read) -> None:
        self.ground, self.sheet, self.coded, self._read = ground, sheet, coded, read

    def read(self, array: pa.Array, listed: BoundList, bound: Bound | None, refusals: Refusals) -> Said:
        """A column of lists, each a text or a list of texts; `bound` says what whole texts stand for."""
        if arrow.kind_of(pa.field("", array.type)).kind == "texts":
            told = [None if cell is None else "; ".join(filter(None, cell)) or "none" for cell in array.to_pylist()]
            array = pa.array(told, pa.string())
        table, codes = arrow.texts(array)
        knowns: list[Known | None] = []
        for place, text in enumerate(table):
            meant = meant_by(text, bound) if bound is not None else text
            known, code = (None, "") if meant is None else self._cell(meant, listed, codes == place, refusals)
            knowns.append(known)
            if code:
                refusals.add(code, listed.name, codes == place)
        return coded_lists(self.ground, self.ground.kb.findings[listed.name], knowns, codes)

    def _cell(self, text: str, listed: BoundList, rows: Any, refusals: Refusals) -> tuple[Known | None, str]:
        if not listed.codes or folded(text) == "none":
            known, code = self._read(listed.name, text)
        else:
            known, code = self._by_codes(text, listed, rows, refusals)
        if isinstance(known, Records) and (known.entries or (listed.codes and folded(text) != "none")):
            known = dataclasses.replace(known, complete=listed.complete and known.complete)
        return known, code

    def _by_codes(self, text: str, listed: BoundList, rows: Any, refusals: Refusals) -> tuple[Known | None, str]:
        """The entries of `M81.0; E05.0`; a code that none of our lists has is no entry."""
        finding = self.ground.kb.findings[listed.name]
        entries = []
        for one in filter(None, (part.strip() for part in text.split(";"))):
            meant = self.coded.member(finding.fields[finding.key], listed.codes, one)
            if meant is None:
                refusals.pass_over(listed.name, {one: int(rows.sum())})
                continue
            fields = {finding.key: meant.text, **meant.entry}
            entries.append(MapNode(tuple((Text(key, HERE), Text(value, HERE)) for key, value in fields.items()), HERE))
        if not entries:
            return Records(()), ""
        known, problems = answers.read_with(self.sheet, listed.name, ListNode(tuple(entries), HERE), HERE)
        return known, problems[0].code if known is None and problems else ""


def meant_by(text: str | None, bound: Bound) -> str | None:
    """What a cell stands for by the mapping; `ignore` says nothing."""
    if text is None:
        return None
    meant = bound.cell.values.get(text.strip(), text) if bound.cell.values else text
    return None if meant == IGNORE else meant

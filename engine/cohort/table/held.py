"""What a mapping says of cells, held to what patients can answer: words that values stand for, units of fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...intake.answers import answers
from ...intake.answers.sheet import Sheet, clipped, folded
from ...knowledge_base.files.nodes import ListNode, MapNode, Text
from ...knowledge_base.model import FieldKind, Finding
from ...values.problems import Problem, did_you_mean

IGNORE = "ignore"
Meanings = Mapping[str, Text]
"""The texts of a column, each with what it stands for."""


def answered(sheet: Sheet, name: str, unit: str, meanings: Meanings) -> Iterator[Problem]:
    """The values of a column that are no answer to its finding."""
    for cell, meant in meanings.items():
        if meant.value.strip() == IGNORE:
            continue
        written = (f"{meant.value} {unit}", meant.value) if unit else (meant.value,)
        found = [answers.read_with(sheet, name, Text(text, meant.place), meant.place) for text in written]
        if all(known is None for known, _ in found):
            yield _wrong(cell, found[-1][1][0])


def named(sheet: Sheet, finding: Finding, field: FieldKind, meanings: Meanings) -> Iterator[Problem]:
    """The values of a field of an entry that it cannot have."""
    for cell, meant in meanings.items():
        if meant.value.strip() == IGNORE:
            continue
        if field.id == finding.key:
            entry = MapNode(((Text(field.id, meant.place), meant),), meant.place)
            known, problems = answers.read_with(sheet, finding.id, ListNode((entry,), meant.place), meant.place)
            if known is None and problems:
                yield _wrong(cell, problems[0])
        elif field.choices and field.choices in sheet.kb.choices:
            spelled = sheet.spelled(field.choices)
            words = {*spelled.members, *spelled.classes}
            if not _is_spelled(meant.value, words):
                what = f"'{clipped(cell)}' stands for '{clipped(meant.value)}', which {field.id} cannot be"
                yield Problem("OL311", what, meant.place, hint=did_you_mean(meant.value, words) or "")


def _is_spelled(written: str, words: set[str]) -> bool:
    return all(folded(part) in words or folded(part) == "unknown" for part in written.split(" or "))


def united(sheet: Sheet, finding: Finding, field: FieldKind, unit: str) -> bool:
    """Whether a number of a field can be told in a unit, for one of the members at least (IU: of some substances)."""
    if field.type not in ("number", "duration"):
        return not unit
    choices = finding.fields[finding.key].choices
    members = sheet.kb.choices[choices].members if choices in sheet.kb.choices else {}
    for only in (frozenset[str](), *(frozenset({member}) for member in members)):
        asked = sheet.measured_field(field, only, choices)
        if not asked.unit or sheet.units.factor(unit, asked.unit, asked.analyte) is not None:
            return True
    return False


def _wrong(cell: str, problem: Problem) -> Problem:
    what = f"'{clipped(cell)}' stands for something else than an answer: {problem.what}"
    return Problem(problem.code, what, problem.place, hint=problem.hint)

"""Names that the strength decides, and medicines of which only the class is known.

An antibody of several makers carries four letters behind its name (`denosumab-bbdz`), the same in each of its
strengths; and where two strengths are two medicines (60 and 120 mg of denosumab), name and dose together are the name.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

from ...knowledge_base.files.nodes import Node, Text
from ...knowledge_base.model import FieldKind, Finding
from ...values.patterns import lazily
from ...values.problems import Place, Problem
from .sheet import Sheet, clipped, folded, refusal

_SUFFIX = lazily(r"(?P<name>\w+mab)-[a-z]{4}(?=\s|$)", re.IGNORECASE)
"""The four letters by which makers of the same antibody are told apart (FDA, naming of biological products)."""
_STRENGTH = lazily(r"\s*(?P<number>\d+(?:\.\d+)?)\s*mg\b", re.IGNORECASE)
_NAMED_BY_STRENGTH = lazily(r"(?P<name>.+) \d+(?:\.\d+)? mg")
_DAILY = lazily(r"(?:/\s*day|daily|a day|per day|every day|once a day|od|qd)\b", re.IGNORECASE)
_OTHER = "write 'other' for what is not listed"
_NOT_NAMED = frozenset({"other", "another medicine", "unknown", "not listed", "?"})


def without_suffix(words: str) -> str:
    """The name without the four letters of its maker."""
    return _SUFFIX.sub(lambda found: found["name"], words)


def siblings(sheet: Sheet, choices: str, name: str) -> frozenset[str]:
    """The members that the name is, by itself or with a strength behind it."""
    told = folded(without_suffix(name))
    strengths = re.compile(rf"{re.escape(told)} \d+(?:\.\d+)? mg")
    spelled = sheet.spelled(choices).members
    return frozenset().union(*(found for one, found in spelled.items() if one == told or strengths.fullmatch(one)))


def with_strength(sheet: Sheet, choices: str, name: str, dose: str, place: Place) -> str:
    """The name with its strength, or with `daily`, where the two together are the name of a member; else as it was.

    Raises Refused where the strength is that of another medicine than the name: a brand of 60 mg with 120 mg.
    """
    known = sheet.spelled(choices).members
    strength = _STRENGTH.match(dose)
    wholes = [f"{without_suffix(name)} {strength['number']} mg"] if strength is not None else []
    if strength is not None and (other := _another(sheet, choices, name, strength["number"])):
        what = f"'{clipped(name)}' with {strength['number']} mg: that strength is {other}"
        raise refusal("OL312", what, place, hint="check both, and write the one that was given")
    if _DAILY.search(dose):
        wholes.append(f"{without_suffix(name)} daily")
    return next((whole for whole in wholes if folded(whole) in known), name)


def _another(sheet: Sheet, choices: str, name: str, number: str) -> str:
    """The medicine that this strength of what the name stands for is, if it is another one; empty if not."""
    known = sheet.spelled(choices).members
    own = known.get(folded(name), frozenset())
    if len(own) != 1 or folded(f"{without_suffix(name)} {number} mg") in known:
        return ""
    for spelling, members in known.items():
        base = _NAMED_BY_STRENGTH.fullmatch(spelling) if members == own else None
        other = known.get(f"{base['name']} {number} mg") if base is not None else None
        if other is not None and other != own:
            return sheet.choices(choices).members[min(other)].label
    return ""


def hinted(finding: Finding, problems: Iterable[Problem]) -> list[Problem]:
    """The problems, those of a name nobody knows saying how an entry is told by its class."""
    broader = next((field.id for field in finding.fields.values() if field.broader), "")
    if not broader:
        return list(problems)
    known = ", ".join(f"{name}: ..." for name in (broader, "dose", "every") if name in finding.fields)
    remedy = f"tell its class, its dose and how often it is given: {{{finding.key}: other, {known}}}"
    return [
        dataclasses.replace(one, hint=f"{one.hint.removeprefix(_OTHER)} or {remedy}".removeprefix(" or "))
        if one.code == "OL311"
        else one
        for one in problems
    ]


def settled(
    sheet: Sheet, finding: Finding, given: Iterable[tuple[FieldKind, Node]], place: Place
) -> list[tuple[FieldKind, Node]]:
    """The fields of an entry, the name decided by its strength, or by its class where the name is not known."""
    fields = list(given)
    key = finding.fields[finding.key]
    texts = {field.id: node for field, node in fields if isinstance(node, Text)}
    broader = next((field for field, _ in fields if field.broader), None)
    name, dose = texts.get(key.id), texts.get("dose")
    if broader is not None:
        fields = [(field, node) for field, node in fields if field is not broader]
        told = texts.get(broader.id)
        if told is None:
            hint = f"write the {broader.label} as one name"
            raise refusal("OL316", f"{finding.label}: the {broader.label} is not one name", place, hint=hint)
        if name is None or not _known(sheet, key.choices, name.value):
            name = Text(told.value, told.place)
    if name is not None and dose is not None:
        name = Text(with_strength(sheet, key.choices, name.value, dose.value, place), name.place)
    others = [(field, node) for field, node in fields if field is not key]
    return [(key, name), *others] if name is not None else fields


def _known(sheet: Sheet, choices: str, name: str) -> bool:
    told = folded(name)
    return told not in _NOT_NAMED and bool(siblings(sheet, choices, name))

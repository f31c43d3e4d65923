"""Codes of records that nothing of ours goes by, as an author needs them: how often each comes, and the line to add."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...knowledge_base.model import CODE_SYSTEMS, KnowledgeBase
from ...values.problems import nearest
from ..answers.sheet import folded
from ..taken import Taken, Unknown
from .coding import system_of
from .products import product

_HOMES = {
    "Condition": ("conditions", "symptoms", "fracture_sites"),
    "Procedure": ("conditions",),
    "AllergyIntolerance": ("medicines",),
    "MedicationRequest": ("medicines",),
    "MedicationStatement": ("medicines",),
    "MedicationUsage": ("medicines",),
    "MedicationAdministration": ("medicines",),
    "MedicationDispense": ("medicines",),
}
"""By type of resource, the lists whose members its codes mean; of all others, findings."""


class Missing(NamedTuple):
    """A code that is not known: in what it came, how often, of how many patients, where first, and what adds it."""

    kind: str
    system: str
    code: str
    display: str
    times: int
    patients: int
    path: str
    line: str


def missing(kb: KnowledgeBase, patients: Iterable[Taken]) -> list[Missing]:
    """What some records hold that is not known, the most frequent first."""
    found: dict[tuple[str, str, str, str], list[Unknown]] = {}
    for taken in patients:
        for one in taken.unknown:
            key = (one.kind, one.system, one.code, "" if one.code else one.display)
            found.setdefault(key, []).append(one)
    listed = [
        Missing(
            first.kind,
            first.system,
            first.code,
            first.display,
            sum(one.times for one in several),
            len(several),
            first.path,
            _line(kb, first),
        )
        for several in found.values()
        for first in several[:1]
    ]
    return sorted(listed, key=lambda one: (-one.times, one.kind, one.system, one.code, one.display))


def _line(kb: KnowledgeBase, one: Unknown) -> str:
    """The list that would make the code known: of a member that sounds alike, else with its meaning left open."""
    homes = _HOMES.get(one.kind, ("findings",))
    home, member = _alike(kb, homes, one.display)
    name = f"{member}_in_records" if member else _named(one.display)
    means = f"means: {member or '...'}, of: {home}"
    if not one.code:
        return f"{name}: {{{means}, ingredients: [{_quoted(one.display)}]}}" if homes == ("medicines",) else ""
    system = system_of(one.system)
    if system in CODE_SYSTEMS:
        return f"{name}: {{{means}, {system}: [{_quoted(one.code)}]}}"
    return f"{name}: {{{means}, local: {{{_quoted(one.system or '...')}: [{_quoted(one.code)}]}}}}"


def _alike(kb: KnowledgeBase, homes: Iterable[str], display: str) -> tuple[str, str]:
    first = ""
    for home in homes:
        first = first or home
        spelled = dict(_spelled(kb, home))
        names = [part.name for part in product(display).parts] if home == "medicines" else []  # diseases sound alike
        for word in names:
            near = nearest(folded(word), spelled) if word else None
            if near:
                return home, spelled[near]
    return first, ""


def _spelled(kb: KnowledgeBase, home: str) -> Iterator[tuple[str, str]]:
    if home == "findings":
        for finding in kb.findings.values():
            for word in (finding.label, *finding.synonyms):
                yield folded(word), finding.id
        return
    choices = kb.choices.get(home)
    for member in choices.members.values() if choices is not None else ():
        for word in (member.label, *member.synonyms):
            yield folded(word), member.id


def _named(display: str) -> str:
    """An id for a list, of what the record calls it."""
    words = re.findall(r"[a-z0-9]+", display.lower())
    return "_".join(words[:6]) if words and words[0][0].isalpha() else "_".join(["code", *words[:5]])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

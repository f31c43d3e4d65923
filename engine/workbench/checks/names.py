"""Whether things that differ are called differently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ...knowledge_base.model import Entry, Group, Rule
from ...values.problems import Level
from .check import Told, check
from .logic.words import folded, stem
from .subject import Subject

_SPACES = (
    ("findings", "groups", "quantities", "states", "scales", "thresholds"),
    ("conditions",),
    ("interventions",),
    ("investigations",),
    ("alerts",),
    ("guidelines",),
    ("rules",),
)
"""Kinds whose names a reader meets side by side."""

_TOLD_ON_READING = ("findings", "quantities")
_PARTING = {"no", "not", "without", "low", "high", "very"}
_FILLERS = {"of", "the", "a", "an", "by", "in", "on", "for", "with"}


def _together(subject: Subject, kinds: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    for kind in kinds:
        entries: Mapping[str, Entry] = getattr(subject.kb, kind)
        for entry in entries.values():
            yield kind, entry


@check("OL543", Level.WARNING)
def shared_label(subject: Subject) -> Iterator[Told]:
    """Two things bear one label.

    Avoid:
        hip_pain: {label: pain}
        back_pain: {label: pain}
    Prefer:
        hip_pain: {label: pain in the hip}
        back_pain: {label: back pain}
    Why:
        A reader of the report cannot tell which of them is meant.
    """
    stand_ins = {finding.stand_in for finding in subject.kb.findings.values()}
    grouped = {name for group in subject.kb.groups.values() for name in (group.id, *group.findings)}
    for kinds in _SPACES:
        taken: dict[str, tuple[str, Entry]] = {}
        for kind, entry in _together(subject, kinds):
            if entry.withdrawn or not entry.label or entry.id in stand_ins:
                continue
            other_kind, other = taken.setdefault(folded(entry.label), (kind, entry))
            told = kind in _TOLD_ON_READING and other_kind in _TOLD_ON_READING
            in_one_group = "groups" in (kind, other_kind) and {entry.id, other.id} <= grouped
            if other is entry or told or in_one_group or (kind == "rules" and entry.place == other.place):
                continue
            if kind == "rules" and getattr(entry, "targets", ()) == getattr(other, "targets", None) and _leveled(entry):
                continue
            what = f"'{entry.id}' and '{other.id}' are both called '{entry.label}'"
            yield Told(what, entry.place, "say in the label what sets it apart", other.place)


def _leveled(entry: Entry) -> bool:
    """The rules that stand under one title, a level each."""
    return bool(getattr(entry, "level", "")) and "levels" in entry.places


@check("OL544", Level.ADVICE)
def near_synonymous_ids(subject: Subject) -> Iterator[Told]:
    """Two ids differ only in the order, number or spelling of their words.

    Avoid:
        hip_fracture and fractures_of_hip
    Prefer:
        hip_fracture and hip_fracture_within_two_years
    Why:
        An author who means the one writes the other, and it is a known name, so nothing is said.
    """
    for kinds in _SPACES:
        taken: dict[tuple[str, ...], Entry] = {}
        for _, entry in _together(subject, kinds):
            if isinstance(entry, Rule):
                continue  # premises read no rule
            words = [stem(word) for word in re.split(r"[_-]", entry.id) if word not in _FILLERS]
            if len(words) > 1 and not _PARTING & set(words):
                other = taken.setdefault(tuple(sorted(words)), entry)
            else:
                other = taken.setdefault(tuple(words), entry)
            if other is not entry and not _of_each_other(entry, other):
                what = f"'{entry.id}' and '{other.id}' are nearly the same word"
                yield Told(what, entry.place, "rename one of them for what sets it apart", other.place)


def _of_each_other(one: Entry, other: Entry) -> bool:
    """A group may be the plural of a finding in it."""
    return any(isinstance(a, Group) and b.id in a.findings for a, b in ((one, other), (other, one)))

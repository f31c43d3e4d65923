"""The words that mean something else in one vocabulary than in another, so that only what reads them is read anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...premises.vocabulary import FieldSignature, Labels, Signature, Vocabulary

_WORD = re.compile(r"[A-Za-z_]\w*")


def changed_words(before: Vocabulary, after: Vocabulary) -> frozenset[str]:
    """Every word a premise may hold that would be checked otherwise, or made another tree of.

    Where an entry stands is no part of what its name means.
    """
    names = set(_unlike(before.names, after.names, _same_signature))
    atoms = {word for atom in before.concluded ^ after.concluded for word in _WORD.findall(atom)}
    found = {*names, *atoms, *(before.numbers ^ after.numbers)}
    found |= set(_unlike(before.groups, after.groups, lambda one, other: one == other))
    for verb in {*before.subjects, *after.subjects}:
        one, other = before.subjects.get(verb, _NOTHING), after.subjects.get(verb, _NOTHING)
        if not _same_labels(one, other):
            found |= {verb, *(one.members ^ other.members)}
            found |= set(_unlike(one.classes, other.classes, lambda a, b: a == b))
            found |= set(_unlike(one.narrower, other.narrower, lambda a, b: a == b))
    for vocabulary in (before, after):
        found |= {group for group, inside in vocabulary.groups.items() if not names.isdisjoint(inside)}
        found |= set(_through_classes(vocabulary, atoms))
    return frozenset(found)


_NOTHING = Labels(members=frozenset())


def _through_classes(vocabulary: Vocabulary, members: set[str]) -> Iterator[str]:
    """Classes, and what has kinds, by whose name one of these members is meant."""
    if not members:
        return
    for labels in vocabulary.subjects.values():
        for inside in (labels.classes, labels.narrower):
            yield from (name for name, kinds in inside.items() if not members.isdisjoint(kinds))


def _unlike(one: Mapping[str, Any], other: Mapping[str, Any], same: Any) -> Iterator[str]:
    yield from one.keys() ^ other.keys()
    yield from (name for name in one.keys() & other.keys() if not same(one[name], other[name]))


def _same_signature(one: Signature, other: Signature) -> bool:
    if one is other:
        return True
    return (
        (one.kind, one.unit, one.analyte, one.bare_unit, one.ranged, one.levels, one.has_applies)
        == (other.kind, other.unit, other.analyte, other.bare_unit, other.ranged, other.levels, other.has_applies)
        and _same_labels(one.labels, other.labels)
        and one.fields.keys() == other.fields.keys()
        and all(_same_field(field, other.fields[name]) for name, field in one.fields.items())
    )


def _same_field(one: FieldSignature, other: FieldSignature) -> bool:
    plain = (one.type, one.unit, one.bare_unit, one.floor)
    return plain == (other.type, other.unit, other.bare_unit, other.floor) and _same_labels(one.labels, other.labels)


def _same_labels(one: Labels | None, other: Labels | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or (one.members, one.classes, one.narrower) == (other.members, other.classes, other.narrower)

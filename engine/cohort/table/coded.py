"""Codes in cells, looked up in the knowledge base's own lists: what they mean where they stand, or nothing."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ...intake.answers.sheet import Sheet
from ...intake.records.coding import Codes
from ...intake.records.products import Products
from ...knowledge_base.model import CODE_SYSTEMS, FieldKind, Finding, KnowledgeBase

MEDICINES = "medicines"
"""The choice of which products tell more than codes do."""
PLAIN_NUMBERS = frozenset({"snomed", "rxnorm"})
"""The systems whose codes are plain numbers: of one that stands alone nobody can tell which of them it is of."""
_ANSWERS = {"positive": "yes", "negative": "no"}


class Meant(NamedTuple):
    """What a code says: an answer as it is written, and fields of the entry besides."""

    text: str
    entry: Mapping[str, str]
    members: frozenset[str] = frozenset()


class Coded:
    """Looks codes up, each once."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb, self.codes = kb, Codes(kb)
        self._kept: dict[tuple[tuple[str, ...], tuple[str, ...], str], Meant | None] = {}

    def answer(self, finding: Finding, systems: Sequence[str], code: str) -> Meant | None:
        """What a code answers to a choice, or to yes or no; None where it is in none of our lists."""
        if finding.form == "yes_no":
            found = self._of(systems, (finding.id, "negative_or_positive"), code)
            return found._replace(text=_ANSWERS.get(found.text, found.text)) if found is not None else None
        return self._of(systems, (finding.choices,), code)

    def member(self, field: FieldKind, systems: Sequence[str], code: str) -> Meant | None:
        """What a code says in a field of an entry; None where it is in none of our lists.

        Where a strength tells two medicines apart (denosumab 60 mg and 120 mg) a code without it means either.
        """
        found = self._of(systems, (field.choices,), code)
        if found is None or field.choices != MEDICINES:
            return found
        return _told(self.products.siblings(found.members), found.entry)

    @functools.cached_property
    def products(self) -> Products:
        """What tells products apart."""
        return Products(self.kb, Sheet(self.kb, None), MEDICINES)

    def narrowed(self, meant: Meant, dose: Decimal) -> Meant:
        """The medicine of a code, by how many milligrams are given."""
        members = self.products.narrowed(meant.members, "", dose)
        return _told(members, meant.entry) if members else meant

    def asked(self, systems: Sequence[str], code: str) -> str:
        """The finding or quantity that a result of this code is of; empty where none is."""
        found = self._of(systems, ("findings", "quantities"), code)
        return found.text if found is not None else ""

    def _of(self, systems: Sequence[str], homes: tuple[str, ...], code: str) -> Meant | None:
        key = (tuple(systems), homes, code)
        if key not in self._kept:
            self._kept[key] = self._found(systems, homes, code)
        return self._kept[key]

    def _found(self, systems: Sequence[str], homes: Iterable[str], code: str) -> Meant | None:
        meanings = [one for system in systems for one in self.codes.of(system, code) if not one.ignored]
        for home in homes:
            for one in meanings:
                if one.of == home and one.members:
                    return _told(frozenset(one.members), one.entry)
        return None


def _told(members: frozenset[str], entry: Mapping[str, str]) -> Meant:
    return Meant(" or ".join(sorted(members)), entry, members)


def systems(written: str) -> tuple[tuple[str, ...], str]:
    """The code systems that a mapping names (`snomed`; `icd10, snomed`), and what is wrong with them."""
    named = tuple(part.strip().lower().replace("-", "") for part in written.split(",") if part.strip())
    unknown = [one for one in named if one not in CODE_SYSTEMS]
    if unknown:
        return (), f"there are no codes '{unknown[0][:40]}'"
    if set(named) >= PLAIN_NUMBERS:
        return (), f"codes of {' and '.join(sorted(PLAIN_NUMBERS))} are plain numbers, and cannot be told apart"
    return named, ""

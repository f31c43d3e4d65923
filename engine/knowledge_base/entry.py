"""Entries of the knowledge base: what each has, and those that say under which codes records carry the others."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ..values.frozen import frozen, ordered
from ..values.problems import Place
from .unread import Unread


@ordered
class Cited:
    """A source and where in it: `demineralization A14` is source `demineralization`, where `A14`."""

    source: str
    where: str = ""


@frozen
class Entry(Unread):
    """The fields common to all entries of knowledge/ and rules/."""

    id: str
    place: Place
    label: str = ""
    synonyms: tuple[str, ...] = ()
    sources: tuple[Cited, ...] = ()
    rows: tuple[str, ...] = ()
    """The rows of the reference table and the statements that it was written from."""
    note: str = ""
    kept_because: str = ""
    suppress: Mapping[str, str] = dataclasses.field(default_factory=dict)
    withdrawn: str = ""
    places: Mapping[str, Place] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    """The place of each key of the entry."""


@frozen
class CodeList(Entry):
    """The codes under which records carry one finding, one answer or one member of a list.

    `means` is that finding or member (several: one of these), `of` where it belongs: `findings`, `quantities`,
    `investigations`, a choice set, or a finding that is answered by yes or no. A list that is `ignored` means nothing,
    and says why. ICD-10 and ATC codes stand for all below them; the longest that fits wins. Others are exact.
    """

    means: tuple[str, ...] = ()
    of: str = ""
    ignored: str = ""
    loinc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    icd10: tuple[str, ...] = ()
    rxnorm: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    local: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Codes of other systems, by the address of the system."""
    unverified: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """By system, those of the codes above or besides that nobody has looked up."""
    ingredients: tuple[str, ...] = ()
    """Names in a product's name that mean the member, where route or strength fits."""
    routes: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()
    """Members that together, in one product, are this one."""
    entry: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """A further field that an entry known by such a code sets: the field of the list, and its value."""

    def by_system(self) -> dict[str, tuple[str, ...]]:
        """Every code, those not looked up too, by its system."""
        own = {system: getattr(self, system) for system in CODE_SYSTEMS}
        found = {system: codes for system, codes in (*own.items(), *self.local.items()) if codes}
        for system, codes in self.unverified.items():
            found[system] = (*found.get(system, ()), *(code for code in codes if code not in found.get(system, ())))
        return found


CODE_SYSTEMS: Mapping[str, str] = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "icd10": "http://hl7.org/fhir/sid/icd-10-cm",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
}
"""The code systems that have a key of their own, each with its address."""

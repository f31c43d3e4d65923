"""One patient's record as it is being read: what each resource says, what was set aside, what was not understood."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...knowledge_base.model import Finding, KnowledgeBase
from ..answers.sheet import Sheet, clipped, folded
from ..taken import Aside, Says, Unknown
from .coding import Codes, Coding, Meaning, codings, key_of, text_of
from .notation import Resource
from .products import Found, Products


class Candidate(NamedTuple):
    """A result that may count: its day, when it was told, its number in the record, whence it is."""

    when: str
    issued: str
    at: int
    resource: Resource
    source: dict[str, Any]
    pointer: str


class Item(NamedTuple):
    """An entry of a list: its fields as an answer gives them, and whence it is."""

    fields: dict[str, str]
    resource: Resource


class Tables:
    """What every record is read by: the codes, the names of products, the words of the knowledge base."""

    def __init__(self, kb: KnowledgeBase, says: Says | None = None) -> None:
        self.kb, self.codes, self.sheet = kb, Codes(kb), Sheet(kb, None)
        self.says = says
        self.medicines = _choices_of(kb, "medicines")
        self.products = Products(kb, self.sheet, self.medicines)
        _ = self.sheet.units  # one table serves every record
        self.conditions = _choices_of(kb, "conditions")
        self.sites = _choices_of(kb, "fractures")
        self.symptoms = _choices_of(kb, "symptoms")
        for choices in (self.conditions, self.sites, self.symptoms):
            self.sheet.spelled(choices)
        self.found: dict[tuple[Any, ...], list[Found]] = {}
        """What medicines are, by what they are called and how they are given."""
        self.meant: dict[tuple[Any, ...], list[tuple[str, str, frozenset[str], Mapping[str, str]]]] = {}
        """The lists that conditions belong in, by what they are called."""
        self.plain: dict[tuple[Any, Any], str] = {}
        """The finding that a code means and nothing besides, by system and code; empty where it means nothing."""


def _choices_of(kb: KnowledgeBase, name: str) -> str:
    finding = kb.findings.get(name)
    return finding.fields[finding.key].choices if finding is not None and finding.form == "records" else ""


class Chart:
    """What one patient's resources say."""

    def __init__(self, tables: Tables, day: datetime.date, medicines: Mapping[Any, Any]) -> None:
        self.tables, self.kb, self.day = tables, tables.kb, day
        self.medicines = medicines
        """What the Medication resources are, by how they are referred to."""
        self.results: dict[str, list[Candidate]] = {}
        self.items: dict[str, list[Item]] = {}
        self.closed: dict[str, Resource] = {}
        """Lists of which the record says that there is nothing, and where."""
        self.told: dict[str, list[tuple[str, Resource]]] = {}
        """Findings that an entry of a list answers, each with its answer, and what says so."""
        self.asides: list[Aside] = []
        self.notices: list[str] = []
        self.kinds: dict[str, int] = {}
        """By type, how many resources are of no use to us."""
        self._unknown: dict[tuple[Any, ...], list[Any]] = {}
        self._missed: dict[tuple[Any, ...], list[Any]] = {}
        """The same by what they were called, so that one that comes again is counted at once."""
        self.lasting: list[str] = []
        """Medicines ordered long ago that the record still calls active, each with its year."""

    def aside(self, resource: Resource, what: str, why: str, pointer: str = "") -> None:
        self.asides.append(Aside(f"{resource.path}{'.' if pointer else ''}{pointer}", what, why))

    def notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)

    def known(self, concept: Any) -> tuple[Meaning, ...]:
        """What a concept means, by the first of its codes that we have; a code that is ignored decides."""
        codes = self.tables.codes
        try:  # most have one code, and one that came before
            (one,) = concept["coding"]
            return codes.kept[one["system"], one["code"]]
        except (KeyError, TypeError, ValueError):
            pass
        if not isinstance(concept, dict):
            return ()
        listed = concept.get("coding")
        if not isinstance(listed, list):
            return ()
        first: tuple[Meaning, ...] = ()
        for one in listed:
            if isinstance(one, dict):
                found = codes.of(one.get("system"), one.get("code"))
                if found:
                    if found[0].ignored:
                        return found
                    first = first or found
        return first

    def guessed(self, concept: Any, called: tuple[Any, ...] | None, resource: Resource) -> None:
        """Say where a code without its system was taken for one of ours."""
        if called is not None and called[0]:
            return
        for one in codings(concept):
            if one.code and not one.system and self.tables.codes.of(None, one.code):
                self.notice(
                    f"{resource.path}: the code {one.code} has no system; it was taken for the one that has it."
                )

    def among(self, choices: str, concept: Any) -> tuple[frozenset[str], Mapping[str, str]]:
        """The members of a choice that a concept means by its codes, and what the code says besides."""
        for one in codings(concept):
            for meaning in self.tables.codes.of(one.system, one.code):
                if meaning.of == choices and not meaning.ignored:
                    return frozenset(meaning.members), meaning.entry
        return frozenset(), {}

    def named(self, choices: str, concept: Any) -> frozenset[str]:
        """The member of a choice that a concept means by its words, where it has no code that we know."""
        spelled = self.tables.sheet.spelled(choices).members
        for told in (text_of(concept), *(one.display for one in codings(concept))):
            words = folded(told.rsplit(" (", 1)[0] if told.endswith(")") else told)
            if words and len(found := spelled.get(words, frozenset())) == 1:
                return found
        return frozenset()

    def misses(self, concept: Any, resource: Resource, called: tuple[Any, ...] | None = None) -> None:
        """Count a concept that was not understood."""
        quick = (resource.content["resourceType"], called or key_of(concept))
        known = self._missed.get(quick) if quick[1] is not None else None
        if known is None:
            told = next(codings(concept), None)
            if told is None or not (told.code or told.display):
                told = Coding("", "", text_of(concept))
            key = (quick[0], told.system, told.code, told.display if not told.code else "")
            known = self._unknown.setdefault(key, [clipped(told.display or text_of(concept), 100), 0, resource])
            if quick[1] is not None:
                self._missed[quick] = known
        known[1] += 1

    def passes(self, resource: Resource) -> None:
        """Count a resource of a type that says nothing to us."""
        kind = resource.content["resourceType"]
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """What was not understood, the most frequent first."""
        found = [
            Unknown(key[0], key[1], key[2], display, count, first.path)
            for key, (display, count, first) in self._unknown.items()
        ]
        return tuple(sorted(found, key=lambda one: (-one.times, one.kind, one.system, one.code)))

    def medication(self, target: str, resource: Resource) -> Any:
        """What the Medication is that a resource refers to; None where it is not there."""
        return self.medicines.get((resource.scope, target)) or self.medicines.get(target)

    def adds(self, finding: str, fields: dict[str, str], resource: Resource) -> None:
        """An entry of a list."""
        self.items.setdefault(finding, []).append(Item(fields, resource))

    def label(self, found: Iterable[Found]) -> str:
        """What medicines are called."""
        choice = self.tables.sheet.choices(self.tables.medicines)
        members = [member for one in found for member in sorted(one.members)]
        return ", ".join(choice.members[one].label if one in choice.members else one for one in members)

    def finding(self, name: str) -> Finding | None:
        return self.kb.findings.get(name)


def one_of(members: Iterable[str]) -> str:
    """Members as an answer gives them: `hip or femoral_shaft` is one of the two."""
    return " or ".join(sorted(members))

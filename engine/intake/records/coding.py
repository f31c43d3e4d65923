"""Codes of records, and what each of them means to us."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ...knowledge_base.model import CODE_SYSTEMS, CodeList, KnowledgeBase

_SPELLED = {
    "urn:oid:2.16.840.1.113883.6.1": "loinc",
    "urn:oid:2.16.840.1.113883.6.96": "snomed",
    "urn:oid:2.16.840.1.113883.6.90": "icd10",
    "urn:oid:2.16.840.1.113883.6.88": "rxnorm",
    "urn:oid:2.16.840.1.113883.6.73": "atc",
    "http://fhir.de/CodeSystem/bfarm/atc": "atc",
    "http://hl7.org/fhir/sid/icd-10": "icd10 abroad",
    "urn:oid:2.16.840.1.113883.6.3": "icd10 abroad",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "icd10 abroad",
    "http://hl7.org/fhir/sid/icd-10-gm": "icd10 abroad",
    "http://hl7.org/fhir/sid/icd-10-de": "icd10 abroad",
    "http://hl7.org/fhir/sid/icd-10-am": "icd10 abroad",
} | {address: system for system, address in CODE_SYSTEMS.items()}
"""The addresses under which code systems are named."""
_PREFIXED = ("icd10", "atc")
_SHAPES = (
    ("icd10", re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?")),
    ("atc", re.compile(r"[A-Z]\d\d[A-Z]{1,2}(?:\d\d)?")),
)
_SHARED = 5
"""So many characters of an ICD-10 code (`S72.0`) mean the same in every country; further ones differ."""


class Meaning(NamedTuple):
    """What a code stands for: members (one of them) of a home, with fields that it fills besides."""

    of: str
    members: tuple[str, ...]
    entry: Mapping[str, str]
    ignored: str


class Coding(NamedTuple):
    """A code as a record gives it."""

    system: str
    code: str
    display: str


class Codes:
    """Every code that the knowledge base has, by its system; what was looked up once is kept."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._exact: dict[tuple[str, str], tuple[Meaning, ...]] = {}
        self._prefixes: dict[str, dict[str, tuple[Meaning, ...]]] = {system: {} for system in _PREFIXED}
        self.kept: dict[tuple[Any, Any], tuple[Meaning, ...]] = {}
        for codes in kb.codes.values():
            if not codes.withdrawn:
                self._add(codes)

    def _add(self, codes: CodeList) -> None:
        meaning = Meaning(codes.of, codes.means, codes.entry, codes.ignored)
        for system, found in codes.by_system().items():
            for code in found:
                if system in _PREFIXED:
                    known = self._prefixes[system]
                    known[_plain(code)] = (*known.get(_plain(code), ()), meaning)
                else:
                    self._exact[system, code] = (*self._exact.get((system, code), ()), meaning)

    def of(self, system: Any, code: Any) -> tuple[Meaning, ...]:
        """What a code means; nothing where it is none of ours. One without a system is tried in each."""
        key = (system, code)
        try:
            return self.kept[key]
        except KeyError:
            found = self.kept[key] = self._found(system, code)
            return found
        except TypeError:  # a list or an object where a text belongs
            return ()

    def _found(self, system: Any, code: Any) -> tuple[Meaning, ...]:
        if not isinstance(code, str) or not code.strip():
            return ()
        code = code.strip()
        if system is None or system == "":
            return self._tried(code)
        if not isinstance(system, str):
            return ()
        return self._in(system_of(system), code)

    def _in(self, system: str, code: str) -> tuple[Meaning, ...]:
        if system == "icd10 abroad":
            return self._below("icd10", _plain(code)[: _SHARED - 1])
        if system in _PREFIXED:
            return self._below(system, _plain(code))
        return self._exact.get((system, code), ())

    def _below(self, system: str, code: str) -> tuple[Meaning, ...]:
        """What the longest listed code above this one means, for each home apart: a fracture and its disease."""
        found: dict[str, tuple[Meaning, ...]] = {}
        known = self._prefixes[system]
        for end in range(len(code), 2, -1):
            for meaning in known.get(code[:end], ()):
                found.setdefault(meaning.of, (*found.get(meaning.of, ()), meaning))
        return tuple(meaning for meanings in found.values() for meaning in meanings)

    def _tried(self, code: str) -> tuple[Meaning, ...]:
        """What a code without a system means, where one system alone knows it."""
        for system, shape in _SHAPES:
            if shape.fullmatch(code):
                return self._in(system, code)
        known = [found for (_, one), found in self._exact.items() if one == code]
        return known[0] if len(known) == 1 else ()


def system_of(address: str) -> str:
    """The code system of an address, by the name that it has in lists of codes; one that has none, as it is."""
    return "snomed" if address.startswith("http://snomed.info/sct") else _SPELLED.get(address.rstrip("/"), address)


def _plain(code: str) -> str:
    return code.replace(".", "").upper()


def codings(concept: Any) -> Iterator[Coding]:
    """The codes of a concept, however little of its form it keeps."""
    if not isinstance(concept, dict):
        return
    listed = concept.get("coding")
    for one in listed if isinstance(listed, list) else (listed,):
        if isinstance(one, dict):
            yield Coding(words(one.get("system")), words(one.get("code")), words(one.get("display")))


def key_of(concept: Any) -> tuple[Any, ...] | None:
    """What tells a concept from others, where it has the usual form: one code, and a text; else None."""
    if type(concept) is dict:
        listed = concept.get("coding")
        if type(listed) is list and len(listed) == 1 and type(listed[0]) is dict:
            get = listed[0].get
            key = system, code, display, text = get("system"), get("code"), get("display"), concept.get("text")
            if (
                (type(system) is str or system is None)
                and (type(code) is str or code is None)
                and (type(display) is str or display is None)
                and (type(text) is str or text is None)
            ):
                return key
    return None


def text_of(concept: Any) -> str:
    """What a concept is called: its own text, else the display of a code."""
    if isinstance(concept, str):
        return words(concept)
    if not isinstance(concept, dict):
        return ""
    return words(concept.get("text")) or next((one.display for one in codings(concept) if one.display), "")


def words(value: Any) -> str:
    """A text on one line, and nothing where there is none."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def word(value: Any) -> str:
    """A code as it is, and nothing where there is none."""
    return value if isinstance(value, str) else ""


def fields(value: Any) -> dict[str, Any]:
    """The fields of an object; none where a record has something else in its place."""
    return value if isinstance(value, dict) else {}


def several(value: Any) -> list[Any]:
    """The items of a list; one value stands for a list of it."""
    return value if isinstance(value, list) else [] if value is None else [value]

"""What words name, and what is read behind a name: findings, members of lists, results with their units."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from ...knowledge_base.files.nodes import MapNode, Text
from ...knowledge_base.naming import Names
from ...values.problems import Problem
from ...values.value import Choice, Known, Records
from .. import lookup, record
from ..answers import answers
from ..answers import choices as answers_choices
from ..answers.sheet import NOTHING, Sheet, folded
from . import phrases
from .phrases import Words
from .understood import PROMPT, Half, Understood

LINKS = re.compile(
    r"(?:is|was|of|at|being|=|:|showed|shows|measured|measures|came back(?: at| as)?|reads?)\s+(?=\S)", re.IGNORECASE
)
BETWEEN = frozenset({"at", "of", "the", "for", "in", "on", "is", "was", "showed", "shows", "level"})
"""Words between a value and the name of what has it: `-2.8 at the hip`."""
SOLID = 5
"""How many letters of a word must be there for it to be taken for a longer one, where nobody asked for it."""
_PRINTED = re.compile(r"(?P<value>.*\S)\s*[(\[](?P<more>[^()\[\]]*)[)\]]")
_SPAN = re.compile(
    r"(?:ref(?:erence)?(?: range)?|range|normal|nr)?[:\s]*(?P<span>\d.*(?:-|–|\.\.| to ).*\d.*|[<>]\s*\d.*)", re.I
)


class Spoken:
    """The words of one knowledge base, read on one day."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.today = names, names.kb, today
        self.sheet = Sheet(self.kb, today)
        self.known_names = record.names_of(self.kb)
        self.words = Words(self.kb, self._is_quantity)
        self._group_names = {
            folded(name): group.id for group in self.kb.groups.values() for name in (group.label, *group.synonyms)
        }

    @cached_property
    def _american_names(self) -> dict[str, frozenset[str]]:
        return _respelled(self.known_names)

    @cached_property
    def _by_words(self) -> dict[frozenset[str], str]:
        return _by_words(self.known_names)

    @cached_property
    def _spellings(self) -> tuple[str, ...]:
        """What a misspelled word is held against."""
        every = (*self.known_names, *self.kb.findings, *self.words.phrases, *self._member_spellings())
        return tuple(dict.fromkeys(every))

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(spelling[:3] for spelling in self._member_spellings())

    def _member_spellings(self) -> Iterator[str]:
        for finding in self.kb.findings.values():
            if finding.type in ("choice", "records"):
                choices = self.choices_of(finding.id) if finding.type == "records" else finding.choices
                yield from self.sheet.spelled(choices).members

    def _is_quantity(self, dimension: str, text: str) -> bool:
        """Whether a text is an amount whose every unit is one of this dimension."""
        words = [word for word in re.findall(r"[A-Za-zµμ%]+|['\"]+", text) if word not in ("between", "and", "to")]
        units = [self.sheet.units.parse('"' if word == "''" else word) for word in words]
        return bool(re.match(r"[<>]?\s*(?:between )?\d", text) and units) and all(
            unit is not None and unit.dimension == ((dimension, 1),) for unit in units
        )

    # --- names ---

    def named(self, words: str) -> tuple[str | None, list[Problem]]:
        """The finding or quantity that is meant by a name."""
        meant = self._american_names.get(lookup.american(words), frozenset())
        if len(meant) == 1 and folded(words) not in self.known_names:
            return next(iter(meant)), []
        return record.resolve(self.kb, lambda: self.known_names, words.strip(), PROMPT)

    def _one(self, words: str) -> str | None:
        """The one finding or quantity of this name."""
        meant = self.ids(words)
        return next(iter(meant)) if len(meant) == 1 else None

    def ids(self, words: str) -> frozenset[str]:
        return self.known_names.get(folded(words)) or self._american_names.get(lookup.american(words), frozenset())

    def about(self, words: str) -> frozenset[str]:
        """The findings that words name: one, or those of a group."""
        group = self._group_names.get(folded(words))
        return frozenset(self.kb.groups[group].findings) if group is not None else self.ids(words)

    def words_of(self, name: str) -> set[str]:
        """Every word of the names of a finding."""
        entry = self.kb.findings.get(name)
        spellings = (name, self.names.label(name), *(entry.synonyms if entry is not None else ()))
        return {word.strip("(),") for spelling in spellings for word in folded(spelling).split()}

    def is_list(self, name: str) -> bool:
        return name in self.kb.findings and self.kb.findings[name].type == "records"

    def is_yes_no(self, name: str) -> bool:
        return name in self.kb.findings and self.kb.findings[name].type == "yes_no"

    def _is_choice(self, name: str) -> bool:
        return name in self.kb.findings and self.kb.findings[name].type == "choice"

    def _is_result(self, name: str) -> bool:
        return name not in self.kb.findings or self.kb.findings[name].known_by != "person"

    def named_opening(self, words: str) -> tuple[str, str] | None:
        """The finding or quantity that words begin with, by its longest name, and what follows."""
        parts = words.split()
        for count in range(min(len(parts) - 1, 6), 0, -1):
            opening = " ".join(parts[:count]).rstrip(":=")
            meant = frozenset({opening}) if opening in self.kb.findings else self.ids(opening)
            if len(meant) == 1:
                rest = " ".join(parts[count:])
                while match := LINKS.match(rest):
                    rest = rest[match.end() :]
                return next(iter(meant)), rest
        return None

    def _by_choice(self, words: str) -> tuple[str, Known] | None:
        """A word that is an answer to one question only: `woman`, `smoker`, `postmenopausal`."""
        told = folded(words)
        if told in NOTHING or self.owners(words, exactly=True) or any(one.ask for one in self.words.meanings(words)):
            return None
        found = [
            (finding.id, members)
            for finding in self.kb.findings.values()
            if finding.type == "choice" and finding.known_by == "person"
            for members in [self.sheet.spelled(finding.choices).members.get(told)]
            if members is not None and len(members) == 1
        ]
        return (found[0][0], Choice(found[0][1])) if len(found) == 1 else None

    # --- entries of lists ---

    def owners(self, words: str, exactly: bool = False) -> list[str]:
        """The lists that something of this name belongs in; the one named like its set of members first and alone.

        `exactly`: the words are its whole name.
        """
        told = folded(words)
        exact = [
            name
            for name in self.kb.findings
            if self.is_list(name) and told in self.sheet.spelled(self.choices_of(name)).members
        ]
        if exact or exactly:
            return [name for name in exact if self.choices_of(name) == name] or exact
        if told[:3] not in self._beginnings:
            return []
        found = [name for name in self.kb.findings if self.is_list(name) and self.names_member(name, words, True)]
        return [name for name in found if self.choices_of(name) == name] or found

    def choices_of(self, name: str) -> str:
        """The set of a list's members; the list that shares its name is the one people mean."""
        finding = self.kb.findings[name]
        return finding.fields[finding.key].choices

    def names_member(self, name: str, words: str, unasked: bool = False) -> bool:
        """Whether the line begins with the name of a member; one nobody asked for has to be told to its last word."""
        choices = self.choices_of(name)
        parts = words.split()
        spelled = self.sheet.spelled(choices)
        for count in range(1, min(len(parts), 6) + 1):
            opening = " ".join(parts[:count])
            if len(opening) < 3:
                continue
            told = folded(opening)
            if told in spelled.members or (
                (not unasked or self._nearly(spelled.members, told))
                and answers_choices.meant(self.sheet, choices, opening) is not None
            ):
                return True
        return False

    @staticmethod
    def _nearly(spellings: Mapping[str, frozenset[str]], told: str) -> bool:
        """Whether the words are a name, its plural, or all of it but the end of its last word."""
        written_together = {one.replace(" ", "") for one in spellings if " " in one}
        return any(
            told.removesuffix(ending) in spellings for ending in ("s", "es")
        ) or told + "s" in spellings or (
            len(told) >= SOLID
            and any(one.startswith(told) and one[len(told) :].isalpha() for one in spellings.keys() - written_together)
        )  # fmt: skip

    def _says_what(self, name: str, words: str) -> bool:
        """Whether an entry says what is the case, and not only where: `hip` alone is no broken hip."""
        finding = self.kb.findings[name]
        if finding.key == "name":
            return True
        own = {word for one in (finding.label, *finding.synonyms) for word in folded(one).split()}
        return bool(own & set(folded(words).split()))

    def _by_entry(self, words: str, known: Mapping[str, Known]) -> tuple[str, Known] | None:
        """Something that belongs in one list only: a medicine, an illness, a complaint."""
        found = [
            (name, entry.said[name])
            for name in self.owners(words)
            if self._says_what(name, words) and (entry := self._entry_of(name, words, known)) is not None
        ]
        return found[0] if len(found) == 1 else None

    def _entry_of(self, owner: str, words: str, known: Mapping[str, Known]) -> Understood | None:
        for told in (words, *phrases.reworded(words)):
            value, _ = self.answer(owner, told)
            if isinstance(value, Records) and value.entries:
                return Understood({owner: self.opened(owner, phrases.since(value, told, self.today), known)})
        return None

    def opened(self, name: str, value: Known, known: Mapping[str, Known]) -> Known:
        """A list that is volunteered says nothing of what it leaves out, and adds to what was said."""
        if not isinstance(value, Records):
            return value
        before = known.get(name)
        if isinstance(before, Records):
            nothing_more = value.complete and not value.entries and not value.absent
            return phrases.joined(before, value, self.kb.findings[name].key, before.complete or nothing_more)
        nothing = not value.entries and not value.absent and value.complete
        return Records(value.entries, nothing, value.absent)

    def answering(self, name: str, value: Known, known: Mapping[str, Known]) -> Known:
        """The answer to the question for the rest of a list, together with what was volunteered."""
        before = known.get(name)
        if isinstance(before, Records) and isinstance(value, Records) and not before.complete:
            return phrases.joined(before, value, self.kb.findings[name].key, value.complete)
        return value

    # --- values ---

    def answer(self, name: str, words: str) -> tuple[Known | None, list[Problem]]:
        """What is said of a finding; where there is but one unit nobody needs to be asked for it."""
        value, problems = answers.read_with(self.sheet, name, words, PROMPT)
        if value is None and lacks_unit(problems):
            measured = self.sheet.measured(name)
            units = self.sheet.units.accepted(measured.unit, measured.analyte)
            if len(units) == 1:
                return answers.read_with(self.sheet, name, f"{words} {units[0]}", PROMPT)
        return value, problems

    def measured(self, name: str, words: str) -> Understood | None:
        """A result, which may have its reference range or its day behind it: `9.1 pmol/L (1.6-6.9)`."""
        value, problems = self.answer(name, words)
        if value is not None:
            return Understood({name: value})
        finding = self.kb.findings.get(name)
        told, more = _printed(words) if finding is not None and finding.type == "number" else (words, {})
        if not more:
            return self.half(name, words) if lacks_unit(problems) else None
        plain = self.half(name, told) if lacks_unit(self.answer(name, told)[1]) else None
        if plain is not None and plain.halves:
            half = plain.halves[0]
            return Understood(halves=(dataclasses.replace(half, number=words),))
        unit = self._unit_of(name, told)
        if "range" in more and not re.search(r"[A-Za-z%]", more["range"]):
            more["range"] = f"{more['range']} {unit}".strip()
        value_text = told if re.search(r"[A-Za-z%]", told) else f"{told} {unit}".strip()
        pairs = tuple((Text(key, PROMPT), Text(text, PROMPT)) for key, text in {"value": value_text, **more}.items())
        noted, _ = answers.read_with(self.sheet, name, MapNode(pairs, PROMPT), PROMPT)
        if noted is None:
            return None
        return Understood({name: noted}, unit_assumed=plain.unit_assumed if plain is not None else frozenset())

    def _unit_of(self, name: str, words: str) -> str:
        """The unit that a number has, or the one it can be in."""
        measured = self.sheet.measured(name)
        given = re.sub(r"^[\s\d.<>=+-]+", "", words)
        units = self.sheet.units.accepted(measured.unit, measured.analyte)
        return given or next((unit for unit in units if self.answer(name, f"{words} {unit}")[0] is not None), "")

    def completed(self, half: Half, unit: str) -> Known | None:
        """A number together with its unit, which was said later."""
        number, bracket, more = half.number.partition("(")
        found = self.measured(half.finding, f"{number.strip()} {unit} {bracket}{more}".strip())
        return found.said.get(half.finding) if found is not None else None

    def half(self, name: str, number: str) -> Understood | None:
        """The number without its unit, with every unit in which it is believable; taken over if that is but one."""
        measured = self.sheet.measured(name)
        offered: list[tuple[str, str, Known]] = []
        for unit in self.sheet.units.accepted(measured.unit, measured.analyte):
            value, _ = self.answer(name, f"{number} {unit}")
            if value is not None:
                shown = answers.describe(self.kb, name, value).removeprefix(self.names.label(name)).strip()
                offered.append((unit, unit if unit == measured.unit else f"{unit} (would be {shown})", value))
        if len({value for _, _, value in offered}) == 1:
            return Understood({name: offered[0][2]}, unit_assumed=frozenset({name}))
        if not offered:
            return None
        few = offered[:6]
        units, told = tuple(unit for unit, _, _ in few), tuple(shown for _, shown, _ in few)
        return Understood(halves=(Half(name, number, units, told),))


def _printed(words: str) -> tuple[str, dict[str, str]]:
    """A result as laboratories print it: the value, and the range or the day that stand behind it."""
    more: dict[str, str] = {}
    told = re.sub(r"\s+[HL*]{1,2}$", "", words)
    while printed := _PRINTED.fullmatch(told):
        span = _SPAN.fullmatch(printed["more"].strip())
        key = "range" if span and "range" not in more else "date"
        more[key] = span["span"] if span else printed["more"].strip()
        told = re.sub(r"\s+[HL*]{1,2}$", "", printed["value"])
    if not more and (timed := phrases.timed(told)) is not None:
        told, more = timed[0], {"date": re.sub(r"^(?:in|on|from|as of)\s+", "", timed[1], flags=re.IGNORECASE)}
    return told, more


def lacks_unit(problems: list[Problem]) -> bool:
    return any(problem.code == "OL301" for problem in problems)


def _respelled(names: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, ids in names.items():
        found[lookup.american(name)] = found.get(lookup.american(name), frozenset()) | ids
    return found


def _by_words(names: Mapping[str, frozenset[str]]) -> dict[frozenset[str], str]:
    """Names by the words they are made of, whatever their order, where that names but one finding."""
    found: dict[frozenset[str], set[str]] = {}
    for name, ids in names.items():
        found.setdefault(frozenset(word for word in name.split() if word not in BETWEEN), set()).update(ids)
    return {words: next(iter(ids)) for words, ids in found.items() if words and len(ids) == 1}

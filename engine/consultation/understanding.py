"""One line typed at the prompt, as answers: to the question that was asked, or to anything else that can be said."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..knowledge_base.naming import Names
from ..language.problems import Place, Problem, did_you_mean
from ..language.value import NO, NOT_MEASURED, UNKNOWN, Choice, Entry, Gap, Known, Records
from . import answers, answers_choices, record
from .answers_sheet import NOTHING, Sheet, clipped, folded, gap_of
from .questions import Asked

PROMPT = Place("you typed")
_BEFORE = re.compile(
    r"^(?:(?:i|she|he|they)\s+)?(?:am|is|are|has|have|had|takes?|taking|on|with|my|her|his|a|an|the)\s+", re.IGNORECASE
)
_AT_AGE = re.compile(r"(?P<what>[a-z][a-z ]*?)\s+at(?:\s+age)?\s+(?P<age>\d+)", re.IGNORECASE)
_UNIT_ALONE = re.compile(r"[a-zA-Zµμ%][\w/.µμ²^*%-]*")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a line says: answers by finding, what could not be read, and what that means for the question asked.

    `answered`: the question needs no second asking. `unknown`: those asked for it do not know. `halves` are numbers
    that still lack their unit.
    """

    said: Mapping[str, Known] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    answered: bool = False
    unknown: tuple[str, ...] = ()
    halves: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Reader:
    """Reads lines against one knowledge base on one day."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.today = names, names.kb, today
        self._sheet = Sheet(self.kb, today)
        self._known_names = record.names_of(self.kb)

    def read(self, line: str, asked: Asked | None, halves: Mapping[str, str], known: Mapping[str, Known]) -> Understood:
        """The line as an answer to what was asked; `halves` wait for a unit, `known` is what was said before."""
        words = " ".join(line.split())
        if len(halves) == 1 and _UNIT_ALONE.fullmatch(words):
            (name, number), *_ = halves.items()
            value, _ = self._answer(name, f"{number} {words}")
            if value is not None:
                return Understood({name: value}, answered=asked is not None and name in asked.findings)
        if asked is None:
            return self._volunteered(words, None, known)
        if asked.group:
            return self._grouped(words, asked, known)
        return self._single(words, asked, known)

    # --- one finding ---

    def _single(self, words: str, asked: Asked, known: Mapping[str, Known]) -> Understood:
        name = asked.findings[0]
        gap = gap_of(words)
        if gap is not None:
            return self._not_known((name,), gap)
        value, problems = self._answer(name, words)
        if value is not None:
            return Understood({name: self._joined(name, value, known)}, answered=True)
        if folded(words) in NOTHING and name in self.kb.findings and self.kb.findings[name].type == "number":
            return self._not_known((name,), UNKNOWN)
        found = self._volunteered(words, asked, known)
        if found.said or found.halves:
            return found
        halves = {name: words} if _lacks_unit(problems) else {}
        return Understood(problems=tuple(problems), halves=halves)

    def _not_known(self, missing: tuple[str, ...], gap: Gap) -> Understood:
        """A test nobody has the result of joins the work-up; what a person does not know stays unknown."""
        said: dict[str, Known] = {name: NOT_MEASURED for name in missing if self._is_test(name) or gap is NOT_MEASURED}
        return Understood(said, answered=True, unknown=missing)

    def _is_test(self, name: str) -> bool:
        finding = self.kb.findings.get(name)
        return finding is not None and finding.known_by != "person"

    # --- several on one line ---

    def _grouped(self, words: str, asked: Asked, known: Mapping[str, Known]) -> Understood:
        gap = gap_of(words)
        if gap is not None:
            return self._not_known(asked.findings, gap)
        yes_no = all(self.kb.findings[name].type == "yes_no" for name in asked.findings if name in self.kb.findings)
        if folded(words) in NOTHING:
            return Understood(dict.fromkeys(asked.findings, NO) if yes_no else {}, answered=True)
        said: dict[str, Known] = {}
        problems: list[Problem] = []
        halves: dict[str, str] = {}
        for part in _parts(words):
            found = self._part(part, asked, {**known, **said}, said)
            said.update(found.said)
            problems += found.problems
            halves.update(found.halves)
        if yes_no and not problems and not said.keys().isdisjoint(asked.findings):
            said = {**dict.fromkeys(asked.findings, NO), **said}
        answered = not problems and not said.keys().isdisjoint(asked.findings)
        return Understood(said, tuple(problems), answered, halves=halves)

    def _part(self, part: str, asked: Asked, known: Mapping[str, Known], said: Mapping[str, Known]) -> Understood:
        """One part of a line about a group: a member by its short name, by its unit, or anything else."""
        member, rest = self._member(part, asked)
        if member:
            value, problems = self._answer(member, rest or "yes")
            halves = {member: rest} if _lacks_unit(problems) else {}
            return Understood({member: value} if value is not None else {}, tuple(problems), halves=halves)
        left = [name for name in asked.findings if name not in said]
        fitting = [(name, value) for name in left if (value := self._answer(name, part)[0]) is not None]
        if len(fitting) == 1:
            return Understood(dict(fitting))
        if fitting:
            listed = ", ".join(self.names.label(name) for name, _ in fitting)
            what = f"'{clipped(part)}' can be {listed}"
            return Understood(problems=(Problem("OL323", what, PROMPT, hint="write which it is"),))
        return self._volunteered(part, None, known)

    def _member(self, part: str, asked: Asked) -> tuple[str, str]:
        """The member of the group that the part begins with, by a word only that member has, and what follows."""
        words = part.replace(":", " ").replace("=", " ").split()
        for count in range(min(len(words), 6), 0, -1):
            opening = folded(" ".join(words[:count]))
            meant = self._known_names.get(opening, frozenset()) & frozenset(asked.findings)
            if not meant:
                own = set(opening.split())
                meant = frozenset(name for name in asked.findings if own <= self._words_of(name))
            if len(meant) == 1 and any(character.isalpha() for character in opening):
                return next(iter(meant)), " ".join(words[count:])
        return "", ""

    def _words_of(self, name: str) -> set[str]:
        entry = self.kb.findings.get(name)
        spellings = (name, self.names.label(name), *(entry.synonyms if entry is not None else ()))
        return {word.strip("(),") for spelling in spellings for word in folded(spelling).split()}

    # --- whatever a person says ---

    def _volunteered(self, words: str, asked: Asked | None, known: Mapping[str, Known]) -> Understood:
        said: dict[str, Known] = {}
        problems: list[Problem] = []
        halves: dict[str, str] = {}
        answered = False
        for part in _parts(words):
            found = self._anything(part, {**known, **said})
            if not found.said and asked is not None and not answered:
                value, _ = self._answer(asked.findings[0], part)
                if value is not None:
                    found, answered = Understood({asked.findings[0]: value}), True
            said.update(found.said)
            problems += found.problems
            halves.update(found.halves)
        return Understood(said, tuple(problems), answered, halves=halves)

    def _anything(self, part: str, known: Mapping[str, Known]) -> Understood:
        """`vitamin d 28 nmol/L`, `menopause at 51`, `smoker`, `prednisolone 7.5 mg`."""
        told = _BEFORE.sub("", part)
        problems: list[Problem] = []
        halves: dict[str, str] = {}
        for name, rest in self._named(told):
            value, problems = self._answer(name, rest)
            if value is not None:
                return Understood({name: self._opened(name, value, known)})
            halves = {name: rest} if _lacks_unit(problems) else {}
        for found in (self._by_choice(told), self._by_entry(told, known)):
            if found is not None:
                return Understood(dict([found]))
        if not problems:
            hint = did_you_mean(told, (*self._known_names, *self.kb.findings)) or "? lists what can be said"
            problems = [Problem("OL322", f"'{clipped(part)}' was not understood", PROMPT, hint=hint)]
        return Understood(problems=tuple(problems), halves=halves)

    def _named(self, words: str) -> Iterator[tuple[str, str]]:
        """The finding a line begins with, by its longest name, and the value that follows."""
        at_age = _AT_AGE.fullmatch(words)
        if at_age:
            name, _ = record.resolve(self.kb, self._known_names, f"age at {at_age['what']}", PROMPT)
            if name is not None:
                yield name, at_age["age"]
        split = re.match(r"([^:=<>]+?)\s*[:=]\s*(.+)", words)
        if split:
            name, _ = record.resolve(self.kb, self._known_names, split.group(1), PROMPT)
            if name is not None:
                yield name, split.group(2)
        parts = words.split()
        for count in range(min(len(parts) - 1, 6), 0, -1):
            name, _ = record.resolve(self.kb, self._known_names, " ".join(parts[:count]), PROMPT)
            if name is not None:
                yield name, " ".join(parts[count:])
                return
        name, _ = record.resolve(self.kb, self._known_names, words, PROMPT)
        if name is not None and name in self.kb.findings and self.kb.findings[name].type == "yes_no":
            yield name, "yes"

    def _by_choice(self, words: str) -> tuple[str, Known] | None:
        """A word that is an answer to one question only: `woman`, `smoker`, `postmenopausal`."""
        told = folded(words)
        found = [
            (finding.id, members)
            for finding in self.kb.findings.values()
            if finding.type == "choice"
            for members in [self._sheet.spelled(finding.choices).members.get(told)]
            if members is not None and len(members) == 1
        ]
        return (found[0][0], Choice(found[0][1])) if len(found) == 1 else None

    def _by_entry(self, words: str, known: Mapping[str, Known]) -> tuple[str, Known] | None:
        """Something that belongs in one list only: a medicine, an illness, a complaint."""
        found: list[tuple[str, Known]] = []
        for finding in self.kb.findings.values():
            if finding.type != "records" or not self._names_member(finding.id, words):
                continue
            value, _ = self._answer(finding.id, words)
            if isinstance(value, Records) and value.entries:
                found.append((finding.id, self._opened(finding.id, value, known)))
        owners = [one for one in found if self._choices_of(one[0]) == one[0]]
        found = owners or found
        return found[0] if len(found) == 1 else None

    def _choices_of(self, name: str) -> str:
        """The set of a list's members; the list that shares its name is the one people mean."""
        finding = self.kb.findings[name]
        return finding.fields[finding.key].choices

    def _names_member(self, name: str, words: str) -> bool:
        """Whether the line begins with the full name of a member."""
        choices = self._choices_of(name)
        parts = words.split()
        spelled = self._sheet.spelled(choices)
        return any(
            folded(" ".join(parts[:count])) in spelled.members
            or answers_choices.meant(self._sheet, choices, " ".join(parts[:count])) is not None
            for count in range(1, min(len(parts), 6) + 1)
            if len(" ".join(parts[:count])) > 3
        )

    # --- lists ---

    def _opened(self, name: str, value: Known, known: Mapping[str, Known]) -> Known:
        """A list that is volunteered says nothing of what it leaves out, and adds to what was said."""
        if not isinstance(value, Records):
            return value
        before = known.get(name)
        if isinstance(before, Records):
            entries = _added(before, value)
            return Records(entries, before.complete, before.absent | value.absent)
        return Records(value.entries, not value.entries and not value.absent and value.complete, value.absent)

    def _joined(self, name: str, value: Known, known: Mapping[str, Known]) -> Known:
        """The answer to the question for the rest of a list, together with what was volunteered."""
        before = known.get(name)
        if isinstance(before, Records) and isinstance(value, Records) and not before.complete:
            return Records(_added(before, value), value.complete, before.absent | value.absent)
        return value

    def _answer(self, name: str, words: str) -> tuple[Known | None, list[Problem]]:
        return answers.read_with(self._sheet, name, words, PROMPT)


def _lacks_unit(problems: list[Problem]) -> bool:
    return any(problem.code == "OL301" for problem in problems)


def _added(before: Records, value: Records) -> tuple[Entry, ...]:
    return (*before.entries, *(entry for entry in value.entries if entry not in before.entries))


def _parts(words: str) -> list[str]:
    """The line at its commas and semicolons; a comma between digits parts nothing."""
    return [part.strip() for part in re.split(r"[;,](?!\d)|\s+and\s+(?=[a-z])", words) if part.strip()]

"""One line typed at the prompt, as answers: to the question that was asked, or to anything else that can be said."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator, Mapping

from ..knowledge_base.model import Finding
from ..knowledge_base.naming import Names
from ..knowledge_base.nodes import MapNode, Text
from ..language.problems import Problem, did_you_mean
from ..language.value import NO, NOT_MEASURED, UNKNOWN, YES, Choice, Gap, Known, Records
from . import answers, answers_choices, phrases, record
from .answers_sheet import NOTHING, Sheet, clipped, folded, gap_of
from .phrases import Words
from .questions import Asked
from .understood import PROMPT, Gathered, Half, Understood

_AT_AGE = re.compile(r"(?P<what>[a-z][a-z ]*?)\s+at(?:\s+age)?\s+(?P<age>\d+)", re.IGNORECASE)
_NUMERIC = re.compile(r"[-+<>=~]?\s*(?:minus\s+)?[\d.]|(?:about|under|over|at least|at most|below|above)\s+[-\d]", re.I)
_LONGEST = 2000
_MOST_ITEMS = 60


class Reader:
    """Reads lines against one knowledge base on one day."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.today = names, names.kb, today
        self._sheet = Sheet(self.kb, today)
        self._known_names = record.names_of(self.kb)
        self._words = Words(self.kb)
        self._spellings = tuple(
            dict.fromkeys((*self._known_names, *self.kb.findings, *self._words.phrases, *self._member_spellings()))
        )

    def _member_spellings(self) -> Iterator[str]:
        for finding in self.kb.findings.values():
            if finding.type in ("choice", "records"):
                choices = self._choices_of(finding.id) if finding.type == "records" else finding.choices
                yield from self._sheet.spelled(choices).members

    def read(self, line: str, asked: Asked | None, known: Mapping[str, Known]) -> Understood:
        """The line as an answer to what was asked; `known` is what was said before."""
        words = " ".join(line.split())
        if len(words) > _LONGEST:
            what = f"a line of {len(words)} characters; {_LONGEST} are read"
            return Understood(problems=(Problem("OL318", what, PROMPT, hint="say it in parts"),))
        if asked is None:
            return self._all(words, None, known)
        if asked.detail is not None:
            return self._detailed(words, asked, known)
        if len(asked.findings) > 1:
            return self._several(words, asked, known)
        return self._single(words, asked, known)

    def named(self, words: str) -> tuple[str | None, list[Problem]]:
        """The finding or quantity that is meant by a name."""
        return record.resolve(self.kb, self._known_names, words.strip(), PROMPT)

    def complete(self, half: Half, unit: str) -> Known | None:
        """The number with its unit, which was named by itself or by its place in the offer."""
        words = unit.strip()
        if words.isdigit() and 1 <= int(words) <= len(half.units):
            words = half.units[int(words) - 1]
        known, _ = self._answer(half.finding, f"{half.number} {words}")
        return known if re.search(r"[a-zA-Zµμ%]", words) else None

    def value(self, name: str, words: str) -> tuple[Known | None, list[Problem]]:
        """What is said of a finding that is known by name."""
        return self._answer(name, words)

    # --- one finding ---

    def _single(self, words: str, asked: Asked, known: Mapping[str, Known]) -> Understood:
        name = asked.findings[0]
        finding = self.kb.findings.get(name)
        gap = gap_of(words)
        if gap is not None:
            return self._not_known((name,), gap)
        value, problems = self._answer(name, words)
        if value is None and (picked := self._by_number(finding, words)) is not None:
            value = picked
        if value is None and finding is not None and finding.type != "records":
            member, rest = self._member(words, asked)
            value = self._answer(name, rest)[0] if member and rest else None
        if value is not None and not (isinstance(value, Records) and value.absent and not value.entries):
            value = phrases.since(value, words, self.today)
            return Understood({name: self._answering(name, value, known)}, answered=True)
        if folded(words) in NOTHING and finding is not None and finding.type == "number":
            return self._not_known((name,), UNKNOWN)
        found = self._all(words, asked, known)
        if found.said or found.halves or (found.problems and len(phrases.items(words)) > 1):
            return found
        half = self._half(name, words) if _lacks_unit(problems) else None
        if half is not None:
            return Understood(halves=(half,))
        vague = not found.problems or not found.problems[0].hint.startswith("did you mean")
        return Understood(problems=tuple(problems) if vague or _telling(problems, words) else found.problems)

    def _by_number(self, finding: Finding | None, words: str) -> Known | None:
        """A choice by its place among a few."""
        if finding is None or finding.type != "choice" or not words.isdigit():
            return None
        members = list(self.names.members(finding.id))
        return Choice(frozenset({members[int(words) - 1]})) if 1 <= int(words) <= min(len(members), 9) else None

    def _not_known(self, missing: tuple[str, ...], gap: Gap) -> Understood:
        """A test nobody has the result of joins the work-up; what a person does not know stays unknown."""
        said: dict[str, Known] = {name: NOT_MEASURED for name in missing if self._is_test(name) or gap is NOT_MEASURED}
        return Understood(said, answered=True, unknown=missing)

    def _is_test(self, name: str) -> bool:
        finding = self.kb.findings.get(name)
        return finding is not None and finding.known_by != "person" and finding.type != "records"

    # --- what is still missing of an entry: when, how much ---

    def _detailed(self, words: str, asked: Asked, known: Mapping[str, Known]) -> Understood:
        assert asked.detail is not None
        name, (index, field) = asked.findings[0], asked.detail
        before = known.get(name)
        if not isinstance(before, Records) or index >= len(before.entries):
            return self._all(words, None, known)
        entry = before.entries[index]
        filled: Known | None = UNKNOWN if gap_of(words) is not None or folded(words) in NOTHING else None
        problems: list[Problem] = []
        if filled is None:
            key = self.kb.findings[name].key
            members: frozenset[str] = getattr(entry.fields.get(key), "members", frozenset())
            spelled = {key: " or ".join(sorted(members)), field: words}
            place = PROMPT
            node = MapNode(tuple((Text(part, place), Text(text, place)) for part, text in spelled.items()), place)
            value, problems = answers.read_with(self._sheet, name, node, place)
            if isinstance(value, Records) and value.entries:
                filled = value.entries[0].fields.get(field)
        if filled is None:
            found = self._all(words, None, known)
            return found if found.said or found.halves else Understood(problems=tuple(problems))
        entries = list(before.entries)
        entries[index] = type(entry)({**entry.fields, field: filled})
        return Understood({name: Records(tuple(entries), before.complete, before.absent)}, answered=True)

    # --- several on one line ---

    def _several(self, words: str, asked: Asked, known: Mapping[str, Known]) -> Understood:
        gap = gap_of(words)
        if gap is not None:
            return self._not_known(asked.findings, gap)
        kinds = {name: self.kb.findings[name].type for name in asked.findings if name in self.kb.findings}
        checks = set(kinds.values()) == {"yes_no"} and len(kinds) == len(asked.findings)
        if folded(words) in NOTHING:
            if checks and asked.any_of:
                return Understood(dict.fromkeys(asked.findings, NO), answered=True)
            if "yes_no" in kinds.values():
                what = f"'{clipped(words)}' to which? {', '.join(self.names.label(name) for name in asked.findings)}"
                return Understood(problems=(Problem("OL323", what, PROMPT, hint="answer each, in this order"),))
            return Understood(answered=True, unknown=asked.findings if not asked.groups else ())
        parts = phrases.items(words)[:_MOST_ITEMS]
        in_order = self._in_order(parts, asked, known)
        if in_order is not None:
            return Understood(in_order, answered=True)
        gathered = Gathered()
        for part in parts:
            gathered.add(self._part(part, asked, {**known, **gathered.said}, gathered.said))
        said = gathered.said
        met = not said.keys().isdisjoint(asked.findings)
        if checks and asked.any_of and not gathered.problems and met:
            said = {**{name: NO for name in asked.findings if name not in said}, **said}
        answered = not gathered.problems and not gathered.halves and met
        return dataclasses.replace(gathered.understood(answered), said=said)

    def _in_order(self, parts: list[str], asked: Asked, known: Mapping[str, Known]) -> dict[str, Known] | None:
        """Bare answers, one for each that was asked, in the order they were asked."""
        if len(parts) != len(asked.findings):
            return None
        found: dict[str, Known] = {}
        for name, part in zip(asked.findings, parts, strict=True):
            value, _ = self._answer(name, part)
            if value is None:
                return None
            found[name] = value
        return found

    def _part(self, part: str, asked: Asked, known: Mapping[str, Known], said: Mapping[str, Known]) -> Understood:
        """One part of a line about several: a member by its place or short name, by its unit, or anything else."""
        if asked.any_of and part.isdigit() and 1 <= int(part) <= len(asked.findings):
            return Understood({asked.findings[int(part) - 1]: YES})
        refusing = phrases.denied(part)
        member, rest = self._member(phrases.bare(refusing or part), asked)
        if member and refusing and not rest and self._is_yes_no(member):
            return Understood({member: NO})
        if member and not refusing:
            value, problems = self._answer(member, rest or "yes")
            if value is not None:
                return Understood({member: value})
            half = self._half(member, rest) if _lacks_unit(problems) else None
            if rest or half is not None:
                return Understood(problems=() if half else tuple(problems), halves=(half,) if half else ())
        left = [name for name in asked.findings if name not in said]
        fitting = [(name, value) for name in left if (value := self._answer(name, part)[0]) is not None]
        if len(fitting) == 1:
            return Understood(dict(fitting))
        found = self._item(part, None, known)
        if fitting and not found.said:
            listed = ", ".join(self.names.label(name) for name, _ in fitting)
            what = f"'{clipped(part)}' can be {listed}"
            return Understood(problems=(Problem("OL323", what, PROMPT, hint="write which it is"),))
        return found

    def _is_yes_no(self, name: str) -> bool:
        return name in self.kb.findings and self.kb.findings[name].type == "yes_no"

    def _member(self, part: str, asked: Asked) -> tuple[str, str]:
        """The one of those asked that the part begins with, by a word only that one has, and what follows."""
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

    def _all(self, words: str, asked: Asked | None, known: Mapping[str, Known]) -> Understood:
        gathered = Gathered()
        parts = phrases.items(words)
        if len(parts) > _MOST_ITEMS:
            what = f"{len(parts)} things on one line; {_MOST_ITEMS} are read"
            return Understood(problems=(Problem("OL318", what, PROMPT, hint="say it in parts"),))
        for part in parts:
            whole = asked if len(parts) == 1 or folded(part) not in NOTHING else None
            gathered.add(self._item(part, whole, {**known, **gathered.said}))
        said = gathered.said
        if asked is not None and gathered.answered and isinstance(said.get(asked.findings[0]), Records):
            name = asked.findings[0]
            value = said[name]
            assert isinstance(value, Records)
            said[name] = Records(value.entries, True, value.absent)
        return gathered.understood(gathered.answered)

    def _item(self, part: str, asked: Asked | None, known: Mapping[str, Known]) -> Understood:
        """One item: what it answers of the question asked if it looks like an answer to that, else what it names."""
        told = phrases.bare(part)
        if asked is not None and (found := self._to_question(told, asked, known)) is not None:
            return found
        meant = self._phrase(part, known) or self._phrase(told, known)
        if meant is not None:
            return meant
        found = self._anything(told, known)
        if found.said or found.halves:
            return found
        for other in (self._denial(told, known) or self._denial(part, known), self._over(part, known)):
            if other is not None:
                return other
        if asked is not None and len(asked.findings) == 1:
            value, problems = self._answer(asked.findings[0], part)
            if value is not None:
                value = self._answering(asked.findings[0], value, known)
                return Understood({asked.findings[0]: value}, answered=True)
            if _NUMERIC.match(part) and problems:
                half = self._half(asked.findings[0], part) if _lacks_unit(problems) else None
                return Understood(problems=() if half else tuple(problems), halves=(half,) if half else ())
        return found

    def _to_question(self, part: str, asked: Asked, known: Mapping[str, Known]) -> Understood | None:
        """A bare number answers the question asked; a member of the list that was asked for joins it."""
        name = asked.findings[0]
        finding = self.kb.findings.get(name)
        if finding is None or len(asked.findings) > 1:
            return None
        if finding.type == "records" and self._names_member(name, part):
            value, _ = self._answer(name, part)
            if isinstance(value, Records) and value.entries:
                value = phrases.since(value, part, self.today)
                return Understood({name: self._opened(name, value, known)}, answered=True)
        if finding.type == "number" and _NUMERIC.match(part) and not self._phrase(part, known):
            value, _ = self._answer(name, part)
            return Understood({name: value}, answered=True) if value is not None else None
        return None

    def _phrase(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """What the word table says that a phrase means."""
        said: dict[str, Known] = {}
        meaning = self._words.meaning(part)
        for statement in meaning:
            value, problems = self._answer(statement.finding, statement.value)
            if value is None:
                return Understood(problems=tuple(problems)) if statement.finding in self.kb.findings else None
            said[statement.finding] = self._opened(statement.finding, value, known)
        if not said:
            return None
        return Understood(said, assumed=frozenset(one.finding for one in meaning[1:]))

    def _anything(self, told: str, known: Mapping[str, Known]) -> Understood:
        """`vitamin d 28 nmol/L`, `smoker`, `prednisolone 7.5 mg for 8 months`."""
        problems: list[Problem] = []
        half: Half | None = None
        for name, rest in self._named(told):
            value, problems = self._answer(name, rest)
            if value is not None:
                return Understood({name: self._opened(name, value, known)})
            half = half or (self._half(name, rest) if _lacks_unit(problems) else None)
        for found in (self._by_choice(told), self._by_entry(told, known)):
            if found is not None:
                return Understood(dict([found]))
        if half is not None:
            return Understood(halves=(half,))
        if folded(told) in ("yes", "y", "none", "no", "n", "nothing"):
            problems = [Problem("OL322", f"'{clipped(told)}' to what?", PROMPT, hint="name it")]
        if not problems:
            hint = did_you_mean(told[:80], self._spellings) or did_you_mean(told.split()[0][:80], self._spellings)
            hint = hint or "? lists what can be said"
            problems = [Problem("OL322", f"'{clipped(told)}' was not understood", PROMPT, hint=hint)]
        return Understood(problems=tuple(problems))

    def _denial(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """`no fever`, `not on omeprazole`, `never smoked`."""
        rest = phrases.denied(part)
        if not rest:
            return None
        name, _ = self.named(rest)
        if name is not None and self._is_yes_no(name):
            return Understood({name: NO})
        meaning = self._words.meaning(rest)
        for statement in meaning[:1]:
            if self._is_yes_no(statement.finding) and statement.value == "yes":
                return Understood({statement.finding: NO})
            rest = statement.value if self._is_list(statement.finding) else rest
        for owner in self._owners(rest):
            members = answers_choices.meant(self._sheet, self._choices_of(owner), rest)
            if members:
                return Understood({owner: self._opened(owner, Records((), False, members), known)})
        if name is not None and self._is_list(name):
            return Understood({name: self._opened(name, Records(), known)})
        return None

    def _is_list(self, name: str) -> bool:
        return name in self.kb.findings and self.kb.findings[name].type == "records"

    def _over(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """`stopped alendronate in 2023`: a list entry that is over."""
        over = phrases.past(part)
        if over is None:
            return None
        what, when = over
        for owner in self._owners(what):
            key = self.kb.findings[owner].key
            if "stopped" not in self.kb.findings[owner].fields:
                continue
            spelled = {key: what, "stopped": when or "yes"}
            node = MapNode(tuple((Text(one, PROMPT), Text(text, PROMPT)) for one, text in spelled.items()), PROMPT)
            value, problems = answers.read_with(self._sheet, owner, node, PROMPT)
            if isinstance(value, Records):
                return Understood({owner: self._opened(owner, value, known)})
            return Understood(problems=tuple(problems))
        return None

    def _named(self, words: str) -> Iterator[tuple[str, str]]:
        """The finding a line begins with, by its longest name, and the value that follows."""
        at_age = _AT_AGE.fullmatch(words)
        if at_age:
            name, _ = self.named(f"age at {at_age['what']}")
            if name is not None:
                yield name, at_age["age"]
        split = re.match(r"([^:=<>]+?)\s*([:=]|(?=[<>]))\s*(.+)", words)
        if split:
            name, _ = self.named(split.group(1))
            if name is not None:
                yield name, split.group(3)
        parts = words.split()
        for count in range(min(len(parts) - 1, 6), 0, -1):
            opening = " ".join(parts[:count])
            meant = self._known_names.get(folded(opening), frozenset())
            if opening in self.kb.findings or len(meant) == 1:
                yield (opening if opening in self.kb.findings else next(iter(meant))), " ".join(parts[count:])
                return
        meant = self._known_names.get(folded(words), frozenset())
        if len(meant) == 1 and self._is_yes_no(next(iter(meant))):
            yield next(iter(meant)), "yes"

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

    def _owners(self, words: str) -> list[str]:
        """The lists that something of this name belongs in; the one named like its set of members first and alone."""
        found = [name for name in self.kb.findings if self._is_list(name) and self._names_member(name, words)]
        found = [name for name in found if self._choices_of(name) == name] or found
        exact = [name for name in found if folded(words) in self._sheet.spelled(self._choices_of(name)).members]
        return exact or found

    def _by_entry(self, words: str, known: Mapping[str, Known]) -> tuple[str, Known] | None:
        """Something that belongs in one list only: a medicine, an illness, a complaint."""
        found: list[tuple[str, Known]] = []
        for name in self._owners(words):
            value, _ = self._answer(name, words)
            if isinstance(value, Records) and value.entries:
                value = phrases.since(value, words, self.today)
                found.append((name, self._opened(name, value, known)))
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
            folded(opening) in spelled.members or answers_choices.meant(self._sheet, choices, opening) is not None
            for count in range(1, min(len(parts), 6) + 1)
            if len(opening := " ".join(parts[:count])) > 2
        )

    # --- lists and halves ---

    def _opened(self, name: str, value: Known, known: Mapping[str, Known]) -> Known:
        """A list that is volunteered says nothing of what it leaves out, and adds to what was said."""
        if not isinstance(value, Records):
            return value
        before = known.get(name)
        if isinstance(before, Records):
            nothing_more = value.complete and not value.entries and not value.absent
            return phrases.joined(before, value, self.kb.findings[name].key, before.complete or nothing_more)
        nothing = not value.entries and not value.absent and value.complete
        return Records(value.entries, nothing, value.absent)

    def _answering(self, name: str, value: Known, known: Mapping[str, Known]) -> Known:
        """The answer to the question for the rest of a list, together with what was volunteered."""
        before = known.get(name)
        if isinstance(before, Records) and isinstance(value, Records) and not before.complete:
            return phrases.joined(before, value, self.kb.findings[name].key, value.complete)
        return value

    def _half(self, name: str, number: str) -> Half | None:
        """The number without its unit, with every unit in which it would be believable."""
        measured = self._sheet.measured(name)
        offered: list[tuple[str, str]] = []
        for unit in self._sheet.units.accepted(measured.unit, measured.analyte):
            value, _ = self._answer(name, f"{number} {unit}")
            if value is not None:
                told = answers.write_answer(self.kb, name, value)
                offered.append((unit, unit if unit == measured.unit else f"{unit} (would be {told})"))
        if not offered:
            return None
        return Half(name, number, tuple(unit for unit, _ in offered[:6]), tuple(told for _, told in offered[:6]))

    def _answer(self, name: str, words: str) -> tuple[Known | None, list[Problem]]:
        value, problems = answers.read_with(self._sheet, name, words, PROMPT)
        if value is None and _lacks_unit(problems):
            measured = self._sheet.measured(name)
            units = self._sheet.units.accepted(measured.unit, measured.analyte)
            if len(units) == 1:  # where there is but one unit nobody needs to be asked for it
                return answers.read_with(self._sheet, name, f"{words} {units[0]}", PROMPT)
        return value, problems


def _lacks_unit(problems: list[Problem]) -> bool:
    return any(problem.code == "OL301" for problem in problems)


def _telling(problems: list[Problem], words: str) -> bool:
    """Whether what is wrong with an answer to the question says more than that nothing of it was understood."""
    return bool(problems) and (
        bool(_NUMERIC.match(words)) or any(p.code in ("OL311", "OL312", "OL314") for p in problems)
    )

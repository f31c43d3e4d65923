"""Whatever a person says, asked or not: one item of a line as the answers it gives."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator, Mapping

from ..knowledge_base.naming import Names
from ..knowledge_base.nodes import MapNode, Text
from ..language.problems import Problem, did_you_mean
from ..language.value import NO, NOT_MEASURED, YES, Choice, Entry, Known, Records
from . import answers, answers_choices, answers_numbers, lookup, phrases, record
from .answers_sheet import NOTHING, Sheet, clipped, folded
from .phrases import Words
from .understood import LOST, PROMPT, UNREAD, Gathered, Half, Understood

_AT_AGE = re.compile(r"(?P<what>[a-z][a-z ]*?)\s+(?:at(?:\s+age)?|aged)\s+(?P<age>\d+)", re.IGNORECASE)
_NUMERIC = re.compile(r"[-+<>=~]?\s*(?:minus\s+)?[\d.]|(?:about|under|over|at least|at most|below|above)\s+[-\d]", re.I)
_LINKS = re.compile(
    r"(?:is|was|of|at|being|=|:|showed|shows|measured|measures|came back(?: at| as)?|reads?)\s+(?=\S)", re.IGNORECASE
)
_BETWEEN = frozenset({"at", "of", "the", "for", "in", "on", "is", "was", "showed", "shows", "level"})
"""Words between a value and the name of what has it: `-2.8 at the hip`."""
_FIGURE = re.compile(r"[-+<>=~]*\d[\d.,]*\D{0,6}")
_PRINTED = re.compile(r"(?P<value>.*\S)\s*[(\[](?P<more>[^()\[\]]*)[)\]]")
_SPAN = re.compile(
    r"(?:ref(?:erence)?(?: range)?|range|normal|nr)?[:\s]*(?P<span>\d.*(?:-|–|\.\.| to ).*\d.*|[<>]\s*\d.*)", re.I
)
_NOT_DONE = re.compile(
    r"(?:no|never had|never did|not had|has not had|hasn't had|without)\s+(?:an?\s+|any\s+)?(?P<before>.+)"
    r"|(?P<after>.+?)\s*:?\s+(?:not done|never done|not measured|not available|unavailable|not known|unknown)",
    re.IGNORECASE,
)
_MOST_ITEMS, _MOST_WORDS, _LONGEST_ITEM, _SUGGESTED = 60, 24, 300, 8
_SOLID = 5
"""How many letters of a word must be there for it to be taken for a longer one, where nobody asked for it."""


class Volunteered:
    """Reads items against one knowledge base on one day."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.today = names, names.kb, today
        self.sheet = Sheet(self.kb, today)
        self.known_names = record.names_of(self.kb)
        self._american_names = _respelled(self.known_names)
        self._by_words = _by_words(self.known_names)
        self.words = Words(self.kb, self._is_quantity)
        self._spellings = tuple(
            dict.fromkeys((*self.known_names, *self.kb.findings, *self.words.phrases, *self._member_spellings()))
        )
        self._beginnings = frozenset(spelling[:3] for spelling in self._member_spellings())
        self._group_names = {
            folded(name): group.id for group in self.kb.groups.values() for name in (group.label, *group.synonyms)
        }

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

    # --- a line ---

    def all(self, line: str, asked: str | None, known: Mapping[str, Known]) -> Understood:
        """Every item of a line; `asked` is the one finding that was asked for."""
        gathered = Gathered()
        clauses = [self.items(clause) for clause in phrases.clauses(line)]
        count = sum(len(parts) for parts in clauses)
        if count > _MOST_ITEMS:
            what = f"{count} things on one line; {_MOST_ITEMS} are read"
            return Understood(problems=(Problem("OL318", what, PROMPT, hint="say it in parts"),))
        for parts in clauses:
            before = ""
            for part in parts:
                whole = asked if count == 1 or folded(part) not in NOTHING else None
                few = len(gathered.problems) < _SUGGESTED
                so_far = {**known, **gathered.said}
                found = self.in_line(gathered.last, part, so_far) or self.item(part, whole, so_far, few)
                unclear = before and self.reaches(before, part, found)
                gathered.add(self.which(before, part) if unclear else found)
                before = part if found.meaningful and not unclear else before or part
        if asked is not None and self.is_list(asked):
            value = gathered.said.get(asked)
            if isinstance(value, Records) and value.entries and any(_opens(value, known.get(asked))):
                gathered.answered = True
            if gathered.answered and isinstance(value, Records):
                gathered.said[asked] = Records(value.entries, True, value.absent)
        return gathered.understood(gathered.answered)

    def items(self, clause: str) -> list[str]:
        """The clause at its commas and `and`, but for names that have an `and` of their own."""
        return phrases.items(clause, lambda part: bool(self.owners(phrases.bare(part), exactly=True)))

    def in_line(self, last: str, part: str, known: Mapping[str, Known]) -> Understood | None:
        """What an item says only after the one before it, which spoke of the finding `last`.

        `broke a wrist, hip 2024`; `asthma, nothing else`; `hip Z-score -2.3, spine -2.6`.
        """
        if last not in self.kb.findings or phrases.kin(part):
            return None
        if self.is_list(last):
            listed = known.get(last)
            if folded(part) in NOTHING and " " in folded(part) and isinstance(listed, Records):
                return Understood({last: Records(listed.entries, True, listed.absent)})
            named = self.kb.findings[last].key == "name"
            return None if named else self._entry_of(last, phrases.bare(part), known)
        opening = self.named_opening(part)
        group = self.kb.findings[last].group
        if opening is None or group not in self.kb.groups or opening[0] in self.kb.groups[group].findings:
            return None
        return self._in_group(group, part)

    def _in_group(self, group: str, words: str) -> Understood | None:
        """A finding of a group by words that only it has there: `spine` among the Z-scores."""
        opening = self.named_opening(words)
        if opening is None:
            return None
        own = set(folded(words.removesuffix(opening[1])).split()) - _BETWEEN
        meant = [name for name in self.kb.groups[group].findings if own <= self.words_of(name)]
        value = self.answer(meant[0], opening[1])[0] if len(meant) == 1 else None
        return Understood({meant[0]: value}) if value is not None else None

    def words_of(self, name: str) -> set[str]:
        """Every word of the names of a finding."""
        entry = self.kb.findings.get(name)
        spellings = (name, self.names.label(name), *(entry.synonyms if entry is not None else ()))
        return {word.strip("(),") for spelling in spellings for word in folded(spelling).split()}

    # --- how far a word reaches ---

    def reaches(self, before: str, part: str, found: Understood) -> bool:
        """Whether a denial, a stop or a relative named just before could be meant of this item, too.

        `no fever, weight loss` can be read either way; `no fever, has weight loss` cannot.
        """
        if not phrases.is_bare(part) or phrases.denied(part) or phrases.past(part) or phrases.kin(part):
            return False
        over = phrases.past(before)
        if not (phrases.denied(before) or (over is not None and over.over) or phrases.kin(before)):
            return False
        return any(self._named_only(name, known, part) for name, known in found.said.items())

    def _named_only(self, name: str, known: Known, part: str) -> bool:
        """Whether the item says no more than that something is the case."""
        if isinstance(known, Records):
            key = self.kb.findings[name].key
            last = known.entries[-1:]
            return bool(last) and set(last[0].fields) == {key}
        return known == YES and not re.search(r"\byes\b", part, re.IGNORECASE)

    def which(self, before: str, part: str) -> Understood:
        """Asks back whether what was said just before is meant of this item, too."""
        what = f"'{clipped(part)}' after '{clipped(before)}' can be meant either way"
        opening = before.split()[0].casefold()
        denying = f"{opening} {part}" if opening in ("no", "not", "denies", "stopped", "without") else f"no {part}"
        hint = f"write 'has {clipped(part)}' or '{clipped(denying)}'"
        return Understood(problems=(Problem("OL323", what, PROMPT, hint=hint),))

    # --- an item ---

    def item(self, part: str, asked: str | None, known: Mapping[str, Known], suggest: bool = True) -> Understood:
        """One item: what it answers of the question asked if it looks like an answer to that, else what it names.

        `suggest`: say what was most likely meant where nothing is made of it; that takes time.
        """
        if len(part) > _LONGEST_ITEM:
            what = f"a part of {len(part)} characters; {_LONGEST_ITEM} are read"
            return Understood(problems=(Problem("OL318", what, PROMPT, hint="part it by commas"),))
        told = phrases.bare(part)
        if asked is not None and (found := self._to_question(told, asked, known)) is not None:
            return found
        found = self._understood(part, told, known)
        if found is None and (spelled := lookup.respelled(part)) != part:
            found = self._understood(spelled, phrases.bare(spelled), known)
        found = found or self._pieces(told, asked, known) or self._without_time(part, known)
        if found is not None:
            return found
        if asked is not None:
            value, problems = self.answer(asked, part)
            if value is not None:
                return Understood({asked: self.answering(asked, value, known)}, answered=True)
            if _NUMERIC.match(part) and problems:
                half = self.half(asked, part) if lacks_unit(problems) else None
                return half or Understood(problems=tuple(problems))
        return self._lost(told, suggest)

    def _understood(self, part: str, told: str, known: Mapping[str, Known]) -> Understood | None:
        """What an item says in one of the ways there are of saying it; None where it is none of them."""
        found = self._phrase(part, known) or self._phrase(told, known)
        found = found or self._not_done(part)
        if found is None and self._by_choice(told) is None:
            found = self._over(part, known) or self._had(part)
        found = found or self._two_names(part, told) or self._under_heading(told, known) or self._anything(told, known)
        if found is not None and (found.meaningful or found.problems):
            return found
        return self._denial(told, known) or self._denial(part, known) or self._reordered(told, known)

    def _lost(self, told: str, suggest: bool) -> Understood:
        """What nothing is made of, with what was most likely meant."""
        if folded(told) in ("yes", "y", "none", "no", "n", "nothing"):
            return Understood(problems=(Problem("OL322", f"'{clipped(told)}' to what?", PROMPT, hint="name it"),))
        name = self.named_opening(told)
        if name is not None:
            value, problems = self.answer(name[0], name[1])
            number = self.kb.findings[name[0]].type == "number" if name[0] in self.kb.findings else True
            if value is None and problems and (_NUMERIC.match(name[1]) or not number):
                return Understood(problems=tuple(problems))
        if relative := phrases.kin(told):
            what = f"'{clipped(told)}' is about {relative}, not about the patient"
            hint = "what counts is 'mother broke her hip' or 'osteoporosis in the family'"
            return Understood(problems=(Problem("OL322", what, PROMPT, hint=hint),))
        if (unclear := self._unclear_entry(told)) is not None:
            return unclear
        if len(meant := self.ids(told)) == 1:
            what = f"{self.names.label(next(iter(meant)))}: its value is missing"
            return Understood(
                problems=(Problem("OL322", what, PROMPT, hint=f"write '{clipped(told)}' with its value"),)
            )
        hint = did_you_mean(told[:80], self._spellings) if suggest else ""
        first = told.split()[0][:80] if suggest and told.split() else ""
        hint = hint or (did_you_mean(first, self._spellings) if len(first) >= _SOLID else "") or LOST
        return Understood(problems=(Problem("OL322", f"'{clipped(told)}'{UNREAD}", PROMPT, hint=hint),))

    def _unclear_entry(self, told: str) -> Understood | None:
        """An entry of a list whose name is understood and what follows it is not."""
        parts = told.split()
        for count in range(min(len(parts) - 1, 6), 0, -1):
            name, rest = " ".join(parts[:count]), " ".join(parts[count:])
            owners = [owner for owner in self.owners(name, exactly=True) if self.kb.findings[owner].key == "name"]
            if owners:
                finding = self.kb.findings[owners[0]]
                hint = finding.help[:1].lower() + finding.help[1:].rstrip(".") if "dose" in finding.fields else ""
                what = f"'{clipped(rest)}' after '{clipped(name)}' was not understood"
                return Understood(problems=(Problem("OL323", what, PROMPT, hint=hint),))
        return None

    def _to_question(self, part: str, asked: str, known: Mapping[str, Known]) -> Understood | None:
        """A bare number answers the question asked; a member of the list that was asked for joins it."""
        finding = self.kb.findings.get(asked)
        if finding is None:
            return None
        if finding.type == "records" and not phrases.had(part) and self.names_member(asked, part):
            value, _ = self.answer(asked, part)
            if isinstance(value, Records) and value.entries:
                value = phrases.since(value, part, self.today)
                return Understood({asked: self.opened(asked, value, known)}, answered=True)
        if finding.type == "choice" and (timed := phrases.timed(part)) is not None:
            value, _ = self.answer(asked, timed[0])
            if value is not None:
                return Understood({asked: value}, answered=True, left=(timed[1],))
        if finding.type == "number" and _NUMERIC.match(part) and self._phrase(part, known) is None:
            value, _ = self.answer(asked, part)
            return Understood({asked: value}, answered=True) if value is not None else None
        return None

    def _phrase(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """What the word table says that a phrase means."""
        wrong: list[Problem] = []
        for meaning in self.words.meanings(part):
            if meaning.ask:
                what = f"'{clipped(part)}': {meaning.ask}"
                return Understood(problems=(Problem("OL323", what, PROMPT),))
            said: dict[str, Known] = {}
            for statement in meaning.statements:
                value, problems = self.answer(statement.finding, statement.value)
                if value is None:
                    known_here = statement.finding in self.kb.findings
                    wrong = wrong or (problems if known_here and not meaning.loose else [])
                    break
                value = phrases.since(value, statement.value, self.today)
                said[statement.finding] = self.opened(statement.finding, value, known)
            else:
                if said:
                    follows = frozenset(one.finding for one in meaning.statements if one.follows)
                    return Understood(said, assumed=follows)
        return Understood(problems=tuple(wrong)) if wrong else None

    def _anything(self, told: str, known: Mapping[str, Known]) -> Understood | None:
        """`vitamin d 28 nmol/L`, `smoker`, `prednisolone 7.5 mg for 8 months`."""
        half: Understood | None = None
        for name, rest in self._named(told):
            found = self.measured(name, rest)
            if found is not None and found.said:
                return dataclasses.replace(found, said={name: self.opened(name, found.said[name], known)})
            half = half or found
        for one in (self._by_choice(told), self._by_entry(told, known)):
            if one is not None:
                return Understood(dict([one]))
        return half

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

    def _two_names(self, part: str, told: str) -> Understood | None:
        """`vitamin D` is a blood test and a medicine: which of them is asked back."""
        meant = [
            name for name in self.ids(told) if name in self.kb.findings and self.kb.findings[name].type == "number"
        ]
        named = [owner for owner in self.owners(told, exactly=True) if self.kb.findings[owner].key == "name"]
        if not meant or not named or re.search(r"\b(?:on|tak\w+|us\w+)\b", part, re.I):
            return None
        what = f"'{clipped(told)}': the result of a test, or taken as a medicine?"
        hint = f"write '{clipped(told)}' with its value, or 'on {clipped(told)}'"
        return Understood(problems=(Problem("OL323", what, PROMPT, hint=hint),))

    # --- what is not, and what is no more ---

    def _denial(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """`no fever or chills`, `not on omeprazole`, `not postmenopausal`, `fever: no`; all of it or nothing."""
        rest = phrases.denied(part) or phrases.denied_after(part)
        if not rest:
            return None
        whole = self._denied(rest, known)
        if whole is not None:
            return whole
        parts = phrases.denials(rest)
        gathered = Gathered()
        for one in parts if len(parts) > 1 else ():
            found = self._denied(one, {**known, **gathered.said})
            if found is None:
                return None
            gathered.add(found)
        return gathered.understood(False) if gathered.said else None

    def _denied(self, rest: str, known: Mapping[str, Known]) -> Understood | None:
        name = self._one(rest)
        if name is not None and self.is_yes_no(name):
            return Understood({name: NO})
        if name is not None and self.is_list(name):
            return Understood({name: self.opened(name, Records(), known)})
        for meaning in self.words.meanings(rest):
            for statement in meaning.statements[:1]:
                if self.is_yes_no(statement.finding) and statement.value == "yes":
                    return Understood({statement.finding: NO})
                if self.is_list(statement.finding):
                    members = self._all_meant(statement.finding, statement.value)
                    if members:
                        absent = Records((), False, members)
                        return Understood({statement.finding: self.opened(statement.finding, absent, known)})
                if self._is_choice(statement.finding) and not meaning.loose:
                    value, _ = self.answer(statement.finding, f"not {statement.value}")
                    return Understood({statement.finding: value}) if value is not None else None
        chosen = self._by_choice(rest)
        if chosen is not None:
            value, _ = self.answer(chosen[0], f"not {rest}")
            return Understood({chosen[0]: value}) if value is not None else None
        for owner in self.owners(rest):
            members = self._all_meant(owner, rest)
            if members:
                return Understood({owner: self.opened(owner, Records((), False, members), known)})
        return None

    def _all_meant(self, owner: str, words: str) -> frozenset[str]:
        """The members that are denied by a name: with `no PPI`, which names none, all of them."""
        choices = self.sheet.choices(self.choices_of(owner))
        members = answers_choices.meant(self.sheet, choices.id, words) or frozenset()
        for one in members:
            if choices.members[one].label.endswith("(not named)"):
                members = members.union(*(choices.classes.get(kind, ()) for kind in choices.members[one].kinds))
        told = folded(words)
        return members.union(*(choices.classes.get(name, ()) for name in (told, told.removesuffix("s"))))

    def _over(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """`stopped alendronate in 2023`, `previous stroke in 2019`: an entry of the past, over where that was said."""
        past = phrases.past(part)
        if past is None:
            return None
        for owner in self.owners(past.what):
            fields = self.kb.findings[owner].fields
            when = "date" if "date" in fields and not past.over else "stopped"
            if when not in fields:
                continue
            if when == "date":
                found = self._entry_of(owner, f"{past.what} {past.when}".strip(), known)
            else:
                found = self._ended(owner, past.what, known) if not past.when else None
                found = found or self._entry_of(owner, f"{past.what} stopped {past.when or 'yes'}", known)
            if found is not None:
                return found
        return None

    def _entry_of(self, owner: str, words: str, known: Mapping[str, Known]) -> Understood | None:
        for told in (words, *phrases.reworded(words)):
            value, _ = self.answer(owner, told)
            if isinstance(value, Records) and value.entries:
                return Understood({owner: self.opened(owner, phrases.since(value, told, self.today), known)})
        return None

    def _ended(self, owner: str, words: str, known: Mapping[str, Known]) -> Understood | None:
        """The entry, if it says itself when it ended: `took alendronate 2015 to 2020`."""
        found = self._entry_of(owner, words, {})
        value = found.said[owner] if found is not None else None
        if not isinstance(value, Records) or "stopped" not in value.entries[-1].fields:
            return None
        return Understood({owner: self.opened(owner, value, known)})

    def _had(self, part: str) -> Understood | None:
        """`had prednisolone`: whether it is still taken is asked back."""
        what = phrases.had(part)
        if not what or re.search(r"\blast\b|\bstopped\b|\buntil\b", what, re.IGNORECASE):
            return None
        for owner in self.owners(what):
            if "stopped" in (fields := self.kb.findings[owner].fields) and "dose" in fields:
                name = " ".join(what.split()[:1])
                hint = f"write 'on {clipped(what)}', 'stopped {name} in 2024' or '{name} last given 2024-05'"
                problem = Problem("OL323", f"'{clipped(part)}': is it still taken?", PROMPT, hint=hint)
                return Understood(problems=(problem,))
        return None

    # --- names, values and entries in another order, or one after another ---

    def _reordered(self, told: str, known: Mapping[str, Known]) -> Understood | None:
        """`-2.7 hip`, `T -2.7 hip`, `5 mg prednisolone daily`, `low calcium`: the name behind or around the value."""
        tokens = told.split()
        if not 2 <= len(tokens) <= _MOST_WORDS:
            return None
        if answers_numbers.word_of(tokens[0]) is not None:
            name = self._one(" ".join(tokens[1:]))
            value = self.answer(name, tokens[0])[0] if name is not None else None
            return Understood({name: value}) if name is not None and value is not None else None
        place = next((index for index, token in enumerate(tokens) if _FIGURE.fullmatch(token)), None)
        if place is None:
            return None
        for unit in (2, 1, 0):
            value_words, rest = " ".join(tokens[place : place + 1 + unit]), tokens[place + 1 + unit :]
            if len(tokens) < place + 1 + unit or not (rest or place):
                continue
            found = self._around(tokens[:place], value_words, rest, unit > 0)
            if found is None and place == 0:
                found = self._behind(value_words, rest, known)
            if found is not None:
                return found
        return None

    def _around(self, before: list[str], value_words: str, after: list[str], with_unit: bool) -> Understood | None:
        if after and after[-1].casefold() in _BETWEEN:
            return None
        named = frozenset(word for word in folded(" ".join((*before, *after))).split() if word not in _BETWEEN)
        name = self._by_words.get(named)
        told = with_unit or before or re.match(r"[-+<>]|\d*\.", value_words)
        if name is None or not told or name not in self.kb.findings or self.kb.findings[name].type != "number":
            return None
        value, problems = self.answer(name, value_words)
        if value is not None:
            return Understood({name: value})
        return self.half(name, value_words) if lacks_unit(problems) and (before or len(after) == 1) else None

    def _behind(self, value_words: str, rest: list[str], known: Mapping[str, Known]) -> Understood | None:
        for count in range(min(len(rest), 6), 0, -1):
            name = " ".join(rest[:count])
            if self.owners(name, exactly=True):
                found = self._by_entry(" ".join((name, value_words, *rest[count:])), known)
                return Understood(dict([found])) if found is not None else None
        return None

    def _pieces(self, told: str, asked: str | None, known: Mapping[str, Known]) -> Understood | None:
        """`52 yo postmenopausal F`, `hip -2.7 spine -3.1`: several facts without a comma, if nothing else is said."""
        tokens = told.split()
        if not 2 <= len(tokens) <= _MOST_WORDS or phrases.kin(told):
            return None
        gathered = Gathered()
        before, start = "", 0
        while start < len(tokens):
            for end in range(len(tokens) - (start == 0), start, -1):
                part = " ".join(tokens[start:end])
                found = self._piece(part, asked if start == 0 else None, {**known, **gathered.said})
                if found is None or found.said.keys() & gathered.said.keys() - self._lists:
                    continue
                if before and self.reaches(before, part, found):
                    return None
                gathered.add(found)
                before, start = part, end
                break
            else:
                return None
        return gathered.understood(gathered.answered)

    @property
    def _lists(self) -> frozenset[str]:
        return frozenset(name for name in self.kb.findings if self.is_list(name))

    def _piece(self, part: str, asked: str | None, known: Mapping[str, Known]) -> Understood | None:
        """A piece that is understood in full, without guessing how a word goes on."""
        told = phrases.bare(part)
        if asked is not None and _NUMERIC.match(told) and (found := self._to_question(told, asked, known)):
            return found
        if told.isdigit():
            return None
        found = self._understood(part, told, known)
        return found if found is not None and found.meaningful and not found.problems else None

    def _without_time(self, part: str, known: Mapping[str, Known]) -> Understood | None:
        """`quit smoking in 2010`: what has no place for its time is kept, and the time is named as left out."""
        timed = phrases.timed(part)
        if timed is None:
            return None
        what, time = timed
        told = phrases.bare(what)
        found = self._understood(what, told, known)
        if found is None or found.problems or not found.said:
            return None
        if any(not isinstance(known, Choice) for known in found.said.values()):
            return None
        return Understood(found.said, answered=found.answered, assumed=found.assumed, left=(time,))

    def _not_done(self, told: str) -> Understood | None:
        """`no DXA`, `blood tests not done`: that nothing of a group was measured."""
        match = _NOT_DONE.fullmatch(told)
        group = self._group_names.get(folded(match["before"] or match["after"])) if match else None
        if group is None:
            return None
        return Understood(dict.fromkeys(self.kb.groups[group].findings, NOT_MEASURED))

    def about(self, words: str) -> frozenset[str]:
        """The findings that words name: one, or those of a group."""
        group = self._group_names.get(folded(words))
        return frozenset(self.kb.groups[group].findings) if group is not None else self.ids(words)

    # --- names ---

    def named(self, words: str) -> tuple[str | None, list[Problem]]:
        """The finding or quantity that is meant by a name."""
        meant = self._american_names.get(lookup.american(words), frozenset())
        if len(meant) == 1 and folded(words) not in self.known_names:
            return next(iter(meant)), []
        return record.resolve(self.kb, self.known_names, words.strip(), PROMPT)

    def _one(self, words: str) -> str | None:
        """The one finding or quantity of this name."""
        meant = self.ids(words)
        return next(iter(meant)) if len(meant) == 1 else None

    def ids(self, words: str) -> frozenset[str]:
        return self.known_names.get(folded(words)) or self._american_names.get(lookup.american(words), frozenset())

    def is_list(self, name: str) -> bool:
        return name in self.kb.findings and self.kb.findings[name].type == "records"

    def is_yes_no(self, name: str) -> bool:
        return name in self.kb.findings and self.kb.findings[name].type == "yes_no"

    def _is_choice(self, name: str) -> bool:
        return name in self.kb.findings and self.kb.findings[name].type == "choice"

    def _named(self, words: str) -> Iterator[tuple[str, str]]:
        """The finding a line begins with, by its longest name, and the value that follows."""
        at_age = _AT_AGE.fullmatch(words)
        if at_age:
            meant = self.ids(f"age at {at_age['what']}")
            if len(meant) == 1:
                yield next(iter(meant)), at_age["age"]
        split = re.match(r"([^:=<>]+?)\s*([:=]|(?=[<>]))\s*(.+)", words)
        if split:
            meant = self.ids(split.group(1))
            if len(meant) == 1:
                yield next(iter(meant)), split.group(3)
        if (opening := self.named_opening(words)) is not None:
            yield opening
            return
        meant = self.ids(words)
        if len(meant) == 1 and self.is_yes_no(next(iter(meant))):
            yield next(iter(meant)), "yes"

    def named_opening(self, words: str) -> tuple[str, str] | None:
        """The finding or quantity that words begin with, by its longest name, and what follows."""
        parts = words.split()
        for count in range(min(len(parts) - 1, 6), 0, -1):
            opening = " ".join(parts[:count]).rstrip(":=")
            meant = frozenset({opening}) if opening in self.kb.findings else self.ids(opening)
            if len(meant) == 1:
                rest = " ".join(parts[count:])
                while match := _LINKS.match(rest):
                    rest = rest[match.end() :]
                return next(iter(meant)), rest
        return None

    def _under_heading(self, told: str, known: Mapping[str, Known]) -> Understood | None:
        """`DXA: hip -2.7`: findings of a group under its name."""
        parts = told.split()
        for count in range(min(len(parts) - 1, 4), 0, -1):
            heading, day = phrases.dated(" ".join(parts[:count]).rstrip(":"))
            group = self._group_names.get(folded(heading))
            if group is None:
                continue
            rest = " ".join(parts[count:])
            while match := _LINKS.match(rest):
                rest = rest[match.end() :]
            found = self._in_group(group, rest) or self._anything(rest, known) or self._reordered(rest, known)
            named = {*found.said, *(half.finding for half in found.halves)} if found is not None else set[str]()
            if found is None or not all(self._is_result(name) for name in named):
                continue
            if day and len(found.said) == 1:  # the day of the heading is that of the result
                return self.measured(next(iter(named)), f"{self._value_in(rest)} ({day})") or found
            return found
        return None

    def _is_result(self, name: str) -> bool:
        return name not in self.kb.findings or self.kb.findings[name].known_by != "person"

    def _value_in(self, words: str) -> str:
        """The value that stands behind a name."""
        opening = self.named_opening(words)
        return opening[1] if opening is not None else words

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

    def _by_entry(self, words: str, known: Mapping[str, Known]) -> tuple[str, Known] | None:
        """Something that belongs in one list only: a medicine, an illness, a complaint."""
        found = [
            (name, entry.said[name])
            for name in self.owners(words)
            if self._says_what(name, words) and (entry := self._entry_of(name, words, known)) is not None
        ]
        return found[0] if len(found) == 1 else None

    def _says_what(self, name: str, words: str) -> bool:
        """Whether an entry says what is the case, and not only where: `hip` alone is no broken hip."""
        finding = self.kb.findings[name]
        if finding.key == "name":
            return True
        own = {word for one in (finding.label, *finding.synonyms) for word in folded(one).split()}
        return bool(own & set(folded(words).split()))

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
            len(told) >= _SOLID
            and any(one.startswith(told) and one[len(told) :].isalpha() for one in spellings.keys() - written_together)
        )  # fmt: skip

    # --- lists and halves ---

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

    def answer(self, name: str, words: str) -> tuple[Known | None, list[Problem]]:
        """What is said of a finding; where there is but one unit nobody needs to be asked for it."""
        value, problems = answers.read_with(self.sheet, name, words, PROMPT)
        if value is None and lacks_unit(problems):
            measured = self.sheet.measured(name)
            units = self.sheet.units.accepted(measured.unit, measured.analyte)
            if len(units) == 1:
                return answers.read_with(self.sheet, name, f"{words} {units[0]}", PROMPT)
        return value, problems


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


def _opens(value: Records, before: Known | None) -> Iterator[bool]:
    """For each entry, whether it is a new one."""
    known: tuple[Entry, ...] = before.entries if isinstance(before, Records) else ()
    return (entry not in known for entry in value.entries)


def _respelled(names: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, ids in names.items():
        found[lookup.american(name)] = found.get(lookup.american(name), frozenset()) | ids
    return found


def _by_words(names: Mapping[str, frozenset[str]]) -> dict[frozenset[str], str]:
    """Names by the words they are made of, whatever their order, where that names but one finding."""
    found: dict[frozenset[str], set[str]] = {}
    for name, ids in names.items():
        found.setdefault(frozenset(word for word in name.split() if word not in _BETWEEN), set()).update(ids)
    return {words: next(iter(ids)) for words, ids in found.items() if words and len(ids) == 1}

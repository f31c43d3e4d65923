"""Whatever a person says, asked or not: one item of a line as the answers it gives."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from ...values.problems import Problem, did_you_mean
from ...values.value import YES, Choice, Entry, Known, Records
from .. import lookup
from ..answers import numbers
from ..answers.sheet import NOTHING, clipped, folded
from . import phrases
from .denied import Denied
from .spoken import BETWEEN, LINKS, SOLID, lacks_unit
from .understood import LOST, PROMPT, UNREAD, Gathered, Understood

_AT_AGE = re.compile(r"(?P<what>[a-z][a-z ]*?)\s+(?:at(?:\s+age)?|aged)\s+(?P<age>\d+)", re.IGNORECASE)
_NUMERIC = re.compile(r"[-+<>=~]?\s*(?:minus\s+)?[\d.]|(?:about|under|over|at least|at most|below|above)\s+[-\d]", re.I)
_LASTING = re.compile(r"\d+(?:\.\d+)?\s*(?:y|yrs?|years?|months?|mo|weeks?|wks?|days?)", re.IGNORECASE)
_FIGURE = re.compile(r"[-+<>=~]*\d[\d.,]*\D{0,6}")
_MOST_ITEMS, _MOST_WORDS, _LONGEST_ITEM, SUGGESTED = 60, 24, 300, 8


class Volunteered(Denied):
    """Reads items against one knowledge base on one day."""

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
                few = len(gathered.problems) < SUGGESTED
                so_far = {**known, **gathered.said}
                found = self.in_line(gathered.last, part, so_far) or self.item(part, whole, so_far, few)
                unclear = before and self.reaches(before, part, found)
                gathered.add(self.which(before, part) if unclear else found)
                before = part if found.meaningful and not unclear else before or part
        if asked is not None and self.is_list(asked):
            value = gathered.said.get(asked)
            if isinstance(value, Records) and value.entries and any(_opens(value, known.get(asked))):
                gathered.answered = True
            if gathered.problems:  # what was not understood may belong to the list, which stays open
                gathered.answered = False
            if gathered.answered and isinstance(value, Records):
                gathered.said[asked] = Records(value.entries, True, value.absent)
        return gathered.understood(gathered.answered)

    def items(self, clause: str) -> list[str]:
        """The clause at its commas and `and`, but for names that have an `and` of their own."""

        def whole(part: str) -> bool:
            told = phrases.bare(part)
            return bool(self.owners(told, exactly=True)) or any(not one.loose for one in self.words.meanings(told))

        return phrases.items(clause, whole)

    def in_line(self, last: str, part: str, known: Mapping[str, Known]) -> Understood | None:
        """What an item says only after the one before it, which spoke of the finding `last`.

        `broke a wrist, hip 2024`; `asthma, nothing else`; `hip Z-score -2.3, spine -2.6`.
        """
        if last not in self.kb.findings or phrases.kin(part):
            return None
        if self.is_list(last):
            if _LASTING.fullmatch(part):
                what = f"'{clipped(part)}': how long it lasted?"
                problem = Problem("OL323", what, PROMPT, hint=f"write 'for {clipped(part)}' behind the name")
                return Understood(problems=(problem,))
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
        own = set(folded(words.removesuffix(opening[1])).split()) - BETWEEN
        meant = [name for name in self.kb.groups[group].findings if own <= self.words_of(name)]
        value = self.answer(meant[0], opening[1])[0] if len(meant) == 1 else None
        return Understood({meant[0]: value}) if value is not None else None

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

        `suggest`: look for several facts in a row, and say what was most likely meant where there are none; both take
        time, and are not done for a line of which much was not understood.
        """
        if len(part) > _LONGEST_ITEM:
            what = f"a part of {len(part)} characters; {_LONGEST_ITEM} are read"
            return Understood(problems=(Problem("OL318", what, PROMPT, hint="part it by commas"),))
        told = phrases.bare(part)
        if asked is not None and (found := self._to_question(told, asked, known)) is not None:
            return found
        nothing = folded(part) in NOTHING  # `no others` denies nothing that is called `other`
        found = self._understood(part, told, known) if not nothing else None
        if found is None and not nothing and (spelled := lookup.respelled(part)) != part:
            found = self._understood(spelled, phrases.bare(spelled), known)
        found = found or (self._pieces(told, asked, known) if suggest else None) or self._without_time(part, known)
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
        if folded(told) in ("yes", "y", "n") or folded(told) in NOTHING:
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
        if len(owners := self.owners(told, exactly=True)) > 1:
            labels = [self.names.label(name) for name in owners]
            what = f"'{clipped(told)}' can belong to {' or '.join(labels)}"
            hint = f"write '{labels[0]}: {clipped(told)}'"
            return Understood(problems=(Problem("OL323", what, PROMPT, hint=hint),))
        hint = did_you_mean(told[:80], self._spellings) if suggest else ""
        first = told.split()[0][:80] if suggest and told.split() else ""
        alone = len(first) >= SOLID and first.casefold() not in self.words.vocabulary
        hint = hint or (did_you_mean(first, self._spellings) if alone else "") or LOST
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

    # --- names, values and entries in another order, or one after another ---

    def _reordered(self, told: str, known: Mapping[str, Known]) -> Understood | None:
        """`-2.7 hip`, `T -2.7 hip`, `5 mg prednisolone daily`, `low calcium`: the name behind or around the value."""
        tokens = told.split()
        if not 2 <= len(tokens) <= _MOST_WORDS:
            return None
        if numbers.word_of(tokens[0]) is not None:
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
        if after and after[-1].casefold() in BETWEEN:
            return None
        named = frozenset(word for word in folded(" ".join((*before, *after))).split() if word not in BETWEEN)
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
        if told.isdigit() or _LASTING.fullmatch(told):
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

    # --- names ---

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

    def _under_heading(self, told: str, known: Mapping[str, Known]) -> Understood | None:
        """`DXA: hip -2.7`: findings of a group under its name."""
        parts = told.split()
        for count in range(min(len(parts) - 1, 4), 0, -1):
            heading, day = phrases.dated(" ".join(parts[:count]).rstrip(":"))
            group = self._group_names.get(folded(heading))
            if group is None:
                continue
            rest = " ".join(parts[count:])
            while match := LINKS.match(rest):
                rest = rest[match.end() :]
            found = self._in_group(group, rest) or self._anything(rest, known) or self._reordered(rest, known)
            named = {*found.said, *(half.finding for half in found.halves)} if found is not None else set[str]()
            if found is None or not all(self._is_result(name) for name in named):
                continue
            if day and len(found.said) == 1:  # the day of the heading is that of the result
                return self.measured(next(iter(named)), f"{self._value_in(rest)} ({day})") or found
            return found
        return None

    def _value_in(self, words: str) -> str:
        """The value that stands behind a name."""
        opening = self.named_opening(words)
        return opening[1] if opening is not None else words

    # --- lists and halves ---


def _opens(value: Records, before: Known | None) -> Iterator[bool]:
    """For each entry, whether it is a new one."""
    known: tuple[Entry, ...] = before.entries if isinstance(before, Records) else ()
    return (entry not in known for entry in value.entries)

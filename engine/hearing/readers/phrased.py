"""Phrases of the word table, words that answer one question only, and what is said of relatives."""

from __future__ import annotations

import datetime
import math

from ...intake.words.phrases import Meaning, Statement
from ...values import dates
from ...values.value import Number
from ..hearing import Hearing, idle
from ..reading import Entry
from ..segments import Segment

_PERIODS_ENDED = frozenset({"last period", "last periods", "lmp", "final period", "periods stopped", "periods ended"})
_YEAR = 365.25
NONE, NO_OTHERS = "none", "no others"
"""What a phrase says of a whole list: that it is empty, or that what was named is all of it."""


class Phrased:
    """Reads the phrases of one line."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing

    # --- phrases ---

    def read_phrases(self) -> None:
        for segment in self.hearing.segments:
            meaning = segment.meaning
            if segment.used or meaning is None:
                continue
            if meaning.ask:
                if not self._answers_asked(segment) and not self._says_route(segment):
                    self._asks(segment, meaning.ask)
            elif not self._is_entry(meaning) and not segment.kin and not segment.planned:
                self._means(segment, meaning)

    def _answers_asked(self, segment: Segment) -> bool:
        return any(one.kind == "answer" and one.target in self.hearing.asked for one in segment.senses)

    def _says_route(self, segment: Segment) -> bool:
        """Whether it only says how a medicine beside it is taken."""
        beside = [one for one in self.hearing.segments if one.part == segment.part and one.sense("member", "medicines")]
        return segment.cue("route") is not None and bool(beside)

    def _asks(self, segment: Segment, question: str) -> None:
        self.hearing.use(segment)
        self.hearing.reading.ask(f"'{segment.text.strip()}': {question}")

    def _is_entry(self, meaning: Meaning) -> bool:
        """Whether the phrase names an entry, of which more can be said."""
        statements = meaning.statements
        return (
            len(statements) == 1
            and self.hearing.is_list(statements[0].finding)
            and statements[0].value not in (NONE, NO_OTHERS)
        )

    def _means(self, segment: Segment, meaning: Meaning) -> None:
        statements = self._denied(segment, meaning) if segment.denied else meaning.statements
        readable = [one for one in statements if self._readable(one)]
        if not statements or len(readable) < len(statements):
            return
        self.hearing.use(segment, segment.denied)
        if segment.unsure:
            self.hearing.reading.ask(
                f"'{segment.text.strip()}' is not certain", "write it without doubt, or leave it out"
            )
            return
        if self._how_it_broke(segment, statements[0].finding):
            return
        for one in statements:
            self._state(one, segment)

    def _readable(self, one: Statement) -> bool:
        if self.hearing.is_list(one.finding):
            return True
        known, problems = self.hearing.readable(one.finding, one.value)
        return known is not None or any(problem.code in ("OL301", "OL303") for problem in problems)

    def _denied(self, segment: Segment, meaning: Meaning) -> tuple[Statement, ...]:
        if len([one for one in meaning.statements if not one.follows]) != 1:
            return ()
        one = meaning.statements[0]
        finding = self.hearing.finding(one.finding)
        if finding is None or finding.form not in ("yes_no", "choice"):
            return ()
        if finding.form == "yes_no":
            return (Statement(one.finding, "no" if one.value == "yes" else "yes"),)
        return (Statement(one.finding, f"not {one.value}"),)

    def _state(self, one: Statement, segment: Segment) -> None:
        reading = self.hearing.reading
        if self.hearing.is_list(one.finding):
            listed = reading.list(one.finding)
            if one.value in (NONE, NO_OTHERS):
                listed.complete = True
                if one.value == NO_OTHERS:
                    reading.ended.add(one.finding)
            else:
                key = self.hearing.kb.findings[one.finding].key
                listed.entries.append(Entry({key: one.value}))
            return
        known, problems = self.hearing.readable(one.finding, one.value)
        if known is None:
            reading.problems += [problem for problem in problems if problem not in reading.problems]
            return
        day = "" if one.follows else self.hearing.day_of(one.finding, one.value, segment)
        reading.say(one.finding, one.value, date=day, follows=one.follows)

    # --- words that answer one question ---

    def read_answers(self) -> None:
        for segment in self.hearing.segments:
            if segment.used or segment.kind != "name" or segment.kin or segment.planned:
                continue
            found = [one for one in segment.senses if one.kind == "answer"]
            if not found:
                continue
            asked = [one for one in found if one.target in self.hearing.asked]
            if asked and (segment.cue("idle", "but", "no") is None or len(self.hearing.asked) == 1):
                chosen = asked[0]
            elif (
                segment.cue("weak") is None
                and segment.cue() is None
                and segment.sense("member") is None
                and segment.sense("finding") is None
            ):
                theirs = [one for one in found if self._of_person(one.target)]
                if len({one.target for one in theirs}) != 1:
                    continue
                chosen = theirs[0]
            else:
                continue
            if not asked and self._how_it_broke(segment, chosen.target):
                continue
            if segment.cue("weak") is not None and self._of_something_else(segment):
                continue
            if chosen.target in self.hearing.reading.results and not asked:
                same = self.hearing.reading.results[chosen.target][0].value == str(chosen.value)
                if not same:
                    continue
            value = f"not {chosen.value}" if segment.denied else str(chosen.value)
            if self.hearing.fits(chosen.target, value):
                self.hearing.use(segment, segment.denied)
                if segment.unsure:
                    self.hearing.reading.ask(f"'{segment.text.strip()}' is not certain", "write it without doubt")
                else:
                    day = self.hearing.day_of(chosen.target, value, segment)
                    self.hearing.reading.say(chosen.target, value, date=day)

    def _of_something_else(self, segment: Segment) -> bool:
        """`T4 normal`, among blood tests: a result of what stands before it, which was not read."""
        before = self.hearing.before(segment)
        if before is None or before.part != segment.part or before.used:
            return False
        return before.kind == "name" and before.cue() is None

    def _how_it_broke(self, segment: Segment, finding: str) -> bool:
        """`stress fracture running 2024`: what was done then, and not how active somebody is."""
        if finding != "physical_activity":
            return False
        if not any(one.clause == segment.clause and one.cue("fracture") is not None for one in self.hearing.segments):
            return False
        self.hearing.use(segment)
        self.hearing.reading.leave(segment.text.strip())
        return True

    def read_bracketed(self) -> None:
        """`menopause 48 (natural)`: a word alone in brackets that answers a question beside what was just said."""
        for index, one in enumerate(self.hearing.segments[1:-1], 1):
            before, behind = self.hearing.segments[index - 1], self.hearing.segments[index + 1]
            said = self.hearing.segments[index - 2] if index > 1 else None
            if one.used or (before.text, behind.text) != ("(", ")") or said is None or not said.used:
                continue
            told = said.meaning.statements if said.meaning is not None else ()
            sections = {finding.section for each in told if (finding := self.hearing.finding(each.finding)) is not None}
            for sense in one.senses:
                answered = self.hearing.finding(sense.target) if sense.kind == "answer" else None
                if (
                    answered is not None
                    and answered.section in sections
                    and answered.id not in self.hearing.reading.results
                ):
                    self.hearing.use(one)
                    self.hearing.reading.say(answered.id, str(sense.value))
                    break

    def read_ages(self) -> None:
        """How old somebody is: when born, in which decade of life, or so many years and nothing else."""
        reading = self.hearing.reading
        for one in self.hearing.segments:
            if one.used or one.time is None or one.kind != "time" or "age" in reading.results:
                continue
            before = self.hearing.before(one)
            if self._ended_periods(one):
                continue
            if (
                before is not None
                and before.cue("born") is not None
                and one.time.kind == "date"
                and len(ages := {self._age_from(day) for day in one.time.unclear or (one.time.text,)}) == 1
            ):
                self.hearing.use(before, one)
                reading.say("age", ages.pop())
            elif one.time.kind == "age" and self._of_a_relative(one):
                self.hearing.use(one)
                reading.leave(f"{one.text.strip()} (of the relative)")
            elif one.time.kind == "age" and self._says_age(one):
                if "age" in self.hearing.kb.findings and self.hearing.fits("age", one.time.text):
                    self.hearing.use(one)
                    reading.say("age", one.time.text)
            elif self._another_age():
                continue
            elif (one.time.kind == "ages" and not self._of_an_entry(one)) or (
                one.time.kind == "length" and self._alone(one) and not reading.lists
            ):
                text = one.time.text.removesuffix(" years").removesuffix(" year")
                if "age" in self.hearing.kb.findings and self.hearing.fits("age", text) and " " not in text:
                    self.hearing.use(one)
                    reading.say("age", text)

    def _ended_periods(self, one: Segment) -> bool:
        """`last period in 2009`: the age at the menopause, of somebody whose age is known, if it is over a year ago."""
        reading, name = self.hearing.reading, "age_at_menopause"
        told = next((each for each in reversed(self.hearing.segments[: one.index]) if each.text.strip() != "in"), None)
        if (
            told is None
            or told.text.strip().casefold() not in _PERIODS_ENDED
            or one.time is None
            or name in reading.results
        ):
            return False
        age = self.hearing.known.get("age")
        day = dates.partial(one.time.text) if one.time.kind == "date" and not one.time.unclear else None
        if day is None or not isinstance(age, Number) or name not in self.hearing.kb.findings:
            return False
        today, years = self.hearing.today.toordinal(), age.results[-1].interval
        low = math.floor((float(years.low) * _YEAR - (today - float(day.low))) / _YEAR)
        high = math.floor(((float(years.high) + 1) * _YEAR - 1 - (today - float(day.high))) / _YEAR)
        value = str(low) if low == high else f"{low}..{high}"
        if today - float(day.high) < _YEAR or not self.hearing.fits(name, value):
            return False
        self.hearing.use(told, one)
        reading.say(name, value)
        reading.say("menopausal_status", "postmenopausal", follows=True)
        return True

    def _another_age(self) -> bool:
        """Whether another age than that of the person was asked for: at the menopause."""
        asked = self.hearing.asked
        number = len(asked) == 1 and asked[0] != "age" and self.hearing.is_number(asked[0])
        return number and self.hearing.sheet.measured(asked[0]).unit == "year"

    def _says_age(self, one: Segment) -> bool:
        """`aged 67`, where nothing stands with it that can have been at that age."""
        around = [each for each in self.hearing.segments if each.part == one.part and each is not one]
        listed = any(each.sense("member") or each.sense("class") or each.cue("fracture", "over") for each in around)
        before = self.hearing.segments[one.index - 1] if one.index else None
        since = before is not None and before.cue("field", "over") is not None
        return one.text.casefold().startswith("age") and not listed and not since

    def _of_a_relative(self, one: Segment) -> bool:
        """`Mum yes (aged 79)`."""
        return any(each.part == one.part and each.cue("kin") is not None for each in self.hearing.segments)

    def _of_an_entry(self, one: Segment) -> bool:
        """`the pill in her 20s`: the age at which something was, not that of the person now."""
        before = (each for each in self.hearing.segments if each.part == one.part and each.index < one.index)
        return any(each.sense("member") or each.sense("class") or each.cue("fracture") for each in before)

    def _alone(self, one: Segment) -> bool:
        around = [each for each in self.hearing.segments if each.part == one.part and each is not one]
        return (
            all(each.kind == "mark" or idle(each) for each in around)
            and one.time is not None
            and "year" in one.time.text
        )

    def _age_from(self, born: str) -> str:
        """The age of somebody born on a day, in a month or a year."""
        day = dates.partial(born)
        assert day is not None
        first, last = (datetime.date.fromordinal(int(end)) for end in (day.low, day.high))
        ages = [_whole_years(end, self.hearing.today) for end in (last, first)]
        return str(ages[0]) if ages[0] == ages[1] else f"{ages[0]}..{ages[1]}"

    def read_stopped_smoking(self) -> None:
        """`non-smoker (stopped 1995)`, `ex, quit 2009`: who stopped has smoked."""
        reading, asked = self.hearing.reading, "smoking" in self.hearing.asked
        said = reading.results.get("smoking", [])
        over = [
            one
            for one in self.hearing.open
            if one.cue("over", "ended") is not None
            or ((cue := one.cue("field")) is not None and cue.value == "stopped")
        ]
        if not over or not (asked or said) or reading.lists or "smoking" not in self.hearing.kb.findings:
            return
        alone = all(self._says_no_more(one) for one in over)
        if said and said[-1].value not in (("never", "former", "current") if alone else ("never", "former")):
            return
        reading.results["smoking"] = []
        reading.say("smoking", "former")
        self.hearing.use(*over)
        for one in self.hearing.open:
            if one.kind == "time" and one.clause == over[0].clause:
                one.used = True
                reading.leave(one.text.strip())

    def _says_no_more(self, over: Segment) -> bool:
        """Whether `quit` stands with nothing that could have been given up but what the line speaks of."""
        rest = [one for one in self.hearing.segments if one.part == over.part and one is not over]
        return all(one.kind in ("mark", "time") or idle(one) or one.sense("answer", "smoking") for one in rest)

    def read_leftovers(self) -> None:
        """The sex behind an age, a time without a place, a word without a name: `52 yo F`, `quit in 2010`, `fine`."""
        reading = self.hearing.reading
        for one in list(self.hearing.open):
            written = one.text.strip().upper() if self._stands_alone(one) else one.text.strip()
            letter = {"F": "female", "M": "male"}.get(written)
            sex = one.sense("answer", "sex")
            letter = letter or (str(sex.value) if sex is not None and len(one.text.strip()) > 3 else None)
            if (
                letter
                and "age" in reading.results
                and "sex" not in reading.results
                and "sex" in self.hearing.kb.findings
            ):
                self.hearing.use(one)
                reading.say("sex", letter)
            elif one.kind == "time" and self._beside_an_answer(one):
                before = self.hearing.segments[one.index - 1] if one.index else one
                told = [before, one] if before.cue("idle", "field") is not None else [one]
                self.hearing.use(*told)
                reading.leave(self.hearing.told(*told))
            elif one.cue("result") is not None and self.hearing.asked:
                continue
            elif one.cue("weak") is not None and not (reading.results or reading.lists):
                self.hearing.use(one)
                reading.ask(f"'{one.text.strip()}' of what?", "write it behind the name", "OL322")

    def _stands_alone(self, one: Segment) -> bool:
        """Whether a letter ends its line, or its part: `DOB 14.02.1952 f`."""
        following = self.hearing.segments[one.index + 1] if one.index + 1 < len(self.hearing.segments) else None
        return following is None or following.kind == "mark"

    def _beside_an_answer(self, one: Segment) -> bool:
        """Whether a word that answers a question stands beside a time, for which that question has no place."""
        around = [each for each in self.hearing.segments if each.part == one.part and each.used]
        return any(each.sense("answer") is not None or each.meaning is not None for each in around) and not any(
            each.sense("member") is not None for each in around
        )

    def _of_person(self, name: str) -> bool:
        finding = self.hearing.finding(name)
        return finding is not None and finding.known_by == "person"


def _whole_years(born: datetime.date, today: datetime.date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

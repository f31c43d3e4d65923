"""Corrections: what takes back or puts right what was said just before, on the same line or the line before."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from ..intake.figures.numbers import Quantity
from ..intake.words.lexicon import Sense
from .hearing import Hearing, idle
from .reading import Entry, Reading
from .segments import Line, Segment


@dataclass(slots=True)
class Said:
    """The last thing that was said: a finding with its value as it was typed, or an entry of a list."""

    finding: str = ""
    value: str = ""
    date: str = ""
    entry: dict[str, str] = field(default_factory=dict)
    doubted: bool = False
    """Whether it was asked back, and nothing kept of it."""

    @classmethod
    def of(cls, reading: Reading, before: tuple[Said, ...]) -> tuple[Said, ...]:
        """What a reading said, the last first; what was said before where it said nothing."""
        found = [cls(name, results[-1].value, results[-1].date) for name, results in reading.results.items() if results]
        found += [
            cls(name, entry=dict(entry.fields)) for name, listed in reading.lists.items() for entry in listed.entries
        ]
        found += [cls(one.finding, one.number, doubted=True) for one in reading.bare]
        if reading.doubted is not None:
            found.append(cls(*reading.doubted, doubted=True))
        found.reverse()
        found.sort(key=lambda one: one.finding != reading.last)
        return tuple(found) or before


def split(line: Line, spoken: bool) -> tuple[int, bool] | None:
    """The place of the words that correct what stands before them, and whether something does stand there.

    `spoken`: something was said on a line before, which `no, 7.5` can correct.
    """
    telling = [one for one in line.segments if not idle(one) and one.kind != "mark"]
    for index, one in enumerate(telling):
        following = telling[index + 1] if index + 1 < len(telling) else None
        if one.cue("correct", "undo") is not None and (index or following is None or _corrects(following, one)):
            return one.index, index > 0
        if not index and one.cue("undo", "about") is not None:
            return one.index, False
        alone = spoken and not index and one.text.strip().casefold() == "no" and len(telling) == 2
        dated = spoken and not index and one.text.strip().casefold() == "no" and len(telling) == 3
        if dated and following is not None and following.cue("field") is not None and telling[2].kind == "time":
            return one.index, False
        if alone and following is not None and following.kind in ("number", "time"):
            return one.index, False
        plain_no = one.cue("no") is not None and one.text.strip().casefold() in ("no", "nope", "not")
        if plain_no and index and following is not None and following.kind in ("number", "time"):
            before = telling[index - 1]
            if before.kind == following.kind and one.text.strip().casefold() != "not":
                return one.index, True
    return None


def _corrects(following: Segment, one: Segment) -> bool:
    return one.cue("correct") is not None


def keep_units(hearing: Hearing, last: tuple[Said, ...]) -> None:
    """`sorry vit d 32`, after 22 ng/mL: a number that puts another right has its unit."""
    for one in list(hearing.reading.bare):
        units = {said.value.partition(" ")[2] for said in last if said.finding == one.finding and not said.entry}
        unit = units.pop() if len(units) == 1 else ""
        if unit and hearing.fits(one.finding, f"{one.number} {unit}"):
            hearing.reading.bare.remove(one)
            hearing.reading.say(one.finding, f"{one.number} {unit}", unit_assumed=True)


def spoken_of(hearing: Hearing, last: tuple[Said, ...]) -> bool:
    """`the hip was 2021`: the day of an entry that was told on the line before, put right."""
    opening = hearing.line.text.casefold().split()[:1]
    telling = [one for one in hearing.segments if not idle(one) and one.kind != "mark"]
    verb = any(one.text.casefold().split()[-1:] in (["was"], ["is"]) for one in hearing.segments)
    if opening != ["the"] or not verb or [one.kind for one in telling] != ["name", "time"]:
        return False
    for one in last:
        key = hearing.kb.findings[one.finding].key if one.entry else ""
        named = {tuple(sense.value) for sense in telling[0].senses if isinstance(sense.value, frozenset)}
        if key and (one.entry.get(key, ""),) in named:
            return Corrections(hearing, one).read()
    return False


def named_again(hearing: Hearing) -> None:
    """`hip should be -2.4`, `age is 67 not 76`: what is put right is named, and nothing else is meant."""
    telling = [one for one in hearing.segments if not idle(one) and one.kind != "mark"]
    kinds = [one.kind for one in telling[:3]]
    if kinds == ["name", "name", "number"] and telling[1].cue("correct") is not None and len(telling) == 3:
        found = {one.target for one in telling[0].senses if one.kind == "finding"}
        if found:
            telling[1].used, telling[1].senses = True, (Sense("cue", "idle"),)
            hearing.reading.replaces |= found
    for one, no, other in zip(telling, telling[1:], telling[2:], strict=False):
        if no.text.strip().casefold() != "not" or other.kind != "number" or one.kind == "word":
            continue
        for name, known in hearing.known.items():
            said = other.number is not None and hearing.is_number(name) and hearing.fits(name, other.number.text())
            if said and other.number is not None and hearing.readable(name, other.number.text())[0] == known:
                hearing.use(no, other)
                hearing.reading.replaces.add(name)


class Corrections:
    """Reads a line, or the rest of one, as putting right what was said last."""

    def __init__(self, hearing: Hearing, last: Said) -> None:
        self.hearing, self.last, self.reading = hearing, last, hearing.reading

    @property
    def _open(self) -> list[Segment]:
        return [one for one in self.hearing.open if not idle(one) and one.kind != "mark" and one.cue("but") is None]

    def read(self) -> bool:
        """Whether the line was a correction of the last thing said and nothing else."""
        self._not_that()
        words = [one for one in self._open if one.cue("correct") is None]
        if not words:
            return False
        done = self._list(words) if self.last.entry else self._result(words)
        if done:
            for one in self.hearing.segments:
                if one.cue("correct") is not None:
                    one.used = True
        return done

    def _not_that(self) -> None:
        """`76 not 67`, `ankle not wrist`: what is named as wrong says nothing else."""
        words = self._open
        for one, after in itertools.pairwise(words):
            if one.cue("no") is None or one.text.strip().casefold() != "not":
                continue
            old = after.number is not None and after.number.low == self.last.value.split(" ")[0]
            member = self._member(after)
            if old or (member and member in self.last.entry.values()):
                self.hearing.use(one, after)

    def _member(self, one: Segment) -> str:
        """The one member of the list last spoken of that a segment names."""
        finding = self.hearing.finding(self.last.finding)
        if finding is None or finding.form != "records":
            return ""
        sense = one.sense("member", finding.fields[finding.key].choices)
        members = sense.value if sense is not None and isinstance(sense.value, frozenset) else frozenset[str]()
        return next(iter(members)) if len(members) == 1 else ""

    # --- results ---

    def _result(self, words: list[Segment]) -> bool:
        one = words[0]
        if len(words) == 1 and one.kind == "number" and one.number is not None:
            return self._number(one, one.number)
        if len(words) == 1 and one.kind == "name" and (name := self._other_finding(one)):
            self.hearing.use(*self.hearing.segments)
            self.reading.gone[self.last.finding] = frozenset()
            self.reading.say(name, self.last.value, date=self.last.date)
            return True
        unit = self._unit(words)
        number = self.last.value.rpartition(" ")[0] or self.last.value
        if unit and self.hearing.fits(self.last.finding, f"{number} {unit}"):
            self.hearing.use(*self.hearing.segments)
            self._replace(f"{number} {unit}")
            return True
        return False

    def _unit(self, words: list[Segment]) -> str:
        text = self.hearing.line.text[words[0].start : words[-1].end].strip()
        parsed = self.hearing.sheet.units.parse(text.replace(" ", "")) if len(text) < 20 else None
        return text.replace(" ", "") if parsed is not None else ""

    def _other_finding(self, one: Segment) -> str:
        """Another finding that the value can be of: `that's the spine`."""
        kind = self.last.finding.partition("_score_")[0] + "_score_" if "_score_" in self.last.finding else ""
        for sense in one.senses:
            same = sense.kind == "finding" and sense.target != self.last.finding and sense.target.startswith(kind)
            if same and self.hearing.is_number(sense.target) and self.hearing.fits(sense.target, self.last.value):
                return sense.target
        return ""

    def _number(self, one: Segment, number: Quantity) -> bool:
        name = self.last.finding
        if number.bad or number.about:
            return False
        value, _, unit = self.last.value.partition(" ")
        text = number.text(number.unit or unit, sign="_score" in name or number.signed)
        moved = value.lstrip("-").replace(".", "").lstrip("0") == number.low.lstrip("-").replace(".", "").lstrip("0")
        if moved and value.lstrip("-") != number.low.lstrip("-") and not number.unit:
            self.hearing.use(*self.hearing.segments)
            self.reading.ask(
                f"'{one.text.strip()}' for {self.last.value}: with the same unit?", f"write it with its unit: {text}"
            )
            return True
        if "_score" in name and not number.signed and number.value > 0 and value.startswith("-"):
            self.hearing.use(*self.hearing.segments)
            self.reading.ask(
                f"'{one.text.strip()}': above zero, or a minus left out?", f"write -{number.low} or +{number.low}"
            )
            return True
        if not self.hearing.fits(name, text):
            return False
        self.hearing.use(*self.hearing.segments)
        self._replace(text)
        return True

    def _replace(self, text: str) -> None:
        self.reading.say(self.last.finding, text, date=self.last.date)
        self.reading.replaces.add(self.last.finding)

    # --- entries ---

    def _list(self, words: list[Segment]) -> bool:
        finding = self.hearing.kb.findings[self.last.finding]
        fields = dict(self.last.entry)
        renamed = ""
        for one in words:
            member = self._member(one)
            if member:
                renamed = member
            elif one.time is not None and one.kind == "time":
                if not self._time(one, fields):
                    return False
            elif one.number is not None and one.kind == "number" and "dose" in finding.fields:
                unit = one.number.unit or fields.get("dose", "mg").partition(" ")[2] or "mg"
                fields["dose"] = one.number.text(unit, sign=False)
            elif one.cue("field", "over") is None:
                return False
        before = fields[finding.key]
        fields[finding.key] = renamed or before
        if renamed and renamed != before:  # a dose is that of the medicine it was said of
            fields = {
                name: text
                for name, text in fields.items()
                if name not in ("dose", "every", "daily_dose") or self.last.entry.get(name) != text
            }
        entry = Entry(fields)
        if fields == self.last.entry or self.hearing.readable(self.last.finding, entry.node)[0] is None:
            return False
        self.hearing.use(*self.hearing.segments)
        self.reading.gone[self.last.finding] = frozenset({before})
        self.reading.list(self.last.finding).entries.append(entry)
        return True

    def _time(self, one: Segment, fields: dict[str, str]) -> bool:
        if one.time is None or one.time.unclear:
            return False
        for before in reversed(self.hearing.segments[: one.index]):
            cue = before.cue("field")
            if cue is not None:
                fields[str(cue.value)] = one.time.text
                return True
        if one.time.kind == "every":
            fields["every"] = one.time.text
            return True
        dated = [name for name in ("date", "last_given", "started", "stopped", "age_at") if name in fields]
        usual = [name for name in ("date",) if name in self.hearing.kb.findings[self.last.finding].fields]
        wanted = ["age_at"] if one.time.kind == "age" else dated[:1] or usual
        if len(wanted) != 1 or one.time.kind not in ("date", "age"):
            return False
        fields[wanted[0]] = one.time.text
        return True

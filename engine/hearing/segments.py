"""A line in segments: names, numbers, times and words, each with its place, its clause and its part of the clause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..intake.figures.numbers import Numbers, Quantity
from ..intake.figures.text import RUN, key_of, plain
from ..intake.figures.times import Time, Times
from ..intake.words.lexicon import Lexicon, Sense
from ..intake.words.phrases import Meaning

_BETWEEN = re.compile(r" ?[-/'._]? ?|[()]|\)? ?")
_SHORTENED = "".join(
    rf"(?<!\b{word}\.)"
    for word in (
        "ca",
        "approx",
        "[SU]",
        "[Tt]ab",
        "[Cc]ap",
        "[Ii]nj",
        "[Ss]yp",
        "Dr",
        "[RL]t",
        "[Pp]rev",
        "[Cc]orr",
        "[Aa]dj",
        "[Vv]it",
        "[Gg]eb",
        "b",
        r"O\.B",
    )
)
"""What a full stop shortens, and does not end: `S. Creatinine`, `Tab. Alendronate`."""
_STOP = re.compile(rf"[;\n]|\.(?=\s+\S){_SHORTENED}|\.\s*$|[!]")
_SPECIMEN = re.compile(r"\s*(?:serum|plasma|blood|fasting|random)\b", re.IGNORECASE)
"""What laboratories print behind the name of a test and a comma: `Calcium, Serum`."""
_MEASURED = re.compile(r"\s*[:=]?\s*[-<>]?\s*\d+(?:\.\d|\s*(?:m|u|µ|n|p)?(?:g|mol|eq)\s*(?:/|%))", re.IGNORECASE)
"""A number with a decimal or a unit: what stands before it is the name of a result."""
_UNIT_BEHIND = re.compile(r"\s*(?:[munp]?mol|[munp]?g/|mg|mcg|ug|iu|u/l|units|kg|cm|%|lbs?\b)", re.IGNORECASE)
"""A unit behind a number that a phrase would take for an age or a count."""
_AFTER_PREPOSITION = re.compile(
    r"\b(?:in|since|last|until|till|from|by|to|early|late|mid|this|on|actually|was)\s+$|\($", re.I
)
_AFTER_COMMA, _ENDS_PART = re.compile(r"[,;]\s*$"), re.compile(r"\s*(?:[,;.\n]|$)")
"""Around a month that is a word as well and stands alone: `rib fractures, March`."""
_ENDS = frozenset({";", "\n", ".", "!"})
_MOST_MENDED = 8
"""After so many mistyped words a line is no line of this kind, and nobody waits for a guess at each."""
_OF_A_TIME = re.compile(
    r".{0,2}?\s?(?:/|\b(?:a|per|each|every)\b)\s*(?:day|week|month|year|night|d|wk)\b|..?\s(?:daily|weekly)\b", re.I
)
"""A rate: a question for it has been answered."""
_LETTER_RUNS = re.compile(r"[a-z]+")
_NEGATIVE = re.compile(r"neg(?:ative)?\s+", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Za-z]{1,4}(?=\d)")
_WORDY_MONTHS = frozenset({"may", "mar", "march", "sep", "dec", "jan"})


_NUMBERED = re.compile(r"(?m)^[ \t]*\d{1,2}[.)][ \t]+(?=[A-Za-z])")
"""The number of an entry of a pasted list."""
_UNIT_OF_COLUMN = re.compile(r"(?<=[A-Za-z])\s?\((?:g|cm2|cm\^2|g/cm2|g/cm\^2)\)", re.IGNORECASE)
"""The unit in the head of a column of a scan: `BMD(g/cm2)`."""
_OWN_COLUMN = re.compile(r"(?<=\d)[ \t]*\|[ \t]*(?=(?:[mµunp]?mol|[mµunpk]?g|m?IU|U)(?:/|%))", re.IGNORECASE)
"""The sign between a number and a unit that has a column of its own."""


def _without_columns(text: str) -> str:
    """The text without what only lays it out: the numbers of a list, a column of units."""
    if "|" in text:
        text = _OWN_COLUMN.sub(" ", text)
    if "(" in text:
        text = _UNIT_OF_COLUMN.sub("", text)
    if "\n" in text and len(_NUMBERED.findall(text)) > 1:
        text = _NUMBERED.sub("", text)
    return text


@dataclass(slots=True, eq=False)
class Segment:
    """A piece of a line that means something by itself, or a word that does not.

    `kind`: `name`, `number`, `time`, `word`, or `mark` (a sign that parts). `clause` counts what full stops, semicolons
    and new lines part, `part` what commas part.
    """

    start: int
    end: int
    text: str
    kind: str
    senses: tuple[Sense, ...] = ()
    number: Quantity | None = None
    time: Time | None = None
    clause: int = 0
    part: int = 0
    index: int = 0
    mended: str = ""
    used: bool = False
    denied: Segment | None = None
    unsure: bool = False
    kin: str = ""
    over: bool = False
    planned: bool = False
    had: bool = False

    def sense(self, kind: str, target: str = "") -> Sense | None:
        """The sense of this kind (and target) that it can have."""
        for one in self.senses:
            if one.kind == kind and target in ("", one.target):
                return one
        return None

    def cue(self, *roles: str) -> Sense | None:
        """The word of grammar that it is, if its role is one of these."""
        return next((one for one in self.senses if one.kind == "cue" and (not roles or one.target in roles)), None)

    @property
    def meaning(self) -> Meaning | None:
        one = self.sense("phrase")
        return one.value if one is not None and isinstance(one.value, Meaning) else None

    @property
    def blocked(self) -> bool:
        """Whether it is said not to be the case of the patient now: denied, uncertain, planned, of a relative."""
        return bool(self.denied or self.unsure or self.kin or self.planned)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a line with their places, as they were typed and as they are looked up."""

    text: str
    runs: list[re.Match[str]]
    keys: list[str]
    places: dict[int, int]

    @property
    def raw(self) -> list[str]:
        return [run.group() for run in self.runs]

    def gaps(self, index: int) -> bool:
        """Whether a name may go on from the word before this one to it."""
        between = self.text[self.runs[index - 1].end() : self.runs[index].start()]
        return between in ("", " ") or _BETWEEN.fullmatch(between) is not None


@dataclass(frozen=True, slots=True)
class Line:
    """A typed line in segments."""

    text: str
    segments: tuple[Segment, ...]

    def told(self, first: Segment, last: Segment) -> str:
        """The words of the line from one segment to another, as they were typed."""
        return self.text[first.start : last.end]


class Segmenter:
    """Cuts lines into segments by one lexicon on one day."""

    def __init__(self, lexicon: Lexicon, numbers: Numbers, times: Times) -> None:
        self.lexicon, self.numbers, self.times = lexicon, numbers, times

    def cut(self, line: str, context: Iterable[str] = ()) -> Line:
        """The line in segments; `context` are words that were asked for, to which short typos are held."""
        text = _without_columns(plain(line))
        runs = list(RUN.finditer(text))
        keys = [key_of(run.group()) for run in runs]
        mended = self._mend(keys, runs, context)
        words = _Words(text, runs, keys, {run.start(): index for index, run in enumerate(runs)})
        segments = list(self._segments(words))
        clause = part = 0
        for index, segment in enumerate(segments):
            segment.index, segment.clause, segment.part = index, clause, part
            if segment.kind == "name":
                told = [word for place, word in mended.items() if segment.start <= place < segment.end]
                segment.mended = " ".join(told)
            elif segment.kind == "mark":
                if segment.text in _ENDS:
                    clause, part = clause + 1, part + 1
                elif segment.text == ",":
                    part += 1 if _SPECIMEN.match(text, segment.end) is None else 0
        return Line(text, tuple(segments))

    def _mend(self, keys: list[str], runs: list[re.Match[str]], context: Iterable[str]) -> dict[int, str]:
        """Mend mistyped words in place; gives, by place, the word that was meant."""
        found: dict[int, str] = {}
        known, near = self.lexicon.vocabulary, tuple(context)
        for index, key in enumerate(keys):
            if key in known or len(key) < 2 or not key.isalpha() or len(found) >= _MOST_MENDED:
                continue
            word = self.lexicon.mended(key, near)
            if word is not None:
                keys[index], found[runs[index].start()] = word, word
        return found

    def _segments(self, words: _Words) -> Iterator[Segment]:
        text, place, split = words.text, 0, -1
        patterns = self._patterns(words)
        while place < len(text):
            if text[place] == " ":
                place += 1
                continue
            found = self._longest(words, place, patterns, place == split)
            if found is None:
                run = words.places.get(place)
                end = words.runs[run].end() if run is not None else place + 1
                kind = "word" if run is not None and text[place] != "=" else "mark"
                found = Segment(place, end, text[place:end], kind)
                if kind == "mark" and found.text == "." and not _STOP.match(text, place):
                    found.text = "·"
            yield found
            place = found.end
            split = place if text[place - 1].isalpha() and found.text.isalpha() else -1

    def _longest(
        self, words: _Words, place: int, patterns: dict[int, tuple[int, Meaning]], split: bool
    ) -> Segment | None:
        """The longest thing that begins here: a phrase before a name, a name before a time or number."""
        text, number = words.text, None
        found: list[tuple[int, int, Segment]] = []
        if place in patterns:
            end, meaning = patterns[place]
            found.append((end, 3, Segment(place, end, text[place:end], "name", (Sense("phrase", "", meaning),))))
        run = words.places.get(place)
        if run is not None:
            measured = _MEASURED.match(text, words.runs[run].end()) is not None
            named = self.lexicon.longest(words.keys, words.raw, run, words.gaps, measured)
            if named is not None:
                end = words.runs[run + named[0] - 1].end()
                found.append((end, 2, Segment(place, end, text[place:end], "name", named[1])))
        if run is not None or split or text[place] in "-+<>.~@'/":
            begins = split or not (place and text[place - 1].isalnum() and text[place].isalnum())
            if begins and (timed := self._time(text, place)) is not None:
                found.append((timed[0], 1, Segment(place, timed[0], text[place : timed[0]], "time", time=timed[1])))
            number = self.numbers.at(text, place) if begins and not self._negative_then(text, place) else None
            if number is not None and "\n" in text[place : number[0]]:
                number = self.numbers.at(text[: text.index("\n", place)], place)
            if number is not None:
                end, quantity = number
                found.append((end, 0, Segment(place, end, text[place:end], "number", number=quantity)))
        found = [one for one in found if one[0] > place]
        if not found:
            return self._split(words, place)
        best = max(found, key=lambda one: one[:2])
        if best[2].cue("number") is not None and number is not None and number[0] == best[0]:
            best[2].number = number[1]
        return best[2]

    def _negative_then(self, text: str, place: int) -> bool:
        """Whether `negative` stands before a day, so that it is no sign of a number: `HIV negative 2023`."""
        match = _NEGATIVE.match(text, place)
        return match is not None and (found := self._time(text, match.end())) is not None and found[1].kind == "date"

    def _time(self, text: str, place: int) -> tuple[int, Time] | None:
        found = self.times.at(text, place)
        if found is None:
            return None
        word = text[place : found[0]].casefold().rstrip(".")
        alone = _AFTER_COMMA.search(text[:place]) and _ENDS_PART.match(text, found[0])
        if word in _WORDY_MONTHS and not alone and not _AFTER_PREPOSITION.search(text[:place]):
            return None
        return found

    def _split(self, words: _Words, place: int) -> Segment | None:
        """`F61`, `x5`, `T12` where no name begins: the letters alone."""
        match = _LETTERS.match(words.text, place)
        if match is None or (place and words.text[place - 1].isalnum() and not words.text[place - 1].isdigit()):
            return None
        key = key_of(match.group())
        senses = self.lexicon.alone(key)
        return Segment(place, match.end(), match.group(), "name" if senses else "word", senses)

    def _amounts(self, match: re.Match[str]) -> bool:
        """Whether what stands in the holes for amounts has a unit of that dimension."""
        for name, told in match.groupdict().items():
            if told is None or name in ("N", "NN"):
                continue
            found = self.numbers.at(told, 0)
            unit = self.numbers.table.parse(found[1].unit) if found is not None and found[1].unit else None
            if unit is None or unit.dimension != ((name.lower(), 1),):
                return False
        return True

    def _patterns(self, words: _Words) -> dict[int, tuple[int, Meaning]]:
        """Where phrases with holes stand, by their beginning; the longest of each."""
        found: dict[int, tuple[int, Meaning]] = {}
        text = words.text
        present = frozenset(_LETTER_RUNS.findall(text.casefold()))
        for pattern in self.lexicon.patterns:
            if pattern.words and pattern.words.isdisjoint(present):
                continue
            for match in pattern.expression.finditer(text):
                start = match.start()
                end = start + len(match.group().rstrip(" :,-\n"))
                inside = start and text[start - 1].isalnum() and text[start].isalnum()
                signed = start and text[start].isdigit() and text[start - 1] in ".,-+<>/"
                asks = pattern.meaning.startswith("?") and _OF_A_TIME.match(text, max(start, end - 2)) is not None
                if asks or inside or signed or "\n" in text[start:end] or not self._amounts(match):
                    continue
                if text[end - 1].isdigit() and _UNIT_BEHIND.match(text, end) is not None:
                    continue
                if text[end : end + 2].strip() in ("s", "'s"):
                    continue
                if start not in found or found[start][0] < end:
                    found[start] = (end, pattern.meant(match))
        return found

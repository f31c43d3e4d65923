"""One line typed at the prompt, as answers: to the question that was asked, or to anything else that can be said."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..intake import lookup, record
from ..intake.answers import answers
from ..intake.answers.sheet import Sheet, clipped
from ..knowledge_base.files.nodes import ListNode
from ..knowledge_base.model import KnowledgeBase
from ..knowledge_base.naming import Names
from ..values.problems import Problem, did_you_mean
from ..values.value import Choice, Gap, Known, Number, Records, is_addition
from . import commands
from .corrections import Corrections, Said, split
from .entries import Entries
from .hearing import Hearing, idle
from .lexicon import Lexicon, distance
from .merging import joined
from .numbers import Numbers
from .pending import Pending
from .phrased import Phrased
from .reading import PROMPT, Reading, Result
from .results import Results
from .risk import Risk
from .scope import mark
from .scores import Scores
from .segments import Line, Segment, Segmenter
from .text import plain
from .times import Times
from .understood import LOST, UNREAD, Conflicting, Half, Understood

VERSION = 2
"""The version of the reader: a consultation that was kept under another one is read anew and compared."""
_LONGEST, _MOST_SEGMENTS = 4000, 600


class Question(Protocol):
    """A question that was put: its findings in their order."""

    @property
    def findings(self) -> tuple[str, ...]: ...
    @property
    def any_of(self) -> bool: ...
    @property
    def detail(self) -> tuple[int, str] | None: ...
    @property
    def groups(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """A line, the reading of it, and what was said last."""

    line: Line
    reading: Reading
    said: Mapping[str, Known]
    conflicts: tuple[Conflicting, ...]
    halves: tuple[Half, ...]
    unit_assumed: frozenset[str]
    last: tuple[Said, ...]


class Ear:
    """Reads lines against one knowledge base on one day."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.today = names, names.kb, today
        self.sheet = Sheet(names.kb, today)
        self.lexicon = Lexicon(names.kb, self.sheet)
        self._segmenter = Segmenter(self.lexicon, Numbers(self.sheet.units), Times(today))

    def hear(
        self,
        text: str,
        asked: tuple[str, ...],
        known: Mapping[str, Known],
        last: tuple[Said, ...] = (),
        system: str = "",
        any_of: bool = False,
    ) -> Heard:
        """The line, read; `last` is what was said before it, `system` the units that were chosen."""
        setting = commands.setting(text)
        line = self._segmenter.cut(setting or text, self._words_of(asked))
        hearing = Hearing(self.names, self.sheet, line, asked, known, self.today, system)
        command = commands.asked(text) if setting is None else ("change", setting)
        if command is not None and command[0] != "change":
            hearing.reading.command = command
            return self._heard(hearing, last)
        cut = split(line, bool(last) and len(asked) < 2)
        if cut is not None:
            self._corrected(hearing, cut, last, any_of)
        else:
            self._plain(hearing, any_of, last)
        self._leftover(hearing)
        if command is not None:
            hearing.reading.command = command
            hearing.reading.replaces |= {*hearing.reading.results, *hearing.reading.lists}
        return self._heard(hearing, last)

    def segments(self, text: str) -> tuple[Segment, ...]:
        """The segments of a line by itself."""
        return self._segmenter.cut(text).segments

    def _words_of(self, asked: tuple[str, ...]) -> Iterator[str]:
        for name in asked:
            entry = self.kb.findings.get(name)
            for spelling in (entry.label, *entry.synonyms) if entry is not None else ():
                for word in spelling.casefold().replace("-", " ").split():
                    if word.isalpha() and 3 <= len(word) <= 5:
                        yield word

    # --- reading ---

    def _plain(self, hearing: Hearing, any_of: bool, last: tuple[Said, ...]) -> None:
        pending = Pending(hearing, any_of)
        if pending.whole():
            return
        if last and last[0].entry and self._completes(hearing, last[0]):
            return
        if last and last[0].doubted and self._redeems(hearing, last[0]):
            return
        self._read(hearing)
        pending.rest()
        pending.left()

    def _read(self, hearing: Hearing) -> None:
        for segment, cue in mark(hearing.segments):
            if not segment.used and not cue.used:
                self._either_way(hearing, segment, cue)
        _doubt_mistyped_denials(hearing)
        phrased, entries = Phrased(hearing), Entries(hearing)
        phrased.read_family()
        phrased.read_phrases()
        Risk(hearing).read()
        Scores(hearing).read()
        Results(hearing).read()
        entries.read()
        phrased.read_answers()
        phrased.read_stopped_smoking()
        phrased.read_ages()
        phrased.read_it()
        self._nothing_else(hearing)

    def _either_way(self, hearing: Hearing, segment: Segment, cue: Segment) -> None:
        before = [one for one in hearing.segments if cue.index <= one.index < segment.index and one.part == cue.part]
        told, name = hearing.told(*before), segment.text.strip()
        opening = cue.text.strip()
        no = f"{opening} {name}" if cue.cue("no", "over") is not None else f"no {name}"
        hearing.use(segment)
        hearing.reading.ask(f"'{name}' after '{told}' can be meant either way", f"write 'has {name}' or '{clipped(no)}'")

    def _nothing_else(self, hearing: Hearing) -> None:
        """`asthma, nothing else`; `wrist 2019, no others`; `no fractures`: the list ends there."""
        reading = hearing.reading
        for one in hearing.open:
            cue = one.cue("nothing")
            if cue is None or one.used or not (cue.value or self._stands_alone(hearing, one)):
                continue
            name = str(cue.value) or (reading.last if reading.last in reading.lists else "")
            asked = [each for each in hearing.asked if hearing.is_list(each)]
            name = name or (asked[0] if len(asked) == 1 else "")
            if name in hearing.kb.findings and hearing.is_list(name):
                reading.list(name).complete = True
                hearing.use(one)

    @staticmethod
    def _stands_alone(hearing: Hearing, one: Segment) -> bool:
        """Whether a part of the line says nothing else: `none` of `rib 2019, none`, not of `none painful`."""
        around = [each for each in hearing.segments if each.part == one.part and each is not one]
        return all(each.kind == "mark" or idle(each) or each.cue("but", "yes", "nothing") for each in around)

    def _completes(self, hearing: Hearing, last: Said) -> bool:
        """A line of nothing but times and doses, after an entry: `last dose 11/2025` behind `Prolia`."""
        told = [one for one in hearing.segments if not idle(one) and one.kind != "mark"]
        times = [one for one in told if one.kind == "time"]
        cues = [one for one in told if one.cue("field", "over") is not None]
        if not times or not cues or len(times) + len(cues) < len(told):
            return False
        return Corrections(hearing, last).read()

    def _redeems(self, hearing: Hearing, last: Said) -> bool:
        """`minus 2.4`, after a 2.4 that was doubted."""
        loose = [one for one in hearing.open if one.kind == "number" and one.number is not None and one.number.signed]
        others = [one for one in hearing.open if one not in loose and not idle(one) and one.kind != "mark"]
        if len(loose) != 1 or others or loose[0].number is None or "_score" not in last.finding:
            return False
        if not hearing.fits(last.finding, loose[0].number.text("")):
            return False
        hearing.use(loose[0])
        hearing.reading.say(last.finding, loose[0].number.text(""))
        return True

    def _corrected(self, hearing: Hearing, cut: tuple[int, bool], last: tuple[Said, ...], any_of: bool) -> None:
        """What stands before the word that corrects is read first, what stands behind it puts that right."""
        place, has_before = cut
        cue = hearing.segments[place]
        rest = [one for one in hearing.segments[place + 1 :] if not (idle(one) or one.kind == "mark")]
        if cue.cue("undo") is not None and not rest:
            hearing.use(*hearing.segments)
            hearing.reading.command = ("undo", "")
            return
        if cue.cue("undo") is not None and not has_before and last:
            self._withdraw(hearing.reading, last[0])
        if has_before:
            before = self._part(hearing, hearing.segments[:place])
            self._plain(before, any_of, last)
            last = Said.of(before.reading, last)
            self._take(hearing.reading, before.reading)
        behind = self._part(hearing, hearing.segments[place:])
        for one in behind.segments:
            one.used = one.used or one is cue
        if any(Corrections(behind, one).read() for one in last):
            self._put_right(hearing.reading, behind.reading, has_before)
            return
        self._plain(behind, any_of, ())
        behind.reading.replaces |= {*behind.reading.results, *behind.reading.lists}
        self._put_right(hearing.reading, behind.reading, has_before)

    def _withdraw(self, reading: Reading, last: Said) -> None:
        """The last thing said no longer stands."""
        key = self.kb.findings[last.finding].key if last.finding in self.kb.findings else ""
        members = last.entry.get(key, "").split(" or ") if last.entry else []
        reading.gone[last.finding] = frozenset(one for one in members if one)

    def _part(self, hearing: Hearing, segments: tuple[Segment, ...]) -> Hearing:
        for index, one in enumerate(segments):
            one.index = index
        line = Line(hearing.line.text, segments)
        return Hearing(self.names, self.sheet, line, hearing.asked, hearing.known, self.today, hearing.system)

    @staticmethod
    def _take(whole: Reading, part: Reading) -> None:
        for name in ("results", "lists"):
            getattr(whole, name).update(getattr(part, name))
        for name in ("bare", "problems", "left"):
            getattr(whole, name).extend(getattr(part, name))
        whole.answered, whole.not_known, whole.last = part.answered or whole.answered, part.not_known, part.last
        whole.doubted = part.doubted

    def _put_right(self, whole: Reading, part: Reading, within: bool) -> None:
        for name, gone in part.gone.items():
            if within and name in whole.results:
                whole.results.pop(name)
            if within and name in whole.lists:
                listed = whole.lists[name]
                key = self.kb.findings[name].key
                listed.entries = [one for one in listed.entries if one.fields.get(key) not in gone]
        for name, results in part.results.items():
            whole.results[name] = results
            whole.bare = [one for one in whole.bare if one.finding != name]
        for name, listed in part.lists.items():
            if name in whole.lists:
                whole.lists[name].entries += listed.entries
                whole.lists[name].complete |= listed.complete
            else:
                whole.lists[name] = listed
        if not within:
            whole.gone.update(part.gone)
            whole.replaces |= part.replaces | part.gone.keys()
        whole.bare += part.bare
        whole.problems += part.problems
        whole.left += part.left
        whole.answered = whole.answered or part.answered
        whole.last, whole.doubted = part.last or whole.last, part.doubted or whole.doubted

    # --- what was not used ---

    def _leftover(self, hearing: Hearing) -> None:
        """What nothing was made of, in runs of words; idle words among them say nothing by themselves."""
        for index, one in enumerate(hearing.line.segments):
            one.index = index
        run: list[Segment] = []
        for one in hearing.line.segments:
            if one.used or self._known_name(hearing, one) or (one.kind == "mark" and one.text in ",;\n.!()"):
                self._unread(hearing, run)
                run = []
            else:
                run.append(one)
        self._unread(hearing, run)
        hearing.reading.mended += [
            f"'{one.text.strip()}' read as {one.mended}" for one in hearing.line.segments if one.mended and one.used
        ]

    @staticmethod
    def _known_name(hearing: Hearing, one: Segment) -> bool:
        """A name of what the line gives a value of in other words: `SPEP: no paraprotein`; a heading."""
        if one.cue("noted") is not None:
            hearing.reading.leave(one.text.strip())
            return True
        named = {sense.target for sense in one.senses if sense.kind == "finding"}
        return bool(named & hearing.reading.results.keys()) or one.sense("group") is not None

    def _unread(self, hearing: Hearing, run: list[Segment]) -> None:
        while run and (idle(run[0]) or run[0].kind == "mark"):
            run = run[1:]
        while run and (idle(run[-1]) or run[-1].kind == "mark" or _says_little(run[-1])):
            run = run[:-1]
        if any(not idle(one) and one.kind != "mark" and not _says_little(one) for one in run):
            hearing.reading.unread.append(clipped(hearing.line.text[run[0].start : run[-1].end].strip(), 80))

    # --- what that comes to ---

    def _heard(self, hearing: Hearing, last: Said | None) -> Heard:
        reading, said = hearing.reading, dict[str, Known]()
        conflicts: list[Conflicting] = []
        assumed: set[str] = set()
        for name, results in reading.results.items():
            kept = self._one_of(hearing, name, results)
            if kept is None:
                continue
            said[name] = kept
            if any(one.unit_assumed for one in results):
                assumed.add(name)
        for name, listed in reading.lists.items():
            if not (listed.entries or listed.absent or listed.complete):
                continue
            known, problems = hearing.readable(name, listed.node)
            if known is not None:
                said[name] = known
            reading.problems += [one for one in problems if one not in reading.problems]
        halves = tuple(half for one in reading.bare if one.finding not in said and (half := self._half(hearing, one)))
        for name in tuple(said):
            before = hearing.known.get(name)
            if before is None or name in reading.replaces or name in reading.gone or hearing.asked == (name,):
                continue
            if _contradicts(self.kb, name, before, said[name], reading):
                conflicts.append(Conflicting(name, before, said.pop(name)))
        for one in conflicts:
            old, new = (answers.describe(self.kb, one.finding, known) for known in (one.before, one.after))
            reading.contradicting.append(f"{old} was said before, now {new}")
        return Heard(
            hearing.line, reading, said, tuple(conflicts), halves, frozenset(assumed), Said.of(reading, last)
        )

    def _one_of(self, hearing: Hearing, name: str, results: list[Result]) -> Known | None:
        """What a line says of a finding, once or more than once: results of several days, or the same again."""
        told = [(one, hearing.readable(name, one.node)) for one in results]
        for _, (known, problems) in told:
            if known is None:
                hearing.reading.problems += [one for one in problems if one not in hearing.reading.problems]
        readable = [(one, known) for one, (known, _) in told if known is not None]
        if not readable:
            return None
        if len(readable) > 1 and all(one.date for one, _ in readable):
            return self._in_days(hearing, name, [one for one, _ in readable])
        best, kept = readable[0]
        for one, known in readable[1:]:
            if known == kept or is_addition(kept, known) or (one.follows and not best.follows):
                continue
            if is_addition(known, kept) or (best.follows and not one.follows):
                best, kept = one, known
                continue
            label = self.names.label(name)
            hearing.reading.ask(
                f"{label} is given twice: {best.value} and {one.value}",
                f"write the one that is right, or each with its day: {best.value} (2026), {one.value} (2022)",
            )
            return None
        return kept

    def _in_days(self, hearing: Hearing, name: str, results: list[Result]) -> Known | None:
        def day(one: Result) -> tuple[object, ...]:
            known, _ = hearing.readable(name, one.node)
            assert isinstance(known, Number)
            interval = known.results[-1].date
            return (interval.low, interval.high) if interval is not None else (0, 0)

        ordered = sorted(results, key=day)
        known, problems = hearing.readable(name, ListNode(tuple(one.node for one in ordered), PROMPT))
        hearing.reading.problems += problems
        return known

    def _half(self, hearing: Hearing, one: object) -> Half | None:
        from .reading import Bare

        assert isinstance(one, Bare)
        offered = []
        measured = self.sheet.measured(one.finding)
        for unit in self.sheet.units.accepted(measured.unit, measured.analyte):
            known, _ = hearing.readable(one.finding, f"{one.number} {unit}")
            if known is not None:
                shown = answers.describe(self.kb, one.finding, known).removeprefix(self.names.label(one.finding)).strip()
                offered.append((unit, unit if unit == measured.unit else f"{unit} (would be {shown})"))
        few = offered[:6]
        return Half(one.finding, one.number, tuple(unit for unit, _ in few), tuple(told for _, told in few), dict(one.more))


def _says_little(one: Segment) -> bool:
    """A word of grammar that is left where what it belonged to was read."""
    return one.kind == "name" and one.cue("but", "field", "side", "flag", "imaging", "fracture", "had", "kind") is not None


_DENIALS = ("no", "not", "nil", "non", "never", "without", "denies")


def _doubt_mistyped_denials(hearing: Hearing) -> None:
    """A word that is one slip away from a denial is neither read as one nor passed over: its part is asked back."""
    for one in hearing.segments:
        word = one.text.casefold()
        if one.kind != "word" or not word.isalpha() or not any(0 < distance(word, no, 1) <= 1 for no in _DENIALS if len(no) > 2):
            continue
        for other in hearing.segments:
            if other.part == one.part and other.index > one.index and other.kind == "name":
                other.unsure = True


def _contradicts(kb: KnowledgeBase, name: str, before: Known, value: Known, reading: Reading) -> bool:
    """Whether what is said now cannot stand beside what was said before."""
    if isinstance(before, Gap) or isinstance(value, Gap) or before == value:
        return False
    if isinstance(before, Number) and isinstance(value, Number):
        if is_addition(value, before) or _of_days(before, value) is not None:
            return False
        return not is_addition(before, value) or reading.results[name][0].follows is False
    if isinstance(before, Choice) and isinstance(value, Choice):
        follows = all(one.follows for one in reading.results.get(name, ()))
        return not before.members & value.members and not follows
    if isinstance(before, Records) and isinstance(value, Records):
        key = kb.findings[name].key
        had = {member for entry in before.entries for member in getattr(entry.fields.get(key), "members", ())}
        nothing = value.complete and not value.entries and not value.absent
        return bool(had) and (nothing or bool(had & value.absent)) and not reading.answered
    return False


class Reader:
    """Reads lines for a consultation."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.ear = names, names.kb, Ear(names, today)
        self.today = today
        self.last: tuple[Said, ...] = ()
        self.system = ""
        """The units of the laboratory that was chosen: `si` or `us`."""
        self._names = record.names_of(names.kb)

    def prepare(self) -> None:
        """Put together what reading needs, by reading a line for nothing: the first answer is as quick as any."""
        self.ear.hear("fifty-odd, feels wel, no fevr", (), {})

    def read(self, line: str, asked: Question | None, known: Mapping[str, Known]) -> Understood:
        """The line as an answer to what was asked; `known` is what was said before."""
        text = "\n".join(" ".join(part.split()) for part in line.splitlines()).strip()
        if len(text) > _LONGEST:
            what = f"a line of {len(text)} characters; {_LONGEST} are read"
            return Understood(problems=(Problem("OL318", what, PROMPT, hint="say it in parts"),))
        if asked is not None and asked.detail is not None:
            found = self._detailed(text, asked, known)
            if found is not None:
                return found
            asked = None
        findings = asked.findings if asked is not None else ()
        heard = self.ear.hear(text, findings, known, self.last, self.system, bool(asked and asked.any_of))
        self.last = heard.last
        return self._understood(heard, asked, known)

    def named(self, words: str) -> tuple[str | None, list[Problem]]:
        """The finding or quantity that is meant by a name."""
        folded = " ".join(words.split())
        meant = {name for name in self._names.get(lookup.american(folded), ())}
        if len(meant) == 1:
            return meant.pop(), []
        return record.resolve(self.kb, lambda: self._names, folded, PROMPT)

    def complete(self, half: Half, unit: str) -> Known | None:
        """The number with its unit, which was named by itself or by its place in the offer."""
        words = unit.strip()
        if words.isdigit() and 1 <= int(words) <= len(half.units):
            words = half.units[int(words) - 1]
        text = f"{half.number} {words}".strip()
        known, _ = answers.read_with(self.ear.sheet, half.finding, text, PROMPT)
        if known is None or words.isdigit() or not words:
            return None
        self.system = "si" if words == self.ear.sheet.measured(half.finding).unit else "us"
        result = Result(text, half.more.get("range", ""), half.more.get("date", ""))
        noted, _ = answers.read_with(self.ear.sheet, half.finding, result.node, PROMPT)
        return noted if noted is not None else known

    def value(self, name: str, words: str) -> tuple[Known | None, list[Problem]]:
        """What is said of a finding that is known by name."""
        return answers.read_with(self.ear.sheet, name, words, PROMPT)

    # --- as a consultation takes it ---

    def _understood(self, heard: Heard, asked: Question | None, known: Mapping[str, Known]) -> Understood:
        reading = heard.reading
        said: dict[str, Known] = {}
        conflicts: list[Conflicting] = []
        for name, value in heard.said.items():
            before = known.get(name)
            if isinstance(value, Records):
                said[name] = self._joined(name, value, before, reading, asked)
            elif before is None or name in reading.replaces or self._agrees(before, value, name, asked):
                said[name] = value
            elif (merged := _of_days(before, value)) is not None:
                said[name] = merged
            else:
                conflicts.append(Conflicting(name, before, value))
        answered = reading.answered or self._closes(reading, asked, said)
        answered = answered and not heard.halves and not reading.problems and not reading.unread
        unknown = reading.not_known if answered else ()
        if unknown:
            said = {name: value for name, value in said.items() if answers.write_answer(self.kb, name, value) != "unknown"}
        follows = {name for name, results in reading.results.items() if all(one.follows for one in results)}
        return Understood(
            said,
            (*reading.problems, *self._unread(reading)),
            answered,
            unknown=unknown,
            halves=heard.halves,
            assumed=frozenset(follows & said.keys()),
            unit_assumed=heard.unit_assumed & said.keys(),
            left=tuple(reading.left),
            unread=tuple(reading.unread),
            mended=tuple(reading.mended),
            gone=dict(reading.gone),
            conflicts=tuple(conflicts),
            command=reading.command,
        )

    def _agrees(self, before: Known, value: Known, name: str, asked: Question | None) -> bool:
        alone = asked is not None and asked.findings == (name,)
        return alone or before == value or is_addition(value, before) or not isinstance(before, Number)

    def _joined(
        self, name: str, value: Records, before: Known | None, reading: Reading, asked: Question | None
    ) -> Records:
        key = self.kb.findings[name].key
        if name in reading.gone and isinstance(before, Records):
            gone = reading.gone[name]
            kept = tuple(
                one for one in before.entries if not (getattr(one.fields.get(key), "members", frozenset()) & gone)
            )
            before = dataclasses.replace(before, entries=kept)
        answering = asked is not None and asked.findings == (name,) and not reading.problems and not reading.unread
        said_more = bool(value.entries or value.absent)
        complete = value.complete or (answering and bool(value.entries) and not reading.gone)
        if isinstance(before, Records) and (said_more or not value.complete):
            return joined(before, value, key, before.complete or complete)
        if isinstance(before, Records) and before.entries and value.complete and not said_more:
            return Records(before.entries, True, before.absent)
        return Records(value.entries, complete, value.absent)

    def _closes(self, reading: Reading, asked: Question | None, said: Mapping[str, Known]) -> bool:
        """Whether what was said answers the question."""
        if asked is None:
            return False
        met = said.keys() & set(asked.findings)
        if len(asked.findings) == 1:
            return bool(met)
        kinds = {self.kb.findings[name].type for name in asked.findings if name in self.kb.findings}
        checks = kinds == {"yes_no"} and asked.any_of
        return bool(met) and (not checks or set(asked.findings) <= said.keys())

    def _unread(self, reading: Reading) -> Iterator[Problem]:
        if not reading.unread:
            return
        told = ", ".join(f"'{one}'" for one in reading.unread)
        hint = ""
        if len(reading.unread) == 1 and len(reading.unread[0].split()) <= 3:
            hint = did_you_mean(reading.unread[0], self._spellings())
        what = f"{told}{UNREAD}" if len(reading.unread) == 1 else f"{told}: not understood"
        yield Problem("OL322", what, PROMPT, hint=hint or LOST)

    def _spellings(self) -> list[str]:
        return [word for word, can in self.ear.lexicon.vocabulary.items() if can and len(word) > 3]

    # --- what is still missing of an entry ---

    def _detailed(self, text: str, asked: Question, known: Mapping[str, Known]) -> Understood | None:
        from . import details

        return details.read(self, text, asked, known)


def _of_days(before: Known, value: Known) -> Known | None:
    """Results of two days as one: what is dated and older goes before what was said of now."""
    if not isinstance(before, Number) or not isinstance(value, Number):
        return None
    new, old = value.results[-1], before.results[-1]
    if new.date is not None and old.date is None:
        return Number((*value.results, *before.results))
    if new.date is not None and old.date is not None and new.date != old.date:
        ordered = sorted((*before.results, *value.results), key=lambda one: one.date.low if one.date else 0)
        return Number(tuple(ordered))
    if new.date is None and old.date is not None:
        return Number((*before.results, *value.results))
    return None


def lines_of(text: str) -> str:
    return plain(text)

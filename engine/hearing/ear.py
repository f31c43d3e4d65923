"""The ear: one line in, one reading out, or a question, and what was not read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from ..intake.answers import answers
from ..intake.answers.sheet import Sheet, clipped
from ..intake.figures.numbers import Numbers
from ..intake.figures.times import Times
from ..intake.words.lexicon import Lexicon, distance
from ..knowledge_base.files.nodes import ListNode
from ..knowledge_base.model import KnowledgeBase
from ..knowledge_base.naming import Names
from ..values import history
from ..values.value import Choice, Gap, Known, Number, Records, is_addition
from . import asked_for, commands
from .corrections import Corrections, Said, keep_units, named_again, split, spoken_of
from .heard import Conflicting, Half, Heard
from .hearing import Hearing, idle
from .leftover import LeftOver
from .pending import Pending
from .readers.entries import Entries
from .readers.phrased import Phrased
from .readers.relatives import Relatives
from .readers.results import Results
from .readers.risk import Risk
from .readers.scores import Scores
from .reading import PROMPT, Bare, Reading, Result
from .scope import mark
from .segments import Line, Segment, Segmenter

VERSION = 4
"""The version of the ear: a consultation that was kept under another one is heard anew and compared."""
_MOST = 500
"""So many words, numbers and signs of a line are read."""


_KEPT: WeakKeyDictionary[Names, tuple[datetime.date, Sheet, Lexicon]] = WeakKeyDictionary()
"""The words of a knowledge base are put together once for all consultations of a process."""


def _words_of(names: Names, today: datetime.date) -> tuple[Sheet, Lexicon]:
    kept = _KEPT.get(names)
    if kept is None or kept[0] != today:
        sheet = Sheet(names.kb, today)
        kept = _KEPT[names] = today, sheet, Lexicon(names.kb, sheet)
    return kept[1], kept[2]


class Ear:
    """Reads lines against one knowledge base on one day."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.today = names, names.kb, today
        self.sheet, self.lexicon = _words_of(names, today)
        self._segmenter = Segmenter(self.lexicon, Numbers(self.sheet.units), Times(today))

    def hear(
        self,
        text: str,
        asked: tuple[str, ...],
        known: Mapping[str, Known],
        last: tuple[Said, ...] = (),
        system: str = "",
        any_of: bool = False,
        anew: bool = False,
    ) -> Heard:
        """The line, read; `last` is what was said before it, `system` the units that were chosen.

        `anew`: what is said takes the place of what was said before.
        """
        setting = commands.setting(text)
        line = self._segmenter.cut(setting or text, asked_for.words(self.kb, asked))
        if (name := asked_for.name_left_out(self.kb, line, asked)) and setting is None:
            line = self._segmenter.cut(f"{name} {text.strip()}", asked_for.words(self.kb, asked))
        hearing = Hearing(self.names, self.sheet, line, asked, known, self.today, system)
        asked_for.name_by_place(self.kb, line, asked)
        asked_for.name_by_words(self.kb, line, asked)
        command = commands.asked(text) if setting is None else ("change", setting)
        if len(line.segments) > _MOST:
            hearing.reading.ask(
                f"{len(line.segments)} words and signs on one line; {_MOST} are read", "say it in parts", "OL318"
            )
            return self._heard(hearing, last)
        if command is not None and command[0] != "change":
            hearing.reading.command = command
            return self._heard(hearing, last)
        named_again(hearing)
        cut = split(line, bool(last) and (len(asked) < 2 or last[0].finding in asked))
        if cut is not None:
            self._corrected(hearing, cut, last, any_of)
        else:
            self._plain(hearing, any_of, last)
        self._leftover(hearing)
        if command is not None or anew:
            hearing.reading.command = command
            hearing.reading.replaces |= {*hearing.reading.results, *hearing.reading.lists}
        return self._heard(hearing, last)

    def segments(self, text: str) -> tuple[Segment, ...]:
        """The segments of a line by itself."""
        return self._segmenter.cut(text).segments

    # --- reading ---

    def _plain(self, hearing: Hearing, any_of: bool, last: tuple[Said, ...]) -> None:
        pending = Pending(hearing, any_of)
        if pending.whole():
            return
        if last and last[0].entry and self._completes(hearing, last[0]):
            return
        if last and spoken_of(hearing, last):
            return
        if last and last[0].doubted and self._redeems(hearing, last[0]):
            return
        self._read(hearing)
        pending.rest()
        LeftOver(hearing).left()
        hearing.doubt_weight()
        _uncertain(hearing.reading)

    def _read(self, hearing: Hearing) -> None:
        for segment, cue in mark(hearing.segments):
            if not segment.used and not cue.used:
                self._either_way(hearing, segment, cue)
        _doubt_mistyped_denials(hearing)
        phrased, relatives, entries = Phrased(hearing), Relatives(hearing), Entries(hearing)
        relatives.read_family()
        phrased.read_phrases()
        Risk(hearing).read()
        Scores(hearing).read()
        Results(hearing).read()
        entries.read()
        phrased.read_bracketed()
        phrased.read_answers()
        phrased.read_stopped_smoking()
        phrased.read_ages()
        relatives.read_it()
        phrased.read_leftovers()
        self._nothing_else(hearing)

    def _either_way(self, hearing: Hearing, segment: Segment, cue: Segment) -> None:
        before = [one for one in hearing.segments if cue.index <= one.index < segment.index and one.part == cue.part]
        while before and before[-1].kind == "mark":
            before.pop()
        told, name = hearing.told(*before), segment.text.strip()
        opening = cue.text.strip()
        no = f"{opening} {name}" if cue.cue("no", "over") is not None else f"no {name}"
        hearing.use(segment)
        if cue.cue("no", "none", "over") is None and any(
            one.cue("no", "none") is not None for one in hearing.segments if cue.index < one.index < segment.index
        ):
            behind = [one for one in hearing.segments if one.part == segment.part and one.kind != "mark"]
            hearing.use(*behind)
            hearing.reading.ask(
                f"'{hearing.told(*behind)}' after '{told}': of the patient, or of the relative?",
                "write it on a line of its own",
            )
            return
        hearing.reading.ask(
            f"'{name}' after '{told}' can be meant either way", f"write 'has {name}' or '{clipped(no)}'"
        )

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
                if cue.value:
                    reading.by_name.add(name)
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
        undone = cue.cue("undo") is not None
        if any(Corrections(behind, one).read() for one in last if not (undone and one.entry)):
            self._put_right(hearing.reading, behind.reading, has_before)
            return
        self._plain(behind, any_of, ())
        keep_units(behind, last)
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
        reading = hearing.reading
        silent = not (reading.results or reading.lists or reading.bare or reading.problems or reading.unread)
        if silent and not (reading.left or reading.command or reading.gone or reading.answered):
            told = clipped(" ".join(hearing.line.text.split()), 80)
            reading.unread += [told] if told else []
        hearing.reading.mended += [
            f"'{one.text.strip()}' read as {one.mended}" for one in hearing.line.segments if one.mended and one.used
        ]

    def _without_value(self, hearing: Hearing, one: Segment) -> str:
        """The label of a number that is only named."""
        found = {sense.target for sense in one.senses if sense.kind == "finding" and hearing.is_number(sense.target)}
        return self.names.label(min(found, key=len)) if found else ""

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
        if run and len(run) == 1 and run[0].cue("nothing", "yes", "no") is not None and run[0].kind == "name":
            told = run[0].text.strip()
            hearing.reading.ask(f"'{told}' to what?", "name it", "OL322")
            return
        telling = [one for one in run if not idle(one) and one.kind != "mark" and not _says_little(one)]
        if len(telling) == 1 and (named := self._without_value(hearing, telling[0])):
            told = telling[0].text.strip()
            hearing.reading.ask(f"'{told}' ({named}): its value is missing", f"write '{told}' with its value", "OL322")
        elif telling:
            hearing.reading.unread.append(clipped(hearing.line.text[run[0].start : run[-1].end].strip(), 80))

    # --- what that comes to ---

    def _heard(self, hearing: Hearing, last: tuple[Said, ...]) -> Heard:
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
        said = {name: said[name] for name in sorted(said, key=lambda one: one not in hearing.asked)}
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
            if before is None or name in reading.replaces or name in reading.gone:
                continue
            answered = hearing.asked == (name,) and name not in reading.by_name
            if answered and not isinstance(said[name], Records):
                continue
            if _contradicts(self.kb, name, before, said[name], reading):
                conflicts.append(Conflicting(name, before, said.pop(name)))
        for one in conflicts:
            old, new = answers.told_apart(self.kb, one.finding, one.before, one.after)
            reading.contradicting.append(f"{old} was said before, now {new}")
        return Heard(hearing.line, reading, said, tuple(conflicts), halves, frozenset(assumed), Said.of(reading, last))

    def _one_of(self, hearing: Hearing, name: str, results: list[Result]) -> Known | None:
        """What a line says of a finding, once or more than once: results of several days, or the same again."""
        told = [(one, hearing.readable(name, one.node)) for one in results]
        for _, (known, problems) in told:
            if known is None:
                hearing.reading.problems += [one for one in problems if one not in hearing.reading.problems]
        readable = [(one, known) for one, (known, _) in told if known is not None]
        if not readable:
            return None
        undated = [one for one, _ in readable if not one.date]
        before = all(one.earlier for one, _ in readable if one.date)
        if len(readable) > 1 and len(undated) == 1 and before:
            undated[0].date = self.today.isoformat()  # `-2.6 (previously -2.2 in 2021)`: the other is of now
            undated = []
        if len(readable) > 1 and not undated:
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
            interval = history.date_of(known) if known is not None else None
            return (interval.low, interval.high) if interval is not None else (0, 0)

        ordered = sorted(results, key=day)
        known, problems = hearing.readable(name, ListNode(tuple(one.node for one in ordered), PROMPT))
        hearing.reading.problems += problems
        return known

    def _half(self, hearing: Hearing, one: Bare) -> Half | None:
        offered = []
        measured = self.sheet.measured(one.finding)
        for unit in self.sheet.units.accepted(measured.unit, measured.analyte):
            known, _ = hearing.readable(one.finding, f"{one.number} {unit}")
            if known is not None:
                shown = (
                    answers.describe(self.kb, one.finding, known).removeprefix(self.names.label(one.finding)).strip()
                )
                offered.append((unit, unit if unit == measured.unit else f"{unit} (would be {shown})"))
        few = offered[:6]
        return Half(
            one.finding, one.number, tuple(unit for unit, _ in few), tuple(told for _, told in few), dict(one.more)
        )


def _uncertain(reading: Reading) -> None:
    """A doubt is asked about, unless something else was said: then it is only named."""
    for told in reading.uncertain:
        if reading.results or reading.lists:
            reading.leave(f"{told} (not certain)")
        else:
            reading.ask(f"'{told}' is not certain", "write it once it is, or with 'no' in front")


def _says_little(one: Segment) -> bool:
    """A word of grammar that is left where what it belonged to was read."""
    return (
        one.kind == "name" and one.cue("but", "field", "side", "flag", "imaging", "fracture", "had", "kind") is not None
    )


_DENIALS = ("no", "not", "nil", "non", "never", "without", "denies")


def _doubt_mistyped_denials(hearing: Hearing) -> None:
    """A word that is one slip away from a denial is neither read as one nor passed over: its part is asked back."""
    for one in hearing.segments:
        word = one.text.casefold()
        if (
            one.kind != "word"
            or not word.isalpha()
            or not any(0 < distance(word, no, 1) <= 1 for no in _DENIALS if len(no) > 2)
        ):
            continue
        for other in hearing.segments:
            if other.part == one.part and other.index > one.index and other.kind == "name":
                other.unsure = True


def _contradicts(kb: KnowledgeBase, name: str, before: Known, value: Known, reading: Reading) -> bool:
    """Whether what is said now cannot stand beside what was said before."""
    if isinstance(before, Gap) or isinstance(value, Gap) or before == value:
        return False
    if isinstance(before, Number) and isinstance(value, Number):
        if is_addition(value, before) or history.joined(before, value) is not None:
            return False
        return not is_addition(before, value)
    if isinstance(before, Choice) and isinstance(value, Choice):
        follows = all(one.follows for one in reading.results.get(name, ()))
        if history.joined(before, value) is not None:
            return False
        return not before.members & value.members and not follows
    if isinstance(before, Records) and isinstance(value, Records):
        key = kb.findings[name].key
        had = {member for entry in before.entries for member in getattr(entry.fields.get(key), "members", ())}
        nothing = value.complete and not value.entries and not value.absent
        denied = nothing and name not in reading.ended and (name in reading.by_name or not reading.answered)
        return bool(had) and (denied or bool(had & value.absent))
    return False

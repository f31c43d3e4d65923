"""One line typed at the prompt, as a consultation takes it: joined with what was said, closing what was asked."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from ..assessment.questions import Asked
from ..case import aging
from ..hearing.corrections import Said
from ..hearing.ear import Ear
from ..hearing.heard import Heard
from ..hearing.hearing import MIXED
from ..hearing.reading import PROMPT, Reading, Result
from ..intake import lookup, record
from ..intake.answers import answers
from ..intake.answers.sheet import gap_of
from ..knowledge_base.naming import Names
from ..values import dates, history
from ..values.problems import Problem, did_you_mean
from ..values.value import Known, Number, Records, is_addition
from . import details
from .merging import joined, without
from .understood import LOST, UNREAD, Half, Understood

_LONGEST = 4000
_TAKEN_BACK = "taken back: "
"""Before the members of a list, or nothing where the whole answer no longer stands."""


def is_gap(line: str) -> bool:
    """Whether a line says no more than that something is not known, or was not measured."""
    words = " ".join(line.split()).rstrip(".!").casefold()
    return gap_of(words.removeprefix("i ").removeprefix("we ")) is not None


class Reader:
    """Reads lines for a consultation."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.ear = names, names.kb, Ear(names, today)
        self.today = today
        self.last: tuple[Said, ...] = ()
        self.system = ""
        """The units of the laboratory that was chosen: `si` or `us`."""
        self.heard: dict[str, str] | None = None
        """What the last line was heard to say, as a patient file writes it; None where it was no answer."""
        self.typed = ""
        """A number with the unit that was chosen for it last."""
        self._names = record.names_of(names.kb)

    def prepare(self) -> None:
        """Put together what reading needs, by reading a line for nothing: the first answer is as quick as any."""
        self.ear.hear("fifty-odd, feels wel, no fevr", (), {})

    def read(self, line: str, asked: Asked | None, known: Mapping[str, Known], anew: bool = False) -> Understood:
        """The line as an answer to what was asked; `known` is what was said before, which `anew` may be replaced."""
        text = "\n".join(" ".join(part.split()) for part in line.splitlines()).strip()
        if len(text) > _LONGEST:
            what = f"a line of {len(text)} characters; {_LONGEST} are read"
            return Understood(problems=(Problem("OL318", what, PROMPT, hint="say it in parts"),))
        if asked is not None and asked.detail is not None:
            found = self._detailed(text, asked, known)
            if found is not None:
                self.heard = self._written(found.said)
                return found
            asked = None
        findings = asked.findings if asked is not None else ()
        heard = self.ear.hear(text, findings, known, self.last, self.system, bool(asked and asked.any_of), anew)
        self.last = heard.last
        gone = {name: f"{_TAKEN_BACK}{' '.join(sorted(which))}" for name, which in heard.reading.gone.items()}
        self.heard = {**gone, **self._written(heard.said)}
        return self._understood(heard, asked, known)

    def named(self, words: str) -> tuple[str | None, list[Problem]]:
        """The finding or quantity that is meant by a name."""
        folded = " ".join(words.split())
        meant = set(self._names.get(lookup.american(folded), ()))
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
        self.typed = text
        if half.finding not in MIXED:  # those tell nothing of the others: vitamin D in ng/mL beside calcium in mmol/L
            self.system = "si" if words == self.ear.sheet.measured(half.finding).unit else "us"
        self.last = (Said(half.finding, text, half.more.get("date", "")), *self.last)
        result = Result(text, half.more.get("range", ""), half.more.get("date", ""))
        noted, _ = answers.read_with(self.ear.sheet, half.finding, result.node, PROMPT)
        known = noted if noted is not None else known
        self.heard = self._written({half.finding: known})
        return known

    def as_then(self, reading: Mapping[str, str], asked: Asked | None, known: Mapping[str, Known]) -> Understood:
        """What a line was heard to say before, whatever it would be heard to say now."""
        told = Reading()
        back = {name: text for name, text in reading.items() if text.startswith(_TAKEN_BACK)}
        said: dict[str, Known] = {}
        for name, value in self.written_before({key: text for key, text in reading.items() if key not in back}).items():
            before = known.get(name)
            said[name] = self._joined(name, value, before, told, asked) if isinstance(value, Records) else value
        gone = {name: frozenset(text.removeprefix(_TAKEN_BACK).split()) for name, text in back.items()}
        self.heard = dict(reading)
        return Understood(said, answered=self._closes(told, asked, said), gone=gone)

    def written_before(self, reading: Mapping[str, str]) -> dict[str, Known]:
        """Answers that were written as a patient file writes them; what cannot be read any more is left out."""
        found: dict[str, Known] = {}
        for name, text in reading.items():
            one, _ = record.read_record(self.kb, f"{name}: {text}", "kept", self.today, self.today)
            found.update({key: answer.known for key, answer in one.answers.items()} if one is not None else {})
        return found

    def _written(self, said: Mapping[str, Known]) -> dict[str, str]:
        return {name: answers.write_answer(self.kb, name, known) for name, known in said.items()}

    def value(self, name: str, words: str) -> tuple[Known | None, list[Problem]]:
        """What is said of a finding that is known by name."""
        return answers.read_with(self.ear.sheet, name, words, PROMPT)

    # --- as a consultation takes it ---

    def _understood(self, heard: Heard, asked: Asked | None, known: Mapping[str, Known]) -> Understood:
        reading = heard.reading
        said: dict[str, Known] = {}
        for name, value in heard.said.items():
            before = known.get(name)
            if isinstance(value, Records):
                said[name] = self._joined(name, value, before, reading, asked)
            elif (anew := self._anew(name, before, value)) is not None and name not in reading.replaces:
                said[name] = anew
            elif before is None or name in reading.replaces or self._agrees(before, value, name, asked):
                said[name] = value
            elif (merged := history.joined(before, value)) is not None:
                said[name] = merged
            elif not is_addition(before, value):
                said[name] = value
        answered = reading.answered or self._closes(reading, asked, said)
        answered = answered and not heard.halves and not reading.problems and not reading.unread
        unknown = reading.not_known if answered else ()
        if unknown:
            said = {
                name: value for name, value in said.items() if answers.write_answer(self.kb, name, value) != "unknown"
            }
        follows = {name for name, results in reading.results.items() if all(one.follows for one in results)}
        return Understood(
            said,
            (*reading.problems, *self._unread(heard, asked)),
            answered,
            unknown=unknown,
            halves=heard.halves,
            assumed=frozenset(follows & said.keys()),
            unit_assumed=heard.unit_assumed & said.keys(),
            left=tuple(reading.left),
            unread=tuple(reading.unread),
            mended=tuple(reading.mended),
            gone=dict(reading.gone),
            conflicts=heard.conflicts,
            command=reading.command,
            typed={name: results[-1].value for name, results in reading.results.items() if results},
        )

    def _anew(self, name: str, before: Known | None, value: Known) -> Known | None:
        """A result that is told where only an old one is there: it is of today, unless it says of when."""
        if not isinstance(before, Number) or not isinstance(value, Number):
            return None
        today = dates.day(self.today)
        if not aging.is_old(self.kb, name, before, today):
            return None
        return history.joined(before, history.on(value, today))

    def _agrees(self, before: Known, value: Known, name: str, asked: Asked | None) -> bool:
        alone = asked is not None and asked.findings == (name,)
        if alone or before == value or is_addition(value, before):
            return True
        return not isinstance(before, Number) and history.joined(before, value) is None

    def _joined(
        self, name: str, value: Records, before: Known | None, reading: Reading, asked: Asked | None
    ) -> Records:
        key = self.kb.findings[name].key
        if name in reading.gone and isinstance(before, Records):
            before = without(before, key, reading.gone[name])
        answering = asked is not None and asked.findings == (name,) and not reading.problems and not reading.unread
        said_more = bool(value.entries or value.absent)
        complete = value.complete or (answering and bool(value.entries) and not reading.gone)
        if isinstance(before, Records) and (said_more or not value.complete):
            return joined(before, value, key, before.complete or complete)
        if isinstance(before, Records) and value.complete and not said_more:
            return Records(before.entries, True, before.absent)
        return Records(value.entries, complete, value.absent)

    def _closes(self, reading: Reading, asked: Asked | None, said: Mapping[str, Known]) -> bool:
        """Whether what was said answers the question."""
        if asked is None:
            return False
        met = said.keys() & set(asked.findings)
        if len(asked.findings) == 1:
            return bool(met)
        kinds = {self.kb.findings[name].form for name in asked.findings if name in self.kb.findings}
        checks = kinds == {"yes_no"} and asked.any_of
        return bool(met) and (not checks or set(asked.findings) <= said.keys())

    def _of_choice(self, heard: Heard, asked: Asked | None) -> Problem | None:
        """What can be chosen, where a word or two that are none of it answer a question with a few choices."""
        if asked is None or len(asked.findings) != 1 or heard.said or len(heard.reading.unread) != 1:
            return None
        finding = self.kb.findings.get(asked.findings[0])
        words = heard.reading.unread[0]
        if finding is None or finding.form != "choice" or len(words.split()) > 2:
            return None
        _, problems = answers.read_with(self.ear.sheet, finding.id, words, PROMPT)
        return problems[0] if problems else None

    def _unread(self, heard: Heard, asked: Asked | None) -> Iterator[Problem]:
        reading = heard.reading
        if not reading.unread:
            return
        if (wrong := self._of_choice(heard, asked)) is not None:
            yield wrong
            return
        told = ", ".join(f"'{one}'" for one in reading.unread)
        hint = ""
        if len(reading.unread) == 1 and len(reading.unread[0].split()) <= 3:
            hint = did_you_mean(reading.unread[0], self._spellings())
            hint = "" if f"'{reading.unread[0].casefold()}'" in hint else hint
        what = f"{told}{UNREAD}" if len(reading.unread) == 1 else f"{told}: not understood"
        yield Problem("OL322", what, PROMPT, hint=hint or LOST)

    def _spellings(self) -> list[str]:
        return [name for name in self._names if len(name) > 3]

    # --- what is still missing of an entry ---

    def _detailed(self, text: str, asked: Asked, known: Mapping[str, Known]) -> Understood | None:
        return details.read(self.ear, text, asked, known)

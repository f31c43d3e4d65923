"""A consultation: asks what can still change something, says what it understood and what that settled.

The session says what, the terminal says how: `Terminal` is all it knows of the place it speaks in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..assessment import judgement
from ..assessment.questions import Asked
from ..assessment.verdict import Verdict
from ..case.case import Case
from ..intake.answers import answers
from ..values.problems import Problem, Refused
from ..values.value import NOT_MEASURED, Gap, Known, Records
from . import asking, echo, inquiry, settled
from .agenda import doubts, relevance
from .agenda.relevance import Agenda
from .agreement import agreed
from .merging import without
from .progress import Conflict, Moment, Progress
from .settled import Told
from .understanding import Reader
from .understood import Understood

READ, NOTE, WRONG = "read", "", "?"
FIRST = ("age", "sex")
"""What everything else depends on."""
_UNDOABLE = 200
_LEAVING = frozenset({"quit", "exit", "q", "bye", "stop"})
_HELD = ("emergency", "urgent")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to put; `section` is the heading it belongs under, `alerts` what must not be forgotten meanwhile.

    `so_far` is the picture and what is left, for a place that can redraw a line.
    """

    text: str
    section: str = ""
    alerts: tuple[str, ...] = ()
    so_far: tuple[str, str] = ("", "")


class Terminal(Protocol):
    """Where the consultation takes place."""

    def ask(self, prompt: Prompt) -> str | None:
        """The line that was typed; None when whoever was asked has left."""

    def tell(self, told: Told) -> None:
        """Say one thing, on as many lines as it needs."""


class Pages(Protocol):
    """What is shown as a page of its own."""

    def report(self, verdict: Verdict, where: str, unread: tuple[str, ...] = ()) -> str:
        """Makes the report: brief, `full`, or into the file that `where` names; `unread` was typed and not understood.

        Gives what to say. Raises Refused.
        """

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        """One part of the report, or the answer to one inquiry."""

    def save(self, text: str, where: str) -> str:
        """Writes a text to a file. Gives what to say. Raises Refused."""


class Keeper(Protocol):
    """Who keeps each line before anything is made of it."""

    kept: int  # lines on disk
    lost: int  # lines the disk refused

    def keep(self, asked: Asked | None, line: str) -> None:
        """Raises Refused when it cannot be kept."""

    def note(self, reading: Mapping[str, str]) -> None:
        """How the line that was kept last was heard."""


class Conversation:
    """One consultation with one person about one patient."""

    def __init__(
        self, case: Case, terminal: Terminal, pages: Pages, opening: str = "", journal: Keeper | None = None
    ) -> None:
        self.case, self.terminal, self.pages = case, terminal, pages
        self._opening, self._journal = opening, journal
        self.telling_first = False
        """Whether what frees most is asked before all else, as where much is known from a health record."""
        self.reader = Reader(case.names, case.today)
        self.progress = Progress()
        self.unread: tuple[str, ...] = ()
        """Words that were typed and not understood, and can be said again."""
        self._verdict: Verdict | None = None
        self._agenda: Agenda | None = None
        self._back: list[Moment] = []
        self._forth: list[Moment] = []
        self._questions: set[tuple[tuple[str, ...], tuple[int, str] | None]] = set()
        self._last: Asked | None = None
        self._just_told: frozenset[str] = frozenset()
        """The alerts that the last line raised: told in full, and not recalled before the next question."""
        self._line = ""
        self.whys = 0

    @property
    def asked(self) -> int:
        """How many questions were put; one that is put again is the same."""
        return len(self._questions)

    def count(self, asked: Asked) -> None:
        self._questions.add((asked.findings, asked.detail))

    # --- how things stand ---

    @property
    def verdict(self) -> Verdict:
        """What follows from what was said so far, in brief; worked out once after each change."""
        if self._verdict is None:
            self.case.brief = True
            self._verdict = judgement.judge(self.case)
            self.case.brief = False
        return self._verdict

    @property
    def full(self) -> Verdict:
        """The same with the facts behind each reason."""
        return judgement.judge(self.case)

    @property
    def agenda(self) -> Agenda:
        if self._agenda is None:
            self._agenda = relevance.agenda(self.case, self.verdict, self.progress.settled)
        return self._agenda

    def changed(self) -> None:
        """The answers, or what is closed to questions, are no longer what they were."""
        self._verdict = self._agenda = None

    def move(self, **changes: object) -> None:
        """Note how far the consultation has come."""
        self.progress = self.progress.but(**changes)
        self._agenda = None

    # --- the course of it ---

    def run(self) -> None:
        """Ask until nothing more is worth asking or whoever answers leaves."""
        if self._opening:
            self.note(self._opening)
        self.note('Answer, or tell me anything you know ("smoker, hip -2.7"). ? lists commands.')
        while True:
            asked = self.next()
            line = self.terminal.ask(dataclasses.replace(self._prompt(asked), so_far=asking.so_far(self)))
            if line is None or line.strip().casefold() in _LEAVING:
                break
            if line.strip():
                self.hear(line.strip(), asked)
        asking.farewell(self, self.verdict, self._journal, self.asked)

    def next(self) -> Asked | None:
        """The next question worth asking; None at a stop."""
        progress = self.progress
        if progress.forced is not None:
            return progress.forced
        if progress.done:
            return None
        first = [name for name in FIRST if name in self.case.kb.findings and self._unasked(name)]
        if first:
            return relevance.question(self.case, first[:1])
        return next(self._waiting(), None)

    def _unasked(self, name: str) -> bool:
        return name not in self.case.counting and name not in self.progress.settled

    def _waiting(self) -> Iterator[Asked]:
        agenda, progress = self.agenda, self.progress
        if progress.section:
            for listed in (agenda.now, agenda.advice, agenda.tests):
                yield from (one for one in self._not_skipped(listed) if one.section == progress.section)
        now = relevance.telling_first(agenda.now, self.verdict, self.case) if self.telling_first else agenda.now
        yield from self._not_skipped(now)
        if progress.skipped and not progress.again:
            self.move(again=True, skipped=())
            yield from self.agenda.now
        if "advice" in progress.rounds:
            yield from self._not_skipped(agenda.advice)
        if "tests" in progress.rounds:
            yield from self._not_skipped(agenda.tests)

    def _not_skipped(self, listed: Sequence[Asked]) -> Iterator[Asked]:
        return (one for one in listed if not set(one.findings) <= set(self.progress.skipped))

    # --- what is put to whoever answers ---

    def _prompt(self, asked: Asked | None) -> Prompt:
        raised = (one for one in self.verdict.alerts if one.status == "raised" and one.id not in self._just_told)
        held, self._just_told = tuple(one.label for one in raised if one.urgency in _HELD), frozenset()
        if self.progress.halves:
            half = self.progress.halves[0]
            return Prompt(half.question, self.case.names.label(half.finding), held)
        if self.progress.conflict is not None:
            return Prompt("Which is right? 1 or 2", "", held)
        if asked is None:
            return Prompt(asking.stop(self), "", held)
        if asked != self._last:
            self.count(asked)
            self.whys = 0
        self._last = asked
        section = self.case.kb.sections.get(asked.section, "")
        before = self.case.said.get(asked.findings[0]) if len(asked.findings) == 1 else None
        if before is not None and asked.detail is None and before is not NOT_MEASURED:
            label = self.case.names.label(asked.findings[0])
            told = self.case.told(asked.findings[0], before).removeprefix(label).strip()
            told = told.removesuffix(answers.LEFT_OPEN)
            more = " Any other, or none?" if isinstance(before, Records) and not before.complete else ""
            return Prompt(f"{asked.text} So far: {told}.{more}", section, held)
        return Prompt(asked.text, section, held)

    # --- what is heard ---

    def hear(self, line: str, asked: Asked | None, again: bool = False) -> None:
        """One line, kept before anything is made of it; `again`: it was kept before and is only lived through."""
        journal = self._journal if not again else None
        if journal is not None:
            try:
                journal.keep(asked, line)
            except Refused as refused:
                journal = None
                for problem in refused.problems:
                    self.wrong(problem)
        self._line = line
        before = Moment.of(self.case, self.progress, line)
        self.reader.heard = None
        stepping = self._handle(line, asked, again)
        if journal is not None and self.reader.heard is not None:
            journal.note(self.reader.heard)
        if not stepping and not before.same_as(Moment.of(self.case, self.progress)):
            self._back = [*self._back[-_UNDOABLE:], before]
            self._forth.clear()

    def _handle(self, line: str, asked: Asked | None, again: bool) -> bool:
        """Gives whether the line was a step back or forth in what was said."""
        if self._between(line):
            return False
        command = inquiry.command(line)
        if command is None:
            if asked is not None and asked.which:
                self._which(line, asked)
            else:
                self._answered(line, asked)
            return False
        name, rest = command
        if again and name not in inquiry.CHANGING:
            return False
        if name in ("undo", "redo"):
            self._step(name == "undo")
            return True
        inquiry.COMMANDS[name].run(self, asked, rest)
        return False

    def _between(self, line: str) -> bool:
        """The answer to what was asked back: a unit, or which of two is right."""
        progress = self.progress
        if progress.halves:
            half, *rest = progress.halves
            known = self.reader.complete(half, line)
            if known is not None:
                self.move(halves=tuple(rest))
                asked = self._last if self._last is not None and half.finding in self._last.findings else None
                typed = {half.finding: self.reader.typed}
                self._take(Understood({half.finding: known}, answered=not rest, typed=typed), asked)
                return True
            if inquiry.command(line) is None:
                self.move(halves=())
        elif progress.conflict is not None:
            conflict = progress.conflict
            if line.strip() in ("1", "2"):
                self.move(conflict=None)
                if line.strip() == "2":
                    self._changing({conflict.before: None, conflict.after: conflict.known}, {conflict.after})
                return True
            if inquiry.command(line) is None:
                self.move(conflict=None)
        return False

    def _answered(self, line: str, asked: Asked | None) -> None:
        understood = self.reader.read(line, asked, self.case.said)
        if asked is None and not understood.said and not understood.halves and asking.assents(self, line):
            return
        if understood.command is not None and understood.command[0] in inquiry.COMMANDS and not understood.said:
            name, rest = understood.command
            if name == "undo":
                self._step(True)
            else:
                inquiry.COMMANDS[name].run(self, asked, rest)
            return
        self._take(understood, asked)

    def _which(self, line: str, asked: Asked) -> None:
        """Which of two values that contradict is right; or else, what was said instead."""
        made = doubts.decision(self.case, self.verdict, asked, line)
        if made is None:
            self._take(self.reader.read(line, None, self.case.said, anew=True), None)
            return
        self.tell(READ, made.told)
        if made.look_at:
            self.move(forced=relevance.question(self.case, made.look_at))
        elif not made.changes:
            self.move(settled=self.progress.settled | set(asked.findings))
        self._changing(dict(made.changes), ())

    def _take(self, understood: Understood, asked: Asked | None) -> None:
        """Take the answers over and close the question, in one step; say what was read and what that settled."""
        self._withdraw_corrected(understood)
        told = agreed(self.case, understood.said)
        closing = asked is not None and understood.answered and not told.refused and told.conflict is None
        self._changing(dict(told.taken), set(told.taken), understood, asked if closing else None)
        for problem in (*understood.problems, *told.refused):
            self.wrong(problem)
        conflict = told.conflict or self._against(understood)
        if conflict is not None:
            self.move(conflict=conflict)
            self.tell(WRONG, conflict.what)
        if understood.halves:
            self.move(halves=understood.halves)
        if understood.unread:
            self.unread = (*self.unread, *understood.unread)

    def _withdraw_corrected(self, understood: Understood) -> None:
        """What a correction takes back: an answer that is not given anew, as `sorry, that's the spine` for the hip."""
        gone = {name: None for name in understood.gone if name in self.case.said and name not in understood.said}
        for name in [one for one in gone if understood.gone[one]]:
            before = self.case.said[name]
            if isinstance(before, Records):
                gone.pop(name)
                self.case.say({name: without(before, self.case.kb.findings[name].key, understood.gone[name])})
                self.changed()
                self.note(f"Taken back: {self.case.names.label(name)}.")
        for name in gone:
            self.withdraw(name)

    def _against(self, understood: Understood) -> Conflict | None:
        """The first answer that stands against an earlier one to the same question."""
        for one in understood.conflicts:
            old, new = (self.case.told(one.finding, known) for known in (one.before, one.after))
            what = f"{self.case.names.label(one.finding)} was said before. 1 {old}   2 {new}"
            return Conflict(one.finding, one.finding, one.after, what)
        return None

    def _changing(
        self,
        said: dict[str, Known | None],
        read: Iterable[str],
        understood: Understood | None = None,
        closing: Asked | None = None,
    ) -> None:
        if not said and closing is None:
            for told in echo.heard(self.case, (), {}, understood or Understood(), echo.granted(self.case)):
                self.tell(READ, told)
            return
        before = self._verdict
        was, granted = dict(self.case.said), echo.granted(self.case)
        if closing is not None:
            self._close(closing, understood, said)
        self.case.say(said)
        self.changed()
        heard = [name for name in said if name in set(read)]
        lines = [*echo.heard(self.case, heard, was, understood or Understood(), granted)]
        if closing is not None and understood is not None:
            lines = echo.joined(lines, echo.gaps(self.case, closing, understood, said))
        elif gaps := [name for name in read if name in said and isinstance(said[name], Gap)]:
            lines.append(f"{settled.few(self.case.names.label(name) for name in gaps)} not measured")
        for told in lines:
            self.tell(READ, told)
        if before is not None:
            self._tell_settled(before)

    def _close(self, asked: Asked, understood: Understood | None, said: dict[str, Known | None]) -> None:
        """The question was answered: it is not asked again, and a group says nothing more of its other members."""
        kb = self.case.kb
        unknown = understood.unknown if understood is not None else ()
        sections = {kb.findings[name].section for name in asked.findings if name in kb.findings}
        met = {kb.findings[name].group for name in (*said, *unknown) if name in kb.findings}
        whole = asked.by_test or len(sections) == 1
        put = [name for name in asked.groups if len(set(kb.groups[name].findings).intersection(asked.findings)) > 1]
        closed = [] if asked.detail else [name for name in put if whole or name in met]
        self.case.closed_groups.update(closed)
        inside = {name for group in closed for name in kb.groups[group].findings}
        if asked.by_test and len(asked.findings) > 1:  # results that are not named are not there
            said.update(
                {name: NOT_MEASURED for name in asked.findings if name not in (*said, *self.case.said, *inside)}
            )
        mentioned = {name for name in asked.findings if name in said or name in unknown or name in inside}
        nothing = not mentioned and not said
        settling = mentioned if asked.detail is None else set()
        trail = (*self.progress.trail, asked)[-50:]
        self.move(
            settled=self.progress.settled | settling | (set(asked.findings) if nothing else set()),
            forced=None,
            trail=trail,
        )

    def _tell_settled(self, before: Verdict) -> None:
        self._just_told |= settled.raised(self.verdict) - settled.raised(before)
        for line in settled.lines(before, self.verdict, self.case.names):
            self.terminal.tell(line)

    # --- back and forth ---

    def _step(self, back: bool) -> None:
        """All that the last line did, undone; or done again."""
        here, there = (self._back, self._forth) if back else (self._forth, self._back)
        if not here:
            self.note(f"Nothing to {'undo' if back else 'redo'}.")
            return
        moment = here.pop()
        there.append(Moment.of(self.case, self.progress, moment.line))
        before = self._verdict
        moment.restore(self.case)
        self.progress = moment.progress
        self.changed()
        self.note(f"{'Undone' if back else 'Done again'}: {moment.line}")
        if before is not None:
            self._tell_settled(before)

    def withdraw(self, name: str) -> None:
        """An answer no longer stands, and its question is open again."""
        group = self.case.kb.findings[name].group if name in self.case.kb.findings else ""
        self.case.closed_groups.discard(group)
        fellows = self.case.kb.groups[group].findings if group in self.case.kb.groups else ()
        self.move(settled=self.progress.settled - {name, *fellows})
        self._changing({name: None}, ())
        self.note(f"Forgotten: {self.case.names.label(name)}.")

    def take_as_then(
        self, line: str, reading: Mapping[str, str], asked: Asked | None, instead: Moment | None = None
    ) -> None:
        """A line that was kept, taken as it was heard then; `instead`: of what was made of it since that moment."""
        self._line = line
        if instead is not None:
            instead.restore(self.case)
            self.progress = instead.progress
            self.changed()
            if self._back and self._back[-1].line == line:
                self._back.pop()
        before = Moment.of(self.case, self.progress, line)
        self._take(self.reader.as_then(reading, asked, self.case.said), asked)
        self._back = [*self._back[-_UNDOABLE:], before]

    def say(self, name: str, known: Known, typed: str = "") -> None:
        """One answer, given by name; `typed`: the number with its unit as it was typed."""
        self._take(Understood({name: known}, typed={name: typed}), None)

    def answer(self, asked: Asked, said: Mapping[str, Known]) -> None:
        """The answers to a question, by name; what it asks and they leave out is not known."""
        unknown = tuple(name for name in asked.findings if name not in said)
        findings = [self.case.kb.findings[name] for name in unknown if name in self.case.kb.findings]
        undone = [one.id for one in findings if one.known_by != "person" and one.form != "records"]
        self._take(Understood({**said, **dict.fromkeys(undone, NOT_MEASURED)}, answered=True, unknown=unknown), asked)

    def finished(self) -> Verdict:
        """The verdict as if nothing more were said; the consultation goes on as it was."""
        self.case.finish()
        verdict = judgement.judge(self.case)
        self.case.reopen()
        return verdict

    # --- saying ---

    def wrong(self, problem: Problem) -> None:
        hint = f"{' ' if problem.what.endswith('?') else '; '}{problem.hint}" if problem.hint else ""
        told = f"{problem.what}{hint}"
        self.tell(WRONG, told if "_" in self._line else self.case.names.spoken(told))

    def note(self, text: str) -> None:
        self.tell(NOTE, text)

    def tell(self, mark: str, text: str) -> None:
        self.terminal.tell(Told(mark, text))

"""A consultation: asks what can still change something, says what it understood and what that settled.

The session says what, the terminal says how: `Terminal` is all it knows of the place it speaks in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..knowledge_base.model import Group
from ..language.problems import Problem, Refused
from ..language.value import Gap, Known
from . import answers, judgement, questions, record, settled
from .case import Case, answered_names
from .questions import Asked
from .record import Answer
from .settled import FOUND, Told
from .understanding import PROMPT, Reader, Understood
from .verdict import Verdict

READ, NOTE, WRONG = "read", "", "?"
FIRST = ("age", "sex")
"""What everything else depends on."""
_MOST = 8
_LEAVING = frozenset({"quit", "exit", "q", "bye", "stop"})


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to put; `section` is the heading it belongs under."""

    text: str
    section: str = ""


class Terminal(Protocol):
    """Where the consultation takes place."""

    def ask(self, prompt: Prompt) -> str | None:
        """The line that was typed; None when whoever was asked has left."""

    def tell(self, told: Told) -> None:
        """Say one thing, on as many lines as it needs."""


Reporter = Callable[[Verdict, str], str]
"""Makes the report; the words after `report` say where to. Gives what to say."""


class Conversation:
    """One consultation with one person about one patient."""

    def __init__(self, case: Case, terminal: Terminal, reporter: Reporter, opening: str = "") -> None:
        self.case, self.terminal, self._reporter = case, terminal, reporter
        self._opening = opening
        self._reader = Reader(case.names, case.today)
        self._passed: set[str] = set()
        self._halves: dict[str, str] = {}
        self._verdict = judgement.judge(case)
        self.asked = 0
        self._last: Asked | None = None

    def run(self) -> None:
        """Ask until nothing more is worth asking or whoever answers leaves."""
        if self._opening:
            self._note(self._opening)
        self._note('Answer, or tell me anything you know ("vitamin d 28 nmol/L"). ? lists commands.')
        while True:
            asked = self.next()
            line = self.terminal.ask(self._prompt(asked))
            if line is None or line.strip().casefold() in _LEAVING:
                break
            if line.strip():
                self._heard(line.strip(), asked)
        self._farewell()

    # --- what to ask ---

    def next(self) -> Asked | None:
        """The next question worth asking: age and sex, then what the verdict still waits for; None when done."""
        first = [name for name in FIRST if name in self.case.kb.findings and self._is_open(name)]
        waiting = [name for name in self._verdict.open if self._is_open(name)]
        return next(questions.together(self.case.names, dict.fromkeys([*first, *waiting])), None)

    def _is_open(self, name: str) -> bool:
        if name in self._passed:
            return False
        known = self.case.said.get(name)
        return known is None or not getattr(known, "complete", True)

    def _prompt(self, asked: Asked | None) -> Prompt:
        if asked is None:
            return Prompt("Nothing more is worth asking. report, facts, or anything you want to add?")
        if asked != self._last:
            self.asked += 1
        self._last = asked
        section = self.case.kb.sections.get(asked.section, "")
        before = self.case.said.get(asked.findings[0]) if len(asked.findings) == 1 else None
        if before is not None:
            told = answers.describe(self.case.kb, asked.findings[0], before)
            return Prompt(f"{asked.text} So far: {told}. Any other, or none?", section)
        return Prompt(asked.text, section)

    # --- what is heard ---

    def _heard(self, line: str, asked: Asked | None) -> None:
        word, _, rest = line.partition(" ")
        command = _COMMANDS.get(word.casefold())
        if command is not None and (not rest or word.casefold() == "report"):
            command(self, asked, rest.strip())
        else:
            self._answered(line, asked)

    def _answered(self, line: str, asked: Asked | None) -> None:
        understood = self._reader.read(line, asked, self._halves, self.case.said)
        self._halves = dict(understood.halves)
        refused = self._keep(understood)
        for problem in (*understood.problems, *refused):
            self._wrong(problem)
        if asked is not None and understood.answered and not refused:
            self._close(asked, understood)

    def _keep(self, understood: Understood) -> list[Problem]:
        """Take the answers over, unless they cannot be true of this patient; say what was read and what it settled."""
        if not understood.said:
            return []
        problems = self._contradictions(understood)
        if problems:
            return problems
        before = self._verdict
        changed = {name for name in understood.said if name in self.case.said}
        self.case.say(dict(understood.said))
        for name, known in understood.said.items():
            again = " (changed)" if name in changed and not _grown(known) else ""
            if not isinstance(known, Gap):
                self._tell(READ, answers.describe(self.case.kb, name, known) + again)
        self._settle(before)
        return []

    def _contradictions(self, understood: Understood) -> list[Problem]:
        said = {**self.case.said, **understood.said}
        told = {name: Answer(known, "", PROMPT) for name, known in said.items()}
        found = (*record.check_applies(self.case.kb, told, self.case.today), *record.check_ages(self.case.kb, told))
        return list(found)

    def _close(self, asked: Asked, understood: Understood) -> None:
        """The question was answered: it is not asked again, and a group says nothing more of its other members."""
        before = self._verdict
        self._passed.update(asked.findings)
        group = self.case.kb.groups.get(asked.group)
        if group is not None and len(asked.findings) > 1:
            self._close_group(group)
            self._settle(before)
        if understood.unknown:
            tests = [name for name in understood.unknown if name in self.case.said]
            labels = ", ".join(self.case.names.label(name) for name in understood.unknown)
            self._tell(READ, f"not known: {labels}" + ("; it goes on the work-up" if tests else ""))

    def _close_group(self, group: Group) -> None:
        left = [name for name in group.findings if name not in self.case.said]
        self.case.close_group(group.id)
        if left and len(left) < len(group.findings):
            self._tell(READ, f"not measured: {', '.join(self.case.names.label(name) for name in left)}")

    def _settle(self, before: Verdict) -> None:
        self._verdict = judgement.judge(self.case)
        told = settled.lines(before, self._verdict, self.case.names)
        for line in told[:_MOST]:
            self.terminal.tell(line)
        if len(told) > _MOST:
            self._tell(FOUND, f"and {len(told) - _MOST} more; report shows everything")

    # --- commands ---

    def report(self, asked: Asked | None, where: str) -> None:
        """Everything that follows from what was said so far."""
        try:
            self._note(self._reporter(self._finished(), where))
        except Refused as refused:
            for problem in refused.problems:
                self._wrong(problem)

    def _finished(self) -> Verdict:
        """The verdict as if nothing more were said; the consultation goes on as it was."""
        self.case.finish()
        verdict = judgement.judge(self.case)
        self.case.reopen()
        return verdict

    def facts(self, asked: Asked | None, rest: str) -> None:
        """What was said, and what was taken for granted."""
        names = answered_names(self.case)
        for name in names:
            known = self.case.memory.known(name)
            implied = self.case.why_implied(name)
            if not implied or not isinstance(known, Gap):
                told = answers.describe(self.case.kb, name, known)
                self._tell("", f"{told} (taken for granted: {implied})" if implied else told)
        if not names:
            self._note("Nothing was said yet.")

    def help(self, asked: Asked | None, rest: str) -> None:
        """What can be typed."""
        self._note("report        everything that follows so far; report FILE.html (.md, .json, .txt) writes it")
        self._note("facts         what was said and taken for granted")
        self._note("why           what the question decides")
        self._note("skip          go on without answering; don't know says that nobody knows")
        self._note("quit          leave")
        self._note("NAME VALUE    anything else you know: weight 58 kg; medicines omeprazole")
        if asked is not None and asked.help:
            self._note(f"This question: {asked.help}")

    def skip(self, asked: Asked | None, rest: str) -> None:
        """Leave the question open and go on."""
        if asked is not None:
            self._passed.update(asked.findings)

    def why(self, asked: Asked | None, rest: str) -> None:
        """What the question decides."""
        if asked is None:
            self._note("Nothing is being asked.")
            return
        pending = questions.pending(self._verdict, self.case.names)
        found = [one for one in pending if set(one.asked.findings) & set(asked.findings)]
        for one in found:
            for words, decided in (
                ("Medicines and measures that wait for it", one.frees),
                ("Conditions it speaks for or against", one.tells),
                ("Alerts it could exclude or raise", one.rules_out),
            ):
                if decided:
                    self._note(f"{words}: {', '.join(decided)}.")
        if not any(one.frees or one.tells or one.rules_out for one in found):
            self._note("It decides which measures are wanted, and how strongly.")

    # --- saying ---

    def _wrong(self, problem: Problem) -> None:
        hint = f"; {problem.hint}" if problem.hint else ""
        self._tell(WRONG, f"{problem.what}{hint}")

    def _note(self, text: str) -> None:
        self._tell(NOTE, text)

    def _tell(self, mark: str, text: str) -> None:
        self.terminal.tell(Told(mark, text))

    def _farewell(self) -> None:
        count = f"{self.asked} question" + ("" if self.asked == 1 else "s")
        alerts = [alert.label for alert in self._verdict.alerts if alert.status == "raised"]
        if alerts:
            self._note(f"Still standing: {', '.join(alerts)}.")
        self._note(f"{count}. Nothing was kept; `report FILE.html` before leaving writes everything down.")


def _grown(known: Known) -> bool:
    return hasattr(known, "entries")


_COMMANDS: dict[str, Callable[[Conversation, Asked | None, str], None]] = {
    "report": Conversation.report,
    "facts": Conversation.facts,
    "?": Conversation.help,
    "help": Conversation.help,
    "skip": Conversation.skip,
    "why": Conversation.why,
}

"""A consultation that was kept, lived through again; what now reads otherwise than then is shown and asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..assessment.questions import Asked
from ..case.case import Prepared
from ..dialogue import inquiry
from ..dialogue.agenda import doubts, relevance
from ..dialogue.asking import counted
from ..dialogue.conversation import Conversation, Prompt, Terminal
from ..dialogue.journal import Journal, Kept, Past
from ..dialogue.progress import Moment
from ..dialogue.settled import Told
from ..hearing import ear

_NOTHING = "nothing"
_THEN, _NOW = "1", "2"


def relive(held: Conversation, past: Past, prepared: Prepared, kept: Journal | None) -> None:
    """Everything that was typed, lived through again without a word; `kept` is told what is chosen."""
    once_more = _Again(held, past, prepared, kept)
    once_more.run()
    held.note(f"Going on with the consultation of {past.header.as_of} ({counted(len(past.lines), 'line')}).")
    if once_more.shown:
        held.note("Is each as it was meant? `change F V` and `forget F` put right what is not.")
    if past.torn:
        held.note("Its last line was cut short and is left out.")
    if past.header.digest != prepared.kb.digest:
        held.note("The knowledge base is another one than then: what follows may differ.")
    inquiry.facts(held, None, "")
    for line in once_more.typed:
        held.hear(line, held.next())


class _Again:
    """Lives through a consultation; `shown`: whether lines had to be shown, as nothing tells how they were heard."""

    def __init__(self, held: Conversation, past: Past, prepared: Prepared, kept: Journal | None) -> None:
        self.held, self.past, self.prepared, self.journal = held, past, prepared, kept
        self.terminal = held.terminal
        self.shown = False
        self.typed: list[str] = []
        """What was typed where a choice was asked for, and is none."""

    def run(self) -> None:
        mute = _Mute()
        other_ear = self.past.header.reader != ear.VERSION
        try:
            for number, one in enumerate(self.past.lines, 1):
                self.held.terminal = mute
                if other_ear and one.reading is None:
                    self._show(one)
                asked = self._asked(one)
                self._hear(number, one, asked)
                if asked is not None:
                    self.held.count(asked)
        finally:
            self.held.terminal = self.terminal

    def _asked(self, one: Kept) -> Asked | None:
        held = self.held
        known = tuple(name for name in one.asked if name in self.prepared.kb.findings)
        if not known:
            return doubts.put(held.case, held.verdict, one.asked)
        asked = relevance.question(held.case, known)
        if one.detail is not None:
            return Asked(known, asked.label, asked.text, section=asked.section, detail=one.detail)
        return asked

    def _hear(self, number: int, one: Kept, asked: Asked | None) -> None:
        held = self.held
        if one.as_then and one.reading is not None:
            held.take_as_then(one.line, one.reading, asked)
            return
        before = Moment.of(held.case, held.progress, one.line)
        held.hear(one.line, asked, again=True)
        now = held.reader.heard
        if one.reading is None or now is None or dict(one.reading) == now:
            return
        then = self._chosen(one, one.reading, now)
        if then:
            held.take_as_then(one.line, one.reading, asked, instead=before)
        if self.journal is not None:
            self.journal.note(one.reading if then else now, number, as_then=then)

    def _show(self, one: Kept) -> None:
        """A line of which nothing tells how it was heard: how it is heard now."""
        if not self.shown:
            what = "It was kept by another version of what hears you. This is how each line is heard now:"
            self.terminal.tell(Told("", what))
        self.shown = True
        self.terminal.tell(Told("", f"> {one.line}"))
        self.held.terminal = _Reread(self.terminal)

    def _chosen(self, one: Kept, then: Mapping[str, str], now: Mapping[str, str]) -> bool:
        """Whether a line that now reads otherwise counts as it was heard then."""
        self.terminal.tell(Told("?", f"This line is heard otherwise now: {one.line}"))
        self.terminal.tell(Told("", f"{_THEN} as then: {self._told(then)}"))
        self.terminal.tell(Told("", f"{_NOW} as now: {self._told(now)}"))
        typed = (self.terminal.ask(Prompt(f"Which was meant? {_THEN} or {_NOW}")) or "").strip()
        if typed not in ("", _THEN, _NOW):
            self.typed.append(typed)
        return typed == _THEN

    def _told(self, reading: Mapping[str, str]) -> str:
        return "; ".join(self._in_words(reading)) or _NOTHING

    def _in_words(self, reading: Mapping[str, str]) -> Iterator[str]:
        case = self.held.case
        for name, text in reading.items():
            known = self.held.reader.written_before({name: text}).get(name)
            yield case.told(name, known) if known is not None else f"{case.names.label(name)} {text}".rstrip(": ")


class _Mute:
    """A terminal that says nothing and is never asked."""

    def ask(self, prompt: Prompt) -> str | None:
        return None

    def tell(self, told: Told) -> None:
        return None


class _Reread(_Mute):
    """A terminal that says only how a line was heard."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def tell(self, told: Told) -> None:
        if told.mark in ("read", "?"):
            self._terminal.tell(told)

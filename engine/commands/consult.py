"""`consult`: the consultation at a terminal, or through a pipe."""

from __future__ import annotations

import datetime
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..assessment.verdict import Verdict
from ..case import opening
from ..case.case import Case, Prepared
from ..dialogue import inquiry, journal
from ..dialogue.conversation import Conversation, Prompt
from ..dialogue.journal import Header, Journal, Past
from ..dialogue.settled import ALERT, DO, FOUND, NEVER, NOT_YET, Told
from ..hearing import ear, texts
from ..intake.record import Record, read_record, save_record
from ..intake.records.pool import Pool
from ..knowledge_base.files import layout
from ..knowledge_base.naming import Names
from ..values.problems import Place, Problem, Refused
from ..version import VERSION
from ..views import escape
from ..views.layout import Page
from ..views.report.forms import FORMS, SUFFIXES
from . import reliving, surroundings

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completion
    from prompt_toolkit.key_binding import KeyBindings

_STYLES = {ALERT: "bold red", FOUND: "bold", DO: "green", NOT_YET: "yellow", NEVER: "red", "?": "yellow"}
_COLUMN = 8
_RESUMED = 6
"""How many of the answers of a resumed consultation are shown again."""


def run(
    file: str | None = None,
    resume: bool = False,
    no_journal: bool = False,
    guideline: str | None = None,
    region: str | None = None,
    as_of: datetime.date | None = None,
    knowledge: Path | None = None,
) -> int:
    prepared = surroundings.prepared(knowledge)
    past = _past(file) if resume else None
    taken: tuple[str, ...] = ()
    chosen = opening.terms(prepared.kb, guideline, region, as_of)
    if past is None:
        given, day, taken = _given(file, prepared, as_of)
        header = Header(VERSION, day, chosen.guideline, chosen.region, prepared.kb.digest, given, ear.VERSION)
    else:
        header = past.header
    case = _case(prepared, header, file)
    kept, copied = (None, False) if no_journal else _journal(header, past)
    terminal = _terminal(case)
    disclaimer = prepared.kb.scope.disclaimer if prepared.kb.scope is not None else ""
    held = Conversation(case, terminal, Shown(prepared.names), f"osteologic {VERSION}. {disclaimer}".strip(), kept)
    surroundings.later(held.reader.prepare)
    held.telling_first = bool(taken)
    for told in taken:
        held.note(told)
    if past is not None:
        reliving.relive(held, past, prepared, kept)
    if copied:
        held.note(
            "It is going on elsewhere too: from here on this is a copy of its own, and neither knows of the other."
        )
    try:
        with surroundings.ended_by_signal():
            held.run()
    finally:
        if kept is not None:
            kept.close()
    return 0


# --- where it begins --------------------------------------------------------------------------------------------------


def _past(file: str | None) -> Past:
    """The consultation to go on with."""
    if file is not None:
        hint = "leave out one of the two"
        raise Refused(
            [Problem("OL350", "--resume goes on with what was kept, not with a file", Place(file), hint=hint)]
        )
    path = journal.latest()
    if path is None:
        raise Refused([Problem("OL350", "no consultation was kept", Place("--resume"), hint="start without --resume")])
    return journal.read(path)


def _journal(header: Header, past: Past | None) -> tuple[Journal, bool]:
    """What keeps the lines, and whether it is a copy of what another process goes on with."""
    if past is None:
        return Journal.new(header), False
    try:
        return Journal.of(past), False
    except journal.InUse:
        return Journal.copy(past), True


def _given(
    file: str | None, prepared: Prepared, as_of: datetime.date | None
) -> tuple[str, datetime.date, tuple[str, ...]]:
    """What a consultation begins with: the patient file, a health record as one; its day; what is to be said of it.

    Raises Refused for what is no text, and for the records of several patients.
    """
    day = as_of or datetime.date.today()
    if file is None:
        return "", day, ()
    pool = Pool(prepared.kb, day, as_of, texts.reader(prepared.names))
    lines = pool.kept(surroundings.lines(file), surroundings.name_of(file))
    if lines is None:
        return _from_record(pool.patients(), prepared, day)
    content = b""
    for line in lines:
        content += line
        if len(content) > layout.MOST_BYTES:
            break
    try:
        return content.decode("utf-8"), day, ()
    except UnicodeDecodeError:
        from ..knowledge_base.files import source

        problems = source.load_text(content, surroundings.name_of(file))[1]
        raise Refused(problems) from None


def _from_record(
    patients: list[Record], prepared: Prepared, day: datetime.date
) -> tuple[str, datetime.date, tuple[str, ...]]:
    """The one patient of a health record as a patient file, so that a journal keeps it as it keeps others."""
    from ..views.report import intake

    if len(patients) > 1:
        what = f"the record has {len(patients)} patients where one is expected"
        raise Refused([Problem("OL327", what, patients[1].place, hint="give the resources of one patient")])
    one = patients[0]
    today = one.today or day
    return save_record(prepared.kb, one.answers, today, one.name), today, intake.notices(one.taken) if one.taken else ()


def _case(prepared: Prepared, header: Header, file: str | None) -> Case:
    """A new patient, or one of whom a file says something; what it does not mention is asked."""
    terms = opening.Terms(header.guideline, header.region, header.as_of)
    name = surroundings.name_of(file) if file is not None else "the patient file"
    record = Record({}, today=header.as_of)
    if header.given:
        one, problems = read_record(prepared.kb, header.given, name, header.as_of, header.as_of)
        if one is None:
            raise Refused(problems)
        record = one
    return opening.opened(prepared, record, terms)


# --- what is shown as a page of its own -------------------------------------------------------------------------------


class Shown:
    """The pages of a consultation, at the width of the terminal or in a file."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def report(self, verdict: Verdict, where: str, unread: tuple[str, ...] = ()) -> str:
        opening, _, file = where.partition(" ")
        if opening == "patient":
            return self._for_patient(verdict, file.strip())
        if where in ("", "full"):
            from ..views.report import text

            detail = where or "brief"
            width, colored = surroundings.width(), surroundings.colored()
            return text.report(verdict, self._names, width, colored, detail=detail, unread=unread)
        kind = SUFFIXES.get(Path(where).suffix.casefold())
        if kind is None:
            hint = f"name it with one of {', '.join(SUFFIXES)}"
            what = f"{where}: which kind of report that should be is not clear"
            raise Refused([Problem("OL001", what, Place(where), hint=hint)])
        return self.save(FORMS[kind].write(verdict, self._names, "", unread), where)

    def _for_patient(self, verdict: Verdict, where: str) -> str:
        """The page for the patient, or into which file it was written."""
        from ..views.report import handout, html, text

        page = handout.handout(verdict, self._names)
        if not where:
            return text.handout(page, surroundings.width(), surroundings.colored())
        kind = SUFFIXES.get(Path(where).suffix.casefold())
        if kind not in ("html", "text"):
            what = f"{where}: the page for a patient is written as .html or .txt"
            raise Refused([Problem("OL001", what, Place(where), hint="name it so: report patient page.html")])
        return self.save("".join(html.handouts([page], "")) if kind == "html" else text.handout(page), where)

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        from ..views import dialogue

        return dialogue.show(what, case, verdict, subject, surroundings.width(), surroundings.colored())

    def save(self, text: str, where: str) -> str:
        surroundings.write(Path(where), text)
        return f"Written: {where}"


# --- terminals --------------------------------------------------------------------------------------------------------


def _terminal(case: Case) -> _Screen:
    if sys.stdin.isatty() and sys.stdout.isatty():
        return Typed(surroundings.colored(), case)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return Piped(surroundings.colored())


class _Screen:
    """What both kinds of terminal share: how a line looks."""

    def __init__(self, colored: bool) -> None:
        self.colored = colored

    def ask(self, prompt: Prompt) -> str | None:
        raise KeyError(prompt.text)

    def tell(self, told: Told) -> None:
        if "\n" in told.text:
            surroundings.put(told.text.rstrip("\n") + "\n")
            return
        page = Page(surroundings.width(), self.colored)
        if told.mark:
            page.entry(told.mark, told.text, 2, _COLUMN, _STYLES.get(told.mark, ""))
        else:
            page.paragraph(told.text, 0)
        surroundings.put(page.text())
        sys.stdout.flush()

    def _question(self, prompt: Prompt) -> str:
        page = Page(surroundings.width(), self.colored)
        page.blank()
        for alert in prompt.alerts:
            page.entry(ALERT, f"still standing: {alert}", 2, _COLUMN, _STYLES[ALERT])
        if prompt.section and len(prompt.text) + len(prompt.section) + 2 <= page.width:
            page.columns(prompt.text, prompt.section, 0, "bold")
        else:
            page.paragraph(prompt.text, 0, "bold")
        return "\n" + page.text()


class Piped(_Screen):
    """Answers come line by line; each is shown after its question, so that what is printed reads as it went."""

    def ask(self, prompt: Prompt) -> str | None:
        surroundings.put(self._question(prompt))
        sys.stdout.flush()
        surroundings.finish()
        try:
            line = sys.stdin.readline()
        except (KeyboardInterrupt, UnicodeDecodeError):
            return None
        if not line:
            surroundings.put("\n")
            return None
        surroundings.put(f"> {escape.line(line)}\n")
        return line


class Typed(_Screen):
    """Someone is typing: with history, completion, and the keys one is used to."""

    def __init__(self, colored: bool, case: Case) -> None:
        super().__init__(colored)
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import Completer
        from prompt_toolkit.history import InMemoryHistory
        from prompt_toolkit.shortcuts import CompleteStyle
        from prompt_toolkit.styles import Style

        words = _Words(case)

        class Completing(Completer):
            def get_completions(self, document: Any, complete_event: Any) -> Iterator[Completion]:
                return words.completions(document.text_before_cursor)

        self._session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(),  # of this consultation alone: the next patient is somebody else
            completer=Completing(),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            reserve_space_for_menu=0,
            key_bindings=_keys(),
            style=Style.from_dict({"bottom-toolbar": "noreverse" if colored else "noreverse nobold"}),
        )

    def _so_far(self, so_far: tuple[str, str]) -> str:
        """The picture so far in one line of the terminal, below what is being typed and gone once it was."""
        picture, rest = escape.line(f"so far: {so_far[0]}"), escape.line(f"; {so_far[1]}")
        room = surroundings.width() - 1 - len(rest)
        return (picture if len(picture) <= room else f"{picture[: max(room - 3, 0)]}...") + rest

    def ask(self, prompt: Prompt) -> str | None:
        surroundings.put(self._question(prompt))
        sys.stdout.flush()
        surroundings.finish()
        try:
            return self._session.prompt("> ", bottom_toolbar=self._so_far(prompt.so_far))
        except (EOFError, KeyboardInterrupt):
            return None


def _keys() -> KeyBindings:
    """Ctrl-C clears a line with text on it; on an empty one it leaves."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    bindings = KeyBindings()

    @bindings.add("c-c")
    def _clear(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    return bindings


class _Words:
    """What the Tab key offers: commands, names of findings, and the words of the lists."""

    def __init__(self, case: Case) -> None:
        kb = case.kb
        self._commands = tuple(inquiry.completions())
        names = {name: None for one in kb.findings.values() for name in (one.label, *one.synonyms)}
        for choices in kb.choices.values():
            names.update(dict.fromkeys(member.label or member.id for member in choices.members.values()))
        entries = (
            *kb.conditions.values(),
            *kb.interventions.values(),
            *kb.alerts.values(),
            *kb.investigations.values(),
        )
        names.update(dict.fromkeys(entry.label for entry in entries))
        self._names = tuple(sorted((name for name in names if name), key=str.casefold))
        self._sections = tuple(kb.sections)

    def completions(self, before: str) -> Iterator[Completion]:
        from prompt_toolkit.completion import Completion

        item = before.replace(";", ",").rpartition(",")[2].lstrip()
        first, _, rest = item.partition(" ")
        offered: tuple[str, ...] = (*self._commands, *self._names)
        typed = item
        if (rest or item.endswith(" ")) and first in self._commands:
            offered, typed = self._sections if first == "go" else self._names, rest.lstrip()
        for word in offered:
            if word.casefold().startswith(typed.casefold()):
                yield Completion(word, start_position=-len(typed))

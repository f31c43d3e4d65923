"""`consult`: the consultation at a terminal, or through a pipe."""

from __future__ import annotations

import dataclasses
import datetime
import sys
from collections.abc import Callable
from pathlib import Path

from ..consultation import opening
from ..consultation.case import Case, Prepared
from ..consultation.conversation import Conversation, Prompt
from ..consultation.record import Record, read_record
from ..consultation.settled import ALERT, DO, FOUND, NEVER, NOT_YET, Told
from ..consultation.verdict import Verdict
from ..knowledge_base.naming import Names
from ..language.problems import Place, Problem, Refused
from ..version import VERSION
from ..views import escape
from ..views.layout import Page
from . import surroundings

_STYLES = {ALERT: "bold red", FOUND: "bold", DO: "green", NOT_YET: "yellow", NEVER: "red", "?": "yellow"}
_COLUMN = 8
_SUFFIXES = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".txt": "text"}


def run(file: str | None = None, knowledge: Path | None = None) -> int:
    prepared = surroundings.prepared(knowledge)
    case = _case(prepared, file)
    terminal = Typed(surroundings.colored()) if sys.stdin.isatty() else Piped(surroundings.colored())
    disclaimer = prepared.kb.scope.disclaimer if prepared.kb.scope is not None else ""
    opened = f"osteologic {VERSION}. {disclaimer}".strip()
    Conversation(case, terminal, _reporter(prepared.names), opened).run()
    return 0


def _case(prepared: Prepared, file: str | None) -> Case:
    """A new patient, or one of whom a file says something; what it does not mention is asked."""
    clock = datetime.date.today()
    if file is None:
        return Case(prepared, clock)
    one, problems = read_record(prepared.kb, surroundings.read(file), surroundings.name_of(file), clock)
    if one is None:
        raise Refused(problems)
    return opening.opened(prepared, _dated(one, clock), opening.Terms())


def _dated(one: Record, clock: datetime.date) -> Record:
    return one if one.today is not None else dataclasses.replace(one, today=clock)


def _reporter(names: Names) -> Callable[[Verdict, str], str]:
    def report(verdict: Verdict, where: str) -> str:
        if not where:
            from ..views import text

            return text.report(verdict, names, surroundings.width(), surroundings.colored())
        path = Path(where).expanduser()
        kind = _SUFFIXES.get(path.suffix.casefold())
        if kind is None:
            hint = f"name it with one of {', '.join(_SUFFIXES)}"
            what = f"{where}: which kind of report that should be is not clear"
            raise Refused([Problem("OL001", what, Place(where), hint=hint)])
        try:
            path.write_text(_rendered(verdict, names, kind), encoding="utf-8")
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise Refused([Problem("OL001", f"{where} cannot be written: {reason}", Place(where))]) from error
        return f"Written: {where}"

    return report


def _rendered(verdict: Verdict, names: Names, kind: str) -> str:
    if kind == "json":
        from ..views import data

        return data.text(data.document(verdict))
    if kind == "html":
        from ..views import html

        return html.page([("", verdict)], names)
    if kind == "markdown":
        from ..views import markdown

        return markdown.report(verdict, names)
    from ..views import text

    return text.report(verdict, names)


class _Screen:
    """What both kinds of terminal share: how a line looks."""

    def __init__(self, colored: bool) -> None:
        self.colored = colored

    def tell(self, told: Told) -> None:
        if "\n" in told.text:
            surroundings.put(told.text)
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
        if len(prompt.text) + len(prompt.section) + 2 <= page.width:
            page.columns(prompt.text, prompt.section, 0, "bold")
        else:
            page.paragraph(prompt.text, 0, "bold")
        return "\n" + page.text()


class Piped(_Screen):
    """Answers come line by line; each is shown after its question, so that what is printed reads as it went."""

    def ask(self, prompt: Prompt) -> str | None:
        surroundings.put(self._question(prompt))
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
    """Someone is typing: with history, and the keys one is used to."""

    def __init__(self, colored: bool) -> None:
        super().__init__(colored)
        from prompt_toolkit import PromptSession

        self._session: PromptSession[str] = PromptSession()

    def ask(self, prompt: Prompt) -> str | None:
        surroundings.put(self._question(prompt))
        sys.stdout.flush()
        try:
            return self._session.prompt("> ")
        except (EOFError, KeyboardInterrupt):
            return None

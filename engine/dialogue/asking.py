"""What is put to whoever answers where the questions end: what is left, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..assessment.questions import Asked
from ..assessment.verdict import Verdict
from ..case.case import Case
from ..intake.answers.sheet import folded
from ..values.value import NOT_MEASURED
from .agenda.relevance import Agenda
from .progress import Progress

_PICTURED = 2
_STANDINGS = {"recommended": "recommended", "conditional": "once checked", "deferred": "not yet"}


class Speaker(Protocol):
    """Where something can be said of what was not understood."""

    unread: tuple[str, ...]

    def note(self, text: str) -> None: ...


class Session(Protocol):
    """The consultation, as far as it has come."""

    case: Case
    progress: Progress
    unread: tuple[str, ...]

    @property
    def asked(self) -> int: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def agenda(self) -> Agenda: ...

    def move(self, **changes: object) -> None: ...

    def tell(self, mark: str, text: str) -> None: ...


def stop(session: Session) -> str:
    """Where the questions end: with what is left, and how to go on."""
    agenda, progress = session.agenda, session.progress
    count = counted(session.asked, "question")
    tests, advice = _findings(agenda.tests), _findings(agenda.advice)
    on = []
    if advice and "advice" not in progress.rounds:
        on.append(f"lifestyle ({advice}, changes advice only)")
    if tests and "tests" not in progress.rounds:
        on.append(f"tests ({tests}, if you have results)")
    if progress.done:
        return f"{count}. report, or anything you want to add?"
    if tests and "tests" not in progress.rounds:
        left = f"Nothing you are likely to know can change more: what is left are {counted(tests, 'test')}."
    elif waits := _undone(session):
        left = f"Only what was not done or is not known could change more: {waits}."
    else:
        left = "Nothing more can change what is shown."
    way = f"Report, or go on with {' or '.join(on)}?" if on else "report, facts, or anything you want to add?"
    return f"{left} {count}. {way}"


def so_far(session: Session) -> tuple[str, str]:
    """The picture: what it is and the first medicine; and how much is left to ask, how much was not understood."""
    verdict = session.verdict
    established = [one.label for one in verdict.diagnoses if one.status == "established"]
    likely = [f"{one.label} {one.status}" for one in verdict.diagnoses if one.status == "likely"]
    parts = [", ".join((established or likely)[:_PICTURED]) or "nothing established"]
    medicines = [one for one in verdict.plan if one.kind == "medicine" and not one.taken]
    for status, words in _STANDINGS.items():
        if first := next((one.label for one in medicines if one.status == status), ""):
            parts.append(f"{first} {words}")
            break
    left = len(session.agenda.now)
    rest = f"{counted(left, 'question')} left" if left else "no question left"
    if unread := len(dict.fromkeys(session.unread)):
        rest += f"; {counted(unread, 'phrase')} not understood"
    return "; ".join(parts), rest


def _undone(session: Session) -> str:
    """What something shown still waits for, though it was not done or nobody knows it."""
    waits = {name for item in session.verdict.plan for name in item.missing}
    waits |= {name for one in session.verdict.diagnoses for name in one.missing}
    names = [
        name
        for name in session.case.kb.findings
        if name in waits and (session.case.memory.known(name) is NOT_MEASURED or name in session.progress.settled)
    ]
    labels = [session.case.names.label(name) for name in names if not session.case.is_known(name)]
    more = f" and {len(labels) - 4} more" if len(labels) > 4 else ""
    return ", ".join(labels[:4]) + more


def counted(count: int, thing: str) -> str:
    return f"{count} {thing}" + ("" if count == 1 else "s")


def _findings(listed: Sequence[Asked]) -> int:
    return sum(len(one.findings) for one in listed)


def not_understood(session: Speaker) -> None:
    """What was typed and not understood, which nothing of what is shown knows of."""
    if session.unread:
        told = ", ".join(f"'{one}'" for one in dict.fromkeys(session.unread))
        session.note(f"Typed, and not understood: {told}. Say it again in other words.")


class Kept(Protocol):
    """The journal of a consultation, as far as its end has to speak of it."""

    kept: int
    lost: int


def farewell(session: Speaker, verdict: Verdict, journal: Kept | None, asked: int) -> None:
    """What is said at the end: what still stands, what was not understood, and whether it can be gone on with."""
    alerts = [alert.label for alert in verdict.alerts if alert.status == "raised"]
    if alerts:
        session.note(f"Still standing: {', '.join(alerts)}.")
    not_understood(session)
    kept = "Nothing was kept; `report FILE.html` before leaving writes everything down."
    if journal is not None and journal.kept:
        kept = "The answers are kept: osteologic consult --resume goes on."
        if journal.lost:
            kept = f"Kept but for {counted(journal.lost, 'line')} the disk refused: consult --resume goes on."
    session.note(f"{counted(asked, 'question')}. {kept}")


def assents(session: Session, line: str) -> bool:
    """At a stop: yes goes on with what is offered, no ends it."""
    words = folded(line)
    if words in ("yes", "y", "go on", "ok", "continue", "more"):
        round_ = "advice" if session.agenda.advice and "advice" not in session.progress.rounds else "tests"
        session.move(rounds=session.progress.rounds | {round_}, done=False)
        return True
    if words in ("no", "n", "none", "nothing"):
        session.move(done=True)
        return True
    return False

"""One line for a program: answers as a patient file writes them, questions, and what was not read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..hearing.corrections import Said
from ..hearing.ear import Ear
from ..hearing.heard import Heard
from ..intake.answers import answers
from ..knowledge_base.files.nodes import MapNode, Node, Text
from ..knowledge_base.model import KnowledgeBase
from ..knowledge_base.naming import Names
from ..values.frozen import ordered
from ..values.value import Known
from . import inquiry

_EARS: dict[tuple[int, datetime.date], Ear] = {}
_MOST_EARS = 4


@ordered
class ReadLine:
    """What a line says.

    `answers`: values by finding, as a patient file writes them, only of what the line says. `questions` are what has to
    be asked back; `unread` the words of which nothing was made; `command` the command that is meant, else None, and
    `words` what stands behind it. `gone` is what a correction withdraws: a finding, or `finding.member`. `noted` was
    understood and has no place; `mended` are mistyped words with what they were read as.
    """

    answers: Mapping[str, Any]
    questions: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    command: str | None = None
    words: str = ""
    gone: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()


def ear_of(names: Names, today: datetime.date) -> Ear:
    """The ear for a knowledge base and a day; one serves many lines."""
    key = (id(names), today)
    found = _EARS.get(key)
    if found is None or found.names is not names:
        while len(_EARS) >= _MOST_EARS:
            _EARS.pop(next(iter(_EARS)))
        found = _EARS[key] = Ear(names, today)
    return found


def findings_of(kb: KnowledgeBase, pending: str | Iterable[str] | None) -> tuple[str, ...]:
    """The findings of a question: named one by one, or by their group."""
    names = pending.split(",") if isinstance(pending, str) else list(pending or ())
    found: list[str] = []
    for name in (one.strip() for one in names):
        found += kb.groups[name].findings if name in kb.groups else [name] if name in kb.findings else []
    return tuple(dict.fromkeys(found))


def read(
    names: Names,
    line: str,
    asked: tuple[str, ...],
    known: Mapping[str, Known],
    earlier: Sequence[str],
    today: datetime.date,
) -> ReadLine:
    """The line as an answer to what was asked, after the lines before it."""
    ear = ear_of(names, today)
    said, last = dict(known), tuple[Said, ...]()
    for before in earlier:
        heard = ear.hear(before, asked, said, last)
        said.update(heard.said)
        last = heard.last
    command = inquiry.command(line)
    if command is not None and command[0] not in ("change",):
        return ReadLine(answers={}, command=command[0], words=command[1])
    return _told(names, ear.hear(line, asked, said, last))


def _told(names: Names, heard: Heard) -> ReadLine:
    reading = heard.reading
    against = (
        "{} was said before, now {}: which is right?".format(
            *answers.told_apart(names.kb, one.finding, one.before, one.after)
        )
        for one in heard.conflicts
    )
    asked = [f"{problem.what}{f'; {problem.hint}' if problem.hint else ''}" for problem in reading.problems]
    gone = [
        name if not members else f"{name}.{one}" for name, members in reading.gone.items() for one in members or [""]
    ]
    return ReadLine(
        answers={
            name: _value(names.kb, heard, name, known) for name, known in heard.said.items() if _is_said(heard, name)
        },
        questions=(*asked, *against, *(half.question for half in heard.halves)),
        unread=tuple(reading.unread),
        command=reading.command[0] if reading.command is not None else None,
        words=reading.command[1] if reading.command is not None else "",
        gone=tuple(gone),
        noted=tuple(reading.left),
        mended=tuple(reading.mended),
    )


def _is_said(heard: Heard, name: str) -> bool:
    """Whether the line says it, and does not only imply it."""
    results = heard.reading.results.get(name)
    return results is None or not all(one.follows for one in results)


def _value(kb: KnowledgeBase, heard: Heard, name: str, known: Known) -> Any:
    """The value as it was typed where that is one value, else as a patient file writes it."""
    listed = heard.reading.lists.get(name)
    if listed is not None:
        return _plain(listed.node)
    results = heard.reading.results[name]
    if len(results) == 1:
        return _plain(results[0].node)
    dated = all(one.date for one in results)
    told = [_plain(one.node) for one in results]
    return sorted(told, key=lambda one: str(one["date"])) if dated else answers.write_answer(kb, name, known)


def _plain(node: Node) -> Any:
    if isinstance(node, Text):
        return node.value
    if isinstance(node, MapNode):
        return {key.value: _plain(value) for key, value in node.pairs}
    return [_plain(item) for item in node.items]

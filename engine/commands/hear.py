"""`hear`: a typed line token by token, with what each is taken for, what the line says, and what was not read."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from ..dialogue import line as lines
from ..hearing.heard import Heard
from ..hearing.segments import Segment
from ..intake.answers import answers
from ..knowledge_base.naming import Names
from ..values.problems import Place, Problem, Refused, did_you_mean
from ..views import escape
from . import surroundings

_WIDTH = 24


def run(line: str, pending: str = "", knowledge: Path | None = None) -> int:
    names = surroundings.names(knowledge)
    if not line.strip():
        hint = "as in: osteologic hear 'hip -2.7, smoker'"
        raise Refused([Problem("OL319", "nothing was typed that could be heard", Place("LINE"), hint=hint)])
    asked = lines.findings_of(names.kb, pending)
    if pending and not asked:
        hint = did_you_mean(pending, (*names.kb.findings, *names.kb.groups))
        raise Refused([Problem("OL319", f"nothing called '{pending}' is asked", Place("--pending"), hint=hint)])
    heard = lines.ear_of(names, datetime.date.today()).hear(line, asked, {})
    surroundings.put(escape.plain("\n".join((*_tokens(heard, names), "", *_told(heard, names)))) + "\n")
    return 0


def _tokens(heard: Heard, names: Names) -> Iterator[str]:
    for one in heard.line.segments:
        if one.kind == "mark" and one.text == "\n":
            yield ""
            continue
        state = "used" if one.used else "idle" if one.cue("idle") or one.kind == "mark" else "not read"
        yield f"  {escape.line(one.text.strip()):{_WIDTH}}{_taken_for(one, names):44}{state}{_reach(one)}".rstrip()


def _taken_for(one: Segment, names: Names) -> str:
    """What a token is, in a few words."""
    if one.number is not None and one.kind == "number":
        return f"number {one.number.text()}"
    if one.time is not None and one.kind == "time":
        return f"{one.time.kind} {one.time.text}{f' to {one.time.until}' if one.time.until else ''}"
    if one.kind != "name":
        return one.kind
    told: list[str] = []
    for sense in one.senses[:3]:
        members = sorted(sense.value) if isinstance(sense.value, frozenset) else []
        if sense.kind == "cue":
            told.append(f"{sense.target} {sense.value}".strip())
        elif sense.kind in ("member", "class"):
            told.append(f"{', '.join(members[:2])}{' ...' if len(members) > 2 else ''}")
        elif sense.kind == "phrase" and one.meaning is not None:
            told.append("; ".join(f"{each.finding} {each.value}" for each in one.meaning.statements) or "asks back")
        elif sense.kind == "answer":
            told.append(f"{names.label(sense.target)}: {sense.value}")
        else:
            told.append(names.label(sense.target))
    return " | ".join(told)[:60] + (f" (for {one.mended})" if one.mended else "")


def _reach(one: Segment) -> str:
    """What is said of a token from elsewhere."""
    said = [
        ("denied", bool(one.denied)), ("uncertain", one.unsure), ("planned or feared", one.planned), ("over", one.over),
    ]  # fmt: skip
    told = [word for word, holds in said if holds] + ([f"of a relative ({one.kin})"] if one.kin else [])
    return f", {', '.join(told)}" if told else ""


def _told(heard: Heard, names: Names) -> Iterator[str]:
    reading = heard.reading
    if reading.command is not None:
        yield f"command   {' '.join(reading.command).strip()}"
    for name, known in heard.said.items():
        yield f"says      {name}: {answers.write_answer(names.kb, name, known)}"
    for problem in reading.problems:
        yield f"asks      {problem.what}{f'; {problem.hint}' if problem.hint else ''}"
    for half in heard.halves:
        yield f"asks      {half.question}"
    for told in reading.mended:
        yield f"mended    {told}"
    for told in reading.left:
        yield f"left out  {told}"
    for told in reading.unread:
        yield f"not read  {told}"

"""What stands above a rule or a worked case: how many cases prove it, whether they pass, and what can be run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lsprotocol import types

from ..workbench.cases.cases import WorkedCase
from ..workbench.cases.outcomes import Result
from .base import Base
from .text.buffers import position_at, range_at
from .trial import Part, proving
from .verbs import EVALUATE, FOLLOWS, RUN

_SIGNS = {"true": "\u2713", "false": "\u2717", "unknown": "?"}


def lenses(
    base: Base, path: Path, results: Mapping[str, Result], notes: Mapping[str, tuple[str, ...]]
) -> list[types.CodeLens]:
    """Those of a file of rules or of worked cases; `notes` are what was found out of rules beside."""
    kind = base.kind(path)
    if base.in_force is None:
        return []
    return (
        _over_rules(base, path, notes)
        if kind == "rules"
        else _over_cases(base, path, results)
        if kind == "cases"
        else []
    )


def _over_rules(base: Base, path: Path, notes: Mapping[str, tuple[str, ...]]) -> list[types.CodeLens]:
    force = base.in_force
    if force is None:
        return []
    lines = base.lines(path)
    found = []
    for ones in base.words(path).by_thing.values():
        for one in ones:
            if not one.defines or one.thing.kind != "rules":
                continue
            at = position_at(lines, lines.offset(one.place.line, one.place.column), base.columns)
            told = _counted(force.expected.get(one.thing.id, {}))
            span = types.Range(at, at)
            arguments = [one.thing.id]
            found.append(types.CodeLens(span, types.Command(f"{told} \u00b7 run", RUN, arguments=arguments)))
            found.append(types.CodeLens(span, types.Command("evaluate here", EVALUATE, arguments=arguments)))
            for note in notes.get(one.thing.id, ()):
                found.append(types.CodeLens(span, types.Command(note, "")))
    return found


def _counted(counts: Mapping[str, int]) -> str:
    verbs = {"fired": ("fires", "fire"), "held": ("holds", "hold"), "ruled_out": ("rules", "rule")}
    tails = {"fired": "it", "held": "it back", "ruled_out": "it out"}
    told: list[str] = []
    for kind in verbs:
        count = counts.get(kind, 0)
        if not count:
            continue
        verb = verbs[kind][count != 1]
        cases = ("case " if count == 1 else "cases ") if not told else ""
        told.append(f"{count} {cases}{verb} {tails[kind]}")
    return ", ".join(told) or "no case expects it"


def _over_cases(base: Base, path: Path, results: Mapping[str, Result]) -> list[types.CodeLens]:
    force = base.in_force
    if force is None:
        return []
    name, found = base.file(path), []
    lines = base.lines(path)
    for one in force.worked:
        if one.file != name:
            continue
        at = position_at(lines, lines.offset(one.place.line, one.place.column), base.columns)
        span = types.Range(at, at)
        arguments = [one.name]
        found.append(
            types.CodeLens(
                span, types.Command(f"{_went(one, results.get(one.name))} \u00b7 run", RUN, arguments=arguments)
            )
        )
        found.append(types.CodeLens(span, types.Command("show what follows", FOLLOWS, arguments=arguments)))
    return found


def _went(one: WorkedCase, result: Result | None) -> str:
    expects = f"expects {len(one.expectations)}"
    if result is None or result.case is not one:
        return expects
    return (
        f"passes \u00b7 {expects}" if result.passed else f"fails in {len(result.failures)} of {len(one.expectations)}"
    )


def hints(base: Base, path: Path, parts: list[Part], case: str) -> list[types.InlayHint]:
    """Each part of a premise marked true, false or unknown, with what is known that decides it."""
    lines = base.lines(path)
    found = []
    for part in parts:
        if not part.place.line or base.path(part.place.file) != path:
            continue
        start = lines.offset(part.place.line, part.place.column)
        if not lines.text.startswith(part.source, start):
            continue  # it has been written anew, or goes on on the next line
        known = f" {part.known}" if part.known else ""
        label = f" {_SIGNS[part.truth.value]}{known} "
        at = range_at(lines, start, start + len(part.source), base.columns).end
        found.append(types.InlayHint(at, label, tooltip=f"{part.truth.value} of '{case}'"))
    return found


def about(base: Base, name: str) -> tuple[list[WorkedCase], str]:
    """The cases that a lens speaks of: one by its name, or those that prove a rule."""
    force = base.in_force
    if force is None:
        return [], name
    own = [one for one in force.worked if one.name == name]
    if own:
        return own[:1], name
    found = {one.name: one for ones in proving(name, force.worked).values() for one in ones}
    return list(found.values()), name

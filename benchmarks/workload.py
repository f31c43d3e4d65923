"""The patients every contender is given: what each says at first, what each says next, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.inference.ground import Ground, Literal

from . import synthetic

CHANGES = 5
"""Changed answers after each consultation."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is given, and for a made-up base the answers it comes from (finding to value)."""

    literals: tuple[Literal, ...]
    answers: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One answer replaced by another: what is no longer given, what is given instead, and all that is given then."""

    gone: tuple[Literal, ...]
    come: tuple[Literal, ...]
    then: Said


@dataclass(frozen=True, slots=True)
class Consultation:
    said: Said
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Workload:
    """A ground base and its patients. `cuts` says for each atom which finding it compares, and with what."""

    name: str
    rules: int
    ground: Ground
    consultations: tuple[Consultation, ...]
    cuts: Mapping[int, tuple[int, int]] | None = None


def difference(before: Said, after: Said) -> Change:
    old, new = set(before.literals), set(after.literals)
    return Change(tuple(sorted(old - new)), tuple(sorted(new - old)), after)


def made_up(rules: int, patients: int) -> Workload:
    base = synthetic.base(rules)
    consultations = []
    for number in range(patients):
        answers = synthetic.patient(number)
        said = Said(tuple(base.given(answers)), answers)
        last, changes = said, []
        for turn in range(CHANGES):
            finding, value = synthetic.change(answers, number * CHANGES + turn)
            answers = {**answers, finding: value}
            changes.append(difference(last, Said(tuple(base.given(answers)), answers)))
            last = changes[-1].then
        consultations.append(Consultation(said, tuple(changes)))
    cuts = {atom: (comparison.finding, comparison.cut) for atom, comparison in enumerate(base.comparisons)}
    return Workload(f"{rules:,} rules", rules, base.ground, tuple(consultations), cuts)


def follows(ground: Ground, given: Iterable[Literal]) -> frozenset[Literal]:
    """All that holds, worked out without any engine: the judge of every contender."""
    holding = set(given)
    waiting: dict[Literal, list[int]] = {}
    lacking = []
    for index, production in enumerate(ground.productions):
        lacking.append(len(production.premises))
        for literal in production.premises:
            waiting.setdefault(literal, []).append(index)
    new = list(holding)
    while new:
        for index in waiting.get(new.pop(), ()):
            lacking[index] -= 1
            conclusion = ground.productions[index].conclusion
            if not lacking[index] and conclusion not in holding:
                holding.add(conclusion)
                new.append(conclusion)
    return frozenset(holding)

"""What takes long to find out about rules: worked cases bit by bit, the solver, the last revision.

Each is asked of the rules in open files, in a process of its own, and gives plain values.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..knowledge_base.model import Rule
from ..values.problems import Refused
from .base import Base, InForce
from .trial import Counts

SECONDS = 30.0
"""So long the solver is asked about the rules of open files."""
_EACH = 1.0
_MOST_EDITED = 6
"""Of more edited rules than these it is told what they change together."""
NEVER = "never true"


@dataclass(frozen=True, slots=True)
class Found:
    """By rule how the parts of its premise come out, and what a lens says."""

    counts: Mapping[str, tuple[Counts, ...]] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def counted(base: Base, force: InForce, rules: Sequence[Rule]) -> Found:
    """How each part of the premises comes out for the worked cases."""
    return Found(counts={one.id: force.trial.counts(one, force.worked) for one in rules})


# --- the solver -------------------------------------------------------------------------------------------------------


def solved(base: Base, force: InForce, rules: Sequence[Rule]) -> Found:
    """Which rules hold of no patient, and which only where another says the same; nothing where no solver is."""
    from ..workbench.proof import solver

    if not solver.is_installed():
        return Found()
    from ..workbench.proof.search import Search

    search, until = Search(force.prepared), time.process_time() + SECONDS
    wider = {one.id: list(_saying_so_too(one, force)) for one in rules}
    every = {one.id: one for one in (*rules, *(one for found in wider.values() for one in found))}
    holds = {name: search.network.rule(one).true for name, one in every.items()}
    search.network.reading.take_in()
    notes: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        if time.process_time() > until:
            break
        if search.solver.holds([holds[rule.id]], _EACH) is False:
            notes[rule.id] = (NEVER,)
            continue
        for other in wider[rule.id]:
            if search.solver.holds([holds[rule.id], -holds[other.id]], _EACH) is False:
                notes[rule.id] = (*notes.get(rule.id, ()), f"contained in {other.id}")
    return Found(notes=notes)


_ALIKE = ("verb", "level", "of", "region", "guideline", "line", "weight", "strength", "step", "until", "dose")


def _saying_so_too(rule: Rule, force: InForce) -> Iterator[Rule]:
    """Other rules that say at least as much, about all that this one is about."""
    if rule.when is None or rule.formula is not None:
        return
    for other in force.kb.rules.values():
        alike = all(getattr(rule, part) == getattr(other, part) for part in _ALIKE)
        if other.id != rule.id and alike and other.when is not None and {*rule.members} <= {*other.members}:
            yield other


# --- the last revision ------------------------------------------------------------------------------------------------


def changed(base: Base, force: InForce, rules: Sequence[Rule]) -> Found:
    """Of how many worked cases anything is shown that would not be without the edit of a rule since HEAD.

    Each edited rule is compared with itself as it was, all other edits left as they are. Nothing where the files are
    in no checkout.
    """
    import dataclasses

    from ..case import case
    from ..workbench.difference import difference, edits, samples, versions
    from ..workbench.difference.versions import Version

    now = force.prepared
    sample = samples.patients_of(force.worked)
    try:
        with versions.opened("HEAD", "HEAD", base.root, base.local) as (before, _):
            was = before.prepared.kb
    except (Refused, OSError):
        return Found()
    made = [one for one in edits.edits(was, force.kb) if one.kind == "rules" and one.decides]
    edited = [one.id for one in made if one.id in force.kb.rules and one.id in {rule.id for rule in rules}]
    notes: dict[str, tuple[str, ...]] = {}
    if len(edited) > _MOST_EDITED:
        found = difference.between(before, Version("now", now), [sample], witnesses=0)
        return Found(notes=dict.fromkeys(edited, (f"{_many(found)} since HEAD, with all that was edited",)))
    for name in edited:
        others = {**force.kb.rules}
        del others[name]
        if name in was.rules:
            others[name] = was.rules[name]
        without = Version("HEAD", case.prepare(dataclasses.replace(force.kb, rules=others)))
        found = difference.between(without, Version("now", now), [sample], witnesses=0)
        notes[name] = (f"{_many(found)} since HEAD",)
    return Found(notes=notes)


def _many(found: object) -> str:
    count = sum(one.changed for one in found.samples)  # type: ignore[attr-defined]
    return f"changes {count or 'no'} patient{'' if count == 1 else 's'}"

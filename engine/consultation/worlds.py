"""Two values of one number that cannot both be right, and the patient as each of them has it.

A number that was entered can often be worked out from other answers too. Where the two contradict, nobody here knows
which is right, so the patient is taken both ways: once with the entered value and without the measurements that the
other was worked out from, once without the entered value. Each of these patients is a world; what is shown is the
strictest of what they show (see `merging`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from ..inference.working_memory import Numbers
from ..language import evaluation
from ..language.frozen import frozen
from ..language.interval import Interval
from ..language.truth import Truth
from ..language.value import NOT_MEASURED, Gap, Known, Number
from . import reasons
from .case import Case

ENTERED, WORKED_OUT = "entered", "worked out"
MOST = 8
"""So many worlds are looked at, at most."""
DECIDING = ("contraindicates", "defers", "cautions", "alerts", "recommends", "diagnoses", "excludes")
"""The verbs of rules that make a small difference one to be told: what they say is shown as a status."""
_EACH_WAY = 3
"""Of so many contradictions every combination is a world; of more, only the plain ones."""
_CERTAIN = frozenset({"age"})
"""The number that no result makes doubtful."""


@frozen
class Side:
    """One of two values, and what has to fall for it to be right.

    `changes` are the answers that fall: withdrawn (None), or as if they had never been measured. `rests_on` are those
    that must stand.
    """

    known: Known
    origin: str
    changes: Mapping[str, Known | None]
    rests_on: frozenset[str]


@frozen
class Contradiction:
    """A finding or quantity known in two ways that cannot both be right."""

    about: str
    quantity: str
    """The quantity that was worked out; `about` itself, or what stands in for it."""
    sides: tuple[Side, ...]
    again: tuple[str, ...]
    """The findings that have to be looked at again."""


@frozen
class World:
    """The patient with one value of each contradiction taken for right."""

    case: Case
    taken: tuple[tuple[Contradiction, Side], ...] = ()


Choice = Callable[[Contradiction], Iterable[Side]]


def contradictions(case: Case) -> tuple[Contradiction, ...]:
    """What cannot both be right of what was said, in the order a clinician asks."""
    return case.once("contradictions", lambda: tuple(_found(case)))


def of(case: Case) -> tuple[World, ...]:
    """The worlds of a case: itself alone where nothing contradicts."""
    return case.once("worlds", lambda: tuple(_worlds(case)))


# --- what contradicts -------------------------------------------------------------------------------------------------


def _found(case: Case) -> Iterator[Contradiction]:
    known_by = dict(_twice_known(case))
    if not known_by:
        return
    numbers = Numbers.of(case.prepared.plan, case.memory.today, case.said)
    for about in reasons.ordered(case, known_by):
        quantity = known_by[about]
        worked_out = numbers.worked_out(quantity) if about == quantity else numbers.known(quantity)
        one = evaluation.interval_of(case.said[about], numbers.range_of(about))
        other = evaluation.interval_of(worked_out, None)
        if isinstance(one, Gap) or isinstance(other, Gap):
            continue
        if _far(one, other) or (_beyond_rounding(case, quantity, one, other) and _decides(case, about)):
            yield _contradiction(case, about, quantity, worked_out)


def _twice_known(case: Case) -> Iterator[tuple[str, str]]:
    """What was entered, with the quantity by which it can also be worked out."""
    for name, known in case.said.items():
        if isinstance(known, Number):
            if name in case.kb.quantities:
                if case.prepared.plan.derive.get(name):
                    yield name, name
            elif case.kb.findings[name].stand_in:
                yield name, case.kb.findings[name].stand_in


def _gap(one: Interval, other: Interval) -> Decimal:
    """How far apart two intervals are; not above zero where they meet."""
    return max(one.low - other.high, other.low - one.high)


def _far(entered: Interval, worked_out: Interval) -> bool:
    """Whether they differ by more than a fifth of what is worked out."""
    nearest = worked_out.low if worked_out.low > entered.high else worked_out.high
    gap = _gap(entered, worked_out)
    return gap > 0 and gap * 5 > abs(nearest)


def _beyond_rounding(case: Case, quantity: str, entered: Interval, worked_out: Interval) -> bool:
    """Whether they differ by more than half the last decimal of either."""
    exponent = entered.exact.as_tuple().exponent if entered.exact is not None else None
    written = _half(-exponent if isinstance(exponent, int) and exponent < 0 else 0) if exponent is not None else 0
    shown = case.kb.quantities[quantity].round
    return _gap(entered, worked_out) > written + (_half(shown) if shown is not None else 0)


def _half(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


def _decides(case: Case, about: str) -> bool:
    """Whether some rule that decides holds with what was entered and is false without it, or the other way round."""
    without = _supposing(case, {about: None})
    rules = (rule for verb in DECIDING for rule in case.prepared.by_verb.get(verb, ()))
    return any({case.truth(rule), without.truth(rule)} == {Truth.TRUE, Truth.FALSE} for rule in rules)


def _contradiction(case: Case, about: str, quantity: str, worked_out: Known) -> Contradiction:
    behind = _behind(case, about, quantity)
    doubted = [name for name in behind if isinstance(case.said[name], Number) and name not in _CERTAIN]
    lists = [name for name in behind if name in case.kb.findings and case.kb.findings[name].type == "records"]
    again = [name for name in (about, *(doubted or lists)) if name in case.kb.findings]
    entered = Side(
        known=case.said[about],
        origin=ENTERED,
        changes=dict.fromkeys(doubted, NOT_MEASURED),
        rests_on=frozenset({about}),
    )
    derived = Side(known=worked_out, origin=WORKED_OUT, changes={about: None}, rests_on=frozenset(doubted))
    return Contradiction(about=about, quantity=quantity, sides=(entered, derived), again=tuple(again))


def _behind(case: Case, about: str, quantity: str) -> list[str]:
    """The answers that a quantity was worked out from."""
    reads = case.prepared.plan.reads
    waiting, seen = [quantity] if about != quantity else list(reads[quantity]), {about}
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [] if name in case.said else reads.get(name, ())
    return list(reasons.ordered(case, (name for name in seen if name in case.said and name != about)))


# --- the worlds -------------------------------------------------------------------------------------------------------


def _worlds(case: Case) -> Iterator[World]:
    found = contradictions(case)
    choices = [_every_side] if len(found) <= _EACH_WAY else _plain(found)
    worlds = (world for choice in choices for world in _branches(World(case=case), choice))
    return itertools.islice(worlds, MOST)


def _every_side(one: Contradiction) -> tuple[Side, ...]:
    return one.sides


def _plain(found: tuple[Contradiction, ...]) -> list[Choice]:
    """All as entered, all as worked out, and all as entered but for one."""
    return [_all_but(None, 0), _all_but(None, 1), *(_all_but(one.about, 0) for one in found)]


def _all_but(other: str | None, place: int) -> Choice:
    return lambda one: (one.sides[1 - place if one.about == other else place],)


def _branches(world: World, choice: Choice) -> Iterator[World]:
    """The worlds that a choice among the sides leads to; what was taken for right, no later side undoes."""
    decided = {one.about for one, _ in world.taken}
    left = [one for one in contradictions(world.case) if one.about not in decided]
    if not left:
        yield world
        return
    standing = frozenset().union(*(side.rests_on for _, side in world.taken))
    possible = [side for side in left[0].sides if standing.isdisjoint(side.changes)] or left[0].sides[:1]
    chosen = [side for side in choice(left[0]) if side in possible] or possible[:1]
    for side in chosen:
        case = _supposing(world.case, side.changes)
        yield from _branches(World(case=case, taken=(*world.taken, (left[0], side))), choice)


def _supposing(case: Case, changes: Mapping[str, Known | None]) -> Case:
    return case.once(("supposing", tuple(changes.items())), lambda: case.supposing(changes))

"""Two values of one finding that cannot both be right, and the patient as each of them has it.

A number that was entered can often be worked out from other answers too. Where the two contradict, nobody here knows
which is right, and the patient is taken both ways: as entered, and without what was entered. If what was entered is
right, then something that the other was worked out from is wrong: so the patient is also taken without those
measurements, lest a clearance clear a medicine whose creatinine is in doubt. Of two results of one day, or one without
a day beside one with, either may be the one that counts. Each of these patients is a world; what is shown is the
strictest of what they show (see `merging`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ...case.case import Case, Prepared
from ...inference.working_memory import Numbers
from ...intake.answers import answers
from ...knowledge_base.model import KnowledgeBase
from ...knowledge_base.verbs import SHOWN
from ...premises import evaluation, expression
from ...values import history
from ...values.frozen import frozen
from ...values.interval import Interval
from ...values.value import NOT_MEASURED, Gap, Known, Number
from .. import reasons

ENTERED, WORKED_OUT, RESULT = "entered", "worked out", "result"
DECIDING = SHOWN
"""The verbs of rules that make a small difference one to be told."""
_EACH_WAY, _MOST = 2, 8
"""Of so many contradictions every combination is looked at; of more, all as entered, all as worked out, and each alone
as worked out, so many at most."""
_CERTAIN = frozenset({"age"})
"""The number that no result makes doubtful."""


@frozen
class Contradiction:
    """A finding or quantity known in two ways that cannot both be right: as entered, and as worked out."""

    about: str
    quantity: str
    """The quantity that was worked out; `about` itself, or what stands in for it."""
    entered: Known
    worked_out: Known
    doubted: tuple[str, ...]
    """The numbers it was worked out from: one of them is wrong if what was entered is right."""
    again: tuple[str, ...]
    """The findings that have to be looked at again."""
    other: Known | None = None
    """Where it is not told which of two results is the newer: the finding as it is if this one counts."""

    @property
    def entered_is_right(self) -> dict[str, Known | None]:
        """What falls if it is: as if it had not been measured."""
        return dict.fromkeys(self.doubted, NOT_MEASURED)

    @property
    def worked_out_is_right(self) -> dict[str, Known | None]:
        """What falls if it is: what was entered is withdrawn, or counts no more."""
        return {self.about: self.other}

    @property
    def settled(self) -> tuple[dict[str, Known | None], dict[str, Known | None]]:
        """What is known once somebody has said that the first of two results counts, or that the second does."""
        return {self.about: history.certain(self.entered)}, {self.about: history.certain(self.worked_out)}


@frozen
class World:
    """The patient taken one way.

    `withdrawn` are the contradictions of which the worked-out value counts. A world that is `doubting` leaves out what
    the other was worked out from as well: it speaks for what may harm, and not for what the patient has.
    """

    case: Case
    withdrawn: tuple[Contradiction, ...] = ()
    doubting: bool = False


@frozen
class Alternative:
    """What of the answers is replaced or withdrawn (None) in one world."""

    changes: Mapping[str, Known | None]
    withdrawn: tuple[Contradiction, ...] = ()
    doubting: bool = False


def contradictions(case: Case) -> tuple[Contradiction, ...]:
    """What cannot both be right of what was said; what comes to light when an entered value is left out, last."""
    return case.once("contradictions", lambda: tuple(_all(case)))


def of(case: Case) -> tuple[World, ...]:
    """The worlds of a case, the case itself first; it alone where nothing contradicts."""
    return case.once("worlds", lambda: tuple(_worlds(case)))


# --- what contradicts -------------------------------------------------------------------------------------------------


def _all(case: Case) -> Iterator[Contradiction]:
    yield from _rivals(case)
    yield from _twice(case)


def has_rivals(said: Mapping[str, Known]) -> bool:
    """Whether it is not told of some finding which of its results is the newest."""
    return any(len(history.rivals(known)) > 1 for known in said.values())


def _rivals(case: Case) -> Iterator[Contradiction]:
    """Results of one finding of which it is not told which is the newest."""
    several = {name: ways for name in case.said if len(ways := history.rivals(case.said[name])) > 1}
    for name in reasons.ordered(case, several):
        first, *others = several[name]
        again = (name,) if name in case.kb.findings else ()
        for other in others:
            yield Contradiction(
                about=name, quantity=name, entered=first, worked_out=other, doubted=(), again=again, other=other
            )


def _twice(case: Case) -> Iterator[Contradiction]:
    found = list(_found(case))
    yield from found
    if found:
        yield from _twice(supposing(case, {one.about: None for one in found}))


def _found(case: Case) -> Iterator[Contradiction]:
    """Those that what was said shows at once, in the order a clinician asks."""
    known_by = dict(_twice_known(case))
    if not known_by:
        return
    numbers = Numbers.of(case.prepared.plan, case.memory.today, case.counting)
    for about in reasons.ordered(case, known_by):
        quantity = known_by[about]
        worked_out = numbers.worked_out(quantity) if about == quantity else numbers.known(quantity)
        one = evaluation.interval_of(case.counting[about], numbers.range_of(about))
        other = evaluation.interval_of(worked_out, None)
        if isinstance(one, Gap):
            continue
        if isinstance(other, Gap):
            worked_out = _second_best(case, quantity) if about == quantity else worked_out
            other = evaluation.interval_of(worked_out, None)
            if isinstance(other, Gap) or not far(one, other):
                continue
        if far(one, other) or (beyond_rounding(case.kb, quantity, one, other) and _decides(case, about)):
            yield _contradiction(case, about, quantity, worked_out)


def _second_best(case: Case, quantity: str) -> Known:
    """What a quantity comes to of which the first that was measured counts, now that nothing more is said.

    A corrected calcium goes by the total once no albumin will be known: it can be otherwise, but not by much.
    """
    by_first = goes_by_the_first(case.prepared, quantity)
    return case.memory.worked_out(quantity) if by_first and case.finished else NOT_MEASURED


def goes_by_the_first(prepared: Prepared, quantity: str) -> bool:
    """Whether of several values that a quantity could go by the first that was measured counts."""
    rules = prepared.plan.derive.get(quantity, ())
    return any(isinstance(rule.formula, expression.First) for rule in rules)


def _twice_known(case: Case) -> Iterator[tuple[str, str]]:
    """What was entered, with the quantity by which it can also be worked out."""
    for name, known in case.counting.items():
        if isinstance(known, Number):
            if name in case.kb.quantities:
                if case.prepared.plan.derive.get(name):
                    yield name, name
            elif case.kb.findings[name].stand_in:
                yield name, case.kb.findings[name].stand_in


def _gap(one: Interval, other: Interval) -> Decimal:
    """How far apart two intervals are; not above zero where they meet."""
    return max(one.low - other.high, other.low - one.high)


def far(entered: Interval, worked_out: Interval) -> bool:
    """Whether they differ by more than a fifth of what is worked out."""
    nearest = worked_out.low if worked_out.low > entered.high else worked_out.high
    gap = _gap(entered, worked_out)
    return gap > 0 and gap * 5 > abs(nearest)


def beyond_rounding(kb: KnowledgeBase, quantity: str, entered: Interval, worked_out: Interval) -> bool:
    """Whether they differ by more than half the last decimal of either."""
    exponent = entered.exact.as_tuple().exponent if entered.exact is not None else None
    written = _half(-exponent if isinstance(exponent, int) and exponent < 0 else 0) if exponent is not None else 0
    shown = kb.quantities[quantity].round
    return _gap(entered, worked_out) > written + (_half(shown) if shown is not None else 0)


def _half(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


def _decides(case: Case, about: str) -> bool:
    """Whether some rule that decides comes to something else with what was entered than without it.

    Also where it is unknown with one of the two: what is not known of its other parts may still make it true.
    """
    without = supposing(case, {about: None})
    rules = (rule for verb in DECIDING for rule in case.prepared.by_verb.get(verb, ()))
    return any(case.truth(rule) is not without.truth(rule) for rule in rules)


def _contradiction(case: Case, about: str, quantity: str, worked_out: Known) -> Contradiction:
    behind = _behind(case, about, quantity)
    doubted = [name for name in behind if isinstance(case.counting[name], Number) and name not in _CERTAIN]
    lists = [name for name in behind if name in case.kb.findings and case.kb.findings[name].form == "records"]
    again = [name for name in (about, *(doubted or lists)) if name in case.kb.findings]
    return Contradiction(
        about=about,
        quantity=quantity,
        entered=case.counting[about],
        worked_out=worked_out,
        doubted=tuple(doubted),
        again=tuple(again),
    )


def _behind(case: Case, about: str, quantity: str) -> list[str]:
    """The answers that a quantity was worked out from."""
    reads = case.prepared.plan.reads
    waiting, seen = [quantity] if about != quantity else list(reads[quantity]), {about}
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [] if name in case.counting else reads.get(name, ())
    return list(reasons.ordered(case, (name for name in seen if name in case.counting and name != about)))


# --- the worlds -------------------------------------------------------------------------------------------------------


def _worlds(case: Case) -> Iterator[World]:
    for one in alternatives(case):
        yield World(case=supposing(case, one.changes), withdrawn=one.withdrawn, doubting=one.doubting)


def alternatives(case: Case) -> Iterator[Alternative]:
    """What has to be replaced or withdrawn for each of the worlds of a case, nothing first."""
    found = contradictions(case)
    for withdrawn in _combinations(found):
        changes = {name: known for one in withdrawn for name, known in one.worked_out_is_right.items()}
        yield Alternative(changes=changes, withdrawn=withdrawn)
        doubted = {name: known for one in found if one not in withdrawn for name, known in one.entered_is_right.items()}
        relied_on = {name for one in withdrawn for name in one.doubted}
        if doubted and relied_on.isdisjoint(doubted):
            yield Alternative(changes={**changes, **doubted}, withdrawn=withdrawn, doubting=True)


def _combinations(found: tuple[Contradiction, ...]) -> Iterable[tuple[Contradiction, ...]]:
    """Of which contradictions the worked-out value counts; of none first."""
    if len(found) <= _EACH_WAY:
        return [some for count in range(len(found) + 1) for some in itertools.combinations(found, count)]
    return [(), found, *((one,) for one in found)][:_MOST]


def taking(case: Case, world: World) -> str:
    """What a world takes for right: `eGFR 10 mL/min/1.73m2 as entered, without creatinine`."""
    told = []
    for one in contradictions(case):
        known = case.rounded(one.quantity, one.worked_out) if one in world.withdrawn else one.entered
        if one.other is not None:
            told.append(case.told(one.about, history.certain(known)))
            continue
        value = answers.describe(case.kb, one.about, known, case.prepared.cut_offs(one.about))
        without = f", without {', '.join(map(case.names.label, one.doubted))}" if world.doubting else ""
        told.append(f"{value} as worked out" if one in world.withdrawn else f"{value} as entered{without}")
    return "; ".join(told)


def supposing(case: Case, changes: Mapping[str, Known | None]) -> Case:
    """The same patient with these answers replaced or withdrawn, made once; the patient itself where there are none."""
    if not changes:
        return case
    return case.once(("supposing", tuple(changes.items())), lambda: case.supposing(changes))

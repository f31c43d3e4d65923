"""One verdict of several, where nobody can say which of them is the patient's: the strictest of what each shows.

What the patient is said to have, all verdicts have: states, causes, a diagnosis made or excluded. What protects
counts if one of them has it: a contraindication, a caution, an alert, a test. A verdict that leaves out what is in
doubt speaks for what protects only. It matters not why there are several.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from ...knowledge_base.model import Investigation, KnowledgeBase
from ...premises.statuses import DiagnosisStatus, Nowhere, PlanStatus
from ...values.truth import Truth
from .. import plan, workup
from ..verdict import (
    DIAGNOSIS_STATUSES,
    URGENCIES,
    AlertShown,
    Cause,
    Derived,
    Diagnosis,
    Difference,
    Item,
    Reason,
    StateShown,
    Test,
    Verdict,
)

STRICTEST: tuple[PlanStatus, ...] = ("contraindicated", "undetermined", "deferred", "conditional", "recommended")
"""The statuses of the plan, those that permit least first: the order in which one patient's is found."""
LOOKING = frozenset({"referral", "monitoring", "medication review"})
"""The kinds of measures that only look: to leave one out is what permits more."""
_STANDINGS: Mapping[str, int] = {
    "established": 3,
    "contradictory": 3,
    "likely": 2,
    "possible": 1,
    "open": 0,
    "unlikely": -1,
    "excluded": -2,
}


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_N = TypeVar("_N", bound=_Named)
_T = TypeVar("_T")
InOrder = Callable[[Iterable[str]], tuple[str, ...]]


def merged(
    kb: KnowledgeBase,
    firm: Sequence[Verdict],
    doubting: Sequence[Verdict],
    again: tuple[str, ...],
    in_order: InOrder,
) -> Verdict:
    """The strictest of several verdicts; what was said and the paragraph are those of the first.

    Args:
        firm: the verdicts of what the patient may have.
        doubting: those that leave out what is in doubt.
        again: the findings that would tell which verdict is right; whatever differs waits for them.
        in_order: puts findings in the order a clinician asks.
    """
    verdicts = (*firm, *doubting)
    doubt = _Doubt(again, in_order)
    items = [doubt.item(listed) for listed in _side_by_side([one.plan for one in verdicts])]
    work_ups = [one.investigations for one in verdicts]
    tests = [_test(listed) for listed in _side_by_side([*work_ups, _repeated(kb, work_ups, again)])]
    alerts = [_alert(listed) for listed in _side_by_side([one.alerts for one in verdicts])]
    return dataclasses.replace(
        firm[0],
        derived=tuple(_derived(listed) for listed in _side_by_side([one.derived for one in firm])),
        states=tuple(_states(kb, firm)),
        causes=tuple(_causes(firm)),
        diagnoses=doubt.diagnoses([one.diagnoses for one in firm]),
        investigations=workup.placed(tests),
        plan=plan.arranged(item for item in items if item is not None),
        alerts=workup.by_urgency(alerts),
        differences=tuple(_difference(listed) for listed in _side_by_side([one.differences for one in firm])),
        open=in_order((*again, *(name for one in verdicts for name in one.open))),
        notices=_union(one.notices for one in firm),
        outside_scope=all(one.outside_scope for one in firm),
    )


def _side_by_side(lists: Sequence[Sequence[_N]]) -> list[list[_N | None]]:
    """Each thing as each verdict has it; None where one does not."""
    by_id = [{one.id: one for one in listed} for listed in lists]
    return [[found.get(name) for found in by_id] for name in dict.fromkeys(name for found in by_id for name in found)]


def _present(listed: Sequence[_T | None]) -> list[_T]:
    return [one for one in listed if one is not None]


def _union(lists: Iterable[Iterable[_T]]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(one for listed in lists for one in listed))


# --- the plan ---------------------------------------------------------------------------------------------------------


def status(kind: str, statuses: Sequence[str]) -> PlanStatus | Nowhere:
    """The strictest of the statuses of a measure of this kind; an empty one: it is not in that plan."""
    present = [one for one in STRICTEST if one in statuses]
    if not present:
        return ""
    if kind in LOOKING and "contraindicated" not in present:
        return present[-1]
    return present[0] if all(statuses) or present[0] == "contraindicated" else "undetermined"


class _Doubt:
    """What differs between verdicts waits for what would tell which is right."""

    def __init__(self, again: tuple[str, ...], in_order: InOrder) -> None:
        self.again, self.in_order = again, in_order

    def item(self, listed: Sequence[Item | None]) -> Item | None:
        """A measure as the strictest verdict has it, with what the others hold against it."""
        present = _present(listed)
        strictest = status(present[0].kind, [one.status if one is not None else "" for one in listed])
        alike = [one for one in present if one.status == strictest]
        told = max(alike or present, key=lambda one: _place(one.line, plan.LINES))
        speaking = alike if told.kind in LOOKING else present
        differs = len(alike) < len(listed)
        return dataclasses.replace(
            told,
            status=strictest or told.status,
            advice="review" if told.taken and not alike else told.advice,
            after=_union(one.after for one in alike),
            missing=self._missing((one.missing for one in alike), differs),
            unasked=self.in_order(_union(one.unasked for one in present)),
            against=_union(one.against for one in speaking),
            cautions=_union(one.cautions for one in present),
            major=max(one.major for one in present),
        )

    def _missing(self, lists: Iterable[tuple[str, ...]], differs: bool) -> tuple[str, ...]:
        return self.in_order((*_union(lists), *(self.again if differs else ())))

    # --- the differential ---

    def diagnoses(self, lists: Sequence[Sequence[Diagnosis]]) -> tuple[Diagnosis, ...]:
        found = sorted((self._diagnosis(listed) for listed in _side_by_side(lists)), key=_rank)
        return tuple(dataclasses.replace(one, rank=rank) for rank, one in enumerate(found, 1))

    def _diagnosis(self, listed: Sequence[Diagnosis | None]) -> Diagnosis:
        present = _present(listed)
        weakest = standing([one.status if one is not None else "" for one in listed])
        alike = [one for one in present if one.status == weakest]
        told = min(alike or present, key=lambda one: abs(one.score))
        differs = len(alike) < len(listed)
        return dataclasses.replace(
            told,
            status=weakest,
            score=told.score if alike else 0.0,
            rank=min(one.rank for one in present),
            supporting=_union(one.supporting for one in present),
            against=_union(one.against for one in present),
            missing=self._missing((one.missing for one in present), differs),
            pursued=any(one.pursued for one in present),
        )


def standing(statuses: Sequence[str]) -> DiagnosisStatus:
    """The status of a diagnosis nearest to open; where one is for it and another against, it is open."""
    places = [_STANDINGS.get(one, 0) for one in statuses]
    if min(places) > 0:
        weakest = min(places)
        return "contradictory" if "contradictory" in statuses and weakest == 3 else _standing(weakest)
    return _standing(max(places)) if max(places) < 0 else "open"


def _standing(place: int) -> DiagnosisStatus:
    return next(status for status in DIAGNOSIS_STATUSES if _STANDINGS[status] == place)


def _rank(one: Diagnosis) -> tuple[int, float, int, str]:
    return (DIAGNOSIS_STATUSES.index(one.status), -one.score, one.rank, one.label)


def _place(word: str, words: Sequence[str]) -> int:
    return words.index(word) if word in words else len(words)


# --- what must be said first, and what to test ------------------------------------------------------------------------


def _alert(listed: Sequence[AlertShown | None]) -> AlertShown:
    present = _present(listed)
    raised = [one for one in present if one.status == "raised"] or present
    told = min(raised, key=lambda one: URGENCIES.index(one.urgency))
    return dataclasses.replace(told, because=_union(one.because for one in raised))


def _test(listed: Sequence[Test | None]) -> Test:
    present = _present(listed)
    return dataclasses.replace(
        present[0],
        step=min(one.step for one in present),
        status="done" if all(one.status == "done" for one in present) else "to do",
        because=_union(one.because for one in present),
        settles=_union(one.settles for one in present),
    )


def _repeated(kb: KnowledgeBase, work_ups: Sequence[Sequence[Test]], again: Iterable[str]) -> list[Test]:
    """Tests that measure again what contradicts, where none is to be done that does."""
    listed = {test.id: test.status != "done" for tests in work_ups for test in tests}
    found: dict[str, Test] = {}
    for name, one in measuring_again(kb, listed, again):
        settles = found[one.id].settles if one.id in found else ()
        found[one.id] = Test(one.id, one.label, one.step, "to do", one.tells, (), (*settles, name))
    return list(found.values())


def measuring_again(
    kb: KnowledgeBase, listed: Mapping[str, bool], again: Iterable[str]
) -> Iterator[tuple[str, Investigation]]:
    """Each finding that no test to be done measures again, with the test that then does.

    Args:
        listed: the tests of the work-ups, and whether they are still to be done.
    """
    to_do = {name for id, waits in listed.items() if waits for name in kb.investigations[id].findings}
    for name in again:
        tests = [one for one in kb.investigations.values() if name in one.findings]
        if tests and name not in to_do:
            yield name, min(tests, key=lambda test: (test.id not in listed, test.step, len(test.findings), test.id))


# --- what is the case -------------------------------------------------------------------------------------------------


def truth(truths: Iterable[Truth]) -> Truth:
    """What all say; unknown where they differ."""
    said = set(truths)
    return said.pop() if len(said) == 1 else Truth.UNKNOWN


def _states(kb: KnowledgeBase, verdicts: Sequence[Verdict]) -> Iterable[StateShown]:
    for listed in _side_by_side([one.states for one in verdicts]):
        present = _present(listed)
        if len(present) == len(listed):
            yield _state(kb, present)


def _state(kb: KnowledgeBase, listed: Sequence[StateShown]) -> StateShown:
    held = truth(one.truth for one in listed)
    reached = {one.at_least for one in listed}
    if len(reached) == 1:
        because: tuple[Reason, ...] = _union(one.because for one in listed) if held is listed[0].truth else ()
        return dataclasses.replace(listed[0], truth=held, because=because)
    levels = kb.scales[listed[0].id].levels
    lowest = min(listed, key=lambda one: levels.index(one.at_least))
    return dataclasses.replace(lowest, truth=Truth.UNKNOWN)


def _causes(verdicts: Sequence[Verdict]) -> Iterable[Cause]:
    found: list[Mapping[tuple[str, str], Cause]] = [
        {(one.id, one.of): one for one in verdict.causes} for verdict in verdicts
    ]
    for key, cause in found[0].items():
        if all(key in others for others in found):
            yield dataclasses.replace(cause, because=_union(others[key].because for others in found))


def _difference(listed: Sequence[Difference | None]) -> Difference:
    """Where guidelines differ in any of the verdicts; whether a position applies is known where all say so."""
    present = _present(listed)
    told = present[0]
    positions = tuple(
        dataclasses.replace(position, truth=truth(one.positions[index].truth for one in present))
        for index, position in enumerate(told.positions)
    )
    return dataclasses.replace(told, positions=positions, needs=_union(one.needs for one in present))


def _derived(listed: Sequence[Derived | None]) -> Derived:
    """A number as all have it; else from the least to the greatest."""
    present = _present(listed)
    texts = tuple(dict.fromkeys(one.text for one in present))
    if len(texts) == 1:
        return present[0]
    return dataclasses.replace(
        present[0],
        text=" or ".join(texts),
        value=None,
        low=min((one.low for one in present if one.low is not None), default=None),
        high=max((one.high for one in present if one.high is not None), default=None),
        because=_union(one.because for one in present),
    )

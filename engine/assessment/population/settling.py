"""From what was said of many patients to their answers: what it implies, to the fixpoint, as for one patient alone.

Compare `Case.say` and `Case.finish`: where a file has been read to its end each group closes, and what may be assumed
is. What is assumed reads values only, and these are worked out no further than it asks.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from ...case import case as one_case
from ...case.case import Prepared
from ...inference.program import bits
from ...inference.program.bits import Pair
from ...inference.program.columns import Answers, Machine
from ...inference.program.truths import Truths
from ...intake.answers import answers as reading
from ...premises.expression import TruthNode, names_read
from ...values import dates
from ...values.problems import Place
from ...values.value import Known, Records


def settled(
    prepared: Prepared, machine: Machine, days: Sequence[datetime.date], said: Sequence[Mapping[str, Known]]
) -> Answers:
    """The answers of patients of whom nothing more will be said."""
    explicit = [told(prepared, of_one) for of_one in said]
    return implied(prepared, Answers(machine, [dates.day(day) for day in days], explicit), days)


def told(prepared: Prepared, said: Mapping[str, Known]) -> dict[str, Known]:
    """What was said, its lists with what their entries are taken to say."""
    return {
        name: one_case.filled(prepared, name, known) if isinstance(known, Records) else known
        for name, known in said.items()
    }


def implied(prepared: Prepared, answers: Answers, days: Sequence[datetime.date], *, finished: bool = True) -> Answers:
    """The answers with all that they imply; of patients who may say more only what nobody would doubt."""
    groups = prepared.kb.groups.values() if finished else ()
    closed = frozenset(name for group in groups for name in group.findings)
    before: dict[str, dict[int, Known]] | None = None
    for _ in range(len(prepared.kb.findings) + 1):
        found = _assumed(prepared, answers, days, closed, finished)
        if found == before:
            break
        answers, before = answers.implying(closed, found), found
    return answers


def _assumed(
    prepared: Prepared, answers: Answers, days: Sequence[datetime.date], closed: frozenset[str], finished: bool
) -> dict[str, dict[int, Known]]:
    """What is taken for granted of each patient as things stand."""
    found: dict[str, dict[int, Known]] = {}
    truths = Truths(answers.machine, answers)
    for name in prepared.index.assumed:
        assumed = prepared.kb.findings[name].assumed
        if assumed is None or name in closed or not (finished or assumed.sure):
            continue
        cases = truths.everybody if assumed.when is None else _holds(truths, assumed.when)[0]
        if not finished and assumed.sure is not None:
            cases &= ~_holds(truths, assumed.sure)[1]
        silent = [case for case in bits.positions(cases) if case not in answers.said.get(name, ())]
        by_day: dict[datetime.date, Known | None] = {}
        for case in silent:
            day = days[case]
            if day not in by_day:
                by_day[day] = reading.read_answer(prepared.kb, name, assumed.answer, Place("assumed"), day)[0]
            known = by_day[day]
            if known is not None:
                found.setdefault(name, {})[case] = known
    return found


def _holds(truths: Truths, when: TruthNode) -> Pair:
    """The truth of a premise about values; the network is asked only where a test has to be indicated."""
    findings = truths.kb.findings
    guarded = any(name in findings and findings[name].indicated is not None for name in names_read(when))
    return truths.holds(when) if guarded else truths.leaves.pair(when)

"""Whether worked cases prove something, and each something else."""

from __future__ import annotations

from collections.abc import Iterator

from ...values.problems import Level
from ...values.value import Day, Known, Records
from ..cases.cases import WorkedCase
from .check import Told, check
from .subject import Subject


@check("OL561", Level.ERROR)
def date_without_today(subject: Subject) -> Iterator[Told]:
    """A worked case gives a date and does not say what day it is.

    Avoid:
        - name: A hip fracture last year
          given: {fractures: [{site: hip, date: 2025-03}]}
    Prefer:
        - name: A hip fracture last year
          today: 2026-01-15
          given: {fractures: [{site: hip, date: 2025-03}]}
    Why:
        How long ago it was would change from day to day, and with it what the case proves.
    """
    for one in subject.cases:
        dated = None if one.record.today is not None else _dated(one)
        if dated is not None:
            what = f"'{one.name}' gives a date under '{dated}', and no 'today'"
            yield Told(what, one.place, "write 'today: 2026-01-15' or the day it was thought of")


def _dated(one: WorkedCase) -> str | None:
    return next((name for name, answer in one.record.answers.items() if _has_date(answer.known)), None)


def _has_date(known: Known) -> bool:
    if isinstance(known, Records):
        return any(isinstance(value, Day) for entry in known.entries for value in entry.fields.values())
    return isinstance(known, Day)


@check("OL562", Level.ADVICE)
def same_case_twice(subject: Subject) -> Iterator[Told]:
    """Two worked cases give the same patient, and one expects nothing that the other does not.

    Avoid:
        - {name: Low vitamin D comes first, given: {vitamin_d: 20 nmol/L}, expect: {deferred: [alendronate]}}
        - {name: Alendronate waits, given: {vitamin_d: 20 nmol/L}, expect: {deferred: [alendronate]}}
    Prefer:
        - {name: Alendronate waits for vitamin D, given: {vitamin_d: 20 nmol/L}, expect: {deferred: [alendronate]}}
    Why:
        A change has to be made in both, and the second proves nothing new.
    """
    patients: dict[object, list[WorkedCase]] = {}
    for one in subject.cases:
        given = frozenset((name, answer.given) for name, answer in one.record.answers.items())
        alike = patients.setdefault((one.record.today, given), [])
        for other in alike:
            if _expected(one) <= _expected(other) or _expected(other) < _expected(one):
                what = f"'{one.name}' is '{other.name}' again"
                yield Told(what, one.place, "leave one out, or change what is special here", other.place)
                break
        alike.append(one)


def _expected(one: WorkedCase) -> frozenset[object]:
    return frozenset((want.kind, want.subject, want.wanted, want.within, want.negated) for want in one.expectations)

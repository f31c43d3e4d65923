"""Ways to know less of a patient: each takes away one thing that was said and puts nothing in its place.

What is left is true of the same patient. So nothing may be allowed after a deletion that was not allowed before.

Four things are no deletions. To drop an entry of a list that stays complete says that the patient does not have it. To
drop the day on which something ended says that it has not ended (`stopped` alone is read so). To withdraw one of two
numbers that contradict settles which of them is right (`known_twice`). And to leave out one of several results of which
the lowest counts says that this site was not scanned (`of_several`).
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ...case.case import Case
from ...knowledge_base.model import FieldKind, Finding
from ...knowledge_base.naming import Names
from ...premises import expression
from ...values import dates
from ...values.interval import ANY, INFINITY, Interval, between
from ...values.types import Possible
from ...values.value import NOT_MEASURED, UNKNOWN, Choice, Day, Entry, Gap, Known, Measurement, Number, Records, Word

SHARES = (Decimal("0.02"), Decimal("0.2"))
"""How far a vague number reaches to each side, as a share of itself."""
KEPT = ("stopped",)
"""The fields of an entry whose absence says something."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is left of the answer to one finding; None where its line is gone. `field` is the field of an entry."""

    name: str
    how: str
    known: Known | None
    field: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.how}"


def deletions(names: Names, said: Mapping[str, Known], today: datetime.date) -> Iterator[Deletion]:
    """Every way, but for how vague a number becomes, to know one thing less of what was said."""
    less_of = _Less(names, today)
    for name, known in said.items():
        if isinstance(known, Gap):
            continue
        yield Deletion(name, "the line is gone", None)
        yield Deletion(name, "not measured", NOT_MEASURED)
        yield Deletion(name, "unknown", UNKNOWN)
        yield from (Deletion(name, how, less, field) for how, less, field in less_of.answer(name, known))


def known_twice(case: Case) -> frozenset[str]:
    """Numbers that were entered and can be worked out as well, with the answers that takes.

    To know less of these may settle a contradiction between the two, so it is another question.
    """
    found: set[str] = set()
    for name, known in case.said.items():
        finding = case.kb.findings.get(name)
        quantity = finding.stand_in if finding is not None else name
        entered = isinstance(known, Number) and quantity in case.kb.quantities
        if entered and not isinstance(case.memory.worked_out(quantity), Gap):
            found |= {name, *_behind(case, quantity)}
    return frozenset(found)


def of_several(case: Case) -> frozenset[str]:
    """Numbers of which the lowest or highest that was measured counts, where more than one of them is known."""
    formulas = (rule.formula for rules in case.prepared.plan.derive.values() for rule in rules)
    extremes = (node for one in formulas if one is not None for node in one.walk())
    found: set[str] = set()
    for node in extremes:
        if isinstance(node, expression.Extreme):
            known = {name for name in node.names if case.is_known(name)}
            found |= known if len(known) > 1 else set()
    return frozenset(found)


def _behind(case: Case, quantity: str) -> set[str]:
    """The answers that a quantity is worked out from."""
    found: set[str] = set()
    for read in case.prepared.plan.reads.get(quantity, ()):
        found |= {read} if read in case.said else _behind(case, read)
    return found


class _Less:
    """What is left of an answer when one thing of it is taken away, with how that is told and the field it was in."""

    def __init__(self, names: Names, today: datetime.date) -> None:
        self.names, self.kb, self.today = names, names.kb, today

    def answer(self, name: str, known: Known) -> Iterator[tuple[str, Known, str]]:
        if isinstance(known, Number):
            yield from ((how, less, "") for how, less in self._number(name, known))
        elif isinstance(known, Choice):
            yield from ((f"or {other}", less, "") for other, less in _wider(list(self.names.members(name)), known))
        elif isinstance(known, Day):
            yield from ((how, less, "") for how, less in self._day(known))
        elif isinstance(known, Records):
            yield from self._list(name, known)

    # --- one value ---

    def _number(self, name: str, known: Number) -> Iterator[tuple[str, Number]]:
        """A number of which only bounds are known, or that it is high or low; a result whose day is not known."""
        last = known.last
        finding = self.kb.findings.get(name)
        possible = finding.possible if finding is not None else Possible()
        for interval in _around(last.interval, possible):
            yield f"within {_ends(interval)}", _with_last(known, dataclasses.replace(last, interval=interval))
        word = _word(finding, last) if finding is not None else None
        if word is not None:
            yield word.value, _with_last(known, dataclasses.replace(last, interval=ANY, word=word))
        if last.persistent:
            yield "not confirmed", _with_last(known, dataclasses.replace(last, persistent=False))
        if last.date is not None:
            yield "its day is gone", _with_last(known, dataclasses.replace(last, date=None))

    def _day(self, known: Day) -> Iterator[tuple[str, Day]]:
        """The month of a day, and its year, up to today."""
        if known.interval.low.is_infinite():
            return
        first = datetime.date.fromordinal(int(known.interval.low))
        for text in (f"{first.year}-{first.month:02}", f"{first.year}"):
            wider = dates.partial(text)
            if wider is None or not wider.contains(known.interval):
                continue
            wider = between(wider.low, min(wider.high, max(known.interval.high, Decimal(self.today.toordinal()))))
            if wider != known.interval:
                yield text, Day(wider)

    # --- lists ---

    def _list(self, name: str, known: Records) -> Iterator[tuple[str, Records, str]]:
        if known.complete:
            yield "the list is open", dataclasses.replace(known, complete=False), ""
        if known.absent:
            yield "nothing is denied", dataclasses.replace(known, absent=frozenset()), ""
        for place, entry in enumerate(known.entries):
            for field, how, less in self._entry(self.kb.findings[name], entry):
                entries = (*known.entries[:place], less, *known.entries[place + 1 :])
                yield f"entry {place + 1}, {field}: {how}", dataclasses.replace(known, entries=entries), field

    def _entry(self, finding: Finding, entry: Entry) -> Iterator[tuple[str, str, Entry]]:
        for field, known in entry.fields.items():
            if field != finding.key and field not in KEPT:
                yield field, "gone", Entry({other: one for other, one in entry.fields.items() if other != field})
            for how, less in self._field(finding.fields[field], known):
                yield field, how, Entry({**entry.fields, field: less})

    def _field(self, kind: FieldKind, known: Known) -> Iterator[tuple[str, Known]]:
        if isinstance(known, Day):
            yield from self._day(known)
        elif isinstance(known, Number):
            yield from (
                (f"within {_ends(one)}", Number((Measurement(one),)))
                for one in _around(known.last.interval, Possible())
            )
        elif isinstance(known, Choice) and kind.choices:
            members = list(self.kb.choices[kind.choices].members)
            yield from ((f"or {other}", less) for other, less in _wider(members, known))


def _around(interval: Interval, possible: Possible) -> Iterator[Interval]:
    value = interval.exact
    if value is None:
        return
    for share in SHARES:
        reach = max(abs(value) * share, possible.step or Decimal(0)) or Decimal(1)
        low, high = possible.settled(value - reach, up=True), possible.settled(value + reach)
        yield Interval(low, high)
        yield Interval(low, INFINITY, True, True)
        yield Interval(-INFINITY, high, True, True)


def _ends(interval: Interval) -> str:
    return f"{interval.low.normalize():f}..{interval.high.normalize():f}"


def _word(finding: Finding, last: Measurement) -> Word | None:
    """High or low, where the one range there is says so."""
    span = last.range or (finding.ranges[0].range if len(finding.ranges) == 1 and not finding.ranges[0].when else None)
    value = last.interval.exact
    if span is None or value is None or last.word is not None:
        return None
    if value > span.high:
        return Word.HIGH
    return Word.LOW if value < span.low else None


def _with_last(known: Number, last: Measurement) -> Number:
    return Number((*known.results[:-1], last))


def _wider(members: list[str], known: Choice) -> Iterator[tuple[str, Choice]]:
    """A choice of which it is not known whether it is another: those next to it in the list."""
    only = next(iter(known.members))
    if len(known.members) == 1 and only in members and len(members) > 1:
        place = members.index(only)
        for other in sorted({members[place - 1], members[(place + 1) % len(members)]}):
            yield other, Choice(known.members | {other})

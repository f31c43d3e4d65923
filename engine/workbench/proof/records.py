"""A patient of whom the solver's answer is true: facts that a patient file can say, made from a model.

A model says on which side of its cut-offs each number lies, which members are ruled out and which entries a list holds.
The facts are the plainest that fit: a number without needless decimals, one member, an entry with no more fields than
it needs. Nothing here is believed: the engine is asked of every patient so made.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from ...intake import record
from ...intake.record import Answer
from ...knowledge_base.bounds import Bounds
from ...knowledge_base.model import KnowledgeBase
from ...premises import expression
from ...values import dates
from ...values.interval import Interval, exactly
from ...values.problems import Place
from ...values.value import UNKNOWN, Choice, Day, Entry, Known, Measurement, Number, Records, Word
from .leaves import Leaves
from .lists import NOT_STOPPED, Asked, List, Part, Rest, implied
from .quantities.quantities import Quantities

DAY = datetime.date(2026, 1, 1)
"""The day on which a made patient is seen."""
Facts = Mapping[str, Known]
_STOPPED: Part = ("stopped", "", True)
_HERE = Place("a made patient")
_LONGEST = 60
_ANY = Interval(Decimal(0), Decimal(1000))
_AGES = Interval(Decimal(0), Decimal(60))


class Maker:
    """Facts from models, over the leaves of one knowledge base."""

    def __init__(self, kb: KnowledgeBase, leaves: Leaves, quantities: Quantities) -> None:
        self.kb, self.leaves, self.quantities = kb, leaves, quantities
        self.bounds = Bounds(kb)

    def facts(self, true: frozenset[int], exact: bool = True, open_lists: bool = False) -> dict[str, Known]:
        """The facts of a patient of whom these variables hold, as far as facts can be found for them.

        Args:
            exact: whether numbers and choices are made exact; else they are as vague as the model leaves them.
            open_lists: whether lists are left as open as the model leaves them, and their entries as vague.
        """
        found: dict[str, Known] = {}
        for name, variable in self.leaves.valued.items():
            if variable not in true or self.quantities.is_worked_out(name):
                continue
            known = self._choice(name, true, exact) if name in self.leaves.members else self._number(name, true, exact)
            if known is not None:
                found[name] = known
        for name, listed in self.leaves.lists.items():
            known = self._open_list(listed, true) if open_lists else self._list(listed, true)
            if known is not None:
                found[name] = known
        return found

    # --- choices ---

    def _choice(self, name: str, true: frozenset[int], exact: bool) -> Known | None:
        left = [member for member, variable in self.leaves.members[name].items() if variable not in true]
        if not left:
            return None
        return Choice(frozenset(left[:1] if exact else left))

    # --- numbers ---

    def _number(self, name: str, true: frozenset[int], exact: bool) -> Known | None:
        line = self.leaves.lines.get(name)
        span = line.interval_of(true) if line is not None else None
        found = self.quantities.interval(name)
        if found is not None and found.exact is not None:
            return Number((self._ranged(name, found.exact, self._words(name, true)),))
        words = self._words(name, true)
        limited = _within(span, self._plausible(name))
        limited = limited and self._narrowed(name, limited)
        if limited is None:
            return None
        if found is not None and not (found.low.is_infinite() and found.high.is_infinite()):
            span = _within(found, span) or span  # an interval that fits what else is entered
            limited = _within(span, limited) or limited
        told = span is not None and not (span.low.is_infinite() and span.high.is_infinite())
        if words and not told:
            return Number((Measurement(word=words),))
        if not exact:
            return Number((_vague(span if told and span is not None else limited, words),))
        value = self._fitting(name, words, limited)
        value = value if value is not None else plain(_near_its_cut(span, limited))
        return Number((self._ranged(name, value, words),))

    def _plausible(self, name: str) -> Interval | None:
        """Where a number can lie at all: the plausible limits of a finding, of a quantity what it makes of others'."""
        entry = self.kb.findings.get(name) or self.kb.quantities[name]
        if entry.possible.limits is not None:
            return entry.possible.limits
        found = self.bounds.named(name)
        return None if found.low.is_infinite() or found.high.is_infinite() else found

    def _narrowed(self, name: str, span: Interval) -> Interval | None:
        entry = self.kb.findings.get(name) or self.kb.quantities[name]
        return entry.possible.narrowed(span)

    def _words(self, name: str, true: frozenset[int]) -> Word | None:
        """High, low or normal, as the model has it; beside a printed range a result is normal that is neither."""
        for (about, _), pairs in self.leaves.words.items():
            if about == name:
                found = next((Word(word) for word, pair in pairs.items() if pair.true in true), None)
                return Word.NORMAL if found is None and self.leaves.printed.get(name) in true else found
        return None

    def _span_of(self, name: str) -> Interval | None:
        """The reference range of everybody."""
        finding = self.kb.findings.get(name) or self.kb.findings.get(self.kb.quantities[name].range_of)
        return next((one.range for one in finding.ranges if one.when is None), None) if finding is not None else None

    def _fitting(self, name: str, word: Word | None, limited: Interval) -> Decimal | None:
        """A number that lies where it must and is high, low or normal as it must."""
        span = self._span_of(name)
        if span is None or word is None:
            return None
        parts = {
            Word.HIGH: None
            if span.high.is_infinite()
            else Interval(span.high, limited.high, True, limited.high_open)
            if limited.high > span.high
            else None,
            Word.LOW: None
            if span.low.is_infinite()
            else Interval(limited.low, span.low, limited.low_open, True)
            if limited.low < span.low
            else None,
            Word.NORMAL: span,
        }
        wanted = parts[word]
        both = _within(wanted, limited) if wanted is not None else None
        return plain(both) if both is not None else None

    def _ranged(self, name: str, value: Decimal, word: Word | None) -> Measurement:
        """A result, with a range printed beside it where it would not be what it must be without."""
        span = self._span_of(name)
        if word is None or (span is not None and _as_word(value, span) is word):
            return Measurement(exactly(value))
        if span is not None and (span.low.is_infinite() or span.high.is_infinite()):
            return Measurement(exactly(value))
        width = span.high - span.low if span is not None else abs(value) / 2 or Decimal(1)
        low = {Word.HIGH: value - width * 2, Word.LOW: value + width, Word.NORMAL: value - width / 2}[word]
        return Measurement(exactly(value), range=Interval(low, low + width))

    # --- lists ---

    def _open_list(self, listed: List, true: frozenset[int]) -> Known | None:
        """A list as the model has it: what an entry may be, and of what is missing only what is surely absent."""
        exact = self._list(listed, true)
        if not isinstance(exact, Records):
            return None
        if listed.complete in true:
            return exact
        named = frozenset[str]().union(*(_members(entry, listed.key) for entry in exact.entries))
        absent = frozenset(member for _, member, variable in listed.nothing() if variable in true) - named
        return Records(exact.entries, False, absent)

    def _list(self, listed: List, true: frozenset[int]) -> Known | None:
        wanted = [asked for asked, pair in listed.said if pair.true in true and asked.members]
        least = [one for one in wanted if not any(other is not one and _covers(other, one, wanted) for other in wanted)]
        entries: list[Entry] = []
        for asked in least:
            for _ in range(asked.count):
                entry = self._entry(listed, asked, true)
                if entry is not None:
                    entries.append(entry)
        complete = listed.complete in true or listed.absence in true
        return Records(tuple(entries), complete) if entries or complete or listed.told in true else None

    def _entry(self, listed: List, asked: Asked, true: frozenset[int]) -> Entry | None:
        absent = [(rest, member) for rest, member, variable in listed.nothing() if variable in true]
        fitting = [member for member in sorted(asked.members) if (asked.rest, member) not in absent]
        if not fitting:
            return None
        untrue = [one for one, pair in listed.said if pair.true not in true]
        named, asked_of, may_be_over = _fitting(fitting, asked.rest, absent, untrue)
        fields: dict[str, Known] = {listed.key: Choice(named)}
        spans: dict[Any, Interval | None] = {}
        for part in sorted(asked_of, key=lambda part: part[0] != "stopped"):
            kind, about, wanted = part
            if kind == "number":
                spans[about] = _within(spans[about], wanted) if about in spans else wanted
            else:
                self._field(part, fields)
        for about, span in spans.items():
            if span is not None:
                self._numbered(about, span, fields)
        if may_be_over:
            fields["stopped"] = UNKNOWN
        return Entry(fields)

    def _field(self, part: Part, fields: dict[str, Known]) -> None:
        """Say of an entry what makes a part of what is asked of it true."""
        kind, about, wanted = part
        if kind == "stopped" and wanted:
            fields.setdefault("stopped", Day(exactly(DAY.toordinal() - 1)))
        elif kind == "choice":
            members, negated = wanted
            every = self._members_of(about)
            fields[about] = Choice(frozenset([one for one in every if (one in members) is not negated][:1]))

    def _members_of(self, field: str) -> list[str]:
        for finding in self.kb.findings.values():
            kind = finding.fields.get(field)
            if kind is not None and kind.type == "choice":
                return list(self.kb.choices[kind.choices].members)
        return ["yes", "no"]

    def _numbered(self, node: object, span: Interval, fields: dict[str, Known]) -> None:
        factor = Decimal(1)
        if isinstance(node, expression.Scaled):
            factor, node = node.factor, node.item
        aged = isinstance(node, expression.Field) and node.name.startswith("age")
        limited = _within(span, _AGES if aged else _ANY)
        if limited is None:
            return
        value = plain(limited) / factor
        if isinstance(node, expression.Since) and isinstance(node.date, expression.Field):
            fields[node.date.name] = _ago(value, node.measure)
        elif isinstance(node, expression.Field) and node.name == "duration":
            end = fields.get("stopped")
            back = (DAY.toordinal() - int(end.interval.low)) if isinstance(end, Day) else 0
            start = dates.months_ago(value, dates.day(DAY))
            fields["started"] = Day(exactly(start.low - back))
        elif isinstance(node, expression.Field) and node.name == "daily_dose":
            fields["dose"], fields["every"] = _exact(value), _exact(Decimal(1))
        elif isinstance(node, expression.Field):
            fields[node.name] = _exact(value)

    # --- files ---

    def file(self, facts: Facts, name: str) -> str:
        """The facts as a patient file."""
        said = {name: Answer(known, "", _HERE) for name, known in facts.items()}
        return record.save_record(self.kb, said, DAY, name)


def _members(entry: Entry, key: str) -> frozenset[str]:
    known = entry.fields.get(key)
    return known.members if isinstance(known, Choice) else frozenset()


def _exact(value: Decimal) -> Number:
    return Number((Measurement(exactly(value)),))


def _ago(value: Decimal, measure: str) -> Day:
    if measure == "days":
        return Day(exactly(DAY.toordinal() - int(value.to_integral_value(ROUND_CEILING))))
    return Day(dates.months_ago(value, dates.day(DAY)))


def _vague(span: Interval, word: Word | None) -> Measurement:
    """A vague result, with a range printed beside it by which all of it is high, low or normal as it must be."""
    if word is None or span.low.is_infinite() or span.high.is_infinite():
        return Measurement(span)
    width = span.high - span.low or Decimal(1)
    low = {Word.HIGH: span.low - width * 2, Word.LOW: span.high + width, Word.NORMAL: span.low}[word]
    return Measurement(span, range=Interval(low, low + width))


def _as_word(value: Decimal, span: Interval) -> Word:
    return Word.HIGH if value > span.high else Word.LOW if value < span.low else Word.NORMAL


def _fitting(
    members: list[str], asked: Rest, absent: list[tuple[Rest, str]], untrue: list[Asked]
) -> tuple[frozenset[str], Rest, bool]:
    """The members of an entry, what is said of it, and whether nobody knows if it is over.

    It is nothing that is surely absent, and makes true nothing that is not; if it must, by being over or by being
    one of several.
    """
    told = any(part[0] == "stopped" for part in asked)
    ways = [(asked, asked if told else asked | {NOT_STOPPED}, False)]
    ways += [] if told else [(asked | {_STOPPED}, asked | {_STOPPED}, False), (asked, asked, True)]
    possible: list[str] = []
    for said, meaning, open_ in ways:
        left = [one for one in members if not any(of == one and _all_implied(rest, meaning) for rest, of in absent)]
        for member in left:
            entry = Asked(members=frozenset({member}), rest=meaning)
            if not any(entry.implies(one) for one in untrue):
                return frozenset({member}), said, open_
        possible = possible or left
    return frozenset(possible or members[:1]), asked, False


def _all_implied(rest: Rest, by: Rest) -> bool:
    return all(implied(part, by) for part in rest)


def _covers(other: Asked, one: Asked, wanted: list[Asked]) -> bool:
    """Whether making the other true makes this one true; of two that do so for each other the first stands."""
    if not other.implies(one):
        return False
    return not one.implies(other) or wanted.index(other) < wanted.index(one)


def _near_its_cut(span: Interval | None, limited: Interval) -> Interval:
    """Of numbers that only lie on one side of a cut-off those near it: no patient is more ill than needed."""
    if span is None or span.low.is_infinite() is span.high.is_infinite():
        return limited
    cut = span.low if span.high.is_infinite() else span.high
    reach = abs(cut) / 10 or Decimal(1)
    near = Interval(cut, cut + reach) if span.high.is_infinite() else Interval(cut - reach, cut)
    return (_within(span, near) and _within(_within(span, near), limited)) or limited


def _within(span: Interval | None, other: Interval | None) -> Interval | None:
    """What lies in both; either alone where the other sets no limit."""
    if span is None or other is None:
        return span if other is None and span is not None else other or _ANY
    low, low_open = max((span.low, span.low_open), (other.low, other.low_open))
    high, closed = min((span.high, not span.high_open), (other.high, not other.high_open))
    if low > high or (low == high and (low_open or not closed)):
        return None
    return Interval(low, high, low_open, not closed)


def plain(span: Interval) -> Decimal:
    """The number of an interval that is written with the fewest digits, the nearest to its middle of those."""
    low = span.low if not span.low.is_infinite() else min(span.high - 1, Decimal(-_LONGEST))
    high = span.high if not span.high.is_infinite() else max(low + 1, low * 2)
    middle = (low + high) / 2
    for places in range(12):
        for candidate in _near(middle, places):
            if span.contains(exactly(candidate)):
                return candidate
    return middle


def _near(middle: Decimal, places: int) -> Iterator[Decimal]:
    step = Decimal(1).scaleb(-places)
    at = (middle / step).to_integral_value() * step
    for distance in range(6):
        yield at + distance * step
        yield at - distance * step

"""What is known of all patients of a chunk: what was said, what that implies, and every value worked out from it.

The mirror of `inference/values` and of what a finished `Case` takes for granted. What floats cannot decide is decided
in decimals, for the one patient and the one comparison.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...inference import values
from ...inference.working_memory import Plan
from ...intake.answers import answers
from ...knowledge_base.model import Finding
from ...premises import evaluation
from ...premises.expression import Node, TruthNode
from ...values.interval import Interval
from ...values.problems import Place
from ...values.truth import Truth
from ...values.value import NOT_APPLICABLE, UNKNOWN, Choice, Entry, Gap, Known
from ...values.value import NOT_MEASURED as MEASURED_NOT
from . import again, calendar, ends
from .columns import Book, ChoiceColumn, Column, Entries, Field, ListColumn, NumberColumn, Said, gap_codes
from .ends import NOT_MEASURED, VALUE, Ends, Flags, Rows, unknown
from .evaluation import MIRROR
from .known import value_ends
from .numbers import Reached, without_any
from .person import Person
from .scope import Mirror, Scope, Unmirrored


class Ground:
    """What a run needs of a knowledge base, whatever its patients: the books of its choices, numbers of members."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.kb = plan, plan.kb
        self._books: dict[str, Book] = {}
        self._numbers: dict[tuple[str, str], tuple[int, Ends]] = {}
        self._cones: dict[frozenset[str], frozenset[str]] = {}
        self._until: calendar.Until | None = None
        self.assumed = tuple(finding for finding in self.kb.findings.values() if finding.assumed is not None)

    def until(self, day: float) -> calendar.Until:
        """Months until a day that a run has."""
        if self._until is None or self._until.end != day:
            self._until = calendar.Until(day)
        return self._until

    def book(self, choices: str) -> Book:
        """The codes of a set of choices; of none, those of yes and no."""
        found = self._books.get(choices)
        if found is None:
            members = tuple(self.kb.choices[choices].members) if choices else ("yes", "no")
            found = self._books[choices] = Book(members)
        return found

    def book_of(self, finding: Finding) -> Book:
        return self.book(finding.choices if finding.form == "choice" else "")

    def member_numbers(self, name: str, attribute: str, scope: Scope) -> Ends:
        """The number of each code of a list's key, as `MemberNumber` of one entry."""
        finding = self.kb.findings[name]
        book = self.book(finding.fields[finding.key].choices)
        kept = self._numbers.get((name, attribute))
        if kept is None or kept[0] != len(book.table):
            found = unknown(len(book.table)).spread(len(book.table))
            assert found.gap is not None
            places = 0
            for code, known in enumerate(book.table):
                value = self._member_number(name, known, attribute)
                if isinstance(value, Gap):
                    found.gap[code] = ends.CODES[value]
                else:
                    one = ends.of_interval(value)
                    found.low[code], found.high[code], found.gap[code] = value.low, value.high, VALUE
                    places = max(places, one.places or 0)
            found.places = places
            kept = self._numbers[name, attribute] = (len(book.table), found.tidy())
        return kept[1]

    def _member_number(self, name: str, known: Known, attribute: str) -> Interval | Gap:
        if not isinstance(known, Choice):
            return UNKNOWN
        found = [values.member_number(self.kb, name, member, attribute) for member in sorted(known.members)]
        given = [Interval(number, number) for number in found if number is not None]
        if len(given) < len(found):
            return MEASURED_NOT if not given else UNKNOWN
        return evaluation.merged(list(given)) if given else UNKNOWN

    def cone(self, names: frozenset[str]) -> frozenset[str]:
        """These names and all that is worked out from them."""
        found = self._cones.get(names)
        if found is None:
            reached = set(names)
            for name in self.plan.order:
                if not reached.isdisjoint(self.plan.reads[name]):
                    reached.add(name)
            found = self._cones[names] = frozenset(reached)
        return found


@dataclasses.dataclass(slots=True)
class Implied:
    """What is taken for granted of a finding, and in which rows."""

    rows: Flags
    known: Known
    why: str


class Chunk:
    """All patients of a chunk.

    Args:
        said: what was said, by finding or quantity.
        today: the day number of each patient's day, or one for all.
    """

    def __init__(self, ground: Ground, count: int, said: Mapping[str, Said], today: Any) -> None:
        self.ground, self.kb, self.plan = ground, ground.kb, ground.plan
        self.count = count
        self.said = said
        self.day = np.asarray(today, np.float64)
        self.today = Ends(self.day)
        self.mirror: Mirror = MIRROR
        self.implied: dict[str, list[Implied]] = {}
        self.patients = Scope(self, count)
        self._values: dict[str, Column | Ends] = {}
        self._ranges: dict[str, Ends] = {}
        self._persons: dict[int, Person] = {}
        self._settle()

    # --- People ---

    def known(self, name: str) -> Column:
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = self._finding(name) if name in self.kb.findings else self._quantity(name)
        assert not isinstance(found, Ends)
        return found

    def threshold(self, name: str) -> Ends:
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = self._threshold(name)
        assert isinstance(found, Ends)
        return found

    def range_of(self, name: str) -> Ends:
        found = self._ranges.get(name)
        if found is None:
            found = self._ranges[name] = self._range(name)
        return found

    def key_of(self, name: str) -> str:
        return self.kb.findings[name].key

    def members_of(self, name: str) -> frozenset[str]:
        return frozenset(values.choice_members(self.kb, name))

    def member_numbers(self, name: str, attribute: str) -> Ends:
        return self.ground.member_numbers(name, attribute, self.patients)

    def months(self, start: Any, end: Any) -> Any:
        if self.day.ndim == 0 and np.ndim(end) == 0 and float(end) == float(self.day):
            return self.ground.until(float(self.day)).since(start)
        return calendar.months_between(start, end)

    def decided(self, node: Node, row: int, name: str, entry: Entry | None) -> tuple[bool, bool]:
        person = self.person(row)
        inside = evaluation.Row(name, entry) if entry is not None else None
        held = evaluation.truth_of(node, person, inside)  # type: ignore[arg-type]
        return held is Truth.TRUE, held is Truth.FALSE

    def person(self, row: int) -> Person:
        """One patient, in decimals."""
        found = self._persons.get(row)
        if found is None:
            found = self._persons[row] = Person(self, row)
        return found

    # --- what was said, and what that implies ---

    def said_in(self, name: str) -> Any:
        """The rows in which something was said of a finding; plainly true or false where it is so in all."""
        said = self.said.get(name)
        if said is None:
            return False
        return True if said.said is None else said.said

    @functools.cached_property
    def anything_said(self) -> Flags:
        found = np.zeros(self.count, bool)
        for said in self.said.values():
            if said.said is None:
                return np.ones(self.count, bool)
            found |= said.said
        return found

    def answered(self, name: str) -> Flags:
        """Where a finding was answered, worked out, or said not to be measured: then `indicated` no longer matters."""
        gap = gap_codes(self.known(name))
        found = np.ones(self.count, bool) if gap is None else (gap == VALUE) | (gap == ends.NOT_APPLICABLE)
        said = self.said.get(name)
        if said is not None and (own := gap_codes(said.column)) is not None:
            found = found | (own == NOT_MEASURED)
        return found

    def _settle(self) -> None:
        """Find what is implied, to the fixpoint, all rows in step."""
        for _ in range(len(self.kb.findings) + 1):
            now = self._implications()
            changed = frozenset(
                name for name in {*now, *self.implied} if not _same(now.get(name, []), self.implied.get(name, []))
            )
            if not changed:
                return
            self.implied = now
            stale = self.ground.cone(changed)
            self._values = {name: value for name, value in self._values.items() if name not in stale}
            self._ranges.clear()
            self._persons.clear()
            self.patients = Scope(self, self.count)

    def _implications(self) -> dict[str, list[Implied]]:
        found: dict[str, list[Implied]] = {}
        for group in self.kb.groups.values():
            for name in group.findings:
                rows = self._unsaid(name)
                if rows.any():
                    found[name] = [Implied(rows, MEASURED_NOT, "group")]
        for finding in self.ground.assumed:
            assumed = finding.assumed
            if assumed is None or finding.id in found:
                continue
            rows = self._unsaid(finding.id)
            if assumed.when is not None and rows.any():
                rows = rows & self.patients.truth(assumed.when)[0]
            for day, those in self._by_day(rows):
                known, _ = answers.read_answer(self.kb, finding.id, assumed.answer, Place("assumed"), day)
                if known is not None and those.any():
                    found.setdefault(finding.id, []).append(Implied(those, known, "assumed"))
        return found

    def _by_day(self, rows: Flags) -> list[tuple[Any, Flags]]:
        """The rows by their day: what is assumed is read on it."""
        import datetime

        if self.day.ndim == 0:
            return [(datetime.date.fromordinal(int(self.day)), rows)]
        days = np.unique(self.day[rows])
        return [(datetime.date.fromordinal(int(day)), rows & (self.day == day)) for day in days]

    def _unsaid(self, name: str) -> Flags:
        said = self.said_in(name)
        return ~said if isinstance(said, np.ndarray) else np.full(self.count, not said)

    # --- values ---

    def blank(self, name: str, count: int | None = None) -> Column:
        """A finding of which nothing was said."""
        count = self.count if count is None else count
        finding = self.kb.findings.get(name)
        if finding is None or finding.form in ("number", "date"):
            return NumberColumn(unknown(count))
        if finding.form == "records":
            book = self.ground.book(finding.fields[finding.key].choices)
            none = np.zeros(0, np.intp)
            entries = Entries(none, {finding.key: Field(None, np.zeros(0, np.uint16), book)})
            gap = np.full(count, ends.UNKNOWN, np.uint8)
            return ListColumn(entries, np.zeros(count, bool), gap=gap)
        return ChoiceColumn(np.zeros(count, np.uint16), self.ground.book_of(finding))

    def _finding(self, name: str) -> Column:
        finding = self.kb.findings[name]
        said = self.said.get(name)
        column = self.blank(name) if said is None else said.column
        for implied in self.implied.get(name, ()):
            column = again.filled_in(column, implied.rows, implied.known)
        if finding.applies is None and not finding.stand_in and not finding.remembers:
            return column
        open_to_more = ~self._explicit(name)
        if finding.applies is not None:
            away = self.patients.truth(finding.applies)[1] & open_to_more
            if away.any():
                column = again.filled_in(column, away, NOT_APPLICABLE)
                open_to_more &= ~away
        if finding.stand_in:
            other = self.known(finding.stand_in)
            if not isinstance(column, NumberColumn) or not isinstance(other, NumberColumn):
                raise Unmirrored(f"{finding.stand_in} for {name}")
            there = open_to_more if other.ends.gap is None else open_to_more & (other.ends.gap == VALUE)
            if there.any():
                column = dataclasses.replace(column, ends=ends.chosen(there, other.ends, column.ends).tidy())
                open_to_more &= ~there
        if finding.remembers and open_to_more.any():
            column = again.filled_in(column, open_to_more, NOT_APPLICABLE)  # nothing came before
        return column

    def _explicit(self, name: str) -> Flags:
        """Where a value was said."""
        said = self.said.get(name)
        if said is None:
            return np.zeros(self.count, bool)
        gap = gap_codes(said.column)
        found = np.ones(self.count, bool) if said.said is None else said.said.copy()
        return found if gap is None else found & (gap == VALUE)

    def _quantity(self, name: str) -> Column:
        said = self.said.get(name)
        reached = Reached(self.count)
        for rule in self.plan.derive.get(name, ()):
            true, false = (
                (np.ones(self.count, bool), np.zeros(self.count, bool))
                if rule.when is None
                else self.patients.truth(rule.when)
            )
            if rule.formula is None:
                continue
            reached.decided |= true
            reached.add(~false, _measured(self.patients.number(rule.formula)))
        found = without_any(reached.value(), self.count)
        if np.ndim(found.low) == 0:
            found = found.spread(self.count).tidy()
        if said is None:
            return NumberColumn(found)
        assert isinstance(said.column, NumberColumn)
        return dataclasses.replace(said.column, ends=ends.chosen(self._explicit(name), said.column.ends, found).tidy())

    def _range(self, name: str) -> Ends:
        owner = values.range_owner(self.kb, name)
        if owner is None:
            return unknown(self.count)
        found = self._in_force(owner)
        if owner.id == name:
            return found
        column = self.known(owner.id)  # of a quantity: what is printed beside the finding's result
        if not isinstance(column, NumberColumn) or column.printed is None or column.printed.gap is None:
            return found
        return ends.chosen(column.printed.gap == VALUE, column.printed, found)

    def _in_force(self, owner: Finding) -> Ends:
        found = unknown(self.count)
        open_to_more = np.ones(self.count, bool)
        for case in owner.ranges:
            if case.when is None:
                found = ends.chosen(open_to_more, ends.of_interval(case.range), found)
                break
            true, false = self.patients.truth(case.when)
            found = ends.chosen(open_to_more & true, ends.of_interval(case.range), found)
            open_to_more = open_to_more & false
        return found.tidy()

    def _threshold(self, name: str) -> Ends:
        entry = self.kb.thresholds[name]
        found: Ends = unknown(self.count) if self.day.ndim else ends.of_gap(UNKNOWN)
        for value in sorted(entry.values, key=lambda one: one.since):
            begun = self.day >= value.since
            if not np.any(begun):
                continue
            now = ends.of_decimal(value.value) if value.value is not None else self._stepped(value)
            found = now if np.all(begun) else ends.chosen(np.broadcast_to(begun, self.count), now, found)
        return found

    def _stepped(self, value: Any) -> Ends:
        """A cut-off by steps: the hull of those that what it goes by may have reached."""
        column = self.known(value.by)
        if not isinstance(column, NumberColumn):
            raise Unmirrored(f"a cut-off by {value.by}")
        where = value_ends(value.by, self.patients)
        starts = np.array([float(step.start) for step in value.steps])
        steps = np.array([float(step.value) for step in value.steps])
        low = np.searchsorted(starts, where.low, side="right") - 1
        high = np.searchsorted(starts, where.high, side="right") - 1
        gone = (low < 0) if where.gap is None else (low < 0) | (where.gap != VALUE)
        least, most = np.full(self.count, np.inf), np.full(self.count, -np.inf)
        for place, step in enumerate(steps):
            within = (low <= place) & (place <= high)
            least, most = (
                np.where(within, np.minimum(least, step), least),
                np.where(within, np.maximum(most, step), most),
            )
        places = max(ends.of_decimal(step.value).places or 0 for step in value.steps)
        gap = np.where(gone, ends.UNKNOWN, VALUE).astype(np.uint8)
        rough = None
        if where.rough is not None:
            rough = where.rough & _beside(where, starts)
        return Ends(np.where(gone, np.nan, least), np.where(gone, np.nan, most), None, None, gap, rough, places).tidy()

    def part(self, rows: Rows, changes: Mapping[str, Mapping[int, Known | None]]) -> Chunk:
        """Some of the rows, in this order, with answers replaced or withdrawn (None) by their place among them."""
        said = {name: again.taken_of(one, rows) for name, one in self.said.items()}
        for name, by_place in changes.items():
            silent = self.blank(name, len(rows))
            said[name] = again.said_again(said.get(name), silent, len(rows), by_place)
        day = self.day if self.day.ndim == 0 else self.day[rows]
        return Chunk(self.ground, len(rows), said, day)

    def with_more(self, rows: Rows, changes: Mapping[str, Mapping[int, Known | None]]) -> Chunk:
        """The same, with some rows once more at its end, and answers replaced or withdrawn (None) by their place."""
        count = self.count + len(rows)
        said = {name: again.with_more(one, rows, self.count) for name, one in self.said.items()}
        for name, by_place in changes.items():
            said[name] = again.said_again(said.get(name), self.blank(name, count), count, by_place)
        day = self.day if self.day.ndim == 0 else np.concatenate([self.day, self.day[rows]])
        return Chunk(self.ground, count, said, day)

    def forget(self) -> None:
        """Let go of everything: a chunk and its scopes hold each other, and the next one needs the room."""
        for scope in (self.patients, *_scopes(self.patients.kept)):
            scope.kept.clear()
        self._values.clear()
        self._ranges.clear()
        self._persons.clear()
        self.implied.clear()
        self.said = {}

    # --- leaves ---

    def holds(self, leaf: TruthNode) -> tuple[Flags, Flags]:
        return self.patients.truth(leaf)


def _scopes(kept: Mapping[Any, Any]) -> Iterator[Scope]:
    """The scopes within, at any depth."""
    for value in list(kept.values()):
        if isinstance(value, Scope):
            yield from _scopes(value.kept)
            yield value


def _beside(where: Ends, starts: Any) -> Any:
    found = False
    for start in starts:
        found = found | (np.abs(where.low - start) < ends.NEAR * max(1.0, abs(start)))
    return found


def _same(one: list[Implied], other: list[Implied]) -> bool:
    return len(one) == len(other) and all(
        a.known == b.known and bool((a.rows == b.rows).all()) for a, b in zip(one, other, strict=True)
    )


def _measured(value: Ends) -> Ends:
    """What does not apply was not measured either."""
    if value.gap is None:
        return value
    gap = np.where(value.gap == ends.NOT_APPLICABLE, NOT_MEASURED, value.gap).astype(np.uint8)
    return Ends(value.low, value.high, value.low_open, value.high_open, gap, value.rough, value.places)

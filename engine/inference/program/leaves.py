"""Conditions decided for many cases at once: each is evaluated once for all cases whose values it reads are alike.

The evaluation is that of `premises/evaluation`; here is only whom it holds for. Of a list each distinct entry is looked
at once, and only by the conditions that ask for such an entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...premises import evaluation, expression
from ...premises.entry import stopped
from ...premises.evaluation import Row as EntryRow
from ...premises.expression import Node, TruthNode
from ...values.truth import Truth
from ...values.value import NOT_APPLICABLE, UNKNOWN, Choice, Entry, Known, Records
from . import bits
from .bits import Pair
from .columns import Columns, Machine, looks_at_the_day


class Leaves:
    """The truths of the leaves of premises for the cases of some columns."""

    def __init__(self, columns: Columns) -> None:
        self.columns, self.machine = columns, columns.machine
        self._lists: dict[str, Listed] = {}
        self._found: dict[int, tuple[TruthNode, Pair]] = {}
        self._groups: dict[tuple[tuple[str, ...], bool], dict[Any, int]] = {}
        """The cases whose values of some names are alike, on the same day where that is asked."""

    def pair(self, node: TruthNode) -> Pair:
        """The cases of which a condition without propositions is true, and those of which it is false."""
        found = self._found.get(id(node))
        if found is None:
            found = self._found[id(node)] = (node, self._decided(node))  # the node lives as long as its id
        return found[1]

    def listed(self, name: str) -> Listed:
        """The entries of a list, by entry."""
        found = self._lists.get(name)
        if found is None:
            found = self._lists[name] = Listed(self.columns, name)
        return found

    def _decided(self, node: TruthNode) -> Pair:
        if isinstance(node, expression.Has):
            return self._has(node)
        if isinstance(node, expression.Quantified):
            others = self._others(node)
            if others is not None:
                return self._quantified(node, others)
        return self._grouped(node)

    def _others(self, node: expression.Quantified) -> tuple[str, ...] | None:
        """The names that what is asked of an entry depends on beside it; None where entries cannot be told apart."""
        if node.where is None:
            return ()
        if expression.atoms_read(node.where) or node.name in expression.names_read(node.where):
            return None
        if not _of_the_patient(node.where):
            return ()
        self.machine.remembered(node)
        return tuple(name for name in self.machine.reads[id(node)] if name != node.name)

    def _grouped(self, node: TruthNode) -> Pair:
        """By the values of all names that it reads, and by the day where that matters."""
        machine, columns = self.machine, self.columns
        known = machine.remembered(node)
        reads = machine.reads[id(node)]
        dated = looks_at_the_day(node)
        groups: Iterable[tuple[Any, int]]
        if len(reads) == 1 and not (dated and columns.answers.several_days):
            days = columns.answers.day_of
            groups = columns.groups(reads[0]).items()
            groups = (((number, days[0]) if dated else number, cases) for number, cases in groups)
        else:
            groups = self._alike(reads, dated).items()
        true = false = 0
        for key, cases in groups:
            held = known.get(key)
            if held is None:
                held = known[key] = evaluation.truth_of(node, columns.row(bits.first(cases)))
            if held is Truth.TRUE:
                true |= cases
            elif held is Truth.FALSE:
                false |= cases
        return true, false

    def alike(self, node: TruthNode) -> list[int]:
        """One case for each distinct set of values that a condition reads."""
        self.machine.remembered(node)
        reads = self.machine.reads[id(node)]
        groups = self._alike(reads, looks_at_the_day(node)) if reads else {(): self.columns.everybody}
        return [bits.first(cases) for cases in groups.values() if cases]

    def _alike(self, reads: tuple[str, ...], dated: bool) -> dict[Any, int]:
        found = self._groups.get((reads, dated))
        if found is not None:
            return found
        columns = [self.columns.column(name) for name in reads]
        if dated:
            columns.append(self.columns.answers.day_of)
        if not columns:
            return {(): self.columns.everybody} if self.columns.size else {}
        bit, found = self.columns.bit, self._groups.setdefault((reads, dated), {})
        keys: Iterable[Any] = zip(*columns, strict=True) if len(columns) > 1 else columns[0]
        for case, key in enumerate(keys):
            found[key] = found.get(key, 0) | bit[case]
        return found

    # --- lists ---

    def _has(self, node: expression.Has) -> Pair:
        listed = self.listed(node.name)
        true = possible = 0
        members = node.members
        for place in listed.asked(members):
            known, over, cases = listed.kept[place]
            if over is Truth.TRUE or not known.members & members:
                continue
            if over is Truth.FALSE and known.members <= members:
                true |= cases
            else:
                possible |= cases
        possible |= listed.nameless
        for further, cases in listed.further:
            if further.fields[listed.key].members & members:  # type: ignore[union-attr]  # it is a choice
                possible |= cases
        return true, self.columns.everybody & ~(true | possible)

    def _quantified(self, node: expression.Quantified, others: tuple[str, ...]) -> Pair:
        listed, everybody = self.listed(node.name), self.columns.everybody
        needed = node.count if node.quantifier == "at_least" else 1
        held = [
            (number, pair)
            for number in listed.relevant(key_members(node.where, listed.key))
            if (pair := self._of_entry(node, number, others))[1]
        ]
        more = 0
        for further, cases in listed.further:
            for some in self._apart(cases, others):
                if self._where(node, further, some) is not Truth.FALSE:
                    more |= some
        if needed == 1:
            true = possible = 0
            for _, (sure, may) in held:
                true |= sure
                possible |= may
        else:
            slots = [[(slot[number], pair) for number, pair in held if number in slot] for slot in listed.slots]
            surely = [bits.joined(cases & sure for cases, (sure, _) in slot) for slot in slots]
            perhaps = [bits.joined(cases & may for cases, (_, may) in slot) for slot in slots]
            true = bits.counted(needed, surely, everybody)
            possible = bits.counted(needed, perhaps, everybody)
        pair = true, everybody & ~(possible | more)
        return bits.negation(pair) if node.quantifier == "no" else pair

    def _of_entry(self, node: expression.Quantified, number: int, others: tuple[str, ...]) -> Pair:
        """The cases having an entry of which it is what is asked for, and those of which it may be."""
        known = self.machine.remembered(node)
        cases = self.listed(node.name).entries[number]
        sure = may = 0
        for some in self._apart(cases, others):
            case = bits.first(some)
            key = (number, *(self.columns.column(name)[case] for name in others)) if others else number
            held = known.get(key)
            if held is None:
                held = known[key] = self._where(node, self.machine.entries.of[number][0], some)
            if held is not Truth.FALSE:
                may |= some
                sure |= some if held is Truth.TRUE else 0
        return sure, may

    def _apart(self, cases: int, others: tuple[str, ...]) -> Iterable[int]:
        """These cases by the values of other names that the entries are looked at with."""
        if not others or not cases & (cases - 1):
            return (cases,)
        return [some & cases for some in self._alike(others, dated=False).values() if some & cases]

    def _where(self, node: expression.Quantified, entry: Entry, cases: int) -> Truth:
        if node.where is None:
            return Truth.TRUE
        return evaluation.truth_of(node.where, self.columns.row(bits.first(cases)), EntryRow(node.name, entry))


class Listed:
    """One list of many cases: its entries with the cases that have them, and what an open list may still hold."""

    def __init__(self, columns: Columns, name: str) -> None:
        self.columns, self.name = columns, name
        machine = columns.machine
        self.key = machine.kb.findings[name].key
        self.entries: dict[int, int] = {}
        """The cases that have an entry, by its number."""
        self.slots: list[dict[int, int]] = []
        """The same for the first entry of each list, the second, and so on."""
        self.further: list[tuple[Entry, int]] = []
        """The entry that open lists may still hold, and whose they are."""
        self._read(machine)
        self._by_member: dict[str, list[int]] = {}
        self._nameless: list[int] = []
        """Entries that may be any member."""
        self._sort(machine)

    def _read(self, machine: Machine) -> None:
        columns, days = self.columns, self.columns.answers.day_of
        open_ends: dict[frozenset[str], int] = {}
        for number, cases in columns.groups(self.name).items():
            known = machine.values.of[number]
            records = known if isinstance(known, Records) else Records(complete=known is NOT_APPLICABLE)
            if not records.complete:
                open_ends[records.absent] = open_ends.get(records.absent, 0) | cases
            if not records.entries:
                continue
            by_day = {days[0]: cases} if not columns.answers.several_days else _by_day(columns, cases)
            for day, some in by_day.items():
                for place, entry in enumerate(records.entries):
                    if place == len(self.slots):
                        self.slots.append({})
                    at = machine.entries.number((entry, day))
                    self.entries[at] = self.entries.get(at, 0) | some
                    self.slots[place][at] = self.slots[place].get(at, 0) | some
        members = frozenset(columns.row(0).members_of(self.name)) if open_ends else frozenset()
        for absent, cases in open_ends.items():
            entry = Entry({self.key: Choice(members - absent), "stopped": UNKNOWN})
            self.further.append((entry, cases))

    def _sort(self, machine: Machine) -> None:
        """By member; and for the plainest question which member, how sure that it is over, and whose."""
        kept: dict[tuple[Known, Truth], int] = {}
        self.nameless = 0
        for number, cases in self.entries.items():
            entry, _ = machine.entries.of[number]
            known = entry.fields.get(self.key, UNKNOWN)
            over = stopped(entry, self.columns.row(bits.first(cases)))
            if isinstance(known, Choice):
                for member in known.members:
                    self._by_member.setdefault(member, []).append(number)
                kept[known, over] = kept.get((known, over), 0) | cases
            elif known is not NOT_APPLICABLE:
                self._nameless.append(number)
                self.nameless |= cases if over is not Truth.TRUE else 0
        self.kept: list[tuple[Any, Truth, int]] = [(known, over, cases) for (known, over), cases in kept.items()]
        self._kept_by: dict[str, list[int]] = {}
        for place, (known, _, _) in enumerate(self.kept):
            for member in known.members:
                self._kept_by.setdefault(member, []).append(place)

    def asked(self, members: frozenset[str]) -> set[int]:
        """Where in `kept` the entries stand that may be one of these members."""
        return {place for member in members & self._kept_by.keys() for place in self._kept_by[member]}

    def relevant(self, members: frozenset[str] | None) -> Iterable[int]:
        """The entries that may be one of these members; all where any member will do."""
        if members is None:
            return self.entries
        found = {number for member in members & self._by_member.keys() for number in self._by_member[member]}
        return found.union(self._nameless)


def _by_day(columns: Columns, cases: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for case in bits.positions(cases):
        day = columns.answers.day_of[case]
        found[day] = found.get(day, 0) | columns.bit[case]
    return found


_OF_THE_PATIENT = frozenset({"age_at", "age_as_adult"})
"""Fields that are worked out with the patient's age."""


def _of_the_patient(where: TruthNode) -> bool:
    """Whether what is asked of an entry depends on more than the entry and the day."""
    if expression.names_read(where):
        return True
    return any(isinstance(part, expression.Field) and part.name in _OF_THE_PATIENT for part in where.walk())


def key_members(node: Node | None, key: str) -> frozenset[str] | None:
    """The members of which an entry must be one for a condition on it not to be false; None where any may do."""
    if isinstance(node, expression.OneOf) and node.field and node.name == key and not node.negated:
        return node.members
    if isinstance(node, expression.All):
        asked = [members for item in node.items if (members := key_members(item, key)) is not None]
        return frozenset.intersection(*asked) if asked else None
    if isinstance(node, expression.AnyOf):
        either = [key_members(item, key) for item in node.items]
        return None if None in either else frozenset().union(*(members for members in either if members is not None))
    return None

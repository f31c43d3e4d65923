"""Columns: the value of each finding, quantity and cut-off for many cases.

Every value that occurs has a number of its own (`Interned`), so a column holds whole numbers and a value is worked out
once for all cases that read the same. What that comes to is remembered from one set of cases to the next (`Machine`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...premises import expression
from ...premises.expression import Node, TruthNode
from ...values.interval import Interval
from ...values.truth import Truth
from ...values.value import NOT_MEASURED, UNKNOWN, Known
from .. import values
from ..values import NOTHING, Given
from ..working_memory import Numbers, Plan
from .program import Program

NEVER = -1
"""Stands in a column of answers where nothing was said."""


class Interned:
    """Values by number and numbers by value; the same object is looked up without comparing."""

    def __init__(self) -> None:
        self.of: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self._same: dict[int, tuple[Any, int]] = {}

    def number(self, value: Any) -> int:
        found = self._same.get(id(value))
        if found is not None:
            return found[1]
        number = self._numbers.setdefault(value, len(self.of))
        if number == len(self.of):
            self.of.append(value)
        self._same[id(value)] = (value, number)  # the value lives as long as its id
        return number


class Machine:
    """A compiled knowledge base as a program, with what was already worked out of single values."""

    def __init__(self, plan: Plan, program: Program | None = None) -> None:
        plan.open()
        self.plan, self.kb = plan, plan.kb
        self.program = program or Program(plan.productions.ground)
        self.values = Interned()
        self.entries = Interned()
        """The entries of lists, each with the day on which it is looked at."""
        self.unknown, self.not_measured = self.values.number(UNKNOWN), self.values.number(NOT_MEASURED)
        self.worked_out: dict[str, dict[tuple[int, ...], int]] = {}
        """For each name what it comes to by what was said of it and by the values it is worked out from."""
        self.truths: dict[int, tuple[Node, dict[Any, Truth]]] = {}
        """What conditions come to by the values they read, by identity (held, so that it stays its own)."""
        self.reads: dict[int, tuple[str, ...]] = {}
        """The names on which a condition in `truths` depends."""
        self._read_by: dict[str, tuple[str, ...]] = {}

    def read_by(self, name: str) -> tuple[str, ...]:
        """The names that a finding, quantity or cut-off is worked out from."""
        found = self._read_by.get(name)
        if found is None:
            names = set(self.plan.reads.get(name, ()))
            applies = self.kb.findings[name].applies if name in self.kb.findings else None
            names |= values.leaf_dependencies(self.kb, applies) if applies is not None else set()
            found = self._read_by[name] = tuple(sorted(names - {name}))
        return found

    def remembered(self, node: TruthNode) -> dict[Any, Truth]:
        """The results of a condition so far, by the numbers of the values it reads."""
        found = self.truths.get(id(node))
        if found is None:
            found = self.truths[id(node)] = (node, {})
            self.reads[id(node)] = tuple(sorted(values.leaf_dependencies(self.kb, node)))
        return found[1]


class Answers:
    """The answers of many cases and what they imply, on the day of each.

    Args:
        days: the day of each case.
        explicit: what was said of each.
        closed: the findings that are taken as not measured where nothing was said of them.
        implied: what else is taken for granted, by finding and case.
    """

    def __init__(
        self,
        machine: Machine,
        days: Sequence[Interval],
        explicit: Sequence[Mapping[str, Known]],
        closed: frozenset[str] = frozenset(),
        implied: Mapping[str, Mapping[int, Known]] | None = None,
    ) -> None:
        self.machine, self.days, self.closed = machine, days, closed
        self.size = len(explicit)
        number = machine.values.number
        self.day_of = [number(day) for day in days]
        self.several_days = len(set(self.day_of)) > 1
        self.said: dict[str, dict[int, int]] = {}
        for case, said in enumerate(explicit):
            for name, known in said.items():
                self.said.setdefault(name, {})[case] = number(known)
        self.implied: dict[str, dict[int, int]] = {}
        for name, by_case in (implied or {}).items():
            self.implied[name] = {case: number(known) for case, known in by_case.items()}

    def implying(self, closed: frozenset[str], implied: Mapping[str, Mapping[int, Known]]) -> Answers:
        """The same answers with other things taken for granted."""
        other = Answers.__new__(Answers)
        other.__dict__.update(self.__dict__)
        number = self.machine.values.number
        other.closed = closed
        other.implied = {name: {case: number(one) for case, one in by.items()} for name, by in implied.items()}
        return other

    def say(self, name: str, case: int, known: Known | None) -> None:
        """Give or withdraw (None) one answer; columns made before do not see it."""
        if known is None:
            self.said.get(name, {}).pop(case, None)
        else:
            self.said.setdefault(name, {})[case] = self.machine.values.number(known)

    def given(self, name: str, case: int) -> Given:
        """The answer to one finding in one case, explicit and implied."""
        of, said = self.machine.values.of, self.said.get(name, {}).get(case)
        by = self.implied.get(name, {}).get(case)
        if by is None and name in self.closed and said is None:
            by = self.machine.not_measured
        if said is None and by is None:
            return NOTHING
        return Given(None if said is None else of[said], None if by is None else of[by])

    def plain(self, name: str) -> tuple[int, dict[int, int]]:
        """What is said or else implied of a finding: the number in most cases, and the others by case."""
        usual = self.machine.not_measured if name in self.closed else self.machine.unknown
        said, implied = self.said.get(name), self.implied.get(name)
        if not implied:
            return usual, said or {}
        return usual, {**implied, **(said or {})}

    def key_columns(self, name: str) -> list[list[int]]:
        """The explicit and the implied answers, as two columns."""
        said, implied = self.said.get(name, {}), self.implied.get(name, {})
        explicit = [NEVER] * self.size
        for case, number in said.items():
            explicit[case] = number
        by = [self.machine.not_measured if name in self.closed else NEVER] * self.size
        if name in self.closed:
            for case in said:
                by[case] = NEVER
        for case, number in implied.items():
            by[case] = number
        return [explicit, by]


class AnswersOfOne(Mapping[str, Given]):
    """What was said and implied in one of many cases, by name; no name is there of which nothing was."""

    def __init__(self, answers: Answers, case: int) -> None:
        self._answers, self._case = answers, case

    def __getitem__(self, name: str) -> Given:
        found = self._answers.given(name, self._case)
        if found is NOTHING:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        answers = self._answers
        names = {**answers.said, **answers.implied, **dict.fromkeys(answers.closed)}
        return (name for name in names if answers.given(name, self._case) is not NOTHING)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Columns:
    """The values of many cases, each column worked out when it is first asked for.

    Args:
        base: columns that hold here as well, but for the names in `anew`.
        plan: the rules by which they are worked out, where those are not the machine's.
        worked_out: what was found by these rules so far, for each name, like `Machine.worked_out`.
    """

    def __init__(
        self,
        machine: Machine,
        answers: Answers,
        base: Columns | None = None,
        anew: frozenset[str] = frozenset(),
        plan: Plan | None = None,
        worked_out: dict[str, dict[tuple[int, ...], int]] | None = None,
    ) -> None:
        self.machine, self.answers, self.size = machine, answers, answers.size
        self.everybody = (1 << self.size) - 1
        self.bit: list[int] = base.bit if base is not None else [1 << case for case in range(self.size)]
        self.plan = plan or machine.plan
        self._base, self._anew = base, anew
        self._remembered = machine.worked_out if base is None else {} if worked_out is None else worked_out
        self._columns: dict[str, list[int]] = {}
        self._groups: dict[str, dict[int, int]] = {}
        self._said: dict[str, int] = {}

    # --- values ---

    def by_rules(self, quantity: str, case: int) -> Known:
        """The value of a quantity of one case by its rules, ignoring an entered one."""
        known = self.machine.worked_out.setdefault(quantity, {})
        reads = [self.column(read)[case] for read in self.machine.read_by(quantity)]
        key = (NEVER, NEVER, *reads, self.answers.day_of[case])
        if key not in known:
            known[key] = self.machine.values.number(self.row(case).worked_out(quantity))
        value: Known = self.machine.values.of[known[key]]
        return value

    def column(self, name: str) -> list[int]:
        """The number of the value of each case."""
        found = self._columns.get(name)
        if found is None:
            inherited = self._base is not None and name not in self._anew
            found = self._base.column(name) if inherited and self._base else self._worked_out(name)
            self._columns[name] = found
        return found

    def known(self, name: str, case: int) -> Known:
        """The value of one case."""
        known: Known = self.machine.values.of[self.column(name)[case]]
        return known

    def groups(self, name: str) -> dict[int, int]:
        """The cases that have each value, by its number."""
        found = self._groups.get(name)
        if found is None:
            inherited = self._base is not None and name not in self._anew
            found = self._base.groups(name) if inherited and self._base else self._grouped(name)
            self._groups[name] = found
        return found

    def row(self, case: int) -> Row:
        """One case, as premises and formulas are evaluated over it."""
        return Row(self, case)

    def where(self, name: str, holds: Any) -> int:
        """The cases whose value is so."""
        of, found = self.machine.values.of, 0
        for number, these in self.groups(name).items():
            if holds(of[number]):
                found |= these
        return found

    def said(self, name: str) -> int:
        """The cases of which something was said of a finding."""
        if self._base is not None:
            return self._base.said(name)
        found = self._said.get(name)
        if found is None:
            found = self._said[name] = sum(self.bit[case] for case in self.answers.said.get(name, ()))
        return found

    def _worked_out(self, name: str) -> list[int]:
        if self._plain(name):
            usual, others = self.answers.plain(name)
            column = [usual] * self.size
            for case, number in others.items():
                column[case] = number
            return column
        known = self._remembered.setdefault(name, {})
        reads = [self.column(read) for read in self._reads(name)]
        column = []
        for case, key in enumerate(zip(*self.answers.key_columns(name), *reads, self.answers.day_of, strict=True)):
            found = known.get(key)
            if found is None:
                found = known[key] = self.machine.values.number(self.row(case).work_out_one(name))
            column.append(found)
        return column

    def _reads(self, name: str) -> tuple[str, ...]:
        if self._base is None:
            return self.machine.read_by(name)
        return tuple(sorted({*self.machine.read_by(name), *self.plan.reads.get(name, ())} - {name}))

    def _plain(self, name: str) -> bool:
        """Whether a finding always applies, with nothing that stands in for it: what was said is what it is."""
        return name in self.plan.kb.findings and not self.plan.reads[name]

    def _grouped(self, name: str) -> dict[int, int]:
        flag = self.bit
        found: dict[int, int] = {}
        if self._plain(name):
            usual, others = self.answers.plain(name)
            rest = self.everybody
            for case, number in others.items():
                found[number] = found.get(number, 0) | flag[case]
                rest ^= flag[case]
            if rest:
                found[usual] = found.get(usual, 0) | rest
            return found
        for case, number in enumerate(self.column(name)):
            found[number] = found.get(number, 0) | flag[case]
        return found


class Row(Numbers):
    """One of many cases, for whoever evaluates a premise or formula."""

    def __init__(self, columns: Columns, case: int) -> None:
        self.plan, self.kb = columns.plan, columns.plan.kb
        self.columns, self.case = columns, case
        self.today = columns.answers.days[case]

    def known(self, name: str) -> Known:
        return self.columns.known(name, self.case)

    def threshold(self, name: str) -> Any:
        return self.columns.known(name, self.case)

    def given(self, name: str) -> Given:
        """The explicit and the implied answers to a finding."""
        return self.columns.answers.given(name, self.case)

    def work_out_one(self, name: str) -> Known | Interval:
        """The column of a name, from the columns it reads."""
        given = self.given(name)
        if name in self.kb.findings:
            return values.finding_value(self.kb.findings[name], given, self)
        if name in self.kb.quantities:
            return values.quantity_value(self.plan.derive.get(name, ()), given, self)
        return values.threshold_value(self.kb.thresholds[name], self)


def looks_at_the_day(node: Node) -> bool:
    """Whether what a condition comes to may depend on the day by itself, and not only on the values it reads."""
    return any(isinstance(part, _DATED) for part in node.walk())


_DATED = (
    expression.Since,
    expression.Given,
    expression.Has,
    expression.Quantified,
    expression.Aggregate,
    expression.Field,
)

"""Statements joined to clauses: what a solver of propositional logic reads, and what a single patient can be held to.

A variable is a positive number, its negation the negative one; clauses are tuples of them (DIMACS). A statement that
can be true, false or neither is a `Pair`: a variable for its being true and one for its being false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

TRUE, FALSE = 1, -1
"""The variable that always holds, and its negation."""


class Pair(NamedTuple):
    """A statement by strong Kleene logic: the variables for its being true and for its being false."""

    true: int
    false: int

    @property
    def opposite(self) -> Pair:
        return Pair(self.false, self.true)


ALWAYS = Pair(TRUE, FALSE)


class Clauses:
    """Clauses that grow; whatever is defined once is not defined again."""

    def __init__(self) -> None:
        self.count = 1
        self.found: list[tuple[int, ...]] = [(TRUE,)]
        self._joined: dict[tuple[int, ...], int] = {}
        self._counted: dict[tuple[int, tuple[int, ...]], int] = {}

    def variable(self) -> int:
        self.count += 1
        return self.count

    def add(self, *literals: int) -> None:
        """One of these holds."""
        if TRUE not in literals:
            self.found.append(tuple(one for one in literals if one != FALSE))

    def implies(self, one: int, *others: int) -> None:
        """Where the first holds, one of the others does."""
        self.add(-one, *others)

    def all_of(self, literals: Iterable[int]) -> int:
        """The variable for all of these holding."""
        parts = set(literals)
        parts.discard(TRUE)
        if FALSE in parts or any(-one in parts for one in parts):
            return FALSE
        if len(parts) < 2:
            return next(iter(parts), TRUE)
        key = tuple(sorted(parts))
        found = self._joined.get(key)
        if found is None:
            found = self._joined[key] = self.variable()
            for one in key:
                self.found.append((-found, one))
            self.found.append((found, *(-one for one in key)))
        return found

    def any_of(self, literals: Iterable[int]) -> int:
        """The variable for one of these holding."""
        return -self.all_of(-one for one in literals)

    def at_least(self, count: int, literals: Iterable[int]) -> int:
        """The variable for so many of these holding, by a sequential counter (Sinz 2005)."""
        parts = tuple(literals)
        if count <= 0:
            return TRUE
        if count > len(parts):
            return FALSE
        key = (count, parts)
        if key not in self._counted:
            before, last = parts[:-1], parts[-1]
            with_last = self.all_of((last, self.at_least(count - 1, before)))
            self._counted[key] = self.any_of((with_last, self.at_least(count, before)))
        return self._counted[key]

    # --- three values ---

    def pair(self) -> Pair:
        """A statement of which nothing is known yet but that it is not both true and false."""
        found = Pair(self.variable(), self.variable())
        self.add(-found.true, -found.false)
        return found

    def both(self, pairs: Iterable[Pair]) -> Pair:
        listed = tuple(pairs)
        return Pair(self.all_of(one.true for one in listed), self.any_of(one.false for one in listed))

    def either(self, pairs: Iterable[Pair]) -> Pair:
        return self.both(one.opposite for one in pairs).opposite

    def counted(self, count: int, pairs: Iterable[Pair]) -> Pair:
        listed = tuple(pairs)
        return Pair(
            self.at_least(count, (one.true for one in listed)),
            self.at_least(len(listed) - count + 1, (one.false for one in listed)),
        )

    # --- as a text ---

    def dimacs(self, start: int = 0) -> str:
        """The clauses from one on, in the notation that solvers read."""
        lines = [" ".join(map(str, clause)) + " 0" for clause in self.found[start:]]
        return f"p cnf {self.count} {len(lines)}\n" + "\n".join(lines) + "\n"

    # --- patients ---

    def worked_out(self, given: Mapping[int, int], every: int) -> dict[int, int]:
        """Every variable of many patients at once: bit i of its number says whether it holds of patient i.

        What joins others comes after what it joins, so one pass settles it; what is neither given nor joined is false.

        Args:
            given: the patients of whom each variable holds.
            every: all patients.
        """
        values = dict.fromkeys(range(1, self.count + 1), 0)
        values[TRUE] = every
        values.update(given)
        for parts, variable in self._joined.items():
            held = every
            for one in parts:
                held &= values[one] if one > 0 else ~values[-one]
            values[variable] = held
        return values

    def broken(self, values: Mapping[int, int], every: int) -> Iterator[tuple[tuple[int, ...], int]]:
        """The clauses that do not hold of some patients, with those patients."""
        for clause in self.found:
            lacking = every
            for one in clause:
                lacking &= ~values[one] if one > 0 else values[-one]
            if lacking:
                yield clause, lacking

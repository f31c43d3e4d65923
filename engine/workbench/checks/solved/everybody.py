"""Questions about rules to all patients: whether there can be one of whom these hold and those do not.

The solver is asked only what was not asked before: an answer is kept by what the rules mean, down to what is asked and
measured, so that an edit costs what it reaches. Nobody is proved; that there is somebody is only said with a patient
whom the engine confirms.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from ....case import case, opening
from ....case.case import Case, Prepared
from ....intake import record
from ....knowledge_base.model import KnowledgeBase, Rule
from ....premises.expression import Always, TruthNode
from ....values.truth import Truth
from ...proof import solver
from ...proof.clauses import FALSE, TRUE, Clauses, Pair
from ...proof.leaves import Leaves
from ...proof.network import Network
from ...proof.quantities.quantities import Quantities
from ...proof.records import Maker
from ...proof.solver import Solver
from ...trials.smallest import smallest
from .meaning import Meanings

_NAME = "solved"
_SECONDS = 2.0
"""So long a patient is looked for."""
_TRIES = 4
_SECONDS_FOR_NUMBERS = 0.6
_SECONDS_OF_ONE = 0.3
"""So long numbers are worked on in one run, and for one rule."""
_SECONDS_OF_ALIKE = 5.0
"""So long it is looked into whether rules come to the same; what takes longer is not proved."""


class Shelf(Protocol):
    """Where texts are kept from one run to the next."""

    def load_text(self, name: str) -> str | None: ...

    def store_text(self, name: str, text: str) -> None: ...


class Everybody:
    """All patients of one knowledge base, as its rules see them."""

    def __init__(
        self, kb: KnowledgeBase, prepare: Callable[[], Prepared] | None = None, shelf: Shelf | None = None
    ) -> None:
        self.kb, self._shelf = kb, shelf
        self._prepare = prepare or functools.partial(case.prepare_kept, kb)
        text = (shelf.load_text(_NAME) if shelf is not None else None) or ""
        self._before = dict(line.split(" ", 1) for line in text.split("\n") if " " in line)
        self._kept = dict(self._before)
        self._used: dict[str, str] = {}
        self._left_for_numbers = _SECONDS_FOR_NUMBERS
        self.asked = 0
        """How many questions went to the solver."""

    def close(self) -> None:
        """Keep what was used in this run."""
        if self._shelf is not None and self._used != self._before:
            self._shelf.store_text(_NAME, "\n".join(f"{key} {said}" for key, said in self._used.items()))

    @functools.cached_property
    def prepared(self) -> Prepared:
        """Made when the first question is asked, by whichever process asks it."""
        return self._prepare()

    @functools.cached_property
    def meanings(self) -> Meanings:
        return Meanings(self.prepared)

    @functools.cached_property
    def _solved(self) -> _Solved:
        return _Solved(self.prepared)

    # --- questions ---

    def nobody(self, holding: Sequence[Rule], failing: Sequence[Rule] = ()) -> bool:
        """Whether it is proved that of no patient the first hold and none of the others does."""
        key = "/".join("-".join(self._meant(rules)) for rules in (holding, failing))
        if key not in self._used:
            if key not in self._kept:
                self.asked += 1
                self._kept[key] = "no" if self._solved.possible(holding, failing) else "nobody"
            self._used[key] = self._kept[key]
        return self._used[key] == "nobody"

    def out_of_reach(self, rule: Rule) -> bool:
        """Whether it is proved that no numbers make a rule hold, through what is worked out from them.

        Only so many are looked at in one run; the others are in the next.
        """
        key = f"numbers/{self.meanings.rule(rule)}"
        if key not in self._kept:
            left = self._left_for_numbers
            if left <= 0:
                return False
            begun = time.process_time()
            fit = _Solved(self.prepared).numbers_fit(rule, min(left, _SECONDS_OF_ONE))
            self._left_for_numbers -= time.process_time() - begun
            self._kept[key] = "nobody" if fit is False else "no"
        self._used[key] = self._kept[key]
        return self._used[key] == "nobody"

    def _meant(self, rules: Iterable[Rule]) -> Iterable[str]:
        return sorted(self.meanings.rule(rule) for rule in rules)

    def within(self, one: Rule, others: Sequence[Rule]) -> list[Rule]:
        """Those of the others that hold wherever the first does: proved."""
        keys = {other.id: "/".join((self.meanings.rule(one), self.meanings.rule(other))) for other in others}
        unasked = [other for other in others if keys[other.id] not in self._used and keys[other.id] not in self._kept]
        if unasked:
            self.asked += 1
            found = {rule.id for rule in self._solved.within(one, unasked)}
            self._kept.update({keys[rule.id]: "nobody" if rule.id in found else "no" for rule in unasked})
        self._used.update({key: self._kept[key] for key in keys.values() if key in self._kept})
        return [other for other in others if self._used[keys[other.id]] == "nobody"]

    def alike(self, rules: Sequence[Rule], others: Sequence[Rule]) -> bool:
        """Whether it is proved that both come to the same of everybody: true if any rule holds, false if none can.

        A rule need not be in force as it is handed in.
        """
        key = "alike/" + "/".join("-".join(sorted(map(self._meaning, some))) for some in (rules, others))
        if key not in self._used:
            if key not in self._kept:
                self.asked += 1
                self._kept[key] = "nobody" if self._solved.alike(rules, others) else "no"
            self._used[key] = self._kept[key]
        return self._used[key] == "nobody"

    def _meaning(self, rule: Rule) -> str:
        in_force = self.kb.rules.get(rule.id) is rule
        return self.meanings.rule(rule) if in_force else self.meanings.premise(rule.when or Always())

    def clashing(self, parts: Sequence[TruthNode]) -> list[TruthNode]:
        """Of parts that never hold together, some that clash."""
        return self._solved.clashing(parts)

    def patient(self, holding: Sequence[Rule], failing: Sequence[Rule], also: Sequence[TruthNode] = ()) -> str:
        """A patient file of whom the engine says that these rules hold, and those not; empty where none was found.

        Args:
            also: what else is to hold of the record.
        """
        wanted = [
            *("+" + self.meanings.rule(one) for one in holding),
            *("-" + self.meanings.rule(one) for one in failing),
        ]
        key = "patient/" + "-".join((*sorted(wanted), *(part.source for part in also)))
        if key not in self._used:
            if key not in self._kept:
                self._kept[key] = json.dumps(self._solved.patient(holding, failing, also))
            self._used[key] = self._kept[key]
        return str(json.loads(self._used[key]))


class _Solved:
    """The clauses of all rules, and the solver that is asked; made when the first question has no answer yet.

    All patients are those whose record the reader of patient files takes, and who do not contradict themselves.
    """

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.clauses = Clauses()
        self.leaves = Leaves(self.clauses)
        self.network = Network(prepared, self.leaves)
        self.solver = Solver(self.clauses)

    @functools.cached_property
    def quantities(self) -> Quantities:
        return Quantities(self.network.reading)

    @functools.cached_property
    def maker(self) -> Maker:
        return Maker(self.prepared.kb, self.leaves, self.quantities)

    def _literals(self, holding: Iterable[Rule], failing: Iterable[Rule]) -> list[int]:
        literals = [self.network.rule(rule).true for rule in holding]
        literals += [-self.network.rule(rule).true for rule in failing]
        self.network.reading.take_in()
        return [
            -self.leaves.refused,
            -self.leaves.unsure,
            -self.leaves.freely,
            *(one for one in literals if one != TRUE),
        ]

    def possible(self, holding: Sequence[Rule], failing: Sequence[Rule]) -> bool:
        literals = self._literals(holding, failing)
        return FALSE not in literals and self.solver.holds(literals) is not False

    def alike(self, rules: Sequence[Rule], others: Sequence[Rule]) -> bool:
        one, other = (self.clauses.either([self._premise(rule) for rule in some]) for some in (rules, others))
        apart = [
            self.clauses.any_of((self.clauses.all_of((mine, -its)), self.clauses.all_of((-mine, its))))
            for mine, its in zip(one, other, strict=True)
        ]
        self.network.reading.take_in()
        asked = self.clauses.any_of(apart)
        return asked == FALSE or (asked != TRUE and self.solver.holds([asked], _SECONDS_OF_ALIKE) is False)

    def _premise(self, rule: Rule) -> Pair:
        """The premise of a rule, which need not be in force."""
        in_force = self.prepared.kb.rules.get(rule.id) is rule
        return self.network.rule(rule) if in_force else self.network.node(rule.when or Always())

    def numbers_fit(self, rule: Rule, seconds: float) -> bool | None:
        """Whether there are numbers for which a rule holds; None where that was not found out in time."""
        literals, until = self._literals([rule], ()), time.process_time() + seconds
        while self.solver.holds(literals) is not False:
            left = until - time.process_time()
            if left <= 0:
                return None
            self.quantities.take_in()
            wanted = {*self.leaves.variables(), *self.quantities.shared} - {TRUE}
            clash = self.quantities.clash(frozenset((*self.solver.model(wanted), TRUE)), left)
            if clash is None:
                return True
            self.clauses.add(*clash)
        return False

    def within(self, one: Rule, others: Sequence[Rule]) -> list[Rule]:
        """Those that hold wherever the first does; each patient found rules out all that do not hold of him."""
        true = self._literals([one], ())
        variables = {other.id: self.network.rule(other).true for other in others}
        self.network.reading.take_in()
        left, found = list(others), []
        while left:
            other = left.pop()
            against = variables[other.id]
            if against == TRUE or FALSE in true:
                found.append(other)
                continue
            literals = [*true, -against] if against != FALSE else true
            if self.solver.holds(literals) is False:
                found.append(other)
                continue
            asked = {abs(variables[rule.id]) for rule in left} - {TRUE}
            held = self.solver.model(asked)
            left = [rule for rule in left if _holds(variables[rule.id], held)]
        return found

    def clashing(self, parts: Sequence[TruthNode]) -> list[TruthNode]:
        literals: dict[int, TruthNode] = {self.network.node(part).true: part for part in parts}
        self.network.reading.take_in()
        if FALSE in literals:
            return [literals[FALSE]]
        literals |= dict.fromkeys((-self.leaves.refused, -self.leaves.unsure, -self.leaves.freely), Always())
        kept = [one for one in literals if one != TRUE]
        if self.solver.holds(kept) is not False:
            return []
        for one in list(kept):
            fewer = [other for other in kept if other != one]
            if self.solver.holds(fewer) is False:
                kept = fewer
        return [part for one in kept if not isinstance(part := literals[one], Always)]

    # --- somebody ---

    def patient(self, holding: Sequence[Rule], failing: Sequence[Rule], also: Sequence[TruthNode]) -> str:
        asked = [*self._literals(holding, failing), *(self.network.node(part).true for part in also)]
        self.network.reading.take_in()
        self.quantities.take_in()
        needed = [one for one in asked if one != TRUE]
        until, others = time.process_time() + _SECONDS, list[int]()
        looked = _Looked(self, holding, failing, also)
        for _ in range(_TRIES):
            wishes = [-one for one in self.leaves.facts()]
            if FALSE in needed or not self.solver.plainest([*needed, *others], wishes, _SECONDS):
                return ""
            while (left := until - time.process_time()) > 0:
                wanted = {*self.leaves.variables(), *self.quantities.shared} - {TRUE}
                true = frozenset((*self.solver.model(wanted), TRUE))
                clash = self.quantities.clash(true, left)
                if clash is None:
                    break
                self.clauses.add(*clash)
                if not self.solver.plainest([*needed, *others], wishes, left):
                    return ""
            else:
                return ""
            facts = self.maker.facts(true)
            if looked.confirms(Always(), self.maker.file(facts, "somebody")):
                return smallest(looked, Always(), facts, "somebody")
            others.append(self.leaves.another(true))
        return ""


def _holds(variable: int, held: frozenset[int]) -> bool:
    return (abs(variable) in held) is (variable > 0) or variable == TRUE


class _Looked:
    """What the engine says of made patients."""

    def __init__(
        self, solved: _Solved, holding: Sequence[Rule], failing: Sequence[Rule], also: Sequence[TruthNode]
    ) -> None:
        self.prepared, self.maker = solved.prepared, solved.maker
        self.holding, self.failing, self.also = holding, failing, also

    def confirms(self, node: TruthNode, text: str) -> bool:
        case = self._case(text)
        return (
            case is not None
            and all(case.truth(rule) is Truth.TRUE for rule in self.holding)
            and all(case.truth(rule) is not Truth.TRUE for rule in self.failing)
            and all(case.memory.holds(part) is Truth.TRUE for part in self.also)
        )

    def _case(self, text: str) -> Case | None:
        read, problems = record.read_record(self.prepared.kb, text, "a made patient")
        return None if read is None or problems else opening.finished(self.prepared, read, opening.Terms())


def for_all(prepared: Prepared, shelf: Shelf | None = None) -> Everybody | None:
    """All patients, where a solver is installed."""
    return Everybody(prepared.kb, lambda: prepared, shelf) if solver.is_installed() else None


def for_all_of(kb: KnowledgeBase, shelf: Shelf) -> Everybody | None:
    """The same of a knowledge base that is made ready when the first question is asked."""
    return Everybody(kb, None, shelf) if solver.is_installed() else None

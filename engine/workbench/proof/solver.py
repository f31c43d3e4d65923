"""The solver, as this program uses it: z3 on clauses. Nothing else here knows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ...values.problems import Place, Problem, Refused
from .clauses import Clauses

if TYPE_CHECKING:
    import z3

CODES: dict[str, str] = {
    "OL395": "a proof asked for where no solver is installed",
    "OL396": "an invariant to be proved that there is not",
}
INSTALL = "pip install 'osteologic[proof]'"


def is_installed() -> bool:
    """Whether proofs can be had here."""
    import importlib.util

    return importlib.util.find_spec("z3") is not None


def load() -> Any:
    """The solver's library. Raises Refused where it is not installed, or cannot be loaded."""
    try:
        import z3
    except ImportError as fault:
        what = "proofs need a solver, and none is installed here"
        if is_installed():
            what = f"the solver that is installed cannot be loaded here: {fault}"
        raise Refused([Problem("OL395", what, Place("z3-solver"), hint=f"write: {INSTALL}")]) from None
    return z3


class Solver:
    """Clauses that grow, asked again and again; what was found stays known."""

    def __init__(self, clauses: Clauses) -> None:
        self._z3 = load()
        self.clauses = clauses
        self._solver: z3.Solver = self._z3.SolverFor("QF_FD")  # clauses alone: a plain SAT solver behind one door
        self._read = 0
        self._literals: dict[int, z3.BoolRef] = {}
        self.has_model = False
        """Whether what was asked for last can hold together, so that `model` says how."""

    def _take_in(self) -> None:
        if self._read < len(self.clauses.found):
            self._solver.from_string(self.clauses.dimacs(self._read))
            self._read = len(self.clauses.found)

    def _literal(self, literal: int) -> z3.BoolRef:
        found = self._literals.get(literal)
        if found is None:
            found = self._z3.Bool(literal) if literal > 0 else self._z3.Not(self._literal(-literal))
            self._literals[literal] = found
        return found

    def holds(self, literals: Iterable[int], seconds: float | None = None) -> bool | None:
        """Whether all of these can hold together; None where the solver did not find out in time."""
        self._take_in()
        self._solver.set("timeout", max(1, int(seconds * 1000)) if seconds is not None else 4294967295)
        found = self._solver.check(*[self._literal(one) for one in literals])
        self.has_model = bool(found == self._z3.sat)
        if found == self._z3.unknown:
            return None
        return bool(found == self._z3.sat)

    def plainest(self, literals: Iterable[int], wished: Iterable[int], seconds: float | None = None) -> bool | None:
        """As `holds`, with as many of the wishes as can easily be had; of wishes that clash some are given up."""
        needed, left = list(literals), list(dict.fromkeys(wished))
        while left:
            found = self.holds([*needed, *left], seconds)
            if found is not False:
                return found
            clashing = self.core()
            kept = [one for one in left if one not in clashing]
            if len(kept) == len(left):
                return False
            left = kept
        return self.holds(needed, seconds)

    def core(self) -> frozenset[int]:
        """Of the literals that were asked for last, some that cannot hold together."""
        found = set()
        for one in self._solver.unsat_core():
            negative = self._z3.is_not(one)
            inside = one.arg(0) if negative else one
            found.add(-_number(inside) if negative else _number(inside))
        return frozenset(found)

    def model(self, variables: Iterable[int]) -> frozenset[int]:
        """Those of these variables that hold where all that was asked for last does."""
        model, is_true = self._solver.model(), self._z3.is_true
        return frozenset(one for one in variables if is_true(model[self._literal(one)]))


def _number(term: Any) -> int:
    """The variable that a constant of the solver stands for: it prints it as `k!17`."""
    return int(str(term.name() if hasattr(term, "name") else term.decl().name()).removeprefix("k!"))

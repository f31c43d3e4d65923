"""Numbers worked out from other numbers, as arithmetic over rationals: what clauses alone do not see.

Of every number its interval has two ends, each finite or not, open or not, and a reason where it has no value. Sums,
differences, products with a constant, `first`, `lowest`, cases and cut-offs by steps are what they are. Products,
quotients and published formulas with powers are monotone in each argument: of those a value is bounded from points at
which they were worked out, rounded outward to a rational, and such points are added where an answer turned out wrong.
What has none of these forms (sums over lists, points) may be anything.

A choice of the clauses' variables that no numbers fit is refuted by a new clause, made of the variables that clash.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ....inference import values
from ....knowledge_base.model import Rule
from ....premises import expression, formulas
from ....premises.expression import Node, NumberNode
from ....values.interval import Interval
from ..clauses import ALWAYS, Pair
from ..leaves import Reading
from ..solver import load
from .amounts import (
    Amount,
    End,
    alike,
    decimal,
    equal,
    exact,
    hull,
    joined,
    not_far,
    rational,
    worked_out,
)
from .curves import Curve, Curves
from .twice import Twice, as_answered

_BOUNDED = 40
"""So often the functions are bounded anew for one question."""


class Quantities:
    """The numbers of one knowledge base, and which choices of variables they allow."""

    def __init__(self, reading: Reading) -> None:
        self.z3 = load()
        self.reading, self.kb, self.leaves = reading, reading.kb, reading.leaves
        self._derive = values.derive_rules(self.kb)
        self._twice = Twice(self.kb, self._derive)
        self._solver = self.z3.Solver()
        self._solver.set("core.minimize", True)  # a clause of few variables rules out more
        self._amounts: dict[str, Amount] = {}
        self._entered: dict[str, Any] = {}
        self._shared: dict[int, Any] = {}
        self._curves = Curves(self.z3, self._solver, self)
        self._sided: set[int] = set()
        self._fresh = itertools.count()
        self._model: Any = None

    # --- what numbers allow ---

    def take_in(self) -> None:
        """Look at every number that a leaf reads, and at those behind it."""
        for name in self._new_lines():
            self._amount(name)
        self._take_in_sides()

    def _new_lines(self) -> Iterator[str]:
        """The numbers with sides that have no amount yet, also those of which an amount only now made use."""
        while left := [name for name in self.leaves.lines if name not in self._amounts]:
            yield from left

    def clash(self, true: frozenset[int], seconds: float) -> tuple[int, ...] | None:
        """A clause that this choice of variables breaks and every patient keeps; None where numbers fit it.

        Numbers that fit are then at hand in `interval`: exact ones, of which none is entered that could be worked out,
        where that can be had.
        """
        alone = [self.z3.Not(one) for one in self._entered.values()]
        sharp = [self._exactly(name) for name in self._amounts]
        return self._clash(true, seconds, ([*alone, *sharp], alone, sharp, []), _BOUNDED)

    def any_clash(self, true: frozenset[int], seconds: float) -> tuple[int, ...] | None:
        """As `clash`, where it does not matter which numbers fit."""
        return self._clash(true, seconds, ([],), 10 * _BOUNDED)

    def _clash(self, true: frozenset[int], seconds: float, ways: Sequence[Any], often: int) -> tuple[int, ...] | None:
        chosen = [self._bool(one) if one in true else self.z3.Not(self._bool(one)) for one in sorted(self._shared)]
        self._solver.set("timeout", max(1, int(seconds * 1000)))
        for way in ways:
            for _ in range(often):
                found = self._solver.check(*chosen, *way)
                if found != self.z3.sat:
                    break
                self._model = self._solver.model()
                if not self._curves.bounded():
                    return None
            if found == self.z3.unsat and not way:
                return tuple(-self._number(one) for one in self._solver.unsat_core())
        self._model = None
        return None

    def _exactly(self, name: str) -> Any:
        """That a number which has a value is exact, and one that there can be."""
        amount = self._amounts[name]
        counts = self._entered[name] if name in self.kb.quantities and name in self._entered else amount.valued
        return self.z3.Implies(counts, self._twice.exactly(self.z3, name, amount))

    @property
    def shared(self) -> frozenset[int]:
        """The variables of the clauses that numbers go by."""
        return frozenset(self._shared)

    def interval(self, name: str) -> Interval | None:
        """The numbers found for a finding or quantity; None where it has none, or is worked out from others."""
        amount = self._amounts.get(name)
        if amount is None or self._model is None or not self.holds(amount.valued):
            return None
        if name in self._entered and not self.holds(self._entered[name]):
            return None
        low, high = (self.end(end) for end in (amount.low, amount.high))
        if low is None:
            low = (Decimal("-Infinity"), True)
        if high is None:
            high = (Decimal("Infinity"), True)
        if low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1])):
            return None
        return Interval(low[0], high[0], low[1], high[1])

    def is_worked_out(self, name: str) -> bool:
        """Whether the numbers found for a quantity follow from others."""
        return name in self._entered and self._model is not None and not self.holds(self._entered[name])

    def holds(self, term: Any) -> bool:
        return bool(self.z3.is_true(self._model.eval(term, model_completion=True)))

    def end(self, end: End) -> tuple[Decimal, bool] | None:
        if self.holds(end.endless):
            return None
        found = self._model.eval(end.value, model_completion=True)
        return decimal(found.as_fraction()), self.holds(end.open)

    # --- variables shared with the clauses ---

    def _bool(self, variable: int) -> Any:
        if abs(variable) not in self._shared:
            self._shared[abs(variable)] = self.z3.Bool(abs(variable))
        found = self._shared[abs(variable)]
        return found if variable > 0 else self.z3.Not(found)

    def _constant(self, variable: int) -> Any:
        """A variable of the clauses, or the truth it always has."""
        return self.z3.BoolVal(variable > 0) if abs(variable) == 1 else self._bool(variable)

    def _number(self, term: Any) -> int:
        negative = self.z3.is_not(term)
        inside = term.arg(0) if negative else term
        found = int(str(inside.decl().name()).removeprefix("k!"))
        return -found if negative else found

    def _take_in_sides(self) -> None:
        """Let the variables for sides of cut-offs say what they mean of the ends."""
        z3 = self.z3
        for name, line in self.leaves.lines.items():
            amount = self._amounts[name]
            for is_below, (cut, itself), variable in line.sides():
                if variable in self._sided:
                    continue
                self._sided.add(variable)
                end = amount.high if is_below else amount.low
                at = rational(z3, cut)
                past = end.value < at if is_below else end.value > at
                touching = z3.BoolVal(True) if bool(itself) is is_below else end.open
                held = z3.And(amount.valued, z3.Not(end.endless), z3.Or(past, z3.And(end.value == at, touching)))
                self._solver.add(self._bool(variable) == held)

    # --- numbers by name ---

    def _amount(self, name: str) -> Amount:
        found = self._amounts.get(name)
        if found is None:
            found = self._amounts[name] = self._named(name)
        return found

    def _free(self, valued: Any = None) -> Amount:
        z3, number = self.z3, next(self._fresh)
        low, high = (
            End(z3.Real(f"{side}{number}"), z3.Bool(f"{side}{number} endless"), z3.Bool(f"{side}{number} open"))
            for side in ("low", "high")
        )
        there = valued if valued is not None else z3.Bool(f"valued{number}")
        unmeasured, inapplicable = z3.Bool(f"unmeasured{number}"), z3.Bool(f"inapplicable{number}")
        self._solver.add(z3.Not(z3.And(there, z3.Or(unmeasured, inapplicable))))
        self._solver.add(z3.Not(z3.And(unmeasured, inapplicable)))
        exact = z3.And(low.value == high.value, z3.Not(low.open), z3.Not(high.open))
        self._solver.add(z3.Or(low.endless, high.endless, low.value < high.value, exact))
        return Amount(there, unmeasured, inapplicable, low, high)

    def _named(self, name: str) -> Amount:
        z3 = self.z3
        own = self._free(self._bool(self.leaves.has_value(name)))
        inapplicable = self.reading.not_applicable(name)
        self._solver.add(own.inapplicable == self._constant(inapplicable))
        self._amounts[name] = own
        finding = self.kb.findings.get(name)
        if finding is not None and not finding.stand_in:
            return own
        entered = self._entered[name] = z3.Bool(f"{name} was entered")
        self._solver.add(z3.Implies(entered, own.valued))
        if name in self.kb.quantities and not self.kb.quantities[name].shown:
            self._solver.add(z3.Not(entered))  # the reader of files refuses it
        if finding is not None:
            behind = self._amount(finding.stand_in)
            same = z3.And(alike(self.z3, own.low, behind.low), alike(self.z3, own.high, behind.high))
            self._solver.add(z3.Implies(z3.And(z3.Not(entered), behind.valued), z3.Or(own.inapplicable, own.valued)))
            self._solver.add(z3.Implies(z3.And(z3.Not(entered), own.valued), z3.And(behind.valued, same)))
            if self._twice.comes_to_the_same(finding.stand_in):
                self._agree(entered, own, behind)
            return own
        rules = self._derive.get(name, ())
        told = [rule.formula for rule in rules if rule.formula is not None]
        if len(rules) == 1 and rules[0].when is None and told:
            formula = self._node(told[0])
        elif rules and len(told) == len(rules):
            formula = self._of_rules(rules)
        else:
            return own
        self._solver.add(*worked_out(z3, z3.Not(entered), own, formula))
        counted = as_answered(z3, self._twice.formula(name), formula, self._amounts)
        self._near(name, own, counted)
        if self._twice.is_compared(name):
            self._agree(entered, own, counted)
        return own

    def _of_rules(self, rules: Sequence[Rule]) -> Amount:
        """What several rules come to: the hull over those not false, once one of them is true."""
        z3 = self.z3
        held = [self.reading.premise(rule.when) if rule.when is not None else ALWAYS for rule in rules]
        reached = [
            (z3.Not(self._constant(pair.false)), self._node(rule.formula))
            for rule, pair in zip(rules, held, strict=True)
            if rule.formula is not None
        ]
        found = self._free()
        self._solver.add(z3.Not(found.inapplicable))
        self._solver.add(*hull(z3, found, reached, z3.Or([self._constant(pair.true) for pair in held])))
        return found

    def _near(self, name: str, own: Amount, formula: Amount) -> None:
        """Let what was entered lie within rounding of what is worked out, unless it may be entered freely."""
        both = self.z3.And(self._entered[name], formula.valued, self._bool(-self.leaves.freely))
        self._solver.add(self.z3.Implies(both, self._twice.rounded(self.z3, name, own, formula)))

    def _agree(self, entered: Any, own: Amount, worked_out: Amount) -> None:
        """Let nothing that was entered be far from what is worked out, unless the record contradicts itself."""
        alone = self.z3.And(entered, own.valued, worked_out.valued, self._bool(-self.reading.several))
        self._solver.add(self.z3.Implies(alone, not_far(self.z3, own, worked_out)))

    # --- formulas ---

    def _node(self, node: NumberNode) -> Amount:
        work = _NODES.get(type(node))
        return work(self, node) if work is not None else self._free()

    def _literal(self, node: expression.Literal) -> Amount:
        return exact(self.z3, node.value.exact) if node.value.exact is not None else self._free()

    def _threshold(self, node: expression.Threshold) -> Amount:
        cut = self.reading.cuts.exact(node)
        return exact(self.z3, cut) if cut is not None else self._free()

    def _value(self, node: expression.Value) -> Amount:
        return self._amount(node.name)

    def _scaled(self, node: expression.Scaled) -> Amount:
        return self._times(self._node(node.item), node.factor)

    def _negative(self, node: expression.Negative) -> Amount:
        return self._times(self._node(node.item), Decimal(-1))

    def _times(self, amount: Amount, factor: Decimal) -> Amount:
        if not factor:
            return self._free(amount.valued)
        by = rational(self.z3, factor)
        low, high = (End(end.value * by, end.endless, end.open) for end in (amount.low, amount.high))
        ends = (low, high) if factor > 0 else (high, low)
        return Amount(amount.valued, amount.unmeasured, amount.inapplicable, *ends)

    def _arithmetic(self, node: expression.Arithmetic) -> Amount:
        left, right = self._node(node.left), self._node(node.right)
        if node.operator in ("+", "-"):
            other = right if node.operator == "+" else self._times(right, Decimal(-1))
            z3 = self.z3
            ends = [
                End(one.value + two.value, z3.Or(one.endless, two.endless), z3.Or(one.open, two.open))
                for one, two in ((left.low, other.low), (left.high, other.high))
            ]
            return Amount(*joined(self.z3, (left, right)), ends[0], ends[1])
        constant = self.reading.cuts.exact(node.right)
        if constant is not None:
            factor = constant if node.operator == "*" else Decimal(1) / constant if constant else None
            if factor is not None and (node.operator == "*" or factor * constant == 1):
                return self._times(left, factor)
        constant = self.reading.cuts.exact(node.left)
        if constant is not None and node.operator == "*":
            return self._times(right, constant)
        if node.operator == "*":
            return self._curve("*", (left, right), (True, True), lambda at: at[0] * at[1])
        return self._curve("/", (left, right), (True, False), lambda at: at[0] / at[1])

    def _first(self, node: expression.First) -> Amount:
        z3 = self.z3
        items = [self._node(item) for item in node.items]
        found = self._free()
        passed = z3.BoolVal(True)
        for item in items:
            nothing = z3.Or(item.unmeasured, item.inapplicable)
            self._solver.add(equal(z3, z3.And(passed, z3.Not(nothing)), found, item))
            passed = z3.And(passed, nothing)
        self._solver.add(z3.Implies(passed, found.unmeasured))
        return found

    def _extreme(self, node: expression.Extreme) -> Amount:
        """The lowest or highest of a group: unknown members leave one end without limit."""
        z3, lowest = self.z3, node.end == "lowest"
        items = [self._amount(name) for name in node.names]
        items = items if lowest else [self._times(one, Decimal(-1)) for one in items]
        found = self._free()
        unknown = z3.Or([z3.Not(z3.Or(one.valued, one.unmeasured, one.inapplicable)) for one in items])
        self._solver.add(found.valued == z3.Or([one.valued for one in items]))
        self._solver.add(z3.Not(found.inapplicable))
        self._solver.add(z3.Implies(z3.Not(found.valued), found.unmeasured == z3.Not(unknown)))
        for one in items:
            at_most = z3.And(
                z3.Not(found.high.endless),
                z3.Or(
                    found.high.value < one.high.value,
                    z3.And(found.high.value == one.high.value, z3.Or(found.high.open, z3.Not(one.high.open))),
                ),
            )
            self._solver.add(z3.Implies(z3.And(found.valued, one.valued, z3.Not(one.high.endless)), at_most))
        reached = [z3.And(one.valued, alike(self.z3, found.high, one.high)) for one in items]
        self._solver.add(z3.Implies(found.valued, z3.Or(reached)))
        lows = [z3.And(one.valued, alike(self.z3, found.low, one.low)) for one in items]
        self._solver.add(z3.Implies(z3.And(found.valued, z3.Not(unknown)), z3.Or(lows)))
        self._solver.add(z3.Implies(z3.And(found.valued, unknown), found.low.endless))
        return found if lowest else self._times(found, Decimal(-1))

    def _cases(self, node: expression.Cases) -> Amount:
        """The hull of the cases not false up to the first true one; the one that is left is what it is, a gap too."""
        z3 = self.z3
        found = self._free()
        reached: list[tuple[Any, Amount]] = []
        open_, passed, decided = z3.BoolVal(True), z3.BoolVal(True), z3.BoolVal(False)
        for premise, value in zip(node.premises, node.values, strict=True):
            held: Pair = self.reading.premise(premise)
            true, false = self._constant(held.true), self._constant(held.false)
            amount = self._node(value)
            self._solver.add(equal(z3, z3.And(passed, true), found, amount))
            reached.append((z3.And(open_, z3.Not(false)), amount))
            decided = z3.Or(decided, z3.And(open_, true))
            open_, passed = z3.And(open_, z3.Not(true)), z3.And(passed, false)
        if node.otherwise is not None:
            amount = self._node(node.otherwise)
            self._solver.add(equal(z3, passed, found, amount))
            reached.append((open_, amount))
            decided = z3.BoolVal(True)
        self._solver.add(*hull(z3, found, reached, decided))
        return found

    def _aggregate(self, node: expression.Aggregate) -> Amount:
        """The lowest or highest over a list, by what is said of its entries; a sum may be anything."""
        found = self._free()
        if node.kind not in ("lowest", "highest") or node.item is None:
            return found
        z3, lowest = self.z3, node.kind == "lowest"
        listed = self.reading.list_of(node.name)
        among = listed.read(node.where)
        certain = self._constant(listed.exists(among).true)
        for asked, pair in [*listed.said]:
            span = asked.span_of(node.item, among.rest)
            if span is None or asked.count > 1:
                continue
            near, far = (span.high, span.low) if lowest else (span.low, span.high)
            end, other = (found.high, found.low) if lowest else (found.low, found.high)
            if near.is_infinite():
                continue
            at = rational(z3, near)
            if asked.members <= among.members:
                reached = end.value <= at if lowest else end.value >= at
                self._solver.add(
                    z3.Implies(z3.And(self._constant(pair.true), found.valued), z3.And(z3.Not(end.endless), reached))
                )
            if asked.members >= among.members and far.is_infinite():
                closed = not (span.high_open if lowest else span.low_open)
                beyond = other.value >= at if lowest else other.value <= at
                strict = z3.Or(other.value != at, other.open) if closed else z3.BoolVal(True)
                none = self._constant(pair.false)
                self._solver.add(z3.Implies(z3.And(none, found.valued), z3.And(z3.Not(other.endless), beyond, strict)))
                self._solver.add(z3.Implies(z3.And(none, certain), found.valued))
        return found

    # --- functions with powers, products and quotients ---

    def _formula(self, node: expression.Formula) -> Amount:
        arguments = tuple(self._node(argument) for argument in node.arguments)
        built = formulas.BUILT[node.name]
        rising = _RISING.get(node.name)
        if rising is None or node.names != ("sex",):
            return self._free()
        female, male = (self.reading.leaf(expression.OneOf(name="sex", members=frozenset({one}))) for one in _SEXES)
        found = self._free()
        valued, _, _ = joined(self.z3, arguments)
        self._solver.add(self.z3.Implies(found.valued, valued))
        for sex, only in zip(_SEXES, (female, male), strict=True):
            self._curves.curves.append(
                Curve(
                    node.name,
                    arguments,
                    rising,
                    lambda at, sex=sex: built.compute(at, sex),  # type: ignore[misc]  # bound at once
                    found,
                    self._constant(only.true),
                )
            )
        return found

    def _curve(
        self,
        name: str,
        arguments: tuple[Amount, ...],
        rising: tuple[bool, ...],
        at: Callable[[Sequence[Decimal]], Decimal],
    ) -> Amount:
        found = self._free()
        valued, unmeasured, inapplicable = joined(self.z3, arguments)
        self._solver.add(self.z3.Implies(found.valued, valued), found.inapplicable == inapplicable)
        self._solver.add(self.z3.Implies(unmeasured, found.unmeasured))
        self._curves.curves.append(Curve(name, arguments, rising, at, found, self.z3.BoolVal(True)))
        return found


_SEXES = ("female", "male")
_RISING = {"ckd_epi_2021": (False, False), "cockcroft_gault": (False, True, False)}
"""Of each published formula in which arguments it rises."""

_NODES: Mapping[type[Node], Callable[[Quantities, Any], Amount]] = {
    expression.Literal: Quantities._literal,
    expression.Threshold: Quantities._threshold,
    expression.Value: Quantities._value,
    expression.Scaled: Quantities._scaled,
    expression.Negative: Quantities._negative,
    expression.Arithmetic: Quantities._arithmetic,
    expression.First: Quantities._first,
    expression.Extreme: Quantities._extreme,
    expression.Cases: Quantities._cases,
    expression.Formula: Quantities._formula,
    expression.Aggregate: Quantities._aggregate,
}

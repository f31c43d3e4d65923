"""What premises have to do with each other: which can never both hold, which follow, which are settled beforehand."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from ....inference import productions
from ....knowledge_base.bounds import Bounds
from ....knowledge_base.model import KnowledgeBase, Rule
from ....premises import evaluation, expression, propositions
from ....premises.expression import (
    Against,
    All,
    Always,
    AnyOf,
    AtLeast,
    Compared,
    Has,
    Node,
    Not,
    NumberNode,
    OneOf,
    Proposition,
    Quantified,
    TruthNode,
    Within,
)
from ....values import truth
from ....values.interval import INFINITY, ZERO, Interval
from ....values.truth import Truth

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_NEGATED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}
_DEEPEST = 12

Key: TypeAlias = "Node | tuple[Node, Node] | tuple[str, bool] | str"


@dataclass(frozen=True, slots=True)
class Bound:
    """What a comparison says: the number `key` lies in `span`."""

    key: Key
    span: Interval


def span(operator: str, value: Decimal) -> Interval | None:
    """The numbers for which `number operator value` holds; None where they are no single interval."""
    if operator in ("<", "<="):
        return Interval(-INFINITY, value, True, operator == "<")
    if operator in (">", ">="):
        return Interval(value, INFINITY, operator == ">", True)
    return Interval(value, value) if operator == "=" else None


def shared(one: Interval, other: Interval) -> Interval | None:
    """What lies in both, if anything does."""
    low, low_open = max((one.low, one.low_open), (other.low, other.low_open))
    high, high_closed = min((one.high, not one.high_open), (other.high, not other.high_open))
    if low > high or (low == high and (low_open or not high_closed)):
        return None
    return Interval(low, high, low_open, not high_closed)


def conjuncts(node: TruthNode) -> tuple[TruthNode, ...]:
    """The parts that all hold where the node does."""
    if isinstance(node, All):
        return tuple(part for item in node.items for part in conjuncts(item))
    if isinstance(node, Not) and isinstance(node.item, Not):
        return conjuncts(node.item.item)
    if isinstance(node, Not) and isinstance(node.item, AnyOf):
        return tuple(part for item in node.item.items for part in conjuncts(Not(item=item, place=node.place)))
    return (node,)


class Logic:
    """Reasoning over the premises of one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.bounds = Bounds(kb)
        self._concluding: Mapping[str, tuple[Rule, ...]] = productions.rules_by_atom(kb)
        self._fates: dict[int, Truth] = {}
        self._atoms: dict[str, Truth] = {}

    # --- what a literal says ------------------------------------------------------------------------------------------

    def bound(self, node: TruthNode) -> Bound | None:
        """What a comparison with a constant says of its number."""
        if isinstance(node, Within):
            low, high = self._constant(node.low), self._constant(node.high)
            if low is None or high is None or low > high:
                return None
            return Bound(node.value, Interval(low, high))
        if not isinstance(node, Compared):
            return None
        right, left = self._constant(node.right), self._constant(node.left)
        if right is not None and left is None:
            return self._scaled(node.left, span(node.operator, right))
        if left is not None and right is None:
            return self._scaled(node.right, span(_TURNED[node.operator], left))
        found = span(node.operator, ZERO)
        return None if found is None else Bound((node.left, node.right), found)

    def stated(self, node: TruthNode) -> Bound | None:
        """As `bound`; the denial of a comparison with one end says the rest of the line."""
        if not isinstance(node, Not):
            return self.bound(node)
        opposite = self._opposite(node.item)
        return self.bound(opposite) if isinstance(opposite, Compared) else None

    def _constant(self, node: NumberNode) -> Decimal | None:
        if isinstance(node, expression.Literal):
            return node.value.exact
        if isinstance(node, expression.Threshold):
            return self.bounds.threshold(node.name).exact
        return None

    @staticmethod
    def _scaled(node: NumberNode, found: Interval | None) -> Bound | None:
        if found is None:
            return None
        if isinstance(node, expression.Scaled) and node.factor > 0:
            return Bound(node.item, found.scaled(1 / node.factor))
        return Bound(node, found)

    # --- never both ---------------------------------------------------------------------------------------------------

    def conflict(self, parts: Iterable[TruthNode]) -> tuple[TruthNode, TruthNode] | None:
        """Two parts that can never both hold; they are searched literal by literal."""
        found = [part for node in parts for part in conjuncts(node)]
        return self._of_numbers(found) or self._of_labels(found) or _of_words(found) or self._of_opposites(found)

    def _of_numbers(self, parts: Sequence[TruthNode]) -> tuple[TruthNode, TruthNode] | None:
        said: dict[Key, tuple[Interval, TruthNode]] = {}
        for part in parts:
            bound = self.bound(part)
            if bound is None:
                continue
            before = said.get(bound.key)
            both = bound.span if before is None else shared(before[0], bound.span)
            if both is None and before is not None:
                return before[1], part
            if both is not None:
                said[bound.key] = (both, part)
        for part in parts:
            denied = self.bound(part.item) if isinstance(part, Not) else None
            if denied is not None and denied.key in said and denied.span.contains(said[denied.key][0]):
                return said[denied.key][1], part
        return None

    def _of_labels(self, parts: Sequence[TruthNode]) -> tuple[TruthNode, TruthNode] | None:
        said: dict[tuple[str, bool], tuple[frozenset[str], TruthNode]] = {}
        barred: list[tuple[tuple[str, bool], frozenset[str], TruthNode]] = []
        for part in parts:
            if isinstance(part, OneOf) and not part.negated:
                key = (part.name, part.field)
                before = said.get(key)
                both = part.members if before is None else part.members & before[0]
                if not both and before is not None:
                    return before[1], part
                said[key] = (both, part)
            elif isinstance(part, OneOf):
                barred.append(((part.name, part.field), part.members, part))
            elif isinstance(part, Not) and isinstance(part.item, OneOf) and not part.item.negated:
                barred.append(((part.item.name, part.item.field), part.item.members, part))
        for key, members, part in barred:
            if key in said and said[key][0] <= members:
                return said[key][1], part
        return None

    def _of_opposites(self, parts: Sequence[TruthNode]) -> tuple[TruthNode, TruthNode] | None:
        positive = [part for part in parts if not isinstance(part, Not)]
        for part in parts:
            if isinstance(part, Not):
                for other in positive:
                    if type(other) is type(part.item) and self.implies(other, part.item):
                        return other, part
        return None

    def exclusive(self, one: TruthNode, other: TruthNode, depth: int = _DEEPEST) -> bool:
        """Whether two premises can never both hold, whichever of their alternatives is taken."""
        parts = [*conjuncts(one), *conjuncts(other)]
        if self.conflict(parts) is not None:
            return True
        branching = next((part for part in parts if isinstance(part, AnyOf)), None) if depth else None
        if branching is None:
            return False
        rest = [part for part in parts if part is not branching]
        joined = All(items=tuple(rest)) if rest else Always()
        return all(self.exclusive(item, joined, depth - 1) for item in branching.items)

    # --- what follows -------------------------------------------------------------------------------------------------

    def implies(self, one: TruthNode, other: TruthNode, depth: int = _DEEPEST) -> bool:
        """Whether the second premise holds wherever the first does, as far as their form shows."""
        if one == other or isinstance(other, Always):
            return True
        if not depth:
            return False
        if isinstance(one, AnyOf):
            return all(self.implies(item, other, depth - 1) for item in one.items)
        if isinstance(other, All):
            return all(self.implies(one, item, depth - 1) for item in other.items)
        if isinstance(other, AnyOf) and any(self.implies(one, item, depth - 1) for item in other.items):
            return True
        parts = conjuncts(one)
        if len(parts) > 1 or parts[0] is not one:
            return self._implied(parts, other, depth - 1)
        if isinstance(one, AtLeast) and isinstance(other, AtLeast):
            return one.count >= other.count and Counter(one.items) <= Counter(other.items)
        if isinstance(other, Not):
            if isinstance(one, Not):
                return self.implies(other.item, one.item, depth - 1)
            return not isinstance(other.item, Not) and self._of_numbers_or_labels(one, other.item)
        return self._literal(one, other, depth - 1)

    def _implied(self, parts: Sequence[TruthNode], other: TruthNode, depth: int) -> bool:
        if any(self.implies(part, other, depth) for part in parts):
            return True
        wanted = self.bound(other)
        if wanted is None:
            return False
        said: Interval | None = None
        for part in parts:
            bound = self.bound(part)
            if bound is not None and bound.key == wanted.key:
                said = bound.span if said is None else shared(said, bound.span) or said
        return said is not None and wanted.span.contains(said)

    def _of_numbers_or_labels(self, one: TruthNode, other: TruthNode) -> bool:
        return (self._of_numbers([one, other]) or self._of_labels([one, other]) or _of_words([one, other])) is not None

    def _literal(self, one: TruthNode, other: TruthNode, depth: int) -> bool:
        said, wanted = self.bound(one), self.bound(other)
        if said is not None and wanted is not None:
            return said.key == wanted.key and wanted.span.contains(said.span)
        if isinstance(one, OneOf) and isinstance(other, OneOf):
            if (one.name, one.field) != (other.name, other.field):
                return False
            if one.negated or other.negated:
                return other.negated and (
                    other.members <= one.members if one.negated else not one.members & other.members
                )
            return one.members <= other.members
        if isinstance(one, Has) and isinstance(other, Has):
            return one.name == other.name and one.members <= other.members
        if isinstance(one, Quantified) and isinstance(other, Quantified):
            return self._lists(one, other, depth)
        if isinstance(one, Proposition) and isinstance(other, Proposition):
            return self._levels(one.atom, other.atom)
        return False

    def _lists(self, one: Quantified, other: Quantified, depth: int) -> bool:
        if one.name != other.name or (one.quantifier == "no") != (other.quantifier == "no"):
            return False
        if one.quantifier == "no":
            return self._inside(other.where, one.where, depth)
        needed = [node.count if node.quantifier == "at_least" else 1 for node in (one, other)]
        return needed[0] >= needed[1] and self._inside(one.where, other.where, depth)

    def _inside(self, narrow: TruthNode | None, wide: TruthNode | None, depth: int) -> bool:
        return wide is None or (narrow is not None and self.implies(narrow, wide, depth))

    def _levels(self, one: str, other: str) -> bool:
        """A level of a scale holds where a higher one does."""
        scale, level = propositions.level_parts(one)
        same, wanted = propositions.level_parts(other)
        entry = self.kb.scales.get(scale)
        if scale != same or entry is None or not level or not wanted:
            return False
        return entry.levels.index(level) >= entry.levels.index(wanted)

    def grants(self, parts: Iterable[TruthNode], wanted: TruthNode, depth: int = 3) -> bool:
        """Whether these together secure a premise, seen through the rules of the states among them."""
        found = tuple(part for node in parts for part in conjuncts(node))
        if found and self.implies(All(items=found), wanted):
            return True
        if isinstance(wanted, All):
            return all(self.grants(found, item, depth) for item in wanted.items)
        if not depth:
            return False
        for part in found:
            if isinstance(part, AnyOf) and all(self.grants((item,), wanted, depth - 1) for item in part.items):
                return True
            rules = self._concluding.get(part.atom, ()) if isinstance(part, Proposition) else ()
            if rules and all(rule.when is not None and self.grants((rule.when,), wanted, depth - 1) for rule in rules):
                return True
        return False

    # --- settled beforehand -------------------------------------------------------------------------------------------

    def applying(self, parts: Iterable[TruthNode]) -> Iterator[TruthNode]:
        """To whom the findings apply that these parts read: of all others a comparison is false."""
        for part in parts:
            for one in conjuncts(part):
                if isinstance(one, (Compared, Within, OneOf, Against)):
                    for name in expression.names_read(one):
                        finding = self.kb.findings.get(name)
                        if finding is not None and finding.applies is not None:
                            yield finding.applies

    def fate(self, node: TruthNode) -> Truth:
        """Always true, never true, or (unknown) dependent on the patient."""
        if id(node) not in self._fates:
            self._fates[id(node)] = self._fate(node)
        return self._fates[id(node)]

    def _fate(self, node: TruthNode) -> Truth:
        if isinstance(node, All):
            joined = truth.all_of(self.fate(item) for item in node.items)
            if joined is Truth.UNKNOWN and self.conflict([*node.items, *self.applying(node.items)]):
                return Truth.FALSE
            return joined
        if isinstance(node, AnyOf):
            joined = truth.any_of(self.fate(item) for item in node.items)
            return Truth.TRUE if joined is Truth.UNKNOWN and self._exhausted(node.items) else joined
        if isinstance(node, AtLeast):
            return truth.at_least(node.count, [self.fate(item) for item in node.items])
        if isinstance(node, Not):
            return truth.negation(self.fate(node.item))
        if isinstance(node, Always):
            return Truth.TRUE
        return self._fate_of_literal(node)

    def _fate_of_literal(self, node: TruthNode) -> Truth:
        if isinstance(node, Compared):
            if node.left == node.right:
                return truth.of(node.operator in ("=", "<=", ">="))
            return evaluation.compare(node.operator, self.bounds.of(node.left), self.bounds.of(node.right))
        if isinstance(node, Within):
            value, low, high = (self.bounds.of(part) for part in (node.value, node.low, node.high))
            return truth.all_of((low.at_most(value), value.at_most(high)))
        if isinstance(node, OneOf) and not node.field:
            every = self._members(node.name)
            held = Truth.TRUE if every and every <= node.members else Truth.UNKNOWN
            return truth.negation(held) if node.negated else held
        if isinstance(node, Quantified) and node.where is not None and self.fate(node.where) is Truth.FALSE:
            return truth.of(node.quantifier == "no")
        if isinstance(node, Proposition):
            return self.atom(node.atom)
        return Truth.UNKNOWN

    def atom(self, atom: str) -> Truth:
        """Never, where none of its rules can fire; reported conditions need no rule."""
        if atom not in self._atoms:
            self._atoms[atom] = Truth.UNKNOWN  # what rests on itself has been told elsewhere
            rules = self._concluding.get(atom, ())
            never = bool(rules) and all(rule.when is not None and self.fate(rule.when) is Truth.FALSE for rule in rules)
            if never and not propositions.condition_of(atom):
                self._atoms[atom] = Truth.FALSE
        return self._atoms[atom]

    def _members(self, name: str) -> frozenset[str]:
        finding = self.kb.findings.get(name)
        choice = self.kb.choices.get(finding.choices) if finding is not None else None
        return frozenset(choice.members) if choice is not None else frozenset()

    def _exhausted(self, items: Sequence[TruthNode]) -> bool:
        """Whether alternatives leave nothing out: their opposites cannot all hold."""
        opposites = [opposite for item in items if (opposite := self._opposite(item)) is not None]
        if len(opposites) < 2:
            return False
        chosen: dict[str, frozenset[str]] = {}
        for item in items:
            if isinstance(item, OneOf) and not item.field and not item.negated:
                chosen[item.name] = chosen.get(item.name, frozenset()) | item.members
        if any(every and every <= members for name, members in chosen.items() if (every := self._members(name))):
            return True
        return self._of_numbers(opposites) is not None

    @staticmethod
    def _opposite(node: TruthNode) -> TruthNode | None:
        if isinstance(node, Compared) and node.operator in _NEGATED:
            return dataclasses.replace(node, operator=_NEGATED[node.operator])
        if isinstance(node, OneOf):
            return dataclasses.replace(node, negated=not node.negated)
        return None


def _of_words(parts: Sequence[TruthNode]) -> tuple[TruthNode, TruthNode] | None:
    """`is high` and `is low` of one number."""
    said: dict[str, Against] = {}
    for part in parts:
        if isinstance(part, Against) and not part.negated and part.occasions is None:
            before = said.setdefault(part.name, part)
            if before.word != part.word:
                return before, part
    return None

"""Lists of entries, and what can be said of one entry: which statements about a list follow from which.

A statement asks for entries of certain members (`name is (a or b)`) of which something more holds (`not stopped`,
`since(date) < 12 months`). That there is surely none is said member by member. That there surely is one follows from a
narrower statement, and contradicts that there is none of any member it names. What else is asked of an entry is taken
as it is written: of two comparisons of one field the intervals are compared, of two choices the members.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from ...premises import expression
from ...premises.expression import Node, NumberNode, TruthNode
from ...values.frozen import frozen
from ...values.interval import INFINITY, Interval
from .clauses import Clauses, Pair

Part: TypeAlias = tuple[Any, ...]
"""Something asked of an entry: its kind, what it is asked of, and what it must be."""
Rest: TypeAlias = frozenset[Part]
"""All that is asked of an entry besides its member."""

NOT_STOPPED: Part = ("stopped", "", False)


def implied(part: Part, by: Iterable[Part]) -> bool:
    """Whether it holds of every entry of which all of these hold, and is false of none of which none is false."""
    kind, about, wanted = part
    same = [one for one in by if one[0] == kind and one[1] == about]
    if any(one == part for one in same):
        return True
    if kind == "number":
        said: Interval | None = None
        for _, _, span in same:
            said = span if said is None else _shared(said, span)
            if said is None:
                return False
        return said is not None and wanted.contains(said)
    if kind == "choice":
        members, negated = wanted
        return any(_members_imply(one[2], members, negated) for one in same)
    return False


def _members_imply(said: tuple[frozenset[str], bool], members: frozenset[str], negated: bool) -> bool:
    known, denied = said
    if not negated:
        return not denied and known <= members
    return members <= known if denied else not (known & members)


def _shared(one: Interval, other: Interval) -> Interval | None:
    low, low_open = max((one.low, one.low_open), (other.low, other.low_open))
    high, closed = min((one.high, not one.high_open), (other.high, not other.high_open))
    if low > high or (low == high and (low_open or not closed)):
        return None
    return Interval(low, high, low_open, not closed)


@frozen
class Asked:
    """What a statement asks: so many entries of these members of which all the rest holds.

    Where no member is named, an entry of which none is known will do as well.
    """

    members: frozenset[str]
    rest: Rest = frozenset()
    count: int = 1
    named: bool = True

    def span_of(self, number: NumberNode, rest: Rest) -> Interval | None:
        """The interval of a number of an entry, where this and the rest is all that is asked."""
        more = self.rest - rest
        spans = [part[2] for part in more if part[0] == "number" and part[1] == number]
        return spans[0] if rest <= self.rest and len(spans) == len(more) == 1 else None

    def implies(self, other: Asked) -> bool:
        return (
            self.count >= other.count
            and self.members <= other.members
            and (self.named or not other.named)
            and all(implied(part, self.rest) for part in other.rest)
        )

    def narrowed(self, other: Asked) -> bool:
        """Whether this makes the other true where there is no entry of the members that only this one asks for."""
        return self.count >= other.count and self.named and all(implied(part, self.rest) for part in other.rest)


class List:
    """One list: the statements made about it, each as a pair, with all that follows from one to another."""

    def __init__(self, clauses: Clauses, name: str, key: str, members: Mapping[str, Any], cuts: Cuts) -> None:
        self.clauses, self.name, self.key, self.cuts = clauses, name, key, cuts
        self.members = frozenset(members)
        self.said: list[tuple[Asked, Pair]] = []
        self._pairs: dict[Asked, Pair] = {}
        self._nodes: dict[Part, TruthNode] = {NOT_STOPPED: expression.Not(item=expression.Given(name="stopped"))}
        self._none: dict[tuple[Rest, str], int] = {}
        self._rests: list[Rest] = []
        self._asking: dict[Asked, TruthNode] = {}
        self.complete = clauses.variable()
        """Whether nothing may be missing from it."""
        self.absence = clauses.variable()
        """Whether anything is surely absent from it."""
        self.told = clauses.variable()
        """Whether anything was said of it."""
        clauses.implies(self.complete, self.told)

    # --- statements ---

    def has(self, members: frozenset[str]) -> Pair:
        return self.exists(Asked(members=members & self.members, rest=frozenset({NOT_STOPPED})))

    def quantified(self, node: expression.Quantified) -> Pair:
        count = node.count if node.quantifier == "at_least" else 1
        found = self.exists(self.read(node.where, count))
        return found.opposite if node.quantifier == "no" else found

    def one_with(self, where: TruthNode | None, number: NumberNode, span: Interval) -> Pair:
        """That one entry which a `where` lets through has a number in an interval."""
        asked = self.read(where)
        part: Part = ("number", number, span)
        operator = ">" if span.low_open else ">="
        cut = expression.Literal(value=Interval(span.low, span.low))
        self._nodes.setdefault(part, expression.Compared(operator=operator, left=number, right=cut))
        return self.exists(dataclasses.replace(asked, rest=asked.rest | {part}))

    def exists(self, asked: Asked) -> Pair:
        found = self._pairs.get(asked)
        if found is None:
            found = self._pairs[asked] = self._new(asked)
        return found

    def _new(self, asked: Asked) -> Pair:
        clauses = self.clauses
        if asked.count == 1:
            none = clauses.all_of(self.none(asked.rest, member) for member in sorted(asked.members))
            found = Pair(clauses.variable(), none)
            clauses.add(-found.true, -found.false)
        else:
            found = clauses.pair()
            single = self.exists(dataclasses.replace(asked, count=1))
            clauses.implies(single.false, found.false)
            clauses.add(-found.false, -single.true, self.complete)  # an open list may hold one more of those
        for other, pair in self.said:
            if not other.members & asked.members:
                continue
            for one, wide, narrow_pair, wide_pair in ((asked, other, found, pair), (other, asked, pair, found)):
                if one.implies(wide):
                    clauses.implies(narrow_pair.true, wide_pair.true)
                    if one.count > 1 or wide.count > 1:
                        clauses.implies(wide_pair.false, narrow_pair.false)
                elif one.narrowed(wide):
                    left = [self.none(one.rest, member) for member in sorted(one.members - wide.members)]
                    clauses.add(-narrow_pair.true, wide_pair.true, *(-none for none in left))
        clauses.implies(found.true, self.told)
        self.said.append((asked, found))
        return found

    def none(self, rest: Rest, member: str) -> int:
        """The variable for there being surely no entry of a member of which the rest holds."""
        found = self._none.get((rest, member))
        if found is None:
            if rest not in self._rests:
                self._rests.append(rest)
            found = self._none[rest, member] = self.clauses.variable()
            self.clauses.implies(found, self.absence)
            for other in self._rests:
                variable = self._none.get((other, member))
                if variable is None or other is rest:
                    continue
                if all(implied(part, rest) for part in other):
                    self.clauses.implies(variable, found)
                if all(implied(part, other) for part in rest):
                    self.clauses.implies(found, variable)
        return found

    def nothing(self) -> Iterable[tuple[Rest, str, int]]:
        """Every variable for there being no such entry of a member."""
        for (rest, member), variable in self._none.items():
            yield rest, member, variable

    def asking(self, asked: Asked) -> TruthNode:
        """The premise that a statement is."""
        found = self._asking.get(asked)
        if found is None:
            found = self._asking[asked] = self._as_premise(asked)
        return found

    def _as_premise(self, asked: Asked) -> TruthNode:
        key = expression.OneOf(name=self.key, members=asked.members, field=True)
        if asked.rest == {NOT_STOPPED} and asked.count == 1 and asked.named:
            return expression.Has(name=self.name, members=asked.members)
        parts = [*([key] if asked.named else ()), *(self._nodes[part] for part in asked.rest)]
        where = expression.All(items=tuple(parts)) if parts else None
        quantifier = "at_least" if asked.count > 1 else "any"
        return expression.Quantified(quantifier=quantifier, name=self.name, count=asked.count, where=where)

    # --- what is asked of an entry ---

    def read(self, where: TruthNode | None, count: int = 1) -> Asked:
        """What a `where` asks: the members that it lets through, and the rest."""
        members, rest, named = self.members, set(), False
        for part in _conjuncts(where):
            if self._is_key(part) and isinstance(part, expression.OneOf):
                members = members - part.members if part.negated else members & part.members
                named = True
            elif isinstance(part, expression.Not) and self._is_key(part.item):
                assert isinstance(part.item, expression.OneOf)
                inside = part.item
                members = members & inside.members if inside.negated else members - inside.members
                named = True
            else:
                read = self._part(part)
                self._nodes.setdefault(read, part)
                rest.add(read)
        return Asked(members=members, rest=frozenset(rest), count=count, named=named)

    def _is_key(self, node: Node) -> bool:
        return isinstance(node, expression.OneOf) and node.field and node.name == self.key

    def _part(self, node: TruthNode) -> Part:
        if isinstance(node, expression.Not):
            inside = self._part(node.item)
            if inside[0] == "choice":
                return ("choice", inside[1], (inside[2][0], not inside[2][1]))
            if inside[0] == "stopped":
                return ("stopped", "", not inside[2])
        if isinstance(node, expression.Given) and node.name == "stopped":
            return ("stopped", "", True)
        if isinstance(node, expression.OneOf) and node.field:
            return ("choice", node.name, (node.members, node.negated))
        if isinstance(node, expression.IsYes) and node.field:
            return ("choice", node.name, (frozenset({"yes"}), False))
        span = self._span(node)
        return ("number", *span) if span is not None else ("whole", self.cuts.plain(node), True)

    def _span(self, node: TruthNode) -> tuple[Node, Interval] | None:
        """The number that a comparison with a cut-off reads, and where it must lie."""
        if isinstance(node, expression.Within):
            low, high = self.cuts.exact(node.low), self.cuts.exact(node.high)
            return (node.value, Interval(low, high)) if low is not None and high is not None and low <= high else None
        if not isinstance(node, expression.Compared):
            return None
        cut = self.cuts.exact(node.right)
        if cut is None or node.operator not in ("<", "<=", ">", ">=", "="):
            return None
        if node.operator == "=":
            return node.left, Interval(cut, cut)
        if node.operator in ("<", "<="):
            return node.left, Interval(-INFINITY, cut, True, node.operator == "<")
        return node.left, Interval(cut, INFINITY, node.operator == ">", True)


def _conjuncts(node: TruthNode | None) -> list[TruthNode]:
    if node is None:
        return []
    if isinstance(node, expression.All):
        return [part for item in node.items for part in _conjuncts(item)]
    return [node]


class Cuts:
    """The cut-offs of one knowledge base as numbers."""

    def __init__(self, thresholds: Mapping[str, Any]) -> None:
        self._thresholds = thresholds

    def exact(self, node: Node) -> Any:
        """The number that this always is; None where it depends on the patient or on the day."""
        if isinstance(node, expression.Literal):
            return node.value.exact
        if isinstance(node, expression.Threshold):
            values = self._thresholds[node.name].values
            return values[0].value if len(values) == 1 and not values[0].since else None
        if isinstance(node, expression.Scaled):
            inside = self.exact(node.item)
            return None if inside is None else inside * node.factor
        if isinstance(node, expression.Negative):
            inside = self.exact(node.item)
            return None if inside is None else -inside
        return None

    def plain(self, node: Node) -> tuple[Any, ...]:
        """A part by its form and by what its cut-offs come to: the same in two bases where it means the same."""
        cuts = [part.name for part in node.walk() if isinstance(part, expression.Threshold)]
        return (node, tuple((name, repr(self._thresholds[name].values)) for name in cuts))

"""A premise or formula as a tree whose names, types and units have been checked.

Truth nodes evaluate to a `Truth`, number nodes to an `Interval` or a `Gap`. Numbers in one comparison or sum share a
unit: whoever builds the tree puts a `Scaled` node where a factor is needed. Every node knows its place in its file and
`source`, the text the author wrote.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeVar

from ..values.frozen import Hashed, frozen
from ..values.interval import Interval
from ..values.problems import Place

NOWHERE = Place("")


_PARTS: dict[type[Node], tuple[str, ...]] = {}


def _parts(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold others, looked up once."""
    found = _PARTS.get(kind)
    if found is None:
        found = _PARTS[kind] = tuple(field.name for field in dataclasses.fields(kind) if "Node" in str(field.type))
    return found


class _Noted(Hashed):
    """A base for values of which it is asked again and again what they read."""

    __slots__ = ("_atoms", "_names")
    _atoms: frozenset[str]
    _names: frozenset[str]


@frozen
class Node(_Noted):
    """A part of a premise or formula."""

    place: Place = dataclasses.field(default=NOWHERE, compare=False)
    source: str = dataclasses.field(default="", compare=False)

    def children(self) -> Iterator[Node]:
        for name in _parts(type(self)):
            value = getattr(self, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Node))

    def walk(self) -> Iterator[Node]:
        """This node and all below it, each before what it holds."""
        ahead = [self]
        while ahead:
            node = ahead.pop()
            yield node
            if _parts(type(node)):
                ahead.extend(reversed([*node.children()]))


class TruthNode(Node):
    """A node that is true, false or unknown."""

    __slots__ = ()


class NumberNode(Node):
    """A node that is a number, a date or a duration."""

    __slots__ = ()


# --- truths -----------------------------------------------------------------------------------------------------------


_N = TypeVar("_N", bound=Node)


@frozen
class Always(TruthNode):
    """`always`: it stands alone."""


@frozen
class All(TruthNode):
    items: tuple[TruthNode, ...]


@frozen
class AnyOf(TruthNode):
    items: tuple[TruthNode, ...]


@frozen
class AtLeast(TruthNode):
    count: int
    items: tuple[TruthNode, ...]


@frozen
class Not(TruthNode):
    item: TruthNode


@frozen
class Compared(TruthNode):
    """`left operator right`; operator is one of `= != < <= > >=`. False where a side is not applicable."""

    operator: str
    left: NumberNode
    right: NumberNode


@frozen
class Within(TruthNode):
    """`value in low..high`, both ends in."""

    value: NumberNode
    low: NumberNode
    high: NumberNode


@frozen
class Against(TruthNode):
    """`name is [not] high|low|normal [on N occasions]`: a number finding or quantity against its reference range."""

    name: str
    word: str
    negated: bool = False
    occasions: int | None = None


@frozen
class OneOf(TruthNode):
    """`name is [not] (a or b)`: a choice finding (or a field inside `where`) among these members, classes expanded."""

    name: str
    members: frozenset[str]
    negated: bool = False
    field: bool = False


@frozen
class IsYes(TruthNode):
    """A yes/no finding, or a yes/no field inside `where`, read bare."""

    name: str
    field: bool = False


@frozen
class Given(TruthNode):
    """A date field read bare inside `where`; `stopped` means a stop on or before today."""

    name: str


@frozen
class Has(TruthNode):
    """`list has (a or b)`: a current entry of the list is one of these members, classes expanded."""

    name: str
    members: frozenset[str]


@frozen
class Quantified(TruthNode):
    """`any|no|at least N list where (...)`, over all entries that ever were; `quantifier` is any, no or at_least."""

    quantifier: str
    name: str
    count: int = 1
    where: TruthNode | None = None


@frozen
class Proposition(TruthNode):
    """A truth that rules conclude.

    `atom` names it: `fragility_fracture` (a state), `acr_risk >= high` (a level of a scale), `diagnosed(osteomalacia)`,
    `excluded(...)`, `caused(...)`, `recommended(...)`, `contraindicated(...)`, `ordered(...)`.
    """

    atom: str


@frozen
class Applies(TruthNode):
    """Whether a scale applies: its own `applies` premise, evaluated as a proposition `scale applies`."""

    atom: str


@frozen
class Shown(TruthNode):
    """`status(x) is [not] (a or b)`: what the report says of any of `members`. Queries read it, and no rule may.

    `of` is status, diagnosis, alert or caution; `subject` is the id or class as written.
    """

    of: str
    subject: str
    members: frozenset[str]
    words: frozenset[str]
    negated: bool = False


@frozen
class IsKnown(TruthNode):
    """`known(name)`: there is something to go by of a finding or quantity. Queries read it, and no rule may."""

    name: str


@frozen
class Contradicts(TruthNode):
    """`contradictory(record)`: two values of the record cannot both be right. Queries read it, and no rule may."""


# --- numbers ----------------------------------------------------------------------------------------------------------


@frozen
class Literal(NumberNode):
    """A number written in the rule, in `unit` (for wording; its value is already in the unit of the comparison)."""

    value: Interval
    unit: str = ""


@frozen
class Value(NumberNode):
    """A number or date finding, or a quantity, by id, in its own unit."""

    name: str


@frozen
class Threshold(NumberNode):
    """A shared cut-off by id, in its own unit, as in force today."""

    name: str


@frozen
class Field(NumberNode):
    """A number or date field of the entry inside `where` or an aggregate.

    `age_at`, `age_as_adult`, `duration` and `daily_dose` are derived. `floor` is the least it can be: no dose is
    negative.
    """

    name: str
    floor: Decimal | None = None


@frozen
class MemberNumber(NumberNode):
    """A number carried by the entry's member (`prednisolone_factor`); members without one make it not measured."""

    name: str


@frozen
class Scaled(NumberNode):
    """`item` times a unit factor."""

    item: NumberNode
    factor: Decimal


@frozen
class Negative(NumberNode):
    item: NumberNode


@frozen
class Arithmetic(NumberNode):
    """`operator` is one of + - * /."""

    operator: str
    left: NumberNode
    right: NumberNode


@frozen
class RangeEnd(NumberNode):
    """`upper(name)` or `lower(name)`: an end of the reference range in force."""

    end: str
    name: str


@frozen
class Since(NumberNode):
    """Time from a date to today, in `measure` (`months`: calendar months, or `days`)."""

    date: NumberNode
    measure: str = "months"


@frozen
class First(NumberNode):
    """`first(a, b)`: passes over not measured and not applicable, stops at unknown."""

    items: tuple[NumberNode, ...]


@frozen
class Extreme(NumberNode):
    """`lowest(group)` or `highest(group)` over the group's number findings."""

    end: str
    names: tuple[str, ...]
    group: str = ""


@frozen
class Chosen(NumberNode):
    """`greater(a, b)` or `lesser(a, b)`, by ends."""

    end: str
    left: NumberNode
    right: NumberNode


@frozen
class Formula(NumberNode):
    """A published formula by name (`ckd_epi_2021`, `cockcroft_gault`); `arguments` are in the units it documents.

    `names` are the choice findings it reads besides its numbers (`sex`).
    """

    name: str
    arguments: tuple[NumberNode, ...]
    names: tuple[str, ...] = ()


@frozen
class Aggregate(NumberNode):
    """`sum|lowest|highest of item over list where (...)`, `count of list where (...)`."""

    kind: str
    name: str
    item: NumberNode | None = None
    where: TruthNode | None = None


@frozen
class Cases(NumberNode):
    """Tried in order: the hull of the cases not false up to the first true one; all false = not measured."""

    premises: tuple[TruthNode, ...]
    values: tuple[NumberNode, ...]
    otherwise: NumberNode | None = None


@frozen
class Points(NumberNode):
    """Each premise adds its points if true, 0 if false, 0..points if unknown."""

    premises: tuple[TruthNode, ...]
    points: tuple[Decimal, ...]


JUNCTIONS = (All, AnyOf, AtLeast, Not)
"""The truth nodes that join others; every other truth node is a literal of the network."""


def names_read(node: Node) -> frozenset[str]:
    """Ids of the findings, quantities and thresholds whose value the node reads directly (not propositions)."""
    try:
        return node._names
    except AttributeError:
        _note(node, "_names", _names_in(node))
        return node._names


def _names_in(node: Node) -> frozenset[str]:
    found: set[str] = set()
    for part in node.walk():
        if isinstance(part, (OneOf, IsYes)):
            if not part.field:
                found.add(part.name)
        elif isinstance(part, (Against, Has, IsKnown, Quantified, Value, Threshold, RangeEnd, Aggregate)):
            found.add(part.name)
        elif isinstance(part, (Extreme, Formula)):
            found.update(part.names)
    return frozenset(found)


def atoms_read(node: Node) -> frozenset[str]:
    """The propositions the node reads."""
    try:
        return node._atoms
    except AttributeError:
        found = frozenset(part.atom for part in node.walk() if isinstance(part, (Proposition, Applies)))
        _note(node, "_atoms", found)
        return found


_note = object.__setattr__


def lower(node: _N, lines: int) -> _N:
    """The same node so many lines further down its file (up, where that is negative)."""
    place = node.place._replace(line=node.place.line + lines)
    parts: dict[str, Any] = {}
    for name in _parts(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            parts[name] = lower(value, lines)
        elif isinstance(value, tuple):
            parts[name] = tuple(lower(item, lines) if isinstance(item, Node) else item for item in value)
    return dataclasses.replace(node, place=place, **parts)

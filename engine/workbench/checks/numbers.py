"""Whether numbers stand where they can be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ...knowledge_base.model import Rule
from ...premises import expression
from ...premises.expression import Compared, Literal, Node, NumberNode, Value
from ...values.problems import Hint, Level
from .check import Told, check
from .subject import Subject

_WRITTEN_UNIT = re.compile(r"[-+]?[\d.]+\s*([^\d\s.].*)")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_TIMES = ("day", "week", "month", "year")
_SHARED = 3
"""How many rules make a number a common one."""


@check("OL546", Level.ADVICE)
def sharednumber_written(subject: Subject) -> Iterator[Told]:
    """Several rules write one cut-off that comes from one source.

    Avoid:
        when: vitamin_d < 50 nmol/L         # in three rules, each after ros-2018
    Prefer:
        vitamin_d_adequate: {label: enough vitamin D, unit: nmol/L, value: 50, sources: [ros-2018]}
        when: vitamin_d < vitamin_d_adequate
    Why:
        When the source moves the cut-off, one of the rules will be forgotten.
    """
    found: dict[tuple[str, Decimal, str], dict[str, tuple[Rule, Node]]] = {}
    for rule in subject.rules:
        for premise in subject.of_rules.get(rule.id, ()):
            for node in premise.nodes:
                cut = _cut(node)
                if cut is not None:
                    for source in {cited.source for cited in rule.sources}:
                        found.setdefault((*cut, source), {}).setdefault(rule.id, (rule, node))
    told: set[tuple[str, Decimal]] = set()
    for (name, value, source), users in found.items():
        if len(users) >= _SHARED and (name, value) not in told:
            told.add((name, value))
            (_, at), (other, _) = list(users.values())[:2]
            what = f"{len(users)} rules after {source} compare '{name}' with {value.normalize():f}"
            yield Told(what, at.place, "make it a threshold, and read it by name", other.place)


def _cut(node: Node) -> tuple[str, Decimal] | None:
    """A measured number and the cut-off it is compared with; counts, signs and ages are no cut-offs of a source."""
    if not isinstance(node, Compared):
        return None
    for one, other in ((node.left, node.right), (node.right, node.left)):
        value = number_written(other)
        if isinstance(one, Value) and value is not None and abs(value) > 1 and one.name != "age":
            return one.name, value
    return None


def number_written(node: NumberNode) -> Decimal | None:
    """The number that a rule writes there; None for anything worked out or named."""
    if isinstance(node, expression.Negative):
        inner = number_written(node.item)
        return None if inner is None else -inner
    return node.value.exact if isinstance(node, Literal) else None


@check("OL547", Level.ADVICE)
def another_unit(subject: Subject) -> Iterator[Told]:
    """A rule writes a number in another unit than the finding it is compared with.

    Avoid:
        when: vitamin_d < 20 ng/mL          # while vitamin_d is kept in nmol/L
    Prefer:
        when: vitamin_d < 50 nmol/L
    Why:
        Rules that speak of one cut-off in two units cannot be compared by eye, and a slip is not seen.
    """
    for premise in (premise for rule in subject.rules for premise in subject.of_rules.get(rule.id, ())):
        for node in premise.nodes:
            if not isinstance(node, (Compared, expression.Within)):
                continue
            sides = (node.left, node.right) if isinstance(node, Compared) else (node.value, node.low, node.high)
            units = [_unit_of(subject, side) for side in sides]
            unit, name = next((found for found in units if found[0]), ("", ""))
            for side in sides:
                literal = side.item if isinstance(side, (expression.Scaled, expression.Negative)) else side
                written = _WRITTEN_UNIT.fullmatch(literal.source) if isinstance(literal, Literal) else None
                if unit and written and _plain(written[1]) != _plain(unit):
                    what = f"'{name}' is kept in {unit}, and is compared in {written[1]}"
                    assert isinstance(literal, Literal)
                    yield Told(what, node.place, _in_unit(subject, node, literal, name, unit))
                    break


def _in_unit(subject: Subject, node: Node, literal: Literal, name: str, unit: str) -> str:
    """The hint: the same number in the unit of the finding, and the number converted, as far as they can be."""
    value, number = literal.value.exact, _NUMBER.match(literal.source)
    finding = subject.kb.findings.get(name)
    shown = "" if finding is not None and finding.bare_unit else f" {unit}{'s' if unit in _TIMES else ''}"
    if value is None or number is None or literal.source not in node.source:
        return f"write the number in {unit}"
    bounds = subject.logic.bounds.named(name)
    converted = Decimal(f"{value:.4g}")
    as_written = Decimal(number[0])
    possible = [one for one in (as_written, converted) if bounds.low <= abs(one) <= bounds.high]
    ways = [f"{one:f}{shown}" for one in dict.fromkeys(one.normalize() for one in possible)]
    said = [f"`{way}`" for way in ways]
    if len(ways) > 1:
        said = [f"{said[0]} if only the unit is wrong", f"{said[1]} if it is meant as it stands"]
    hint = f"write {' or '.join(said)}" if said else f"write the number in {unit}"
    if not number[0].startswith("-") and f"-{literal.source}" in node.source:
        return hint
    return Hint(hint, node.source, *(node.source.replace(literal.source, way, 1) for way in ways))


def _unit_of(subject: Subject, node: NumberNode) -> tuple[str, str]:
    inner = node.item if isinstance(node, expression.Scaled) else node
    if not isinstance(inner, Value):
        return "", ""
    entry = subject.kb.findings.get(inner.name) or subject.kb.quantities.get(inner.name)
    return (entry.unit, entry.id) if entry is not None else ("", "")


def _plain(unit: str) -> str:
    """A unit in the singular: `months` is `month`."""
    return unit[:-1] if unit.endswith("s") and len(unit) > 3 else unit

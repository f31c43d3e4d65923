"""Every small change of a rule that a worked case should notice: what an author might have written by mistake.

A number one step of its last written digit off, a time in another unit; one comparison, junction or negation the other
way, parentheses lost; a list read as it is now or as it ever was; one condition left out; the rule left out; another
strength, verb or target. Each changes one rule, or one shared threshold, and nothing else.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...knowledge_base.model import Intervention, KnowledgeBase, Rule, ThresholdEntry, ThresholdValue
from ...knowledge_base.verbs import BEHIND, VERBS
from ...premises import expression
from ...premises.expression import Node
from ...values.interval import exactly
from ...values.problems import Place
from . import misreadings
from .alteration import Graph

NUMBER, OPERATOR, CONDITION, RULE, STRENGTH, VERB, TARGET, DOSE = (
    "number",
    "operator",
    "condition",
    "rule",
    "strength",
    "verb",
    "target",
    "dose",
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `rule` becomes `changed` (None: it is left out), or a shared `threshold` or `intervention` another.

    `change` says it in words and is unique within the rule (or threshold) `owner`.
    """

    owner: str
    kind: str
    change: str
    place: Place
    rule: Rule | None = None
    changed: Rule | None = None
    threshold: ThresholdEntry | None = None
    intervention: Intervention | None = None

    @property
    def key(self) -> str:
        return f"{self.owner}: {self.change}"


def of(kb: KnowledgeBase) -> tuple[Mutant, ...]:
    """Every mutant of a knowledge base, in the order of its rules; always the same for the same contents."""
    found: list[Mutant] = []
    graph = Graph(kb)
    for rule in kb.rules.values():
        found += _distinct(_of_rule(graph, rule))
    for entry in kb.thresholds.values():
        found += _distinct(_of_threshold(entry))
    for intervention in kb.interventions.values():
        found += _distinct(_of_dose(intervention))
    return tuple(found)


def _distinct(mutants: Iterable[Mutant]) -> Iterator[Mutant]:
    """Changes that read alike, told apart by a number."""
    counts: dict[str, int] = {}
    for one in mutants:
        counts[one.change] = number = counts.get(one.change, 0) + 1
        yield one if number == 1 else dataclasses.replace(one, change=f"{one.change} ({number})")


def _of_rule(graph: Graph, rule: Rule) -> Iterator[Mutant]:
    for field in ("when", "formula"):
        written: Node | None = getattr(rule, field)
        if written is None:
            continue
        for path, part in parts(written):
            for kind, change, new in (*_of_part(part), *_misread(graph.kb, part)):
                exchanged: dict[str, Any] = {field: with_part(written, path, new)}
                changed = dataclasses.replace(rule, **exchanged)
                yield Mutant(rule.id, kind, change, _place(part, rule), rule, changed)
    if rule.when is not None and not isinstance(rule.when, _JOINED):
        bare = dataclasses.replace(rule, when=expression.Always())
        yield Mutant(rule.id, CONDITION, f"{_shown(rule.when)} left out", _place(rule.when, rule), rule, bare)
    yield Mutant(rule.id, RULE, "the rule left out", rule.place, rule, None)
    yield from _concluding_otherwise(graph, rule)
    for change, text in reworded(rule.dose) if rule.verb == "recommends" else ():  # no case says another
        place = rule.places.get("dose", rule.place)
        yield Mutant(rule.id, DOSE, f"{change} in the dose", place, rule, dataclasses.replace(rule, dose=text))


_JOINED = (expression.All, expression.AnyOf, expression.AtLeast, expression.Always)
"""Premises that lose their conditions one by one, or have none to lose."""


def _place(part: Node, rule: Rule) -> Place:
    return part.place if part.place.file else rule.place


def _shown(part: Node) -> str:
    return f"`{part.source}`" if part.source else "a condition"


# --- trees ------------------------------------------------------------------------------------------------------------

Path = tuple[tuple[str, int | None], ...]
"""The way from a tree to one of its parts: field by field, with the number in a field that holds several."""


def parts(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every part of a tree with the way to it, those inside `where` too."""
    yield path, node
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            yield from parts(value, (*path, (field.name, None)))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Node):
                    yield from parts(item, (*path, (field.name, index)))


def with_part(node: Node, path: Path, new: Node) -> Node:
    """The tree with one part replaced; all others are the same objects."""
    if not path:
        return new
    (name, index), *rest = path
    value = getattr(node, name)
    if index is None:
        inner: Any = with_part(value, tuple(rest), new)
    else:
        inner = (*value[:index], with_part(value[index], tuple(rest), new), *value[index + 1 :])
    return dataclasses.replace(node, **{name: inner})


# --- premises and formulas --------------------------------------------------------------------------------------------

Change = tuple[str, str, Node]
"""Its kind, in words, and what the part becomes."""

_FLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "!=", "!=": "="}


def _of_part(part: Node) -> Iterator[Change]:
    for kind, making in _MAKERS:
        if isinstance(part, kind):
            yield from making(part)


def _misread(kb: KnowledgeBase, part: Node) -> Iterator[Change]:
    for change, new in (*misreadings.now_or_ever(kb, part), *misreadings.parentheses_lost(part)):
        yield OPERATOR, f"{change} {_shown(part)}", new


def _comparison(part: expression.Compared) -> Iterator[Change]:
    other = _FLIPPED[part.operator]
    yield (
        OPERATOR,
        f"{part.operator} becomes {other} in {_shown(part)}",
        dataclasses.replace(part, operator=other, source=""),
    )
    for side in ("left", "right"):
        yield from _numbers_of(part, side)


def _within(part: expression.Within) -> Iterator[Change]:
    for side in ("low", "high"):
        yield from _numbers_of(part, side)


def _numbers_of(part: Node, side: str) -> Iterator[Change]:
    """The number written on one side of a comparison, a step off; told with the comparison it stands in."""
    literal = getattr(part, side)
    if isinstance(literal, expression.Literal):
        for text, new in (*_stepped(literal), *misreadings.in_another_time(literal)):
            exchanged: dict[str, Any] = {side: new}
            yield NUMBER, f"{text} in {_shown(part)}", dataclasses.replace(part, source="", **exchanged)


def _number_within(part: Node) -> Iterator[Change]:
    """A number written anywhere else: in sums, cases and formulas."""
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        items = value if isinstance(value, tuple) else (value,)
        for index, item in enumerate(items):
            if not isinstance(item, expression.Literal):
                continue
            for text, new in _stepped(item):
                inner: Any = (*items[:index], new, *items[index + 1 :]) if isinstance(value, tuple) else new
                where = f" in {_shown(part)}" if part.source else ""
                yield NUMBER, f"{text}{where}", dataclasses.replace(part, source="", **{field.name: inner})


_WRITTEN = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?")


def _stepped(literal: expression.Literal) -> Iterator[tuple[str, expression.Literal]]:
    """A written number, one step of its last digit lower and higher."""
    value = literal.value.exact
    match = _WRITTEN.match(literal.source)
    if value is None or match is None:
        return
    text = match.group().replace("−", "-").replace(",", "")
    if literal.unit == "date":
        for step in (-1, 1):
            yield f"{literal.source} becomes {step:+d} day", _with_value(literal, value + step)
        return
    written = Decimal(text)
    factor = value / written if written else Decimal(1)
    step_size = Decimal(1).scaleb(-len(text.partition(".")[2]))
    for new in (written - step_size, written + step_size):
        yield f"{text} becomes {new:f}", _with_value(literal, value + (new - written) * factor)


def _with_value(literal: expression.Literal, value: Decimal) -> expression.Literal:
    return dataclasses.replace(literal, value=exactly(value), source="")


def _junction(part: expression.All | expression.AnyOf) -> Iterator[Change]:
    if len(part.items) > 1:
        both, either = ("and", "or") if part.source else ("all", "any")
        if isinstance(part, expression.All):
            yield OPERATOR, f"{both} becomes {either}{_inside(part)}", expression.AnyOf(items=part.items, **_at(part))
        else:
            yield OPERATOR, f"{either} becomes {both}{_inside(part)}", expression.All(items=part.items, **_at(part))
    for index, item in enumerate(part.items):
        rest = (*part.items[:index], *part.items[index + 1 :])
        if rest:
            left = rest[0] if len(rest) == 1 else dataclasses.replace(part, items=rest, source="")
            yield CONDITION, f"{_shown(item)} left out", left


def _inside(part: Node) -> str:
    return f" in {_shown(part)}" if part.source else ""


def _at(part: Node) -> dict[str, Any]:
    return {"place": part.place}


def _count(part: expression.AtLeast) -> Iterator[Change]:
    for count in (part.count - 1, part.count + 1):
        if 1 <= count <= len(part.items):
            yield NUMBER, f"at least {part.count} becomes at least {count}", dataclasses.replace(part, count=count)
    for index, item in enumerate(part.items):
        rest = (*part.items[:index], *part.items[index + 1 :])
        if len(rest) >= part.count:
            yield CONDITION, f"{_shown(item)} left out", dataclasses.replace(part, items=rest, source="")


def _negation(part: expression.Not) -> Iterator[Change]:
    yield OPERATOR, f"not left out before {_shown(part.item)}", part.item


def _is(part: expression.Against | expression.OneOf) -> Iterator[Change]:
    before, after = ("is not", "is") if part.negated else ("is", "is not")
    changed = dataclasses.replace(part, negated=not part.negated, source="")
    yield OPERATOR, f"{before} becomes {after} in {_shown(part)}", changed


def _list(part: expression.Quantified) -> Iterator[Change]:
    if part.quantifier == "at_least":
        for count in (part.count - 1, part.count + 1):
            if count >= 1:
                change = f"at least {part.count} becomes at least {count} in {_shown(part)}"
                yield NUMBER, change, dataclasses.replace(part, count=count, source="")
    else:
        other = "no" if part.quantifier == "any" else "any"
        changed = dataclasses.replace(part, quantifier=other, source="")
        yield OPERATOR, f"{part.quantifier} becomes {other} in {_shown(part)}", changed
    yield from _whole_where(part)


def _whole_where(part: expression.Quantified | expression.Aggregate) -> Iterator[Change]:
    where = part.where
    if where is not None and not isinstance(where, (expression.All, expression.AnyOf)):
        yield CONDITION, f"{_shown(where)} left out", dataclasses.replace(part, where=None, source="")


def _points(part: expression.Points) -> Iterator[Change]:
    for index, (premise, points) in enumerate(zip(part.premises, part.points, strict=True)):
        exponent = points.as_tuple().exponent
        step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
        for new in (points - step, points + step):
            changed = (*part.points[:index], new, *part.points[index + 1 :])
            yield (
                NUMBER,
                f"{points:f} points become {new:f} for {_shown(premise)}",
                dataclasses.replace(part, points=changed),
            )


_MAKERS: tuple[tuple[Any, Any], ...] = (
    (expression.Compared, _comparison),
    (expression.Within, _within),
    ((expression.All, expression.AnyOf), _junction),
    (expression.AtLeast, _count),
    (expression.Not, _negation),
    ((expression.Against, expression.OneOf), _is),
    (expression.Quantified, _list),
    (expression.Aggregate, _whole_where),
    (expression.Points, _points),
    (
        (
            expression.Arithmetic,
            expression.Scaled,
            expression.Negative,
            expression.First,
            expression.Chosen,
            expression.Formula,
            expression.Aggregate,
            expression.Cases,
        ),
        _number_within,
    ),
)


# --- what is concluded ------------------------------------------------------------------------------------------------

_STRENGTHS = {"weak": ("moderate",), "moderate": ("weak", "strong"), "strong": ("moderate",)}


def _concluding_otherwise(graph: Graph, rule: Rule) -> Iterator[Mutant]:
    for strength in _STRENGTHS.get(rule.strength, ()):
        changed = dataclasses.replace(rule, strength=strength)
        place = rule.places.get("strength", rule.place)
        yield Mutant(rule.id, STRENGTH, f"{rule.strength} becomes {strength}", place, rule, changed)
    place = rule.places.get(rule.verb, rule.place)
    verb = VERBS[rule.verb].mistaken_for
    if verb is not None:
        changed = dataclasses.replace(rule, verb=verb, weight="major" if verb == "cautions" else rule.weight)
        if not graph.goes_round(changed):
            yield Mutant(rule.id, VERB, f"{rule.verb} becomes {verb}", place, rule, changed)
    if rule.level:
        levels = graph.kb.scales[rule.targets[0]].levels
        at = levels.index(rule.level)
        for level in (*levels[max(1, at - 1) : at], *levels[at + 1 : at + 2]):
            changed = dataclasses.replace(rule, level=level)
            yield Mutant(rule.id, TARGET, f"{rule.level} becomes {level}", place, rule, changed)
    elif rule.verb != "derives":
        for target in rule.targets:
            other = _instead(graph, rule, target)
            if other:
                changed = _aimed_at(rule, target, other)
                yield Mutant(rule.id, TARGET, f"{target} becomes {other}", place, rule, changed)


def _instead(graph: Graph, rule: Rule, target: str) -> str:
    """Another target that an author could have meant: of the same choice or kind, the next one in its order.

    None that would make the rule rest on its own conclusion.
    """
    kb = graph.kb
    if target in kb.interventions and rule.verb in BEHIND["intervention"]:
        own = kb.interventions[target]
        of_choice = [one.id for one in kb.interventions.values() if own.choice and one.choice == own.choice]
        candidates = (
            of_choice if len(of_choice) > 1 else [one.id for one in kb.interventions.values() if one.kind == own.kind]
        )
    else:
        known: Mapping[str, object] = {
            "sets": kb.states,
            "orders": kb.investigations,
            "alerts": kb.alerts,
        }.get(rule.verb, kb.conditions)
        if target not in known:
            return ""  # a class: what it stands for is knowledge, not this rule's
        candidates = list(known)
    taken = {*rule.targets, *rule.members}
    at = candidates.index(target)
    around = (*candidates[at + 1 :], *candidates[:at])
    free = (one for one in around if one not in taken)
    return next((one for one in free if not graph.goes_round(_aimed_at(rule, target, one))), "")


def _aimed_at(rule: Rule, target: str, other: str) -> Rule:
    return dataclasses.replace(
        rule,
        targets=tuple(other if one == target else one for one in rule.targets),
        members=tuple(other if one == target else one for one in rule.members),
    )


# --- doses and intervals ----------------------------------------------------------------------------------------------

_INTERVALS = {"day": "week", "week": "month", "month": "year", "year": "month"}
_COUNTS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"]
_IN_TEXT = re.compile(
    r"(?<![\w{.])(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)(?![\w}])"
    rf"|\b(?P<interval>{'|'.join(_INTERVALS)})(?=s?\b|ly\b)|\b(?P<count>{'|'.join(_COUNTS[:-1])})\b"
)


def reworded(text: str) -> Iterator[tuple[str, str]]:
    """Each number of a text a step of its last digit higher, each interval another; in words, and the text then."""
    for match in _IN_TEXT.finditer(text):
        before = match.group()
        if match["number"]:
            number = Decimal(before.replace(",", ""))
            exponent = number.as_tuple().exponent
            after = f"{number + Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0)):,f}"
        elif match["interval"]:
            after = _INTERVALS[before]
        else:
            after = _COUNTS[_COUNTS.index(before) + 1]
        yield f"{before} becomes {after}", f"{text[: match.start()]}{after}{text[match.end() :]}"


def _of_dose(intervention: Intervention) -> Iterator[Mutant]:
    for change, text in reworded(intervention.dose):
        place = intervention.places.get("dose", intervention.place)
        other = dataclasses.replace(intervention, dose=text)
        yield Mutant(intervention.id, DOSE, f"{change} in the dose", place, intervention=other)


# --- shared thresholds ------------------------------------------------------------------------------------------------


MOST_STEPS = 6
"""A threshold with more steps is a published table that stands in for a formula; its numbers are not cut-offs."""


def _of_threshold(entry: ThresholdEntry) -> Iterator[Mutant]:
    for at, dated in enumerate(entry.values):
        for text, changed in _dated(dated):
            values = (*entry.values[:at], changed, *entry.values[at + 1 :])
            place = entry.places.get("value", entry.place)
            yield Mutant(
                entry.id,
                NUMBER,
                f"the threshold's {text}",
                place,
                threshold=dataclasses.replace(entry, values=values),
            )


def _dated(dated: ThresholdValue) -> Iterator[tuple[str, ThresholdValue]]:
    if dated.value is not None:
        for new in _digit_off(dated.value):
            yield f"{dated.value:f} becomes {new:f}", dataclasses.replace(dated, value=new)
    for index, step in enumerate(dated.steps if len(dated.steps) <= MOST_STEPS else ()):
        for name in ("start", "value"):
            number: Decimal = getattr(step, name)
            for new in _digit_off(number):
                steps = list(dated.steps)
                steps[index] = dataclasses.replace(step, **{name: new})
                if _rising(steps):
                    which = f"step from {step.start:f}: " + ("from " if name == "start" else "")
                    yield f"{which}{number:f} becomes {new:f}", dataclasses.replace(dated, steps=tuple(steps))


def _rising(steps: Sequence[Any]) -> bool:
    return all(first.start < second.start for first, second in itertools.pairwise(steps))


def _digit_off(number: Decimal) -> tuple[Decimal, Decimal]:
    exponent = number.as_tuple().exponent
    step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
    return number - step, number + step

"""A premise or formula in plain words, and its denial.

`creatinine clearance is below 35 mL/min`, `medicines include a bisphosphonate`, `no broken bones in the last 3 months`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from typing import Any, Protocol

from ..values import dates
from ..values.interval import Interval, rounded
from .expression import (
    Against,
    Aggregate,
    All,
    Always,
    AnyOf,
    Applies,
    Arithmetic,
    AtLeast,
    Cases,
    Chosen,
    Compared,
    Contradicts,
    Extreme,
    Field,
    First,
    Formula,
    Given,
    Has,
    IsKnown,
    IsYes,
    Literal,
    MemberNumber,
    Negative,
    Node,
    Not,
    NumberNode,
    OneOf,
    Points,
    Proposition,
    Quantified,
    RangeEnd,
    Scaled,
    Shown,
    Since,
    Threshold,
    TruthNode,
    Value,
    Within,
)
from .formulas import BUILT
from .statuses import WORDS as STATUSES


class Labels(Protocol):
    """The labels of the names of a knowledge base."""

    def label(self, name: str) -> str:
        """Of a finding, quantity, state, scale, threshold or group."""

    def unit(self, name: str) -> str:
        """Of a finding, quantity or threshold; empty where people do not say it."""

    def member(self, name: str, member: str) -> str:
        """Of a member or class of a finding's choices, or of a field's (`fractures.cause`)."""

    def proposition(self, atom: str) -> str:
        """Of what rules conclude: `osteoporosis is diagnosed`."""

    def subject(self, name: str) -> str:
        """Of a condition, intervention or alert, or of a class of them."""


# --- numbers ----------------------------------------------------------------------------------------------------------

_TIMES = ("day", "week", "month", "year")
_SHOWN_PLACES = 4


def number(value: Decimal, cut_offs: Collection[Decimal] = ()) -> str:
    """A number as people write it: no exponent, no trailing zeros, no digits of a mere conversion.

    It stays on its side of each cut-off.
    """
    if value.is_infinite():
        return "infinity" if value > 0 else "-infinity"
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _SHOWN_PLACES and value:
        places = max(_SHOWN_PLACES, 2 - value.adjusted())
        value = rounded(value, places, cut_offs)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def interval(known: Interval, cut_offs: Collection[Decimal] = ()) -> str:
    """An interval as text: `-2.7`, `< -2.5`, `60..70`, `60 to under 70`."""
    low, high = (number(end, cut_offs) for end in (known.low, known.high))
    if known.exact is not None:
        return low
    if known.low.is_infinite() and known.high.is_infinite():
        return "any number"
    if known.low.is_infinite():
        return f"{'<' if known.high_open else '<='} {high}"
    if known.high.is_infinite():
        return f"{'>' if known.low_open else '>='} {low}"
    if known.low_open or known.high_open:
        return f"{'over ' if known.low_open else ''}{low} to {'under ' if known.high_open else ''}{high}"
    return f"{low}..{high}"


def amount(text: str, unit: str) -> str:
    """A number with its unit: `7 months`, `1 month`, `30%`."""
    single = unit.rstrip("s") if unit.rstrip("s") in _TIMES else ""
    if single:
        return f"{text} {single if text == '1' else single + 's'}"
    return f"{text}{'' if unit == '%' else ' '}{unit}" if unit else text


# --- premises ---------------------------------------------------------------------------------------------------------

_COMPARED = {"=": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}
_LABELS = re.compile(r"\b(?:is|has)\s+(?:not\s+)?\(?([\w\s]+?)\)?(?:\s+on\s.*)?$")
_MAX_LABELS = 4
_CURRENT = Not(item=Given(name="stopped"))
_VERBS = (" is not ", " is below ", " is above ", " is at most ", " is at least ", " is from ", " is ")
_AGO = {"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least ", "=": "", "!=": "other than "}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_REPORTED = {"status": "", "diagnosis": "diagnosis ", "alert": "alert ", "caution": "caution on "}
_NEGATABLE = re.compile(
    r"\b(is (?=diagnosed$|excluded$|wanted$|contraindicated$|at least )"
    r"|applies$|drives (?=bone loss$)|must wait$|should )"
)


def words(node: Node, labels: Labels) -> str:
    """A premise or formula in plain words."""
    return _Writer(labels).said(node)


def denial(node: TruthNode, labels: Labels) -> str:
    """The negation of a premise, in words."""
    return _Writer(labels).denied(node)


class _Writer:
    """Writes the parts of one premise; `row` is the list whose entries `where` is about."""

    def __init__(self, labels: Labels, row: str = "") -> None:
        self.labels = labels
        self.row = row

    def said(self, node: Node) -> str:
        return _SAID[type(node)](self, node)

    def denied(self, node: TruthNode) -> str:
        if isinstance(node, Not):
            return self.said(node.item)
        if isinstance(node, (All, AnyOf)):
            return self._joined(" or " if isinstance(node, All) else " and ", node.items, self.denied)
        if isinstance(node, AtLeast):
            return f"fewer than {node.count} of these: {'; '.join(map(self.said, node.items))}"
        if isinstance(node, (OneOf, Against)):
            return self._identified(node, not node.negated)
        if isinstance(node, Shown):
            return self._shown(node, not node.negated)
        if isinstance(node, IsKnown):
            return f"{self.labels.label(node.name)} is not known"
        if isinstance(node, Contradicts):
            return "no two values contradict"
        if isinstance(node, Has):
            labels = self._labels_of(node, node.name, node.members, article=True)
            return f"{self.labels.label(node.name)} do not include {labels}"
        if isinstance(node, Quantified):
            return self._quantified_denied(node)
        if isinstance(node, (IsYes, Given)):
            return f"not {self.said(node)}" if self.row else f"{self.said(node)}: no"
        if isinstance(node, (Proposition, Applies)):
            return _negated(self.labels.proposition(node.atom))
        return self._compared_denied(node)

    # --- junctions ----------------------------------------------------------------------------------------------------

    def _joined(self, joint: str, items: Iterable[TruthNode], say: Callable[[TruthNode], str]) -> str:
        return joint.join(f"({say(item)})" if _is_junction(item) else say(item) for item in items)

    def all(self, node: All) -> str:
        return self._joined(" and ", node.items, self.said)

    def any_of(self, node: AnyOf) -> str:
        return self._joined(" or ", node.items, self.said)

    def at_least(self, node: AtLeast) -> str:
        return f"at least {node.count} of these: {'; '.join(map(self.said, node.items))}"

    def negation(self, node: Not) -> str:
        return self.denied(node.item)

    # --- comparisons --------------------------------------------------------------------------------------------------

    def compared(self, node: Compared) -> str:
        left, right, operator = node.left, node.right, node.operator
        if isinstance(right, Since) and not isinstance(left, Since):
            left, right, operator = right, left, _TURNED[operator]
        if isinstance(left, Since):
            return f"{self.said(left.date)} is {_AGO[operator]}{self.said(right)} ago"
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right, operator = right, left, _TURNED[operator]
        if _is_date(right):
            before = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
            return f"{self.said(left)} {before.get(operator, _COMPARED[operator])} {self.said(right)}"
        return f"{self.said(left)} {_COMPARED[operator]} {self.said(right)}"

    def _compared_denied(self, node: TruthNode) -> str:
        """Of a comparison: `is not below`, never `is at least`, for it may be that it does not apply."""
        said = self.said(node)
        verb = next((verb for verb in _VERBS if said.count(verb) == 1), "")
        if not verb:
            return f"not: {said}"
        return said.replace(verb, " is " if verb == " is not " else verb.replace(" is ", " is not "))

    def within(self, node: Within) -> str:
        low, high = self.said(node.low), self.said(node.high)
        if (
            isinstance(node.low, Literal)
            and isinstance(node.high, Literal)
            and node.low.unit == node.high.unit != "date"
        ):
            low = interval(node.low.value)
        return f"{self.said(node.value)} is from {low} to {high}"

    def identified(self, node: OneOf | Against) -> str:
        return self._identified(node, node.negated)

    def _identified(self, node: OneOf | Against, negated: bool) -> str:
        verb = "is not" if negated else "is"
        if isinstance(node, Against):
            occasions = f" on {node.occasions} occasions" if node.occasions else ""
            return f"{self.labels.label(node.name)} {verb} {node.word}{occasions}"
        owner = f"{self.row}.{node.name}" if node.field else node.name
        subject = _plain(node.name) if node.field else self.labels.label(node.name)
        return f"{subject} {verb} {self._labels_of(node, owner, node.members)}"

    def is_yes(self, node: IsYes) -> str:
        return _plain(node.name) if node.field else self.labels.label(node.name)

    def given(self, node: Given) -> str:
        return "stopped" if node.name == "stopped" else f"{_plain(node.name)} is given"

    def shown(self, node: Shown) -> str:
        return self._shown(node, node.negated)

    def _shown(self, node: Shown, negated: bool) -> str:
        """A status of a query: `alendronate reads recommended or conditional`, `no bisphosphonate reads deferred`."""
        words = sorted(node.words, key=STATUSES[node.of].index)
        said = " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))).replace("_", " ")
        alone = node.subject in node.members
        amount = "" if alone else "no " if negated else "some "
        subject = f"{amount}{_REPORTED[node.of]}{self.labels.subject(node.subject)}"
        return f"{subject} {'does not read' if negated and alone else 'reads'} {said}"

    def _labels_of(self, node: Node, owner: str, members: frozenset[str], article: bool = False) -> str:
        """The labels the author wrote; where those are lost, the members. Classes may take an article."""
        match = _LABELS.search(node.source)
        written = [label.strip() for label in match[1].split(" or ")] if match else sorted(members)
        texts = [self.labels.member(owner, label) for label in written]
        if article:
            texts = [
                text if label in members else _with_article(text) for text, label in zip(texts, written, strict=True)
            ]
        if len(texts) > _MAX_LABELS:
            return f"one of {len(texts)}: {', '.join(texts[:3])}, ..."
        return " or ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))

    # --- lists --------------------------------------------------------------------------------------------------------

    def has(self, node: Has) -> str:
        return f"{self.labels.label(node.name)} include {self._labels_of(node, node.name, node.members, True)}"

    def quantified(self, node: Quantified) -> str:
        how_many = f"at least {node.count}" if node.quantifier == "at_least" else node.quantifier
        return f"{how_many} {self._entries(node.name, node.where)}"

    def _quantified_denied(self, node: Quantified) -> str:
        opposite = {"any": "no", "no": "any", "at_least": f"fewer than {node.count}"}[node.quantifier]
        return f"{opposite} {self._entries(node.name, node.where)}"

    def _entries(self, name: str, where: TruthNode | None, of: str = "{labels}") -> str:
        """The entries of a list: `broken bones in the last 3 months`, `current oral glucocorticoid`."""
        inside, label = _Writer(self.labels, name), self.labels.label(name)
        before: list[str] = []
        after: list[str] = []
        for part in () if where is None else where.items if isinstance(where, All) else (where,):
            if isinstance(part, OneOf) and part.name == "name" and not part.negated:
                labels = inside._labels_of(part, f"{name}.name", part.members)
                label = of.format(label=label, labels=labels)
            elif part == _CURRENT:
                before.append("current")
            else:
                after.append(inside._quality(part))
        return " ".join([*before, label, ", ".join(after)]).strip()

    def _quality(self, node: TruthNode) -> str:
        """The filter on entries of a list, in words: `in the last 3 months`, `not stopped`, `with site hip`."""
        if isinstance(node, Compared) and isinstance(node.left, Since) and isinstance(node.left.date, Field):
            date, time = node.left.date.name, self.said(node.right)
            begun = "" if date == "date" else f"{_plain(date)} "
            if node.operator in ("<", "<=") and isinstance(node.right, Literal):
                return f"{begun}in the last {time}"
            return f"{begun}{_AGO[node.operator]}{time} ago"
        if isinstance(node, OneOf) and node.field:
            return self._with(node, node.negated)
        if isinstance(node, Not) and isinstance(node.item, OneOf) and node.item.field:
            return self._with(node.item, not node.item.negated)
        if isinstance(node, Given) or (isinstance(node, Not) and isinstance(node.item, Given)):
            return self.said(node)
        if isinstance(node, Compared) and isinstance(node.left, Field) and not _is_date(node.right):
            return f"with {self.said(node.left)} {_COMPARED[node.operator].removeprefix('is ')} {self.said(node.right)}"
        return f"where {self._joined(' or ', (node,), self.said)}"

    def _with(self, node: OneOf, negated: bool) -> str:
        labels = self._labels_of(node, f"{self.row}.{node.name}", node.members)
        field = "" if node.name == "name" else f"with {_plain(node.name)} "
        return f"{field}{'other than ' if negated else ''}{labels}"

    # --- formulas -----------------------------------------------------------------------------------------------------

    def literal(self, node: Literal) -> str:
        if node.unit == "date":
            return dates.text(node.value)
        return amount(interval(node.value), node.unit)

    def value(self, node: Value | Threshold) -> str:
        return self.labels.label(node.name)

    def field(self, node: Field | MemberNumber) -> str:
        return _plain(node.name)

    def scaled(self, node: Scaled) -> str:
        return self.said(node.item)

    def negative(self, node: Negative) -> str:
        return f"-{self._operand(node.item)}"

    def arithmetic(self, node: Arithmetic) -> str:
        if isinstance(node.right, Literal) and not node.right.source and node.operator == "/":
            return self.said(node.left)
        sign = {"*": "×", "/": "÷", "-": "-", "+": "+"}[node.operator]
        return f"{self._operand(node.left)} {sign} {self._operand(node.right)}"

    def _operand(self, node: NumberNode) -> str:
        inner = node.item if isinstance(node, Scaled) else node
        converted = isinstance(inner, Arithmetic) and isinstance(inner.right, Literal) and not inner.right.source
        return f"({self.said(node)})" if isinstance(inner, Arithmetic) and not converted else self.said(node)

    def range_end(self, node: RangeEnd) -> str:
        return f"the {node.end} limit of {self.labels.label(node.name)}"

    def since(self, node: Since) -> str:
        return f"the time since {self.said(node.date)}"

    def first(self, node: First) -> str:
        return ", or else ".join(map(self.said, node.items))

    def extreme(self, node: Extreme) -> str:
        of = self.labels.label(node.group) if node.group else ", ".join(map(self.labels.label, node.names))
        return f"the {node.end} of {of}"

    def chosen(self, node: Chosen) -> str:
        return f"the {node.end} of {self.said(node.left)} and {self.said(node.right)}"

    def formula(self, node: Formula) -> str:
        of = [*map(self.said, node.arguments), *map(self.labels.label, node.names)]
        return f"{BUILT[node.name].citation} from {', '.join(of)}"

    def aggregate(self, node: Aggregate) -> str:
        of = self._entries(node.name, node.where, "{label} ({labels})")
        if node.item is None:
            return f"the number of {of}"
        item = _Writer(self.labels, node.name).said(node.item)
        return f"the {node.kind} of {item} over {of}"

    def cases(self, node: Cases) -> str:
        parts = [
            f"{self.said(value)} if {self.said(when)}" for when, value in zip(node.premises, node.values, strict=True)
        ]
        if node.otherwise is not None:
            parts.append(f"otherwise {self.said(node.otherwise)}")
        return "; ".join(parts)

    def points(self, node: Points) -> str:
        pairs = zip(node.points, node.premises, strict=True)
        return "the sum of " + "; ".join(f"{number(points)} if {self.said(when)}" for points, when in pairs)


def _is_junction(node: TruthNode) -> bool:
    while isinstance(node, Not):
        node = node.item
    return isinstance(node, (All, AnyOf))


def _plain(name: str) -> str:
    return {"age_at": "age at the time", "age_as_adult": "age at the time"}.get(name, name.replace("_", " "))


_NO_ARTICLE = re.compile(r"(?:an?|the|any|not)\b|[A-Z]|.*(?:[^s]s|ion|ure|ing|gen|therapy|ency)$")
_HEAD = re.compile(r"\s+(?:that|of|which|by|in|for|or|on|with)\b|[(,]")


def _with_article(text: str) -> str:
    """`a bisphosphonate`; none before plurals, abbreviations and what is not counted (heart failure)."""
    head = _HEAD.split(text)[0].strip()
    return text if _NO_ARTICLE.match(head) else f"{'an' if text[:1] in 'aeiou' else 'a'} {text}"


def _is_date(node: NumberNode) -> bool:
    return isinstance(node, Literal) and node.unit == "date"


def _negated(text: str) -> str:
    """`osteoporosis is not diagnosed`; of a state, whose label may be any phrase, `fragility fracture: no`."""
    negated, count = _NEGATABLE.subn(lambda match: _NEGATIONS[match[1].strip()], text, count=1)
    return negated if count else f"{text}: no"


_NEGATIONS = {
    "is": "is not ",
    "applies": "does not apply",
    "drives": "does not drive ",
    "must wait": "need not wait",
    "should": "need not ",
}

_SAID: dict[type[Node], Callable[[_Writer, Any], str]] = {
    Always: lambda writer, node: "always",
    All: _Writer.all,
    AnyOf: _Writer.any_of,
    AtLeast: _Writer.at_least,
    Not: _Writer.negation,
    Compared: _Writer.compared,
    Within: _Writer.within,
    Against: _Writer.identified,
    OneOf: _Writer.identified,
    IsYes: _Writer.is_yes,
    Given: _Writer.given,
    Has: _Writer.has,
    Quantified: _Writer.quantified,
    Proposition: lambda writer, node: writer.labels.proposition(node.atom),
    Shown: _Writer.shown,
    IsKnown: lambda writer, node: f"{writer.labels.label(node.name)} is known",
    Contradicts: lambda writer, node: "two values contradict",
    Applies: lambda writer, node: writer.labels.proposition(node.atom),
    Literal: _Writer.literal,
    Value: _Writer.value,
    Threshold: _Writer.value,
    Field: _Writer.field,
    MemberNumber: _Writer.field,
    Scaled: _Writer.scaled,
    Negative: _Writer.negative,
    Arithmetic: _Writer.arithmetic,
    RangeEnd: _Writer.range_end,
    Since: _Writer.since,
    First: _Writer.first,
    Extreme: _Writer.extreme,
    Chosen: _Writer.chosen,
    Formula: _Writer.formula,
    Aggregate: _Writer.aggregate,
    Cases: _Writer.cases,
    Points: _Writer.points,
}

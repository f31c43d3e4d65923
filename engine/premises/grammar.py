"""Reading a premise or formula: from an author's text to phrases with their positions, or to what is wrong with it.

The only module that knows lark, and it imports it only when a text is read: a consultation with a cached knowledge
base never does. Not one of lark's own messages reaches an author.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..values.frozen import frozen
from ..values.problems import Place, Problem
from . import mistakes
from .mistakes import Mistake

if TYPE_CHECKING:
    import lark

RESERVED = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "is",
        "has",
        "on",
        "occasion",
        "occasions",
        "any",
        "no",
        "at",
        "least",
        "where",
        "of",
        "over",
        "sum",
        "count",
        "highest",
        "lowest",
        "always",
    ]
)
"""Words of the language, which no name or label may be."""

MAX_DEPTH = 60


@frozen
class Phrase:
    """A part of the text, from offset `start` to `end`."""

    start: int
    end: int


@frozen
class Word(Phrase):
    """A name or label."""

    text: str


@frozen
class Junction(Phrase):
    """Conditions joined by one `word`: and, or."""

    word: str
    items: tuple[Phrase, ...]


@frozen
class Negation(Phrase):
    item: Phrase


@frozen
class Comparison(Phrase):
    """Two sides and an operator; more of both where an author chained them."""

    sides: tuple[Phrase, ...]
    operators: tuple[str, ...]


@frozen
class Membership(Phrase):
    """`value in low..high`."""

    value: Phrase
    low: Phrase
    high: Phrase


@frozen
class Identity(Phrase):
    """`subject is [not] (a or b) [on N occasions]`."""

    subject: Phrase
    labels: tuple[Word, ...]
    negated: bool
    occasions: str


@frozen
class Holding(Phrase):
    """`subject has (a or b)`."""

    subject: Phrase
    labels: tuple[Word, ...]


@frozen
class Entries(Phrase):
    """`any|no|at least N name [where (...)]`; `quantifier` is any, no, at_least."""

    quantifier: str
    count: str
    name: Word
    where: Phrase | None


@frozen
class Operation(Phrase):
    operator: str
    left: Phrase
    right: Phrase


@frozen
class Minus(Phrase):
    item: Phrase


@frozen
class Digits(Phrase):
    """A number as written, and its unit."""

    number: str
    unit: str


@frozen
class DateText(Phrase):
    text: str


@frozen
class Call(Phrase):
    function: Word
    arguments: tuple[Phrase, ...]


@frozen
class Gathering(Phrase):
    """`sum|highest|lowest of item over name [where (...)]`, `count of name [where (...)]`."""

    kind: str
    item: Phrase | None
    name: Word
    where: Phrase | None


def place_at(text: str, place: Place, offset: int) -> Place:
    """The place of an offset in a text that begins at `place`."""
    before = text[:offset]
    line = place.line + before.count("\n") if place.line else 0
    if not place.column:
        return Place(place.file, line, 0)
    column = place.column + offset if "\n" not in before else offset - before.rfind("\n")
    return Place(place.file, line, column)


def parse(text: str, place: Place) -> tuple[Phrase | None, list[Problem]]:
    """The phrase a text is, or every problem with its writing; never both, never neither."""
    phrase, found = _read(text)
    return phrase, [
        Problem(mistake.code, mistake.what, place_at(text, place, mistake.start), hint=mistake.hint)
        for mistake in found
    ]


def _read(text: str) -> tuple[Phrase | None, list[Mistake]]:
    if not text.strip():
        return None, [
            Mistake("OL209", 0, "nothing is written here", "write a premise, or `always` where there is none")
        ]
    if len(text) > mistakes.MAX_LENGTH:
        return None, [
            Mistake(
                "OL215",
                0,
                f"more than {mistakes.MAX_LENGTH} characters",
                "split it into states with names of their own",
            )
        ]
    found = mistakes.foreign(text)
    if found:
        return None, found
    tree_or_stop = _tree(text)
    if isinstance(tree_or_stop, int):
        return None, mistakes.misread(text, tree_or_stop)
    try:
        return _phrase(tree_or_stop, 0), []
    except _TooDeepError:
        return None, [
            Mistake("OL215", 0, f"nested more than {MAX_DEPTH} deep", "split it into states with names of their own")
        ]


@functools.cache
def _parser() -> lark.Lark:
    import lark

    grammar = Path(__file__).with_name("premise.lark").read_text(encoding="utf-8")
    return lark.Lark(grammar, parser="lalr", lexer="contextual", propagate_positions=True, maybe_placeholders=False)


def _tree(text: str) -> Any:
    """The tree lark reads, or the offset at which it stopped."""
    import lark

    try:
        return _parser().parse(text).children[0]
    except lark.exceptions.UnexpectedCharacters as stopped:
        return stopped.pos_in_stream
    except lark.exceptions.UnexpectedToken as stopped:
        return len(text) if stopped.token.type == "$END" else stopped.token.start_pos


class _TooDeepError(Exception):
    """The phrase is nested deeper than anyone can read."""


def _phrase(tree: Any, depth: int) -> Phrase:
    if depth > MAX_DEPTH:
        raise _TooDeepError
    return _BUILDERS[tree.data](tree, depth + 1, {"start": tree.meta.start_pos, "end": tree.meta.end_pos})


def _word(token: Any) -> Word:
    return Word(text=str(token), start=token.start_pos, end=token.end_pos)


def _labels(tree: Any) -> tuple[Word, ...]:
    return tuple(_word(token) for token in tree.children)


def _where(tree: Any, depth: int) -> Phrase | None:
    last = tree.children[-1]
    return _phrase(last.children[0], depth) if getattr(last, "data", "") == "where" else None


def _junction(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    items = tuple(_phrase(child, depth) for child in tree.children)
    return Junction(word=tree.data.rstrip("_"), items=items, **span)


def _negation(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    return Negation(item=_phrase(tree.children[0], depth), **span)


def _comparison(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    sides = tuple(_phrase(child, depth) for child in tree.children[::2])
    return Comparison(sides=sides, operators=tuple(str(token) for token in tree.children[1::2]), **span)


def _membership(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    value, low, high = (_phrase(child, depth) for child in tree.children)
    return Membership(value=value, low=low, high=high, **span)


def _identity(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    subject, *rest = tree.children
    negated = getattr(rest[0], "type", "") == "NEGATED"
    label, *occasions = rest[1:] if negated else rest
    return Identity(
        subject=_phrase(subject, depth),
        labels=_labels(label),
        negated=negated,
        occasions=str(occasions[0]) if occasions else "",
        **span,
    )


def _holding(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    return Holding(subject=_phrase(tree.children[0], depth), labels=_labels(tree.children[1]), **span)


def _entries(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    first, name = tree.children[:2]
    quantifier = "at_least" if tree.data == "at_least" else str(first)
    count = str(first) if quantifier == "at_least" else "1"
    return Entries(quantifier=quantifier, count=count, name=_word(name), where=_where(tree, depth), **span)


def _operation(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    left, operator, right = tree.children
    return Operation(operator=str(operator), left=_phrase(left, depth), right=_phrase(right, depth), **span)


def _minus(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    return Minus(item=_phrase(tree.children[1], depth), **span)


def _digits(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    number, *unit = tree.children
    return Digits(number=str(number), unit=str(unit[0]) if unit else "", **span)


def _date(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    return DateText(text=str(tree.children[0]), **span)


def _name(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    return _word(tree.children[0])


def _call(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    function, *arguments = tree.children
    return Call(function=_word(function), arguments=tuple(_phrase(child, depth) for child in arguments), **span)


def _gathering(tree: Any, depth: int, span: dict[str, int]) -> Phrase:
    kind = str(tree.children[0])
    item, name = (None, tree.children[1]) if kind == "count" else (_phrase(tree.children[1], depth), tree.children[2])
    return Gathering(kind=kind, item=item, name=_word(name), where=_where(tree, depth), **span)


_BUILDERS: dict[str, Callable[[Any, int, dict[str, int]], Phrase]] = {
    "or_": _junction,
    "and_": _junction,
    "negation": _negation,
    "comparison": _comparison,
    "membership": _membership,
    "identity": _identity,
    "holding": _holding,
    "quantified": _entries,
    "at_least": _entries,
    "arithmetic": _operation,
    "negative": _minus,
    "number": _digits,
    "date": _date,
    "name": _name,
    "call": _call,
    "aggregate": _gathering,
}

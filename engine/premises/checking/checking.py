"""From what an author wrote to a premise whose names, types and units are known, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeVar

from ...values.frozen import ordered
from ...values.problems import Level, Place, Problem
from ...values.units import UnitTable
from ..expression import All, Always, AnyOf, AtLeast, Node, Not, NumberNode, TruthNode
from ..grammar import Phrase, parse
from ..vocabulary import Vocabulary
from .truths import Truths, complements
from .units import Target

CODES = {
    "OL104": "a name, label or function that the knowledge base does not have",
    "OL201": "writing that cannot be read: a sign, word or parenthesis is missing, foreign or out of place",
    "OL202": "an operator used for what another is for: `is` is for labels, `=` and `<` for numbers, `has` for lists",
    "OL203": "a number without its unit",
    "OL204": "a unit that is unknown, or measures something else",
    "OL205": "a name that is both a field of a list and a name of its own",
    "OL206": "a name, number or condition of the wrong kind",
    "OL207": "a class none of whose members has a rule of this kind",
    "OL208": "a conclusion that no rule ever draws: false for want of a rule would be a guess",
    "OL209": "a premise that is the same for every patient: a constant, an empty list or range, a count out of bounds",
    "OL210": "a comparison with a reference range that nobody gave (warning)",
    "OL211": "a list inside a list",
    "OL212": "a conclusion of rules where only findings and quantities may be read",
    "OL213": "a condition joined to its own opposite (warning)",
    "OL214": "the wrong number or kind of arguments",
    "OL215": "a premise too long or too deep for a reader",
    "OL216": "what a report says, read where a rule would rest on itself",
    "OL217": "`and` and `or` mixed without parentheses (warning)",
    "OL218": "a date read alone, which says only that it is known (warning)",
}
"""The codes of problems in premises, each with its meaning in one line."""


@ordered
class Written:
    """One premise as text; `place` is where its first character stands."""

    text: str
    place: Place


COUNTED: Mapping[str, str] = {"at least": "At least so many of these."}
"""The joints that count the premises below them, as `at least 2 of`, with what authors are told of each."""


@ordered
class Listed:
    """Premises under a key: `kind` is all, any, not or one of `COUNTED` (with its `count`)."""

    kind: str
    items: tuple[Structure, ...]
    place: Place
    count: int = 0


Structure: TypeAlias = "Written | Listed | TruthNode"
"""A premise as written: text, a list, or a part that has been checked already."""

_MAX_DEPTH = 30
_N = TypeVar("_N", bound=Node)


def check_premise(
    text: str,
    place: Place,
    vocabulary: Vocabulary,
    units: UnitTable,
    *,
    propositions: bool = True,
    statuses: bool = False,
) -> tuple[TruthNode | None, list[Problem]]:
    """The premise that a text is, and every problem with it; None exactly when one of them is an error.

    Args:
        place: Where the first character of the text stands.
        propositions: Whether states, scales and `diagnosed(x)` may be read; not in `applies`, `assumed`, ranges and
            the cases of a quantity, which come before all rules.
        statuses: Whether `status(x)` and its like may be read: in queries, which come after all rules.
    """
    if text.strip() == "always":
        return Always(place=place, source="always"), []
    phrase, problems = parse(text, place)
    if phrase is None:
        return None, problems
    checker = Truths(text, place, vocabulary, units, propositions=propositions, statuses=statuses)
    return _settled(checker.truth(phrase), checker.problems)


def check_formula(
    text: str, place: Place, vocabulary: Vocabulary, units: UnitTable, unit: str, analyte: str = ""
) -> tuple[NumberNode | None, list[Problem]]:
    """The formula that a text is, its result in `unit`, and every problem with it."""
    phrase, problems = parse(text, place)
    if phrase is None:
        return None, problems
    checker = Truths(text, place, vocabulary, units, propositions=False)
    return _settled(_result(checker, phrase, unit, analyte), checker.problems)


def _result(checker: Truths, phrase: Phrase, unit: str, analyte: str) -> NumberNode | None:
    typed = checker.number(phrase)
    if typed is None:
        return None
    if typed.date:
        what = f"`{checker.written(phrase)}` is a date; a quantity is a number"
        checker.wrong("OL206", phrase, what, "write `since(date)`")
        return None
    return checker.into(typed, Target(checker.unit_of(unit, analyte), unit, analyte))


def check_tree(
    structure: Structure,
    vocabulary: Vocabulary,
    units: UnitTable,
    *,
    propositions: bool = True,
    statuses: bool = False,
) -> tuple[TruthNode | None, list[Problem]]:
    """The premise that a list under `all:`, `any:`, `not:` or `at least N of:` is; lists may nest."""
    allowed = {"propositions": propositions, "statuses": statuses}
    if isinstance(structure, Written):
        return check_premise(structure.text, structure.place, vocabulary, units, **allowed)
    if isinstance(structure, TruthNode):
        return structure, []
    problems: list[Problem] = []
    node = _listed(structure, vocabulary, units, allowed, problems, 0)
    return _settled(node, problems)


def _listed(
    structure: Structure,
    vocabulary: Vocabulary,
    units: UnitTable,
    allowed: dict[str, bool],
    problems: list[Problem],
    depth: int,
) -> TruthNode | None:
    if isinstance(structure, (Written, TruthNode)):
        node, found = check_tree(structure, vocabulary, units, **allowed)
        problems.extend(found)
        if isinstance(node, Always):
            problems.append(Problem("OL209", "`always` stands alone", structure.place, hint="leave it out"))
            return None
        return node
    if depth > _MAX_DEPTH:
        what = f"lists nested more than {_MAX_DEPTH} deep"
        problems.append(Problem("OL215", what, structure.place, hint="split it into states with names of their own"))
        return None
    counted = list(_miscounted(structure))
    problems.extend(counted)
    items = [_listed(item, vocabulary, units, allowed, problems, depth + 1) for item in structure.items]
    checked = [item for item in items if item is not None]
    if counted or len(checked) < len(items):
        return None
    problems.extend(_opposites(structure, checked))
    return _joined(structure, tuple(checked))


def _miscounted(structure: Listed) -> Iterable[Problem]:
    count, place = len(structure.items), structure.place
    if not count:
        yield Problem("OL209", f"`{_key(structure)}` without a premise", place, hint="write one a line below it")
    elif structure.kind == "not" and count > 1:
        hint = "write `not:` with one premise, or with `any:` or `all:` below it"
        yield Problem("OL209", f"`not:` takes one premise, not {count}", place, hint=hint)
    elif structure.kind in COUNTED and not 1 <= structure.count <= count:
        what = f"`{_key(structure)}` has {count} premise{'' if count == 1 else 's'}"
        always = "always true" if structure.count < 1 else "never true"
        yield Problem("OL209", f"{what}: {always}", place, hint=f"a number from 1 to {count} is expected")


def _key(structure: Listed) -> str:
    return f"{structure.kind} {structure.count} of:" if structure.kind in COUNTED else f"{structure.kind}:"


def _opposites(structure: Listed, items: list[TruthNode]) -> Iterable[Problem]:
    if structure.kind not in ("all", "any"):
        return
    for first, second in complements(items):
        what = f"`{first.source}` and `{second.source}` are opposites"
        hint = f"under one `{_key(structure)}` they say nothing about a patient"
        yield Problem("OL213", what, second.place, Level.WARNING, hint)


def _joined(structure: Listed, items: tuple[TruthNode, ...]) -> TruthNode:
    place = structure.place
    if structure.kind == "not":
        return Not(item=items[0], place=place, source=f"not {_bracketed(items[0])}")
    if structure.kind == "at least":
        source = f"at least {structure.count} of ({'; '.join(item.source for item in items)})"
        return AtLeast(count=structure.count, items=items, place=place, source=source)
    if len(items) == 1:
        return items[0]
    if structure.kind == "all":
        return All(items=items, place=place, source=" and ".join(map(_bracketed, items)))
    return AnyOf(items=items, place=place, source=" or ".join(map(_bracketed, items)))


def _bracketed(node: Node) -> str:
    return f"({node.source})" if isinstance(node, (All, AnyOf)) else node.source


def _settled(node: _N | None, problems: list[Problem]) -> tuple[_N | None, list[Problem]]:
    """Problems in order, each once; no node beside an error."""
    unique = sorted(dict.fromkeys(problems), key=lambda problem: problem.sort_key)
    failed = any(problem.level is Level.ERROR for problem in unique)
    return (None if failed else node), unique

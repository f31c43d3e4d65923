"""Readers of values: what may stand after a key (a text, a number, ids, a range), with a problem for anything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from ....values import dates
from ....values.interval import INFINITY, Interval
from ....values.problems import Hint, Level, Place, Problem, did_you_mean, instead, meant, nearest
from ...files.nodes import ListNode, MapNode, Node, Text, describe, shortened
from ...model import Cited

SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
ROW_NAME = re.compile(r"[A-Z]\d[0-9A-Z]{0,2}")
NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,18})?")
EVIDENCE = ("verified", "secondary", "unverified")
"""The degrees to which an entry was checked against its source."""
_RANGE = re.compile(r"(-?\d{1,15}(?:\.\d{1,18})?)?\s*\.\.\s*(-?\d{1,15}(?:\.\d{1,18})?)?")
_SEVERAL = re.compile(r"text|\{|entries|mapping|list|premise|formula")
"""Words for values that are more than a word, a number or a date."""
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Reference(NamedTuple):
    """An id that an entry points to; `kind` is what it must be the id of."""

    kind: str
    id: str
    place: Place
    owner: str = ""


@dataclass(slots=True)
class Desk:
    """The context of reading: collects problems, and ids that must exist in the end."""

    problems: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    owner: str = ""

    def say(
        self,
        code: str,
        what: str,
        place: Place,
        hint: str = "",
        elsewhere: Place | None = None,
        level: Level = Level.ERROR,
    ) -> None:
        self.problems.append(Problem(code, what, place, level, hint, "", elsewhere))

    def refer(self, kind: str, text: Text) -> None:
        self.references.append(Reference(kind, text.value, text.at(0) if text.raw else text.place, self.owner))

    def wrong(self, node: Node, key: str, wanted: str, hint: str = "") -> None:
        """Say that `key` wants something else than what stands there."""
        if isinstance(node, Text) and not node.value and not node.style:
            self.say("OL107", f"'{key}' has no value; it takes {wanted}", node.place, hint)
            return
        if not hint and isinstance(node, ListNode) and len(node.items) == 1 and not _SEVERAL.search(wanted):
            alone = node.items[0].value if isinstance(node.items[0], Text) else ""
            hint = instead(f"[{alone}]", alone, f"write '{alone}' without the brackets") if alone else ""
        if not hint and isinstance(node, (ListNode, MapNode)) and "text" in wanted:
            hint = "put a text that starts with [ or { between double quotes"
        self.say("OL107", f"'{key}' takes {wanted}, not {describe(node)}", node.place, hint)


Read = Callable[[Node, str, Desk], Any]
"""Reads the value of a key; None where it is not what the key takes, after saying so."""


def text(node: Node, key: str, desk: Desk) -> str | None:
    if isinstance(node, Text) and node.value.strip():
        return node.value.strip() if node.style in ("|", ">") else " ".join(node.value.split())
    desk.wrong(node, key, "a text")
    return None


def template(node: Node, key: str, desk: Desk) -> str | None:
    """A text that may print values: `{creatinine_clearance}`; a `{{` is a brace."""
    value = text(node, key, desk)
    if value is None or not isinstance(node, Text):
        return None
    for match in _BRACES.finditer(node.value):
        if match.group() in ("{{", "}}"):
            continue
        name = match.group(1)
        place = node.at(match.start() + 1)
        if name is None:
            desk.say("OL120", f"a single '{match.group()}' in a text", node.at(match.start()), "write it twice: {{ }}")
        elif not SNAKE.fullmatch(name):
            hint = "name one finding, quantity or threshold; work it out in a quantity"
            desk.say("OL120", f"'{{{shortened(name)}}}' is no name", place, hint)
        else:
            desk.refer("printable", Text(name, place))
    return value


def identifier(kind: str) -> Read:
    """One id of that kind."""

    def read(node: Node, key: str, desk: Desk) -> str | None:
        if isinstance(node, Text) and node.value.strip():
            desk.refer(kind, node)
            return node.value
        desk.wrong(node, key, f"the id of {article(kind)}")
        return None

    return read


def identifiers(kind: str) -> Read:
    """One id, or a list of ids, of that kind."""

    def read(node: Node, key: str, desk: Desk) -> tuple[str, ...] | None:
        items = node.items if isinstance(node, ListNode) else (node,)
        found: dict[str, Place] = {}
        for item in items:
            if not isinstance(item, Text) or not item.value.strip():
                desk.wrong(item, key, f"ids of {kind} entries")
            elif item.value in found:
                desk.say("OL103", f"'{item.value}' is listed twice", item.place, "keep one", found[item.value])
            else:
                found[item.value] = item.place
                desk.refer(kind, item)
        if not items:
            desk.wrong(Text("", node.place), key, f"ids of {kind} entries")
        return tuple(found) or None

    return read


def words(node: Node, key: str, desk: Desk) -> tuple[str, ...] | None:
    """One text, or a list of texts."""
    items = node.items if isinstance(node, ListNode) else (node,)
    found: dict[str, Place] = {}
    for item in items:
        word = text(item, key, desk)
        if word is not None and word in found:
            desk.say("OL103", f"'{shortened(word)}' is listed twice", item.place, "keep one", found[word])
        elif word is not None:
            found[word] = item.place
    return tuple(found)


def one_of(*allowed: str) -> Read:
    def read(node: Node, key: str, desk: Desk) -> str | None:
        if isinstance(node, Text) and node.value in allowed:
            return node.value
        hint = did_you_mean(node.value, allowed) if isinstance(node, Text) else ""
        if not hint and isinstance(node, Text) and node.value and not node.style and 1 < len(allowed) <= _FEW:
            hint = Hint("write one of them", node.value, *allowed)
        desk.wrong(node, key, listed(allowed), hint)
        return None

    return read


_FEW = 4
"""So many words are offered in place of one that is none of them."""


def several_of(*allowed: str) -> Read:
    """One of these words, or a list of them."""

    def read(node: Node, key: str, desk: Desk) -> tuple[str, ...] | None:
        items = node.items if isinstance(node, ListNode) else (node,)
        found = (one_of(*allowed)(item, key, desk) for item in items)
        return tuple(one for one in found if one is not None) or None

    return read


def yes_no(node: Node, key: str, desk: Desk) -> bool | None:
    if isinstance(node, Text) and node.value in ("yes", "no"):
        return node.value == "yes"
    words = {"true": "yes", "on": "yes", "false": "no", "off": "no"}
    word = words.get(node.value.lower(), "") if isinstance(node, Text) else ""
    desk.wrong(node, key, "yes or no", instead(node.value, word) if isinstance(node, Text) and word else "")
    return None


def number(node: Node, key: str, desk: Desk) -> Decimal | None:
    if isinstance(node, Text) and NUMBER.fullmatch(node.value):
        return Decimal(node.value)
    hint = ""
    if isinstance(node, Text) and (plain := node.value.translate(_PLAIN)) != node.value and NUMBER.fullmatch(plain):
        hint = instead(node.value, plain)
    elif isinstance(node, Text) and re.fullmatch(r"-?[\d.]+[eE][+-]?\d+|-?\.\d+|-?\d+\.|\+\d.*", node.value):
        hint = "write it out in digits"
    elif isinstance(node, Text) and (match := re.match(r"(-?\d+(?:\.\d+)?)\s*[^\d\s.]", node.value)):
        hint = instead(node.value, match[1], "leave the unit out; it stands in 'unit'")
    desk.wrong(node, key, "a number", hint)
    return None


_PLAIN = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-", ",": "."})
"""Signs of a word processor, and a decimal comma, as they are written in a number."""


def whole(node: Node, key: str, desk: Desk) -> int | None:
    if isinstance(node, Text) and re.fullmatch(r"\d{1,6}", node.value):
        return int(node.value)
    desk.wrong(node, key, "a whole number")
    return None


def age(node: Node, key: str, desk: Desk) -> int | None:
    """`1 year`, `18 months`, or `never`: in months, 0 for never."""
    match = re.fullmatch(r"(\d{1,3}) (month|year)s?", node.value.strip()) if isinstance(node, Text) else None
    if match is not None and int(match.group(1)):
        return int(match.group(1)) * (12 if match.group(2) == "year" else 1)
    if isinstance(node, Text) and node.value.strip() == "never":
        return 0
    desk.wrong(node, key, "a time such as 1 year or 18 months, or never")
    return None


_END = r"-?\d+(?:\.\d+)?"


def interval(node: Node, key: str, desk: Desk) -> Interval | None:
    """`2.2..2.6`, `..130`, `30..`: both ends in."""
    match = _RANGE.fullmatch(node.value.strip()) if isinstance(node, Text) else None
    if match is None or (match.group(1) is None and match.group(2) is None):
        hint = ""
        if isinstance(node, Text) and (ends := re.fullmatch(rf"({_END})\s*(?:-|–|to)\s*({_END})", node.value)):
            hint = instead(node.value, f"{ends[1]}..{ends[2]}", "write two dots between the ends")
        elif isinstance(node, Text) and re.search(r"\d\s*[A-Za-z%]", node.value):
            hint = "leave the unit out; it stands in 'unit'"
        desk.wrong(node, key, "a range such as 2.2..2.6, ..130 or 30..", hint)
        return None
    low = Decimal(match.group(1)) if match.group(1) else -INFINITY
    high = Decimal(match.group(2)) if match.group(2) else INFINITY
    if low > high:
        turned = instead(match.group().strip(), f"{match.group(2)}..{match.group(1)}", "lower end first")
        desk.say("OL107", f"the range {match.group().strip()} ends before it begins", node.place, turned)
        return None
    return Interval(low, high, low.is_infinite(), high.is_infinite())


def date(node: Node, key: str, desk: Desk) -> str | None:
    if isinstance(node, Text) and dates.partial(node.value) is not None:
        return node.value
    desk.wrong(node, key, "a date such as 2026-03-01")
    return None


def cited(node: Node, key: str, desk: Desk) -> tuple[Cited, ...] | None:
    """`[nogg-2024, demineralization A14]`: a source id, then where in it."""
    items = node.items if isinstance(node, ListNode) else (node,)
    found: list[Cited] = []
    for item in items:
        if not isinstance(item, Text) or not item.value.strip():
            desk.wrong(item, key, "source ids, each with where in it: [nogg-2024, demineralization A14]")
            continue
        if node is item and re.search(r", *[a-z0-9]+-", item.value):
            hint = instead(item.value, f"[{item.value}]", f"several stand in a list: [{item.value}]")
            desk.say("OL107", f"'{key}' has several sources in one text", item.place, hint)
            return None
        source, _, where = item.value.strip().partition(" ")
        desk.refer("source", Text(source, item.at(0) if item.raw else item.place))
        if Cited(source, where.strip()) in found:
            desk.say("OL103", f"'{item.value}' is listed twice", item.place, "keep one")
        else:
            found.append(Cited(source, where.strip()))
    if not items:
        desk.wrong(Text("", node.place), key, "source ids")
    return tuple(found) or None


def row_names(node: Node, key: str, desk: Desk) -> tuple[str, ...] | None:
    """Rows of the reference table and statements of the founding articles: `[E041, A14]`."""
    named = words(node, key, desk)
    alone = node.value if isinstance(node, Text) and not node.style else ""
    several = [] if ROW_NAME.fullmatch(alone) else [part for part in re.split(r"[\s,\[\]]+", alone) if part]
    if several and all(ROW_NAME.fullmatch(part) for part in several):
        hint = instead(alone, f"[{', '.join(several)}]")
        desk.say("OL107", f"'{key}' has several rows in one text", node.place, hint)
        return None
    strange = next((name for name in named or () if not ROW_NAME.fullmatch(name)), None)
    if strange is not None:
        desk.wrong(Text(strange, node.place), key, "rows such as E041, and statements such as A14")
        return None
    return named


def codes(node: Node, key: str, desk: Desk) -> dict[str, tuple[str, ...]] | None:
    if not isinstance(node, MapNode):
        desk.wrong(node, key, "code systems: {loinc: [..], snomed: [..]}")
        return None
    return {system.value: words(value, system.value, desk) or () for system, value in node.pairs}


def texts(*allowed: str) -> Read:
    """A mapping of keys to texts; any keys where none are listed."""

    def read(node: Node, key: str, desk: Desk) -> dict[str, str] | None:
        if not isinstance(node, MapNode):
            desk.wrong(node, key, "a mapping of " + (listed(allowed) if allowed else "names") + " to texts")
            return None
        found: dict[str, str] = {}
        for name, value in node.pairs:
            if allowed and name.value not in allowed:
                unknown_key(name, allowed, desk, f"in '{key}'")
                continue
            words_found = text(value, name.value, desk)
            if words_found is not None:
                found[name.value] = words_found
        return found

    return read


def numbers(node: Node, key: str, desk: Desk) -> dict[str, Decimal] | None:
    """A mapping of names to numbers."""
    if not isinstance(node, MapNode):
        desk.wrong(node, key, "a mapping of names to numbers")
        return None
    found: dict[str, Decimal] = {}
    for name, value in node.pairs:
        read = number(value, name.value, desk)
        if read is not None:
            found[name.value] = read
    return found


def unknown_key(key: Text, allowed: Iterable[str], desk: Desk, where: str) -> str:
    """Say so; the key that was meant, if it can be told."""
    known = sorted(allowed)
    if key.value == "codes" and "loinc" not in known:
        hint = "codes have a place of their own: write a list of this id in knowledge/codes, `id: {loinc: [...]}`"
        desk.say("OL101", f"unknown key 'codes' {where}", key.place, hint)
        return ""
    few = f"known: {', '.join(known)}" if len(known) <= 12 else ""
    if (
        not few
        and (KEBAB if "-" in key.value else SNAKE).fullmatch(key.value)
        and ("-" in key.value or "_" in key.value)
    ):
        few = "if it is the id of an entry of its own, begin it in column 1"
    match = nearest(key.value, known)
    what = f"unknown key '{shortened(key.value)}' {where}"
    desk.say("OL101", what, key.place, meant(key.value, match) if match else few)
    return match or ""


def listed(choices: Iterable[str]) -> str:
    items = list(choices)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


def article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"

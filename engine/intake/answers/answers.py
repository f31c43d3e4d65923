"""Answers: what a person or a file says of one finding, read into what is known of it, and written back."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Iterator
from decimal import Decimal

from ...knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from ...knowledge_base.files.nodes import describe as node_text
from ...knowledge_base.model import Finding, KnowledgeBase, Quantity
from ...values import history
from ...values.patterns import lazily
from ...values.problems import Place, Problem, Refused, did_you_mean, instead
from ...values.value import Choice, Day, Gap, Known, Measurement, Number
from . import choices, dates, lists, numbers, writing
from .sheet import Measured, Sheet, clipped, folded, gap_of, refusal, spelled

CODES: dict[str, str] = {
    "OL300": "an answer that is no number",
    "OL301": "a number without its unit",
    "OL302": "a unit that is unknown, or measures something else",
    "OL303": "a number outside what is plausible, or a part of what is counted",
    "OL304": "a number spelled in a way that can be misread",
    "OL305": "a number that is only about right",
    "OL306": "a range that ends before it starts",
    "OL308": "an answer that is no date",
    "OL309": "a date in the future",
    "OL310": "a time counted from today where today is not given",
    "OL311": "a word that is not among the choices",
    "OL312": "a word that can mean several of the choices",
    "OL313": "high, low or normal of something without a reference range",
    "OL314": "an answer that is neither yes nor no",
    "OL315": "an entry of a list that cannot be read",
    "OL316": "a field of an entry that cannot be read",
    "OL317": "dates of one entry that cannot both be true",
    "OL318": "an answer of the wrong form",
    "OL319": "a name that is asked of no patient",
}

Raw = str | Node
LEFT_OPEN = writing.LEFT_OPEN
_LONGEST = 1000
_PRINTED = lazily(
    r"(?P<value>[<>]?=?\s*\d[\d.]*(?:\s?[A-Za-z%][\w/.%^]*)?)\s*(?P<flag>\([HLhl]\)|\b[HL]{1,2}\b|\*{1,2}|↑|↓)?"
    r"\s*(?:[(\[]?(?:ref(?:erence)?(?: range)?:?\s*)?"
    r"(?P<range>\d[\d.]*\s*(?:-|\.\.|to)\s*\d[\d.]*\s?[A-Za-z/%]*)[)\]]?)?"
    r"\s*(?:\b[HL]{1,2}\b|\*{1,2})?"
)
_TWO = lazily(r"([-+]?\d+(?:\.\d+)?)\s+[-+]\d")
_RESULT_KEYS = {"value": "value", "result": "value", "range": "range", "reference range": "range", "date": "date"}


def read_answer(
    kb: KnowledgeBase, finding_id: str, raw: Raw, place: Place, today: datetime.date | None
) -> tuple[Known | None, list[Problem]]:
    """What one answer says of a finding or quantity, or everything wrong with it.

    Without `today` dates are not held to it, and `3 months ago` is refused.
    """
    return read_with(Sheet(kb, today), finding_id, raw, place)


def read_with(sheet: Sheet, finding_id: str, raw: Raw, place: Place) -> tuple[Known | None, list[Problem]]:
    """`read_answer` for many answers that share a sheet."""
    asked = sheet.asked(finding_id)
    if asked is None:
        hint = did_you_mean(finding_id, (*sheet.kb.findings, *sheet.kb.quantities))
        return None, [Problem("OL319", f"nothing called '{clipped(finding_id)}' is asked", place, hint=hint)]
    node = Text(raw, place) if isinstance(raw, str) else raw
    try:
        return _read(sheet, asked, node)
    except Refused as refused:
        return None, list(refused.problems)


def write_answer(kb: KnowledgeBase, finding_id: str, known: Known) -> str:
    """The answer as a patient file writes it; read back it gives the same."""
    return writing.written(kb, finding_id, known)


def describe(kb: KnowledgeBase, finding_id: str, known: Known, cut_offs: Collection[Decimal] = ()) -> str:
    """What is known, for people: `25-OH vitamin D 28 nmol/L`; no number is rounded over a cut-off."""
    return writing.told(kb, finding_id, known, cut_offs)


def told_apart(kb: KnowledgeBase, finding_id: str, one: Known, other: Known) -> tuple[str, str]:
    """Two things that were said of a finding, with as many digits as they differ by."""
    results = [*_results(one), *_results(other)]
    ends = [end for result in results for end in (result.interval.low, result.interval.high) if not end.is_infinite()]
    return describe(kb, finding_id, one, ends), describe(kb, finding_id, other, ends)


def _results(known: Known) -> tuple[Measurement, ...]:
    return known.results if isinstance(known, Number) else ()


def quoted(text: str) -> str:
    """The text as one scalar of a patient file, in quotes where it would be misread without."""
    return writing.quoted(text)


def _read(sheet: Sheet, asked: Finding | Quantity, node: Node) -> tuple[Known | None, list[Problem]]:
    label = asked.label or asked.id
    if isinstance(node, Text) and not spelled(node.value):
        hint = "give it, leave the line out, or write 'not measured' or unknown"
        raise refusal("OL318", f"{label}: nothing is given", node.place, hint=hint)
    for text in _texts(node):
        if len(text.value) > _LONGEST:
            what = f"{label}: an answer of {len(text.value)} characters; {_LONGEST} are read"
            raise refusal("OL318", what, text.place, hint="write it shorter, or as a list")
    if isinstance(asked, Finding) and asked.form == "records":
        return lists.records(sheet, asked, node)
    kind = asked.form if isinstance(asked, Finding) else "number"
    if kind == "number":
        return _number(sheet, sheet.measured(asked.id), node)
    assert isinstance(asked, Finding)
    if kind != "date" and not isinstance(node, Text):
        return _dated_choices(sheet, asked, label, node)
    if not isinstance(node, Text):
        raise refusal("OL318", f"{label}: {node_text(node)} where one answer belongs", node.place)
    gap = _gap(label, node)
    if gap is not None:
        return gap, []
    if kind == "date":
        return Day(dates.date(sheet, label, node.value, node.place)), []
    return _choice(sheet, asked, label, node), []


def _choice(sheet: Sheet, asked: Finding, label: str, node: Text) -> Choice:
    if asked.form == "yes_no":
        return choices.yes_or_no(label, node.value, node.place)
    return choices.choice(sheet, label, asked.choices, node.value, node.place)


def _dated_choices(sheet: Sheet, asked: Finding, label: str, node: Node) -> tuple[Known | None, list[Problem]]:
    """`{value: no, date: 2025-03}`, or a list of such answers, of which the newest counts."""
    found: list[Choice] = []
    problems: list[Problem] = []
    items = node.items if isinstance(node, ListNode) else (node,)
    if not items:
        raise refusal("OL318", f"{label}: {node_text(node)} where one answer belongs", node.place)
    for item in items:
        try:
            if isinstance(item, MapNode):
                parts = _parts(label, item, ("value", "date"))
                day = parts.get("date")
                known = _choice(sheet, asked, label, parts["value"])
                date = dates.date(sheet, label, day.value, day.place) if day else None
                found.append(dataclasses.replace(known, date=date))
            elif isinstance(item, Text) and len(items) > 1:
                found.append(_choice(sheet, asked, label, item))
            else:
                what = f"{label}: {node_text(node)} where one answer belongs"
                alone = item.value if isinstance(item, Text) and node is not item else ""
                raise refusal("OL318", what, node.place, hint=instead(f"[{alone}]", alone) if alone else "")
        except Refused as refused:
            problems.extend(refused.problems)
    if not problems and len(found) > 1 and all(one.date is None for one in found):
        hint = "write the one that is right, or each with its day: [{value: ..., date: ...}]"
        raise refusal("OL318", f"{label}: {len(found)} answers where one answer belongs", node.place, hint=hint)
    return (None, problems) if problems else (history.choice_of(found), [])


def _texts(node: Node) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _texts(item)
    else:
        for _, value in node.pairs:
            yield from _texts(value)


def _gap(label: str, node: Text) -> Gap | None:
    if folded(node.value) in ("not applicable", "n/a", "na"):
        what = f"{label}: '{clipped(node.value)}' is worked out, not answered"
        raise refusal("OL318", what, node.place, hint="leave it out, or write 'not measured'")
    return gap_of(node.value)


def _number(sheet: Sheet, measured: Measured, node: Node) -> tuple[Known | None, list[Problem]]:
    """One result, or several; of those without a day the last counts, else the newest."""
    if isinstance(node, Text):
        gap = _gap(measured.label, node)
        if gap is not None:
            return gap, []
    items = node.items if isinstance(node, ListNode) else (node,)
    if not items:
        raise refusal("OL318", f"{measured.label}: an empty list", node.place, hint="write 'not measured'")
    results: list[Measurement] = []
    problems: list[Problem] = []
    for item in items:
        try:
            results.append(_result(sheet, measured, item))
        except Refused as refused:
            problems.extend(refused.problems)
    return (None, problems) if problems else (Number(history.in_order(results)), [])


def _result(sheet: Sheet, measured: Measured, item: Node) -> Measurement:
    if isinstance(item, Text):
        if folded(item.value) == "...":
            what = f"{measured.label}: '...' in a list of results"
            raise refusal("OL318", what, item.place, hint="leave it out")
        return _printed(sheet, measured, item)
    if isinstance(item, MapNode):
        return _detailed(sheet, measured, item)
    raise refusal("OL318", f"{measured.label}: a result is {node_text(item)}", item.place)


def _printed(sheet: Sheet, measured: Measured, item: Text) -> Measurement:
    """A result as laboratories print it, with a mark and its range behind it: `2.91 (H)`, `130* (30-120)`."""
    try:
        return numbers.result(sheet, measured, item.value, item.place)
    except Refused as refused:
        match = _PRINTED.fullmatch(spelled(item.value)) if measured.ranged else None
        if match is None or not (match["flag"] or match["range"]):
            two = _TWO.match(spelled(item.value))
            if two is not None:
                what = f"{measured.label}: '{clipped(item.value)}' is two numbers"
                hint = "write one of them"
                raise refusal("OL300", what, item.place, hint=hint) from refused
            raise
    value = numbers.result(sheet, measured, match["value"], item.place)
    if not match["range"]:
        return value
    unit = match["value"].lstrip("<>=-+ 0123456789.")
    told = match["range"] if any(one.isalpha() or one == "%" for one in match["range"]) else f"{match['range']} {unit}"
    span = numbers.interval(sheet, measured, told.strip(), item.place, believable=False)
    return Measurement(value.interval, value.word, span, None, value.persistent)


def _parts(label: str, item: MapNode, names: tuple[str, ...]) -> dict[str, Text]:
    """What is written of one result, by what it is."""
    parts: dict[str, Text] = {}
    for key, value in item.pairs:
        name = _RESULT_KEYS.get(folded(key.value))
        if name not in names:
            meant = did_you_mean(key.value, [one for one in _RESULT_KEYS if _RESULT_KEYS[one] in names])
            hint = meant or f"a result has {', '.join(names[:-1])} and {names[-1]}"
            raise refusal("OL316", f"{label}: a result has no '{clipped(key.value)}'", key.place, hint=hint)
        if not isinstance(value, Text) or name in parts:
            raise refusal("OL316", f"{label}: one {name} belongs here", value.place)
        parts[name] = value
    if "value" not in parts:
        hint = f"write {{{', '.join(f'{name}: ...' for name in names)}}}"
        raise refusal("OL316", f"{label}: a result without its value", item.place, hint=hint)
    return parts


def _detailed(sheet: Sheet, measured: Measured, item: MapNode) -> Measurement:
    """`{value: 9.1 pmol/L, range: 1.6..6.9 pmol/L, date: 2026-01-10}`."""
    parts = _parts(measured.label, item, ("value", "range", "date"))
    result = numbers.result(sheet, measured, parts["value"].value, parts["value"].place)
    printed = parts.get("range")
    day = parts.get("date")
    return Measurement(
        result.interval,
        result.word,
        numbers.interval(sheet, measured, printed.value, printed.place, believable=False) if printed else None,
        dates.date(sheet, measured.label, day.value, day.place) if day else None,
        result.persistent,
    )

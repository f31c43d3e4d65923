"""The nearest way to a status from where a patient stands: what is to be told, measured or put right, and nothing else.

What is known of a patient is not argued with. No way leads over another age, a medicine that is not taken or a bone
that did not break: where the nearest rule asks for something that is known to be otherwise, that is said as the end of
the way and not as a step. What is not known is asked for by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...case.case import Case
from ...knowledge_base.model import Rule
from ...values.truth import Truth
from .. import reasons
from ..verdict import Item, Verdict

AGAINST = ("bars", "delays", "excludes")
_WEIGHING = ("cautions", "speaks against", "speaks for")
"""What moves a ranking or adds a care, and turns no status by itself."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule: in words, its truth, and what is known that makes it so (`28 < 30 nmol/L`)."""

    words: str
    truth: Truth
    known: str
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a rule is from holding (or, where it bars, from letting go): the conditions still to turn."""

    rule: Rule
    role: str
    """wants, bars, delays, establishes, excludes, speaks for, speaks against, sets, orders, raises"""
    truth: Truth
    steps: int
    conditions: tuple[Condition, ...]


def way(case: Case, verdict: Verdict, subject: str, status: str, rules: Sequence[Distance]) -> tuple[str, ...]:
    """The steps of the nearest way, in words, the first to be done first; none where nothing is in the way."""
    item = next((one for one in verdict.plan if one.id == subject), None)
    if item is not None:
        return tuple(_to_item(case, item, rules))
    if status in ("established", "raised", "to do", "done"):
        return ()
    return tuple(_to_rule(case, rules))


def _to_item(case: Case, item: Item, rules: Sequence[Distance]) -> Iterator[str]:
    if item.status == "contraindicated":
        for one in rules:
            if one.role == "bars" and one.truth is Truth.TRUE:
                yield f"it stays barred while this holds: {_known(one)}"
        return
    for step in item.after:
        yield f"first {case.names.label(step) if step in case.kb.interventions else step}"
    if item.missing:
        yield _told(case, item.missing)


def _to_rule(case: Case, rules: Iterable[Distance]) -> Iterator[str]:
    """What the nearest rule for it still lacks; a rule that something known speaks against is the last resort."""
    favoring = [one for one in rules if one.role not in (*AGAINST, *_WEIGHING)]
    standing = [one for one in rules if one.role in ("bars", "excludes") and one.truth is Truth.TRUE]
    first = min(favoring, key=lambda one: (len(_contradicted(one)), one.steps), default=None)
    if first is None:
        return
    if first.truth is not Truth.TRUE:
        for one in _contradicted(first):
            yield f"not here: it takes that {one.words} ({one.known or 'it is not so'})"
        open_ = {name for one in first.conditions if one.truth is Truth.UNKNOWN for name in one.waits_for}
        if open_ and not _contradicted(first):
            yield f"{_told(case, open_)}; it takes that {'; '.join(_open(first))}"
    yield from (f"against it stands: {_known(one)}" for one in standing)


def _contradicted(one: Distance) -> list[Condition]:
    """The conditions that what is known of the patient speaks against."""
    return [condition for condition in one.conditions if condition.truth is Truth.FALSE]


def _open(one: Distance) -> list[str]:
    return [condition.words for condition in one.conditions if condition.truth is Truth.UNKNOWN]


def _known(one: Distance) -> str:
    told = "; ".join(dict.fromkeys(condition.known or condition.words for condition in one.conditions))
    return told or one.rule.label.rstrip(".")


def _told(case: Case, names: Iterable[str]) -> str:
    return "to be known: " + ", ".join(case.names.label(name) for name in reasons.ordered(case, names))

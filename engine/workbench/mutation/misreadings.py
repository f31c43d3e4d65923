"""Changes by which a premise says something else than was meant: ever for now, days for months, parentheses lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal

from ...knowledge_base.model import KnowledgeBase
from ...premises import expression
from ...premises.expression import Node
from ...values.interval import exactly

_A_MONTH, _A_WEEK = Decimal("30.4375"), Decimal(7)
_TIMES = {"day": ("month", _A_MONTH), "week": ("day", 1 / _A_WEEK), "month": ("day", 1 / _A_MONTH)}
"""The unit of time that is written for another, and how many of the other one of it is."""


def now_or_ever(kb: KnowledgeBase, part: Node) -> Iterator[tuple[str, Node]]:
    """Entries of a list that are read as they are now, read as they ever were; and the other way."""
    if not isinstance(part, (expression.Has, expression.Quantified)) or "stopped" not in kb.findings[part.name].fields:
        return
    key = kb.findings[part.name].key
    if isinstance(part, expression.Has):
        where = expression.OneOf(name=key, members=part.members, field=True)
        yield (
            "now becomes ever in",
            expression.Quantified(quantifier="any", name=part.name, where=where, place=part.place),
        )
        return
    where_key = part.where
    of_key = isinstance(where_key, expression.OneOf) and where_key.name == key and not where_key.negated
    if of_key and isinstance(where_key, expression.OneOf) and part.quantifier in ("any", "no"):
        now = expression.Has(name=part.name, members=where_key.members, place=part.place)
        yield "ever becomes now in", now if part.quantifier == "any" else expression.Not(item=now, place=part.place)


def in_another_time(literal: expression.Literal) -> Iterator[tuple[str, expression.Literal]]:
    """A time in another unit."""
    unit = literal.source.split(" ")[-1].removesuffix("s")
    other, factor = _TIMES.get(unit, ("", Decimal(0)))
    if other and literal.value.exact:
        value = exactly(literal.value.exact * factor)
        yield f"{unit}s become {other}s", dataclasses.replace(literal, value=value, source="")


def parentheses_lost(part: Node) -> Iterator[tuple[str, Node]]:
    """`(a or b) and c` without its parentheses is `a or (b and c)`."""
    if not isinstance(part, expression.All) or not part.source:
        return
    for index, item in enumerate(part.items):
        if isinstance(item, expression.AnyOf) and len(item.items) > 1 and item.source:
            first, *between, last = item.items
            before, after = part.items[:index], part.items[index + 1 :]
            ends = [expression.All(items=(*before, first)) if before else first]
            ends += [*between, expression.All(items=(last, *after)) if after else last]
            shown = f"parentheses lost around `{item.source}` in"
            yield shown, expression.AnyOf(items=tuple(ends), place=part.place)

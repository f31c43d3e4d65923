"""`compare`: two conditions, or two measures, side by side."""

from __future__ import annotations

from pathlib import Path

from ..intake.lookup import Lookup, Named
from ..knowledge_base.model import Condition, Intervention
from ..knowledge_base.reading.values.scalars import article
from ..views import escape
from ..views.catalog import comparison, entries
from . import surroundings


def run(first: str, second: str, knowledge: Path | None = None) -> int:
    lookup = Lookup(surroundings.names(knowledge).kb)
    one, other = _comparable(lookup, first), _comparable(lookup, second)
    if one is None or other is None:
        return 1
    width = surroundings.width()
    if isinstance(one.entry, Condition) and isinstance(other.entry, Condition):
        surroundings.put(comparison.conditions(one.entry, other.entry, width))
    elif isinstance(one.entry, Intervention) and isinstance(other.entry, Intervention):
        surroundings.put(comparison.interventions(one.entry, other.entry, width))
    else:
        kinds = f"{one.label} is {article(one.kind)}, {other.label} {article(other.kind)}"
        told = f"{kinds}; two of one kind can be compared"
        surroundings.note(escape.plain(told))
        return 1
    return 0


def _comparable(lookup: Lookup, words: str) -> Named | None:
    """The condition or measure that is meant; when there is none, that is said."""
    found = [named for named in lookup.meant(words) if named.kind in ("condition", "intervention")]
    found = found or [named for named in lookup.named(words) if named.kind in ("condition", "intervention")]
    if found:
        return found[0]
    near = [named for named in lookup.near(words, 20) if named.kind in ("condition", "intervention")][:5]
    told = entries.suggestions(escape.line(words), near, lookup.suggestion(words))
    surroundings.note(escape.plain(f"{told}\nConditions and measures can be compared."))
    return None

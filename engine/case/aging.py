"""Aging of answers: those that count today, results that are old, and what those leave behind.

An old result may still bar, defer, caution and alert. It establishes nothing, excludes nothing, clears nothing, and
what must be known first is not known by it. So a patient with old results is two patients: as of today, without them,
and as recorded, with them. All is concluded of the first, and rules that protect hold if they hold of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..knowledge_base.model import KnowledgeBase
from ..values import dates, history
from ..values.interval import Interval
from ..values.value import Known, Measurement, Number


def is_old(kb: KnowledgeBase, name: str, known: Known, today: Interval) -> bool:
    """Whether the newest result of a finding is, or may be, older than its `stale_after`; never without a day."""
    date = history.date_of(known)
    if date is None:
        return False
    entry = kb.findings.get(name) or kb.quantities.get(name)
    months = (entry.stale_after if entry is not None else None) or 0
    return months > 0 and dates.elapsed(date, today, "months").high > months


def counting(
    kb: KnowledgeBase, remembering: Mapping[str, Iterable[str]], said: Mapping[str, Known], today: Interval
) -> tuple[dict[str, Known], frozenset[str]]:
    """The answers that count on a day, and the findings whose newest result is old (compare `Case.say`).

    Args:
        remembering: the findings that remember earlier results of others, with those.
    """
    old = frozenset(name for name, known in said.items() if is_old(kb, name, known, today))
    found = {name: history.undated(known) for name, known in said.items() if name not in old}
    for name, names in remembering.items():
        known = said.get(name) or remembered(names, said, old)
        if known is not None:
            found[name] = known
    return found, old


def remembered(names: Iterable[str], said: Mapping[str, Known], old: Iterable[str]) -> Known | None:
    """The lowest of the results that no longer count, of several findings; None where there is none.

    Those are what came before the newest result of a finding, if the days tell which that is, and the newest itself if
    it is old.

    Args:
        names: the findings whose results are remembered.
        old: the findings of which the newest result is old.
    """
    past: list[Measurement] = []
    for name in names:
        known = said.get(name)
        if isinstance(known, Number):
            past += known.results if name in old else history.earlier(known)
    return Number((min(past, key=lambda one: (one.interval.high, one.interval.low)),)) if past else None

"""The codes under which an entry arrives in health records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...knowledge_base.model import (
    CODE_SYSTEMS,
    Condition,
    Entry,
    Finding,
    Intervention,
    Investigation,
    KnowledgeBase,
    Quantity,
)

_HOMES: Mapping[type[Entry], tuple[str, ...]] = {
    Finding: ("findings",),
    Quantity: ("quantities",),
    Investigation: ("investigations",),
    Condition: ("conditions",),
    Intervention: ("medicines", "interventions"),
}
"""Where the codes of an entry belong, by its kind."""


def rows(kb: KnowledgeBase, entry: Entry) -> Iterator[tuple[str, str]]:
    """Each code system with the codes of the entry in it; those nobody looked up are marked."""
    homes = _HOMES.get(type(entry), ())
    for codes in kb.codes.values() if homes else ():
        if codes.of not in homes or entry.id not in codes.means:
            continue
        for system, found in codes.by_system().items():
            unsure = codes.unverified.get(system, ())
            told = ", ".join(f"{code} (not looked up)" if code in unsure else code for code in found)
            yield system.upper() if system in CODE_SYSTEMS else system, told

"""The smallest patient of whom something still holds: nothing can be left out, no number is odder than it must be."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Protocol

from ...premises.expression import TruthNode
from ...values.interval import exactly
from ...values.value import Entry, Known, Measurement, Number, Records

Facts = Mapping[str, Known]
Holds = Callable[[Facts], bool]


class Writing(Protocol):
    """Whoever writes facts as a patient file."""

    def file(self, facts: Facts, name: str) -> str: ...


class Confirming(Protocol):
    """Whoever can say of a patient file whether the question is answered yes."""

    @property
    def maker(self) -> Writing: ...

    def confirms(self, node: TruthNode, text: str) -> bool: ...


def smallest(asked: Confirming, node: TruthNode, facts: Facts, name: str) -> str:
    """The file of a patient, none of whose facts, entries and details can be left out."""

    def holds(fewer: Facts) -> bool:
        return asked.confirms(node, asked.maker.file(fewer, name))

    kept = _shorter(facts, holds)
    for name_of in list(kept):
        for plainer in _plainer(kept[name_of]):
            if holds({**kept, name_of: plainer}):
                kept = {**kept, name_of: plainer}
                break
    return asked.maker.file(_shorter(kept, holds), name)


def _shorter(facts: Facts, holds: Holds) -> Facts:
    kept, step = dict(facts), max(1, len(facts) // 2)
    while step:
        smaller = next((one for one in _without(kept, step) if holds(one)), None)
        if smaller is not None:
            kept = dict(smaller)
            step = min(step, max(1, len(kept)))
        else:
            step //= 2
    while (smaller := next((one for one in _with_shorter_lists(kept) if holds(one)), None)) is not None:
        kept = dict(smaller)
    return kept


def _without(facts: Facts, step: int) -> Iterator[Facts]:
    names = list(facts)
    for start in range(0, len(names), step):
        left_out = frozenset(names[start : start + step])
        if len(left_out) < len(names):
            yield {name: known for name, known in facts.items() if name not in left_out}


def _with_shorter_lists(facts: Facts) -> Iterator[Facts]:
    """The facts with one entry less, one detail less of an entry, or one result less beside its range."""
    for name, known in facts.items():
        if isinstance(known, Number) and known.last.range is not None:
            yield {**facts, name: Number((dataclasses.replace(known.last, range=None),))}
        entries = known.entries if isinstance(known, Records) else ()
        for at, entry in enumerate(entries):
            fewer = [Entry({key: one for key, one in entry.fields.items() if key != gone}) for gone in entry.fields]
            for instead in ((), *((one,) for one in fewer if one.fields)):
                listed = (*entries[:at], *instead, *entries[at + 1 :])
                assert isinstance(known, Records)
                yield {**facts, name: dataclasses.replace(known, entries=listed)}


def _plainer(known: Known) -> Iterator[Known]:
    """The same answer as people write it: an exact number with few decimals."""
    if not isinstance(known, Number) or known.last.word is not None:
        return
    interval = known.last.interval
    ends = [end for end in (interval.low, interval.high) if not end.is_infinite()]
    for places in range(3):
        for end in ends:
            step = Decimal(1).scaleb(-places)
            rounded = (end / step).to_integral_value() * step
            for number in (rounded, rounded + step, rounded - step):
                if interval.exact is None or number != interval.exact:
                    yield Number((Measurement(exactly(number), range=known.last.range),))
                else:
                    return

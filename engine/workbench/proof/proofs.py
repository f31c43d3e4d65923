"""Invariants proved over all patients, or refuted by one: all of a knowledge base, over the same clauses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from ...case.case import Case, Prepared
from ...knowledge_base.model import Invariant
from ...premises import expression
from ...premises.expression import Not, Shown, TruthNode
from ...values.frozen import frozen
from .search import PROVED, SECONDS, UNKNOWN, Answer, Search

APPROXIMATED = (
    "sums over a list but for one entry that reaches the cut-off alone, and points",
    "products and quotients of numbers that may be zero or below",
    "thresholds that go by another number, or changed on a day",
    "whether a medicine waits for something that was answered vaguely",
    "what is taken for granted of whoever does not say",
    "a result high or low on several occasions",
)
"""What may be anything in a proof, so that a proof holds whatever it is."""


@frozen
class Proof:
    """An invariant and what came of it; `case` is the patient who refutes it."""

    invariant: Invariant
    answer: Answer
    case: Case | None = None


@frozen
class Proofs:
    """All that were asked, and the time in seconds that preparing them all took."""

    proofs: tuple[Proof, ...]
    prepared: float

    @property
    def failed(self) -> bool:
        return any(one.answer.status != PROVED for one in self.proofs)


def prove(prepared: Prepared, wanted: Sequence[Invariant], seconds: float = SECONDS) -> Proofs:
    """Prove or refute invariants, those that need no numbers first.

    Raises:
        Refused: where no solver is installed.
    """
    begun = time.monotonic()
    search = Search(prepared)
    for one in wanted:
        if one.never is not None:
            search.prepare(one.never)
    search.take_in()
    ready = time.monotonic() - begun
    return Proofs(proofs=tuple(_each(search, wanted, seconds)), prepared=ready)


def _each(search: Search, wanted: Sequence[Invariant], seconds: float) -> Iterator[Proof]:
    for one in wanted:
        if one.never is None:
            yield Proof(invariant=one, answer=Answer(status=UNKNOWN, seconds=0.0))
            continue
        answer = search.ask(one.never, f"breaks {one.id}", seconds)
        yield Proof(invariant=one, answer=answer, case=search.case(answer.witness) if answer.witness else None)


def shown_in(node: TruthNode) -> tuple[Shown, ...]:
    """What a question asks of the report, that it says so, in the order of the question."""
    return tuple(_asked(node, True))


def _asked(node: TruthNode, wanted: bool) -> Iterator[Shown]:
    if isinstance(node, Not):
        yield from _asked(node.item, not wanted)
    elif isinstance(node, expression.JUNCTIONS):
        for item in node.children():
            if isinstance(item, TruthNode):
                yield from _asked(item, wanted)
    elif isinstance(node, Shown) and wanted is not node.negated:
        yield node

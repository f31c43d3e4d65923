"""Invariants proved over all patients, or refuted by one: all of a knowledge base, over the same clauses."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Iterator, Mapping, Sequence

from ...case.case import Case, Prepared
from ...knowledge_base.model import Invariant
from ...premises import expression
from ...premises.expression import Not, Shown, TruthNode
from ...values.frozen import frozen
from ..processes import cores, each
from .search import PROVED, SECONDS, UNKNOWN, Answer, Search, read_again
from .solver import load

APPROXIMATED = (
    "sums over a list but for one entry that reaches the cut-off alone, and points",
    "products and quotients of numbers that may be zero or below",
    "thresholds that go by another number, or changed on a day",
    "whether a medicine waits for a number worked out from vague ones",
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
    """All that were asked, and the time in seconds that they took together."""

    proofs: tuple[Proof, ...]
    seconds: float

    @property
    def failed(self) -> bool:
        return any(one.answer.status != PROVED for one in self.proofs)


def prove(prepared: Prepared, wanted: Sequence[Invariant], seconds: float = SECONDS, processes: int = 0) -> Proofs:
    """Prove or refute invariants, on all cores.

    Args:
        seconds: of processor time for one invariant.
        processes: how many work at once; 0 for as many as there are cores.

    Raises:
        Refused: where no solver is installed.
    """
    load()  # refused before anything is shared out
    begun = time.monotonic()
    prepared.plan.open()
    shared = _Shared(prepared, seconds)
    asked = [one.id for one in wanted if one.never is not None]
    answers = dict(zip(asked, each(shared.answer, asked, processes or cores()), strict=True))
    took = time.monotonic() - begun
    return Proofs(proofs=tuple(_proof(prepared, one, answers) for one in wanted), seconds=took)


class _Shared:
    """One process's part of the questions, over clauses that it makes once."""

    def __init__(self, prepared: Prepared, seconds: float) -> None:
        self.prepared, self.seconds = prepared, seconds

    @functools.cached_property
    def search(self) -> Search:
        return Search(self.prepared)

    def answer(self, name: str) -> Answer:
        never = self.prepared.kb.invariants[name].never
        assert never is not None
        begun = time.monotonic()
        if self.search.nobody(never, self.seconds):
            return Answer(status=PROVED, seconds=time.monotonic() - begun)
        alone = Search(self.prepared)  # over its own clauses no number clashes that has nothing to do with it
        found = alone.ask(never, f"breaks {name}", self.seconds)
        return dataclasses.replace(found, seconds=time.monotonic() - begun)


def _proof(prepared: Prepared, one: Invariant, answers: Mapping[str, Answer]) -> Proof:
    answer = answers.get(one.id) or Answer(status=UNKNOWN, seconds=0.0)
    return Proof(invariant=one, answer=answer, case=read_again(prepared, answer.witness) if answer.witness else None)


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

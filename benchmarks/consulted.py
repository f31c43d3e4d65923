"""One random patient, consulted up to the first stop; and everything shown of a patient that has a status."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.assessment.outlook import Outlook
from engine.assessment.questions import Asked
from engine.assessment.verdict import Verdict
from engine.case.case import Case
from engine.dialogue.agenda.stakes import Stake
from engine.dialogue.conversation import FIRST, Conversation, Prompt
from engine.dialogue.settled import Told
from engine.knowledge_base.model import KnowledgeBase
from engine.values.truth import Truth
from engine.values.value import Entry, Gap, Known, Records
from engine.workbench.trials.patients import Vocabulary

MOST = 60
Statuses = dict[tuple[str, str], str]


def statuses(patient: Case, among: Iterable[tuple[str, str]] | None = None, lines: bool = False) -> Statuses:
    """What is shown of a patient that has a status, by kind and id, what is deferred with what must come first.

    Args:
        patient: as far as is known.
        among: only of these.
        lines: what is wanted with its line, as a report shows it: a first choice is another thing than an alternative.
    """
    outlook, kb = Outlook(patient), patient.kb
    if among is None:
        among = (
            *(("alert", name) for name in kb.alerts),
            *((kind, name) for name in kb.conditions for kind in ("diagnosis", "cause")),
            *((entry.kind, name) for name, entry in kb.interventions.items()),
            *(("test", name) for name in kb.investigations),
        )
    return {(kind, name): status for kind, name in among if (status := _status(outlook, kb, kind, name, lines))}


def _status(outlook: Outlook, kb: KnowledgeBase, kind: str, name: str, lines: bool) -> str:
    if kind == "alert":
        held = outlook.alert(name) if name in kb.alerts else Truth.FALSE
        return "" if held is Truth.FALSE else "raised" if held is Truth.TRUE else "not ruled out"
    if kind == "diagnosis":
        one = outlook.standing(name)
        return one.status if one is not None else ""
    if kind == "cause":
        return "at work" if outlook.is_cause(name) else ""
    if kind == "test":
        return "ordered" if outlook.is_ordered(name) else ""
    status = outlook.status(name) if name in kb.interventions else ""
    steps = outlook.after(name) if status == "deferred" else ()
    line = outlook.line(name) if lines and status in ("recommended", "conditional", "deferred") else ""
    told = f"{status}, {line}" if line else status
    return " until ".join([told, *([", ".join(steps)] if steps else [])])


# --- a consultation ---------------------------------------------------------------------------------------------------


class Silence:
    """A terminal nobody types at, and pages nobody reads."""

    def ask(self, prompt: Prompt) -> str | None:
        return None

    def tell(self, told: Told) -> None:
        return None

    def report(self, verdict: Verdict, where: str, unread: tuple[str, ...] = ()) -> str:
        return ""

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        return ""

    def save(self, text: str, where: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Put:
    """One question as it was put: what had been said before, and what its answer could change."""

    asked: Asked
    said: Mapping[str, Known]
    closed: frozenset[str]
    unknown: frozenset[str]
    """What whoever answers did not know before."""
    stakes: tuple[Stake, ...]


@dataclass(frozen=True, slots=True)
class Consulted:
    """One random patient, consulted up to the first stop."""

    seed: int
    record: Mapping[str, Known]
    put: tuple[Put, ...]
    conversation: Conversation


def consult(vocabulary: Vocabulary, seed: int) -> Consulted:
    """Ask one random patient, who answers from the full record and of some findings knows nothing."""
    chance = random.Random(f"answers {seed}")
    known = vocabulary.patient(seed)
    share = {"person": chance.choice((0, 0, 0.1)), "record": chance.choice((0, 0.2)), "test": chance.choice((0, 0.5))}
    findings = vocabulary.kb.findings
    silent = {name for name in known if name not in FIRST and chance.random() < share[findings[name].known_by]}
    held = Conversation(Case(vocabulary.prepared, vocabulary.today), Silence(), Silence())
    applying = vocabulary.put_together(Case(vocabulary.prepared, vocabulary.today), known)
    put: list[Put] = []
    unknown: set[str] = set()
    while (asked := held.next()) is not None and len(put) < MOST:
        stakes = held.agenda.at_stake(asked)
        put.append(Put(asked, dict(held.case.said), frozenset(held.case.closed_groups), frozenset(unknown), stakes))
        told = {name: known[name] for name in asked.findings if name in applying and name not in silent}
        unknown |= set(asked.findings) - set(told)
        if asked.detail is not None:
            told = detailed(held.case.said, asked, None)
        held.answer(asked, told)
    return Consulted(seed, known, tuple(put), held)


def detailed(said: Mapping[str, Known], asked: Asked, value: Known | None) -> dict[str, Known]:
    """The list again, with what was missing of one entry told; or that it is not known (None)."""
    assert asked.detail is not None
    index, field = asked.detail
    before = said[asked.findings[0]]
    assert isinstance(before, Records)
    entries = list(before.entries)
    entries[index] = Entry({**entries[index].fields, field: value if value is not None else Gap.UNKNOWN})
    return {asked.findings[0]: Records(tuple(entries), before.complete, before.absent)}

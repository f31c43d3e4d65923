"""Whatever is typed, in whatever order: the consultation goes on, and leaving is clean."""

from __future__ import annotations

import datetime
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assessment.verdict import Verdict
from engine.case import case
from engine.case.case import Case, Prepared
from engine.dialogue import inquiry
from engine.dialogue.conversation import Conversation, Prompt
from engine.dialogue.settled import Told
from engine.inference.working_memory import WorkingMemory
from engine.knowledge_base.store import cache
from engine.views import dialogue
from engine.views.report import text
from tests.conftest import LONG, examples

TODAY = datetime.date(2026, 11, 21)
LINES = int(os.environ.get("OSTEOLOGIC_LINES", "2000" if LONG else "75"))
SEEDS = 8 if LONG else 3


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


@pytest.fixture(scope="module")
def memory(prepared: Prepared) -> WorkingMemory:
    """One that each conversation clears and uses."""
    return WorkingMemory(prepared.plan)


class Pages:
    """The real pages; nothing is written to disk."""

    def __init__(self, prepared: Prepared) -> None:
        self.names = prepared.names

    def report(self, verdict: Verdict, where: str, unread: tuple[str, ...] = ()) -> str:
        return text.report(verdict, self.names)

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        return dialogue.show(what, case, verdict, subject, 80, False)

    def save(self, text: str, where: str) -> str:
        return "Written"


class Monkey:
    """Types what it is handed, then leaves."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def ask(self, prompt: Prompt) -> str | None:
        return self.lines.pop(0) if self.lines else None

    def tell(self, told: Told) -> None:
        assert isinstance(told.text, str)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_lines_of_words_that_mean_something(seed: int, prepared: Prepared, memory: WorkingMemory) -> None:
    chance = random.Random(seed)
    kb = prepared.kb
    labels = [word for one in kb.findings.values() for word in (one.id, one.label, *one.synonyms)]
    subjects = [*kb.conditions, *kb.interventions, *kb.alerts, *kb.states, *kb.quantities, *kb.sources]
    members = [member for choices in kb.choices.values() for member in choices.members]
    others = [
        "no",
        "not",
        "since",
        "28",
        "-2.7",
        "2023",
        "nmol/L",
        ",",
        "1",
        "2",
        "yes",
        "none",
        "don't know",
        "{",
        "é",
    ]
    common = [*labels, *members, *others, *kb.words]
    left = LINES // SEEDS
    while left > 0:
        lines = []
        for _ in range(25):
            if chance.random() < 0.35:
                name = chance.choice([one for one in inquiry.COMMANDS if one != "quit"])
                lines.append(f"{name} {chance.choice([*subjects, *labels])}" if chance.random() < 0.6 else name)
            else:
                lines.append(" ".join(chance.choice(common) for _ in range(chance.randint(1, 4))))
        left -= len(lines)
        Conversation(Case(prepared, TODAY, memory=memory), Monkey(lines), Pages(prepared)).run()


@examples(0.4)
@given(lines=st.lists(st.text(max_size=60), max_size=10))
def test_lines_of_anything(lines: list[str], prepared: Prepared, memory: WorkingMemory) -> None:
    Conversation(Case(prepared, TODAY, memory=memory), Monkey([*lines, "quit"]), Pages(prepared)).run()

"""What is worth asking: little enough, and nothing that matters is left out. On the shipped knowledge base."""

from __future__ import annotations

import datetime
import os
import random
from pathlib import Path

import pytest

from engine.consultation import case, contrast, judgement, relevance
from engine.consultation.case import Case, Prepared
from engine.consultation.conversation import Conversation, Prompt
from engine.consultation.settled import Told
from engine.consultation.verdict import Verdict
from engine.knowledge_base import cache
from engine.language.value import NO, YES, Choice, Known, Records

TODAY = datetime.date(2026, 11, 21)
WOMAN = {
    "Age?": "67, woman, menopause at 51, on prednisolone 7.5 mg for 8 months",
    "T-scores": "hip -2.7",
    "Broken bones": "none",
    "Medicines and supplements": "omeprazole",
    "Any medicine that was not tolerated": "none",
    "Blood results": "vit d 28",
    "28 of which?": "1",
    "Illnesses": "none",
    "Complaints": "no",
    "Weight": "weight 58 kg, height 162 cm, upright yes, no swallowing trouble",
    "Any of these?": "none",
}


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


class Sheet:
    """Somebody who answers by the beginning of the question, and else does not know."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.told: list[Told] = []

    def ask(self, prompt: Prompt) -> str | None:
        if "Report, or go on with" in prompt.text or "anything you want to add?" in prompt.text:
            return None
        self.asked.append(prompt.text)
        assert len(self.asked) < 40, self.asked
        return next((line for start, line in self.answers.items() if prompt.text.startswith(start)), "don't know")

    def tell(self, told: Told) -> None:
        self.told.append(told)


class Blank:
    """Pages nobody reads."""

    def report(self, verdict: Verdict, where: str) -> str:
        return ""

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        return ""

    def save(self, text: str, where: str) -> str:
        return ""


def test_the_woman_on_prednisolone_is_understood_in_twelve_questions(prepared: Prepared) -> None:
    sheet = Sheet(WOMAN)
    held = Conversation(Case(prepared, TODAY), sheet, Blank())
    held.run()
    assert held.asked <= 12, sheet.asked
    assert [told.text for told in sheet.told if told.mark == "?"] == []
    verdict = held.finished()
    assert {"osteoporosis", "glucocorticoid_osteoporosis"} & {
        one.id for one in verdict.diagnoses if one.status == "established"
    }
    statuses = {item.id: item.status for item in verdict.plan}
    assert statuses["alendronate"] == statuses["denosumab"] == "deferred"


def test_of_nobody_the_questions_end(prepared: Prepared) -> None:
    sheet = Sheet({})
    held = Conversation(Case(prepared, TODAY), sheet, Blank())
    held.run()
    assert held.asked <= 25


def shown(verdict: Verdict) -> dict[str, str]:
    """The statuses of what is pursued and not merely advised."""
    found = {f"alert {one.id}": one.status for one in verdict.alerts if one.status == "raised"}
    found |= {f"diagnosis {one.id}": one.status for one in verdict.diagnoses}
    found |= {f"plan {item.id}": item.status for item in verdict.plan if item.kind == "medicine"}
    return found


@pytest.mark.parametrize("seed", range(int(os.environ.get("OSTEOLOGIC_PATIENTS", "12"))))
def test_what_is_not_asked_cannot_change_a_status_that_is_shown(seed: int, prepared: Prepared) -> None:
    """At the stop, any answer to a finding without a stake leaves every status as it was."""
    chance = random.Random(seed)
    patient = Case(prepared, TODAY)
    patient.say({name: known for name, known in _answers(prepared, chance) if chance.random() < 0.6})
    before = judgement.judge(patient)
    at_stake = relevance.stakes(patient, before)
    silent = [name for name in prepared.kb.findings if name not in at_stake and name not in patient.said]
    for name, known in _answers(prepared, chance, silent[:20]):
        after = judgement.judge(contrast.suppose(patient, {name: known}))
        was, now = shown(before), shown(after)
        changed = {one for one in was.keys() & now.keys() if was[one] != now[one]}
        assert not changed, (name, known)


def _answers(prepared: Prepared, chance: random.Random, names: list[str] | None = None) -> list[tuple[str, Known]]:
    """Random answers that are quickly made: yes or no, a member, an empty list."""
    found: list[tuple[str, Known]] = []
    for name in names if names is not None else prepared.kb.findings:
        finding = prepared.kb.findings[name]
        if finding.applies is not None or name == "sex":
            continue
        if finding.type == "yes_no":
            found.append((name, chance.choice((YES, NO))))
        elif finding.type == "choice":
            found.append((name, Choice(frozenset({chance.choice(list(prepared.names.members(name)))}))))
        elif finding.type == "records":
            found.append((name, Records()))
    return found


def test_results_of_tests_few_have_had_wait_for_the_second_stop(prepared: Prepared) -> None:
    patient = Case(prepared, TODAY)
    verdict = judgement.judge(patient)
    agenda = relevance.agenda(patient, verdict, frozenset())
    now = {name for one in agenda.now for name in one.findings}
    later = {name for one in agenda.tests for name in one.findings}
    assert now.isdisjoint(later)
    assert "vitamin_d" in now | set(agenda.stakes) or agenda.now


def test_age_and_sex_come_first(prepared: Prepared) -> None:
    held = Conversation(Case(prepared, TODAY), Sheet({}), Blank())
    first = held.next()
    assert first is not None
    assert first.findings == ("age",)

"""Parts of verdicts kept from one patient to the next: nobody is told anything else than alone; nothing goes unseen.

Worked cases and random patients, some with old results, some of whom two values contradict; each twice, out of order.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from engine.assessment.judgement import judge
from engine.assessment.recalled import recalled
from engine.assessment.recalled.paths import Answers, End, Paths, Question, Spaces, Step
from engine.assessment.recalled.recalled import Recalled
from engine.assessment.recalled.watched import Questions, Unwatched, Watch, Watched
from engine.assessment.verdict import Verdict
from engine.case import case
from engine.case.case import Case, Prepared
from engine.inference.working_memory import WorkingMemory
from engine.intake import record
from engine.knowledge_base.store import cache
from engine.values.value import Known
from engine.workbench.cases import cases
from engine.workbench.trials import invariants
from tests import shipped
from tests.conftest import size

ROOT = Path(__file__).parents[2]
CASES, RANDOM = size(50), size(20)
TWICE = "age: 67\nsex: female\nt_score_hip: -2.7\negfr: 10\ncreatinine: 70 umol/L\n"
"""Somebody of whom two values contradict."""
Person = tuple[Mapping[str, Known], datetime.date]


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    found = case.prepare_kept(cache.load(ROOT))
    found.plan.open()
    return found


@pytest.fixture(scope="module")
def people(prepared: Prepared) -> list[Person]:
    worked = shipped.worked()
    chosen = worked[:: len(worked) // CASES]
    chosen += [one for one in worked if one.file == "tests/cases/results-over-time.yaml"][:4]
    found: list[Person] = [({}, invariants.DAY)]
    found += [(one.record.known, one.record.today or cases.NO_DAY) for one in chosen]
    twice, _ = record.read_records(prepared.kb, TWICE, "twice.yaml", invariants.DAY)
    found += [(one.known, invariants.DAY) for one in twice]
    met = invariants.People(prepared)
    for seed in range(RANDOM):
        met.meet(seed)
        found.append((dict(met.case.said), invariants.DAY))
    return found


@pytest.fixture(scope="module")
def said(prepared: Prepared) -> Callable[..., Verdict]:
    memory = WorkingMemory(prepared.plan)

    def verdict(person: Person, parts: Recalled | None = None) -> Verdict:
        known, today = person
        case = Case(prepared, today, memory=memory)
        case.parts = parts
        case.say(known)
        case.finish()
        return judge(case)

    return verdict


def test_nobody_is_told_anything_else_than_alone(people: list[Person], said: Callable[..., Verdict]) -> None:
    alone = [said(one) for one in people]
    parts = Recalled()
    for number in random.Random(1).sample(range(len(people)), len(people)) * 2:
        assert said(people[number], parts) == alone[number], people[number]
    assert any(one.contradictions for one in alone)
    assert any("Too old" in notice for one in alone for notice in one.notices)


def test_what_was_worked_out_once_is_not_worked_out_again(
    people: list[Person], said: Callable[..., Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Recalled()
    for one in people[1:4]:
        said(one, parts)
    monkeypatch.setattr(recalled, "Watched", lambda _: pytest.fail("a part was worked out anew"))
    for one in people[1:4]:
        said(one, parts)


def test_with_no_room_left_the_same_is_told(
    people: list[Person], said: Callable[..., Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalled, "ROOM", 2_000)
    parts = Recalled()
    for one in people[1:3] * 2:
        assert said(one, parts) == said(one)


@pytest.mark.parametrize("look", ["said", "implied", "finished", "closed_groups"])
def test_what_cannot_be_written_down_is_not_given(look: str, prepared: Prepared) -> None:
    watched = Watched(Watch(Questions(), Answers(Case(prepared, invariants.DAY), Spaces())))
    with pytest.raises(Unwatched):
        getattr(watched, look)
    with pytest.raises(Unwatched):
        watched.memory.said  # noqa: B018 - to look is what is tried
    with pytest.raises(Unwatched):
        list(watched.counting)


def test_a_part_that_looks_at_more_is_worked_out_for_each(prepared: Prepared) -> None:
    medicine = next(iter(prepared.kb.interventions.values()))
    told = Case(prepared, invariants.DAY)
    parts = Recalled()

    def looks(one: Case, _: object) -> tuple[str, ...]:
        return tuple(one.said)

    assert parts.part(told, looks, medicine) == ()
    told.say(next(found for seed in range(50) if (found := invariants.People(prepared).meet(seed))))
    assert parts.part(told, looks, medicine) == tuple(told.said) != ()


def test_a_path_forks_where_an_answer_differs() -> None:
    """Whatever ways are gone, in whatever order, each leads to its own end and no other."""
    shuffled = random.Random(7)
    asked = [Question(0, _bit, str(number)) for number in range(6)]

    class Bits(Answers):
        def __init__(self, bits: int) -> None:
            self.bits = bits

        def of(self, question: Question) -> bool:
            return bool(self.bits >> int(question.about) & 1)

    def path(bits: int) -> list[Step]:
        """What is asked next depends on the answers so far; where the third is yes, nothing more is."""
        answers = Bits(bits)
        steps = [(one, answers.of(one)) for one in asked[:3]]
        rest = () if steps[2][1] else asked[3:] if steps[0][1] else reversed(asked[3:])
        return [*steps, *((one, answers.of(one)) for one in rest)]

    for _ in range(20):
        paths = Paths()
        for bits in shuffled.sample(range(64), 64):
            found = paths.find(Bits(bits))
            if found is None:
                paths.keep(path(bits), End(tuple(path(bits))))
            else:
                assert found.part == tuple(path(bits))
        for bits in range(64):
            end = paths.find(Bits(bits))
            assert end is not None
            assert end.part == tuple(path(bits))


def _bit(_: Case, number: str) -> bool:
    raise AssertionError(number)

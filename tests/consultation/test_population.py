"""Many patients at once are shown what each is shown alone: every status, held to `Outlook` and the verdict.

Worked cases and random patients, some of whom two values contradict; some under a guideline or a region.
"""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from engine.assessment import workup
from engine.assessment.judgement import judge
from engine.assessment.outlook import Outlook
from engine.assessment.population import awaiting, plans, settling, shown, standings, testing
from engine.assessment.population.population import Population
from engine.assessment.query import holds
from engine.assessment.several import worlds
from engine.case import case, evidence
from engine.case.case import Case, Prepared
from engine.inference.program import bits
from engine.inference.program.columns import Answers, Machine
from engine.inference.working_memory import WorkingMemory
from engine.knowledge_base.store import cache
from engine.values.truth import Truth
from engine.values.value import Known
from engine.workbench.cases import cases
from engine.workbench.trials import invariants
from tests import shipped
from tests.conftest import size

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.xdist_group("population")  # each is judged alone once, not by each worker
OF_SO_MANY, RANDOM = 3_000 // size(160), size(160)
"""One worked case of so many, and so many random patients."""
Person = tuple[Mapping[str, Known], datetime.date]
Told = dict[tuple[str, str], object]
"""What is shown of one patient, by what is asked of what; what is usual is left out."""


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


@pytest.fixture(scope="module")
def machine(prepared: Prepared) -> Machine:
    return Machine(prepared.plan)


@pytest.fixture(scope="module")
def people(prepared: Prepared) -> list[Person]:
    """Worked cases of all files, some of them children, random patients partial and vague as records are, and one of
    whom nothing is said.
    """
    worked = shipped.worked()
    # By their names, so that a case more or less leaves the others what they are.
    chosen = [one for one in worked if zlib.crc32(one.name.encode()) % OF_SO_MANY == 0]
    told = ("taken for granted", "body mass index 18", "not so with age 17")
    chosen += [one for one in worked if any(words in one.name for words in told)]
    found: list[Person] = [({}, invariants.DAY)]
    found += [(one.record.known, one.record.today or cases.NO_DAY) for one in chosen]
    met = invariants.People(prepared)
    for seed in range(RANDOM):
        met.meet(seed)
        found.append((dict(met.case.said), invariants.DAY))
    return found


@pytest.fixture(scope="module")
def alone(prepared: Prepared, people: list[Person]) -> list[Told]:
    """What is shown of each when it is judged by itself, on experta."""
    memory = WorkingMemory(prepared.plan)
    return [told_alone(finished(prepared, one, memory)) for one in people]


def finished(prepared: Prepared, one: Person, memory: WorkingMemory | None = None, **chosen: str) -> Case:
    said, day = one
    made = Case(prepared, day, memory=memory, **chosen)
    made.say(said)
    made.finish()
    return made


def many(prepared: Prepared, machine: Machine, people: list[Person], **chosen: str) -> Population:
    return Population(
        prepared,
        machine,
        [said for said, _ in people],
        [day for _, day in people],
        chosen.get("guideline", ""),
        chosen.get("region", ""),
    )


def told_alone(made: Case) -> Told:
    apart = len(worlds.of(made)) > 1 or bool(made.old)
    found: Told = {("contradicting", ""): True} if apart else {}
    return found | {key: value for key, value in _alone(made, Outlook(made)) if value or isinstance(value, float)}


def _alone(made: Case, look: Outlook) -> Iterator[tuple[tuple[str, str], object]]:
    kb = made.kb
    for one in kb.interventions:
        status = look.status(one)
        yield ("status", one), status
        yield ("line", one), look.line(one)
        yield ("care", one), look.calls_for_care(one)
        yield ("misses", one), tuple(sorted(look.missing(one))) if status else ()
    for name in kb.conditions:
        standing = look.standing(name)
        yield ("diagnosis", name), standing.status if standing is not None else ""
        yield ("score", name), standing.score if standing is not None else None
        yield ("cause", name), look.is_cause(name)
    for name in kb.investigations:
        yield ("work-up", name), look.in_work_up(name)
        yield ("ordered", name), look.is_ordered(name)
        yield ("done", name), workup.is_done(made, kb.investigations[name])
    for name in kb.scales:
        yield ("level", name), look.level(name)
    for name in kb.states:
        yield ("state", name), look.state(name).value
    for rule in list(kb.rules.values())[::9]:
        yield ("rule", rule.id), look.rule(rule).value
    for alert in judge(made).alerts:
        yield ("alert", alert.id), alert.status


def told_together(made: Population) -> list[Told]:
    found: list[Told] = [{} for _ in range(made.size)]
    for key, value, these in _together(made):
        for one in bits.positions(these):
            assert key not in found[one] or key[0] == "misses"
            found[one][key] = (*found[one].get(key, ()), value) if key[0] == "misses" else value  # type: ignore[misc]
    for one in bits.positions(made.contradicting):
        found[one][("contradicting", "")] = True
    return found


def _together(made: Population) -> Iterator[tuple[tuple[str, str], object, int]]:
    kb, everybody = made.kb, made.everybody
    for one in kb.interventions:
        yield from ((("status", one), status, these) for status, these in made.status(one).items())
        yield from ((("line", one), line, these) for line, these in made.line(one).items())
        yield ("care", one), True, made.calls_for_care(one)
        yield from ((("misses", one), name, these) for name, these in sorted(made.missing(one).items()))
    for name in kb.conditions:
        yield from ((("diagnosis", name), status, these) for status, these in made.diagnosis(name).items())
        yield from ((("score", name), points, these) for points, these in made.scores(name).items())
        yield ("cause", name), True, made.is_cause(name)
    for name in kb.investigations:
        yield ("work-up", name), True, made.in_work_up(name)
        yield ("ordered", name), True, made.is_ordered(name)
        yield ("done", name), True, made.testing.is_done(name)
    for name in kb.scales:
        yield from ((("level", name), level, these) for level, these in made.level(name).items())
    for name in kb.states:
        yield from ((("state", name), word, these) for word, these in _three(made, made.state(name)))
    for rule in list(kb.rules.values())[::9]:
        yield from ((("rule", rule.id), word, these) for word, these in _three(made, made.rule(rule)))
    for name in (*kb.alerts, *(f"taking_{one}" for one in kb.interventions)):
        true, false = made.alert(name)
        yield ("alert", name), "raised", true
        yield ("alert", name), "not ruled out", everybody & ~(true | false)


def _three(made: Population, pair: bits.Pair) -> Iterator[tuple[str, int]]:
    yield from zip(("true", "false", "unknown"), (*pair, made.truths.unknown(pair)), strict=True)


def test_each_is_shown_what_it_is_shown_alone(
    prepared: Prepared, machine: Machine, people: list[Person], alone: list[Told]
) -> None:
    together = told_together(many(prepared, machine, people))
    for one, other in zip(together, alone, strict=True):
        assert one == other
    assert any(("contradicting", "") in one for one in alone)


def test_what_was_chosen_hides_the_same(prepared: Prepared, machine: Machine, people: list[Person]) -> None:
    guidelines, regions = list(prepared.kb.guidelines), sorted({one.region for one in prepared.kb.guidelines.values()})
    some = people[:: max(1, len(people) // 12)]
    memory = WorkingMemory(prepared.plan)
    hidden = 0
    for chosen in ({"guideline": guidelines[0]}, {"region": regions[-1]}, {"guideline": guidelines[-1]}):
        expected = [told_alone(finished(prepared, one, memory, **chosen)) for one in some]
        assert told_together(many(prepared, machine, some, **chosen)) == expected
        hidden += expected != told_together(many(prepared, machine, some))
    assert hidden


def test_the_verdict_says_the_same(prepared: Prepared, machine: Machine, people: list[Person]) -> None:
    """`Outlook` answers thing by thing; what a report is made of agrees as well."""
    some = people[:: max(1, len(people) // 8)]
    made = many(prepared, machine, some)
    for number, one in enumerate(some):
        verdict = judge(finished(prepared, one))
        plans_of = {item.id: item.status for item in verdict.plan}
        assert plans_of == {name: _word(made.status(name), number) for name in plans_of}
        assert {test.id for test in verdict.investigations} == {
            name for name in prepared.kb.investigations if made.in_work_up(name) >> number & 1
        }
        ranked = {one.id: one.status for one in verdict.diagnoses}
        assert ranked == {name: _word(made.diagnosis(name), number) for name in ranked}
        assert verdict.outside_scope is bool(made.outside >> number & 1)


def _word(words: Mapping[str, int], number: int) -> str:
    return next((word for word, these in words.items() if these >> number & 1), "")


def test_one_of_many_answers_as_a_case_does(prepared: Prepared, machine: Machine, people: list[Person]) -> None:
    """The report itself can be made of one of them, to the last reason."""
    some = people[:: max(1, len(people) // 8)]
    made = many(prepared, machine, some)
    for number, one in enumerate(some):
        expected = finished(prepared, one)
        expected.brief = True
        assert judge(made.case(number)) == judge(expected)


def test_invariants_are_asked_of_all_at_once(prepared: Prepared, machine: Machine, people: list[Person]) -> None:
    some = people[-20:]
    made = many(prepared, machine, some)
    memory = WorkingMemory(prepared.plan)
    queries = [one.never for one in invariants.in_force(prepared.kb) if one.never is not None]
    parts = [part for never in queries for part in getattr(never, "items", ())]
    for number, one in enumerate(some):
        alone = finished(prepared, one, memory)
        look = Outlook(alone)
        for node in (*queries, *parts):
            true, false = made.holds(node)
            held = holds(alone, node, look)
            assert (true >> number & 1, false >> number & 1) == (held is Truth.TRUE, held is Truth.FALSE)


def test_one_of_many_cannot_be_told_more(prepared: Prepared, machine: Machine, people: list[Person]) -> None:
    with pytest.raises(TypeError, match="cannot be told"):
        many(prepared, machine, people[:2]).case(1).say({})


# --- faults seeded on purpose -----------------------------------------------------------------------------------------

Fault = Callable[[pytest.MonkeyPatch], None]


def deferred_before_undetermined(patch: pytest.MonkeyPatch) -> None:
    """Something to be put right first comes before it is known whether a medicine is wanted."""
    of = plans.Plans._of

    def other(one: plans.Plans, entry: object) -> Mapping[str, int]:
        found = dict(of(one, entry))  # type: ignore[arg-type]  # it is handed on
        delayed = one._any(entry.id, "defers")[0] & found.get("undetermined", 0)  # type: ignore[attr-defined]
        return {
            **found,
            "deferred": found.get("deferred", 0) | delayed,
            "undetermined": found.get("undetermined", 0) & ~delayed,
        }

    patch.setattr(plans.Plans, "_of", other)


def nothing_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    """A contraindication that may still come to light is not waited for."""
    patch.setattr(awaiting.Awaiting, "of", lambda one, intervention: {})


def everything_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    """Whatever a rule against a medicine lacks is waited for, not only what is to be known first."""
    patch.setattr(awaiting.Awaiting, "_of_rule", lambda one, rule, first, told: one.lacks.rule(rule))


def nothing_is_granted(patch: pytest.MonkeyPatch) -> None:
    """What was taken for granted counts as if it had been said."""
    patch.setattr(plans.Plans, "_granted", lambda one, entry: 0)


def evidence_counts_twice(patch: pytest.MonkeyPatch) -> None:
    """Findings that speak by two rules count by both."""
    patch.setattr(
        standings.Standings,
        "_counted",
        lambda one, rules: [
            (evidence.exponent(rule), one.view.truths.premise(rule)[0])
            for rule in rules
            if one.view.truths.premise(rule)[0]
        ],
    )


def pursued_of_nobody(patch: pytest.MonkeyPatch) -> None:
    """A patient of whom nothing was said has conditions in play."""
    patch.setattr(shown.View, "anything_said", -1)


def closed_is_final(patch: pytest.MonkeyPatch) -> None:
    """What is implied is not followed to the end: nothing is assumed."""
    patch.setattr(settling, "_assumed", lambda *_: {})


def stays_open(patch: pytest.MonkeyPatch) -> None:
    """Groups of findings do not close at the end of a file."""
    implying = Answers.implying
    patch.setattr(Answers, "implying", lambda one, closed, implied: implying(one, frozenset(), implied))


def acts_outside(patch: pytest.MonkeyPatch) -> None:
    """Rules act on those whom the system is not for."""
    patch.setattr(shown.View, "acting", lambda one, rule: one.truths.premise(rule))


def all_tests_at_once(patch: pytest.MonkeyPatch) -> None:
    """A rare test is asked for beside the plain one that says whether it is needed."""
    patch.setattr(
        testing.Testing,
        "_soonest",
        lambda one, lacked: {
            name: these for name, these in lacked.items() if name in one.view.prepared.index.first_tests
        },
    )


def not_taken(patch: pytest.MonkeyPatch) -> None:
    """Nobody takes anything."""
    patch.setattr(plans.Plans, "taken", lambda one, intervention: 0)


FAULTS = (
    deferred_before_undetermined,
    nothing_is_waited_for,
    everything_is_waited_for,
    nothing_is_granted,
    evidence_counts_twice,
    pursued_of_nobody,
    closed_is_final,
    stays_open,
    acts_outside,
    all_tests_at_once,
    not_taken,
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_noticed(
    fault: Fault, prepared: Prepared, people: list[Person], alone: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    assert told_together(many(prepared, Machine(prepared.plan), people)) != alone

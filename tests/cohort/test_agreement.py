"""A chunk of patients is shown what each is shown alone: every literal, every status, and faults are noticed.

Many patients are held to the statuses over bits that are themselves held to the outlook; some to the engine itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.assessment.outlook import Outlook
from engine.assessment.population.population import Population
from engine.assessment.several import merging, worlds
from engine.case import aging
from engine.case.case import Case, Prepared
from engine.cohort import apart
from engine.cohort import shown as words
from engine.cohort.contradictions import Patients
from engine.cohort.following import Compiled
from engine.cohort.mirror import ends, fields, gathering, lists, strata, truths
from engine.cohort.mirror.aged import Aged, counting
from engine.cohort.mirror.evaluation import MIRROR
from engine.cohort.mirror.strata import Chunk, Ground
from engine.cohort.packed import unpacked
from engine.cohort.screening import Asked, Screen
from engine.cohort.shown import Shown, words_of_case, words_of_many
from engine.cohort.table import contract
from engine.cohort.table.reading import Batch
from engine.cohort.table.refusals import Refusals
from engine.inference.program.columns import Machine
from engine.inference.working_memory import WorkingMemory
from engine.premises import evaluation, expression, formulas
from engine.values import dates
from tests.cohort.people import TODAY, Said, dated_patients, number, odd_patients, on_the_day, on_the_edge
from tests.conftest import LONG
from tests.consultation.test_population import told_together

PATIENTS = 100_000 if LONG else 1_000
ON_THE_ENGINE, OLD_ON_THE_ENGINE, APART_ON_THE_ENGINE = (400, 200, 60) if LONG else (40, 30, 5)
"""So many are asked on experta, one by one; all are compared with the bits, which test_population holds to it."""
AT_ONCE = 2_000
pytestmark = pytest.mark.xdist_group("agreement")  # patients are made once, not by each worker


def together(ground: Ground, compiled: Compiled, patients: Sequence[Said], **terms: str) -> Patients:
    """The patients as a chunk."""
    with np.errstate(all="ignore"):
        said = gathering.columns(ground, [_counting(ground, one) for one in patients])
        chunk = Chunk(ground, len(patients), said, TODAY.toordinal())
        return Patients(compiled, chunk, terms.get("guideline", ""), terms.get("region", ""))


def aged_together(
    prepared: Prepared, ground: Ground, compiled: Compiled, patients: Sequence[Said]
) -> tuple[Patients, Aged]:
    """The patients as a chunk, those with old results with what is left of these."""
    with np.errstate(all="ignore"):
        said = gathering.columns(ground, patients)
        day = TODAY.toordinal()
        aged = counting(ground, len(patients), said, day, prepared.index.remembering)
        return Patients(compiled, Chunk(ground, len(patients), aged.said, day), aged=aged), aged


def _counting(ground: Ground, said: Said) -> Said:
    """What of the answers counts today."""
    remembering = {one.id: one.remembers for one in ground.kb.findings.values() if one.remembers}
    return aging.counting(ground.kb, remembering, said, dates.day(TODAY))[0]


def _aged(ground: Ground, patients: Sequence[Said]) -> int:
    """The patients with a result that is old, or of which it is not told when it was."""
    found = 0
    for place, said in enumerate(patients):
        old = any(aging.is_old(ground.kb, name, known, dates.day(TODAY)) for name, known in said.items())
        found |= (old or worlds.has_rivals(said)) << place
    return found


@pytest.fixture(scope="module")
def patients(prepared: Prepared) -> list[Said]:
    return [*odd_patients(prepared, 250), *on_the_day(), *on_the_edge(prepared)]


def as_entered(people: Population) -> Population:
    """These patients, none of them looked at one by one: what is shown where values contradict is the engine's."""
    vars(people).update(contradicting=people.contradicting, several=0, alone=0)
    return people


def test_every_kind_of_node_has_its_mirror() -> None:
    """A kind without one would send all rows to the engine; none may be forgotten."""
    assert MIRROR.truths.keys() | {expression.Proposition, expression.Applies} == set(evaluation._TRUTHS)
    assert MIRROR.numbers.keys() == evaluation._NUMBERS.keys()


def test_every_formula_and_derived_field_has_its_mirror() -> None:
    from engine.cohort.mirror.numbers import FORMULAS
    from engine.premises.entry import DERIVED_FIELDS

    assert FORMULAS.keys() == formulas.BUILT.keys()
    assert fields.DERIVED.keys() == DERIVED_FIELDS.keys()


@pytest.mark.parametrize("first", range(0, PATIENTS, AT_ONCE))
def test_a_chunk_says_what_the_statuses_over_bits_say(
    first: int, prepared: Prepared, ground: Ground, compiled: Compiled
) -> None:
    patients = odd_patients(prepared, min(AT_ONCE, PATIENTS), seed=first)
    alone = as_entered(Population(prepared, Machine(prepared.plan), patients, [TODAY] * len(patients)))
    width = prepared.plan.productions.ground.width
    with np.errstate(all="ignore"):
        made = together(ground, compiled, patients)
        vars(made)["contradicting"] = made.contradicting | _aged(ground, patients)
        assert made.contradicting == alone.contradicting
        assert [these & alone.everybody for these in made.truths.held] == alone.truths.held[:width]
        assert told_together(made)[: len(patients)] == told_together(alone)


def test_a_chunk_says_what_the_engine_says(
    prepared: Prepared, ground: Ground, compiled: Compiled, patients: list[Said]
) -> None:
    """Every literal of the network, and every column of a screened table."""
    some = (
        [*patients[: ON_THE_ENGINE // 2], *patients[-ON_THE_ENGINE // 2 :]]
        if not LONG
        else odd_patients(prepared, ON_THE_ENGINE, seed=700_000)
    )
    made = together(ground, compiled, some)
    shown = Shown.of(prepared.kb)
    with np.errstate(all="ignore"):
        held, words = made.truths.held, words_of_many(made, shown)
        alone = made.contradicting | _aged(ground, some)
    width, memory = prepared.plan.productions.ground.width, WorkingMemory(prepared.plan)
    for row, said in enumerate(some):
        case = Case(prepared, TODAY, memory=memory)
        case.say(said)
        case.finish()
        literals = [bool(one) for one in list(case.memory._held)[:width]]
        assert literals == [bool(bits >> row & 1) for bits in held]
        if not alone >> row & 1:
            mine = {key: word for key, by_word in words.items() for word, bits in by_word.items() if bits >> row & 1}
            assert mine == dict(words_of_case(case, Outlook(case), shown))


def test_what_is_left_of_old_results_is_what_the_engine_says(
    prepared: Prepared, ground: Ground, compiled: Compiled
) -> None:
    """Whoever has an old result is two patients; rules that protect hold of either."""
    patients = dated_patients(prepared, OLD_ON_THE_ENGINE)
    made, aged = aged_together(prepared, ground, compiled, patients)
    shown = Shown.of(prepared.kb)
    with np.errstate(all="ignore"):
        words, contradicting = words_of_many(made, shown), made.contradicting
    assert np.count_nonzero(aged.old) * 2 > len(patients)
    memory = WorkingMemory(prepared.plan)
    for row, said in enumerate(patients):
        assert aged.old[row] == any(
            aging.is_old(prepared.kb, name, one, dates.day(TODAY)) for name, one in said.items()
        )
        assert aged.rivals[row] == worlds.has_rivals(said)
        if aged.rivals[row] or contradicting >> row & 1:
            continue
        case = Case(prepared, TODAY, memory=memory)
        case.say(said)
        case.finish()
        mine = {key: word for key, by_word in words.items() for word, bits in by_word.items() if bits >> row & 1}
        assert mine == dict(words_of_case(case, Outlook(case), shown))


def contradictory(prepared: Prepared, patients: Sequence[Said], count: int) -> list[Said]:
    """Patients whose body mass index contradicts, and as many with rival results, most of them with old ones too."""
    bodies = {"weight": number("70"), "height": number("170"), "bmi": number("40")}
    entered = [{**one, **bodies} for one in patients[:count] if not worlds.has_rivals(one)]
    rivals = [one for one in dated_patients(prepared, 25 * count) if worlds.has_rivals(one)][:count]
    return [*entered, *rivals]


def told_apart(screen: Screen, patients: Sequence[Said]) -> list[dict[words.Column, str]]:
    """What is shown of each of these patients, all of whom are judged apart."""
    with np.errstate(all="ignore"):
        said = gathering.columns(screen.ground, patients)
        read = Batch(len(patients), said, float(TODAY.toordinal()), Refusals(len(patients)), None)
        found = screen._found(read)
    assert found.alone.bit_count() == len(patients)
    return [
        {key: word for key, by_word in found.words.items() for word, bits in by_word.items() if bits >> row & 1}
        for row in range(len(patients))
    ]


def test_rows_of_which_two_values_contradict_are_shown_what_the_engine_shows(
    prepared: Prepared, patients: list[Said]
) -> None:
    """The strictest of all their worlds, over bits; as of today and as recorded where a result is old."""
    everybody = contradictory(prepared, patients, APART_ON_THE_ENGINE)
    today = dates.day(TODAY)
    rivals = [one for one in everybody if worlds.has_rivals(one)]
    assert any(aging.is_old(prepared.kb, name, known, today) for one in rivals for name, known in one.items())
    screen = Screen(prepared, contract.Contract("", "", (), ()), Asked(TODAY))
    memory = WorkingMemory(prepared.plan)
    for one, mine in zip(everybody, told_apart(screen, everybody), strict=True):
        case = Case(prepared, TODAY, memory=memory)
        case.say(one)
        case.finish()
        assert mine == dict(words_of_case(case, Outlook(case), screen.shown))


def rivals_as_entered(patch: pytest.MonkeyPatch) -> None:
    """Of two results of one day the last counts."""
    patch.setattr(worlds, "has_rivals", lambda said: False)


def old_left_out(patch: pytest.MonkeyPatch) -> None:
    """What is old protects nobody of whom two values contradict."""
    patch.setattr(apart.Apart, "shows", Population.shows)


def nothing_measured_again(patch: pytest.MonkeyPatch) -> None:
    """What contradicts need not be measured again."""
    patch.setattr(merging, "measuring_again", lambda kb, listed, again: ())


@pytest.fixture(scope="module")
def judged_apart(prepared: Prepared, patients: list[Said]) -> tuple[Screen, list[Said], list[dict[words.Column, str]]]:
    """Some of whom two values contradict, and what is shown of them."""
    everybody = contradictory(prepared, patients, 12)
    screen = Screen(prepared, contract.Contract("", "", (), ()), Asked(TODAY))
    return screen, everybody, told_apart(screen, everybody)


@pytest.mark.parametrize("fault", [rivals_as_entered, old_left_out, nothing_measured_again])
def test_a_fault_seeded_in_what_is_judged_apart_is_noticed(
    fault: Callable[[pytest.MonkeyPatch], None],
    judged_apart: tuple[Screen, list[Said], list[dict[words.Column, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen, everybody, right = judged_apart
    fault(monkeypatch)
    assert told_apart(screen, everybody) != right


@pytest.mark.parametrize(("guideline", "region"), [("nogg_2024", ""), ("", "US")])
def test_a_choice_of_guideline_or_region_hides_the_same(
    guideline: str, region: str, prepared: Prepared, ground: Ground, compiled: Compiled, patients: list[Said]
) -> None:
    guideline = guideline and next(one for one in prepared.kb.guidelines if guideline.split("_")[0] in one)
    some = patients[:100]
    chosen = {"guideline": guideline, "region": region}
    alone = as_entered(Population(prepared, Machine(prepared.plan), some, [TODAY] * len(some), guideline, region))
    with np.errstate(all="ignore"):
        made = together(ground, compiled, some, **chosen)
        vars(made)["contradicting"] = made.contradicting | _aged(ground, some)
        assert told_together(made)[: len(some)] == told_together(alone)


def test_each_row_can_have_a_day_of_its_own(ground: Ground, patients: list[Said]) -> None:
    some = patients[:60]
    days = np.array([TODAY.toordinal() + 31 * row for row in range(len(some))], float)
    said = gathering.columns(ground, some)
    with np.errstate(all="ignore"):
        made = _literals(Chunk(ground, len(some), said, days))
        for row in range(0, len(some), 7):
            one = gathering.columns(ground, [some[row]])
            assert [bits >> row & 1 for bits in made] == _literals(Chunk(ground, 1, one, days[row]))


def _literals(chunk: Chunk) -> list[int]:
    from engine.cohort.packed import asserted

    found = asserted(chunk)
    return [found.get(literal, 0) for literal in range(chunk.plan.productions.ground.width)]


def test_what_a_rule_wants_measured_again_is_told_in_its_words(prepared: Prepared) -> None:
    """It ended as what is told of old results does, and was taken for one."""
    rule = next(one for one in prepared.kb.rules.values() if one.verb == "defers" and one.until.endswith("again"))
    told = (rule.until, f"{prepared.names.label('calcium')} measured again")
    look = SimpleNamespace(case=SimpleNamespace(kb=prepared.kb), after=lambda one: told)
    assert words._after(look, rule.members[0]) == (rule.until, words.AGAIN)  # type: ignore[arg-type]


# --- seeded faults ----------------------------------------------------------------------------------------------------


def open_ends_forgotten(patch: pytest.MonkeyPatch) -> None:
    """`< 5` is taken for `<= 5`."""
    patch.setattr(ends, "less", lambda one, other: (one.high < other.low, one.low >= other.high))


def further_entry_forgotten(patch: pytest.MonkeyPatch) -> None:
    """An open list holds nothing but what it says."""
    patch.setattr(lists, "_further", lambda name, where, scope: scope.nowhere())


def not_applicable_is_unknown(patch: pytest.MonkeyPatch) -> None:
    """What does not apply leaves comparisons open."""
    patch.setattr(ends, "gapped", lambda true, false, *sides: _gapped(true, false, sides))


def _gapped(true: Any, false: Any, sides: Any) -> Any:
    gap = ends.joined_gap(*sides)
    return (true, false) if gap is None else (true & (gap == 0), false & (gap == 0))


def unknown_stop_is_current(patch: pytest.MonkeyPatch) -> None:
    """An entry that stopped some time is taken as current."""
    before = fields.stopped
    for room in (fields, lists, truths):
        patch.setattr(room, "stopped", lambda scope: (before(scope)[0], ~before(scope)[0]))


def doubt_ignored(patch: pytest.MonkeyPatch) -> None:
    """Floats decide beside a cut-off."""
    patch.setattr(ends, "doubtful", lambda left, right: None)


def implied_once(patch: pytest.MonkeyPatch) -> None:
    """What is implied is not implied any further."""
    patch.setattr(Chunk, "_settle", lambda one: None)


def words_are_numbers(patch: pytest.MonkeyPatch) -> None:
    """A word is no word against its range."""
    before = truths._result_is

    def without_words(word: str, column: Any, in_force: Any) -> Any:
        import dataclasses

        return before(word, dataclasses.replace(column, words=None), in_force)

    patch.setattr(truths, "_result_is", without_words)


def printed_ranges_ignored(patch: pytest.MonkeyPatch) -> None:
    """The laboratory's own range is not looked at."""
    patch.setattr(truths, "span_of", lambda column, in_force: in_force)


def possible_entries_surely_count(patch: pytest.MonkeyPatch) -> None:
    """An entry that may be meant is meant."""
    before = lists.where_holds
    patch.setattr(lists, "where_holds", lambda where, scope: (~before(where, scope)[1], before(where, scope)[1]))


def months_are_even(patch: pytest.MonkeyPatch) -> None:
    """A month has 30.4375 days."""
    patch.setattr(strata.Chunk, "months", lambda one, start, end: (end - start) / 30.4375)


def stand_in_left_out(patch: pytest.MonkeyPatch) -> None:
    """What can be worked out does not stand in."""
    before = strata.Chunk._finding

    def left_out(one: Chunk, name: str) -> Any:
        return one.said[name].column if one.kb.findings[name].stand_in and name in one.said else before(one, name)

    patch.setattr(strata.Chunk, "_finding", left_out)


FAULTS = (
    open_ends_forgotten,
    further_entry_forgotten,
    not_applicable_is_unknown,
    unknown_stop_is_current,
    doubt_ignored,
    implied_once,
    words_are_numbers,
    printed_ranges_ignored,
    possible_entries_surely_count,
    months_are_even,
    stand_in_left_out,
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_noticed(
    fault: Callable[[pytest.MonkeyPatch], None],
    ground: Ground,
    patients: list[Said],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with np.errstate(all="ignore"):
        said = gathering.columns(ground, patients)
        right = _literals(Chunk(ground, len(patients), said, TODAY.toordinal()))
        fault(monkeypatch)
        assert _literals(Chunk(ground, len(patients), said, TODAY.toordinal())) != right


def test_bits_are_rows_and_back() -> None:
    from engine.cohort.packed import packed

    flags = np.arange(1003) % 7 == 3
    bits = packed(flags)
    assert [bits >> row & 1 for row in range(1003)] == flags.astype(int).tolist()
    assert (unpacked(bits, 1003) == flags).all()

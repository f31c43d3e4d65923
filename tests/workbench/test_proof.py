"""Proofs over all patients: the clauses are held to random patients, and whoever refutes is replayed."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assessment import query
from engine.assessment.several import worlds
from engine.case import case as cases
from engine.case.case import Case, Prepared
from engine.commands import prove as command
from engine.inference import reference
from engine.knowledge_base.store import cache
from engine.premises import evaluation, expression
from engine.premises.expression import TruthNode
from engine.values import dates
from engine.values.interval import INFINITY, Interval, exactly
from engine.values.problems import Refused
from engine.values.truth import Truth
from engine.values.types import TYPES
from engine.values.value import Choice, Known, Number
from engine.workbench import processes
from engine.workbench.difference.two_bases import DIFFERS, SAME, Sides
from engine.workbench.proof import lists, numbers, proofs, solver
from engine.workbench.proof.clauses import Clauses, Pair
from engine.workbench.proof.leaves import Reading
from engine.workbench.proof.numbers import Line
from engine.workbench.proof.report import Report
from engine.workbench.proof.search import PROVED, REFUTED, Search
from engine.workbench.proof.waits import Waits
from engine.workbench.trials.invariants import DAY, People
from engine.workbench.trials.patients import number
from tests.conftest import LONG, size
from tests.workbench.encoded import Encoded

ROOT = Path(__file__).parent.parent.parent
PATIENTS = int(os.environ.get("OSTEOLOGIC_PROVED", "100000" if LONG else "240"))
AT_ONCE = 500
pytestmark = pytest.mark.xdist_group("proof")  # the rules are encoded once, not by each worker


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    found = cases.prepare_kept(cache.load(ROOT))
    found.plan.open()
    return found


@pytest.fixture(scope="module")
def search(prepared: Prepared) -> Search:
    return Search(prepared)


# --- the clauses are held to patients ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def encoded(prepared: Prepared) -> Encoded:
    return Encoded(prepared)


def test_every_random_patient_keeps_the_clauses_and_is_told_the_same(encoded: Encoded) -> None:
    starts = range(0, PATIENTS, AT_ONCE)

    def after(start: int) -> list[str]:
        return encoded.disagreements(range(start, min(start + AT_ONCE, PATIENTS)))

    for found in processes.each(after, starts, processes.cores()):
        assert found == []
    # A child: no fracture of hers was one of an adult, and no list says so. A measure that one world of two wants.
    # A calcium entered as low, without a number.
    assert encoded.disagreements([20_071, 17_141, 17_181]) == []


def test_the_plain_evaluator_agrees_with_the_clauses(prepared: Prepared, encoded: Encoded) -> None:
    for seed in range(size(1_000) // 25):
        encoded.people.meet(seed)
        case = encoded.people.case
        given = {abs(one): int(one > 0) for one in encoded.network.reading.of_patient(case.memory)}
        values = encoded.clauses.worked_out(given, 1)
        plain = reference.Reference(prepared.kb, case.memory.said, dates.day(DAY))
        for name, pair in encoded.rules.items():
            held = plain.premise(prepared.kb.rules[name])
            assert [values[one] if one > 0 else 1 - values[-one] for one in pair] == [
                int(held is Truth.TRUE),
                int(held is Truth.FALSE),
            ], name


def _itself_below(line: numbers.Line, operator: str, cut: object) -> Pair:
    """A fault: what lies at a cut-off is taken to lie below it."""
    return _compared(line, "<=" if operator == "<" else operator, cut)  # type: ignore[arg-type]  # as it was called


_compared = numbers.Line.compared
_faults: list[tuple[str, object, str, Callable[..., object]]] = [
    ("a cut-off lies below itself", numbers.Line, "compared", _itself_below),
    ("not applicable is taken as unknown", Reading, "not_applicable", lambda reading, name: -1),
    ("of an entry only the member counts", lists.Asked, "implies", lambda one, other: one.members <= other.members),
    (
        "evidence is counted twice",
        Report,
        "_counted",
        lambda report, rules: [(r, report.network.rule(r).true) for r in rules],
    ),
    ("whatever is open is waited for", Waits, "node", lambda waits, node: Pair(-1, -1)),
    ("what is open holds nothing up", Report, "_some_open", lambda report, rules: -1),
]


@pytest.mark.parametrize("fault", _faults, ids=[name for name, *_ in _faults])
def test_a_fault_seeded_in_the_clauses_is_noticed(
    prepared: Prepared, fault: tuple[str, object, str, Callable[..., object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, owner, name, instead = fault
    monkeypatch.setattr(owner, name, instead)
    assert Encoded(prepared).disagreements(range(120 if LONG else 48))


def _as_the_clauses_have(search: Search, case: Case) -> frozenset[int]:
    """The variables that hold of a patient, also of what is joined from others."""
    given = {abs(one): int(one > 0) for one in search.network.reading.of_patient(case.memory)}
    given |= {search.leaves.freely: 1, search.report.several: int(len(worlds.of(case)) > 1)}
    return frozenset(variable for variable, held in search.clauses.worked_out(given, 1).items() if held)


_MEASURED = {
    "t_score_hip": "-2.6",
    "t_score_lumbar_spine": "-2.9",
    "calcium": "2.5",
    "albumin": "33",
    "total_protein": "75",
    "age": "66",
}
_TWICE = ("lowest_t_score", "corrected_calcium", "serum_calcium", "globulin")


def _entered_beside(prepared: Prepared) -> Iterator[Case]:
    """Patients of whom a number that can be worked out was entered as well: near what it comes to, and far off.

    Of some nobody measured the albumin or the spine: then a number may come to something only once no more is said.
    """
    for left_out in ((), ("albumin",), ("t_score_lumbar_spine",)):
        said: dict[str, Known] = {name: number(text) for name, text in _MEASURED.items() if name not in left_out}
        said["sex"] = Choice(frozenset({"female"}))
        plain = Case(prepared, DAY)
        plain.say(said)
        plain.finish()
        for name in _TWICE:
            known = plain.memory.known(name)
            interval = known.last.interval if isinstance(known, Number) else None
            for part in ("0.7", "0.95") if interval is not None else ():
                case = Case(prepared, DAY)
                case.say({**said, name: number(f"{interval.high * Decimal(part):.2f}")})
                case.finish()
                yield case


def test_the_arithmetic_allows_every_patient_also_one_of_whom_a_number_was_entered_twice(prepared: Prepared) -> None:
    search = Search(prepared)
    asked = (
        "lowest_t_score < -2.5 and serum_calcium > 2.6 mmol/L and corrected_calcium > 3.0 mmol/L and globulin > 40 g/L"
    )
    node, _ = query.parse(prepared.kb, asked)
    assert node is not None
    search.prepare(node)
    search.take_in()
    contradict = []
    for case in _entered_beside(prepared):
        contradict.append(len(worlds.of(case)) > 1)
        assert search.quantities.any_clash(_as_the_clauses_have(search, case), 60) is None, case.said
    assert set(contradict) == {False, True}


def test_a_number_far_from_what_gives_it_would_clash_if_nothing_contradicted(prepared: Prepared) -> None:
    """What is asked above is no empty question: the same patient, taken as one of whom nothing contradicts."""
    search = Search(prepared)
    node, _ = query.parse(prepared.kb, "lowest_t_score > -1 and t_score_hip <= -3")
    assert node is not None
    search.prepare(node)
    search.take_in()
    case = Case(prepared, DAY)
    case.say({"t_score_hip": number("-3.0"), "lowest_t_score": number("2.0")})
    case.finish()
    held = _as_the_clauses_have(search, case)
    assert search.report.several in held
    assert search.quantities.any_clash(held, 60) is None
    assert search.quantities.any_clash(held - {search.report.several}, 60) is not None


@pytest.mark.skipif(not LONG, reason="a proof of everything takes ten seconds of processor time: the long suite has it")
def test_every_invariant_of_the_shipped_base_is_proved(prepared: Prepared) -> None:
    found = proofs.prove(prepared, list(prepared.kb.invariants.values()))
    assert [one.invariant.id for one in found.proofs if one.answer.status != PROVED] == []


# --- a complete patient in every record -------------------------------------------------------------------------------


def _told_apart(prepared: Prepared) -> Iterator[TruthNode]:
    """The leaves that the lemma is about: answers alone, none of them passed over, taken for granted or not asked."""
    findings = prepared.kb.findings
    for leaf in prepared.plan.productions.leaves.values():
        read = [findings.get(name) for name in expression.names_read(leaf)]
        if all(
            one is not None
            and (one.applies, one.indicated, one.assumed, one.stand_in) == (None, None, None, "")
            and all(case.when is None for case in one.ranges)
            for one in read
        ):
            yield leaf


def test_what_is_true_of_a_record_is_true_of_a_complete_patient_in_it(prepared: Prepared) -> None:
    people, leaves = People(prepared), list(_told_apart(prepared))
    fewer = People(prepared)
    for seed in range(size(400)):
        said = people.say(people.vocabulary.patient(seed))
        left = {name: known for place, (name, known) in enumerate(said.items()) if (place + seed) % 3}
        fewer.say(left)
        for leaf in leaves:
            before = fewer.case.memory.holds(leaf)
            assert before is Truth.UNKNOWN or before is people.case.memory.holds(leaf), leaf.source


def test_the_lemma_fails_where_what_was_not_measured_is_passed_over(prepared: Prepared) -> None:
    """The lowest T-score of a record without the spine may be other than that of the complete patient."""
    people = People(prepared)
    node, _ = query.parse(prepared.kb, "lowest_t_score > -2.5")
    assert node is not None
    spine, hip = _score("-3.0"), _score("-1.0")
    people.say({"t_score_hip": hip})
    assert query.holds(people.case, node) is Truth.TRUE
    people.say({"t_score_hip": hip, "t_score_lumbar_spine": spine})
    assert query.holds(people.case, node) is Truth.FALSE


def _score(text: str) -> Number:
    return number(text)


# --- counts -----------------------------------------------------------------------------------------------------------

COUNTS = TYPES["count"].possible(Interval(Decimal(0), Decimal(365)))


@given(
    st.lists(st.tuples(st.sampled_from(("<", "<=", ">", ">=")), st.sampled_from(("0", "1", "1.5", "2", "2.5", "3")))),
    st.integers(0, 4),
    st.integers(0, 2),
    st.sampled_from(("exact", "from", "to", "between")),
)
def test_a_count_lies_to_cut_offs_as_the_number_of_the_same_value(
    asked: list[tuple[str, str]], low: int, width: int, form: str
) -> None:
    """Each comparison comes to what evaluation makes of it, and what a model says can be is an interval of counts."""
    ends = (
        Decimal("-Infinity") if form == "to" else Decimal(low),
        INFINITY if form == "from" else Decimal(low + width),
    )
    span = exactly(low) if form == "exact" else Interval(*ends, form == "to", form == "from")
    line = Line(Clauses(), COUNTS)
    pairs = [line.compared(operator, Decimal(cut)) for operator, cut in asked]
    held = frozenset(line.holds(span))
    for (operator, cut), pair in zip(asked, pairs, strict=True):
        node = expression.Compared(
            operator=operator, left=expression.Literal(value=span), right=expression.Literal(value=exactly(cut))
        )
        wanted = evaluation.truth_of(node, cast(evaluation.Facts, None))
        assert (pair.true in held, pair.false in held) == (wanted is Truth.TRUE, wanted is Truth.FALSE)
    found = line.interval_of(held)
    assert found is not None
    assert COUNTS.narrowed(found) == found


# --- questions --------------------------------------------------------------------------------------------------------


def _ask(search: Search, text: str) -> tuple[str, str]:
    node, problems = query.parse(search.prepared.kb, text)
    assert node is not None, problems
    answer = search.ask(node, text, 60)
    return answer.status, answer.witness


@pytest.mark.parametrize(
    "asked",
    [
        "status(alendronate) is recommended and creatinine_clearance < 35 mL/min",
        "status(denosumab) is (recommended or conditional) and serum_calcium is low",
        "sex is male and status(raloxifene) is (recommended or conditional)",
        "egfr < 30 mL/min/1.73m2 and egfr > 35 mL/min/1.73m2",
        "t_score_hip < -2.5 and not known(lowest_t_score)",
        "any medicines where (name is denosumab and not stopped) and not medicines has denosumab",
        "falls_past_year > 1 and falls_past_year < 2",
        "falls_past_year = 2.5",
    ],
)
def test_nobody_is_proved(search: Search, asked: str) -> None:
    assert _ask(search, asked) == (PROVED, "")


@pytest.mark.parametrize(
    "asked",
    [
        "alert(severe_hypercalcemia) is raised and age >= 80",
        "egfr < 30 mL/min/1.73m2 and sex is male",
        "falls_past_year > 1 and falls_past_year < 2.5 and age >= 70",
        "any fractures where (site is hip and cause is low_trauma and since(date) < 6 months)",
    ],
)
def test_a_patient_is_found_who_is_real_and_the_smallest(search: Search, asked: str) -> None:
    status, witness = _ask(search, asked)
    node, _ = query.parse(search.prepared.kb, asked)
    assert status == REFUTED
    assert node is not None
    assert search.confirms(node, witness)
    lines = witness.split("\n")
    facts = [at for at, line in enumerate(lines) if line.startswith("  ")]
    for gone in facts:
        assert not search.confirms(node, "\n".join(line for at, line in enumerate(lines) if at != gone)), lines[gone]


def test_a_formula_with_a_power_is_bounded_where_it_matters(search: Search) -> None:
    """The eGFR follows from creatinine, age and sex: nobody of 60 with 300 umol/L has one above 60."""
    asked = (
        "creatinine > 300 umol/L and age >= 60 and age <= 61 and sex is female and egfr_from_creatinine > 60 "
        "mL/min/1.73m2 and not known(egfr)"
    )
    assert _ask(search, asked)[0] == PROVED


# --- two bases, the command, the missing solver -----------------------------------------------------------------------


def test_two_bases_differ_only_in_what_an_edit_reaches(prepared: Prepared) -> None:
    changed = dict(prepared.kb.rules)
    node, _ = query.parse(prepared.kb, "ionized_calcium is low")
    changed["ionized-calcium-low-alert"] = dataclasses.replace(changed["ionized-calcium-low-alert"], when=node)
    other = cases.prepare(dataclasses.replace(prepared.kb, rules=changed, digest="another"))
    sides = Sides(other, prepared)
    assert sides.differs("rule", "ionized-calcium-low").status == SAME
    difference = sides.differs("rule", "ionized-calcium-low-alert", seconds=30)
    assert difference.status == DIFFERS
    assert "ionized_calcium" in difference.witness


def test_prove_tells_programs_what_came_of_each(prepared: Prepared, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(("no-alendronate-below-35",), "json") == 0
    told = json.loads(capsys.readouterr().out)
    (one,) = told["invariants"]
    assert set(one) == {"id", "status", "seconds", "witness"}
    assert (one["id"], one["status"], one["witness"]) == ("no-alendronate-below-35", PROVED, None)
    assert told["approximated"] == list(proofs.APPROXIMATED)


def test_an_invariant_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="OL396"):
        command.run(("no-alendronate",))


def test_without_a_solver_the_way_to_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(Refused, match=r"none is installed here.*pip install 'osteologic\[proof\]'"):
        command.run(("no-alendronate-below-35",))
    monkeypatch.setattr(solver, "is_installed", lambda: True)
    with pytest.raises(Refused, match=r"cannot be loaded here.*pip install 'osteologic\[proof\]'"):
        command.run(("no-alendronate-below-35",))
    assert "OL395" in solver.CODES

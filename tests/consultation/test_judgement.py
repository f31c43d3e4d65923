"""What a verdict says: statuses by precedence, evidence that ranks, what is hidden, assumed and waited for."""

from __future__ import annotations

import dataclasses
import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.assessment import judgement
from engine.assessment.verdict import Item, Verdict
from engine.case import case
from engine.case.case import Case, Prepared
from engine.intake import record
from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.reading import reader
from engine.values.truth import Truth
from engine.values.value import UNKNOWN, Choice, Entry, Records

SMALL = Path(__file__).parents[1] / "data" / "small"
TODAY = datetime.date(2026, 1, 15)
WOMAN = "age: 67\nsex: female\nmenopausal_status: postmenopausal\n"
OSTEOPOROSIS = WOMAN + "t_score_hip: -2.7\n"
CLEAR = "vitamin_d: 80 nmol/L\ncreatinine_clearance_measured: 70 mL/min\n"


@cache
def prepared(rules: str = "", knowledge: str = "", positions: str = "") -> Prepared:
    """The small base with more rules, conditions and disagreements."""
    files = {
        path.relative_to(SMALL).as_posix(): path.read_text(encoding="utf-8") for path in sorted(SMALL.rglob("*.yaml"))
    }
    if rules:
        files["rules/more.yaml"] = rules
    if knowledge:
        files["knowledge/conditions.yaml"] += knowledge
    files["knowledge/disagreements.yaml"] += positions
    kb, problems = reader.read_contents([Written(name, name, text.encode()) for name, text in files.items()])
    assert kb is not None, "\n".join(map(str, problems))
    return case.prepare(kb)


def said(text: str, base: Prepared, **showing: Any) -> Case:
    found, problems = record.read_record(base.kb, text, "patient.yaml", TODAY)
    assert found is not None, "\n".join(map(str, problems))
    one = Case(base, TODAY, **showing)
    one.say(found.known)
    one.finish()
    return one


def verdict(text: str, rules: str = "", knowledge: str = "", **showing: str) -> Verdict:
    return judgement.judge(said(text, prepared(rules, knowledge), **showing))


def item(found: Verdict, name: str) -> Item | None:
    return next((one for one in found.plan if one.id == name), None)


def status(found: Verdict, name: str) -> str:
    one = item(found, name)
    return one.status if one is not None else ""


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (OSTEOPOROSIS + CLEAR, "recommended"),
        (OSTEOPOROSIS, "conditional"),
        (OSTEOPOROSIS + "vitamin_d: 80 nmol/L\n", "recommended"),
        (OSTEOPOROSIS + "vitamin_d: 29.9 nmol/L\n", "deferred"),
        (OSTEOPOROSIS + "vitamin_d: 30 nmol/L\n", "recommended"),
        (OSTEOPOROSIS + "vitamin_d: 20 nmol/L\ncreatinine_clearance_measured: 34 mL/min\n", "contraindicated"),
        (OSTEOPOROSIS + "creatinine_clearance_measured: 35 mL/min\n", "conditional"),
        (WOMAN + "conditions: none\nt_score_hip: -2.4\n", ""),
        (WOMAN + "t_score_hip: -2.4\n", "undetermined"),  # osteoporosis may still be reported
    ],
)
def test_the_plan_status_goes_by_precedence(answers: str, expected: str) -> None:
    assert expected == status(verdict(answers), "alendronate")


def test_what_a_conditional_medicine_waits_for_is_named() -> None:
    found = item(verdict(OSTEOPOROSIS), "alendronate")
    assert found is not None
    assert found.missing == ("vitamin_d",)


def test_a_deferred_medicine_names_what_comes_first_and_follows_it_in_the_plan() -> None:
    found = verdict(OSTEOPOROSIS + "vitamin_d: 20 nmol/L\n" + "creatinine_clearance_measured: 70 mL/min\n")
    one = item(found, "alendronate")
    assert one is not None
    assert one.after == ("vitamin_d_repletion",)
    assert [reason.rule for reason in one.against] == ["vitamin-d-first"]


def test_a_medicine_not_known_to_be_wanted_is_undetermined_only_while_its_indication_is_in_play() -> None:
    assert status(verdict(WOMAN), "alendronate") == "undetermined"
    assert status(verdict("note: nothing said\n"), "alendronate") == ""


def test_a_medicine_that_is_taken_and_contraindicated_raises_an_alert() -> None:
    found = verdict(OSTEOPOROSIS + "medicines: [alendronate]\ncreatinine_clearance_measured: 20 mL/min\n")
    one = item(found, "alendronate")
    assert one is not None
    assert (one.taken, one.advice) == (True, "stop")
    assert [(alert.id, alert.status, alert.urgency) for alert in found.alerts if alert.status == "raised"] == [
        ("taking_alendronate", "raised", "urgent")
    ]


def test_a_medicine_that_is_taken_and_may_be_contraindicated_is_not_ruled_out() -> None:
    found = verdict(OSTEOPOROSIS + "medicines: [alendronate]\ncreatinine_clearance_measured: 30..40 mL/min\n")
    assert [(one.id, one.status) for one in found.alerts if one.id.startswith("taking_")] == [
        ("taking_alendronate", "not ruled out")
    ]
    cleared = verdict(OSTEOPOROSIS + "medicines: [alendronate]\n" + CLEAR)
    assert not any(one.id.startswith("taking_") for one in cleared.alerts)


def test_a_guideline_hides_what_it_does_not_want_but_never_a_contraindication() -> None:
    other = verdict(OSTEOPOROSIS + CLEAR, guideline="b-2010")
    assert status(other, "alendronate") == ""
    assert status(verdict(OSTEOPOROSIS + CLEAR, guideline="a-2020"), "alendronate") == "recommended"
    assert other.diagnoses[0].status == "established"


BY_GUIDELINE = """
wanted-by-b:
  title: B wants it too
  recommends: alendronate
  guideline: b-2010
  region: US
  when: age >= 60
  because: B says so.
  sources: [b-label]
  evidence: secondary
"""


def test_all_guidelines_that_want_a_medicine_are_named() -> None:
    found = item(verdict(OSTEOPOROSIS + CLEAR, BY_GUIDELINE), "alendronate")
    assert found is not None
    assert {"a-2020", "b-2010"} == set(found.guidelines)


def test_a_region_narrows_recommendations_alone() -> None:
    shown = item(verdict(OSTEOPOROSIS + CLEAR, BY_GUIDELINE, region="UK"), "alendronate")
    assert shown is not None
    assert shown.guidelines == ("a-2020",)
    barred = verdict(OSTEOPOROSIS + "creatinine_clearance_measured: 20 mL/min\n", BY_GUIDELINE, region="UK")
    assert status(barred, "alendronate") == "contraindicated"


def test_outside_the_scope_only_rules_written_for_it_act() -> None:
    child = verdict("age: 9\nt_score_hip: -3\n")
    assert child.outside_scope
    assert child.diagnoses == ()
    assert child.plan == ()
    assert child.notices == ("This system knows adults only.",)


def test_without_an_age_no_medicine_gets_past_conditional() -> None:
    found = verdict("t_score_hip: -2.7\n" + CLEAR)
    one = item(found, "alendronate")
    assert one is not None
    assert one.status == "conditional"
    assert "age" in one.missing
    assert "an adult is assumed" in found.notices[0]


def test_a_conclusion_names_the_answers_it_rests_on_and_what_was_assumed() -> None:
    found = verdict(OSTEOPOROSIS + "fractures: [vertebra]\n")
    state = next(one for one in found.states if one.id == "fragility_fracture")
    assert Truth.UNKNOWN is state.truth  # nobody said at what age
    dated = verdict(OSTEOPOROSIS + "fractures: [{site: vertebra, date: 2025}]\n")
    state = next(one for one in dated.states if one.id == "fragility_fracture")
    assert [(fact.finding, fact.implied) for fact in state.because[0].facts if fact.finding == "fractures"] == [
        ("fractures", "assumed")
    ]


def test_an_assumed_answer_is_replaced_by_an_explicit_one() -> None:
    assert [cause.id for cause in verdict(WOMAN + "calcium_intake: 500 mg/day\n").causes] == ["low_calcium_intake"]
    assumed = verdict(WOMAN)
    assert [cause.id for cause in assumed.causes] == []
    assert [(one.id, one.implied) for one in assumed.findings if one.implied == "assumed"] == [
        ("calcium_intake", "assumed")
    ]


def test_the_rest_of_a_group_is_not_measured_once_the_file_ends() -> None:
    found = {one.id: one for one in verdict(OSTEOPOROSIS).findings}
    assert (found["t_score_lumbar_spine"].status, found["t_score_lumbar_spine"].implied) == ("not measured", "group")


def test_what_was_entered_wins_and_a_large_difference_is_shown() -> None:
    found = {one.id: one for one in verdict(OSTEOPOROSIS + "creatinine_clearance_measured: 40 mL/min\n").derived}
    assert found["creatinine_clearance"].entered == "40 mL/min"
    near = {one.id: one for one in verdict(OSTEOPOROSIS + "creatinine_clearance_measured: 60 mL/min\n").derived}
    assert near["creatinine_clearance"].entered == ""


def test_an_order_is_done_once_its_finding_is_known() -> None:
    assert [(one.id, one.status) for one in verdict(WOMAN).investigations] == [("vitamin_d_test", "to do")]
    done = verdict(WOMAN + "vitamin_d: 80 nmol/L\n").investigations
    assert [(one.id, one.status) for one in done] == [("vitamin_d_test", "done")]


EVIDENCE = """
common:
  sources: [a-2020]
  evidence: verified
one-strong:
  title: One
  supports: gout
  strength: strong
  when: age > 60
  because: It is so.
two-moderate:
  title: Two
  supports: gout
  strength: moderate
  shares: pair
  when: weight > 80 kg
  because: It is so.
three-moderate:
  title: Three
  supports: gout
  strength: moderate
  shares: pair
  when: calcium > 2 mmol/L
  because: It is so.
four-weak:
  title: Four
  supports: gout
  strength: weak
  when: weight > 90 kg
  because: It is so.
five-moderate:
  title: Five
  opposes: gout
  strength: moderate
  when: vitamin_d > 50 nmol/L
  because: It is so.
proved:
  title: Proved
  diagnoses: gout
  when: biopsy is normal_bone
  because: It is so.
ruled-out:
  title: Ruled out
  excludes: gout
  when: pregnancy
  because: It is so.
"""
GOUT = "gout: {label: gout, mechanism: Crystals., pursue: always}\n"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("age: 61\n", ("likely", 1.0)),
        ("age: 61\nweight: 95 kg\n", ("likely", 1.7)),  # the weak rule reads the weight that was counted already
        # The pair shares its evidence: calcium counts, so the weight is free for the weak rule.
        ("age: 61\nweight: 95 kg\ncalcium: 2.3 mmol/L\n", ("likely", 2.0)),
        ("age: 61\nvitamin_d: 60 nmol/L\n", ("possible", 0.3)),
        ("age: 50\nvitamin_d: 60 nmol/L\n", ("unlikely", -0.7)),
        ("age: 50\nweight: 81 kg\nvitamin_d: 60 nmol/L\n", ("open", 0.0)),
        ("age: 61\nsex: female\npregnancy: yes\n", ("excluded", 1.0)),
        ("age: 61\nbiopsy: normal_bone\n", ("established", 1.0)),
        ("age: 61\nsex: female\npregnancy: yes\nbiopsy: normal_bone\n", ("contradictory", 1.0)),
        ("age: 61\nbiopsy: soft_bone\n", ("possible", 1.0)),  # its own criteria are false: no longer likely
    ],
)
def test_evidence_ranks_the_differential(answers: str, expected: tuple[str, float]) -> None:
    found = verdict(answers, EVIDENCE, GOUT)
    gout = next(one for one in found.diagnoses if one.id == "gout")
    assert expected == (gout.status, gout.score)


def test_a_reported_condition_is_established_and_its_absence_proves_nothing() -> None:
    reported = verdict("age: 50\nconditions: [gout]\n", EVIDENCE, GOUT)
    assert next(one.status for one in reported.diagnoses if one.id == "gout") == "established"
    absent = said("age: 50\nconditions: none\n", prepared(EVIDENCE, GOUT))
    assert Truth.UNKNOWN is absent.memory.truth("diagnosed(gout)")


POSITIONS = """
at-what-age:
  question: From what age is DXA offered?
  positions:
    - {guideline: a-2020, says: from 65, when: age >= 65}
    - {guideline: b-2010, says: from 70, when: age >= 70}
"""


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("age: 67\n", [("true", "false")]),
        ("age: 71\n", []),
        ("age: 50\n", []),
        ("age: 66..72\n", [("true", "unknown")]),
    ],
)
def test_where_guidelines_differ_for_this_patient_it_is_shown(answers: str, expected: list[tuple[str, str]]) -> None:
    base = prepared(positions=POSITIONS)
    found = judgement.judge(said(answers, base)).differences
    assert expected == [tuple(position.truth.value for position in one.positions) for one in found]
    assert all(one.needs == ("age",) for one in found if "unknown" in [p.truth.value for p in one.positions])


def test_nothing_said_gives_no_diagnosis_and_no_medicine() -> None:
    found = verdict("note: nothing said\n")
    assert [one.id for one in found.diagnoses if one.status in ("established", "likely")] == []
    assert [one.id for one in found.plan if one.kind == "medicine"] == []
    assert found.disclaimer == "It replaces no clinician."


def test_withdrawing_an_answer_gives_the_verdict_of_one_who_never_gave_it() -> None:
    base = prepared()
    changed, fresh = said(OSTEOPOROSIS + CLEAR, base), said(WOMAN + CLEAR, base)
    changed.say({"t_score_hip": None})
    assert judgement.judge(fresh) == judgement.judge(changed)
    assert dataclasses.is_dataclass(judgement.judge(fresh))


def test_an_entry_that_may_be_one_of_several_is_not_shown_as_one() -> None:
    fields = {"name": Choice(frozenset({"oral_iron", "ferric_carboxymaltose"}))}
    value, status = judgement._value(Records((Entry(fields),)), UNKNOWN)
    assert (value, status) == (("ferric_carboxymaltose or oral_iron",), "interval")

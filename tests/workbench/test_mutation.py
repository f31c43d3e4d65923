"""What worked cases notice of changed rules: killed, survived, equivalent, counted; and going on after a stop."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.assessment.outlook import Outlook
from engine.case.case import Prepared
from engine.values.problems import Place
from engine.views.outcomes import page as outcome_html
from engine.views.outcomes import survivors
from engine.workbench import processes
from engine.workbench.cases import cases, outcomes
from engine.workbench.cases.cases import Expectation
from engine.workbench.checks.solved.everybody import for_all
from engine.workbench.mutation import concerns, equivalents, mutants, mutation, proving
from engine.workbench.mutation.alteration import AlteredCase
from engine.workbench.mutation.mutation import ALSO, EQUIVALENT, KILLED, PROVED, SURVIVED, Report, Trial
from tests.workbench import bench

REQUIRED = f"""\
lowest:
  title: The lowest of the scores counts
  derives: lowest_t_score
  as: lowest(dxa)
  because: The weakest site decides.
  sources: [article A14]
  evidence: verified
swallowing:
{bench.rule("contraindicates: alendronate", "dysphagia")}
"""

SCORE = f"{REQUIRED}low:\n{bench.rule('diagnoses: osteoporosis', 'lowest_t_score <= -2.5')}"


def changes(base: Prepared, owner: str) -> list[str]:
    return [one.change for one in mutants.of(base.kb) if one.owner == owner]


def run(base: Prepared, text: str, listed: dict[str, str] | None = None, **more: Any) -> Report:
    return mutation.run(base, bench.worked(base, text), listed or {}, **more)


def of_rule(report: Report, owner: str) -> dict[str, str]:
    return {one.mutant.change: one.status for one in report.outcomes if one.mutant.owner == owner}


# --- which changes there are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "when", "more", "expected"),
    [
        (
            "supports: osteomalacia",
            "vitamin_d < 30 nmol/L and age > 50",
            {"strength": "moderate"},
            {
                "and becomes or in `vitamin_d < 30 nmol/L and age > 50`",
                "`vitamin_d < 30 nmol/L` left out",
                "`age > 50` left out",
                "< becomes <= in `vitamin_d < 30 nmol/L`",
                "30 becomes 29 in `vitamin_d < 30 nmol/L`",
                "30 becomes 31 in `vitamin_d < 30 nmol/L`",
                "> becomes >= in `age > 50`",
                "50 becomes 49 in `age > 50`",
                "50 becomes 51 in `age > 50`",
                "the rule left out",
                "moderate becomes weak",
                "moderate becomes strong",
                "supports becomes opposes",
                "osteomalacia becomes estrogen_loss",
            },
        ),
        (
            "causes: estrogen_loss",
            "not menopausal_status is premenopausal",
            {},
            {
                "not left out before `menopausal_status is premenopausal`",
                "is becomes is not in `menopausal_status is premenopausal`",
                "`not menopausal_status is premenopausal` left out",
                "the rule left out",
                "estrogen_loss becomes osteoporosis",
            },
        ),
        (
            "orders: vitamin_d_test",
            "any medicines where (name is omeprazole)",
            {},
            {
                "any becomes no in `any medicines where (name is omeprazole)`",
                "is becomes is not in `name is omeprazole`",
                "`name is omeprazole` left out",
                "`any medicines where (name is omeprazole)` left out",
                "the rule left out",
            },
        ),
        (
            "cautions: alendronate",
            "vitamin_d in 12.5..30.0 nmol/L",
            {"weight": "minor"},
            {
                "12.5 becomes 12.4 in `vitamin_d in 12.5..30.0 nmol/L`",
                "12.5 becomes 12.6 in `vitamin_d in 12.5..30.0 nmol/L`",
                "30.0 becomes 29.9 in `vitamin_d in 12.5..30.0 nmol/L`",
                "30.0 becomes 30.1 in `vitamin_d in 12.5..30.0 nmol/L`",
                "`vitamin_d in 12.5..30.0 nmol/L` left out",
                "the rule left out",
                "cautions becomes contraindicates",
            },
        ),
    ],
)
def test_every_small_change_of_a_rule_is_tried_once(
    verb: str, when: str, more: dict[str, str], expected: set[str]
) -> None:
    base = bench.prepared(f"{REQUIRED}it:\n{bench.rule(verb, when, **more)}")
    found = changes(base, "it")
    assert set(found) == expected
    assert len(found) == len(expected)


def test_a_number_moves_by_one_step_of_its_last_written_digit_in_its_own_unit() -> None:
    base = bench.prepared(f"{REQUIRED}it:\n{bench.rule('orders: vitamin_d_test', 'vitamin_d < 12.0 ng/mL')}")
    (lower,) = [one for one in mutants.of(base.kb) if one.change.startswith("12.0 becomes 11.9")]
    assert lower.changed is not None
    assert "29.75" in str(lower.changed.when)  # 11.9 ng/mL


def test_a_target_never_becomes_one_that_the_premise_rests_on() -> None:
    rules = f"{REQUIRED}it:\n{bench.rule('diagnoses: osteoporosis', 'diagnosed(osteomalacia)')}"
    rules += f"soft:\n{bench.rule('diagnoses: osteomalacia', 'vitamin_d < 10 nmol/L')}"
    assert "osteoporosis becomes osteomalacia" not in changes(bench.prepared(rules), "it")


# --- what becomes of them ---------------------------------------------------------------------------------------------

BOTH_SIDES = """\
- {name: at it, given: {t_score_hip: -2.5}, expect: {diagnosed: osteoporosis}}
- {name: just above, given: {t_score_hip: -2.4}, expect: {held: low}}
- {name: one measured, given: {t_score_hip: -2.6, t_score_spine: 1}, expect: {quantities: {lowest_t_score: -2.6}}}
- {name: nothing bars it, given: {dysphagia: no}, expect: {ruled_out: swallowing}}
- {name: it is barred, given: {dysphagia: yes}, expect: {fired: swallowing}}
"""


def test_cases_below_at_and_above_notice_every_change_of_a_threshold() -> None:
    report = run(bench.prepared(SCORE), BOTH_SIDES)
    assert of_rule(report, "low") == {
        "<= becomes < in `lowest_t_score <= -2.5`": KILLED,
        "-2.5 becomes -2.6 in `lowest_t_score <= -2.5`": KILLED,
        "-2.5 becomes -2.4 in `lowest_t_score <= -2.5`": KILLED,
        "`lowest_t_score <= -2.5` left out": KILLED,
        "the rule left out": KILLED,
        "diagnoses becomes excludes": KILLED,
        "osteoporosis becomes osteomalacia": KILLED,
    }


def test_what_no_case_notices_survives_with_a_patient_that_would() -> None:
    text = "- {name: far below, given: {t_score_hip: -4}, expect: {diagnosed: osteoporosis, fired: low}}"
    report = run(bench.prepared(SCORE), text)
    survived = {one.mutant.change: one for one in report.survivors if one.mutant.owner == "low"}
    assert set(survived) == {
        "<= becomes < in `lowest_t_score <= -2.5`",
        "-2.5 becomes -2.6 in `lowest_t_score <= -2.5`",
        "-2.5 becomes -2.4 in `lowest_t_score <= -2.5`",
        "`lowest_t_score <= -2.5` left out",
    }
    witness = survived["<= becomes < in `lowest_t_score <= -2.5`"].witness
    assert witness is not None
    assert (witness.case, witness.answers) == ("far below", {"lowest_t_score": "-2.5"})
    assert (witness.before, witness.after) == ("true", "false")


def test_a_case_made_of_the_witness_notices_the_change() -> None:
    base = bench.prepared(SCORE)
    text = "- {name: far below, given: {t_score_hip: -4}, expect: {diagnosed: osteoporosis}}"
    for survivor in run(base, text).survivors:
        witness = survivor.witness
        if survivor.mutant.owner != "low" or witness is None or not witness.answers:
            continue
        given = ", ".join(f"{name}: {value}" for name, value in witness.answers.items())
        key = {"true": "fired", "false": "ruled_out"}[witness.before]
        more = f"{text}\n- {{name: witness, given: {{{given}}}, expect: {{{key}: low}}}}"
        assert of_rule(run(base, more), "low")[survivor.mutant.change] == KILLED


def test_a_change_that_shows_in_a_case_but_in_nothing_it_expects_names_that_case() -> None:
    text = "- {name: nothing is asked of it, given: {t_score_hip: -2.4}, expect_not: {fired: swallowing}}"
    report = run(bench.prepared(SCORE), text)
    (survivor,) = [one for one in report.survivors if one.mutant.change.startswith("-2.5 becomes -2.4")]
    assert survivor.witness is not None
    assert survivor.witness.case == "nothing is asked of it"
    assert not survivor.witness.answers
    assert survivors.reason(survivor).startswith("nothing expected changes in 'nothing is asked of it'")


def test_the_same_productions_are_equivalent() -> None:
    twice = f"{REQUIRED}it:\n{bench.rule('orders: vitamin_d_test', 'dysphagia and dysphagia and age > 50')}"
    report = run(bench.prepared(twice), "- {name: x, given: {age: 67}, expect: {held: swallowing}}")
    found = of_rule(report, "it")
    assert found["`dysphagia` left out"] == EQUIVALENT
    assert found["`dysphagia` left out (2)"] == EQUIVALENT
    assert found["`age > 50` left out"] == SURVIVED
    assert report.count(EQUIVALENT) == 2


def test_only_the_rules_that_were_named_are_tried() -> None:
    text = "- {name: far below, given: {t_score_hip: -4}, expect: {diagnosed: osteoporosis, fired: low}}"
    report = run(bench.prepared(SCORE), text, only={"swallowing"})
    assert {one.mutant.owner for one in report.outcomes} == {"swallowing"}


def test_what_a_solver_shows_to_be_the_same_of_everybody_is_equivalent_and_nothing_else() -> None:
    pytest.importorskip("z3")
    narrow = bench.rule("orders: vitamin_d_test", "vitamin_d < 30 nmol/L and vitamin_d < 40 nmol/L")
    base = bench.prepared(f"{REQUIRED}it:\n{narrow}")
    report = run(base, "- {name: x, given: {age: 67}, expect: {held: swallowing}}", only={"it"})
    after = of_rule(proving.proved(report, base, for_all(base)), "it")
    assert {change for change, status in after.items() if status == PROVED} == {
        "< becomes <= in `vitamin_d < 40 nmol/L`",
        "40 becomes 41 in `vitamin_d < 40 nmol/L`",
        "40 becomes 39 in `vitamin_d < 40 nmol/L`",
        "`vitamin_d < 40 nmol/L` left out",
    }


def test_a_rule_that_another_one_makes_needless_is_proved_to_be_and_another_conclusion_is_not() -> None:
    pytest.importorskip("z3")
    rules = f"{SCORE}wide:\n{bench.rule('contraindicates: alendronate', 'dysphagia')}"
    rules += f"narrow:\n{bench.rule('contraindicates: alendronate', 'dysphagia and age > 50')}"
    base = bench.prepared(rules)
    report = run(base, "- {name: x, given: {dysphagia: yes}, expect: {fired: wide}}", only={"narrow"})
    after = of_rule(proving.proved(report, base, for_all(base)), "narrow")
    assert {"the rule left out", "`age > 50` left out", "50 becomes 51 in `age > 50`"} <= {
        change for change, status in after.items() if status == PROVED
    }
    assert after["and becomes or in `dysphagia and age > 50`"] == SURVIVED
    assert after["contraindicates becomes cautions"] == SURVIVED


# --- doses, and what is said besides ----------------------------------------------------------------------------------

WEEKLY = "- {{name: low, given: {{t_score_hip: -3, age: 67}}, {0}}}"


def test_numbers_and_intervals_of_doses_are_changed() -> None:
    assert list(mutants.reworded("70 mg once a week, or 1,200 IU in 2.5 mL every two months (G4, {age})")) == [
        ("70 becomes 71", "71 mg once a week, or 1,200 IU in 2.5 mL every two months (G4, {age})"),
        ("week becomes month", "70 mg once a month, or 1,200 IU in 2.5 mL every two months (G4, {age})"),
        ("1,200 becomes 1,201", "70 mg once a week, or 1,201 IU in 2.5 mL every two months (G4, {age})"),
        ("2.5 becomes 2.6", "70 mg once a week, or 1,200 IU in 2.6 mL every two months (G4, {age})"),
        ("two becomes three", "70 mg once a week, or 1,200 IU in 2.5 mL every three months (G4, {age})"),
        ("month becomes year", "70 mg once a week, or 1,200 IU in 2.5 mL every two years (G4, {age})"),
    ]


def test_a_case_that_expects_the_dose_notices_another() -> None:
    rules = f"{SCORE}wanted:\n{bench.rule('recommends: alendronate', 'age > 50', dose='70 mg once a week')}"
    base = bench.prepared(rules)
    doses = {"70 becomes 71 in the dose", "week becomes month in the dose"}
    for expected, status in (
        ("doses: {alendronate: 70 mg once a week}", KILLED),
        ("doses: {alendronate: [70 mg, a week]}", KILLED),
        ("conditional: alendronate", SURVIVED),
    ):
        found = of_rule(run(base, WEEKLY.format(f"expect: {{{expected}}}"), only={"wanted"}), "wanted")
        assert {found[one] for one in doses} == {status}
    base = bench.prepared(rules)
    worked = bench.worked(base, WEEKLY.format("expect: {doses: {alendronate: 35 mg}}"))
    assert "70 mg once a week" in str(outcomes.run(base, worked[0]).failures[0])


def test_what_a_case_says_also_is_run_and_counted_apart() -> None:
    base = bench.prepared(SCORE)
    report = run(base, "- {name: x, given: {t_score_hip: -2.5}, expect: {held: swallowing}, also: {fired: low}}")
    found = of_rule(report, "low")
    assert found["the rule left out"] == ALSO
    assert report.count(ALSO)
    assert report.share == report.count(KILLED) * 1000 // report.tried / 10
    wrong = bench.worked(base, "- {name: y, given: {t_score_hip: 1}, expect: {held: low}, also: {fired: low}}")
    assert not outcomes.run(base, wrong[0]).passed


def test_what_an_author_lists_is_equivalent_with_the_reason() -> None:
    key = "low: -2.5 becomes -2.6 in `lowest_t_score <= -2.5`"
    text = "- {name: x, given: {t_score_hip: -4}, expect: {fired: low}}"
    report = run(bench.prepared(SCORE), text, {key: "nobody measures that finely"})
    assert [(one.mutant.key, one.by) for one in report.outcomes if one.status == EQUIVALENT] == [
        (key, "nobody measures that finely")
    ]


def test_counts_are_exact_and_the_share_leaves_out_the_equivalent() -> None:
    base = bench.prepared(SCORE)
    report = run(base, BOTH_SIDES, {"low: the rule left out": "listed"})
    total = len(mutants.of(base.kb))
    assert len(report.outcomes) == total
    assert report.count(KILLED) + report.count(SURVIVED) + report.count(EQUIVALENT) == total
    assert report.share == report.count(KILLED) * 1000 // (total - 1) / 10
    told = json.loads(survivors.data(report))
    assert {key: told[key] for key in ("mutants", "killed", "survived", "equivalent")} == {
        "mutants": total,
        "killed": report.count(KILLED),
        "survived": len(told["survivors"]),
        "equivalent": 1,
    }
    assert all(
        one["file"] in ("rules/bone.yaml", "knowledge/interventions.yaml") and one["line"] > 0
        for one in told["survivors"]
    )


@pytest.mark.parametrize(("killed", "survived", "enough"), [(92, 8, True), (919, 81, False), (0, 0, True)])
def test_more_than_nine_tenths_are_wanted(killed: int, survived: int, enough: bool) -> None:
    mutant = mutants.of(bench.prepared(SCORE).kb)[0]
    statuses = [KILLED] * killed + [SURVIVED] * survived + [EQUIVALENT] * 50
    assert Report(tuple(mutation.Outcome(mutant, status) for status in statuses)).enough is enough


def test_a_case_that_fails_as_the_rules_stand_is_left_out_and_named() -> None:
    text = "- {name: wrong, given: {t_score_hip: -1}, expect: {fired: low}}"
    report = run(bench.prepared(SCORE), text)
    assert report.left_out == ("wrong",)
    assert report.count(KILLED) == 0
    assert "wrong" in survivors.text(report)


def test_one_process_and_two_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for cores in (1, 2):
        monkeypatch.setattr(processes, "cores", lambda cores=cores: cores)
        monkeypatch.setattr(mutation, "AT_ONCE", 3)
        found.append(run(bench.prepared(SCORE), BOTH_SIDES).outcomes)
    assert [(one.mutant.key, one.status) for one in found[0]] == [(one.mutant.key, one.status) for one in found[1]]


# --- what authors list ------------------------------------------------------------------------------------------------


def test_a_list_of_equivalent_changes_is_read() -> None:
    found, problems = equivalents.read(b'low:\n  "`x > 5`: left out": another rule says it\n', "mutants.yaml")
    assert not problems
    assert [(one.key, one.reason) for one in found] == [("low: `x > 5`: left out", "another rule says it")]


@pytest.mark.parametrize("text", ["- low\n", "low: why\n", "low:\n  change:\n", "low:\n  change: [a]\n"])
def test_a_list_in_another_form_is_a_problem(text: str) -> None:
    found, problems = equivalents.read(text.encode(), "mutants.yaml")
    assert not found
    assert {problem.code for problem in problems} == {"OL410"}


def test_a_listed_change_that_no_longer_comes_up_is_a_problem() -> None:
    found, _ = equivalents.read(b"low:\n  the rule left out: why\n  the rule is left out: why\n", "mutants.yaml")
    known = {one.key: one for one in mutants.of(bench.prepared(SCORE).kb)}
    assert [(one.code, one.place.line) for one in equivalents.unused(found, known)] == [("OL411", 3)]


def test_the_page_tells_survivors(monkeypatch: pytest.MonkeyPatch) -> None:
    report = run(bench.prepared(SCORE), "- {name: a <b>, given: {t_score_hip: -2.4}, expect: {held: swallowing}}")
    page = outcome_html.page(None, None, report, {})
    assert "a &lt;b&gt;" in page
    assert page.count('<div class="card">') == len(report.survivors)


def test_a_kept_case_is_asked_as_the_case_itself() -> None:
    base = bench.prepared(SCORE)
    worked = bench.worked(base, BOTH_SIDES)
    kept, failing = mutation.keep(base, worked)
    assert (len(kept), failing) == (len(worked), ())
    assert all(outcomes.run(base, one).passed for one in worked)


# --- what a change could concern --------------------------------------------------------------------------------------

MANY = """\
- name: in full
  given: {age: 67, sex: female, menopausal_status: postmenopausal, t_score_hip: -3, vitamin_d: 20 nmol/L, dysphagia: no}
  expect:
    diagnosed: osteoporosis
    possible: osteomalacia
    scores: {osteomalacia: 0.7}
    ranks: {osteoporosis: 1}
    causes: estrogen_loss
    deferred: alendronate
    deferred_after: {alendronate: [vitamin_d_repletion]}
    orders: vitamin_d_test
    quantities: {lowest_t_score: -3}
    fired: [osteoporosis-by-t-score, low-vitamin-d]
    held: alendronate-swallowing
- name: in part
  given: {age: 67, t_score_hip: -3}
  expect:
    asked: dysphagia
    conditional: alendronate
    missing: {alendronate: [vitamin_d, dysphagia]}
    diagnosis: osteoporosis
    next_step: vitamin_d_test
    recommend: alendronate
"""


def test_an_expectation_on_other_grounds_never_comes_out_otherwise() -> None:
    """All that is passed over, looked at after all: nothing of it changes; but what is asked is not looked at."""
    base = bench.prepared()
    kept, failing = mutation.keep(base, bench.worked(base, MANY))
    assert not failing
    trial, passed_over = Trial(base, kept), 0
    for mutant in mutants.of(base.kb):
        changed = mutation.of_mutant(base, trial.graph, mutant)
        shaken = concerns.shaken(changed)
        for one in kept:
            look = Outlook(AlteredCase(one, changed))
            for want in one.worked.expectations:
                if want.kind != "asked" and shaken.isdisjoint(concerns.grounds_of(want)):
                    passed_over += 1
                    assert outcomes.met(look, want), (mutant.key, want.kind, want.subject)
    assert passed_over > 300


@pytest.mark.parametrize("kind", [*cases.LISTS, *cases.MAPPINGS])
def test_every_kind_of_expectation_but_what_is_asked_stands_on_something(kind: str) -> None:
    grounds = concerns.grounds_of(Expectation(kind, "x", Place("")))
    assert bool(grounds) is (kind != "asked")
    assert concerns.ANYTHING not in grounds

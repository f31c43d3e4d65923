"""Two values of one number that cannot both be right: which contradict, and that the strictest of both is shown."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from engine.assessment import differential, judgement, plan
from engine.assessment.contrasts import contrast
from engine.assessment.outlook import Outlook
from engine.assessment.population.population import Population
from engine.assessment.several import worlds
from engine.assessment.verdict import Verdict
from engine.case import case, opening
from engine.case.case import Case, Prepared
from engine.dialogue.agenda import doubts, relevance
from engine.inference.program import bits
from engine.inference.working_memory import Numbers
from engine.knowledge_base.store import cache
from engine.premises import evaluation
from engine.values import dates
from engine.values.truth import Truth
from engine.values.value import NOT_MEASURED, Gap, Known
from engine.views.report import data, markdown, text
from engine.workbench.trials.crowd import Crowd
from engine.workbench.trials.patients import Vocabulary, number
from tests.conftest import LONG

ROOT = Path(__file__).parent.parent.parent
TODAY = datetime.date(2026, 11, 21)
PATIENTS = 1000 if LONG else 40
TOGETHER = min(PATIENTS, 250)
OF_SO_MANY = 50
"""One of so many is judged on experta, whatever the bits say."""
HEALTHY = {
    "age": "67",
    "sex": "female",
    "menopausal_status": "postmenopausal",
    "weight": "65 kg",
    "height": "165 cm",
    "t_score_hip": "-3.1",
    "fractures": "[{site: vertebra, cause: low_trauma, date: 2025-03}, {site: vertebra, date: 2026-06}]",
    **dict.fromkeys(("conditions", "medicines", "symptoms", "imaging", "intolerances"), "none"),
    "calcium": "2.40 mmol/L",
    "albumin": "42 g/L",
    "phosphate": "1.10 mmol/L",
    "alkaline_phosphatase": "70 U/L",
    "parathyroid_hormone": "4.0 pmol/L",
    "vitamin_d": "75 nmol/L",
    "creatinine": "70 umol/L",
    "hemoglobin": "135 g/L",
    "tsh": "2.0 mIU/L",
    "esr": "10 mm/h",
    "can_sit_upright": "yes",
    "dental_state": "good",
    **dict.fromkeys(("planned_dental_surgery", "planned_immobilization", "m_protein"), "no"),
}
"""A woman at very high risk whom nothing bars; an eGFR of 82, a clearance of 71, a corrected calcium of 2.36."""


SITES = ("t_score_hip", "t_score_femoral_neck", "t_score_lumbar_spine", "t_score_forearm")


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


@pytest.fixture(scope="module")
def crowd(prepared: Prepared) -> Crowd:
    return Crowd(prepared, TODAY)


def patient(prepared: Prepared, **answers: str) -> Case:
    """The healthy woman with these answers; an empty one is left out."""
    lines = [f"{name}: {known}\n" for name, known in {**HEALTHY, **answers}.items() if known]
    (one,) = opening.patients(prepared, "".join(lines), "patient.yaml", opening.terms(prepared.kb), TODAY)
    return one.case


def statuses(verdict: Verdict) -> dict[str, str]:
    return {item.id: item.status for item in verdict.plan}


def raised(verdict: Verdict) -> set[str]:
    return {alert.id for alert in verdict.alerts if alert.status == "raised"}


def with_status(verdict: Verdict, status: str) -> set[str]:
    return {one.id for one in verdict.diagnoses if one.status == status}


# --- an eGFR of 10 beside a creatinine of 70 --------------------------------------------------------------------------


def test_no_medicine_is_permitted_that_one_of_the_two_forbids(prepared: Prepared) -> None:
    plain = statuses(judgement.judge(patient(prepared)))
    assert plain["zoledronate"] == plain["denosumab"] == "recommended"
    alone = statuses(judgement.judge(patient(prepared, egfr="10", creatinine="")))
    both = statuses(judgement.judge(patient(prepared, egfr="10")))
    for medicine in ("alendronate", "risedronate", "zoledronate", "denosumab", "teriparatide"):
        assert both[medicine] == alone[medicine]
        assert both[medicine] in ("deferred", "contraindicated")


def test_the_more_urgent_of_the_two_is_raised(prepared: Prepared) -> None:
    assert "denosumab_in_advanced_kidney_disease" not in raised(judgement.judge(patient(prepared)))
    assert "denosumab_in_advanced_kidney_disease" in raised(judgement.judge(patient(prepared, egfr="10")))


def test_a_diagnosis_is_made_or_excluded_only_where_both_do(prepared: Prepared) -> None:
    by_creatinine, by_egfr = patient(prepared), patient(prepared, egfr="10", creatinine="")
    assert "ckd_mbd" in with_status(judgement.judge(by_creatinine), "excluded")
    assert "chronic_kidney_disease" in with_status(judgement.judge(by_egfr), "likely")
    both = judgement.judge(patient(prepared, egfr="10"))
    assert "osteoporosis" in with_status(both, "established")
    settled = {"established", "likely", "excluded"}
    left = {one.id: one.status for one in both.diagnoses}
    assert left["ckd_mbd"] not in settled
    assert left["chronic_kidney_disease"] not in settled
    assert "chronic_kidney_disease" not in {cause.id for cause in both.causes}


def test_what_differs_waits_for_what_is_measured_again_and_the_work_up_says_so(prepared: Prepared) -> None:
    both = judgement.judge(patient(prepared, egfr="10"))
    (one,) = [item for item in both.plan if item.id == "zoledronate"]
    assert {"egfr", "creatinine"} <= set(one.missing)
    assert {"egfr", "creatinine"} <= set(both.open)
    kidney = [test for test in both.investigations if "creatinine" in prepared.kb.investigations[test.id].findings]
    assert [test.status for test in kidney] == ["to do"]


def test_every_report_names_both_values(prepared: Prepared) -> None:
    both = judgement.judge(patient(prepared, egfr="10"))
    (one,) = both.contradictions
    assert [(claim.value, claim.origin) for claim in one.claims] == [
        ("10 mL/min/1.73m2", "entered"),
        ("82 mL/min/1.73m2", "worked out"),
    ]
    for form in (text.report(both, prepared.names), markdown.report(both, prepared.names)):
        report = " ".join(form.split())
        assert "10 mL/min/1.73m2 was entered, but 82 mL/min/1.73m2 is worked out from creatinine 70 umol/L" in report
        assert "entered as 10 mL/min/1.73m2" in report
        assert "stricter" in report
    listed = data.document(both, prepared.names)["contradictions"]
    assert [(entry["id"], entry["again"]) for entry in listed] == [("egfr", ["egfr", "creatinine"])]


def test_status_by_status_the_same_is_said(prepared: Prepared) -> None:
    one = patient(prepared, corrected_calcium="2.36 mmol/L", calcium="1.8 mmol/L")
    look, verdict = Outlook(one), judgement.judge(one)
    assert "severe_hypocalcemia" in raised(verdict)
    assert {name for name in one.kb.alerts if look.alert(name) is Truth.TRUE} == raised(verdict)
    assert {name: look.status(name) for name in one.kb.interventions if look.status(name)} == statuses(verdict)
    assert look.state("hypocalcemia") is Truth.UNKNOWN
    assert look.rule(one.kb.rules["hypocalcemia-found"]) is Truth.TRUE


# --- what contradicts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entered", "also"),
    [
        ({"egfr": "10"}, {}),
        ({"egfr": "< 15"}, {}),
        ({"creatinine_clearance": "20 mL/min"}, {}),
        ({"creatinine_clearance": "34 mL/min"}, {"creatinine": "127 umol/L"}),  # 39: within a fifth, beyond the cut-off
        ({"corrected_calcium": "2.36 mmol/L"}, {"calcium": "1.8 mmol/L"}),
        ({"corrected_calcium": "2.10 mmol/L"}, {}),
        ({"corrected_calcium": "high"}, {}),
        ({"serum_calcium": "2.9 mmol/L"}, {}),
        ({"bmi": "15"}, {}),
        ({"lowest_t_score": "-1.0"}, {}),
        ({"globulin": "28 g/L"}, {"total_protein": "95 g/L"}),
        ({"glucocorticoid_dose": "0 mg/day"}, {"medicines": "[{name: prednisolone, dose: 15 mg}]"}),
        ({"denosumab_elapsed": "3 months"}, {"medicines": "[{name: denosumab, last_given: 2025-11-01}]"}),
        ({"years_since_menopause": "30 years"}, {"age_at_menopause": "52"}),
        ({"height_loss": "1 cm"}, {"peak_height": "172 cm"}),
        ({"frax_hip_adjusted": "1 %"}, {"frax_hip": "6 %"}),
        ({"lowest_t_score": "-3.0"}, dict.fromkeys(SITES, "0") | {"t_score_unspecified": "not measured"}),
    ],
)
def test_a_number_entered_contradicts_what_it_is_worked_out_to(
    entered: dict[str, str], also: dict[str, str], prepared: Prepared
) -> None:
    found = worlds.contradictions(patient(prepared, **entered, **also))
    assert [one.about for one in found] == list(entered)


@pytest.mark.parametrize(
    "answers",
    [
        {"egfr": "82"},
        {"egfr": "75"},  # less than a fifth away, and no rule tells them apart
        {"egfr": "82..90"},
        {"egfr": "normal"},
        {"creatinine_clearance": "35 mL/min", "creatinine": "143 umol/L"},  # 34.5, as worked out
        {"corrected_calcium": "2.4 mmol/L"},
        {"lowest_t_score": "-4.0"},  # another site may be lower than the hip
        {"egfr": "10", "creatinine": "not measured"},
        {"egfr": "not measured"},
        {"glucocorticoid_dose": "20 mg/day", "medicines": "[{name: prednisolone, dose: 15 mg}, ...]"},
    ],
)
def test_what_can_both_be_right_is_one_patient(answers: dict[str, str], prepared: Prepared) -> None:
    one = patient(prepared, **answers)
    assert worlds.contradictions(one) == ()
    (world,) = worlds.of(one)
    assert world.case is one
    assert judgement.judge(one).contradictions == ()


def test_the_order_of_answers_does_not_matter(prepared: Prepared) -> None:
    said = patient(prepared, egfr="10", bmi="15").said
    there, back = (Case(prepared, TODAY) for _ in range(2))
    for names, one in ((list(said), there), (list(said)[::-1], back)):
        for name in names:
            one.say({name: said[name]})
        one.finish()
    shown = [judgement.judge(one) for one in (there, back)]
    assert [one.about for one in worlds.contradictions(there)] == [one.about for one in worlds.contradictions(back)]
    assert shown[0].plan == shown[1].plan
    assert shown[0].alerts == shown[1].alerts
    assert shown[0].notices == shown[1].notices


def test_what_a_withdrawn_value_hid_comes_to_light(prepared: Prepared) -> None:
    """The corrected calcium agrees with the one that counts, and both contradict what was measured."""
    found = worlds.contradictions(
        patient(prepared, corrected_calcium="2.36 mmol/L", serum_calcium="2.36 mmol/L", calcium="1.8 mmol/L")
    )
    assert [one.about for one in found] == ["corrected_calcium", "serum_calcium"]
    verdict = judgement.judge(
        patient(prepared, corrected_calcium="2.36 mmol/L", serum_calcium="2.36 mmol/L", calcium="1.8 mmol/L")
    )
    assert "severe_hypocalcemia" in raised(verdict)


@pytest.mark.parametrize(
    ("answers", "most"),
    [
        ({"egfr": "10"}, 3),
        ({"egfr": "10", "bmi": "15"}, 7),
        ({"egfr": "10", "bmi": "15", "corrected_calcium": "1.9 mmol/L"}, 10),
        ({"egfr": "10", "bmi": "15", "corrected_calcium": "1.9 mmol/L", "lowest_t_score": "-1", "ost": "9"}, 16),
    ],
)
def test_however_many_contradict_the_worlds_are_few_and_hold_the_plain_ones(
    answers: dict[str, str], most: int, prepared: Prepared
) -> None:
    one = patient(prepared, **answers)
    found = worlds.of(one)
    assert 2 < len(found) <= most
    contradicting = worlds.contradictions(one)
    withdrawn = {world.withdrawn for world in found}
    assert {(), contradicting, *((each,) for each in contradicting)} <= withdrawn


def test_of_several_the_strictest_counts(prepared: Prepared) -> None:
    both = judgement.judge(patient(prepared, egfr="10", corrected_calcium="1.9 mmol/L"))
    assert statuses(both)["zoledronate"] == "contraindicated"  # by the calcium
    assert {"hypocalcemia_found", "denosumab_in_advanced_kidney_disease"} <= raised(both)
    assert len(both.contradictions) == 2


def test_age_is_never_in_doubt(prepared: Prepared) -> None:
    (one,) = worlds.contradictions(patient(prepared, ost="9"))
    assert one.doubted == ("weight",)


# --- asked back -------------------------------------------------------------------------------------------------------


def test_why_not_tells_the_status_by_each_and_goes_by_the_one_that_counts(prepared: Prepared) -> None:
    found = contrast.why_not(patient(prepared, egfr="10"), "zoledronate")
    assert found.status == "deferred"
    assert [way.status for way in found.each_way] == ["deferred", "recommended"]
    assert [way.taking.rpartition(") ")[2] for way in found.each_way] == [
        "10 mL/min/1.73m2 as entered",
        "82 mL/min/1.73m2 as worked out",
    ]
    delaying = [one.rule.id for one in found.rules if one.truth is Truth.TRUE and one.role == "delays"]
    assert delaying
    by_itself = contrast.why_not(patient(prepared), "zoledronate")
    assert all(one.truth is not Truth.TRUE for one in by_itself.rules if one.rule.id in delaying)


def test_why_not_says_where_it_is_what_is_left_out_that_counts(prepared: Prepared) -> None:
    found = contrast.why_not(patient(prepared, bmi="15"), "alendronate")
    assert [(way.status, "without weight, height" in way.taking) for way in found.each_way] == [
        ("conditional", True),
        ("recommended", False),
    ]


def test_what_both_values_agree_on_is_told_without_ado(prepared: Prepared) -> None:
    assert contrast.why_not(patient(prepared, egfr="10"), "osteoporosis").each_way == ()


def test_of_a_list_its_own_question_tells_what_is_wrong(prepared: Prepared) -> None:
    one = patient(prepared, denosumab_elapsed="3 months", medicines="[{name: denosumab, last_given: 2025-11-01}]")
    verdict = judgement.judge(one)
    (doubt,) = doubts.doubts(one, verdict)
    assert doubt.stakes
    first, second = (doubts.decision(one, verdict, doubt.asked, line) for line in ("1", "2"))
    assert first is not None
    assert (dict(first.changes), first.look_at) == ({}, ("medicines",))
    assert second is not None
    assert (dict(second.changes), second.look_at) == ({"denosumab_elapsed": None}, ())


def test_where_nothing_hangs_on_it_nobody_is_asked(prepared: Prepared) -> None:
    one = patient(prepared, height_loss="1 cm", peak_height="166.5 cm")
    (doubt,) = doubts.doubts(one, judgement.judge(one))
    assert doubt.stakes == ()
    assert not any(asked.which for asked in relevance.agenda(one, judgement.judge(one), frozenset()).now)


# --- random patients --------------------------------------------------------------------------------------------------

STRICTEST = ("contraindicated", "undetermined", "deferred", "conditional", "recommended")


@pytest.mark.parametrize("first", range(0, PATIENTS, TOGETHER))
def test_of_random_patients_the_strictest_of_the_two_is_shown(first: int, prepared: Prepared, crowd: Crowd) -> None:
    """They are judged together; of whom something else seems to be shown is judged on experta, which decides."""
    seeds = range(first, min(first + TOGETHER, PATIENTS))
    said: dict[int, dict[str, Known]] = {}
    entered: dict[int, dict[str, Known]] = {}
    for seed, known in zip(seeds, crowd.fitted([crowd.vocabulary.patient(seed) for seed in seeds])[0], strict=True):
        number = entered_beside(crowd.vocabulary, dict(known), random.Random(f"contradiction {seed}"))
        if number is not None:
            said[seed], entered[seed] = {**known, **number}, number
    both = population(crowd, list(said.values()))
    doubted, withdrawn = [], []
    for place, (seed, known) in enumerate(said.items()):
        found = worlds.contradictions(both.case(place))
        assert list(entered[seed]) == [each.about for each in found]
        (contradiction,) = found
        doubted.append({**known, **dict.fromkeys(contradiction.doubted, NOT_MEASURED)})
        withdrawn.append({name: one for name, one in known.items() if name not in entered[seed]})
    doubtful = seem_to_differ(both, population(crowd, doubted), population(crowd, withdrawn))
    for place, (seed, known) in enumerate(said.items()):
        if doubtful >> place & 1 or place % OF_SO_MANY == 0:
            one, *alone = [finished(prepared, each) for each in (known, known, doubted[place], withdrawn[place])]
            assert [each.about for each in worlds.contradictions(one)] == list(entered[seed])
            assert differing(one, alone) == [], seed
    assert len(said) > len(seeds) // 2


def population(crowd: Crowd, said: Sequence[Mapping[str, Known]]) -> Population:
    return Population(crowd.prepared, crowd.machine, said, [TODAY] * len(said))


def seem_to_differ(both: Population, doubted: Population, withdrawn: Population) -> int:
    """Of whom something else seems to be shown than the strictest of three patients, one of them as entered."""
    alone, found = (both, doubted, withdrawn), 0
    for entry in both.kb.interventions.values():
        if entry.kind in ("medicine", "procedure"):
            shown, each = both.status(entry.id), [one.plans.statuses(entry.id) for one in alone]
            for place in range(both.size):
                if _word(shown, place) != strictest([_word(words, place) for words in each]):
                    found |= 1 << place
    for alert in both.kb.alerts:
        true, false = bits.any_of([one.testing.alert(alert) for one in alone], both.everybody)
        found |= true ^ both.alert(alert)[0] | false ^ both.alert(alert)[1]
    for condition in both.kb.conditions:
        shown, firm = both.diagnosis(condition), [one.standings.statuses(condition) for one in (both, withdrawn)]
        for status in ("established", "excluded"):
            found |= shown.get(status, 0) ^ (firm[0].get(status, 0) & firm[1].get(status, 0))
    return found


def _word(words: Mapping[str, int], place: int) -> str:
    return next((word for word, these in words.items() if these >> place & 1), "")


def finished(prepared: Prepared, said: dict[str, Known]) -> Case:
    one = Case(prepared, TODAY)
    one.say(said)
    one.finish()
    return one


def entered_beside(vocabulary: Vocabulary, said: dict[str, Known], chance: random.Random) -> dict[str, Known] | None:
    """A number far from what it is worked out to."""
    kb = vocabulary.kb
    numbers = Numbers.of(vocabulary.prepared.plan, dates.day(TODAY), said)
    stand_ins = {one.stand_in: one.id for one in kb.findings.values() if one.stand_in}
    found = []
    for quantity in kb.quantities.values():
        name = stand_ins.get(quantity.id, quantity.id)
        worked_out = evaluation.interval_of(numbers.worked_out(quantity.id), None)
        if quantity.shown and not isinstance(worked_out, Gap) and worked_out.exact and name not in said:
            found.append((name, worked_out.exact))
    if not found:
        return None
    name, value = chance.choice(found)
    return {name: number(value * chance.choice((2, 3)) if chance.random() < 0.5 else value / 3)}


def differing(both: Case, alone: list[Case]) -> list[str]:
    """Where what is shown is not the strictest of what each of the patients is shown by itself."""
    verdict = judgement.judge(both)
    wrong: list[str] = []
    shown = statuses(verdict)
    in_play = [differential.in_play(one) for one in alone]
    for entry in both.kb.interventions.values():
        if entry.kind in ("medicine", "procedure"):
            each = [plan.status_shown(one, entry, known) for one, known in zip(alone, in_play, strict=True)]
            if shown.get(entry.id, "") != strictest(each):
                wrong.append(f"{entry.id} {shown.get(entry.id, '')}, by themselves {each}")
    told = {alert.id: alert.status for alert in verdict.alerts}
    for alert in both.kb.alerts:
        held = {one.truth(rule) for one in alone for rule in one.rules("alerts", alert) if one.acts(rule)}
        expected = "raised" if Truth.TRUE in held else "not ruled out" if Truth.UNKNOWN in held else ""
        if told.get(alert, "") != expected:
            wrong.append(f"{alert} {told.get(alert, '')}, not {expected}")
    firm = [alone[0], alone[2]]
    for status in ("established", "excluded"):
        each_says = [{one.condition.id for one in differential.ranked(each) if one.status == status} for each in firm]
        if with_status(verdict, status) != set.intersection(*each_says):
            wrong.append(f"{status}: {with_status(verdict, status) ^ set.intersection(*each_says)}")
    look = Outlook(both)
    words = {Truth.TRUE: "raised", Truth.UNKNOWN: "not ruled out", Truth.FALSE: ""}
    wrong += [name for name in both.kb.alerts if words[look.alert(name)] != told.get(name, "")]
    wrong += [name for name, status in shown.items() if look.status(name) != status]
    wrong += [one.id for one in verdict.diagnoses if look.rank(one.id) != one.rank]
    return wrong


def strictest(each: Sequence[str]) -> str:
    if "contraindicated" in each or not any(each):
        return "contraindicated" if any(each) else ""
    return "undetermined" if "" in each else min(each, key=STRICTEST.index)


# --- a corrected calcium beside a total, and no albumin ---------------------------------------------------------------


def test_a_corrected_calcium_that_no_albumin_explains_contradicts_the_total(prepared: Prepared) -> None:
    one = patient(prepared, albumin="", calcium="2.30 mmol/L", serum_calcium="2.90 mmol/L")
    assert [found.about for found in worlds.contradictions(one)] == ["serum_calcium"]
    assert "recommended" not in {statuses(judgement.judge(one))[name] for name in ("denosumab", "teriparatide")}


def test_one_that_a_low_albumin_explains_contradicts_nothing(prepared: Prepared) -> None:
    one = patient(prepared, albumin="", calcium="2.30 mmol/L", serum_calcium="2.70 mmol/L")
    assert worlds.contradictions(one) == ()

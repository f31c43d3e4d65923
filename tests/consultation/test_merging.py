"""The strictest of several verdicts, part by part, whatever the reason that there are several."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pytest

from engine.assessment import verdict as shown
from engine.assessment.several import merging
from engine.assessment.verdict import AlertShown, Diagnosis, Item, StateShown, Verdict
from engine.knowledge_base.model import Investigation, Scale
from engine.premises.statuses import DiagnosisStatus
from engine.values.truth import Truth
from tests.views.samples import DEFICIENT, DENSITY, EMPTY, HERE, KB, VERDICT, item

ONCE = dataclasses.replace(
    KB,
    investigations={
        name: Investigation(id=name, place=HERE, label=name, step=step, findings=findings)
        for name, step, findings in (("bloods", 1, ("calcium", "creatinine")), ("dxa", 2, ("t_score_hip",)))
    },
    scales={"risk": Scale(id="risk", place=HERE, label="risk", levels=("low", "moderate", "high"))},
)


def merged(*firm: Verdict, doubting: Iterable[Verdict] = (), again: tuple[str, ...] = ("calcium",)) -> Verdict:
    return merging.merged(ONCE, firm, tuple(doubting), again, lambda names: tuple(sorted(set(names))))


def planned(*items: Item) -> Verdict:
    return dataclasses.replace(EMPTY, plan=items)


# --- the plan ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "statuses", "expected"),
    [
        ("medicine", ("recommended", "recommended"), "recommended"),
        ("medicine", ("recommended", "conditional"), "conditional"),
        ("medicine", ("conditional", "deferred"), "deferred"),
        ("medicine", ("deferred", "undetermined"), "undetermined"),
        ("medicine", ("recommended", "contraindicated"), "contraindicated"),
        ("medicine", ("recommended", ""), "undetermined"),  # wanted by one of them only
        ("medicine", ("contraindicated", ""), "contraindicated"),
        ("medicine", ("", ""), ""),
        ("nutrition", ("recommended", ""), "undetermined"),
        ("referral", ("recommended", ""), "recommended"),  # it only looks
        ("referral", ("undetermined", "deferred"), "deferred"),
        ("monitoring", ("recommended", "contraindicated"), "contraindicated"),
        ("medication review", ("", "conditional"), "conditional"),
    ],
)
def test_a_status_is_the_one_that_permits_least(kind: str, statuses: tuple[str, ...], expected: str) -> None:
    assert merging.status(kind, statuses) == expected
    assert merging.status(kind, statuses[::-1]) == expected


def test_a_medicine_has_the_reasons_of_the_stricter_and_every_caution() -> None:
    free = item("alendronate", "alendronate", "recommended", line="first", supporting=(DENSITY,), cautions=(DENSITY,))
    held = item("alendronate", "alendronate", "deferred", line="second", after=("vitamin_d_repletion",))
    held = dataclasses.replace(held, against=(DEFICIENT,), cautions=(DEFICIENT,), missing=("creatinine",))
    (one,) = merged(planned(free), planned(held)).plan
    assert (one.status, one.line, one.after) == ("deferred", "second", ("vitamin_d_repletion",))
    assert one.against == (DEFICIENT,)
    assert set(one.cautions) == {DENSITY, DEFICIENT}
    assert one.missing == ("calcium", "creatinine")  # and what would tell which is right


def test_what_is_wanted_by_one_only_waits_for_what_would_tell() -> None:
    taken = item("alendronate", "alendronate", "recommended", taken=True, advice="continue")
    (one,) = merged(planned(taken), planned()).plan
    assert (one.status, one.advice, one.missing) == ("undetermined", "review", ("calcium",))


def test_what_all_agree_on_waits_for_nothing() -> None:
    free = item("alendronate", "alendronate", "recommended")
    (one,) = merged(planned(free), planned(free)).plan
    assert one == free


def test_what_is_in_doubt_bars_and_establishes_nothing() -> None:
    free, barred = (item("alendronate", "alendronate", status) for status in ("recommended", "contraindicated"))
    sure = dataclasses.replace(EMPTY, plan=(free,), diagnoses=(disease("established"),))
    doubting = dataclasses.replace(EMPTY, plan=(barred,))
    found = merged(sure, sure, doubting=[doubting])
    assert [one.status for one in found.plan] == ["contraindicated"]
    assert [one.status for one in found.diagnoses] == ["established"]


# --- the differential -------------------------------------------------------------------------------------------------


def disease(status: DiagnosisStatus, score: float = 0.0) -> Diagnosis:
    return Diagnosis("osteomalacia", "osteomalacia", 1, status, score, "", (DEFICIENT,), (), ())


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("established", "established"), "established"),
        (("established", "contradictory"), "contradictory"),
        (("established", "likely"), "likely"),
        (("likely", "possible"), "possible"),
        (("established", "excluded"), "open"),
        (("established", ""), "open"),
        (("excluded", "excluded"), "excluded"),
        (("excluded", "unlikely"), "unlikely"),
        (("excluded", ""), "open"),
        (("possible", "unlikely"), "open"),
    ],
)
def test_a_diagnosis_is_as_far_from_open_as_all_of_them_say(statuses: tuple[str, ...], expected: str) -> None:
    assert merging.standing(statuses) == expected
    assert merging.standing(statuses[::-1]) == expected


def test_a_score_is_that_of_the_weaker_and_none_where_they_speak_against_each_other() -> None:
    def of(*found: Diagnosis) -> Diagnosis:
        (one,) = merged(*(dataclasses.replace(EMPTY, diagnoses=(each,)) for each in found)).diagnoses
        return one

    assert of(disease("likely", 1.3), disease("possible", 0.3)).score == 0.3
    assert of(disease("likely", 1.3), disease("unlikely", -0.3)).score == 0.0
    assert of(disease("likely", 1.3), disease("possible", 0.3)).missing == ("calcium",)
    assert of(disease("likely", 1.3), disease("likely", 1.3)).missing == ()


def test_the_differential_is_in_its_order_again() -> None:
    first = dataclasses.replace(disease("established"), id="gout", label="gout")
    listed = dataclasses.replace(EMPTY, diagnoses=(first, dataclasses.replace(disease("likely", 1.0), rank=2)))
    turned = dataclasses.replace(EMPTY, diagnoses=(disease("likely", 1.0),))
    assert [(one.id, one.rank, one.status) for one in merged(listed, turned).diagnoses] == [
        ("osteomalacia", 1, "likely"),
        ("gout", 2, "open"),
    ]


# --- alerts, tests, states --------------------------------------------------------------------------------------------


def alerted(status: str, urgency: str) -> Verdict:
    return dataclasses.replace(
        EMPTY, alerts=(AlertShown("calcium", "calcium", urgency, status, f"{urgency}: act", (DEFICIENT,)),)
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (alerted("raised", "soon"), EMPTY, ("raised", "soon")),
        (alerted("raised", "soon"), alerted("raised", "emergency"), ("raised", "emergency")),
        (alerted("raised", "soon"), alerted("not ruled out", "emergency"), ("raised", "soon")),
        (alerted("not ruled out", "urgent"), EMPTY, ("not ruled out", "urgent")),
    ],
)
def test_an_alert_is_the_more_urgent(one: Verdict, other: Verdict, expected: tuple[str, str]) -> None:
    for found in (merged(one, other), merged(other, one)):
        assert [(alert.status, alert.urgency) for alert in found.alerts] == [expected]
        assert found.alerts[0].action.startswith(expected[1])


def test_a_test_is_done_only_where_all_say_so_and_what_is_in_doubt_is_measured_again() -> None:
    done = dataclasses.replace(EMPTY, investigations=(shown.Test("bloods", "bloods", 1, "done", "", (DENSITY,)),))
    waiting = dataclasses.replace(EMPTY, investigations=(shown.Test("bloods", "bloods", 1, "to do", "", (DENSITY,)),))
    assert [one.status for one in merged(done, done, again=()).investigations] == ["done"]
    assert [one.status for one in merged(done, waiting, again=()).investigations] == ["to do"]
    assert [(one.id, one.status) for one in merged(done, done, again=("calcium",)).investigations] == [
        ("bloods", "to do")
    ]
    assert [(one.id, one.status) for one in merged(waiting, done, again=("t_score_hip",)).investigations] == [
        ("bloods", "to do"),
        ("dxa", "after"),
    ]


@pytest.mark.parametrize(
    ("truths", "expected"),
    [
        ((Truth.TRUE, Truth.TRUE), Truth.TRUE),
        ((Truth.FALSE, Truth.FALSE), Truth.FALSE),
        ((Truth.TRUE, Truth.FALSE), Truth.UNKNOWN),
        ((Truth.TRUE, Truth.UNKNOWN), Truth.UNKNOWN),
    ],
)
def test_a_state_is_what_all_say(truths: tuple[Truth, ...], expected: Truth) -> None:
    each = (dataclasses.replace(EMPTY, states=(StateShown("weak", "weak", held, ()),)) for held in truths)
    assert [one.truth for one in merged(*each).states] == [expected]


def test_of_a_scale_the_lower_level_is_certain() -> None:
    each = (
        dataclasses.replace(EMPTY, states=(StateShown("risk", "risk", Truth.TRUE, (DENSITY,), level),))
        for level in ("high", "moderate")
    )
    assert [(one.at_least, one.truth) for one in merged(*each).states] == [("moderate", Truth.UNKNOWN)]


def test_a_cause_is_one_in_all() -> None:
    at_work = dataclasses.replace(EMPTY, causes=VERDICT.causes)
    assert [one.id for one in merged(at_work, at_work).causes] == ["estrogen_loss"]
    assert merged(at_work, EMPTY).causes == ()

"""Safety leaves patients a medicine: how many have one recommended, and which ordinary records do."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import balance
from benchmarks.balance import Standing
from engine.assessment.outlook import Outlook
from engine.assessment.several import worlds
from engine.case.case import Prepared
from engine.inference.working_memory import WorkingMemory
from engine.intake.record import Record
from tests.shipped import worked

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.xdist_group("balance")  # the patients are judged once, not by each worker
DATA = ROOT / "tests" / "data" / "balance"
LEAST = Fraction(118, 207)
"""The share of patients with a recommended bone medicine that may not be fallen below."""
OF_TEN = 7
"""In so many of the ordinary records a medicine of the first line is recommended."""


@pytest.fixture(scope="module")
def records(prepared: Prepared) -> dict[str, Record]:
    """Every worked case and ordinary record by its name."""
    return {one.name: one.record for one in worked()} | balance.ordinary(prepared)


@pytest.fixture(scope="module")
def found(prepared: Prepared, records: dict[str, Record]) -> list[Standing]:
    """Where those stand who were looked at when the balance was first taken, and the ordinary records."""
    looked_at = [name for names in before().values() for name in names if name in records]
    assert len(looked_at) > 190  # a case that was renamed is lost to the balance
    return balance.measure(prepared, [(name, records[name]) for name in (*looked_at, *balance.ordinary(prepared))])


@pytest.fixture(scope="module")
def ordinary(prepared: Prepared) -> dict[str, Standing | None]:
    memory = WorkingMemory(prepared.plan)
    records = balance.ordinary(prepared)
    assert len(records) == 10
    return {name: balance.standing(balance.judged(prepared, one, memory), name) for name, one in records.items()}


def before() -> dict[str, list[str]]:
    """The names of those who were looked at first, by their best status then."""
    return dict(yaml.safe_load((DATA / "before.yaml").read_text("utf-8")))


def fallen() -> list[dict[str, Any]]:
    """Who is excused, one by one."""
    return list(yaml.safe_load((DATA / "fallen.yaml").read_text("utf-8")))


def test_as_many_have_a_recommended_medicine_as_had_before(found: list[Standing]) -> None:
    excused = {one["name"] for one in fallen()} & {one.name for one in found}
    recommended = sum(one.best == "recommended" for one in found if one.name not in excused)
    told = f"{balance.told(found)}; {len(excused)} of them excused"
    assert Fraction(recommended + len(excused), len(found)) >= LEAST, told


def test_nobody_lost_the_last_recommended_medicine_without_a_reason(found: list[Standing]) -> None:
    had, excused = set(before()["recommended"]), {one["name"] for one in fallen()}
    lost = [one for one in found if one.name in had - excused and one.best != "recommended"]
    assert lost == [], "\n".join(f"{one.name}: {one}" for one in lost)


def test_whoever_is_excused_fell_by_what_is_named(prepared: Prepared, records: dict[str, Record]) -> None:
    memory = WorkingMemory(prepared.plan)
    for one in fallen():
        assert set(one) == {"name", "from", "to", "rule", "why"}
        assert one["from"] == "recommended"
        patient = balance.judged(prepared, records[one["name"]], memory)
        now = balance.standing(patient, one["name"])
        assert now is not None, one["name"]
        assert now.best == one["to"] != "recommended", one["name"]
        if one["rule"] == "contradiction":
            assert worlds.contradictions(patient), one["name"]
        else:
            assert one["rule"] in now.rules, (one["name"], now.rules)


def test_in_most_ordinary_records_a_medicine_of_the_first_line_is_recommended(
    ordinary: dict[str, Standing | None],
) -> None:
    first = [name for name, one in ordinary.items() if one and one.best == "recommended" and one.line == "first"]
    told = [f"{name}: {one}" for name, one in ordinary.items() if name not in first]
    assert len(first) >= OF_TEN, "\n".join(told)


def test_a_tablet_waits_for_nothing_that_an_ordinary_record_does_not_hold(prepared: Prepared) -> None:
    """An illness or a result may put it off; no answer is wanting."""
    memory = WorkingMemory(prepared.plan)
    waiting = {
        name: missing
        for name, one in balance.ordinary(prepared).items()
        if (missing := Outlook(balance.judged(prepared, one, memory)).missing("alendronate"))
    }
    assert waiting == {}


def test_the_other_ordinary_records_name_the_one_thing_that_is_missing(ordinary: dict[str, Standing | None]) -> None:
    for name, one in ordinary.items():
        assert one is not None, name
        if one.best == "conditional":
            assert len(one.missing) == 1, (name, one.missing)
        elif one.best == "deferred":
            assert len(one.after) == 1, (name, one.after)
        else:
            assert one.best == "recommended", (name, one.rules)


def test_an_ordinary_record_holds_what_a_general_practitioner_has_at_hand(prepared: Prepared) -> None:
    also = {"menopausal_status", "t_score_hip", "t_score_femoral_neck", "t_score_lumbar_spine"}
    for name, one in balance.ordinary(prepared).items():
        assert balance.AT_HAND <= set(one.known) <= balance.AT_HAND | also, name


def test_two_runs_can_be_told_apart(found: list[Standing], tmp_path: Path) -> None:
    balance.keep(tmp_path / "kept.json", found)
    assert balance.kept(tmp_path / "kept.json") == found
    first = next(one for one in found if one.best == "recommended")
    fell = Standing(first.name, "deferred", first.medicines, first.line, ("a-rule",))
    ((name, old, new),) = balance.changed(found, [fell if one is first else one for one in found])
    assert (name, old, new) == (first.name, first, fell)
    assert "a-rule" in str(new)

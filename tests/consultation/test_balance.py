"""Safety leaves patients a medicine: how many have one recommended, and which ordinary records do."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import balance
from benchmarks.balance import Standing
from engine.consultation import case
from engine.consultation.case import Prepared
from engine.inference.working_memory import WorkingMemory
from engine.knowledge_base import cache

ROOT = Path(__file__).parent.parent.parent
LEAST = Fraction(118, 207)
"""The share of patients with a recommended bone medicine that may not be fallen below."""
OF_TEN = 7
"""In so many of the ordinary records a medicine of the first line is recommended."""


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


@pytest.fixture(scope="module")
def found(prepared: Prepared) -> list[Standing]:
    return balance.measure(prepared, balance.patients(prepared))


@pytest.fixture(scope="module")
def ordinary(prepared: Prepared) -> dict[str, Standing | None]:
    memory = WorkingMemory(prepared.plan)
    records = balance.ordinary(prepared)
    assert len(records) == 10
    return {name: balance.standing(balance.judged(prepared, one, memory), name) for name, one in records.items()}


def fallen() -> list[dict[str, Any]]:
    """Who is excused, one by one."""
    return list(yaml.safe_load((ROOT / "tests" / "data" / "balance" / "fallen.yaml").read_text("utf-8")))


def test_as_many_have_a_recommended_medicine_as_had_before(found: list[Standing]) -> None:
    excused = {one["name"] for one in fallen()}
    kept = [one for one in found if one.name not in excused]
    recommended = sum(one.best == "recommended" for one in kept)
    assert Fraction(recommended + len(excused), len(found)) >= LEAST, balance.told(found)


def test_whoever_is_excused_fell_by_the_rule_that_is_named(found: list[Standing]) -> None:
    standing = {one.name: one for one in found}
    for one in fallen():
        assert set(one) == {"name", "from", "to", "rule", "why"}
        assert one["from"] == "recommended"
        now = standing[one["name"]]
        assert now.best == one["to"] != "recommended", one["name"]
        assert one["rule"] in now.rules, (one["name"], now.rules)


def test_in_most_ordinary_records_a_medicine_of_the_first_line_is_recommended(
    ordinary: dict[str, Standing | None],
) -> None:
    first = [name for name, one in ordinary.items() if one and one.best == "recommended" and one.line == "first"]
    told = [f"{name}: {one}" for name, one in ordinary.items() if name not in first]
    assert len(first) >= OF_TEN, "\n".join(told)


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
    at_hand = {
        *("age", "sex", "menopausal_status", "weight", "height", "fractures", "conditions", "medicines"),
        *("intolerances", "calcium", "albumin", "creatinine", "alkaline_phosphatase", "vitamin_d"),
    }
    scores = {"t_score_hip", "t_score_femoral_neck", "t_score_lumbar_spine"}
    for name, one in balance.ordinary(prepared).items():
        assert at_hand - {"menopausal_status"} <= set(one.known) <= at_hand | scores, name


def test_two_runs_can_be_told_apart(found: list[Standing], tmp_path: Path) -> None:
    balance.keep(tmp_path / "kept.json", found)
    assert balance.kept(tmp_path / "kept.json") == found
    first = next(one for one in found if one.best == "recommended")
    fell = Standing(first.name, "deferred", first.medicines, first.line, ("a-rule",))
    ((name, old, new),) = balance.changed(found, [fell if one is first else one for one in found])
    assert (name, old, new) == (first.name, first, fell)
    assert "a-rule" in str(new)

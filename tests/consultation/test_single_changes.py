"""One change in the record of a woman whom nothing bars, and the medicines that must not be recommended after it.

The changes are data (`tests/data/hazards`): a line that is set, or one that is dropped, the medicines, and who says so.
All are judged at once; some are judged on experta as well.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import balance
from engine.assessment.outlook import Outlook
from engine.assessment.population.population import Population
from engine.case.case import Prepared
from engine.case.opening import UNDATED
from engine.inference.program.columns import Machine
from engine.inference.working_memory import WorkingMemory
from engine.intake import record
from engine.intake.record import Record

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data" / "hazards"
USUAL = "woman-of-67"
"""Whose record is changed where nobody else is named."""
OF_SO_MANY = 20
"""One change of so many is judged on experta as well."""


def read(path: Path) -> Any:
    """A file with every scalar as text, as patient files are read."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)


def changes() -> list[dict[str, Any]]:
    files = [path for path in sorted(DATA.glob("*.yaml")) if path.stem not in ("bases", "open")]
    return [one for path in files for one in read(path)]


@cache
def bases() -> dict[str, dict[str, Any]]:
    return dict(read(DATA / "bases.yaml"))


@cache
def still_open() -> dict[str, str]:
    return {one["name"]: one["why"] for one in read(DATA / "open.yaml")}


def record_of(prepared: Prepared, written: dict[str, Any]) -> Record:
    read, problems = record.read_records(prepared.kb, yaml.safe_dump(written), "changed.yaml")
    assert problems == []
    return read[0]


def with_change(change: dict[str, Any]) -> dict[str, Any]:
    """The record of whom is changed, with the change."""
    written = {**bases()[change.get("base", USUAL)]["record"], **change.get("set", {})}
    return {name: value for name, value in written.items() if name not in change.get("drop", ())}


@pytest.fixture(scope="module")
def recommended(prepared: Prepared, machine: Machine) -> dict[str, frozenset[str]]:
    """What is recommended after each change, of all of them at once."""
    records = [record_of(prepared, with_change(one)) for one in changes()]
    days = [one.today or UNDATED for one in records]
    people = Population(prepared, machine, [one.known for one in records], days)
    by_medicine = {one: people.status(one).get("recommended", 0) for one in prepared.kb.interventions}
    return {
        change["name"]: frozenset(one for one, these in by_medicine.items() if these >> place & 1)
        for place, change in enumerate(changes())
    }


def barred(prepared: Prepared, change: dict[str, Any]) -> list[str]:
    """The medicines that a change bars, of those recommended before it; a class stands for its members."""
    recommended = bases()[change.get("base", USUAL)]["recommended"]
    named = [change["never"]] if isinstance(change["never"], str) else change["never"]
    if named == ["all"]:
        return list(recommended)
    found = frozenset().union(*(prepared.kb.choices["medicines"].expand(name) or {name} for name in named))
    return [name for name in recommended if name in found]


@pytest.mark.parametrize("name", bases())
def test_nothing_bars_the_medicines_of_whom_is_changed(name: str, prepared: Prepared, memory: WorkingMemory) -> None:
    look = Outlook(balance.judged(prepared, record_of(prepared, bases()[name]["record"]), memory))
    recommended = bases()[name]["recommended"]
    assert {one: look.status(one) for one in recommended} == dict.fromkeys(recommended, "recommended")


@pytest.mark.parametrize("change", [pytest.param(one, id=one["name"]) for one in changes()])
def test_a_change_bars(
    change: dict[str, Any], prepared: Prepared, memory: WorkingMemory, recommended: dict[str, frozenset[str]]
) -> None:
    still = [name for name in barred(prepared, change) if name in recommended[change["name"]]]
    if still:
        look = Outlook(balance.judged(prepared, record_of(prepared, with_change(change)), memory))
        still = [name for name in still if look.status(name) == "recommended"]
    if change["name"] in still_open():
        assert still, "it protects now: take it out of open.yaml"
    else:
        assert still == []


@pytest.mark.parametrize("change", [pytest.param(one, id=one["name"]) for one in changes()[::OF_SO_MANY]])
def test_after_a_change_experta_recommends_the_same(
    change: dict[str, Any], prepared: Prepared, memory: WorkingMemory, recommended: dict[str, frozenset[str]]
) -> None:
    look = Outlook(balance.judged(prepared, record_of(prepared, with_change(change)), memory))
    alone = {one for one in prepared.kb.interventions if look.status(one) == "recommended"}
    assert recommended[change["name"]] == alone


def test_each_change_is_told_in_full(prepared: Prepared) -> None:
    names = [one["name"] for one in changes()]
    assert len(names) == len(set(names)) >= 120
    for one in changes():
        assert set(one) <= {"name", "base", "set", "drop", "never", "sources"}, one["name"]
        assert one.get("set") or one.get("drop"), one["name"]
        assert barred(prepared, one), one["name"]
        assert one["sources"], one["name"]
        assert set(one["sources"]) <= set(prepared.kb.sources), one["name"]
        assert set(one.get("drop", ())) <= set(bases()[one.get("base", USUAL)]["record"]), one["name"]
    assert set(still_open()) <= set(names)

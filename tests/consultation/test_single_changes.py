"""One change in the record of a woman whom nothing bars, and the medicines that must not be recommended after it.

The changes are data (`tests/data/hazards`): a line that is set, or one that is dropped, the medicines, and who says so.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import balance
from engine.assessment.outlook import Outlook
from engine.case.case import Case, Prepared
from engine.inference.working_memory import WorkingMemory
from engine.intake import record

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data" / "hazards"
USUAL = "woman-of-67"
"""Whose record is changed where nobody else is named."""


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


def patient(prepared: Prepared, memory: WorkingMemory, written: dict[str, Any]) -> Case:
    read, problems = record.read_records(prepared.kb, yaml.safe_dump(written), "changed.yaml")
    assert problems == []
    return balance.judged(prepared, read[0], memory)


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
    look = Outlook(patient(prepared, memory, bases()[name]["record"]))
    recommended = bases()[name]["recommended"]
    assert {one: look.status(one) for one in recommended} == dict.fromkeys(recommended, "recommended")


@pytest.mark.parametrize("change", [pytest.param(one, id=one["name"]) for one in changes()])
def test_a_change_bars(change: dict[str, Any], prepared: Prepared, memory: WorkingMemory) -> None:
    written = {**bases()[change.get("base", USUAL)]["record"], **change.get("set", {})}
    kept = {name: value for name, value in written.items() if name not in change.get("drop", ())}
    look = Outlook(patient(prepared, memory, kept))
    recommended = [name for name in barred(prepared, change) if look.status(name) == "recommended"]
    if change["name"] in still_open():
        assert recommended, "it protects now: take it out of open.yaml"
    else:
        assert recommended == []


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

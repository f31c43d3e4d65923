"""Invariants on random patients: what is broken is found, with the smallest patient, the same in every run."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.assessment import query
from engine.case import opening
from engine.case.case import Prepared
from engine.intake import record
from engine.knowledge_base.model import Invariant
from engine.values.truth import Truth
from engine.views.outcomes import outcome, page
from engine.views.outcomes import tried as outcome_invariants
from engine.workbench import processes
from engine.workbench.trials import invariants
from tests.commands.conftest import FILES
from tests.workbench import bench

PATIENTS = 300


def invariant(name: str, never: str, title: str = "No one is given it") -> str:
    harm, source = "It burns the gullet.", "[label-a 4]"
    lines = [f"title: {title}", f"never: {never}", f"harm: {harm}", f"sources: {source}", "evidence: verified"]
    return f"{name}:\n" + "".join(f"  {line}\n" for line in lines)


SWALLOWING = invariant("swallowing", "status(alendronate) is (recommended or conditional) and dysphagia")
OLD = invariant("old", "status(alendronate) is recommended and age > 70 and sex is female", "No woman over 70")


@pytest.fixture(scope="module")
def base() -> Prepared:
    return bench.prepared(invariants=SWALLOWING + OLD)


def tried(base: Prepared, count: int = PATIENTS) -> invariants.Tried:
    return invariants.run(base, invariants.in_force(base.kb), count)


def test_what_a_rule_prevents_is_broken_once_the_rule_is_gone(base: Prepared) -> None:
    assert [one.invariant.id for one in tried(base).violations] == ["old"]
    rules = FILES["rules/bone.yaml"].replace("when: dysphagia", "when: dysphagia and age > 110")
    assert rules != FILES["rules/bone.yaml"]
    without = bench.prepared(rules, invariants=SWALLOWING + OLD)
    assert [one.invariant.id for one in tried(without).violations] == ["swallowing", "old"]


def test_the_smallest_patient_is_a_file_that_breaks_it_and_can_lose_nothing_more(base: Prepared) -> None:
    (found,) = tried(base).violations
    read, problems = record.read_record(base.kb, found.smallest, "smallest.yaml")
    assert not problems
    assert read is not None
    assert breaks(base, found.invariant, read)
    assert {"age", "sex"} <= read.answers.keys()
    for left_out in read.answers:
        fewer = {name: answer for name, answer in read.answers.items() if name != left_out}
        assert not breaks(base, found.invariant, record.Record(fewer, today=read.today)), left_out


def breaks(base: Prepared, one: Invariant, read: record.Record) -> bool:
    assert one.never is not None
    return query.holds(opening.finished(base, read, opening.Terms()), one.never) is Truth.TRUE


def test_one_process_finds_what_many_do(base: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    shared_out = tried(base)
    monkeypatch.setattr(processes, "cores", lambda: 1)
    assert tried(base) == shared_out
    assert shared_out.violations


def test_entries_and_details_that_do_not_matter_are_left_out_of_lists() -> None:
    never = "any medicines where (name is omeprazole)"
    base = bench.prepared(invariants=invariant("omeprazole", never))
    (found,) = tried(base).violations
    assert found.smallest.split("given:\n")[1] == "  medicines: [omeprazole]\n"


def test_what_was_tried_is_kept_with_the_very_knowledge(
    base: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSTEOLOGIC_CACHE", str(tmp_path))
    assert invariants.kept(base.kb) is None
    found = tried(base)
    invariants.keep(base.kb, found)
    assert invariants.kept(base.kb) == found
    invariants.keep(base.kb, invariants.Tried(2, PATIENTS - 1))
    assert invariants.kept(base.kb) == found  # fewer patients do not unmake it
    assert invariants.kept(bench.prepared(invariants=SWALLOWING).kb) is None
    monkeypatch.setattr(invariants, "_program", lambda: "another")
    assert invariants.kept(base.kb) is None


def test_the_harm_and_the_patient_are_told_to_people_and_programs(base: Prepared) -> None:
    found = tried(base)
    told = outcome_invariants.text(found)
    place = found.violations[0].invariant.place
    assert told.startswith(f"BROKEN old  ({place})\n  No woman over 70\n  harm: It burns the gullet.\n")
    assert found.violations[0].smallest in told
    assert told.endswith(f"1 invariant holds on {PATIENTS} random patients, 1 is broken\n")
    data = json.loads(outcome.data([], None, found))["invariants"]
    assert (data["tried"], data["patients"]) == (2, PATIENTS)
    assert [(one["invariant"], one["smallest"]) for one in data["broken"]] == [("old", found.violations[0].smallest)]
    suite = ElementTree.fromstring(outcome.junit([], found))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert "It burns the gullet." in page.page([], None, None, {}, found)
    assert outcome_invariants.text(invariants.NOTHING) == ""


def test_a_withdrawn_invariant_is_kept_to_be_read_and_not_tried() -> None:
    base = bench.prepared(invariants=SWALLOWING + OLD.replace("harm:", "withdrawn: she is\n  harm:"))
    assert set(base.kb.invariants) == {"swallowing", "old"}
    assert tried(base) == invariants.Tried(1, PATIENTS)

"""Names that the strength decides, and medicines of which only the class is known."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from engine.intake.answers.answers import read_answer
from engine.knowledge_base.files.source import load_text
from engine.knowledge_base.model import KnowledgeBase
from engine.values.problems import Place, Problem
from engine.values.value import Choice, Records
from tests.shipped import base

TODAY = datetime.date(2026, 11, 21)
HERE = Place("patient.yaml", 3, 5)
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def shipped() -> KnowledgeBase:
    return base()


def told(kb: KnowledgeBase, entry: str) -> tuple[frozenset[str], list[Problem]]:
    node, problems = load_text(f"[{entry}]", "patient.yaml")
    assert not problems
    assert node is not None
    known, problems = read_answer(kb, "medicines", node, HERE, TODAY)
    if not isinstance(known, Records):
        return frozenset(), problems
    name = known.entries[0].fields["name"]
    assert isinstance(name, Choice)
    return name.members, problems


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("{name: denosumab-bbdz, dose: 60 mg}", {"denosumab"}),
        ("{name: denosumab-bbdz, dose: 120 mg}", {"denosumab_cancer_dose"}),
        ("denosumab-bnht 120 mg every 4 weeks", {"denosumab_cancer_dose"}),
        ("denosumab-xyzq 60 mg every 6 months", {"denosumab"}),
        ("{name: denosumab, dose: 120 mg}", {"denosumab_cancer_dose"}),
        ("{name: denosumab, dose: 60 mg}", {"denosumab"}),
        ("{name: zoledronic acid, dose: 4 mg}", {"zoledronate_cancer_dose"}),
        ("{name: zoledronic acid, dose: 5 mg}", {"zoledronate"}),
        ("romosozumab-aqqg", {"romosozumab"}),
        ("triamcinolone 8 mg/day", {"triamcinolone_by_mouth"}),
        ("{name: other, class: RANKL inhibitor, last_given: 2025-11}", {"denosumab"}),
        ("{name: Nobodysbrand, class: denosumab}", {"denosumab"}),
        ("{name: Prolia, dose: 60 mg}", {"denosumab"}),
        ("{name: Xgeva, dose: 120 mg}", {"denosumab_cancer_dose"}),
        ("{name: alendronate, dose: 70 mg every week}", {"alendronate"}),
        ("{name: alendronate, class: bisphosphonate}", {"alendronate"}),
        ("{class: thiazide}", {"hydrochlorothiazide"}),
    ],
)
def test_a_name_is_decided_by_strength_or_class(shipped: KnowledgeBase, entry: str, meant: set[str]) -> None:
    members, problems = told(shipped, entry)
    assert not problems, [str(problem) for problem in problems]
    assert meant <= members
    assert len(members) == 1 or "class" in entry


@pytest.mark.parametrize(
    ("entry", "code", "said"),
    [
        ("denosumab-bbdz", "OL312", "write the dose in mg"),
        ("{name: denosumab-dssb, last_given: 2025-11}", "OL312", "write the dose in mg"),
        ("triamcinolone", "OL312", "write more of it"),
        ("{name: Prolia, dose: 120 mg}", "OL312", "check both"),
        ("Xgeva 60 mg every 6 months", "OL312", "check both"),
        ("{name: Zometa, dose: 5 mg}", "OL312", "check both"),
        ("Nobodysbrand", "OL311", "tell its class, its dose and how often it is given"),
        ("{name: other, class: [thiazide]}", "OL316", "one name"),
    ],
)
def test_what_a_name_leaves_open_is_asked(shipped: KnowledgeBase, entry: str, code: str, said: str) -> None:
    members, problems = told(shipped, entry)
    assert not members
    assert [problem.code for problem in problems] == [code]
    assert said in problems[0].hint

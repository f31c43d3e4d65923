"""Leaving out a safety rule: who misses it is named, and so is the rule that nobody misses."""

from __future__ import annotations

from benchmarks import removals
from tests.workbench import bench
from tests.workbench.test_invariants import SWALLOWING

PATIENTS = 200


def test_a_rule_is_missed_by_the_invariant_that_it_kept() -> None:
    kb = bench.prepared(invariants=SWALLOWING).kb
    rules = [kb.rules["alendronate-swallowing"], kb.rules["vitamin-d-first"]]
    found = removals.removals(kb, rules, PATIENTS)
    assert [(one.rule, one.by, one.what) for one in found] == [
        ("alendronate-swallowing", removals.INVARIANT, "swallowing"),
        ("vitamin-d-first", removals.NOBODY, ""),
    ]


def test_a_rule_is_missed_by_the_table_of_hazards() -> None:
    hazard = """
gullet:
  title: Trouble swallowing
  reads: dysphagia
  when: dysphagia
  effect: bars
  for: [alendronate]
  know: first
  sources: [label-a 4]
  evidence: unverified
"""
    kb = bench.prepared(hazards=hazard).kb
    (found,) = removals.removals(kb, [kb.rules["alendronate-swallowing"]], PATIENTS)
    assert (found.by, found.rule) == (removals.TABLE, "alendronate-swallowing")
    assert "dysphagia" in found.what or "gullet" in found.what

"""What must hold of no patient, whatever the rules say: the shipped invariants, on random patients.

A tenth of them as a rule, all with `OSTEOLOGIC_LONG=1` (`make test-long`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.case import case
from engine.case.case import Prepared
from engine.knowledge_base.store import cache
from engine.views.outcomes import tried as outcome_invariants
from engine.workbench.trials import invariants
from tests.conftest import size

PATIENTS = size(20_000)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent))


def test_there_are_invariants_to_try(prepared: Prepared) -> None:
    assert len(prepared.kb.invariants) >= 60


def test_no_random_patient_breaks_an_invariant(prepared: Prepared) -> None:
    tried = invariants.run(prepared, invariants.in_force(prepared.kb), PATIENTS)
    assert not tried.violations, outcome_invariants.text(tried)

"""The shipped knowledge base, and the same patients one by one and as a chunk."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("pyarrow")

from engine.case import case
from engine.case.case import Prepared
from engine.cohort.following import Compiled
from engine.cohort.mirror.strata import Ground
from engine.knowledge_base.store import cache

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


@pytest.fixture(scope="session")
def compiled(prepared: Prepared) -> Compiled:
    return Compiled(prepared)


@pytest.fixture(scope="session")
def ground(prepared: Prepared) -> Ground:
    return Ground(prepared.plan)

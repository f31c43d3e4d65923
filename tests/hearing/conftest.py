"""The ear of the shipped words, made once."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from engine.case import case
from engine.case.case import Prepared
from engine.hearing.ear import Ear
from engine.knowledge_base.store import cache

TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


@pytest.fixture(scope="session")
def ear(prepared: Prepared) -> Ear:
    return Ear(prepared.names, TODAY)

"""How hard the property tests try: a moment at the desk, longer in CI, at length when asked to."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from cli import COLLECTING

gc.set_threshold(*COLLECTING)  # as the program does

# A deadline measures the machine, not the code; speed is held by the benchmarks.
settings.register_profile("default", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
calm = settings.get_profile("default")
# The same examples for the same code: a red run speaks about the change, and `make fuzz` does the searching.
IN_CI = 100
settings.register_profile("ci", calm, max_examples=IN_CI, derandomize=True, database=None, print_blob=True)
settings.register_profile("long", calm, max_examples=200, print_blob=True)
settings.register_profile("fuzz", calm, max_examples=20_000, print_blob=True)

LONG = os.environ.get("OSTEOLOGIC_LONG") == "1"


def size(full: int) -> int:
    """How many random patients to try: all of them in the long suite, a tenth otherwise."""
    return full if LONG else full // 10


def examples(few: float, many: float = 1) -> settings:
    """For a property of which one example is dear, or cheap: so many times the usual number of examples.

    `few` at the desk and in CI, `many` in the long suite and when searching at length.
    """
    usual = settings().max_examples
    return settings(max_examples=round(usual * (many if usual > IN_CI else few)))


settings.load_profile("ci" if os.environ.get("CI") == "true" else "long" if LONG else "default")


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Consultations held by tests are kept where no person's are."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    yield
    if before is None:
        del os.environ["XDG_STATE_HOME"]
    else:
        os.environ["XDG_STATE_HOME"] = before

"""How hard the property tests try: a moment at the desk, longer in CI, at length when asked to."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A deadline measures the machine, not the code; speed is held by the benchmarks.
_ALWAYS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("default", max_examples=60, **_ALWAYS)
# The same examples for the same code: a red run speaks about the change, and `make fuzz` does the searching.
settings.register_profile("ci", max_examples=500, derandomize=True, database=None, print_blob=True, **_ALWAYS)
settings.register_profile("fuzz", max_examples=20_000, print_blob=True, **_ALWAYS)

settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")

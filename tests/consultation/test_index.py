"""What is asked of many entries is the same after it was kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.case import case
from engine.case.index import Index
from engine.knowledge_base.store import cache, coding

ROOT = Path(__file__).parent.parent.parent


def test_what_was_kept_is_what_was_worked_out() -> None:
    index = Index.of(cache.load(ROOT))
    assert Index.restore(json.loads(json.dumps(index.dump()))) == index
    assert index.by_target["contraindicates", "alendronate"]
    assert "osteoporosis" in set().union(*index.indications.values())


@pytest.mark.parametrize("kept", [None, [], {}, {"atoms": {}}, "index"])
def test_anything_else_is_refused(kept: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        Index.restore(kept)


def test_a_kept_knowledge_base_is_prepared_as_one_that_was_read() -> None:
    kb = cache.load(ROOT)
    case.prepare_kept(kb)
    kept, anew = case.prepare_kept(coding.restore(coding.dump(kb))), case.prepare(kb)
    assert dict(kept.by_target) == dict(anew.by_target)
    assert dict(kept.rules) == dict(anew.rules)
    assert kept.behind == anew.behind

"""Rules under a key are opened when they are looked at, and once."""

from __future__ import annotations

import pytest

from engine.inference.rules_by import RulesBy
from engine.knowledge_base.model import Rule
from engine.values.problems import Place


def test_only_what_is_looked_at_is_opened() -> None:
    opened: list[str] = []

    def rule(name: str) -> Rule:
        opened.append(name)
        return Rule(id=name, place=Place("rules/a.yaml"), verb="sets", targets=("frail",))

    rules = RulesBy({"frail": ["a", "b"], "old": ["c"]}, rule)
    assert len(rules) == 2
    assert list(rules) == ["frail", "old"]
    assert "frail" in rules
    assert opened == []
    assert [one.id for one in rules["frail"]] == ["a", "b"]
    assert rules["frail"] is rules["frail"]
    assert rules.get("young", ()) == ()
    assert opened == ["a", "b"]
    with pytest.raises(KeyError):
        rules["young"]

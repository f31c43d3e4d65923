"""Which rules speak of what, by their ids: worked out once for a knowledge base, and kept beside its network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..inference import productions
from ..knowledge_base.model import KnowledgeBase
from ..language.frozen import ordered
from . import evidence

Ids = Sequence[str]


@ordered
class RuleIndex:
    """The ids of rules, in the order of the knowledge base."""

    by_atom: Mapping[str, Ids]
    """Those that conclude each proposition."""
    by_verb: Mapping[str, Ids]
    by_target: Mapping[tuple[str, str], Ids]
    """By verb and member concluded about."""
    behind: Mapping[str, frozenset[str]]
    """The findings behind each rule that supports or opposes."""
    indications: Mapping[str, frozenset[str]]
    """The conditions that the premise of each rule that recommends speaks of."""

    @classmethod
    def of(cls, kb: KnowledgeBase) -> RuleIndex:
        by_verb: dict[str, list[str]] = {}
        by_target: dict[tuple[str, str], list[str]] = {}
        for rule in kb.rules.values():
            by_verb.setdefault(rule.verb, []).append(rule.id)
            for member in rule.members or rule.targets:
                by_target.setdefault((rule.verb, member), []).append(rule.id)
        by_atom = productions.rules_by_atom(kb)
        wanting = (kb.rules[rule] for rule in by_verb.get("recommends", ()))
        return cls(
            {atom: [rule.id for rule in rules] for atom, rules in by_atom.items()},
            by_verb,
            by_target,
            evidence.findings_behind(kb),
            {rule.id: evidence.conditions_named(rule, by_atom) for rule in wanting},
        )

    def dump(self) -> Any:
        """The index as a JSON value."""
        return {
            "atoms": dict(self.by_atom),
            "verbs": dict(self.by_verb),
            "targets": [[*key, *ids] for key, ids in self.by_target.items()],
            "behind": _sorted(self.behind),
            "indications": _sorted(self.indications),
        }

    @classmethod
    def restore(cls, kept: Any) -> RuleIndex:
        """The index that was dumped.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: for anything else.
        """
        return cls(
            kept["atoms"],
            kept["verbs"],
            {(verb, member): ids for verb, member, *ids in kept["targets"]},
            _frozen(kept["behind"]),
            _frozen(kept["indications"]),
        )


def _sorted(sets: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    return {rule: sorted(names) for rule, names in sets.items()}


def _frozen(lists: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    return {rule: frozenset(names) for rule, names in lists.items()}

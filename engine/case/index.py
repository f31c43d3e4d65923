"""The index of entries that each start asks for, by ids: worked out once, and kept beside the network.

A patient looks at few of the entries there are; to find those, none has to be opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..inference import productions, values
from ..knowledge_base.model import KnowledgeBase
from ..knowledge_base.naming import Names
from ..premises import expression
from ..values.frozen import frozen
from . import cut_offs, evidence, guideline_lines

Ids = Sequence[str]


@frozen
class Index:
    """Ids in the order of the knowledge base."""

    by_atom: Mapping[str, Ids]
    """The rules that conclude each proposition."""
    by_verb: Mapping[str, Ids]
    by_target: Mapping[tuple[str, str], Ids]
    """The rules by verb and member concluded about."""
    behind: Mapping[str, frozenset[str]]
    """The findings behind each rule that supports or opposes."""
    indications: Mapping[str, frozenset[str]]
    """The conditions that the premise of each rule that recommends speaks of."""
    assumed: Ids
    """The findings of which something is assumed where nobody says otherwise."""
    remembering: Mapping[str, Ids]
    """The findings that remember the earlier results of others, with those."""
    pursued_always: frozenset[str]
    pursued_when: frozenset[str]
    """The conditions with a premise of their own for being pursued."""
    exposures: frozenset[str]
    """The conditions that are causes and never diagnoses."""
    first_tests: Mapping[str, str]
    """For each finding the investigation that comes first of those that settle it: by step, then the narrowest."""
    known_first: Mapping[str, frozenset[str]]
    """For each medicine that the hazards speak of, the findings to be known before it is recommended."""
    asking: Mapping[str, Sequence[int]]
    """The place of each finding and quantity in the order a clinician asks (`Names.asking`)."""
    cut_offs: Mapping[str, Sequence[str]]
    """The numbers that rules compare each finding and quantity with, as texts."""
    lines: Mapping[str, Sequence[Sequence[str]]]
    """For each ten-year probability the rules of guidelines that draw a line in it, each with its threshold."""

    @classmethod
    def of(cls, kb: KnowledgeBase) -> Index:
        by_verb: dict[str, list[str]] = {}
        by_target: dict[tuple[str, str], list[str]] = {}
        for rule in kb.rules.values():
            by_verb.setdefault(rule.verb, []).append(rule.id)
            for member in rule.members or rule.targets:
                by_target.setdefault((rule.verb, member), []).append(rule.id)
        by_atom = productions.rules_by_atom(kb)
        wanting = (kb.rules[rule] for rule in by_verb.get("recommends", ()))
        conditions = kb.conditions.values()
        first_tests: dict[str, str] = {}
        for test in sorted(kb.investigations.values(), key=lambda test: (test.step, len(test.findings), test.id)):
            for name in test.findings:
                first_tests.setdefault(name, test.id)
        return cls(
            by_atom={atom: [rule.id for rule in rules] for atom, rules in by_atom.items()},
            by_verb=by_verb,
            by_target=by_target,
            behind=evidence.findings_behind(kb),
            indications={rule.id: evidence.conditions_named(rule, by_atom) for rule in wanting},
            assumed=[finding.id for finding in kb.findings.values() if finding.assumed is not None],
            remembering={one.id: list(one.remembers) for one in kb.findings.values() if one.remembers},
            pursued_always=frozenset(one.id for one in conditions if one.pursue_always),
            pursued_when=frozenset(one.id for one in conditions if one.pursue is not None),
            exposures=frozenset(one.id for one in conditions if one.exposure),
            first_tests=first_tests,
            known_first=_known_first(kb),
            asking={name: list(place) for name, place in Names(kb).asking.items()},
            cut_offs={name: [str(cut) for cut in cuts] for name, cuts in cut_offs.of(kb).items()},
            lines=guideline_lines.of(kb),
        )

    def dump(self) -> Any:
        """The index as a JSON value."""
        return {
            "atoms": dict(self.by_atom),
            "verbs": dict(self.by_verb),
            "targets": [[*key, *ids] for key, ids in self.by_target.items()],
            "behind": _sorted(self.behind),
            "indications": _sorted(self.indications),
            "assumed": self.assumed,
            "remembering": dict(self.remembering),
            "conditions": [sorted(self.pursued_always), sorted(self.pursued_when), sorted(self.exposures)],
            "first tests": dict(self.first_tests),
            "known first": _sorted(self.known_first),
            "asking": dict(self.asking),
            "cut-offs": dict(self.cut_offs),
            "lines": dict(self.lines),
        }

    @classmethod
    def restore(cls, kept: Any) -> Index:
        """The index that was dumped.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: for anything else.
        """
        always, when, exposures = map(frozenset, kept["conditions"])
        return cls(
            by_atom=kept["atoms"],
            by_verb=kept["verbs"],
            by_target={(verb, member): ids for verb, member, *ids in kept["targets"]},
            behind=_frozen(kept["behind"]),
            indications=_frozen(kept["indications"]),
            assumed=kept["assumed"],
            remembering=kept["remembering"],
            pursued_always=always,
            pursued_when=when,
            exposures=exposures,
            first_tests=kept["first tests"],
            known_first=_frozen(kept["known first"]),
            asking=kept["asking"],
            cut_offs=kept["cut-offs"],
            lines=kept["lines"],
        )


def _known_first(kb: KnowledgeBase) -> dict[str, frozenset[str]]:
    """Quantities and states stand for the findings they are worked out from."""
    found: dict[str, set[str]] = {}
    listed = [kb.choices[name] for name in ("medicines", "interventions") if name in kb.choices]
    reads = values.dependencies(kb) if kb.hazards else {}
    for hazard in kb.hazards.values():
        behind = _findings_behind(kb, reads, hazard.reads) if hazard.know == "first" else frozenset()
        for name in hazard.medicines:
            for medicine in {name}.union(*(choice.expand(name) or () for choice in listed)):
                found.setdefault(medicine, set()).update(behind)
    return {medicine: frozenset(names) for medicine, names in found.items()}


def _findings_behind(kb: KnowledgeBase, reads: Mapping[str, frozenset[str]], name: str) -> frozenset[str]:
    """A finding itself; of a quantity the findings its formulas read, of what is diagnosed the list of illnesses."""
    if name == "diagnosed":
        return frozenset({"conditions"})
    found: set[str] = set()
    waiting = [name]
    seen: set[str] = set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in kb.findings:
            found.add(one)
        waiting += reads.get(one, ())
        waiting += [
            read
            for rule in kb.rules.values()
            if rule.verb == "sets" and one in rule.targets and rule.when is not None
            for read in (*expression.names_read(rule.when), *expression.atoms_read(rule.when))
        ]
    return frozenset(found)


def _sorted(sets: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    return {rule: sorted(names) for rule, names in sets.items()}


def _frozen(lists: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    return {rule: frozenset(names) for rule, names in lists.items()}

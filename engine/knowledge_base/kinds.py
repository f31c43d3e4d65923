"""Kinds of a disease: whoever has one has the disease, be it reported or concluded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from ..premises import expression, propositions
from .model import ChoiceSet, KnowledgeBase, Rule
from .soundness import concluded


def widened(kb: KnowledgeBase) -> KnowledgeBase:
    """The knowledge base whose rules that diagnose a kind diagnose the disease as well.

    A rule that itself rests on the disease ("osteomalacia with a very low vitamin D is nutritional osteomalacia") is
    left as it is: where it holds the disease has been diagnosed already, and nothing may rest on itself.
    """
    broader = _broader(kb.choices.get("conditions"))
    if not broader:
        return kb
    reads = _reads(kb)
    rules = dict(kb.rules)
    for rule in kb.rules.values():
        if rule.verb != "diagnoses":
            continue
        more = {other for member in rule.members for other in broader.get(member, ()) if other in kb.conditions}
        fitting = sorted(more - set(rule.members) - _diagnoses_behind(rule, reads))
        if fitting:
            rules[rule.id] = dataclasses.replace(rule, members=(*rule.members, *fitting))
            for other in fitting:
                reads.setdefault(propositions.diagnosed(other), set()).update(_atoms(rule))
    return dataclasses.replace(kb, rules=rules)


def _broader(conditions: ChoiceSet | None) -> dict[str, set[str]]:
    """For each member what it is a kind of, through kinds of kinds."""
    found: dict[str, set[str]] = {}
    for name, inside in conditions.narrower.items() if conditions is not None else ():
        for member in inside:
            found.setdefault(member, set()).add(name)
    return found


def _atoms(rule: Rule) -> frozenset[str]:
    return expression.atoms_read(rule.when) if rule.when is not None else frozenset()


def _reads(kb: KnowledgeBase) -> dict[str, set[str]]:
    """For each proposition those that the rules behind it read."""
    found: dict[str, set[str]] = {}
    for rule in kb.rules.values():
        for atom in concluded(kb, rule) if rule.verb != "derives" else ():
            found.setdefault(atom, set()).update(_atoms(rule))
    return found


def _diagnoses_behind(rule: Rule, reads: Mapping[str, Iterable[str]]) -> set[str]:
    """The conditions whose diagnosis the premise of a rule rests on."""
    seen: set[str] = set()
    waiting = list(_atoms(rule))
    while waiting:
        atom = waiting.pop()
        if atom not in seen:
            seen.add(atom)
            waiting += reads.get(atom, ())
    return {condition for atom in seen if (condition := propositions.condition_of(atom))}

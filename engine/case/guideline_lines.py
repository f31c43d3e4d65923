"""Lines of guidelines in a ten-year probability of fracture (percent): to treat, to call the risk high, or to diagnose.

The probability is a finding that some calculator printed and somebody entered; nothing here works one out.
"""

from __future__ import annotations

from ..knowledge_base.model import KnowledgeBase
from ..premises import expression
from ..premises.expression import Node

PROBABILITIES = ("frax_major", "frax_hip")
"""The findings that are probabilities of a fracture within ten years."""
_SAYING = ("recommends", "sets", "diagnoses")


def of(kb: KnowledgeBase) -> dict[str, list[list[str]]]:
    """For each probability the pairs of rule and threshold by which a guideline draws a line in it."""
    found: dict[str, list[list[str]]] = {}
    for rule in kb.rules.values():
        if rule.guideline and rule.verb in _SAYING and rule.when is not None:
            for node in rule.when.walk():
                if isinstance(node, expression.Compared) and isinstance(node.right, expression.Threshold):
                    name = probability(node) if node.operator in (">", ">=") else ""
                    found.setdefault(name, []).append([rule.id, node.right.name])
    found.pop("", None)
    return found


def probability(node: Node) -> str:
    """The probability that a part of a premise compares with something, or nothing."""
    if not isinstance(node, expression.Compared) or not isinstance(node.left, expression.Value):
        return ""
    return node.left.name if node.left.name in PROBABILITIES else ""

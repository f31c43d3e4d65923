"""Findings that a medicine waits for before it is recommended plainly, and those that only could speak against it.

Of a medicine that the hazards speak of, a rule against it that is still unknown is waited for in three cases: a finding
it lacks is to be known first; a finding was answered too vaguely to decide it; or it holds unless something unknown
clears the patient (an ALP that is high and unexplained, while nobody has said whether the liver is ill). Anything else
acts once it is known and is named as unasked. Other interventions wait for everything but the tests that would
establish a disease nobody has named.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..case.case import Case
from ..inference import productions
from ..knowledge_base.model import Intervention, Rule
from ..premises import expression
from ..premises.expression import TruthNode
from ..values.truth import Truth
from ..values.value import Gap
from . import reasons


def awaited(case: Case, intervention: Intervention) -> frozenset[str]:
    """The findings without which the intervention is not recommended plainly."""
    return frozenset().union(*(awaited_of(case, intervention.id, rule) for rule in _against(case, intervention)))


def awaited_of(case: Case, intervention: str, rule: Rule) -> frozenset[str]:
    """Those of them that one rule against it lacks."""
    missing = case.explanation.missing_rule(rule)
    first = case.prepared.index.known_first.get(intervention)
    if rule.when is not None and (first is None or case.kb.interventions[intervention].kind != "medicine"):
        missing = _told(case, rule.when) & missing
    if first is None:
        return missing
    if not missing or _holds_unless_cleared(case, rule.when):
        return missing
    return frozenset(name for name in missing if name in first or _vague(case, name))


def unasked(case: Case, intervention: Intervention) -> tuple[str, ...]:
    """The findings that could still speak against the intervention and are not waited for, as a clinician asks."""
    missing = frozenset().union(*(case.explanation.missing_rule(rule) for rule in _against(case, intervention)))
    return reasons.ordered(case, missing - awaited(case, intervention))


def _against(case: Case, intervention: Intervention) -> Iterable[Rule]:
    return (*case.rules("contraindicates", intervention.id), *case.rules("defers", intervention.id))


def _vague(case: Case, name: str) -> bool:
    """Whether something was said of a finding that leaves open what is asked of it."""
    return name in case.said and not isinstance(case.memory.known(name), Gap)


def _told(case: Case, node: TruthNode) -> frozenset[str]:
    """What a premise lacks; of a diagnosis only whether the illness was named."""
    if case.memory.holds(node) is not Truth.UNKNOWN:
        return frozenset()
    if isinstance(node, expression.Proposition):
        if node.atom.startswith("diagnosed("):
            return case.explanation.missing(productions.reported(case.kb, node.atom[10:-1]))
        rules = case.prepared.rules.get(node.atom, ())
        return frozenset().union(*(_told(case, rule.when) for rule in rules if rule.when is not None))
    if isinstance(node, expression.JUNCTIONS):
        return frozenset().union(*(_told(case, item) for item in node.children() if isinstance(item, TruthNode)))
    return case.explanation.missing(node)


def _holds_unless_cleared(case: Case, node: TruthNode | None) -> bool:
    """Whether a premise holds once everything unknown turns out not to be there."""
    if node is None:
        return True
    held = case.memory.holds(node)
    if held is not Truth.UNKNOWN:
        return held is Truth.TRUE
    if isinstance(node, expression.Not):
        return not _holds_unless_cleared(case, node.item)
    if isinstance(node, expression.All):
        return all(_holds_unless_cleared(case, item) for item in node.items)
    if isinstance(node, expression.AnyOf):
        return any(_holds_unless_cleared(case, item) for item in node.items)
    if isinstance(node, expression.AtLeast):
        return sum(_holds_unless_cleared(case, item) for item in node.items) >= node.count
    if isinstance(node, expression.Proposition):
        return any(_holds_unless_cleared(case, rule.when) for rule in case.prepared.rules.get(node.atom, ()))
    if isinstance(node, (expression.OneOf, expression.Against)):
        return node.negated
    return isinstance(node, expression.Quantified) and node.quantifier == "no"

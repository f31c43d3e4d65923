"""Findings that a medicine waits for before it is recommended plainly, and those that only could speak against it.

Of a medicine that the hazards speak of, a rule against it that is still unknown is waited for in three cases. A finding
it lacks is to be known first, and decides it when all that nobody asked is taken as absent: for what it would mean
beside plasma cells that nobody counted, no creatinine is waited for. Or a finding was answered too vaguely to decide
it, and would decide it though what is to be known first turned out to be absent: the date of a fracture counts beside
an ALP that is high, and is not waited for until that is known. Or it holds unless something unknown clears the patient
(an ALP that is high and unexplained, while nobody has said whether the liver is ill): what can clear is waited for, and
not what another part of the premise lacks. A premise that only denies one finding has nothing known that speaks for it
and is not meant. Anything else acts once it is known and is named as unasked. Other interventions wait for everything
but the tests that would establish a disease nobody has named.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..case.case import Case, Prepared
from ..inference import productions
from ..knowledge_base.model import Intervention, Rule
from ..premises import expression, propositions
from ..premises.expression import Proposition, TruthNode
from ..values import truth
from ..values.truth import Truth
from . import reasons


def awaited(case: Case, intervention: Intervention) -> frozenset[str]:
    """The findings without which the intervention is not recommended plainly."""
    return frozenset().union(*(awaited_of(case, intervention.id, rule) for rule in _against(case, intervention)))


def awaited_of(case: Case, intervention: str, rule: Rule) -> frozenset[str]:
    """Those of them that one rule against it lacks."""
    first = case.prepared.index.known_first.get(intervention)
    told = first is None or case.kb.interventions[intervention].kind != "medicine"
    return case.once(("awaited", rule.id, first, told), lambda: _awaited(case, rule, first, told))


def _awaited(case: Case, rule: Rule, first: frozenset[str] | None, told: bool) -> frozenset[str]:
    missing = case.explanation.missing_rule(rule)
    if rule.when is not None and told:
        missing = _told(case, rule.when) & missing
    if first is None:
        return missing
    sooner = missing & first
    vague = frozenset(name for name in missing - first if _vague(case, name))
    awaited = sooner | vague
    if awaited and rule.when is not None:
        awaited = _lacked(case, rule.when, awaited) & sooner | _lacked(case, rule.when, vague) & vague
    return awaited if bare_denial(rule.when) else awaited | _clearing(case, rule.when) & missing


def _lacked(case: Case, premise: TruthNode, awaited: frozenset[str]) -> frozenset[str]:
    """What the premise lacks of these once all else that nobody asked is taken as absent."""
    if not awaited:
        return awaited
    return case.once(("unasked", awaited), lambda: _Unasked(case, awaited)).lacked(premise)


def bare_denial(node: TruthNode | None) -> bool:
    """Whether a premise only denies one finding, so that nothing known can speak for it: the hazards say who waits."""
    return isinstance(node, expression.Not) and not isinstance(node.item, (*expression.JUNCTIONS, Proposition))


def unasked(case: Case, intervention: Intervention) -> tuple[str, ...]:
    """The findings that could still speak against the intervention and are not waited for, as a clinician asks."""
    missing = frozenset().union(*(case.explanation.missing_rule(rule) for rule in _against(case, intervention)))
    return reasons.ordered(case, missing - awaited(case, intervention))


def _against(case: Case, intervention: Intervention) -> Iterable[Rule]:
    return (*case.rules("contraindicates", intervention.id), *case.rules("defers", intervention.id))


def _vague(case: Case, name: str) -> bool:
    """Whether something was said of a finding that leaves open what is asked of it."""
    return name in case.counting and case.is_known(name)


def _told(case: Case, node: TruthNode) -> frozenset[str]:
    """What a premise lacks; of a diagnosis only whether the illness was named."""
    if case.memory.holds(node) is not Truth.UNKNOWN:
        return frozenset()
    if isinstance(node, expression.Proposition):
        if condition := propositions.condition_of(node.atom):
            return case.explanation.missing(productions.reported(case.kb, condition))
        rules = case.prepared.rules.get(node.atom, ())
        return frozenset().union(*(_told(case, rule.when) for rule in rules if rule.when is not None))
    if isinstance(node, expression.JUNCTIONS):
        return frozenset().union(*(_told(case, item) for item in node.children() if isinstance(item, TruthNode)))
    return case.explanation.missing(node)


def parts_of(prepared: Prepared, node: TruthNode) -> list[TruthNode] | None:
    """What a premise is made of; of a proposition the premises of its rules; None of what has no parts."""
    if isinstance(node, expression.Proposition):
        rules = prepared.rules.get(node.atom, ())
        parts = [rule.when for rule in rules if rule.when is not None]
        reported = productions.reported_behind(prepared.kb, node.atom)
        return [*parts, reported] if reported is not None else parts or None
    if isinstance(node, expression.JUNCTIONS):
        return [item for item in node.children() if isinstance(item, TruthNode)]
    return None


class _Unasked:
    """A premise with all that nobody asked taken as absent: what decides it then is waited for."""

    def __init__(self, case: Case, awaited: frozenset[str]) -> None:
        self.case, self.awaited = case, awaited
        self._truths: dict[int, tuple[TruthNode, Truth]] = {}

    def lacked(self, node: TruthNode) -> frozenset[str]:
        """The findings that the premise lacks then; none where it is decided."""
        if self._truth(node) is not Truth.UNKNOWN:
            return frozenset()
        parts = parts_of(self.case.prepared, node)
        if parts is None:
            return self.case.explanation.missing(node)
        return frozenset().union(*(self.lacked(part) for part in parts))

    def _truth(self, node: TruthNode) -> Truth:
        found = self._truths.get(id(node))
        if found is None:
            found = self._truths[id(node)] = (node, self._worked_out(node))  # the node lives as long as its id
        return found[1]

    def _worked_out(self, node: TruthNode) -> Truth:
        held = self.case.memory.holds(node)
        if held is not Truth.UNKNOWN:
            return held
        parts = parts_of(self.case.prepared, node)
        if parts is None:
            asked = not self.awaited.isdisjoint(self.case.explanation.missing(node))
            return Truth.UNKNOWN if asked else truth.of(_holds_unless_cleared(self.case, node))
        truths = [self._truth(part) for part in parts]
        if isinstance(node, expression.Not):
            return truth.negation(truths[0])
        if isinstance(node, expression.All):
            return truth.all_of(truths)
        if isinstance(node, expression.AtLeast):
            return truth.at_least(node.count, truths)
        return truth.any_of(truths)


def _clearing(case: Case, node: TruthNode | None) -> frozenset[str]:
    """What can clear the patient of a premise that holds otherwise; nothing that only another part of it lacks."""
    if node is None or case.memory.holds(node) is not Truth.UNKNOWN or not _holds_unless_cleared(case, node):
        return frozenset()
    if isinstance(node, expression.Proposition):
        rules = case.prepared.rules.get(node.atom, ())
        return frozenset().union(*(_clearing(case, rule.when) for rule in rules))
    if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
        return frozenset().union(*(_clearing(case, item) for item in node.items))
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

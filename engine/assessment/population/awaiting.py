"""What a medicine waits for before it is recommended plainly, for many patients: the mirror of `waiting`."""

from __future__ import annotations

from ...case.case import Prepared
from ...inference import productions
from ...inference.program import bits
from ...inference.program.bits import Pair
from ...inference.program.truths import Truths
from ...knowledge_base.model import Rule
from ...premises import expression, propositions
from ...premises.expression import TruthNode
from ...values.value import Gap
from ..waiting import bare_denial, parts_of
from .lacking import NOTHING, Lacked, Lacking, both, lacking, union, within


class Awaiting:
    """What rules against an intervention lack that has to be known first."""

    def __init__(self, prepared: Prepared, truths: Truths, lacks: Lacking) -> None:
        self.prepared, self.kb, self.truths, self.lacks = prepared, prepared.kb, truths, lacks
        self._of_rules: dict[tuple[str, frozenset[str] | None, bool], Lacked] = {}
        self._told: dict[int, tuple[TruthNode, Lacked]] = {}
        self._cleared: dict[int, tuple[TruthNode, int]] = {}
        self.before: tuple[Awaiting, frozenset[str]] | None = None
        """What was awaited before some rules were changed, and those of which it may be something else now."""

    def of(self, intervention: str) -> Lacked:
        """The findings without which an intervention is not recommended plainly."""
        return union(self.of_rule(intervention, rule) for rule in self.against(intervention))

    def against(self, intervention: str) -> tuple[Rule, ...]:
        """The rules that speak against an intervention."""
        by_target = self.prepared.by_target
        return (*by_target.get(("contraindicates", intervention), ()), *by_target.get(("defers", intervention), ()))

    def of_rule(self, intervention: str, rule: Rule) -> Lacked:
        """Those of them that one rule lacks."""
        if self.before is not None and rule.id not in self.before[1]:
            return self.before[0].of_rule(intervention, rule)
        first = self.prepared.index.known_first.get(intervention)
        told = first is None or self.kb.interventions[intervention].kind != "medicine"
        key = rule.id, first, told
        if key not in self._of_rules:
            self._of_rules[key] = self._of_rule(rule, first, told)
        return self._of_rules[key]

    def _of_rule(self, rule: Rule, first: frozenset[str] | None, told: bool) -> Lacked:
        missing = self.lacks.rule(rule)
        if not missing:
            return NOTHING
        if rule.when is not None and told:
            missing = both(self.told(rule.when), missing)
        if first is None:
            return missing
        kept = NOTHING if bare_denial(rule.when) else both(self.clearing(rule.when), missing)
        sooner = {name: cases for name, cases in missing.items() if name in first}
        vague = {name: cases & self.vague(name) for name, cases in missing.items() if name not in first}
        vague = {name: cases for name, cases in vague.items() if cases}
        if rule.when is None or not (sooner or vague):
            return union([kept, sooner, vague])
        together = both(_Unasked(self, {**sooner, **vague}).lacked(rule.when), sooner)
        return union([kept, together, both(_Unasked(self, vague).lacked(rule.when), vague) if vague else NOTHING])

    def vague(self, name: str) -> int:
        """The cases in which something was said of a finding that leaves open what is asked of it."""
        columns = self.truths.columns
        return columns.said(name) & columns.where(name, lambda known: not isinstance(known, Gap))

    def told(self, node: TruthNode) -> Lacked:
        """What a premise lacks; of a diagnosis only whether the illness was named."""
        found = self._told.get(id(node))
        if found is None:
            found = self._told[id(node)] = (node, self._of_node(node))  # the node lives as long as its id
        return found[1]

    def _of_node(self, node: TruthNode) -> Lacked:
        undecided = self.truths.unknown(self.truths.holds(node))
        if not undecided:
            return NOTHING
        if isinstance(node, expression.Proposition):
            if condition := propositions.condition_of(node.atom):
                return within(self.lacks.node(productions.reported(self.kb, condition)), undecided)
            rules = self.prepared.rules.get(node.atom, ())
            return union((self.told(rule.when) for rule in rules if rule.when is not None), undecided)
        if isinstance(node, expression.JUNCTIONS):
            return union((self.told(item) for item in node.children() if isinstance(item, TruthNode)), undecided)
        return self.lacks.node(node)

    def clearing(self, node: TruthNode | None) -> Lacked:
        """What can clear the patient of a premise that holds otherwise."""
        if node is None:
            return NOTHING
        cases = self.truths.unknown(self.truths.holds(node))
        cases = cases and cases & self.holds_unless_cleared(node)
        if not cases:
            return NOTHING
        if isinstance(node, expression.Proposition):
            rules = self.prepared.rules.get(node.atom, ())
            return union((self.clearing(rule.when) for rule in rules), cases)
        if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
            return union((self.clearing(item) for item in node.items), cases)
        return within(self.lacks.node(node), cases)

    def holds_unless_cleared(self, node: TruthNode | None) -> int:
        """The cases for which a premise holds once everything unknown turns out not to be there."""
        if node is None:
            return self.truths.everybody
        found = self._cleared.get(id(node))
        if found is None:
            true, false = self.truths.holds(node)
            undecided = self.truths.unknown((true, false))
            cases = true | (self._unless_cleared(node) & undecided if undecided else 0)
            found = self._cleared[id(node)] = (node, cases)
        return found[1]

    def _unless_cleared(self, node: TruthNode) -> int:
        everybody, part = self.truths.everybody, self.holds_unless_cleared
        if isinstance(node, expression.Not):
            return everybody & ~part(node.item)
        if isinstance(node, expression.All):
            return bits.counted(len(node.items), [part(item) for item in node.items], everybody)
        if isinstance(node, expression.AnyOf):
            return bits.counted(1, [part(item) for item in node.items], everybody)
        if isinstance(node, expression.AtLeast):
            return bits.counted(node.count, [part(item) for item in node.items], everybody)
        if isinstance(node, expression.Proposition):
            rules = self.prepared.rules.get(node.atom, ())
            return bits.counted(1, [part(rule.when) for rule in rules], everybody)
        if isinstance(node, (expression.OneOf, expression.Against)):
            return everybody if node.negated else 0
        return everybody if isinstance(node, expression.Quantified) and node.quantifier == "no" else 0


class _Unasked:
    """A premise with all that nobody asked taken as absent: what decides it then is waited for."""

    def __init__(self, awaiting: Awaiting, awaited: Lacked) -> None:
        self.awaiting, self.awaited = awaiting, awaited
        self.truths, self.kb = awaiting.truths, awaiting.kb
        self._truths: dict[int, tuple[TruthNode, Pair]] = {}
        self._lacked: dict[int, tuple[TruthNode, Lacked]] = {}

    def lacked(self, node: TruthNode) -> Lacked:
        """The findings that the premise lacks then; none where it is decided."""
        found = self._lacked.get(id(node))
        if found is None:
            found = self._lacked[id(node)] = (node, self._of_node(node))  # the node lives as long as its id
        return found[1]

    def _of_node(self, node: TruthNode) -> Lacked:
        undecided = self.truths.unknown(self._truth(node))
        if not undecided:
            return NOTHING
        parts = parts_of(self.awaiting.prepared, node)
        if parts is None:
            return within(self.awaiting.lacks.node(node), undecided)
        return union((self.lacked(part) for part in parts), undecided)

    def _truth(self, node: TruthNode) -> Pair:
        found = self._truths.get(id(node))
        if found is None:
            found = self._truths[id(node)] = (node, self._worked_out(node))  # the node lives as long as its id
        return found[1]

    def _worked_out(self, node: TruthNode) -> Pair:
        held = self.truths.holds(node)
        undecided = self.truths.unknown(held)
        if not undecided:
            return held
        true, false = self._of_parts(node)
        return held[0] | true & undecided, held[1] | false & undecided

    def _of_parts(self, node: TruthNode) -> Pair:
        everybody, parts = self.truths.everybody, parts_of(self.awaiting.prepared, node)
        if parts is None:
            asked = lacking(both(self.awaited, self.awaiting.lacks.node(node)))
            cleared = self.awaiting.holds_unless_cleared(node)
            return cleared & ~asked, everybody & ~(cleared | asked)
        pairs = [self._truth(part) for part in parts]
        if isinstance(node, expression.Not):
            return bits.negation(pairs[0])
        if isinstance(node, expression.All):
            return bits.all_of(pairs, everybody)
        if isinstance(node, expression.AtLeast):
            return bits.at_least(node.count, pairs, everybody)
        return bits.any_of(pairs, everybody)

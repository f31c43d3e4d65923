"""Which open findings can still bring a premise to be true, or false: with what can be asked for, and nothing else.

`Explanation.missing` names everything an unknown premise waits for. Not all of that is worth asking: where one part of
an *all* hangs on a test nobody can be asked for, the answers to its other parts cannot make it true. Each result here
is the findings that help, `NOWHERE` where no answers can bring it about, and `HERE` where it is so already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...case.case import Case
from ...inference import productions
from ...knowledge_base.model import Rule
from ...premises import evaluation, expression, propositions
from ...premises.expression import Node, NumberNode, TruthNode
from ...values.truth import Truth
from ...values.value import Gap

Reached = frozenset[str] | None
NOWHERE: Reached = None
HERE: frozenset[str] = frozenset()


class Reach:
    """Ways to the truths of one state of one patient; make a new one after each change."""

    def __init__(self, case: Case, can_be_told: Callable[[str], bool]) -> None:
        self.case = case
        self._told = can_be_told
        self._can_be_told: dict[str, bool] = {}
        self._nodes: dict[Truth, dict[int, Reached]] = {Truth.TRUE: {}, Truth.FALSE: {}}
        """By identity: the nodes are those of the knowledge base, and outlive this."""
        self._atoms: dict[Truth, dict[str, Reached]] = {Truth.TRUE: {}, Truth.FALSE: {}}
        self._values: dict[str, Reached] = {}

    def can_be_told(self, name: str) -> bool:
        if name not in self._can_be_told:
            self._can_be_told[name] = self._told(name)
        return self._can_be_told[name]

    # --- premises ---

    def rules(self, rules: Iterable[Rule], wanted: Truth) -> Reached:
        """Ways for one of the rules to be true, or for all of them to be false."""
        ways = (self.rule(rule, wanted) for rule in rules)
        return one_of(ways) if wanted is Truth.TRUE else all_of(ways)

    def rule(self, rule: Rule, wanted: Truth) -> Reached:
        held = self.case.truth(rule)
        premise = self.case.prepared.plan.premise(rule) if held is Truth.UNKNOWN else None
        if premise is None:
            return HERE if held is wanted else NOWHERE
        return self.node(premise, wanted)

    def node(self, node: TruthNode, wanted: Truth) -> Reached:
        known = self._nodes[wanted]
        key = id(node)
        if key in known:
            return known[key]
        held = self.case.memory.holds(node)
        if held is Truth.UNKNOWN:
            found = known[key] = self._undecided(node, wanted)
            return found
        for truth, ways in self._nodes.items():
            ways[key] = HERE if held is truth else NOWHERE
        return known[key]

    def _undecided(self, node: TruthNode, wanted: Truth) -> Reached:
        if isinstance(node, expression.Not):
            return self.node(node.item, Truth.FALSE if wanted is Truth.TRUE else Truth.TRUE)
        if isinstance(node, expression.AtLeast):
            ways = [self.node(item, wanted) for item in node.items]
            needed = node.count if wanted is Truth.TRUE else len(ways) - node.count + 1
            open_ = [way for way in ways if way is not None]
            return one_of(open_) if len(open_) >= needed else NOWHERE
        if isinstance(node, (expression.All, expression.AnyOf)):
            each = (self.node(item, wanted) for item in node.items)
            needs_all = isinstance(node, expression.All) is (wanted is Truth.TRUE)
            return all_of(each) if needs_all else one_of(each)
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.atom(node.atom, wanted)
        return self._leaf(node, wanted)

    def atom(self, atom: str, wanted: Truth) -> Reached:
        known = self._atoms[wanted]
        if atom not in known:
            known[atom] = NOWHERE
            held = self.case.memory.truth(atom)
            if held is Truth.UNKNOWN:
                known[atom] = self._concluded(atom, wanted)
            elif held is wanted:
                known[atom] = HERE
        return known[atom]

    def _concluded(self, atom: str, wanted: Truth) -> Reached:
        kb = self.case.kb
        scale = kb.scales.get(propositions.scale_of(atom))
        applies = HERE
        if scale is not None and scale.applies is not None:
            found = self.node(scale.applies, wanted)
            if propositions.applied(atom) or (found is not None and wanted is Truth.FALSE):
                return found
            applies = found if found is not None else HERE
            if found is None and wanted is Truth.TRUE:
                return NOWHERE
        ways = [self.rule(rule, wanted) for rule in self.case.prepared.rules.get(atom, ())]
        by_rules = one_of(ways) if wanted is Truth.TRUE else all_of(ways)
        condition = propositions.condition_of(atom)
        if condition and "conditions" in kb.findings:
            by_rules = self._reported(condition, wanted, by_rules if ways else NOWHERE)
        elif not ways:
            return NOWHERE
        return by_rules if by_rules is None else by_rules | applies

    def _reported(self, condition: str, wanted: Truth, by_rules: Reached) -> Reached:
        """Whether it is among the illnesses is asked only once nothing else can tell."""
        if by_rules:
            return by_rules
        reported = self.node(productions.reported(self.case.kb, condition), wanted)
        concluding = self.case.prepared.rules.get(propositions.diagnosed(condition))
        if wanted is Truth.TRUE or by_rules is not None or not concluding:
            return reported
        return NOWHERE

    # --- conditions ---

    def _leaf(self, leaf: TruthNode, wanted: Truth) -> Reached:
        names = self.case.explanation.read_by(leaf)
        found = self._decided(leaf)
        if found is not None and not found:  # all is known, but not in enough detail: a date or dose left out
            found = frozenset(name for name in names if self.can_be_told(name)) or NOWHERE
        if wanted is Truth.FALSE:
            guards = [self.case.kb.findings[name].indicated for name in names if name in self.case.kb.findings]
            found = one_of([found, *(self.node(guard, wanted) for guard in guards if guard is not None)])
        return found

    def _decided(self, leaf: TruthNode) -> Reached:
        """The findings that let a condition be decided."""
        if isinstance(leaf, expression.Compared):
            return all_of([self.number(leaf.left), self.number(leaf.right)])
        if isinstance(leaf, expression.Within):
            return all_of([self.number(leaf.value), self.number(leaf.low), self.number(leaf.high)])
        return one_of([self.value(name) for name in self.case.explanation.read_by(leaf)])

    # --- numbers ---

    def value(self, name: str) -> Reached:
        """The findings that let a finding, a quantity or a cut-off be known."""
        if name not in self._values:
            self._values[name] = NOWHERE
            self._values[name] = self._known(name)
        return self._values[name]

    def _known(self, name: str) -> Reached:
        kb = self.case.kb
        if name in kb.thresholds:
            return one_of([HERE, *(self.value(one.by) for one in kb.thresholds[name].values if one.by)])
        known = self.case.memory.known(name)
        if not isinstance(known, Gap) and getattr(known, "complete", True):
            bounds = evaluation.interval_of(known, None)
            if name in kb.findings or (not isinstance(bounds, Gap) and bounds.exact is not None):
                return HERE
        if name in kb.findings:
            stand_in = kb.findings[name].stand_in
            own = frozenset({name}) if self.can_be_told(name) else NOWHERE
            return one_of([own, self.value(stand_in)]) if stand_in else own
        ways = []
        for rule in self.case.prepared.plan.derive.get(name, ()):
            if self.case.truth(rule) is not Truth.FALSE and rule.formula is not None:
                when = self.node(rule.when, Truth.TRUE) if rule.when is not None else HERE
                ways.append(all_of([when, self.number(rule.formula)]))
        return one_of(ways)

    def number(self, node: Node) -> Reached:
        if isinstance(node, expression.Value):
            return self.value(node.name)
        if isinstance(node, (expression.Arithmetic, expression.Scaled, expression.Negative, expression.Since)):
            return all_of([self.number(part) for part in node.children() if isinstance(part, NumberNode)])
        if isinstance(node, expression.Formula):
            parts = [self.number(part) for part in node.arguments]
            return all_of([*parts, *(self.value(name) for name in node.names)])
        names = self.case.explanation.read_by(node)
        if not names:
            return HERE
        return one_of([self.value(name) for name in names])


def one_of(ways: Iterable[Reached]) -> Reached:
    """What helps where one way is enough."""
    open_ = [way for way in ways if way is not None]
    return frozenset().union(*open_) if open_ else NOWHERE


def all_of(ways: Iterable[Reached]) -> Reached:
    """What helps where every way has to be gone."""
    found: set[str] = set()
    for way in ways:
        if way is None:
            return NOWHERE
        found |= way
    return frozenset(found)

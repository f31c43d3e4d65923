"""When a medicine surely waits for something, as clauses: the mirror of `assessment/waiting`.

A rule against it that is open is waited for where a finding to be known first is missing, and the rule is not settled
once all that nobody asked is taken as absent. A leaf that is open surely misses such a finding if one that it reads has
no value, or if all that it could miss are to be known first. A rule that holds once everything unknown turns out not
to be there is waited for whatever it lacks. Where that does not show, nothing is assumed: the
medicine may wait or not. A finding answered too vaguely is waited for as well: where a leaf reads no other, it shows.
"""

from __future__ import annotations

from ...assessment.waiting import bare_denial, parts_of
from ...inference import values
from ...knowledge_base.model import Rule
from ...premises import expression, propositions
from ...premises.expression import Proposition, TruthNode
from .clauses import FALSE, TRUE, Pair
from .network import Network


class Waits:
    """What is waited for by whoever must know these findings first.

    Args:
        every: the same of whoever must know all findings first; by default this itself.
    """

    def __init__(self, network: Network, first: frozenset[str], every: Waits | None = None) -> None:
        self.network, self.kb, self.first = network, network.kb, first
        self.every = every if every is not None else self
        self.clauses = network.clauses
        self.asked: dict[TruthNode, int] = {}
        """For each leaf whether it misses a finding that is waited for."""
        self._derive = values.derive_rules(network.kb)
        self._may: dict[str, bool] = {}
        self._nodes: dict[TruthNode, Pair] = {}
        self._uncleared: dict[TruthNode, int] = {}
        self._lacks: dict[tuple[TruthNode, bool], int] = {}
        self._missing: dict[tuple[str, bool], int] = {}
        self._missed: dict[str, frozenset[str]] = {}

    def surely(self, rule: Rule) -> int:
        """The variable for a rule being open and surely waited for."""
        if rule.when is None:
            return FALSE
        held, unasked = self.network.rule(rule), self.node(rule.when)
        settled = self.clauses.any_of((unasked.true, unasked.false))
        held_unless_cleared = FALSE if bare_denial(rule.when) else self.uncleared(rule.when)
        uncleared = self.clauses.all_of((self.lacks(rule.when), held_unless_cleared))
        return self.clauses.all_of((-held.true, -held.false, self.clauses.any_of((uncleared, -settled))))

    def surely_lacks(self, rule: Rule) -> int:
        """The variable for a rule being open for want of an answer; of a diagnosis whether the illness was named."""
        return self.lacks(rule.when, told=True) if rule.when is not None else FALSE

    def may(self, rule: Rule) -> bool:
        """Whether a rule reads, or rests on, anything that is to be known first."""
        found = self._may.get(rule.id)
        if found is None:
            self._may[rule.id] = False
            found = self._may[rule.id] = rule.when is not None and self._may_wait(rule.when)
        return found

    def _may_wait(self, node: TruthNode) -> bool:
        names = frozenset().union(*(self._may_miss(name) for name in expression.names_read(node)))
        if names & self.first:
            return True
        behind = (rule for atom in expression.atoms_read(node) for rule in self.network.prepared.rules.get(atom, ()))
        reported = any(propositions.condition_of(atom) for atom in expression.atoms_read(node))
        return (reported and "conditions" in self.first) or any(self.may(rule) for rule in behind)

    def node(self, node: TruthNode) -> Pair:
        """A premise with all that nobody asked taken as absent, but for what is waited for."""
        found = self._nodes.get(node)
        if found is None:
            found = self._nodes[node] = self._node(node)
        return found

    def _node(self, node: TruthNode) -> Pair:
        clauses, held = self.clauses, self.network.node(node)
        parts = parts_of(self.network.prepared, node)
        if parts is None:
            supposed = _holds_if_unasked(node)
            asked = self.asked_of(node)
            settled = clauses.all_of((-held.true, -held.false, -asked))
            return Pair(
                clauses.any_of((held.true, settled)) if supposed else held.true,
                held.false if supposed else clauses.any_of((held.false, settled)),
            )
        pairs = [self.node(part) for part in parts]
        if isinstance(node, expression.Not):
            joined = pairs[0].opposite
        elif isinstance(node, expression.All):
            joined = clauses.both(pairs)
        elif isinstance(node, expression.AtLeast):
            joined = clauses.counted(node.count, pairs)
        else:
            joined = clauses.either(pairs)
        open_true = clauses.all_of((-held.false, joined.true))
        open_false = clauses.all_of((-held.true, joined.false))
        return Pair(clauses.any_of((held.true, open_true)), clauses.any_of((held.false, open_false)))

    # --- what holds unless something unknown clears the patient ---

    def uncleared(self, node: TruthNode) -> int:
        """The variable for a premise holding once everything unknown turns out not to be there."""
        found = self._uncleared.get(node)
        if found is None:
            held = self.network.node(node)
            open_ = self.clauses.all_of((-held.true, -held.false))
            found = self._uncleared[node] = self.clauses.any_of(
                (held.true, self.clauses.all_of((open_, self._without(node))))
            )
        return found

    def _without(self, node: TruthNode) -> int:
        """The same of a premise that is open."""
        if isinstance(node, expression.Not):
            return -self.uncleared(node.item)
        if isinstance(node, expression.All):
            return self.clauses.all_of([self.uncleared(item) for item in node.items])
        if isinstance(node, expression.AnyOf):
            return self.clauses.any_of([self.uncleared(item) for item in node.items])
        if isinstance(node, expression.AtLeast):
            return self.clauses.at_least(node.count, [self.uncleared(item) for item in node.items])
        if isinstance(node, Proposition):
            rules = self.network.prepared.rules.get(node.atom, ())
            return self.clauses.any_of([self.uncleared(rule.when) for rule in rules if rule.when is not None])
        return TRUE if _holds_if_unasked(node) else FALSE

    def lacks(self, node: TruthNode, told: bool = False) -> int:
        """The variable for a premise being open for want of a finding, as far as that is sure.

        Args:
            told: whether of a diagnosis it only counts that nobody named the illness.
        """
        found = self._lacks.get((node, told))
        if found is None:
            self._lacks[node, told] = FALSE
            held = self.network.node(node)
            parts = parts_of(self.network.prepared, node)
            if parts is not None and told and isinstance(node, Proposition) and propositions.condition_of(node.atom):
                parts = parts[-1:]  # the report of it is the last
            if parts is not None:
                wanting = self.clauses.any_of([self.lacks(part, told) for part in parts])
            else:
                wanting = self.every.asked_of(node)
            found = self._lacks[node, told] = self.clauses.all_of((-held.true, -held.false, wanting))
        return found

    # --- what a leaf misses ---

    def asked_of(self, leaf: TruthNode) -> int:
        """The variable for an open leaf missing something that is waited for."""
        found = self.asked.get(leaf)
        if found is None:
            found = self.asked[leaf] = self.clauses.variable()
            names = expression.names_read(leaf)
            held = self.network.node(leaf)
            sure = not any(
                isinstance(part, (expression.Has, expression.Quantified, expression.Aggregate)) for part in leaf.walk()
            )
            missing = [self._misses(name, sure and self._has_range(leaf)) for name in sorted(names)]
            every = frozenset().union(*(self._may_miss(name) for name in names)) if names else frozenset()
            if names & self.kb.findings.keys() and every <= self.first:
                missing = [TRUE]
            for one in missing:
                self.clauses.add(-one, held.true, held.false, found)
            self._said_of(leaf, found)
        return found

    def _said_of(self, leaf: TruthNode, asked: int) -> None:
        """An open leaf that reads one finding misses it: it is waited for if it is to be known first, or was answered.

        An answer that leaves the leaf open is too vague for it.
        """
        names = expression.names_read(leaf)
        finding = self.kb.findings.get(next(iter(names))) if len(names) == 1 else None
        if finding is None or finding.stand_in or finding.assumed is not None or finding.remembers:
            return
        held, reading = self.network.node(leaf), self.network.reading
        is_list = finding.form == "records"
        said = reading.list_of(finding.id).told if is_list else self.network.leaves.has_value(finding.id)
        self.clauses.add(-said, held.true, held.false, asked)
        if finding.indicated is None and finding.id not in self.first:
            self.clauses.implies(asked, said)

    def _has_range(self, leaf: TruthNode) -> bool:
        """Whether a result read by a leaf is open only if there is none, or only a vague one."""
        if not isinstance(leaf, expression.Against):
            return isinstance(leaf, (expression.Compared, expression.Within, expression.OneOf, expression.IsYes))
        owner = values.range_owner(self.kb, leaf.name)
        return leaf.occasions is None and owner is not None and bool(owner.ranges) and owner.ranges[0].when is None

    def _misses(self, name: str, vague: bool) -> int:
        """The variable for a finding or quantity surely missing what is to be known first.

        Args:
            vague: whether it is known to have no value, or a vague one; else that it has none must show.
        """
        found = self._missing.get((name, vague))
        if found is None:
            self._missing[name, vague] = FALSE
            found = self._missing[name, vague] = self._surely_misses(name, vague)
        return found

    def _surely_misses(self, name: str, vague: bool) -> int:
        reading = self.network.reading
        if name in self.kb.thresholds:
            return FALSE
        if name in self.kb.findings:
            finding = self.kb.findings[name]
            unknown = reading.known(name).false
            if finding.stand_in:
                return self.clauses.all_of((unknown, self._misses(finding.stand_in, False)))
            applies = reading.not_applicable(name)
            return (-applies if vague else unknown) if name in self.first else FALSE
        parts: list[int] = []
        for rule in self._derive.get(name, ()):
            if rule.when is None and rule.formula is not None:
                parts += [self._misses(read, False) for read in sorted(expression.names_read(rule.formula))]
        nothing = -self.network.leaves.has_value(name)
        lacking = TRUE if vague else nothing
        found = self.clauses.all_of((lacking, self.clauses.any_of(parts)))
        if self._may_miss(name) <= self.first:  # a number that is not entered is open only for want of what gives it
            found = self.clauses.any_of((found, lacking if self._is_never_entered(name) else nothing))
        return found

    def _is_never_entered(self, name: str) -> bool:
        """Whether neither it nor a quantity behind it can be entered, and so be known but vaguely."""
        behind = self._worked_out_from(name) & self.kb.quantities.keys()
        return not self.kb.quantities[name].shown and all(self._is_never_entered(one) for one in behind)

    def _worked_out_from(self, name: str) -> set[str]:
        """The names that the rules for a quantity read."""
        parts = [part for rule in self._derive.get(name, ()) for part in (rule.when, rule.formula)]
        return {read for part in parts if part is not None for read in expression.names_read(part)}

    def _may_miss(self, name: str) -> frozenset[str]:
        """All findings that it could miss."""
        if name not in self._missed:
            self._missed[name] = frozenset()
            if name in self.kb.thresholds:
                names = [value.by for value in self.kb.thresholds[name].values if value.by]
                own: frozenset[str] = frozenset()
            elif name in self.kb.findings:
                finding = self.kb.findings[name]
                names, own = [finding.stand_in] if finding.stand_in else [], frozenset({name})
                if finding.indicated is not None:
                    own |= {""}  # what decides that it is indicated may be missed too
            else:
                own = frozenset()
                names = sorted(self._worked_out_from(name))
            self._missed[name] = own.union(*(self._may_miss(one) for one in names))
        return self._missed[name]


def _holds_if_unasked(leaf: TruthNode) -> bool:
    """Whether a leaf holds once everything unknown turns out not to be there."""
    if isinstance(leaf, (expression.OneOf, expression.Against)):
        return leaf.negated
    return isinstance(leaf, expression.Quantified) and leaf.quantifier == "no"

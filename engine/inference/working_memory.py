"""One patient's facts kept in step with the network: answers in, truths and quantities out, in any order.

A change runs in phases: the values in its cone are worked out first; then every literal that is no longer certain is
retracted, to the fixpoint; only then the new ones are asserted. Nothing fires on a state that never was.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ..knowledge_base.model import KnowledgeBase, Rule
from ..premises import evaluation, expression
from ..premises.expression import TruthNode
from ..values.frozen import ordered
from ..values.interval import Interval
from ..values.truth import Truth
from ..values.value import UNKNOWN, Gap, Known
from . import values
from .executors import executor
from .productions import Productions
from .reference import answered, truth_of
from .values import NOTHING, Given


@ordered
class Plan:
    """The compiled knowledge base, the same for every patient: the order of values, and their readers."""

    kb: KnowledgeBase
    productions: Productions
    order: tuple[str, ...]
    reads: Mapping[str, frozenset[str]]
    derive: Mapping[str, tuple[Rule, ...]]
    readers: Mapping[str, tuple[int, ...]]
    """For each name the leaves whose truth depends on it."""
    blank: Mapping[int, int] = dataclasses.field(default_factory=dict)
    """The leaves that are decided before anything was said, with their literals."""
    gaps: Mapping[str, Gap] = dataclasses.field(default_factory=dict)
    """The gap of each name for a blank patient, where it is another than unknown."""
    valued: frozenset[str] = frozenset()
    """The names that have a value before anything was said: cut-offs, and what is worked out from nothing."""
    literals: dict[int, tuple[TruthNode, int | None]] = dataclasses.field(default_factory=dict)
    """The literal of each node of a premise that was asked for, by identity: comparing whole trees is slow."""
    kept: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    """Of a network that was kept: the literals of the parts of each rule's premise, until that is looked at."""

    def literal(self, node: TruthNode) -> int | None:
        found = self.literals.get(id(node))
        if found is None:
            nodes = self.productions.nodes  # none where the network was kept: see `premise`
            found = self.literals[id(node)] = (node, nodes.get(node) if nodes else None)
        return found[1]

    def premise(self, rule: Rule) -> TruthNode | None:
        """The premise of a rule; its parts are known by their literals from now on."""
        kept = self.kept.pop(rule.id, None)
        if kept is not None:
            for part, literal in zip(parts_of(rule), kept, strict=True):
                self.literals[id(part)] = (part, None if literal < 0 else literal)
        return rule.when

    def open(self) -> None:
        """Look at every premise, for those who will ask for all of them."""
        for name in tuple(self.kept):
            self.premise(self.kb.rules[name])


def parts_of(rule: Rule) -> Iterator[TruthNode]:
    """Every part of a premise, always in the same order."""
    return (part for part in rule.when.walk() if isinstance(part, TruthNode)) if rule.when is not None else iter(())


def plan(kb: KnowledgeBase, compiled: Productions) -> Plan:
    reads = values.dependencies(kb)
    readers: dict[str, list[int]] = {}
    for atom, leaf in compiled.leaves.items():
        for name in values.leaf_dependencies(kb, leaf):
            readers.setdefault(name, []).append(atom)
    order = values.in_order(reads)
    readers_of = {name: tuple(atoms) for name, atoms in readers.items()}
    made = Plan(kb, compiled, order, reads, values.derive_rules(kb), readers_of)
    nobody = Numbers(made)
    nobody.work_out(set(order))
    decided = ((atom, nobody.literal(atom, leaf)) for atom, leaf in compiled.leaves.items())
    return dataclasses.replace(
        made,
        blank={atom: literal for atom, literal in decided if literal is not None},
        gaps={name: value for name, value in nobody.values.items() if isinstance(value, Gap)},
        valued=frozenset(kb.thresholds)  # the one in force depends on the day
        | {name for name, value in nobody.values.items() if not isinstance(value, Gap)},
    )


class Numbers:
    """The answers of one patient, and the values worked out from them; without propositions."""

    def __init__(self, prepared: Plan) -> None:
        self.plan = prepared
        self.kb = prepared.kb
        self.today = _NO_DAY
        self._given: dict[str, Given] = {}
        self._values: dict[str, Known | Interval] = {}

    @classmethod
    def of(cls, prepared: Plan, today: Interval, said: Mapping[str, Known]) -> Numbers:
        """The values by these explicit answers alone, without anything that they imply."""
        made = cls(prepared)
        made.today = today
        made._given = {name: Given(known) for name, known in said.items()}
        made._values = dict(prepared.gaps)
        made.work_out(set(said) | prepared.valued)
        return made

    @property
    def values(self) -> Mapping[str, Known | Interval]:
        """The value of each name; names not in it are unknown."""
        return self._values

    def known(self, name: str) -> Known:
        value = self._values.get(name, UNKNOWN)
        assert not isinstance(value, Interval)
        return value

    def range_of(self, name: str) -> Interval | None:
        return values.range_read(self.kb, name, self)

    def threshold(self, name: str) -> Interval | Gap:
        value = self._values.get(name, UNKNOWN)
        assert isinstance(value, (Interval, Gap))
        return value

    def key_of(self, name: str) -> str:
        return self.kb.findings[name].key

    def members_of(self, name: str) -> frozenset[str]:
        return frozenset(values.choice_members(self.kb, name))

    def member_number(self, name: str, member: str, attribute: str) -> Decimal | None:
        return values.member_number(self.kb, name, member, attribute)

    def truth(self, atom: str) -> Truth:
        """No proposition is read by a value."""
        return Truth.UNKNOWN

    def work_out(self, touched: set[str]) -> set[str]:
        """Work out, in order, each value that may have changed; gives the names whose value did."""
        changed: set[str] = set()
        reads = self.plan.reads
        for name in self.plan.order:
            if name not in touched and changed.isdisjoint(reads[name]):
                continue
            value = self._value_of(name)
            if self._values.get(name, UNKNOWN) != value:
                self._values[name] = value
                changed.add(name)
        return changed

    def _value_of(self, name: str) -> Known | Interval:
        given = self._given.get(name, NOTHING)
        if name in self.kb.findings:
            if not self.plan.reads[name]:  # it always applies, and nothing stands in for it
                return values.plain_value(given)
            return values.finding_value(self.kb.findings[name], given, self)
        if name in self.kb.quantities:
            return values.quantity_value(self.plan.derive.get(name, ()), given, self)
        return values.threshold_value(self.kb.thresholds[name], self)

    def worked_out(self, name: str) -> Known:
        """The value of a quantity by its rules, ignoring an entered one."""
        return values.quantity_value(self.plan.derive.get(name, ()), NOTHING, self)

    def literal(self, atom: int, leaf: TruthNode) -> int | None:
        """The literal that a leaf asserts now; None while it is unknown."""
        held = evaluation.truth_of(leaf, self)
        if held is Truth.UNKNOWN:
            return None
        return 2 * atom + (held is Truth.FALSE)


class WorkingMemory(Numbers):
    """The answers of one patient and all that follows, kept in step with an executor."""

    def __init__(self, prepared: Plan, matcher: str = "counting") -> None:
        super().__init__(prepared)
        self.network = executor(matcher, prepared.productions.ground)
        self._held = self.network.held
        self._asserted: dict[int, int] = {}
        self._truths: dict[int, tuple[TruthNode, Truth]] = {}

    @property
    def held(self) -> bytearray:
        """A one for each literal that holds, to be read only."""
        return self._held

    def truth(self, atom: str) -> Truth:
        """The truth of a proposition, by name."""
        index = self.plan.productions.propositions.get(atom)
        return Truth.UNKNOWN if index is None else self._literal_truth(2 * index)

    # --- answers ---

    def start(self, today: Interval, given: Mapping[str, Given] | None = None) -> None:
        """Forget the patient and begin with these answers."""
        self.network.reset()
        self.today = today
        self._given = {}
        self._values = dict(self.plan.gaps)
        self._asserted = {}
        self._change(dict((given or {}).items()), everything=True)

    def change(self, given: Mapping[str, Given]) -> None:
        """Give, replace or withdraw (`NOTHING`) what was said of some findings, in one step."""
        self._change(given, everything=False)

    def given(self, name: str) -> Given:
        return self._given.get(name, NOTHING)

    @property
    def said(self) -> Mapping[str, Given]:
        """All that was said or implied, by name."""
        return self._given

    def _change(self, given: Mapping[str, Given], everything: bool) -> None:
        self._truths.clear()
        touched = set(given)
        for name, said in given.items():
            if said == NOTHING:
                self._given.pop(name, None)
            else:
                self._given[name] = said
        changed = self.work_out(touched | self.plan.valued if everything else touched)
        self._settle(changed, touched, everything)
        self._truths.clear()

    def _settle(self, changed: set[str], touched: set[str], everything: bool) -> None:
        compiled = self.plan.productions
        leaves = sorted({leaf for name in changed for leaf in self.plan.readers.get(name, ())})
        now: dict[int, int | None] = dict(self.plan.blank) if everything else {}
        now.update((atom, self.literal(atom, compiled.leaves[atom])) for atom in leaves)
        for name, atom in compiled.answered.items():
            if everything or name in changed or name in touched:
                said = answered(self.known(name), self._given.get(name, NOTHING))
                now[atom] = 2 * atom + (not said)
        if everything and compiled.always is not None:
            now[compiled.always] = 2 * compiled.always
        gone = [
            self._asserted.pop(atom) for atom, literal in now.items() if self._asserted.get(atom, literal) != literal
        ]
        new = {atom: literal for atom, literal in now.items() if literal is not None and atom not in self._asserted}
        if gone:
            self.network.retract_literals(gone)
        if new:
            self._asserted.update(new)
            self.network.assert_literals(new.values())

    # --- what follows ---

    def _literal_truth(self, literal: int) -> Truth:
        if self._held[literal]:
            return _TRUE
        return _FALSE if self._held[literal ^ 1] else _UNKNOWN

    def premise(self, rule: Rule) -> Truth:
        """Whether a rule's premise holds."""
        atom = self.plan.productions.premises.get(rule.id)
        if atom is not None:
            return self._literal_truth(2 * atom)
        return Truth.TRUE if rule.when is None else evaluation.truth_of(rule.when, self)

    def holds(self, node: TruthNode) -> Truth:
        """The truth of a premise or any part of one, worked out once between two answers."""
        found = self._truths.get(id(node))
        if found is None:
            found = self._truths[id(node)] = (node, self._truth_of(node))  # the node lives as long as its id
        return found[1]

    def _truth_of(self, node: TruthNode) -> Truth:
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.truth(node.atom)
        literal = self.plan.literal(node)
        return truth_of(node, self) if literal is None else self._literal_truth(literal)


_TRUE, _FALSE, _UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
"""At hand: they are asked for tens of thousands of times between two answers."""
_NO_DAY = Interval(Decimal(1), Decimal(1))

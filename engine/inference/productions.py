"""From a knowledge base to ground productions: pure Horn clauses over (name, true) and (name, false).

Every truth is carried by two positive literals, so that the network needs no negation: a rule's premise, each junction
in it, each proposition and each leaf is an atom with productions for its being true and for its being false. Leaves
(comparisons, choices, lists) are evaluated outside and asserted.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping

from ..knowledge_base.model import KnowledgeBase, Rule
from ..knowledge_base.naming import Names
from ..knowledge_base.verbs import CONCLUDED
from ..premises import expression, propositions
from ..premises.expression import Node, TruthNode
from ..values.frozen import ordered
from .ground import Ground, Production

ALWAYS = "always"


@ordered
class Productions:
    """A compiled knowledge base.

    `leaves` are the atoms evaluated outside the network, `answered` those that say a finding was answered (only for
    findings with `indicated`), `propositions` the atoms by name (`fragility_fracture`, `diagnosed(osteoporosis)`,
    `acr_risk >= high`), `premises` the atom of each rule's premise.
    """

    ground: Ground
    leaves: Mapping[int, TruthNode]
    answered: Mapping[str, int]
    propositions: Mapping[str, int]
    premises: Mapping[str, int]
    always: int | None
    nodes: Mapping[TruthNode, int] = dataclasses.field(repr=False, default_factory=dict)
    """The literal of every truth node that has one."""


def atoms_concluded(kb: KnowledgeBase, rule: Rule) -> tuple[str, ...]:
    """The propositions that a rule makes true (`supports` and `opposes` make none: they only rank)."""
    if rule.verb == "sets":
        if rule.level:
            return (propositions.level(rule.targets[0], rule.level),)
        return rule.targets
    predicate = CONCLUDED.get(rule.verb)
    if predicate is None or (rule.verb == "causes" and rule.of):
        return ()
    return tuple(propositions.of(predicate, member) for member in rule.members or rule.targets)


def rules_by_atom(kb: KnowledgeBase) -> dict[str, tuple[Rule, ...]]:
    """The rules that conclude each proposition directly; for a level, those of the higher levels too."""
    found: dict[str, list[Rule]] = {}
    for rule in kb.rules.values():
        if rule.verb == "sets" and rule.level:
            scale = kb.scales[rule.targets[0]]
            for level in scale.levels[1 : scale.levels.index(rule.level) + 1]:
                found.setdefault(propositions.level(scale.id, level), []).append(rule)
        else:
            for atom in atoms_concluded(kb, rule):
                found.setdefault(atom, []).append(rule)
    return {atom: tuple(rules) for atom, rules in found.items()}


def reported(kb: KnowledgeBase, condition: str) -> expression.Has:
    """The built-in premise that a condition, or a kind of it, is among the patient's."""
    listed = kb.choices.get("conditions")
    kinds = listed.expand(condition) if listed is not None else None
    return _has(condition, kinds or frozenset({condition}))


def reported_behind(kb: KnowledgeBase, atom: str) -> expression.Has | None:
    """The built-in premise of a diagnosis; None of every other proposition, and where no illnesses are asked for."""
    condition = propositions.condition_of(atom)
    return reported(kb, condition) if condition and "conditions" in kb.findings else None


@functools.cache
def _has(condition: str, kinds: frozenset[str]) -> expression.Has:
    return expression.Has(name="conditions", members=kinds, source=f"conditions has {condition}")


class _Compiler:
    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        from ..premises import wording  # a start from what was kept says nothing in words

        self.labels = Names(kb)
        self.in_words: Callable[[Node, Names], str] = wording.words
        self.words: list[str] = []
        self.taken: dict[str, int] = {}
        self.productions: list[Production] = []
        self.seen: set[tuple[tuple[int, ...], int]] = set()
        self.literals: dict[TruthNode, int] = {}
        self.leaves: dict[int, TruthNode] = {}
        self.answered: dict[str, int] = {}
        self.propositions: dict[str, int] = {}
        self.premises: dict[str, int] = {}
        self.always: int | None = None
        self.counts: dict[str, int] = {}
        self.part = ""

    def atom(self, words: str) -> int:
        """A new atom; its words are made unique, for the working memory is read by people."""
        unique, number = words, 2
        while unique in self.taken:
            unique, number = f"{words} [{number}]", number + 1
        self.taken[unique] = len(self.words)
        self.words.append(unique)
        return len(self.words) - 1

    def produce(self, name: str, premises: Iterable[int], conclusion: int) -> None:
        """Add one production; contradictory premises can never hold and repeated ones say nothing new."""
        key = (tuple(sorted(set(premises))), conclusion)
        if key in self.seen or conclusion in key[0] or any(literal ^ 1 in key[0] for literal in key[0]):
            return
        self.seen.add(key)
        self.counts[name] = self.counts.get(name, 0) + 1
        unique = name if self.counts[name] == 1 else f"{name} {self.counts[name]}"
        self.productions.append(Production(unique, key[0], conclusion))

    def proposition(self, atom: str) -> int:
        if atom not in self.propositions:
            self.propositions[atom] = self.atom(self.labels.proposition(atom))
        return 2 * self.propositions[atom]

    def literal(self, node: TruthNode) -> int:
        """The literal that stands for a node being true; its complement stands for its being false."""
        if isinstance(node, expression.Not):
            return self.literal(node.item) ^ 1
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.proposition(node.atom)
        found = self.literals.get(node)
        if found is None:
            found = self.literals[node] = self._new_literal(node)
        return found

    def _new_literal(self, node: TruthNode) -> int:
        if isinstance(node, expression.Always):
            self.always = self.atom(ALWAYS)
            return 2 * self.always
        if isinstance(node, expression.JUNCTIONS):
            target = 2 * self.atom(f"{self.part}: {self.in_words(node, self.labels)}")
            self.junction(self.part, node, target)
            return target
        return self._leaf(node)

    def _leaf(self, node: TruthNode) -> int:
        """A leaf is asserted; where it reads a finding that may not be indicated it holds only once that is settled."""
        words = self.in_words(node, self.labels)
        guards = [name for name in sorted(expression.names_read(node)) if self._indicated(name) is not None]
        if not guards:
            atom = self.atom(words)
            self.leaves[atom] = node
            return 2 * atom
        measured = self.atom(f"{words}, as measured")
        self.leaves[measured] = node
        target = 2 * self.atom(words)
        parts = [2 * measured, *(self.guard(name) for name in guards)]
        self.conjunction(words, parts, target)
        return target

    def _indicated(self, name: str) -> TruthNode | None:
        return self.kb.findings[name].indicated if name in self.kb.findings else None

    def guard(self, name: str) -> int:
        """The literal `the finding was answered or is indicated`."""
        key = f"{self.labels.label(name)} was answered or is indicated"
        if key in self.taken:
            return 2 * self.taken[key]
        target = 2 * self.atom(key)
        self.answered[name] = self.atom(f"{self.labels.label(name)} was answered")
        indicated = self._indicated(name)
        assert indicated is not None
        outer, self.part = self.part, f"{name} is indicated"
        self.disjunction(key, [2 * self.answered[name], self.literal(indicated)], target)
        self.part = outer
        return target

    def conjunction(self, name: str, parts: list[int], target: int) -> None:
        self.produce(name, parts, target)
        for part in parts:
            self.produce(f"{name} / not", [part ^ 1], target ^ 1)

    def disjunction(self, name: str, parts: list[int], target: int) -> None:
        for part in parts:
            self.produce(name, [part], target)
        self.produce(f"{name} / not", [part ^ 1 for part in parts], target ^ 1)

    def junction(self, name: str, node: TruthNode, target: int) -> None:
        """The productions that make `target` true and false as the junction is."""
        if isinstance(node, expression.All):
            self.conjunction(name, [self.literal(item) for item in node.items], target)
        elif isinstance(node, expression.AnyOf):
            self.disjunction(name, [self.literal(item) for item in node.items], target)
        elif isinstance(node, expression.AtLeast):
            self.counter(name, [self.literal(item) for item in node.items], node.count, target)
        else:
            literal = self.literal(node)
            self.produce(name, [literal], target)
            self.produce(f"{name} / not", [literal ^ 1], target ^ 1)

    def counter(self, name: str, parts: list[int], count: int, target: int) -> None:
        """A sequential counter: at most four productions of two literals for each part and count (Sinz 2005)."""
        reached: dict[tuple[int, int], int] = {(len(parts), count): target}

        def at(items: int, needed: int) -> int | None:
            """The literal `at least needed of the first items`; None where it is plainly true or false."""
            if needed <= 0 or needed > items:
                return None
            if (items, needed) not in reached:
                reached[items, needed] = 2 * self.atom(f"{name}: at least {needed} of its first {items}")
            return reached[items, needed]

        for items in range(1, len(parts) + 1):
            part = parts[items - 1]
            for needed in range(max(1, count - len(parts) + items), min(items, count) + 1):
                here = at(items, needed)
                without, with_part = at(items - 1, needed), at(items - 1, needed - 1)
                assert here is not None
                if without is not None:
                    self.produce(f"{name} / count", [without], here)
                self.produce(f"{name} / count", [part] if with_part is None else [part, with_part], here)
                lacking = [] if without is None else [without ^ 1]
                self.produce(f"{name} / count not", [*lacking, part ^ 1], here ^ 1)
                if with_part is not None:
                    self.produce(f"{name} / count not", [*lacking, with_part ^ 1], here ^ 1)

    def rule(self, rule: Rule) -> None:
        self.part = rule.id
        atom = self.atom(f"rule {rule.id}")
        self.premises[rule.id] = atom
        self.junction(rule.id, rule.when or expression.Always(), 2 * atom)

    def run(self) -> Productions:
        for rule in self.kb.rules.values():
            if rule.verb != "derives":
                self.rule(rule)
        for scale in self.kb.scales.values():
            self.part = scale.id
            applies = propositions.applies(scale.id)
            self.junction(applies, scale.applies or expression.Always(), self.proposition(applies))
        for atom, rules in rules_by_atom(self.kb).items():
            self._concluded(atom, [2 * self.premises[rule.id] for rule in rules])
        for scale in self.kb.scales.values():
            self._levels(scale.id, scale.levels)
        for condition in self.kb.conditions:
            self._reported(condition)
        by_name = sorted(self.productions, key=lambda production: production.name)  # they fire in this order
        return Productions(
            Ground(tuple(self.words), tuple(by_name)),
            self.leaves,
            self.answered,
            self.propositions,
            self.premises,
            self.always,
            self.literals,
        )

    def _concluded(self, atom: str, premises: list[int]) -> None:
        scale, _ = propositions.level_parts(atom)
        target = self.proposition(atom)
        if (listed := reported_behind(self.kb, atom)) is not None:
            self.part = atom
            premises = [*premises, self.literal(listed)]
        if scale:
            chosen = 2 * self.atom(f"a rule for {self.labels.proposition(atom)}")
            self.disjunction(f"{atom} by rule", premises, chosen)
            self.conjunction(atom, [chosen, self.proposition(propositions.applies(scale))], target)
        else:
            self.disjunction(atom, premises, target)

    def _levels(self, scale: str, levels: tuple[str, ...]) -> None:
        """Levels that no rule sets are read as what they come to: the lowest as `applies`, a gap as the level above."""
        if propositions.level(scale, levels[0]) in self.propositions:
            lowest, applies = propositions.level(scale, levels[0]), self.proposition(propositions.applies(scale))
            self.disjunction(lowest, [applies], self.proposition(lowest))

    def _reported(self, condition: str) -> None:
        """A reported condition is diagnosed even where no rule could find it; its absence then proves nothing."""
        atom = propositions.diagnosed(condition)
        if (
            atom not in self.propositions
            and "conditions" in self.kb.findings
            and not self.kb.conditions[condition].exposure
        ):
            self.part = atom
            self.produce(atom, [self.literal(reported(self.kb, condition))], self.proposition(atom))


def compile(kb: KnowledgeBase) -> Productions:
    """The ground productions of a knowledge base that was read without problems."""
    return _Compiler(kb).run()


def leaf_of(node: Node) -> bool:
    """Whether a node is evaluated outside the network."""
    return isinstance(node, TruthNode) and not isinstance(
        node, (*expression.JUNCTIONS, expression.Proposition, expression.Applies, expression.Always)
    )

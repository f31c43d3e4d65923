"""The weight of evidence for and against each condition: it ranks the differential and nothing else.

Strengths are likelihood-ratio bands (weak 2, moderate 5, strong 10); the score is the base-10 logarithm of their
product, for minus against. Evidence that is not independent counts once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ..inference import productions, values
from ..knowledge_base import verbs
from ..knowledge_base.model import KnowledgeBase, Rule
from ..premises import expression, propositions
from ..premises.expression import Node
from ..premises.statuses import DiagnosisStatus
from ..values.frozen import ordered
from ..values.truth import Truth

LIKELIHOOD_RATIOS = {"weak": 2, "moderate": 5, "strong": 10}
EVERYBODY = frozenset({"age", "sex", "menopausal_status"})
"""Findings that two rules may share and still be independent evidence."""

LIKELY = 1.0


@ordered
class Weighed:
    """The rules that hold in one direction: those that count and those that repeat what was counted."""

    counted: tuple[Rule, ...]
    repeated: tuple[Rule, ...]

    @property
    def exponent(self) -> float:
        return sum(exponent(rule) for rule in self.counted)


def exponent(rule: Rule) -> float:
    """The decimal logarithm of the likelihood ratio of a rule, whichever way it speaks; without a unit."""
    return math.log10(LIKELIHOOD_RATIOS[rule.strength])


class Behind:
    """The findings behind premises, followed through states, propositions and quantities; what was followed is kept.

    Args:
        rules: the rules that conclude each proposition.
        reads: what each name is worked out from.
        before: the same of other rules, for the propositions besides `anew`.
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        rules: Mapping[str, tuple[Rule, ...]],
        reads: Mapping[str, frozenset[str]],
        before: Behind | None = None,
        anew: frozenset[str] = frozenset(),
    ) -> None:
        self.kb, self.rules, self.reads = kb, rules, reads
        self._before, self._anew = before, anew
        self._names: dict[str, frozenset[str]] = {}
        self._atoms: dict[str, frozenset[str]] = {}

    @classmethod
    def of(cls, kb: KnowledgeBase) -> Behind:
        return cls(kb, productions.rules_by_atom(kb), values.dependencies(kb))

    def under(self, kb: KnowledgeBase, rules: Mapping[str, tuple[Rule, ...]], anew: frozenset[str]) -> Behind:
        """The same under other rules, by which `anew` are all the propositions that may rest on something else.

        Names are worked out from the same as before.
        """
        return Behind(kb, rules, self.reads, self, anew)

    def rule(self, rule: Rule) -> frozenset[str]:
        """The findings behind the premise of a rule, but for those that any two rules may share."""
        return self._node(rule.when) - EVERYBODY if rule.when is not None else frozenset()

    def of_rules(self, rules: Iterable[Rule]) -> dict[str, frozenset[str]]:
        """Those behind each of these rules that supports or opposes."""
        return {one.id: self.rule(one) for one in rules if one.verb in verbs.RANKING and one.when is not None}

    def _name(self, name: str) -> frozenset[str]:
        if self._before is not None:
            return self._before._name(name)
        if name not in self._names:
            self._names[name] = frozenset()
            if name in self.kb.findings and not self.kb.findings[name].stand_in:
                self._names[name] = frozenset({name})
            else:
                own = frozenset({name}) if name in self.kb.findings else frozenset()
                self._names[name] = own.union(*(self._name(read) for read in self.reads.get(name, ())))
        return self._names[name]

    def _atom(self, atom: str) -> frozenset[str]:
        if self._before is not None and atom not in self._anew:
            return self._before._atom(atom)
        if atom not in self._atoms:
            self._atoms[atom] = frozenset()
            parts: list[Node | None] = [rule.when for rule in self.rules.get(atom, ())]
            scale = self.kb.scales.get(propositions.scale_of(atom))
            if scale is not None:
                parts.append(scale.applies)
            self._atoms[atom] = frozenset().union(*(self._node(part) for part in parts if part is not None))
        return self._atoms[atom]

    def _node(self, node: Node) -> frozenset[str]:
        direct = frozenset().union(*(self._name(name) for name in expression.names_read(node)))
        return direct.union(*(self._atom(atom) for atom in expression.atoms_read(node)))


def findings_behind(kb: KnowledgeBase) -> dict[str, frozenset[str]]:
    """For each rule that supports or opposes: its findings, followed through states, propositions and quantities."""
    return Behind.of(kb).of_rules(kb.rules.values())


def conditions_named(rule: Rule, by_atom: Mapping[str, tuple[Rule, ...]]) -> frozenset[str]:
    """The conditions that a rule's premise speaks of, followed through states and scales."""
    found: set[str] = set()
    seen: set[str] = set()
    ahead: list[Node | None] = [rule.when]
    while ahead:
        node = ahead.pop()
        for atom in expression.atoms_read(node) - seen if node is not None else ():
            seen.add(atom)
            predicate, subject = propositions.parted(atom)
            if predicate in ("diagnosed", "caused"):
                found.add(subject)
            ahead.extend(other.when for other in by_atom.get(atom, ()))
    return frozenset(found)


def weigh(rules: Iterable[Rule], behind: Mapping[str, frozenset[str]]) -> Weighed:
    """Of the rules that hold, by falling strength then id, those independent of the ones already counted."""
    ordered = sorted(rules, key=lambda rule: (-LIKELIHOOD_RATIOS[rule.strength], rule.id))
    counted: list[Rule] = []
    repeated: list[Rule] = []
    groups: set[str] = set()
    used: set[str] = set()
    for rule in ordered:
        findings = behind.get(rule.id, frozenset())
        if (rule.shares and rule.shares in groups) or findings & used:
            repeated.append(rule)
            continue
        counted.append(rule)
        used |= findings
        if rule.shares:
            groups.add(rule.shares)
    return Weighed(tuple(counted), tuple(repeated))


def score(supporting: Weighed, opposing: Weighed) -> float:
    """One decimal, as it is shown and compared."""
    return rounded(supporting.exponent - opposing.exponent)


def rounded(points: float) -> float:
    """As it is shown and compared: weak and moderate evidence together are 1.0, and likely."""
    return round(points, 1) + 0.0


def status(established: Truth, excluded: Truth, criteria: Truth, points: float) -> DiagnosisStatus:
    """`criteria` is the truth of the condition's own `diagnoses` rules: all false keeps it from being likely."""
    if established is Truth.TRUE:
        return "contradictory" if excluded is Truth.TRUE else "established"
    if excluded is Truth.TRUE:
        return "excluded"
    if points >= LIKELY and criteria is not Truth.FALSE:
        return "likely"
    if points > 0:
        return "possible"
    return "unlikely" if points < 0 else "open"

"""What undecided premises still wait for, for many patients: each finding with the cases that lack it.

The mirror of `Explanation.missing`: sets of findings, told as the set of cases for each finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...case.case import Prepared
from ...inference import productions
from ...inference.program import bits
from ...inference.program.truths import Truths
from ...knowledge_base.model import Rule
from ...premises import evaluation, expression, propositions
from ...premises.expression import TruthNode
from ...values.value import NOT_MEASURED, UNKNOWN, Choice, Gap, Known, Number

Lacked = Mapping[str, int]
"""The findings that some lack, each with the cases that do; none of them is empty."""

NOTHING: Lacked = {}


def union(several: Iterable[Lacked], within: int = -1) -> Lacked:
    """What is lacked by any of these, of the cases within."""
    found: dict[str, int] = {}
    for lacked in several:
        for name, cases in lacked.items():
            if cases & within:
                found[name] = found.get(name, 0) | cases & within
    return found


def both(one: Lacked, other: Lacked) -> Lacked:
    """What is lacked by both."""
    return {name: cases & other[name] for name, cases in one.items() if name in other and cases & other[name]}


def within(lacked: Lacked, cases: int) -> Lacked:
    """What these cases lack of it."""
    return {name: some & cases for name, some in lacked.items() if some & cases}


def lacking(lacked: Lacked) -> int:
    """The cases that lack anything."""
    found = 0
    for cases in lacked.values():
        found |= cases
    return found


class Lacking:
    """What the premises of one knowledge base wait for, for the cases of some truths."""

    def __init__(self, prepared: Prepared, truths: Truths) -> None:
        self.prepared, self.kb, self.truths = prepared, prepared.kb, truths
        self._nodes: dict[int, tuple[TruthNode, Lacked]] = {}
        self._atoms: dict[str, Lacked] = {}
        self._values: dict[str, Lacked] = {}
        self.before: tuple[Lacking, frozenset[str]] | None = None
        """What rules waited for before some of them were changed, and those of which it may be something else now."""

    # --- premises ---

    def rule(self, rule: Rule) -> Lacked:
        """The findings that the premise of a rule waits for."""
        if self.before is not None and rule.id not in self.before[1]:
            return self.before[0].rule(rule)
        undecided = self.truths.unknown(self.truths.premise(rule))
        if not undecided or rule.when is None:
            return NOTHING
        return within(self.node(rule.when), undecided)

    def node(self, node: TruthNode) -> Lacked:
        """The findings that a premise waits for, where it is undecided."""
        found = self._nodes.get(id(node))
        if found is None:
            found = self._nodes[id(node)] = (node, self._of_node(node))  # the node lives as long as its id
        return found[1]

    def _of_node(self, node: TruthNode) -> Lacked:
        undecided = self.truths.unknown(self.truths.holds(node))
        if not undecided:
            return NOTHING
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return within(self.atom(node.atom), undecided)
        if isinstance(node, expression.JUNCTIONS):
            return union((self.node(part) for part in node.children() if isinstance(part, TruthNode)), undecided)
        names = expression.names_read(node)
        waiting = union((self.value(name) for name in names), undecided)
        findings = [self.kb.findings[name] for name in sorted(names) if name in self.kb.findings]
        rest = undecided & ~lacking(waiting)
        if rest:  # known, but not in enough detail
            waiting = union([waiting, {finding.id: rest for finding in findings}])
        indicated = [self.node(one.indicated) for one in findings if one.indicated is not None]
        return union([waiting, *(within(one, undecided) for one in indicated)]) if indicated else waiting

    def atom(self, atom: str) -> Lacked:
        """The findings that a proposition waits for, where it is undecided."""
        found = self._atoms.get(atom)
        if found is None:
            self._atoms[atom] = NOTHING
            found = self._atoms[atom] = self._of_atom(atom)
        return found

    def _of_atom(self, atom: str) -> Lacked:
        undecided = self.truths.unknown(self.truths.truth(atom))
        if not undecided:
            return NOTHING
        parts = [self.rule(rule) for rule in self.prepared.rules.get(atom, ())]
        if (reported := productions.reported_behind(self.kb, atom)) is not None:
            parts.append(self.node(reported))
        scale = propositions.scale_of(atom)
        applies = self.kb.scales[scale].applies if scale in self.kb.scales else None
        if applies is not None:
            parts.append(self.node(applies))
        return union(parts, undecided)

    # --- values ---

    def value(self, name: str) -> Lacked:
        """The findings that would make a finding or quantity known, or known more exactly."""
        found = self._values.get(name)
        if found is None:
            self._values[name] = NOTHING
            found = self._values[name] = self._of_value(name)
        return found

    def _of_value(self, name: str) -> Lacked:
        if name in self.kb.thresholds:
            return union(self.value(value.by) for value in self.kb.thresholds[name].values if value.by)
        waiting = self.vague(name)
        if name in self.kb.findings:
            waiting |= self.truths.columns.where(name, _to_be_told)
            if not waiting:
                return NOTHING
            behind = within(self.value(self.kb.findings[name].stand_in), waiting) if self._stands_in(name) else NOTHING
            rest = waiting & ~lacking(behind)
            return union([behind, {name: rest}]) if rest else behind
        waiting |= self.truths.columns.where(name, lambda known: isinstance(known, Gap))
        return self._of_quantity(name, waiting) if waiting else NOTHING

    def _stands_in(self, name: str) -> bool:
        return bool(self.kb.findings[name].stand_in)

    def _of_quantity(self, name: str, waiting: int) -> Lacked:
        """What the rules that could derive it lack; else the lists that are there without the detail it takes."""
        reads: dict[str, int] = {}
        for rule in self.prepared.plan.derive.get(name, ()):
            cases = waiting & ~self.truths.premise(rule)[1]
            for part in (rule.when, rule.formula):
                for read in expression.names_read(part) if part is not None and cases else ():
                    reads[read] = reads.get(read, 0) | cases
        found = union(within(self.value(read), cases) for read, cases in reads.items())
        rest = waiting & ~lacking(found)
        lists = [one for one in reads if one in self.kb.findings and self.kb.findings[one].form == "records"]
        there = {
            one: reads[one] & rest & self.truths.columns.where(one, lambda known: not isinstance(known, Gap))
            for one in lists
        }
        return union([found, there])

    def vague(self, name: str) -> int:
        """The cases in which a value is known only within bounds or by a word."""
        columns, found = self.truths.columns, 0
        of = columns.machine.values.of
        for number, cases in columns.groups(name).items():
            known = of[number]
            if isinstance(known, Choice):
                found |= cases if len(known.members) > 1 else 0
            elif isinstance(known, Number) and known.last.word is not None and known.last.range is None:
                found |= self._by_range(name, known, cases)  # what the word means depends on the range in force
            elif not isinstance(known, Gap) and _inexact(evaluation.interval_of(known, None)):
                found |= cases
        return found

    def _by_range(self, name: str, known: Known, cases: int) -> int:
        found = 0
        for case in bits.positions(cases):
            in_force = self.truths.columns.row(case).range_of(name)
            if _inexact(evaluation.interval_of(known, in_force)):
                found |= self.truths.columns.bit[case]
        return found


def _inexact(interval: object) -> bool:
    return not isinstance(interval, Gap) and getattr(interval, "exact", None) is None


def _to_be_told(known: Known) -> bool:
    """Whether nothing is known of a finding, or more may be."""
    return known is UNKNOWN or known is NOT_MEASURED or (not isinstance(known, Gap) and _open(known))


def _open(known: Known) -> bool:
    return not getattr(known, "complete", True)

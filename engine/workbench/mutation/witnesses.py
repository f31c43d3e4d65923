"""A patient that tells a rule from a changed one, looked for near the patients at hand: a bounded search.

Starting from the worked cases that come nearest, answers that the rule reads are put below, at and above the numbers it
compares them with, or inside and outside of what it asks for, one and then two at a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...case.case import Prepared
from ...inference import productions
from ...inference.productions import Productions
from ...inference.program import bits
from ...inference.program.bits import Pair
from ...inference.program.truths import Truths
from ...inference.reference import Reference
from ...inference.values import Given
from ...intake.answers import answers
from ...knowledge_base.model import KnowledgeBase, Rule
from ...premises import expression
from ...premises.expression import Node, NumberNode, TruthNode
from ...values import dates, truth
from ...values.interval import Interval, exactly
from ...values.truth import Truth
from ...values.value import NO, YES, Choice, Day, Entry, Known, Measurement, Number, Records
from .alteration import Alteration, Exchanged, Otherwise
from .kept import Kept

BUDGET = 120
"""How many patients are tried for one change."""

HINGED = 12
"""How many cases that hang on the changed condition are tried with other answers to it."""

STARTS = 3


@dataclass(frozen=True, slots=True)
class Witness:
    """The patient of a worked case, with some answers exchanged; without any it is the case's own.

    `before` and `after` are what the rule comes to as it is and as it would be.
    """

    case: str
    file: str
    line: int
    before: str
    after: str
    answers: Mapping[str, str]

    def __str__(self) -> str:
        told = f"'{self.case}' ({self.file}:{self.line})"
        if self.answers:
            told += f" with {', '.join(f'{name}: {text}' for name, text in self.answers.items())}"
        return f"{told}: {self.before}, changed {self.after}"


class _Plain(Reference):
    """The plain evaluator on one patient after another, without looking the rules of a knowledge base up each time."""

    def __init__(self, prepared: Prepared, given: Mapping[str, Given], today: Interval) -> None:
        self.kb, self.today, self._given = prepared.kb, today, given
        self._rules, self._derive = prepared.rules, prepared.plan.derive
        self._values: dict[str, Known] = {}
        self._truths: dict[str, Truth] = {}
        self._premises: dict[str, Truth] = {}


class Search:
    """Patients that tell one alteration of a rule from the rule, near the cases at hand."""

    def __init__(self, alteration: Alteration, rule: Rule, changed: Rule) -> None:
        self.alteration, self.rule, self.changed = alteration, rule, changed
        self.kb = alteration.base.kb
        written = [frozenset(_leaves(one)) for one in (rule, changed)]
        self.differing = written[0] ^ written[1]
        """The conditions that the two versions do not share."""
        self.focus = frozenset().union(*(expression.names_read(leaf) for leaf in self.differing))
        one, other = (_items(version.when) for version in (rule, changed))
        self._apart = [item for item in one if item not in other], [item for item in other if item not in one]
        """What either version wants besides what both do."""

    def found(self, cases: Sequence[Kept], truths: Truths) -> Witness | None:
        """The first patient found, within the budget; None where there is none, or it lies further off.

        Args:
            truths: what follows for the cases.
        """
        for start, changes in itertools.islice(self._patients(cases, truths), BUDGET):
            before, after = self._told(start, changes)
            if before != after:
                return self._witness(start, changes, before, after)
        return None

    def _patients(self, cases: Sequence[Kept], truths: Truths) -> Iterator[tuple[Kept, Mapping[str, Known]]]:
        """First one answer to what was changed, where all hangs on it; then one and two answers near the nearest."""
        nearest = [cases[number] for number in itertools.islice(self._nearest(truths), HINGED)]
        for start in nearest:
            for name, found in self._candidates(start):
                if name in self.focus:
                    yield from ((start, {name: known}) for known in found)
        for start in nearest[:STARTS]:
            yield from ((start, changes) for changes in _combinations(dict(self._candidates(start))))

    def _nearest(self, truths: Truths) -> Iterator[int]:
        """First the cases of which the rule hangs on what was changed in it, then those with most of its conditions."""
        premise = self.rule.when or expression.Always()
        one, other = (
            self._forced(premise, truths, forced) for forced in ((truths.everybody, 0), (0, truths.everybody))
        )
        hinged = (one[0] ^ other[0]) | (one[1] ^ other[1])
        items = premise.items if isinstance(premise, expression.All) else ()
        held = [truths.holds(item)[0] for item in items]
        at_least = [bits.counted(count, held, truths.everybody) for count in range(len(held) + 1)]
        seen = 0
        for these in (hinged, truths.everybody):
            for enough in reversed(at_least):
                yield from bits.positions(these & enough & ~seen)
                seen |= these & enough

    def _forced(self, node: TruthNode, truths: Truths, forced: Pair) -> Pair:
        """The premise, if each condition that was changed had this truth."""
        if node in self.differing:
            return forced
        if isinstance(node, expression.Not):
            return bits.negation(self._forced(node.item, truths, forced))
        if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
            parts = [self._forced(item, truths, forced) for item in node.items]
            if isinstance(node, expression.All):
                return bits.all_of(parts, truths.everybody)
            count = node.count if isinstance(node, expression.AtLeast) else 1
            return bits.at_least(count, parts, truths.everybody)
        return truths.holds(node)

    def _told(self, start: Kept, changes: Mapping[str, Known]) -> tuple[str, str]:
        """What the rule comes to as it is and changed; where only what it concludes was changed, that too."""
        given = {name: Given(known) for name, known in changes.items()}
        if self.rule.verb == "derives":
            everything = {**start.answers, **given}
            sides = self.alteration.base, self.alteration.prepared
            one, other = (_Plain(side, everything, start.today) for side in sides)
            return told_of(one, self.rule), told_of(other, self.changed)
        graph = self.alteration.graph
        touched, answers = graph.resting_on(frozenset(changes)), Exchanged(start.answers, given)
        near = Otherwise(start, self.alteration.base, graph, touched, answers)
        alone = [truth.all_of([near.holds(item) for item in items]) for items in self._apart]
        if alone[0] is alone[1] and any(self._apart):
            return "", ""  # whatever else both want
        before = near.premise(self.rule).value
        if self.rule.when is self.changed.when:
            return before, f"{before}, but it concludes otherwise" if before == Truth.TRUE.value else before
        return before, near.holds(self.changed.when or expression.Always()).value

    def _witness(self, start: Kept, changes: Mapping[str, Known], before: str, after: str) -> Witness:
        written = {name: answers.write_answer(self.kb, name, known) for name, known in changes.items()}
        place = start.worked.place
        return Witness(start.worked.name, place.file, place.line, before, after, written)

    # --- answers worth trying ---

    def _candidates(self, start: Kept) -> Iterator[tuple[str, list[Known]]]:
        """For each finding and quantity the two versions read, the answers that could make a difference."""
        written = [part for one in (self.rule, self.changed) for part in (one.when, one.formula) if part is not None]
        nodes = [node for part in written for node in part.walk()]
        for name in sorted({name for part in written for name in expression.names_read(part)}):
            found: list[Known] = []
            for known in self._answers(name, nodes, start):
                if known not in found:
                    found.append(known)
            if found:
                yield name, found

    def _answers(self, name: str, nodes: list[Node], start: Kept) -> Iterator[Known]:
        finding = self.kb.findings.get(name)
        if finding is None or finding.form == "number":
            if finding is not None or name in self.kb.quantities:
                yield from (_number(value) for value in self._numbers(name, nodes, start))
        elif finding.form == "yes_no":
            yield from (YES, NO)
        elif finding.form == "choice":
            for node in nodes:
                if isinstance(node, expression.OneOf) and node.name == name and not node.field:
                    yield from (Choice(frozenset({member})) for member in sorted(node.members)[:3])
            yield from (Choice(frozenset({member})) for member in list(self.kb.choices[finding.choices].members)[:4])
        elif finding.form == "records":
            yield Records()
            for node in nodes:
                yield from (Records((entry,)) for entry in _entries(node, name, finding.key, start.today))

    def _numbers(self, name: str, nodes: list[Node], start: Kept) -> list[Decimal]:
        """Below, at and above each number the value is compared with."""
        cuts: set[Decimal] = set()
        for node in nodes:
            if isinstance(node, expression.Compared):
                pairs = ((node.left, node.right), (node.right, node.left))
            elif isinstance(node, expression.Within):
                pairs = ((node.value, node.low), (node.value, node.high))
            elif isinstance(node, expression.Against) and node.name == name:
                in_force = start.range_of(name)
                ends = () if in_force is None else (in_force.low, in_force.high)
                cuts |= {end for end in ends if not end.is_infinite()}
                continue
            else:
                continue
            for side, limit in pairs:
                if isinstance(side, expression.Value) and side.name == name:
                    cuts |= _ends(limit, start)
        found = set(cuts)
        for cut in cuts:
            exponent = cut.as_tuple().exponent
            step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
            found |= {cut - step, cut + step}
        found |= {(low + high) / 2 for low, high in itertools.pairwise(sorted(cuts))}
        entry = self.kb.findings.get(name)
        return [value for value in sorted(found) if entry is None or entry.possible.contains(value)]


def _items(premise: TruthNode | None) -> tuple[TruthNode, ...]:
    """All that a premise wants at once."""
    if isinstance(premise, expression.All):
        return premise.items
    return () if premise is None else (premise,)


def told_of(memory: Reference, rule: Rule) -> str:
    """What a rule comes to for one patient: its premise, or the numbers it derives."""
    if rule.verb != "derives":
        return memory.premise(rule).value
    return ", ".join(_shown(memory.known(name)) for name in rule.targets)


def _shown(known: Known) -> str:
    if not isinstance(known, Number):
        return getattr(known, "value", "unknown")
    span = known.last.interval
    low, high = (f"{end:.7g}" for end in (span.low, span.high))
    return low if span.exact is not None else f"{low}..{high}"


def _ends(limit: NumberNode, start: Kept) -> set[Decimal]:
    """The number a value is compared with: one that is written, or shared."""
    span = limit.value if isinstance(limit, expression.Literal) else None
    if isinstance(limit, expression.Threshold):
        shared = start.threshold(limit.name)
        span = shared if isinstance(shared, Interval) else None
    return {span.low} if span is not None else set()


def _leaves(rule: Rule) -> Iterator[TruthNode]:
    for part in rule.when.walk() if rule.when is not None else ():
        if isinstance(part, TruthNode) and not isinstance(part, expression.JUNCTIONS):
            yield part


def _number(value: Decimal) -> Number:
    return Number((Measurement(exactly(value)),))


def _combinations(candidates: Mapping[str, list[Known]]) -> Iterator[dict[str, Known]]:
    for name, found in candidates.items():
        yield from ({name: known} for known in found)
    for one, two in itertools.combinations(candidates, 2):
        yield from ({one: a, two: b} for a in candidates[one] for b in candidates[two])


def _entries(node: Node, name: str, key: str, today: Interval) -> Iterator[Entry]:
    """Entries that a condition on a list asks for, and those just beside them."""
    if isinstance(node, expression.Has) and node.name == name:
        yield from (Entry({key: Choice(frozenset({member}))}) for member in sorted(node.members)[:2])
    if not isinstance(node, (expression.Quantified, expression.Aggregate)) or node.name != name:
        return
    fields: dict[str, list[Known]] = {}
    for part in node.where.walk() if node.where is not None else ():
        if isinstance(part, expression.OneOf) and part.field:
            fields.setdefault(part.name, []).extend(Choice(frozenset({one})) for one in sorted(part.members)[:2])
        elif isinstance(part, expression.IsYes) and part.field:
            fields.setdefault(part.name, []).extend((YES, NO))
        elif isinstance(part, expression.Compared) and isinstance(part.right, expression.Literal):
            for value in (part.right.value.low + step for step in (-1, 0, 1)):
                if isinstance(part.left, expression.Field):
                    fields.setdefault(part.left.name, []).append(_number(value))
                elif isinstance(part.left, expression.Since) and isinstance(part.left.date, expression.Field):
                    months = part.left.measure == "months"
                    day = dates.months_ago(value, today) if months else exactly(today.low - value)
                    fields.setdefault(part.left.date.name, []).append(Day(day))
    first = {field: known[0] for field, known in fields.items()}
    if key in first:
        yield Entry({key: first[key]})
        yield Entry(first)
    for field, known in fields.items():
        yield from (Entry({**first, field: one}) for one in known[1:])


def same_productions(first: Productions, other: KnowledgeBase, premises: tuple[TruthNode, TruthNode]) -> bool:
    """Whether a changed knowledge base comes to the same ground productions over the same conditions.

    Args:
        first: the productions of the knowledge base as it is.
        other: the changed one.
        premises: the premise of the one rule that was changed, as it is and changed.
    """
    if _plainly_other(*premises):
        return False
    second = productions.compile(other)
    return _ground(first) == _ground(second) and set(first.leaves.values()) == set(second.leaves.values())


def _plainly_other(premise: TruthNode, changed: TruthNode) -> bool:
    """Whether nothing need be compiled to see it: a rule is false by each part of its premise, or true by each."""
    one, other = _parts(premise), _parts(changed)
    return one is not None and other is not None and one != other


def _parts(premise: TruthNode) -> tuple[bool, frozenset[tuple[object, bool]]] | None:
    """Whether all parts must hold, and the parts, each with whether it is meant as it stands; None of a count."""
    if isinstance(premise, expression.AtLeast):
        return None
    items = premise.items if isinstance(premise, (expression.All, expression.AnyOf)) else (premise,)
    parts = frozenset(_meant(item, True) for item in items)
    return isinstance(premise, expression.All) or len(parts) == 1, parts


def _meant(node: TruthNode, stands: bool) -> tuple[object, bool]:
    if isinstance(node, expression.Not):
        return _meant(node.item, not stands)
    if isinstance(node, (expression.Proposition, expression.Applies)):
        return node.atom, stands
    return node, stands


def _ground(compiled: Productions) -> set[tuple[frozenset[str], str]]:
    ground = compiled.ground
    return {(frozenset(map(ground.word, one.premises)), ground.word(one.conclusion)) for one in ground.productions}

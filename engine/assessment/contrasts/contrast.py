"""Why not, what if, and what an answer would turn: one state of a patient set against another that could be.

Nothing here changes the case it is asked of: every supposition is tried on a second one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ...case.case import Case
from ...knowledge_base.model import Rule
from ...knowledge_base.verbs import VERBS, Verb
from ...premises import evaluation, expression, propositions, witness, wording
from ...premises.expression import TruthNode
from ...values.interval import Interval, exactly
from ...values.truth import Truth
from ...values.value import NO, YES, Choice, Entry, Known, Measurement, Number, Records
from .. import judgement
from ..judgement import judge
from ..several import worlds
from ..verdict import Verdict
from . import nearest
from .nearest import Condition, Distance

MOST_ANSWERS = 6
"""How many answers to one question are tried at most."""


# --- what if ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """One shown status that differs: of what, from what and to what. An empty side: it is not shown there."""

    kind: str
    """medicine, measure, diagnosis, alert, cause, state, number"""
    id: str
    label: str
    before: str
    after: str


def differences(before: Verdict, after: Verdict) -> tuple[Turn, ...]:
    """Every shown status that is not the same, the most urgent kind first."""
    kinds = (
        ("alert", _alerts(before), _alerts(after)),
        ("diagnosis", _diagnoses(before), _diagnoses(after)),
        ("medicine", _items(before, True), _items(after, True)),
        ("measure", _items(before, False), _items(after, False)),
        ("cause", _causes(before), _causes(after)),
        ("number", _numbers(before), _numbers(after)),
    )
    return tuple(turn for kind, was, now in kinds for turn in _turns(kind, was, now))


def _turns(kind: str, was: Mapping[str, tuple[str, str]], now: Mapping[str, tuple[str, str]]) -> Iterator[Turn]:
    for name in dict.fromkeys((*was, *now)):
        label, before = was.get(name, (now.get(name, ("", ""))[0], ""))
        after = now.get(name, ("", ""))[1]
        if before != after:
            yield Turn(kind, name, label, before, after)


def _alerts(verdict: Verdict) -> dict[str, tuple[str, str]]:
    return {one.id: (one.label, one.status) for one in verdict.alerts if one.status == "raised"}


def _diagnoses(verdict: Verdict) -> dict[str, tuple[str, str]]:
    return {one.id: (one.label, one.status) for one in verdict.diagnoses if one.status != "open"}


def _items(verdict: Verdict, medicine: bool) -> dict[str, tuple[str, str]]:
    shown = [one for one in verdict.plan if (one.kind == "medicine") is medicine and one.status != "undetermined"]
    return {one.id: (one.label, one.status) for one in shown}


def _causes(verdict: Verdict) -> dict[str, tuple[str, str]]:
    return {one.id: (one.label, "a cause") for one in verdict.causes if not one.of}


def _numbers(verdict: Verdict) -> dict[str, tuple[str, str]]:
    return {one.id: (one.label, one.text) for one in verdict.derived}


# --- what an answer would turn ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Possible:
    """One answer that could be given, and what it would turn."""

    known: Known
    turns: tuple[Turn, ...]


def prospects(case: Case, finding: str) -> tuple[Possible, ...]:
    """What typical answers to a question would turn: each choice, and numbers on both sides of the cut-offs."""
    before = judge(case)
    found: list[Possible] = []
    for known in _answers(case, finding):
        turns = differences(before, judge(case.supposing({finding: known})))
        if turns and all(turns != other.turns for other in found):
            found.append(Possible(known, turns))
    return tuple(found)


def _answers(case: Case, finding: str) -> Iterator[Known]:
    entry = case.kb.findings[finding]
    if entry.form == "yes_no":
        yield from (YES, NO)
    elif entry.form == "choice":
        members = list(case.names.members(finding))[:MOST_ANSWERS]
        yield from (Choice(frozenset({member})) for member in members)
    elif entry.form == "records":
        yield Records()
        yield from (Records((one,)) for one in _entries_asked_for(case, finding)[:MOST_ANSWERS])
    elif entry.form == "number":
        yield from (Number((Measurement(exactly(value)),)) for value in _either_side(case, finding))


def _leaves(case: Case, finding: str) -> Iterator[TruthNode]:
    """The conditions that read a finding, or a number in its unit worked out from it, and are not decided yet."""
    plan = case.prepared.plan
    names, unit = [finding], case.names.unit(finding)
    for name in plan.order:
        if name in case.kb.quantities and not plan.reads[name].isdisjoint(names) and case.names.unit(name) == unit:
            names.append(name)
    leaves = plan.productions.leaves
    for atom in dict.fromkeys(atom for name in names for atom in plan.readers.get(name, ())):
        if case.memory.holds(leaves[atom]) is Truth.UNKNOWN:
            yield leaves[atom]


def _entries_asked_for(case: Case, finding: str) -> list[Entry]:
    """Entries that undecided conditions ask for (a hip broken in a fall), those asked for most first."""
    counts: dict[Entry, int] = {}
    key = case.kb.findings[finding].key
    for leaf in _leaves(case, finding):
        for part in leaf.walk():
            fields: dict[str, Known] = {}
            if isinstance(part, expression.Has) and part.name == finding:
                fields = {key: _first(part.members)}
            elif isinstance(part, expression.Quantified) and part.name == finding and part.where is not None:
                fields = dict(_asked_of(part.where))
            if fields:
                counts[Entry(fields)] = counts.get(Entry(fields), 0) + 1
    return sorted(counts, key=lambda entry: (-counts[entry], str(entry)))


def _asked_of(where: TruthNode) -> Iterator[tuple[str, Known]]:
    parts = where.items if isinstance(where, expression.All) else (where,)
    for part in parts:
        if isinstance(part, expression.OneOf) and part.field and not part.negated:
            yield part.name, _first(part.members)


def _first(members: frozenset[str]) -> Choice:
    return Choice(frozenset(sorted(members)[:1]))


def _either_side(case: Case, finding: str) -> list[Decimal]:
    """Numbers below, between and above the cut-offs that undecided conditions set, within what is plausible."""
    cuts: set[Decimal] = set()
    for leaf in _leaves(case, finding):
        for part in leaf.walk():
            if isinstance(part, expression.Compared):
                for side, other in ((part.left, part.right), (part.right, part.left)):
                    limit = evaluation.number_of(other, case.memory) if isinstance(side, expression.Value) else None
                    if isinstance(limit, Interval) and limit.exact is not None:
                        cuts.add(limit.exact)
    in_force = case.memory.range_of(finding)
    if in_force is not None:
        cuts |= {end for end in (in_force.low, in_force.high) if not end.is_infinite()}
    ordered = sorted(cuts)
    if not ordered:
        return []
    span = max(ordered[-1] - ordered[0], abs(ordered[0]) / 5, Decimal("0.5"))
    between = [(low + high) / 2 for low, high in itertools.pairwise(ordered)]
    step = max(1, len(between) // (MOST_ANSWERS - 2))
    possible = case.kb.findings[finding].possible
    tried = [possible.settled(value) for value in (ordered[0] - span / 5, *between[::step])]
    tried.append(possible.settled(ordered[-1] + span / 5, up=True))
    if case.kb.findings[finding].unit == "year":  # nobody is 38.4 years old
        tried = [whole if (whole := value.to_integral_value()) not in cuts else value for value in tried]
    return [value for value in tried if possible.contains(value)]


# --- why not ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Every rule about something, the nearest first, and the nearest way to it, a step each."""

    id: str
    label: str
    status: str
    rules: tuple[Distance, ...]
    nearest: tuple[str, ...]
    each_way: tuple[Way, ...] = ()
    """Where two values contradict and it hangs on them: its status by each; the rules are those of the first."""


@dataclass(frozen=True, slots=True)
class Way:
    """The status of something in one world, in whose words what is taken there."""

    taking: str
    status: str
    case: Case


ROLES: Mapping[Verb, str] = {verb: one.role for verb, one in VERBS.items() if one.role}


def why_not(case: Case, subject: str) -> WhyNot:
    """Each rule about an intervention, condition, test, alert or state, by its distance from turning."""
    rules = [rule for rule in case.kb.rules.values() if subject in (rule.members or rule.targets) and not rule.of]
    ways = each_way(case, subject)
    looked_at = ways[0].case if ways else case
    far = sorted((_distance(looked_at, rule) for rule in rules if rule.verb in ROLES), key=_rank)
    verdict = judge(case)
    status = _status(verdict, subject)
    way = nearest.way(looked_at, verdict, subject, status, far)
    return WhyNot(subject, case.names.subject(subject), status, tuple(far), way, ways)


def each_way(case: Case, subject: str) -> tuple[Way, ...]:
    """The status by each of two values, if they differ; first the one whose status is shown, or comes nearest to it.

    Whether what the other was worked out from is left out is told where it makes the status that is shown.
    """
    shown = _status(judge(case), subject)
    ways: dict[tuple[worlds.Contradiction, ...], Way] = {}
    for world in worlds.of(case):
        status = _status(judgement.verdict_in(case, world), subject)
        if world.withdrawn not in ways or (status == shown != ways[world.withdrawn].status):
            ways[world.withdrawn] = Way(worlds.taking(case, world), status, world.case)
    if len({way.status for way in ways.values()}) < 2:
        return ()
    return tuple(sorted(ways.values(), key=lambda way: (way.status != shown, way.status != "not shown")))


def _rank(one: Distance) -> tuple[int, int, str]:
    order = ("wants", "bars", "delays", "establishes", "excludes", "sets", "raises", "orders")
    role = order.index(one.role) if one.role in order else len(order)
    return (role, one.steps, one.rule.id)


def _status(verdict: Verdict, subject: str) -> str:
    for item in verdict.plan:
        if item.id == subject:
            return item.status
    for one in verdict.diagnoses:
        if one.id == subject:
            return one.status
    for alert in verdict.alerts:
        if alert.id == subject:
            return alert.status
    for test in verdict.investigations:
        if test.id == subject:
            return test.status
    return "not shown"


def _distance(case: Case, rule: Rule) -> Distance:
    role, case = ROLES[rule.verb], case.holding(rule)
    held = case.truth(rule)
    wanted = Truth.FALSE if role in nearest.AGAINST else Truth.TRUE
    premise = rule.when or expression.Always()
    steps, way = _way(case, premise, wanted)
    shown = way if held is not wanted else list(_decisive(case, premise, held))
    return Distance(rule, role, held, steps, tuple(_condition(case, leaf) for leaf in shown))


def _way(case: Case, node: TruthNode, wanted: Truth) -> tuple[int, list[TruthNode]]:
    """The fewest conditions that must still turn for a premise to become what is wanted, and which they are."""
    if case.memory.holds(node) is wanted:
        return 0, []
    if isinstance(node, expression.Not):
        return _way(case, node.item, Truth.FALSE if wanted is Truth.TRUE else Truth.TRUE)
    if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
        parts = sorted((_way(case, item, wanted) for item in node.items), key=lambda way: way[0])
        return _joined(parts[: _needed(node, wanted)])
    if isinstance(node, (expression.Proposition, expression.Applies)):
        return _way_to(case, node, wanted)
    return 1, [node]


def _way_to(
    case: Case, node: expression.Proposition | expression.Applies, wanted: Truth
) -> tuple[int, list[TruthNode]]:
    """The same for what rules conclude; a level of a scale needs the scale to apply as well."""
    rules = case.prepared.rules.get(node.atom, ())
    ways = sorted((_way(case, rule.when, wanted) for rule in rules if rule.when is not None), key=lambda way: way[0])
    scale = case.kb.scales.get(propositions.scale_of(node.atom))
    applies = [] if scale is None or scale.applies is None else [_way(case, scale.applies, wanted)]
    if not ways and not applies:
        return 1, [node]
    if wanted is Truth.TRUE:
        return _joined([*ways[:1], *applies])
    by_rules = [_joined(ways)] if ways else []
    return min([*by_rules, *applies], key=lambda way: way[0])


def _needed(node: expression.All | expression.AnyOf | expression.AtLeast, wanted: Truth) -> int:
    """How many parts must be as wanted."""
    if isinstance(node, expression.AtLeast):
        return node.count if wanted is Truth.TRUE else len(node.items) - node.count + 1
    one_is_enough = isinstance(node, expression.AnyOf) is (wanted is Truth.TRUE)
    return 1 if one_is_enough else len(node.items)


def _joined(ways: Iterable[tuple[int, list[TruthNode]]]) -> tuple[int, list[TruthNode]]:
    chosen = list(ways)
    leaves = {id(leaf): leaf for _, way in chosen for leaf in way}
    return sum(steps for steps, _ in chosen), list(leaves.values())


def _decisive(case: Case, premise: TruthNode, held: Truth) -> Iterator[TruthNode]:
    """The conditions a premise's truth rests on."""
    for step in case.explanation.node(premise).walk():
        if step.kind == "leaf" and step.node is not None and not isinstance(step.node, expression.Always):
            yield step.node


def _condition(case: Case, leaf: TruthNode) -> Condition:
    held = case.memory.holds(leaf)
    waits = tuple(sorted(case.explanation.missing(leaf))) if held is Truth.UNKNOWN else ()
    return Condition(wording.words(leaf, case.names), held, witness.witness(leaf, case.memory, case.names), waits)

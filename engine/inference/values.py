"""Values of findings, quantities and thresholds from the answers: the stratum below all propositions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..knowledge_base.model import Finding, KnowledgeBase, Member, Quantity, Rule, ThresholdEntry
from ..premises import evaluation
from ..premises.evaluation import Facts
from ..premises.expression import Field, Node, names_read
from ..values.interval import Interval, exactly, hull
from ..values.truth import Truth
from ..values.value import NOT_APPLICABLE, NOT_MEASURED, UNKNOWN, Gap, Known, Measurement, Number


@dataclass(frozen=True, slots=True)
class Given:
    """The answer to one finding or quantity: the explicit one, and the one that it or the file implies."""

    explicit: Known | None = None
    implied: Known | None = None


NOTHING = Given()


def derive_rules(kb: KnowledgeBase) -> dict[str, tuple[Rule, ...]]:
    """The rules that derive each quantity, in the order of their ids."""
    found: dict[str, list[Rule]] = {name: [] for name in kb.quantities}
    for rule in kb.rules.values():
        if rule.verb == "derives":
            for target in rule.targets:
                found.setdefault(target, []).append(rule)
    return {name: tuple(sorted(rules, key=lambda rule: rule.id)) for name, rules in found.items()}


def finding_value(finding: Finding, given: Given, facts: Facts) -> Known:
    """An explicit answer beats `applies` and any derivation; a derivation beats `not measured`; implied comes last."""
    if given.explicit is not None and given.explicit not in (NOT_MEASURED, UNKNOWN):
        return given.explicit
    if finding.applies is not None and evaluation.truth_of(finding.applies, facts) is Truth.FALSE:
        return NOT_APPLICABLE
    if finding.stand_in:
        standing_in = facts.known(finding.stand_in)
        if not isinstance(standing_in, Gap):
            return standing_in
    if finding.remembers:
        return NOT_APPLICABLE  # nothing came before
    return plain_value(given)


def plain_value(given: Given) -> Known:
    """The explicit answer, else the implied one."""
    if given.explicit is not None:
        return given.explicit
    return given.implied if given.implied is not None else UNKNOWN


def quantity_value(rules: Iterable[Rule], given: Given, facts: Facts) -> Known:
    """The entered value; else the hull over the rules not false, once one is true; none left = not measured."""
    if given.explicit is not None and not isinstance(given.explicit, Gap):
        return given.explicit
    reached: list[Interval | Gap] = []
    decided = False
    for rule in rules:
        held = Truth.TRUE if rule.when is None else evaluation.truth_of(rule.when, facts)
        if held is Truth.FALSE or rule.formula is None:
            continue
        decided = decided or held is Truth.TRUE
        value = evaluation.number_of(rule.formula, facts)
        reached.append(NOT_MEASURED if value is NOT_APPLICABLE else value)
    if not reached:
        return NOT_MEASURED
    if not decided:
        return UNKNOWN
    value = evaluation.merged(reached)
    if not isinstance(value, Gap) and value.low.is_infinite() and value.high.is_infinite():
        return UNKNOWN  # a low calcium less a low albumin: any number at all
    return value if isinstance(value, Gap) else Number((Measurement(value),))


def range_in_force(finding: Finding, facts: Facts) -> Interval | None:
    """The first reference range whose premise is true; none while an earlier one may still be."""
    for case in finding.ranges:
        held = Truth.TRUE if case.when is None else evaluation.truth_of(case.when, facts)
        if held is Truth.TRUE:
            return case.range
        if held is Truth.UNKNOWN:
            return None
    return None


def threshold_value(entry: ThresholdEntry, facts: Facts) -> Interval | Gap:
    """The cut-off in force today; stepped ones by the finding they go by (from inclusive, no interpolation)."""
    in_force = [value for value in entry.values if value.since <= facts.today.low]
    if not in_force:
        return UNKNOWN
    current = max(in_force, key=lambda value: value.since)
    if current.value is not None:
        return exactly(current.value)
    where = evaluation.interval_of(facts.known(current.by), None)
    if isinstance(where, Gap):
        return UNKNOWN
    reached = [step for step in current.steps if step.start <= where.high]
    if not reached or where.low < current.steps[0].start:
        return UNKNOWN
    at_low = max(step.start for step in reached if step.start <= where.low)
    return hull(exactly(step.value) for step in reached if step.start >= at_low)


def range_owner(kb: KnowledgeBase, name: str) -> Finding | None:
    """The finding whose reference range a finding or quantity is read against."""
    if name in kb.findings:
        return kb.findings[name]
    quantity: Quantity | None = kb.quantities.get(name)
    return kb.findings.get(quantity.range_of) if quantity is not None else None


def range_read(kb: KnowledgeBase, name: str, facts: Facts) -> Interval | None:
    """The reference range a finding or quantity is held against; for a quantity that printed beside the result."""
    owner = range_owner(kb, name)
    if owner is None:
        return None
    known = facts.known(owner.id) if owner.id != name else None
    printed = known.last.range if isinstance(known, Number) else None
    return printed or range_in_force(owner, facts)


def member_number(kb: KnowledgeBase, name: str, member: str, attribute: str) -> Decimal | None:
    known = choice_members(kb, name)
    return known[member].numbers.get(attribute) if member in known else None


def choice_members(kb: KnowledgeBase, name: str) -> Mapping[str, Member]:
    """The members that an entry of a records finding can be."""
    finding = kb.findings[name]
    kind = finding.fields.get(finding.key)
    choice_set = kb.choices.get(kind.choices) if kind is not None else None
    return choice_set.members if choice_set is not None else {}


def dependencies(kb: KnowledgeBase) -> dict[str, frozenset[str]]:
    """For each finding, quantity and threshold the names its value is worked out from."""
    rules = derive_rules(kb)
    found: dict[str, frozenset[str]] = {}
    for name, finding in kb.findings.items():
        parts: list[Node | None] = [finding.applies]
        reads = {finding.stand_in, *finding.remembers} - {""}
        found[name] = frozenset(reads | _reads(parts))
    for name in kb.quantities:
        nodes: list[Node | None] = [part for rule in rules.get(name, ()) for part in (rule.when, rule.formula)]
        found[name] = frozenset(_with_ranges(kb, nodes))
    for name, entry in kb.thresholds.items():
        found[name] = frozenset(value.by for value in entry.values if value.by)
    return found


def _reads(parts: Iterable[Node | None]) -> set[str]:
    return {name for part in parts if part is not None for name in names_read(part)}


def _with_ranges(kb: KnowledgeBase, nodes: Iterable[Node | None]) -> set[str]:
    """The names read, with those that decide which reference range is in force."""
    names = _reads(nodes)
    for name in list(names):
        owner = range_owner(kb, name)
        if owner is not None:
            names |= _reads(case.when for case in owner.ranges) | {owner.id}
    if any(_asks_age(node) for node in nodes if node is not None):
        names.add("age")
    return names


def _asks_age(node: Node) -> bool:
    return any(isinstance(part, Field) and part.name in ("age_at", "age_as_adult") for part in node.walk())


def leaf_dependencies(kb: KnowledgeBase, leaf: Node) -> frozenset[str]:
    """Every name whose change may change the leaf's truth."""
    return frozenset(_with_ranges(kb, [leaf]))


def in_order(found: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The names with each after those it is worked out from; a cycle (which the reader refuses) is cut."""
    order: list[str] = []
    state: dict[str, int] = {}

    def visit(name: str) -> None:
        stack = [(name, iter(sorted(found.get(name, ()))))]
        state[name] = 1
        while stack:
            current, rest = stack[-1]
            for following in rest:
                if following not in state:
                    state[following] = 1
                    stack.append((following, iter(sorted(found.get(following, ())))))
                    break
            else:
                state[current] = 2
                order.append(current)
                stack.pop()

    for name in sorted(found):
        if name not in state:
            visit(name)
    return tuple(order)

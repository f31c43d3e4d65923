"""Rules that say what another says already, and rules between which a patient falls."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from ...knowledge_base import verbs
from ...knowledge_base.model import Rule
from ...premises.expression import Always, Node, TruthNode, atoms_read, names_read
from ...values.interval import Interval
from ...values.problems import Level, Place
from .check import Told, check
from .logic.logic import conjuncts, shared
from .subject import Subject

_ALWAYS = Always()
_COMPARE = "compare the two premises: if one has a slip, mend it; if both are meant, leave the narrower one out"
"""Which of the two is to blame cannot be told from here."""


def families(subject: Subject) -> Iterator[list[Rule]]:
    """Rules that conclude the same of the same, with the same weight, for the same readers."""
    found: dict[object, list[Rule]] = {}
    for rule in subject.rules:
        if rule.verb != "derives":
            told = (rule.verb, rule.members or rule.targets, rule.level, rule.of, rule.until)
            weight = (rule.strength, rule.weight, rule.urgency, rule.line, rule.then, rule.dose, rule.step)
            found.setdefault((told, weight, rule.guideline, rule.region), []).append(rule)
    return (family for family in found.values() if len(family) > 1)


@check("OL514", Level.WARNING)
def said_twice(subject: Subject) -> Iterator[Told]:
    """Two rules with the same premise conclude the same.

    Avoid:
        calcium-low: {alerts: low_calcium, when: calcium is low}
        calcium-short: {alerts: low_calcium, when: calcium is low}
    Prefer:
        calcium-low: {alerts: low_calcium, when: calcium is low, sources: [a-2020, b-2021]}
    Why:
        One of them will be changed and the other forgotten; then both hold.
    """
    for family in families(subject):
        first: dict[TruthNode, Rule] = {}
        for rule in family:
            other = first.setdefault(rule.when or _ALWAYS, rule)
            if other is not rule:
                what = f"'{rule.id}' says what '{other.id}' says"
                yield Told(what, rule.place, "keep one, with the sources of both", other.place)


@check("OL515", Level.WARNING)
def said_by_a_wider_rule(subject: Subject) -> Iterator[Told]:
    """A rule that never adds anything: whenever it holds, another one concludes the same.

    Avoid:
        high-risk: {sets: high_risk, when: age > 70}
        high-risk-after-fracture: {sets: high_risk, when: age > 75 and fragility_fracture}
    Prefer:
        high-risk: {sets: high_risk, when: age > 70}
    Why:
        Whoever raises its cut-off expects patients to be treated otherwise, and nothing changes.
    """
    for family in families(subject):
        read = {rule.id: _read(rule.when or _ALWAYS) for rule in family}
        for one, other in itertools.permutations(family, 2):
            if read[one.id].isdisjoint(read[other.id]) and read[other.id]:
                continue
            narrow, wide = one.when or _ALWAYS, other.when or _ALWAYS
            if subject.reads_wild(narrow) or subject.reads_wild(wide):
                continue  # told of the threshold
            if one.strength and not isinstance(wide, Always):
                continue  # evidence of one kind counts once, however often it is found
            if narrow != wide and subject.logic.implies(narrow, wide) and not subject.logic.implies(wide, narrow):
                what = f"whenever '{one.id}' holds, '{other.id}' says the same"
                yield Told(what, one.place, _COMPARE, other.place)
    yield from _levels(subject)


def _levels(subject: Subject) -> Iterator[Told]:
    """A rule for a level that holds only where a rule for a higher level does."""
    rules = [rule for rule in subject.of("sets") if rule.level]
    for one, other in itertools.permutations(rules, 2):
        scale = subject.kb.scales.get(one.targets[0])
        if scale is None or other.targets[0] != scale.id or one.guideline != other.guideline:
            continue
        lower = scale.levels.index(one.level) < scale.levels.index(other.level)
        if lower and one.when and other.when and subject.logic.implies(one.when, other.when):
            what = f"whenever '{one.id}' holds, '{other.id}' sets the higher '{other.level}'"
            yield Told(what, one.place, "leave it out, or mend one of the premises", other.place)


def _read(node: Node) -> frozenset[str]:
    return names_read(node) | atoms_read(node)


@check("OL516", Level.WARNING)
def closed_bands(subject: Subject) -> Iterator[Told]:
    """Two rules for one thing share a border, and one of them is closed on both sides.

    Avoid:
        denosumab-due: {alerts: denosumab_due, when: denosumab_elapsed in 6..7 months}
        denosumab-overdue: {alerts: denosumab_overdue, when: denosumab_elapsed > 7 months}
    Prefer:
        denosumab-due: {alerts: denosumab_due, when: denosumab_elapsed >= 6 months}
        denosumab-overdue: {alerts: denosumab_overdue, when: denosumab_elapsed > 7 months}
    Why:
        A value known only within limits, such as a date known to the month, may lie on the border; then both rules
        are unknown and nothing is said. With an open end the lower one holds, and the higher is added when it is sure.
    """
    found: dict[object, list[tuple[Rule, Interval, Place]]] = {}
    for rule in subject.of(*verbs.about("alert", "state or scale", "intervention", "investigation")):
        if rule.when is None:
            continue
        for key, (span, place) in _spans(subject, rule.when).items():
            for family in _meant(rule):
                found.setdefault((family, key), []).append((rule, span, place))
    told: set[tuple[str, str]] = set()
    for bands in found.values():
        for (one, span, place), (other, beyond, elsewhere) in itertools.permutations(bands, 2):
            if one is other or (one.id, other.id) in told or (other.id, one.id) in told:
                continue
            if _closed(span) and (span.high == beyond.low or span.low == beyond.high):
                told.add((one.id, other.id))
                border = span.high if span.high == beyond.low else span.low
                what = f"the band of '{one.id}' ends at {border.normalize():f}, where '{other.id}' begins"
                yield Told(what, place, "leave its far end open; the higher one is added", elsewhere)


def _meant(rule: Rule) -> list[object]:
    """What the rule speaks of, as a patient sees it: all alerts together, else each thing by itself."""
    if rule.verb == "alerts":
        return ["alerts"]
    return [(rule.verb, name) for name in rule.members or rule.targets]


def _spans(subject: Subject, when: TruthNode) -> Mapping[object, tuple[Interval, Place]]:
    """What a premise says of each number that it reads outright; a denied comparison ends a band too."""
    found: dict[object, tuple[Interval, Place]] = {}
    for part in conjuncts(when):
        bound = subject.logic.stated(part)
        if bound is not None:
            before = found.get(bound.key)
            both = bound.span if before is None else shared(before[0], bound.span)
            if both is not None:
                found[bound.key] = (both, part.place if before is None or not before[1].line else before[1])
    return found


def _closed(span: Interval) -> bool:
    return not span.low.is_infinite() and not span.high.is_infinite() and span.exact is None


@check("OL517", Level.WARNING)
def two_ways_to_work_out(subject: Subject) -> Iterator[Told]:
    """Two rules derive one quantity, and both can hold.

    Avoid:
        clearance: {derives: clearance, as: ...}
        clearance-in-the-heavy: {derives: clearance, when: bmi >= 30 kg/m2, as: ...}
    Prefer:
        clearance: {derives: clearance, when: bmi < 30 kg/m2, as: ...}
        clearance-in-the-heavy: {derives: clearance, when: bmi >= 30 kg/m2, as: ...}
    Why:
        Where both hold the quantity is only known to lie between the two values, and cut-offs inside are unknown.
    """
    found: dict[str, list[Rule]] = {}
    for rule in subject.of("derives"):
        found.setdefault(rule.targets[0], []).append(rule)
    for name, rules in found.items():
        for one, other in itertools.combinations(rules, 2):
            if not subject.logic.exclusive(one.when or _ALWAYS, other.when or _ALWAYS):
                what = f"'{one.id}' and '{other.id}' both derive '{name}', and both can hold"
                hint = "give each a 'when' that rules the other out, or write 'cases'"
                yield Told(what, other.place, hint, one.place)

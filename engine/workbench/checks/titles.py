"""Titles that say something else than their rules do: another number, another verb, another urgency."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...knowledge_base.model import Rule, ThresholdEntry
from ...premises.expression import (
    Always,
    Compared,
    Literal,
    Negative,
    Node,
    Proposition,
    Threshold,
    Value,
    Within,
    names_read,
)
from ...values.problems import Level, instead
from .check import Told, check
from .subject import Subject, numbers_of

_FORBIDS = re.compile(
    r"\b(?:is|are) (?:not|never) (?:given|used|taken|started|injected|infused)\b|\bcontraindicated\b|\bmust not be\b"
    r"|\bis barred\b|\bno .+ is given\b",
    re.IGNORECASE,
)


@check("OL582", Level.WARNING)
def title_forbids(subject: Subject) -> Iterator[Told]:
    """A title says that something is not given, and the rule only cautions or recommends.

    Avoid:
        title: Alendronate is not given with a narrow gullet
        cautions: alendronate
    Prefer:
        contraindicates: alendronate
    Why:
        Who reads the rule believes the patient protected, and the medicine stays in the plan.
    """
    for rule in subject.of("cautions", "recommends"):
        if _FORBIDS.search(rule.label):
            place = rule.places.get("title", rule.place)
            hint = "write 'contraindicates' or 'defers', or say in the title what care is taken"
            yield Told(f"the title of '{rule.id}' forbids, and the rule {rule.verb}", place, hint)


@check("OL588", Level.ADVICE)
def number_of_the_title(subject: Subject) -> Iterator[Told]:
    """A title names a number, and the rule compares numbers of that kind, but not with this one.

    Avoid:
        title: Alendronate is not used below a clearance of 30 mL/min
        when: creatinine_clearance < 35 mL/min
    Prefer:
        title: Alendronate is not used below a clearance of 35 mL/min
    Why:
        The report prints the title; the patient is judged by the premise.
    """
    numbers = _Numbers(subject)
    for rule in subject.rules:
        there: Mapping[str, frozenset[Decimal]] | None = None
        for shown, kind, number in _named(rule.label):
            there = numbers.of(rule) if there is None else there
            known = there.get(kind, frozenset())
            if (
                known
                and not subject.reads_wild(rule.when or Always())
                and not any(_same(kind, number, one) for one in known)
            ):
                what = f"the title of '{rule.id}' names {shown}, and the rule has no such number"
                others = " and ".join(_written(kind, one) for one in sorted(known)[:_SHOWN])
                hint = f"write one and the same number: the rule reads {others}"
                yield Told(what, rule.places.get("title", rule.place), hint)
                break


_SHOWN = 3
_IN_BRACKETS = re.compile(r"\([^()]*\)")
"""The same in other units, or an aside."""
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DAYS = {"day": Decimal(1), "week": Decimal(7), "month": Decimal("30.4375"), "year": Decimal("365.25")}
_UNITS = ("mL/min", "nmol/L", "mmol/L", "pmol/L", "umol/L", "ng/mL", "mg/dL", "g/L", "kg/m2", "U/L", "%", "mg", "g")
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_WITH_UNIT = re.compile(
    rf"(?<![\w.,])-?({_NUMBER}) ?({'|'.join(map(re.escape, _UNITS))})(?![\w/])(?! ?(?:a|per) (?!day))"
)
_TIME = re.compile(
    rf"(?<!every )(?<!within )(?<!before )(?<!to )(?<![\w.,-])({_NUMBER}|{'|'.join(_COUNTS[1:])})"
    r" (day|week|month|year)s?\b(?! (?:a|per|lie)\b)",
    re.IGNORECASE,
)
_SCORE = re.compile(rf"\b([TZ]-score|eGFR|GFR)\b(?: \w+){{0,3}}? (-?{_NUMBER})(?![\w.%]| ?(?:mL|years|%))")
_AGE = re.compile(
    r"\b(?:from|under|over|until|age of) (\d\d)(?![\w.,]|[.,]?\d| ?(?:mL|mg|nmol|mmol|g|%|kg|months|weeks|days)\b)",
    re.IGNORECASE,
)


def _named(title: str) -> Iterator[tuple[str, str, Decimal]]:
    """Each number that a title names, as it stands there, with its kind; a dose is not one of them."""
    text = _IN_BRACKETS.sub(" ", title)
    for match in _WITH_UNIT.finditer(text):
        yield match[0].strip(), match[2], Decimal(match[1].replace(",", ""))
    for match in _TIME.finditer(text):
        count = (
            Decimal(_COUNTS.index(match[1].lower()) + 1) if match[1].isalpha() else Decimal(match[1].replace(",", ""))
        )
        yield match[0], "time", count * _DAYS[match[2].lower()]
    for match in _SCORE.finditer(text):
        yield match[0], "mL/min" if "GFR" in match[1] else "", Decimal(match[2].replace(",", ""))
    for match in _AGE.finditer(text):
        yield match[0], "age", Decimal(match[1])


def _same(kind: str, one: Decimal, other: Decimal) -> bool:
    """Whether two numbers are one: times by the day, and 19.9 stands for below 20."""
    if kind == "time":
        return abs(one - other) * _OF_A_TIME <= max(one, other)
    return one == other or (kind == "%" and 0 < other - one <= _UNDER)


_OF_A_TIME, _UNDER = 40, Decimal("0.1")


def _written(kind: str, number: Decimal) -> str:
    if kind != "time":
        return f"{number.normalize():f} {kind.replace('age', 'years')}".strip()
    unit = next((unit for unit in ("year", "month", "week") if not number % _DAYS[unit]), "day")
    return f"{(number / _DAYS[unit]).normalize():f} {unit}s"


class _Numbers:
    """The numbers that rules compare with, by kind: ages, times in days, else their unit; through states too."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._own: dict[str, dict[str, set[Decimal]]] = {}

    def of(self, rule: Rule, depth: int = 2) -> Mapping[str, frozenset[Decimal]]:
        found: dict[str, set[Decimal]] = {}
        for one in self._behind(rule, depth):
            for kind, numbers in self._of_one(one).items():
                found.setdefault(kind, set()).update(numbers)
        return {kind: frozenset(numbers) for kind, numbers in found.items()}

    def _behind(self, rule: Rule, depth: int) -> Iterator[Rule]:
        yield rule
        for premise in self.subject.of_rules.get(rule.id, ()) if depth else ():
            for node in premise.nodes:
                for one in self.subject.concluding.get(node.atom, ()) if isinstance(node, Proposition) else ():
                    yield from self._behind(one, depth - 1)

    def _of_one(self, rule: Rule) -> Mapping[str, set[Decimal]]:
        if rule.id not in self._own:
            found: dict[str, set[Decimal]] = {}
            for premise in self.subject.of_rules.get(rule.id, ()):
                for node in premise.nodes:
                    for kind, number in self._of_node(node):
                        found.setdefault(kind, set()).add(number)
            self._own[rule.id] = found
        return self._own[rule.id]

    def _of_node(self, node: Node) -> Iterator[tuple[str, Decimal]]:
        written = _PARTS.match(node.source) if isinstance(node, Literal) else None
        if written is not None and written[2] and written[2].removesuffix("s") not in _DAYS:
            yield _in_days(written[2], abs(Decimal(written[1])))
        if not isinstance(node, (Compared, Within)):
            return
        sides = (node.left, node.right) if isinstance(node, Compared) else (node.value, node.low, node.high)
        unit = next((unit for side in sides if (unit := self._unit_of(side)) is not None), "")
        for side in (part for one in sides for part in _parts(one)):
            number = _number_of(side)
            if number is not None:
                yield _in_days(unit, number)
                written = _PARTS.match(side.source)
                if written is not None and written[2] and unit != "age":
                    yield _in_days(written[2], abs(Decimal(written[1])))
            elif isinstance(side, Threshold) and side.name in self.subject.kb.thresholds:
                entry = self.subject.kb.thresholds[side.name]
                yield from (_in_days(unit or entry.unit, number) for number in _numbers_of(entry))

    def _unit_of(self, node: Node) -> str | None:
        """The unit of what is compared; `age` of an age, and of whatever is known as one."""
        kb = self.subject.kb
        for name in names_read(node) if not isinstance(node, Value) else (node.name,):
            if name == "age" or name.startswith("age_"):
                return "age"
            entry: Any = kb.findings.get(name) or kb.quantities.get(name)
            if entry is not None and hasattr(entry, "unit"):
                return str(entry.unit)
        return "age" if isinstance(node, Value) and node.name.startswith("age") else None


def _parts(node: Node) -> Iterator[Node]:
    """The parts of a side of a comparison; a number keeps the sign before it."""
    yield node
    if not isinstance(node, Negative):
        for child in node.children():
            yield from _parts(child)


def _number_of(node: Node) -> Decimal | None:
    if isinstance(node, Negative) and isinstance(node.item, Literal) and node.item.value.exact is not None:
        return -node.item.value.exact
    return node.value.exact if isinstance(node, Literal) else None


_PARTS = re.compile(r"-?([\d.]+) ?([^\d\s]\S*)?$")


def _in_days(unit: str, number: Decimal) -> tuple[str, Decimal]:
    """A number with its kind: of a time its days."""
    plain = unit.removesuffix("s") if unit.removesuffix("s") in _DAYS else unit
    if plain in _DAYS:
        return "time", number * _DAYS[plain]
    return (unit.split("/1.73")[0] if unit.startswith("mL/min") else unit), number


def _numbers_of(entry: ThresholdEntry) -> Iterator[Decimal]:
    yield from numbers_of(entry)
    yield from (step.start for value in entry.values for step in value.steps)


@check("OL589", Level.WARNING)
def urgency_of_the_title(subject: Subject) -> Iterator[Told]:
    """A title calls something an emergency, or the alert sends to hospital at once, and the rule is less urgent.

    Avoid:
        title: Calcium above 3.5 mmol/L is an emergency
        alerts: severe_hypercalcemia
        urgency: soon
    Prefer:
        urgency: emergency
    Why:
        The report puts what is urgent first; this stands below whatever can wait until tomorrow.
    """
    for rule in subject.of("alerts"):
        alert = subject.kb.alerts.get(rule.targets[0])
        wanted = ""
        if _EMERGENCY.search(rule.label) and rule.urgency != "emergency":
            wanted, by = "emergency", "its title calls it an emergency"
        elif alert is not None and alert.action.startswith(_SAME_DAY) and rule.urgency != "emergency":
            wanted, by = "emergency", "the alert calls it an emergency"
        elif alert is not None and _AT_ONCE.match(alert.action) and rule.urgency == "soon":
            wanted, by = _most_urgent(subject, alert.id), f"the alert says '{alert.action[:40].rstrip()} ...'"
        if wanted:
            place = rule.places.get("urgency", rule.place)
            hint = instead(
                f"urgency: {rule.urgency}", f"urgency: {wanted}", f"write 'urgency: {wanted}', or mend the words"
            )
            yield Told(f"'{rule.id}' says '{rule.urgency}', and {by}", place, hint)


_EMERGENCY = re.compile(r"\b(?:is|are) an emergency\b|\bemergency$")
_SAME_DAY = ("Same-day emergency", "Call an ambulance")
_AT_ONCE = re.compile(r"To hospital now")


def _most_urgent(subject: Subject, alert: str) -> str:
    """How urgent the other rules of an alert are, at most."""
    others = {rule.urgency for rule in subject.of("alerts") if rule.targets[0] == alert}
    return "emergency" if "emergency" in others else "urgent"

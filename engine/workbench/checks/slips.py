"""Slips that read well: a number that moved, a dose with a digit too many, a rule of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ...knowledge_base.model import Rule, ThresholdEntry
from ...premises.expression import Compared, Node, Threshold, Value
from ...values.problems import Hint, Level, Place, instead
from .check import Told, check
from .numbers import number_written
from .subject import Subject

_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(mg|mcg|ug|g|IU)\b")
_OFTEN = re.compile(r"\b(daily|a day|weekly|a week|monthly|a month|yearly|a year|every \w+ \w+)\b")
_TENFOLD, _SEVENFOLD = 10, 7
_DAYS = {"daily": 1, "weekly": 7, "monthly": 30, "a month": 30}
_IN_MG = {"mcg": Decimal("0.001"), "ug": Decimal("0.001"), "mg": Decimal(1), "g": Decimal(1000)}


@check("OL581", Level.ADVICE)
def literal_for_a_threshold(subject: Subject) -> Iterator[Told]:
    """A rule writes the number of a threshold that other rules read by its name; formulas keep those of their source.

    Avoid:
        when: vitamin_d < 30 nmol/L         # while others read vitamin_d < vitamin_d_deficiency_line
    Prefer:
        when: vitamin_d < vitamin_d_deficiency_line
    Why:
        When the threshold moves, this rule stays where it was.
    """
    named: dict[tuple[str, Decimal], ThresholdEntry] = {}
    compared = [
        (premise.owner, node) for premise in subject.premises for node in premise.nodes if isinstance(node, Compared)
    ]
    for _, node in compared:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            threshold = subject.kb.thresholds.get(other.name) if isinstance(other, Threshold) else None
            value = _only_value(threshold) if threshold is not None else None
            if isinstance(one, Value) and one.name != "age" and threshold is not None and value is not None:
                named[one.name, value] = threshold
    for owner, node in compared:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            number = number_written(other)
            threshold = named.get((one.name, number)) if isinstance(one, Value) and number is not None else None
            if threshold is not None and isinstance(owner, Rule) and owner.verb != "derives":
                what = f"'{owner.id}' writes the number of the threshold '{threshold.id}'"
                yield Told(what, *_named_instead(node, other, threshold.id), threshold.place)


def _named_instead(node: Compared, number: Node, name: str) -> tuple[Place, str]:
    """Where a number stands in a comparison, and the hint to write the name of its threshold there."""
    words = f"write '{name}' in its place"
    at = node.source.find(number.source) if number.source else -1
    if at < 0 or not node.place.column:
        return node.place, words
    return node.place, instead(node.source, node.source.replace(number.source, name, 1), words)


def _only_value(threshold: ThresholdEntry) -> Decimal | None:
    return threshold.values[0].value if len(threshold.values) == 1 else None


@check("OL583", Level.WARNING)
def region_of_another(subject: Subject) -> Iterator[Told]:
    """A rule names a region that is not that of its guideline.

    Avoid:
        guideline: nogg-2024                # which speaks for the UK
        region: US
    Prefer:
        guideline: nogg-2024
    Why:
        `--region` shows or hides it in the wrong country.
    """
    for rule in subject.rules:
        guideline = subject.kb.guidelines.get(rule.guideline)
        if guideline is not None and rule.region and guideline.region and rule.region != guideline.region:
            what = f"'{rule.id}' is for {rule.region}, and its guideline '{guideline.id}' for {guideline.region}"
            place = rule.places.get("region", rule.place)
            hint = instead(f"region: {rule.region}", "", "leave 'region' out: it is the guideline's")
            if rule.region.casefold() == guideline.region.casefold():
                hint = Hint(f"write both alike, '{rule.region}' or '{guideline.region}'")
            yield Told(what, place, hint, guideline.place)


@check("OL584", Level.WARNING)
def medicine_of_no_kind(subject: Subject) -> Iterator[Told]:
    """A medicine that is recommended in a line has neither kinds nor a choice.

    Avoid:
        new_antibody: {label: new antibody, kind: medicine, dose: 60 mg}
    Prefer:
        new_antibody: {label: new antibody, kind: medicine, kinds: [antiresorptive], choice: bone_medicine, dose: 60 mg}
    Why:
        What is forbidden, deferred or cautioned for its whole kind passes it by.
    """
    lined = {name for rule in subject.of("recommends") if rule.line for name in (rule.members or rule.targets)}
    for medicine in subject.kb.interventions.values():
        if medicine.kind == "medicine" and medicine.id in lined and not (medicine.kinds or medicine.choice):
            what = f"the medicine '{medicine.id}' is recommended in a line and has neither kinds nor choice"
            yield Told(what, medicine.place, "say of what kind it is: what bars its kind then bars it too")


@check("OL585", Level.WARNING)
def tenfold_dose(subject: Subject) -> Iterator[Told]:
    """A dose is ten times another of the same medicine given as often.

    Avoid:
        dose: 700 mg weekly                 # where the entry says 70 mg weekly
    Prefer:
        dose: 70 mg weekly
    Why:
        A digit too many is the slip that harms most, and reads like any other number.
    """
    for medicine in subject.kb.interventions.values():
        told = [(medicine.dose, medicine.places.get("dose", medicine.place), medicine.id)]
        for rule in subject.of("recommends", "cautions"):
            if rule.dose and medicine.id in (rule.members or rule.targets):
                told.append((rule.dose, rule.places.get("dose", rule.place), rule.id))
        amounts = [(often, amount, place, owner) for text, place, owner in told for often, amount in _doses(text)]
        for often, amount, place, owner in amounts:
            less = next((one for one in amounts if one[0] == often and amount >= _TENFOLD * one[1] > 0), None)
            rarer = next((one for one in amounts if _a_day(often, amount) >= _SEVENFOLD * _a_day(*one[:2]) > 0), None)
            if less is None and rarer is not None and rarer[0] != often:
                what = f"by the dose of '{owner}' {often} a day comes to {_SEVENFOLD} times and more of that {rarer[0]}"
                yield Told(what, place, "one of the two has a digit too many or too few", rarer[2])
                break
            if less is not None and less[3] != owner:
                what = f"the dose of '{owner}' is ten times that of '{less[3]}' or more, {often}"
                yield Told(what, place, "one of the two has a digit too many or too few", less[2])
                break


def _a_day(often: str, amount: Decimal) -> Decimal:
    """What an amount given so often comes to in a day; nothing of what is given once a year or in some other rhythm."""
    days = _DAYS.get(often)
    return amount / days if days is not None else Decimal(0)


def _doses(text: str) -> Iterator[tuple[str, Decimal]]:
    """Each amount of a text in mg, with how often it is given; what is not said to be often is no dose to compare."""
    for match in _AMOUNT.finditer(text):
        often = _OFTEN.search(text, match.end(), match.end() + 20)
        unit = _IN_MG.get(match[2])
        if often is not None and unit is not None:
            yield (
                often[0].replace("a day", "daily").replace("a week", "weekly"),
                Decimal(match[1].replace(",", "")) * unit,
            )


@check("OL586", Level.WARNING)
def followed_by_itself(subject: Subject) -> Iterator[Told]:
    """What is to follow a medicine is the medicine itself.

    Avoid:
        recommends: romosozumab
        then: romosozumab
    Prefer:
        then: alendronate
    Why:
        The plan would end where it began, and what was gained is lost.
    """
    for rule in subject.of("recommends"):
        for name in rule.then:
            if (rule.members or rule.targets) == (name,):
                what = f"'{rule.id}' lets '{name}' follow '{name}'"
                others = _followed(subject, rule)
                said = f"; elsewhere it is {' or '.join(others)}" if others else ""
                yield Told(what, rule.places.get("then", rule.place), f"name what is given afterwards{said}")


def _followed(subject: Subject, rule: Rule) -> list[str]:
    """What other rules let follow the same medicine."""
    same = [one for one in subject.of("recommends") if set(one.targets) & set(rule.targets) and one is not rule]
    return sorted({f"'{name}'" for one in same for name in one.then if name not in rule.targets})


@check("OL587", Level.WARNING)
def threshold_out_of_range(subject: Subject) -> Iterator[Told]:
    """A threshold lies outside what its finding can be.

    Avoid:
        vitamin_d_deficiency_line: {unit: nmol/L, value: 3000}
    Prefer:
        vitamin_d_deficiency_line: {unit: nmol/L, value: 30}
    Why:
        Every rule that reads it is always true or never, and each looks right.
    """
    for threshold, (number, name, within) in subject.wild.items():
        entry = subject.kb.thresholds[threshold]
        compared = subject.kb.findings.get(name) or subject.kb.quantities[name]
        span = f"{within.low.normalize():f} to {within.high.normalize():f}"
        what = f"the threshold '{threshold}' is {number:f}, and '{name}' goes from {span}"
        likely = [one for one in _slipped(number) if within.low <= one <= within.high]
        hint = "one of the two has a wrong number or unit"
        if likely:
            ways = " or ".join(f"{one.normalize():f}" for one in likely)
            hint = f"write {ways} if a decimal point was lost; else {hint}"
        yield Told(what, entry.places.get("value", entry.place), hint, compared.place)


def _slipped(number: Decimal) -> Iterator[Decimal]:
    """The numbers that one is with a decimal point lost, or set in the wrong place."""
    yield from (number.scaleb(-1), number.scaleb(-2))

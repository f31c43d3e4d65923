"""Rules as reasons: with the facts they rest on for this patient, or the findings they still wait for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..case.case import Case
from ..knowledge_base.model import Rule
from ..values.truth import Truth
from .verdict import Fact, Reason

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\w+)\}")


def reason(case: Case, rule: Rule) -> Reason:
    """The rule with its facts where it holds (not those of a brief case), with what is missing where it may."""
    return case.later(_once, rule)


def _once(case: Case, rule: Rule) -> Reason:
    return case.once(("reason", rule.id, case.brief), lambda: case.part(_reason, rule))


def _reason(case: Case, rule: Rule) -> Reason:
    brief, case = case.brief, case.holding(rule)
    held = case.truth(rule)
    facts = () if brief else _facts(case, rule)
    missing = ordered(case, case.explanation.missing_rule(rule)) if held is Truth.UNKNOWN else ()
    return Reason(
        rule.id,
        _title(case, rule),
        rule.because,
        rule.evidence,
        rule.place,
        rule.sources,
        facts,
        rule.guideline,
        rule.region,
        rule.grade,
        filled(case, rule.note)[0] if rule.note else "",
        rule.strength,
        missing,
    )


def _title(case: Case, rule: Rule) -> str:
    """The title of a rule; of a caution with how the medicine is then given."""
    if rule.verb != "cautions" or not rule.dose:
        return rule.label
    return f"{rule.label}: {filled(case, rule.dose)[0]}"


def old(case: Case, rule: Rule) -> tuple[str, ...]:
    """The old results that a rule rests on which holds by them alone."""
    return ordered(case, case.old.intersection(case.holding(rule).explanation.rule(rule).answers))


def _facts(case: Case, rule: Rule) -> tuple[Fact, ...]:
    return tuple(fact(case, name) for name in case.explanation.rule(rule).answers if case.is_known(name))


def fact(case: Case, name: str) -> Fact:
    """What is known of a finding or quantity, in words; many rules rest on the same."""
    return case.later(_fact, name)


def _fact(case: Case, name: str) -> Fact:
    def work() -> Fact:
        return Fact(name, case.value_text(name), case.why_implied(name), case.value_told(name))

    return case.once(("fact", name), work)


def reasons(case: Case, rules: Iterable[Rule], held: Truth = Truth.TRUE) -> tuple[Reason, ...]:
    """Those of the rules whose premise has this truth."""
    return tuple(reason(case, rule) for rule in rules if case.truth(rule) is held)


def filled(case: Case, text: str) -> tuple[str, frozenset[str]]:
    """A text with its `{name}` replaced by values, and the findings that are missing for it."""
    missing: set[str] = set()

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return match.group(0)[0]
        if case.is_known(name):
            return case.value_text(name)
        waiting = case.explanation.missing_value(name) or {name}
        missing.update(waiting)
        return f"(needs {', '.join(case.names.label(one) for one in sorted(waiting))})"

    return _PLACEHOLDER.sub(value, text), frozenset(missing)


def ordered(case: Case, names: Iterable[str]) -> tuple[str, ...]:
    """Findings in the order a clinician asks: by section, then as the knowledge base lists them."""
    places = case.prepared.index.asking
    last = (len(case.kb.sections), len(places))
    return tuple(sorted(set(names), key=lambda name: (*places.get(name, last), name)))

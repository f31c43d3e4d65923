"""What the choice of a guideline or region hides: nobody is left without a medicine and without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..case.case import Case
from ..knowledge_base.model import Rule
from ..knowledge_base.verbs import PROTECTING, about
from ..values.truth import Truth


def notices(case: Case) -> Iterator[str]:
    """What of the chosen guideline is encoded; and for each role that medicines fill, that the choice hides every rule
    that would want one of them here.
    """
    if not case.guideline and not case.region:
        return
    if case.guideline:
        yield _covered(case)
    roles: dict[str, dict[str, Rule]] = {}
    for medicine in case.kb.interventions.values():
        if medicine.kind == "medicine" and medicine.choice:
            rules = roles.setdefault(medicine.choice, {})
            rules.update({rule.id: rule for rule in case.rules("recommends", medicine.id)})
    for role, rules in roles.items():
        wanting = [rule for rule in rules.values() if case.acts(rule) and case.truth(rule) is Truth.TRUE]
        if wanting and not any(case.visible(rule) for rule in wanting):
            yield _notice(case, role, rules.values(), wanting)


_COVERED = (
    ("diagnosis", about("diagnosis")),
    ("risk and what is found", ("sets", "derives")),
    ("tests", ("orders",)),
    ("treatment and advice", ("recommends",)),
    ("what is to be avoided", tuple(PROTECTING)),
)


def _covered(case: Case) -> str:
    """What of the guideline is encoded, by the kind of rule."""
    counts: Counter[str] = Counter(rule.verb for rule in case.kb.rules.values() if rule.guideline == case.guideline)
    told = [(name, sum(counts[verb] for verb in verbs)) for name, verbs in _COVERED]
    parts = ", ".join(f"{name} {count}" for name, count in told if count) or "none"
    return f"Rules encoded of {_label(case, case.guideline)}: {parts}. What is not encoded is not shown."


def _notice(case: Case, role: str, rules: Iterable[Rule], wanting: Iterable[Rule]) -> str:
    chosen = " and ".join(_chosen(case))
    known = any(case.visible(rule) and (rule.guideline, rule.region) != ("", "") for rule in rules)
    why = f"none of its rules for a {role} holds here" if known else f"none of its rules here is about a {role}"
    others = ", ".join(dict.fromkeys(_named(case, rule) for rule in wanting))
    return (
        f"Only what {chosen} recommends is shown, and {why}. That is no advice against one: "
        f"without the choice a {role} would be recommended by {others}."
    )


def _chosen(case: Case) -> Iterator[str]:
    if case.guideline:
        yield f"{_label(case, case.guideline)} ({case.guideline})"
    if case.region:
        yield f"the region {case.region}"


def _named(case: Case, rule: Rule) -> str:
    """Whose rule it is."""
    if rule.guideline:
        return _label(case, rule.guideline)
    return f"what is in use in the region {rule.region}" if rule.region else rule.label


def _label(case: Case, guideline: str) -> str:
    entry = case.kb.guidelines.get(guideline)
    return entry.label if entry is not None else guideline

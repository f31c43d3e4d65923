"""What is shown of a patient, as words: the columns of a screened table, from bits or from a single case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..assessment.outlook import Outlook
from ..assessment.population.population import Population
from ..assessment.workup import TAKING
from ..case.case import Case
from ..knowledge_base.model import KnowledgeBase
from ..premises import statuses
from ..values.frozen import ordered
from ..values.truth import Truth

Column = tuple[str, str]
"""What is shown, and of what: `status`, `alendronate`."""
Words = Mapping[str, int]
"""The rows that have each word; whoever has none is in no set."""
YES = "yes"


@ordered
class Shown:
    """The columns of what is shown, in the order of the knowledge base."""

    columns: tuple[Column, ...]
    medicines: tuple[str, ...]
    """The interventions that somebody can be taking."""

    @classmethod
    def of(cls, kb: KnowledgeBase) -> Shown:
        finding = kb.findings.get("medicines")
        choices = kb.choices.get(finding.fields[finding.key].choices) if finding is not None else None
        taken = tuple(one for one in kb.interventions if choices is not None and one in choices.members)
        alerts = [*kb.alerts, *(f"{TAKING}{one}" for one in taken)]
        columns = (
            *(("alert", one) for one in alerts),
            *(("status", one) for one in kb.interventions),
            *(("line", one) for one in kb.interventions),
            *(("diagnosis", one.id) for one in kb.conditions.values() if not one.exposure),
            *(("cause", one) for one in kb.conditions),
            *(("test", one) for one in kb.investigations),
            *(("state", one.id) for one in kb.states.values() if one.shown),
            *(("level", one.id) for one in kb.scales.values() if one.shown),
        )
        return cls(columns, taken)


def words_of_many(population: Population, shown: Shown) -> dict[Column, Words]:
    """The words of every column for many patients."""
    return {column: words(population, *column) for column in shown.columns}


def words(population: Population, of: str, member: str) -> Words:
    """The rows that have each word of one column."""
    if of == "status":
        return population.status(member)
    if of == "line":
        there = population.in_plan(member)
        return {line: cases & there for line, cases in population.line(member).items()}
    if of == "diagnosis":
        return population.diagnosis(member)
    if of == "level":
        return {word: cases & ~population.outside for word, cases in population.level(member).items()}
    if of == "cause":
        return {YES: population.is_cause(member)}
    if of == "test":
        return {YES: population.in_work_up(member)}
    true, false = population.state(member) if of == "state" else population.alert(member)
    unknown = population.everybody & ~(true | false)
    if of == "state":
        return {Truth.TRUE.value: true & ~population.outside, Truth.UNKNOWN.value: unknown & ~population.outside}
    return {statuses.ALERT[Truth.TRUE]: true, statuses.ALERT[Truth.UNKNOWN]: unknown}


def words_of_case(case: Case, look: Outlook, shown: Shown) -> Iterator[tuple[Column, str]]:
    """The word of each column for one patient."""
    for column in shown.columns:
        word = _word(case, look, *column)
        if word:
            yield column, word


def _word(case: Case, look: Outlook, of: str, member: str) -> str:
    if of == "status":
        return look.status(member)
    if of == "line":
        return look.line(member) if look.status(member) else ""
    if of == "diagnosis":
        standing = look.standing(member)
        return standing.status if standing is not None else ""
    if of == "level":
        return "" if look.outside else look.level(member)
    if of == "cause":
        return YES if look.is_cause(member) else ""
    if of == "test":
        return YES if look.in_work_up(member) else ""
    if of == "state":
        held = look.state(member)
        return "" if look.outside or held is Truth.FALSE else held.value
    held = look.alert(member)
    return "" if held is Truth.FALSE else statuses.ALERT[held]

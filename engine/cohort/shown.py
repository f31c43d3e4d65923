"""What is shown of a patient, as words: the columns of a screened table, from bits or from a single case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..assessment.outlook import Outlook
from ..assessment.population.population import Population
from ..assessment.workup import TAKING
from ..case.case import Case
from ..inference.program import bits
from ..knowledge_base.model import KnowledgeBase
from ..premises import statuses
from ..values.frozen import ordered
from ..values.truth import Truth
from .recorded import OldToo

Column = tuple[str, str]
"""What is shown, and of what: `status`, `alendronate`."""
Words = Mapping[str, int]
"""The rows that have each word; whoever has none is in no set."""
YES = "yes"
TEXTS = frozenset({"dose", "after"})
"""The columns of a measure that tell something, rather than say a word of a few: several things after semicolons."""
_AGAIN = " measured again"
AGAIN = f"what is old{_AGAIN}"
"""What comes before a measure that only an old result holds back; a report names the results."""


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
            *(("dose", one) for one in kb.interventions if _tells(kb, "recommends", one)),
            *(("after", one) for one in kb.interventions if _tells(kb, "defers", one)),
            *(("diagnosis", one.id) for one in kb.conditions.values() if not one.exposure),
            *(("cause", one) for one in kb.conditions),
            *(("test", one) for one in kb.investigations),
            *(("state", one.id) for one in kb.states.values() if one.shown),
            *(("level", one.id) for one in kb.scales.values() if one.shown),
        )
        return cls(columns, taken)


def _tells(kb: KnowledgeBase, verb: str, intervention: str) -> bool:
    """Whether anything ever stands in a column: a dose, or what comes before."""
    if verb == "recommends" and kb.interventions[intervention].dose:
        return True
    rules = (rule for rule in kb.rules.values() if rule.verb == verb and intervention in rule.members)
    return any(verb == "defers" or rule.dose for rule in rules)


def words_of_many(population: Population, shown: Shown, texts: bool = True) -> dict[Column, Words]:
    """The words of every column for many patients; of those that tell something only if they are asked for."""
    return {column: words(population, *column) for column in shown.columns if texts or column[0] not in TEXTS}


def words(population: Population, of: str, member: str) -> Words:
    """The rows that have each word of one column."""
    if of == "status":
        return population.status(member)
    if of == "line":
        there = population.in_plan(member)
        return {line: cases & there for line, cases in population.line(member).items()}
    if of in TEXTS:
        return _texts(population, of, member)
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


def _texts(population: Population, of: str, member: str) -> Words:
    """What is told of a measure of the plan: its doses, or what must come before it."""
    planned = population.in_plan(member)
    if not planned:
        return {}
    several, alone = planned & population.several, planned & population.alone
    found = _as_entered(population, of, member, planned & ~(several | alone))
    if several:
        for one, listed in _in_worlds(population, of, member):
            if planned >> one & 1:
                found[listed] = found.get(listed, 0) | 1 << one
    for one in bits.positions(alone):
        look = population.look(one)
        listed = look.doses(member) if of == "dose" else _after(look, member)
        found[listed] = found.get(listed, 0) | 1 << one
    return {"; ".join(texts): cases for texts, cases in found.items() if texts}


def _as_entered(population: Population, of: str, member: str, cases: int) -> dict[tuple[str, ...], int]:
    """What is told of a measure of these patients, as they were entered."""
    told = _doses(population, member) if of == "dose" else _steps(population, member)
    found = _classes(told, cases)
    own = population.kb.interventions[member].dose if of == "dose" else ""
    if own and () in found:
        found[(own,)] = found.get((own,), 0) | found.pop(())
    return found


def _in_worlds(population: Population, of: str, member: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """What is told of those of whom two values contradict: doses by one world, what comes before by all alike."""
    worlds = population.worlds
    told = _as_entered(worlds.people, of, member, worlds.people.everybody)
    for one, telling in worlds.telling(member).items():
        places = (telling.told,) if of == "dose" else telling.alike
        texts = (text for place in places for listed, these in told.items() if these >> place & 1 for text in listed)
        yield one, tuple(dict.fromkeys(texts))


def _doses(population: Population, member: str) -> Iterator[tuple[str, int]]:
    for rule in population.plans.wanting(member):
        if rule.dose:
            yield rule.dose, population.view.acting(rule)[0]


def _steps(population: Population, member: str) -> Iterator[tuple[str, int]]:
    truths = population.truths
    for rule in population.view.rules("defers", member):
        old = truths.by_old_alone(rule) if isinstance(truths, OldToo) else 0
        if old:
            yield AGAIN, old
        if rule.until:
            yield rule.until, truths.premise(rule)[0] & ~old


def _classes(told: Iterator[tuple[str, int]], cases: int) -> dict[tuple[str, ...], int]:
    """The cases by all that is told of them, each thing once."""
    found: dict[tuple[str, ...], int] = {(): cases}
    for text, some in told:
        now: dict[tuple[str, ...], int] = {}
        for texts, those in found.items():
            more = texts if text in texts else (*texts, text)
            for listed, part in ((more, those & some), (texts, those & ~some)):
                if part:
                    now[listed] = now.get(listed, 0) | part
        found = now
    return found


def _after(look: Outlook, member: str) -> tuple[str, ...]:
    kb = look.case.kb
    own = {rule.until for rule in kb.rules.values() if rule.verb == "defers" and member in rule.members}
    told = look.after(member)
    return tuple(dict.fromkeys(AGAIN if one.endswith(_AGAIN) and one not in own else one for one in told))


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
    if of in TEXTS:
        told = (look.doses(member) if of == "dose" else _after(look, member)) if look.status(member) else ()
        return "; ".join(told)
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

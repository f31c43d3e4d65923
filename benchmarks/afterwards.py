"""What turns after the first stop, though nothing said that it might: each record completed at random."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.assessment.verdict import Item, Verdict
from engine.case.case import Case
from engine.dialogue.agenda import relevance
from engine.dialogue.agenda.stakes import ADVICE
from engine.dialogue.conversation import Conversation
from engine.values.truth import Truth
from engine.values.value import Gap, Known
from engine.workbench.trials.patients import Vocabulary

from .consulted import Consulted, Statuses, statuses


def named(held: Conversation, verdict: Verdict) -> tuple[frozenset[str], frozenset[str]]:
    """What is said to be missing where the questions stop, and what is offered because it changes advice alone.

    A finding is named by the work-up, where a test that is still to be done tells it; by a status that waits for it;
    and by what the prompt offers to go on with. Another finding stands in for it where it is worked out from it, as for
    a quantity that was entered (`bmi`).
    """
    kb = held.case.kb
    missing = {name for one in verdict.diagnoses for name in one.missing}
    missing |= {name for item in verdict.plan for name in waiting(item)}
    missing |= {name for alert in verdict.alerts for one in alert.because for name in one.missing}
    for test in verdict.investigations:
        missing.update(kb.investigations[test.id].findings if test.status != "done" else ())
    missing.update(name for asked in held.agenda.tests for name in asked.findings)
    for finding in kb.findings.values():
        if finding.stand_in and not missing.isdisjoint(held.case.prepared.plan.reads[finding.stand_in]):
            missing.add(finding.id)
    reads = held.case.prepared.plan.reads
    missing |= {name for name in kb.quantities if not missing.isdisjoint(reads.get(name, ()))}
    return frozenset(missing), frozenset(name for asked in held.agenda.advice for name in asked.findings) - missing


def settled(verdict: Verdict) -> frozenset[tuple[str, str]]:
    """What is shown and waits for nothing."""
    alerts = {("alert", one.id) for one in verdict.alerts if one.status == "raised"}
    diagnoses = {("diagnosis", one.id) for one in verdict.diagnoses if not one.missing}
    return frozenset(alerts | diagnoses | {(item.kind, item.id) for item in verdict.plan if not waiting(item)})


def waiting(item: Item) -> tuple[str, ...]:
    """The findings of which the report says that an item waits for them, or does not and could be turned by them."""
    return (*item.missing, *item.unasked)


@dataclass(frozen=True, slots=True)
class Turned:
    """A status that turned after the stop, though nothing said that it might."""

    seed: int
    why: str
    what: tuple[str, str]
    before: str
    after: str
    by: tuple[str, ...]

    def __str__(self) -> str:
        kind, name = self.what
        turn = f"{self.before or 'not shown'} -> {self.after or 'not shown'}"
        return f"patient {self.seed}: {kind} {name} {turn} ({self.why}), by {', '.join(self.by[:6])}"


def turned(vocabulary: Vocabulary, consulted: Consulted, probe: Case, completions: int) -> Iterator[Turned]:
    """Complete the record at random after the stop, and see what turns that should not.

    With what nothing named, rare tests among it, no shown status turns. With what could have been asked for, nothing
    that matters comes up either, and of advice only what was offered. Whatever is told, what waited for nothing stays.
    """
    held = consulted.conversation
    chance = random.Random(f"completions {consulted.seed}")
    said = dict(held.case.said)
    verdict = held.finished()
    missing, offered = named(held, verdict)
    waits_for_nothing = settled(verdict)
    asked = {name for put in consulted.put for name in put.asked.findings} | set(held.case.implied)
    remembered = {name for name, finding in vocabulary.kb.findings.items() if finding.remembers}  # nobody is asked
    asked |= remembered
    left = {name for name in vocabulary.kb.findings if name not in asked and _is_open(held.case, name)}
    rare = {name for name in left if relevance.by_rare_test(held.case, name)}
    probe.closed_groups = set(held.case.closed_groups)
    before = _finished(vocabulary, probe, said)
    for _ in range(completions):
        drawn = vocabulary.patient(chance.getrandbits(40))
        drawn["age"] = said.get("age", drawn["age"])
        vocabulary.make_consistent(drawn, chance)
        for why, names in (
            ("nothing named it", left - missing - offered),
            ("it was not offered", left - missing - offered - rare),
            ("it was not asked", left - missing - rare),
            ("it waited for nothing", left),
        ):
            told = {name: drawn[name] for name in vocabulary.kb.findings if name in names}
            for what, was, now in turns(before, _finished(vocabulary, probe, {**said, **told})):
                if (
                    (why == "nothing named it" and was)
                    or (why == "it was not offered" and not _matters_to_nobody(what, was, now))
                    or (why == "it was not asked" and not _matters_to_nobody(what, was, now) and what[0] not in ADVICE)
                    or (why == "it waited for nothing" and what in waits_for_nothing)
                ):
                    yield Turned(consulted.seed, why, what, was, now, tuple(told))


def _matters_to_nobody(what: tuple[str, str], was: str, now: str) -> bool:
    """Whether a condition has only come into the differential, or what nobody wanted came up as not to be given.

    Becoming pursued is no reason to ask, nor is what a rule wants and another bars whatever is answered.
    """
    kind, _ = what
    if kind == "diagnosis":
        return now in ("likely", "possible", "unlikely", "open")
    return not was and now == "contraindicated"


def _is_open(patient: Case, name: str) -> bool:
    """Whether telling a finding adds to what is known: it is neither worked out, nor taken for not indicated."""
    known = patient.memory.known(name)
    indicated = patient.kb.findings[name].indicated
    if indicated is not None and patient.memory.holds(indicated) is Truth.FALSE:
        return False
    return isinstance(known, Gap) or not getattr(known, "complete", True)


def _finished(vocabulary: Vocabulary, probe: Case, said: Mapping[str, Known]) -> Statuses:
    vocabulary.put_together(probe, said)
    probe.finish()
    found = statuses(probe)
    probe.reopen()
    return found


def turns(before: Statuses, after: Statuses) -> Iterator[tuple[tuple[str, str], str, str]]:
    """What differs. It is no change to exclude what nobody had thought of, or to bar what may not even be wanted."""
    for what in dict.fromkeys((*before, *after)):
        was, now = before.get(what, ""), after.get(what, "")
        if was != now and (was, now) not in (("", "excluded"), ("undetermined", "")) and now != "contradictory":
            yield what, was, now

"""What a report draws together from all over a verdict: its steps, the questions still open, its sources and doubts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...assessment.questions import in_asking_order
from ...assessment.verdict import AlertShown, Derived, Diagnosis, Fact, Item, Reason, Shown, Test, Verdict
from ...intake.answers import answers
from ...knowledge_base.model import Cited, Source
from ...knowledge_base.naming import Names
from ...values import frozen

KIND_HEADINGS = {
    "nutrition": "Nutrition",
    "medication review": "Medicines to look at again",
    "medicine": "Medicines",
    "procedure": "Procedures",
    "referral": "Referrals",
    "activity": "Activity",
    "lifestyle": "Way of life",
    "monitoring": "Watching",
}
STATUS_WORDS = {
    "recommended": "recommended",
    "conditional": "once checked",
    "deferred": "NOT YET",
    "contraindicated": "NOT for this person",
    "undetermined": "cannot be judged yet",
}
IMPLIED_WORDS = {
    "list": "not in the list",
    "group": "not mentioned",
    "assumed": "assumed",
    "not indicated": "no pointer to it",
}
_COMPACT = ("open", "excluded")


@frozen.ordered
class Step:
    """A stretch of the plan under one heading; `one_of` where only one of its medicines is meant."""

    heading: str
    items: tuple[Item, ...]
    one_of: bool = False


@frozen.ordered
class Differential:
    """The diagnoses as they are told: made, worth weighing, open without a pointer either way, and excluded."""

    made: tuple[Diagnosis, ...]
    weighed: tuple[Diagnosis, ...]
    open: tuple[Diagnosis, ...]
    excluded: tuple[Diagnosis, ...]


def differential(verdict: Verdict) -> Differential:
    made = tuple(one for one in verdict.diagnoses if one.status in ("established", "contradictory"))
    balanced = [one for one in verdict.diagnoses if one.status == "open" and (one.supporting or one.against)]
    weighed = tuple(
        one for one in verdict.diagnoses if one not in made and (one.status not in _COMPACT or one in balanced)
    )
    silent = tuple(one for one in verdict.diagnoses if one.status == "open" and one not in balanced)
    return Differential(made, weighed, silent, tuple(one for one in verdict.diagnoses if one.status == "excluded"))


def tests(verdict: Verdict) -> dict[str, tuple[Test, ...]]:
    """The work-up by status: to do, after, done; a status without tests is left out."""
    found = {status: tuple(test for test in verdict.investigations if test.status == status) for status in _STATUSES}
    return {status: listed for status, listed in found.items() if listed}


_STATUSES = ("to do", "after", "done")


def steps(verdict: Verdict) -> tuple[Step, ...]:
    """The plan in the order of doing; what is barred or cannot be judged is not in it."""
    acting = [item for item in verdict.plan if item.status in ("recommended", "conditional", "deferred")]
    firsts = {name for item in verdict.plan for name in item.after}
    stretches: list[tuple[str, str, list[Item]]] = []
    for item in acting:
        heading = "First" if item.id in firsts and not item.after else KIND_HEADINGS[item.kind]
        if not stretches or stretches[-1][:2] != (heading, item.choice):
            stretches.append((heading, item.choice, []))
        stretches[-1][2].append(item)
    return tuple(Step(heading, tuple(items), bool(choice) and len(items) > 1) for heading, choice, items in stretches)


MOST_UNASKED = 8
"""How many findings that nobody was asked about a report names; JSON names all."""


def unasked(step: Step, label: Callable[[str], str]) -> str:
    """One sentence on what could still speak against what a step recommends and is not waited for; else empty."""
    items = [item for item in step.items if item.status == "recommended" and item.kind == "medicine"]
    names = list(dict.fromkeys(name for item in items for name in item.unasked))
    if not names:
        return ""
    told = ", ".join(label(name) for name in names[:MOST_UNASKED])
    more = f" and {len(names) - MOST_UNASKED} more" if len(names) > MOST_UNASKED else ""
    return f"Not known, not waited for, and a reason to think again where it is there: {told}{more}."


@frozen.ordered
class Ordered:
    """Tests that are done for one and the same reason."""

    tests: tuple[Test, ...]
    because: tuple[Reason, ...]


def ordered(listed: Iterable[Test]) -> tuple[Ordered, ...]:
    """The tests, those with the same first reason together."""
    together: dict[str, list[Test]] = {}
    for test in listed:
        together.setdefault(test.because[0].rule if test.because else "", []).append(test)
    return tuple(Ordered(tuple(tests), tests[0].because[:1]) for tests in together.values())


def alike(step: Step, reasons_of: Callable[[Item], tuple[Reason, ...]]) -> dict[str, str]:
    """By id, the earlier measure of the step that has the very same reasons; they are told once."""
    first: dict[tuple[str, ...], str] = {}
    found: dict[str, str] = {}
    for item in step.items:
        rules = tuple(reason.rule for reason in reasons_of(item))
        if rules and first.setdefault(rules, item.label) != item.label:
            found[item.id] = first[rules]
    return found


def remaining(verdict: Verdict) -> dict[str, tuple[str, ...]]:
    """By urgency, the alerts that are not ruled out and are not on top; the most urgent first."""
    found: dict[str, list[str]] = {}
    for alert in verdict.on_top.rest:
        found.setdefault(alert.urgency, []).append(alert.label)
    return {urgency: tuple(labels) for urgency, labels in found.items()}


def speaking(alert: AlertShown, names: Names) -> str:
    """What was recorded that speaks for an alert that is not ruled out."""
    return ", ".join(fact(one, names) for one in alert.speaks_for)


def ruling_out(alert: AlertShown, verdict: Verdict, names: Names) -> tuple[str, ...]:
    """The findings that can rule an alert out, in words; of one that was answered in part, what is left."""
    known = {shown.id: shown.status for shown in verdict.findings}
    return tuple(_still_to_tell(name, known.get(name, ""), names) for name in alert.missing)


def _still_to_tell(name: str, status: str, names: Names) -> str:
    label, finding = names.label(name), names.kb.findings.get(name)
    if finding is not None and finding.form == "records" and status in ("known", "interval"):
        return f"the full list of {label}" if status == "interval" else f"details of {label}"
    return f"{label} more exactly" if status == "interval" else label


def facts(reason: Reason, names: Names) -> tuple[str, ...]:
    """What a reason rests on, in words; a number that a shown quantity was taken from is not said again."""
    taken = {one.value for one in reason.facts if one.finding in names.kb.quantities}
    told = (one for one in reason.facts if one.finding in names.kb.quantities or one.value not in taken)
    return tuple(fact(one, names) for one in told)


def barred(verdict: Verdict) -> tuple[Item, ...]:
    return tuple(item for item in verdict.plan if item.status == "contraindicated")


def undetermined(verdict: Verdict) -> tuple[Item, ...]:
    return tuple(item for item in verdict.plan if item.status == "undetermined")


# --- reasons ----------------------------------------------------------------------------------------------------------


def reasons(verdict: Verdict) -> Iterator[Reason]:
    """Every reason that the report gives, in its order."""
    for alert in verdict.alerts:
        if alert.status == "raised":
            yield from alert.because
    for one in verdict.diagnoses:
        yield from one.supporting
        yield from one.against
    for cause in verdict.causes:
        yield from cause.because
    for test in verdict.investigations:
        yield from test.because
    for item in verdict.plan:
        if item.status != "undetermined":
            yield from (*item.supporting, *item.against, *item.cautions)
    for state in verdict.states:
        if state.truth.value == "true" or state.at_least:
            yield from state.because
    for derived in verdict.derived:
        yield from derived.because


def unverified(verdict: Verdict) -> tuple[str, ...]:
    """The ids of the rules shown that nobody has yet checked against their source."""
    return tuple(dict.fromkeys(reason.rule for reason in reasons(verdict) if reason.evidence == "unverified"))


def sources(verdict: Verdict, names: Names) -> tuple[Source, ...]:
    """What the report cites, each once, in the order of first mention."""
    cited = dict.fromkeys(one.source for reason in reasons(verdict) for one in reason.sources)
    return tuple(names.kb.sources[name] for name in cited if name in names.kb.sources)


def tag(cited: Iterable[Cited]) -> str:
    """`who-1994; demineralization A14`."""
    return "; ".join(f"{one.source} {one.where}".strip() for one in cited)


def fact(one: Fact, names: Names) -> str:
    """`lowest T-score -2.7`, `menopausal status postmenopausal (assumed)`; what a list leaves open is no ground."""
    told = (one.told or f"{names.label(one.finding)} {one.value}").removesuffix(answers.LEFT_OPEN)
    return f"{told} ({IMPLIED_WORDS.get(one.implied, one.implied)})" if one.implied else told


def known(verdict: Verdict, names: Names) -> tuple[Shown, ...]:
    """What was said of the patient, in the order a clinician asks."""
    said = {shown.id: shown for shown in verdict.findings if shown.given and not shown.implied}
    return tuple(said[name] for name in in_asking_order(names, said))


def told(shown: Shown) -> str:
    """A finding with its value, as a person says it."""
    return shown.told or f"{shown.label} {shown.given}"


def worked_out(verdict: Verdict) -> tuple[Derived, ...]:
    """The quantities worth showing: exact, and not nothing; and those that contradict what was entered."""
    return tuple(derived for derived in verdict.derived if derived.value or derived.entered)


@frozen.ordered
class Waiting:
    """What something waits for: what nobody said, and what was said and contradicts something else."""

    unknown: tuple[str, ...]
    in_doubt: tuple[str, ...]


def waiting(verdict: Verdict, missing: Iterable[str]) -> Waiting:
    listed = tuple(missing)
    again = {name for one in verdict.contradictions for name in one.again}
    return Waiting(tuple(name for name in listed if name not in again), tuple(name for name in listed if name in again))


def assumed(verdict: Verdict) -> tuple[Shown, ...]:
    return tuple(shown for shown in verdict.findings if shown.implied == "assumed")


def step_label(after: str, names: Names) -> str:
    """What must come first: an intervention by its label, or words as they are."""
    return names.label(after) if after in names.kb.interventions else after


def filtered(verdict: Verdict) -> str:
    """What the report was narrowed to; empty when it was not."""
    chosen = " and ".join(part for part in (verdict.guideline, verdict.region) if part)
    if not chosen:
        return ""
    return (
        f"Recommendations, diagnoses and tests of {chosen} and of no one in particular; "
        "what must not be given is shown whoever says so."
    )


def not_here(item: Item, names: Names) -> str:
    """Why something wanted is not to be had here, and what is next; empty of anything else."""
    if not item.unavailable:
        return ""
    instead = f"the next is {names.label(item.instead)}" if item.instead else "nothing else of its kind is wanted"
    return f"{item.unavailable.rstrip('.')}; {instead}"

"""What is written and used by nothing, and what is begun and not said to its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...knowledge_base.model import Entry, Finding
from ...values.problems import Level
from .check import Told, check
from .subject import Subject

_KEPT = "leave it out, or say under 'kept_because' what it is for"


def _idle(entries: Mapping[str, Entry]) -> Iterator[Entry]:
    """The entries that nobody has said are kept for a reason."""
    for entry in entries.values():
        if not entry.kept_because and not entry.withdrawn:
            yield entry


@check("OL531", Level.WARNING)
def concluded_for_nobody(subject: Subject) -> Iterator[Told]:
    """A state or scale that rules set, that is not shown, and that nothing reads.

    Avoid:
        parathyroid_excess_marked: {label: parathyroid hormone far above its range, shown: no}
    Prefer:
        parathyroid_excess_marked: {label: parathyroid hormone far above its range}
    Why:
        The rules that set it look as if they did something.
    """
    made = {target for rule in subject.of("sets") for target in rule.targets}
    kinds: tuple[Mapping[str, Entry], ...] = (subject.kb.states, subject.kb.scales)
    for kind in kinds:
        for entry in _idle(kind):
            if entry.id in made and not getattr(entry, "shown", True) and entry.id not in subject.read:
                yield Told(f"'{entry.id}' is set, and neither read nor shown", entry.place, "show it, or leave it out")


@check("OL532", Level.ADVICE)
def unused_finding(subject: Subject) -> Iterator[Told]:
    """A finding that no premise, formula, text or investigation reads.

    Avoid:
        shoe_size: {label: shoe size, type: number}
    Prefer:
        urea: {label: urea, type: number, unit: mmol/L, kept_because: laboratories print it beside creatinine}
    Why:
        It is asked or typed in, and changes nothing.
    """
    for entry in _idle(subject.kb.findings):
        if isinstance(entry, Finding) and entry.id not in subject.read and not _leads_somewhere(subject, entry):
            yield Told(f"no rule reads the finding '{entry.id}'", entry.place, _KEPT)


def _leads_somewhere(subject: Subject, entry: Finding) -> bool:
    """The plan reads what is taken, the differential what is reported; a test is done once its findings are known."""
    return entry.id in ("medicines", "conditions") or entry.id in subject.settled


@check("OL533", Level.ADVICE)
def unused_threshold(subject: Subject) -> Iterator[Told]:
    """A cut-off that no premise, formula or text reads.

    Avoid:
        low_z_score: {label: a low Z-score, value: -2.0}    # while the rules write -2.0
    Prefer:
        when: lowest_z_score <= low_z_score
    Why:
        Whoever changes it expects the rules to follow.
    """
    for entry in _idle(subject.kb.thresholds):
        if entry.id not in subject.read:
            yield Told(f"nothing reads the threshold '{entry.id}'", entry.place, _KEPT)


@check("OL534", Level.ADVICE)
def unused_source(subject: Subject) -> Iterator[Told]:
    """A source that nothing cites.

    Avoid:
        smith-1999: {citation: "Smith, 1999.", kind: article}
    Prefer:
        smith-1999: {citation: "Smith, 1999.", kind: article, kept_because: read for the limits of the score}
    Why:
        The list of sources tells what was relied on; this one was not.
    """
    for entry in _idle(subject.kb.sources):
        if entry.id not in subject.cited:
            yield Told(
                f"nothing cites the source '{entry.id}'", entry.place, "cite it where it counts, or leave it out"
            )


@check("OL535", Level.ADVICE)
def unused_choice(subject: Subject) -> Iterator[Told]:
    """A choice set that no finding offers.

    Avoid:
        eye_colors: {members: {blue: blue, brown: brown}}
    Prefer:
        eye_color: {label: color of the eyes, type: choice, choices: eye_colors}
    Why:
        Nobody can choose from it.
    """
    offered = {finding.choices for finding in subject.kb.findings.values()}
    offered |= {field.choices for finding in subject.kb.findings.values() for field in finding.fields.values()}
    for entry in _idle(subject.kb.choices):
        if entry.id not in offered and not _of_entries(subject, entry):
            yield Told(f"no finding offers the choice '{entry.id}'", entry.place, _KEPT)


def _of_entries(subject: Subject, entry: Entry) -> bool:
    """The measures are a set only to have classes."""
    return entry.id == "interventions" and bool(subject.kb.interventions)


@check("OL537", Level.WARNING)
def seen_by_another_test(subject: Subject) -> Iterator[Told]:
    """A member of a list is said to be seen by a test that does not settle that list.

    Avoid:
        lung_mass: {label: mass in the lung, seen_by: [blood_count]}
    Prefer:
        lung_mass: {label: mass in the lung, seen_by: [chest_imaging]}    # whose findings are [imaging]
    Why:
        The test never counts as done by it, and is ordered again.
    """
    for finding in subject.kb.findings.values():
        key = finding.fields.get(finding.key)
        choices = subject.kb.choices.get(key.choices) if key is not None else None
        for member in choices.members.values() if choices is not None else ():
            for name in member.seen_by:
                test = subject.kb.investigations.get(name)
                if test is not None and finding.id not in (*test.findings, *test.done_by):
                    what = f"'{member.id}' is seen by '{name}', which does not settle '{finding.id}'"
                    yield Told(what, member.place, f"add '{finding.id}' to the findings of '{name}'", test.place)


@check("OL536", Level.WARNING)
def nothing_against(subject: Subject) -> Iterator[Told]:
    """A diagnosis that rules speak for, and none against.

    Avoid:
        mastocytosis-flushing: {supports: mastocytosis, strength: weak, when: symptoms has flushing}
    Prefer:
        mastocytosis-tryptase: {opposes: mastocytosis, strength: moderate, when: tryptase is normal}
    Why:
        Whatever else is found, it never leaves the list; the reader cannot see what would speak against it. A
        diagnosis that stands on its criteria alone falls with them, and needs nothing more.
    """
    against = {name for rule in subject.of("opposes", "excludes") for name in rule.members}
    for condition in subject.kb.conditions.values():
        if condition.exposure or condition.withdrawn or condition.id in against:
            continue
        rule = next((one for one in subject.of("supports") if condition.id in one.members), None)
        if rule is not None:
            hint = "write a rule with 'opposes' or 'excludes': what finding would speak against it?"
            yield Told(f"nothing speaks against '{condition.id}'", condition.place, hint, rule.place)


@check("OL598", Level.WARNING)
def deferred_until_nothing(subject: Subject) -> Iterator[Told]:
    """A rule puts something off and does not say until what.

    Avoid:
        defers: denosumab
        when: advanced_kidney_disease
    Prefer:
        defers: denosumab
        until: CKD-MBD has been assessed and a specialist supervises
        when: advanced_kidney_disease
    Why:
        Who reads it cannot do what comes first; the medicine is never begun.
    """
    for rule in subject.of("defers"):
        if not rule.until:
            hint = "write 'until:' with the id of an intervention, or with what has to be so first"
            yield Told(f"'{rule.id}' defers, and does not say until what", rule.place, hint)


@check("OL599", Level.WARNING)
def cautioned_without_weight(subject: Subject) -> Iterator[Told]:
    """A caution does not say how grave it is.

    Avoid:
        cautions: zoledronate
        when: creatinine_clearance < 60 mL/min
    Prefer:
        cautions: zoledronate
        weight: minor
        when: creatinine_clearance < 60 mL/min
    Why:
        What is recommended with a major caution stands behind what is recommended without; forgotten, it does not.
    """
    for rule in subject.of("cautions"):
        if not rule.weight:
            what = f"'{rule.id}' cautions, and does not say how gravely"
            yield Told(what, rule.place, "write 'weight: major' or 'weight: minor'")

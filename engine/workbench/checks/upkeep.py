"""Whether what the knowledge rests on is still in force."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from ...values.problems import Level
from ..survey import usage
from .check import Told, check
from .subject import KINDS, Subject


@check("OL551", Level.WARNING)
def review_overdue(subject: Subject) -> Iterator[Told]:
    """A source should have been looked at again by now.

    Avoid:
        nogg-2024: {citation: ..., kind: guideline, review_by: 2020-01-01}
    Prefer:
        nogg-2024: {citation: ..., kind: guideline, review_by: 2030-01-01}
    Why:
        Guidelines change; what was right when it was written may harm now.
    """
    for source in subject.kb.sources.values():
        if source.withdrawn or not source.review_by or source.id not in subject.cited:
            continue
        if datetime.date.fromisoformat(source.review_by) < subject.today:
            place = source.places.get("review_by", source.place)
            what = f"'{source.id}' should have been looked at again by {source.review_by}"
            yield Told(what, place, "look for a newer edition, then move the date")


@check("OL555", Level.WARNING)
def ended_with_its_guideline(subject: Subject) -> Iterator[Told]:
    """A rule recommends, orders or sets what a superseded guideline said; it holds no longer.

    Avoid:
        our-guideline-2026: {label: Ours, supersedes: [nogg-2024]}
        # and a rule in force: guideline: nogg-2024
    Prefer:
        # the rule is held against the newer guideline
        guideline: our-guideline-2026
    Why:
        What it bars, puts off or warns of stays; what it wanted falls silent, and nobody should find that out later.
    """
    successors = {old: new.id for new in subject.kb.guidelines.values() for old in new.supersedes}
    for rule in subject.kb.withdrawn.values():
        if rule.guideline in successors and rule.withdrawn.startswith(f"{rule.guideline} is superseded by"):
            what = f"'{rule.id}' holds no longer: {rule.withdrawn}"
            yield Told(
                what, rule.place, f"hold it against '{successors[rule.guideline]}', or say under 'withdrawn' why not"
            )


@check("OL556", Level.WARNING)
def label_without_a_day(subject: Subject) -> Iterator[Told]:
    """A label is more than two years old, or tells no year, and has no day on which it is looked at again.

    Avoid:
        our-label: {citation: ..., kind: label, year: 2020}
    Prefer:
        our-label: {citation: ..., kind: label, year: 2020, review_by: 2030-01-01}
    Why:
        Labels change more often than guidelines: warnings come and go within a year or two.
    """
    for source in subject.kb.sources.values():
        if source.kind != "label" or source.withdrawn or source.review_by or source.id not in subject.cited:
            continue
        if source.year < subject.today.year - _LABEL_YEARS:
            age = f"of {source.year}" if source.year else "without a year"
            what = f"'{source.id}' is a label {age}, and nothing says when it is looked at again"
            yield Told(what, source.place, "look for the label in force, then give it 'review_by'")


_LABEL_YEARS = 2
"""For so many years a label is taken to be in force without a day to look at it again."""


@check("OL552", Level.WARNING)
def withdrawn_still_used(subject: Subject) -> Iterator[Told]:
    """Something withdrawn is still read, recommended or cited.

    Avoid:
        calcitonin: {label: calcitonin, kind: medicine, withdrawn: no longer licensed}
        # and a rule in force: recommends: calcitonin
    Prefer:
        # the rule is withdrawn too
        withdrawn: calcitonin is no longer licensed
    Why:
        What was given up for a reason goes on working.
    """
    withdrawn = [entry for kind in KINDS for entry in getattr(subject.kb, kind).values() if entry.withdrawn]
    given_up = (*withdrawn, *subject.kb.withdrawn.values())
    found = usage.uses_of(subject.kb, [entry.id for entry in given_up])
    for entry in given_up:
        for use in found[entry.id]:
            if use.id != entry.id and use.how not in ("contraindicates", "cautions"):
                what = f"'{use.id}' ({use.how}) still uses '{entry.id}', which is withdrawn: {entry.withdrawn}"
                yield Told(what, use.place, "withdraw it too, or use what took its place", entry.place)

"""Whether the pairs of advice that must not stand together can be told apart, and whether cautions forbid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...values.problems import Level
from ..cases import clashes
from .check import Told, check
from .subject import Subject

_FORBIDS = re.compile(r"(?:No|Never|Not)\b")


@check("OL538", Level.WARNING)
def clash_with_itself(subject: Subject) -> Iterator[Told]:
    """The same thing stands on both sides of a clash.

    Avoid:
        pause-and-go-on: {advice: [bisphosphonate_pause], against: [bisphosphonate, bisphosphonate_pause], ...}
    Prefer:
        pause-and-go-on: {advice: [bisphosphonate_pause], against: [bisphosphonate], ...}
    Why:
        Every report that says it would contradict itself, and nobody could tell which does.
    """
    for clash in subject.kb.clashes.values():
        both = set(clashes.named(subject.kb, clash.advice)) & set(clashes.named(subject.kb, clash.against))
        for name in sorted(both):
            what = f"'{name}' stands on both sides of the clash '{clash.id}'"
            yield Told(what, clash.place, "leave it on one side")


@check("OL539", Level.WARNING)
def caution_that_forbids(subject: Subject) -> Iterator[Told]:
    """The title of a rule forbids what its verb only cautions about.

    Avoid:
        no-jogging: {title: No jogging with a broken vertebra, cautions: impact_exercise, weight: major, ...}
    Prefer:
        no-jogging: {title: No jogging with a broken vertebra, contraindicates: impact_exercise, ...}
    Why:
        The report advises it, and says in the same breath that it must not be done.
    """
    for rule in subject.of("cautions"):
        if _FORBIDS.match(rule.label):
            hint = "write 'contraindicates' or 'defers', or say in the title with what care it may be done"
            yield Told(f"'{rule.id}' only cautions, and its title forbids", rule.place, hint)

"""Whether texts say what they are there to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...values.problems import Level
from .check import Told, check
from .logic.words import content
from .subject import Subject

_MOST_SAID_AGAIN = 0.8
_OWNED_UP = re.compile(
    r"\b(unverified|not (?:been )?(?:verified|checked|confirmed)|check(?:ed)? locally|locally|unconfirmed|from memory"
    r"|to be checked|not yet (?:checked|held) against|by report|second hand)\b",
    re.IGNORECASE,
)


@check("OL545", Level.ADVICE)
def because_repeats_title(subject: Subject) -> Iterator[Told]:
    """The reason only says the title again.

    Avoid:
        title: A low calcium defers denosumab
        because: Denosumab is deferred when calcium is low.
    Prefer:
        because: Denosumab closes the bone's store; calcium would fall further.
    Why:
        Who asks why is told the same again.
    """
    told: set[str] = set()
    for rule in subject.rules:
        reason, title = content(rule.because), content(rule.label)
        if reason and rule.because not in told and len(reason & title) >= _MOST_SAID_AGAIN * len(reason):
            told.add(rule.because)
            place = rule.places.get("because", rule.place)
            yield Told(f"the reason of '{rule.id}' repeats its title", place, "say why it is so, or what comes of it")


@check("OL553", Level.WARNING)
def recommends_unchecked(subject: Subject) -> Iterator[Told]:
    """A rule recommends, was never checked against its source, and does not say so.

    Avoid:
        recommends: etidronate
        evidence: unverified
    Prefer:
        recommends: etidronate
        evidence: unverified
        note: Not verified against the guideline; check locally before it is followed.
    Why:
        It stands in the plan beside advice that was checked, and looks the same.
    """
    for rule in subject.of("recommends"):
        said = " ".join((rule.note, rule.because, rule.label, rule.dose))
        if rule.evidence == "unverified" and not _OWNED_UP.search(said):
            place = rule.places.get("evidence", rule.place)
            yield Told(f"'{rule.id}' recommends, and does not say that it is unverified", place, "say so in a 'note'")

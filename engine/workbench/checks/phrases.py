"""What people say, and what it is written to mean."""

from __future__ import annotations

from collections.abc import Iterator

from ...intake.words import phrases
from ...values.problems import Level, Place
from .check import Told, check
from .subject import Subject


@check("OL571", Level.ERROR)
def two_meanings(subject: Subject) -> Iterator[Told]:
    """Two phrases of the word table are the same words and mean different things.

    Avoid:
        water|heart tablets: medicines furosemide
        water tablets|pills: "? which diuretic?"
    Prefer:
        heart tablets: medicines furosemide
        water tablets|pills: "? which diuretic?"
    Why:
        Which of the two is heard would depend on the order of the lines; what had to be asked could be written down.
    """
    for first, second, words in phrases.conflicts(subject.kb):
        place = subject.kb.word_places.get(second, Place("knowledge"))
        other = subject.kb.word_places.get(first)
        what = f"'{words}' means '{subject.kb.words[second]}' here and '{subject.kb.words[first]}' elsewhere"
        yield Told(what, place, "keep one of them", other)


@check("OL572", Level.WARNING)
def unknown_role(subject: Subject) -> Iterator[Told]:
    """A phrase has a role that the grammar of a line does not have, or names a finding that there is not.

    Avoid:
        nil hx of: "! denies"
    Prefer:
        nil hx of: "! no"
    Why:
        The words would be heard, and do nothing.
    """
    for phrase, text in subject.kb.words.items():
        meaning = phrases.meaning_of(text, {})
        place = subject.kb.word_places.get(phrase, Place("knowledge"))
        if meaning.role and meaning.role not in phrases.ROLES:
            yield Told(f"'{meaning.role}' is no role", place, f"there are {', '.join(sorted(phrases.ROLES))}")
        named = meaning.argument.split() if meaning.role in ("names", "panel", "into") else []
        named += [one.finding for one in meaning.statements]
        for name in named:
            if name not in subject.kb.findings and name not in subject.kb.quantities:
                yield Told(f"'{name}' in '{phrase}' is no finding", place, "write the id of one")

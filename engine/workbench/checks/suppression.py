"""What authors have said need not be told: `suppress: {OL512: why}` in the entry that a problem stands in."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Set

from ...knowledge_base.model import Entry
from ...values.problems import Level, Place, Problem
from .logic.words import content
from .subject import Subject

UNUSED, UNREASONED = "OL591", "OL592"
_FEWEST = 2
"""A reason has at least two words that carry meaning."""

_WHY_UNUSED = "It hides the next problem of this kind, which nobody has thought about yet."
_WHY_UNREASONED = "Whoever comes next cannot tell whether the reason still holds."

PAGES = {
    UNUSED: f"""A suppression that suppresses nothing.

Avoid:
    suppress: {{OL545: the title says it all}}      # in a rule whose reason says something new
Prefer:
    no 'suppress'
Why:
    {_WHY_UNUSED}
""",
    UNREASONED: f"""A suppression without a reason, or of a code that does not exist.

Avoid:
    suppress: {{OL545: ok}}
Prefer:
    suppress: {{OL545: the definition of the disease is its own reason}}
Why:
    {_WHY_UNREASONED}
""",
}

CODES = {code: page.split("\n")[0].rstrip(".") for code, page in PAGES.items()}


class Suppressions:
    """The suppressions of a knowledge base, and which of them were needed."""

    def __init__(self, subject: Subject) -> None:
        at: dict[Place, Entry] = {}
        for entry in (*subject.entries, *subject.kb.withdrawn.values()):
            if entry.place.line:  # a condition is a member of its choice too, at the same place
                at.setdefault(entry.place, entry)
        self._entries = [at[place] for place in sorted(at)]
        self._starts = [(entry.place.file, entry.place.line) for entry in self._entries]
        self._needed: set[tuple[str, str]] = set()

    def kept(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """The problems that nobody has suppressed."""
        for problem in problems:
            entry = self._owner(problem.place)
            if entry is None or problem.code not in entry.suppress:
                yield problem
            else:
                self._needed.add((_key(entry), problem.code))

    def _owner(self, place: Place) -> Entry | None:
        """The entry in which a place lies: the last to begin before it."""
        position = bisect.bisect_right(self._starts, (place.file, place.line)) - 1
        if position < 0 or self._entries[position].place.file != place.file:
            return None
        return self._entries[position]

    def problems(self, known: Set[str], judged: Set[str]) -> Iterator[Problem]:
        """Suppressions that say no reason, name no code, or were not needed.

        Args:
            known: every code there is.
            judged: the codes whose problems have all been looked at.
        """
        seen: set[Place] = set()
        for entry in self._entries:
            place = entry.places.get("suppress", entry.place)
            if place in seen:
                continue  # the levels of one rule
            seen.add(place)
            for code, reason in entry.suppress.items():
                needed = any((_key(one), code) in self._needed for one in self._entries if one.places is entry.places)
                if code not in known:
                    what, hint = f"'{code}' is no code of a problem", "the code stands before each problem"
                    yield Problem(UNREASONED, what, place, Level.WARNING, hint, _WHY_UNREASONED)
                elif len(content(reason)) < _FEWEST:
                    what, hint = f"{code} is suppressed, and '{reason}' is no reason", "say why it is right here"
                    yield Problem(UNREASONED, what, place, Level.WARNING, hint, _WHY_UNREASONED)
                elif code in judged and not needed:
                    what, hint = f"{code} is suppressed in '{entry.id}', where there is none", "leave it out"
                    yield Problem(UNUSED, what, place, Level.WARNING, hint, _WHY_UNUSED)


def _key(entry: Entry) -> str:
    return str(entry.place)

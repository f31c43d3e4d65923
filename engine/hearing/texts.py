"""What a text in a health record says of the one finding that it stands under."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from ..intake.answers.sheet import clipped
from ..intake.taken import Said, Says
from ..knowledge_base.naming import Names

if TYPE_CHECKING:
    from .ear import Ear
    from .heard import Heard


def reader(names: Names) -> Says:
    """Reads as at the prompt, but asks nobody: what would be asked back, or goes beyond the finding, is no answer."""
    ears: dict[datetime.date, Ear] = {}

    def told(finding: str, text: str, day: datetime.date) -> Said:
        from .ear import Ear  # only where a record holds a text

        if day not in ears:
            ears.clear()
            ears[day] = Ear(names, day)
        heard = ears[day].hear(text, (finding,), {})
        why = _why_not(heard, finding)
        if why:
            return Said("", "", f"not understood: '{clipped(text, 60)}' ({why})")
        result = heard.reading.results[finding][0]
        return Said(result.value, result.range, "")

    return told


def _why_not(heard: Heard, finding: str) -> str:
    """Why what was heard is not one certain answer to the finding; empty where it is."""
    reading = heard.reading
    if heard.halves:
        return "its unit is missing"
    for problem in reading.problems:
        return problem.what
    unread = [*reading.unread, *reading.left, *reading.uncertain]
    if unread:
        return f"nothing was made of {clipped(', '.join(unread))}"
    if reading.mended:
        return f"a slip: {clipped(', '.join(reading.mended))}"
    results = reading.results.get(finding, [])
    if reading.command is not None or reading.gone or not results:
        return "it is no answer"
    others = [
        name for name, said in reading.results.items() if name != finding and not all(one.follows for one in said)
    ]
    if others or reading.lists or len(results) > 1:
        return "it says more than one thing"
    if results[0].date:
        return "it gives a day of its own"
    return ""

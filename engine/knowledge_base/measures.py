"""The sentences that an entry of an intervention has: what each tells, and what stands before it.

A key that is one more of them is a row here, a field of the model and of the verdict, and a line in the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .model import Intervention


class Sentence(NamedTuple):
    """`means` is what authors are told of the key, `short` the word before it in a terminal, `heading` on a page."""

    means: str
    short: str
    heading: str


SENTENCES: Mapping[str, Sentence] = {
    "duration": Sentence("For how long.", "for", "For how long"),
    "monitoring": Sentence("What is watched meanwhile.", "watch", "Watched"),
    "aftercare": Sentence("What has to follow when it ends.", "later", "Afterwards"),
    "harms": Sentence("What it can do.", "harms", "Harms"),
}
"""They are read by people and decide nothing; a hospital that words one otherwise is named for it."""

REPORTED = ("monitoring", "duration", "aftercare")
"""The sentences that a report repeats, in the order of its JSON."""


def reported(intervention: Intervention) -> dict[str, Any]:
    """The sentences of an intervention that go into a verdict, by the field that takes each."""
    return {key: getattr(intervention, key) for key in REPORTED}

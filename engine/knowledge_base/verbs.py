"""The verbs of rules: what each is about, and what it concludes of its targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from ..premises.propositions import Predicate

Verb = Literal[
    "sets",
    "derives",
    "causes",
    "diagnoses",
    "excludes",
    "supports",
    "opposes",
    "orders",
    "recommends",
    "contraindicates",
    "defers",
    "cautions",
    "alerts",
]


class Meaning(NamedTuple):
    """What one verb means.

    `about` is the kind of entry its targets are; `concludes` what it makes true of them, None for a verb that sets
    them, works them out or only ranks them; `told` is the verb with its object to follow; `read` whether premises may
    read what it concludes; `protects` whether it keeps patients from harm.
    """

    about: str
    concludes: Predicate | None
    told: str
    read: bool = False
    protects: bool = False


VERBS: Mapping[Verb, Meaning] = {
    "sets": Meaning("state or scale", None, "sets"),
    "derives": Meaning("quantity", None, "works out"),
    "causes": Meaning("cause", "caused", "is a cause", read=True),
    "diagnoses": Meaning("diagnosis", "diagnosed", "diagnoses", read=True),
    "excludes": Meaning("diagnosis", "excluded", "excludes", read=True),
    "supports": Meaning("diagnosis", None, "speaks for"),
    "opposes": Meaning("diagnosis", None, "speaks against"),
    "orders": Meaning("investigation", "ordered", "orders", read=True),
    "recommends": Meaning("intervention", "recommended", "recommends", read=True),
    "contraindicates": Meaning("intervention", "contraindicated", "rules out giving", read=True, protects=True),
    "defers": Meaning("intervention", "deferred", "makes wait", protects=True),
    "cautions": Meaning("intervention", "cautioned", "calls for care with", protects=True),
    "alerts": Meaning("alert", "raised", "alerts", protects=True),
}

CONCLUDED: Mapping[Verb, Predicate] = {verb: one.concludes for verb, one in VERBS.items() if one.concludes is not None}
"""What each verb makes true of its targets."""

READ: Mapping[Verb, Predicate] = {verb: predicate for verb, predicate in CONCLUDED.items() if VERBS[verb].read}
"""Of these, what premises may read."""

PROTECTING: frozenset[Verb] = frozenset(verb for verb, one in VERBS.items() if one.protects)
"""The verbs that keep patients from harm."""

ADVISING: tuple[Verb, ...] = ("recommends", "contraindicates", "defers")
"""The verbs that give a measure its status in the plan."""

"""The verbs of rules: what each is about, what it concludes of its targets, and how it is told.

Whoever has to know which verbs protect, rank or bar reads it from here. A verb of which nothing is new but its words
is one row, and a predicate where it concludes one (`propositions.Predicate`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from ..premises.propositions import READABLE, Predicate

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
    """The meaning of one verb.

    `about` is the kind of entry its targets are; `concludes` the predicate it makes true of them, None for a verb that
    sets them, works them out or only ranks them, and `concluded` that predicate as a sentence. `told` is the verb with
    its object to follow, `means` what authors are told of the key, `heading` what stands over such rules on the page of
    a target, `role` the part such a rule plays in why something is so or not (empty: none), `protecting` what one that
    is taken away no longer does.

    `care` marks a verb that lets a measure be given, with its reasons beside it; `mistaken_for` is the verb an author
    could have written instead.
    """

    about: str
    concludes: Predicate | None
    told: str
    means: str
    heading: str
    concluded: str = ""
    role: str = ""
    protecting: str = ""
    care: bool = False
    mistaken_for: Verb | None = None


# What protects a patient from a measure stands with the strictest first.
VERBS: Mapping[Verb, Meaning] = {
    "sets": Meaning(
        about="state or scale",
        concludes=None,
        told="sets",
        means="A state that holds, or a scale and the level it reaches: `acr_risk >= high`.",
        heading="Holds when",
        role="sets",
    ),
    "derives": Meaning(
        about="quantity",
        concludes=None,
        told="works out",
        means="The quantity that is worked out.",
        heading="Worked out",
    ),
    "causes": Meaning(
        about="cause",
        concludes="caused",
        concluded="{} drives bone loss",
        told="is a cause",
        means="What drives the loss of bone here.",
        heading="Drives bone loss when",
        role="makes it a cause",
    ),
    "diagnoses": Meaning(
        about="diagnosis",
        concludes="diagnosed",
        concluded="{} is diagnosed",
        told="diagnoses",
        means="The condition whose criteria are met.",
        heading="Diagnosed when",
        role="establishes",
        mistaken_for="excludes",
    ),
    "excludes": Meaning(
        about="diagnosis",
        concludes="excluded",
        concluded="{} is excluded",
        told="excludes",
        means="The condition that is ruled out.",
        heading="Excluded when",
        role="excludes",
        mistaken_for="diagnoses",
    ),
    "supports": Meaning(
        about="diagnosis",
        concludes=None,
        told="speaks for",
        means="The condition that becomes more likely.",
        heading="Speaks for it",
        role="speaks for",
        mistaken_for="opposes",
    ),
    "opposes": Meaning(
        about="diagnosis",
        concludes=None,
        told="speaks against",
        means="The condition that becomes less likely.",
        heading="Speaks against it",
        role="speaks against",
        mistaken_for="supports",
    ),
    "orders": Meaning(
        about="investigation",
        concludes="ordered",
        concluded="{} should be done",
        told="orders",
        means="The investigation that should be done.",
        heading="Ordered when",
        role="orders",
    ),
    "recommends": Meaning(
        about="intervention",
        concludes="recommended",
        concluded="{} is wanted",
        told="recommends",
        means="The intervention, or class of them, that is wanted.",
        heading="Recommended when",
        role="wants",
    ),
    "contraindicates": Meaning(
        about="intervention",
        concludes="contraindicated",
        concluded="{} is contraindicated",
        told="rules out giving",
        means="The intervention, or class of them, that must not be given while this holds.",
        heading="Never when",
        role="bars",
        protecting="bars",
        mistaken_for="cautions",
    ),
    "defers": Meaning(
        about="intervention",
        concludes="deferred",
        concluded="{} must wait",
        told="makes wait",
        means="The intervention that has to wait; `until` says for what.",
        heading="Not yet when",
        role="delays",
        protecting="holds back",
        mistaken_for="cautions",
    ),
    "cautions": Meaning(
        about="intervention",
        concludes="cautioned",
        concluded="{} needs care",
        told="calls for care with",
        means="The intervention that may be given, with care.",
        heading="With care when",
        role="cautions",
        protecting="asks for care with",
        care=True,
        mistaken_for="contraindicates",
    ),
    "alerts": Meaning(
        about="alert",
        concludes="raised",
        concluded="alert: {}",
        told="alerts",
        means="The alert that is raised before anything else is said.",
        heading="Raised when",
        role="raises",
        protecting="raises",
    ),
}


def about(*kinds: str) -> tuple[Verb, ...]:
    """The verbs whose targets are of these kinds, kind by kind."""
    return tuple(verb for kind in kinds for verb, one in VERBS.items() if one.about == kind)


def as_strict(verb: Verb) -> tuple[Verb, ...]:
    """The verbs that keep a patient from the same target at least as strictly, the verb itself first."""
    protecting = [one for one in about(VERBS[verb].about) if VERBS[one].protecting]
    return tuple(reversed(protecting[: protecting.index(verb) + 1])) if verb in protecting else (verb,)


CONCLUDED: Mapping[Verb, Predicate] = {verb: one.concludes for verb, one in VERBS.items() if one.concludes is not None}
"""The predicate that each verb makes true of its targets."""

READ: Mapping[Verb, Predicate] = {verb: predicate for verb, predicate in CONCLUDED.items() if predicate in READABLE}
"""Of these, the ones that premises may read."""

BEHIND: Mapping[str, tuple[Verb, ...]] = {
    "condition": about("diagnosis", "cause"),
    "intervention": about("intervention"),
    "investigation": about("investigation"),
    "alert": about("alert"),
    "state": about("state or scale"),
    "scale": about("state or scale"),
    "quantity": about("quantity"),
}
"""The verbs of the rules behind each kind of conclusion."""

SENTENCES: Mapping[str, str] = {predicate: VERBS[verb].concluded for verb, predicate in CONCLUDED.items()}
"""Each predicate as a sentence, with a hole for its subject."""

PROTECTING: frozenset[Verb] = frozenset(verb for verb, one in VERBS.items() if one.protecting)
"""The verbs that keep patients from harm. They hold by an old result as by a new one."""

CARE: tuple[Verb, ...] = tuple(verb for verb, one in VERBS.items() if one.care)
"""The verbs that are told beside a measure and take it from nobody."""

SAFETY: tuple[Verb, ...] = tuple(verb for verb in VERBS if verb in PROTECTING and verb not in CARE)
"""The verbs that stand between a patient and harm."""

ADVISING: tuple[Verb, ...] = tuple(verb for verb in about("intervention") if verb not in CARE)
"""The verbs that give a measure its status in the plan."""

RANKING: tuple[Verb, ...] = tuple(verb for verb in about("diagnosis") if verb not in CONCLUDED)
"""The verbs that weigh in the differential and make nothing true."""

SHOWN: tuple[Verb, ...] = tuple(verb for verb in about("intervention", "alert", "diagnosis") if verb in CONCLUDED)
"""The verbs whose conclusion a report shows as a status."""

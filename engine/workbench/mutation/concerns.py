"""Which expectations a changed rule could touch at all: the others need not be looked at again.

Every expectation stands on some ground: a rule, a proposition, a number, the rules of one verb about one thing, the
whole differential. An alteration shakes the ground of all that rests on what it changes. Grounds are drawn too wide
rather than too narrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...assessment.verdict import PLAN_STATUSES
from ...knowledge_base import verbs
from ...knowledge_base.model import Rule
from ...premises import propositions
from ..cases.cases import DIAGNOSES, Expectation
from .alteration import Alteration

Ground = tuple[str, str]
"""Its kind and what it is about; about nothing in particular, it is the whole."""

ANYTHING: Ground = ("anything", "")
DIFFERENTIAL: Ground = ("differential", "")
PLAN: Ground = ("plan", "")
PURSUIT: Ground = ("pursuit", "")
"""Which conditions are pursued, and what is missing for it."""


def grounds_of(want: Expectation) -> tuple[Ground, ...]:
    """What an expectation stands on; it is met or not as before while none of that is shaken.

    Of `asked` that is nothing: what is asked hangs on almost every rule, and whether a case notices a change is looked
    for in what follows.
    """
    kind, subject = want.kind, want.subject
    if kind == "asked":
        return ()
    if kind in ("fired", "held", "ruled_out"):
        return (("rule", subject),)
    if kind in ("states", "false", "unknown"):
        return (("atom", subject),)
    if kind in ("scales", "causes", "cautions", "alerts"):
        return ((kind, subject),)
    if kind == "quantities":
        return (("name", subject),)
    if kind in DIAGNOSES or kind == "scores":
        return (("differential", subject),)
    if kind == "cause":
        return ("causes", subject), ("differential", subject)
    if kind in ("ranks", "diagnosis", "reject"):
        return (DIFFERENTIAL, PURSUIT)
    if kind == "doses":
        return ("dose", subject), ("plan", subject), PURSUIT
    if kind in ("undetermined", "missing"):
        return ("plan", subject), PURSUIT
    if kind in PLAN_STATUSES or kind in ("recommend", "avoid", "deferred_after"):
        return (("plan", subject),)
    if kind in ("orders", "next_step"):
        return ("orders", subject) if kind == "orders" else ("orders", ""), PLAN, PURSUIT
    return (ANYTHING,)


def shaken(alteration: Alteration) -> frozenset[Ground]:
    """The grounds that an alteration could shake."""
    return frozenset(_shaken(alteration))


def _shaken(alteration: Alteration) -> Iterator[Ground]:
    touched, kb = alteration.touched, alteration.kb
    if alteration.rewords:
        yield from (("dose", member) for member in alteration.rewords)
        return
    yield ANYTHING
    yield from (("rule", id) for id in touched.rules)
    yield from (("atom", atom) for atom in touched.atoms)
    yield from (("scales", propositions.scale_of(atom)) for atom in touched.atoms)
    yield from (("name", name) for name in touched.names)
    if touched.names:
        yield PURSUIT
    versions = [one for one in (alteration.rule, alteration.changed) if one is not None]
    yield from _about([*versions, *(kb.rules[id] for id in touched.rules if id in kb.rules)])
    for condition in kb.conditions.values():
        if condition.pursue is not None and alteration.reaches(condition.pursue):
            yield from (("differential", condition.id), DIFFERENTIAL, PURSUIT)
    for test in kb.investigations.values():
        if test.not_while is not None and alteration.reaches(test.not_while):
            yield from (("orders", test.id), ("orders", ""))
    before, after = alteration.base.behind, alteration.prepared.behind
    if before is not after:
        yield from _about(rule for id, rule in kb.rules.items() if before.get(id) != after.get(id))


def _about(rules: Iterable[Rule]) -> Iterator[Ground]:
    for rule in rules:
        for member in rule.members or rule.targets:
            if rule.verb in verbs.about("diagnosis"):
                yield from (("differential", member), DIFFERENTIAL, PURSUIT)
            elif rule.verb in verbs.ADVISING:
                yield from (("plan", member), PLAN)
            elif rule.verb in verbs.CARE:
                yield "cautions", member
            elif rule.verb in ("causes", "alerts"):
                yield rule.verb, member
            elif rule.verb == "orders":
                yield from (("orders", member), ("orders", ""))


def about(kind: str, grounds: Iterable[Ground]) -> frozenset[str]:
    """What of one kind is shaken."""
    return frozenset(subject for of, subject in grounds if of == kind and subject)

"""Whether a premise depends on the patient at all."""

from __future__ import annotations

from collections.abc import Iterator

from ...knowledge_base.model import Rule
from ...premises.checking.truths import complements
from ...premises.expression import (
    All,
    Always,
    AnyOf,
    Applies,
    AtLeast,
    Compared,
    Not,
    OneOf,
    Proposition,
    TruthNode,
    names_read,
)
from ...values.problems import Level
from ...values.truth import Truth
from .check import Told, check
from .logic.logic import conjuncts
from .subject import Subject

_SETTLED: dict[Truth, str] = {Truth.TRUE: "always", Truth.FALSE: "never"}


@check("OL511", Level.ERROR)
def never_true(subject: Subject) -> Iterator[Told]:
    """A premise, or a part of one, that no patient can meet.

    Avoid:
        when: age > 70 and age < 65
    Prefer:
        when: age > 70 or age < 65
    Why:
        What should follow never follows, and nobody notices that it is missing.
    """
    yield from _settled(subject, Truth.FALSE)


@check("OL512", Level.WARNING)
def always_true(subject: Subject) -> Iterator[Told]:
    """A premise, or a part of one, that every patient meets as soon as the value is known.

    Avoid:
        when: lowest_t_score < -1.0 or lowest_t_score > -2.5
    Prefer:
        when: lowest_t_score < -1.0 and lowest_t_score > -2.5
    Why:
        It holds nobody back, so what follows is said to people it is not meant for.
    """
    yield from _settled(subject, Truth.TRUE)


def _settled(subject: Subject, fate: Truth) -> Iterator[Told]:
    seen: set[int] = set()
    for premise in subject.premises:
        tree = premise.tree
        waiting: list[TruthNode] = []
        if isinstance(tree, TruthNode):
            waiting = [tree]
        else:
            waiting = [node for node in premise.nodes if isinstance(node, TruthNode)]
        while waiting:
            node = waiting.pop(0)
            if id(node) in seen:
                continue
            seen.add(id(node))
            inner = [child for child in node.children() if isinstance(child, TruthNode)]
            deeper = any(subject.logic.fate(child) is not Truth.UNKNOWN for child in inner)
            if subject.logic.fate(node) is fate and not deeper:
                told = _told(subject, node, fate)
                if told is not None:
                    yield told
            else:
                waiting += inner


def _told(subject: Subject, node: TruthNode, fate: Truth) -> Told | None:
    if isinstance(node, (Always, Proposition, Applies, Not)):
        return None  # `always` is meant; what is concluded is told where it is concluded
    if isinstance(node, (All, AnyOf)) and complements(node.items):
        return None  # told when the premise was read
    if subject.reads_wild(node):
        return None  # told of the threshold
    shown = node.source or "this premise"
    hint = "look at the number and at the sign"
    if isinstance(node, All):
        pair = subject.logic.conflict(node.items)
        if pair is not None:
            what = f"not both `{_shown(pair[0])}` and `{_shown(pair[1])}`: never true"
            place = pair[1].place if pair[1].place.line else node.place
            return Told(what, place, "write 'or', or mend one", pair[0].place)
        whom = next(
            (one for one in subject.logic.applying(node.items) if subject.logic.conflict([*node.items, one])), None
        )
        if whom is not None:
            hint = f"part of it applies only where `{_shown(whom)}`; leave one of the two out"
    if isinstance(node, Compared):
        known = {*subject.kb.findings, *subject.kb.quantities}
        compared = [name for name in sorted(names_read(node)) if name in known]
        span = subject.logic.bounds.named(compared[0]) if compared else None
        if span is not None and not (span.low.is_infinite() and span.high.is_infinite()):
            hint = f"'{compared[0]}' goes from {span.low.normalize():f} to {span.high.normalize():f}"
    if isinstance(node, OneOf):
        hint = "every answer is named"
    if isinstance(node, AnyOf):
        hint = "the alternatives leave nothing out; leave the premise away, or mend one"
    return Told(f"`{shown}` is {_SETTLED[fate]} true", node.place, hint)


def _shown(node: TruthNode) -> str:
    return node.source or (f"not {node.item.source}" if isinstance(node, Not) else "one part")


@check("OL513", Level.WARNING)
def opposites_far_apart(subject: Subject) -> Iterator[Told]:
    """A condition and its opposite meet in one premise, one of them deeper than the other.

    Avoid:
        any:
          - smoking is current
          - all: [age > 60, not smoking is current]
    Prefer:
        any: [smoking is current, age > 60]
    Why:
        One of the two says nothing new, and as long as the answer is not known it keeps the whole unknown.
    """
    for rule in subject.rules:
        if rule.when is None:
            continue
        waiting: list[TruthNode] = [rule.when]
        while waiting:
            node = waiting.pop(0)
            waiting += [child for child in node.children() if isinstance(child, TruthNode)]
            if isinstance(node, AnyOf):
                yield from _needless(subject, rule, node)


def _needless(subject: Subject, rule: Rule, node: AnyOf) -> Iterator[Told]:
    plain = [item for item in node.items if not isinstance(item, (All, AnyOf, AtLeast))]
    for item in node.items:
        if not isinstance(item, All):
            continue
        for part in conjuncts(item):
            for one in plain:
                if complements([one, part]):
                    what = f"`{_shown(part)}` beside the alternative `{_shown(one)}` says nothing new"
                    yield Told(what, part.place if part.place.line else item.place, "leave it away", one.place)

"""Whether what does not apply, or cannot be worked out, is kept out of comparisons."""

from __future__ import annotations

from collections.abc import Iterator

from ....knowledge_base.model import Rule
from ....premises import expression
from ....premises.expression import AnyOf, Node, Not, TruthNode
from ....values.problems import Level
from ..check import Told, check
from ..subject import Subject, alternatives

_COMPARING = (expression.Compared, expression.Within, expression.Against)


@check("OL523", Level.WARNING)
def guard_forgotten(subject: Subject) -> Iterator[Told]:
    """A rule compares a quantity that is worked out for some patients only, and does not say for whom.

    Avoid:
        # osta is derived when: ethnicity is asian
        when: osta < -1
    Prefer:
        when: ethnicity is asian and osta < -1
    Why:
        For all the others the quantity is not measured, so the comparison stays unknown for good, and what hangs on
        it reads "once known" though it never will be.
    """
    guards = _guards(subject)
    for rule in subject.rules:
        if rule.verb == "derives" or rule.when is None:
            continue
        if guards.keys().isdisjoint(_read(subject, rule)):
            continue
        for node, beside in alternatives(rule.when):
            if isinstance(node, _COMPARING):
                for name in sorted(_compared(node) & guards.keys()):
                    guard, source = guards[name]
                    if not subject.logic.grants(beside, guard):
                        what = f"'{name}' is worked out only where `{guard.source or 'its rules hold'}`"
                        yield Told(what, node.place, "say so here too, joined by 'and'", source.place)


def _read(subject: Subject, rule: Rule) -> frozenset[str]:
    return frozenset().union(*(expression.names_read(premise.tree) for premise in subject.of_rules[rule.id]))


def _guards(subject: Subject) -> dict[str, tuple[TruthNode, Rule]]:
    """The premise under which each quantity is worked out, where it is not worked out for everybody."""
    found: dict[str, list[Rule]] = {}
    for rule in subject.of("derives"):
        found.setdefault(rule.targets[0], []).append(rule)
    guards: dict[str, tuple[TruthNode, Rule]] = {}
    for name, rules in found.items():
        premises = [rule.when for rule in rules if rule.when is not None]
        if premises and len(premises) == len(rules):
            guards[name] = (premises[0] if len(premises) == 1 else AnyOf(items=tuple(premises)), rules[0])
    return guards


def _compared(node: Node) -> frozenset[str]:
    """The numbers a comparison rests on; `first` passes over what is not measured."""
    if isinstance(node, expression.Against):
        return frozenset({node.name})
    if isinstance(node, expression.Value):
        return frozenset({node.name})
    if isinstance(node, expression.First):
        return frozenset()
    return frozenset().union(*(_compared(child) for child in node.children()))


@check("OL524", Level.WARNING)
def denied_where_it_does_not_apply(subject: Subject) -> Iterator[Told]:
    """`not` stands before a comparison of a finding that does not apply to everybody.

    Avoid:
        when: not menopausal_status is postmenopausal
    Prefer:
        when: menopausal_status is not postmenopausal
    Why:
        Where the finding does not apply every comparison is false, so `not` makes it true: the rule holds for every
        man. `is not` stays false there.
    """
    for premise in subject.premises:
        if not isinstance(premise.tree, TruthNode):
            continue
        for node, beside in alternatives(premise.tree):
            if isinstance(node, Not):
                yield from _denied(subject, node, beside)


def _denied(subject: Subject, node: Not, beside: tuple[TruthNode, ...]) -> Iterator[Told]:
    item = node.item
    if not isinstance(item, (*_COMPARING, expression.OneOf)) or (isinstance(item, expression.OneOf) and item.field):
        return
    for name in sorted(expression.names_read(item)):
        finding = subject.kb.findings.get(name)
        if finding is None or finding.applies is None or subject.logic.grants(beside, finding.applies):
            continue
        hint = "write the opposite comparison"
        if isinstance(item, (expression.OneOf, expression.Against)):
            hint = f"write `{item.source.replace(' is ', ' is not ', 1)}`"
        what = f"`not` makes this true where '{name}' does not apply"
        yield Told(what, node.place, f"{hint}, or say `{finding.applies.source}` as well", finding.place)

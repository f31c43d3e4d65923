"""Records in which two values contradict: when what was shown of all others holds of them too.

What is shown of such a record is merged from several worlds, each of which is a record without that contradiction.
Of what is said in a report, some is said only if every world says it (a medicine that is recommended, a diagnosis that
is established), the rest if one of them does (an alert that is raised, a diagnosis that is not made, a referral). If a
question has at most one part of the second kind, and all it reads of the record is read the same in every world, then
one of the worlds answers it with yes where the record does: the world that makes that part true. So where no single
world can, no record can.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator, Sequence

from ...assessment.several import merging
from ...case.case import Prepared
from ...knowledge_base.model import KnowledgeBase
from ...premises import expression, propositions, statuses
from ...premises.expression import Contradicts, IsKnown, Not, Shown, TruthNode
from ...values.truth import Truth

_WEIGHED = frozenset({"likely", "possible", "open", "unlikely", statuses.NOT_CONSIDERED})
"""What is said of a diagnosis by its score."""
WORLDS = 3
"""So many worlds stand for any number: what is merged from more is merged from some of them."""


def plan_word(kind: str, words: Sequence[str]) -> str:
    """What the plan says of a measure of this kind where the worlds say this."""
    return merging.status(kind, ["" if one == statuses.ABSENT else one for one in words]) or statuses.ABSENT


def diagnosis_word(words: Sequence[str]) -> str:
    """What the differential says where the worlds say this."""
    present = ["" if one == statuses.NOT_CONSIDERED else one for one in words]
    return merging.standing(present) if any(present) else statuses.NOT_CONSIDERED


def alert_word(words: Sequence[str]) -> str:
    """What is said of an alert where the worlds say this: the most urgent of them."""
    order: list[str] = [statuses.ALERT[one] for one in (Truth.FALSE, Truth.UNKNOWN, Truth.TRUE)]
    return max(words, key=order.index)


def only_one_world(prepared: Prepared, node: TruthNode) -> bool:
    """Whether a question that no single world answers with yes is answered so by no record either."""
    kinds: set[str] = set()
    for part, wanted in _parts(node, True):
        if isinstance(part, Contradicts) and wanted:
            return False
        if isinstance(part, Shown):
            by_all, by_some = _said_by(prepared.kb, part, wanted)
            if not by_all and not by_some:
                return False
            if not by_all:
                kinds.add(part.of)
    firm = kinds <= {"diagnosis"}  # of what the patient has only firm worlds speak, and the record as it is is one
    needed = _needed(prepared.kb, node, True)
    return needed <= 1 and not any(_reads(prepared, part) & changed(prepared, firm) for part in _read(node))


def _needed(kb: KnowledgeBase, node: TruthNode, wanted: bool) -> int:
    """How many parts that some world alone may say a question needs at once; of alternatives one is enough."""
    if isinstance(node, Not):
        return _needed(kb, node.item, not wanted)
    if isinstance(node, expression.JUNCTIONS):
        each = [_needed(kb, item, wanted) for item in node.children() if isinstance(item, TruthNode)]
        one_is_enough = isinstance(node, expression.AnyOf if wanted else expression.All)
        return max(each, default=0) if one_is_enough else sum(each)
    if not isinstance(node, Shown) or _said_by(kb, node, wanted)[0]:
        return 0
    return 1 if wanted is not node.negated else len(node.members)


def no_entry_matters(prepared: Prepared, node: TruthNode) -> bool:
    """Whether it is enough to look at records in which no number is entered that is far from what gives it as well.

    Such a number contradicts, so that a world without it is looked at too; or no rule that decides tells it from the
    other, and a record without it shows the same: all but whether something is waited for, and what scores say.
    """
    for part, wanted in _parts(node, True):
        if isinstance(part, Shown):
            said = part.words if wanted is not part.negated else frozenset(statuses.WORDS[part.of]) - part.words
            waiting = len({"recommended", "conditional"} & said) == 1
            pursued = len({"undetermined", statuses.ABSENT} & said) == 1 and part.of == "status"
            if waiting or pursued:
                return False
    return only_one_world(prepared, node)


def widened(node: TruthNode, wanted: bool = True) -> TruthNode:
    """A question that is answered with yes at least as often, and does not go by what scores say of a diagnosis."""
    if isinstance(node, Not):
        return Not(item=widened(node.item, not wanted))
    if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
        return dataclasses.replace(node, items=tuple(widened(item, wanted) for item in node.items))
    if not isinstance(node, Shown) or node.of != "diagnosis":
        return node
    said = node.words if wanted is not node.negated else frozenset(statuses.WORDS[node.of]) - node.words
    return dataclasses.replace(node, words=said | _WEIGHED, negated=not wanted) if said & _WEIGHED else node


def _read(node: TruthNode) -> Iterator[TruthNode]:
    """What a question asks of the record."""
    return (part for part, _ in _parts(node, True) if not isinstance(part, Shown))


def _parts(node: TruthNode, wanted: bool) -> Iterator[tuple[TruthNode, bool]]:
    """The parts of a question that join nothing, and whether each must hold or must not."""
    if isinstance(node, Not):
        yield from _parts(node.item, not wanted)
    elif isinstance(node, expression.JUNCTIONS):
        for item in node.children():
            if isinstance(item, TruthNode):
                yield from _parts(item, wanted)
    else:
        yield node, wanted


def _said_by(kb: KnowledgeBase, shown: Shown, wanted: bool) -> tuple[bool, bool]:
    """Whether a report says this only where every world does, and only where some world does."""
    every = statuses.WORDS[shown.of]
    said = frozenset(every) & shown.words if wanted is not shown.negated else frozenset(every) - shown.words
    if shown.of == "caution":  # given as soon as one world cautions against what another holds
        return said == {statuses.ABSENT}, said == {statuses.ABSENT}
    by_all = by_some = True
    for merge in _merges(kb, shown):
        for words in itertools.combinations_with_replacement(every, WORLDS):
            if merge(words) in said:
                by_all = by_all and said.issuperset(words)
                by_some = by_some and not said.isdisjoint(words)
    return by_all, by_some


def _merges(kb: KnowledgeBase, shown: Shown) -> list[Callable[[Sequence[str]], str]]:
    if shown.of == "status":
        return [functools.partial(plan_word, kind) for kind in {kb.interventions[one].kind for one in shown.members}]
    return [alert_word if shown.of == "alert" else diagnosis_word]


def changed(prepared: Prepared, firm: bool) -> frozenset[str]:
    """The findings and quantities that may be otherwise in another world.

    What was entered may be withdrawn; in a world that only speaks for what may harm, also what it was worked out from.
    """
    kb, reads = prepared.kb, prepared.plan.reads
    found = {name for name, rules in prepared.plan.derive.items() if rules and name in kb.quantities}
    found |= {finding.id for finding in kb.findings.values() if finding.stand_in}
    if not firm:
        waiting = list(found)
        while waiting:
            for name in reads.get(waiting.pop(), ()):
                finding = kb.findings.get(name)
                if name not in found and name != "age" and (finding is None or finding.form == "number"):
                    found.add(name)
                    waiting.append(name)
    return frozenset(found)


def _reads(prepared: Prepared, node: TruthNode) -> frozenset[str]:
    """All findings and quantities that the truth of a part can rest on."""
    kb, found = prepared.kb, set[str]()
    seen: set[str] = set()
    ahead: list[expression.Node] = [node]
    while ahead:
        one = ahead.pop()
        found |= expression.names_read(one) | ({one.name} if isinstance(one, IsKnown) else set())
        for atom in expression.atoms_read(one) - seen:
            seen.add(atom)
            ahead += [rule.when for rule in prepared.rules.get(atom, ()) if rule.when is not None]
            scale = kb.scales.get(propositions.scale_of(atom))
            if scale is not None and scale.applies is not None:
                ahead.append(scale.applies)
    reads = prepared.plan.reads
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        finding = kb.findings.get(name)
        behind = set(reads.get(name, ()))
        if finding is not None and finding.indicated is not None and finding.id not in seen:
            seen.add(finding.id)
            behind |= _reads(prepared, finding.indicated)
        if finding is not None:
            behind |= {read for case in finding.ranges if case.when for read in expression.names_read(case.when)}
        waiting += behind - found
        found |= behind
    return frozenset(found)

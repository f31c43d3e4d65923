"""Records in which two values contradict: when what was shown of all others holds of them too.

What is shown of such a record is merged from several worlds, each of which is a record without that contradiction.
Of what is said in a report, some is said only if every world says it (a medicine that is recommended, a diagnosis that
is established), the rest if one of them does (an alert that is raised, a diagnosis that is not made, a referral). If a
question has at most one part of the second kind, and all it reads of the record is read the same in every world, then
one of the worlds answers it with yes where the record does: the world that makes that part true. So where no single
world can, no record can.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...assessment import merging
from ...case.case import Prepared
from ...inference import values
from ...knowledge_base.model import KnowledgeBase
from ...premises import expression
from ...premises.expression import IsKnown, Not, Shown, TruthNode

_PERMITTING = frozenset({"recommended", "conditional"})
_MADE = frozenset({"established", "contradictory"})


def only_one_world(prepared: Prepared, node: TruthNode) -> bool:
    """Whether a question that no single world answers with yes is answered so by no record either."""
    parts = list(_parts(node, True))
    some = [shown for shown, said in parts if isinstance(shown, Shown) and not _said_by_all(prepared.kb, shown, said)]
    read = [part for part, _ in parts if not isinstance(part, Shown)]
    firm = all(one.of == "diagnosis" for one in some)
    changing = changed(prepared.kb, firm)
    return len(some) <= 1 and not any(_reads(prepared, part) & changing for part in read)


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


def _said_by_all(kb: KnowledgeBase, shown: Shown, wanted: bool) -> bool:
    """Whether a report says this only where every world does."""
    said = wanted is not shown.negated
    if shown.of == "status":
        looking = any(kb.interventions[one].kind in merging.LOOKING for one in shown.members)
        return said and shown.words <= _PERMITTING and shown.words != {"conditional"} and not looking
    if shown.of == "diagnosis":
        return said and shown.words <= _MADE and len(shown.words - _MADE) == 0 and "established" in shown.words
    if shown.of == "alert":
        return not said and "raised" in shown.words
    return False


def changed(kb: KnowledgeBase, firm: bool) -> frozenset[str]:
    """The findings and quantities that may be otherwise in another world.

    What was entered may be withdrawn; in a world that only speaks for what may harm, also what it was worked out from.
    """
    found = {name for name in values.derive_rules(kb) if name in kb.quantities}
    found |= {finding.id for finding in kb.findings.values() if finding.stand_in}
    if not firm:
        reads = values.dependencies(kb)
        waiting = list(found)
        while waiting:
            for name in reads.get(waiting.pop(), ()):
                finding = kb.findings.get(name)
                if name not in found and name != "age" and (finding is None or finding.type == "number"):
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
            scale = kb.scales.get(atom.split(" >= ")[0].removesuffix(" applies"))
            if scale is not None and scale.applies is not None:
                ahead.append(scale.applies)
    reads = values.dependencies(kb)
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



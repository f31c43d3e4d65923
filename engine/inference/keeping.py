"""The compiled network as text and back, so that a start need not compile the knowledge base again.

What a patient reaches is opened when it is reached: each condition is a line of its own, and of each rule's premise
only the literals of its parts are kept, in the order in which they are walked.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..knowledge_base.model import KnowledgeBase
from ..knowledge_base.store import coding
from ..values.value import Gap
from .ground import Ground, Production
from .productions import Productions
from .rules_by import RulesBy
from .working_memory import Plan, parts_of

_NONE = -1


def dump(plan: Plan) -> bytes:
    """A compiled knowledge base, without the knowledge base: what holds it together, then a leaf a line."""
    compiled = plan.productions
    nodes = compiled.nodes
    head = {
        "atoms": compiled.ground.atoms,
        "productions": compiled.ground.productions,
        "leaves": list(compiled.leaves),
        "literals": {
            rule.id: [nodes.get(part, _NONE) for part in parts_of(rule)]
            for rule in plan.kb.rules.values()
            if rule.id in compiled.premises
        },
        "answered": dict(compiled.answered),
        "propositions": dict(compiled.propositions),
        "premises": dict(compiled.premises),
        "always": compiled.always,
        "order": plan.order,
        "reads": {name: sorted(read) for name, read in plan.reads.items() if read},
        "derive": {name: [rule.id for rule in rules] for name, rules in plan.derive.items()},
        "readers": dict(plan.readers),
        "blank": list(plan.blank.items()),
        "gaps": {name: gap.value for name, gap in plan.gaps.items()},
        "valued": sorted(plan.valued),
    }
    return coding.bound(head, coding.dump_trees(compiled.leaves.values()))


def restore(kb: KnowledgeBase, kept: bytes) -> Plan:
    """The compiled knowledge base that was kept.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: for anything else than `dump` made of this knowledge base.
    """
    head, spans = coding.unbound(kept)
    compiled = Productions(
        Ground(
            tuple(head["atoms"]),
            tuple([Production._make((name, tuple(premises), end)) for name, premises, end in head["productions"]]),
        ),
        coding.restore_trees(kept, dict(zip(head["leaves"], spans, strict=True))),
        head["answered"],
        head["propositions"],
        head["premises"],
        head["always"],
    )
    return Plan(
        kb,
        compiled,
        tuple(head["order"]),
        _reads(head["order"], head["reads"]),
        RulesBy(head["derive"], kb.rules.__getitem__),
        head["readers"],
        dict(head["blank"]),
        {name: Gap(value) for name, value in head["gaps"].items()},
        frozenset(head["valued"]),
        {},
        head["literals"],
    )


def _reads(order: list[str], kept: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    nothing: frozenset[str] = frozenset()
    return {name: frozenset(kept[name]) if name in kept else nothing for name in order}

"""The compiled network as plain JSON and back, so that a start need not compile the knowledge base again.

Nodes are not written: each premise of the knowledge base is walked in its order, and for each of its parts the literal
that stands for it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..knowledge_base.model import KnowledgeBase
from ..language.expression import TruthNode
from .ground import Ground, Production
from .productions import Productions, reported
from .values import derive_rules
from .working_memory import Plan

_NONE = -1


def _parts(kb: KnowledgeBase, with_reports: list[str]) -> Iterator[TruthNode]:
    """Every part of every premise that is compiled, always in the same order."""
    for rule in kb.rules.values():
        if rule.when is not None and rule.verb != "derives":
            yield from _truths(rule.when)
    for scale in kb.scales.values():
        if scale.applies is not None:
            yield from _truths(scale.applies)
    for finding in kb.findings.values():
        if finding.indicated is not None:
            yield from _truths(finding.indicated)
    for condition in with_reports:
        yield reported(condition)


def _truths(premise: TruthNode) -> Iterator[TruthNode]:
    return (part for part in premise.walk() if isinstance(part, TruthNode))


def dump(prepared: Plan) -> dict[str, Any]:
    """A compiled knowledge base, without the knowledge base."""
    compiled = prepared.productions
    reports = [condition for condition in prepared.kb.conditions if reported(condition) in compiled.nodes]
    atoms = {leaf: atom for atom, leaf in compiled.leaves.items()}
    literals: list[int] = []
    leaves: list[list[int]] = []
    for index, part in enumerate(_parts(prepared.kb, reports)):
        literals.append(compiled.nodes.get(part, _NONE))
        if part in atoms:
            leaves.append([index, atoms.pop(part)])
    return {
        "atoms": compiled.ground.atoms,
        "productions": [[one.name, one.conclusion, *one.premises] for one in compiled.ground.productions],
        "literals": literals,
        "leaves": leaves,
        "reports": reports,
        "answered": dict(compiled.answered),
        "propositions": dict(compiled.propositions),
        "premises": dict(compiled.premises),
        "always": compiled.always,
        "order": prepared.order,
        "reads": {name: sorted(read) for name, read in prepared.reads.items()},
        "readers": {name: list(atoms) for name, atoms in prepared.readers.items()},
        "blank": list(prepared.blank.items()),
    }


def restore(kb: KnowledgeBase, kept: Any) -> Plan:
    """The compiled knowledge base that was kept.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: for anything else than `dump` made of this knowledge base.
    """
    parts = list(_parts(kb, kept["reports"]))
    literals = {
        id(part): (part, None if literal == _NONE else literal)
        for part, literal in zip(parts, kept["literals"], strict=True)
    }
    compiled = Productions(
        Ground(
            tuple(kept["atoms"]),
            tuple(Production(name, tuple(rest), conclusion) for name, conclusion, *rest in kept["productions"]),
        ),
        {atom: parts[index] for index, atom in kept["leaves"]},
        kept["answered"],
        kept["propositions"],
        kept["premises"],
        kept["always"],
    )
    return Plan(
        kb,
        compiled,
        tuple(kept["order"]),
        {name: frozenset(read) for name, read in kept["reads"].items()},
        derive_rules(kb),
        {name: tuple(atoms) for name, atoms in kept["readers"].items()},
        dict(kept["blank"]),
        literals,
    )

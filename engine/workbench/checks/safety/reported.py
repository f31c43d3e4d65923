"""Whether what protects hears of a disease however it is known: reported, or concluded by the program itself."""

from __future__ import annotations

from collections.abc import Iterator

from ....knowledge_base.verbs import CARE, SAFETY
from ....premises import expression, propositions
from ....premises.expression import Node, TruthNode
from ....values.problems import Level
from ..check import Told, check
from ..subject import Subject


@check("OL509", Level.ERROR)
def reported_only(subject: Subject) -> Iterator[Told]:
    """A rule that protects hears of a disease only when somebody reports it, though rules can conclude it.

    Avoid:
        contraindicates: pth_analog
        when: conditions has paget_disease
    Prefer:
        contraindicates: pth_analog
        when: diagnosed(paget_disease)
    Why:
        The program would establish the disease and recommend in the same report what it forbids. `diagnosed` holds
        for what was reported, for what rules conclude, and for kinds of the disease. Under `not` a report is what
        clears the patient, and may be read alone.
    """
    for rule in subject.of(*SAFETY, *CARE):
        if rule.when is None:
            continue
        heard = expression.atoms_read(rule.when)
        for node in _speaking_for(rule.when):
            atoms = {name: propositions.diagnosed(name) for name in sorted(_illnesses(node))}
            concluded = [name for name, atom in atoms.items() if atom in subject.concluding and atom not in heard]
            if concluded:
                ways = " or ".join(propositions.diagnosed(name) for name in concluded)
                what = f"'{rule.id}' hears of {' and '.join(concluded)} only when reported, and rules can conclude it"
                hint = f"write `{ways}`" if isinstance(node, expression.Has) else f"add `or {ways}`"
                yield Told(what, node.place, hint, subject.concluding[atoms[concluded[0]]][0].place)


def _speaking_for(tree: TruthNode) -> Iterator[TruthNode]:
    """Every part of a premise that makes it true by being true."""
    waiting: list[tuple[Node, bool]] = [(tree, True)]
    while waiting:
        node, positive = waiting.pop(0)
        if isinstance(node, TruthNode) and positive:
            yield node
        if isinstance(node, expression.JUNCTIONS):
            turned = positive is not isinstance(node, expression.Not)
            waiting += [(child, turned) for child in node.children()]


def _illnesses(node: TruthNode) -> frozenset[str]:
    """The members of the list of illnesses that a part of a premise looks for."""
    if isinstance(node, expression.Has) and node.name == "conditions":
        return node.members
    if isinstance(node, expression.Quantified) and node.name == "conditions" and node.quantifier != "no":
        parts = node.where.walk() if node.where is not None else ()
        return frozenset().union(*(part.members for part in parts if isinstance(part, expression.OneOf)))
    return frozenset()

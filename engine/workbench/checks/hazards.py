"""Whether the rules hold what labels and guidelines say against medicines, and whether all that is taken down is used."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import NamedTuple

from ...inference import productions
from ...knowledge_base.model import ChoiceSet, Finding, Hazard, Rule
from ...language.expression import (
    Aggregate,
    All,
    AnyOf,
    Has,
    Not,
    OneOf,
    Proposition,
    Quantified,
    TruthNode,
    atoms_read,
    names_read,
)
from ...language.problems import Level
from .check import Told, check
from .subject import Subject, about

_VERBS = {
    "bars": ("contraindicates",),
    "defers": ("defers", "contraindicates"),
    "cautions": ("cautions", "defers", "contraindicates"),
}
"""The verbs of rules that do what a hazard demands, or more."""

_DEEPEST = 6


class Meant(NamedTuple):
    """One of the things a hazard speaks of: its name, and the premise that holds where it is there."""

    name: str
    premise: TruthNode


@check("OL507", Level.ERROR)
def hazard_without_rule(subject: Subject) -> Iterator[Told]:
    """Something that a label or a guideline holds against a medicine has no rule that acts on it.

    Avoid:
        # knowledge/hazards/kidney.yaml
        dialysis: {reads: conditions, members: [dialysis], effect: bars, for: [alendronate, zoledronate], ...}
        # and only one rule: contraindicates: alendronate, when: conditions has dialysis
    Prefer:
        # the rule for both
        contraindicates: [alendronate, zoledronate]
        when: conditions has dialysis
    Why:
        A patient who has what is written down as a harm is offered the medicine all the same. A rule that asks for more
        beside it, or that does less than the hazard says, leaves some of them out.
    """
    for hazard in subject.kb.hazards.values():
        if hazard.effect == "none" or hazard.withdrawn:
            continue
        lacking: dict[str, list[str]] = {}
        for meant in _meant(subject, hazard):
            left = [name for name in _medicines(subject, hazard) if not _held(subject, hazard, meant, name)]
            if left:
                lacking.setdefault(", ".join(left), []).append(meant.name)
        for medicines, names in lacking.items():
            what = f"no rule {hazard.effect} {medicines} whenever it reads {', '.join(names)}"
            yield Told(what, hazard.place, _missing(subject, hazard, medicines.split(", ")), _near(subject, hazard))


def _missing(subject: Subject, hazard: Hazard, medicines: list[str]) -> str:
    verb = _VERBS[hazard.effect][0]
    near = _near_rules(subject, hazard, medicines)
    written = f"write a rule with '{verb}: {', '.join(medicines)}' that needs nothing beside it"
    return f"{written}; {', '.join(near)} only with more" if near else written


def _near(subject: Subject, hazard: Hazard) -> None:
    return None


def _near_rules(subject: Subject, hazard: Hazard, medicines: list[str]) -> list[str]:
    """The rules that read some of it, and yet do not act on all of it."""
    found = []
    for rule in subject.of(*_VERBS[hazard.effect]):
        if rule.when is not None and set(medicines) & set(rule.members) and hazard.reads in names_read(rule.when):
            found.append(rule.id)
    return found[:2]


def _medicines(subject: Subject, hazard: Hazard) -> list[str]:
    """The interventions a hazard speaks against, its classes expanded, in the order of the files."""
    kb = subject.kb
    wanted: set[str] = set(hazard.medicines)
    for name in hazard.medicines:
        for choice in (kb.choices.get("medicines"), kb.choices.get("interventions")):
            wanted |= (choice.expand(name) if choice is not None else None) or frozenset()
    return [name for name in kb.interventions if name in wanted]


# --- what a hazard speaks of ------------------------------------------------------------------------------------------


def _meant(subject: Subject, hazard: Hazard) -> Iterator[Meant]:
    if hazard.when is not None:
        yield from _alternatives(hazard.when)
    elif not hazard.members:
        yield Meant(hazard.reads, _plain(subject, hazard))
    else:
        choice = _choice(subject, "conditions" if hazard.reads == "diagnosed" else hazard.reads)
        for label in hazard.members:
            for name in sorted((choice.expand(label) if choice is not None else None) or {label}):
                yield from _of_member(subject, hazard, name)


def _of_member(subject: Subject, hazard: Hazard, name: str) -> Iterator[Meant]:
    """A member where it is answered or listed; a diagnosis also wherever rules conclude it."""
    finding = subject.kb.findings.get(hazard.reads)
    if hazard.reads != "diagnosed":
        members = frozenset({name})
        listed = finding is not None and finding.type == "records"
        kind = Has(name=hazard.reads, members=members) if listed else OneOf(name=hazard.reads, members=members)
        yield Meant(name, kind)
        return
    yield Meant(name, Has(name="conditions", members=frozenset({name})))
    if subject.concluding.get(f"diagnosed({name})"):
        yield Meant(f"diagnosed({name})", Proposition(atom=f"diagnosed({name})"))


def _plain(subject: Subject, hazard: Hazard) -> TruthNode:
    from ...language.expression import IsYes

    if hazard.reads in subject.kb.findings:
        return IsYes(name=hazard.reads)
    return Proposition(atom=hazard.reads)


def _choice(subject: Subject, name: str) -> ChoiceSet | None:
    finding = subject.kb.findings.get(name)
    if finding is None:
        return None
    field = finding.fields.get(finding.key)
    return subject.kb.choices.get(field.choices if field is not None else finding.choices)


def _alternatives(node: TruthNode, beside: tuple[TruthNode, ...] = ()) -> Iterator[Meant]:
    """Each way in which a premise can hold: its alternatives, member by member."""
    for parts in _ways(node):
        whole = parts[0] if len(parts) == 1 else All(items=parts)
        yield Meant(_said(parts), whole)


def _ways(node: TruthNode) -> list[tuple[TruthNode, ...]]:
    if isinstance(node, AnyOf):
        return [way for item in node.items for way in _ways(item)]
    if isinstance(node, All):
        found: list[tuple[TruthNode, ...]] = [()]
        for item in node.items:
            found = [(*before, *way) for before in found for way in _ways(item)]
        return found
    if isinstance(node, Has):
        return [(dataclasses.replace(node, members=frozenset({name})),) for name in sorted(node.members)]
    if isinstance(node, Quantified) and node.quantifier == "any" and node.where is not None:
        return [
            (dataclasses.replace(node, where=way[0] if len(way) == 1 else All(items=way)),) for way in _ways(node.where)
        ]
    if isinstance(node, OneOf) and not node.negated:
        return [(dataclasses.replace(node, members=frozenset({name})),) for name in sorted(node.members)]
    return [(node,)]


def _said(parts: tuple[TruthNode, ...]) -> str:
    names: list[str] = []
    for part in parts:
        members = [name for node in part.walk() for name in getattr(node, "members", ())]
        names.append(" with ".join(dict.fromkeys(members)) or getattr(part, "source", "") or "it")
    return " and ".join(dict.fromkeys(names))


# --- whether a rule acts on it ----------------------------------------------------------------------------------------


def _held(subject: Subject, hazard: Hazard, meant: Meant, medicine: str) -> bool:
    rules = [rule for rule in subject.of(*_VERBS[hazard.effect]) if medicine in rule.members and rule.when is not None]
    return any(rule.when is not None and _secures(subject, meant.premise, rule.when) for rule in rules)


def _secures(subject: Subject, given: TruthNode, wanted: TruthNode, depth: int = _DEEPEST) -> bool:
    """Whether what is given is enough for a premise, seen through the rules of the states and diagnoses it reads."""
    if not depth:
        return False
    if subject.logic.grants((given,), wanted):
        return True
    if isinstance(wanted, All):
        return all(_secures(subject, given, item, depth) for item in wanted.items)
    if isinstance(wanted, AnyOf):
        return any(_secures(subject, given, item, depth) for item in wanted.items)
    if isinstance(wanted, Quantified):
        return _listed(subject, given, wanted)
    if isinstance(wanted, Proposition):
        return any(_secures(subject, given, premise, depth - 1) for premise in _behind(subject, wanted.atom))
    return False


def _behind(subject: Subject, atom: str) -> Iterator[TruthNode]:
    """The premises by which a proposition holds; a diagnosis also where it is reported."""
    yield from (rule.when for rule in subject.concluding.get(atom, ()) if rule.when is not None)
    if atom.startswith("diagnosed(") and "conditions" in subject.kb.findings:
        yield productions.reported(subject.kb, about(atom))


def _listed(subject: Subject, given: TruthNode, wanted: Quantified) -> bool:
    """Who has it now has had it."""
    finding = subject.kb.findings.get(wanted.name)
    parts = given.items if isinstance(given, All) else (given,)
    for part in parts:
        if isinstance(part, Has) and part.name == wanted.name and wanted.quantifier == "any" and finding is not None:
            entry = OneOf(name=finding.key, members=part.members, field=True)
            if wanted.where is None or subject.logic.implies(entry, wanted.where):
                return True
    return False


# --- what is taken down and used by nothing ---------------------------------------------------------------------------


@check("OL508", Level.ERROR)
def taken_down_and_not_used(subject: Subject) -> Iterator[Told]:
    """Something that a patient file can say, and that neither a rule nor a hazard reads.

    Avoid:
        jaw_bone_dead: {label: dead bone in the jaw}    # a member of the imaging findings, and no rule reads it
    Prefer:
        # a rule that reads it, or, where nothing follows, a hazard that says why
        skin_diseases: {reads: conditions, members: [psoriasis, eczema], effect: none, because: ..., ...}
    Why:
        It is asked for and repeated, and changes nothing; who reported it believes that it was weighed.
    """
    read = _everything_read(subject)
    offered: dict[str, list[str]] = {}
    for finding in subject.kb.findings.values():
        choice = _choice(subject, finding.id)
        if choice is not None and not finding.kept_because:
            offered.setdefault(choice.id, []).append(finding.id)
    for name, findings in offered.items():
        for member in subject.kb.choices[name].members.values():
            used = member.id in subject.kb.interventions or any((one, member.id) in read for one in findings)
            if not used:
                hint = "write a rule that reads it, or a hazard with 'effect: none' that says why nothing follows"
                yield Told(f"no rule and no hazard reads '{member.id}' of '{findings[0]}'", member.place, hint)


def _everything_read(subject: Subject) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for premise in subject.premises:
        for node in premise.nodes:
            if isinstance(node, Has):
                found |= {(node.name, member) for member in node.members}
            elif isinstance(node, OneOf) and not node.field:
                found |= {(node.name, member) for member in _chosen(subject, node)}
            elif isinstance(node, Not) and isinstance(node.item, OneOf) and not node.item.field:
                found |= {(node.item.name, member) for member in _all_of(subject, node.item.name)}
            elif isinstance(node, (Quantified, Aggregate)):
                found |= {(node.name, member) for member in _of_entries(subject, node)}
            elif isinstance(node, Proposition) and node.atom.startswith("diagnosed("):
                found |= {("conditions", member) for member in productions.reported(subject.kb, about(node.atom)).members}
    for hazard in subject.kb.hazards.values():
        name = "conditions" if hazard.reads == "diagnosed" else hazard.reads
        choice = _choice(subject, name)
        for label in hazard.members:
            found |= {(name, member) for member in (choice.expand(label) if choice is not None else None) or ()}
    return found


def _chosen(subject: Subject, node: OneOf) -> frozenset[str]:
    return _all_of(subject, node.name) if node.negated else node.members


def _all_of(subject: Subject, name: str) -> frozenset[str]:
    finding = subject.kb.findings.get(name)
    choice = subject.kb.choices.get(finding.choices) if finding is not None else None
    return frozenset(choice.members) if choice is not None else frozenset()


def _of_entries(subject: Subject, node: Quantified | Aggregate) -> set[str]:
    """The members of which entries are looked for; all that the list can name, where any entry will do."""
    finding = subject.kb.findings.get(node.name)
    if finding is None:
        return set()
    found: set[str] = set()
    named = False
    for part, denied in _parts(node.where):
        if isinstance(part, OneOf) and part.field:
            found |= part.members
            named = named or (part.name == finding.key and not denied and not part.negated)
    if not named:
        choice = _choice(subject, finding.id)
        found |= {*choice.members} if choice is not None else set()
    return found


def _parts(node: TruthNode | None) -> Iterator[tuple[TruthNode, bool]]:
    """Each part of a premise, and whether it stands under a denial."""
    waiting = [(node, False)] if node is not None else []
    while waiting:
        part, denied = waiting.pop()
        yield part, denied
        below = not denied if isinstance(part, Not) else denied
        waiting += [(child, below) for child in part.children() if isinstance(child, TruthNode)]

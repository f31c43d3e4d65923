"""Whether the rules do what labels and guidelines demand of medicines, and whether all that is taken down is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ....inference import productions
from ....knowledge_base.model import ChoiceSet, Hazard, Rule
from ....knowledge_base.verbs import as_strict
from ....premises import propositions
from ....premises.expression import (
    Against,
    Aggregate,
    All,
    AnyOf,
    Has,
    IsYes,
    Node,
    Not,
    OneOf,
    Proposition,
    Quantified,
    TruthNode,
    Value,
    atoms_read,
    names_read,
)
from ....values.problems import Level
from ..check import Told, check
from ..logic.logic import conjuncts
from ..subject import Subject, about

VERBS = {
    "bars": as_strict("contraindicates"),
    "defers": as_strict("defers"),
    "cautions": as_strict("cautions"),
}
"""The verbs of rules that do what an effect demands, or more."""


class Way(NamedTuple):
    """One of the ways in which a hazard can be there: what it is called, and the premise that then holds."""

    name: str
    premise: TruthNode


@check("OL507", Level.ERROR)
def hazard_without_rule(subject: Subject) -> Iterator[Told]:
    """What a label or a guideline holds against a medicine has no rule that acts on it.

    Avoid:
        # knowledge/hazards/kidney.yaml
        kidney_failure: {reads: conditions, members: [dialysis], effect: bars, for: [alendronate, zoledronate]}
        # and in rules/ only: contraindicates: alendronate, when: conditions has dialysis
    Prefer:
        contraindicates: [alendronate, zoledronate]
        when: conditions has dialysis
    Why:
        Whoever has it is offered the medicine all the same. A rule that wants more beside it leaves some of them out,
        and one that reads only what was reported leaves out those in whom it was concluded.
    """
    securing: dict[TruthNode, _Securing] = {}
    for hazard in subject.kb.hazards.values():
        if hazard.effect == "none" or hazard.withdrawn:
            continue
        named, rules = medicines(subject, hazard), acting(subject, hazard)
        lacking: dict[tuple[str, ...], list[Way]] = {}
        for way in ways(subject, hazard):
            if way.premise not in securing:
                securing[way.premise] = _Securing(subject, way.premise)
            protected = _acted_on(securing[way.premise], rules)
            left = tuple(name for name in named if name not in protected)
            if left:
                lacking.setdefault(left, []).append(way)
        for left, open_ways in lacking.items():
            spoken = ", ".join(hazard.medicines if left == named else left)
            near = _nearest(subject, hazard, left, open_ways)
            names = ", ".join(dict.fromkeys(way.name for way in open_ways))
            what = f"no rule {hazard.effect} {spoken} wherever there is {names}"
            hint = f"write one with '{VERBS[hazard.effect][0]}' that wants nothing beside it"
            if near is not None:
                hint = f"{hint}; '{near.id}' acts on part of it"
            yield Told(what, hazard.place, hint, near.place if near is not None else None)


def medicines(subject: Subject, hazard: Hazard) -> tuple[str, ...]:
    """The interventions a hazard speaks against, its classes expanded, in the order of the files."""
    kb = subject.kb
    wanted = set(hazard.medicines)
    for choice in (kb.choices.get("medicines"), kb.choices.get("interventions")):
        for name in hazard.medicines if choice is not None else ():
            wanted |= (choice.expand(name) if choice is not None else None) or frozenset()
    return tuple(name for name in kb.interventions if name in wanted)


def _nearest(subject: Subject, hazard: Hazard, left: Iterable[str], open_ways: Iterable[Way]) -> Rule | None:
    """A rule about one of the medicines that reads some of it, and yet does not act on all of it."""
    wanted = frozenset(left)
    read = {word for way in open_ways for word in _words(way.premise)}
    for rule in subject.of(*VERBS[hazard.effect]):
        if rule.when is not None and wanted & {*rule.members} and read & {*_words(rule.when)}:
            return rule
    return None


def _words(tree: TruthNode) -> Iterator[str]:
    """The members a premise reads, the numbers and the propositions, but not the lists that members stand in."""
    for node in tree.walk():
        yield from getattr(node, "members", ())
        if isinstance(node, (Value, Against, IsYes)):
            yield node.name
        elif isinstance(node, Proposition):
            yield node.atom


# --- the ways in which a hazard can be there --------------------------------------------------------------------------


def ways(subject: Subject, hazard: Hazard) -> Iterator[Way]:
    """Each way in which a hazard can be there; a rule has to act on every one."""
    if hazard.when is not None:
        for parts in _alternatives(hazard.when):
            yield Way(_said(parts), _joined(parts))
    elif not hazard.members:
        yes = hazard.reads in subject.kb.findings
        yield Way(hazard.reads, IsYes(name=hazard.reads) if yes else Proposition(atom=hazard.reads))
    else:
        choice = _choice(subject, hazard.reads)
        for label in hazard.members:
            for name in sorted((choice.expand(label) if choice is not None else None) or {label}):
                yield from _of_member(subject, hazard, name)


def _of_member(subject: Subject, hazard: Hazard, name: str) -> Iterator[Way]:
    """A member that is answered or listed; a diagnosis also where rules conclude it."""
    finding = subject.kb.findings.get("conditions" if hazard.reads == "diagnosed" else hazard.reads)
    if finding is None:
        return
    members = frozenset({name})
    listed = finding.form == "records"
    yield Way(name, Has(name=finding.id, members=members) if listed else OneOf(name=finding.id, members=members))
    atom = propositions.diagnosed(name)
    if hazard.reads == "diagnosed" and subject.concluding.get(atom):
        yield Way(atom, Proposition(atom=atom))


def _choice(subject: Subject, name: str) -> ChoiceSet | None:
    """What the answers to a finding are chosen from; of a list, what its entries name."""
    finding = subject.kb.findings.get("conditions" if name == "diagnosed" else name)
    if finding is None:
        return None
    field = finding.fields.get(finding.key)
    return subject.kb.choices.get(field.choices if field is not None else finding.choices)


def _alternatives(node: TruthNode) -> list[tuple[TruthNode, ...]]:
    """The parts that hold together in each of the ways a premise can hold, member by member."""
    if isinstance(node, AnyOf):
        return [way for item in node.items for way in _alternatives(item)]
    if isinstance(node, All):
        found: list[tuple[TruthNode, ...]] = [()]
        for item in node.items:
            found = [(*before, *way) for before in found for way in _alternatives(item)]
        return found
    if isinstance(node, Has) or (isinstance(node, OneOf) and not node.negated):
        return [(dataclasses.replace(node, members=frozenset({name})),) for name in sorted(node.members)]
    if isinstance(node, Quantified) and node.quantifier == "any" and node.where is not None:
        return [(dataclasses.replace(node, where=_joined(way)),) for way in _alternatives(node.where)]
    return [(node,)]


def _joined(parts: Sequence[TruthNode]) -> TruthNode:
    return parts[0] if len(parts) == 1 else All(items=tuple(parts))


def _said(parts: Iterable[TruthNode]) -> str:
    """The members that the parts are about; where they name none, how the author put them."""
    said: list[str] = []
    for part in parts:
        members = [member for node in part.walk() for member in sorted(getattr(node, "members", ()))]
        said.append(" with ".join(dict.fromkeys(members)) or f"'{part.source}'")
    return " and ".join(dict.fromkeys(said))


# --- whether a rule acts on it ----------------------------------------------------------------------------------------


def acted_on(subject: Subject, hazard: Hazard, way: Way) -> frozenset[str]:
    """The medicines about which one rule does what the hazard demands, or more, wherever it is there in this way."""
    return _acted_on(_Securing(subject, way.premise), acting(subject, hazard))


Acting = Sequence[tuple[TruthNode, frozenset[str]]]
"""The premises of rules that do what a hazard demands, or more, each with those of its medicines that it is about."""


def acting(subject: Subject, hazard: Hazard) -> Acting:
    wanted = frozenset(medicines(subject, hazard))
    about_them = ((rule.when, wanted.intersection(rule.members)) for rule in subject.of(*VERBS[hazard.effect]))
    return [(when, named) for when, named in about_them if named and when is not None]


def _acted_on(securing: _Securing, rules: Acting) -> frozenset[str]:
    found = frozenset[str]()
    for when, named in rules:
        if not named <= found and securing.holds(when):
            found |= named
    return found


def secures(subject: Subject, way: Way, rule: Rule) -> bool:
    """Whether a rule holds wherever a hazard is there in this way."""
    return rule.when is not None and _Securing(subject, way.premise).holds(rule.when)


class _Securing:
    """What holds wherever a premise does, through the states and diagnoses that are read; each part looked at once."""

    def __init__(self, subject: Subject, given: TruthNode) -> None:
        self.subject, self.given = subject, given
        self._read = _told_by(subject, given)
        self._plain = not any(isinstance(part, (AnyOf, Proposition)) for part in conjuncts(given))
        """Given literals secure alternatives only where they secure one of them, so those are not asked as a whole."""
        self._found: dict[TruthNode, bool] = {}

    def holds(self, wanted: TruthNode) -> bool:
        """Whether a premise holds wherever what is given does."""
        found = self._found.get(wanted)
        if found is None:
            self._found[wanted] = False  # while it is looked at: nothing is secured by itself
            found = self._found[wanted] = self._holds(wanted)
        return found

    def _holds(self, wanted: TruthNode) -> bool:
        whole = not self._plain or not isinstance(wanted, (All, AnyOf))
        if whole and self._reads(wanted) and self.subject.logic.grants((self.given,), wanted):
            return True
        if isinstance(wanted, All):
            return all(self.holds(item) for item in wanted.items)
        if isinstance(wanted, AnyOf):
            return any(self.holds(item) for item in wanted.items)
        if isinstance(wanted, Quantified):
            return _has_had(self.subject, self.given, wanted)
        if isinstance(wanted, Proposition):
            return any(self.holds(premise) for premise in _behind(self.subject, wanted.atom))
        return False

    def _reads(self, wanted: TruthNode) -> bool:
        """Whether a premise reads anything that what is given tells of."""
        names, atoms = names_read(wanted), atoms_read(wanted)
        return not (names or atoms) or not (names.isdisjoint(self._read) and atoms.isdisjoint(self._read))


def _told_by(subject: Subject, given: TruthNode) -> frozenset[str]:
    """Every name and proposition that a premise reads, itself or through what it reads."""
    found: set[str] = set()
    waiting = [given]
    while waiting:
        node = waiting.pop()
        found |= names_read(node)
        for atom in atoms_read(node) - found:
            found.add(atom)
            waiting += [rule.when for rule in subject.concluding.get(atom, ()) if rule.when is not None]
    return frozenset(found)


def _behind(subject: Subject, atom: str) -> Iterator[TruthNode]:
    """The premises by which a proposition holds; a diagnosis also where it is reported."""
    yield from (rule.when for rule in subject.concluding.get(atom, ()) if rule.when is not None)
    if (reported := productions.reported_behind(subject.kb, atom)) is not None:
        yield reported


def _has_had(subject: Subject, given: TruthNode, wanted: Quantified) -> bool:
    """Whoever has something now has had it."""
    finding = subject.kb.findings.get(wanted.name)
    if finding is None or wanted.quantifier != "any" or wanted.where is None:
        return False
    for part in given.items if isinstance(given, All) else (given,):
        entry = OneOf(name=finding.key, members=getattr(part, "members", frozenset()), field=True)
        if isinstance(part, Has) and part.name == wanted.name and subject.logic.implies(entry, wanted.where):
            return True
    return False


# --- what is taken down and read by nothing ---------------------------------------------------------------------------


@check("OL508", Level.ERROR)
def taken_down_and_not_read(subject: Subject) -> Iterator[Told]:
    """What a patient file can name is read by no rule, and no hazard says why nothing follows.

    Avoid:
        jaw_bone_dead: {label: dead bone in the jaw}    # a picture can show it, and no rule reads it
    Prefer:
        # a rule that reads it; or, where nothing follows,
        skin_diseases:
          title: Diseases of the skin bar no bone medicine
          reads: conditions
          members: [psoriasis, eczema]
          effect: none
          because: No label asks about them before the start.
    Why:
        It is asked for and repeated in the report, so whoever named it believes that it was weighed.
    """
    if not subject.kb.hazards:
        return
    read = _read(subject)
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


def _read(subject: Subject) -> set[tuple[str, str]]:
    """Each member that something reads, with the finding it reads it of."""
    found = {pair for premise in subject.premises for node in premise.nodes for pair in _read_by(subject, node)}
    for hazard in subject.kb.hazards.values():
        choice = _choice(subject, hazard.reads)
        name = "conditions" if hazard.reads == "diagnosed" else hazard.reads
        for label in hazard.members if choice is not None else ():
            found |= {(name, member) for member in (choice.expand(label) if choice is not None else None) or ()}
    return found


def _read_by(subject: Subject, node: Node) -> Iterator[tuple[str, str]]:
    if isinstance(node, Has) or (isinstance(node, OneOf) and not node.field):
        denied = isinstance(node, OneOf) and node.negated
        yield from ((node.name, member) for member in (_every(subject, node.name) if denied else node.members))
    elif isinstance(node, Not) and isinstance(node.item, OneOf) and not node.item.field:
        yield from ((node.item.name, member) for member in _every(subject, node.item.name))
    elif isinstance(node, (Quantified, Aggregate)):
        yield from ((node.name, member) for member in _looked_for(subject, node))
    elif isinstance(node, Proposition) and propositions.condition_of(node.atom):
        yield from (("conditions", member) for member in productions.reported(subject.kb, about(node.atom)).members)


def _every(subject: Subject, name: str) -> frozenset[str]:
    choice = _choice(subject, name)
    return frozenset(choice.members) if choice is not None else frozenset()


def _looked_for(subject: Subject, node: Quantified | Aggregate) -> frozenset[str]:
    """The members whose entries are looked for; every one, where any entry will do."""
    finding = subject.kb.findings.get(node.name)
    named = [
        part.members
        for part, denied in _parts(node.where)
        if finding is not None and isinstance(part, OneOf) and part.name == finding.key
        if not denied and not part.negated
    ]
    return frozenset().union(*named) if named else _every(subject, node.name)


def _parts(node: TruthNode | None) -> Iterator[tuple[TruthNode, bool]]:
    """Each part of a premise, and whether it stands under a denial."""
    waiting = [(node, False)] if node is not None else []
    while waiting:
        part, denied = waiting.pop()
        yield part, denied
        below = denied != isinstance(part, Not)
        waiting += [(child, below) for child in part.children() if isinstance(child, TruthNode)]

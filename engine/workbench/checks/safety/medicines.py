"""Whether medicines are barred where their labels bar them, and come with what a prescriber needs."""

from __future__ import annotations

from collections.abc import Iterator

from ....knowledge_base.model import Intervention, Rule
from ....knowledge_base.verbs import SAFETY
from ....premises import expression, propositions
from ....premises.expression import All, AnyOf, Node, Proposition, TruthNode
from ....values.problems import Level, Place, did_you_mean
from ....values.truth import Truth
from ..check import Told, check
from ..subject import Subject, about


@check("OL501", Level.ERROR)
def label_without_rule(subject: Subject) -> Iterator[Told]:
    """The label of a medicine names something that no rule bars.

    Avoid:
        zoledronate: {label_contraindicates: [hypocalcemia, creatinine_clearance]}
        # and only one rule: contraindicates: zoledronate, when: creatinine_clearance < 35 mL/min
    Prefer:
        # a second rule
        contraindicates: zoledronate
        when: hypocalcemia
    Why:
        A patient who has what the label warns of is offered the medicine.
    """
    for medicine in subject.kb.interventions.values():
        named = [name for name in medicine.label_contraindicates if not medicine.withdrawn]
        spoken = _spoken_of(subject, medicine) if named else frozenset()
        for name in named:
            place = medicine.places.get("label_contraindicates", medicine.place)
            stands_for = _stands_for(subject, name)
            if not stands_for:
                hint = did_you_mean(name, _known(subject)) or "name a finding, quantity, state, condition or class"
                yield Told(f"'{name}', which the label of '{medicine.id}' names, is the id of nothing", place, hint)
            elif not stands_for <= spoken and name not in spoken:
                part = sorted(stands_for & spoken)
                what = f"no rule bars or defers '{medicine.id}' for '{name}', which its label names"
                hint = f"write a rule with 'contraindicates: {medicine.id}' that reads it"
                if part:
                    hint = f"the rules read only {', '.join(part)} of it"
                yield Told(what, place, hint)


def _known(subject: Subject) -> set[str]:
    kb = subject.kb
    found = {*kb.findings, *kb.quantities, *kb.states, *kb.conditions, *kb.interventions}
    for choice in kb.choices.values():
        found |= {*choice.members, *choice.classes}
    return found


def _stands_for(subject: Subject, name: str) -> frozenset[str]:
    kb = subject.kb
    if name in kb.findings or name in kb.quantities or name in kb.states or name in kb.scales:
        return frozenset({name})
    expanded = [members for choice in kb.choices.values() if (members := choice.expand(name))]
    return frozenset().union(*expanded) if expanded else frozenset()


def _spoken_of(subject: Subject, medicine: Intervention) -> frozenset[str]:
    """Everything that the rules read that bar a medicine, or put it off, through states and quantities."""
    waiting: list[Node] = []
    for rule in subject.of("contraindicates", "defers"):
        if medicine.id in rule.members and rule.when is not None:
            waiting.append(rule.when)
    found: set[str] = set()
    while waiting:
        for node in waiting.pop().walk():
            found |= getattr(node, "members", frozenset())
            for name in {*expression.names_read(node), *expression.atoms_read(node)} - found:
                found |= {name, about(name)}
                waiting += [part for rule in _behind(subject, name) for part in (rule.when, rule.formula) if part]
    return frozenset(found)


def _behind(subject: Subject, name: str) -> tuple[Rule, ...]:
    if name in subject.kb.quantities:
        return tuple(rule for rule in subject.of("derives") if name in rule.targets)
    return subject.concluding.get(name, ())


@check("OL502", Level.WARNING)
def safety_after_diagnosis(subject: Subject) -> Iterator[Told]:
    """A rule that protects the patient waits for a diagnosis.

    Avoid:
        defers: antiresorptive
        when: diagnosed(osteomalacia)
    Prefer:
        defers: antiresorptive
        when: osteomalacia_suspected or diagnosed(osteomalacia)
    Why:
        Harm comes as soon as the disease is there. A diagnosis comes later, once every criterion is known; until
        then the rule is silent.
    """
    for rule in subject.of(*SAFETY):
        for node, beside in _with_others(rule.when):
            if isinstance(node, Proposition) and propositions.condition_of(node.atom):
                found = subject.concluding.get(node.atom, ())
                if found and not beside:
                    what = f"'{rule.id}' waits for '{node.atom}'"
                    hint = "read what raises the suspicion: a state, or the finding itself"
                    yield Told(what, node.place, hint, found[0].place)


def _with_others(tree: TruthNode | None) -> Iterator[tuple[Node, bool]]:
    """Each node, and whether it is one of several alternatives not all of which wait for a diagnosis."""
    waiting = [(tree, False)] if tree is not None else []
    while waiting:
        node, beside = waiting.pop(0)
        yield node, beside
        if isinstance(node, AnyOf):
            beside = beside or not all(
                any(isinstance(part, Proposition) and propositions.condition_of(part.atom) for part in item.walk())
                for item in node.items
            )
        waiting += [(child, beside) for child in node.children() if isinstance(child, TruthNode)]


@check("OL503", Level.WARNING)
def recommended_without_dose(subject: Subject) -> Iterator[Told]:
    """A medicine is recommended, and neither rule nor entry says how much, or what to watch.

    Avoid:
        teriparatide: {label: teriparatide, kind: medicine}
    Prefer:
        teriparatide:
          label: teriparatide
          kind: medicine
          dose: 20 micrograms under the skin once a day
          monitoring: calcium after a month
    Why:
        Who reads the plan has to look the dose up elsewhere, and nobody is told what to watch.
    """
    told: set[tuple[str, str]] = set()
    for rule in subject.of("recommends"):
        for name in rule.members:
            entry = subject.kb.interventions.get(name)
            if entry is None or entry.kind != "medicine":
                continue
            lacking = [("dose", rule.dose or entry.dose), ("monitoring", entry.monitoring)]
            for key, text in lacking:
                if not text and (name, key) not in told:
                    told.add((name, key))
                    what = f"'{name}' is recommended without '{key}'"
                    yield Told(what, entry.place, f"write '{key}' in its entry", rule.place)


@check("OL510", Level.WARNING)
def not_of_the_choice_of_its_like(subject: Subject) -> Iterator[Told]:
    """A medicine is not of the choice of which all others of its class are.

    Avoid:
        alendronate: {kinds: [bisphosphonate], choice: bone medicine}
        zoledronate: {kinds: [bisphosphonate], choice: bone medicine}
        risedronate: {kinds: [bisphosphonate]}
    Prefer:
        risedronate: {kinds: [bisphosphonate], choice: bone medicine}
    Why:
        Of one choice one is given. Without it the report puts it above the choice, to be given as well.
    """
    alike: dict[str, list[Intervention]] = {}
    for one in subject.kb.interventions.values():
        for name in one.kinds if one.kind == "medicine" and not one.withdrawn else ():
            alike.setdefault(name, []).append(one)
    told: set[str] = set()
    for name, listed in alike.items():
        for one in listed:
            others = [other for other in listed if other is not one]
            choices = {other.choice for other in others}
            (choice, *_) = (*choices, "")
            if len(others) > 1 and len(choices) == 1 and choice and one.choice != choice and one.id not in told:
                told.add(one.id)
                what = f"'{one.id}' is not of the choice '{choice}', as all others of '{name}' are"
                yield Told(what, one.places.get("choice", one.place), f"write 'choice: {choice}'", others[0].place)


@check("OL506", Level.ERROR)
def class_never_contraindicated(subject: Subject) -> Iterator[Told]:
    """`contraindicated(class)` wants every member barred at once, and that can never be.

    Avoid:
        when: contraindicated(bisphosphonate)   # one is barred for men only, another for women only
    Prefer:
        when: contraindicated(alendronate)
    Why:
        The rule is never true, so what should follow when a class is barred never follows.
    """
    known: dict[tuple[str, ...], tuple[str, str] | None] = {}
    for premise in subject.premises:
        for node in premise.nodes:
            atoms = _of_a_class(node)
            never = [atom for atom in atoms if subject.logic.atom(atom) is Truth.FALSE]
            apart = None
            if atoms and not never:
                if tuple(atoms) not in known:
                    known[tuple(atoms)] = _apart(subject, atoms)
                apart = known[tuple(atoms)]
            if never:
                what = f"'{getattr(node, 'source', '')}' can never be true: '{never[0]}' cannot"
                yield Told(what, node.place, "read the members that can be barred", _first(subject, never[0]))
            elif apart:
                what = f"'{getattr(node, 'source', '')}' can never be true: not both '{apart[0]}' and '{apart[1]}'"
                yield Told(what, node.place, "read the members one by one", _first(subject, apart[0]))


def _of_a_class(node: Node) -> list[str]:
    if not isinstance(node, All) or not node.source.startswith("contraindicated("):
        return []
    atoms = [item.atom for item in node.items if isinstance(item, Proposition)]
    barring = len(atoms) == len(node.items) and all(propositions.says("contraindicated", atom) for atom in atoms)
    return atoms if barring else []


def _apart(subject: Subject, atoms: list[str]) -> tuple[str, str] | None:
    """Two members none of whose rules can hold together."""
    for position, one in enumerate(atoms):
        for other in atoms[position + 1 :]:
            pairs = [(a, b) for a in subject.concluding.get(one, ()) for b in subject.concluding.get(other, ())]
            if pairs and all(a.when and b.when and subject.logic.exclusive(a.when, b.when) for a, b in pairs):
                return one, other
    return None


def _first(subject: Subject, atom: str) -> Place | None:
    rules = subject.concluding.get(atom, ())
    return rules[0].place if rules else None

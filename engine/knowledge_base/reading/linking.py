"""From names to entries: every id must be the id of something, of the right kind, and mean one thing only."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from ...values.problems import Level, Place, Problem, did_you_mean, meant, nearest
from ...values.units import UnitTable
from .. import verbs
from ..files.nodes import MapNode
from . import entries, lexicon, rules
from .lexicon import Choices, Drafts
from .values.scalars import Desk, Reference, article, listed

REGIONS = ("US", "UK", "Canada", "Europe", "Australia")
"""Regions a rule may name besides those of the guidelines."""

DIAGNOSED = "diagnosed"
"""Read by a hazard: conditions, reported or concluded."""

KINDS_OF = {
    "finding": ("findings",),
    "quantity": ("quantities",),
    "printable": ("findings", "quantities", "thresholds"),
    "source": ("sources",),
    "guideline": ("guidelines",),
    "group": ("groups",),
    "choice set": ("choices",),
    "condition": ("conditions",),
    "cause": ("conditions",),
    "diagnosis": ("conditions",),
    "intervention": ("interventions",),
    "investigation": ("investigations",),
    "alert": ("alerts",),
    "advice": ("interventions", "investigations", "alerts"),
    "analyte": ("analytes",),
    "scale": ("scales",),
    "state or scale": ("states", "scales"),
    "entry": (
        *("conditions", "interventions", "investigations", "findings", "groups", "quantities", "states", "scales"),
        *(
            "topics",
            "disagreements",
            "alerts",
            "hazards",
            "clashes",
            "unavailable",
            "thresholds",
            "guidelines",
            "sources",
        ),
    ),
}
"""The kinds of entries an id may name, by the kind of reference."""

_WANTED = {"printable": "finding, quantity or threshold", "diagnosis": "condition", "cause": "condition"} | {
    "advice": "intervention, investigation or alert"
}


def link(drafts: Drafts, joined: Choices, units: UnitTable, desk: Desk) -> None:
    """Check every reference, and every name that more than one entry lays claim to."""
    fine: dict[str, frozenset[str]] = {kind: _entries_of(kind, drafts) for kind in KINDS_OF}
    for reference in desk.references:
        if reference.id not in fine.get(reference.kind, ()):
            _resolved(reference, drafts, joined, units, desk)
    desk.problems += _clashes(drafts)
    desk.problems += _classes_named(drafts, joined)
    desk.problems += _shared_words(drafts, joined)
    desk.problems += _groups(drafts)
    for draft in drafts.rules.values():
        _rule(draft, drafts, joined, desk)
    for finding in drafts.entries["findings"].values():
        _assumptions(finding, joined, desk)
    readable = {DIAGNOSED} | {
        name for kind in entries.READABLE if kind != "thresholds" for name in drafts.entries[kind]
    }
    for hazard in drafts.entries["hazards"].values():
        _hazard(hazard, drafts, joined, readable, desk)


def _entries_of(kind: str, drafts: Drafts) -> frozenset[str]:
    """Every id that a reference of this kind may name, but for classes."""
    return frozenset(identity for name in KINDS_OF[kind] for identity in drafts.entries[name])


def _resolved(reference: Reference, drafts: Drafts, joined: Choices, units: UnitTable, desk: Desk) -> None:
    kind, identity, place = reference.kind, reference.id, reference.place
    if identity in drafts.broken or kind.startswith("class "):
        return  # the choice sets say themselves which classes they lack
    if kind == "unit":
        if units.parse(identity) is None:
            used = (one.id for one in desk.references if one.kind == "unit" and units.parse(one.id) is not None)
            desk.say("OL105", f"unknown unit '{identity}'", place, did_you_mean(identity, [*units.known(), *used]))
        return
    if kind == "section":
        known = drafts.plain_places["sections"]
        if identity not in known:
            desk.say("OL105", f"unknown section '{identity}'", place, did_you_mean(identity, known))
        return
    if kind == "region":
        regions = {str(values["region"]) for _, values in drafts.values("guidelines") if "region" in values}
        if identity not in regions | set(REGIONS):
            hint = did_you_mean(identity, regions | set(REGIONS)) or f"known: {listed(sorted(regions | set(REGIONS)))}"
            desk.say("OL105", f"unknown region '{identity}'", place, hint)
        return
    kinds = KINDS_OF[kind]
    if any(identity in drafts.entries[name] for name in kinds):
        return
    if kind in ("cause", "diagnosis") and identity in joined.of_conditions:
        _filled(reference, joined.of_conditions[identity], desk)
    elif kind in ("intervention", "advice") and identity in joined.of_interventions:
        _filled(reference, joined.of_interventions[identity], desk)
    elif kind == "entry" and _worth_reading(identity, drafts, joined):
        return
    else:
        _dangling(reference, drafts, joined, desk)


def _worth_reading(identity: str, drafts: Drafts, joined: Choices) -> bool:
    """Whether `see` may name it: a rule, a word of the glossary, a member or class of a choice."""
    if identity in drafts.rules or identity in drafts.plain["glossary"]:
        return True
    return any(choice.expand(identity) is not None for choice in joined.sets.values())


def _filled(reference: Reference, inside: frozenset[str], desk: Desk) -> None:
    if not inside:
        desk.say("OL121", f"class '{reference.id}' has no member with an entry", reference.place, "name its members")


def _dangling(reference: Reference, drafts: Drafts, joined: Choices, desk: Desk) -> None:
    kind, identity, place = reference.kind, reference.id, reference.place
    wanted = _WANTED.get(kind, kind)
    known: dict[str, Place] = {}
    for name in KINDS_OF[kind]:
        known.update((entry, draft.place) for entry, draft in drafts.entries[name].items())
    for name, found in drafts.entries.items():
        if identity in found:
            singular = entries.KINDS[name].singular
            what = f"'{identity}' is {article(singular)}; {article(wanted)} is wanted here"
            hint = _instead(kind, name) or did_you_mean(identity, known)
            desk.say("OL108", what, place, hint, found[identity].place)
            return
    near = _called(identity, kind, drafts) or nearest(identity, known)
    hint, elsewhere = (meant(identity, near), known[near]) if near else ("", None)
    if not near:
        for choice in joined.sets.values():
            member = choice.members.get(identity)
            if member is not None:
                what = f"'{identity}' is a member of the choice '{choice.id}', not {article(wanted)}"
                desk.say("OL108", what, place, "give it an entry of its own", member.place)
                return
        classes = {**joined.of_conditions, **joined.of_interventions}
        hint = did_you_mean(identity, classes) if kind in ("cause", "diagnosis", "intervention", "advice") else ""
        if not hint and kind == "source":
            hint = "add it to knowledge/sources"
    desk.say("OL105", f"unknown {wanted} '{identity}'", place, hint, elsewhere)


def _called(word: str, kind: str, drafts: Drafts) -> str:
    """The one entry that has this word for a label or synonym: a brand for the id of the medicine."""
    folded, found = word.casefold(), set[str]()
    for name in KINDS_OF[kind]:
        for identity, draft in drafts.entries[name].items():
            called = (draft.values.get("label", ""), *(draft.values.get("synonyms") or ()))
            if any(isinstance(one, str) and one.casefold() == folded for one in called):
                found.add(identity)
    return next(iter(found)) if len(found) == 1 else ""


def _instead(kind: str, found: str) -> str:
    if kind == "quantity" and found == "findings":
        return "a rule derives quantities; a finding names the one that stands in for it with 'or'"
    if kind == "state or scale":
        return {"conditions": "a condition is diagnosed, not set", "quantities": "a quantity is derived"}.get(found, "")
    if kind in ("intervention", "diagnosis", "cause"):
        return {"investigations": "a test is ordered", "alerts": "an alert is raised with 'alerts'"}.get(found, "")
    return ""


def _clashes(drafts: Drafts) -> Iterator[Problem]:
    """Names that premises read share one namespace."""
    for one, other in itertools.combinations(entries.READABLE, 2):
        for identity in drafts.entries[one].keys() & drafts.entries[other].keys():
            first, second = drafts.entries[one][identity], drafts.entries[other][identity]
            kinds = f"{article(entries.KINDS[one].singular)} and {article(entries.KINDS[other].singular)}"
            what = f"'{identity}' is both {kinds}, and a premise can mean only one"
            yield Problem("OL109", what, second.place, hint="rename one of them", elsewhere=first.place)


def _classes_named(drafts: Drafts, joined: Choices) -> Iterator[Problem]:
    """An entry with the id of a class would be taken for all of the class."""
    for kind, classes in (("conditions", joined.of_conditions), ("interventions", joined.of_interventions)):
        for identity in drafts.entries[kind].keys() & classes.keys():
            owners = [choice for choice in joined.sets.values() if identity in choice.classes]
            if not any(identity in choice.members for choice in owners):  # that is told where classes are closed
                what = f"'{identity}' is both {article(entries.KINDS[kind].singular)} and a class of '{owners[0].id}'"
                place = drafts.entries[kind][identity].place
                yield Problem("OL109", what, place, hint="give it another id", elsewhere=owners[0].place)


def _shared_words(drafts: Drafts, joined: Choices) -> Iterator[Problem]:
    """A label or synonym that two things share says nothing to whoever reads or types it."""
    answers: list[tuple[str, Place, Iterable[str]]] = []
    for kind in ("findings", "quantities"):
        for identity, draft in drafts.entries[kind].items():
            answers.append((identity, draft.place, _words(draft.values)))
    stand_ins = {str(values["stand_in"]): name for name, values in drafts.values("findings") if "stand_in" in values}
    yield from _doubles([item for item in answers if item[0] not in stand_ins])
    for choice in joined.sets.values():
        yield from _doubles(
            [(name, member.place, (member.label, *member.synonyms)) for name, member in choice.members.items()]
        )


def _words(values: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(values.get("label", "")), *values.get("synonyms", ()))


def _doubles(named: list[tuple[str, Place, Iterable[str]]]) -> Iterator[Problem]:
    taken: dict[str, tuple[str, Place]] = {name.replace("_", " ").casefold(): (name, place) for name, place, _ in named}
    for name, place, words in named:
        for word in words:
            folded = word.replace("_", " ").casefold().strip()
            owner, owner_place = taken.setdefault(folded, (name, place))
            if owner != name and folded:
                what = f"'{word}' means both '{owner}' and '{name}'"
                yield Problem(
                    "OL115", what, place, Level.WARNING, "neither is understood when it is typed", "", owner_place
                )


def _groups(drafts: Drafts) -> Iterator[Problem]:
    """A finding is asked once, so it belongs to one group at most."""
    owner: dict[str, entries.Draft] = {}
    for group in drafts.entries["groups"].values():
        for name in group.values.get("findings", ()):
            if name in owner and owner[name] is not group:
                what = f"finding '{name}' is in the groups '{owner[name].id}' and '{group.id}'"
                yield Problem("OL122", what, group.at("findings"), hint="keep one", elsewhere=owner[name].place)
            owner.setdefault(name, group)
    for name, finding in drafts.entries["findings"].items():
        group_id = finding.values.get("group")
        if group_id and name in owner and owner[name].id != group_id:
            what = f"finding '{name}' is in the groups '{owner[name].id}' and '{group_id}'"
            yield Problem("OL122", what, finding.at("group"), hint="keep one", elsewhere=owner[name].place)


def _rule(draft: rules.Draft, drafts: Drafts, joined: Choices, desk: Desk) -> None:
    if draft.verb == "sets":
        _sets(draft, drafts, desk)
    if draft.verb in verbs.about("diagnosis"):
        for target in draft.targets:
            condition = drafts.entries["conditions"].get(target.value)
            if condition is not None and condition.values.get("exposure"):
                what = f"'{target.value}' is an exposure: it can be a cause, and no diagnosis"
                desk.say("OL108", what, target.place, "write 'causes'", condition.place)
    until = draft.values.get("until", "")
    if until and " " not in until and until not in drafts.entries["interventions"] and until not in drafts.broken:
        near = nearest(until, drafts.entries["interventions"])
        hint = f"did you mean '{near}'?" if near else "an id of an intervention, or words with a space"
        elsewhere = drafts.entries["interventions"][near].place if near else None
        desk.say("OL105", f"unknown intervention '{until}'", draft.places["until"], hint, elsewhere)


def _sets(draft: rules.Draft, drafts: Drafts, desk: Desk) -> None:
    for target in draft.targets:
        scale = drafts.entries["scales"].get(target.value)
        leveled = bool(draft.level) or "levels" in draft.nodes
        if scale is None:
            if "levels" in draft.nodes and target.value in drafts.entries["states"]:
                what = f"'{target.value}' is a state; only a scale has levels"
                desk.say(
                    "OL108", what, draft.places["levels"], "write 'when'", drafts.entries["states"][target.value].place
                )
            continue
        levels: tuple[str, ...] = scale.values.get("levels", ())
        if not leveled:
            hint = f"write '{scale.id} >= {levels[-1]}'" if levels else ""
            desk.say(
                "OL107", f"'{scale.id}' is a scale; the level it reaches is missing", target.place, hint, scale.place
            )
        for level in draft.concluded():
            if level and levels and level not in levels:
                hint = did_you_mean(level, levels) or f"its levels: {', '.join(levels)}"
                what = f"unknown level '{level}' of '{scale.id}'"
                place = next(
                    (key.place for key, _ in getattr(draft.nodes.get("levels"), "pairs", ()) if key.value == level),
                    target.place,
                )
                desk.say("OL105", what, place, hint, scale.place)
            elif level and levels and level == levels[0]:
                what = f"'{level}' is the lowest level of '{scale.id}' and holds wherever the scale applies"
                desk.say("OL107", what, _level_place(draft, level, target.place), "it needs no rule", scale.place)


def _level_place(draft: rules.Draft, level: str, otherwise: Place) -> Place:
    node = draft.nodes.get("levels")
    keys = [key for key, _ in node.pairs] if isinstance(node, MapNode) else []
    return next((key.place for key in keys if key.value == level), otherwise)


def _hazard(hazard: entries.Draft, drafts: Drafts, joined: Choices, known: Set[str], desk: Desk) -> None:
    """Checks that a hazard reads what can be read, and that its members are members of that."""
    reads = hazard.values.get("reads", "")
    if reads and reads not in known and reads not in drafts.broken:
        hint = did_you_mean(reads, known) or f"a finding, quantity, state or scale, or '{DIAGNOSED}'"
        desk.say("OL105", f"'{reads}' is nothing that can be read", hazard.at("reads"), hint)
    members = hazard.values.get("members", ())
    if not members or reads not in known:
        return
    choice = joined.sets.get("conditions" if reads == DIAGNOSED else _choice_read(drafts, reads))
    if choice is None:
        what = f"'{reads}' has no members"
        desk.say("OL112", what, hazard.at("members"), "say 'when' it is meant")
        return
    for name in members:
        if choice.expand(name) is None:
            hint = did_you_mean(name, (*choice.members, *choice.classes))
            desk.say("OL105", f"'{name}' is no member of '{choice.id}'", hazard.at("members"), hint, choice.place)


def _choice_read(drafts: Drafts, finding: str) -> str:
    draft = drafts.entries["findings"].get(finding)
    return lexicon.choice_of(draft.values) if draft is not None and "type" in draft.values else ""


def _assumptions(finding: entries.Draft, joined: Choices, desk: Desk) -> None:
    """What entries of a member are taken to say must be a field of the list, with a value it can have."""
    fields = finding.values.get("fields", {})
    key = fields.get(finding.values.get("key", ""))
    named = joined.sets.get(key.choices) if key is not None else None
    for member in named.members.values() if named is not None else ():
        for name, value in member.assumes.items():
            kind = fields.get(name)
            if kind is None:
                hint = did_you_mean(name, fields)
                desk.say("OL105", f"'{finding.id}' has no field '{name}'", member.place, hint, finding.place)
                continue
            choice = joined.sets.get(kind.choices)
            if choice is not None and value not in choice.members:
                hint = did_you_mean(value, choice.members)
                desk.say("OL105", f"'{value}' is no member of '{choice.id}'", member.place, hint, choice.place)

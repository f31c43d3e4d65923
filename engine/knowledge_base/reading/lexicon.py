"""From entries to words: the members and classes of each choice, and the vocabulary premises are checked against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...premises import propositions
from ...premises.vocabulary import FieldSignature, Labels, Signature, Vocabulary
from ...values.problems import Place, did_you_mean
from ...values.types import TYPES
from ...values.units import UnitTable
from .. import model
from ..files.nodes import Text
from ..verbs import READ
from . import entries
from .overlay import Owned
from .rules import VERBS
from .rules import Draft as RuleDraft
from .values.scalars import Desk


@dataclass(slots=True)
class Drafts:
    """Everything that was read: entries by kind and id, rules by id, and the ids of what could not be read."""

    entries: dict[str, dict[str, entries.Draft]] = field(default_factory=lambda: {kind: {} for kind in entries.KINDS})
    plain: dict[str, dict[str, Text]] = field(default_factory=lambda: {kind: {} for kind in entries.PLAIN})
    plain_places: dict[str, dict[str, Place]] = field(default_factory=lambda: {kind: {} for kind in entries.PLAIN})
    rules: dict[str, RuleDraft] = field(default_factory=dict)
    replaced: list[RuleDraft] = field(default_factory=list)
    replacements: list[model.Replacement] = field(default_factory=list)
    owned: Owned = field(default_factory=Owned)
    broken: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)
    """The ids of entries that were read, but for a key of theirs."""
    torn: set[str] = field(default_factory=set)
    """The kinds of which some entry could not be read."""

    def tear(self, kind: str, keys: Iterable[Text]) -> None:
        """Note the ids of entries that could not be read."""
        identities = {key.value for key in keys}
        if identities:
            self.broken |= identities
            self.torn.add(kind)

    def in_force(self) -> Iterable[RuleDraft]:
        return (rule for rule in self.rules.values() if "withdrawn" not in rule.values)

    def values(self, kind: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
        return ((identity, draft.values) for identity, draft in self.entries[kind].items())


@dataclass(slots=True)
class Choices:
    """The choice sets, joined with the conditions and interventions that are their members, and what classes mean."""

    sets: dict[str, model.ChoiceSet]
    of_conditions: dict[str, frozenset[str]]
    of_interventions: dict[str, frozenset[str]]


def choices(drafts: Drafts, desk: Desk) -> Choices:
    """Join, close and check the choice sets."""
    raw = drafts.entries["choices"]
    joined: dict[str, dict[str, model.Member]] = {
        "medicines": _members(drafts, "interventions", lambda values: values.get("kind") == "medicine"),
        "conditions": _members(drafts, "conditions", lambda values: not values.get("exposure")),
        "interventions": _members(drafts, "interventions", lambda values: values.get("kind") != "medicine"),
    }
    sets: dict[str, model.ChoiceSet] = {}
    for identity in [*raw, *(name for name, members in joined.items() if name not in raw and members)]:
        draft = raw.get(identity)
        values = draft.values if draft is not None else {}
        own: dict[str, model.Member] = values.get("members", {})
        members = dict(joined.get(identity, {}))
        for name, member in own.items():
            if name in members:
                hint = "one place is enough: its entry is a member by itself"
                desk.say("OL103", f"'{name}' is written twice", member.place, hint, members[name].place)
                continue
            members[name] = member
        named: dict[str, model.Member] = values.get("classes", {})
        classes, narrower = _closed(identity, members, named, desk)
        place = draft.place if draft is not None else next(iter(members.values())).place
        kept = {key: value for key, value in values.items() if key not in ("members", "classes")}
        sets[identity] = model.ChoiceSet(
            id=identity,
            place=place,
            places=draft.places if draft is not None else {},
            members=members,
            classes=classes,
            class_labels={name: member.label for name, member in named.items()},
            narrower=narrower,
            class_kinds={name: member.kinds for name, member in named.items() if member.kinds},
            **kept,
        )
    return Choices(sets, _of_conditions(drafts, sets), _of_interventions(drafts, sets))


def _members(drafts: Drafts, kind: str, wanted: Any) -> dict[str, model.Member]:
    found = {}
    for identity, draft in drafts.entries[kind].items():
        if wanted(draft.values):
            values = draft.values
            found[identity] = model.Member(
                id=identity,
                place=draft.place,
                label=values.get("label", ""),
                synonyms=values.get("synonyms", ()),
                kinds=values.get("kinds", ()),
                places=draft.places,
            )
    return found


def _closed(
    identity: str, members: Mapping[str, model.Member], named: Mapping[str, model.Member], desk: Desk
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Class -> every member, and member -> the members that are kinds of it, both through kinds of kinds."""
    for owner in (*members.values(), *named.values()):
        for kind in owner.kinds:
            if kind not in named and kind not in members:
                hint = did_you_mean(kind, {**named, **members}) or "list it under 'classes'"
                at = owner.places.get("kinds", owner.place)
                desk.say("OL105", f"'{kind}' is no class of '{identity}'", at, hint)
    for name, member in named.items():
        if name in members:
            what = f"'{name}' is both a class and a member of '{identity}'"
            desk.say("OL109", what, member.place, "give one of them another id", members[name].place)
    kinds = {name: owner.kinds for name, owner in {**members, **named}.items()}
    found: dict[str, set[str]] = {name: set() for name in named}
    narrower: dict[str, set[str]] = {}
    for name, member in members.items():
        for kind in _upward(member.kinds, kinds):
            (found[kind] if kind in found else narrower.setdefault(kind, set())).add(name)
    for name, owner in {**members, **named}.items():
        path = _circle(name, kinds)
        if path and name == min(path):
            what = f"classes go round in a circle: {' -> '.join(path)}"
            desk.say("OL106", what, owner.place, "a class is no part of itself")
    return _frozen(found), _frozen(narrower)


def _frozen(sets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(inside) for name, inside in sets.items()}


def _upward(of: Iterable[str], kinds: Mapping[str, Iterable[str]]) -> set[str]:
    """These classes and members, and all that they are kinds of."""
    found: set[str] = set()
    waiting = list(of)
    while waiting:
        kind = waiting.pop()
        if kind in kinds and kind not in found:
            found.add(kind)
            waiting += kinds[kind]
    return found


def _circle(start: str, kinds: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    paths: list[tuple[str, ...]] = [(start, kind) for kind in kinds[start] if kind in kinds]
    seen: set[str] = set()
    while paths:
        path = paths.pop(0)
        if path[-1] == start:
            return path
        if path[-1] not in seen:
            seen.add(path[-1])
            paths += [(*path, kind) for kind in kinds[path[-1]] if kind in kinds]
    return ()


def _of_conditions(drafts: Drafts, sets: Mapping[str, model.ChoiceSet]) -> dict[str, frozenset[str]]:
    """Classes of conditions over the entries that are conditions, exposures among them."""
    named = drafts.entries["conditions"]
    own = drafts.entries["choices"].get("conditions")
    classes: Mapping[str, model.Member] = own.values.get("classes", {}) if own is not None else {}
    kinds = {name: draft.values.get("kinds", ()) for name, draft in named.items()}
    kinds |= {name: member.kinds for name, member in classes.items()}
    found: dict[str, set[str]] = {name: set() for name in classes}
    for identity in named:
        for kind in _upward(kinds[identity], kinds) & found.keys():
            found[kind].add(identity)
    return _frozen(found)


def _of_interventions(drafts: Drafts, sets: Mapping[str, model.ChoiceSet]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name in ("medicines", "interventions"):
        if name in sets:
            for kind, inside in sets[name].classes.items():
                found[kind] = found.get(kind, frozenset()) | inside & frozenset(drafts.entries["interventions"])
    return found


def units(drafts: Drafts) -> UnitTable:
    known = {identity: _unit(draft) for identity, draft in drafts.entries["units"].items()}
    factors = {identity: _analyte(draft) for identity, draft in drafts.entries["analytes"].items()}
    return UnitTable.of(
        {identity: unit for identity, unit in known.items() if unit is not None},
        {identity: analyte for identity, analyte in factors.items() if analyte is not None},
    )


def spelling(drafts: Drafts) -> str:
    """The units in force, as a text that changes when one of them does."""
    return repr([[(name, values) for name, values in drafts.values(kind)] for kind in ("units", "analytes")])


def _unit(draft: entries.Draft) -> model.UnitEntry | None:
    if "dimension" not in draft.values or "factor" not in draft.values:
        return None
    return model.UnitEntry(id=draft.id, place=draft.place, **draft.values)


def _analyte(draft: entries.Draft) -> model.AnalyteEntry | None:
    return model.AnalyteEntry(id=draft.id, place=draft.place, **draft.values) if "factors" in draft.values else None


def vocabulary(drafts: Drafts, joined: Choices) -> Vocabulary:
    """The vocabulary that premises are checked against."""
    conditions = frozenset(drafts.entries["conditions"])
    diagnoses = frozenset(name for name, values in drafts.values("conditions") if not values.get("exposure"))
    interventions = Labels(members=frozenset(drafts.entries["interventions"]), classes=_filled(joined.of_interventions))
    excluded = Labels(members=diagnoses, classes=_filled(joined.of_conditions, diagnoses))
    return Vocabulary(
        names=_names(drafts, joined),
        groups=_groups(drafts),
        subjects={
            "diagnosed": _labels("conditions", joined) or excluded,
            "excluded": excluded,
            "caused": Labels(members=conditions, classes=_filled(joined.of_conditions)),
            "recommended": interventions,
            "contraindicated": interventions,
            "ordered": Labels(members=frozenset(drafts.entries["investigations"])),
            "status": interventions,
            "caution": interventions,
            "diagnosis": excluded,
            "alert": Labels(members=frozenset(drafts.entries["alerts"])),
        },
        concluded=_concluded(drafts, joined),
        numbers=frozenset(
            name for choice in joined.sets.values() for member in choice.members.values() for name in member.numbers
        ),
    )


def _filled(classes: Mapping[str, frozenset[str]], within: frozenset[str] | None = None) -> dict[str, frozenset[str]]:
    kept = {name: inside if within is None else inside & within for name, inside in classes.items()}
    return {name: inside for name, inside in kept.items() if inside}


def _groups(drafts: Drafts) -> dict[str, tuple[str, ...]]:
    found = {name: tuple(values.get("findings", ())) for name, values in drafts.values("groups")}
    for name, values in drafts.values("findings"):
        group = values.get("group", "")
        if group in found and name not in found[group]:
            found[group] = (*found[group], name)
    return found


def _names(drafts: Drafts, joined: Choices) -> dict[str, Signature]:
    found: dict[str, Signature] = {}
    for name, draft in drafts.entries["findings"].items():
        if "type" in draft.values:
            found[name] = _finding(draft, joined)
    for kind in ("quantity", "state", "scale", "threshold"):
        for name, draft in drafts.entries[_PLURALS[kind]].items():
            found.setdefault(name, _other(kind, draft))
    return found


_PLURALS = {"quantity": "quantities", "state": "states", "scale": "scales", "threshold": "thresholds"}


def _finding(draft: entries.Draft, joined: Choices) -> Signature:
    values = draft.values
    return Signature(
        kind=TYPES[values["type"]].form,
        place=draft.place,
        unit=values.get("unit", ""),
        analyte=values.get("analyte", ""),
        bare_unit=values.get("bare_unit", False),
        ranged="ranges" in values,
        labels=_labels(choice_of(values), joined),
        fields={name: _field(kind, joined) for name, kind in values.get("fields", {}).items()},
        has_applies="applies" in values,
    )


def choice_of(values: Mapping[str, Any]) -> str:
    """The choice set of a finding; of a list, that of the field its bare entries give."""
    if TYPES[values["type"]].form != "records":
        return str(values.get("choices", ""))
    key = values.get("fields", {}).get(values.get("key", ""))
    return key.choices if key is not None else ""


def _field(kind: model.FieldKind, joined: Choices) -> FieldSignature:
    return FieldSignature(
        type=kind.type,
        unit=kind.unit,
        bare_unit=kind.bare_unit,
        floor=kind.floor,
        labels=_labels(kind.choices, joined),
    )


def _other(kind: str, draft: entries.Draft) -> Signature:
    values = draft.values
    return Signature(
        kind=kind,
        place=draft.place,
        unit=values.get("unit", ""),
        analyte=values.get("analyte", ""),
        ranged="range_of" in values,
        levels=values.get("levels", ()),
        has_applies="applies" in values,
    )


def _labels(choice: str, joined: Choices) -> Labels | None:
    found = joined.sets.get(choice)
    if found is None:
        return None
    return Labels(members=frozenset(found.members), classes=found.classes, narrower=found.narrower)


def _concluded(drafts: Drafts, joined: Choices) -> frozenset[str]:
    """The atoms that some rule in force concludes; a level also concludes those below it."""
    found: set[str] = set()
    for name, values in drafts.values("scales"):
        if values.get("levels"):
            found.add(propositions.level(name, values["levels"][0]))
    for rule in drafts.in_force():
        if rule.verb == "sets":
            found.update(_set_by(rule, drafts))
        elif rule.verb and rule.verb in READ and not (rule.verb == "causes" and "of" in rule.values):
            found.update(propositions.of(READ[rule.verb], member) for member in targets(rule, drafts, joined))
    listed = joined.sets.get("conditions")
    for name, inside in listed.narrower.items() if listed is not None else ():
        if any(propositions.diagnosed(kind) in found for kind in inside) and name in drafts.entries["conditions"]:
            found.add(propositions.diagnosed(name))
    return frozenset(found)


def _set_by(rule: RuleDraft, drafts: Drafts) -> Iterable[str]:
    for target in rule.targets:
        scale = drafts.entries["scales"].get(target.value)
        if scale is None:
            yield target.value
            continue
        levels: tuple[str, ...] = scale.values.get("levels", ())
        for level in rule.concluded():
            if level in levels:
                yield from (propositions.level(scale.id, below) for below in levels[: levels.index(level) + 1])


def targets(rule: RuleDraft, drafts: Drafts, joined: Choices) -> tuple[str, ...]:
    """The ids a rule's targets stand for, classes expanded to their members."""
    aim = VERBS[rule.verb]
    classes: Mapping[str, frozenset[str]] = {}
    within: Iterable[str] = ()
    if aim in ("diagnosis", "cause"):
        classes, within = joined.of_conditions, drafts.entries["conditions"]
    elif aim == "intervention":
        classes, within = joined.of_interventions, drafts.entries["interventions"]
    found: dict[str, None] = {}
    for target in rule.targets:
        inside = classes.get(target.value)
        if inside is None or target.value in within:
            found[target.value] = None
        else:
            found.update(dict.fromkeys(identity for identity in within if identity in inside))
    return tuple(found)

"""The entries of knowledge/: which kinds there are, which keys each takes, and what stands behind a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...premises.grammar import RESERVED
from ...values.frozen import ordered
from ...values.problems import Place, instead
from ...values.types import TYPES, taking
from .. import model
from ..files.nodes import MapNode, Node, Text, describe, shortened
from ..measures import SENTENCES
from .values.parts import (
    alternative,
    assumed,
    choice_members,
    fields,
    forbidding,
    grounded,
    positions,
    premise,
    pursue,
    query,
    ranges,
    steps,
    values,
)
from .values.scalars import (
    EVIDENCE,
    KEBAB,
    SNAKE,
    Desk,
    Read,
    age,
    cited,
    codes,
    date,
    identifier,
    identifiers,
    interval,
    listed,
    number,
    numbers,
    one_of,
    row_names,
    several_of,
    template,
    text,
    texts,
    unknown_key,
    whole,
    words,
    yes_no,
)

INTERVENTION_KINDS = (
    *("nutrition", "activity", "lifestyle", "medicine", "medication review", "procedure", "referral", "monitoring"),
)
EFFECTS = ("resorption up", "formation down", "mineralization impaired", "mixed", "none")
FEATURES = ("mineralization", "primary_defect", "key_characteristic", "underlying_cause", "fractures")
HAZARD_EFFECTS = ("bars", "defers", "cautions", "none")
ROUTES = (
    *("oral", "injection", "infusion", "topical", "transdermal", "nasal", "inhaled", "eye", "ear", "vaginal", "rectal"),
    *("implant", "intrauterine"),
)
"""Ways in which a medicine is given, as products and records tell them."""
FINDING_TYPES = tuple(TYPES)


@ordered
class Key:
    """A key of an entry: how its value is read, which field of the model takes it, and whether it must be there.

    `of` says for which `type` of finding the key means something; empty: for all.
    """

    read: Read
    field: str = ""
    required: bool = False
    of: tuple[str, ...] = ()


@ordered
class Kind:
    """A kind of entry: what one is called, its model, its keys."""

    singular: str
    entry: type[model.Entry]
    keys: Mapping[str, Key]
    kebab: bool = False
    labeled: bool = True


EVERY: Mapping[str, Key] = {
    "label": Key(text),
    "synonyms": Key(words),
    "sources": Key(cited),
    "rows": Key(row_names),
    "note": Key(template),
    "kept_because": Key(text),
    "suppress": Key(texts()),
    "withdrawn": Key(text),
}

_TITLE, _BECAUSE = Key(text, "label", required=True), Key(text, required=True)
_UNAVAILABLE = {"title": _TITLE, "medicines": Key(identifiers("intervention"), required=True), "because": _BECAUSE}
KINDS: Mapping[str, Kind] = {
    "findings": Kind(
        "finding",
        model.Finding,
        {
            "type": Key(one_of(*FINDING_TYPES), required=True),
            "unit": Key(identifier("unit"), of=taking("unit")),
            "analyte": Key(identifier("analyte"), of=taking("analyte")),
            "bare_unit": Key(yes_no, of=taking("bare_unit")),
            "antibody": Key(yes_no, of=taking("antibody")),
            "plausible": Key(interval, of=taking("plausible")),
            "range": Key(ranges, "ranges", of=taking("range")),
            "choices": Key(identifier("choice set"), of=taking("choices")),
            "fields": Key(fields, of=taking("fields")),
            "key": Key(text, of=taking("key")),
            "question": Key(template),
            "help": Key(text),
            "section": Key(identifier("section")),
            "group": Key(identifier("group")),
            "checklist": Key(yes_no),
            "known_by": Key(one_of("person", "record", "test")),
            "applies": Key(grounded),
            "indicated": Key(premise),
            "assumed": Key(assumed),
            "or": Key(identifier("quantity"), "stand_in", of=taking("or")),
            "stale_after": Key(age, of=taking("stale_after")),
            "remembers": Key(identifiers("finding"), of=taking("remembers")),
        },
    ),
    "groups": Kind(
        "group",
        model.Group,
        {
            "question": Key(template, required=True),
            "help": Key(text),
            "section": Key(identifier("section")),
            "findings": Key(identifiers("finding"), required=True),
        },
    ),
    "quantities": Kind(
        "quantity",
        model.Quantity,
        {
            "unit": Key(identifier("unit")),
            "analyte": Key(identifier("analyte")),
            "round": Key(whole),
            "range_of": Key(identifier("finding")),
            "plausible": Key(interval),
            "beside": Key(identifier("quantity")),
            "stale_after": Key(age),
            "shown": Key(yes_no),
        },
    ),
    "states": Kind("state", model.State, {"shown": Key(yes_no)}),
    "scales": Kind(
        "scale",
        model.Scale,
        {"levels": Key(words, required=True), "applies": Key(premise), "shown": Key(yes_no)},
    ),
    "choices": Kind(
        "choice set",
        model.ChoiceSet,
        {"members": Key(choice_members(classes=False)), "classes": Key(choice_members(classes=True))},
        labeled=False,
    ),
    "conditions": Kind(
        "condition",
        model.Condition,
        {
            "definition": Key(text),
            "plain": Key(text),
            "mechanism": Key(text),
            "effect": Key(one_of(*EFFECTS)),
            "bone": Key(one_of("too little", "too soft")),
            "features": Key(texts(*FEATURES)),
            "frequency": Key(one_of("common", "uncommon", "rare")),
            "pursue": Key(pursue),
            "kinds": Key(identifiers("class of conditions")),
            "exposure": Key(yes_no),
        },
    ),
    "interventions": Kind(
        "intervention",
        model.Intervention,
        {
            "kind": Key(one_of(*INTERVENTION_KINDS), required=True),
            "kinds": Key(identifiers("class of interventions")),
            "plain": Key(text),
            "take": Key(text),
            "seek_help": Key(text),
            "mechanism": Key(text),
            "dose": Key(template),
            **dict.fromkeys(SENTENCES, Key(text)),
            "choice": Key(text),
            "order": Key(whole),
            "order_because": Key(text),
            "label_contraindicates": Key(words),
        },
    ),
    "investigations": Kind(
        "investigation",
        model.Investigation,
        {
            "tells": Key(text),
            "findings": Key(identifiers("finding")),
            "done_by": Key(identifiers("finding")),
            "not_while": Key(grounded),
            "step": Key(whole),
        },
    ),
    "alerts": Kind(
        "alert",
        model.Alert,
        {
            "action": Key(template, required=True),
            "plain": Key(text),
            "beyond": Key(identifiers("finding")),
            "within": Key(identifiers("alert")),
        },
    ),
    "hazards": Kind(
        "hazard",
        model.Hazard,
        {
            "title": Key(text, "label", required=True),
            "reads": Key(text, required=True),
            "members": Key(words),
            "when": Key(premise),
            "effect": Key(one_of(*HAZARD_EFFECTS), required=True),
            "for": Key(identifiers("intervention"), "medicines"),
            "know": Key(one_of("first", "if_reported")),
            "because": Key(text),
            "evidence": Key(one_of(*EVIDENCE)),
        },
        labeled=False,
    ),
    "clashes": Kind(
        "clash",
        model.Clash,
        {
            "title": Key(text, "label", required=True),
            "advice": Key(identifiers("advice"), required=True),
            "against": Key(identifiers("advice")),
            "because": Key(text, required=True),
        },
        kebab=True,
        labeled=False,
    ),
    "unavailable": Kind("unavailable", model.Unavailable, _UNAVAILABLE, kebab=True, labeled=False),
    "thresholds": Kind(
        "threshold",
        model.ThresholdEntry,
        {
            "unit": Key(identifier("unit")),
            "analyte": Key(identifier("analyte")),
            "value": Key(number, "value"),
            "values": Key(values, "values"),
            "by": Key(identifier("finding"), "by"),
            "steps": Key(steps, "steps"),
        },
    ),
    "units": Kind(
        "unit",
        model.UnitEntry,
        {"dimension": Key(text, required=True), "factor": Key(number, required=True), "ucum": Key(text)},
    ),
    "analytes": Kind("analyte", model.AnalyteEntry, {"factors": Key(numbers, required=True), "offsets": Key(numbers)}),
    "guidelines": Kind(
        "guideline",
        model.Guideline,
        {
            "region": Key(text),
            "population": Key(text),
            "year": Key(whole),
            "supersedes": Key(identifiers("guideline")),
        },
        kebab=True,
    ),
    "disagreements": Kind(
        "disagreement",
        model.Disagreement,
        {"question": Key(text, required=True), "positions": Key(positions, required=True)},
        kebab=True,
        labeled=False,
    ),
    "invariants": Kind(
        "invariant",
        model.Invariant,
        {
            "title": Key(text, "label", required=True),
            "never": Key(query),
            "whenever": Key(query),
            "must": Key(query),
            "harm": Key(text, required=True),
            "sources": Key(cited, required=True),
            "evidence": Key(one_of(*EVIDENCE), required=True),
        },
        kebab=True,
        labeled=False,
    ),
    "sources": Kind(
        "source",
        model.Source,
        {
            "citation": Key(text, required=True),
            "year": Key(whole),
            "kind": Key(
                one_of("guideline", "label", "review", "trial", "calculator", "article", "table", "reference"),
                required=True,
            ),
            "address": Key(text),
            "licence": Key(text),
            "review_by": Key(date),
        },
        kebab=True,
        labeled=False,
    ),
    "codes": Kind(
        "code list",
        model.CodeList,
        {
            "means": Key(words),
            "of": Key(text),
            "ignored": Key(text),
            **{system: Key(words) for system in model.CODE_SYSTEMS},
            "local": Key(codes),
            "unverified": Key(codes),
            "ingredients": Key(words),
            "routes": Key(several_of(*ROUTES)),
            "strengths": Key(words),
            "made_of": Key(words),
            "entry": Key(texts()),
        },
        labeled=False,
    ),
    "topics": Kind(
        "topic",
        model.Topic,
        {
            "question": Key(text, required=True),
            "ask": Key(words),
            "answer": Key(text, required=True),
            "see": Key(identifiers("entry")),
        },
        kebab=True,
        labeled=False,
    ),
    "scope": Kind(
        "scope",
        model.Scope,
        {
            "when": Key(premise, required=True),
            "refusal": Key(text, required=True),
            "assumption": Key(text, required=True),
            "disclaimer": Key(text, required=True),
            "plain": Key(text),
            "seek_help": Key(text),
        },
    ),
}

PLAIN = {"glossary": "a word", "sections": "a section", "words": "a phrase"}
"""Kinds that are plain mappings of texts to texts."""

READABLE = ("findings", "quantities", "states", "scales", "thresholds")
"""The kinds whose names premises read; they share one namespace."""

FREE_IDS = ("units",)
"""Kinds whose ids may be spelled in any way."""


@dataclass(slots=True)
class Draft:
    """An entry that has been read but not checked: values by field, some of them still waiting for the vocabulary."""

    kind: str
    id: str
    place: Place
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def at(self, key: str) -> Place:
        return self.places.get(key, self.place)


def read(kind_name: str, id_text: Text, node: Node, desk: Desk) -> Draft | None:
    """One entry of knowledge/."""
    kind = KINDS[kind_name]
    desk.owner = id_text.value
    if not isinstance(node, MapNode):
        what = f"{kind.singular} '{shortened(id_text.value)}' takes keys and values, not {describe(node)}"
        desk.say("OL123", what, id_text.place, "write its keys below it, indented by two spaces")
        return None
    _id_form(kind_name, kind, id_text, desk)
    draft = Draft(kind_name, id_text.value, id_text.place)
    meant: set[str] = set()
    for key, value in node.pairs:
        known = kind.keys.get(key.value) or EVERY.get(key.value)
        draft.places[key.value] = key.place
        if known is None:
            meant.add(unknown_key(key, [*kind.keys, *EVERY], desk, f"in {kind.singular} '{id_text.value}'"))
            continue
        result = known.read(value, key.value, desk)
        if result is not None:
            draft.values[known.field or key.value] = result
    required = [name for name, key in kind.keys.items() if key.required]
    if kind.labeled and kind_name != "scope":
        required.insert(0, "label")
    for name in required:
        if name not in draft.places and name not in meant:
            desk.say("OL102", f"{kind.singular} '{id_text.value}' has no '{name}'", id_text.place, _why(name))
    _together(draft, desk)
    return draft


def _id_form(kind_name: str, kind: Kind, id_text: Text, desk: Desk) -> None:
    if kind_name in FREE_IDS:
        return
    form, words_of = (
        (KEBAB, "small letters, digits and hyphens") if kind.kebab else (SNAKE, "small letters, digits and _")
    )
    if not form.fullmatch(id_text.value):
        separator = "-" if kind.kebab else "_"
        spelled = separator.join(part for part in _plain(id_text.value).split())
        hint = instead(id_text.value, spelled) if form.fullmatch(spelled) else ""
        what = f"the id of {'an' if kind.singular[0] in 'aeiou' else 'a'} {kind.singular} takes {words_of}"
        desk.say("OL110", f"{what}, not '{shortened(id_text.value)}'", id_text.place, hint)
    elif kind_name in READABLE and id_text.value in RESERVED:
        desk.say("OL110", f"'{id_text.value}' is a word of the rule language", id_text.place, "choose another id")


def _plain(spelling: str) -> str:
    return "".join(character if character.isalnum() else " " for character in spelling.lower())


def _why(key: str) -> str:
    return {
        "label": "give the words a clinician reads",
        "title": "say what holds of every patient, as a sentence",
        "harm": "say who would come to what harm",
        "sources": "say who says so",
        "evidence": f"say how far it was checked: {listed(EVIDENCE)}",
        "citation": "give author, title, journal and year, so that it can be found",
        "type": f"one of {listed(FINDING_TYPES)}",
        "for": "the medicines it speaks against, or classes of them",
        "know": "first: it is known before the medicine is recommended; if_reported: it acts once it is known",
    }.get(key, "")


def _hazard(draft: Draft, desk: Desk) -> None:
    """What harms says whom, whether it is awaited and who says so; what harms nobody says why."""
    harmless = draft.values["effect"] == "none"
    for key in ("because",) if harmless else ("for", "know", "sources", "evidence"):
        if key not in draft.places:
            what = f"hazard '{draft.id}' with effect {draft.values['effect']} has no '{key}'"
            desk.say("OL102", what, draft.place, _why(key))
    for key in ("for", "know", "when") if harmless else ():
        if key in draft.places:
            desk.say("OL112", f"'{key}' means nothing where the effect is none", draft.at(key), "leave it out")


def _together(draft: Draft, desk: Desk) -> None:
    """Keys that need, or exclude, each other."""
    if draft.kind == "findings":
        kind = draft.values.get("type")
        for key, place in draft.places.items():
            known = KINDS["findings"].keys.get(key)
            if kind and known and known.of and kind not in known.of:
                what = f"'{key}' means nothing on a finding of type {kind}"
                desk.say("OL112", what, place, f"it goes with type {listed(known.of)}")
        for key in TYPES[kind].needs if kind else ():
            if key not in draft.places:
                what = f"finding '{draft.id}' of type {kind} has no '{key}'"
                desk.say("OL102", what, draft.place)
        known_fields = draft.values.get("fields")
        if kind == "records" and known_fields and "key" in draft.values and draft.values["key"] not in known_fields:
            what = f"the key '{draft.values['key']}' is no field of '{draft.id}'"
            desk.say("OL105", what, draft.at("key"), f"its fields: {', '.join(known_fields)}")
    if draft.kind == "hazards" and "effect" in draft.values:
        _hazard(draft, desk)
    if draft.kind == "thresholds":
        alternative(draft.id, draft.place, draft.places, desk)
    if draft.kind == "invariants":
        forbidding(draft.id, draft.place, draft.places, desk)
    levels = draft.values.get("levels")
    if levels is not None:
        if len(levels) < 2:
            desk.say("OL107", f"scale '{draft.id}' needs at least two levels", draft.at("levels"), "lowest first")
        for level in levels:
            if not SNAKE.fullmatch(level):
                desk.say("OL110", f"level '{level}' takes small letters, digits and _", draft.at("levels"))

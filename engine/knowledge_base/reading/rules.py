"""The rules of rules/: a verb, what it is about, when it holds, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from ...premises.expression import All, Always, Cases, NumberNode, Points, TruthNode
from ...values.frozen import ordered
from ...values.problems import Place, did_you_mean, instead, meant
from .. import model, verbs
from ..files.nodes import ListNode, MapNode, Node, Text, describe, shortened
from .values.parts import Checker, keyed
from .values.scalars import (
    EVIDENCE,
    KEBAB,
    Desk,
    Read,
    cited,
    date,
    identifier,
    identifiers,
    listed,
    number,
    one_of,
    row_names,
    template,
    text,
    texts,
    unknown_key,
    words,
    yes_no,
)

VERBS: Mapping[str, str] = {verb: one.about for verb, one in verbs.VERBS.items()}
"""Each verb as authors write it, and the kind of entry it is about."""
_NONE: Literal[""] = ""
"""The verb of a rule that concludes nothing that can be told."""


@ordered
class Key:
    """A key of a rule, and the verbs it goes with (empty: all)."""

    read: Read
    verbs: tuple[str, ...] = ()
    required: bool = False


KEYS: Mapping[str, Key] = {
    "title": Key(text, required=True),
    "because": Key(text, required=True),
    "sources": Key(cited, required=True),
    "rows": Key(row_names),
    "evidence": Key(one_of(*EVIDENCE), required=True),
    "guideline": Key(identifier("guideline")),
    "grade": Key(text),
    "region": Key(identifier("region")),
    "note": Key(template),
    "since": Key(date),
    "withdrawn": Key(text),
    "outside_scope": Key(yes_no),
    "suppress": Key(texts()),
    "kept_because": Key(text),
    "synonyms": Key(words),
    "line": Key(one_of("first", "alternative", "second", "later"), ("recommends",)),
    "then": Key(identifiers("intervention"), ("recommends",)),
    "dose": Key(template, ("recommends", "cautions")),
    "until": Key(template, ("defers",)),
    "strength": Key(one_of("weak", "moderate", "strong"), ("supports", "opposes"), required=True),
    "shares": Key(text, ("supports", "opposes")),
    "weight": Key(one_of("minor", "major"), ("cautions",)),
    "urgency": Key(one_of("emergency", "urgent", "soon"), ("alerts",), required=True),
    "of": Key(identifier("condition"), ("causes",)),
    "step": Key(one_of("1", "2", "3", "4", "5", "6"), ("orders",)),
}

PREMISED: Mapping[str, tuple[str, ...]] = {
    "when": (),
    "as": ("derives",),
    "cases": ("derives",),
    "points": ("derives",),
    "levels": ("sets",),
}
"""Keys that hold premises and formulas, and the verbs they go with."""

COMMON_KEYS = ("when", "guideline", "grade", "sources", "evidence", "region", "shares")

_ALL_KEYS = (*KEYS, *PREMISED, *VERBS)
_LEVEL = re.compile(r"([a-z][a-z0-9_]*)\s*>=\s*([a-z][a-z0-9_]*)")


@dataclass(slots=True)
class Common:
    """The keys that the rules of a file share."""

    values: dict[str, Any] = field(default_factory=dict)
    when: Node | None = None
    place: Place = field(default_factory=lambda: Place(""))


@dataclass(slots=True)
class Draft:
    """A rule that has been read, its premises still unchecked."""

    id: str
    place: Place
    verb: verbs.Verb | Literal[""]
    targets: tuple[Text, ...]
    level: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    common: Common = field(default_factory=Common)

    def concluded(self) -> tuple[str, ...]:
        """The levels a rule sets, lowest first as written; one empty text for a rule without levels."""
        node = self.nodes.get("levels")
        if isinstance(node, MapNode):
            return tuple(key.value for key, _ in node.pairs)
        return (self.level,)


def common(node: Node, place: Place, desk: Desk) -> Common:
    """The opening `common:` of a file of rules."""
    desk.owner = "common"
    if not isinstance(node, MapNode):
        desk.wrong(node, "common", f"the keys {listed(COMMON_KEYS)}")
        return Common(place=place)
    found = Common(place=place)
    for key, value in node.pairs:
        if key.value == "when":
            found.when = value
        elif key.value in COMMON_KEYS:
            read_value = KEYS[key.value].read(value, key.value, desk)
            if read_value is not None:
                found.values[key.value] = read_value
        else:
            unknown_key(key, COMMON_KEYS, desk, "in 'common'")
    return found


def read(id_text: Text, node: Node, shared: Common, desk: Desk) -> Draft | None:
    """One rule; None where it concludes nothing that can be told."""
    desk.owner = id_text.value
    if not isinstance(node, MapNode):
        what = f"rule '{shortened(id_text.value)}' takes keys and values, not {describe(node)}"
        desk.say("OL123", what, id_text.place, "write title, verb, when, because and sources below it, indented")
        return None
    if not KEBAB.fullmatch(id_text.value):
        spelled = re.sub(r"[^a-z0-9]+", "-", id_text.value.lower()).strip("-")
        what = f"the id of a rule takes small letters, digits and hyphens, not '{shortened(id_text.value)}'"
        desk.say("OL110", what, id_text.place, instead(id_text.value, spelled) if spelled else "")
    keys = {key.value for key, _ in node.pairs}
    if keys & {"type", "definition", "citation", "answer", "label"} and not keys & {*VERBS, "because", "when", "title"}:
        what = f"'{id_text.value}' is an entry of knowledge, not a rule"
        desk.say("OL113", what, id_text.place, "move it to knowledge/")
        return None
    verb = _verb(id_text, node, desk)
    draft = Draft(id_text.value, id_text.place, verb, (), common=shared)
    instead_of: set[str] = set()
    for key, value in node.pairs:
        draft.places[key.value] = key.place
        if key.value in VERBS:
            if key.value == verb:
                draft.targets, draft.level = _targets(verb, value, desk)
        elif key.value in PREMISED:
            _belongs(key, value, PREMISED[key.value], verb, desk)
            draft.nodes[key.value] = value
        elif key.value in KEYS:
            _belongs(key, value, KEYS[key.value].verbs, verb, desk)
            result = KEYS[key.value].read(value, key.value, desk)
            if result is not None:
                draft.values[key.value] = result
        elif key.value == "label":
            desk.say(
                "OL101", "unknown key 'label' in a rule", key.place, instead("label", "title", "a rule has a 'title'")
            )
            instead_of.add("title")
        elif (spoken := _SPOKEN_KEYS.get(key.value, "")) and spoken not in keys:
            what = f"unknown key '{key.value}' in rule '{id_text.value}'"
            desk.say("OL101", what, key.place, meant(key.value, spoken))
            instead_of.add(spoken)
        elif verb or not _near_verb(key.value):
            instead_of.add(unknown_key(key, _ALL_KEYS, desk, f"in rule '{id_text.value}'"))
    _completed(draft, instead_of, desk)
    return draft if verb and draft.targets else None


def looks_like_one(node: MapNode) -> bool:
    """Whether an entry is a rule, by its keys."""
    keys = {key.value for key, _ in node.pairs}
    return bool(keys & VERBS.keys()) and bool(keys & {"when", "because", "title"})


def _near_verb(word: str) -> str:
    """The verb this was meant to be, or an empty text."""
    hint = did_you_mean(word, VERBS)
    verb = _SPOKEN.get(word, f"{word}s" if word in ("recommend", "order", "alert") else "")
    return hint if hint or not verb else meant(word, verb)


_SPOKEN = {
    **dict.fromkeys(
        ("forbids", "forbid", "bars", "bar", "prohibits", "avoids", "avoid", "excludes_use"), "contraindicates"
    ),
    **dict.fromkeys(("warns", "warn", "caution", "cautions_about"), "cautions"),
    **dict.fromkeys(("advises", "suggests", "gives", "give", "treats", "treat", "indicates", "offers"), "recommends"),
    **dict.fromkeys(("delays", "delay", "postpones", "postpone", "holds", "waits"), "defers"),
    **dict.fromkeys(("tests", "requests", "request", "measures", "investigates"), "orders"),
    **dict.fromkeys(("establishes", "proves", "confirms"), "diagnoses"),
    **dict.fromkeys(("rules_out", "rules-out", "disproves"), "excludes"),
    **dict.fromkeys(("alarms", "raises"), "alerts"),
    **dict.fromkeys(("computes", "calculates", "works_out"), "derives"),
}
"""What authors call a verb."""
_SPOKEN_KEYS = {
    **dict.fromkeys(("if", "condition", "premise", "where", "whenever"), "when"),
    **dict.fromkeys(("why", "reason", "rationale", "explanation"), "because"),
    **dict.fromkeys(("source", "reference", "references", "cites", "citation"), "sources"),
    **dict.fromkeys(("name", "heading"), "title"),
    **dict.fromkeys(("grade", "quality", "certainty"), "evidence"),
    **dict.fromkeys(("comment", "remark", "notes"), "note"),
}
"""What authors call a key of a rule."""


def _verb(id_text: Text, node: MapNode, desk: Desk) -> verbs.Verb | Literal[""]:
    written = [(key, verb) for key, _ in node.pairs for verb in verbs.VERBS if key.value == verb]
    if len(written) > 1:
        (first, _), (second, _) = written[:2]
        what = f"rule '{id_text.value}' has two verbs, '{first.value}' and '{second.value}'"
        desk.say("OL111", what, second.place, "make it two rules", first.place)
    if written:
        return written[0][1]
    for key, _ in node.pairs:
        if key.value not in KEYS and key.value not in PREMISED and _near_verb(key.value):
            desk.say("OL111", f"'{key.value}' is no verb", key.place, _near_verb(key.value))
            return _NONE
    what = f"rule '{id_text.value}' has no verb, so it concludes nothing"
    desk.say("OL111", what, id_text.place, f"write one of {listed(VERBS)}")
    return _NONE


def _belongs(key: Text, value: Node, of: tuple[str, ...], verb: str, desk: Desk) -> None:
    if verb and of and verb not in of:
        what = f"'{key.value}' means nothing with '{verb}'"
        words, plain = f"leave it out; it goes with {listed(of)}", isinstance(value, Text) and not value.style
        hint = instead(f"{key.value}: {value.value}", "", words) if plain and isinstance(value, Text) else words
        desk.say("OL112", what, key.place, hint)


def _targets(verb: str, node: Node, desk: Desk) -> tuple[tuple[Text, ...], str]:
    """The targets of a rule: ids as written, and for a scale the level."""
    items = node.items if isinstance(node, ListNode) else (node,)
    found: list[Text] = []
    for item in items:
        if not isinstance(item, Text) or not item.value.strip():
            desk.wrong(item, verb, f"the id of a {VERBS[verb]}, or a list of ids")
            continue
        match = _LEVEL.fullmatch(item.value.strip()) if verb == "sets" else None
        if match:
            if len(items) > 1:
                desk.say("OL107", "a level of a scale is set by a rule of its own", item.place, "make it two rules")
            scale = Text(match.group(1), item.place)
            desk.refer("scale", scale)
            return (scale,), match.group(2)
        if not re.fullmatch(r"[\w-]+", item.value):
            hint = "write 'scale >= level'" if verb == "sets" and re.search(r"[=<>]| is ", item.value) else ""
            desk.wrong(item, verb, f"the id of a {VERBS[verb]}, or a list of ids", hint)
            continue
        if any(other.value == item.value for other in found):
            desk.say("OL103", f"'{item.value}' is listed twice", item.place, "keep one")
            continue
        if verb == "derives" and found:
            desk.say("OL107", "a rule derives one quantity", item.place, "make it two rules")
            continue
        desk.refer(VERBS[verb], item)
        found.append(item)
    if not items:
        desk.wrong(Text("", node.place), verb, f"the id of a {VERBS[verb]}")
    return tuple(found), ""


def _completed(draft: Draft, meant: set[str], desk: Desk) -> None:
    """What `common` adds, and what is missing after that."""
    shared = draft.common.values
    if "sources" in shared and "sources" in draft.places:
        draft.values["sources"] = tuple(dict.fromkeys((*draft.values.get("sources", ()), *shared["sources"])))
    for name, value in shared.items():
        if not KEYS[name].verbs or draft.verb in KEYS[name].verbs:
            draft.values.setdefault(name, value)
    why = {
        "because": "say in a sentence why it is so; it is what the reader is shown",
        "sources": "say where it stands: [nogg-2024, demineralization A14]",
        "evidence": f"say how far it was checked: {listed(EVIDENCE)}",
        "title": "say in a sentence what holds",
        "strength": "weak, moderate or strong",
        "urgency": "emergency, urgent or soon",
    }
    for name, key in KEYS.items():
        needed = key.required and (not key.verbs or draft.verb in key.verbs)
        if needed and name not in draft.places and name not in shared and name not in meant:
            desk.say("OL102", f"rule '{draft.id}' has no '{name}'", draft.place, why.get(name, ""))
    definitions = [name for name in ("as", "cases", "points") if name in draft.nodes]
    if draft.verb == "derives" and len(definitions) != 1:
        if definitions:
            what = f"rule '{draft.id}' has both '{definitions[0]}' and '{definitions[1]}'"
            desk.say("OL112", what, draft.places[definitions[1]], "keep one")
        else:
            desk.say("OL102", f"rule '{draft.id}' has no 'as'", draft.place, "or 'cases', or 'points'")
    elif draft.verb and draft.verb != "derives":
        leveled = "levels" in draft.nodes
        if leveled and (draft.level or "when" in draft.nodes):
            what = "'levels' takes the place of '>= level'" if draft.level else "'levels' takes the place of 'when'"
            desk.say("OL112", what, draft.places["levels"], "keep one")
        if leveled and (not isinstance(draft.nodes["levels"], MapNode) or not draft.nodes["levels"].pairs):
            desk.wrong(draft.nodes["levels"], "levels", "a mapping of levels to premises")
        if not leveled and "when" not in {*draft.nodes, *meant} and draft.common.when is None:
            desk.say(
                "OL102", f"rule '{draft.id}' has no 'when'", draft.place, "write 'when: always' if it always holds"
            )


def build(draft: Draft, members: tuple[str, ...], checker: Checker) -> list[model.Rule]:
    """The rules a draft stands for, with checked premises: one, or one for each of its levels."""
    free = draft.verb != "derives"  # quantities come before all rules
    shared = None if draft.common.when is None else checker.premise(draft.common.when, "when", propositions=free)
    values = {key: value for key, value in draft.values.items() if key != "title"}
    whole: dict[str, Any] = {
        "id": draft.id,
        "place": draft.place,
        "label": draft.values.get("title", ""),
        "verb": draft.verb,
        "targets": tuple(target.value for target in draft.targets),
        "members": members,
        "places": draft.places,
        **values,
    }
    levels = draft.nodes.get("levels")
    if isinstance(levels, MapNode):
        rules = []
        for key, node in levels.pairs:
            when = _joined(shared, checker.premise(node, key.value))
            identity = f"{draft.id}-{key.value.replace('_', '-')}"
            rules.append(model.Rule(**{**whole, "id": identity, "place": key.place}, level=key.value, when=when))
        return rules
    own = checker.premise(draft.nodes["when"], "when", propositions=free) if "when" in draft.nodes else None
    formula = _formula(draft, checker) if draft.verb == "derives" else None
    return [model.Rule(**whole, level=draft.level, when=_joined(shared, own), formula=formula)]


def _joined(shared: TruthNode | None, own: TruthNode | None) -> TruthNode | None:
    """Both premises by all; `always` adds nothing."""
    if shared is None or isinstance(shared, Always):
        return own if own is not None else shared
    if own is None or isinstance(own, Always):
        return shared
    mine = own.items if isinstance(own, All) else (own,)
    theirs = shared.items if isinstance(shared, All) else (shared,)
    return All(items=tuple(dict.fromkeys((*theirs, *mine))), place=own.place, source=own.source)


def _formula(draft: Draft, checker: Checker) -> NumberNode | None:
    quantity = draft.targets[0].value
    if "as" in draft.nodes:
        return checker.formula(draft.nodes["as"], "as", quantity)
    if "cases" in draft.nodes:
        return _cases(draft.nodes["cases"], quantity, checker)
    if "points" in draft.nodes:
        return _points(draft.nodes["points"], checker)
    return None


def _whole(node: Node, key: str, desk: Desk) -> Node:
    return node


def _cases(node: Node, quantity: str, checker: Checker) -> NumberNode | None:
    desk = checker.desk
    if not isinstance(node, ListNode) or not node.items:
        desk.wrong(node, "cases", "a list of {when: ..., is: ...}, at the end {otherwise: ...}")
        return None
    premises: list[TruthNode | None] = []
    values: list[NumberNode | None] = []
    otherwise: NumberNode | None = None
    for position, item in enumerate(node.items):
        if isinstance(item, MapNode) and item.get("otherwise") is not None and len(item.pairs) == 1:
            last = item.pairs[0][1]
            if position + 1 < len(node.items):
                desk.say("OL107", "'otherwise' ends the cases", item.place, "move it to the end")
            otherwise = checker.formula(last, "otherwise", quantity)
            continue
        found = keyed(item, "cases", {"when": _whole, "is": _whole}, {"otherwise": _whole}, desk)
        if found is not None and "when" in found and "is" in found:
            premises.append(checker.premise(found["when"], "when", propositions=False))
            values.append(checker.formula(found["is"], "is", quantity))
    sound = [
        (when, value) for when, value in zip(premises, values, strict=True) if when is not None and value is not None
    ]
    if len(sound) < len(premises) or not sound:
        return None
    return Cases(
        premises=tuple(when for when, _ in sound),
        values=tuple(value for _, value in sound),
        otherwise=otherwise,
        place=node.place,
    )


def _points(node: Node, checker: Checker) -> NumberNode | None:
    desk = checker.desk
    if not isinstance(node, MapNode) or not node.pairs:
        desk.wrong(node, "points", "a mapping of premises to numbers")
        return None
    found: list[tuple[TruthNode, Decimal]] = []
    for key, value in node.pairs:
        when = checker.premise(key, "points", propositions=False)
        points = number(value, shortened(key.value), desk)
        if when is not None and points is not None:
            found.append((when, points))
    if len(found) < len(node.pairs):
        return None
    return Points(
        premises=tuple(when for when, _ in found), points=tuple(points for _, points in found), place=node.place
    )

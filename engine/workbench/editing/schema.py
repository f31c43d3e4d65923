"""JSON Schemas of rules, knowledge, cases and patient files, so that an editor completes and checks while one types.

They are made from what the reader reads by, and say less than `check`: an id that does not exist, a premise that does
not parse, is found there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...assessment.verdict import PLAN_STATUSES
from ...intake import record
from ...knowledge_base.model import Finding, KnowledgeBase
from ...knowledge_base.reading import entries
from ...knowledge_base.reading.linking import REGIONS
from ...knowledge_base.reading.rules import COMMON_KEYS, KEYS, PREMISED, VERBS
from ...knowledge_base.reading.values.scalars import KEBAB, SNAKE
from ...premises.checking.checking import COUNTED
from ...values.types import NUMBER, TYPES
from ..cases import cases
from . import meanings
from .values import FORMULA, IDS, PREMISE, TEXT, Schema, by_id, described, either_or_list, ids, mapping, value

DRAFT = "http://json-schema.org/draft-07/schema#"
_LEVEL = r"^[a-z][a-z0-9_]*\s*>=\s*[a-z][a-z0-9_]*$"

LAID: Mapping[str, tuple[str, ...]] = {
    "rules": ("rules/**/*.yaml",),
    **{
        kind: (f"knowledge/{kind}.yaml", f"knowledge/{kind}/**/*.yaml")
        for kind in (*(name for name in entries.KINDS if name != "analytes"), *entries.PLAIN)
    },
    "cases": ("tests/cases/**/*.yaml", "cases/**/*.yaml"),
    "patient": ("examples/*.yaml", "examples/ordinary/*.yaml"),
}
"""Each kind of file that authors write, and where such files lie."""


def schemas(kb: KnowledgeBase) -> dict[str, Schema]:
    """Every schema by the name of its file."""
    found: dict[str, Schema] = {"rules": _rules(), "cases": _cases(), "patient": _patient(kb)}
    for kind in entries.KINDS:
        if kind not in ("units", "analytes"):
            found[kind] = _entries(kind)
    found["units"] = mapping({kind: _entries(kind) for kind in ("units", "analytes")})
    found |= {kind: by_id(TEXT) for kind in entries.PLAIN}
    whole = {f"{kind}.json": {"$schema": DRAFT, **described(found[kind], meanings.KINDS[kind])} for kind in LAID}
    return {**whole, "premise.json": {"$schema": DRAFT, **_premise()}, IDS: {"$schema": DRAFT, **_ids(kb)}}


def written(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def settings(folder: str) -> str:
    """What tells VS Code which schema goes with which files; `folder` is where the schemas lie."""
    told: dict[str, Any] = {
        "yaml.schemas": {f"./{folder}/{kind}.json": list(patterns) for kind, patterns in LAID.items()},
        "yaml.customTags": [],
        "yaml.format.enable": False,
        "[yaml]": {"editor.insertSpaces": True, "editor.tabSize": 2, "editor.rulers": [120]},
    }
    return json.dumps(told, indent=2) + "\n"


# --- rules ------------------------------------------------------------------------------------------------------------


def _rules() -> Schema:
    common = mapping({key: _rule_key(key) for key in COMMON_KEYS})
    shared = [key for key in COMMON_KEYS if key in KEYS and KEYS[key].required]
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^(?:{KEBAB.pattern})$"},
        "properties": {"common": described(common, meanings.RULE["common"])},
        "additionalProperties": _rule(),
        "allOf": [
            *(_unless_common(key, {"required": [key]}) for key in shared),
            _unless_common("when", {"anyOf": [{"required": [key]} for key in ("when", "levels", "derives")]}),
        ],
    }


def _unless_common(key: str, rule: Schema) -> Schema:
    """What each rule needs where the file's `common` does not give it."""
    given = {"required": ["common"], "properties": {"common": {"required": [key]}}}
    return {"if": {"not": given}, "then": {"properties": {"common": True}, "additionalProperties": rule}}


def _rule() -> Schema:
    found = mapping(
        {
            **{key: _rule_key(key) for key in (*KEYS, *PREMISED, *VERBS)},
            "replaces": described(ids("rule"), meanings.EVERY["replaces"]),
        },
        tuple(key for key, known in KEYS.items() if known.required and not known.verbs and key not in COMMON_KEYS),
    )
    needed = {
        verb: [key for key, known in KEYS.items() if known.required and verb in known.verbs]
        for verb in VERBS
        if any(known.required and verb in known.verbs for known in KEYS.values())
    }
    belonging = {key: verbs for key, verbs in PREMISED.items() if verbs}
    belonging |= {key: known.verbs for key, known in KEYS.items() if known.verbs}
    only_with = {key: {"anyOf": [{"required": [verb]} for verb in verbs]} for key, verbs in belonging.items()}
    defined = {"derives": {"oneOf": [{"required": [key]} for key in ("as", "cases", "points")]}}
    return {
        **found,
        "oneOf": [{"required": [verb]} for verb in VERBS],
        "dependencies": {**needed, **only_with, **defined},
    }


def _rule_key(key: str) -> Schema:
    return described(_rule_value(key), meanings.of("rules", key))


def _rule_value(key: str) -> Schema:
    if key in KEYS:
        return value(KEYS[key].read)
    if key == "sets":
        return either_or_list({"anyOf": [ids(VERBS[key]), {"type": "string", "pattern": _LEVEL}]})
    if key in VERBS:
        return either_or_list(ids(VERBS[key]))
    return {"when": PREMISE, "as": FORMULA, "cases": _cases_of(), "points": _points(), "levels": _levels()}[key]


def _cases_of() -> Schema:
    case = mapping({"when": PREMISE, "is": FORMULA, "otherwise": FORMULA})
    whole = {**case, "anyOf": [{"required": ["when", "is"]}, {"required": ["otherwise"]}]}
    return {"type": "array", "minItems": 1, "items": whole}


def _points() -> Schema:
    return {"type": "object", "minProperties": 1, "additionalProperties": {"type": ["number", "string"]}}


def _levels() -> Schema:
    return {**by_id(PREMISE, SNAKE.pattern), "minProperties": 1}


def _premise() -> Schema:
    """A premise: an expression, or a list under a word that joins it."""
    several = {"type": "array", "items": {"$ref": "#"}, "minItems": 1}
    joined = {
        "type": "object",
        "properties": {
            "all": described(several, "Every one of these."),
            "any": described(several, "At least one of these."),
            "not": described({"anyOf": [{"$ref": "#"}, several]}, "None of these."),
        },
        "patternProperties": {rf"^{joint} \d{{1,3}} of$": described(several, told) for joint, told in COUNTED.items()},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"anyOf": [{"type": "string", "minLength": 1, "pattern": r"\S"}, joined]}


# --- knowledge --------------------------------------------------------------------------------------------------------


def _entries(kind: str) -> Schema:
    form = "" if kind in entries.FREE_IDS else KEBAB.pattern if entries.KINDS[kind].kebab else SNAKE.pattern
    return by_id(_entry(kind), form)


def _entry(kind: str) -> Schema:
    known = entries.KINDS[kind]
    keys = {**known.keys, **{key: read for key, read in entries.EVERY.items() if key not in known.keys}}
    properties = {key: described(value(read.read), meanings.of(kind, key)) for key, read in keys.items()}
    properties["replaces"] = described(TEXT, meanings.EVERY["replaces"])
    required = [key for key, read in known.keys.items() if read.required]
    if known.labeled and kind != "scope":
        required.insert(0, "label")
    found = mapping(properties, tuple(required))
    if kind == "findings":
        found["dependencies"] = {
            key: {"properties": {"type": {"enum": list(read.of)}}} for key, read in known.keys.items() if read.of
        }
        found["allOf"] = [
            {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": {"required": [*one.needs]}}
            for name, one in TYPES.items()
            if one.needs
        ]
    if kind == "invariants":
        found["oneOf"] = [{"required": ["never"]}, {"required": ["whenever", "must"]}]
        del properties["label"]
    if kind == "thresholds":
        found["oneOf"] = [{"required": ["value"]}, {"required": ["values"]}, {"required": ["by", "steps"]}]
    return found


# --- cases and patients -----------------------------------------------------------------------------------------------


def _cases() -> Schema:
    patient: Schema = {"$ref": "patient.json"}
    values: dict[str, Schema] = {
        "name": TEXT,
        "today": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "like": TEXT,
        "given": patient,
        "without": either_or_list(ids("finding")),
        "expect": _expected(),
        "expect_not": _expected(),
        "also": _expected(),
        "note": TEXT,
    }
    case = mapping({key: described(values[key], meanings.CASE[key]) for key in record.CASE_KEYS}, ("name",))
    case["allOf"] = [_one_of("expect", "expect_not"), _one_of("given", "like")]
    return {"type": "array", "items": case, "minItems": 1}


def _one_of(*keys: str) -> Schema:
    return {"anyOf": [{"required": [key]} for key in keys]}


_SUBJECTS: Mapping[str, str] = {
    **dict.fromkeys((*cases.DIAGNOSES, "causes", "ranks", "scores", "diagnosis", "cause", "reject"), "condition"),
    **dict.fromkeys(
        (*PLAN_STATUSES, "cautions", "missing", "deferred_after", "doses", "recommend", "avoid"), "intervention"
    ),
    **dict.fromkeys(("states", "false", "unknown"), "state"),
    **dict.fromkeys(("fired", "held", "ruled_out"), "rule"),
    "scales": "scale",
    "orders": "investigation",
    "next_step": "investigation",
    "alerts": "alert",
    "quantities": "quantity",
    "asked": "finding",
}


def _expected() -> Schema:
    found: dict[str, Schema] = {key: either_or_list(ids(_SUBJECTS[key])) for key in cases.LISTS}
    tolerant = mapping({"is": TEXT, "within": TEXT}, ("is",))
    wanted: dict[str, Schema] = {
        "quantities": {"anyOf": [TEXT, tolerant]},
        "ranks": {"type": "integer", "minimum": 1},
        "scores": {"type": "number"},
        **dict.fromkeys(("missing", "deferred_after", "doses"), either_or_list(TEXT)),
    }
    for key in cases.MAPPINGS:
        found[key] = {**by_id(wanted.get(key, TEXT)), "propertyNames": ids(_SUBJECTS[key])}
    told = {key: described(schema, meanings.EXPECTED[key]) for key, schema in found.items()}
    # Editors take the key `false` for a truth value and then do not find it among the properties.
    return {**mapping(told), "patternProperties": {"^false$": told["false"]}}


def _said(scalars: tuple[str, ...]) -> Schema:
    """An answer that is one of these, or told in parts."""
    return {"anyOf": [{"type": [*scalars]}, {"type": "array"}, {"type": "object", "minProperties": 1}]}


_ANSWER = _said(NUMBER.scalars)


def _patient(kb: KnowledgeBase) -> Schema:
    """A patient: each finding by its id; labels and synonyms name findings too."""
    found: dict[str, Schema] = {
        key: described(schema, meanings.CASE[key])
        for key, schema in (("name", TEXT), ("today", {"type": "string"}), ("note", TEXT))
    }
    for name, finding in kb.findings.items():
        found[name] = described(_answer(kb, finding), _asked(finding))
    for name, quantity in kb.quantities.items():
        found.setdefault(name, described(_ANSWER, _with_unit(quantity.label, quantity.unit)))
    entries_named = (*kb.findings.values(), *kb.quantities.values())
    others = {word for entry in entries_named for word in (entry.label, *entry.synonyms)}
    return {
        "type": "object",
        "properties": found,
        "additionalProperties": _ANSWER,
        "minProperties": 1,
        "anyOf": [
            {"propertyNames": {"enum": sorted({*found, *others, *record.names_of(kb)})}},
            {"required": ["given"]},
        ],
    }


def _asked(finding: Finding) -> str:
    return _with_unit(finding.label, "" if finding.bare_unit else finding.unit) + (
        f" {finding.help}" if finding.help else ""
    )


def _with_unit(label: str, unit: str) -> str:
    return f"{label[:1].upper()}{label[1:]}{f', in {unit}' if unit else ''}."


def _answer(kb: KnowledgeBase, finding: Finding) -> Schema:
    if finding.form == "yes_no":
        return {"anyOf": [{"enum": ["yes", "no", "unknown", "not measured"]}, {"type": ["string", "boolean"]}]}
    if finding.form == "choice":
        members = list(kb.choices[finding.choices].members) if finding.choices in kb.choices else []
        return {"anyOf": [{"enum": members}, _ANSWER]} if members else _ANSWER
    if finding.form != "records":
        return _said(TYPES[finding.type].scalars)
    field = finding.fields.get(finding.key)
    members = list(kb.choices[field.choices].members) if field is not None and field.choices in kb.choices else []
    known = {name: {"description": kind.label} for name, kind in finding.fields.items()}
    entry = {"anyOf": [{"enum": [*members, "..."]}, {"type": "string"}, mapping(known)]}
    return {"anyOf": [{"enum": ["none", *members]}, {"type": "string"}, {"type": "array", "items": entry}]}


# --- ids --------------------------------------------------------------------------------------------------------------


def _ids(kb: KnowledgeBase) -> Schema:
    """Every id, by what it may be referred to as: those there are for completion, others while they are written."""
    classes = {name for choices in kb.choices.values() for name in choices.classes}
    readable = [*kb.findings, *kb.quantities, *kb.thresholds]
    regions = sorted({*REGIONS, *(guideline.region for guideline in kb.guidelines.values() if guideline.region)})
    known: dict[str, tuple[Iterable[str], str]] = {
        "rule": (kb.rules, KEBAB.pattern),
        "finding": (kb.findings, SNAKE.pattern),
        "quantity": (kb.quantities, SNAKE.pattern),
        "state": (kb.states, SNAKE.pattern),
        "scale": (kb.scales, SNAKE.pattern),
        "state or scale": ([*kb.states, *kb.scales], SNAKE.pattern),
        "printable": (readable, SNAKE.pattern),
        "group": (kb.groups, SNAKE.pattern),
        "section": (kb.sections, r"[a-z][\w-]*"),
        "choice set": (kb.choices, SNAKE.pattern),
        "condition": (kb.conditions, SNAKE.pattern),
        "cause": (_with_classes(kb, kb.conditions), SNAKE.pattern),
        "diagnosis": (_with_classes(kb, kb.conditions), SNAKE.pattern),
        "intervention": (_with_classes(kb, kb.interventions), SNAKE.pattern),
        "investigation": (kb.investigations, SNAKE.pattern),
        "alert": (kb.alerts, SNAKE.pattern),
        "advice": ([*_with_classes(kb, kb.interventions), *kb.investigations, *kb.alerts], SNAKE.pattern),
        "guideline": (kb.guidelines, KEBAB.pattern),
        "source": (kb.sources, KEBAB.pattern),
        "citation": (kb.sources, rf"{KEBAB.pattern}( .+)?"),
        "region": (regions, r"\S.*"),
        "unit": (kb.units, r"\S+"),
        "analyte": (kb.analytes, SNAKE.pattern),
        "class of conditions": (classes, SNAKE.pattern),
        "class of interventions": (classes, SNAKE.pattern),
        "class here": (classes, SNAKE.pattern),
        "entry": ((), r"\S.*"),
    }
    definitions = {
        kind.replace(" ", "_"): _open(sorted(set(names)), pattern) for kind, (names, pattern) in known.items()
    }
    words = "The ids there are, for completion; `check` tells of one that is not."
    return {"description": words, "definitions": definitions}


def _with_classes(kb: KnowledgeBase, own: Iterable[str]) -> list[str]:
    members = set(own)
    return [*members, *(name for c in kb.choices.values() for name, inside in c.classes.items() if inside & members)]


def _open(names: list[str], pattern: str) -> Schema:
    free: Schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return {"anyOf": [{"enum": names}, free]} if names else free

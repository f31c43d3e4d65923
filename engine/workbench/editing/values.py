"""What may stand after a key, as JSON Schema: told from the reader of the key, so that both always say the same."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ...knowledge_base.reading import entries
from ...knowledge_base.reading.values import parts, scalars
from ...knowledge_base.reading.values.scalars import Read
from . import meanings

Schema = dict[str, Any]

IDS = "ids.json"
"""The file of every id there is; the others refer to it, so that a new id changes this one only."""

TEXT: Schema = {"type": ["string", "number"], "minLength": 1, "pattern": r"\S"}
PREMISE: Schema = {"$ref": "premise.json"}
FORMULA: Schema = {"type": ["string", "number"], "minLength": 1}
NUMBER: Schema = {"type": ["number", "string"], "pattern": f"^(?:{scalars.NUMBER.pattern})$"}
RANGE: Schema = {"type": "string", "pattern": r"^(?=.*\d)(-?\d+(\.\d+)?)?\s*\.\.\s*(-?\d+(\.\d+)?)?$"}
DATE: Schema = {"type": ["string", "integer"], "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}


def value(read: Read) -> Schema:
    """The values this reader takes. A reader that is not known here is a fault of ours."""
    return _KNOWN[_origin(read)](given(read))


def ids(kind: str) -> Schema:
    """One id of that kind: those that there are, for completion, and any that is spelled like one."""
    return {"$ref": f"{IDS}#/definitions/{kind.replace(' ', '_')}"}


def either_or_list(item: Schema) -> Schema:
    """One of these, or a list of them."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def described(schema: Schema, words: str) -> Schema:
    """The schema with what an editor shows; a reference keeps its words beside it."""
    return {"description": words, **({"allOf": [schema]} if "$ref" in schema else schema)}


def mapping(properties: Mapping[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    """A mapping with these keys and no others."""
    found: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def by_id(entry: Schema, pattern: str = "") -> Schema:
    """Entries by id."""
    names: Schema = {"propertyNames": {"pattern": f"^(?:{pattern})$"}} if pattern else {}
    return {"type": "object", "additionalProperties": entry, **names}


def _origin(read: Read) -> str:
    return str(getattr(read, "__qualname__", "")).split(".<locals>")[0]


def given(read: Read) -> Mapping[str, Any]:
    """What the reader was made for: its kind, its allowed words, the keys it takes."""
    return inspect.getclosurevars(read).nonlocals


def _one_of(made: Mapping[str, Any]) -> Schema:
    allowed = list(made["allowed"])
    return {"enum": [*allowed, *(int(word) for word in allowed if word.isdigit())]}


def _texts(made: Mapping[str, Any]) -> Schema:
    allowed = made["allowed"]
    return mapping({name: described(TEXT, meanings.FEATURES[name]) for name in allowed}) if allowed else by_id(TEXT)


def _members(made: Mapping[str, Any]) -> Schema:
    keys = {name: described(value(read), meanings.PARTS[name]) for name, read in made["allowed"].items()}
    return by_id({"anyOf": [TEXT, mapping(keys, ("label",))]}, scalars.SNAKE.pattern)


def _fields(_: Mapping[str, Any]) -> Schema:
    types: Schema = {"enum": ["number", "choice", "date", "duration", "yes_no"]}
    keys = {name: described(value(read), meanings.PARTS[name]) for name, read in parts.FIELD.items()}
    whole = mapping({"type": described(types, meanings.PARTS["type"]), **keys}, ("type",))
    return {**by_id({"anyOf": [types, whole]}, scalars.SNAKE.pattern), "minProperties": 1}


def _ranges(_: Mapping[str, Any]) -> Schema:
    case = mapping({"when": PREMISE, "is": RANGE}, ("is",))
    return {"anyOf": [RANGE, {"type": "array", "items": case, "minItems": 1}]}


def _steps(_: Mapping[str, Any] | None = None) -> Schema:
    return {"type": "array", "minItems": 1, "items": mapping({"from": NUMBER, "is": NUMBER}, ("from", "is"))}


def _values(_: Mapping[str, Any]) -> Schema:
    dated = mapping({"since": DATE, "is": NUMBER, "by": ids("finding"), "steps": _steps()})
    return {"type": "array", "minItems": 1, "items": dated}


def _positions(_: Mapping[str, Any]) -> Schema:
    said = mapping({"guideline": ids("guideline"), "says": TEXT, "when": PREMISE}, ("guideline", "says"))
    return {"type": "array", "minItems": 1, "items": said}


def _assumed(_: Mapping[str, Any]) -> Schema:
    return {"anyOf": [TEXT, mapping({"is": TEXT, "when": PREMISE, "sure": PREMISE}, ("is",))]}


def _pursue(_: Mapping[str, Any]) -> Schema:
    return {"anyOf": [{"const": "always"}, mapping({"when": PREMISE}, ("when",))]}


def _fixed(schema: Schema) -> Callable[[Mapping[str, Any]], Schema]:
    return lambda _: schema


_KNOWN: Mapping[str, Callable[[Mapping[str, Any]], Schema]] = {
    "text": _fixed(TEXT),
    "template": _fixed(TEXT),
    "words": _fixed(either_or_list(TEXT)),
    "yes_no": _fixed({"enum": ["yes", "no"]}),
    "number": _fixed(NUMBER),
    "whole": _fixed({"type": ["integer", "string"], "minimum": 0, "pattern": r"^\d{1,6}$"}),
    "interval": _fixed(RANGE),
    "age": _fixed({"type": "string", "pattern": r"^(never|[1-9]\d{0,2} (month|year)s?)$"}),
    "date": _fixed(DATE),
    "row_names": _fixed(either_or_list({"type": "string", "pattern": f"^{scalars.ROW_NAME.pattern}$"})),
    "cited": _fixed(either_or_list(ids("citation"))),
    "codes": _fixed(by_id(either_or_list(TEXT))),
    "numbers": _fixed(by_id(NUMBER)),
    "premise": _fixed(PREMISE),
    "query": _fixed(PREMISE),
    "grounded": _fixed(PREMISE),
    "one_of": _one_of,
    "several_of": lambda made: either_or_list(_one_of(made)),
    "texts": _texts,
    "identifier": lambda made: ids(made["kind"]),
    "identifiers": lambda made: either_or_list(ids(made["kind"])),
    "choice_members": _members,
    "fields": _fields,
    "ranges": _ranges,
    "steps": _steps,
    "values": _values,
    "positions": _positions,
    "assumed": _assumed,
    "pursue": _pursue,
}
"""By the name of the reader in knowledge_base/, what it takes."""


def known_readers() -> frozenset[str]:
    """The readers that are known here."""
    return frozenset(_KNOWN)


def readers_of_entries() -> frozenset[str]:
    """The readers that entries of knowledge use."""
    keys = [key for kind in entries.KINDS.values() for key in kind.keys.values()]
    return frozenset(_origin(key.read) for key in [*keys, *entries.EVERY.values()])

"""Every place at which an id is written, to the letter: in premises, behind keys, in texts, in worked cases.

`usage` tells who uses an entry; this tells where the word stands, for whoever wants to go there or to change it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...intake.record import EXPECTING
from ...knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from ...knowledge_base.reading.premises import is_joint
from ...knowledge_base.reading.sheets import Part, Sheet
from ...knowledge_base.reading.values.scalars import Reference
from ...premises.checking import tokens
from ...values.problems import Place
from ..cases.cases import known_kind
from .things import Thing, Things

_WORD = re.compile(r"[A-Za-z_][\w-]*")
_LEVEL = re.compile(r"\s*>=\s*([a-z]\w*)")
PREMISES = frozenset(
    {
        "when",
        "applies",
        "indicated",
        "never",
        "whenever",
        "must",
        "sure",
        "as",
        "otherwise",
        "points",
        "cases",
        "levels",
    }
)
"""Keys below which premises and formulas stand."""


class Occurrence(NamedTuple):
    """A word that names a thing; `defines` where the thing itself is written."""

    thing: Thing
    place: Place
    defines: bool = False


def in_sheet(sheet: Sheet, things: Things) -> Iterator[Occurrence]:
    """Those of a file of rules or knowledge."""
    for reference in sheet.references:
        yield from _referred(reference, things)
    if isinstance(sheet.node, MapNode) and sheet.kind == "rules":
        common = sheet.node.get("common")
        yield from _premises(common, things) if common is not None else ()
    for part in sheet.parts:
        yield from _in_part(part, things)
    for key, value in sheet.plain:
        if sheet.kind == "sections":
            yield Occurrence(Thing("sections", key.value), key.place, defines=True)
        elif sheet.kind == "words" and isinstance(value, Text) and not value.value.startswith("?"):
            yield from _in_words(value, things)


def _in_part(part: Part, things: Things) -> Iterator[Occurrence]:
    kind, name = part.kind, part.key.value
    yield Occurrence(Thing(kind, name), part.key.place, defines=True)
    for reference in part.references:
        yield from _referred(reference, things, owner=name if kind == "choices" else "")
    if not isinstance(part.node, MapNode):
        return
    yield from _premises(part.node, things)
    if kind == "choices":
        yield from _in_choice(name, part.node, things)
    elif kind == "findings":
        yield from _in_finding(name, part.node, things)
    elif kind == "scales":
        for level in _texts(part.node.get("levels")):
            yield Occurrence(Thing(f"levels of {name}", level.value), level.place, defines=True)
    elif kind == "hazards":
        yield from _in_hazard(part.node, things)
    elif kind == "interventions":
        for text in _texts(part.node.get("label_contraindicates")):
            thing = things.readable(text.value) or next(things.named(text.value), None)
            if thing is not None:
                yield Occurrence(thing, text.at(0))
    elif kind == "rules":
        yield from _in_rule(part.node, things)
    if part.replaces is not None and isinstance(part.replaces[1], Text):
        yield Occurrence(Thing(kind, part.replaces[1].value), part.replaces[1].place)


def _referred(reference: Reference, things: Things, owner: str = "") -> Iterator[Occurrence]:
    if reference.kind == "section":
        yield Occurrence(Thing("sections", reference.id), reference.place)
        return
    if reference.kind == "class here":
        found = things.label(owner, reference.id)
    else:
        found = things.referred(reference.kind, reference.id)
    if found is not None:
        yield Occurrence(found, reference.place)


# --- premises ---------------------------------------------------------------------------------------------------------


def premises_in(node: Node, inside: bool = False) -> Iterator[Text]:
    """The texts below a node that are premises or formulas."""
    if isinstance(node, Text):
        if inside:
            yield node
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from premises_in(item, inside)
    else:
        for key, value in node.pairs:
            joint = is_joint(key.value)
            if key.value == "points" and isinstance(value, MapNode):
                yield from (premise for premise, _ in value.pairs)
            elif key.value in PREMISES or (inside and (joint or key.value == "is")):
                yield from premises_in(value, inside=True)
            elif inside:
                yield from premises_in(value, inside=not _is_number(value))  # the levels of a rule
            elif not isinstance(value, Text):
                yield from premises_in(value)


def _is_number(node: Node) -> bool:
    return isinstance(node, Text) and node.value.replace(".", "").isdigit()


def _premises(node: Node, things: Things) -> Iterator[Occurrence]:
    for text in premises_in(node):
        for word in tokens.used(text.value, things.vocabulary):
            thing = things.used(word)
            if thing is not None:
                yield Occurrence(thing, text.at(word.start))


# --- what stands behind keys ------------------------------------------------------------------------------------------


def _texts(node: Node | None) -> Iterator[Text]:
    for item in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(item, Text):
            yield item


def _pairs(node: Node | None) -> Iterator[tuple[Text, Node]]:
    yield from node.pairs if isinstance(node, MapNode) else ()


def _in_choice(name: str, node: MapNode, things: Things) -> Iterator[Occurrence]:
    for key in ("members", "classes"):
        for member, value in _pairs(node.get(key)):
            thing = things.label(name, member.value)
            if thing is not None:
                yield Occurrence(thing, member.place, defines=True)
            assumed = value.get("assumes") if isinstance(value, MapNode) else None
            for field, said in _pairs(assumed):
                yield from _assumed(name, field, said, things)


def _assumed(choice: str, field: Text, said: Node, things: Things) -> Iterator[Occurrence]:
    """What a member is taken to say of another field of the list it belongs to."""
    for finding in things.kb.findings.values():
        if field.value in finding.fields and things.choice_of(finding.id) == choice:
            yield Occurrence(Thing(f"fields of {finding.id}", field.value), field.place)
            yield from _labels(said, finding.fields[field.value].choices, things)
            return


def _labels(node: Node | None, choice: str, things: Things) -> Iterator[Occurrence]:
    for text in _texts(node):
        thing = things.label(choice, text.value)
        if thing is not None:
            yield Occurrence(thing, text.at(0))


def _in_finding(name: str, node: MapNode, things: Things) -> Iterator[Occurrence]:
    for field, _ in _pairs(node.get("fields")):
        yield Occurrence(Thing(f"fields of {name}", field.value), field.place, defines=True)
    for key in _texts(node.get("key")):
        yield Occurrence(Thing(f"fields of {name}", key.value), key.at(0))
    assumed = node.get("assumed")
    yield from _labels(assumed.get("is") if isinstance(assumed, MapNode) else assumed, things.choice_of(name), things)


def _in_hazard(node: MapNode, things: Things) -> Iterator[Occurrence]:
    reads = next(_texts(node.get("reads")), None)
    if reads is None:
        return
    thing = things.readable(reads.value)
    if thing is not None:
        yield Occurrence(thing, reads.at(0))
    choice = "conditions" if reads.value == "diagnosed" else things.choice_of(reads.value)
    for text in _texts(node.get("members")):
        found = things.label(choice, text.value) or things.used(tokens.Used(0, text.value, tokens.LEVEL, reads.value))
        if found is not None:
            yield Occurrence(found, text.at(0))


def _in_rule(node: MapNode, things: Things) -> Iterator[Occurrence]:
    until = next(_texts(node.get("until")), None)
    if until is not None and until.value in things.kb.interventions:
        yield Occurrence(Thing("interventions", until.value), until.at(0))
    for target in _texts(node.get("sets")):
        scale = target.value.split(" ")[0]
        match = _LEVEL.match(target.value, len(scale))
        if match is not None and scale in things.kb.scales:
            yield Occurrence(Thing(f"levels of {scale}", match[1]), target.at(match.start(1)))
        if scale in things.kb.scales:
            for level, _ in _pairs(node.get("levels")):
                yield Occurrence(Thing(f"levels of {scale}", level.value), level.place)


def _in_words(text: Text, things: Things) -> Iterator[Occurrence]:
    """Findings, and members of any choice, that a phrase stands for."""
    for match in _WORD.finditer(text.value):
        thing = things.readable(match.group())
        if thing is None:
            found = (one for one in things.named(match.group()) if one.kind.startswith(("members", *_ENTRIES)))
            thing = next(found, None)
        if thing is not None:
            yield Occurrence(thing, text.at(match.start()))


_ENTRIES = ("conditions", "interventions", "classes")


# --- patients ---------------------------------------------------------------------------------------------------------


def in_patients(node: Node, things: Things) -> Iterator[Occurrence]:
    """Those of a file of worked cases or patients."""
    items = node.items if isinstance(node, ListNode) else (node,)
    for item in items:
        if not isinstance(item, MapNode):
            continue
        given = item.get("given")
        yield from _given(given if isinstance(given, MapNode) else item, things)
        for name in _texts(item.get("without")):
            thing = things.readable(name.value)
            if thing is not None:
                yield Occurrence(thing, name.at(0))
        for block in EXPECTING:
            for key, value in _pairs(item.get(block)):
                yield from _expected(key.value, value, things)


def _given(node: MapNode, things: Things) -> Iterator[Occurrence]:
    for key, value in node.pairs:
        thing = things.readable(key.value)
        if thing is None:
            continue
        yield Occurrence(thing, key.place)
        yield from _answers(key.value, value, things)


def _answers(name: str, node: Node, things: Things) -> Iterator[Occurrence]:
    if isinstance(node, MapNode):
        fields = things.kb.findings[name].fields if name in things.kb.findings else {}
        for key, value in node.pairs:
            if key.value in fields:
                yield Occurrence(Thing(f"fields of {name}", key.value), key.place)
                yield from _labels(value, fields[key.value].choices, things)
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _answers(name, item, things)
    else:
        yield from _labels(node, things.choice_of(name), things)


def _expected(key: str, node: Node, things: Things) -> Iterator[Occurrence]:
    kind = known_kind(key)
    if not kind:
        return
    named = list(_texts(node)) if not isinstance(node, MapNode) else [subject for subject, _ in node.pairs]
    for text in named:
        yield Occurrence(Thing(kind, text.value), text.at(0))
    for subject, wanted in _pairs(node):
        inner = {"missing": "findings", "deferred_after": "interventions"}.get(key, "")
        if key == "scales":
            inner = f"levels of {subject.value}"
        for text in _texts(wanted) if inner else ():
            yield Occurrence(Thing(inner, text.value), text.at(0))


def of_thing(thing: Thing, found: Iterable[Occurrence]) -> list[Occurrence]:
    """Those of one thing, each place once, its definition first."""
    own = {one.place: one for one in found if one.thing == thing}
    return sorted(own.values(), key=lambda one: (not one.defines, one.place))

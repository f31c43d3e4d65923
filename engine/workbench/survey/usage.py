"""Who uses an entry: the rules and entries that read, conclude or cite it, and the worked cases that mention it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...knowledge_base.model import Entry, KnowledgeBase, Rule
from ...premises import expression
from ...premises.expression import Node
from ...values.problems import Place

_NAMED_IN_TEXTS = re.compile(r"\{(\w+)\}")
_WORDS = re.compile(r"[\w-]+")
_CASE = re.compile(r"\s*-\s+name:\s*(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Use:
    """One place that uses an entry: `how` in a word or two, and what it is."""

    how: str
    id: str
    label: str
    place: Place


@dataclass(frozen=True, slots=True)
class Mention:
    """A worked case that names an entry."""

    case: str
    place: Place


def uses(kb: KnowledgeBase, name: str) -> tuple[Use, ...]:
    """Rules first, in the order of the knowledge base, each once for each way it uses the entry."""
    found = [Use(how, rule.id, rule.label, rule.place) for rule in kb.rules.values() for how in _by_rule(rule, name)]
    for entry in _others(kb):
        found += [Use(how, entry.id, entry.label or entry.id, entry.place) for how in _by_entry(entry, name)]
    return tuple(dict.fromkeys(found))


def _by_rule(rule: Rule, name: str) -> Iterator[str]:
    if name in rule.targets or name in rule.members:
        yield "concludes" if rule.verb in ("sets", "derives") else rule.verb
    if name == rule.of:
        yield rule.verb
    if any(part is not None and name in _read(part) for part in (rule.when, rule.formula)):
        yield "reads"
    if name in rule.then or name == rule.until:
        yield "then" if name in rule.then else "until"
    if name in {word for text in (rule.dose, rule.note, rule.until) for word in _NAMED_IN_TEXTS.findall(text)}:
        yield "prints"
    if name == rule.guideline or any(cited.source == name for cited in rule.sources):
        yield "cites"


def _by_entry(entry: Entry, name: str) -> Iterator[str]:
    for part in dataclasses.fields(entry):
        value = getattr(entry, part.name)
        if part.name == "sources":
            if any(cited.source == name for cited in value):
                yield "cites"
        elif isinstance(value, Place):
            continue
        elif isinstance(value, tuple) and value and isinstance(value[0], str):
            if name in value and part.name != "synonyms":
                yield f"{part.name.replace('_', ' ')} of"
        elif part.name not in ("id", "label") and value == name:
            yield f"{part.name.replace('_', ' ')} of"
        elif any(name in _read(node) for node in _nodes(value)):
            yield f"{part.name} of"


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, (type, Place, Entry)):
        for part in dataclasses.fields(value):
            yield from _nodes(getattr(value, part.name))


def _read(node: Node) -> frozenset[str]:
    """Every id a premise speaks of: names, the subjects of propositions, and members of lists and choices."""
    found = set(expression.names_read(node))
    for atom in expression.atoms_read(node):
        subject = re.fullmatch(r"\w+\((.+)\)", atom)
        found.add(subject.group(1) if subject else atom.split(" ")[0])
    for part in node.walk():
        found |= getattr(part, "members", frozenset()) | {getattr(part, "subject", "")}
        if isinstance(part, expression.Extreme) and part.group:
            found.add(part.group)
    return frozenset(found - {""})


def _others(kb: KnowledgeBase) -> Iterable[Entry]:
    kinds: tuple[Mapping[str, Entry], ...] = (
        kb.findings,
        kb.groups,
        kb.quantities,
        kb.scales,
        kb.conditions,
        kb.interventions,
        kb.investigations,
        kb.guidelines,
        kb.disagreements,
        kb.invariants,
        kb.topics,
        kb.hazards,
        kb.clashes,
        kb.unavailable,
    )
    for kind in kinds:
        yield from kind.values()


def mentions(name: str, files: Iterable[tuple[str, str]]) -> tuple[Mention, ...]:
    """The worked cases, of files by name and text, that name this id; each once, at its first mention."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    found: dict[tuple[str, str], Mention] = {}
    for file, text in files:
        case = ""
        for number, line in enumerate(text.split("\n"), 1):
            opening = _CASE.match(line)
            if opening:
                case = opening["name"].strip().strip("\"'")
            elif case and word.search(line.split(" #")[0]):
                found.setdefault((file, case), Mention(case, Place(file, number)))
    return tuple(found.values())


# --- everything at once -----------------------------------------------------------------------------------------------


def every(kb: KnowledgeBase) -> dict[str, tuple[Use, ...]]:
    """`uses` of every id that anything uses, in one go."""
    found: dict[str, dict[Use, None]] = {}
    for rule in kb.rules.values():
        for name in sorted(_named_by_rule(rule)):
            for how in _by_rule(rule, name):
                found.setdefault(name, {})[Use(how, rule.id, rule.label, rule.place)] = None
    for entry in _others(kb):
        for name in sorted(_named_by_entry(entry)):
            for how in _by_entry(entry, name):
                found.setdefault(name, {})[Use(how, entry.id, entry.label or entry.id, entry.place)] = None
    return {name: tuple(uses) for name, uses in found.items()}


def _named_by_rule(rule: Rule) -> set[str]:
    named = {*rule.targets, *rule.members, *rule.then, rule.of, rule.until, rule.guideline}
    named |= {cited.source for cited in rule.sources}
    named |= {word for text in (rule.dose, rule.note, rule.until) for word in _NAMED_IN_TEXTS.findall(text)}
    for part in (rule.when, rule.formula):
        if part is not None:
            named |= _read(part)
    return named - {""}


def _named_by_entry(entry: Entry) -> set[str]:
    named = {cited.source for cited in entry.sources}
    for part in dataclasses.fields(entry):
        value = getattr(entry, part.name)
        if isinstance(value, Place):
            continue
        if isinstance(value, str):
            named.add(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], str):
            named.update(value)
        for node in _nodes(value):
            named |= _read(node)
    return named - {""}


def every_mention(files: Iterable[tuple[str, str]]) -> dict[str, tuple[Mention, ...]]:
    """`mentions` of every word in the worked cases, in one go."""
    found: dict[str, dict[tuple[str, str], Mention]] = {}
    for file, text in files:
        case = ""
        for number, line in enumerate(text.split("\n"), 1):
            opening = _CASE.match(line)
            if opening:
                case = opening["name"].strip().strip("\"'")
            elif case:
                for word in set(_WORDS.findall(line.split(" #")[0])):
                    found.setdefault(word, {}).setdefault((file, case), Mention(case, Place(file, number)))
    return {word: tuple(mentions.values()) for word, mentions in found.items()}

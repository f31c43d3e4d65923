"""Who uses an entry: the rules and entries that read, conclude or cite it, and the worked cases that mention it."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

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
    return uses_of(kb, [name])[name]


def uses_of(kb: KnowledgeBase, names: Iterable[str]) -> dict[str, tuple[Use, ...]]:
    """The same of several entries, in one walk over the knowledge base."""
    found: dict[str, dict[Use, None]] = {name: {} for name in names}
    for rule in kb.rules.values():
        for name in found:
            found[name].update((Use(how, rule.id, rule.label, rule.place), None) for how in _by_rule(rule, name))
    for entry in _others(kb):
        for how, named in _named_by(entry):
            for name in found.keys() & named:
                found[name][Use(how, entry.id, entry.label or entry.id, entry.place)] = None
    return {name: tuple(used) for name, used in found.items()}


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


def _named_by(entry: Entry) -> Iterator[tuple[str, Set[str]]]:
    """Each way in which an entry uses others, with the ids it names so."""
    kind: Any = type(entry)
    for part in _fields(kind):
        value = getattr(entry, part)
        spoken = f"{part.replace('_', ' ')} of"
        if not value or isinstance(value, (Place, bool)) or part in ("id", "label", "synonyms"):
            continue
        if part == "sources":
            yield "cites", {cited.source for cited in value}
        elif isinstance(value, str):
            yield spoken, {value}
        elif isinstance(value, tuple) and isinstance(value[0], str):
            yield spoken, set(value)
        else:
            for node in _nodes(value):
                yield f"{part} of", _read(node)


@functools.cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(part.name for part in dataclasses.fields(kind))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, (type, Place, Entry)):
        for part in _fields(type(value)):
            yield from _nodes(getattr(value, part))


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
        for how, named in _named_by(entry):
            for name in sorted(named - {""}):
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

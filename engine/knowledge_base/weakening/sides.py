"""The shipped knowledge, and the same with a directory laid over it: who wrote what, and what belongs to what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from ...premises import propositions
from ...premises.expression import All, AnyOf, Has, Node, NumberNode, Proposition, TruthNode
from ...values.problems import Place
from ..model import ChoiceSet, Entry, KnowledgeBase, Rule

_N = TypeVar("_N", bound=Node)


class Cause(NamedTuple):
    """The cause of a loss of protection, as a clause, with its place."""

    what: str
    place: Place | None = None


class Sides:
    """Both knowledge bases, compared in the words of the shipped one."""

    def __init__(self, shipped: KnowledgeBase, laid: KnowledgeBase) -> None:
        self.shipped, self.laid = shipped, laid
        self._premises: dict[tuple[str, str], TruthNode | None] = {}

    def own(self, kind: str, entry: Entry) -> bool:
        """Whether the directory wrote this entry or rule; `kind` is a plural."""
        was: Entry | None = getattr(self.shipped, kind).get(entry.id)
        return was is None or was.place != entry.place

    def by(self, singular: str, identity: str) -> str:
        """The id of what stands in the place of a shipped entry; its own where nothing does."""
        return next((one.by for one in self.laid.replaced if (one.kind, one.id) == (singular, identity)), identity)

    def was(self, rule: Rule) -> TruthNode | None:
        """What a shipped rule asks."""
        return self._kept("was", rule, frozenset())

    def now(self, rule: Rule) -> TruthNode | None:
        """What a rule of the laid side asks.

        Where the shipped files wrote it, members that the directory adds to classes it names are left out: nobody
        could say them before.
        """
        return self._kept("now", rule, frozenset() if self.own("rules", rule) else self._added)

    def _kept(self, side: str, rule: Rule, added: frozenset[str]) -> TruthNode | None:
        if (side, rule.id) not in self._premises:
            self._premises[side, rule.id] = self._plain(rule.when, added)
        return self._premises[side, rule.id]

    def formula(self, rule: Rule) -> NumberNode | None:
        """How a rule of the laid side works its quantity out, in the same way."""
        return rule.formula if self.own("rules", rule) else self.plain(rule.formula)

    def plain(self, node: _N | None) -> _N | None:
        """A tree of the laid side that the shipped files wrote, without the members that the directory adds."""
        return self._plain(node, self._added)

    def _plain(self, node: _N | None, added: frozenset[str]) -> _N | None:
        if node is None or not any(_is_class(part) or _adds(part, added) for part in node.walk()):
            return node
        return _rebuilt(node, added)

    @cached_property
    def _added(self) -> frozenset[str]:
        """The members that only the directory knows."""
        return _all_members(self.laid) - _all_members(self.shipped)

    # --- kinship ---

    @cached_property
    def moved(self) -> Mapping[str, Cause]:
        """Each shipped member that belongs to fewer classes than it did, or else to more, with the words for it."""
        return {**self._moved(lost=False), **self._moved(lost=True)}

    @cached_property
    def left(self) -> tuple[Cause, ...]:
        """What is no longer of the kinds it was, those of one kind together."""
        return tuple(dict.fromkeys(self._moved(lost=True).values()))

    def _moved(self, *, lost: bool) -> dict[str, Cause]:
        together: dict[tuple[str, Place], list[str]] = {}
        for name, was in self.shipped.choices.items():
            now = self.laid.choices.get(name)
            if now is None:
                continue
            before, after = _lineage(was), _lineage(now)
            for member in was.members.keys() & now.members.keys():
                kinds = before[member] - after[member] if lost else after[member] - before[member]
                known = sorted(kind for kind in kinds if lost or kind in was.classes or kind in was.members)
                if known:
                    place = now.members[member].place
                    at = place if place != was.members[member].place else now.place
                    together.setdefault((", ".join(known), at), []).append(member)
        found: dict[str, Cause] = {}
        for (kinds_told, at), members in together.items():
            verb = ("belongs" if len(members) == 1 else "belong") if not lost else ""
            verb = verb or ("no longer belongs" if len(members) == 1 else "no longer belong")
            listed = ", ".join(f"'{member}'" for member in sorted(members))
            cause = Cause(f"{listed} {verb} to {kinds_told}" + ("" if lost else " now"), at)
            found |= dict.fromkeys(members, cause)
        return found

    @cached_property
    def missing(self) -> Mapping[str, Cause]:
        """The members of choices that are not there any more."""
        found: dict[str, Cause] = {}
        for name, was in self.shipped.choices.items():
            now = self.laid.choices.get(name)
            for member in was.members.keys() - (now.members.keys() if now is not None else set()):
                entry = self.laid.interventions.get(member) or self.laid.conditions.get(member) or now
                found[member] = Cause(
                    f"'{member}' is no longer among {name}", entry.place if entry is not None else None
                )
        return found

    def changed(self, member: str) -> Cause | None:
        """What became of a member, if anything."""
        return self.missing.get(member) or self.moved.get(member)

    def renamed(self, was: Node | None, now: Node | None) -> Cause:
        """Why a premise in the same words asks something else: what it names has other members."""
        one, other = _named(was), _named(now)
        for member in sorted((one - other) | (other - one)):
            if cause := self.changed(member):
                return cause
        return Cause("what it names has other members now")


def _all_members(kb: KnowledgeBase) -> frozenset[str]:
    return frozenset(name for choice in kb.choices.values() for name in choice.members) | kb.conditions.keys()


def _lineage(choice: ChoiceSet) -> dict[str, set[str]]:
    """For each member the classes and members it is a kind of."""
    found: dict[str, set[str]] = {member: set() for member in choice.members}
    for kinds in (choice.classes, choice.narrower):
        for kind, inside in kinds.items():
            for member in inside:
                found[member].add(kind)
    return found


def _subject(atom: str) -> str:
    return propositions.subject_of(atom)


def _named(node: Node | None) -> frozenset[str]:
    """The members and subjects that a premise or formula names, classes expanded."""
    return frozenset(_names(node)) if node is not None else frozenset()


def _names(node: Node) -> Iterator[str]:
    for part in node.walk():
        if isinstance(part, Proposition):
            yield _subject(part.atom)
        else:
            yield from getattr(part, "members", ())


def _is_class(part: Node) -> bool:
    """Whether this stands for the members of a class that no rule diagnoses: the rest of `diagnosed(class)`."""
    return isinstance(part, Has) and part.source.startswith("diagnosed(")


def _adds(part: Node, added: frozenset[str]) -> bool:
    if isinstance(part, Proposition):
        return _subject(part.atom) in added
    return not added.isdisjoint(getattr(part, "members", ()))


def _rebuilt(node: _N, added: frozenset[str]) -> _N:
    """The tree without these members; what is diagnosed is one proposition each, whether or not a rule finds it."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            changes[field.name] = _rebuilt(value, added)
        elif isinstance(value, tuple) and any(isinstance(item, Node) for item in value):
            changes[field.name] = tuple(_rebuilt(item, added) for item in value)
        elif field.name == "members" and isinstance(value, frozenset):
            changes[field.name] = value - added
    made = dataclasses.replace(node, **changes)
    if isinstance(made, (All, AnyOf)):
        return dataclasses.replace(made, items=tuple(_spread(made.items, added)))
    return made


def _spread(items: tuple[TruthNode, ...], added: frozenset[str]) -> Iterator[TruthNode]:
    """The parts of a junction, a class that is diagnosed as its members: what is added to it is left out."""
    for item in items:
        if isinstance(item, Has) and _is_class(item):
            yield from (Proposition(atom=propositions.diagnosed(member)) for member in sorted(item.members))
        elif not (isinstance(item, Proposition) and _subject(item.atom) in added):
            yield item

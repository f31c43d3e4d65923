"""Everything that has an id, in one table: what a word means where it stands, and where its entry is written.

A thing is a kind and an id. Kinds are those of the knowledge base (`findings`, `rules`, ...), and of what has no entry
of its own: `members of SET`, `classes of SET`, `levels of SCALE`, `fields of FINDING`. Conditions and interventions
that are members of a choice are the entries they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from ...knowledge_base.model import Entry, KnowledgeBase
from ...knowledge_base.reading import entries, linking, readable
from ...premises.checking import tokens
from ...premises.vocabulary import Vocabulary
from ...values.problems import Place
from ...values.units import UnitTable

READABLE = ("findings", "quantities", "states", "scales", "thresholds")
OTHERS = (
    *(
        "conditions",
        "interventions",
        "investigations",
        "alerts",
        "hazards",
        "clashes",
        "unavailable",
        "groups",
        "choices",
        "units",
    ),
    *("analytes", "guidelines", "disagreements", "invariants", "sources", "topics", "rules", "withdrawn"),
)
_SUBJECTS = {
    **dict.fromkeys(("diagnosed", "excluded", "caused", "diagnosis"), "conditions"),
    **dict.fromkeys(("recommended", "contraindicated", "status", "caution"), "interventions"),
    "ordered": "investigations",
    "alert": "alerts",
}
_SETS = {"conditions": ("conditions",), "interventions": ("medicines", "interventions")}
"""The choice sets whose members are entries of a kind."""


class Thing(NamedTuple):
    kind: str
    id: str

    @property
    def singular(self) -> str:
        """What such a thing is called: `finding`, `member of symptoms`."""
        if self.kind in entries.KINDS:
            return entries.KINDS[self.kind].singular
        plural, _, of = self.kind.partition(" of ")
        one = {"rules": "rule", "members": "member", "classes": "class", "levels": "level", "fields": "field"}
        return f"{one.get(plural, plural.removesuffix('s'))}{f' of {of}' if of else ''}"


class Things:
    """The things of one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.like = object()

    @cached_property
    def _read(self) -> tuple[Vocabulary, UnitTable]:
        return readable.vocabulary(self.kb)

    @cached_property
    def _leveled(self) -> frozenset[str]:
        """The rules that are written with `levels`: they are in force as a rule for each."""
        tails = {rule.id: f"-{rule.level.replace('_', '-')}" for rule in self.kb.rules.values() if rule.level}
        return frozenset(name.removesuffix(tail) for name, tail in tails.items() if name.endswith(tail))

    @property
    def vocabulary(self) -> Vocabulary:
        return self._read[0]

    @property
    def units(self) -> UnitTable:
        return self._read[1]

    def moved(self, kb: KnowledgeBase) -> Things:
        """The same of a knowledge base in which every id means what it means here."""
        other = Things(kb)
        other.__dict__["_read"] = self._read
        other.like = self.like
        return other

    def alike(self, other: Things) -> bool:
        """Whether every word means the same to both."""
        return self.like is other.like

    # --- what a word means ---

    def entry(self, thing: Thing) -> Entry | None:
        """The entry of a thing, or the member or class of a choice."""
        plural, _, owner = thing.kind.partition(" of ")
        if not owner:
            found: Mapping[str, Entry | str] = getattr(self.kb, plural, {})
            one = found.get(thing.id) if isinstance(found, Mapping) else None
            return None if isinstance(one, str) else one  # a section is a text
        if plural == "members":
            return self.kb.choices[owner].members.get(thing.id)
        return None

    def place(self, thing: Thing) -> Place | None:
        """Where its entry begins, as far as the knowledge base knows."""
        if thing.kind == "sections":
            return None
        found = self.entry(thing)
        return found.place if found is not None else None

    def named(self, name: str) -> Iterator[Thing]:
        """Everything that bears this id."""
        for kind in (*READABLE, *OTHERS):
            if name in getattr(self.kb, kind):
                yield Thing("rules" if kind == "withdrawn" else kind, name)
        if name not in self.kb.rules and name in self._leveled:
            yield Thing("rules", name)
        for choice in self.kb.choices.values():
            if name in choice.members and self.member(choice.id, name).kind.startswith("members"):
                yield Thing(f"members of {choice.id}", name)
            if name in choice.classes:
                yield self._class(choice.id, name)
        for scale in self.kb.scales.values():
            if name in scale.levels:
                yield Thing(f"levels of {scale.id}", name)
        for finding in self.kb.findings.values():
            if name in finding.fields and not finding.fields[name].derived:
                yield Thing(f"fields of {finding.id}", name)

    def readable(self, name: str) -> Thing | None:
        """What a premise means by a name."""
        for kind in READABLE:
            if name in getattr(self.kb, kind):
                return Thing(kind, name)
        return Thing("groups", name) if name in self.kb.groups else None

    def member(self, choice: str, name: str) -> Thing:
        """A member of a choice, which may have an entry of its own."""
        for kind, sets in _SETS.items():
            if choice in sets and name in getattr(self.kb, kind):
                return Thing(kind, name)
        return Thing(f"members of {choice}", name)

    def _class(self, choice: str, name: str) -> Thing:
        """Classes of medicines and of other interventions are asked for as one."""
        return Thing(f"classes of {'interventions' if choice in _SETS['interventions'] else choice}", name)

    def label(self, choice: str, name: str) -> Thing | None:
        """A member or class of a choice."""
        found = self.kb.choices.get(choice)
        if found is None:
            return None
        if name in found.members:
            return self.member(choice, name)
        return self._class(choice, name) if name in found.classes else None

    def choice_of(self, name: str) -> str:
        """The choice set of a finding (`sex`), of a list's entries (`fractures`), of a field (`fractures.cause`)."""
        owner, _, field = name.partition(".")
        finding = self.kb.findings.get(owner)
        if finding is None:
            return ""
        if not field and finding.choices:
            return finding.choices
        kind = finding.fields.get(field or finding.key)
        return kind.choices if kind is not None else ""

    def used(self, word: tokens.Used) -> Thing | None:
        """What a word of a premise means."""
        if word.role == tokens.LABEL:
            return self.label(self.choice_of(word.of), word.text)
        if word.role == tokens.LEVEL:
            levels = self.kb.scales[word.of].levels if word.of in self.kb.scales else ()
            return Thing(f"levels of {word.of}", word.text) if word.text in levels else None
        if word.role == tokens.FIELD:
            return Thing(f"fields of {word.of}", word.text)
        if word.role == tokens.SUBJECT:
            return self.subject(_SUBJECTS.get(word.of, ""), word.text)
        return self.readable(word.text) if word.role in (tokens.NAME, tokens.GROUP) else None

    def subject(self, kind: str, name: str) -> Thing | None:
        """A condition, intervention, test or alert, or a class of them."""
        if not kind:
            return None
        if name in getattr(self.kb, kind):
            return Thing(kind, name)
        for choice in _SETS.get(kind, ()):
            found = self.label(choice, name)
            if found is not None:
                return found
        return None

    def referred(self, kind: str, name: str) -> Thing | None:
        """What an id means that stands behind a key; `kind` says how it is referred to there."""
        if kind == "class of conditions":
            return self.label("conditions", name)
        if kind == "class of interventions":
            return self.label("medicines", name) or self.label("interventions", name)
        if kind in ("unit", "section", "region"):
            return Thing("units", name) if kind == "unit" and name in self.kb.units else None
        for one in linking.KINDS_OF.get(kind, ()):
            if name in getattr(self.kb, one):
                return Thing(one, name)
        if kind in ("cause", "diagnosis"):
            return self.label("conditions", name)
        if kind in ("intervention", "advice"):
            return self.subject("interventions", name)
        if kind == "entry":
            return next((thing for thing in self.named(name) if thing.kind not in ("units", "analytes")), None)
        return None

    def attribute(self, thing: Thing, name: str) -> Any:
        """A field of the entry of a thing; None where it has none."""
        return getattr(self.entry(thing), name, None)
